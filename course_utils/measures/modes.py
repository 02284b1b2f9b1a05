"""Which modes a sampler reaches, where they are known; which classes, where a classifier tells.

Counting modes on a ring or grid of Gaussians, within three standard deviations, follows PacGAN
(Lin et al., "The power of two samples in generative adversarial networks", 2018).
"""

import dataclasses

import numpy as np
from scipy import stats
from scipy.spatial import distance

from course_utils import checks
from course_utils.measures import inputs


@dataclasses.dataclass(frozen=True, eq=False)
class ModeCoverage:
    """Which modes of a known mixture a set of samples reaches.

    Attributes:
        found: number of modes with enough high-quality samples.
        modes: number of modes there are.
        high_quality: share of all samples that lie close to their nearest centre.
        counts: int64 (modes,), high-quality samples of each mode.
    """

    found: int
    modes: int
    high_quality: float
    counts: np.ndarray

    def __str__(self):
        return f"{self.found} of {self.modes} modes, {100 * self.high_quality:.1f} % high quality"


def mode_coverage(points, centres, std, within=3.0, least=1):
    """Count the modes that samples reach, and the samples that are close to one.

    A sample is of high quality if its nearest centre is at most `within` standard deviations away,
    straight. Of a Gaussian's own samples 99.7 % are within 3 in one dimension, 98.9 % in two: that
    is what a perfect sampler scores.

    Args:
        points: (n, d) samples.
        centres: (modes, d).
        std: standard deviation of the modes, one number or one per mode.
        within: how many standard deviations count as close.
        least: high-quality samples that make a mode found.

    Returns:
        ModeCoverage.

    Raises:
        ValueError: shapes that do not agree, NaN, no samples, or a std, `within` or `least` that
            is not positive.
    """
    points, centres = inputs.features("points", points), inputs.features("centres", centres)
    inputs.same_dimensions({"points": points, "centres": centres})
    checks.whole_number("least", least, 1)
    std, within = np.asarray(std, dtype=float), float(within)
    if std.shape not in ((), (len(centres),)):
        raise ValueError(
            f"std must be one number or one for each of {len(centres)} modes, "
            f"found shape {std.shape}."
        )
    if not (within > 0 and (std > 0).all() and np.isfinite(std).all()):
        raise ValueError(f"std and within must be positive, found {std} and {within}.")
    distances = distance.cdist(points, centres)
    nearest = distances.argmin(axis=1)
    close = distances.min(axis=1) <= within * np.broadcast_to(std, len(centres))[nearest]
    counts = np.bincount(nearest[close], minlength=len(centres))
    return ModeCoverage(
        found=int((counts >= least).sum()),
        modes=len(centres),
        high_quality=float(close.mean()),
        counts=counts,
    )


def effective_classes(labels):
    """exp(entropy) of the classes' shares: that many equally frequent classes have the same.

    Args:
        labels: (n,), the class that a classifier sees in each sample.
    """
    counts = np.unique(labels, return_counts=True)[1]
    return float(np.exp(stats.entropy(counts)))
