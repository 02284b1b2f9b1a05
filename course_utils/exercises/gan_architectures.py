"""Exercises of notebook 11."""

import numpy as np

from course_utils.exercises.judging import exercise


@exercise(
    "11.1",
    "write a number between 0 and 1 in place of `...`.",
    "Draw a training image and a held-out one. In one case of five the first is known by heart: "
    "who then has the higher logit? And in the other four?",
)
def area_by_heart(ask):
    """AUC of a judge that knows a fifth of the training images by heart."""
    ask.value().equals(
        0.6,
        [
            (60, "That is in percent: write a number between 0 and 1."),
            (0.2, "In the other four cases of five it does not know which is which, and the "
             "training image has the higher logit in half of them."),
            (0.5, "That would be a judge that knows none of them by heart: here it knows a fifth, "
             "and of these it is sure."),
            (0.7, "The fifth is sure and the rest a coin: 0.2 · 1 + 0.8 · 0.5, not one half plus "
             "a fifth. A part of that fifth would have won without it."),
            (0.8, "That is the share that it does not know by heart."),
            (0.4, "Below one half a judge would prefer what it has not seen."),
            (0.9, "That is for four images of five known by heart; here it is one."),
            (1.0, "That would be a judge that knows all of them by heart; here it is one of five."),
            (0.55, "AUC is the chance that the training image has the higher logit: in the fifth "
             "that is known it is 1, else one half."),
        ],
        tolerance=1e-3,
    )  # fmt: skip


@exercise(
    "11.2",
    "complete `transposed_weights`: a kernel for each pair of channels, a bias for each channel "
    "out.",
    "A kernel has kernel × kernel weights. How many pairs of channels are there, and how many "
    "biases?",
)
def transposed_weights(ask):
    """Weights and biases of a transposed convolution."""
    for kernel, c_in, c_out in ((3, 5, 2), (4, 128, 128), (5, 64, 1), (1, 3, 7)):
        kernels = kernel**2 * c_in * c_out
        ask(kernel, c_in, c_out).equals(
            kernels + c_out,
            [
                (kernels, "The biases are missing: each channel out has one."),
                (kernels + c_in, "A bias belongs to each channel out, where it is added, not to "
                 "each channel in."),
                (kernels + 1, "There is not one bias for all: each channel out has its own."),
                (kernels + c_in * c_out, "A bias is added once to a channel out, whatever many "
                 "channels feed it."),
                (kernel**2 * (c_in + 1) * c_out, "A bias is one number a channel out, not one for "
                 "each weight of a kernel."),
                (kernel * c_in * c_out + c_out, "A kernel has two sides: kernel × kernel weights."),
                (kernel**2 * c_out + c_out, "Each channel out has a kernel for each channel in."),
                (kernel**2 * (c_in + c_out) + c_out, "Each channel out has a kernel for each "
                 "channel in: multiply them, do not add."),
                (4 * kernels + c_out, "The stride moves the kernel, it does not multiply its "
                 "weights."),
            ],
            tolerance=1e-9,
        )  # fmt: skip


@exercise(
    "11.3",
    "complete `receptive_field`: how far a unit of the last layer sees.",
    "Two units of a layer that are neighbours look at places that lie the product of all strides "
    "so far apart. A kernel of k then sees (k − 1) of these steps more.",
)
def receptive_field(ask):
    """Pixels along one side that reach a unit."""
    for layers in (
        [(5, 2), (3, 3), (4, 2)],
        [(3, 2), (3, 2)],
        [(5, 1)],
        [(3, 1), (3, 2), (5, 3)],
        [(4, 2), (2, 1), (4, 2), (7, 1)],
        [],
    ):
        ask(layers).equals(
            _seen(layers),
            [
                (1 + sum(kernel - 1 for kernel, _ in layers), "The strides are not used: after a "
                 "stride of 2 a step is two pixels wide."),
                (_field(layers, own=True), "A layer's own stride moves it for the *next* layer: "
                 "count its kernel first, and multiply the step then."),
                (_field(layers) - 1, "Without any layer a unit sees its own pixel: start at 1."),
                (_field(layers[::-1]), "That would be right for the opposite order: `layers` goes "
                 "from the image to the last one."),
                (np.prod([kernel for kernel, _ in layers]), "Kernels overlap, so their sizes are "
                 "not multiplied."),
                (sum(kernel for kernel, _ in layers), "Kernels overlap: each adds k − 1 steps, and "
                 "after a stride of 2 a step is two pixels wide."),
                (_field(layers, less=0), "A kernel adds k − 1 steps, not k: one of its places is "
                 "seen already."),
                (1 + sum((kernel - 1) * stride for kernel, stride in layers), "All strides before "
                 "a layer count, as a product, and not its own."),
                (_field(layers, summed=True), "Strides multiply: after two of 2 a step is four "
                 "pixels wide."),
                (_seen(layers) ** 2, "That is the number of pixels in the whole patch: asked is "
                 "how many along one side."),
            ],
            tolerance=1e-9,
        )  # fmt: skip


def _seen(layers):
    """How many pixels reach a unit, by walking back from it to the image."""
    places = {0}
    for kernel, stride in layers[::-1]:
        places = {stride * place + offset for place in places for offset in range(kernel)}
    return len(range(min(places), max(places) + 1))


def _field(layers, own=False, less=1, summed=False):
    """The formula, right or with one of its mistakes."""
    seen = step = 1
    for number, (kernel, stride) in enumerate(layers):
        before = 0 if summed and not number else step
        after = before + stride if summed else step * stride
        seen += (kernel - less) * (after if own else step)
        step = after
    return seen


@exercise(
    "11.4",
    "complete `spread_of_logit`: the root of a sum of variances, one for each input.",
    "An input gives w x / (1 − p) with probability 1 − p, and 0 otherwise. What are mean and "
    "variance of that? Inputs are left out independently, so their variances add up.",
)
def spread_of_logit(ask):
    """Standard deviation that dropout gives to a logit."""
    rng = np.random.default_rng(0)
    inputs = {"one": np.array([1.3]), "some": np.array([0.5, -1.0, 2.0, 0.25])}
    weights = {"one": np.array([3.0]), "some": np.array([0.9, 1.1, 0.2, -0.8])}
    inputs["many"], weights["many"] = rng.normal(size=(2, 300)) / 3
    for name, rate in (("some", 0.4), ("one", 0.2), ("many", 0.75), ("some", 0.0)):
        products = weights[name] * inputs[name]
        power, odds = (products**2).sum(), rate / (1 - rate)
        right = np.sqrt(odds * power)
        found = ask(weights[name], inputs[name], rate)
        if np.shape(found.value) == () and 1e-5 < abs(found.value / (right or 1) - 1) < 0.01:
            found.fails(f"Close to {right:.6g}, as a simulation would be: derive the formula.")
        found.equals(
            right,
            [
                (right**2, "That is the variance: take its root."),
                (np.sqrt(rate * (1 - rate) * power), "What is kept is divided by 1 − p, so its "
                 "variance by (1 − p)²."),
                (np.sqrt(power), "p is not used: without dropout the logit does not move at all."),
                (np.sqrt(rate * power), "An input gives 0 with probability p and w x / (1 − p) "
                 "else: its variance is its mean square less the square of its mean."),
                (np.sqrt(power / (1 - rate)), "That is the root of the mean squares: take off the "
                 "squares of the means, (w x)²."),
                (np.sqrt((1 - rate) / rate * power) if rate else -1, "p is the share that is left "
                 "out, and 1 − p what is kept: they are exchanged."),
                (np.sqrt(odds) * abs(products.sum()), "The inputs are left out independently: add "
                 "up the squares of w x, do not square the sum."),
                (np.sqrt(odds) * abs(products).sum(), "Variances add up, standard deviations do "
                 "not: first the squares, then the sum, then the root."),
                (np.sqrt(odds * (weights[name] ** 2).sum()), "The inputs are not used: a unit that "
                 "is 0 changes nothing when it is left out."),
                (np.sqrt(odds * (inputs[name] ** 2).sum()), "The weights are not used."),
                (np.sqrt(odds * power / len(products)), "That is a mean; the variances of all "
                 "inputs add up."),
                (np.sqrt(odds) * np.std(products), "`np.std` looks how different the products are; "
                 "asked for is how far each jumps when it is left out: add up their squares."),
                (odds * np.sqrt(power), "p / (1 − p) stands below the root too."),
            ],
        )  # fmt: skip


@exercise(
    "11.5",
    "complete `as_transposed`: what one pixel of the small image adds to the large one.",
    "Let all pixels be 0 but one, which is 1. Copied it is 1, 1 on the large grid; slide (a, b, c) "
    "over that. Which four places are not 0?",
)
def as_transposed(ask):
    """Kernel of the transposed convolution that copies pixels and convolves."""
    for kernel in (np.array([1.0, 2.0, 4.0]), np.array([0.3, -1.0, 0.5])):
        a, b, c = kernel
        pulse = np.zeros(5)
        pulse[2] = 1.0
        right = np.correlate(np.repeat(pulse, 2), kernel, mode="same")[3:7]
        found = ask(kernel)
        found.equals(
            right,
            [
                (right[::-1], "Turned: an output looks at a to its *left*, so a pixel meets a in "
                 "the output to its *right*, which comes last."),
                (kernel, "The kernel itself reaches three places: a copied pixel covers two, so "
                 "four places see it."),
                (np.array([c, b, a, 0]), "A copied pixel covers two places, so four outputs see "
                 "it, and those in the middle see it twice."),
                (np.array([0, a, b, c]), "A copied pixel covers two places, so four outputs see "
                 "it, and those in the middle see it twice."),
                (np.repeat(kernel, 2), "Not the kernel is copied, but the pixels: each of the two "
                 "copies meets all of a, b, c, at neighbouring places."),
                (np.array([a, b, b, c]), "In the middle an output sees the pixel twice, in both "
                 "copies, and with two weights: they are added."),
                (np.array([c, b, b, a]), "In the middle an output sees the pixel twice, in both "
                 "copies, and with two weights: they are added."),
                (right / 2, "Each copy counts in full: a pixel adds twice the sum of the kernel."),
                (np.array([c, a + b, b + c, a]), "The two in the middle are exchanged: the left "
                 "one of the two outputs over the pixel sees it in its middle and to its right."),
                (np.array([a, b + c, a + b, c]), "The two at the ends are exchanged: an output "
                 "looks at a to its left, so the pixel is met by c first."),
            ],
        )  # fmt: skip
