import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from scipy import integrate, stats

from course_utils import architectures, evaluation
from course_utils.layers import GaussianSampling
from course_utils.models import VAE, Bernoulli, Gaussian, gaussian_kl
from course_utils.models.bound import ActiveDimensions, log_density_ratio
from course_utils.training import fit

SHAPE = (4, 4, 1)
GREY = np.random.default_rng(0).random((60, *SHAPE), dtype="float32")
BINARY = (GREY > 0.5).astype("float32")


def networks(latent=3, shape=SHAPE, hidden=(8,)):
    return (
        architectures.dense_vae_encoder(shape, latent, hidden),
        architectures.dense_decoder(shape, latent, hidden),
    )


def build(likelihood="bernoulli", seed=0, latent=3, shape=SHAPE, rate=1e-2, **options):
    keras.utils.set_random_seed(seed)
    model = VAE(*networks(latent, shape), likelihood, **options)
    model.compile(keras.optimizers.Adam(rate))
    return model


def linear_gaussian(scale=0.3, latent=2, seed=0, posterior_scale=1.0):
    """A VAE whose decoder is linear, its exact log-likelihood, and images drawn from it.

    The encoder knows the exact posterior mean; its standard deviations are the exact ones of each
    dimension, times `posterior_scale`.
    """
    rng = np.random.default_rng(seed)
    pixels = int(np.prod(SHAPE))
    # Orthogonal columns: the true posterior is then diagonal.
    weights = np.linalg.qr(rng.normal(size=(pixels, latent)))[0] * rng.uniform(0.5, 1.5, latent)
    offset = rng.normal(size=pixels)
    precision = 1 + (weights**2).sum(axis=0) / scale**2
    gain = weights / scale**2 / precision

    inputs = keras.Input(SHAPE)
    flat = keras.layers.Flatten()(inputs)
    mean, log_var = keras.layers.Dense(latent), keras.layers.Dense(latent)
    encoder = keras.Model(inputs, [mean(flat), log_var(flat)])
    mean.set_weights([gain, -offset @ gain])
    log_var.set_weights(
        [np.zeros((pixels, latent)), 2 * np.log(posterior_scale) - np.log(precision)]
    )
    decoder = keras.Sequential(
        [keras.Input((latent,)), keras.layers.Dense(pixels), keras.layers.Reshape(SHAPE)]
    )
    decoder.set_weights([weights.T, offset])
    exact = stats.multivariate_normal(
        offset, weights @ weights.T + scale**2 * np.eye(pixels), allow_singular=False
    )
    images = exact.rvs(20, random_state=seed).reshape(-1, *SHAPE).astype("float32")
    return VAE(encoder, decoder, Gaussian(scale)), exact, images


@given(st.floats(-3, 3), st.floats(-4, 2))
@settings(max_examples=25, deadline=None)
def test_kl_is_the_integral_that_defines_it(mean, log_var):
    std = np.exp(log_var / 2)
    q, p = stats.norm(mean, std), stats.norm()

    def integrand(z):
        return q.pdf(z) * (q.logpdf(z) - p.logpdf(z))

    area, _ = integrate.quad(integrand, mean - 12 * std, mean + 12 * std, limit=200)
    assert float(gaussian_kl(np.array([mean]), np.array([log_var]))) == pytest.approx(
        area, abs=1e-5
    )


def test_kl_is_summed_over_dimensions_and_zero_at_the_prior():
    mean, log_var = np.random.default_rng(0).normal(size=(2, 5, 3))
    each = [gaussian_kl(mean[:, [j]], log_var[:, [j]]) for j in range(3)]
    np.testing.assert_allclose(gaussian_kl(mean, log_var), sum(map(np.asarray, each)), rtol=1e-5)
    assert float(gaussian_kl(np.zeros(7), np.zeros(7))) == 0


@pytest.mark.parametrize(
    ("likelihood", "output", "expected"),
    [
        (Bernoulli(), "logits", lambda x, o: stats.bernoulli.logpmf(x, 1 / (1 + np.exp(-o)))),
        (Gaussian(0.2), "means", lambda x, o: stats.norm.logpdf(x, o, 0.2)),
        (Gaussian(0.7, learned=True), "means", lambda x, o: stats.norm.logpdf(x, o, 0.7)),
    ],
)
def test_a_likelihood_is_summed_over_pixels_and_channels(likelihood, output, expected):
    rng = np.random.default_rng(0)
    images = (rng.random((5, 4, 4, 3)) > 0.5).astype("float32")
    outputs = rng.normal(size=(2, 5, 4, 4, 3)).astype("float32")
    found = ops.convert_to_numpy(likelihood.log_prob(images, outputs))
    np.testing.assert_allclose(found, expected(images, outputs).sum(axis=(2, 3, 4)), rtol=1e-4)


def test_the_loss_is_reconstruction_plus_beta_times_kl_in_sums():
    model = build(beta=3.0)
    logs = model.evaluate(BINARY, verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 3 * logs["kl"], rel=1e-5)
    assert logs["elbo"] == pytest.approx(-logs["reconstruction"] - logs["kl"], rel=1e-5)
    mean, log_var = model.posterior(BINARY)
    assert logs["kl"] == pytest.approx(float(np.mean(gaussian_kl(mean, log_var))), rel=1e-5)
    # A network that has not learnt calls each of the 16 pixels a fair coin.
    assert logs["reconstruction"] == pytest.approx(16 * np.log(2), rel=0.2)


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian", "learned gaussian"])
def test_training_raises_the_bound_and_reports_it_on_validation_data_too(likelihood):
    model = build(likelihood)
    history = fit(
        model, BINARY, epochs=8, batch_size=10, validation_data=(BINARY, BINARY), report="none"
    ).history
    metrics = {"loss", "elbo", "reconstruction", "kl", "active"}
    assert set(history) == metrics | {f"val_{name}" for name in metrics}
    assert history["val_elbo"][-1] > history["val_elbo"][0]
    assert history["val_loss"][-1] < history["val_loss"][0]


def test_plain_keras_fit_works_without_targets():
    model = build()
    history = model.fit(BINARY, epochs=2, validation_data=(BINARY,), verbose=0).history
    assert history["val_elbo"][-1] > history["val_elbo"][0]


def test_a_target_takes_the_place_of_the_image():
    """As for a denoising VAE: encode one image, explain another."""
    model = build()
    white = model.evaluate(BINARY, np.ones_like(BINARY), verbose=0, return_dict=True)
    black = model.evaluate(BINARY, np.zeros_like(BINARY), verbose=0, return_dict=True)
    assert white["kl"] == pytest.approx(black["kl"])
    assert white["reconstruction"] != pytest.approx(black["reconstruction"], rel=1e-3)


def test_a_learned_scale_finds_the_spread_of_the_pixels():
    """Its optimum is the root of the mean squared error (Rybkin et al. 2021)."""
    model = build("learned gaussian", rate=3e-2)
    model.fit(GREY, epochs=40, batch_size=20, verbose=0)
    error = np.sqrt(np.mean((model.reconstruct(GREY) - GREY) ** 2))
    assert model.likelihood.scale == pytest.approx(error, rel=0.15)


def test_active_dimensions_are_those_whose_mean_varies():
    metric = ActiveDimensions(3)
    codes = np.random.default_rng(0).normal(size=(400, 3)) * [1.0, 0.05, 0.2] + [0, 9, 0]
    for part in np.split(codes.astype("float32"), 4):
        metric.update_state(part)
    assert float(metric.result()) == 2  # variances 1, 0.0025 and 0.04


def test_sampled_codes_have_the_mean_and_spread_that_were_asked_for():
    mean, log_var = np.array([[1.0, -2.0]], "float32"), np.array([[0.0, -2.0]], "float32")
    codes = ops.convert_to_numpy(GaussianSampling(seed=0)(mean, log_var, samples=20_000))
    assert codes.shape == (20_000, 1, 2)
    np.testing.assert_allclose(codes.mean(axis=0), mean, atol=0.03)
    np.testing.assert_allclose(codes.std(axis=0), np.exp(log_var / 2), rtol=0.03)


def test_the_ratio_of_densities_is_that_of_scipy():
    rng = np.random.default_rng(0)
    codes, mean, log_var = rng.normal(size=(6, 4, 2)), *rng.normal(size=(2, 4, 2))
    q = stats.norm(mean, np.exp(log_var / 2)).logpdf(codes).sum(axis=-1)
    p = stats.norm().logpdf(codes).sum(axis=-1)
    np.testing.assert_allclose(log_density_ratio(codes, mean, log_var), p - q, rtol=1e-4)


def test_at_the_true_posterior_the_bound_is_the_likelihood_itself():
    model, exact, images = linear_gaussian()
    truth = exact.logpdf(images.reshape(len(images), -1))
    nll = evaluation.importance_nll(model, images, samples=3)
    np.testing.assert_allclose(-nll.per_image, truth, atol=1e-3)
    assert nll.value == pytest.approx(-truth.mean(), abs=1e-3)
    np.testing.assert_allclose(model.elbo(images, samples=500).mean(), truth.mean(), atol=0.05)


def test_the_importance_weighted_bound_climbs_to_the_likelihood():
    model, exact, images = linear_gaussian(posterior_scale=1.8)
    truth = -exact.logpdf(images.reshape(len(images), -1)).mean()
    values = [evaluation.importance_nll(model, images, samples=k).value for k in (1, 8, 1000)]
    assert values[0] > values[1] > values[2] > truth - 0.02
    assert values[2] == pytest.approx(truth, abs=0.02)
    assert values[0] > truth + 0.1


def test_importance_nll_does_not_depend_on_how_it_is_cut_into_batches(monkeypatch):
    from course_utils.measures import likelihood

    model, exact, images = linear_gaussian(posterior_scale=1.2)
    truth = -exact.logpdf(images.reshape(len(images), -1)).mean()
    for at_once, worth_compiling in ((300, 0), (5000, 0), (5000, 1e9)):
        monkeypatch.setattr(likelihood, "_DECODED_AT_ONCE", at_once)
        monkeypatch.setattr(likelihood, "_WORTH_COMPILING", worth_compiling)
        nll = evaluation.importance_nll(model, images, samples=600)
        assert nll.value == pytest.approx(truth, abs=0.03)
        assert nll.per_image.shape == (20,)
        assert "600 samples each, 20 images" in str(nll)


def test_training_on_more_samples_gives_a_higher_bound_as_its_loss():
    losses = []
    for samples in (1, 20):
        model = build(importance_samples=samples)
        losses.append(model.evaluate(BINARY, verbose=0, return_dict=True)["loss"])
    assert losses[1] < losses[0]
    model.fit(BINARY, epochs=1, verbose=0)


@pytest.mark.parametrize(
    ("likelihood", "options"),
    [("bernoulli", {"importance_samples": 4}), (Gaussian(0.3, learned=True), {"beta": 0.5})],
)
def test_a_saved_model_loads_in_a_fresh_process(tmp_path, likelihood, options):
    model = build(likelihood, **options)
    model.fit(BINARY, epochs=1, verbose=0)
    model.save(tmp_path / "vae.keras")
    scale = getattr(model.likelihood, "scale", None)
    np.save(tmp_path / "codes.npy", model.encode(BINARY))
    np.save(tmp_path / "samples.npy", model.sample(5, seed=0))
    np.save(tmp_path / "images.npy", BINARY)
    script = f"""
        import keras, numpy as np
        from course_utils.models import VAE
        model = keras.saving.load_model("vae.keras")
        assert model.beta == {model.beta} and type(model) is VAE
        assert model.importance_samples == {model.importance_samples}
        images = np.load("images.npy")
        np.testing.assert_allclose(model.encode(images), np.load("codes.npy"), atol=1e-5)
        np.testing.assert_allclose(model.sample(5, seed=0), np.load("samples.npy"), atol=1e-5)
        assert getattr(model.likelihood, "scale", None) == {scale}
        model.fit(images, epochs=1, verbose=0)
    """
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, check=True, timeout=120
    )


def test_losses_stay_in_float32_under_mixed_precision():
    plain = build(latent=2).evaluate(BINARY, verbose=0, return_dict=True)
    try:
        keras.config.set_dtype_policy("mixed_bfloat16")
        model = build(latent=2)
        before = model.evaluate(BINARY, verbose=0, return_dict=True)
        model.fit(BINARY, epochs=5, verbose=0)
        after = model.evaluate(BINARY, verbose=0, return_dict=True)
        mean, log_var = model(BINARY)
        images = model.sample(4, seed=0)
    finally:
        keras.config.set_dtype_policy("float32")
    assert {str(mean.dtype), str(log_var.dtype)} <= {"<dtype: 'float32'>", "float32"}
    assert images.dtype == "float32"
    assert before["loss"] == pytest.approx(plain["loss"], rel=0.05)
    assert after["loss"] < before["loss"]


def test_nearly_certain_pixels_keep_their_likelihood_in_sixteen_bits():
    """A probability of 0.9999 would be rounded to 1, and a black pixel under it cost infinity."""
    try:
        keras.config.set_dtype_policy("mixed_bfloat16")
        model = build(latent=2)
    finally:
        keras.config.set_dtype_policy("float32")
    *_, weights, bias = model.decoder.weights
    weights.assign(np.zeros(weights.shape))
    bias.assign(np.full(bias.shape, 9.0))
    found = model.log_likelihood(np.zeros((1, *SHAPE), "float32"), np.zeros((1, 1, 2), "float32"))
    assert float(ops.squeeze(found)) == pytest.approx(-16 * 9.0, rel=0.01)


def test_reading_the_logits_leaves_the_decoder_as_it_was():
    model = build()
    before = model.decode(np.zeros((2, 3)))
    model.fit(BINARY, epochs=1, verbose=0)
    after = model.decode(np.zeros((2, 3)))
    assert 0 < after.min() < after.max() < 1
    assert not np.allclose(before, after)
    assert model.decoder.layers[-2].activation is keras.activations.sigmoid


def test_samples_follow_their_seed_and_come_from_the_prior():
    model = build()
    np.testing.assert_array_equal(model.sample(6, seed=1), model.sample(6, seed=1))
    assert not np.allclose(model.sample(6, seed=1), model.sample(6, seed=2))
    codes = np.random.default_rng(1).standard_normal((6, 3))
    np.testing.assert_allclose(model.sample(6, seed=1), model.decode(codes), atol=1e-6)
    # Few codes go through the network directly, many through `predict`.
    np.testing.assert_allclose(
        model.decode(np.tile(codes, (50, 1)))[:6], model.decode(codes), atol=1e-5
    )


def test_the_code_is_the_layer_that_the_decoder_is_fed_with():
    model = build()
    np.testing.assert_allclose(model.encode(BINARY), model.posterior(BINARY)[0])
    np.testing.assert_allclose(
        model.reconstruct(BINARY), model.decode(model.encode(BINARY)), atol=1e-6
    )
    assert model.encode(BINARY).min() < 0 < model.encode(BINARY).max()


def test_a_resumed_run_is_the_run_that_was_interrupted(started, cut_off):
    settings = {"epochs": 4, "batch_size": 10, "report": "none"}
    whole = fit(build(), BINARY, **settings).history
    with cut_off(after=2):
        fit(build(), BINARY, **settings, run="vae")
    resumed = fit(build(), BINARY, **settings, run="vae")
    loaded = fit(build(), BINARY, **settings, run="vae")
    assert resumed.history == loaded.history == whole
    assert (resumed.source, loaded.source) == ("resumed", "loaded")


def one_output():
    return architectures.dense_encoder(SHAPE, 3)


def relu_means():
    inputs = keras.Input(SHAPE)
    flat = keras.layers.Flatten()(inputs)
    heads = [keras.layers.Dense(3, activation="relu")(flat), keras.layers.Dense(3)(flat)]
    return keras.Model(inputs, heads)


def with_codes():
    inputs = keras.Input(SHAPE)
    flat = keras.layers.Flatten()(inputs)
    return keras.Model(inputs, [keras.layers.Dense(3)(flat) for _ in range(3)])


def linear_decoder():
    return keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(16), keras.layers.Reshape(SHAPE)]
    )


@pytest.mark.parametrize(
    ("encoder", "decoder", "options", "message"),
    [
        (networks(4)[0], networks(3)[1], {}, r"codes of shape \(4,\), the decoder takes"),
        (
            networks(3)[0],
            networks(3, (4, 4, 3))[1],
            {},
            r"\(4, 4, 1\), the decoder makes \(4, 4, 3",
        ),
        (one_output(), networks(3)[1], {}, "two outputs"),
        (with_codes(), networks(3)[1], {}, "draws the codes itself"),
        (relu_means(), networks(3)[1], {}, "'relu'"),
        (networks(3)[0], linear_decoder(), {}, "sigmoid, found the activation 'linear'"),
        (*networks(), {"likelihood": "poisson"}, "bernoulli, gaussian, learned gaussian"),
        (*networks(), {"beta": -1}, "at least 0"),
        (*networks(), {"beta": float("nan")}, "at least 0"),
        (*networks(), {"beta": 2.0, "importance_samples": 5}, "beta = 1"),
        (*networks(), {"importance_samples": 0}, "whole number from 1, found 0"),
        (keras.Sequential([keras.layers.Dense(2)]), networks()[1], {}, "keras.Input"),
    ],
)
def test_networks_that_do_not_fit_are_refused_with_a_way_out(encoder, decoder, options, message):
    with pytest.raises(ValueError, match=message):
        VAE(encoder, decoder, **options)


@pytest.mark.parametrize(
    "build_network", [architectures.dense_vae_encoder, architectures.conv_vae_encoder]
)
@pytest.mark.parametrize("size", [0, -1, 2.5])
def test_a_latent_size_that_is_no_size_is_refused(build_network, size):
    with pytest.raises(ValueError, match="latent_size must be"):
        build_network((8, 8, 1), size)


def test_a_linear_decoder_goes_with_a_gaussian():
    VAE(networks(3)[0], linear_decoder(), "gaussian").check_images(3 * GREY - 1)


BAD_IMAGES = [
    (2 * GREY - 1, r"\[0, 1\].*scaled"),
    (255 * GREY, r"\[0, 1\], found values from .* to 25"),
    (np.where(np.arange(4)[:, None] == 2, np.nan, GREY), "NaN"),
    (GREY[:, :2], r"\(4, 4, 1\), found \(2, 4, 1\)"),
]


@pytest.mark.parametrize(("images", "message"), BAD_IMAGES)
def test_images_that_cannot_be_learnt_fail_before_the_first_step(images, message, monkeypatch):
    model = build()
    monkeypatch.setattr(model, "train_step", None)  # would fail, were it reached
    for attempt in (
        lambda: model.fit(images, verbose=0),
        lambda: model.fit(GREY, validation_data=(images, images), verbose=0),
        lambda: fit(model, images, epochs=1, report="none"),
        lambda: fit(model, GREY, epochs=1, validation_data=(images, images), report="none"),
        lambda: model.elbo(images),
        lambda: evaluation.importance_nll(model, images),
    ):
        with pytest.raises(ValueError, match=message):
            attempt()


@pytest.mark.parametrize("samples", [0, -3, 2.5, 2.0, np.inf, None, True])
def test_a_number_of_samples_that_is_none_is_refused(samples):
    model = build()
    for attempt in (
        lambda: evaluation.importance_nll(model, BINARY, samples=samples),
        lambda: model.elbo(BINARY, samples=samples),
        lambda: build(importance_samples=samples),
    ):
        with pytest.raises(ValueError, match="whole number from 1"):
            attempt()


def test_validation_data_do_not_change_training():
    trained = []
    for options in ({}, {"validation_data": (1 - BINARY,)}):
        model = build()
        model.fit(BINARY, epochs=3, batch_size=16, verbose=0, **options)
        trained.append(model.get_weights())
    for alone, watched in zip(*trained, strict=True):
        np.testing.assert_array_equal(alone, watched)


def test_two_evaluations_are_comparable():
    model = build()
    first, second = (model.evaluate(BINARY, verbose=0, return_dict=True) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("samples", [1, 3])
def test_images_without_weight_neither_count_nor_teach(samples):
    weights = np.repeat([1.0, 0.0], len(BINARY) // 2).astype("float32")
    model = build(importance_samples=samples)
    options = {"batch_size": len(BINARY), "verbose": 0, "return_dict": True}
    found = model.evaluate(BINARY, sample_weight=weights, **options)
    other = np.concatenate([BINARY[: len(BINARY) // 2], 1 - BINARY[len(BINARY) // 2 :]])
    again = model.evaluate(other, sample_weight=weights, **options)
    assert found == pytest.approx(again, rel=1e-5)
    if samples == 1:
        # The loss is a mean over all images, as everywhere in Keras, the measures weighted means.
        assert found["loss"] == pytest.approx(-found["elbo"] / 2, rel=1e-5)
    before = model.get_weights()
    model.fit(BINARY, sample_weight=[0.0] * len(BINARY), epochs=1, verbose=0)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


class FiveMore(keras.layers.Layer):
    def call(self, values):
        self.add_loss(5.0 + 0 * ops.sum(values))
        return values


def test_what_layers_add_to_the_loss_counts():
    inputs = keras.Input(SHAPE)
    flat = FiveMore()(keras.layers.Flatten()(inputs))
    heads = [keras.layers.Dense(3, kernel_regularizer="l2")(flat) for _ in range(2)]
    model = VAE(keras.Model(inputs, heads), networks()[1])
    model.compile("sgd")
    squares = sum(np.sum(ops.convert_to_numpy(w) ** 2) for w in model.encoder.weights[::2])
    logs = model.evaluate(BINARY, verbose=0, return_dict=True)
    assert logs["loss"] + logs["elbo"] == pytest.approx(5 + 0.01 * squares, rel=1e-3)


@pytest.mark.parametrize(
    "options", [{"loss": "mse"}, {"metrics": ["mse"]}, {"weighted_metrics": ["mse"]}]
)
def test_a_loss_or_metric_that_would_be_ignored_is_refused(options):
    with pytest.raises(ValueError, match=f"found {next(iter(options))}, which would be ignored"):
        build().compile("adam", **options)
    with pytest.raises(ValueError, match="found loss"):
        build().compile("adam", "mse")


def test_numbers_of_numpy_are_numbers():
    encoder = architectures.dense_vae_encoder(SHAPE, np.int64(3), (8,))
    model = VAE(encoder, networks()[1], Gaussian(np.float32(0.2)), beta=np.float32(0.5))
    assert (model.beta, model.latent_size) == (0.5, 3)
    assert VAE(*networks(), importance_samples=np.int64(2)).elbo(BINARY, np.int64(2)).shape == (60,)


def test_arguments_by_position_are_taken_and_checked():
    model = build()
    history = model.fit(BINARY, None, 10, 2, 0, None, 0.0, (BINARY, BINARY)).history
    assert len(history["val_loss"]) == 2
    with pytest.raises(ValueError, match="NaN"):
        model.fit(BINARY, None, 10, 2, 0, None, 0.0, (BINARY * np.nan, BINARY))


def test_codes_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"\(n, 3\), found \(2, 5\)"):
        build().decode(np.zeros((2, 5)))
    with pytest.raises(ValueError, match="1 of 2 codes hold NaN"):
        build().decode([[0, 0, 0], [0, np.nan, 0]])


def test_a_loss_that_turns_nan_gives_advice_and_the_last_good_weights(started):
    class Spoiled(keras.optimizers.Adam):
        """Divides by zero from the seventh update on."""

        def update_step(self, gradient, variable, learning_rate):
            early = ops.cast(self.iterations < 6, "float32")
            super().update_step(gradient / early, variable, learning_rate)

    model = build()
    model.compile(Spoiled(1e-2))
    healthy = build()
    fit(healthy, BINARY, epochs=1, batch_size=10, report="none")
    with pytest.raises(FloatingPointError, match=r"learning rate.*clipnorm"):
        fit(model, BINARY, epochs=5, batch_size=10, run="nan", report="none")
    for kept, expected in zip(model.weights, healthy.weights, strict=True):
        np.testing.assert_allclose(kept, expected, rtol=1e-5)
    assert np.isfinite(model.sample(3)).all()
