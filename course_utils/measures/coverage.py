"""Precision, recall, density and coverage: two questions that one distance answers at once.

Do the fakes look real, and are all kinds of real images among them? Around each real image lies a
ball that reaches to its k-th nearest other real image, and likewise around each fake.

- precision: share of fakes within some real image's ball; recall: share of real images within some
  fake's ball (Kynkäänniemi et al., "Improved precision and recall metric", 2019).
- density: real balls that a fake lies in, on average, divided by k; may exceed 1. Coverage: share
  of real images whose ball holds a fake (Naeem et al., "Reliable fidelity and diversity metrics",
  2020). A single outlier among the real images inflates precision but hardly these.

A ball is open, as in the authors' package `prdc`: a point on its surface is outside. So is one
that lies there but for rounding errors, which otherwise decide at random wherever a fake is a copy
of a real image. Thus real images scored against themselves have density 1 exactly.
"""

import typing

import numpy as np

from course_utils.measures import inputs

# Rounding error of a squared distance from float64 products, relative to the squared norms.
ROUNDING = 1e-12
# Work space for one pair: its distance twice in float64, and two comparisons.
PAIR_BYTES = 20


class Coverage(typing.NamedTuple):
    """Precision, recall, density and coverage, in this order."""

    precision: float
    recall: float
    density: float
    coverage: float

    def __str__(self):
        return ", ".join(f"{name} {value:.3f}" for name, value in self._asdict().items())


def precision_recall_density_coverage(real_features, fake_features, k=5):
    """Precision, recall, density and coverage of fakes, by balls of k nearest neighbours.

    Exact; distances are computed in blocks that take about 256 MB, whatever the number of rows.
    Recall depends on the number of fakes, coverage too (`expected_coverage`): compare models at
    equal counts.

    Args:
        real_features: (n, d), n > k.
        fake_features: (m, d), m > k.
        k: which nearest neighbour a ball reaches to; the image itself is not counted.

    Returns:
        Coverage, a named tuple of four floats.

    Raises:
        ValueError: no two such sets, NaN, k not a whole number from 1, or no more than k rows.
    """
    inputs.whole_number("k", k, 1)
    real, fake = inputs.feature_pair(
        "real_features",
        real_features,
        "fake_features",
        fake_features,
        least=k + 1,
        why=f"for each to have {k} neighbours",
    )
    # Distances are the same from everywhere; from the middle, they lose the fewest digits.
    middle = real.mean(axis=0)
    real, fake = real - middle, fake - middle
    real_reach, fake_reach = squared_radii(real, k), squared_radii(fake, k)
    real_balls = np.zeros(len(fake), dtype=np.int64)
    recalled, covered = np.zeros((2, len(real)), dtype=bool)
    for rows in inputs.blocks(len(real), PAIR_BYTES * len(fake)):
        distances = squared_distances(real[rows], fake, margin=ROUNDING)
        in_real_ball = distances < real_reach[rows, None]
        real_balls += in_real_ball.sum(axis=0)
        covered[rows] = in_real_ball.any(axis=1)
        recalled[rows] = (distances < fake_reach).any(axis=1)
    return Coverage(
        precision=float((real_balls > 0).mean()),
        recall=float(recalled.mean()),
        density=float(real_balls.mean() / k),
        coverage=float(covered.mean()),
    )


def expected_coverage(k, reals=None, fakes=None):
    """Coverage that a perfect model has on average.

    Of a real image's n − 1 fellows and m fakes, all drawn from one distribution, the k nearest are
    all real with probability (n−1)⋯(n−k) / ((n+m−1)⋯(n+m−k)), and then no fake is in its ball
    (Naeem et al. 2020). For n = m that tends to 2⁻ᵏ as they grow.

    Args:
        k: the nearest neighbour that a ball reaches to.
        reals: number n of real images, more than k; None for the limit of many.
        fakes: number m of fakes; None for as many as real images.

    Returns:
        The expected coverage; 1 − 2⁻ᵏ if no numbers are given.

    Raises:
        ValueError: a number that is no whole number or too small, or `fakes` without `reals`.
    """
    inputs.whole_number("k", k, 1)
    if reals is None:
        if fakes is not None:
            raise ValueError("fakes needs reals too: the expected coverage depends on both.")
        return 1 - 0.5**k
    inputs.whole_number("reals", reals, k + 1)
    fakes = reals if fakes is None else fakes
    inputs.whole_number("fakes", fakes, 1)
    nearest = np.arange(1, k + 1)
    return float(1 - np.prod((reals - nearest) / (reals + fakes - nearest)))


def squared_radii(points, k):
    """Squared distance from each point to its k-th nearest other point."""
    radii = np.empty(len(points))
    for rows in inputs.blocks(len(points), PAIR_BYTES * len(points)):
        distances = squared_distances(points[rows], points)
        itself = np.arange(rows.start, rows.stop)
        distances[itself - rows.start, itself] = np.inf
        distances.partition(k - 1, axis=1)
        radii[rows] = distances[:, k - 1]
    return radii


def squared_distances(a, b, margin=0.0):
    """Squared distances between rows, lengthened by `margin` times both squared norms."""
    distances = a @ (-2 * b.T)
    distances += (1 + margin) * np.einsum("ij,ij->i", a, a)[:, None]
    distances += (1 + margin) * np.einsum("ij,ij->i", b, b)
    return distances
