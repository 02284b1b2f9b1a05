"""Pages of images, so quick to draw that a dragged slider is followed.

Matplotlib takes some milliseconds for an axes, for every few words and for the resampling of an
image. So what stays the same is drawn once, and images are put into the pixels as they are.
"""

import copy
import textwrap

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Affine2D, Bbox, TransformedBbox

from course_utils.plotting.look import LABEL, style

GAP, LINE = 12, 19  # pixels: what lies between parts, a line of text
_DPI = 100
# A letter of the title, of ten points in bold, and of nine points, in pixels; rather too wide.
_TITLE_LETTER, _LETTER = 10, 8


class Page:
    """A `title` and `lines` of text, and room below them; its `figure` is matplotlib's.

    All places and sizes are in pixels: places are measured from the left, and downwards from the
    upper edge of the room, which is `width` by `height`. Long texts are wrapped.
    """

    def __init__(self, width, height, title, lines=()):
        title = textwrap.wrap(title, (width - 2 * GAP) // _TITLE_LETTER)
        lines = [part for line in lines
                 for part in textwrap.wrap(line, (width - 2 * GAP) // _LETTER)]  # fmt: skip
        self._head = GAP + LINE * (len(title) + len(lines)) + GAP // 2
        self._pixels = np.full((self._head + height, width, 4), 255, np.uint8)
        self._begin()
        for row, line in enumerate([*title, *lines]):
            bold = {"size": 10, "weight": "bold"} if row < len(title) else {}
            self.write(GAP, row * LINE + GAP - self._head, line, va="top", **bold)

    def copy(self):
        """Another page with the same on it; what was drawn here is not drawn again."""
        if self._has_drawings:
            canvas = FigureCanvasAgg(self.figure)
            canvas.draw()
            self._pixels = np.array(canvas.buffer_rgba())
            self._begin()
        other = copy.copy(self)
        other._pixels = self._pixels.copy()
        other._begin()
        return other

    def write(self, x, y, text, **options):
        """Write at a place; the options are matplotlib's of a text."""
        self._has_drawings = True
        self.figure.text(x, y, text, **{"size": 9, "transform": self._places, **options})

    def draw(self, x, y, within=None, **options):
        """Draw a line through places, or a mark at each; the options are those of a Line2D.

        What lies outside of `within`, a pair of places ((left, top), (right, bottom)), is cut off.
        """
        self._has_drawings = True
        line = Line2D(x, y, **{"transform": self._places, **options})
        if within is not None:
            line.set_clip_box(TransformedBbox(Bbox(within), self._places))
        self.figure.add_artist(line)

    def frame(self, corner, end, **options):
        """Draw a frame from its upper left corner to its lower right one; options as in `draw`."""
        (left, top), (right, bottom) = corner, end
        x, y = [left, right, right, left, left], [top, top, bottom, bottom, top]
        self.draw(x, y, **options)

    def show(self, pixels, x, y):
        """Show pixels (h, w, 3) with their upper left corner at a place, under what is drawn."""
        height, width, _ = pixels.shape
        y += self._head
        self._pixels[y : y + height, x : x + width, :3] = pixels

    def _begin(self):
        height, width, _ = self._pixels.shape
        # Inches, a little more: rounding must not take the last pixel.
        size = (width + 0.01) / _DPI, (height + 0.01) / _DPI
        self.figure = Figure(figsize=size, dpi=_DPI, layout="none")
        self.figure.add_artist(_Pixels(self._pixels))
        self._has_drawings = False
        self._places = Affine2D().scale(1, -1).translate(0, height - self._head)


class _Pixels(Artist):
    """Pixels (h, w, 4) that fill a figure. Matplotlib's own artist would resample them."""

    def __init__(self, pixels):
        super().__init__()
        self.pixels = pixels

    def draw(self, renderer):
        settings = renderer.new_gc()
        renderer.draw_image(settings, 0, 0, self.pixels[::-1])
        settings.restore()


class Plane:
    """A framed part of a page in which places are numbers of the data, the second one upwards.

    Its upper left `corner` lies at (x, y) on the page; a unit of the data, from `low` (2,) to
    `high` (2,), is `scale` pixels.
    """

    def __init__(self, corner, scale, low, high):
        self.scale, self._low, self._high = scale, low, high
        self.corner, self.end = np.array(corner), corner + scale * np.subtract(high, low)

    def places(self, points):
        """Places x, y on the page of points (n, 2)."""
        x, y = np.asarray(points, dtype=float).T
        left, top = self.corner
        return left + self.scale * (x - self._low[0]), top + self.scale * (self._high[1] - y)

    def draw(self, page, points, **options):
        """Draw a line through points (n, 2), cut off at the frame; options as in `Page.draw`."""
        page.draw(*self.places(points), within=(self.corner, self.end), **options)

    def scatter(self, page, points, **options):
        """Draw a mark at each of the points (n, 2); options as in `Page.draw`."""
        self.draw(page, points, **{"marker": "o", "linestyle": "", "markeredgewidth": 0, **options})

    def frame(self, page):
        """Draw the frame."""
        page.frame(self.corner, self.end, color="0.8", linewidth=1)


def label(page, x, y, text, index, **options):
    """Write in the colour of series number `index`, on a ground that lets it be read."""
    page.write(x, y, text, color=colour(index), **LABEL, **options)


def colour(index):
    """The colour of a series; grey for −1, no series."""
    return "0.5" if index < 0 else style(index)[0]


def tiled(images, width, line=2, below=None):
    """Join rows of images into one array of pixels, with white after each image.

    Args:
        images: (rows, columns, h, w, c), in [0, 1].
        width: how wide an image should be, about: its pixels become squares of whole ones, or
            means of squares.
        line: white pixels to the right of each image.
        below: white pixels below each image; None: as to its right.

    Returns:
        uint8 (rows · (height + below), columns · (width + line), 3).
    """
    rows, columns, height, own_width, channels = images.shape
    factor = max(1, own_width // width)
    height, own_width = height // factor, own_width // factor
    images = images[:, :, : height * factor, : own_width * factor]
    images = images.reshape(rows, columns, height, factor, own_width, factor, channels)
    images = images.mean(axis=(3, 5))
    scale = max(1, round(width / own_width))
    height, width, below = scale * height, scale * own_width, line if below is None else below
    images = np.rint(255 * images).astype(np.uint8).repeat(scale, axis=2).repeat(scale, axis=3)
    joined = np.full((rows, height + below, columns, width + line, 3), 255, np.uint8)
    joined[:, :height, :, :width] = images.swapaxes(1, 2)
    return joined.reshape(rows * (height + below), columns * (width + line), 3)


def fitting(images, width, height):
    """Join rows of images (rows, columns, h, w, c) as `tiled` does, as large as there is room."""
    rows, columns, own_height, own_width, _ = images.shape
    room = min(width // columns - 2, (height // rows - 2) * own_width // own_height)
    enlarged, reduced = int(room // own_width), int(-(-own_width // max(room, 1)))
    return tiled(images, enlarged * own_width or max(own_width // reduced, 1))


def minus(number, form=".2f"):
    """Write a number with a true minus sign, and nought without."""
    text = f"{round(float(number), 9):{form}}"
    return text.replace("-", "−") if float(text) else text.replace("-", "")
