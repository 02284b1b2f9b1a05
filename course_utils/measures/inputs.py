"""What the measures share: checks of their inputs, named warnings, blocks that fit into memory.

Each check gives the values back or raises a ValueError that begins with the argument's `name`.
"""

import warnings

import numpy as np

from course_utils import checks
from course_utils.checks import ConstantFeaturesWarning

# Work space of a measure at a time, in bytes.
MEMORY = 256 * 2**20
# Of the largest value: a network gives equal images features that differ by less, since it rounds
# otherwise in a batch of another size.
ROUNDING = 1e-5


class SingularCovarianceWarning(UserWarning):
    """A covariance without full rank: too few samples for so many dimensions."""


class FewSamplesWarning(UserWarning):
    """So few samples that chance alone may have made the number."""


def features(name, values, least=1, why=""):
    """One set of features as float64 (n, d), of `least` rows or more; `why` ends the message."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or not values.shape[1]:
        advice = "Images have to go through a feature network, or be flattened, first."
        raise ValueError(
            f"{name} must be (n, d), one row of features per image, found shape {values.shape}."
            f"{' ' + advice if values.ndim > 2 else ''}"
        )
    enough(name, values, least, why)
    checks.finite(name, values)
    return values


def feature_pair(sets, least, why):
    """Both of two `sets`, by name, as float64; warns about constant dimensions.

    To be called by the measure itself: the warning points at the line that called the measure.
    """
    checked = {name: features(name, values, least, why) for name, values in sets.items()}
    same_dimensions(checked)
    for name, values in checked.items():
        warn_of_constant(name, values, stacklevel=4)
    return checked.values()


def images(name, values):
    """Images as float32 (n, h, w, c), at least one."""
    values = np.asarray(values, dtype=np.float32)
    if values.ndim != 4 or 0 in values.shape[1:]:
        raise ValueError(
            f"{name} must be (n, height, width, channels), found shape {values.shape}. "
            f"Grey images have one channel: images[..., None] adds it."
        )
    enough(name, values, 1)
    checks.finite(name, values)
    return values


def rows(name, values, least=1):
    """Images or points of any shape (n, …), each as one row of float32 (n, d)."""
    values = np.asarray(values, dtype=np.float32)
    if values.ndim < 2 or 0 in values.shape[1:]:
        raise ValueError(
            f"{name} must hold one image per entry of the first axis, found shape {values.shape}. "
            f"A single image needs that axis too: image[None]."
        )
    enough(name, values, least)
    checks.finite(name, values)
    return values.reshape(len(values), -1)


def same_dimensions(sets):
    """Raise ValueError unless two `sets`, by name, agree in all but their number of rows."""
    first, second = map(np.shape, sets.values())
    if first[1:] != second[1:]:
        raise ValueError(
            f"{' and '.join(sets)} must agree in all but the first axis, found shapes {first} and "
            f"{second}: both have to come from the same network or data set."
        )


def enough(name, values, least, why=""):
    """Raise ValueError if there are fewer than `least` rows; `why` ends the message."""
    if len(values) < least:
        found = "1 row" if len(values) == 1 else f"{len(values)} rows"
        reason = f" {why}" if why else ""
        raise ValueError(f"{name} has {found}, at least {least} are needed{reason}.")


def blocks(count, row_bytes):
    """Slices that cut `count` rows so that the work space of each stays below `MEMORY` bytes."""
    size = max(MEMORY // row_bytes, 1)
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def warn_of_constant(name, values, stacklevel):
    """Warn of dimensions, or of whole rows but for rounding, that do not vary; `stacklevel` up."""
    spread = np.ptp(values, axis=0)
    constant = np.flatnonzero(spread == 0)
    if spread.max() <= ROUNDING * np.abs(values).max():
        what = (
            f"all {len(values)} rows of {name} are equal: one image over and over, or dead units."
        )
    elif len(constant):
        what = (
            f"{len(constant)} of {values.shape[1]} dimensions of {name} are constant, the first is "
            f"{constant[0]}: they say nothing about how the images vary."
        )
    else:
        return
    warnings.warn(what, ConstantFeaturesWarning, stacklevel=stacklevel)
