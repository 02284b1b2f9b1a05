"""VAEs that weigh the KL term differently, side by side."""

import math
import numbers

import ipywidgets

from course_utils.widgets import given, pages
from course_utils.widgets.explorer import Explorer, named
from course_utils.widgets.pages import GAP

IMAGES_SHOWN = 12
_SAMPLE_ROWS = 2
_TILE, _NAMES, _LEAST_WIDTH = 56, 110, 300  # pixels: an image, the rows' names, all images


def beta_explorer(
    models, images, *, notes=None, seed=0, title="What does a larger β give, and what does it cost?"
):
    """Show what models with different weights β of the KL term make of images, and of noise.

    All images are made when the explorer is: the slider only shows them.

    Args:
        models: dict of β to a model with the methods `reconstruct` of images (n, h, w, c) and
            `sample(count, seed=…)`, both of which return images in [0, 1]; for instance VAEs.
        images: (n, h, w, c) in [0, 1], preferably held out. Of more than `IMAGES_SHOWN`, the
            first ones are shown.
        notes: dict of β to a short text or to a dict of names to numbers (rate, distortion,
            active dimensions), shown above that model's images; or None.
        seed: of the samples; all models are given the same.
        title: the question that the picture answers.

    Returns:
        Explorer with the control `beta`.

    Raises:
        ValueError: an argument is not as described, or a method does not return images of the
            same shape.
    """
    images = given.images("images", images)[:IMAGES_SHOWN]
    notes = {} if notes is None else notes
    _check(models, notes)
    made = {beta: _made(beta, models[beta], images, seed) for beta in sorted(models)}

    def draw(beta):
        note = _in_words(notes.get(beta, ""))
        line = f"β = {beta:g}{': ' if note else ''}{note}"
        rows, top = made[beta], 0
        width = max(rows["originals"].shape[1], _LEAST_WIDTH)
        height = sum(len(pixels) + GAP for pixels in rows.values())
        page = pages.Page(_NAMES + width + GAP, height, title, [line])
        for name, pixels in rows.items():
            page.write(_NAMES - 8, top + len(pixels) / 2, name, ha="right", va="center")
            page.show(pixels, _NAMES, top)
            top += len(pixels) + GAP
        return page.figure, (
            f"{line}. Rows of images: {len(images)} originals, their reconstructions, and "
            f"{_SAMPLE_ROWS * len(images)} samples."
        )

    betas = list(made)
    first = 1 if 1 in betas else betas[len(betas) // 2]  # the VAE itself, where it is among them
    options = [(f"{beta:g}", beta) for beta in betas]
    slider = ipywidgets.SelectionSlider(options=options, value=first, description="β")
    return Explorer(named(beta=slider), draw)


def _made(beta, model, images, seed):
    """Return a dict of row name to an array of pixels, each image in a place of its own."""
    count, shape = _SAMPLE_ROWS * len(images), images.shape[1:]
    returned = f"of models[{beta:g}] returned"
    rebuilt = model.reconstruct(images)
    rebuilt = given.images(f"what reconstruct {returned}", rebuilt, len(images), shape)
    samples = given.images(f"what sample {returned}", model.sample(count, seed=seed), count, shape)
    return {
        "originals": pages.tiled(images[None], _TILE),
        "reconstructed": pages.tiled(rebuilt[None], _TILE),
        "samples": pages.tiled(samples.reshape(_SAMPLE_ROWS, len(images), *shape), _TILE),
    }


def _check(models, notes):
    for beta, model in given.models(models, "β to a model", "{1.0: vae}").items():
        if not isinstance(beta, numbers.Real) or not 0 <= beta < math.inf:
            raise ValueError(
                f"the keys of models are the β they were trained with, numbers from 0; found "
                f"{beta!r}."
            )
        for method in ("reconstruct", "sample"):
            if not callable(getattr(model, method, None)):
                raise ValueError(
                    f"models[{beta:g}] must have a method {method}, found "
                    f"{type(model).__name__} without. Wrap it in an object that has."
                )
    if not isinstance(notes, dict) or set(notes) - set(models):
        raise ValueError(
            f"notes must be a dict with some of the keys of models, {sorted(models)}, found "
            f"{list(notes) if isinstance(notes, dict) else notes!r}."
        )


def _in_words(note):
    if not isinstance(note, dict):
        return str(note)
    return ", ".join(
        f"{name} {value:{',' if isinstance(value, numbers.Integral) else ',.4g'}}"
        for name, value in note.items()
    )
