import keras
import numpy as np
import pytest
from keras import ops

from course_utils.architectures import dense_decoder, dense_encoder
from course_utils.models import Autoencoder
from course_utils.training import HoldThenFall, fit, recipe


def rates(optimizer, updates):
    schedule = optimizer._learning_rate
    return np.array([float(schedule(step)) for step in range(updates + 5)])


def test_the_rate_rises_for_a_tenth_and_falls_to_zero():
    found = rates(recipe(200, 1e-2), 200)
    assert found.argmax() == 20
    assert found.max() == pytest.approx(1e-2)
    assert (np.diff(found[:21]) > 0).all()
    assert (np.diff(found[20:201]) < 0).all()
    assert found[110] == pytest.approx(5e-3)  # half-way down
    np.testing.assert_allclose(found[200:], 0, atol=1e-9)


@pytest.mark.parametrize("updates", [1, 9, 10])
def test_few_updates_are_no_trouble(updates):
    found = rates(recipe(updates, 1e-2), updates)
    assert np.isfinite(found).all()
    assert 0 < found[0] <= 1e-2


def test_it_moves_dense_weights_by_muon_and_the_others_by_adam():
    optimizer = recipe(10)
    network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3),
                                keras.layers.Flatten(), keras.layers.Dense(3)])  # fmt: skip
    optimizer.build(network.trainable_variables)
    adam = {v.path: optimizer._should_use_adamw(v) for v in network.trainable_variables}
    assert list(adam.values()) == [True, True, False, True]
    assert (optimizer.weight_decay, optimizer.adam_weight_decay) == (None, None)


def test_without_muon_adam_moves_all_at_the_same_rates():
    optimizer = recipe(200, 1e-2, muon=False)
    assert type(optimizer) is keras.optimizers.Adam
    np.testing.assert_array_equal(rates(optimizer, 200), rates(recipe(200, 1e-2), 200))


def test_an_older_keras_takes_adam_and_says_so(monkeypatch, capsys):
    monkeypatch.delattr(keras.optimizers, "Muon")
    assert type(recipe(10)).__name__ == "Adam"
    assert "has no Muon: Adam takes its place" in capsys.readouterr().out


def test_a_run_planned_for_more_updates_is_another_run(started):
    images = np.random.default_rng(0).random((64, 4, 4, 1)).astype("float32")

    def trained(epochs, planned):
        keras.utils.set_random_seed(0)
        shape = (4, 4, 1)
        model = Autoencoder(dense_encoder(shape, 2, (8,)), dense_decoder(shape, 2, (8,)))
        model.compile(recipe(planned * 4, peak=3e-2), "mse")
        return fit(model, images, epochs=epochs, batch_size=16, run="t/recipe", report="none")

    whole = trained(8, planned=8)
    assert whole.history["loss"][-1] < 0.9 * whole.history["loss"][0]
    assert trained(8, planned=8).source == "loaded"
    with pytest.warns(UserWarning, match="different optimizer"):
        assert trained(8, planned=16).source == "trained"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0,), "updates must be a whole number from 1, found 0"),
     ((2.5,), "updates must be a whole number"),
     ((10, 0.0), "peak must be a number above 0"),
     ((10, float("nan")), "peak must be a number above 0")],
)  # fmt: skip
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        recipe(*arguments)


def test_a_rate_is_held_and_then_falls_to_zero_in_a_straight_line():
    schedule = HoldThenFall(0.4, updates=100, held=0.5)
    found = np.array([float(ops.convert_to_numpy(schedule(step))) for step in range(110)])
    np.testing.assert_allclose(found[:51], 0.4, rtol=1e-6)
    np.testing.assert_allclose(np.diff(found[50:101]), -0.008, rtol=1e-4)
    np.testing.assert_allclose(found[100:], 0)
    again = HoldThenFall.from_config(schedule.get_config())
    assert (again.peak, again.updates, again.held) == (0.4, 100, 0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0.0, 10), "peak"), ((0.1, 0), "updates"), ((0.1, 10, 1.0), "below 1"), ((1, 1, -1), "held")],
)
def test_a_rate_that_cannot_be_held_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        HoldThenFall(*arguments)
