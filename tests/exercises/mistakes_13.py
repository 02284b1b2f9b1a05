"""Typical mistakes in the exercises of notebook 13, and what is said of them."""

import itertools
import math

import numpy as np


def weights(size, filters, noise=100, norm=4, biases=1):
    counts = [filters * 2**step for step in reversed(range(int(math.log2(size // 4))))]
    total = (noise + biases) * 16 * counts[0] + norm * counts[0]
    for below, above in itertools.pairwise(counts):
        total += (16 * below + biases) * above + norm * above
    return total + (16 * counts[-1] + biases) * 3


def forgets_the_wrong_one(means, alpha):
    kept = 0.0
    for mean in means:
        kept = (1 - alpha) * kept + alpha * mean
    return kept


def begun_at_one(means, alpha):
    kept = 1.0
    for mean in means:
        kept = alpha * kept + (1 - alpha) * mean
    return kept


def in_degrees(a, b, t):
    angle = np.degrees(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


MISTAKES = [
    ("13.1", 10, "in the mean as well"),
    ("13.1", 2, "so is what they are divided by"),
    ("13.2", lambda s, f, n: weights(s, f, n, norm=0), "Batch norm is missing"),
    ("13.2", lambda s, f, n: weights(s, f, n, norm=2), "*holds* four numbers"),
    ("13.2", lambda s, f, n: weights(s, f, n, biases=0), "biases are missing"),
    ("13.3", forgets_the_wrong_one, "exchanged"),
    ("13.3", lambda means, alpha: float(np.mean(means)), "plain mean"),
    ("13.3", begun_at_one, "begins at 0, not at 1"),
    ("13.4", lambda a, b, t: (1 - t) * a + t * b, "straight way"),
    ("13.4", in_degrees, "radians"),
    ("13.5", lambda s, m: s - (s @ m) * m, "m has not length 1"),
    ("13.5", lambda s, m: (s @ m) / (m @ m) * m, "part *along* m"),
]
