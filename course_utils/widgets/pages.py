"""Pages of images: one axes for everything, one array for many images, so that a drag is followed.

An axes of its own for each image takes some milliseconds, too long for dozens of them.
"""

import textwrap

import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.pictures import checked_images as checked_images

GAP, LINE = 0.12, 0.19  # inches: what lies between parts, a line of text
_DPI = 100
# What surely fits into an inch of text: a line of ten points in bold, and one of nine.
_TITLE_LETTERS, _LETTERS = 10, 12


class Page:
    """A title and lines of text above room for images; all places are in inches.

    They are measured from the left, and downwards from the upper edge of the room.

    Args:
        width: of the page.
        height: of the room below the text.
        title: the question that the page answers.
        lines: texts under the title; long ones are wrapped.

    Attributes:
        figure: matplotlib Figure.
        axis: the Axes that covers it, whose data coordinates are the places.
    """

    def __init__(self, width, height, title, lines=()):
        title = textwrap.wrap(title, int(_TITLE_LETTERS * (width - 2 * GAP)))
        lines = [part for line in lines
                 for part in textwrap.wrap(line, int(_LETTERS * (width - 2 * GAP)))]  # fmt: skip
        head = 1.5 * GAP + LINE * (len(title) + len(lines))
        self.figure = Figure(figsize=(width, head + height), dpi=_DPI, layout="none")
        self.axis = self.figure.add_axes((0, 0, 1, 1))
        self.axis.set_axis_off()
        self.axis.set(xlim=(0, width), ylim=(height, -head))
        for row, line in enumerate([*title, *lines]):
            is_title = row < len(title)
            self.write(GAP, row * LINE + GAP - head, line, va="top", size=10 if is_title else 9,
                       weight="bold" if is_title else "normal")  # fmt: skip

    def write(self, x, y, text, **options):
        """Write at a place; the options are matplotlib's of a text."""
        self.axis.text(x, y, text, **{"size": 9, **options})

    def show(self, tiles, x, y, width):
        """Show an array of pixels (h, w, 3) with its upper left corner at a place."""
        height = width * tiles.shape[0] / tiles.shape[1]
        self.axis.imshow(tiles, extent=(x, x + width, y + height, y), aspect="auto")


def tiled(images, below=None):
    """Join rows of images into one array, with a white line after each image.

    Args:
        images: (rows, columns, h, w, c), in [0, 1].
        below: white pixels below each image; None: as to its right.

    Returns:
        (rows · (h + below), columns · (w + line), 3); the line is a pixel wide, in large images
        wider.
    """
    rows, columns, height, width, channels = images.shape
    line = max(1, height // 28)
    below = line if below is None else below
    joined = np.ones((rows, height + below, columns, width + line, 3), np.float32)
    joined[:, :height, :, :width] = images.swapaxes(1, 2)
    return joined.reshape(rows * (height + below), columns * (width + line), 3)


def images_from(source, images, count):
    """Check images that a function of the caller's returned.

    Args:
        source: the function, as messages are to call it.
        images: what it returned.
        count: how many images it was asked for.

    Returns:
        (count, h, w, 1 or 3), clipped to [0, 1].

    Raises:
        ValueError: they are not so many images with finite pixels in [0, 1].
    """
    images = np.asarray(images)
    if images.dtype.kind not in "biuf" or not images.size:
        raise ValueError(
            f"{source} must return {count} images (n, h, w, 1 or 3), found an array of shape "
            f"{images.shape} and type {images.dtype}."
        )
    if broken := np.count_nonzero(~np.isfinite(images)):
        raise ValueError(
            f"{source} must return finite pixels, found NaN or infinity in {broken:,} of "
            f"{images.size:,}. Training may have diverged."
        )
    try:
        images = checked_images(images)
    except ValueError as error:
        raise ValueError(f"what {source} returned cannot be shown: {error}") from error
    if len(images) != count:
        raise ValueError(
            f"{source} was asked for {count} images and returned {len(images)}. It must return "
            f"one image for each."
        )
    return images


def images_given(images, least=1):
    """Check the images that an explorer is given, (n, h, w, 1 or 3), at least so many of them."""
    images = np.asarray(images)
    if images.ndim == 4 and len(images) < least:
        raise ValueError(
            f"images must be {least} at least, found {len(images)}. Pass more of the data set."
        )
    return images_from("images", images, len(images)) if images.ndim == 4 else checked_images(images)


def minus(number, digits=2):
    """Write a number with a true minus sign."""
    # Adding zero makes −0 a 0.
    return f"{round(float(number), digits) + 0:.{digits}f}".replace("-", "−")
