"""The training of a GAN in the plane as a film: samples, the critic's field, the folded noise."""

import ipywidgets
import numpy as np

from course_utils import checks
from course_utils.widgets import given, pages
from course_utils.widgets.explorer import Explorer, named
from course_utils.widgets.pages import GAP, LINE

_SIDE = 300  # pixels: a panel
_FIELD, _MESH, _SAMPLES = 60, 21, 600  # points of a side; lines of the mesh; samples kept
_REACH = 2.5  # the mesh covers noise from −2.5 to 2.5
# What a film must hold, with the axes of each.
_PARTS = {"updates": 1, "samples": 3, "field": 3, "mesh": 4}


def gan_frame(model, limits, seed=0):
    """One moment of a training, for `gan_explorer`.

    Args:
        model: with `sample(count, seed)`, `generate(noise)` and `logits_of(points)`, of points in
            the plane and noise of two numbers; for instance a GAN of the course.
        limits: (lowest, highest) coordinate that is shown.
        seed: of the samples; one for all frames shows how each moves.

    Returns:
        dict of float16 arrays: `samples` (n, 2); `field` (k, k), the critic's logits, its rows
        upwards; `mesh` (m, m, 2), where lines through the noise are taken.
    """
    line, mesh = np.linspace(*limits, _FIELD), np.linspace(-_REACH, _REACH, _MESH)
    plane, noise = (
        np.stack(np.meshgrid(side, side), axis=-1).astype("float32") for side in (line, mesh)
    )
    logits = np.asarray(model.logits_of(plane.reshape(-1, 2)))
    made = model.generate(noise.reshape(-1, 2))
    parts = {
        "samples": model.sample(_SAMPLES, seed=seed),
        "field": logits.reshape(_FIELD, _FIELD),
        "mesh": made.reshape(_MESH, _MESH, 2),
    }
    return {name: part.astype("float16") for name, part in parts.items()}


def gan_film(frames):
    """The film of some moments: dict of arrays, as `recorded.keep_arrays` keeps them.

    Args:
        frames: dict of updates done to what `gan_frame` returned.
    """
    parts = {
        name: np.stack([frame[name] for frame in frames.values()]) for name in list(_PARTS)[1:]
    }
    return {"updates": np.array(list(frames)), **parts}


def gan_explorer(
    film, limits, *, centres=None, title="What do generator and discriminator do to each other?"
):
    """Show the training of a GAN in the plane, update by update.

    Left, the samples, on the field of the critic: dark where it believes in real data, compared
    with the other places at that time. Right, where the generator takes straight lines through the
    noise: it can bend and stretch them, but not tear them.

    Args:
        film: as `gan_film` returned it.
        limits: (lowest, highest) coordinate that is shown, as given to `gan_frame`.
        centres: (k, 2), the modes of the data, marked by crosses, or None.
        title: the question that the picture answers.

    Returns:
        Explorer with the control `updates`.

    Raises:
        ValueError: no film, or limits or centres that are not as described.
    """
    film = _checked(film)
    low, high = (checks.real_number("limits", limit) for limit in limits)
    if low >= high:
        raise ValueError(f"limits must be (lowest, highest) coordinate, found {limits}.")
    centres = None if centres is None else given.codes("centres", centres, 2)
    scale = _SIDE / (high - low)
    left, right = (
        pages.Plane((x, LINE), scale, np.array([low] * 2), np.array([high] * 2))
        for x in (GAP, 2 * GAP + _SIDE)
    )
    updates = film["updates"].tolist()

    def draw(updates_done):
        moment = updates.index(updates_done)
        samples = film["samples"][moment]
        near = "" if centres is None else f"; crosses mark the {len(centres)} modes"
        line = f"after {updates_done:,} updates"
        page = pages.Page(3 * GAP + 2 * _SIDE, LINE + _SIDE + GAP, title, [line])
        page.write(GAP, LINE - 5, "samples; dark: taken for real")
        page.write(right.corner[0], LINE - 5, "where straight lines through the noise go")
        page.show(_shades(film["field"][moment]), *left.corner)
        if centres is not None:
            left.scatter(page, centres, marker="+", color="0.1", markersize=7, markeredgewidth=0.9)
        left.scatter(page, samples, color=pages.colour(0), markersize=2.4, alpha=0.7)
        for lines, index in ((film["mesh"][moment], 0), (film["mesh"][moment].swapaxes(0, 1), 1)):
            for one in lines:
                right.draw(page, one, color=pages.colour(index), linewidth=0.7)
        for plane in (left, right):
            plane.frame(page)
        alt = (
            f"{len(samples)} samples {line}, over shades that are dark where the discriminator "
            f"believes in real data{near}. Beside them a mesh of lines, as the generator bends it."
        )
        return page.figure, alt

    options = [(f"{count:,}", count) for count in updates]
    slider = ipywidgets.SelectionSlider(options=options, value=updates[-1], description="updates")
    return Explorer(named(updates_done=slider), draw)


def _checked(film):
    if not isinstance(film, dict) or set(film) != set(_PARTS):
        found = ", ".join(map(str, film)) if isinstance(film, dict) else type(film).__name__
        raise ValueError(f"a film holds {', '.join(_PARTS)}, found {found}. Make it by gan_film.")
    film = {name: np.asarray(part, dtype=float) for name, part in film.items()}
    film["updates"] = film["updates"].astype(int)
    lengths = {
        name: part.shape[0] if part.ndim == _PARTS[name] else 0 for name, part in film.items()
    }
    if min(lengths.values()) < 1 or len(set(lengths.values())) > 1:
        raise ValueError(f"each part of a film has one entry for each moment, found {lengths}.")
    for name, part in film.items():
        checks.finite(f"the film's {name}", part)
    return film


def _shades(field):
    """Pixels (side, side, 3) of logits, by rank: dark where they are highest."""
    ranks = np.argsort(np.argsort(field, axis=None)).reshape(field.shape) / (field.size - 1)
    grey = np.rint(255 * (1 - 0.55 * ranks[::-1] ** 2)).astype(np.uint8)
    factor = _SIDE // len(field)
    return np.repeat(grey.repeat(factor, 0).repeat(factor, 1)[..., None], 3, axis=-1)
