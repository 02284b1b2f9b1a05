"""Adversarial models; `tests/backends` runs these tests on JAX and PyTorch too."""

import gc

import keras
import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops

from course_utils.gradients import (
    value_and_gradients,
    value_and_input_gradient,
    value_and_pullback,
)
from course_utils.models import (
    GAN,
    AdversarialModel,
    PerNetwork,
    RelativisticGAN,
    WassersteinGAN,
    WassersteinGANGP,
)
from course_utils.training import fit

SHAPE = (8, 8, 1)
KINDS = {
    "gan": GAN,
    "saturating": lambda *networks, **o: GAN(*networks, saturating=True, smoothing=0.1, **o),
    "clipping": lambda *networks, **o: WassersteinGAN(*networks, **{"critic_steps": 2, **o}),
    "penalty": lambda *networks, **o: WassersteinGANGP(*networks, **{"critic_steps": 2, **o}),
    "relativistic": RelativisticGAN,
}
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(0)


def images(count=20):
    return np.random.default_rng(0).random((count, *SHAPE)).astype("float32")


def generator(batch_norm=False, extra=()):
    return keras.Sequential([
        keras.Input((3,)),
        layers.Dense(4 * 4 * 2),
        *([layers.BatchNormalization()] if batch_norm else []),
        *extra,
        layers.LeakyReLU(0.2),
        layers.Reshape((4, 4, 2)),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
    ])  # fmt: skip


def critic(*extra):
    return keras.Sequential([
        keras.Input(SHAPE),
        layers.Conv2D(4, 3, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        *extra,
        layers.Flatten(),
        layers.Dense(1),
    ])  # fmt: skip


def compiled(model, optimizer=lambda: keras.optimizers.Adam(1e-2, beta_1=0.5)):
    model.compile(PerNetwork(**{"generator": optimizer(), model.critic_name: optimizer()}))
    return model


def made(kind, batch_norm=False, extra=(), **options):
    return compiled(KINDS[kind](generator(batch_norm), critic(*extra), **options))


def values(variables):
    return [ops.convert_to_numpy(ops.cast(v.value, "float32")) for v in variables]


def number(scalar):
    return float(ops.convert_to_numpy(ops.stop_gradient(scalar)))


def norms(network):
    """Weights, then statistics, of a network."""
    statistics = [v for v in network.non_trainable_variables if "seed" not in v.path]
    return values(network.trainable_variables), values(statistics)


def changed(before, after):
    return [bool(np.any(a != b)) for a, b in zip(before, after, strict=True)]


# Gradients.


def test_gradients_through_a_gradient_agree_with_finite_differences():
    w = keras.Variable(np.array([[0.3, -0.7], [0.5, 0.2]], "float32"))
    x = np.array([[0.4, -1.1], [0.9, 0.6]], "float32")

    def penalty():
        def function(x):
            return ops.sum(ops.tanh(ops.matmul(x, w)) ** 2, axis=1)

        value, slope = value_and_input_gradient(function, x)
        return ops.sum(value) + ops.sum(ops.square(slope))

    _, (gradient,) = value_and_gradients(penalty, [w])
    start, step = values([w])[0], 1e-2
    for i in np.ndindex(2, 2):
        around = []
        for sign in (1, -1):
            moved = start.copy()
            moved[i] += sign * step
            w.assign(moved)
            around.append(number(penalty()))
        found = (around[0] - around[1]) / (2 * step)
        assert ops.convert_to_numpy(gradient)[i] == pytest.approx(found, rel=5e-3, abs=5e-3)


def test_a_gradient_pulled_back_is_the_gradient_of_the_whole():
    network = generator(batch_norm=True)
    noise = np.random.default_rng(1).normal(size=(6, 3)).astype("float32")
    weights, slope = network.trainable_variables, np.cos(np.arange(6 * 64)).reshape(6, *SHAPE)
    slope = ops.convert_to_tensor(slope.astype("float32"))
    moving = [v for v in network.non_trainable_variables if "moving" in v.path]
    start = values(moving)
    output, pull_back = value_and_pullback(lambda: network(noise, training=True), weights)
    pulled = pull_back(slope)
    assert all(changed(start, values(moving))), "statistics move once, in the pass"
    _, whole = value_and_gradients(lambda: ops.sum(slope * network(noise, training=True)), weights)
    assert tuple(output.shape) == (6, *SHAPE)
    for one, other in zip(pulled, whole, strict=True):
        np.testing.assert_allclose(*map(ops.convert_to_numpy, (one, other)), atol=1e-5)


# The step.


@each_kind
def test_one_step_is_the_step_as_people_write_it(kind):
    """Both losses of whole passes; the generator's, on the noise of the critic's last update."""
    rate, real = 0.1, images(6)
    ours, plain = (made(kind) for _ in range(2))
    plain.set_weights(ours.get_weights())
    for model in (ours, plain):
        model.noise_generator.state.assign([0, 5])
        compiled(model, lambda: keras.optimizers.SGD(rate))
    ours.train_on_batch(real)

    count, optimizers = len(real), plain.optimizer.by_network
    for _ in range(plain.critic_steps):
        noise = plain.draw_noise(count)
        fake = ops.stop_gradient(plain.generator(noise, training=True))

        def critic_loss(fake=fake):
            real_logits, fake_logits, penalty = plain.judge(real, fake)
            return plain.critic_loss(real_logits, fake_logits) + penalty

        weights = plain.critic.trainable_variables
        _, gradients = value_and_gradients(critic_loss, weights)
        optimizers[plain.critic_name].apply(gradients, weights)
        plain.after_critic_update()
    weights = plain.generator.trainable_variables
    _, gradients = value_and_gradients(
        lambda: plain.generator_loss(
            plain.logits(plain.generator(noise, training=True)), plain.logits(real)
        ),
        weights,
    )
    optimizers["generator"].apply(gradients, weights)
    for one, other in zip(values(ours.weights), values(plain.weights), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@each_kind
def test_the_critic_makes_its_steps_for_each_of_the_generator(kind):
    model = made(kind, critic_steps=3)
    fit(model, images(), epochs=2, batch_size=10, report="none")
    steps = {name: int(one.iterations) for name, one in model.optimizer.by_network.items()}
    assert steps == {"generator": 4, model.critic_name: 12}


def test_statistics_move_in_training_and_not_in_sampling():
    model = made("gan", batch_norm=True)
    _, before = norms(model.generator)
    model.sample(5, seed=0)
    assert not any(changed(before, norms(model.generator)[1]))
    model.train_on_batch(images())
    assert all(changed(before, norms(model.generator)[1]))


class Turns(layers.Layer):
    """Counts its passes in training; what it counts is a statistic, as a moving mean is."""

    def build(self, shape):
        self.passes = self.add_weight(shape=(), initializer="zeros", trainable=False, name="passes")

    def call(self, inputs, training=False):
        if training:
            self.passes.assign_add(1.0)
        return inputs


@pytest.mark.parametrize(("idle", "passes"), [("generator", 1), ("discriminator", 4)])
def test_each_network_learns_in_its_own_turn_alone(idle, passes):
    """A rate of zero takes away a network's own turn; nothing of it may move in the other's.

    With two updates of the discriminator in a step, its statistics move with each of them, by the
    real and by the generated images; those of the generator with its own update.
    """
    turns = Turns()
    judging = [layers.BatchNormalization(), layers.Dropout(0.3)]
    networks = {
        "generator": lambda: (generator(True, [turns]), critic()),
        "discriminator": lambda: (generator(), critic(turns, *judging)),
    }
    model = KINDS["gan"](*networks[idle](), critic_steps=2)
    rates = {"generator": 0.1, "discriminator": 0.1, idle: 0.0}
    model.compile(PerNetwork(**{n: keras.optimizers.SGD(rate) for n, rate in rates.items()}))
    weights, statistics = norms(getattr(model, idle))
    model.train_on_batch(images())
    assert not any(changed(weights, norms(getattr(model, idle))[0]))
    assert all(changed(statistics, norms(getattr(model, idle))[1]))
    assert values([turns.passes]) == [passes]


@pytest.mark.parametrize(("count", "batch_size"), [(20, 10), (21, 10), (29, 10), (5, 10)])
@pytest.mark.parametrize("kind", ["penalty", "relativistic"])
def test_any_number_of_images_makes_batches(kind, count, batch_size):
    model = made(kind)
    history = model.fit(images(count), batch_size=batch_size, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    assert int(model.optimizer.by_network["generator"].iterations) == -(-count // batch_size)


def test_metrics_are_means_over_the_epoch():
    model = made("penalty")
    model.compile(PerNetwork(generator=keras.optimizers.SGD(0.0), critic=keras.optimizers.SGD(0.0)))
    model.critic.set_weights([0 * w for w in model.critic.get_weights()])
    history = model.fit(images(30), batch_size=10, verbose=0).history
    assert history["penalty"] == [pytest.approx(10.0, rel=1e-5)], "a constant critic: (0 - 1)²"
    assert history["critic_value"] == [pytest.approx(0.0)]


# Penalties and clipping.


def test_the_penalty_of_a_linear_critic_depends_on_its_weights_alone():
    linear = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(1)])
    model = WassersteinGANGP(generator(), linear, 3)
    norm = np.linalg.norm(values(linear.trainable_variables)[0])
    for seed in (0, 1):
        fake = np.random.default_rng(seed).random((20, *SHAPE)).astype("float32")
        real, fake = map(ops.convert_to_tensor, (images(), fake))
        found = number(model.gradient_penalty(real, fake))
        assert found == pytest.approx((norm - 1) ** 2, rel=1e-4)


@pytest.mark.parametrize(("options", "expected"), [({"r1": 3.0}, 1.5), ({"r2": 4.0}, 2.0)])
def test_zero_centred_penalties_of_a_linear_critic_are_half_gamma_times_its_squared_norm(
    options, expected
):
    linear = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(1)])
    squared = np.sum(values(linear.trainable_variables)[0] ** 2)
    _, _, penalty = GAN(generator(), linear, **options).judge(images(), images() / 2)
    found = number(penalty)
    assert found == pytest.approx(expected * squared, rel=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 200))
def test_points_of_the_penalty_lie_on_the_segment_one_for_each_image(count):
    model = made("penalty")
    shares = ops.convert_to_numpy(model.draw_shares(count))
    assert shares.shape == (count,)
    assert shares.min() >= 0
    assert shares.max() < 1
    assert len(set(shares.tolist())) == count


def test_clipping_bounds_every_weight_but_those_of_normalising_layers():
    model = made("clipping", extra=[layers.BatchNormalization(name="norm")], clip=0.01)
    for _ in range(2):
        model.train_on_batch(images())
        for weight in model.critic.trainable_variables:
            largest = np.abs(values([weight])[0]).max()
            assert largest > 0.5 if "gamma" in weight.path else largest <= 0.1
            if "kernel" in weight.path:
                assert largest <= 0.01


def test_smoothing_lowers_the_target_of_real_images_alone():
    model = GAN(generator(), critic(), smoothing=0.1)
    logits = np.linspace(-6, 6, 4001).astype("float32")
    losses = [number(model.critic_loss(x[None], -9e9 + 0 * x[None])) for x in logits]
    best = 1 / (1 + np.exp(-logits[np.argmin(losses)]))
    assert best == pytest.approx(0.9, abs=2e-3)


# Moving average, noise, samples.


def test_the_average_of_the_weights_draws_the_samples():
    model = made("gan", average=0.9, batch_norm=True)
    start = values(model.generator.weights)
    model.train_on_batch(images())
    kept = 2 / 11  # after one step it has forgotten most: (1 + 1) / (10 + 1)
    now, average = values(model.generator.weights), values(model.averaged.weights)
    for old, new, mean in zip(start, now, average, strict=True):
        np.testing.assert_allclose(mean, kept * old + (1 - kept) * new, atol=1e-6)
    noise = model.noise(4, seed=1)
    drawn = ops.convert_to_numpy(model.averaged(noise, training=False))
    np.testing.assert_allclose(model.generate(noise), drawn, atol=1e-6)


def test_samples_of_a_seed_are_the_same_and_do_not_touch_training():
    model = made("gan")
    before = values([model.noise_generator.state])
    first, second, other = model.sample(5, seed=0), model.sample(5, seed=0), model.sample(5, seed=1)
    assert first.shape == (5, *SHAPE)
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(values([model.noise_generator.state]), before)


def test_previews_keep_no_memory():
    model, process = made("gan"), psutil.Process()
    noise = model.noise(512, seed=0)
    for _ in range(5):
        model.generate(noise)
    before = process.memory_info().rss
    for _ in range(50):
        model.generate(noise)
    gc.collect()
    assert process.memory_info().rss - before < 2**23


# Stored and resumed.


@each_kind
def test_a_saved_model_goes_on_as_if_it_had_not_been_saved(kind, tmp_path):
    model = made(kind, average=0.5, batch_norm=True)
    model.fit(images(), batch_size=10, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(model.sample(3, 0), loaded.sample(3, 0), atol=1e-6)
    for one in (model, loaded):
        one.fit(images(), batch_size=10, shuffle=False, verbose=0)
    assert type(loaded) is type(model)
    for one, other in zip(values(model.weights), values(loaded.weights), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_an_interrupted_run_ends_as_if_it_had_not_been(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUNS_DIR", str(tmp_path))

    def stop(epoch, *_):
        if epoch == 2:
            raise KeyboardInterrupt

    def trained(run, epochs=4, **options):
        keras.utils.set_random_seed(0)
        model = made("penalty", average=0.9, batch_norm=True, seed=3)
        fit(model, images(), epochs=epochs, batch_size=10, report="none", run=run, **options)
        return model

    whole = trained("whole")
    with pytest.raises(KeyboardInterrupt):
        trained("cut", on_epoch=stop)
    resumed = trained("cut")
    variables = [[*m.weights, *(v for o in m.optimizers for v in o.variables)]
                 for m in (whole, resumed)]  # fmt: skip
    assert len(variables[0]) > len(whole.weights)
    for one, other in zip(*map(values, variables), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_the_learning_rate_of_either_network_is_part_of_a_run(tmp_path, monkeypatch, recwarn):
    monkeypatch.setenv("COURSE_RUNS_DIR", str(tmp_path))

    def source(**rates):
        keras.utils.set_random_seed(0)
        model = GAN(generator(), critic(), seed=1)
        rates = {"generator": 0.01, "discriminator": 0.01, **rates}
        model.compile(PerNetwork(**{n: keras.optimizers.Adam(r) for n, r in rates.items()}))
        return fit(model, images(), epochs=1, batch_size=10, report="none", run="a").source

    assert source() == "trained"
    assert source() == "loaded"
    assert source(generator=0.02) == "trained"
    assert source(generator=0.02, discriminator=0.03) == "trained"


# Mixed precision.


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_two_hundred_steps_in_sixteen_bits_stay_finite(policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = made("relativistic", average=0.9)
        scaled = [isinstance(o, keras.optimizers.LossScaleOptimizer) for o in model.optimizers]
        assert scaled == [policy == "mixed_float16"] * 2
        history = fit(model, images(), epochs=100, batch_size=10, report="none").history
        assert model.sample(4, seed=0).dtype == np.float32
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite([*history.values()]).all()
    assert all(np.isfinite(w).all() for w in values(model.weights))


# Bad input.


def sigmoid_critic():
    return keras.Sequential([
        keras.Input(SHAPE), layers.Flatten(), layers.Dense(1, activation="sigmoid")
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: WassersteinGAN(generator(), sigmoid_critic()), "ends in the activation 'sigmoid'"),
        (lambda: GAN(generator(), sigmoid_critic()), "a sigmoid would be applied twice"),
        (lambda: made("penalty", extra=[layers.BatchNormalization()]), "LayerNormalization"),
        (lambda: made("penalty", extra=[layers.Dropout(0.5)]), "dropout"),
        (lambda: made("relativistic", extra=[layers.BatchNormalization()]), "penalty R1"),
        (lambda: made("gan", extra=[layers.Dropout(0.5)], r2=1.0), "penalty R2"),
        (lambda: GAN(generator(), critic(), 100), "noise_dim is 100, the generator takes 3"),
        (lambda: made("gan", critic_steps=0), "critic_steps must be a whole number from 1"),
        (lambda: GAN(critic(), generator()), "noise is"),
        (lambda: GAN(generator(), generator()), "the generator makes"),
        (lambda: made("gan", smoothing=-0.1), "smoothing"),
        (lambda: made("gan", average=1.5), "average"),
        (lambda: made("clipping", clip=0.0), "clip must be a number above 0"),
        (lambda: GAN(generator(), critic()).compile("adam"), "optimizer of its own, found"),
        (
            lambda: GAN(generator(), critic()).compile(PerNetwork(generator="adam", critic="sgd")),
            "discriminator=…",
        ),
        (lambda: PerNetwork(**dict.fromkeys("ab", keras.optimizers.Adam())), "of its own"),
        (lambda: compiled(AdversarialModel(generator(), critic())).train_on_batch(images()),
         "states no critic_loss"),
        (lambda: made("gan").evaluate(images()), "evaluation.report"),
        (lambda: made("gan").fit(images(), validation_data=images()), "held-out"),
    ],
)  # fmt: skip
def test_a_trap_is_named_before_the_first_update(build, message):
    with pytest.raises((ValueError, NotImplementedError), match=message):
        build()


TANH = keras.Sequential([keras.Input((3,)), layers.Dense(64, "tanh"), layers.Reshape(SHAPE)])


@pytest.mark.parametrize(
    ("network", "data", "options", "message"),
    [
        (generator, lambda: images() * 255, {}, r"needs pixels in \[0, 1\]"),
        (generator, lambda: images() * 2 - 1, {}, r"images.scaled\(0, 1\)"),
        (lambda: TANH, images, {}, r"images.scaled\(-1, 1\)"),
        (generator, lambda: images()[:, :4], {}, "takes images of shape"),
        (generator, lambda: images() * np.nan, {}, "NaN"),
        (generator, lambda: images()[:0], {}, "found 0 images"),
        (generator, images, {"y": np.zeros(20)}, "labels of shape"),
        (generator, images, {"sample_weight": np.ones(20)}, "sample weights"),
        (generator, images, {"class_weight": {0: 1.0}}, "class_weight"),
    ],
)
def test_data_that_cannot_be_learnt_are_refused_before_the_first_update(
    network, data, options, message
):
    model = compiled(GAN(network(), critic()))
    before = values(model.weights)
    with pytest.raises(ValueError, match=message):
        model.fit(data(), verbose=0, **options)
    assert not any(changed(before, values(model.weights)))


@pytest.mark.parametrize("count", [2, 20])
def test_a_few_images_may_be_bright_all_over(count):
    def bright():
        return (images()[i : i + count] for i in range(0, 20, count))

    model = compiled(GAN(TANH, critic()))
    if count == 2:
        model.fit(bright(), steps_per_epoch=10, verbose=0)
    else:
        with pytest.raises(ValueError, match="no pixel is below 0"):
            model.fit(bright(), steps_per_epoch=1, verbose=0)


def test_labels_in_a_stream_are_refused():
    tf = pytest.importorskip("tensorflow")
    stream = tf.data.Dataset.from_tensor_slices((images(), np.zeros(20))).batch(10)
    with pytest.raises(ValueError, match="labels"):
        made("gan").fit(stream, verbose=0)
    stream = tf.data.Dataset.from_tensor_slices(images()).batch(10)
    assert np.isfinite(made("gan").fit(stream, verbose=0).history["generator_loss"]).all()


def test_a_loss_that_turns_nan_stops_the_run_with_the_last_good_weights():
    model = made("clipping")
    fit(model, images(), epochs=1, batch_size=10, report="none")
    before = values(model.weights)
    compiled(model, lambda: keras.optimizers.SGD(1e30))
    model.clip = 1e30
    with pytest.raises(FloatingPointError, match="learning rate"):
        fit(model, images(), epochs=3, batch_size=10, report="none")
    for one, other in zip(before, values(model.weights), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_network_of_a_lesson_needs_two_losses_alone():
    class LeastSquares(AdversarialModel):
        def critic_loss(self, real, fake):
            return ops.mean(ops.square(real - 1)) + ops.mean(ops.square(fake))

        def generator_loss(self, fake, real=None):
            return ops.mean(ops.square(fake - 1))

    history = fit(compiled(LeastSquares(generator(), critic())), images(), epochs=1,
                  batch_size=10, report="none").history  # fmt: skip
    assert set(history) == {"critic_loss", "generator_loss"}
