"""Mixtures on the codes of an encoder."""

import subprocess
import sys
import warnings
import zipfile

import keras
import numpy as np
import pytest

from course_utils import architectures
from course_utils.models import (
    VAE,
    Autoencoder,
    CollapsedCodeWarning,
    FewPointsWarning,
    LatentMixture,
    Mixture,
    NotConvergedWarning,
    select_components,
)

SHAPE = (8, 8, 1)
IMAGES = np.random.default_rng(0).random((300, *SHAPE)).astype("float32")


def networks(kind="autoencoder", code=3):
    keras.utils.set_random_seed(0)
    if kind == "VAE":
        encoder = architectures.conv_vae_encoder(SHAPE, code, filters=(4, 8), hidden=8)
        head = encoder.get_layer("mean")
        head.set_weights([30 * value for value in head.get_weights()])  # as wide as a trained one
        return encoder, architectures.conv_decoder(SHAPE, code, filters=(8, 4))
    if kind == "convolutional":
        encoder = architectures.conv_encoder(SHAPE, code, filters=(4, 8))
        return encoder, architectures.conv_decoder(SHAPE, code, filters=(8, 4))
    return (
        architectures.dense_encoder(SHAPE, code, hidden=(16,)),
        architectures.dense_decoder(SHAPE, code, hidden=(16,)),
    )


def scaled_codes(scales):
    """Networks whose codes are the sums of three groups of pixels, times these numbers."""
    inputs = keras.Input(SHAPE)
    sums = keras.layers.Dense(3, use_bias=False)
    outputs = keras.layers.Rescaling(scales)(sums(keras.layers.Flatten()(inputs)))
    encoder = keras.Model(inputs, outputs)
    sums.set_weights([np.repeat(np.eye(3), [22, 21, 21], axis=0)])
    return encoder, networks()[1]


@pytest.fixture(scope="module")
def fitted():
    return LatentMixture(*networks(), components=4).fit(IMAGES)


@pytest.mark.parametrize("kind", ["autoencoder", "convolutional", "VAE"])
def test_the_mixture_is_fitted_to_the_codes_that_the_model_gives(kind):
    encoder, decoder = networks(kind)
    model = (VAE if kind == "VAE" else Autoencoder)(encoder, decoder)
    latent = LatentMixture(model.encoder, model.decoder, components=4, seed=3).fit(IMAGES)
    codes = model.encode(IMAGES)
    np.testing.assert_allclose(latent.encode(IMAGES), codes, atol=1e-6)
    alone = Mixture(4, seed=3).fit(codes)
    np.testing.assert_allclose(latent.mixture.means, alone.means, atol=1e-4)
    np.testing.assert_allclose(
        latent.log_likelihood(IMAGES), alone.log_likelihood(codes), atol=1e-3
    )
    np.testing.assert_array_equal(latent.assign(IMAGES), alone.assign(codes))


def test_samples_are_decoded_codes_of_the_mixture(fitted):
    codes = fitted.sample_codes(50, seed=1)
    assert codes.shape == (50, 3)
    images = fitted.sample(50, seed=1)
    assert images.shape == (50, *SHAPE)
    np.testing.assert_allclose(images, fitted.decode(codes), atol=1e-6)
    assert not np.allclose(images, fitted.sample(50, seed=2))


def test_one_gaussian_has_the_mean_and_covariance_of_the_codes():
    latent = LatentMixture(*networks(), components=1, regularisation=0).fit(IMAGES)
    codes = latent.encode(IMAGES).astype("float64")
    samples = latent.sample_codes(100_000)
    np.testing.assert_allclose(samples.mean(axis=0), codes.mean(axis=0), atol=0.01)
    np.testing.assert_allclose(np.cov(samples.T), np.cov(codes.T), atol=0.01)


def test_a_density_that_was_fitted_elsewhere_is_taken_over():
    encoder, decoder = networks()
    codes = LatentMixture(encoder, decoder).encode(IMAGES)
    choice = select_components(codes, (1, 2), starts=1, jobs=1)
    latent = LatentMixture(encoder, decoder, choice.best)
    np.testing.assert_array_equal(latent.log_likelihood(IMAGES), choice.best.log_likelihood(codes))


@pytest.mark.parametrize("kind", ["autoencoder", "convolutional", "VAE"])
def test_a_stored_latent_mixture_is_the_one_that_was_stored(kind, tmp_path):
    latent = LatentMixture(*networks(kind), components=2, covariance="diag").fit(IMAGES)
    latent.save(tmp_path / "latent.zip")
    loaded = LatentMixture.load(tmp_path / "latent.zip")
    np.testing.assert_allclose(loaded.sample(5, seed=1), latent.sample(5, seed=1), atol=1e-6)
    np.testing.assert_allclose(
        loaded.log_likelihood(IMAGES), latent.log_likelihood(IMAGES), atol=1e-5
    )
    assert loaded.mixture.settings == latent.mixture.settings


@pytest.mark.parametrize("kind", ["autoencoder", "VAE", "convolutional"])
def test_sixteen_bits_of_mixed_precision_are_enough_for_networks_not_for_codes(kind):
    try:
        keras.config.set_dtype_policy("mixed_bfloat16")
        latent = LatentMixture(*networks(kind), components=2).fit(IMAGES)
        assert latent.encode(IMAGES).dtype == latent.sample(3).dtype == np.float32
        assert np.isfinite(latent.log_likelihood(IMAGES)).all()
    finally:
        keras.config.set_dtype_policy("float32")


def test_it_loads_in_a_fresh_process(fitted, tmp_path):
    fitted.save(tmp_path / "latent.zip")
    code = (
        "import sys; from course_utils.models import LatentMixture\n"
        "print(LatentMixture.load(sys.argv[1]).sample(2, seed=1).sum())"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "latent.zip")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert float(out.stdout) == pytest.approx(fitted.sample(2, seed=1).sum(), rel=1e-5)


def test_a_write_that_is_interrupted_leaves_what_was_there(fitted, tmp_path, monkeypatch):
    path = tmp_path / "latent.zip"
    fitted.save(path)
    before = path.read_bytes()

    def full(*arguments):
        raise OSError("no space left")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(OSError, match="no space"):
        fitted.save(path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["latent.zip"]


@pytest.mark.parametrize("damage", ["truncated", "a flipped bit", "empty", "a part is missing"])
def test_a_damaged_file_is_refused(fitted, damage, tmp_path):
    path = tmp_path / "latent.zip"
    fitted.save(path)
    content = bytearray(path.read_bytes())
    if damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "a flipped bit":
        with zipfile.ZipFile(path) as file:
            start = file.getinfo("mixture.npz").header_offset + 200
        content[start] ^= 0x10
        path.write_bytes(content)
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("encoder.keras", "")
    with pytest.raises(ValueError, match="no stored latent mixture, or damaged"):
        LatentMixture.load(path)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        LatentMixture.load(tmp_path / "nothing.zip")


# Bad input


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: (networks()[0], networks(code=5)[1]), r"shape \(3,\), the decoder takes \(5,\)"),
        (lambda: (networks("VAE", 2)[0], networks()[1]), r"shape \(2,\), the decoder takes \(3,\)"),
        (lambda: (networks()[0], architectures.dense_decoder((4, 4, 1), 3)), r"\(8, 8\), the"),
        (lambda: (keras.Sequential([keras.layers.Dense(3)]), networks()[1]), "input shape"),
        (lambda: (*networks(), 0), "components must be a whole number from 1"),
        (lambda: (*networks(), Mixture(2).fit(IMAGES[:, 0, :5, 0])), r"shape \(5,\)"),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_refused(build, message):
    with pytest.raises(ValueError, match=message):
        LatentMixture(*build())


def test_settings_beside_a_mixture_are_refused():
    with pytest.raises(ValueError, match="covariance cannot be set"):
        LatentMixture(*networks(), Mixture(2), covariance="diag")


def test_more_components_than_codes_are_refused():
    with pytest.raises(ValueError, match="found 9 points for 10 components"):
        LatentMixture(*networks()).fit(IMAGES[:9])


def test_few_images_a_component_are_named_at_the_line_that_fits():
    with pytest.warns(FewPointsWarning) as caught:
        LatentMixture(*networks(), components=10).fit(IMAGES[:30])
    assert {w.filename for w in caught} == {__file__}


def test_a_fit_that_was_stopped_is_named_at_the_line_that_fits():
    with pytest.warns(NotConvergedWarning) as caught:
        LatentMixture(*networks(), components=3, iterations=2, tolerance=0).fit(IMAGES)
    assert [w.filename for w in caught] == [__file__]


def test_images_with_nan_are_refused():
    broken = IMAGES.copy()
    broken[3, 0, 0] = np.nan
    with pytest.raises(ValueError, match="1 of 19,200 pixels are NaN"):
        LatentMixture(*networks()).fit(broken)


def test_bytes_are_refused_and_noisy_images_taken(fitted):
    with pytest.raises(ValueError, match="divide bytes by 255"):
        fitted.encode(255 * IMAGES)
    assert fitted.encode(IMAGES - 0.3).shape == (300, 3)


def test_nothing_is_neither_encoded_nor_decoded(fitted):
    for model in (fitted, Autoencoder(*networks())):
        with pytest.raises(ValueError, match="found 0 images; give at least 1"):
            model.encode(IMAGES[:0])
    with pytest.raises(ValueError, match="found 0 codes; give at least 1"):
        fitted.decode(np.zeros((0, 3)))


def test_codes_with_nan_are_blamed_on_the_encoder():
    encoder, decoder = networks()
    weights = encoder.get_weights()
    encoder.set_weights([*weights[:-1], np.full_like(weights[-1], np.nan)])
    with pytest.raises(ValueError, match="300 of 300 rows of the codes that the encoder makes"):
        LatentMixture(encoder, decoder).fit(IMAGES)


def test_images_and_codes_of_another_shape_are_refused(fitted):
    with pytest.raises(ValueError, match=r"encoder takes images of shape \(8, 8, 1\)"):
        fitted.log_likelihood(IMAGES[:, :4])
    with pytest.raises(ValueError, match=r"decoder takes codes \(n, 3\)"):
        fitted.decode(np.zeros((2, 4)))


def test_nothing_can_be_asked_before_fit(tmp_path):
    latent = LatentMixture(*networks())
    for ask in (
        lambda: latent.sample(3),
        lambda: latent.log_likelihood(IMAGES),
        lambda: latent.save(tmp_path / "latent.zip"),
    ):
        with pytest.raises(RuntimeError, match="fit"):
            ask()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("scale", [0.0, 1e-3])
def test_a_dead_dimension_is_named_once(scale):
    latent = LatentMixture(*scaled_codes([1.0, scale, 1.0]), 2)
    with pytest.warns(CollapsedCodeWarning, match=r"1 of 3 dimensions .*numbers 1:") as caught:
        latent.fit(IMAGES)
    assert [(w.category, w.filename) for w in caught] == [(CollapsedCodeWarning, __file__)]
    assert latent.sample_codes(200)[:, 1].std() < 5e-3


def test_a_vae_whose_whole_posterior_collapsed_is_named():
    encoder, decoder = networks("VAE")
    head = encoder.get_layer("mean")
    head.set_weights([1e-4 * head.get_weights()[0], head.get_weights()[1]])
    with pytest.warns(CollapsedCodeWarning, match="3 of 3 dimensions"):
        LatentMixture(encoder, decoder, components=2).fit(IMAGES)


def test_a_code_that_says_nothing_at_all_is_refused():
    latent = LatentMixture(*scaled_codes([0.0] * 3), 2)
    with pytest.raises(ValueError, match="are the same"):
        latent.fit(IMAGES)


def test_a_live_code_gives_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LatentMixture(*networks(), components=2).fit(IMAGES)
