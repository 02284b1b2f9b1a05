"""Typical mistakes in the exercises of notebook 02, and what is said of them."""

import numpy as np

GREY = np.array([0.299, 0.587, 0.114])


def corners(pictures, size, seed, beyond=1):
    rng = np.random.default_rng(seed)
    limits = pictures.shape[1] - size + beyond, pictures.shape[2] - size + beyond
    return [rng.integers(0, limit, size=len(pictures)) for limit in limits]


def with_squares(pictures, rows, columns, size):
    erased = pictures.copy()
    for picture, row, column in zip(erased, rows, columns, strict=True):
        picture[row : row + size, column : column + size] = 0
    return erased


def in_place(pictures, size, seed):
    for picture, row, column in zip(pictures, *corners(pictures, size, seed), strict=True):
        picture[row : row + size, column : column + size] = 0
    return pictures


def same_place(pictures, size, seed):
    row, column = (place[0] for place in corners(pictures, size, seed))
    erased = pictures.copy()
    erased[:, row : row + size, column : column + size] = 0
    return erased


def never_the_last(pictures, size, seed):
    return with_squares(pictures, *corners(pictures, size, seed, beyond=0), size)


def over_the_edge(pictures, size, seed):
    return with_squares(pictures, *corners(pictures, size, seed, beyond=size), size)


def pushed_back_inside(pictures, size, seed):
    rows, columns = corners(pictures, size, seed, beyond=size)
    height, width = pictures.shape[1:3]
    return with_squares(
        pictures, rows.clip(max=height - size), columns.clip(max=width - size), size
    )


def on_the_diagonal(pictures, size, seed):
    rows, _ = corners(pictures, size, seed)
    return with_squares(pictures, rows, rows, size)


def one_too_wide(pictures, size, seed):
    return with_squares(pictures, *corners(pictures, size + 1, seed), size + 1)


def one_channel(pictures, size, seed):
    erased = with_squares(pictures, *corners(pictures, size, seed), size)
    erased[..., 1:] = pictures[..., 1:]
    return erased


def scattered(pictures, size, seed):
    rng, erased = np.random.default_rng(seed), pictures.copy()
    for picture in erased:
        places = rng.choice(picture.shape[0] * picture.shape[1], size**2, replace=False)
        picture.reshape(-1, picture.shape[2])[places] = 0
    return erased


def always_seed_0(pictures, size, seed):
    return with_squares(pictures, *corners(pictures, size, 0), size)


def off_grey(picture):
    return picture - (picture @ GREY)[..., None]


def colour(picture):
    return np.linalg.norm(off_grey(picture), axis=-1).mean()


def turned_round(first, second):
    return colour((first + second) / 2) - (colour(first) + colour(second)) / 2


def sum_of_both(first, second):
    return colour(first) + colour(second) - colour((first + second) / 2)


def of_the_whole_image(first, second):
    one, other, mean = (np.linalg.norm(off_grey(x)) for x in (first, second, (first + second) / 2))
    return (one + other) / 2 - mean


def with_the_grey(first, second):
    one, other, mean = (
        np.linalg.norm(x, axis=-1).mean() for x in (first, second, (first + second) / 2)
    )
    return (one + other) / 2 - mean


def no_norm(first, second):
    one, other, mean = (off_grey(x).mean() for x in (first, second, (first + second) / 2))
    return (one + other) / 2 - mean


def share(n, m, own_n, own_m, others):
    return (n * own_n + m * own_m) / ((n + m) * others)


MISTAKES = [
    ("02.1", 23, "That is a gain"),
    ("02.1", 10, "half the decibels"),
    ("02.1", 14, "squared already"),
    ("02.1", 20, "A draw misses the mean"),
    ("02.2", in_place, "changes what it is given"),
    ("02.2", same_place, "in the same rows"),
    ("02.2", never_the_last, "no square reaches the last of the rows"),
    ("02.2", over_the_edge, "cut off at the edge"),
    ("02.2", pushed_back_inside, "far more often"),
    ("02.2", on_the_diagonal, "go together"),
    ("02.2", one_too_wide, "16 pixels of an image are 0, not 9"),
    ("02.2", one_channel, "lost one channel"),
    ("02.2", scattered, "make no square"),
    ("02.2", always_seed_0, "the seed is not used"),
    ("02.3", lambda bits: 4.0**-bits / 12, "2ᵇ − 1 steps between them"),
    ("02.3", lambda bits: 1 / (2**bits - 1) ** 2 / 4, "the largest squared error"),
    ("02.3", lambda bits: 1 / (2**bits - 1) ** 2 / 3, "*half* a step"),
    ("02.3", lambda bits: 1 / (2**bits - 1) / 12**0.5, "That is the root"),
    ("02.4", turned_round, "Exchanged"),
    ("02.4", sum_of_both, "not their sum"),
    ("02.4", of_the_whole_image, "each pixel's own three numbers"),
    ("02.4", with_the_grey, "grey off first"),
    ("02.4", no_norm, "by what is linear"),
    ("02.5", lambda n, m: share(n, m, n, m, n + m), "not its own neighbour"),
    ("02.5", lambda n, m: (n - 1) / (n + m - 1), "an image of the first set"),
    ("02.5", lambda n, m: (n - 1) / (2 * n - 1), "`m` is not used"),
    ("02.5", lambda n, m: max(n, m) / (n + m), "guessing the larger set"),
    ("02.5", lambda n, m: (n + m - 2) / (n + m - 1) / 2, "mean over both *sets*"),
]
