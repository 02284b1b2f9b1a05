"""Exercises of notebook 12."""

import itertools
import math

import numpy as np
from scipy.stats import norm

from course_utils.exercises.judging import exercise


@exercise(
    "12.1",
    "write a number in place of `...`.",
    "Half of the mass has one way to go, half of it another: work is mass times way.",
)
def work_of_two_heaps(ask):
    """Earth mover's distance of one heap to two halves of it."""
    ask.value().equals(
        3,
        [
            (1, "That is the distance of the means: the halves go opposite ways, and each way is "
             "work."),
            (0, "The middle of the two does not count: each half has a way to go."),
            (6, "These are both ways added up; each is gone by half of the mass."),
            (2, "Half of the mass goes 2, but the other half goes 4."),
            (4, "Half of the mass goes 4, but the other half goes 2."),
            (-3, "Work is mass times the length of the way, whichever way it goes."),
            (1.5, "Each half carries ½ of the mass, not ¼ of it."),
            (10**0.5, "Ways are not squared: work is mass times way."),
            (10, "Ways are not squared: work is mass times way."),
            (math.log(2), "That is the Jensen–Shannon divergence: it does not know how far it is."),
        ],
        tolerance=1e-3,
    )  # fmt: skip


@exercise(
    "12.2",
    "complete `linear_penalty`: the slope of w · x is w at every x.",
    "‖w‖ is `np.linalg.norm(weights)`. How far is it from 1, squared?",
)
def linear_penalty(ask):
    """Gradient penalty of a linear critic."""
    for w in ([0.6, -0.8, 2.4], [3.0, 4.0], [0.3, 0.4], [0.6, -0.8], [-2.0], [0.0, 0.0, 0.0]):
        weights = np.array(w)
        length = np.linalg.norm(weights)
        ask(weights).equals(
            (length - 1) ** 2,
            [
                ((length**2 - 1) ** 2, "‖w‖ is the root of the sum of squares: the root is "
                 "missing."),
                (length - 1, "The square is missing: a slope that is too small is as bad as one "
                 "that is too large."),
                (abs(length - 1), "That is the distance from 1: its square is asked for."),
                (max(0.0, length - 1) ** 2, "A slope below 1 is punished too: this penalty draws "
                 "it *to* 1."),
                ((length + 1) ** 2, "Subtract 1: the penalty is 0 where the slope is 1."),
                (length**2, "That draws the slope to 0, as R1 does; WGAN-GP draws it to 1."),
                (10 * (length - 1) ** 2, "The weight is 1 here, not 10."),
                ((abs(weights).sum() - 1) ** 2, "Length means the root of the sum of squares, not "
                 "the sum of absolute values."),
                ((weights.sum() - 1) ** 2, "‖w‖ is the root of the sum of squares, not the sum."),
                (((weights - 1) ** 2).sum(), "The length of w should be 1, not each number of it."),
                (((weights - 1) ** 2).mean(), "The length of w should be 1, not each number of "
                 "it."),
                (((abs(weights) - 1) ** 2).sum(), "The length of w should be 1, not each number of "
                 "it."),
                (((abs(weights) - 1) ** 2).mean(), "The length of w should be 1, not each number "
                 "of it."),
                ((abs(weights).max() - 1) ** 2, "The steepest way is along w, with slope ‖w‖, not "
                 "along one axis."),
            ],
        )  # fmt: skip


@exercise(
    "12.3",
    "complete `steepest_clipped`: a sum over all ways from one input to the output.",
    "On a way through the layers each weight is at most c, so the way adds at most c to the power "
    "of its steps. How many ways are there from one input to the output?",
)
def steepest_clipped(ask):
    """Bound of the slope of a clipped network in one input."""
    for clip, units in (
        (0.1, (1, 15, 15, 1)),
        (0.2, (3, 4, 5, 1)),
        (0.5, (2, 1)),
        (0.1, (1, 128, 128, 128, 1)),
        (0.3, (784, 7, 1)),
    ):
        layers, ways = len(units) - 1, math.prod(units[1:-1])
        ask(clip, units).equals(
            _steepest(clip, units),
            [
                (clip**layers * ways * units[0], "That is summed over all inputs: the slope in "
                 "*one* input starts at one of them."),
                (clip**layers * ways * np.sqrt(units[0]), "That bounds the slope in all inputs "
                 "together; asked is for one of them."),
                (clip**layers, "That is one way through the network: add up over all ways from "
                 "one input to the output."),
                (clip ** (layers - 1) * ways, "From the first to the last units there is a weight "
                 "in each step: as many factors c as gaps between the layers."),
                (clip ** (layers + 1) * ways, "One factor c too many: weights lie between the "
                 "layers, so there is one fewer than numbers of units."),
                (clip * ways, "Each step of a way brings its own factor c, not the whole way one."),
                (clip**layers * (sum(units[1:-1]) or 1), "At each layer a way goes on to every "
                 "unit of the next: the numbers of units are multiplied, not added."),
                (clip**layers * np.sqrt(ways), "Weights that all have the same sign add up in full "
                 "(no root): that is the steepest network."),
                (ways, "The bound c of the weights is not used."),
            ],
        )  # fmt: skip


def _steepest(clip, units):
    """The slope of the network whose weights are all equal to the bound."""
    slope = np.eye(1, units[0])[0]
    for before, after in itertools.pairwise(units):
        slope = slope @ np.full((before, after), clip)
    return slope[0]


@exercise(
    "12.4",
    "complete `of_gaussians`: pair the quantiles μ + σ Φ⁻¹(u) of both, for many u in (0, 1).",
    "`norm.ppf((np.arange(points) + 0.5) / points)` are quantiles Φ⁻¹ of equal steps; the mean of "
    "the absolute differences is the integral.",
)
def of_gaussians(ask):
    """Earth mover's distance of two Gaussians on a line."""
    for one, other in (
        ((0.0, 1.0), (1.0, 1.0)),
        ((1.0, 0.5), (0.0, 2.5)),
        ((0.0, 1.0), (0.0, 2.0)),
        ((-4.0, 2.0), (3.0, 0.5)),
    ):
        away, wider, both = other[0] - one[0], other[1] - one[1], one[1] + other[1]
        root = np.sqrt(abs(other[1] ** 2 - one[1] ** 2))
        right = _mean_length(away, wider)
        with np.errstate(all="ignore"):
            found = ask(*one, *other)
        if np.shape(found.value) == () and not np.isfinite(found.value):
            found.fails("Φ⁻¹ of 0 and of 1 is infinite: take the middle of each step, (i + ½)/n.")
        found.equals(
            right,
            [
                (abs(away), "Where the widths differ, the way differs from quantile to quantile: "
                 "first |·| of each difference, then the mean."),
                (away, "A difference without |·|: ways to the left and to the right cancel."),
                (_mean_length(away, both), "The lowest quantiles of one meet the highest of the "
                 "other: pair the same u of both."),
                (np.hypot(away, wider), "That is the root of the mean *square* way, the 2-"
                 "Wasserstein distance; here ways are not squared."),
                (away**2 + wider**2, "That is the mean *square* way; here ways are not squared."),
                (abs(away) + abs(wider), "Means and widths do not simply add up: at some quantiles "
                 "the two differences cancel."),
                (abs(away) + np.sqrt(2 / np.pi) * abs(wider), "Means and widths do not simply add "
                 "up: at some quantiles the two differences cancel."),
                (_mean_length(away, np.hypot(one[1], other[1])), "These are pairs of independent "
                 "draws: sort both, or take the same u for both. Else ways cross."),
                (_mean_length(away, root), "A quantile is μ + σ Φ⁻¹(u): widths are subtracted, "
                 "not their squares."),
                (_mean_length(away, other[1] ** 2 - one[1] ** 2), "A quantile is μ + σ Φ⁻¹(u): "
                 "with the standard deviation, not the variance."),
                (_mean_length(away, other[1] ** 0.5 - one[1] ** 0.5), "The width is the standard "
                 "deviation already: no root."),
                (10_001 * right, "That is the sum over the quantiles: the integral over u from 0 "
                 "to 1 is their mean."),
                (_area(one, other), "That compares densities at one place; asked is how far the "
                 "same quantile has to go."),
            ],
            tolerance=1e-2,
        )  # fmt: skip


def _mean_length(mean, deviation):
    """E |mean + deviation · Z| for a standard normal Z, in closed form."""
    deviation = abs(deviation)
    if not deviation:
        return abs(mean)
    ratio = mean / deviation
    return 2 * deviation * norm.pdf(ratio) + mean * (1 - 2 * norm.cdf(-ratio))


def _area(one, other):
    """Area between the two densities."""
    line = np.linspace(-20, 20, 8_001)
    return abs(norm.pdf(line, *one) - norm.pdf(line, *other)).sum() * (line[1] - line[0])
