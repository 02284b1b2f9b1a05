"""One training step of three VAEs from fixed weights, batch and noise; prints the losses."""

import json

import keras
import numpy as np

from course_utils import architectures, layers
from course_utils.models import VAE

SHAPE, LATENT, IMAGES = (28, 28, 1), 16, 64
CASES = {
    "Bernoulli": ("bernoulli", 1),
    "learned Gaussian": ("learned gaussian", 1),
    "bound of 5": ("bernoulli", 5),
}


class FixedNoise(layers.GaussianSampling):
    """Backends draw different numbers from one seed; these come from NumPy."""

    def noise(self, shape):
        values = np.random.default_rng(1).normal(size=(shape[0], IMAGES, LATENT))
        return keras.ops.convert_to_tensor(values.astype("float32"))


def losses(likelihood, samples):
    """Loss of one batch before and after a step on it."""
    rng = np.random.default_rng(0)
    model = VAE(
        architectures.conv_vae_encoder(SHAPE, LATENT),
        architectures.conv_decoder(SHAPE, LATENT),
        likelihood,
        importance_samples=samples,
    )
    model.sampling = model.evaluation_sampling = FixedNoise()
    for variable in model.trainable_variables:
        if len(variable.shape):  # the learned scale keeps its start
            variable.assign(0.05 * rng.normal(size=variable.shape))
    images = (rng.random((IMAGES, *SHAPE)) < 0.3).astype("float32")
    model.compile(keras.optimizers.Adam(1e-3))
    before = model.train_on_batch(images, return_dict=True)["loss"]
    model.reset_metrics()
    after = model.test_on_batch(images, return_dict=True)["loss"]
    return float(before), float(after)


print(json.dumps({name: losses(*case) for name, case in CASES.items()}))
