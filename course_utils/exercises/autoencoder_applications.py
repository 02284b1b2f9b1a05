"""Exercises of notebook 02."""

import math

import numpy as np

from course_utils.exercises.judging import Wrong, exercise

# What each colour weighs in grey, as in the notebook.
_GREY = np.array([0.299, 0.587, 0.114])


@exercise(
    "02.1",
    "write a number of decibels in place of `...`.",
    "The draw and the truth are two independent draws from the same distribution. How large is the "
    "mean square of their difference, beside that of one draw's distance from the mean?",
)
def decibels_of_a_draw(ask):
    """PSNR of a draw from what is possible, if that of the mean is 20 dB."""
    ask.value().equals(
        20 - 10 * math.log10(2),
        [
            (20 + 10 * math.log10(2), "That is a gain. The mean has the *smallest* squared error "
             "of all answers."),
            (20, "That is the mean's own. A draw misses the mean by as much as the truth does, and "
             "both are independent."),
            (10, "20 dB are an error of 0.01; half the decibels are ten times the error. A factor "
             "of two is 3 dB."),
            (20 - 20 * math.log10(2), "That belongs to four times the squared error: the error "
             "doubles, and it is squared already."),
            (20 - 5 * math.log10(2), "That belongs to √2 times the squared error: √2 is "
             "the factor of its root."),
            (20 - 10 * math.log(2), "A decibel is a tenth of a logarithm to base 10, not of a "
             "natural one."),
            (40, "Twice the error is not twice the decibels: they are a logarithm, and a large "
             "error has few of them."),
            (18, "Twice the error does not take two decibels, but 10 log₁₀ 2."),
            (0.02, "That is the squared error: in decibels it is −10 log₁₀ of it."),
            (-3, "That is the difference: what is left of the 20 dB?"),
            (3, "That is the difference: what is left of the 20 dB?"),
        ],
        tolerance=5e-3,
    )  # fmt: skip


@exercise(
    "02.2",
    "complete `erase`: one square of zeros in a copy of each image.",
    "`rng.integers(0, height - size + 1)` is a row in which a square may begin: the upper end is "
    "not drawn itself. Draw a row and a column for each image.",
)
def erase(ask):
    """Set a square to 0 at a random place of each image."""
    count, height, width, size = 300, 8, 11, 3
    pictures = np.random.default_rng(0).uniform(0.2, 1, size=(count, height, width, 2))
    found = ask(pictures, size, 1)
    erased = found.numbers(pictures.shape)
    gone = erased == 0
    if not np.array_equal(erased[~gone], pictures[~gone]):
        _say(found, "pixels outside the squares changed: copy the images, then erase.")
    if (gone.any(axis=-1) != gone.all(axis=-1)).any():
        _say(found, "some pixels lost one channel and kept another: erase all of them, `[..., :]`.")
    gone = gone.all(axis=-1)
    _judge_sizes(found, gone.sum(axis=(1, 2)), size)
    rows, columns = _extent(gone.any(axis=2)), _extent(gone.any(axis=1))
    if (rows[1] - rows[0] != size - 1).any() or (columns[1] - columns[0] != size - 1).any():
        _say(found, f"the pixels that are set to 0 make no square of {size} by {size}.")
    with np.errstate(all="ignore"):  # NaN where all begin in one row
        together = abs(np.corrcoef(rows[0], columns[0])[0, 1])
    if together > 0.3:
        _say(found, "row and column go together: draw them independently of one another.")
    _judge_places(found, rows[0], height - size, "rows")
    _judge_places(found, columns[0], width - size, "columns")
    if not np.array_equal(erased, ask(pictures, size, 1).value):
        _say(found, "called again with the same seed, it erases elsewhere: draw with "
             "`np.random.default_rng(seed)`.")  # fmt: skip
    if np.array_equal(erased, ask(pictures, size, 2).value):
        _say(found, "seeds 1 and 2 erase the same squares: the seed is not used.")


def _say(found, text):
    """Raise `Wrong` without the numbers found, which would not help."""
    raise Wrong(f"{found.call}: {text}")


def _extent(used):
    """First and last place that is used in each row of a boolean array."""
    return used.argmax(axis=1), used.shape[1] - 1 - used[:, ::-1].argmax(axis=1)


def _judge_sizes(found, sizes, size):
    if sizes.sum() == size**2:
        _say(found, "one image has its square, the others have none: erase one in *each*.")
    if sizes.max() == 0:
        _say(found, "no pixel is 0.")
    if (sizes == 0).mean() > 0.5:
        _say(found, f"{(sizes == 0).sum()} of {len(sizes)} images have no square. The first index "
             "counts the images: `a[image, row, column]`.")  # fmt: skip
    if (sizes == size).all():
        _say(found, f"{size} pixels of an image are 0: a list of rows and a list of columns give "
             "*pairs*. Slices give the square: `a[i : i + size, j : j + size]`.")  # fmt: skip
    if sizes.max() == size**2 > sizes.min():
        _say(found, f"some squares are cut off at the edge ({sizes.min()} pixels, not {size**2}): "
             "the last place where a square can begin is `height - size`.")  # fmt: skip
    if (sizes == (size + 1) ** 2).all() or (sizes == (size - 1) ** 2).all():
        _say(found, f"{sizes[0]} pixels of an image are 0, not {size**2}: `a[i : i + size]` holds "
             "`size` places, from i to i + size − 1.")  # fmt: skip
    if (sizes != size**2).any():
        wrong = sizes[sizes != size**2][0]
        _say(found, f"{wrong} pixels of an image are 0, expected {size**2}.")


def _judge_places(found, starts, last, what):
    """Whether squares begin everywhere from 0 to `last`, and about equally often."""
    if len(np.unique(starts)) == 1:
        _say(found, f"all squares lie in the same {what}: draw a place for each image.")
    if starts.max() < last:
        _say(found, f"no square reaches the last of the {what}. `rng.integers(0, n)` never gives n "
             f"itself. And is the limit that of the {what}?")  # fmt: skip
    if starts.min() > 0:
        _say(found, f"no square reaches the first of the {what}: places begin with 0.")
    counts = np.bincount(starts, minlength=last + 1)
    if counts.max() > 1.8 * len(starts) / (last + 1) or counts.min() == 0:
        _say(found, f"some {what} are hit far more often than others: draw all places with the "
             "same chance.")  # fmt: skip


@exercise(
    "02.3",
    "complete `step_error`, the mean square of a number's distance from the nearest value.",
    "With steps of width Δ the distance is evenly spread between −Δ/2 and Δ/2: what is the mean of "
    "its square? And how many steps lie between 2ᵇ values?",
)
def step_error(ask):
    """Mean squared error of a quantiser with equal steps."""
    for bits in (3, 1, 8):
        step, halves = 1 / (2**bits - 1), 2.0**-bits
        steps = "2ᵇ values, 0 and 1 among them, have 2ᵇ − 1 steps between them."
        right = step**2 / 12
        ask(bits).equals(
            right,
            [
                (halves**2 / 12, steps),
                ((1 / (2**bits + 1)) ** 2 / 12, steps),
                (step**2 / 3, "The distance from the nearest value is at most *half* a step."),
                (halves**2 / 3, "That is rounded *down*: the nearest value is at most half a step "
                 f"away. And {steps}"),
                (step**2 / 4, "That is the largest squared error: its mean is asked for."),
                (step**2, "That is a step, squared; the error is spread over −Δ/2 … Δ/2."),
                (step**2 / 16, "That is the mean distance, squared: square first, then average."),
                (step / 4, "That is the mean distance: square first, then average."),
                (step / 12, "Δ²/12: the step is to be squared."),
                (step / 12**0.5, "That is the root: asked for is the mean *squared* error."),
                (1 / 12 / bits**2, "b bits make 2ᵇ values, not b of them."),
                (-10 * math.log10(right), "That is the PSNR in decibels: asked for is the error."),
            ],
            # Relative, so that an answer by many numbers passes, and none by the wrong step.
            tolerance=3e-3 * right,
        )  # fmt: skip


@exercise(
    "02.4",
    "complete `colour_gap`: the mean of two colourfulnesses minus that of the mean image.",
    "`np.linalg.norm(off_grey(picture), axis=-1).mean()` is the colourfulness of one image.",
)
def colour_gap(ask):
    """How much colour is lost by averaging two images."""
    rng = np.random.default_rng(0)
    for height, width in ((5, 4), (3, 6)):
        first, second = rng.uniform(size=(2, height, width, 3)) ** [1.0, 2.0, 0.5]
        found = ask(first, second)
        found.equals(_gap(_colourfulness, first, second), _wrong_gaps(first, second))
        ask(first, first.copy()).equals(0, tolerance=1e-9)


def _off_grey(picture, weights=_GREY):
    return picture - (picture @ weights)[..., None]


def _colourfulness(picture):
    return np.linalg.norm(_off_grey(picture), axis=-1).mean()


def _gap(measure, first, second):
    return (measure(first) + measure(second)) / 2 - measure((first + second) / 2)


def _wrong_gaps(first, second):
    right = _gap(_colourfulness, first, second)
    each = _colourfulness(first), _colourfulness(second)
    of_rows = _gap(lambda x: np.linalg.norm(_off_grey(x), axis=0).mean(), first, second)
    own = "The norm of each pixel's own three numbers is meant, `axis=-1`, then the mean over "
    return [
        (-right, "Exchanged: averaging makes pale, so the mean image has the smaller number."),
        (sum(each) - _colourfulness((first + second) / 2), "The *mean* of the two colourfulnesses, "
         "not their sum."),
        (sum(each) / 2 - _colourfulness(first + second), "The mean image is half of the sum."),
        (sum(each) / 2, "That is the mean of the two: take off the colourfulness of their mean."),
        (_colourfulness((first + second) / 2), "That is what is left after averaging; asked for "
         "is what is lost."),
        (_colourfulness(first - second) / 2, "That is the colour of half the difference, an upper "
         "limit of what is lost."),
        (_gap(lambda x: np.linalg.norm(_off_grey(x)), first, second), f"{own}pixels."),
        (_gap(lambda x: np.linalg.norm(_off_grey(x).mean(axis=(0, 1))), first, second),
         f"{own}pixels."),
        (_gap(lambda x: np.linalg.norm(_off_grey(x), axis=-1).sum(), first, second), "The norms "
         "are summed over the pixels: take their mean."),
        (of_rows, f"{own}pixels."),
        (_gap(lambda x: (_off_grey(x) ** 2).sum(axis=-1).mean(), first, second), "These are "
         "squared norms: take the root of each pixel's."),
        (_gap(lambda x: (_off_grey(x) ** 2).mean(), first, second), "A norm is the root of the "
         "sum of the three squares."),
        (_gap(lambda x: np.sqrt((_off_grey(x) ** 2).mean()), first, second), f"{own}pixels."),
        (_gap(lambda x: np.linalg.norm(x, axis=-1).mean(), first, second), "Take each pixel's grey "
         "off first: `off_grey`."),
        (_gap(lambda x: abs(_off_grey(x)).sum(axis=-1).mean(), first, second), "A norm is the root "
         "of the sum of squares, not a sum of absolute values."),
        (_gap(lambda x: abs(_off_grey(x)).mean(), first, second), "A norm is the root of the sum "
         "of squares, not a mean of absolute values."),
        (_gap(lambda x: np.linalg.norm(_off_grey(x, np.ones(3) / 3), axis=-1).mean(), first,
              second), "Grey weighs the three colours by `GREY`: it is not their mean."),
        (0, "Nothing is lost by what is linear, and `off_grey` is: take the norm of each pixel's "
         "three numbers before the mean over pixels."),
    ]  # fmt: skip


@exercise(
    "02.5",
    "complete `expected_told_apart`, the chance that two different images are of the same set.",
    "An image is of the first set with chance n / (n + m). Of the other n + m − 1 images, each as "
    "likely to be the nearest, how many are of its own set then?",
)
def expected_told_apart(ask):
    """Chance that a nearest neighbour is of its own set."""
    for n, m in ((4, 7), (900, 100), (5, 5)):
        labels = np.repeat([0, 1], [n, m])
        same = labels[:, None] == labels
        total = n + m
        right = (same.sum() - total) / (total * (total - 1))  # all pairs of two different images
        ask(n, m).equals(
            right,
            [
                (same.mean(), "An image is not its own neighbour: n − 1 others are of its set."),
                (1 - right, "That is the chance that it is of the *other* set."),
                ((n - 1) / (total - 1), "That is for an image of the first set: those of the "
                 "second have m − 1 of their own."),
                ((m - 1) / (total - 1), "That is for an image of the second set: those of the "
                 "first have n − 1 of their own."),
                ((total - 2) / (total - 1) / 2, "That is the mean over both *sets*; the mean is "
                 "over all images, and the larger set has more of them."),
                (0.5, "One half is for two large sets of equal size. In a large set the neighbour "
                 "is more often of its own."),
                ((n - 1) / (2 * n - 1), "That is for m = n: `m` is not used."),
                (max(n, m) / total, "That is how often one is right by always guessing the larger "
                 "set."),
                (n * (n - 1) / (total * (total - 1)), "Images of the second set count too."),
                ((n * (n - 1) + m * (m - 1)) / total**2, "Of the other images there are "
                 "n + m − 1."),
                ((n**2 + m**2) / (total * (total - 1)), "Of the others n − 1 are of its own set, "
                 "not n."),
                (n / total, "That is the chance of the first set; whose is the neighbour?"),
            ],
            tolerance=1e-4,
        )  # fmt: skip
