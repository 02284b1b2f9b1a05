"""Typical mistakes in the exercises of notebook 11, and what is said of them."""

import math

import numpy as np


def own_stride(layers):
    seen = step = 1
    for kernel, stride in layers:
        step *= stride
        seen += (kernel - 1) * step
    return seen


def from_zero(layers):
    seen, step = 0, 1
    for kernel, stride in layers:
        seen += (kernel - 1) * step
        step *= stride
    return seen


def from_the_end(layers):
    return 1 + from_zero(layers[::-1])


def root_of(factor):
    return lambda weights, inputs, rate: np.sqrt(factor(rate) * np.sum((weights * inputs) ** 2))


def squared_sum(weights, inputs, rate):
    return np.sqrt(rate / (1 - rate)) * abs(np.sum(weights * inputs))


MISTAKES = [
    ("11.1", 0.7, "would have won without it"),
    ("11.1", 0.2, "in half of them"),
    ("11.1", 60, "in percent"),
    ("11.2", lambda k, m, n: k**2 * m * n, "biases are missing"),
    ("11.2", lambda k, m, n: k**2 * m * n + m, "each channel out, where it is added"),
    ("11.2", lambda k, m, n: k * m * n + n, "two sides"),
    ("11.3", lambda layers: 1 + sum(k - 1 for k, _ in layers), "strides are not used"),
    ("11.3", own_stride, "for the *next* layer"),
    ("11.3", from_zero, "start at 1"),
    ("11.3", from_the_end, "opposite order"),
    ("11.3", lambda layers: math.prod(k for k, _ in layers), "not multiplied"),
    ("11.4", root_of(lambda p: p * (1 - p)), "divided by 1 − p"),
    ("11.4", root_of(lambda p: (1 - p) / p), "they are exchanged"),
    ("11.4", root_of(lambda p: 1), "p is not used"),
    ("11.4", squared_sum, "do not square the sum"),
    ("11.4", lambda w, x, p: p / (1 - p) * np.sum((w * x) ** 2), "take its root"),
    ("11.5", lambda k: np.convolve(k, [1, 1]), "Turned"),
    ("11.5", lambda k: k, "reaches three places"),
    ("11.5", lambda k: np.repeat(k, 2), "Not the kernel is copied"),
    ("11.5", lambda k: [k[0], k[1], k[1], k[2]], "they are added"),
]
