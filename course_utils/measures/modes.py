"""Which modes a sampler reaches, where they are known; which classes, where a classifier tells.

Counting modes on a ring or grid of Gaussians, within three standard deviations, follows PacGAN
(Lin et al., "The power of two samples in generative adversarial networks", 2018).
"""

import dataclasses
import math
import warnings

import numpy as np
from scipy import special
from scipy.spatial import distance

from course_utils.measures import inputs

# A class is missed if it has less than this part of an equal share.
MISSED_BELOW = 0.1
# How often an even sampler may seem to miss a class before the number of samples is called small.
_BY_CHANCE = 0.01


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


@dataclasses.dataclass(frozen=True, eq=False)
class ClassBalance:
    """How samples spread over the classes that a classifier sees in them.

    Attributes:
        shares: float64 (classes,), sum 1.
        entropy: of the shares, in nats; log(classes) if they are equal.
        effective: exp(entropy): that many equally frequent classes have the same entropy.
        missed: classes with less than a tenth of an equal share.
    """

    shares: np.ndarray
    entropy: float
    effective: float
    missed: list[int]

    def __str__(self):
        missed = ", ".join(map(str, self.missed)) or "none"
        return f"{self.effective:.1f} of {len(self.shares)} classes effectively, missed: {missed}"

    def total_variation(self, other):
        """Total variation distance to other shares: the share that is in the wrong class.

        Args:
            other: ClassBalance of, say, the real images, or shares (classes,) that sum to 1.

        Returns:
            0 if all shares agree, up to 1 if no class is common to both.

        Raises:
            ValueError: another number of classes, or no shares.
        """
        shares = np.asarray(getattr(other, "shares", other), dtype=float)
        if shares.shape != self.shares.shape:
            raise ValueError(
                f"expected the shares of {len(self.shares)} classes, found shape {shares.shape}."
            )
        if not (shares >= 0).all() or abs(shares.sum() - 1) > 1e-6:
            raise ValueError(f"shares must be 0 or more and sum to 1, found {shares}.")
        return float(np.abs(self.shares - shares).sum() / 2)


def mode_coverage(points, centres, std, within=3.0, least=1):
    """Count the modes that samples reach, and the samples that are close to one.

    A sample is of high quality if its nearest centre is at most `within` standard deviations away,
    measured as straight-line distance. Of a Gaussian's own samples 99.7 % are within 3 in one
    dimension, 98.9 % in two: that, not 100 %, is what a perfect sampler scores.

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
    inputs.same_dimensions("points", points, "centres", centres)
    inputs.whole_number("least", least, 1)
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


def class_balance(labels, classes):
    """How samples spread over classes, from the label that a classifier gives to each.

    A class counts as missed below a tenth of an equal share: a few misclassified samples do not
    make it found, and no class of the course's data sets is that rare in the real images. With few
    samples chance alone can do that; where it would, for some class, in more than one of a hundred
    draws of an even sampler, a warning says so (10 classes: below 66 samples).

    Args:
        labels: (n,) whole numbers from 0 to classes − 1.
        classes: number of classes.

    Returns:
        ClassBalance.

    Raises:
        ValueError: no labels, or labels that are no such numbers.
    """
    inputs.whole_number("classes", classes, 1)
    labels = np.asarray(labels)
    if labels.ndim != 1 or not len(labels) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels must be (n,) whole numbers, found shape {labels.shape} of {labels.dtype}. "
            f"From class probabilities (n, classes) take probabilities.argmax(axis=1)."
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels of {classes} classes go from 0 to {classes - 1}, "
            f"found {labels.min()} to {labels.max()}."
        )
    _warn_if_few(len(labels), classes)
    counts = np.bincount(labels, minlength=classes)
    shares = counts / len(labels)
    entropy = float(special.entr(shares).sum())
    missed = np.flatnonzero(counts * classes < MISSED_BELOW * len(labels)).tolist()
    return ClassBalance(shares, entropy, math.exp(entropy), missed)


def _warn_if_few(samples, classes):
    most = math.ceil(MISSED_BELOW * samples / classes) - 1
    if classes * special.bdtr(most, samples, 1 / classes) > _BY_CHANCE:
        warnings.warn(
            f"{samples} samples of {classes} classes: an even sampler may miss a class by chance. "
            f"Take more samples before you call a class missed.",
            inputs.FewSamplesWarning,
            stacklevel=3,
        )
