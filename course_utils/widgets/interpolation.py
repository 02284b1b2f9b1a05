"""The way from one image to another through the codes of one or more models."""

import functools

import ipywidgets
import numpy as np

from course_utils import checks, code_paths, plotting
from course_utils.widgets import given, pages
from course_utils.widgets.explorer import Explorer, named
from course_utils.widgets.pages import GAP, LINE, minus

PATHS = {"straight": code_paths.straight, "spherical": code_paths.spherical}
_IN_WORDS = {
    "straight": "Straight path: equal steps along the line between the codes.",
    "spherical": "Spherical path: equal angles along the arc between the codes.",
}
_PATHS_KEPT = 64
# Pixels: a step, at most and at least; all of them, at most and at least; one enlarged, at least.
_STEP, _LEAST_STEP, _MOST_WIDTH, _LEAST_WIDTH, _LARGE = 56, 8, 650, 250, 112
_ACCENT = plotting.COLOURS[1]
_MARKED = {"color": _ACCENT, "weight": "bold"}


def interpolation_explorer(
    images, models, *, steps=9, title="What lies on the way from one image to another?"
):
    """Show, for one or more models, what is decoded on the way from one image to another.

    Args:
        images: (n, h, w, c) in [0, 1], at least two, to choose both ends from. They are encoded
            once, when the explorer is made.
        models: dict of name to a pair of functions: `encode` of images (n, h, w, c), which
            returns codes (n, d), and `decode` of codes (n, d), which returns images in [0, 1];
            of a VAE, (vae.encode, vae.decode). The sizes of the codes may differ.
        steps: number of images on the way, both ends among them.
        title: the question that the picture answers.

    Returns:
        Explorer with the controls `start`, `end`, `path` (one of `PATHS`) and `position`, the
        step that is enlarged, from 1.

    Raises:
        ValueError: an argument is not as described, or a function does not return what it should.
    """
    images = given.images("images", images)
    if len(images) < 2:
        raise ValueError("images must be at least 2, found 1. A way has two ends.")
    checks.whole_number("steps", steps, 2)
    example = '{"VAE": (vae.encode, vae.decode)}'
    models, codes = dict(given.models(models, "name to (encode, decode)", example)), {}
    for name, pair in models.items():
        if not isinstance(pair, tuple | list) or len(pair) != 2 or not all(map(callable, pair)):
            raise ValueError(
                f"models[{name!r}] must be a pair of functions (encode, decode), found "
                f"{type(pair).__name__}. Of a model, pass (model.encode, model.decode)."
            )
    for name, (encode, _) in models.items():
        returned = f"what encode of {name!r} returned"
        codes[name] = given.codes(returned, encode(images), count=len(images))
    view = _Ways(list(models), steps, title)

    # Moving the position only draws.
    @functools.lru_cache(_PATHS_KEPT)
    def ways(start, end, path):
        found = {}
        for name, (_, decode) in models.items():
            way = PATHS[path](codes[name][start], codes[name][end], steps)
            returned = f"what decode of {name!r} returned"
            decoded = given.images(returned, decode(way), steps, images.shape[1:])
            found[name] = decoded, np.linalg.norm(way, axis=1)
        return found

    def draw(start, end, path, position):
        figure = view.draw(images[[start, end]], ways(start, end, path), path, position)
        return figure, (
            f"From image {start} to image {end} in {steps} steps on the {path} path, decoded by "
            f"{', '.join(models)}, a row each; step {position} is enlarged."
        )

    last = len(images) - 1
    controls = named(
        start=ipywidgets.IntSlider(0, 0, last),
        end=ipywidgets.IntSlider(1, 0, last),
        path=ipywidgets.ToggleButtons(options=list(PATHS)),
        position=ipywidgets.IntSlider((steps + 1) // 2, 1, steps),
    )
    return Explorer(controls, draw)


class _Ways:
    """Both images above a row of steps for each model, with one step enlarged."""

    def __init__(self, names, steps, title):
        self.names, self.steps, self.title = names, steps, title
        # All frames of a kind of path have all but the images in common.
        self._page = functools.cache(self._page_around)

    def draw(self, ends, ways, path, position):
        """Return the figure of images (2, h, w, c) and, by model, its steps and their lengths."""
        width = max(min(_STEP, _MOST_WIDTH // self.steps), _LEAST_STEP)
        rows = [pages.tiled(way[None], width) for way, _ in ways.values()]
        step, height = rows[0].shape[1] // self.steps, rows[0].shape[0]
        enlarged = [pages.tiled(way[None, position - 1 : position], max(2 * step, _LARGE))
                    for way, _ in ways.values()]  # fmt: skip
        page, right, tops = self._page(path, rows[0].shape, enlarged[0].shape)
        page = page.copy()
        for image, index in zip(ends, (0, self.steps - 1), strict=True):
            page.show(pages.tiled(image[None, None], width), GAP + index * step, 0)
        page.write(right, tops[0] - 5, f"step {position} of {self.steps}", **_MARKED)
        for row, large, top, (_, lengths) in zip(rows, enlarged, tops, ways.values(), strict=True):
            page.show(row, GAP, top + LINE)
            page.show(large, right, top)
            x, y = GAP + (position - 1) * step, top + LINE
            page.frame((x - 1, y - 1), (x + step - 1, y + height - 1), color=_ACCENT)
            for index in sorted({0, position - 1, self.steps - 1}):
                style = _MARKED if index == position - 1 else {}
                page.write(GAP + step * (index + 0.5), y + height + 4, minus(lengths[index], ".1f"),
                           ha="center", va="top", size=8, **style)  # fmt: skip
        return page.figure

    def _page_around(self, path, row, large):
        """Return the page around images of these shapes, and the places of the enlarged steps."""
        # A name, the steps and the lengths of their codes; beside them, the enlarged step.
        part = max(LINE + row[0] + LINE, large[0]) + GAP
        right = GAP + max(row[1], _LEAST_WIDTH) + 2 * GAP
        tops = [row[0] + LINE + GAP + part * index for index in range(len(self.names))]
        lines = [_IN_WORDS[path], "The number below a decoded image is the length of its code."]
        page = pages.Page(right + large[1] + GAP, tops[-1] + part, self.title, lines)
        if self.steps > 3:
            page.write(GAP + row[1] / 2, row[0] / 2, "originals", ha="center", va="center")
        for name, top in zip(self.names, tops, strict=True):
            page.write(GAP, top + LINE - 5, name, weight="bold")
        return page, right, tops
