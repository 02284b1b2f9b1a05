"""Gradients, and a training step by hand, on every backend that is installed."""

import textwrap

import pytest
from test_vae_backends import BACKENDS, run

pytestmark = pytest.mark.parametrize("backend", BACKENDS)

GRADIENTS = """
    import keras, numpy as np
    from keras import ops
    from course_utils.gradients import input_gradient, value_and_gradients, without_gradients

    w = keras.Variable(np.array([1.0, -2.0], "float32"))
    unused, seen = keras.Variable(np.ones(3, "float32")), keras.Variable(0.0, trainable=False)
    noise = keras.random.SeedGenerator(0)

    def loss():
        seen.assign_add(1.0)
        return ops.sum(w**3) + 0 * ops.sum(keras.random.normal((2,), seed=noise))

    value, gradients = value_and_gradients(loss, [w, unused])
    assert float(value) == -7 and float(ops.convert_to_numpy(seen.value)) == 1
    assert ops.convert_to_numpy(noise.state)[1] == 1
    np.testing.assert_allclose(ops.convert_to_numpy(gradients[0]), [3, 12])
    np.testing.assert_allclose(ops.convert_to_numpy(gradients[1]), 0)
    keras.optimizers.SGD(0.1).apply(gradients, [w, unused])
    np.testing.assert_allclose(ops.convert_to_numpy(w.value), [0.7, -3.2], rtol=1e-6)

    # The penalty on a linear critic: (norm of w - 1)**2, whatever the images; its gradient too.
    w.assign([3.0, 4.0])
    x = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")

    def penalty():
        slopes = input_gradient(lambda images: ops.sum(images * w, axis=1), x)
        return ops.mean((ops.sqrt(ops.sum(slopes**2, axis=1)) - 1) ** 2)

    value, (gradient,) = value_and_gradients(penalty, [w])
    assert abs(float(value) - 16) < 1e-4
    np.testing.assert_allclose(ops.convert_to_numpy(gradient), [8 * 0.6, 8 * 0.8], rtol=1e-5)
    with without_gradients():
        np.asarray(w * 2)
"""

STEP = """
    import keras, numpy as np
    from keras import ops
    from course_utils import architectures
    from course_utils.gradients import value_and_gradients
    from course_utils.layers import GaussianSampling
    from course_utils.models import VAE, gaussian_kl

    batch = (np.random.default_rng(0).random((50, 8, 8, 1)) < 0.3).astype("float32")

    def networks():
        keras.utils.set_random_seed(0)
        return [build((8, 8, 1), 4, (32,)) for build in
                (architectures.dense_vae_encoder, architectures.dense_decoder)]

    model, (encoder, decoder) = VAE(*networks()), networks()
    model.sampling, noise = GaussianSampling(7), keras.random.SeedGenerator(7)
    model.compile(keras.optimizers.SGD(1e-2))
    expected = model.fit(batch, batch_size=50, shuffle=False, verbose=0).history["loss"][0]

    def loss():
        mean, log_var = encoder(batch, training=True)
        codes = mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean), seed=noise)
        per_pixel = keras.losses.binary_crossentropy(batch, decoder(codes, training=True))
        return ops.mean(ops.sum(per_pixel, axis=(1, 2)) + gaussian_kl(mean, log_var))

    variables = encoder.trainable_variables + decoder.trainable_variables
    value, gradients = value_and_gradients(loss, variables)
    keras.optimizers.SGD(1e-2).apply(gradients, variables)
    assert abs(float(value) / expected - 1) < 1e-5
    for ours, theirs in zip(variables, model.trainable_variables):
        np.testing.assert_allclose(*map(ops.convert_to_numpy, (ours, theirs)), atol=1e-5)
"""


@pytest.mark.parametrize("script", [GRADIENTS, STEP], ids=["gradients", "step"])
def test_gradients_are_the_same_everywhere(backend, script):
    run(backend, "-c", textwrap.dedent(script))
