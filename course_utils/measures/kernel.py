"""Kernel distance: the unbiased squared maximum mean discrepancy with a cubic kernel.

Bińkowski et al., "Demystifying MMD GANs" (2018). Where the Fréchet distance is biased upwards for
few samples, this estimate is right on average for any number of them; between two samples of one
distribution it averages 0, and so falls below 0 about as often as above. A negative value is not
an error.
"""

import typing

import numpy as np

from course_utils.measures import inputs


class KernelDistance(typing.NamedTuple):
    """A kernel distance and how far it varies from subset to subset.

    Attributes:
        mean: mean over the subsets; `float()` gives it.
        std: standard deviation between single subsets; NaN if there was one. Not the error of the
            mean: the subsets overlap.
        subsets: number of subsets.
        subset_size: rows taken of each set for a subset; all rows of a set that has fewer.
    """

    mean: float
    std: float
    subsets: int
    subset_size: int

    def __float__(self):
        return self.mean

    def __str__(self):
        if self.subsets == 1:
            return f"{self.mean:.4g} (one subset of {self.subset_size:,})"
        spread = f"{self.mean:.4g} ± {self.std:.2g}"
        return f"{spread} ({self.subsets} subsets of {self.subset_size:,})"


def kernel_feature_distance(features_a, features_b, *, subsets=50, subset_size=1000, seed=0):
    """Kernel distance between two sets of features, averaged over random subsets.

    Subsets keep the cost down and show a spread. Each takes `subset_size` rows of either set
    without replacement, or all rows of a set that has no more. Where both sets are used whole,
    every subset would be the same: then all data is used once, and the spread is unknown (NaN).

    Args:
        features_a: (n, d).
        features_b: (m, d).
        subsets: number of subsets.
        subset_size: rows of each set in a subset, at least 2.
        seed: for the choice of rows.

    Returns:
        KernelDistance: mean, std, subsets and subset_size.

    Raises:
        ValueError: no two such sets, NaN, fewer than 2 rows, or `subsets` or `subset_size` that
            are no such numbers.
    """
    features_a, features_b = inputs.feature_pair(
        "features_a", features_a, "features_b", features_b, 2, "to make a pair"
    )
    inputs.whole_number("subsets", subsets, 1)
    inputs.whole_number("subset_size", subset_size, 2)
    largest = max(len(features_a), len(features_b))
    if subset_size >= largest:
        subsets, subset_size = 1, largest
    rng = np.random.default_rng(seed)
    values = [
        _unbiased(_draw(rng, features_a, subset_size), _draw(rng, features_b, subset_size))
        for _ in range(subsets)
    ]
    std = float(np.std(values, ddof=1)) if subsets > 1 else float("nan")
    return KernelDistance(float(np.mean(values)), std, subsets, subset_size)


def polynomial_mmd2(a, b):
    """Unbiased estimate of the squared MMD with the kernel k(x, y) = (x·y / d + 1)³.

    Mean of k over pairs within a, plus the same within b, minus twice the mean of k over pairs
    between a and b. A row is not paired with itself. Takes memory for len(a) × len(b) numbers.

    Args:
        a: (n, d).
        b: (m, d).

    Returns:
        The estimate; may be negative.

    Raises:
        ValueError: no two such sets, NaN, or fewer than 2 rows.
    """
    a, b = inputs.feature_pair("a", a, "b", b, 2, "to make a pair")
    return float(_unbiased(a, b))


def _unbiased(a, b):
    return _within(a) + _within(b) - 2 * _kernel(a, b).mean()


def _within(x):
    """Mean of the kernel over all pairs of different rows."""
    kernel = _kernel(x, x)
    return (kernel.sum() - np.trace(kernel)) / (len(x) * (len(x) - 1))


def _kernel(x, y):
    linear = x @ y.T
    linear /= x.shape[1]
    linear += 1
    cube = linear * linear  # with a power, the kernel takes half as long again
    cube *= linear
    return cube


def _draw(rng, features, size):
    return features[rng.choice(len(features), min(size, len(features)), replace=False)]
