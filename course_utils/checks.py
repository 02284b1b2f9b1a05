"""Checks of arguments: one place, one wording. Each message says what was found and expected."""

import math
import numbers

import numpy as np


class ConstantFeaturesWarning(UserWarning):
    """Features that do not vary (dead units, black borders): a number about them says little."""


def one_of(name, value, allowed):
    """Raise ValueError unless `value` is in `allowed`."""
    if value not in allowed:
        raise ValueError(
            f"unknown {name} {value!r}. Choose one of: {', '.join(map(str, allowed))}."
        )


def whole_number(name, value, low, high=None):
    """`value` as an int; ValueError unless it is a whole number from `low` to `high` (None: any).

    NumPy's integers are whole numbers too; True and False are not, they are never meant as a size.
    """
    is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_whole or value < low or (high is not None and value > high):
        bounds = f"from {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} must be a whole number {bounds}, found {value!r}.")
    return int(value)


def optional_number(name, value, high):
    """Raise ValueError unless `value` is None or a whole number from 1 to `high`."""
    if value is not None:
        whole_number(f"{name} (None for the set's own)", value, 1, high)


def real_number(name, value, low=-math.inf, high=math.inf, open_ends=False):
    """`value` as a float; ValueError unless it is a finite number from `low` to `high`.

    NumPy's numbers are numbers too. With `open_ends`, `low` and `high` themselves are not allowed.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    number = float(value) if is_number else math.nan
    inside = low < number < high if open_ends else low <= number <= high
    if not (math.isfinite(number) and inside):
        if math.isfinite(high):
            expected = f"between {low:g} and {high:g}" if open_ends else f"from {low:g} to {high:g}"
        elif math.isfinite(low):
            expected = f"above {low:g}" if open_ends else f"of at least {low:g}"
        else:
            expected = "that is finite"
        raise ValueError(f"{name} must be a number {expected}, found {value!r}.")
    return number


def finite(name, values):
    """Raise ValueError if there is NaN or infinity, with the number of rows and the first one."""
    is_finite = np.isfinite(np.atleast_1d(values))
    if is_finite.all():
        return
    bad = np.flatnonzero(~is_finite.reshape(len(is_finite), -1).all(axis=1))
    part = "row" if is_finite.ndim > 1 else "number"
    raise ValueError(
        f"{len(bad):,} of {len(is_finite):,} {part}s of {name} hold NaN or infinity, the first is "
        f"{part} {bad[0]}. Training may have diverged; to go on with the rest would hide that."
    )


# Scaled pixels lie in [-1, 1], standardised ones within a few units; 0 to 255 go far beyond.
LARGEST_PIXEL = 10.0


def images_of_shape(images, shape, verb="the encoder takes"):
    """Raise ValueError unless `images`, array or specification, is (n, *shape) of numbers.

    Sizes that are None, in either, fit any.
    """
    found, dtype = tuple(images.shape), getattr(images.dtype, "name", str(images.dtype))
    if not any(kind in dtype for kind in ("float", "int", "bool")):
        raise ValueError(
            f"images must be numbers, found the type {dtype!r}. Texts such as file names have to "
            f"be read first; images of different sizes have to be brought to one."
        )
    if len(found) != len(shape) + 1 or any(
        None not in (a, b) and a != b for a, b in zip(found[1:], shape, strict=True)
    ):
        also = " (give batches of images: dataset.batch(128))" if found == shape else ""
        raise ValueError(
            f"{verb} images of shape {shape}, found {found[1:]}{also}. Build the networks for "
            f"images.x_train.shape[1:]."
        )


def pixels_in(images, low, high, reason, noisy=False):
    """Raise ValueError if `images` hold NaN, infinity, or values out of [low, high].

    Of images on disk, their `pixel_range` counts. `reason` is what allows no other values, such as
    "a sigmoid". With `noisy`, noise may have taken them out of the range, if not as far as bytes.
    """
    images = np.asarray(getattr(images, "pixel_range", images))
    least, most = (images.min(), images.max()) if images.size else (low, high)
    if not (math.isfinite(least) and math.isfinite(most)):
        broken = images.size - int((abs(images) < math.inf).sum())
        raise ValueError(
            f"{broken:,} of {images.size:,} pixels are NaN or infinite. Look at how the images "
            f"were made; np.nan_to_num would only hide it."
        )
    slack = LARGEST_PIXEL if noisy else 0.0
    if least < min(low, -slack) or most > max(high, slack):
        scaled = f"images.scaled({max(low, -1):g}, {min(high, 1):g})"
        bytes_too = "; divide bytes by 255" if least >= 0 and most > 1 else ""
        raise ValueError(
            f"{reason} needs pixels in [{low:g}, {high:g}], found values from {least:.3g} to "
            f"{most:.3g}. Take the images as data.load gives them, or {scaled}{bytes_too}."
        )
