"""Checks of arguments: one place, one wording. Each message says what was found and expected."""

import math
import numbers


class ConstantFeaturesWarning(UserWarning):
    """Features that do not vary (dead units, black borders): a number about them says little."""


def one_of(name, value, allowed):
    """Raise ValueError unless `value` is in `allowed`."""
    if value not in allowed:
        raise ValueError(
            f"unknown {name} {value!r}. Choose one of: {', '.join(map(str, allowed))}."
        )


def whole_number(name, value, low, high=None):
    """`value` as an int, if it is a whole number from `low` to `high` (None: no upper bound).

    NumPy's integers are whole numbers too; True and False are not, they are never meant as a size.

    Raises:
        ValueError: it is not.
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
    """`value` as a float, if it is a finite number from `low` to `high`, NumPy's among them.

    Args:
        name: what to call it in the message.
        value: to be checked.
        low: smallest value allowed.
        high: largest value allowed.
        open_ends: whether `low` and `high` themselves are not allowed.

    Raises:
        ValueError: it is not.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    number = float(value) if is_number else math.nan
    inside = low < number < high if open_ends else low <= number <= high
    if not (math.isfinite(number) and inside):
        expected = _bounds(low, high, open_ends)
        raise ValueError(f"{name} must be a number {expected}, found {value!r}.")
    return number


def _bounds(low, high, open_ends):
    if math.isinf(high):
        if math.isinf(low):
            return "that is finite"
        return f"above {low:g}" if open_ends else f"of at least {low:g}"
    return f"between {low:g} and {high:g}" if open_ends else f"from {low:g} to {high:g}"
