"""How a path of images runs from one end to the other, in a space of features.

Decode equally spaced codes between two images and take the features of what comes out. The path may
wander (`detour`) or jump (`largest_step`), which `path_measures` tells; and what lies between the
ends may look like nothing real, which `local_density` tells. A cross-fade of pixels passes the
first and fails the second, so quote both.

The relative is perceptual path length (Karras et al., "A style-based generator architecture for
generative adversarial networks", 2019): it falls for any model whose images differ less. Here each
path is divided by the distance between its own ends, so a model gains nothing by changing little.
"""

import dataclasses
import math
import typing
import warnings

import numpy as np

from course_utils import checks
from course_utils.measures import coverage, inputs

# How near two ends come that differ by rounding in float32, relative to their norm.
_ROUNDING = 1e-6


class CoincidingEndsWarning(UserWarning):
    """Paths that end where they begin, and so have no straight line to be compared with."""


class PathSummary(typing.NamedTuple):
    """Means over paths and their standard errors; NaN as an error if there was one path.

    The errors are right for independent paths; paths that share an end are not.
    """

    detour: float
    detour_error: float
    largest_step: float
    largest_step_error: float
    paths: int

    def __str__(self):
        return (
            f"detour {self.detour:.3f} ± {self.detour_error:.2g}, "
            f"largest step {self.largest_step:.3f} ± {self.largest_step_error:.2g} "
            f"({self.paths:,} paths)"
        )


@dataclasses.dataclass(frozen=True, eq=False)
class PathMeasures:
    """How straight and how even paths are.

    Attributes:
        detour: float64 (kept,), length of the path divided by the distance between its ends, from 1
            for a straight line.
        largest_step: float64 (kept,), divided by the mean step of the path: 1 if all are equal, up
            to steps − 1 if the path is one jump.
        kept: bool (pairs,), false for the paths left out because their ends coincide.
    """

    detour: np.ndarray
    largest_step: np.ndarray
    kept: np.ndarray

    def summary(self):
        """Means with standard errors, as a PathSummary."""
        return PathSummary(
            *_mean_and_error(self.detour), *_mean_and_error(self.largest_step), len(self.detour)
        )


def path_measures(features):
    """Detour and largest step of paths of images, one path per pair of ends.

    Both are blind to shift, rotation and scale of the features. A path whose ends coincide is left
    out, with a warning. What counts as straight depends on the features: compare paths in one
    space, and with the path of the cross-fade.

    Args:
        features: (pairs, steps, d) of consecutive images along each path, ends included; at least
            3 steps, as two images are always a straight line.

    Returns:
        PathMeasures.

    Raises:
        ValueError: another shape, too few steps, NaN, or coinciding ends of every path.
    """
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 3 or 0 in features.shape:
        raise ValueError(
            f"features must be (pairs, steps, d), found shape {features.shape}. One path alone "
            f"needs the first axis too: features[None]."
        )
    steps = features.shape[1]
    if steps < 3:
        raise ValueError(
            f"features have {steps} images per path, at least 3 are needed: what lies between the "
            f"ends makes the path."
        )
    checks.finite("features", features)
    kept = _with_different_ends(features)
    features = features[kept]
    lengths = np.linalg.norm(np.diff(features, axis=1), axis=2)
    path, straight = lengths.sum(axis=1), np.linalg.norm(features[:, -1] - features[:, 0], axis=1)
    # Neither can leave its range but for rounding.
    return PathMeasures(
        detour=np.maximum(path / straight, 1.0),
        largest_step=np.clip(lengths.max(axis=1) / path * (steps - 1), 1.0, steps - 1),
        kept=kept,
    )


def realism(features, real_features, k=5):
    """Which images look real: those within the ball around some real image.

    The yes or no per image behind the precision of `precision_recall_density_coverage`, which is
    its mean. The ball around an outlier reaches far and lets garbage pass: see `local_density`.

    Args:
        features: (m, d), of the images in question; paths as features.reshape(-1, d).
        real_features: (n, d), n > k.
        k: which nearest neighbour a ball reaches to.

    Returns:
        bool (m,).

    Raises:
        ValueError: no two such sets, NaN, k not a whole number from 1, or no more than k real rows.
    """
    return _balls_around(features, real_features, k) > 0


def local_density(features, real_features, k=5):
    """How many of the balls around real images each image lies in, as a share of k.

    The number per image behind the density of `precision_recall_density_coverage` (Naeem et al.,
    "Reliable fidelity and diversity metrics", 2020), which is its mean, so that the middle of a
    path can be told from its ends. About 1 for real images on average, more where they lie closest.
    Garbage that a single outlier's ball lets pass as real counts 1 / k.

    Args:
        features: (m, d), of the images in question; paths as features.reshape(-1, d).
        real_features: (n, d), n > k.
        k: which nearest neighbour a ball reaches to.

    Returns:
        float64 (m,).

    Raises:
        ValueError: as for `realism`.
    """
    return _balls_around(features, real_features, k) / k


def _balls_around(features, real_features, k):
    """Number of the real images' balls that each image lies in, (m,)."""
    checks.whole_number("k", k, 1)
    features = inputs.features("features", features)
    why = f"for each to have {k} neighbours"
    real = inputs.features("real_features", real_features, k + 1, why)
    inputs.same_dimensions({"features": features, "real_features": real})
    reach = coverage.squared_radii(real, k)
    balls = np.zeros(len(features), dtype=np.int64)
    for rows, distances in coverage.squared_distances(real, features):
        balls += (distances < reach[rows, None]).sum(axis=0)
    return balls


def _with_different_ends(features):
    """Which paths end elsewhere than they begin; warns at the line that measures."""
    first, last = features[:, 0], features[:, -1]
    size = np.maximum(np.linalg.norm(first, axis=1), np.linalg.norm(last, axis=1))
    kept = np.linalg.norm(last - first, axis=1) > _ROUNDING * size
    if not kept.any():
        raise ValueError(
            f"the ends of all {len(features)} paths coincide: there is no straight line to compare "
            f"a path with. Take ends that differ; if they do, the features are dead."
        )
    if not kept.all():
        warnings.warn(
            f"{(~kept).sum()} of {len(kept)} paths end where they begin, the first is "
            f"{np.argmin(kept)}: they have no detour and are left out.",
            CoincidingEndsWarning,
            stacklevel=3,
        )
    return kept


def _mean_and_error(values):
    error = np.std(values, ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return float(np.mean(values)), float(error)
