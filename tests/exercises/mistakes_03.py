"""Typical mistakes in the exercises of notebook 03, and what is said of them."""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm


def kl(m1, s1, m2, s2):
    return np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5


def sign_of_the_log(m1, s1, m2, s2):
    return np.log(s1 / s2) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5


def no_half(m1, s1, m2, s2):
    return np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2)


def deviations_for_variances(m1, s1, m2, s2):
    return 0.5 * (np.log(s2 / s1) + (s1 + (m1 - m2) ** 2) / s2 - 1)


def units_of_the_first(m1, s1, m2, s2):
    return np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s1**2) - 0.5


def second_ignored(m1, s1, m2, s2):
    return 0.5 * (m1**2 + s1**2 - 1 - np.log(s1**2))


def half_sign(m1, s1, m2, s2):
    return np.log(s2 / s1) - (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) + 0.5


def logs(z, mean, std):
    return norm.logpdf(z, mean, std), -np.log(2) - abs(z)


def from_the_prior(mean, std, draws=100_000, seed=0):
    log_q, log_p = logs(np.random.default_rng(seed).laplace(size=draws), mean, std)
    return np.mean(log_q - log_p)


def half_forgotten(mean, std, draws=100_000, seed=0):
    z = np.random.default_rng(seed).normal(mean, std, size=draws)
    return np.mean(norm.logpdf(z, mean, std) + abs(z))


def weighted_twice(mean, std, draws=100_000, seed=0):
    log_q, log_p = logs(np.random.default_rng(seed).normal(mean, std, size=draws), mean, std)
    return np.mean(np.exp(log_q) * (log_q - log_p))


def no_mean(mean, std, draws=100_000, seed=0):
    log_q, log_p = logs(np.random.default_rng(seed).normal(mean, std, size=draws), mean, std)
    return log_q - log_p


def variance_for_deviation(mean, std, draws=100_000, seed=0):
    z = np.random.default_rng(seed).normal(mean, std**2, size=draws)
    return np.mean(norm.logpdf(z, mean, std**2) + np.log(2) + abs(z))


def new_draws_each_time(mean, std, draws=100_000, seed=0):
    log_q, log_p = logs(np.random.default_rng().normal(mean, std, size=draws), mean, std)
    return np.mean(log_q - log_p)


def log_weights(factor, k, groups, seed):
    z = factor * np.random.default_rng(seed).normal(size=(groups, k))
    return norm.logpdf(z) - norm.logpdf(z, scale=factor)


def as_the_elbo(factor, k, groups=20_000, seed=0):
    return -log_weights(factor, k, groups, seed).mean()


def sum_of_weights(factor, k, groups=20_000, seed=0):
    return -logsumexp(log_weights(factor, k, groups, seed), axis=1).mean()


def all_in_one_group(factor, k, groups=20_000, seed=0):
    return -(logsumexp(log_weights(factor, k, groups, seed)) - np.log(groups * k))


def bound_minus_evidence(factor, k, groups=20_000, seed=0):
    return np.mean(logsumexp(log_weights(factor, k, groups, seed), axis=1) - np.log(k))


def from_the_posterior(factor, k, groups=20_000, seed=0):
    z = np.random.default_rng(seed).normal(size=(groups, k))
    log_w = norm.logpdf(z) - norm.logpdf(z, scale=factor)
    return -np.mean(logsumexp(log_w, axis=1) - np.log(k))


MISTAKES = [
    ("03.1", 2, "These are bits"),
    ("03.1", np.log(4 / 3), "the *other* bumps"),
    ("03.1", 0.75, "the share that q misses"),
    ("03.1", 0, "one Gaussian has one bump"),
    ("03.2", lambda m1, s1, m2, s2: kl(m2, s2, m1, s1), "Exchanged"),
    ("03.2", sign_of_the_log, "sign of the log term"),
    ("03.2", no_half, "for equal Gaussians the KL must be 0"),
    ("03.2", deviations_for_variances, "not variances: square them"),
    ("03.2", units_of_the_first, "not by s₁²"),
    ("03.2", second_ignored, "are not used"),
    ("03.2", half_sign, "never negative"),
    ("03.3", from_the_prior, "the mean goes over q"),
    ("03.3", half_forgotten, "By log 2 too small"),
    ("03.3", weighted_twice, "as a weight once more"),
    ("03.3", no_mean, "take their mean"),
    ("03.3", variance_for_deviation, "takes the standard deviation"),
    ("03.3", new_draws_each_time, "the same seed"),
    ("03.4", lambda f: kl(0, 1, 0, f), "KL(posterior ‖ q)"),
    ("03.4", lambda f: (f**2 - 1) / 2 + np.log(f), "sign of the log term"),
    ("03.4", lambda f: (f - 1 - np.log(f)) / 2, "the variance has its square"),
    ("03.4", lambda f: (f**2 - 1 - np.log(f)) / 2, "halved once too often"),
    ("03.5", as_the_elbo, "what the ELBO loses, for any k"),
    ("03.5", sum_of_weights, "By log k too small"),
    ("03.5", all_in_one_group, "in each group of k"),
    ("03.5", bound_minus_evidence, "so log p(x) − bound is positive"),
    ("03.5", from_the_posterior, "draw from q"),
]
