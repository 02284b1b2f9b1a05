"""Curves, points, ellipses, dots and tables."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from matplotlib.ticker import FuncFormatter, MaxNLocator

from course_utils.plotting.arrays import to_numpy
from course_utils.plotting.look import COLOURS, LABEL, WIDEST, show, style


def lines(panels, title, alt, *, y_label, levels=None, log_x=False, log_y=False, y_limits=None):
    """Curves in one or more panels that share the vertical axis; a band spans the seeds.

    A series keeps its colour in all panels.

    Args:
        panels: dict of horizontal label to dict of series name to (x, y); y (points,) or
            (seeds, points).
        title: the question that the picture answers.
        alt: alternative text.
        y_label: the quantity and its unit.
        levels: dict of name to a value to draw as a horizontal line.
        log_x: logarithmic horizontal axis; the ticks are the points themselves if they are few
            and round.
        log_y: logarithmic vertical axis.
        y_limits: (lowest, highest) value shown, or None for all.
    """
    figure = Figure(figsize=(min(4.4 * len(panels) + 0.6, WIDEST), 3.5))
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)
    names = list(dict.fromkeys(name for series in panels.values() for name in series))
    for axis, (x_label, series) in zip(axes[0], panels.items(), strict=True):
        for name, (x, y) in series.items():
            _draw_series(axis, names.index(name), name, to_numpy(x), np.atleast_2d(to_numpy(y)))
        for name, value in (levels or {}).items():
            axis.axhline(value, color="0.35", linestyle=":", lw=1.2)
            axis.annotate(name, (1, value), xycoords=("axes fraction", "data"), ha="right",
                          va="bottom", fontsize=9, color="0.25")  # fmt: skip
        axis.set_xlabel(x_label)
        points = {float(value) for x, _ in series.values() for value in x}
        if all(map(float.is_integer, points)):
            # Long numbers below each of several panels would run into each other.
            crowded = len(panels) > 1 and max(points) >= 1_000
            axis.xaxis.set_major_locator(MaxNLocator(5 if crowded else 10, integer=True))
        if log_x:
            axis.set_xscale("log", base=2)
            axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
            if len(points) < 8 and all(float(f"{point:g}") == point for point in points):
                axis.set_xticks(sorted(points))
    if log_y:
        axes[0, 0].set_yscale("log")
    axes[0, 0].set(ylim=y_limits, ylabel=y_label)
    in_panel = [_handles(axis) for axis in axes[0]]
    whole = [
        axis for axis, known in zip(axes[0], in_panel, strict=True) if len(known) == len(names)
    ]
    if whole and len(names) <= 4:
        whole[0].legend(fontsize=9)
    else:  # no panel has all series, or so many names would lie on the curves
        known = {name: handle for panel in in_panel for name, handle in panel.items()}
        handles = [known[name] for name in names]
        figure.legend(handles, names, loc="outside right upper", fontsize=9)
    show(figure, alt, title)


def _handles(axis):
    """Name of each series in a panel to what stands for it in a legend."""
    handles, names = axis.get_legend_handles_labels()
    return dict(zip(names, handles, strict=True))


def _draw_series(axis, index, name, x, y):
    colour, line, marker = style(index)
    marker = marker if y.shape[1] <= 12 else None
    axis.plot(x, y.mean(axis=0), line, color=colour, label=name, marker=marker, markersize=4)
    if len(y) > 1:
        axis.fill_between(x, y.min(axis=0), y.max(axis=0), color=colour, alpha=0.2, lw=0)


def scatter(panels, labels, class_names, title, alt, *, axis_labels=None, central=100):
    """Points in the plane by class, one panel a method; each class is named at its median.

    Args:
        panels: dict of panel title to points (n, 2).
        labels: class of each point (n,), whole numbers.
        class_names: names in the order of the labels.
        title: the question that the picture answers.
        alt: alternative text.
        axis_labels: what the two coordinates are, or None.
        central: percent of the points that each axis must hold; the outermost are cut off, so
            that a few do not squeeze all others.
    """
    side = min(4.2, WIDEST / len(panels))
    figure = Figure(figsize=(side * len(panels), side + 0.3))
    axes = figure.subplots(1, len(panels), squeeze=False)
    labels = to_numpy(labels)
    x_label, y_label = axis_labels or ("", "")
    for axis, (name, points) in zip(axes[0], panels.items(), strict=True):
        points = to_numpy(points)
        for index, class_name in enumerate(class_names):
            chosen = points[labels == index]
            colour, _, marker = style(index)
            axis.scatter(*chosen.T, s=9, alpha=0.6, color=colour, marker=marker, label=class_name,
                         linewidths=0)  # fmt: skip
            if len(class_names) > 1 and len(chosen):
                axis.annotate(class_name, np.median(chosen, axis=0), **LABEL)
        axis.set(title=name, xticks=[], yticks=[], xlabel=x_label, ylabel=y_label)
        if central < 100:
            rim = (100 - central) / 2
            low, high = np.percentile(points, [rim, 100 - rim], axis=0)
            middle, half = (low + high) / 2, 0.55 * (high - low).max()
            axis.set(xlim=middle[0] + [-half, half], ylim=middle[1] + [-half, half])
        axis.set_aspect("equal", adjustable="datalim" if central == 100 else "box")
    if len(class_names) > 1:
        handles = axes[0, 0].get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower center", ncols=5, fontsize=9, markerscale=2)
    show(figure, alt, title)


def mixtures(panels, points, title, alt, numbered=True):
    """Points, and over them each mixture's components as ellipses, one panel a mixture.

    The panels stand beside each other; below each other where the points are far wider than high.

    Args:
        panels: dict of panel title to (means (k, 2), covariances (k, 2, 2)).
        points: (n, 2), drawn in grey in every panel.
        title: the question that the picture answers.
        alt: alternative text.
        numbered: write each component's number at its mean.
    """
    points = to_numpy(points)
    width, height = np.ptp(points, axis=0)
    if width > 3 * height:
        figure = Figure(figsize=(WIDEST, min(1.5 * len(panels) + 0.3, 5.5)))
        shape = len(panels), 1
    else:
        side = min(2.9, WIDEST / len(panels))
        figure = Figure(figsize=(side * len(panels), side + 0.4))
        shape = 1, len(panels)
    axes = figure.subplots(*shape, sharex=True, sharey=True, squeeze=False).ravel()
    for axis, (name, (means, covariances)) in zip(axes, panels.items(), strict=True):
        axis.scatter(*points.T, s=3, color="0.6", linewidths=0)
        draw_ellipses(axis, means, covariances, numbered)
        axis.set(title=name, xticks=[], yticks=[], aspect="equal")
    axes[0].autoscale_view()  # ellipses, unlike points, do not ask for room by themselves
    show(figure, alt, title)


def draw_ellipses(axis, means, covariances, numbered=True):
    """Draw each component as ellipses at one and two standard deviations, numbered at the mean."""
    for index, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        values, vectors = np.linalg.eigh(covariance)
        widths = 2 * np.sqrt(np.maximum(values, 0))
        angle = np.degrees(np.arctan2(vectors[1, 0], vectors[0, 0]))
        colour, line, _ = style(index)
        drawn = {"angle": angle, "fill": False, "edgecolor": colour, "linestyle": line}
        for count, width in ((1, 1.6), (2, 0.9)):
            axis.add_patch(Ellipse(mean, *(count * widths), linewidth=width, **drawn))
        if numbered:
            axis.text(*mean, str(index + 1), fontsize=9, color=colour, **LABEL)


def dots(values, title, alt, *, x_label, reference=None):
    """One dot per seed and a bar at the mean, a line for each condition.

    Args:
        values: dict of condition to results, one per seed; or to a dict of name to results, whose
            marks share the condition's line and are told apart by a legend.
        title: the question that the picture answers.
        alt: alternative text.
        x_label: the quantity and its unit.
        reference: (name, value) of a vertical line, or None.
    """
    figure = Figure(figsize=(6.8, 0.42 * len(values) + 1.1))
    axis = figure.subplots()
    for row, series in enumerate(values.values()):
        if isinstance(series, dict):
            for index, (name, results) in enumerate(series.items()):
                colour, _, marker = style(index)
                axis.plot(results, [row] * len(results), marker, color=colour, alpha=0.7, ls="none",
                          label=None if row else name)  # fmt: skip
            continue
        axis.plot(series, [row] * len(series), "o", color=COLOURS[row % len(COLOURS)], alpha=0.7)
        axis.plot([np.mean(series)] * 2, [row - 0.28, row + 0.28], color="0.2", lw=1.5)
    if any(isinstance(series, dict) for series in values.values()):
        figure.legend(loc="outside lower center", ncols=4, fontsize=9)
    if reference is not None:
        name, value = reference
        axis.axvline(value, color="0.35", linestyle="--", lw=1.2)
        above = axis.get_xaxis_transform()  # where it covers no dot
        axis.text(value, 1.01, name, transform=above, ha="center", fontsize=9, color="0.35")
    axis.set_yticks(range(len(values)), values)
    axis.invert_yaxis()
    axis.set_xlabel(x_label)
    show(figure, alt, title)


def heatmap(
    values, rows, columns, title, alt, *, x_label, y_label, digits=0, note=None, middle=None
):
    """A table as a picture: darker is more, the number stands in each field.

    Args:
        values: (rows, columns), not negative.
        rows: names of the rows.
        columns: names of the columns.
        title: the question that the picture answers.
        alt: alternative text.
        x_label: what the columns are.
        y_label: what the rows are.
        digits: decimals of the numbers; zeros are left out.
        note: a short text at the right end of each row, or None.
        middle: value on whose two sides the colours differ, violet above and orange below; None
            takes one colour.
    """
    values = to_numpy(values).astype(float)
    figure = Figure(figsize=(min(0.62 * len(columns) + 2.6, WIDEST), 0.34 * len(rows) + 1.6))
    axis = figure.subplots()
    centre = 0 if middle is None else middle
    reach = np.abs(values - centre).max() or 1.0
    colours = {"cmap": "Blues", "vmin": 0, "vmax": 1.15 * reach}
    if middle is not None:
        colours = {"cmap": "PuOr", "vmin": middle - 1.15 * reach, "vmax": middle + 1.15 * reach}
    axis.imshow(values, aspect="auto", **colours)
    for (row, column), value in np.ndenumerate(values):
        if round(value, digits):
            dark = abs(value - centre) > 0.6 * reach
            axis.text(column, row, f"{value:.{digits}f}", ha="center", va="center", fontsize=8,
                      color="white" if dark else "0.1")  # fmt: skip
    slanted = {"rotation": 30, "ha": "right"} if max(map(len, columns)) > 5 else {}
    axis.set_xticks(range(len(columns)), columns, **slanted)
    axis.set_yticks(range(len(rows)), rows)
    axis.set(xlabel=x_label, ylabel=y_label)
    axis.grid(False)
    for row, text in enumerate(note or ()):
        axis.text(len(columns) - 0.35, row, text, va="center", fontsize=9)
    show(figure, alt, title)
