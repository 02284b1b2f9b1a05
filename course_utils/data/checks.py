"""Checks on what `load` is given; each message says what was found and what is expected."""

import numbers


def one_of(what, value, allowed):
    """Raise ValueError unless `value` is in `allowed`."""
    if value not in allowed:
        raise ValueError(f"unknown {what} {value!r}. Choose one of: {', '.join(allowed)}.")


def whole_number(what, value, low, high):
    """Raise ValueError unless `value` is a whole number from `low` to `high`."""
    # True and False are integers to Python, and never meant as a size.
    is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_whole or not low <= value <= high:
        raise ValueError(f"{what} must be a whole number from {low} to {high}, found {value!r}.")


def optional_number(what, value, high):
    """Raise ValueError unless `value` is None or a whole number from 1 to `high`."""
    if value is not None:
        whole_number(f"{what} (None for the set's own)", value, 1, high)
