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
    width = max(min(_STEP, _MOST_WIDTH // steps), _LEAST_STEP)
    # All frames of a kind of path have all but the images in common.
    page_around = functools.cache(functools.partial(_page_around, list(models), steps, title))

    # Images and lengths of codes, a pair for each model: moving the position only draws.
    @functools.lru_cache(_PATHS_KEPT)
    def ways(start, end, path):
        found = []
        for name, (_, decode) in models.items():
            way = PATHS[path](codes[name][start], codes[name][end], steps)
            returned = f"what decode of {name!r} returned"
            decoded = given.images(returned, decode(way), steps, images.shape[1:])
            found.append((decoded, np.linalg.norm(way, axis=1)))
        return found

    def draw(start, end, path, position):
        found = ways(start, end, path)
        rows = [pages.tiled(way[None], width) for way, _ in found]
        height, step = rows[0].shape[0], rows[0].shape[1] // steps
        large = [pages.tiled(way[None, position - 1 : position], max(2 * step, _LARGE))
                 for way, _ in found]  # fmt: skip
        page, right, tops = page_around(path, rows[0].shape, large[0].shape)
        page = page.copy()
        page.show(pages.tiled(images[None, [start]], width), GAP, 0)
        page.show(pages.tiled(images[None, [end]], width), GAP + (steps - 1) * step, 0)
        page.write(right, tops[0] - 5, f"step {position} of {steps}", **_MARKED)
        for row, enlarged, top, (_, lengths) in zip(rows, large, tops, found, strict=True):
            page.show(row, GAP, top + LINE)
            page.show(enlarged, right, top)
            x, y = GAP + (position - 1) * step, top + LINE
            page.frame((x - 1, y - 1), (x + step - 1, y + height - 1), color=_ACCENT)
            for index in sorted({0, position - 1, steps - 1}):
                style = _MARKED if index == position - 1 else {}
                page.write(GAP + step * (index + 0.5), y + height + 4, minus(lengths[index], ".1f"),
                           ha="center", va="top", size=8, **style)  # fmt: skip
        return page.figure, (
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
    return Explorer(controls, draw, film="position")


def _page_around(names, steps, title, path, row, large):
    """The page around images of these shapes, and where the enlarged steps go."""
    # A name, the steps and the lengths of their codes; beside them, the enlarged step.
    part = max(LINE + row[0] + LINE, large[0]) + GAP
    right = GAP + max(row[1], _LEAST_WIDTH) + 2 * GAP
    tops = [row[0] + LINE + GAP + part * index for index in range(len(names))]
    lines = [_IN_WORDS[path], "The number below a decoded image is the length of its code."]
    page = pages.Page(right + large[1] + GAP, tops[-1] + part, title, lines)
    if steps > 3:
        page.write(GAP + row[1] / 2, row[0] / 2, "originals", ha="center", va="center")
    for name, top in zip(names, tops, strict=True):
        page.write(GAP, top + LINE - 5, name, weight="bold")
    return page, right, tops
