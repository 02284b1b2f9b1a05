"""Points in the plane, with what a network says of the plane behind them, and fields of motion."""

import math

import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.arrays import to_numpy
from course_utils.plotting.look import COLOURS, WIDEST, show, style


def clouds(panels, title, alt, *, limits, centres=None, field=None, columns=5):
    """Clouds of points in the plane, one panel each.

    Args:
        panels: dict of panel title to points (n, 2).
        title: the question that the picture answers.
        alt: alternative text.
        limits: (lowest, highest) coordinate shown, on both axes.
        centres: (k, 2), marked by crosses in each panel, or None.
        field: dict of panel title to a function of points (m, 2) that gives a chance in [0, 1] for
            each (m,), drawn as shades: light is 0, dark is 1; or None.
        columns: most panels in a row.
    """
    columns = min(len(panels), columns)
    rows = -(-len(panels) // columns)
    side = min(2.3, (WIDEST - 0.3) / columns)
    figure = Figure(figsize=(side * columns + 0.3, (side + 0.25) * rows + 0.3))
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axis, (name, points) in zip(axes, panels.items(), strict=False):
        if field is not None:
            draw_field(axis, field[name], limits)
        if centres is not None:
            axis.plot(*to_numpy(centres).T, "+", color="0.1", markersize=7, markeredgewidth=0.9)
        axis.scatter(*to_numpy(points).T, s=4, alpha=0.5, color=COLOURS[0], linewidths=0)
        axis.set(title=name, xlim=limits, ylim=limits, xticks=[], yticks=[], aspect="equal")
    for axis in axes[len(panels) :]:
        axis.set_axis_off()
    show(figure, alt, title)


def draw_field(axis, function, limits, size=60):
    """Shade the square within `limits` by what `function` says of its points, from 0 to 1."""
    line = np.linspace(*limits, size)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2).astype("float32")
    values = to_numpy(function(grid)).reshape(size, size)
    axis.imshow(values, origin="lower", extent=(*limits, *limits), cmap="Greys", vmin=-0.15,
                vmax=1.9, interpolation="bilinear", zorder=0)  # fmt: skip


def flows(panels, title, alt, *, limits, labels, start=None):
    """Where a point of the plane is taken, one panel each: arrows, and the ways of some points.

    Args:
        panels: dict of panel title to (velocity, ways): a function of points (n, 2) that gives
            their velocities (n, 2), and a dict of name to the points (m, 2) of a way.
        title: the question that the picture answers.
        alt: alternative text.
        limits: (lowest, highest) coordinate shown, on both axes.
        labels: of the horizontal and the vertical axis.
        start: (x, y) marked in each panel, or None.
    """
    columns = min(len(panels), 3)  # more would be too small for their titles
    rows = math.ceil(len(panels) / columns)
    side = min(2.9, (WIDEST - 0.3) / columns)
    figure = Figure(figsize=(side * columns + 0.3, side * rows + 0.4))
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axis in axes[len(panels) :]:
        axis.set_axis_off()
    line = np.linspace(*limits, 13)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    for axis, (name, (velocity, ways)) in zip(axes, panels.items(), strict=False):
        arrows = to_numpy(velocity(grid))
        length = np.linalg.norm(arrows, axis=1, keepdims=True)
        # The direction is what matters; long ones would cover all the others.
        arrows = arrows / np.maximum(length, 1e-9) * np.sqrt(length / max(length.max(), 1e-9))
        axis.quiver(*grid.T, *arrows.T, color="0.6", angles="xy", scale=18, width=0.006)
        for index, (label, way) in enumerate(ways.items()):
            colour, dashes, _ = style(index)
            axis.plot(*to_numpy(way).T, dashes, color=colour, lw=1.4, label=label)
        axis.plot(0, 0, "*", color="0.1", markersize=9)
        if start is not None:
            axis.plot(*start, "o", color="0.1", markersize=5)
        axis.set(title=name, xlim=limits, ylim=limits, aspect="equal", xlabel=labels[0])
    for axis in axes[::columns]:
        axis.set_ylabel(labels[1])
    handles = axes[0].get_legend_handles_labels()
    if len(handles[1]) > 1:
        figure.legend(*handles, loc="outside lower center", ncols=4, fontsize=9)
    show(figure, alt, title)
