"""What a decoder's output says about pixels: the likelihoods p(x | z) of a VAE.

Each is summed over height, width and channels. A mean instead of the sum would divide the
reconstruction term by the number of pixels, and so multiply the weight of the KL term by it.
"""

import math

import keras
from keras import ops

from course_utils import checks

_PIXELS = (-3, -2, -1)  # axes: height, width, channels


@keras.saving.register_keras_serializable(package="course_utils")
class Bernoulli(keras.layers.Layer):
    """Pixels are coins: the decoder's sigmoid gives each one's chance to be white.

    A likelihood in nats only where pixels are 0 or 1. On grey pixels the same sum is a
    cross-entropy: a useful loss, but with a floor above zero, and no likelihood.
    """

    takes_logits = True

    def __init__(self, **options):
        super().__init__(**{"dtype": "float32", **options})

    def log_prob(self, images, logits):
        """Return log p(x | z) in nats, (...,), of images and logits (..., h, w, c)."""
        # x·l − log(1 + eˡ): no logarithm of a probability that has been rounded to 0 or 1.
        return ops.sum(images * logits - ops.softplus(logits), axis=_PIXELS)


@keras.saving.register_keras_serializable(package="course_utils")
class Gaussian(keras.layers.Layer):
    """Pixels are the decoder's output plus Gaussian noise of one scale.

    The squared error, weighted by 1 / (2 scale²), and what normalises it: the scale decides how the
    reconstruction weighs against the KL term, and a learned one balances the two by itself (Rybkin,
    Daniilidis & Levine 2021, https://arxiv.org/abs/2006.13202). Densities: log p may be positive.

    Args:
        scale: standard deviation of the noise, in units of the pixels; if learned, where it begins.
        learned: whether training changes the scale.

    Raises:
        ValueError: the scale is not a positive number.
    """

    takes_logits = False

    def __init__(self, scale=0.1, learned=False, **options):
        super().__init__(**{"dtype": "float32", **options})
        name = "scale, the standard deviation of a pixel,"
        self.initial_scale = checks.real_number(name, scale, low=0, open_ends=True)
        self.learned = learned
        self.log_scale = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(math.log(self.initial_scale)),
            trainable=learned,
            name="log_scale",
        )
        self.built = True

    @property
    def scale(self):
        """Present standard deviation of a pixel's noise, a float."""
        return float(math.exp(ops.convert_to_numpy(self.log_scale)))

    def log_prob(self, images, means):
        """Return log p(x | z) in nats, (...,), of images and means (..., h, w, c)."""
        standardised = (images - means) * ops.exp(-self.log_scale)
        log_norm = self.log_scale + 0.5 * math.log(2 * math.pi)
        return ops.sum(-0.5 * ops.square(standardised) - log_norm, axis=_PIXELS)

    def get_config(self):
        """Scale and whether it is learned, beside what every layer has."""
        return {**super().get_config(), "scale": self.initial_scale, "learned": self.learned}


NAMES = {
    "bernoulli": Bernoulli,
    "gaussian": Gaussian,
    "learned gaussian": lambda: Gaussian(learned=True),
}


def get(likelihood):
    """A likelihood from its name, or the one that is given; ValueError if it is neither."""
    if isinstance(likelihood, str) and likelihood in NAMES:
        return NAMES[likelihood]()
    if isinstance(likelihood, Bernoulli | Gaussian):
        return likelihood
    raise ValueError(
        f"likelihood must be one of {', '.join(NAMES)}, or an object such as "
        f"Gaussian(scale=0.2); found {likelihood!r}."
    )
