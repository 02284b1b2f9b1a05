"""Typical mistakes in the exercises of notebook 07, and what is said of them."""

import numpy as np


def rotated(codes, degrees, signs=(-1, 1), in_radians=np.deg2rad):
    cosine, sine = np.cos(in_radians(degrees)), np.sin(in_radians(degrees))
    new = codes.copy()
    new[:, 0] = cosine * codes[:, 0] + signs[0] * sine * codes[:, 1]
    new[:, 1] = signs[1] * sine * codes[:, 0] + cosine * codes[:, 1]
    return new


def overwritten(codes, degrees):
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    new = codes.copy()
    new[:, 0] = cosine * new[:, 0] - sine * new[:, 1]
    new[:, 1] = sine * new[:, 0] + cosine * new[:, 1]
    return new


def in_place(codes, degrees):
    codes[:] = rotated(codes, degrees)
    return codes


def mirrored(codes, degrees):
    return rotated(codes, degrees) * [1, -1, 1, 1]


def no_floor(variances, noise, beta):
    nats = 0.5 * np.log(variances / (beta * noise))
    return (nats > 0).sum(), nats.sum()


def beta_forgotten(variances, noise, beta):
    kept = variances > noise
    return kept.sum(), 0.5 * np.log(variances[kept] / (beta * noise)).sum()


def noise_forgotten(variances, noise, beta):
    return (variances > beta).sum(), 0.0


def without_the_half(variances, noise, beta):
    nats = np.maximum(0, np.log(variances / (beta * noise)))
    return (nats > 0).sum(), nats.sum()


def also_the_edge(variances, noise, beta):
    kept = variances >= beta * noise
    return kept.sum(), 0.5 * np.log(variances[kept] / (beta * noise)).sum()


def nats_first(variances, noise, beta):
    nats = np.maximum(0, 0.5 * np.log(variances / (beta * noise)))
    return nats.sum(), (nats > 0).sum()


MISTAKES = [
    ("07.1", 0.9, "half of the rate"),
    ("07.1", 1.1, "log 2 included"),
    ("07.1", 2.89, "is missing"),
    ("07.1", 2.14, "more than at β = 1"),
    ("07.2", lambda found, wanted: np.sum(found * wanted) / np.sum(wanted**2), "stand below"),
    (
        "07.2",
        lambda found, wanted: np.linalg.norm(wanted) / np.linalg.norm(found),
        "never negative",
    ),
    ("07.2", lambda found, wanted: np.mean(wanted / found), "mean of ratios"),
    ("07.3", lambda rate, variance, noise: variance / noise * np.exp(-rate), "not e^R"),
    ("07.3", lambda rate, variance, noise: variance / noise * np.exp(2 * rate), "sign of R"),
    ("07.3", lambda rate, variance, noise: variance / noise**2 * np.exp(-2 * rate), "s² already"),
    ("07.3", lambda rate, variance, noise: np.log(variance / noise) - 2 * rate, "exponential"),
    ("07.4", lambda codes, degrees: rotated(codes, degrees, in_radians=float), "take radians"),
    ("07.4", lambda codes, degrees: rotated(codes, degrees, (1, 1)), "Both sines"),
    ("07.4", lambda codes, degrees: rotated(codes, degrees)[:, :2], "but they stay"),
    ("07.4", lambda codes, degrees: rotated(codes, degrees, in_radians=np.rad2deg), "deg2rad"),
    ("07.4", lambda codes, degrees: -codes if degrees else codes, "Only the first two"),
    ("07.4", overwritten, "compute both"),
    ("07.4", mirrored, "is mirrored"),
    ("07.4", in_place, "Work on a copy"),
    ("07.5", no_floor, "carry 0 nats"),
    ("07.5", beta_forgotten, "β is not used"),
    ("07.5", noise_forgotten, "s² is not used"),
    ("07.5", without_the_half, "½ before the logarithm"),
    ("07.5", also_the_edge, "it is not kept"),
    ("07.5", nats_first, "The number comes first"),
]
