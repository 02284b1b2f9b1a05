"""Mixtures of Gaussians in the plane, fitted and drawn as the controls say."""

import functools
import warnings

import ipywidgets
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from course_utils import checks
from course_utils.models import em
from course_utils.models.em import COVARIANCES
from course_utils.plotting.look import style
from course_utils.widgets import given, pages
from course_utils.widgets.explorer import Explorer, named
from course_utils.widgets.pages import GAP, LINE

FIT_POINTS = 2000
_STARTS, _MOST_STEPS = 3, 200
_DECODED = 36
_SIDE = 430  # pixels: the width of a panel
_TURNS = np.exp(1j * np.radians([0, 180, 60, -60, 120, -120]))
_CIRCLE = np.stack([f(np.linspace(0, 2 * np.pi, 73)) for f in (np.cos, np.sin)], axis=1)


def mixture_explorer(
    points,
    components=range(1, 13),
    covariances=COVARIANCES,
    *,
    held_out=None,
    decode=None,
    seed=0,
    title="Which mixture of Gaussians fits these points?",
):
    """Show the mixtures of Gaussians that EM fits to points in the plane, one for each setting.

    Args:
        points: (n, 2), toy data or a 2-D code. Of more than `FIT_POINTS`, as many drawn at random
            are shown, fitted and scored.
        components: the numbers of components on the slider, which begins in their middle.
        covariances: the types of covariance to choose from, out of `COVARIANCES`.
        held_out: points (m, 2), scored only, or None.
        decode: function of points (k, 2) that returns images (k, h, w, c) in [0, 1], or None;
            given one, the samples of the mixture are shown as images.
        seed: of the choice of points, of EM's starts and of the samples.
        title: the question that the picture answers.

    Returns:
        Explorer with the controls `components`, `covariance` and `show` (points or samples).

    Raises:
        ValueError: points, components or covariances are not as described.
    """
    # Sums of float32 numbers make covariances that are not positive definite.
    points = given.codes("points", points, 2).astype(np.float64)
    if held_out is not None:
        held_out = given.codes("held_out", held_out, 2).astype(np.float64)
    shown, shown_in_words = given.drawn(len(points), FIT_POINTS, seed)
    points = points[shown]
    components = given.each_once("components", components, 1)
    if max(components) > len(points):
        raise ValueError(
            f"{max(components)} components need at least as many points, found {len(points)}. "
            f"Pass more points or fewer components."
        )
    covariances = [covariances] if isinstance(covariances, str) else list(covariances)
    for covariance in covariances or [None]:
        checks.one_of("covariance", covariance, COVARIANCES)
    left, right = _plane_around(points, GAP), _plane_around(points, GAP + _SIDE + GAP)

    @functools.cache
    def fit(components, covariance):
        mixture = GaussianMixture(components, covariance_type=covariance, n_init=_STARTS,
                                  max_iter=_MOST_STEPS, random_state=seed)  # fmt: skip
        # One thread: so little work is not worth sharing out, and on a busy machine the threads
        # wait for one another twenty times as long as they work.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the picture tells
            mixture.fit(points)
        return mixture, _scores(mixture, points, held_out)

    def draw(components, covariance, show):
        mixture, scores = fit(components, covariance)
        gaussians = f"{components} Gaussian{'s' * (components > 1)} ({covariance})"
        fitted = f"{shown_in_words} points, {gaussians}"
        alt = f"{fitted}, as ellipses at 1 and 2 standard deviations: {'; '.join(scores)}."
        last = right if show == "samples" else left
        page = pages.Page(*np.rint(last.end).astype(int) + GAP, title, scores)
        page.write(GAP, LINE - 5, f"{fitted} at 1 and 2 std")
        left.frame(page)
        left.scatter(page, points, color="0.75", markersize=2.2)
        _draw_components(page, left, mixture)
        if show == "samples":
            seen = _draw_samples(page, right, mixture, len(points), decode)
            page.write(right.corner[0], LINE - 5, seen)
            alt += f" Beside it {seen}."
        return page.figure, alt

    # With a decoder, the first frame calls it, so that its errors show in the cell.
    first = "points" if decode is None else "samples"
    controls = named(
        components=ipywidgets.SelectionSlider(
            options=components, value=components[len(components) // 2]
        ),
        covariance=ipywidgets.ToggleButtons(options=covariances),
        show=ipywidgets.ToggleButtons(options=["points", "samples"], value=first),
    )
    return Explorer(controls, draw)


def _scores(mixture, points, held_out):
    """Return lines that say how well a mixture fits."""
    likelihood = f"log-likelihood per point: {mixture.score(points):.3f}"
    if held_out is not None:
        likelihood += f", held out: {mixture.score(held_out):.3f}"
    bic = f"BIC: {mixture.bic(points):,.0f} (lower is better)"
    if not mixture.converged_:
        bic += f" – NOT CONVERGED in {mixture.n_iter_} steps"
    return [line.replace(" -", " −") for line in (likelihood, bic)]


def _plane_around(points, left):
    """Return the Plane of a panel, whose shape comes from the points: settings can be compared."""
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = np.maximum(high - low, 1e-9)
    ratio = np.clip(height / width, 0.5, 1)
    half = 0.6 * max(width, height / ratio) * np.array([1, ratio])
    middle = (low + high) / 2
    return pages.Plane((left, LINE), _SIDE / 2 / half[0], middle - half, middle + half)


def _draw_components(page, plane, mixture):
    """Draw ellipses at one and two standard deviations, numbered."""
    variances, axes = np.linalg.eigh(em.matrices(mixture))  # ascending: the narrow side first
    outlines = np.einsum("kij,kj,nj->kni", axes, np.sqrt(np.maximum(variances, 0)), _CIRCLE)
    for index, (mean, outline) in enumerate(zip(mixture.means_, outlines, strict=True)):
        colour, line, _ = style(index)
        for count, width in ((1, 1.6), (2, 0.9)):
            plane.draw(page, mean + count * outline, color=colour, linewidth=width, linestyle=line)
    _number(page, plane, mixture.means_, variances, axes)


def _number(page, plane, means, variances, axes):
    """Number the components inside their ellipses or, where these are narrow, beside them."""
    x, y = plane.places(means)
    places, taken = x + 1j * y, np.empty(0)
    radii = plane.scale * np.sqrt(np.maximum(variances[:, 0], 0))
    across = axes[:, 0, 0] - 1j * axes[:, 1, 0]  # pages count downwards
    (left, top), (right, bottom) = plane.corner + 8, plane.end - 8
    for index, (place, radius, aside) in enumerate(zip(places, radii, across, strict=True)):
        # Away from the middle first; the second standard deviation ends at twice the radius.
        aside *= 1 if (aside.conjugate() * (place - places.mean())).real >= 0 else -1
        beside = 2 * radius + np.array([[12], [27], [42]])
        spots = (place + beside * aside * _TURNS).ravel()
        spots = np.append(place, spots) if radius > 10 else spots
        free = (left < spots.real) & (spots.real < right) & (top < spots.imag)
        free &= (spots.imag < bottom) & (abs(taken - spots[:, None]) > 14).all(axis=1)
        taken = np.append(taken, spot := spots[free.argmax()])  # the first, where none is free
        pages.label(page, spot.real, spot.imag, index + 1, index, size=8)


def _draw_samples(page, plane, mixture, count, decode):
    """Draw samples of a mixture, decoded if there is a decoder. Return in words what is seen."""
    samples, origins = mixture.sample(count if decode is None else _DECODED)
    if decode is None:
        plane.frame(page)
        for index in np.unique(origins):
            chosen = samples[origins == index]
            plane.scatter(page, chosen, color=pages.colour(index), markersize=2.2)
        return f"{count:,} samples, coloured by component"
    images = given.images("what decode returned", decode(samples.astype(np.float32)), _DECODED)
    width, height = plane.end - plane.corner
    rows = round(np.sqrt(_DECODED * height / width))
    columns = -(-_DECODED // rows)
    white = np.ones((rows * columns - _DECODED, *images.shape[1:]))
    images = np.concatenate([images, white]).reshape(rows, columns, *images.shape[1:])
    tiles = pages.fitting(images, width, height)
    page.show(tiles, *plane.corner)
    step = np.array([tiles.shape[1] / columns, tiles.shape[0] / rows])
    for place, origin in enumerate(origins):
        spot = plane.corner + [7, 8] + step * [place % columns, place // columns]
        pages.label(page, *spot, origin + 1, origin, size=8)
    return f"{_DECODED} samples, decoded, with their component's number"
