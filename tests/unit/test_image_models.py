"""What `Autoencoder` and `VAE` share: data that cannot be learnt fail before the first update."""

import keras
import numpy as np
import pytest
from keras import ops

from course_utils import architectures
from course_utils.models import VAE, Autoencoder

SHAPE = (4, 4, 1)
IMAGES = np.random.default_rng(0).random((40, *SHAPE), dtype="float32")
LABELS = np.arange(40) % 10


def autoencoder(loss="mse", **options):
    keras.utils.set_random_seed(0)
    decoder = architectures.dense_decoder(SHAPE, 3, (8,))
    model = Autoencoder(architectures.dense_encoder(SHAPE, 3, (8,)), decoder)
    model.compile("adam", loss, **options)
    return model


def vae(**options):
    keras.utils.set_random_seed(0)
    encoder = architectures.dense_vae_encoder(SHAPE, 3, (8,))
    model = VAE(encoder, architectures.dense_decoder(SHAPE, 3, (8,)), **options)
    model.compile("adam")
    return model


def linear_vae():
    layers = [keras.Input((3,)), keras.layers.Dense(16), keras.layers.Reshape(SHAPE)]
    encoder = architectures.dense_vae_encoder(SHAPE, 3, (8,))
    model = VAE(encoder, keras.Sequential(layers), "gaussian")
    model.compile("adam")
    return model


class Batches(keras.utils.PyDataset):
    """Batches of ten, and which of them were asked for."""

    def __init__(self, *arrays):
        super().__init__()
        self.arrays, self.drawn = arrays, []

    def __len__(self):
        return 4

    def __getitem__(self, index):
        self.drawn.append(index)
        return tuple(array[10 * index : 10 * index + 10] for array in self.arrays)


def generator(*arrays):
    yield from Batches(*arrays)


def tf_dataset(*arrays):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0]).batch(10)


def loader(*arrays):
    torch = pytest.importorskip("torch")
    tensors = [torch.as_tensor(array) for array in arrays]
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*tensors), batch_size=10)


STREAMS = [Batches, generator, tf_dataset, loader]
BAD = {
    "labels": ((IMAGES, LABELS), "labels of shape"),
    "0 to 255": ((255 * IMAGES,), r"\[0, 1\], found values from .* divide bytes by 255"),
    "noisy targets": ((IMAGES, 3 * IMAGES), r"\[0, 1\], found"),
    "NaN": ((IMAGES * np.nan,), "NaN"),
    "shape": ((IMAGES[:, :2],), r"\(4, 4, 1\), found \(2, 4, 1\)"),
}


def attempts(model, given, whole):
    """Each way in which data come in."""
    pair = given if whole else (given,)
    yield lambda: model.fit(*pair, verbose=0)
    yield lambda: model.fit(IMAGES, IMAGES, verbose=0, validation_data=given)
    yield lambda: model.evaluate(*pair, verbose=0)
    if whole:
        yield lambda: model.train_on_batch(*pair)
        yield lambda: model.test_on_batch(*pair)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", [tuple, *STREAMS])
@pytest.mark.parametrize("build", [autoencoder, vae])
def test_what_cannot_be_learnt_is_refused_before_the_first_update(build, make):
    model = build()
    before = model.get_weights()
    for arrays, message in BAD.values():
        for i in range(5 if make is tuple else 3):
            given = make(arrays) if make is tuple else make(*arrays)
            with pytest.raises(ValueError, match=message):
                list(attempts(model, given, make is tuple))[i]()
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", STREAMS)
def test_a_later_batch_is_refused_too(make):
    late = IMAGES.copy()
    late[35, 0] = np.nan
    with pytest.raises(ValueError, match="4 of 160 pixels are NaN"):
        vae().fit(make(late), verbose=0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", [tuple, *STREAMS])
def test_late_validation_images_are_refused_before_the_first_update(make):
    late = IMAGES.copy()
    late[35, 0] = np.nan
    model = vae()
    before = model.get_weights()
    given = (late,) if make is tuple else make(late)
    with pytest.raises(ValueError, match=r"^validation data: 4 of .* pixels are NaN"):
        model.fit(IMAGES, validation_data=given, verbose=0)
    if make is not generator:  # it is used up as it is read
        for old, new in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


def test_endless_validation_images_are_not_read_for_ever():
    endless = tf_dataset(IMAGES).repeat()
    history = vae().fit(IMAGES, validation_data=endless, validation_steps=2, verbose=0).history
    assert len(history["val_loss"]) == 1


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", STREAMS)
def test_a_stream_teaches_what_the_arrays_teach(make):
    """No batch is lost, drawn twice or out of its place."""
    trained = []
    for data in (IMAGES, make(IMAGES)):
        model = vae()
        model.fit(data, batch_size=None if data is not IMAGES else 10, shuffle=False, verbose=0)
        trained.append(model.get_weights())
    for array, stream in zip(*trained, strict=True):
        np.testing.assert_allclose(array, stream, atol=1e-6)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"x": list(255 * IMAGES)}, "found values"),
        ({"x": ops.convert_to_tensor(255 * IMAGES)}, "found values"),
        ({"x": (255 * IMAGES).astype("uint8")}, "divide bytes by 255"),
        ({"x": IMAGES[:0]}, "found 0 images"),
        ({"x": np.array(["a.png"] * 4)}, "must be numbers"),
        ({"x": [IMAGES[0], IMAGES[0][:2]]}, "different shapes"),
        ({"x": (IMAGES, LABELS)}, "found tuple"),
        ({"x": IMAGES, "y": IMAGES[:5]}, "40 images and 5 targets"),
        ({"x": IMAGES, "class_weight": {0: 1.0}}, "sample_weight"),
        ({"x": tf_dataset(IMAGES).unbatch()}, "batches of images"),
        ({"x": IMAGES, "validation_data": (IMAGES, LABELS)}, "labels"),
    ],
)
def test_other_data_that_are_none(data, message):
    for build in (autoencoder, vae):
        with pytest.raises(ValueError, match=message):
            build().fit(**data, verbose=0)


def test_bytes_under_a_gaussian_are_refused_and_standardised_pixels_taken():
    with pytest.raises(ValueError, match=r"\[-10, 10\], found values from .* images.scaled"):
        linear_vae().fit(255 * IMAGES, verbose=0)
    linear_vae().fit((IMAGES - 0.5) / 0.3, verbose=0)


def test_a_cross_entropy_asks_for_pixels_from_0_to_1_whatever_the_decoder():
    layers = [keras.Input((3,)), keras.layers.Dense(16), keras.layers.Reshape(SHAPE)]
    model = Autoencoder(architectures.dense_encoder(SHAPE, 3), keras.Sequential(layers))
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    with pytest.raises(ValueError, match="a cross-entropy needs"):
        model.fit(255 * IMAGES, verbose=0)


@pytest.mark.parametrize("build", [autoencoder, vae])
def test_noisy_inputs_may_leave_the_range_of_their_clean_targets(build):
    noisy = IMAGES + np.random.default_rng(0).normal(size=IMAGES.shape)
    for fit_options in ({"x": noisy, "y": IMAGES}, {"x": Batches(noisy, IMAGES)}):
        assert np.isfinite(build().fit(**fit_options, verbose=0).history["loss"]).all()
    with pytest.raises(ValueError, match="NaN"):
        build().fit(noisy * np.nan, IMAGES, verbose=0)


@pytest.mark.parametrize("build", [autoencoder, vae])
def test_noisy_images_are_encoded_but_neither_bytes_nor_nan(build):
    model, noisy = build(), IMAGES + np.random.default_rng(0).normal(size=IMAGES.shape)
    assert model.encode(noisy).shape == (40, 3)
    assert model.reconstruct(noisy).shape == IMAGES.shape
    for encode in (model.encode, model.reconstruct):
        with pytest.raises(ValueError, match=r"\[0, 1\], found values from .* divide bytes by 255"):
            encode(255 * IMAGES)
        with pytest.raises(ValueError, match="16 of 640 pixels are NaN"):
            encode(np.where(np.arange(40)[:, None, None, None] == 2, np.nan, IMAGES))
        with pytest.raises(ValueError, match="must be an array"):
            encode(tf_dataset(IMAGES))


class OnDisk:
    """Images that are too many for memory."""

    shape, dtype, pixel_range = IMAGES.shape, IMAGES.dtype, (0.0, 1.0)

    def __len__(self):
        return len(IMAGES)

    def __getitem__(self, rows):
        return IMAGES[rows]

    def __array__(self, dtype=None, copy=None):
        raise ValueError("too many")


def test_images_on_disk_are_checked_and_encoded_without_reading_them_whole():
    model, stored = vae(), OnDisk()
    model.check_images(stored)
    np.testing.assert_allclose(model.encode(stored), model.encode(IMAGES), atol=1e-6)
    stored.pixel_range = (-1.0, 1.0)
    with pytest.raises(ValueError, match="found values from -1 to 1"):
        model.check_images(stored)


def mean_of_an_image(images, rebuilt):
    return ops.mean(ops.square(images - rebuilt), axis=(1, 2, 3))


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy", mean_of_an_image])
def test_weights_of_images_count_whatever_axes_a_loss_has(loss):
    weights = np.repeat([1.0, 0.0], 20).astype("float32")
    model = autoencoder(loss, weighted_metrics=["mse"])
    whole = model.evaluate(IMAGES, sample_weight=weights, verbose=0, return_dict=True)
    half = model.evaluate(IMAGES[:20], verbose=0, return_dict=True)
    assert whole["mse"] == pytest.approx(half["mse"], rel=1e-5)
    assert whole["loss"] == pytest.approx(half["loss"] / 2, rel=1e-5)


def test_an_autoencoder_needs_no_targets():
    with_targets, without = autoencoder(), autoencoder()
    expected = with_targets.fit(IMAGES, IMAGES, shuffle=False, verbose=0).history
    assert without.fit(IMAGES, shuffle=False, verbose=0).history == expected
