"""Layers that networks of more than one notebook share."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="course_utils")
class GaussianSampling(keras.layers.Layer):
    """Draws codes from diagonal Gaussians so that gradients pass through the draw.

    z = mean + exp(log_var / 2) · noise, the reparameterisation of Kingma & Welling 2014
    (section 2.4). The noise comes from a generator that the layer holds, so that a resumed run
    goes on with the noise where it stopped. Computes in float32 under every precision.

    Args:
        seed: seed of the noise; None takes one from Keras's global seed.
    """

    def __init__(self, seed=None, **options):
        super().__init__(**{"dtype": "float32", **options})
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, mean, log_var, samples=1):
        """Codes (samples, n, d) from means and log-variances (n, d)."""
        noise = self.noise((samples, *ops.shape(mean)))
        return mean + ops.exp(0.5 * log_var) * noise

    def noise(self, shape):
        """Standard normal numbers of this shape."""
        return keras.random.normal(shape, dtype="float32", seed=self.generator)

    def get_config(self):
        """The seed, beside what every layer has."""
        return {**super().get_config(), "seed": self.seed}
