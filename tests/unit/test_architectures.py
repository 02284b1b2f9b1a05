import keras
import numpy as np
import pytest
from keras import ops

from course_utils import architectures
from course_utils.models import VAE, Autoencoder

SHAPE = (28, 28, 1)


def dense(code=32, shape=SHAPE, **options):
    return (
        architectures.dense_encoder(shape, code, **options),
        architectures.dense_decoder(shape, code, **options),
    )


def conv(code=32, shape=SHAPE, **options):
    decoder_options = {name: value[::-1] for name, value in options.items()}
    return (
        architectures.conv_encoder(shape, code, **options),
        architectures.conv_decoder(shape, code, **decoder_options),
    )


@pytest.mark.parametrize(
    ("networks", "parameters"),
    [
        (dense(), (784 + 1) * 256 + (256 + 1) * 32 + (32 + 1) * 256 + (256 + 1) * 784),
        (dense(hidden=()), (784 + 1) * 32 + (32 + 1) * 784),
        (
            conv(),
            (9 + 1) * 32
            + (9 * 32 + 1) * 64
            + (3136 + 1) * 32
            + (32 + 1) * 3136
            + (9 * 64 + 1) * 64
            + (9 * 64 + 1) * 32
            + (9 * 32 + 1),
        ),
    ],
)
def test_parameters_are_those_counted_by_hand(networks, parameters):
    assert sum(network.count_params() for network in networks) == parameters


@pytest.mark.parametrize("build", [dense, conv])
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (64, 48, 3)])
def test_images_come_back_in_their_shape_and_range(build, shape):
    model = Autoencoder(*build(5, shape))
    images = np.random.default_rng(0).random((3, *shape), dtype="float32")
    rebuilt = model.reconstruct(images)
    assert rebuilt.shape == images.shape
    assert rebuilt.min() >= 0
    assert rebuilt.max() <= 1
    assert model.encode(images).shape == (3, 5)
    np.testing.assert_allclose(model.decode(model.encode(images)), rebuilt, atol=1e-6)


def test_codes_of_different_size_are_refused():
    with pytest.raises(ValueError, match=r"codes of shape \(8,\), the decoder takes \(5,\)"):
        Autoencoder(conv(8)[0], conv(5)[1])


@pytest.mark.parametrize("shape", [(27, 27, 1), (30, 30, 3), (7, 9, 1)])
def test_sizes_that_do_not_divide_come_back_as_they_are(shape):
    images = np.random.default_rng(0).random((3, *shape), dtype="float32")
    assert Autoencoder(*conv(5, shape)).reconstruct(images).shape == images.shape
    model = VAE(architectures.conv_vae_encoder(shape, 2, (4,)), conv(2, shape)[1])
    assert model.reconstruct(images).shape == images.shape
    # The sigmoid stands before the cropping: its logits are found there.
    expected = ops.sum(keras.losses.binary_crossentropy(images, model.decode(np.zeros((3, 2)))))
    found = -ops.sum(model.log_likelihood(images, np.zeros((1, 3, 2), "float32")))
    assert float(found) == pytest.approx(shape[2] * float(expected), rel=1e-4)


def test_a_decoder_of_another_size_is_refused():
    with pytest.raises(ValueError, match="Cropping2D"):
        Autoencoder(conv(8, (30, 30, 1))[0], conv(8, (32, 32, 1))[1])


def test_an_autoencoder_is_saved_and_loaded(tmp_path):
    model = Autoencoder(*conv(4))
    images = np.random.default_rng(0).random((2, *SHAPE), dtype="float32")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.reconstruct(images), model.reconstruct(images))


def test_training_lowers_the_loss(started):
    model = Autoencoder(*dense(8, hidden=(32,)))
    model.compile(optimizer="adam", loss="mse")
    images = np.zeros((64, *SHAPE), "float32")
    images[:, 8:20, 8:20] = 1
    losses = model.fit(images, images, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]
