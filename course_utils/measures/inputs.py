"""What the measures share: checks of their inputs, named warnings, blocks that fit into memory.

A measure answers with a number, a clear error or a named warning; never with a silent number that
means something else.
"""

import warnings

import numpy as np

from course_utils.checks import ConstantFeaturesWarning

# Work space of a measure at a time, in bytes.
MEMORY = 256 * 2**20


class SingularCovarianceWarning(UserWarning):
    """A covariance without full rank: too few samples for so many dimensions."""


class FewSamplesWarning(UserWarning):
    """So few samples that chance alone may have made the number."""


def features(name, values, least=1, why=""):
    """Check one set of features.

    Args:
        name: what to call it in messages: the name of the argument.
        values: (n, d), one row per image.
        least: how many rows the measure needs.
        why: what it needs them for, ends the message.

    Returns:
        float64 (n, d).

    Raises:
        ValueError: another shape, NaN or infinity, or fewer rows than `least`.
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 2 or not values.shape[1]:
        advice = "Images have to go through a feature network, or be flattened, first."
        raise ValueError(
            f"{name} must be (n, d), one row of features per image, found shape {values.shape}."
            f"{' ' + advice if values.ndim > 2 else ''}"
        )
    enough(name, values, least, why)
    finite(name, values)
    return values


def feature_pair(first_name, first, second_name, second, least, why):
    """Check two sets of features that a measure compares, and warn about constant dimensions.

    To be called by the measure itself: the warning points at the line that called the measure.

    Args:
        first_name: name of the first argument.
        first: (n, d).
        second_name: name of the second argument.
        second: (m, d).
        least: how many rows the measure needs of each.
        why: what it needs them for.

    Returns:
        Both as float64.

    Raises:
        ValueError: as `features`, or the sets differ in their number of dimensions.
    """
    first = features(first_name, first, least, why)
    second = features(second_name, second, least, why)
    same_dimensions(first_name, first, second_name, second)
    for name, values in ((first_name, first), (second_name, second)):
        message = _constant(name, values)
        if message:
            warnings.warn(message, ConstantFeaturesWarning, stacklevel=3)
    return first, second


def images(name, values, least=1):
    """Check a set of images.

    Args:
        name: what to call it in messages.
        values: (n, h, w, c).
        least: how many images the measure needs.

    Returns:
        float32 (n, h, w, c).

    Raises:
        ValueError: another shape, NaN or infinity, or fewer images than `least`.
    """
    values = np.asarray(values, dtype=np.float32)
    if values.ndim != 4 or 0 in values.shape[1:]:
        raise ValueError(
            f"{name} must be (n, height, width, channels), found shape {values.shape}. "
            f"Grey images have one channel: images[..., None] adds it."
        )
    enough(name, values, least)
    finite(name, values)
    return values


def rows(name, values, least=1):
    """Check images or points of any shape (n, …) and flatten each to a row, float32 (n, d).

    Args:
        name: what to call it in messages.
        values: (n, …), at least two axes.
        least: how many rows the measure needs.

    Returns:
        float32 (n, d).

    Raises:
        ValueError: fewer than two axes, NaN or infinity, or fewer rows than `least`.
    """
    values = np.asarray(values, dtype=np.float32)
    if values.ndim < 2 or 0 in values.shape[1:]:
        raise ValueError(
            f"{name} must hold one image per entry of the first axis, found shape {values.shape}. "
            f"A single image needs that axis too: image[None]."
        )
    enough(name, values, least)
    finite(name, values)
    return values.reshape(len(values), -1)


def same_dimensions(first_name, first, second_name, second):
    """Raise ValueError unless two sets agree in everything but their number of rows."""
    if np.shape(first)[1:] != np.shape(second)[1:]:
        raise ValueError(
            f"{first_name} and {second_name} must agree in all but the first axis, found shapes "
            f"{np.shape(first)} and {np.shape(second)}: both have to come from the same network or "
            f"data set."
        )


def enough(name, values, least, why=""):
    """Raise ValueError if there are fewer than `least` rows; `why` ends the message."""
    if len(values) < least:
        found = "1 row" if len(values) == 1 else f"{len(values)} rows"
        reason = f" {why}" if why else ""
        raise ValueError(f"{name} has {found}, at least {least} are needed{reason}.")


def finite(name, values):
    """Raise ValueError if there is NaN or infinity, with the number of rows and the first one."""
    is_finite = np.isfinite(values)
    if is_finite.all():
        return
    bad = np.flatnonzero(~is_finite.reshape(len(values), -1).all(axis=1))
    raise ValueError(
        f"{len(bad)} of {len(values)} rows of {name} hold NaN or infinity, the first is row "
        f"{bad[0]}. Training may have diverged; a measure of what is left would hide that."
    )


def blocks(count, row_bytes):
    """Cut `count` rows into slices whose work space stays below `MEMORY` bytes.

    Args:
        count: number of rows.
        row_bytes: work space that one row takes.

    Returns:
        List of slices, each of one row at least.
    """
    size = max(MEMORY // row_bytes, 1)
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _constant(name, values):
    """What to say about constant dimensions; empty if there are none."""
    constant = np.flatnonzero(values.min(axis=0) == values.max(axis=0))
    if len(constant) == values.shape[1]:
        return (
            f"all {len(values)} rows of {name} are equal: one image over and over, or dead units."
        )
    if not len(constant):
        return ""
    return (
        f"{len(constant)} of {values.shape[1]} dimensions of {name} are constant, the first is "
        f"{constant[0]}: they say nothing about how the images vary."
    )
