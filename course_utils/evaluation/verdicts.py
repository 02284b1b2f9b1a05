"""The rule by which a claim is judged, fixed before the numbers are seen.

A claim compares two conditions, each measured several times (once a seed, a network, a data set).

- **Independent** results must not overlap: every result of one condition is better than every
  result of the other ("holds"), or worse ("the opposite is true"). Without a difference, three
  against three would separate in a given direction by chance once in C(6, 3) = 20 times, five
  against five once in 252.
- **Paired** results, where both conditions share the network, the seed or the data, are compared
  one by one: all differences must have one sign. Without a difference, five of five have a given
  sign once in 2⁵ = 32 times; fewer than five pairs give no verdict.
- A claim that the first condition is **no worse** has a margin, fixed beforehand: the second
  condition is moved by it before the rule is applied.
- Where a claim says **how much** ("twice as fast"), the ratio of the means must reach that too.
- Everything else is "no difference seen", which is a result.
"""

import math

import numpy as np

from course_utils import checks

HOLDS = "holds"
HOLDS_WEAKLY = "right direction, smaller than claimed"
NO_DIFFERENCE = "no difference seen"
OPPOSITE = "the opposite is true"
UNDECIDED = "not decided at this budget"
CANNOT_BE_TESTED = "cannot be tested with this network"
NOT_REACHED = "no verdict: neither got there within the budget"
TOO_FEW = "no verdict: fewer than three seeds"
TOO_FEW_PAIRS = "no verdict: fewer than five pairs"
TOO_SMALL = "no verdict: the counts are too small"
MINIMUM_SEEDS, MINIMUM_PAIRS = 3, 5
DIRECTIONS = ("lower", "higher")
# A number has levelled off if, over the last quarter of the training, it moves by less than this
# share of the difference that is judged.
_STILL = 0.2


def verdict(
    first, second, better="lower", factor=1.0, limit=None, *, paired=False, margin=0.0, least=None
):
    """Judge whether the results `first` lie on the `better` side of `second`.

    Args:
        first: results of the condition that the claim calls better, one each time.
        second: results of the other condition; if `paired`, in the same order.
        better: `lower` or `higher`.
        factor: how many times better the means must be.
        limit: what an infinite result counts as when the factor is judged, so that "not yet" is
            not taken for "never".
        paired: whether the results belong together one by one.
        margin: by how much `first` may be worse and still be called no worse, from 0.
        least: what one of the means must reach for anything to be said: the count below which
            chance decides; None where results are no counts.

    Returns:
        One of the verdicts of this module.

    Raises:
        ValueError: a result is NaN, a condition has none, or paired ones differ in number.
    """
    checks.one_of("direction", better, DIRECTIONS)
    first, second = (_results(values) for values in (first, second))
    if better == "higher" and np.isinf([*first, *second]).any():
        raise ValueError("an infinite result means 'not reached', which only goes with 'lower'.")
    if factor > 1 and min(first.min(), second.min()) <= 0:
        raise ValueError("how many times better can be judged only where all results are positive.")
    if paired and len(first) != len(second):
        raise ValueError(f"paired results go two by two, found {len(first)} and {len(second)}.")
    if min(len(first), len(second)) < (MINIMUM_PAIRS if paired else MINIMUM_SEEDS):
        return TOO_FEW_PAIRS if paired else TOO_FEW
    if least is not None and max(first.mean(), second.mean()) < least:
        return TOO_SMALL
    if np.isinf(first).all() and np.isinf(second).all():
        return NOT_REACHED
    moved = second + (margin if better == "lower" else -margin)
    low, high = (first, moved) if better == "lower" else (moved, first)
    if paired:
        with np.errstate(invalid="ignore"):  # two runs that did not get there are alike
            gain = np.where(low == high, 0.0, high - low)
        below, above = (gain > 0).all(), (gain < 0).all()
    else:
        below, above = low.max() < high.min(), low.min() > high.max()
    if above:
        return OPPOSITE
    if not below:
        return NO_DIFFERENCE
    if factor > 1 and not low.mean() * factor <= np.minimum(high, limit or math.inf).mean():
        return HOLDS_WEAKLY
    return HOLDS


def levelled_off(values, before):
    """Whether two conditions hardly move any more, measured by the difference between them.

    Args:
        values: the results of both conditions at the end of the training, a pair of lists.
        before: the same after three quarters of it.

    Returns:
        True if each mean has moved by less than a fifth of the difference of the means.
    """
    ends, earlier = ([np.mean(series) for series in pair] for pair in (values, before))
    moved = max(abs(a - b) for a, b in zip(ends, earlier, strict=True))
    return bool(moved < _STILL * abs(ends[0] - ends[1]))


def _results(values):
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not len(values) or np.isnan(values).any():
        raise ValueError(f"expected one number per seed and condition, found {values!r}.")
    return values
