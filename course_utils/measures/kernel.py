"""Kernel distance: the unbiased squared maximum mean discrepancy with a cubic kernel.

Bińkowski et al., "Demystifying MMD GANs" (2018). Where the Fréchet distance is biased upwards for
few samples, this estimate is right on average for any number of them; between two samples of one
distribution it falls below 0 about as often as above. A negative value is not an error.
"""

import typing

import numpy as np
from sklearn.metrics.pairwise import polynomial_kernel

from course_utils.measures import inputs

# Work space for one pair: its kernel in float64, while that of the block before is still there.
_PAIR_BYTES = 16


class KernelDistance(typing.NamedTuple):
    """A kernel distance and its standard error, by the choice of the samples; `float()` works."""

    value: float
    error: float

    def __float__(self):
        return self.value

    def __str__(self):
        return f"{self.value:.4g} ± {self.error:.2g}"


def kernel_feature_distance(features_a, features_b):
    """Unbiased estimate of the squared MMD with the kernel k(x, y) = (x·y / d + 1)³.

    Mean of k over pairs within a, plus the same within b, minus twice the mean of k over pairs
    between a and b. A row is not paired with itself. All pairs are used, in blocks of about 256 MB;
    means over random subsets, as are often quoted, estimate the same with more noise. The kernel
    depends on where zero lies: far from it, the distance hardly sees more than the means.

    The error is that of the mean over either set of 2 (mean of k within − mean of k between), what
    one sample adds to the distance (Hoeffding 1948); up to √2 times the truth where both sets have
    one distribution.

    Args:
        features_a: (n, d).
        features_b: (m, d).

    Returns:
        KernelDistance; its value may be negative.

    Raises:
        ValueError: no two such sets, NaN, or fewer than 2 rows.
    """
    sets = {"features_a": features_a, "features_b": features_b}
    a, b = inputs.feature_pair(sets, 2, "to make a pair")
    value, variance = 0.0, 0.0
    across = _sums(a, b)
    for own, other, between in ((a, b, across[0]), (b, a, across[1])):
        itself = (np.einsum("ij,ij->i", own, own) / own.shape[1] + 1) ** 3
        within = (_sums(own, own)[0] - itself) / (len(own) - 1)
        more = within - between / len(other)
        value += more.mean()
        variance += 4 * more.var(ddof=1) / len(own)
    return KernelDistance(float(value), float(np.sqrt(variance)))


def _sums(x, y):
    """Sums of the kernel over the rows of y, for each row of x, and the other way round."""
    sums, others = np.empty(len(x)), np.zeros(len(y))
    for rows in inputs.blocks(len(x), _PAIR_BYTES * len(y)):
        kernel = polynomial_kernel(x[rows], y, degree=3, gamma=1 / x.shape[1], coef0=1)
        sums[rows] = kernel.sum(axis=1)
        others += kernel.sum(axis=0)
    return sums, others
