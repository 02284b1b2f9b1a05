"""Typical mistakes in the exercises of notebook 12, and what is said of them."""

import math

import numpy as np
from scipy.stats import norm

MIDDLES = norm.ppf((np.arange(10_001) + 0.5) / 10_001)


def without_absolute_values(mean_1, std_1, mean_2, std_2, points=10_001):
    return np.mean(mean_2 - mean_1 + (std_2 - std_1) * MIDDLES)


def with_the_ends(mean_1, std_1, mean_2, std_2, points=10_001):
    u = np.linspace(0, 1, points)
    return np.mean(abs(norm.ppf(u, mean_1, std_1) - norm.ppf(u, mean_2, std_2)))


def turned(mean_1, std_1, mean_2, std_2, points=10_001):
    return np.mean(abs(mean_1 + std_1 * MIDDLES - mean_2 - std_2 * MIDDLES[::-1]))


def root_of_squares(mean_1, std_1, mean_2, std_2, points=10_001):
    return np.hypot(mean_1 - mean_2, std_1 - std_2)


def unsorted_draws(mean_1, std_1, mean_2, std_2, points=10_001):
    first, second = np.random.default_rng(0).normal(size=(2, 1_000_000))
    return np.mean(abs(mean_1 + std_1 * first - mean_2 - std_2 * second))


def of_each_unit(clip, units):
    return clip ** (len(units) - 1) * sum(units[1:-1])


MISTAKES = [
    ("12.1", 1, "distance of the means"),
    ("12.1", 6, "half of the mass"),
    ("12.1", 0.6931, "Jensen–Shannon"),
    ("12.2", lambda w: (w @ w - 1) ** 2, "the root is missing"),
    ("12.2", lambda w: max(0, np.linalg.norm(w) - 1) ** 2, "below 1 is punished"),
    ("12.2", lambda w: np.sum((w - 1) ** 2), "not each number of it"),
    ("12.2", lambda w: (np.abs(w).sum() - 1) ** 2, "absolute values"),
    ("12.3", lambda c, units: c ** (len(units) - 1) * math.prod(units), "in *one* input"),
    ("12.3", lambda c, units: c ** len(units) * math.prod(units[1:-1]), "One factor c too many"),
    ("12.3", lambda c, units: c ** (len(units) - 1), "one way through the network"),
    ("12.3", lambda c, units: c * math.prod(units[1:-1]), "its own factor c"),
    ("12.3", of_each_unit, "multiplied, not added"),
    ("12.4", without_absolute_values, "cancel"),
    ("12.4", with_the_ends, "is infinite"),
    ("12.4", turned, "pair the same u"),
    ("12.4", root_of_squares, "2-Wasserstein"),
    ("12.4", unsorted_draws, "independent draws"),
    ("12.4", lambda m, s, n, t: abs(m - n), "differs from quantile to quantile"),
]
