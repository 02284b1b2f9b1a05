"""Mixtures of Gaussians in the plane, fitted and drawn as the controls say."""

import functools
import textwrap
import warnings

import ipywidgets
import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from course_utils import plotting
from course_utils.plotting.look import LABEL_BOX
from course_utils.plotting.pictures import checked_images as checked_images
from course_utils.widgets.explorer import Explorer

COVARIANCES = ("full", "tied", "diag", "spherical")
FIT_POINTS = 2000
_STARTS, _MOST_STEPS = 3, 200
_DECODED = 36
_SIDE, _GAP, _LINE = 4.3, 0.12, 0.19  # inches: a panel, what lies between, a line of text
_BUTTONS = {"description_width": "initial", "button_width": "max-content"}


def mixture_explorer(
    points,
    components=range(1, 13),
    covariances=COVARIANCES,
    *,
    held_out=None,
    decode=None,
    seed=0,
    components_at_first=None,
    title="Which mixture of Gaussians fits these points?",
):
    """Show the mixtures of Gaussians that EM fits to points in the plane, one for each setting.

    Args:
        points: (n, 2), toy data or a 2-D code. Of more than `FIT_POINTS`, as many drawn at random
            are shown, fitted and scored.
        components: the numbers of components on the slider.
        covariances: the types of covariance to choose from, out of `COVARIANCES`.
        held_out: points (m, 2), scored only, or None.
        decode: function of points (k, 2) that returns images (k, h, w, c) in [0, 1], or None;
            given one, the samples of the mixture are shown as images.
        seed: of the choice of points, of EM's starts and of the samples.
        components_at_first: where the slider begins; None: in the middle.
        title: the question that the picture answers.

    Returns:
        Explorer with the controls `components`, `covariance` and `show` (points or samples).

    Raises:
        ValueError: points, components or covariances are not as described.
    """
    points = _checked_points(points, "points")
    held_out = None if held_out is None else _checked_points(held_out, "held_out")
    total = len(points)
    if total > FIT_POINTS:
        points = points[np.random.default_rng(seed).choice(total, FIT_POINTS, replace=False)]
    components = _checked_components(components, len(points))
    if components_at_first is None:
        components_at_first = components[len(components) // 2]
    elif components_at_first not in components:
        raise ValueError(
            f"components_at_first is {components_at_first!r}, which is not among the components "
            f"{components}. Choose one of them."
        )
    covariances = [covariances] if isinstance(covariances, str) else list(covariances)
    if not covariances or set(covariances) - set(COVARIANCES):
        raise ValueError(
            f"covariances are one or more of {', '.join(COVARIANCES)}; found {covariances}. "
            f"Leave out what is not in the list."
        )

    @functools.cache
    def fit(components, covariance):
        mixture = GaussianMixture(
            components, covariance_type=covariance, n_init=_STARTS, max_iter=_MOST_STEPS,
            random_state=seed,
        )  # fmt: skip
        # One thread: so little work is not worth sharing out, and on a busy machine the threads
        # wait for one another twenty times as long as they work.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the picture tells
            mixture.fit(points)
        return mixture, *_described(mixture, points, total, held_out)

    def draw(components, covariance, show):
        mixture, fitted, scores = fit(components, covariance)
        figure, (left, *right) = _panels(points, 1 + (show == "samples"), title, scores)
        left.set_title(f"{fitted} at 1 and 2 std", fontsize=9)
        left.scatter(*points.T, s=5, color="0.75", linewidths=0)
        plotting.draw_ellipses(left, mixture.means_, _covariances(mixture), numbered=False)
        _number(left, mixture.means_, _covariances(mixture))
        alt = f"{fitted}, as ellipses at 1 and 2 standard deviations: {'; '.join(scores)}."
        for axis in right:
            samples = _draw_samples(axis, mixture, len(points), decode)
            axis.set_title(samples, fontsize=9)
            alt += f" Beside it {samples}."
        return figure, alt

    return Explorer(
        {
            "components": ipywidgets.SelectionSlider(
                options=components, value=components_at_first, description="components",
                style={"description_width": "initial"},
            ),
            "covariance": ipywidgets.ToggleButtons(
                options=covariances, description="covariance", style=_BUTTONS
            ),
            # With a decoder, the first frame calls it, so that its errors show in the cell.
            "show": ipywidgets.ToggleButtons(
                options=["points", "samples"], value="samples" if decode else "points",
                description="show", style=_BUTTONS,
            ),
        },
        draw,
    )  # fmt: skip


def _checked_points(points, name):
    points = np.asarray(points)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(
            f"{name} have shape (n, 2), found {points.shape}. Choose two columns, or bring them "
            f"to two dimensions first (PCA, a 2-D code)."
        )
    # Sums of float32 numbers make covariances that are not positive definite.
    points = points.astype(np.float64)
    if broken := np.count_nonzero(~np.isfinite(points).all(axis=1)):
        raise ValueError(
            f"{name} must be finite numbers, found NaN or infinity in {broken:,} of "
            f"{len(points):,} rows. Find out where they come from (training that diverged?) "
            f"before you leave them out."
        )
    return points


def _checked_components(components, count):
    components = np.atleast_1d(components).tolist()
    whole = all(isinstance(number, int) and number >= 1 for number in components)
    if not components or not whole or len(set(components)) < len(components):
        raise ValueError(
            f"components are whole numbers from 1, each once; found {components}. "
            f"For instance, range(1, 13)."
        )
    if max(components) > count:
        raise ValueError(
            f"{max(components)} components need at least as many points, found {count}. "
            f"Pass more points or fewer components."
        )
    return components


def _described(mixture, points, total, held_out):
    """Return what was fitted to what, and a list of lines that say how well."""
    some = f"{len(points):,} of {total:,}" if total > len(points) else f"{total:,}"
    count = len(mixture.means_)
    fitted = f"{some} points, {count} Gaussian{'s' * (count > 1)} ({mixture.covariance_type})"
    likelihood = f"log-likelihood per point: {mixture.score(points):.3f}"
    if held_out is not None:
        likelihood += f", held out: {mixture.score(held_out):.3f}"
    bic = f"BIC: {mixture.bic(points):,.0f} (lower is better)"
    if not mixture.converged_:
        bic += f" – NOT CONVERGED in {mixture.n_iter_} steps"
    return fitted, [line.replace(" -", " −") for line in (likelihood, bic)]


def _covariances(mixture):
    """Return the covariance matrix (k, 2, 2) of each component, whatever their type."""
    covariances = mixture.covariances_
    if mixture.covariance_type == "diag":
        covariances = covariances[:, :, None] * np.eye(2)
    elif mixture.covariance_type == "spherical":
        covariances = covariances[:, None, None] * np.eye(2)
    return np.broadcast_to(covariances, (len(mixture.means_), 2, 2))


def _panels(points, count, title, lines):
    """Return a Figure with text above `count` panels around the points, and their axes."""
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = np.maximum(high - low, 1e-9)
    # The panels take their shape from the points alone, so that settings can be compared.
    ratio = np.clip(height / width, 0.5, 1)
    half = 0.6 * max(width, height / ratio)
    (x, y), title = (low + high) / 2, textwrap.wrap(title, 48 * count)
    head = _LINE * (len(title) + len(lines) + 1.8)
    figure_width, figure_height = count * (_SIDE + _GAP) + _GAP, head + _SIDE * ratio + _GAP
    # Laid out by hand, and made anew each time: twice as quick as a constrained layout.
    figure = Figure(figsize=(figure_width, figure_height), dpi=100, layout="none")
    axes = figure.subplots(1, count, squeeze=False)[0]
    figure.subplots_adjust(
        left=_GAP / figure_width, right=1 - _GAP / figure_width, wspace=_GAP / _SIDE,
        bottom=_GAP / figure_height, top=1 - head / figure_height,
    )  # fmt: skip
    for row, line in enumerate([*title, *lines]):
        figure.text(
            _GAP / figure_width, 1 - (_GAP + _LINE * row) / figure_height, line, va="top",
            weight="bold" if row < len(title) else "normal",
        )  # fmt: skip
    for axis in axes:
        axis.set(xlim=(x - half, x + half), ylim=(y - half * ratio, y + half * ratio))
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set(visible=True, color="0.8")
    return figure, axes


def _number(axis, means, covariances):
    """Number the components inside their ellipses or, where these are narrow, beside them."""
    places = axis.transData.transform(means)
    (pixels_per_unit, _) = np.subtract(*axis.transData.transform([(1, 0), (0, 0)]))
    inside = axis.get_window_extent().padded(-8)
    taken = np.empty((0, 2))
    for index, (place, covariance) in enumerate(zip(places, covariances, strict=True)):
        variances, directions = np.linalg.eigh(covariance)
        narrow = pixels_per_unit * np.sqrt(variances[0])
        # Across the ellipse, away from the middle first; the second standard deviation ends
        # at twice `narrow`.
        across = directions[:, 0]
        across = across * (1 if across @ (place - places.mean(axis=0)) >= 0 else -1)
        spots = [place] if narrow > 10 else []
        for distance in 2 * narrow + np.array([12, 27, 42]):
            for turn in np.radians([0, 180, 60, -60, 120, -120]):
                turned = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]] @ across
                spots.append(place + distance * turned)
        free = (
            spot
            for spot in spots
            if inside.contains(*spot) and (np.hypot(*(taken - spot).T) > 14).all()
        )
        taken = np.vstack([taken, spot := next(free, spots[0])])
        _label(axis, axis.transData.inverted().transform(spot), index)


def _label(axis, place, index):
    colour = plotting.COLOURS[index % len(plotting.COLOURS)]
    axis.text(*place, index + 1, color=colour, fontsize=8, fontweight="bold", ha="center",
              va="center", bbox=LABEL_BOX)  # fmt: skip


def _draw_samples(axis, mixture, count, decode):
    """Draw samples of a mixture, decoded if there is a decoder. Return in words what is seen."""
    if decode is None:
        samples, origins = mixture.sample(count)
        colours = to_rgba_array(plotting.COLOURS)
        axis.scatter(*samples.T, s=5, color=colours[origins % len(colours)], linewidths=0)
        return f"{count:,} samples, coloured by component"
    samples, origins = mixture.sample(_DECODED)
    images = checked_images(decode(samples.astype(np.float32)))
    if len(images) != _DECODED:
        raise ValueError(
            f"decode was given {_DECODED} points and returned {len(images)} images. "
            f"It must return one image a point."
        )
    rows = round(np.sqrt(_DECODED * axis.bbox.height / axis.bbox.width))
    columns = -(-_DECODED // rows)
    _, height, width, channels = images.shape
    # A white line of a pixel after each image, and white where there is none.
    mosaic = np.ones((rows * columns, height + 1, width + 1, channels))
    mosaic[:_DECODED, :-1, :-1] = images
    mosaic = mosaic.reshape(rows, columns, *mosaic.shape[1:]).swapaxes(1, 2)
    mosaic = mosaic.reshape(rows * (height + 1), columns * (width + 1), channels)
    axis.imshow(np.broadcast_to(mosaic, (*mosaic.shape[:2], 3)), extent=(0, columns, rows, 0),
                aspect="auto")  # fmt: skip
    axis.set(xlim=(0, columns), ylim=(rows, 0))
    axis.set_aspect(height / width, anchor="NW")
    for place, origin in enumerate(origins):
        _label(axis, (place % columns + 0.1, place // columns + 0.12), origin)
    return f"{_DECODED} samples, decoded, with their component's number"
