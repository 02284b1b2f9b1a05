"""Toy distributions whose density is known, for what pictures cannot show."""

import numpy as np

from course_utils import checks
from course_utils.data.containers import PointData
from course_utils.data.drawn import builtin

TRAIN_SIZE, TEST_SIZE = 10_000, 2_000
LARGEST = 1_000_000

_ANGLES, _LINES = 2 * np.pi * np.arange(8) / 8, (-4, -2, 0, 2, 4)
_UNEQUAL = np.array([0.3, 0.5, 0.2])
# The first moon is the upper half of the unit circle; the second the lower half of another
# one, moved. An arc's mean height is 2 / pi times its radius.
_MOON_CENTRES = np.array([[0.0, 2 / np.pi], [1.0, 0.5 - 2 / np.pi]])
# Centres, standard deviation(s) and shares of each kind's components. Ring and grid have
# the set-up of PacGAN (Lin et al., 2018), which counts a mode as covered within 3 std.
_COMPONENTS = {
    "ring": (np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1), 0.01, np.full(8, 1 / 8)),
    "grid": (np.array([[x, y] for x in _LINES for y in _LINES]), 0.05, np.full(25, 1 / 25)),
    "moons": (_MOON_CENTRES, 0.05, np.full(2, 0.5)),
    "mixture_1d": (np.array([[-2.0], [0.5], [3.0]]), np.array([0.5, 0.8, 0.3]), _UNEQUAL),
}
KINDS = tuple(_COMPONENTS)


def make(kind="ring", train_size=TRAIN_SIZE, test_size=TEST_SIZE, seed=0):
    """A toy set, split into training and test.

    Args:
        kind: `ring`, eight Gaussians of std 0.01 on the unit circle; `grid`, twenty-five of std
            0.05 on {-4, -2, 0, 2, 4}²; `moons`, two interleaved half circles of radius 1 with noise
            of std 0.05; or `mixture_1d`, three Gaussians on a line, unequal in share and width.
        train_size: number of training points.
        test_size: number of test points.
        seed: whole number from 0 to 2**32 - 1.

    Returns:
        PointData.

    Raises:
        ValueError: unknown `kind`; the message lists those that exist.
    """
    checks.one_of("kind of toy", kind, KINDS)
    centres, std, weights = _COMPONENTS[kind]
    train, test = _points(kind, seed, "train", train_size), _points(kind, seed, "test", test_size)
    return PointData(kind, *train, *test, centres.astype(np.float32), std, weights)


def _points(kind, seed, split, n):
    """The first `n` points of a split, and the component that each comes from."""
    chance = builtin.uniforms(seed, builtin.SPLITS[split], 0, n, width=4)
    normals = _normals(chance[:, 2], chance[:, 3])
    centres, std, weights = _COMPONENTS[kind]
    labels = np.searchsorted(np.cumsum(weights)[:-1], chance[:, 0], side="right")
    if kind == "moons":
        angle, side = np.pi * chance[:, 1], 1 - 2 * labels
        x, y = labels + side * np.cos(angle), labels / 2 + side * np.sin(angle)
        points = np.stack([x, y], axis=1) + std * normals
    else:
        noise = normals[:, : centres.shape[1]] * np.broadcast_to(std, weights.shape)[labels, None]
        points = centres[labels] + noise
    return points.astype(np.float32), labels.astype(np.int64)


def _normals(first, second):
    """Two standard normal numbers from two uniform ones (Box–Muller); (n, 2)."""
    radius, angle = np.sqrt(-2 * np.log1p(-first)), 2 * np.pi * second
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
