"""Exercises of notebook 05."""

import numpy as np

from course_utils.exercises.judging import Wrong, exercise

_PIXELS = 784


@exercise(
    "05.1",
    "write a pair of whole numbers, `(convolution, dense layer)`, in place of `...`.",
    "A filter is as large as before, whatever it moves over. A dense unit has a weight for each "
    "pixel, of which there are four times as many, and one bias.",
)
def weights_at_56(ask):
    """Weights of a convolution and of a dense layer for images of twice the side."""
    what = "two numbers, (convolution, dense layer)"
    convolution, dense = ask.value().parts(2, what)
    convolution.equals(
        320,
        [
            (4 * 320, "A convolution uses the same 3×3 weights at every position: more positions "
             "are more work, not more weights."),
            (2 * 320, "A convolution uses the same 3×3 weights at every position, in larger images "
             "too."),
            (288, "The biases are missing: one for each of the 32 filters."),
            (3_137 * 329, "The convolution comes first, then the dense layer."),
        ],
    )  # fmt: skip
    dense.equals(
        3_137 * 329,
        [
            (4 * 785 * 329, "Four times the weights of the pixels, but each of the 329 units still "
             "has one bias, not four."),
            (2 * 785 * 329, "Twice the height and twice the width are four times the pixels."),
            ((2 * 784 + 1) * 329, "Twice the height and twice the width: four times the pixels."),
            (785 * 329, "A dense unit has a weight for each pixel, and there are more pixels now."),
            (3_136 * 329, "The biases are missing: one for each of the 329 units."),
        ],
    )  # fmt: skip


@exercise(
    "05.2",
    "complete `dense_weights`, the sum of m × n weights and n biases over all layers.",
    "Five layers: pixels to hidden, hidden to mean, hidden to log-variance, latent to hidden, "
    "hidden to pixels. Each from m to n units has (m + 1) n.",
)
def dense_weights(ask):
    """Weights of the dense VAE with one hidden layer on each side."""
    for hidden, latent in ((329, 16), (256, 8), (10, 3)):
        head = (hidden + 1) * latent
        encoder = (_PIXELS + 1) * hidden + 2 * head
        decoder = (latent + 1) * hidden + (hidden + 1) * _PIXELS
        right = encoder + decoder
        biases = 2 * hidden + 2 * latent + _PIXELS
        ask(hidden, latent).equals(
            right,
            [
                (right - biases, "The biases are missing: each unit of a layer has one."),
                (right - head, "The encoder has two heads, one for μ and one for log σ²."),
                (right - biases - hidden * latent, "Two things are missing: the biases, and the "
                 "second head of the encoder (μ and log σ²)."),
                (encoder, "That is the encoder alone: the decoder has weights too."),
                (encoder - head, "That is an encoder with one head, and no decoder."),
                (decoder, "That is the decoder alone: the encoder has weights too."),
                (2 * encoder, "The decoder is no mirror image: it reads one code, not two "
                 "heads, and its biases are others."),
                (right + hidden * latent, "The decoder reads one code z, not μ and log σ²."),
            ],
            tolerance=1e-9,
        )  # fmt: skip


@exercise(
    "05.3",
    "complete `bits_per_pixel`, for an image of 784 pixels.",
    "A fair coin is log 2 nats and 1 bit. So how many bits is one nat?",
)
def bits_per_pixel(ask):
    """Bits for each of 784 pixels."""
    for nats in (500.0, 100.0, 236.5):
        each = nats / _PIXELS
        ask(nats).equals(
            each / np.log(2),
            [
                (each, "These are nats for each pixel: a bit is log 2 of them."),
                (each * np.log(2), "A bit is less than a nat, so there are more of them: divide by "
                 "log 2."),
                (nats / np.log(2), "These are the bits of the whole image: divide by its pixels."),
                (nats / 28 / np.log(2), "The image has 28 × 28 = 784 pixels, not 28."),
                (each / np.log(10), "That is the logarithm to base 10; bits have base 2."),
                (np.log2(nats) / _PIXELS, "`nats` is a logarithm already: change its base, which "
                 "is a division, and take no further one."),
                (np.log2(each), "`nats` is a logarithm already: change its base, which is a "
                 "division, and take no further one."),
            ],
        )  # fmt: skip


@exercise(
    "05.4",
    "complete `active_dimensions`, the indices of dimensions whose means vary by more than 0.01.",
    "`means.var(axis=0)` is one variance for each dimension; `np.flatnonzero` gives the places "
    "where a condition holds.",
)
def active_dimensions(ask):
    """Indices of the active dimensions."""
    rng = np.random.default_rng(0)
    for deviations, offsets in (
        (np.array([1.0, 0.05, 0.001, 0.3, 0.02]), np.array([0.0, 0.0, 2.0, 0.0, -1.0])),
        (np.array([0.001, 0.02]), np.zeros(2)),
        (np.array([0.02, 0.9, 0.15]), np.array([0.0, 3.0, 0.0])),
    ):
        noise = rng.normal(size=(400, len(deviations)))
        noise = (noise - noise.mean(axis=0)) / noise.std(axis=0)
        means = offsets + deviations * noise
        _judge_indices(ask(means), means, deviations)


def _judge_indices(found, means, deviations):
    active = deviations**2 > 0.01
    if isinstance(found.value, tuple) and len(found.value) == 1 and np.ndim(found.value[0]):
        found.fails("`np.where` gives a tuple: take its first part, or `np.flatnonzero`.")
    if isinstance(found.value, (int, np.integer)):
        found.fails("That is how many there are: their indices are asked for.")
    indices = np.asarray(sorted(found.value) if isinstance(found.value, set) else found.value)
    if indices.dtype == bool:
        found.fails("These are yes and no: `np.flatnonzero` of them gives the indices.")
    if indices.ndim == 1 and np.array_equal(np.unique(indices), np.flatnonzero(active)):
        return
    if indices.shape == deviations.shape and np.allclose(indices, deviations**2):
        found.fails("These are the variances: the indices of those above 0.01 are asked for.")
    by_mistake = {
        "That is the standard deviation: 0.01 is a variance.": deviations > 0.01,
        "These have a mean square above 0.01. One that is 2 for every image tells nothing: take "
        "the variance.": (means**2).mean(axis=0) > 0.01,
        "These have a mean above 0.01: it is the variance over the images that counts.":
            means.mean(axis=0) > 0.01,
        "These are the others: active is what varies by more than 0.01.": ~active,
        "These are images: take the variance over the images, `axis=0`, for each dimension.":
            means.var(axis=1) > 0.01,
        "A variance for each dimension is needed: `axis=0`.": np.array([means.var() > 0.01]),
    }  # fmt: skip
    for diagnosis, chosen in by_mistake.items():
        if np.array_equal(np.unique(indices), np.flatnonzero(chosen)):
            found.fails(diagnosis)
    deviations = ", ".join(f"{deviation:g}" for deviation in deviations)
    found.fails(
        f"The means of its dimensions have standard deviations of {deviations}; expected "
        f"{np.flatnonzero(active).tolist()}."
    )


@exercise(
    "05.5",
    "complete `shuffled`: all images, and each call with this seed, get one and the same order.",
    "Draw `order = np.random.default_rng(seed).permutation(784)` once, flatten each image to 784 "
    "pixels, and take the columns in that order.",
)
def shuffled(ask):
    """One permutation of the pixels for all images."""
    pictures = np.arange(6.0 * _PIXELS).reshape(6, 28, 28, 1)
    found = ask(pictures)
    order = _order_of(found, pictures)
    square = order.reshape(28, 28)
    if np.array_equal(order, np.arange(_PIXELS)):
        _say(found, "Each pixel is where it was.")
    if (square // 28 == square[:, :1] // 28).all() or (square % 28 == square[:1] % 28).all():
        _say(found, "Whole rows or columns changed places, so most neighbours are neighbours "
                    "still: flatten each image to 784 pixels first.")  # fmt: skip
    if not np.array_equal(_order_of(ask(pictures), pictures), order):
        _say(found, "A second call gives another permutation: training and held-out images would "
                    "not match. Draw it from `np.random.default_rng(seed)`.")  # fmt: skip
    if not np.array_equal(_order_of(ask(pictures[:2]), pictures[:2]), order):
        _say(found, "The permutation depends on how many images there are: held-out images would "
                    "get another one.")  # fmt: skip
    if np.array_equal(_order_of(ask(pictures, seed=1), pictures), order):
        _say(found, "Another seed gives the same permutation: `seed` is not used.")


def _order_of(found, pictures):
    """The permutation of the pixels, of pictures that hold their numbers."""
    count = len(pictures)
    rows = found.numbers(pictures.shape).reshape(count, _PIXELS).astype(int)
    if (rows // _PIXELS != np.arange(count)[:, None]).any():
        if (rows // _PIXELS == rows[:, :1] // _PIXELS).all():
            _say(found, "The images changed places, their pixels did not mix: the pixels of each "
                        "image are to change places.")  # fmt: skip
        _say(found, "Pixels went from one image to another: permute within each image.")
    order = rows % _PIXELS
    if (order != order[0]).any():
        _say(found, "Each image has a permutation of its own: with none in common there is nothing "
                    "to learn. Draw one for all.")  # fmt: skip
    if len(set(order[0])) < _PIXELS:
        _say(found, "Some pixels are there twice and others not at all: a permutation has each "
                    "once (`rng.permutation`, not `rng.integers`).")  # fmt: skip
    return order[0]


def _say(found, what):
    """Raise `Wrong` without the values, which as an image say nothing."""
    raise Wrong(f"{found.call}: {what}")
