"""Exercises of notebook 01."""

import warnings

import numpy as np

from course_utils.exercises.judging import Wrong, exercise


@exercise(
    "01.1",
    "write a number of pixels in place of `...`.",
    "Neighbouring outputs of two layers lie 4 pixels apart, and the third layer sees three. How "
    "far is it from the left edge of the first to the right edge of the last?",
)
def seen_by_three(ask):
    """Width of the receptive field of three 3 × 3 convolutions with stride 2."""
    ask.value().equals(
        15,
        [
            (11, "From 3 to 7 it grew by 4. But the third layer's steps are twice as long: its "
             "inputs lie 4 pixels apart."),
            (13, "The third layer sees three outputs of the second, which lie 4 pixels apart: "
             "2 × 4 more than 7."),
            (27, "That is 3 × 3 × 3, for patches that do not overlap. These do: stride 2 is less "
             "than their width."),
            (21, "Three times 7 would be fields side by side; these overlap, as they lie 4 pixels "
             "apart."),
            (14, "Twice 7, and one more: 3, 7 and the next are each twice the one before, plus 1."),
            (9, "That is for layers without a stride, or two of them side by side: here each "
             "doubles the distances of the next."),
            (7, "That is what two layers see."),
            (8, "That is how far outputs of three layers lie apart, not how far each one sees."),
            (31, "That is what four layers see."),
            (49, "That is the number of pixels that two layers see; asked for is the width for "
             "three."),
            (225, "That is the number of pixels, 15 × 15: the width is asked for."),
        ],
    )  # fmt: skip


@exercise(
    "01.2",
    "complete `psnr`, −10 log₁₀ of the mean squared error.",
    "`error = np.mean((original - reconstruction) ** 2)`; if that is 0, return `math.inf`.",
)
def psnr(ask):
    """Peak signal-to-noise ratio, infinite for equal images."""
    rng = np.random.default_rng(0)
    one = rng.uniform(0, 1, size=(3, 6, 5, 1))
    other = one + rng.normal(size=one.shape) * np.array([0.02, 0.1, 0.3])[:, None, None, None]
    even = rng.uniform(0, 0.9, size=(4, 7))
    for given in ((one, other), (even, even + 0.1)):
        off = given[0] - given[1]
        ask(*given).equals(-10 * np.log10(np.mean(off**2)), _wrong_decibels(off, given[0].max()))
    _judge_equal_images(ask, one)


def _wrong_decibels(off, brightest):
    error, size = np.mean(off**2), np.mean(abs(off))
    right = -10 * np.log10(error)
    each = np.mean(off.reshape(len(off), -1) ** 2, axis=1)
    return [
        (-right, "The sign: a smaller error is a larger PSNR."),
        (right / 2, "10 belongs to the mean *squared* error, 20 to its root."),
        (2 * right, "20 belongs to the root of the mean squared error, 10 to the error itself."),
        (right * np.log(10), "That is the natural logarithm; decibels have that to base 10."),
        (right / np.log10(2), "That is the logarithm to base 2; decibels have that to base 10."),
        (right / 10, "A decibel is a *tenth*: 10 times the logarithm."),
        (error, "That is the mean squared error itself: −10 log₁₀ of it."),
        (-20 * np.log10(size), "The mean *squared* error, not the mean absolute one."),
        (-10 * np.log10(size), "The mean *squared* error, not the mean absolute one."),
        (-10 * np.log10(np.sum(off**2)), "The squares are summed: take their mean."),
        (-10 * np.log10(each), "One number is asked for, of all pixels: `np.mean` without `axis`."),
        (np.mean(-10 * np.log10(each)), "That is the mean of each image's own PSNR. Here it is one "
         "number, of the mean error over all pixels."),
        (right + 20 * np.log10(brightest), "The peak is what a pixel can reach, 1, not the "
         "brightest pixel of these images."),
        (right + 20 * np.log10(255), "The peak is 1: these pixels lie in [0, 1], not in 0 … 255."),
    ]  # fmt: skip


def _judge_equal_images(ask, one):
    """Whether equal images have an infinite PSNR, and no warning appears."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            found = ask(one, one.copy())
        except Wrong as wrong:
            told = "These two are equal: is the error 0, return infinity without a logarithm."
            raise Wrong(f"{wrong} {told}") from None
    if np.isfinite(found.numbers()):
        found.fails("These two are equal: an error of 0 is infinitely many decibels.")
    if heard:
        raise Wrong(
            f"{found.call} is infinite, as it should be for equal images, but warns: "
            f"{heard[0].message}. Ask whether the error is 0 before you take its logarithm."
        )


@exercise(
    "01.3",
    "complete `conv_parameters`, the number of weights and biases.",
    "One output channel has a window of window × window weights for each input channel, and one "
    "bias.",
)
def conv_parameters(ask):
    """Weights and biases of a convolution."""
    for before, after, window in ((16, 64, None), (3, 8, 5), (64, 10, 1)):
        found = ask(before, after) if window is None else ask(before, after, window=window)
        side = window or 3
        area = side**2
        found.equals(
            (area * before + 1) * after,
            [
                (area * before * after, "The biases are missing: one for each output channel."),
                (area * before * after + 1, "Each output channel has a bias of its own, not all "
                 "of them one."),
                (area * before * after + before, "The biases belong to the *output* channels."),
                (before * (area * after + 1), "The biases belong to the *output* channels."),
                ((area + 1) * before * after, "One bias for each output channel, not one for each "
                 "pair of channels."),
                ((area * before + area) * after, "A bias is one number for each output channel, "
                 "not one for each place of the window."),
                ((area + 1) * after, "The window has weights of its own for each *input* channel."),
                ((side * before + 1) * after, "A window of 3 × 3 has 9 weights: square its side."),
                ((9 * before + 1) * after, "The window is not always 3 × 3: use `window`."),
                ((before + 1) * after, "That is a dense layer, or a window of 1 × 1: each weight "
                 "stands window × window times."),
                (area * before + 1, "That is one output channel; there are `channels_out`."),
            ],
        )  # fmt: skip


@exercise(
    "01.4",
    "complete `smallest_code`, the fewest components with at most this held-out error.",
    "With c the coordinates of the centred test images, the error of k components is that of none "
    "minus the mean over images of c₁² + … + c_k², divided by the pixels: `np.cumsum`.",
)
def smallest_code(ask):
    """Fewest principal components for a held-out error."""
    # Few training images, and test images with another mean, so that mistakes show.
    x_train, x_test = _pictures(100, 0, 0.0), _pictures(120, 1, 0.3)
    errors = _errors(x_train, x_test)
    for size, share in ((12, 1.003), (40, 1.003), (25, 0.999)):
        error = float(f"{errors[size] * share:.5g}")
        right = _first(errors, error)
        found = ask(x_train, x_test, error)
        if np.shape(found.value) == () and found.numbers() % 1:
            found.fails("A number of components is a whole one.")
        found.equals(right, _wrong_sizes(x_train, x_test, error, right))


def _pictures(count, seed, shift):
    """Images with 100 pixels in [0, 1], many of them black."""
    rng = np.random.default_rng(7)
    mixing = rng.normal(size=(100, 100)) * 0.98 ** np.arange(100)[:, None]
    mean = rng.uniform(-0.3, 0.6, size=100) + shift * rng.normal(size=100)
    codes = np.random.default_rng(seed).normal(size=(count, 100))
    return (mean + 0.2 * codes @ mixing).clip(0, 1)


def _errors(fitted, judged, centre=None, clip=False, smallest_first=False):
    """Error per pixel on `judged` for 0, 1, 2 … components, from the images rebuilt by each."""
    mean = fitted.mean(axis=0)
    axes = np.linalg.svd(fitted - mean, full_matrices=False)[2][:: -1 if smallest_first else 1]
    centre = mean if centre is None else centre
    rebuilt, found = np.tile(centre, (len(judged), 1)), []
    for axis in [np.zeros(len(mean)), *axes]:
        rebuilt += np.multiply.outer((judged - centre) @ axis, axis)
        seen = rebuilt.clip(0, 1) if clip else rebuilt
        found.append(np.mean((judged - seen) ** 2))
    return np.array(found)


def _first(errors, error):
    """The first place where the error is small enough."""
    return int(np.argmax(errors <= error + 1e-12))


def _wrong_sizes(x_train, x_test, error, right):
    errors, pixels = _errors(x_train, x_test), x_test.shape[1]
    variances = np.linalg.eigvalsh(np.cov(x_train.T))[::-1]
    left = variances.sum() - np.append(0, np.cumsum(variances))
    training = "That is for the error on the *training* images; the held-out one is larger."
    return [
        (_first(_errors(x_train, x_train), error), training),
        (_first(left / pixels, error), training),
        (_first(errors * pixels, error), "The error is a mean over the pixels; yours is the sum "
         "over them, so it asks for more components."),
        (_first(np.sqrt(errors), error), "That is the root of the mean squared error: take none."),
        (_first(_errors(x_train, x_test, clip=True), error), "That is with the pixels clipped to "
         "[0, 1], which makes the error smaller: it is asked for without."),
        (_first(_errors(x_test, x_test), error), "These components were fitted to the *test* "
         "images: fit them to `x_train`."),
        (_first(_errors(x_train, x_test, centre=x_test.mean(axis=0)), error), "The test "
         "images were centred by their own mean: take off that of `x_train`, as the decoder knows "
         "no other."),
        (_first(_errors(x_train, x_test, centre=np.zeros(pixels)), error), "The components belong "
         "to centred images: take the mean of `x_train` off `x_test` before you project."),
        (_first(left / variances.sum(), error), "That compares the *share* of the "
         "variance that is left with the error: the error is a mean of squares, on `x_test`."),
        (right - 1, "With one component fewer than needed the error is still larger: does the "
         "count begin with 0 or with 1?"),
        (right + 1, "One component fewer is enough. Are the images centred on the mean training "
         "image? Without that the first one is spent on it. Or does the count begin with 1?"),
        (_first(_errors(x_train, x_test, smallest_first=True), error), "The components come in "
         "the wrong order: `eigh` gives that of the smallest variance first."),
        (pixels, "All components are enough; the fewest are asked for."),
        (0, "No component is never enough here: is any error small enough, where you look?"),
    ]  # fmt: skip
