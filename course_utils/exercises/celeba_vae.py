"""Exercises of notebook 15."""

import numpy as np

from course_utils.exercises.judging import exercise


@exercise(
    "15.1",
    "write a number between 0 and 1 in place of `...`.",
    "Which number m makes (m − 0.2)² + (m − 0.8)² smallest?",
)
def painted(ask):
    """What least squares paints where two pixels share a code."""
    ask.value().equals(
        0.5,
        [
            (0.2, "Then the error on the other face is large: the mean of both squares counts."),
            (0.8, "Then the error on the other face is large: the mean of both squares counts."),
            (0.4, "That is the geometric mean; squared errors ask for the plain one."),
            (0.6, "That is the difference of the two."),
            (1.0, "That is their sum."),
            (0.18, "That is the squared error that is left, not what is painted."),
            (0.09, "That is the squared error that is left, not what is painted."),
        ],
        tolerance=1e-3,
    )  # fmt: skip


@exercise(
    "15.2",
    "complete `same_by_chance`: both yes, or both no.",
    "Independent: the chance that both say yes is p q. And that both say no?",
)
def same_by_chance(ask):
    """Share of equal answers by chance."""
    for p, q in ((0.3, 0.8), (0.5, 0.1), (0.9, 0.9), (0.0, 1.0)):
        # By counting: a hundred faces before against each of a hundred after.
        before, after = (np.arange(100) < round(100 * share) for share in (p, q))
        right = float((before[:, None] == after).mean())
        ask(p, q).equals(
            right,
            [
                (p * q, "Both may say *no* as well."),
                (1 - right, "That is the share of different answers."),
                ((1 - p) * (1 - q), "Both may say *yes* as well."),
                (1 - abs(p - q), "That is the most that could be the same, not what chance gives."),
                (p + q - p * q, "That is the share where at least one says yes."),
                (0.5, "It is one half only if one of them says yes to half of the faces."),
            ],
        )


@exercise(
    "15.3",
    "complete `balanced_difference`: a difference in each group, then their mean.",
    "For each of `group` and `~group`: mean of `codes[present & group]` minus that of "
    "`codes[~present & group]`.",
)
def balanced_difference(ask):
    """Difference of means within two groups."""
    rng = np.random.default_rng(0)
    for count, size in ((60, 3), (200, 5)):
        group = rng.random(count) < 0.4
        present = rng.random(count) < np.where(group, 0.8, 0.3)
        codes = rng.normal(size=(count, size)) + 2.0 * group[:, None] + 1.0 * present[:, None]
        each = [
            codes[present & (group == one)].mean(axis=0)
            - codes[~present & (group == one)].mean(axis=0)
            for one in (False, True)
        ]
        right = np.mean(each, axis=0)
        plain = codes[present].mean(axis=0) - codes[~present].mean(axis=0)
        ask(codes, present, group).equals(
            right,
            [
                (plain, "That is the plain difference: the groups are not used, and what sets them "
                 "apart is in it."),
                (-right, "With minus without, not the other way round."),
                (2 * right, "The mean of both groups, not their sum."),
                (each[0], "Only one of the groups is used."),
                (each[1], "Only one of the groups is used."),
                ((1 - group.mean()) * each[0] + group.mean() * each[1], "With equal weight, not by "
                 "the size of the groups."),
                (codes[group].mean(axis=0) - codes[~group].mean(axis=0), "That is the difference "
                 "of the *groups*."),
            ],
        )  # fmt: skip


@exercise(
    "15.4",
    "complete `energy_left`: the variance of a mean of k independent numbers.",
    "Energy is squared amplitude: what becomes of a variance, if k independent ones are averaged?",
)
def energy_left(ask):
    """Energy in the mean of independent pictures."""
    for k in (1, 2, 4, 9):
        ask(k).equals(
            1 / k,
            [
                (1 / np.sqrt(k), "That is the *amplitude*: energy is its square."),
                (1 / k**2, "Amplitudes add with random signs, so they shrink by the root of k."),
                (float(k), "A mean has less, not more."),
                (1.0, "Independent details cancel."),
                (1 - 1 / k, "That is what is lost."),
            ],
        )
