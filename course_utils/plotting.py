"""Every picture of the course, in one look: safe for colour-blind readers, legible in grey.

Each function draws one figure, titled with the question that it answers, and shows it with an
alternative text for readers who cannot see it.
"""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import display
from matplotlib.ticker import ScalarFormatter

# Okabe and Ito's palette (2008), told apart under every common colour blindness; the line
# styles and markers tell the series apart in grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D00",
           "#999999", "#7A3E9D")  # fmt: skip
LINES = ("-", "--", "-.", ":")
_LABEL = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")

plt.rcParams.update(
    {
        "figure.dpi": 100,
        "figure.constrained_layout.use": True,
        "axes.prop_cycle": plt.cycler(color=COLOURS),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.grid": True,
        "grid.alpha": 0.3,
        "font.size": 10,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "image.cmap": "gray",
    }
)


def show(figure, alt):
    """Show a figure with its alternative text and close it.

    Args:
        figure: matplotlib Figure.
        alt: what the picture shows, in a sentence or two, at least 20 characters.

    Raises:
        ValueError: the text is too short to tell anything.
    """
    if len(alt.strip()) < 20:
        raise ValueError(f"alt text {alt!r} is too short: say in a sentence what one sees.")
    image = io.BytesIO()
    figure.savefig(image, format="png")
    plt.close(figure)
    encoded = base64.b64encode(image.getvalue()).decode()
    display(
        {"image/png": encoded, "text/plain": alt}, metadata={"image/png": {"alt": alt}}, raw=True
    )


def image_grid(images, title, alt, columns=10, labels=None):
    """Images (n, h, w, c) side by side.

    Args:
        images: array with values in [0, 1], one or three channels.
        title: the question that the picture answers.
        alt: alternative text.
        columns: images in a row.
        labels: a short text under each image, or None.
    """
    images = _checked_images(images)
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = 0.95 if labels is None else 1.2
    figure, axes = plt.subplots(
        rows, columns, figsize=(0.9 * columns, height * rows + 0.35), squeeze=False
    )
    for index, axis in enumerate(axes.flat):
        axis.set_axis_off()
        if index < len(images):
            _draw_image(axis, images[index])
            if labels is not None:
                axis.set_title(labels[index], fontsize=8, loc="center", pad=2)
    _set_title(figure, title)
    show(figure, alt)


def image_rows(rows, title, alt, notes=None):
    """Rows of images under each other, one row a name: the same images, treated differently.

    Args:
        rows: dict of row name to images (n, h, w, c), values in [0, 1], as many in each row.
        title: the question that the picture answers.
        alt: alternative text.
        notes: dict of row name to a short text at the row's right end, or None.
    """
    rows = {name: _checked_images(images) for name, images in rows.items()}
    count = max(len(images) for images in rows.values())
    figure, axes = plt.subplots(
        len(rows), count, figsize=(0.85 * count + 2.2, 0.88 * len(rows) + 0.4), squeeze=False
    )
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        for axis, image in zip(line, images, strict=False):
            _draw_image(axis, image)
        for axis in line:
            axis.set_axis_off()
        line[0].text(-0.12, 0.5, name, transform=line[0].transAxes, ha="right", va="center")
        if notes and name in notes:
            end = line[-1]
            end.text(1.12, 0.5, notes[name], transform=end.transAxes, ha="left", va="center")
    _set_title(figure, title)
    show(figure, alt)


def lines(panels, title, alt, *, y_label, levels=None, log_x=False, log_y=False):
    """Curves in one or more panels that share the vertical axis; a band spans the seeds.

    A series keeps its colour in all panels.

    Args:
        panels: dict of horizontal label to dict of series name to (x, y); y (points,) or
            (seeds, points).
        title: the question that the picture answers.
        alt: alternative text.
        y_label: the quantity and its unit.
        levels: dict of name to a value to draw as a horizontal line.
        log_x: logarithmic horizontal axis; the ticks are the points themselves if they are few.
        log_y: logarithmic vertical axis.
    """
    figure, axes = plt.subplots(
        1, len(panels), figsize=(4.4 * len(panels) + 0.6, 3.5), sharey=True, squeeze=False
    )
    names = list(dict.fromkeys(name for series in panels.values() for name in series))
    for axis, (x_label, series) in zip(axes[0], panels.items(), strict=True):
        for name, (x, y) in series.items():
            _draw_series(axis, names.index(name), name, np.asarray(x), np.atleast_2d(y))
        for name, value in (levels or {}).items():
            axis.axhline(value, color="0.35", linestyle=":", lw=1.2)
            axis.annotate(name, (1, value), xycoords=("axes fraction", "data"), ha="right",
                          va="bottom", fontsize=8, color="0.25")  # fmt: skip
        axis.set_xlabel(x_label)
        if log_x:
            axis.set_xscale("log", base=2)
            axis.xaxis.set_major_formatter(ScalarFormatter())
            if len(points := {float(value) for x, _ in series.values() for value in x}) < 8:
                axis.set_xticks(sorted(points))
    if log_y:
        axes[0, 0].set_yscale("log")
    axes[0, 0].set_ylabel(y_label)
    axes[0, 0].legend(fontsize=9)
    _set_title(figure, title)
    show(figure, alt)


def _draw_series(axis, index, name, x, y):
    colour, style = COLOURS[index % len(COLOURS)], LINES[index % len(LINES)]
    marker = MARKERS[index % len(MARKERS)] if y.shape[1] <= 12 else None
    axis.plot(x, y.mean(axis=0), style, color=colour, label=name, marker=marker, markersize=4)
    if len(y) > 1:
        axis.fill_between(x, y.min(axis=0), y.max(axis=0), color=colour, alpha=0.2, lw=0)


def scatter(panels, labels, class_names, title, alt):
    """Points in the plane by class, one panel a method; each class is named at its median.

    Args:
        panels: dict of panel title to points (n, 2).
        labels: class of each point (n,), whole numbers.
        class_names: names in the order of the labels.
        title: the question that the picture answers.
        alt: alternative text.
    """
    figure, axes = plt.subplots(1, len(panels), figsize=(4.4 * len(panels), 4.3), squeeze=False)
    for axis, (name, points) in zip(axes[0], panels.items(), strict=True):
        for index, class_name in enumerate(class_names):
            chosen = points[labels == index]
            axis.scatter(*chosen.T, s=9, alpha=0.6, color=COLOURS[index % len(COLOURS)],
                         marker=MARKERS[index % len(MARKERS)], label=class_name,
                         linewidths=0)  # fmt: skip
            if len(class_names) > 1 and len(chosen):
                axis.annotate(class_name, np.median(chosen, axis=0), ha="center", va="center",
                              fontweight="bold", bbox=_LABEL)  # fmt: skip
        axis.set_title(name)
        axis.set_aspect("equal", adjustable="datalim")
        axis.set_xticks([])
        axis.set_yticks([])
    if len(class_names) > 1:
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(
            handles, names, loc="outside lower center", ncols=5, fontsize=8, markerscale=2
        )
    _set_title(figure, title)
    show(figure, alt)


def dots(values, title, alt, *, x_label, reference=None):
    """One dot per seed and a bar at the mean, a line for each condition.

    Args:
        values: dict of condition to results, one per seed.
        title: the question that the picture answers.
        alt: alternative text.
        x_label: the quantity and its unit.
        reference: (name, value) of a vertical line, or None.
    """
    figure, axis = plt.subplots(figsize=(6.8, 0.42 * len(values) + 1.1))
    for row, (index, series) in enumerate(zip(range(len(values)), values.values(), strict=True)):
        axis.plot(series, [row] * len(series), "o", color=COLOURS[index % len(COLOURS)], alpha=0.7)
        axis.plot([np.mean(series)] * 2, [row - 0.28, row + 0.28], color="0.2", lw=1.5)
    if reference is not None:
        axis.axvline(reference[1], color="0.35", linestyle="--", lw=1.2, label=reference[0])
        axis.legend(fontsize=8)
    axis.set_yticks(range(len(values)), list(values))
    axis.invert_yaxis()
    axis.set_xlabel(x_label)
    _set_title(figure, title)
    show(figure, alt)


def network(models, title, alt):
    """Draw networks layer by layer: each block names the layer, its output and its parameters.

    The height of a block grows with how many numbers leave it (the square of the logarithm), so
    that the bottleneck is seen.

    Args:
        models: list of `keras.Sequential`, drawn one after the other.
        title: the question that the picture answers.
        alt: alternative text.
    """
    blocks = [(models[0].input_shape[1:], "Input", 0, 0)]
    for part, model in enumerate(models):
        blocks += [
            (layer.output.shape[1:], type(layer).__name__, layer.count_params(), part)
            for layer in model.layers
            if type(layer).__name__ != "InputLayer"
        ]
    figure, axis = plt.subplots(figsize=(max(7.0, 1.12 * len(blocks)), 3.1))
    sizes = np.log2([np.prod(shape) for shape, *_ in blocks])
    for x, ((shape, name, parameters, part), size) in enumerate(zip(blocks, sizes, strict=True)):
        height = 1.35 * (size / sizes.max()) ** 2
        axis.bar(x, height, width=0.55, bottom=-height / 2, color=COLOURS[part], alpha=0.75,
                 hatch="//" if part else None, edgecolor="white")  # fmt: skip
        axis.text(x, 0.78, name, ha="center", fontsize=8, rotation=20)
        axis.text(x, -0.78, "×".join(map(str, shape)), ha="center", va="top", fontsize=8)
        count = f"{parameters:,}" if parameters else "–"
        axis.text(x, -0.98, count, ha="center", va="top", fontsize=8, color="0.35")
    for part, model in enumerate(models if len(models) > 1 else []):
        first = next(x for x, block in enumerate(blocks) if x and block[3] == part)
        axis.text(first, 1.22, model.name, fontsize=9, color=COLOURS[part], fontweight="bold")
    axis.text(-0.6, -0.78, "output", ha="right", va="top", fontsize=8)
    axis.text(-0.6, -0.98, "parameters", ha="right", va="top", fontsize=8, color="0.35")
    axis.set(xlim=(-1.5, len(blocks) - 0.4), ylim=(-1.2, 1.3))
    axis.set_axis_off()
    total = f"{sum(model.count_params() for model in models):,} parameters"
    _set_title(figure, f"{title} ({total})")
    show(figure, f"{alt} {total.capitalize()}.")


def _set_title(figure, title):
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")


def _draw_image(axis, image):
    axis.imshow(image.squeeze(-1) if image.shape[-1] == 1 else image, vmin=0, vmax=1)


def _checked_images(images):
    """Images as an array that matplotlib can draw; a message that teaches where it cannot."""
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"images have shape (n, height, width, 1 or 3), found {images.shape}. "
            f"For one image, use images[:1]."
        )
    if np.nanmin(images) < -0.01 or np.nanmax(images) > 1.01:
        raise ValueError(
            f"pixels must lie in [0, 1], found [{np.nanmin(images):.2f}, {np.nanmax(images):.2f}]."
            f" Scale them back first."
        )
    return np.clip(images, 0, 1)
