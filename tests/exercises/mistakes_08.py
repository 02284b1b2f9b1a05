"""Typical mistakes in the exercises of notebook 08, and what is said of them."""

import numpy as np
from scipy.special import softmax
from scipy.stats import multivariate_normal


def distances(x, means):
    return ((x[:, None] - means) ** 2).sum(axis=2)


def tiny_deviation(x, means):
    densities = np.exp(-distances(x, means) / 2e-6)
    return densities / densities.sum(axis=1, keepdims=True)


def by_inner_product(x, means):
    return np.eye(len(means))[(x @ means.T).argmax(axis=1)]


def predictions(known, means, covariances, m):
    return np.stack(
        [
            mean[m:] + (known - mean[:m]) @ np.linalg.solve(cov[:m, :m], cov[:m, m:])
            for mean, cov in zip(means, covariances, strict=True)
        ]
    )


def prior_weights(known, weights, means, covariances):
    return np.tensordot(weights, predictions(known, means, covariances, known.shape[1]), 1)


def densities_of(known, means, covariances):
    m = known.shape[1]
    pairs = zip(means, covariances, strict=True)
    return np.stack([multivariate_normal(a[:m], c[:m, :m]).pdf(known) for a, c in pairs])


def no_logarithms(known, weights, means, covariances):
    shares = weights[:, None] * densities_of(known, means, covariances)
    each = predictions(known, means, covariances, known.shape[1])
    return np.einsum("kn,knd->nd", shares / shares.sum(axis=0), each)


def weights_forgotten(known, weights, means, covariances):
    shares = softmax(np.log(densities_of(known, means, covariances)), axis=0)
    each = predictions(known, means, covariances, known.shape[1])
    return np.einsum("kn,knd->nd", shares, each)


def likeliest_alone(known, weights, means, covariances):
    best = (weights[:, None] * densities_of(known, means, covariances)).argmax(axis=0)
    return predictions(known, means, covariances, known.shape[1])[best, np.arange(len(known))]


def turned_blocks(known, weights, means, covariances):
    m = known.shape[1]
    turned = [np.linalg.solve(c[:m, :m], c[m:, :m]) for c in covariances]
    each = np.stack([a[m:] + (known - a[:m]) @ t for a, t in zip(means, turned, strict=True)])
    shares = weights[:, None] * densities_of(known, means, covariances)
    return np.einsum("kn,knd->nd", shares / shares.sum(axis=0), each)


def not_normalised(known, weights, means, covariances):
    shares = weights[:, None] * densities_of(known, means, covariances)
    each = predictions(known, means, covariances, known.shape[1])
    return np.einsum("kn,knd->nd", shares, each)


def means_forgotten(known, weights, means, covariances):
    m = known.shape[1]
    return known @ np.linalg.solve(covariances[0][:m, :m], covariances[0][:m, m:])


MISTAKES = [
    ("08.1", 7, "below 2"),
    ("08.1", 7.389, "the next whole number"),
    ("08.1", 101, "not that to base 10"),
    ("08.2", lambda x, means: distances(x, means).argmin(axis=1), "numbers of the nearest"),
    ("08.2", lambda x, means: softmax(-distances(x, means) / 2, axis=1), "for σ = 1"),
    ("08.2", lambda x, means: np.eye(len(means))[distances(x, means).argmax(1)], "farthest"),
    ("08.2", tiny_deviation, "0/0"),
    ("08.2", by_inner_product, "inner product"),
    (
        "08.3",
        lambda real, count=1_000: np.resize(real.mean(axis=0), (count, real.shape[1])),
        "mean",
    ),
    ("08.3", lambda real, count=1_000: np.resize(real, (count, real.shape[1])), "coverage of"),
    ("08.3", lambda real, count=1_000: np.zeros((1_000, 2)) + real[0, :2], "has shape"),
    (
        "08.3",
        lambda real, count=1_000: 9 * np.random.default_rng(0).normal(size=(count, real.shape[1])),
        "close to real ones",
    ),
    ("08.4", prior_weights, "by their weights π alone"),
    ("08.4", no_logarithms, "stay with logarithms"),
    ("08.4", weights_forgotten, "The weights π are missing"),
    ("08.4", likeliest_alone, "the predictions of all"),
    ("08.4", turned_blocks, "Points are rows"),
    ("08.4", not_normalised, "do not sum to one"),
    ("08.4", means_forgotten, "Both means are missing"),
]
