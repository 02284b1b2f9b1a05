"""Typical mistakes in the exercises of notebook 15, and what is said of them."""

import numpy as np


def plain(codes, present, group):
    return codes[present].mean(axis=0) - codes[~present].mean(axis=0)


def of_groups(codes, present, group):
    return codes[group].mean(axis=0) - codes[~group].mean(axis=0)


MISTAKES = [
    ("15.1", 0.8, "the other face"),
    ("15.1", 0.6, "difference of the two"),
    ("15.2", lambda p, q: p * q, "say *no* as well"),
    ("15.2", lambda p, q: 1 - abs(p - q), "the most that could"),
    ("15.3", plain, "plain difference"),
    ("15.3", of_groups, "difference of the *groups*"),
    ("15.4", lambda k: 1 / np.sqrt(k), "*amplitude*"),
    ("15.4", lambda k: 1 / k**2, "random signs"),
]
