"""Exercises of notebook 04."""

import numpy as np
from scipy.integrate import quad
from scipy.stats import laplace

from course_utils.exercises.judging import Wrong, exercise


@exercise(
    "04.1",
    "write a number in place of `...`.",
    "Multiply the Gaussian loss by 2σ²: what then stands before the KL term is 2σ².",
)
def claimed_noise(ask):
    """Scale of the noise that a weight of the KL term claims."""
    ask.value().equals(
        0.1,
        [
            (0.01, "That is the variance σ²: take its root."),
            (0.02, "That is the weight of the KL term, which is 2σ²."),
            (0.02**0.5, "The weight is 2σ², not σ²: halve it before you take the root."),
            (0.2, "σ² is half of the weight 2σ², not twice the weight."),
            (0.5**0.5, "That belongs to a weight of 1. A small weight is a small scale."),
        ],
        tolerance=2e-3,
    )


@exercise(
    "04.2",
    "complete `beta_of`, the weight of the KL term if both terms were sums.",
    "Write each term as a number times its sum: a mean over n things is their sum divided by n. "
    "Then divide the loss by the number before the pixels.",
)
def beta_of(ask):
    """Weight of the KL term, from how a loss is written."""
    for pixels, dimensions, a, b, *means in (
        (784, 16, 1, 1, True, True),
        (1024, 20, 500, 1, True, False),
        (784, 16, 1, 1, False, True),
        (100, 8, 2, 3, False, False),
        (100, 8, 2, 3, True, True),
    ):
        before_pixels = a / pixels if means[0] else a
        before_code = b / dimensions if means[1] else b
        found = ask(pixels, dimensions, a=a, b=b, mean_pixels=means[0], mean_dimensions=means[1])
        found.equals(
            before_code / before_pixels,
            [
                (before_pixels / before_code, "Upside down: divide the number before the sum of "
                 "the KL by the number before the sum over pixels."),
                (b / a, "A mean is a sum, divided by how many there are: that changes β."),
                (b / before_pixels, "A mean over dimensions is their sum / d: so β gets smaller."),
                (before_code / a, "A mean over pixels is their sum / D: so β gets larger."),
                (b / a * pixels / dimensions, "A term is a mean only where `mean_pixels` or "
                 "`mean_dimensions` says so."),
                (b * dimensions / before_pixels, "A mean over dimensions divides the sum of the KL "
                 "by d; here β is multiplied by it."),
                (a * before_code * (pixels if means[0] else 1), "`a` stands before the pixels: the "
                 "larger it is, the less the KL term weighs."),
                (before_code / before_pixels * a, "`a` is not used: it weighs the pixels."),
                (before_code / before_pixels / b, "`b` is not used: it weighs the KL term."),
            ],
        )  # fmt: skip


@exercise(
    "04.3",
    "complete `bits_per_dimension`.",
    "A bit is log 2 nats. A grey level has the probability density × 1/levels, and that in every "
    "dimension.",
)
def bits_per_dimension(ask):
    """Bits for each pixel and channel."""
    bit = np.log(2)
    for nats, dimensions, levels in (
        (500.0, 784, None),
        (86.76, 784, None),
        (0.0, 3072, 256),
        (-5_000.0, 3072, 256),
        (-120.0, 100, 32),
    ):
        steps = np.log(levels or 1)
        nats_each = nats / dimensions
        found = ask(nats, dimensions) if levels is None else ask(nats, dimensions, levels)
        # Without levels, p is a probability already.
        of_256 = (
            "8 bits belong to 256 levels; here there are others."
            if levels
            else "Without `levels`, p is a probability of the pixels: nothing is to be added."
        )
        found.equals(
            (nats_each + steps) / bit,
            [
                (nats_each / bit, "The grey levels are missing: a value is a step of width "
                 "1/levels, and p of it is density times width."),
                (nats_each / bit - steps / bit, "The bits of the grey levels are to be added: "
                 "−log₂(density / levels) is larger than −log₂ density."),
                ((nats + steps) / dimensions / bit, "Each dimension has its own grey levels: they "
                 "cost log₂(levels) bits in each, not once an image."),
                (nats_each / bit + steps, "log(levels) is in nats: bits are log₂(levels)."),
                (nats_each / bit + 8, of_256),
                (nats_each + steps, "These are nats: a bit is log 2 = 0.693 nats."),
                (nats_each + steps / bit, "The first part is still in nats: divide it by log 2."),
                (nats / bit + steps / bit, "These are the bits of all dimensions: divide by their "
                 "number."),
                (nats_each * bit, "A bit is less than a nat, so there are more of them: divide by "
                 "log 2."),
                (nats_each / np.log(10), "That is the logarithm to base 10; bits have base 2."),
            ],
        )  # fmt: skip


@exercise(
    "04.4",
    "complete `laplace_nats`, −log of the density, for an error of `mae`.",
    "−log of a product is a sum: −log(1 / 2b), and what stands in the exponent.",
)
def laplace_nats(ask):
    """Cost of a pixel under Laplace noise."""
    for mae, scale in ((0.05, 0.05), (0.05, 0.1), (0.3, 0.2), (1.0, 3.0)):
        error = mae / scale
        right = -laplace.logpdf(mae, scale=scale)
        ask(mae, scale).equals(
            right,
            [
                (error, "The factor 1/(2b) is missing: it costs log 2b, and without it the largest "
                 "scale would be the cheapest."),
                (error + np.log(scale), "The 2 in 1/(2b) is missing: the density would not "
                 "integrate to one."),
                (error - np.log(2 * scale), "−log 1/(2b) is + log 2b: check that sign."),
                (-right, "That is log p: its negative is asked for."),
                (np.exp(-right), "That is the density p: −log of it is asked for."),
                (error / 2 + np.log(2 * scale), "The exponent is |x − f(z)| / b: no 2 below it."),
                (mae + np.log(2 * scale), "The error stands divided by the scale in the exponent."),
                (error**2 / 2 + np.log(scale) + np.log(2 * np.pi) / 2, "That is a Gaussian's cost, "
                 "of squared errors."),
            ],
        )  # fmt: skip


@exercise(
    "04.5",
    "complete `log_constant`, −log of an integral over x from 0 to 1.",
    "p^x (1 − p)^(1 − x) = (1 − p) r^x with r = p / (1 − p), and the integral of r^x is r^x / "
    "log r. At p = ½ there is nothing to divide by: take the limit.",
)
def log_constant(ask):
    """Logarithm of the continuous Bernoulli's constant."""
    for p in (0.1, 0.3, 0.9, 0.5):
        right = -np.log(quad(lambda x, p=p: p**x * (1 - p) ** (1 - x), 0, 1)[0])
        # A NumPy number, so that 0/0 is NaN, of which more can be said than of an error.
        with np.errstate(all="ignore"):
            found = ask(np.float64(p))
        if _is_nan(found.value):
            raise Wrong(f"{found.call} gives NaN. {_why_nan(p)}")
        found.equals(right, _wrong_constants(p, right))


def _wrong_constants(p, right):
    mistakes = [
        (-right, "That is the log of the integral; the constant is one divided by it."),
        (np.exp(right), "That is C(p) itself: its logarithm is asked for."),
        (np.exp(-right), "That is the integral; asked for is the log of one divided by it."),
        (0.0, "x is any number in [0, 1], not 0 or 1 alone: integrate, do not sum."),
        (right - np.log(2), "By log 2 too small: log odds are twice the artanh of 2p − 1."),
    ]
    if p == 0.5:
        return mistakes
    odds = p / (1 - p)
    return [
        *mistakes,
        (np.log(np.log(odds) / (odds - 1)), "The factor 1 − p before (p / (1 − p))^x is missing."),
        (-np.log(abs(2 * p - 1)), "The integral of r^x is r^x / log r: that division is missing."),
        (np.log(abs(np.log(odds))), "The log odds alone: they are to be divided by 2p − 1."),
    ]


def _is_nan(value):
    return isinstance(value, float) and np.isnan(value)


def _why_nan(p):
    if p == 0.5:
        return "At p = ½ that is 0/0. The integrand is ½ for every x: what is the integral?"
    return "The logarithm of a negative number: log(p / (1 − p)) has the sign of 2p − 1."
