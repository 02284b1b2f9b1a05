"""Do the fakes look real, and are all kinds of real images among them?

Around each real image lies a ball that reaches to its k-th nearest other real image, and likewise
around each fake.

- precision: share of fakes within some real image's ball; recall: share of real images within some
  fake's ball (Kynkäänniemi et al., "Improved precision and recall metric", 2019).
- density: real balls that a fake lies in, on average, divided by k; may exceed 1. Coverage: share
  of real images whose ball holds a fake (Naeem et al., "Reliable fidelity and diversity metrics",
  2020). A single outlier among the real images inflates precision but hardly these.

A ball is open, as in the authors' package `prdc`. A point that lies on its surface but for rounding
errors is outside too, so that real images scored against themselves have density 1 exactly.
"""

import typing

import numpy as np
from sklearn.neighbors import NearestNeighbors

from course_utils import checks
from course_utils.measures import inputs

# Rounding error of a squared distance from float64 products, relative to the squared norms.
_ROUNDING = 1e-12
# Work space for one pair: its distance twice in float64, and two comparisons.
_PAIR_BYTES = 20


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

    Exact, in blocks of about 256 MB. Recall and coverage depend on the number of fakes (coverage of
    a perfect model is 1 − 2⁻ᵏ for many images and as many fakes): compare at equal counts.

    Args:
        real_features: (n, d), n > k.
        fake_features: (m, d), m > k.
        k: which nearest neighbour a ball reaches to; the image itself is not counted.

    Returns:
        Coverage, a named tuple of four floats.

    Raises:
        ValueError: no two such sets, NaN, k not a whole number from 1, or no more than k rows.
    """
    checks.whole_number("k", k, 1)
    sets = {"real_features": real_features, "fake_features": fake_features}
    real, fake = inputs.feature_pair(sets, k + 1, f"for each to have {k} neighbours")
    return with_errors(real, fake, k)[0]


def with_errors(real, fake, k):
    """Coverage of checked features, and Coverage of the standard errors of its four numbers.

    Chance has its part on both sides. A share p has the error √(p (1 − p) (1/n + 1/m)); in
    simulations the true one is 0.7 to 1.3 times that. The density is a mean over all pairs of n and
    m images: the variance of its row means over n plus that of its column means over m.
    """
    real_reach, fake_reach = squared_radii(real, k), squared_radii(fake, k)
    real_balls = np.zeros(len(fake), dtype=np.int64)
    fakes_within = np.zeros(len(real), dtype=np.int64)
    recalled = np.zeros(len(real), dtype=bool)
    for rows, distances in squared_distances(real, fake):
        in_real_ball = distances < real_reach[rows, None]
        real_balls += in_real_ball.sum(axis=0)
        fakes_within[rows] = in_real_ball.sum(axis=1)
        recalled[rows] = (distances < fake_reach).any(axis=1)
    parts = (real_balls, recalled, fakes_within)
    precision, recall, coverage = (float((part > 0).mean()) for part in parts)
    density_error = np.hypot(
        np.std(real_balls / k) / np.sqrt(len(fake)),
        np.std(len(real) / len(fake) * fakes_within / k) / np.sqrt(len(real)),
    )

    def error(share):
        return float(np.sqrt(share * (1 - share) * (1 / len(real) + 1 / len(fake))))

    return (
        Coverage(precision, recall, float(real_balls.mean() / k), coverage),
        Coverage(error(precision), error(recall), float(density_error), error(coverage)),
    )


def squared_radii(points, k):
    """Squared distance from each point to its k-th nearest other point."""
    # Distances are the same from everywhere; from the middle, they lose the fewest digits.
    centred = points - points.mean(axis=0)
    distances, _ = NearestNeighbors(n_neighbors=k).fit(centred).kneighbors()
    return distances[:, -1] ** 2


def squared_distances(real, fake):
    """Slices of the real rows, each with the squared distances from these to all fakes.

    They are longer by what rounding may have taken from them.
    """
    middle = real.mean(axis=0)
    real, fake = real - middle, fake - middle
    real_norms, fake_norms = ((1 + _ROUNDING) * np.square(x).sum(axis=1) for x in (real, fake))
    for rows in inputs.blocks(len(real), _PAIR_BYTES * len(fake)):
        distances = real[rows] @ (-2 * fake.T)
        distances += real_norms[rows, None]
        distances += fake_norms
        yield rows, distances
