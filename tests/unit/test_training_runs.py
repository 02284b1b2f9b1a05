"""Runs that go on, snapshots, hooks, several optimizers, data on disk, and what is refused."""

import keras
import numpy as np
import pytest

from course_utils import environment, storage
from course_utils.training import epochs as epoch_parts
from course_utils.training import fit, fitting, rows, state

X = np.random.default_rng(0).random((40, 6), dtype="float32")
SETTINGS = {"batch_size": 8, "report": "none"}


def build(**options):
    keras.utils.set_random_seed(0)
    layers = [keras.Input((6,)), keras.layers.Dense(3), keras.layers.Dropout(0.5)]
    model = keras.Sequential([*layers, keras.layers.Dense(6)])
    model.compile(**{"optimizer": "adam", "loss": "mse"} | options)
    return model


def assert_same_weights(first, second):
    for a, b in zip(state.state_of(first), state.state_of(second), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture(autouse=True)
def _started(started):
    """Runs are kept by profile and backend."""


@pytest.fixture(scope="module")
def straight():
    """Six epochs in one go: the model, its run, and its weights after each epoch."""
    environment.start(seed=0)
    model, after = build(), {}
    result = fit(
        model, X, epochs=6, **SETTINGS,
        on_epoch=lambda epoch, model, values: after.update({epoch: state.weights_of(model)}),
    )  # fmt: skip
    return model, result, after


def test_more_epochs_go_on_as_one_run_of_that_length(straight):
    whole, expected, _ = straight
    fit(build(), X, epochs=2, **SETTINGS, run="t/a")
    longer = build()
    result = fit(longer, X, epochs=np.int64(6), **SETTINGS, run="t/a")
    assert (result.source, result.history) == ("resumed", expected.history)
    assert_same_weights(longer, whole)
    # Where a run once ended it can be had again; where it did not, the longer one stays.
    assert fit(build(), X, epochs=2, **SETTINGS, run="t/a").source == "loaded"
    shorter = fit(build(), X, epochs=3, **SETTINGS, run="t/a")
    assert shorter.history["loss"] == expected.history["loss"][:3]
    again = build()
    loaded = fit(again, X, epochs=6, **SETTINGS, run="t/a")
    assert (loaded.source, loaded.history) == ("loaded", expected.history)
    assert_same_weights(again, whole)


def test_fewer_epochs_are_not_passed_off(straight, capsys):
    _, _, after = straight
    fit(build(), X, epochs=6, **SETTINGS, run="t/a")
    model = build()
    result = fit(model, X, epochs=2, **SETTINGS, run="t/a")
    assert (result.source, result.epochs) == ("trained", 2)
    for mine, theirs in zip(state.weights_of(model), after[2], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert "stored up to epoch 6 and stays" in capsys.readouterr().out
    assert fit(build(), X, epochs=2, **SETTINGS, run="t/a").source == "loaded"
    assert fit(build(), X, epochs=6, **SETTINGS, run="t/a").source == "loaded"


@pytest.mark.parametrize("compile_again", [False, True])
def test_a_training_cell_run_again_trains_on_and_leaves_the_run(straight, capsys, compile_again):
    whole, expected, _ = straight
    model = build()
    fit(model, X, epochs=6, **SETTINGS, run="t/a")
    if compile_again:
        model.compile(optimizer="adam", loss="mse")
    before = state.weights_of(model)
    again = fit(model, X, epochs=1, **SETTINGS, run="t/a")
    assert again.source == "trained"
    assert again.history["loss"] != expected.history["loss"][:1]
    assert any((a != b).any() for a, b in zip(before, state.weights_of(model), strict=True))
    assert "build and compile the model again" in capsys.readouterr().out
    fresh = build()
    assert fit(fresh, X, epochs=6, **SETTINGS, run="t/a").source == "loaded"
    assert_same_weights(fresh, whole)


def test_a_cell_that_was_interrupted_goes_on_with_the_same_model(straight, monkeypatch):
    whole, expected, _ = straight

    def stop(epoch, model, values):
        if epoch == 3:
            raise KeyboardInterrupt

    model = build()
    with pytest.raises(KeyboardInterrupt):
        fit(model, X, epochs=6, **SETTINGS, run="t/a", on_epoch=stop)
    result = fit(model, X, epochs=6, **SETTINGS, run="t/a")
    assert (result.source, result.history) == ("resumed", expected.history)
    assert_same_weights(model, whole)


def test_an_interruption_between_two_lines_stores_the_weights_of_their_epoch(straight, monkeypatch):
    whole, expected, _ = straight
    looks = []

    class Values(dict):
        def items(self):
            looks.append(None)
            if len(looks) == 8:  # checked, noted down and reported twice; checked; now
                raise KeyboardInterrupt
            return super().items()

    model, train = build(), epoch_parts.train_epoch
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "train_epoch", lambda *arguments: Values(train(*arguments)))
        with pytest.raises(KeyboardInterrupt):
            fit(model, X, epochs=6, **SETTINGS, run="t/a")
    result = fit(model, X, epochs=6, **SETTINGS, run="t/a")
    assert (result.source, result.history) == ("resumed", expected.history)
    assert_same_weights(model, whole)


@pytest.mark.parametrize("run", [None, "t/a"])
def test_snapshots_are_the_weights_of_their_epochs(straight, run):
    _, _, after = straight
    model = build()
    result = fit(model, X, epochs=4, **SETTINGS, run=run, snapshots=(1, 3))
    own = state.weights_of(model)
    for epoch in (1, 3):
        with result.at_epoch(epoch, model) as past:
            for mine, theirs in zip(state.weights_of(past), after[epoch], strict=True):
                np.testing.assert_array_equal(mine, theirs)
    for mine, theirs in zip(state.weights_of(model), own, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with (
        pytest.raises(ValueError, match=r"after epoch 2 were not kept.*snapshots=\[2\]"),
        result.at_epoch(2, model),
    ):
        pass


def test_snapshots_of_loaded_resumed_and_older_runs(straight, cut_off, capsys):
    _, _, after = straight
    settings = {**SETTINGS, "run": "t/a"}
    with cut_off(after=3):
        fit(build(), X, epochs=4, **settings, snapshots=[1])
    resumed = fit(build(), X, epochs=4, **settings, snapshots=[1])
    loaded = fit(build(), X, epochs=4, **settings, snapshots=[1])
    assert (resumed.source, loaded.source) == ("resumed", "loaded")
    older = fit(build(), X, epochs=4, **settings, snapshots=[1, 2])
    assert "the weights after epoch 2 were not kept" in capsys.readouterr().out
    assert older.source == "resumed"
    assert loaded.history == older.history
    model = build()
    for result, epoch in ((resumed, 1), (loaded, 1), (older, 1), (older, 2)):
        with result.at_epoch(epoch, model):
            np.testing.assert_array_equal(state.weights_of(model)[0], after[epoch][0])


def test_a_snapshot_that_is_gone_or_of_another_model_is_told():
    model = build()
    result = fit(model, X, epochs=2, **SETTINGS, run="t/a", snapshots=[1])
    other = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="other shapes"), result.at_epoch(1, other):
        pass
    for path in storage.runs_dir().rglob("epoch-0001-*.npz"):
        path.unlink()
    with pytest.raises(ValueError, match="no longer on disk"), result.at_epoch(1, model):
        pass


def test_the_hook_is_called_for_trained_epochs_and_changes_no_draws(straight):
    whole, expected, _ = straight
    seen = []

    def hook(epoch, model, values):
        seen.append((epoch, values["loss"]))
        model.evaluate(X, X, verbose=0)
        model(X, training=True)  # draws from the dropout's generator

    fit(build(), X, epochs=2, **SETTINGS, run="t/a", on_epoch=hook)
    model = build()
    fit(model, X, epochs=6, **SETTINGS, run="t/a", on_epoch=hook)
    fit(build(), X, epochs=6, **SETTINGS, run="t/a", on_epoch=hook)
    assert seen == list(enumerate(expected.history["loss"], start=1))
    assert_same_weights(model, whole)


def test_validation_draws_no_noise_from_training(straight):
    class Noisy(keras.layers.GaussianNoise):
        def call(self, x, training=False):
            return super().call(x, training=True)

    def noisy():
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((6,)), Noisy(0.1), keras.layers.Dense(6)])
        model.compile("adam", "mse")
        return model

    alone, watched = noisy(), noisy()
    fit(alone, X, epochs=2, **SETTINGS)
    fit(watched, X, epochs=2, **SETTINGS, validation_data=(X, X))
    assert_same_weights(alone, watched)


class Pair(keras.Model):
    """Two networks, each with an optimizer, a step of its own and no metric called loss."""

    def __init__(self):
        super().__init__()
        self.first = keras.Sequential([keras.Input((6,)), keras.layers.Dense(6)])
        self.second = keras.Sequential([keras.Input((6,)), keras.layers.Dropout(0.5),
                                        keras.layers.Dense(6)])  # fmt: skip
        self.fits = [keras.metrics.Mean(name="fit_1"), keras.metrics.Mean(name="fit_2")]
        self.built = True

    def compile(self, first, second):
        super().compile(optimizer=first)
        self.optimizer_of_second = second
        first.build(self.first.trainable_variables)
        second.build(self.second.trainable_variables)

    def train_step(self, data):
        import tensorflow as tf

        x, y = data
        with tf.GradientTape(persistent=True) as tape:
            guess = self.first(x, training=True)
            losses = [
                keras.ops.mean((guess - y) ** 2),
                keras.ops.mean((self.second(x, training=True) - y) ** 2),
            ]
        for network, optimizer, loss, metric in zip(
            (self.first, self.second), (self.optimizer, self.optimizer_of_second), losses,
            self.fits, strict=True,
        ):  # fmt: skip
            weights = network.trainable_variables
            optimizer.apply(tape.gradient(loss, [w.value for w in weights]), weights)
            metric.update_state(loss)
        return {metric.name: metric.result() for metric in self.fits}


def pair(rate=0.01):
    keras.utils.set_random_seed(0)
    model = Pair()
    model.compile(keras.optimizers.Adam(0.01), keras.optimizers.RMSprop(rate))
    return model


only_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="the step is written for TensorFlow"
)


@only_tensorflow
def test_two_networks_and_optimizers_resume_exactly(cut_off):
    whole = pair()
    expected = fit(whole, X, epochs=4, **SETTINGS).history
    assert set(expected) == {"fit_1", "fit_2"}
    with cut_off(after=2):
        fit(pair(), X, epochs=4, **SETTINGS, run="t/a")
    resumed = pair()
    result = fit(resumed, X, epochs=4, **SETTINGS, run="t/a")
    assert (result.source, result.history) == ("resumed", expected)
    assert len(state.optimizers_of(resumed)) == 2
    assert_same_weights(resumed, whole)
    with pytest.warns(UserWarning, match="different optimizer"):
        fit(pair(rate=0.02), X, epochs=4, **SETTINGS, run="t/a")


@only_tensorflow
def test_any_metric_that_is_no_number_ends_the_training():
    model = pair(rate=float("inf"))
    before = state.weights_of(model)
    with pytest.raises(FloatingPointError, match=r"fit_2 is (nan|inf) in epoch 1.*learning rate"):
        fit(model, X, epochs=3, **SETTINGS)
    for mine, theirs in zip(before, state.weights_of(model), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_validation_metric_that_is_no_number_ends_the_training_too():
    def diverges(y, p):
        return keras.ops.mean(p, axis=-1) / keras.ops.mean(keras.ops.abs(y), axis=-1)

    model = build(metrics=[diverges])
    zeros = np.zeros((8, 6), "float32")
    with pytest.raises(FloatingPointError, match=r"val_diverges is -?(nan|inf) in epoch 1"):
        fit(model, X, epochs=3, **SETTINGS, validation_data=(X[:8], zeros))


def test_optimizers_are_found_wherever_a_model_keeps_them():
    class Both:
        def __init__(self):
            self.one, self.two = keras.optimizers.SGD(), keras.optimizers.SGD()

    model = build()
    held = Both()
    model.kept_together, model.others = held, {"a": keras.optimizers.SGD()}
    assert state.optimizers_of(model)[0] is model.optimizer
    assert len(state.optimizers_of(model)) == 4
    with pytest.raises(ValueError, match=r"optimizer\.build"):
        fit(model, X, epochs=1, **SETTINGS)
    model.optimizers = [model.optimizer]
    assert state.optimizers_of(model) == [model.optimizer]


def test_the_scale_of_the_loss_is_part_of_the_state():
    model = build(optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()))
    fit(model, X, epochs=1, **SETTINGS, run="t/a")
    again = build(optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()))
    assert fit(again, X, epochs=1, **SETTINGS, run="t/a").source == "loaded"
    assert_same_weights(model, again)


class OnDisk:
    """Like a data set of h5py: rows in rising order only, never the whole."""

    def __init__(self, array):
        self.array, self.shape, self.dtype, self.most = array, array.shape, array.dtype, 0

    def __len__(self):
        return len(self.array)

    def __getitem__(self, chosen):
        if isinstance(chosen, np.ndarray):
            assert (np.diff(chosen) > 0).all()
        found = self.array[chosen]
        self.most = max(self.most, len(found))
        return found


BYTES = np.random.default_rng(1).integers(0, 256, (50, 4, 4, 1), dtype="uint8")


def images_model():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(1, 3, padding="same")])
    model.compile("adam", "mse")
    return model


def test_bytes_on_disk_train_as_the_scaled_images(tmp_path):
    BYTES.tofile(tmp_path / "images")
    stored = np.memmap(tmp_path / "images", dtype="uint8", mode="r", shape=BYTES.shape)
    scaled = BYTES.astype("float32") / np.float32(255)
    expected = fit(
        images_model(), scaled, epochs=2, **SETTINGS, validation_data=(scaled, scaled)
    ).history
    for data in (BYTES, stored, OnDisk(BYTES)):
        found = fit(images_model(), data, epochs=2, **SETTINGS, validation_data=(data, data))
        assert found.history["loss"] == expected["loss"]
        np.testing.assert_allclose(found.history["val_loss"], expected["val_loss"], rtol=1e-6)


def test_labels_of_bytes_are_not_scaled():
    labels = np.arange(5, dtype="uint8")
    assert rows.as_rows("y", labels) is labels


def test_rows_come_in_the_order_that_is_asked_for():
    chosen = np.array([7, 2, 30, 11])
    np.testing.assert_array_equal(rows.take(OnDisk(BYTES), chosen), BYTES[chosen])
    batch = epoch_parts.Batches(rows.as_rows("x", OnDisk(BYTES)), None, chosen, 3)
    np.testing.assert_array_equal(rows.take(batch.x, chosen[:3]) * 255, BYTES[chosen[:3]])


def test_a_large_file_is_hashed_by_a_sample(monkeypatch):
    monkeypatch.setattr(rows, "_WHOLE", 100)
    monkeypatch.setattr(rows, "_SAMPLED_ROWS", 5)
    disk = OnDisk(BYTES)
    assert rows.hash_of(disk) == rows.hash_of(OnDisk(BYTES.copy())) != rows.hash_of(BYTES)
    assert disk.most == 5
    other = BYTES.copy()
    other[-1] = 0
    assert rows.hash_of(disk) != rows.hash_of(OnDisk(other))
    disk.fingerprint = "faces, version 2"
    assert rows.hash_of(disk) == "faces, version 2"


def with_nan(array, row=3):
    array = array.copy()
    array[row, 0] = np.nan
    return array


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": with_nan(X)}, "the training inputs hold NaN or infinity, first in row 3 of 40"),
        ({"y": with_nan(X, 39)}, "the training targets hold NaN or infinity, first in row 39"),
        ({"validation_data": (with_nan(X), X)}, "the validation inputs hold NaN"),
        ({"validation_data": (X, with_nan(X))}, "the validation targets hold NaN"),
        ({"validation_data": (X, X[:3])}, "40 validation inputs and 3 targets"),
        ({"x": X[:0]}, "0 training inputs"),
        ({"x": iter([X])}, "must be an array"),
        ({"x": (X for _ in range(3))}, "found generator"),
        ({"x": [[1.0, 2.0], [1.0]]}, "must be an array"),
        ({"snapshots": [3]}, "snapshots must be a whole number from 1 to 2, found 3"),
        ({"epochs": 1.5}, "epochs must be a whole number from 1, found 1.5"),
    ],
)
def test_what_cannot_be_learnt_is_refused_before_the_first_update(arguments, message):
    model = build()
    with pytest.raises(ValueError, match=message):
        fit(model, **{"x": X, "epochs": 2, "run": "t/a"} | arguments)
    assert state.updates_done(model) == 0


def test_the_model_looks_at_all_images_that_it_is_given():
    class Looking(keras.Sequential):
        def check_images(self, images, targets=None):
            looked_at.append((images.shape, targets.shape))

    looked_at = []
    model = Looking([keras.Input((6,)), keras.layers.Dense(6)])
    model.compile("adam", "mse")
    fit(model, X, 2 * X, epochs=1, report="none", validation_data=(X[:5], X[:5] * 2))
    assert looked_at == [((40, 6), (40, 6)), ((5, 6), (5, 6))]


def test_a_model_that_cannot_be_built_is_refused():
    class Empty(keras.Model):
        def __init__(self):
            super().__init__()
            self.layer = keras.layers.Dense(6)

    model = Empty()
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match=r"Begin its networks with keras\.Input"):
        fit(model, X, epochs=1)
