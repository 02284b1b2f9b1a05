"""Typical mistakes in the exercises of notebook 06, and what is said of them."""

import numpy as np
from scipy.stats import chi2, norm


def probabilities(size, dimensions):
    steps = (np.arange(size) + 0.5) / size
    return np.stack(np.meshgrid(*[steps] * dimensions), -1).reshape(-1, dimensions)


def edges(size, dimensions):
    steps = norm.ppf(np.arange(size) / size)
    return np.stack(np.meshgrid(*[steps] * dimensions), -1).reshape(-1, dimensions)


def repeated(size, dimensions):
    steps = norm.ppf((np.arange(size) + 0.5) / size)
    return np.resize(steps, (size**dimensions, dimensions))


def over_the_last_axis(points):
    return np.linalg.norm(np.diff(points, axis=0), axis=-1).sum()


def means_alone(mean, log_var):
    return mean.mean(axis=0), np.cov(mean.T)


def everywhere(mean, log_var):
    return mean.mean(axis=0), np.cov(mean.T) + np.exp(log_var).mean(axis=0)


def no_exponential(mean, log_var):
    return mean.mean(axis=0), np.cov(mean.T) + np.diag(log_var.mean(axis=0))


MISTAKES = [
    ("06.1", 16, "a code's own"),
    ("06.1", 4, "half again"),
    ("06.2", probabilities, "their quantiles"),
    ("06.2", edges, "is infinite"),
    ("06.2", repeated, "Some rows are equal"),
    ("06.3", lambda d: chi2.sf(d / 2, d), "the longer ones"),
    ("06.3", lambda d: chi2.cdf(d, d), "below the mean"),
    ("06.4", lambda points: np.linalg.norm(points[-1] - points[0]), "distance of the ends"),
    ("06.4", over_the_last_axis, "An image is one point"),
    ("06.5", means_alone, "the means alone"),
    ("06.5", everywhere, "on the diagonal alone"),
    ("06.5", no_exponential, "take its exp"),
]
