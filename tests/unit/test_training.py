import json
import warnings

import keras
import numpy as np
import pytest

from course_utils import storage
from course_utils.training import epochs, fit, fitting, stored_runs

X = np.random.default_rng(0).random((40, 6), dtype="float32")


def build(seed=0, units=3, dropout=0.5):
    keras.utils.set_random_seed(seed)
    layers = [keras.Input((6,)), keras.layers.Dense(units, activation="relu")]
    layers += [keras.layers.Dropout(dropout), keras.layers.Dense(6)]
    model = keras.Sequential(layers)
    model.compile(optimizer="adam", loss="mse")
    return model


def weights(model):
    return [keras.ops.convert_to_numpy(w) for w in model.weights]


def assert_equal_weights(first, second):
    for a, b in zip(weights(first), weights(second), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture(autouse=True)
def _started(started):
    """Runs are kept by profile and backend."""


def folder(run):
    (found,) = storage.runs_dir().glob(f"*/{run}")
    return found


def test_a_line_is_printed_per_epoch_with_losses_and_time(capsys):
    fit(build(), X, epochs=3, validation_data=(X, X))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("epoch 1/3  loss ")
    assert "val_loss" in lines[0]


def test_of_many_epochs_only_twenty_lines_are_printed(capsys):
    fit(build(), X, epochs=40)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 20
    assert lines[-1].startswith("epoch 40/40")


def test_the_order_of_the_batches_depends_on_the_seed_alone():
    """Not on how often Python's own generator was called before."""
    models = [build(), build()]
    losses = [fit(m, X, epochs=2, batch_size=8, report="none").history["loss"] for m in models]
    assert losses[0] == losses[1]


def test_every_example_is_seen_once_an_epoch():
    seen = []
    order = np.random.default_rng([0, 0]).permutation(len(X))
    epoch = epochs.Batches(X, X, order, batch_size=16)
    for index in range(len(epoch)):
        seen.extend(map(tuple, epoch[index][0]))
    assert len(epoch) == 3
    assert sorted(seen) == sorted(map(tuple, X))


def noisy(batch, rng):
    return batch + rng.normal(size=batch.shape).astype("float32")


def test_a_transform_draws_anew_in_each_epoch_and_targets_follow():
    order = np.arange(len(X))
    first, again, later = (
        epochs.Batches(X, X, order, 16, noisy, seed=(0, epoch))[1] for epoch in (0, 0, 1)
    )
    np.testing.assert_array_equal(first[0], again[0])
    assert first[0] is first[1]
    assert np.abs(first[0] - later[0]).max() > 0.1
    assert np.abs(first[0] - X[16:32]).max() > 0.1
    other_targets = epochs.Batches(X, 2 * X, order, 16, noisy, seed=(0, 0))[1]
    np.testing.assert_array_equal(other_targets[1], 2 * X[16:32])


def test_another_transform_is_another_run():
    def louder(batch, rng):
        return batch + 2 * rng.normal(size=batch.shape).astype("float32")

    options = {"epochs": 1, "run": "transformed", "report": "none"}
    losses = fit(build(), X, transform=noisy, **options).history
    assert fit(build(), X, transform=noisy, **options).source == "loaded"
    with pytest.warns(UserWarning, match="transform of the data"):
        assert fit(build(), X, transform=louder, **options).history != losses


def test_the_same_seed_gives_the_same_losses_and_another_one_does_not():
    first, second, other = (
        fit(build(), X, epochs=2, batch_size=8, seed=seed, report="none").history["loss"]
        for seed in (0, 0, 1)
    )
    assert first == second
    assert first != other


def test_a_finished_run_is_loaded_instead_of_trained(capsys):
    model, loaded = build(), build()
    run = fit(model, X, epochs=3, run="t/a", report="none")
    again = fit(loaded, X, epochs=3, run="t/a")
    assert again.source == "loaded"
    assert again.history == run.history
    assert again.seconds == run.seconds
    assert "t/a: loaded, 3 epochs" in capsys.readouterr().out
    assert_equal_weights(model, loaded)


def test_a_loaded_run_can_be_trained_on_as_if_it_had_never_stopped():
    model, loaded = build(), build()
    fit(model, X, epochs=2, run="t/a", report="none")
    fit(loaded, X, epochs=2, run="t/a", report="none")
    for m in (model, loaded):
        fit(m, X, epochs=2, seed=5, report="none")
    assert_equal_weights(model, loaded)


@pytest.mark.parametrize("stop_after", [1, 3])
def test_an_interrupted_run_goes_on_exactly(cut_off, capsys, stop_after):
    """Dropout and Adam have state of their own, and batches an order: all must come back."""
    straight = build()
    expected = fit(straight, X, epochs=5, batch_size=8, report="none").history
    with cut_off(after=stop_after):
        fit(build(), X, epochs=5, batch_size=8, run="t/cut", report="none")
    resumed = build()
    run = fit(resumed, X, epochs=5, batch_size=8, run="t/cut")
    assert run.source == "resumed"
    assert run.history == expected
    assert_equal_weights(straight, resumed)
    assert f"going on after epoch {stop_after} of 5" in capsys.readouterr().out


CHANGES = {
    "batch size": {"batch_size": 8},
    "seed": {"seed": 1},
    "training data": {"x": X[::-1]},
    "validation data": {"validation_data": (X, X)},
    "network, initial weights": {"model": lambda: build(units=4)},
    "initial weights": {"model": lambda: build(seed=1)},
    "network": {"model": lambda: build(dropout=0.4)},
}


@pytest.mark.parametrize(("what", "change"), CHANGES.items())
def test_a_stale_run_is_trained_again_with_a_warning_that_says_what_changed(what, change):
    first = {"x": X, "epochs": 2, "batch_size": 16, "seed": 0, "validation_data": None}
    fit(build(), **first, run="t/a", report="none")
    second = first | {name: value for name, value in change.items() if name != "model"}
    model = change.get("model", build)()
    with pytest.warns(UserWarning, match=f"trained again: it was made with a different {what}\\."):
        run = fit(model, **second, run="t/a", report="none")
    assert run.source == "trained"
    assert run.epochs == second["epochs"]


def test_another_optimizer_or_loss_makes_a_run_stale():
    fit(build(), X, epochs=1, run="t/a", report="none")
    model = build()
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mae")
    with pytest.warns(UserWarning, match="different optimizer, loss"):
        fit(model, X, epochs=1, run="t/a", report="none")


def test_changed_code_of_a_model_class_makes_a_run_stale():
    def make(power):
        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = keras.layers.Dense(6)

            def call(self, x):
                return self.dense(x)

        if power == 2:
            Model.call = lambda self, x: self.dense(x) ** 2
        keras.utils.set_random_seed(0)
        model = Model()
        model(X[:1])
        model.compile(optimizer="adam", loss="mse")
        return model

    fit(make(1), X, epochs=1, run="t/a", report="none")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert fit(make(1), X, epochs=1, run="t/a", report="none").source == "loaded"
    with pytest.warns(UserWarning, match="different code of the model"):
        fit(make(2), X, epochs=1, run="t/a", report="none")


def test_changed_code_of_a_layer_or_a_loss_makes_a_run_stale():
    def make(power, exponent):
        class Power(keras.layers.Layer):
            def call(self, x):
                return x**power

        def loss(y_true, y_pred):
            return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** exponent, axis=-1)

        if power == 3:
            Power.call = lambda self, x: x**3
        if exponent == 4:

            def loss(y_true, y_pred):
                return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 4, axis=-1)

        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((6,)), Power(), keras.layers.Dense(6)])
        model.compile(optimizer="adam", loss=loss)
        return model

    fit(make(2, 2), X, epochs=1, run="t/a", report="none")
    assert fit(make(2, 2), X, epochs=1, run="t/a", report="none").source == "loaded"
    with pytest.warns(UserWarning, match="different code of the model"):
        fit(make(3, 2), X, epochs=1, run="t/a", report="none")
    with pytest.warns(UserWarning, match="different code of the model, loss"):
        fit(make(2, 4), X, epochs=1, run="t/a", report="none")


def test_another_metric_makes_a_run_stale():
    fit(build(), X, epochs=1, run="t/a", report="none")
    model = build()
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    with pytest.warns(UserWarning, match="different loss"):
        assert "mae" in fit(model, X, epochs=1, run="t/a", report="none").history


def test_a_recording_does_not_replace_an_ordinary_run(monkeypatch):
    fit(build(), X, epochs=1, run="t/a", report="none")
    monkeypatch.setenv("COURSE_RECORD", "results.json")
    fit(build(), X, epochs=2, run="t/a", report="none")
    monkeypatch.delenv("COURSE_RECORD")
    assert fit(build(), X, epochs=1, run="t/a", report="none").source == "loaded"


def test_what_a_killed_process_left_is_cleared_away():
    fit(build(), X, epochs=1, run="t/a", report="none")
    left = folder("t/a") / ".epoch-0001-abc.npz"
    left.touch()
    fit(build(), X, epochs=1, batch_size=16, run="t/b", report="none")
    with pytest.warns(UserWarning, match="batch size"):
        fit(build(), X, epochs=1, batch_size=16, run="t/a", report="none")
    assert not left.exists()


def test_the_held_out_loss_counts_every_image_also_after_an_evaluation():
    """`evaluate` compiles for one step at a time; `fit` then asks for several."""
    x = np.random.default_rng(1).random((2_000, 6), dtype="float32")
    model = build()
    model.evaluate(x, x, batch_size=16, verbose=0)
    run = fit(model, x, epochs=1, validation_data=(x, x), report="none")
    by_hand = np.mean((model.predict(x, verbose=0) - x) ** 2)
    assert run.history["val_loss"][0] == pytest.approx(by_hand, rel=1e-4)
    measured = model.evaluate(x, x, batch_size=16, verbose=0)
    assert measured == pytest.approx(by_hand, rel=1e-4)


def test_how_many_layers_were_built_before_does_not_matter():
    fit(build(), X, epochs=1, run="t/a", report="none")
    for _ in range(3):
        build()
    assert fit(build(), X, epochs=1, run="t/a", report="none").source == "loaded"


def truncate(path):
    path.write_bytes(path.read_bytes()[:100])


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("damage", [truncate, flip_a_bit, lambda path: path.unlink()])
def test_damaged_weights_are_noticed_and_trained_again(damage):
    expected = fit(build(), X, epochs=2, run="t/a", report="none").history
    (path,) = folder("t/a").glob("epoch-*.npz")
    damage(path)
    with pytest.warns(UserWarning, match="file of weights is missing or damaged"):
        run = fit(build(), X, epochs=2, run="t/a", report="none")
    assert run.history == expected
    assert fit(build(), X, epochs=2, run="t/a", report="none").source == "loaded"


@pytest.mark.parametrize(
    "content",
    [
        *["", "{", "[]", "{}", "\x00", '{"identity": 3}'],
        '{"identity": [], "states": {"1": "x"}, "seconds": [1], "history": {}}',
        '{"identity": {}, "states": {"1": "../../x"}, "seconds": [1], "history": {}}',
        '{"identity": {}, "states": {}, "seconds": [], "history": {}}',
        '{"identity": {}, "states": {"2": "x"}, "seconds": [1], "history": {"loss": [1]}}',
    ],
)
def test_a_damaged_record_is_noticed_and_trained_again(content):
    fit(build(), X, epochs=1, run="t/a", report="none")
    (folder("t/a") / "run.json").write_text(content)
    with pytest.warns(UserWarning, match="its record is damaged"):
        assert fit(build(), X, epochs=1, run="t/a", report="none").source == "trained"


def test_a_run_keeps_one_file_of_weights(monkeypatch):
    monkeypatch.setattr(stored_runs, "SECONDS_BETWEEN_CHECKPOINTS", -1)
    fit(build(), X, epochs=4, run="t/a", report="none")
    (path,) = folder("t/a").glob("*.npz")
    assert path.name.startswith("epoch-0004-")
    assert json.loads((folder("t/a") / "run.json").read_text())["states"] == {"4": path.name}


def test_a_full_disk_does_not_end_the_training(monkeypatch):
    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "atomic_write", full)
    with pytest.warns(UserWarning, match=r"No space left on device.*COURSE_RUNS_DIR"):
        assert fit(build(), X, epochs=2, run="t/a", report="none").epochs == 2


def test_a_run_cannot_leave_the_folder_of_runs(tmp_path):
    fit(build(), X, epochs=1, run="../../escaped", report="none")
    assert not (tmp_path / "escaped").exists()
    assert folder("escaped").is_dir()


def test_a_loss_that_is_no_number_stops_with_advice():
    model = build()
    model.compile(optimizer=keras.optimizers.SGD(1e30), loss="mse")
    with pytest.raises(FloatingPointError, match="Lower the learning rate"):
        fit(model, X, epochs=5, report="none")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number from 1, found 0"),
        ({"epochs": 1.5}, "found 1.5"),
        ({"epochs": True}, "found True"),
        ({"epochs": 1, "validation_data": X}, "must be a pair"),
        ({"epochs": 1, "batch_size": 0}, "batch_size must be"),
        ({"epochs": 1, "y": X[:3]}, "found 40 training inputs and 3 targets"),
        (
            {"epochs": 1, "report": "loud"},
            "unknown report 'loud'. Choose one of: epochs, line, none",
        ),
    ],
)
def test_arguments_that_cannot_be_right_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        fit(build(), X, **arguments)


def test_a_model_that_is_not_compiled_is_refused():
    with pytest.raises(ValueError, match="not compiled"):
        fit(keras.Sequential([keras.Input((6,)), keras.layers.Dense(6)]), X, epochs=1)


def test_several_steps_per_call_of_python_change_nothing(monkeypatch):
    """37 batches are no multiple of the steps in one call, and the last one is not full."""
    x = np.random.default_rng(1).random((37 * 4 - 1, 6), dtype="float32")
    quick, plain = build(), build()
    histories = [fit(quick, x, epochs=2, batch_size=4, report="none").history]
    monkeypatch.setattr(fitting, "choose_speed", lambda model: None)
    histories += [fit(plain, x, epochs=2, batch_size=4, report="none").history]
    np.testing.assert_allclose(histories[0]["loss"], histories[1]["loss"], rtol=1e-6)
    assert int(quick.optimizer.iterations) == int(plain.optimizer.iterations) == 2 * 37
    np.testing.assert_allclose(quick.predict(x, verbose=0), plain.predict(x, verbose=0), rtol=1e-4)


def test_a_model_without_weights_is_given_them():
    model = keras.Sequential([keras.layers.Dense(6)])
    model.compile(optimizer="adam", loss="mse")
    assert fit(model, X, epochs=1, report="none").epochs == 1
