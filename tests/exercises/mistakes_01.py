"""Typical mistakes in the exercises of notebook 01, and what is said of them."""

import math

import numpy as np


def mean_square(one, other):
    return np.mean((one - other) ** 2)


def each_image(one, other):
    errors = ((one - other).reshape(len(one), -1) ** 2).mean(axis=1)
    return np.mean(-10 * np.log10(errors)) if errors.all() else math.inf


def with_a_cap(one, other):
    return -10 * np.log10(max(mean_square(one, other), 1e-10))


def with_a_warning(one, other):
    return -10 * np.log10(mean_square(one, other))


def with_an_error(one, other):
    return -10 * math.log10(mean_square(one, other))


def errors_of(fitted, judged, centre, clip=False):
    axes = np.linalg.svd(fitted - centre, full_matrices=False)[2]
    rebuilt = [centre + (judged - centre) @ axes[:k].T @ axes[:k] for k in range(len(axes) + 1)]
    return np.array([np.mean((judged - (x.clip(0, 1) if clip else x)) ** 2) for x in rebuilt])


def first(errors, error):
    return int(np.argmax(errors <= error))


def on_training_images(x_train, x_test, error):
    return first(errors_of(x_train, x_train, x_train.mean(axis=0)), error)


def summed_over_pixels(x_train, x_test, error):
    return first(errors_of(x_train, x_test, x_train.mean(axis=0)) * x_test.shape[1], error)


def clipped(x_train, x_test, error):
    return first(errors_of(x_train, x_test, x_train.mean(axis=0), clip=True), error)


def fitted_to_the_test(x_train, x_test, error):
    return first(errors_of(x_test, x_test, x_test.mean(axis=0)), error)


def not_centred(x_train, x_test, error):
    return first(errors_of(x_train, x_test, 0.0), error)


def counted_from_0(x_train, x_test, error):
    return first(errors_of(x_train, x_test, x_train.mean(axis=0))[1:], error)


def smallest_variance_first(x_train, x_test, error):
    mean = x_train.mean(axis=0)
    axes = np.linalg.eigh(np.cov(x_train.T))[1]
    coordinates = ((x_test - mean) @ axes) ** 2
    errors = ((x_test - mean) ** 2).mean() - coordinates.cumsum(axis=1).mean(axis=0) / len(mean)
    return first(np.append(np.inf, errors), error)


def share_of_the_variance(x_train, x_test, error):
    variances = np.linalg.eigvalsh(np.cov(x_train.T))[::-1]
    return first(1 - np.append(0, np.cumsum(variances)) / variances.sum(), error)


MISTAKES = [
    ("01.1", 11, "twice as long"),
    ("01.1", 27, "do not overlap"),
    ("01.1", 225, "the width is asked for"),
    ("01.2", lambda x, y: 10 * np.log10(mean_square(x, y)), "a smaller error is a larger PSNR"),
    ("01.2", lambda x, y: -20 * np.log10(mean_square(x, y)), "20 belongs to the root"),
    ("01.2", lambda x, y: -10 * np.log(mean_square(x, y)), "natural logarithm"),
    ("01.2", lambda x, y: -20 * np.log10(np.mean(abs(x - y))), "not the mean absolute one"),
    ("01.2", each_image, "each image's own PSNR"),
    ("01.2", with_a_cap, "infinitely many decibels"),
    ("01.2", with_a_warning, "but warns"),
    ("01.2", with_an_error, "without a logarithm"),
    ("01.3", lambda before, after, window=3: window**2 * before * after, "biases are missing"),
    ("01.3", lambda before, after, window=3: (9 * before + 1) * after, "use `window`"),
    ("01.3", lambda before, after, window=3: (window * before + 1) * after, "square its side"),
    ("01.3", lambda before, after, window=3: (window**2 * after + 1) * before, "*output* channels"),
    ("01.3", lambda before, after, window=3: (window**2 + 1) * after, "each *input* channel"),
    ("01.4", on_training_images, "on the *training* images"),
    ("01.4", summed_over_pixels, "the sum over them"),
    ("01.4", clipped, "clipped to [0, 1]"),
    ("01.4", fitted_to_the_test, "fitted to the *test* images"),
    ("01.4", not_centred, "centred on the mean training image"),
    ("01.4", counted_from_0, "begin with 0 or with 1"),
    ("01.4", smallest_variance_first, "the wrong order"),
    ("01.4", share_of_the_variance, "the *share* of the variance"),
]
