"""What explorers are given, by the caller or by a function of the caller's: checked once."""

import numpy as np

from course_utils.plotting import arrays


def images(name, values, count=None, shape=None):
    """Images as an array that can be shown.

    Args:
        name: what messages are to call them.
        values: what should be images, an array or a tensor of any backend.
        count: how many there should be, or None.
        shape: (h, w, c) that each should have, or None.

    Returns:
        (count, h, w, 1 or 3), clipped to [0, 1].

    Raises:
        ValueError: they are not so many images, at least one, with finite pixels in [0, 1].
    """
    values = _numbers(name, values)
    if not values.size:
        raise ValueError(f"{name} must be at least one image, found shape {values.shape}.")
    if broken := np.count_nonzero(~np.isfinite(values)):
        raise ValueError(
            f"{name} must have finite pixels, found NaN or infinity in {broken:,} of "
            f"{values.size:,}. Training may have diverged."
        )
    try:
        values = arrays.checked_images(values)
    except ValueError as error:
        raise ValueError(f"{name} cannot be shown: {error}") from error
    if count not in (None, len(values)):
        raise ValueError(
            f"{name} must be {count} images, one for each that was asked for; found {len(values)}."
        )
    if shape not in (None, values.shape[1:]):
        raise ValueError(
            f"{name} must be images of shape {shape}, like the given ones, found "
            f"{values.shape[1:]}. Pass images like those that the model was trained on."
        )
    return values


def codes(name, values, size=None, count=None):
    """Codes or points as an array of finite numbers.

    Args:
        name: what messages are to call them.
        values: what should be codes, an array or a tensor of any backend.
        size: how many numbers a code should have, or None.
        count: how many codes there should be, or None: at least one.

    Returns:
        (count, size), of the type that was given.

    Raises:
        ValueError: they are not so many codes of that size, or not finite.
    """
    if isinstance(values, tuple | list) and np.ndim(values[0] if values else 0) > 1:
        raise ValueError(
            f"{name} must be codes (n, d), found {len(values)} arrays. Of an encoder with means "
            f"and log-variances, pass the means."
        )
    values = _numbers(name, values)
    shape = values.shape
    expected = (count or "n", size or "d")
    fits = len(shape) == 2 and size in (None, shape[1]) and count in (None, shape[0])
    if not fits or not values.size:
        raise ValueError(
            f"{name} must have shape ({expected[0]}, {expected[1]}), found {shape}. Flatten codes "
            f"of more axes; for the plane, choose two columns or two principal components."
        )
    if broken := np.count_nonzero(~np.isfinite(values).all(axis=1)):
        raise ValueError(
            f"{name} must be finite numbers, found NaN or infinity in {broken:,} of "
            f"{len(values):,} rows. Training may have diverged."
        )
    return values


def each_once(name, values, low, high=None):
    """A list of whole numbers from `low` to `high` (None: no upper bound), each once.

    Raises:
        ValueError: they are not, or there are none.
    """
    values = np.atleast_1d(values).tolist()
    top = float("inf") if high is None else high
    whole = all(type(value) is int and low <= value <= top for value in values)
    if not values or not whole or len(set(values)) < len(values):
        bounds = f"from {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} must be whole numbers {bounds}, each once; found {values}.")
    return values


def _numbers(name, values):
    values = arrays.to_numpy(values)
    if values.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} must be numbers, found an array of shape {values.shape} and type "
            f"{values.dtype}."
        )
    return values
