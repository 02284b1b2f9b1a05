"""Exercises of notebook 00."""

import itertools
import math

import numpy as np

from course_utils.exercises.judging import exercise


@exercise(
    "00.1",
    "write a number in place of `...`.",
    "Subtract the two log-densities of one point x: the squares of x fall out. What is the mean of "
    "the rest?",
)
def nats_behind(ask):
    """KL from N(0, 1) to a candidate whose mean is 3 off."""
    ask.value().equals(
        4.5,
        [
            (1.5, "That is three times the half nat. But a Gaussian's log-density falls with the "
             "*square* of the distance from its mean."),
            (9.0, "That is the squared distance of the means; half of it stands in the exponent."),
            (3.0, "That is the distance of the means itself; what is lost grows with its square."),
            (-4.5, "Behind is a positive number here: the divergence is never negative."),
            (3.5, "To be 3 off is not 3 nats more: what is lost grows with the square."),
            (5.0, "The first half nat is not paid twice: 3 off costs 9 times as much as 1 off."),
            (4.5 / math.log(2), "These are bits: a nat is 1.44 bits."),
            (0.5, "That is what one pays that is 1 off."),
        ],
    )  # fmt: skip


@exercise(
    "00.2",
    "complete `seeds_needed`, the fewest seeds for which n! n! / (2n)! is small enough.",
    "Try n = 1, 2, 3 … and stop at the first one whose chance, `1 / math.comb(2 * n, n)`, is at "
    "most the one that is allowed.",
)
def seeds_needed(ask):
    """Fewest seeds for a chance of a verdict."""
    for chance in (1e-6, 0.02, 0.05, 0.5, 0.01):
        right = _fewest(chance, _holds)
        whole = "A number of seeds is an integer, the next one above."
        ask(chance).equals(
            right,
            [
                (2 * right, "That is for both methods together: asked are the seeds of each."),
                # The first two tell themselves apart at 0.05 and 0.02, the next at 1e-6.
                (_below(chance), "*At most* this chance: equal to it is allowed."),
                (_fewest(chance, lambda n: 2 * _holds(n)), "One more than needed: are both "
                 "verdicts counted? \"The opposite\" does not count here."),
                (_fewest(chance, lambda n: 2**-n), "2⁻ⁿ is the chance for results that are "
                 "compared pair by pair. Here every order of all 2n results counts."),
                (_fewest(chance, lambda n: 1 / math.factorial(n)), "Who is first among the n "
                 "results of one method does not matter: of (2n)! orders, n! n! are counted."),
                (_fewest(chance, lambda n: 1 / math.factorial(2 * n)), "One order in (2n)! would "
                 "fix who is first, second and so on; n! n! of them put one method on top."),
                (right - 1, "With so few the chance is still larger: one more is needed."),
                (right + 1, "One more than needed: where does the search begin, where does it "
                 "stop?"),
                (3, "The customary three seeds are not needed here: with one seed each the chance "
                 "is one half, and that is allowed."),
                (_exact(chance), whole),
            ],
        )  # fmt: skip


def _holds(seeds):
    return 1 / math.comb(2 * seeds, seeds)


def _fewest(chance, of):
    return next(n for n in itertools.count(1) if of(n) <= chance)


def _below(chance):
    return next(n for n in itertools.count(1) if _holds(n) < chance)


def _exact(chance):
    """Where n! n! / (2n)!, continued between the integers, has this value."""
    steps = np.linspace(1, 20, 19_001)
    logs = [2 * math.lgamma(n + 1) - math.lgamma(2 * n + 1) for n in steps]
    return steps[np.argmin(abs(np.array(logs) - math.log(chance)))]


@exercise(
    "00.3",
    "complete `difference_image`, one mean image minus the other.",
    "`pictures[attribute == 1]` are those with the attribute; their mean over the first axis is an "
    "image.",
)
def difference_image(ask):
    """Mean image with an attribute minus the one without it."""
    rng = np.random.default_rng(0)
    for count, shape, share in ((60, (6, 5, 3), 0.3), (25, (64, 64, 3), 0.6)):
        pictures = rng.uniform(size=(count, *shape))
        attribute = (rng.uniform(size=count) < share).astype(int)
        pictures[attribute == 1, 1:3] *= 0.4  # what the attribute looks like
        ask(pictures, attribute).equals(
            pictures[attribute == 1].mean(axis=0) - pictures[attribute == 0].mean(axis=0),
            _wrong_differences(pictures, attribute),
        )


def _wrong_differences(pictures, attribute):
    has, lacks = (pictures[attribute == value] for value in (1, 0))
    right = has.mean(axis=0) - lacks.mean(axis=0)
    indices = (
        "`pictures[attribute]` takes the zeros and ones for *places*, and gives the first two "
        "pictures again and again. Ask a question instead: `pictures[attribute == 1]`."
    )
    return [
        (-right, "Exchanged: the mean *with* the attribute minus the mean without it."),
        (has.mean() - lacks.mean(), "The mean goes over the pictures alone, `axis=0`: each pixel "
         "keeps its own."),
        (right.mean(axis=-1), "The three channels are not to be averaged: an image in colour."),
        (pictures[attribute].mean(axis=0) - pictures[1 - attribute].mean(axis=0), indices),
        (pictures[attribute].mean(axis=0) - pictures[~attribute].mean(axis=0), indices),
        (pictures[attribute].mean(axis=0) - pictures.mean(axis=0), indices),
        (has.mean(axis=0) - pictures.mean(axis=0), "The mean of *all* pictures is taken off; among "
         "them are those with the attribute."),
        (has.sum(axis=0) - lacks.sum(axis=0), "These are sums: means do not depend on how many "
         "pictures have the attribute."),
        ((has.sum(axis=0) - lacks.sum(axis=0)) / len(pictures), "Both sums are divided by the "
         "number of all pictures: divide each by its own."),
        ((pictures * attribute[:, None, None, None]).mean(axis=0) - pictures.mean(axis=0),
         "A mean over all pictures counts those that were set to 0: choose, do not multiply."),
        (has.mean(axis=0), "That is the mean with the attribute; take off the mean without it."),
        ((right + 1) / 2, "That is mapped to [0, 1] already: do that where you look at it."),
        (abs(right), "Its sign tells where the attribute makes a pixel darker: keep it."),
    ]  # fmt: skip


@exercise(
    "00.4",
    "complete `chance_with_exception`, a number of orders divided by the number of all.",
    "Write the results in order, the best first, as letters A and B. All orders of the letters are "
    "equally likely. With which letters must such an order begin, and where may the last A stand?",
)
def chance_with_exception(ask):
    """Chance that all but one result of a method beat all of the other's."""
    for first, second in ((3, 3), (2, 5), (5, 2), (6, 6)):
        orders = math.comb(first + second, first)
        counted = _orders_with_exception(first, second)
        swapped = _orders_with_exception(second, first)
        ask(first, second).equals(
            counted / orders,
            [
                (1 / orders, "That is the rule without an exception: more orders count now."),
                (second / orders, "Exactly one exception: that none is needed counts too."),
                (swapped / orders, "Exchanged: the exception is one of the *first* method's "
                 "results, and it may stand anywhere among the second's."),
                (first * counted / orders, "Which of the results is the exception makes no new "
                 "order of the letters A and B: do not multiply by how many there are."),
                (2 * counted / orders, "Only \"holds\" is asked for, not \"the opposite\" too."),
                (counted, "That is how many orders count: divide by the number of all."),
                (orders / counted, "Upside down: the orders that count, divided by all."),
                (counted / 2 ** (first + second), "Not every row of letters has as many A as there "
                 "are results: `math.comb(first + second, first)` have."),
                (counted / math.factorial(first + second), "(first + second)! counts results of "
                 "one method apart; orders of letters are `math.comb(first + second, first)`."),
                (math.comb(first + second, first - 1) ** -1, "The exception still takes part: it "
                 "stands somewhere among the second's results, or above them."),
                (math.comb(first + second - 1, second) ** -1, "The exception is not left out: it "
                 "stands somewhere among the second's results, or above them."),
                (second / orders + 2 / orders, "One too many: below k results there are k + 1 "
                 "places for the last A."),
            ],
            tolerance=1e-9,
        )  # fmt: skip


def _orders_with_exception(first, second):
    """How many orders of the results put all but at most one of the first method's on top."""
    orders = itertools.combinations(range(first + second), first)  # ranks of the first's results
    return sum(ranks[first - 2] == first - 2 for ranks in orders)
