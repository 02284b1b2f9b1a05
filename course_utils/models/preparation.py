"""What is looked at before a mixture is fitted, and the warnings about what will make it poor."""

import warnings

import numpy as np

from course_utils.checks import ConstantFeaturesWarning
from course_utils.models.subspace import Subspace


class NotConvergedWarning(UserWarning):
    """EM was stopped before it had converged."""


class FewPointsWarning(UserWarning):
    """A component's covariance has more free numbers than the component has points."""


def checked(x, expected_shape=None, minimum=1):
    """Vectors (n, d) or images (n, h, w, c) as an array of float32 or float64.

    Raises:
        ValueError: another shape, too few points, or values that are not finite numbers.
    """
    x = np.asarray(x)
    if not (np.issubdtype(x.dtype, np.number) or x.dtype == bool) or np.iscomplexobj(x):
        raise ValueError(f"expected an array of numbers, found dtype {x.dtype}.")
    if expected_shape is None and x.ndim not in (2, 4):
        raise ValueError(
            f"expected vectors (n, d) or images (n, h, w, c), found shape {x.shape}. "
            f"A single feature is x[:, None]; grey images are images[..., None]."
        )
    if expected_shape is not None and x.shape[1:] != tuple(expected_shape):
        raise ValueError(
            f"fitted to points of shape {tuple(expected_shape)}, found {x.shape[1:]}. "
            f"Give an array of shape {('n', *expected_shape)}."
        )
    if len(x) < minimum or not x.size:
        raise ValueError(
            f"expected at least {minimum} points with features, found shape {x.shape}."
        )
    x = x if x.dtype in (np.float32, np.float64) else x.astype("float64")
    bad = ~np.isfinite(x)
    if bad.any():
        raise ValueError(
            f"{bad.sum()} values are NaN or infinite, the first at {np.argwhere(bad)[0].tolist()}. "
            f"Remove or replace them first."
        )
    return x


def prepare(x, settings, components, stacklevel=2):
    """Check data, find the subspace and warn of what will make a fit of `components` poor.

    Returns:
        (Subspace, coordinates (n, q) of `x`).

    Raises:
        ValueError: the data cannot be fitted.
    """
    x = checked(x, minimum=2)
    if len(x) < max(components):
        raise ValueError(
            f"found {len(x)} points for {max(components)} components. Give more points, or use "
            f"fewer components."
        )
    subspace = Subspace.fit(x, settings.pca, settings.regularisation, settings.seed)
    z = subspace.project(x)
    variances = z.var(axis=0)
    if settings.pca is None:
        constant, what, instead = np.ptp(z, axis=0) == 0, "features", "pca"
    else:
        # Rounding leaves some variance in principal components beyond the rank of the data.
        constant = variances < 1e-10 * variances.max()
        what, instead = "principal components", "a smaller pca"
    if not variances.max() > 0:
        raise ValueError(f"all {len(x)} points are the same: there is nothing to fit.")
    if constant.any():
        share = -0.5 * np.log(2 * np.pi * max(settings.regularisation, np.finfo(float).tiny))
        warnings.warn(
            f"{constant.sum()} of {len(constant)} {what} do not vary: each adds about {share:.1f} "
            f"nats to every log-likelihood, which is the regularisation's doing. Leave them out, "
            f"or use {instead}.",
            ConstantFeaturesWarning,
            stacklevel=stacklevel,
        )
    needed = subspace.size * (subspace.size + 1) // 2
    greedy = [k for k in components if len(x) < k * needed]
    if settings.covariance == "full" and greedy:
        which = f"{min(greedy)} components{' or more' if len(components) > 1 else ''}"
        warnings.warn(
            f"with {which}, a component has fewer points than the {needed} free numbers of its "
            f"covariance ({len(x)} points, {subspace.size} features) and fits noise. Use fewer "
            f"components, pca, 'diag' or 'tied', or more points.",
            FewPointsWarning,
            stacklevel=stacklevel,
        )
    return subspace, z
