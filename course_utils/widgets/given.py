"""What explorers are given, by the caller or by a function of the caller's: checked once.

Each check returns what it checked, or raises ValueError and calls it by the `name` it was given.
"""

import math

import numpy as np

from course_utils import checks
from course_utils.plotting import arrays


def images(name, values, count=None, shape=None):
    """At least one image, as an array (n, h, w, 1 or 3) of finite pixels, clipped to [0, 1].

    `count` is how many there should be, `shape` what (h, w, c) each should have; None: any.
    """
    values = _numbers(name, values)
    if not values.size:
        raise ValueError(f"{name} must be at least one image, found shape {values.shape}.")
    checks.finite(name, values)
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
    """At least one code or point, as an array (count, size) of finite numbers; None: any."""
    if isinstance(values, tuple | list) and np.ndim(values[0] if values else 0) > 1:
        raise ValueError(
            f"{name} must be codes (n, d), found {len(values)} arrays. Of an encoder with means "
            f"and log-variances, pass the means."
        )
    values = _numbers(name, values)
    shape = values.shape
    fits = len(shape) == 2 and size in (None, shape[1]) and count in (None, shape[0])
    if not fits or not values.size:
        raise ValueError(
            f"{name} must have shape ({count or 'n'}, {size or 'd'}), found {shape}. Flatten codes "
            f"of more axes; for the plane, choose two columns or two principal components."
        )
    checks.finite(name, values)
    return values


def each_once(name, values, low, high=math.inf):
    """A list of whole numbers from `low` to `high`, at least one, each once."""
    values = np.atleast_1d(values).tolist()
    whole = all(type(value) is int and low <= value <= high for value in values)
    if not values or not whole or len(set(values)) < len(values):
        bounds = f"from {low}" if high == math.inf else f"from {low} to {high}"
        raise ValueError(f"{name} must be whole numbers {bounds}, each once; found {values}.")
    return values


def models(values, kind, example):
    """A dict of models, at least one."""
    if not isinstance(values, dict) or not values:
        raise ValueError(
            f"models must be a dict of {kind}, at least one, found {values!r}. For instance, "
            f"{example}."
        )
    return values


def drawn(count, most, seed=0):
    """Which of `count` are shown, at most so many, drawn at random; and how many, in words."""
    if count <= most:
        return slice(None), f"{count:,}"
    return np.random.default_rng(seed).choice(count, most, replace=False), f"{most:,} of {count:,}"


def _numbers(name, values):
    values = arrays.to_numpy(values)
    if values.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} must be numbers, found an array of shape {values.shape} and type "
            f"{values.dtype}."
        )
    return values
