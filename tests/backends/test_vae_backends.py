"""The VAE on every backend that is installed; TensorFlow always is."""

import importlib.util
import json
import os
import subprocess
import sys
import textwrap

import pytest

from course_utils.storage import CHECKOUT

QUALITY = CHECKOUT / "benchmarks" / "quality"
BACKENDS = ("tensorflow", "jax", "torch")
ALLOWED = 1e-4

pytestmark = pytest.mark.parametrize("backend", BACKENDS)


def run(backend, *arguments, cwd=None, timeout=300):
    """Run Python on this backend; return what it prints."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    variables = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, *arguments], env=variables, cwd=cwd, capture_output=True, text=True,
        timeout=timeout, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_one_training_step_gives_the_recorded_losses(backend):
    """The record holds what all three backends gave, the same to 1e-4."""
    recorded = json.loads((QUALITY / "results" / "parity.json").read_text("utf-8"))["measured"]
    assert recorded["largest"] <= ALLOWED
    assert set(recorded["losses"]) == set(BACKENDS)
    found = json.loads(run(backend, QUALITY / "_step.py").splitlines()[-1])
    for name, losses in recorded["losses"]["tensorflow"].items():
        assert found[name] == pytest.approx(losses, rel=ALLOWED)


def test_a_vae_trains_measures_samples_and_loads_again(backend, tmp_path):
    script = """
        import keras, numpy as np
        from course_utils import architectures, evaluation
        from course_utils.models import VAE, LatentMixture
        from course_utils.training import fit

        images = (np.random.default_rng(0).random((80, 8, 8, 1)) < 0.3).astype("float32")
        for options in ({"likelihood": "learned gaussian"}, {"importance_samples": 3}):
            keras.utils.set_random_seed(0)
            encoder = architectures.conv_vae_encoder((8, 8, 1), 2, (4,), hidden=8)
            vae = VAE(encoder, architectures.conv_decoder((8, 8, 1), 2, (4,)), **options)
            vae.compile(keras.optimizers.Adam(1e-2))
            history = fit(vae, images, epochs=6, batch_size=20, report="none",
                          validation_data=(images, images)).history
            assert history["val_elbo"][-1] > history["val_elbo"][0]
            nll = evaluation.importance_nll(vae, images, samples=50)
            assert nll.value < -vae.elbo(images, samples=20).mean() + 0.5
            assert vae.sample(5, seed=0).shape == (5, 8, 8, 1)
            vae.save("vae.keras")
            again = keras.saving.load_model("vae.keras")
            np.testing.assert_allclose(again.encode(images), vae.encode(images), atol=1e-5)
            latent = LatentMixture(vae.encoder, vae.decoder, 2).fit(images)
            latent.save("latent.zip")
            again = LatentMixture.load("latent.zip")
            np.testing.assert_allclose(again.sample(5), latent.sample(5), atol=1e-5)
    """
    run(backend, "-c", textwrap.dedent(script), cwd=tmp_path)


def test_keras_holds_what_it_promises(backend):
    """Also on PyTorch, whose loaders draw on the generator that shuffles the training data."""
    script = """
        import keras, numpy as np
        from keras import ops
        from course_utils import architectures
        from course_utils.models import VAE

        images = (np.random.default_rng(0).random((40, 4, 4, 1)) < 0.3).astype("float32")

        def trained(**options):
            keras.utils.set_random_seed(0)
            decoder = architectures.dense_decoder((4, 4, 1), 2, (8,))
            vae = VAE(architectures.dense_vae_encoder((4, 4, 1), 2, (8,)), decoder)
            vae.compile("adam")
            vae.fit(images, batch_size=7, epochs=3, verbose=0, **options)
            return vae, [ops.convert_to_numpy(w) for w in vae.trainable_variables]

        vae, alone = trained()
        for validation in ((1 - images,), (1 - images, images)):
            for a, b in zip(alone, trained(validation_data=validation)[1]):
                np.testing.assert_array_equal(a, b)
        assert vae.evaluate(images, verbose=0) == vae.evaluate(images, verbose=0)
        vae.fit(images, sample_weight=np.zeros(40), verbose=0)
        vae.optimizer.learning_rate.assign(0.0)
        tensor = ops.convert_to_tensor(images)
        for values in (*vae.posterior(tensor), vae.decode(np.zeros((2, 2))), vae.elbo(tensor)):
            assert isinstance(values, np.ndarray)
        try:
            vae.fit(images, np.arange(40), verbose=0)
        except ValueError as error:
            assert "labels" in str(error)
        else:
            raise AssertionError("labels were taken for images")
    """
    run(backend, "-c", textwrap.dedent(script))


@pytest.mark.parametrize("added", ["by a layer of one's own", "by a regulariser"])
def test_what_the_decoders_layers_add_to_the_loss_counts_or_is_refused(backend, added):
    script = """
        import keras, numpy as np
        from keras import ops
        from course_utils import architectures
        from course_utils.models import VAE

        class Adds(keras.layers.Layer):
            def call(self, values):
                self.add_loss(1e5 + 0 * ops.sum(values))
                return values

        own = added == "by a layer of one's own"
        layer = Adds() if own else keras.layers.Dense(
            2, use_bias=False, kernel_initializer="identity",
            activity_regularizer=lambda values: 1e5 + 0 * ops.sum(values))
        plain = architectures.dense_decoder((4, 4, 1), 2, (8,))
        decoder = keras.Sequential([keras.Input((2,)), layer, *plain.layers])
        images = (np.random.default_rng(0).random((40, 4, 4, 1)) < 0.3).astype("float32")
        vae = VAE(architectures.dense_vae_encoder((4, 4, 1), 2, (8,)), decoder)
        try:
            vae.compile("adam")
        except ValueError as error:
            assert keras.backend.backend() == "jax" and "add_loss" in str(error)
        else:
            assert keras.backend.backend() != "jax"
            # Keras divides what a regulariser adds by the size of the batch.
            assert vae.fit(images, verbose=0).history["loss"][0] > 1000
    """
    run(backend, "-c", f"added = {added!r}\n{textwrap.dedent(script)}")
