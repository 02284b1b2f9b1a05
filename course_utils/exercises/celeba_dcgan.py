"""Exercises of notebook 13."""

import numpy as np

from course_utils.exercises.judging import exercise


@exercise(
    "13.1",
    "write a number in place of `...`.",
    "Put 2x + 10 into the formula: what becomes of x − mean(x), and of the root of the variance?",
)
def largest_change(ask):
    """How much normalised numbers change where a batch is doubled and moved."""
    ask.value().equals(
        0.0,
        [
            (10.0, "The 10 is in the mean as well, and is taken off with it."),
            (2.0, "The deviations from the mean are doubled, and so is what they are divided by."),
            (1.0, "Deviations and standard deviation are both doubled: their ratio stays."),
            (0.5, "Deviations and standard deviation are both doubled: their ratio stays."),
            (4.0, "The variance is four times as large, but one divides by its root."),
            (20.0, "Both the 10 and the factor drop out: mean and deviation know them."),
        ],
        tolerance=2e-3,
    )


@exercise(
    "13.2",
    "complete `generator_weights`: a dense layer, then transposed convolutions of kernel 4.",
    "With c channels below and k above, a transposed convolution has 16·c·k weights and k biases. "
    "Batch norm has 4 numbers for each channel, and none follows the last layer.",
)
def generator_weights(ask):
    """Numbers that the generator of the notebook holds."""
    for size, filters, noise in ((32, 32, 100), (64, 16, 100), (16, 8, 20)):
        right = _counted(size, filters, noise)
        other = _counted(size, filters, noise, norm=2)
        ask(size, filters, noise).equals(
            right,
            [
                (_counted(size, filters, noise, norm=0), "Batch norm is missing: four numbers for "
                 "each channel."),
                (other, "Batch norm *holds* four numbers for each channel: a scale, an offset, and "
                 "the two running statistics."),
                (_counted(size, filters, noise, biases=0), "The biases are missing."),
                (_counted(size, filters, noise, kernel=9), "That is for kernels of 3×3; here they "
                 "are 4×4."),
                (right + 4 * 3, "No batch norm follows the last layer."),
                (_counted(size, filters, noise, first=1), "The dense layer fills a grid of 4×4: "
                 "16 numbers for each channel."),
                (_counted(2 * size, filters, noise), "One doubling too many: the grid begins with "
                 "4×4."),
                (_counted(size, filters, noise, end=1), "A face has three channels."),
            ],
            tolerance=1e-7,
        )  # fmt: skip


def _counted(size, filters, noise, norm=4, biases=1, kernel=16, first=16, end=3):
    """Weights by hand: dense layer, transposed convolutions, batch norm."""
    counts = [filters * 2**step for step in reversed(range(int(np.log2(size // 4))))]
    total = (noise + biases) * first * counts[0] + norm * counts[0]
    for below, above in zip(counts, [*counts[1:], end], strict=True):
        total += (kernel * below + biases) * above + norm * above
    return total - norm * end


@exercise(
    "13.3",
    "complete `running_mean`: begin at 0, and take the means one after the other.",
    "`m = alpha * m + (1 - alpha) * mean` for each mean of the list.",
)
def running_mean(ask):
    """The running mean of batch norm."""
    for means, alpha in (([2.0, -1.0, 4.0, 0.5], 0.8), ([1.0, 1.0, 1.0], 0.9), ([3.0], 0.99)):
        values = np.asarray(means)
        powers = alpha ** np.arange(len(means))
        right = (1 - alpha) * values @ powers[::-1]
        ask(means, alpha).equals(
            right,
            [
                ((1 - alpha) * values @ powers, "The *last* mean has the largest weight, the first "
                 "one is forgotten most."),
                (alpha * values @ ((1 - alpha) ** np.arange(len(means)))[::-1], "α weighs what is "
                 "kept, 1 − α what is new: these two are exchanged."),
                (values.mean(), "That is the plain mean: a running one forgets."),
                (values @ powers[::-1], "The factor 1 − α of the new mean is missing."),
                (right / (1 - alpha ** len(means)), "That takes off the start at 0, as Adam does; "
                 "batch norm does not."),
                (right + alpha ** len(means), "It begins at 0, not at 1."),
                (alpha ** (len(means) - 1) * (values[0] - right) + right, "It begins at 0, not at "
                 "the first mean."),
            ],
        )  # fmt: skip


@exercise(
    "13.4",
    "complete `on_sphere`: sin((1 − t) ω) a + sin(t ω) b, over sin ω.",
    "The angle is `np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))`.",
)
def on_sphere(ask):
    """Along the sphere between two vectors of one length."""
    rng = np.random.default_rng(0)
    for size, t in ((3, 0.5), (100, 0.25), (7, 0.9), (5, 0.0)):
        a, b = rng.normal(size=(2, size))
        b *= np.linalg.norm(a) / np.linalg.norm(b)
        # Not by the formula: turn a in the plane of both, by the share t of the angle.
        angle = np.arccos(a @ b / (a @ a))
        across = b - a * (a @ b) / (a @ a)
        across *= np.linalg.norm(a) / np.linalg.norm(across)
        right = np.cos(t * angle) * a + np.sin(t * angle) * across
        line = (1 - t) * a + t * b
        cosine = a @ b
        ask(a, b, t).equals(
            right,
            [
                (line, "That is the straight way: half-way it is shorter than both ends."),
                (line * np.linalg.norm(a) / np.linalg.norm(line), "Brought back to its length, but "
                 "not at even pace: at t = 1/4 it has not gone a quarter of the angle."),
                (right[::-1], "The numbers stand in turned order."),
                (np.cos((1 - t) * angle) * across + np.sin((1 - t) * angle) * a, "a and b have "
                 "changed places: at t = 0 it is a."),
                (right * np.sin(angle), "Divide by sin ω."),
                (_between(a, b, t, np.degrees(angle)), "The angle is in degrees: sin takes "
                 "radians."),
                (_between(a, b, t, np.arccos(np.clip(cosine, -1, 1))), "Divide a · b by both "
                 "lengths before the arccos."),
            ],
            tolerance=1e-6,
        )  # fmt: skip


def _between(a, b, t, angle):
    with np.errstate(all="ignore"):
        return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


@exercise(
    "13.5",
    "complete `without_part`: take from s its part along m.",
    "The part of s along m is (s · m / m · m) m. `m` need not have length 1.",
)
def without_part(ask):
    """The part of a vector that is orthogonal to another."""
    rng = np.random.default_rng(1)
    for size in (2, 10, 100):
        s, m = rng.normal(size=(2, size))
        m = 3 * m + s
        # Not by the formula: what least squares leaves of s.
        along = np.linalg.lstsq(m[:, None], s, rcond=None)[0][0] * m
        rest = s - along
        ask(s, m).equals(
            rest,
            [
                (along, "That is the part *along* m: asked for is what is left without it."),
                (s - (s @ m) * m, "m has not length 1: divide s · m by m · m."),
                (s - (s @ m) / np.linalg.norm(m) * m, "Divide by m · m, the *square* of its "
                 "length."),
                (s - m, "Only as much of m goes as s has of it."),
                (rest / np.linalg.norm(rest), "Brought to length 1: the nearest vector is shorter "
                 "than s, and not 1 long."),
                (m - (m @ s) / (s @ s) * s, "s and m have changed places."),
                (s + along, "Take the part away; it was added."),
            ],
            tolerance=1e-6,
        )  # fmt: skip
