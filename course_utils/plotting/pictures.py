"""Images side by side."""

from matplotlib.figure import Figure

from course_utils.plotting.arrays import checked_images, to_numpy
from course_utils.plotting.look import WIDEST, show

_ENLARGED = 32  # pixels a side, which every figure shows more than twice as large


def image_grid(images, title, alt, columns=10, labels=None):
    """Images (n, h, w, c) side by side.

    Args:
        images: array with values in [0, 1], one or three channels.
        title: the question that the picture answers.
        alt: alternative text.
        columns: images in a row.
        labels: a short text under each image, or None.
    """
    images = checked_images(images)
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    side = min(0.9, WIDEST / columns)
    height = side + (0.05 if labels is None else 0.3)
    figure, axes = _blank(rows, columns, side * columns, height * rows + 0.35)
    for index, (axis, image) in enumerate(zip(axes.flat, images, strict=False)):
        _draw_image(axis, image)
        if labels is not None:
            axis.set_title(labels[index], fontsize=9, loc="center", pad=2)
    show(figure, alt, title)


def image_rows(rows, title, alt, notes=None):
    """Rows of images under each other, one row a name: the same images, treated differently.

    Args:
        rows: dict of row name to images (n, h, w, c), values in [0, 1], as many in each row.
        title: the question that the picture answers.
        alt: alternative text.
        notes: dict of row name to a short text at the row's right end, or None.
    """
    rows = {name: checked_images(images) for name, images in rows.items()}
    count = max(len(images) for images in rows.values())
    notes = notes or {}
    letters = max(map(len, rows)) + max(map(len, notes.values()), default=0)
    beside = max(2.2, 0.09 * letters + 0.3)  # inches for the texts at both ends
    side = min(0.85, (WIDEST - beside) / count)
    figure, axes = _blank(len(rows), count, side * count + beside, (side + 0.03) * len(rows) + 0.4)
    for line, (name, images) in zip(axes, rows.items(), strict=True):
        for axis, image in zip(line, images, strict=False):
            _draw_image(axis, image)
        first, last = line[0], line[-1]
        first.text(-0.12, 0.5, name, transform=first.transAxes, ha="right", va="center")
        last.text(1.12, 0.5, notes.get(name, ""), transform=last.transAxes, va="center")
    show(figure, alt, title)


def image_mosaic(images, title, alt, x_label="", y_label="", inches=6.6):
    """Images (rows, columns, h, w, c) edge to edge, as one picture of a plane.

    Args:
        images: array with values in [0, 1], one or three channels.
        title: the question that the picture answers.
        alt: alternative text.
        x_label: what changes from left to right.
        y_label: what changes from the bottom to the top.
        inches: width of the figure.

    Raises:
        ValueError: images of another shape or range.
    """
    images = to_numpy(images)
    if images.ndim != 5:
        raise ValueError(
            f"images must have shape (rows, columns, height, width, 1 or 3), found {images.shape}. "
            f"For images (n, h, w, c) use image_grid."
        )
    rows, columns, height, width, channels = images.shape
    flat = checked_images(images.reshape(-1, height, width, channels)).reshape(images.shape)
    mosaic = flat.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, channels)
    figure = Figure(figsize=(inches, inches * mosaic.shape[0] / mosaic.shape[1] + 0.3))
    axis = figure.subplots()
    _draw_image(axis, mosaic)
    axis.set(xticks=[], yticks=[], xlabel=x_label, ylabel=y_label)
    axis.spines[:].set_visible(False)
    show(figure, alt, title)


def _blank(rows, columns, width, height):
    figure = Figure(figsize=(width, height))
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    return figure, axes


def _draw_image(axis, image):
    # Small images are enlarged: their pixels stay pixels, and the file stays small.
    interpolation = "nearest" if max(image.shape[:2]) <= _ENLARGED else None
    image = image.squeeze(-1) if image.shape[-1] == 1 else image
    axis.imshow(image, vmin=0, vmax=1, interpolation=interpolation)
