"""Typical mistakes in the exercises of notebook 05, and what is said of them."""

import numpy as np


def without_biases(hidden, latent):
    return 2 * 784 * hidden + 3 * hidden * latent


def neither(hidden, latent):
    return 2 * 784 * hidden + 2 * hidden * latent


def one_head(hidden, latent):
    return 785 * hidden + (hidden + 1) * latent + (latent + 1) * hidden + (hidden + 1) * 784


def encoder_alone(hidden, latent):
    return 785 * hidden + 2 * (hidden + 1) * latent


def another_each_time(pictures, seed=0):
    order = np.random.default_rng().permutation(784)
    return pictures.reshape(-1, 784)[:, order].reshape(pictures.shape)


def one_for_each(pictures, seed=0):
    rows = pictures.reshape(-1, 784)
    return np.random.default_rng(seed).permuted(rows, axis=1).reshape(pictures.shape)


def whole_rows(pictures, seed=0):
    return np.random.default_rng(seed).permutation(pictures, axis=1)


def whole_images(pictures, seed=0):
    return np.random.default_rng(seed).permutation(pictures)


def everything(pictures, seed=0):
    return np.random.default_rng(seed).permutation(pictures.reshape(-1)).reshape(pictures.shape)


def with_returning(pictures, seed=0):
    order = np.random.default_rng(seed).integers(0, 784, size=784)
    return pictures.reshape(-1, 784)[:, order].reshape(pictures.shape)


def one_seed(pictures, seed=0):
    order = np.random.default_rng(0).permutation(784)
    return pictures.reshape(-1, 784)[:, order].reshape(pictures.shape)


MISTAKES = [
    ("05.1", (1280, 1_032_073), "more work, not more weights"),
    ("05.1", (320, 1_033_060), "one bias, not four"),
    ("05.1", (320, 516_530), "four times the pixels"),
    ("05.1", (1_032_073, 320), "The convolution comes first"),
    ("05.2", without_biases, "biases are missing"),
    ("05.2", neither, "second head"),
    ("05.2", one_head, "two heads"),
    ("05.2", encoder_alone, "encoder alone"),
    ("05.3", lambda nats: nats / 784, "nats for each pixel"),
    ("05.3", lambda nats: nats * np.log(2) / 784, "more of them"),
    ("05.3", lambda nats: np.log2(nats) / 784, "a logarithm already"),
    ("05.4", lambda means: np.flatnonzero(means.std(axis=0) > 0.01), "standard deviation"),
    ("05.4", lambda means: np.flatnonzero((means**2).mean(axis=0) > 0.01), "tells nothing"),
    ("05.4", lambda means: means.var(axis=0) > 0.01, "yes and no"),
    ("05.4", lambda means: np.where(means.var(axis=0) > 0.01), "gives a tuple"),
    ("05.4", lambda means: np.flatnonzero(means.var(axis=1) > 0.01), "These are images"),
    ("05.4", lambda means: (means.var(axis=0) > 0.01).sum(), "their indices"),
    ("05.5", another_each_time, "A second call"),
    ("05.5", one_for_each, "a permutation of its own"),
    ("05.5", whole_rows, "Whole rows"),
    ("05.5", whole_images, "images changed places"),
    ("05.5", everything, "from one image to another"),
    ("05.5", with_returning, "twice"),
    ("05.5", one_seed, "`seed` is not used"),
]
