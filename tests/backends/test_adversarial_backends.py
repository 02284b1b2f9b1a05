"""Adversarial models on JAX and PyTorch, and the same twenty steps on all three backends."""

import json
import re
import textwrap

import numpy as np
import pytest
from test_vae_backends import BACKENDS, run

from course_utils.storage import CHECKOUT

# Twenty steps of a convolutional model, all noise read from tables, in float32.
TWENTY_STEPS = """
    import json, keras, numpy as np
    from keras import layers, ops
    from course_utils import models

    rng = np.random.default_rng(0)
    real = rng.random((20, 6, 8, 8, 1)).astype("float32")
    noise = keras.Variable(rng.normal(size=(40, 6, 3)).astype("float32"), trainable=False)
    shares = keras.Variable(rng.random((40, 6)).astype("float32"), trainable=False)

    class FromTables:
        def read(self, table, name):
            row = getattr(self, name)
            found = ops.take(table, ops.convert_to_tensor(row.value), axis=0)
            row.assign(row.value + 1)
            return found

        def draw_noise(self, count):
            return self.read(noise, "noise_row")

        def draw_shares(self, count):
            return self.read(shares, "share_row")

    def networks():
        generator = keras.Sequential([
            keras.Input((3,)), layers.Dense(32), layers.BatchNormalization(),
            layers.LeakyReLU(0.2), layers.Reshape((4, 4, 2)),
            layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
        ])
        critic = keras.Sequential([
            keras.Input((8, 8, 1)), layers.Conv2D(4, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2), layers.Flatten(), layers.Dense(1),
        ])
        filled = np.random.default_rng(1)
        for weight in generator.trainable_variables + critic.trainable_variables:
            if "kernel" in weight.path:
                weight.assign(0.2 * filled.normal(size=weight.shape))
        return generator, critic

    found = {}
    for name, options in {"GAN": {}, "WassersteinGANGP": {"critic_steps": 2},
                          "RelativisticGAN": {}, "WassersteinGAN": {"critic_steps": 1}}.items():
        Scripted = type("Scripted", (FromTables, getattr(models, name)), {})
        model = Scripted(*networks(), **options)
        model.noise_row = keras.Variable(0, dtype="int32", trainable=False)
        model.share_row = keras.Variable(0, dtype="int32", trainable=False)
        optimizers = {n: keras.optimizers.Adam(1e-3) for n in ("generator", model.critic_name)}
        model.compile(models.PerNetwork(**optimizers))
        for batch in real:
            model.train_on_batch(batch)
        weights = [ops.convert_to_numpy(w.value).ravel() for w in
                   model.generator.weights + model.critic.weights if "float" in str(w.dtype)]
        found[name] = np.concatenate(weights).tolist()
    print(json.dumps(found))
"""


# On JAX each of the seventy models is compiled: four minutes on a busy machine.
@pytest.mark.timeout(900)
@pytest.mark.parametrize("backend", [b for b in BACKENDS if b != "tensorflow"])
def test_every_test_of_the_adversarial_models_passes_on_this_backend(backend):
    tests = CHECKOUT / "tests" / "unit" / "test_adversarial.py"
    arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=300", tests]
    told = run(backend, *arguments, cwd=CHECKOUT, timeout=880)
    assert re.search(r"\d+ passed", told)
    assert "skipped" not in told


def test_twenty_steps_end_at_the_same_weights_on_every_backend():
    """In float32; each backend adds up a convolution in an order of its own."""
    ends = {}
    for backend in BACKENDS:
        told = run(backend, "-c", textwrap.dedent(TWENTY_STEPS))
        ends[backend] = json.loads(told.splitlines()[-1])
    for name, weights in ends["tensorflow"].items():
        assert np.abs(weights).max() > 0.1
        for backend in BACKENDS[1:]:
            apart = np.abs(np.subtract(weights, ends[backend][name])).max()
            assert apart < 2e-4, f"{name}: {backend} ends {apart:.1e} from TensorFlow"
