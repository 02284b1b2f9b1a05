"""Fréchet distance between two Gaussians, and between two sets of features taken as Gaussian.

Dowson and Landau, "The Fréchet distance between multivariate normal distributions" (1982); used
on a network's features by Heusel et al., "GANs trained by a two time-scale update rule converge to
a local Nash equilibrium" (2017). It is the squared 2-Wasserstein distance. Estimated from samples
it is biased upwards, more so for fewer samples and more dimensions: for white features of d
dimensions, two samples of n from the *same* Gaussian score about d (d + 5) / (2n).
"""

import warnings

import numpy as np

from course_utils import checks
from course_utils.measures import inputs

# What rounding in float32 does to a covariance, relative to its largest entry or eigenvalue.
_ROUNDING = 1e-5


def frechet_distance(mean_a, cov_a, mean_b, cov_b):
    """Fréchet distance (squared 2-Wasserstein distance) between two Gaussians.

    |μ_a − μ_b|² + tr(A) + tr(B) − 2 tr((A^½ B A^½)^½). The last trace is the sum of the singular
    values of A^½ B^½: no root of a rounding error is taken, so A and B may be singular.

    Args:
        mean_a: (d,), or a number in one dimension.
        cov_a: (d, d), symmetric and positive semi-definite; or the variance in one dimension.
        mean_b: as `mean_a`.
        cov_b: as `cov_a`.

    Returns:
        The distance, 0 or more; symmetric in a and b.

    Raises:
        ValueError: shapes that do not agree, NaN, or a matrix that is no covariance.
    """
    mean_a, cov_a = _gaussian("mean_a", mean_a, "cov_a", cov_a)
    mean_b, cov_b = _gaussian("mean_b", mean_b, "cov_b", cov_b)
    if mean_a.shape != mean_b.shape:
        raise ValueError(
            f"both means must have the same dimensions, found {len(mean_a)} and {len(mean_b)}."
        )
    overlap = np.linalg.svd(_root("cov_a", cov_a) @ _root("cov_b", cov_b), compute_uv=False).sum()
    spread = np.trace(cov_a) + np.trace(cov_b) - 2 * overlap
    return float(np.sum((mean_a - mean_b) ** 2) + max(spread, 0.0))


def frechet_feature_distance(features_a, features_b):
    """Fréchet distance between two sets of features, each taken as a Gaussian.

    Means and unbiased covariances in float64. Quote it with the name of the features, the number of
    samples, and the same measure between real images.

    Args:
        features_a: (n, d).
        features_b: (m, d).

    Returns:
        The distance, 0 or more.

    Raises:
        ValueError: no two such sets, NaN, or a set of one sample, which has no covariance.
    """
    sets = {"features_a": features_a, "features_b": features_b}
    features_a, features_b = inputs.feature_pair(sets, 2, "for a covariance")
    for name, (samples, size) in zip(sets, (features_a.shape, features_b.shape), strict=True):
        if samples <= size:
            warnings.warn(
                f"{samples} samples of {size} dimensions in {name}: the covariance is singular and "
                f"the distance mostly measures that. Take more samples than dimensions, ten times "
                f"as many if you can.",
                inputs.SingularCovarianceWarning,
                stacklevel=2,
            )
    return frechet_distance(*_moments(features_a), *_moments(features_b))


def frechet_feature_error(features_a, features_b):
    """Standard error of `frechet_feature_distance`, by the choice of the samples on both sides.

    The delta method: one more sample x of the first set adds 2 (μ_a − μ_b)·(x − μ_a) + |x − μ_a|² −
    (x − μ_a)ᵀ T (x − μ_a), with T the optimal linear map from one Gaussian to the other, and
    likewise for the second (Rippl, Munk, Sturm, "Limit laws of the empirical Wasserstein distance:
    Gaussian distributions", 2016). Between samples of one distribution, where the distance has its
    minimum, the answer is up to √2 times the truth.

    Args:
        features_a: (n, d), n > 1.
        features_b: (m, d), m > 1.

    Returns:
        The standard error.

    Raises:
        ValueError: as `frechet_feature_distance`.
    """
    sets = {"features_a": features_a, "features_b": features_b}
    pair = [inputs.features(name, values, 2, "for a covariance") for name, values in sets.items()]
    (mean_a, cov_a), (mean_b, cov_b) = map(_moments, pair)
    root_a, root_b = _root("cov_a", cov_a), _root("cov_b", cov_b)
    left, overlaps, right = np.linalg.svd(root_a @ root_b)
    variance = 0.0
    for features, mean, shift, root, vectors in (
        (pair[0], mean_a, mean_a - mean_b, root_a, left),
        (pair[1], mean_b, mean_b - mean_a, root_b, right.T),
    ):
        x = features - mean
        # Of directions in which the features do not vary, nothing is carried over.
        carried = (x @ (np.linalg.pinv(root, rcond=_ROUNDING, hermitian=True) @ vectors)) ** 2
        answers = 2 * x @ shift + (x**2).sum(axis=1) - carried @ overlaps
        variance += answers.var(ddof=1) / len(x)
    return float(np.sqrt(variance))


def _moments(features):
    return features.mean(axis=0), np.atleast_2d(np.cov(features, rowvar=False))


def _gaussian(mean_name, mean, cov_name, cov):
    """Mean (d,) and covariance (d, d) in float64, if they are one; the root tells the rest."""
    mean = np.atleast_1d(np.asarray(mean, dtype=np.float64))
    if mean.ndim != 1 or not len(mean):
        raise ValueError(f"{mean_name} must be (d,), found shape {mean.shape}.")
    checks.finite(mean_name, mean)
    cov, size = np.asarray(cov, dtype=np.float64), len(mean)
    if size == 1 and cov.ndim == 0:
        cov = cov.reshape(1, 1)
    if cov.shape != (size, size):
        raise ValueError(
            f"{cov_name} must be ({size}, {size}) to go with its mean, found shape {cov.shape}. "
            "From features it is np.cov(features, rowvar=False), from variances np.diag(variances)."
        )
    checks.finite(cov_name, cov)
    skew = np.abs(cov - cov.T).max()
    if skew > _ROUNDING * np.abs(cov).max():
        raise ValueError(
            f"{cov_name} must be symmetric, found entries that differ from their mirror image by "
            f"up to {skew:.3g}. Was it made by np.cov(features, rowvar=False)?"
        )
    return mean, cov


def _root(name, cov):
    """The symmetric square root; eigenvalues that rounding made negative count as 0."""
    values, vectors = np.linalg.eigh(cov)
    if values[0] < -_ROUNDING * max(values[-1], 0.0):
        raise ValueError(
            f"{name} must be positive semi-definite, found the eigenvalue {values[0]:.3g} beside "
            f"{values[-1]:.3g} as the largest: along that direction the variance would be negative."
        )
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
