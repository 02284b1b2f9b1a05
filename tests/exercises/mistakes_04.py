"""Typical mistakes in the exercises of notebook 04, and what is said of them."""

import math

import numpy as np


def upside_down(pixels, dimensions, a=1, b=1, mean_pixels=False, mean_dimensions=False):
    return (a / (pixels if mean_pixels else 1)) / (b / (dimensions if mean_dimensions else 1))


def means_as_sums(pixels, dimensions, a=1, b=1, mean_pixels=False, mean_dimensions=False):
    return b / a


def times_dimensions(pixels, dimensions, a=1, b=1, mean_pixels=False, mean_dimensions=False):
    return b * (dimensions if mean_dimensions else 1) / a * (pixels if mean_pixels else 1)


def no_front(pixels, dimensions, a=1, b=1, mean_pixels=False, mean_dimensions=False):
    return b * (pixels if mean_pixels else 1) / (dimensions if mean_dimensions else 1)


def levels_forgotten(nats, dimensions, levels=None):
    return nats / dimensions / np.log(2)


def levels_taken_off(nats, dimensions, levels=None):
    return nats / dimensions / np.log(2) - np.log2(levels or 1)


def levels_once(nats, dimensions, levels=None):
    return (nats + np.log(levels or 1)) / dimensions / np.log(2)


def levels_in_nats(nats, dimensions, levels=None):
    return nats / dimensions / np.log(2) + np.log(levels or 1)


def always_eight(nats, dimensions, levels=None):
    return nats / dimensions / np.log(2) + (8 if levels else 0)


def no_limit(p):
    return math.log(math.log(p / (1 - p)) / (2 * p - 1))


MISTAKES = [
    ("04.1", 0.01, "take its root"),
    ("04.1", 0.1414, "halve it"),
    ("04.1", 0.707, "a weight of 1"),
    ("04.2", upside_down, "Upside down"),
    ("04.2", means_as_sums, "divided by how many"),
    ("04.2", times_dimensions, "multiplied by it"),
    ("04.2", no_front, "`a` is not used"),
    ("04.3", lambda nats, dimensions, levels=None: nats / dimensions, "These are nats"),
    ("04.3", lambda nats, dimensions, levels=None: nats / np.log(2), "all dimensions"),
    ("04.3", levels_forgotten, "levels are missing"),
    ("04.3", levels_taken_off, "to be added"),
    ("04.3", levels_once, "its own grey levels"),
    ("04.3", levels_in_nats, "is in nats"),
    ("04.3", always_eight, "8 bits belong to 256"),
    ("04.4", lambda mae, scale: mae / scale + np.log(scale), "integrate to one"),
    ("04.4", lambda mae, scale: mae / scale, "costs log 2b"),
    ("04.4", lambda mae, scale: mae / scale - np.log(2 * scale), "check that sign"),
    ("04.4", lambda mae, scale: -mae / scale - np.log(2 * scale), "That is log p"),
    ("04.5", lambda p: np.log((2 * p - 1) / np.log(p / (1 - p))), "log of the integral"),
    ("04.5", lambda p: np.log(p / (1 - p)) / (2 * p - 1), "its logarithm is asked for"),
    ("04.5", lambda p: 0.0, "do not sum"),
    ("04.5", lambda p: np.log(np.log(p / (1 - p)) / (1 - 2 * p)), "has the sign of 2p − 1"),
    ("04.5", no_limit, "that is 0/0"),
]
