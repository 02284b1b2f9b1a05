"""Exercises of notebook 14."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import spearmanr

from course_utils.exercises.judging import exercise


@exercise(
    "14.1",
    "write a number in place of `...`.",
    "The length of a difference is the root of the sum of its squares; how much higher than 3 can "
    "a value be that far away?",
)
def largest_value(ask):
    """Bound of a critic's value at a given distance."""
    length = 0.01 * np.sqrt(3072)
    ask.value().equals(
        3 + length,
        [
            (length, "That is how far it can move; the face itself has the value 3."),
            (3 - length, "That is the *smaller* of the two."),
            (3 + 0.01, "0.01 is the difference in one number: there are 3,072 of them."),
            (3 + 30.72, "That is the sum of the differences: a length is the root of the sum of "
             "their squares."),
            (3 + 0.01**2 * 3072, "That is the sum of the squares: take its root."),
            (3 + 0.01 / np.sqrt(3072), "The root of 3,072 multiplies."),
        ],
        tolerance=1e-3,
    )  # fmt: skip


@exercise(
    "14.2",
    "complete `between`: each face has a share of its own.",
    "Give the shares the shape (n, 1, 1, 1), so that each one meets a whole face.",
)
def between(ask):
    """Points between real and made faces."""
    rng = np.random.default_rng(0)
    for shape in ((3, 4, 4, 3), (4, 2, 5, 1)):
        real, made = rng.normal(size=(2, *shape))
        share = np.linspace(0.1, 0.9, shape[0])
        right = np.stack([u * x + (1 - u) * g for x, g, u in zip(real, made, share, strict=True)])
        first = share[0] * real + (1 - share[0]) * made
        ask(real, made, share).equals(
            right,
            [
                (real + made - right, "u belongs to the real faces: at u = 1 the point is a real "
                 "one."),
                (first, "Each face has a share of its own; here one is used for all."),
                ((real + made) / 2, "That is half-way: the shares are not used."),
                (share[:, None, None, None] * real + made, "The made ones weigh 1 − u."),
                (made + share[:, None, None, None] * (made - real), "That goes past the made face: "
                 "the point must lie between the two."),
            ],
        )  # fmt: skip


@exercise(
    "14.3",
    "complete `weights_at_rest`: where is the slope of the critic's loss in ‖w‖ zero?",
    "−d w + λ (w − 1)² has the slope −d + 2 λ (w − 1); −d w + γ/2 w² has −d + γ w.",
)
def weights_at_rest(ask):
    """Where a linear critic comes to rest under two penalties."""
    for d, strength in ((1.0, 10.0), (4.0, 0.5), (0.2, 1.0)):
        for centred in (False, True):
            right = _least(d, strength, centred)
            other = _least(d, strength, not centred)
            ask(d, strength, centred).equals(
                right,
                [
                    (other, "That is for the other penalty."),
                    (1.0, "The penalty asks for 1, but the difference of the means pulls at it."),
                    (0.0, "The penalty asks for 0, but the difference of the means pulls at it."),
                    (1 - d / (2 * strength), "The critic gains by a *longer* w: plus, not minus."),
                    (1 + d / strength, "The square brings a factor of 2."),
                    (2 * d / strength, "γ/2 times the square has the slope γ w."),
                    (d / (2 * strength), "γ/2 times the square has the slope γ w."),
                    (d, "The strength of the penalty is not used."),
                ],
                tolerance=1e-3,
            )  # fmt: skip


def _least(d, strength, centred):
    """The length of least loss, searched for."""

    def loss(length):
        penalty = strength / 2 * length**2 if centred else strength * (length - 1) ** 2
        return -d * length + penalty

    return minimize_scalar(loss, bounds=(0, 100), options={"xatol": 1e-9}).x


@exercise(
    "14.4",
    "complete `rank_correlation`: first the changes, then their ranks, then the correlation.",
    "`np.argsort(np.argsort(x))` gives ranks where no two are equal; `np.corrcoef` does the rest.",
)
def rank_correlation(ask):
    """Rank correlation of the changes of two curves."""
    rng = np.random.default_rng(0)
    for length in (6, 20):
        one, other = np.cumsum(rng.normal([[-1.0], [-2.0]], size=(2, length)), axis=1)
        other = other + 0.7 * one
        changes = np.diff(one), np.diff(other)
        right = spearmanr(*changes).statistic
        ask(one, other).equals(
            right,
            [
                (spearmanr(one, other).statistic, "That is of the curves themselves: two that fall "
                 "always agree. Take the changes, `np.diff`."),
                (np.corrcoef(*changes)[0, 1], "That is of the changes, not of their ranks."),
                (np.corrcoef(one, other)[0, 1], "That is of the curves themselves: two that fall "
                 "always agree."),
                (-right, "The sign is turned."),
                (np.corrcoef(*map(np.argsort, changes))[0, 1], "argsort gives the *places* in "
                 "order; ranks are argsort of argsort."),
            ],
        )  # fmt: skip
    line = np.arange(5.0)[::-1]
    ask(line, line).equals(0.0, [(1.0, "Neither line ever changes its pace: there is nothing to "
                                       "correlate, so give 0.")])  # fmt: skip
