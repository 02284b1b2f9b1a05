"""Exercises of notebook 06."""

import itertools

import numpy as np
from scipy.stats import chi2, norm

from course_utils.exercises.judging import exercise


@exercise(
    "06.1",
    "write a number in place of `...`.",
    "The variance of a mean of two independent numbers is half of theirs; add it up over 16 "
    "dimensions.",
)
def length_of_the_middle(ask):
    """Mean squared length of the middle of two codes."""
    ask.value().equals(
        8,
        [
            (16, "That is a code's own: where two codes disagree, their middle is shorter."),
            (4, "Half of 16, and half again? Each number of the middle has variance 1/2."),
            (32, "That is of the sum: the middle is half of it, so a quarter of this."),
            (8**0.5, "That is a root: the squared length is asked for."),
        ],
    )


@exercise(
    "06.2",
    "complete `quantile_grid`, a row for each combination of quantiles.",
    "`scipy.stats.norm.ppf` gives quantiles, `itertools.product(…, repeat=dimensions)` all "
    "combinations.",
)
def quantile_grid(ask):
    """All combinations of quantiles."""
    for size, dimensions in ((2, 3), (3, 2), (4, 1)):
        found = ask(size, dimensions)
        rows = found.numbers((size**dimensions, dimensions))
        steps = norm.ppf((np.arange(size) + 0.5) / size)
        right = np.array(list(itertools.product(steps, repeat=dimensions)))
        if np.isinf(rows).any():
            found.fails("Φ⁻¹ of 0 and of 1 is infinite: take the middle of each step, (i − ½)/n.")
        if np.allclose(np.unique(rows), (np.arange(size) + 0.5) / size):
            found.fails("These are the probabilities (i − ½)/n; their quantiles Φ⁻¹ are asked for.")
        if len(np.unique(rows.round(9), axis=0)) < len(right):
            found.fails("Some rows are equal: each combination of quantiles should stand once.")
        if not np.allclose(np.unique(rows.round(9)), np.unique(steps.round(9))):
            found.fails(f"Its numbers should be the quantiles {steps.round(3).tolist()}.")


@exercise(
    "06.4",
    "complete `way_length`, the sum of the distances between consecutive points.",
    "`np.diff(points, axis=0)` gives the steps; flatten each one before you take its norm.",
)
def way_length(ask):
    """Length of a way."""
    angles = np.linspace(0, np.pi, 1_001)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    steps = np.linalg.norm(np.diff(circle, axis=0), axis=1)
    ask(circle).equals(
        steps.sum(),
        [
            (2.0, "That is the distance of the ends: the steps between them are to be summed."),
            ((steps**2).sum(), "These are squared distances: take the root of each, then the sum."),
            (steps.mean(), "That is the mean of the steps: their sum is asked for."),
            (abs(np.diff(circle, axis=0)).sum(), "A distance is the root of the sum of squares."),
        ],
    )
    images = np.random.default_rng(0).normal(size=(5, 4, 4, 1))
    moves = np.diff(images, axis=0)
    right = np.linalg.norm(moves.reshape(4, -1), axis=1).sum()
    along_one = np.linalg.norm(moves, axis=-1).sum()
    along_rows = np.linalg.norm(moves, axis=1).sum()
    whole = "An image is one point: its distance goes over all pixels, so flatten it first."
    ask(images).equals(right, [(along_one, whole), (along_rows, whole)])


@exercise(
    "06.3",
    "complete `share_as_short` with the distribution function of ‖z‖².",
    "`chi2.cdf(x, d)` is the share of codes of d dimensions with ‖z‖² at most x. Which x is it?",
)
def share_as_short(ask):
    """Share of the prior's codes that are short."""
    for d in (2, 16, 100):
        ask(d).equals(
            chi2.cdf(d / 2, d),
            [
                (chi2.sf(d / 2, d), "That is the share of the longer ones: 1 minus what is asked."),
                (chi2.cdf(d, d), "That is the share below the mean d, not below its half."),
                (chi2.cdf(np.sqrt(d / 2), d), "The squared length is at most d/2: take no root."),
                (chi2.pdf(d / 2, d), "That is the density; a share is a value of the `cdf`."),
            ],
            tolerance=1e-9,
        )


@exercise(
    "06.5",
    "complete `code_gaussian`, by the law of total variance.",
    "Covariance of the means (`np.cov(mean.T)`) plus a diagonal matrix: what stands on it are "
    "means of variances, and `log_var` is the logarithm of one.",
)
def code_gaussian(ask):
    """Mean and covariance of drawn codes."""
    rng = np.random.default_rng(0)
    mean = rng.normal(size=(4_000, 3)) @ np.diag([0.6, 1.0, 0.2]) + [1.0, 0.0, -2.0]
    log_var = np.log(0.64) + 0.1 * rng.normal(size=mean.shape)
    what = "two arrays: the mean (d,) and the covariance (d, d)"
    centre, covariance = ask(mean, log_var).parts(2, what)
    centre.equals(mean.mean(axis=0))
    of_means, noise = np.cov(mean.T), np.exp(log_var).mean(axis=0)
    forgotten = "That is the covariance of the means alone: each code is drawn around its mean."
    covariance.equals(
        of_means + np.diag(noise),
        [
            (of_means, forgotten),
            (np.diag(noise), "The means differ from image to image: their covariance is missing."),
            (of_means + np.diag(log_var.mean(axis=0)), "`log_var` is a logarithm: take its exp."),
            (of_means + np.diag(np.exp(log_var / 2).mean(axis=0)), "exp(log_var / 2) is a standard "
             "deviation; variances are to be averaged."),
            (of_means + np.diag(np.exp(log_var.mean(axis=0))), "The mean of the variances, not the "
             "exp of the mean logarithm."),
            (of_means + noise, "The variances belong on the diagonal alone: `np.diag`."),
        ],
        tolerance=2e-3,
    )  # fmt: skip
