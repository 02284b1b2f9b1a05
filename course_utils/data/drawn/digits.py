"""Handwritten digits, 28×28: scikit-learn's real 8×8 scans, enlarged and gently warped.

The scans (UCI, Alpaydin and Kaynak, 1998) are split before anything else, so that no warp of a
test scan is ever trained on. The stand-in for MNIST.
"""

import functools

import numpy as np

from course_utils.data.drawn import builtin
from course_utils.data.drawn.drawing import Frame, column, f32, mix, smoothstep

NAME = "digits"
VERSION = 1
SIZE = 28
CLASS_NAMES = tuple("0123456789")
TEST_SHARE = 0.3

_STREAM = 200
_SPLIT_STREAM = 210  # which scans are test scans; the same for every seed
_CHUNK = 200
# MNIST's digits are 20 pixels tall in a field of 28; a scan is 8, all of them digit.
_ENLARGEMENT = 20 / 8
_FINE = 4  # samples a scan pixel in the smooth version that warps read from
_MARGIN = 3  # empty scan pixels added around a scan, so that a warp may look outside
_KNOTS = 4  # the elastic warp moves 4 × 4 points of the image, smoothly between them


def make(seed, split, start, stop):
    """Make the images `start` to `stop` of a split; see `builtin.blocks`.

    The factor `source` is the number of the scan in scikit-learn's order.
    """
    scans, labels = _scans()
    own = sources(split)
    stream = _STREAM + builtin.SPLITS[split]
    chance = builtin.uniforms(seed, stream, start, stop, 8 + 2 * _KNOTS**2).astype(f32)
    # All scans in one order, again and again: each is used equally often.
    order = np.argsort(builtin.uniforms(seed, stream + 2, 0, len(own), 1)[:, 0], kind="stable")
    source = own[order[np.arange(start, stop) % len(own)]]
    images = np.empty((stop - start, SIZE, SIZE, 1), np.uint8)
    for first in range(0, stop - start, _CHUNK):
        part = slice(first, first + _CHUNK)
        images[part, :, :, 0] = _warp(scans[source[part]], chance[part])
    return {"images": images, "labels": labels[source], "source": source}


@functools.cache
def sources(split):
    """Numbers of the scans that belong to a split: 70 % of each digit to `train`, in order."""
    labels = _scans()[1]
    chance = builtin.uniforms(0, _SPLIT_STREAM, 0, len(labels), 1)[:, 0]
    in_test = np.zeros(len(labels), bool)
    for digit in range(10):
        members = np.flatnonzero(labels == digit)
        members = members[np.argsort(chance[members], kind="stable")]
        in_test[members[: round(TEST_SHARE * len(members))]] = True
    return np.flatnonzero(in_test if split == "test" else ~in_test)


@functools.cache
def _scans():
    """All scans, smoothly enlarged, float32 (1797, m, m) in [0, 1], and their labels."""
    from sklearn.datasets import load_digits

    scans, labels = load_digits(return_X_y=True)
    scans = scans.reshape(-1, 8, 8).astype(f32) / f32(16)
    padded = np.pad(scans, ((0, 0), (_MARGIN, _MARGIN), (_MARGIN, _MARGIN)))
    fine = _enlarge(_enlarge(padded).transpose(0, 2, 1)).transpose(0, 2, 1)
    return np.ascontiguousarray(fine), labels.astype(np.int64)


def _enlarge(images):
    """Make the rows `_FINE` times as many, on a smooth curve through their values."""
    count = images.shape[1]
    position = (np.arange(count * _FINE) + 0.5) / _FINE - 0.5
    left = np.floor(position).astype(int)
    result = f32(0)
    for offset, weight in zip(range(-1, 3), _catmull_rom(position - left), strict=True):
        rows = np.clip(left + offset, 0, count - 1)
        result = result + images[:, rows] * weight.astype(f32)[None, :, None]
    return result


def _catmull_rom(t):
    """Weights of the four points around a fraction t of the way from the second to the third."""
    s = 1 - t
    return -t * s * s / 2, 1 + t * t * (1.5 * t - 2.5), 1 + s * s * (1.5 * s - 2.5), -s * t * t / 2


def _bspline(t):
    """As `_catmull_rom`, smoother and never negative, but not through the points."""
    s = 1 - t
    near, far = (4 - 6 * t * t + 3 * t * t * t) / 6, (4 - 6 * s * s + 3 * s * s * s) / 6
    return s * s * s / 6, near, far, t * t * t / 6


def _warp(scans, chance):
    """Turn, shear, stretch and bend each scan a little; uint8 (n, 28, 28)."""
    centred = chance * f32(2) - f32(1)
    middle = np.arange(SIZE, dtype=f32) - f32((SIZE - 1) / 2)
    x = np.broadcast_to(middle[None, None, :], (len(scans), SIZE, SIZE))
    y = np.broadcast_to(middle[None, :, None], (len(scans), SIZE, SIZE))
    bend = centred[:, 8:].reshape(len(scans), 2, _KNOTS, _KNOTS)
    x, y = x + f32(1.5) * _bent(bend[:, 0]), y + f32(1.5) * _bent(bend[:, 1])
    x, y = x + column(centred[:, 0]), y + column(centred[:, 1])  # up to a pixel aside
    frame = Frame(x, y).turned(column(centred[:, 2]) * f32(0.10))
    x, y = frame.x + column(centred[:, 3]) * f32(0.18) * frame.y, frame.y
    x = x * mix(f32(0.80), f32(1.02), column(chance[:, 4]))
    y = y * mix(f32(0.92), f32(1.10), column(chance[:, 5]))
    grey = _sample(scans, x * f32(_FINE / _ENLARGEMENT), y * f32(_FINE / _ENLARGEMENT))
    # Enlarging blurs: a steep step restores the pen stroke, its place the stroke's width.
    edge = mix(f32(0.48), f32(0.62), column(chance[:, 6]))
    ink = smoothstep(0, 1, (grey - edge) / f32(0.55) + f32(0.5))
    return (ink * f32(255) + f32(0.5)).astype(np.uint8)


@functools.cache
def _knot_weights():
    """Weight of each knot along one axis of the image; (knots, 28)."""
    # The outermost knots lie outside the image, as a B-spline needs.
    position = (np.arange(SIZE) + 0.5) / SIZE * (_KNOTS - 3) + 1
    left = np.minimum(np.floor(position).astype(int), _KNOTS - 3)
    weights = np.zeros((_KNOTS, SIZE))
    for offset, weight in zip(range(-1, 3), _bspline(position - left), strict=True):
        weights[left + offset, np.arange(SIZE)] = weight
    return weights.astype(f32)


def _bent(knots):
    """A smooth field through random knots (n, 4, 4); (n, 28, 28)."""
    weights = _knot_weights()
    rows = f32(0)
    for number in range(_KNOTS):
        rows = rows + knots[:, number, :, None] * weights[number]  # (n, knots, 28)
    field = f32(0)
    for number in range(_KNOTS):
        field = field + weights[number][None, :, None] * rows[:, number, None, :]
    return field


def _sample(images, x, y):
    """Values at x, y from each image's middle, in its pixels, linear between them."""
    size = images.shape[1]
    x = np.clip(x + f32((size - 1) / 2), f32(0), f32(size - 1.001))
    y = np.clip(y + f32((size - 1) / 2), f32(0), f32(size - 1.001))
    left, top = x.astype(np.int64), y.astype(np.int64)
    right, down = x - left.astype(f32), y - top.astype(f32)
    at = (np.arange(len(images))[:, None, None] * size + top) * size + left
    flat = images.reshape(-1)
    upper = mix(flat[at], flat[at + 1], right)
    lower = mix(flat[at + size], flat[at + size + 1], right)
    return mix(upper, lower, down)
