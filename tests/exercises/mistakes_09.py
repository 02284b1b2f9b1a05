"""Typical mistakes in the exercises of notebook 09, and what is said of them."""

import numpy as np
from sklearn.mixture import GaussianMixture

from course_utils.models import Mixture


def to_the_means(vae, images, components=10):
    return Mixture(components).fit(vae.posterior(images.x_train)[0])


def variance_for_deviation(vae, images, components=10):
    mean, log_var = vae.posterior(images.x_train)
    noise = np.random.default_rng(0).normal(size=mean.shape)
    return Mixture(components).fit(mean + np.exp(log_var) * noise)


def to_held_out(vae, images, components=10):
    mean, log_var = vae.posterior(images.x_test)
    noise = np.random.default_rng(0).normal(size=mean.shape)
    return Mixture(components).fit(mean + np.exp(log_var / 2) * noise)


def one_noise_for_all(vae, images, components=10):
    mean, log_var = vae.posterior(images.x_train)
    noise = np.random.default_rng(0).normal(size=(len(mean), 1))
    return Mixture(components).fit(mean + np.exp(log_var / 2) * noise)


def the_draws(vae, images, components=10):
    mean, log_var = vae.posterior(images.x_train)
    return mean + np.exp(log_var / 2) * np.random.default_rng(0).normal(size=mean.shape)


def always_ten(vae, images, components=10):
    return Mixture(10).fit(the_draws(vae, images))


def towards_the_origin(mixture, count, t, seed=0):
    return t * mixture.sample(count, seed)


def towards_the_middle(mixture, count, t, seed=0):
    z = mixture.sample(count, seed)
    return z.mean(axis=0) + t * (z - z.mean(axis=0))


def of_the_likeliest(mixture, count, t, seed=0):
    z = mixture.sample(count, seed)
    means = mixture.means[mixture.assign(z)]
    return means + t * (z - means)


def turned_round(mixture, count, t, seed=0):
    z, component = mixture.sample_with_components(count, seed)
    return z + t * (mixture.means[component] - z)


def unseeded(mixture, count, t, seed=0):
    z, component = mixture.sample_with_components(count)
    return mixture.means[component] + t * (z - mixture.means[component])


def of_all_classes(model, images, label, count, seed=0):
    return Mixture(1).fit(model.encode(images.x_train)).sample(count, seed)


def of_held_out(model, images, label, count, seed=0):
    codes = model.encode(images.x_test[images.y_test == label])
    return Mixture(1).fit(codes).sample(count, seed)


def without_tilt(model, images, label, count, seed=0):
    codes = model.encode(images.x_train[images.y_train == label])
    return np.random.default_rng(seed).normal(codes.mean(0), codes.std(0), (count, 3))


def real_ones(model, images, label, count, seed=0):
    codes = model.encode(images.x_train[images.y_train == label])
    return np.random.default_rng(seed).choice(codes, count)


def with_a_seed_of_its_own(model, images, label, count, seed=0):
    codes = model.encode(images.x_train[images.y_train == label])
    return GaussianMixture(1, random_state=0).fit(codes).sample(count)[0]


def mean_alone(model, images, label, count, seed=0):
    codes = model.encode(images.x_train[images.y_train == label])
    return np.tile(codes.mean(axis=0), (count, 1))


def without_the_dimensions(mean, covariance):
    return 0.5 * (np.trace(covariance) + mean @ mean - np.log(np.linalg.det(covariance)))


def without_the_half(mean, covariance):
    return np.trace(covariance) + mean @ mean - len(mean) - np.linalg.slogdet(covariance)[1]


def plus_the_determinant(mean, covariance):
    return 0.5 * (
        np.trace(covariance) + mean @ mean - len(mean) + np.log(np.linalg.det(covariance))
    )


def too_small_a_determinant(mean, covariance):
    return without_the_dimensions(mean, covariance) - len(mean) / 2


MISTAKES = [
    ("09.1", 73.68, "the sign is not"),
    ("09.1", 0, "per unit of volume"),
    ("09.1", -2.303, "That is one dimension"),
    ("09.1", -36.84, "codes of 16 numbers"),
    ("09.1", -32, "to base 10"),
    ("09.2", to_the_means, "the means alone"),
    ("09.2", variance_for_deviation, "is a variance"),
    ("09.2", to_held_out, "held-out images' codes"),
    ("09.2", one_noise_for_all, "share one number of noise"),
    ("09.2", the_draws, "fit a `Mixture`"),
    ("09.2", always_ten, "pass `components` on"),
    ("09.3", towards_the_origin, "towards the origin"),
    ("09.3", towards_the_middle, "the middle of all"),
    ("09.3", of_the_likeliest, "not always the one"),
    ("09.3", turned_round, "Turned round"),
    ("09.3", unseeded, "`seed` is not used"),
    ("09.4", of_all_classes, "is `label` used"),
    ("09.4", of_held_out, "held-out codes of this class"),
    ("09.4", without_tilt, "the tilt is missing"),
    ("09.4", real_ones, "codes of training images"),
    ("09.4", with_a_seed_of_its_own, "pass `seed` on"),
    ("09.4", mean_alone, "has a width too"),
    ("09.5", without_the_dimensions, "both densities are the same"),
    ("09.5", without_the_half, "½ of the exponent"),
    ("09.5", plus_the_determinant, "log det Σ is turned"),
    ("09.5", too_small_a_determinant, "slogdet"),
]
