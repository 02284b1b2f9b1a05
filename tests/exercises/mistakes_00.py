"""Typical mistakes in the exercises of notebook 00, and what is said of them."""

import math

import numpy as np


def both_verdicts(chance):
    n = 1
    while 2 / math.comb(2 * n, n) > chance:
        n += 1
    return n


def really_below(chance):
    n = 1
    while 1 / math.comb(2 * n, n) >= chance:
        n += 1
    return n


def in_pairs(chance):
    return math.ceil(math.log2(1 / chance))


def one_too_few(chance):
    n = 0
    while 1 / math.comb(2 * n + 2, n + 1) > chance:
        n += 1
    return n


def one_too_many(chance):
    n = 1
    while 1 / math.comb(2 * n, n) > chance:
        n += 1
    return n + 1


def at_least_three(chance):
    n = 3
    while 1 / math.comb(2 * n, n) > chance:
        n += 1
    return n


def exchanged(pictures, attribute):
    return pictures[attribute == 0].mean(axis=0) - pictures[attribute == 1].mean(axis=0)


def by_places(pictures, attribute):
    return pictures[attribute].mean(0) - pictures[1 - attribute].mean(0)


def one_number(pictures, attribute):
    return pictures[attribute == 1].mean() - pictures[attribute == 0].mean()


def from_all(pictures, attribute):
    return np.mean(pictures[attribute == 1], axis=0) - np.mean(pictures, axis=0)


def multiplied(pictures, attribute):
    weights = attribute[:, None, None, None]
    return np.mean(weights * pictures, axis=0) - np.mean((1 - weights) * pictures, axis=0)


def no_exception(first, second):
    return 1 / math.comb(first + second, first)


def exactly_one(first, second):
    return second / math.comb(first + second, first)


def of_the_second(first, second):
    return (first + 1) / math.comb(first + second, first)


def which_one(first, second):
    return first * (second + 1) / math.comb(first + second, first)


def in_factorials(first, second):
    return (second + 1) / math.factorial(first + second)


def left_out(first, second):
    return 1 / math.comb(first + second - 1, second)


MISTAKES = [
    ("00.1", 1.5, "*square* of the distance"),
    ("00.1", 9, "half of it stands in the exponent"),
    ("00.1", -4.5, "never negative"),
    ("00.2", both_verdicts, "both verdicts"),
    ("00.2", really_below, "*At most* this chance"),
    ("00.2", in_pairs, "pair by pair"),
    ("00.2", one_too_few, "one more is needed"),
    ("00.2", one_too_many, "where does the search begin"),
    ("00.2", at_least_three, "customary three"),
    ("00.3", exchanged, "Exchanged"),
    ("00.3", by_places, "for *places*"),
    ("00.3", one_number, "`axis=0`"),
    ("00.3", from_all, "*all* pictures"),
    ("00.3", multiplied, "divide each by its own"),
    ("00.4", no_exception, "without an exception"),
    ("00.4", exactly_one, "none is needed counts too"),
    ("00.4", of_the_second, "one of the *first* method's"),
    ("00.4", which_one, "makes no new order"),
    ("00.4", in_factorials, "counts results of one method apart"),
    ("00.4", left_out, "is not left out"),
]
