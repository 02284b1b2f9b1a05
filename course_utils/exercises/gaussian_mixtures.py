"""Exercises of notebook 08."""

import warnings

import numpy as np
from scipy.special import softmax
from scipy.stats import multivariate_normal

from course_utils.exercises.judging import Wrong, exercise
from course_utils.measures import precision_recall_density_coverage
from course_utils.measures.inputs import ConstantFeaturesWarning


@exercise(
    "08.1",
    "write a whole number in place of `...`.",
    "log n > 2 for the natural logarithm: n > e². Which whole number is the first?",
)
def dearer_from(ask):
    """Smallest number of points at which BIC asks more for a parameter than AIC."""
    ask.value().equals(
        8,
        [
            (7, "log 7 = 1.946 is still below 2."),
            (np.exp(2), "That is where both ask the same; the next whole number is asked for."),
            (101, "log is the natural logarithm, not that to base 10."),
            (100, "log is the natural logarithm, not that to base 10."),
            (4, "log is the natural logarithm, not that to base 2."),
            (5, "log is the natural logarithm, not that to base 2."),
            (3, "log 3 = 1.099 exceeds 1, but AIC asks 2 for each number."),
        ],
        tolerance=1e-3,
    )


@exercise(
    "08.2",
    "complete `hard_responsibilities`, a row with one 1 for each point.",
    "Squared distances to all means, (n, k); `argmin` along the means; `np.eye(k)` has the rows.",
)
def hard_responsibilities(ask):
    """What the E step gives in the limit of no variance."""
    rng = np.random.default_rng(0)
    for count, components, dimensions in ((60, 4, 3), (30, 2, 1), (5, 6, 2)):
        means = 2 * rng.normal(size=(components, dimensions))
        x = 2 * rng.normal(size=(count, dimensions))
        offsets = x[:, None] - means
        squares = (offsets**2).sum(axis=2)
        # The E step itself with a small deviation, in logarithms.
        right = softmax(-squares / 2e-12, axis=1)
        rows, nearest = np.eye(components), squares.argmin(axis=1)
        with np.errstate(all="ignore"):
            found = ask(x, means)
        if _has_nan(found.value):
            _say(found, "NaN. With a small σ all densities of a point are 0 in floating point, and "
                 "0/0 follows. In the limit no density is needed.")  # fmt: skip
        found.equals(
            right,
            [
                (squares, "These are squared distances: each row should hold a 1 where they are "
                 "smallest, and 0 elsewhere."),
                (nearest, "These are the numbers of the nearest means: each row should hold a 1 "
                 "in that place."),
                (rows[squares.argmax(axis=1)], "The 1 stands at the farthest mean: `argmin`."),
                (softmax(-squares / 2, axis=1), "That is the E step for σ = 1: in the limit each "
                 "row holds one 1."),
                (softmax(-squares, axis=1), "In the limit each row holds one 1, nothing between."),
                (rows[(x @ means.T).argmax(axis=1)], "The largest inner product is not the "
                 "nearest: a long mean wins too often. Take ‖x − μ‖."),
                (rows[abs(offsets).sum(axis=2).argmin(axis=1)], "Nearest is meant by ‖x − μ‖², a "
                 "sum of squares, not of absolute values."),
                (rows[abs(offsets.sum(axis=2)).argmin(axis=1)], "Square each coordinate's offset "
                 "before you sum: positive and negative ones cancel."),
                (right.T, "Turned: a row for each point, a column for each mean."),
                ((squares.argmin(axis=0)[None] == np.arange(count)[:, None]).astype(float),
                 "That is the nearest point of each mean; asked for is the nearest mean of each "
                 "point: `axis=1`."),
            ],
        )  # fmt: skip


@exercise(
    "08.3",
    "complete `precise_but_poor`: points with a precision above 0.9 and a coverage below 0.1.",
    "In which balls lies a real point itself? And how many balls can one point, repeated, fill?",
)
def precise_but_poor(ask):
    """Points that fool precision."""
    rng = np.random.default_rng(0)
    angles = 2 * np.pi * rng.random(400)
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    groups = 10.0 * rng.integers(0, 2, size=(500, 1)) + rng.normal(size=(500, 6))
    for real, count in ((ring + 0.05 * rng.normal(size=ring.shape), 1_000), (groups, 600)):
        found = ask(real, count=count)
        points = found.numbers((count, real.shape[1]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConstantFeaturesWarning)  # one point, repeated
            measured = precision_recall_density_coverage(real, points)
        precise = f"they have a precision of {measured.precision:.2f}"
        if measured.precision <= 0.9 and np.ptp(points, axis=0).max() < 1e-9:
            _say(found, f"{precise}: this one point lies in no ball. The mean of real points need "
                 "not look real; take one of them.")  # fmt: skip
        if measured.precision <= 0.9:
            _say(found, f"{precise}, and should have more than 0.9: only points that lie close to "
                 "real ones are precise.")  # fmt: skip
        if measured.coverage >= 0.1:
            _say(found, f"they have a coverage of {measured.coverage:.2f}, and should have less "
                 "than 0.1: these are too many different points.")  # fmt: skip


@exercise(
    "08.4",
    "complete `fill_in`: each component's prediction, weighted by how well it explains `known`.",
    "The weights are an E step on the first m coordinates alone: log π_k + log N(a | μ_a, Σ_aa), "
    "then a softmax over k.",
)
def fill_in(ask):
    """Expected other coordinates, given the first ones."""
    rng = np.random.default_rng(0)
    _judge_one_component(ask, rng)
    weights = np.array([0.8, 0.2])
    for size, shift in ((4, 0), (5, 0), (4, 200)):
        spread = rng.normal(size=(2, size, size + 2))
        covariances = spread @ spread.transpose(0, 2, 1) * np.array([0.1, 0.5])[:, None, None]
        means, known = rng.normal(size=(2, size)), rng.normal(size=(6, 2)) + shift
        with np.errstate(all="ignore"):
            found = ask(known, weights, means, covariances)
        if _has_nan(found.value):
            _say(found, "NaN. Far from all components each density is 0 in floating point, and "
                 "0/0 follows: stay with logarithms, up to a softmax.")  # fmt: skip
        each, scores, volumes = _predictions(known, means, covariances)
        shares = softmax(np.log(weights) + scores, axis=1)
        best = np.eye(2)[shares.argmax(axis=1)]
        of_means = weights @ means, np.tensordot(weights, covariances, 1)
        found.equals(
            _mixed(each, shares),
            [
                (_mixed(each, weights), "The components are mixed by their weights π alone: what "
                 "is known says which one it likely is."),
                (_mixed(each, [0.5, 0.5]), "That is the plain mean of the predictions: weigh them "
                 "by how well each component explains what is known."),
                (_mixed(each, [1, 1]), "The predictions are added up: weigh them first, by weights "
                 "that sum to one."),
                (_mixed(each, weights * np.exp(scores)), "The weights of the components do not sum "
                 "to one: divide them by their sum over k."),
                (_mixed(each, softmax(scores, axis=1)), "The weights π are missing: a rare "
                 "component is rarer also where both explain what is known."),
                (_mixed(each, softmax(np.log(weights) + scores + volumes, axis=1)), "The densities "
                 "lack their determinants: a wide component is too likely."),
                (_mixed(each, best), "The likeliest component alone is no mean: mix the "
                 "predictions of all."),
                (_mixed(_predictions(known, *(x[None] for x in of_means))[0], [1]), "The mean of "
                 "the means and of the covariances is another model: one Gaussian. Predict from "
                 "each component, then mix."),
                (_mixed(_predictions(known, means, covariances, True)[0], shares), "Points are "
                 "rows: (a − μ_a) Σ_aa⁻¹ Σ_ab, with the blocks in this order, is the formula "
                 "transposed."),
            ],
        )  # fmt: skip


def _judge_one_component(ask, rng):
    """With one component, filling in is linear regression."""
    points = rng.normal(size=(300, 2))
    points -= points.mean(axis=0)
    points @= np.linalg.inv(np.linalg.cholesky(np.cov(points.T, bias=True))).T
    mean, covariance = np.array([1.0, -2.0]), np.array([[2.0, 0.6], [0.6, 1.0]])
    # Now their mean and covariance are just these.
    points = mean + points @ np.linalg.cholesky(covariance).T
    slope, constant = np.polyfit(*points.T, deg=1)
    known = points[:8, :1]
    right, offset = constant + slope * known, known - mean[0]
    density = multivariate_normal(mean[0], covariance[0, 0]).pdf(known)[:, None]
    found = ask(known, np.ones(1), mean[None], covariance[None])
    found.equals(
        right,
        [
            (slope * known, "Both means are missing: start at μ_b, and multiply a − μ_a."),
            (mean[1] + slope * known, "Multiply a − μ_a, not a itself."),
            (slope * offset, "μ_b is missing: where a is as expected, b is too."),
            (mean[1] + covariance[0, 1] * offset, "Σ_aa⁻¹ is missing."),
            (mean[1] + covariance[0, 0] * covariance[0, 1] * offset, "Multiply by the inverse of "
             "Σ_aa, not by Σ_aa."),
            (mean[1] + covariance[0, 1] / covariance[1, 1] * offset, "Σ_bb⁻¹ in place of Σ_aa⁻¹: "
             "it is a that is known."),
            (mean[1] + 0 * known, "That is μ_b for each point: what is known is not used."),
            (right * density, "The weights of the components do not sum to one: divide them by "
             "their sum over k. With one component it has the weight 1."),
            (right[:, None], "A prediction of each component: mix them to one."),
            (np.column_stack([known, right]), "The known coordinates are not asked for: give the "
             "others alone."),
        ],
    )  # fmt: skip


def _mixed(predictions, weights):
    """Sum over the components of predictions (n, k, d − m) by weights (n, k) or (k,)."""
    weights = np.broadcast_to(weights, predictions.shape[:2])
    return np.einsum("nk,nkd->nd", weights, predictions)


def _predictions(known, means, covariances, turned=False):
    """Of each component: prediction (n, k, d − m), log-density (n, k), half log-determinant.

    With `turned`, the covariance of the two parts is taken the wrong way round, where that fits.
    """
    m = known.shape[1]
    each, scores, volumes = [], [], []
    for mean, covariance in zip(means, covariances, strict=True):
        inside, across = covariance[:m, :m], covariance[:m, m:]
        across = across.T if turned and len(mean) == 2 * m else across
        each.append(mean[m:] + (known - mean[:m]) @ np.linalg.solve(inside, across))
        scores.append(multivariate_normal(mean[:m], inside).logpdf(known))
        volumes.append(0.5 * np.linalg.slogdet(inside)[1])
    return np.stack(each, axis=1), np.stack(scores, axis=1), np.array(volumes)


def _has_nan(value):
    try:
        return bool(np.isnan(np.asarray(value, dtype=float)).any())
    except (TypeError, ValueError):
        return False


def _say(found, what):
    """Raise `Wrong` without the values, which are too many to show."""
    raise Wrong(f"{found.call}: {what}")
