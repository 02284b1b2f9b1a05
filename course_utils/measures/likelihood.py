"""Likelihood of held-out images under a model that has only a bound in closed form."""

import dataclasses
import math

import keras
import numpy as np
from keras import ops
from scipy import special

from course_utils import checks
from course_utils.gradients import without_gradients
from course_utils.layers import GaussianSampling
from course_utils.models.bound import log_density_ratio
from course_utils.models.image_checks import as_array

# Activations of so many decoded images stay below a few hundred MB for the course's networks.
_DECODED_AT_ONCE = 4096
# Compiling takes as long as decoding so many images as it is.
_WORTH_COMPILING = 20_000


@dataclasses.dataclass(frozen=True)
class ImportanceNLL:
    """Negative log-likelihood of images, estimated from above by importance sampling.

    Attributes:
        per_image: nats of each image, (n,).
        samples: draws from the posterior per image.
    """

    per_image: np.ndarray
    samples: int

    @property
    def value(self):
        """Mean over the images, in nats."""
        return float(self.per_image.mean())

    @property
    def error(self):
        """Standard error of that mean, by the choice of the images."""
        return float(self.per_image.std(ddof=1) / math.sqrt(len(self.per_image)))

    def __str__(self):
        return (
            f"{self.value:.2f} ± {self.error:.2f} nats "
            f"({self.samples:,} samples each, {len(self.per_image):,} images)"
        )


def importance_nll(vae, x, samples=5000, *, seed=0):
    """Estimate −log p(x) of each image by importance sampling from the posterior.

    −log (1/k) Σ p(x | z) p(z) / q(z | x) with z from q(z | x): never below the truth on average,
    and closer the more samples (Burda et al. 2016, theorem 1). A likelihood only for data that the
    model's likelihood is a distribution over: binary pixels for Bernoulli.

    Args:
        vae: VAE.
        x: images (n, h, w, c), in the range that the VAE was trained on.
        samples: draws k from the posterior per image.
        seed: of the draws.

    Returns:
        ImportanceNLL.

    Raises:
        ValueError: fewer than two images, images that do not fit, or a number of samples below 1.
    """
    samples = checks.whole_number("samples", samples, 1)
    x = as_array(x)
    vae.check_images(x)
    if len(x) < 2:
        raise ValueError(f"found {len(x)} images; give at least 2, the test split for a figure.")
    at_once = min(samples, 256)
    rows = max(_DECODED_AT_ONCE // at_once, 1)
    weigh = _LogWeights(vae, at_once, seed)
    draw = weigh.predict_on_batch if len(x) * samples > _WORTH_COMPILING else weigh.directly
    per_image = np.empty(len(x), dtype="float64")
    for start in range(0, len(x), rows):
        batch = np.asarray(x[start : start + rows], dtype="float32")
        # A last, shorter batch would be compiled anew.
        padded = np.concatenate([batch, np.repeat(batch[:1], rows - len(batch), axis=0)])
        total, left = np.full(len(batch), -np.inf), samples
        mean, log_var = weigh.encode(padded)
        while left > 0:
            drawn = draw([padded, mean, log_var])[: len(batch), :left]
            total = np.logaddexp(total, special.logsumexp(drawn.astype("float64"), axis=1))
            left -= at_once
        per_image[start : start + rows] = math.log(samples) - total
    return ImportanceNLL(per_image, samples)


class _LogWeights(keras.Model):
    """Log importance weights (n, samples) of images, with noise of its own."""

    def __init__(self, vae, samples, seed):
        super().__init__(name="log_weights")
        self.vae, self.samples = vae, samples
        self.sampling = GaussianSampling(seed)
        self.built = True

    def encode(self, images):
        """Means and log-variances (n, d), once for all draws."""
        with without_gradients():
            return [ops.convert_to_numpy(part) for part in self.vae(images)]

    def directly(self, inputs):
        """What `predict_on_batch` gives, without compiling."""
        with without_gradients():
            return ops.convert_to_numpy(self(inputs))

    def call(self, inputs):
        images, mean, log_var = inputs
        codes = self.sampling(mean, log_var, samples=self.samples)
        log_weights = self.vae.log_likelihood(images, codes)
        log_weights = log_weights + log_density_ratio(codes, mean, log_var)
        return ops.transpose(log_weights)
