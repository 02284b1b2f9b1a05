"""A code that is moved by hand, and what a decoder makes of it."""

import functools
import math

import ipywidgets
import numpy as np

from course_utils import checks
from course_utils.plotting import arrays, look
from course_utils.widgets import given, pages
from course_utils.widgets.explorer import Explorer, named
from course_utils.widgets.pages import GAP, LINE, minus

CODES_SHOWN = 2000
# Pixels: the side of the plane, of the image, of a small one; room for marks and for names.
_PLANE, _IMAGE, _TILE, _MARK, _LABELS, _LEAST_WIDTH = 360, 252, 56, 14, 55, 400


def latent_explorer(
    decode,
    size,
    *,
    start=None,
    shown=8,
    dimensions=None,
    values=7,
    points=None,
    labels=None,
    class_names=None,
    limit=3.0,
    title="What does the decoder make of this code?",
):
    """Show the image that a code is decoded to, with a slider for each dimension of the code.

    A code of two dimensions is shown as a cross in their plane. Of one with more, the picture
    shows what moving each dimension would do: a row of images for each, decoded from the same
    code with only that dimension changed.

    Args:
        decode: function of codes (n, size), float32, that returns images (n, h, w, c) in [0, 1].
            It is called once a picture: `decode` of a VAE is quick for so few codes, where
            `predict` of a Keras model takes 30 ms before it begins.
        size: number of dimensions of a code.
        start: code (size,) to start from, that of an image for instance; None: zeros.
        shown: how many sliders there are at most; the other dimensions keep their start.
        dimensions: which dimensions have a slider, counted from 0; None: the first ones.
        values: how many values of each dimension are decoded for its row, 0 for no rows; of a
            code of two dimensions, the plane is shown instead.
        points: for a code of two dimensions, codes (n, 2) to show in the plane, or None. Of more
            than `CODES_SHOWN`, as many drawn at random are shown.
        labels: class of each point (n,), whole numbers from 0, or None.
        class_names: names in the order of the labels; None: the labels themselves.
        limit: the sliders go from -limit to limit.
        title: the question that the picture answers.

    Returns:
        Explorer with a slider for each of the dimensions: `z0`, `z1`, …

    Raises:
        ValueError: an argument is not as described, or `decode` does not return images.
    """
    if not callable(decode):
        raise ValueError(
            f"decode must be a function of codes (n, size), found {type(decode).__name__}. Of a "
            f"model, pass its method: model.decode."
        )
    for name, value, low in (("size", size, 1), ("shown", shown, 1), ("values", values, 0)):
        checks.whole_number(name, value, low)
    if values == 1:
        raise ValueError("values must be 0, for no rows, or at least 2, both ends; found 1.")
    limit = checks.real_number("limit", limit, 0, open_ends=True)
    dimensions = _checked_dimensions(dimensions, size, shown)
    start = _checked_start(start, size, dimensions, limit)
    if size == 2:
        view = _Plane(points, labels, class_names, limit, title)
    elif points is not None or labels is not None:
        raise ValueError(
            f"points and labels are shown in the plane of a code of 2 dimensions, found size "
            f"{size}. Leave them out."
        )
    else:
        view = _Rows(size, dimensions, values, limit, title)

    def draw(**setting):
        code = start.copy()
        code[dimensions] = list(setting.values())
        codes = np.concatenate([code[None], view.others(code)])
        images = given.images("what decode returned", decode(codes), len(codes))
        # No line ends within one of these.
        moved = ", ".join(f"z[{index}]\xa0=\xa0{minus(code[index])}" for index in dimensions)
        figure, seen = view.draw(code, images, moved)
        return figure, f"The image decoded from {moved}. {seen}".replace("\xa0", " ")

    sliders = {
        f"z{index}": ipywidgets.FloatSlider(
            float(start[index]), min=-limit, max=limit, step=limit / 30, description=f"z[{index}]"
        )
        for index in dimensions
    }
    return Explorer(named(**sliders), draw)


class _Rows:
    """The image, and beside it a row of images for each dimension that has a slider."""

    def __init__(self, size, dimensions, values, limit, title):
        self.dimensions, self.title, self.span = dimensions, title, _span(limit)
        self.values = np.linspace(-limit, limit, values)
        rest = size - len(dimensions)
        self.rest = f" The other {rest} of {size} dimensions keep their start." if rest else ""
        # All frames have images of the same size, and all else in common.
        self._page = functools.cache(self._page_around)

    def others(self, code):
        """Codes (dimensions · values, size) with one dimension changed each."""
        codes = np.tile(code, (len(self.dimensions), len(self.values), 1))
        codes[range(len(self.dimensions)), :, self.dimensions] = self.values
        return codes.reshape(-1, len(code))

    def draw(self, code, images, moved):
        """Return the figure, and in words what is beside the image."""
        image = pages.tiled(images[None, :1], _IMAGE)
        if not len(self.values):
            width = max(image.shape[1], _LEAST_WIDTH) + 2 * GAP
            page = pages.Page(width, len(image) + GAP, self.title, [f"{moved}.{self.rest}"])
            page.show(image, GAP, 0)
            return page.figure, self.rest.strip()
        rows = images[1:].reshape(len(self.dimensions), len(self.values), *images.shape[1:])
        # Room below each row for the mark of where its dimension is.
        rows = pages.tiled(rows, _TILE, below=_MARK)
        page, left, middles, bottoms = self._page(image.shape, rows.shape)
        page = page.copy()
        page.show(image, GAP, LINE)
        page.show(rows, left, LINE)
        places = np.interp(code[self.dimensions], self.values, middles)
        mark = {"marker": "^", "markersize": 6, "color": look.COLOURS[1], "linestyle": ""}
        page.draw(places, bottoms + _MARK / 2, **mark)
        return page.figure, (
            f"Beside it, a row for each of these dimensions: {len(self.values)} images with that "
            f"one from {self.span} and the others kept.{self.rest}"
        )

    def _page_around(self, image, rows):
        """Return the page around images of these shapes, and the places of what goes onto it."""
        left = GAP + image[1] + _LABELS
        width, height = left + rows[1] + GAP, LINE + max(image[0], rows[0]) + GAP
        note = f"A row: the same code with one dimension changed; the mark: where it is.{self.rest}"
        page = pages.Page(width, height, self.title, [note])
        page.write(GAP, LINE - 5, "decoded from this code")
        tile_width, row_height = rows[1] / len(self.values), rows[0] / len(self.dimensions)
        middles = left + tile_width * (np.arange(len(self.values)) + 0.5) - 1
        for x, value in zip(middles, self.values, strict=True):
            page.write(x, LINE - 5, minus(value, ".3g"), ha="center", size=8, color="0.3")
        bottoms = LINE + row_height * (np.arange(len(self.dimensions)) + 1) - _MARK
        for bottom, index in zip(bottoms, self.dimensions, strict=True):
            middle = bottom - (row_height - _MARK) / 2
            page.write(left - 8, middle, f"z[{index}]", ha="right", va="center")
        return page, left, middles, bottoms


class _Plane:
    """The plane of a code of two dimensions, and beside it the image at the cross."""

    def __init__(self, points, labels, class_names, limit, title):
        self.limit, self.title = limit, title
        self.groups, self.caption = [], "the plane of codes"
        corners = (-limit, -limit), (limit, limit)
        self._plane = pages.Plane((GAP + LINE, LINE), _PLANE / 2 / limit, *corners)
        self._page = functools.cache(self._page_around)
        if points is not None:
            self._group(given.codes("points", points, size=2), labels, class_names)
        elif labels is not None:
            raise ValueError("labels belong to points, found no points. Pass both.")

    def _group(self, points, labels, class_names):
        """Group points by their class, −1 where there are none, and say how many are shown."""
        labels, names = _checked_classes(labels, class_names, len(points))
        shown, in_words = given.drawn(len(points), CODES_SHOWN)
        points, labels = points[shown], labels[shown]
        self.caption = f"codes of {in_words} images"
        inside = (np.abs(points) <= self.limit).all(axis=1)
        if outside := np.count_nonzero(~inside):
            self.caption += f" ({outside:,} lie outside)"
        groups = [(index, name, points[inside & (labels == index)]) for index, name in names]
        self.groups = [group for group in groups if len(group[2])]

    def others(self, code):
        """No codes but the one at the cross."""
        return np.empty((0, len(code)), code.dtype)

    def draw(self, code, images, moved):
        """Return the figure, and in words what is beside the image."""
        _, height, width, _ = images.shape
        image = pages.tiled(images[None], round(_PLANE * min(1, width / height)))
        page, right = self._page(image.shape)
        page = page.copy()
        page.write(right, LINE - 5, f"decoded from {moved}")
        page.show(image, right, LINE)
        # White below black is seen on every colour.
        for colour, width in (("white", 5), ("black", 2)):
            page.draw(*self._plane.places([code]), marker="+", linestyle="", color=colour,
                      markersize=18, markeredgewidth=width)  # fmt: skip
        classes = f" in {len(self.groups)} classes" if len(self.groups) > 1 else ""
        return page.figure, (
            f"Beside it {self.caption}{classes}, from {_span(self.limit)}, with a cross at this "
            f"code."
        )

    def _page_around(self, image):
        """Return the page with the plane, and where the image goes onto it."""
        left, bottom = GAP + LINE, LINE + _PLANE
        right = left + _PLANE + 2 * GAP
        width, height = right + image[1] + GAP, max(LINE + image[0], bottom + LINE) + GAP
        page = pages.Page(width, height, self.title)
        page.write(left, LINE - 5, self.caption)
        self._plane.frame(page)
        low, high = -self.limit, self.limit
        for line in ([(low, 0), (high, 0)], [(0, low), (0, high)]):
            self._plane.draw(page, line, color="0.8", linewidth=1)
        for index, _, group in self.groups:
            self._plane.scatter(page, group, marker=look.style(index)[2],
                                color=pages.colour(index), alpha=0.45, markersize=3)  # fmt: skip
        for index, name, group in self.groups if len(self.groups) > 1 else ():
            (x,), (y,) = self._plane.places(np.median(group, axis=0)[None])
            pages.label(page, x, y, name, index)
        for part, texts, along, upwards in (
            (0, 2 * [minus(low, ".3g")], "left", "bottom"), (0.5, "00", "center", "center"),
            (0.75, ("z[0]", "z[1]"), "center", "center"),
            (1, 2 * [minus(high, ".3g")], "right", "top"),
        ):  # fmt: skip
            page.write(left + part * _PLANE, bottom + 4, texts[0], ha=along, va="top", size=8)
            page.write(left - 4, bottom - part * _PLANE, texts[1], ha="right", va=upwards, size=8,
                       rotation=90)  # fmt: skip
        return page, right


def _span(limit):
    return f"{minus(-limit, '.3g')} to {minus(limit, '.3g')}"


def _checked_dimensions(dimensions, size, shown):
    if dimensions is None:
        return list(range(min(size, shown)))
    dimensions = given.each_once("dimensions", dimensions, 0, size - 1)
    if len(dimensions) > shown:
        raise ValueError(
            f"dimensions has {len(dimensions)} entries, at most {shown} are shown. Choose fewer, "
            f"or pass shown={len(dimensions)}."
        )
    return dimensions


def _checked_start(start, size, dimensions, limit):
    if start is None:
        return np.zeros(size, np.float32)
    if np.shape(start) != (size,):
        raise ValueError(
            f"start must be one code of shape ({size},), found {np.shape(start)}. Of an image, "
            f"pass encode(images[:1])[0]."
        )
    start = given.codes("start", arrays.to_numpy(start)[None], size)[0].astype(np.float32)
    largest = max(dimensions, key=lambda index: abs(start[index]))
    if abs(start[largest]) > limit:
        raise ValueError(
            f"start[{largest}] is {start[largest]:.2f}, beyond the limit {limit}. Pass a larger "
            f"limit, for instance limit={math.ceil(abs(start[largest]))}."
        )
    return start


def _checked_classes(labels, class_names, count):
    """Return the class of each of `count` points, −1 where there are none, and (class, name)s."""
    if labels is None:
        return np.full(count, -1), [(-1, "")]
    labels = arrays.to_numpy(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise ValueError(
            f"labels must be whole numbers from 0, one for each of {count:,} points, found shape "
            f"{labels.shape} and type {labels.dtype}."
        )
    names = range(labels.max() + 1) if class_names is None else list(class_names)
    if len(names) <= labels.max():
        raise ValueError(
            f"class_names has {len(names)} entries, but there is a label {labels.max()}. Pass "
            f"a name for each label from 0."
        )
    return labels, [(label, str(names[label])) for label in np.unique(labels).tolist()]
