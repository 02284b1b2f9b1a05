"""Training that reports, resumes exactly where it stopped, and is not done twice.

`fit` keeps a run in a folder under a name that the notebook gives. A finished run is loaded
instead of trained again, an interrupted one goes on, and one that was made by other code, data
or settings is trained anew, with a warning that says what has changed.
"""

import functools
import time

import keras
import numpy as np

from course_utils import environment
from course_utils.training.stored_runs import RunStore, identity_of, put_state, state_of

STEPS_PER_CALL = 20


class _Epoch(keras.utils.PyDataset):
    """Batches of one epoch, in an order that depends on the seed and the epoch alone."""

    def __init__(self, x, y, order, batch_size, transform=None, seed=()):
        super().__init__()
        self.x, self.y, self.order, self.batch_size = x, y, order, batch_size
        self.transform, self.seed = transform, seed

    def __len__(self):
        return -(-len(self.order) // self.batch_size)

    def __getitem__(self, index):
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        inputs = self.x[chosen]
        if self.transform is not None:
            inputs = self.transform(inputs, np.random.default_rng([*self.seed, index]))
        return inputs, inputs if self.y is self.x else self.y[chosen]


def fit(
    model,
    x,
    y=None,
    *,
    epochs,
    batch_size=128,
    seed=0,
    validation_data=None,
    transform=None,
    run=None,
    report="epochs",
):
    """Train a compiled model, or load the run if it is done.

    Args:
        model: compiled and built `keras.Model`. Its initial weights are part of what identifies
            a run. Random layers of one's own draw from a `keras.random.SeedGenerator` that the
            layer holds: only its state is stored with a run.
        x: inputs, array (n, ...).
        y: targets, array (n, ...); None means `x`, as for an autoencoder.
        epochs: passes over the data, at least 1.
        batch_size: images per update.
        seed: seed of the order of the images.
        validation_data: (x, y) to evaluate after each epoch, or None.
        transform: function of a batch of inputs and a NumPy generator that returns what is trained
            on in its place, another draw in each epoch, such as black and white pixels drawn from
            grey ones. Targets that are the inputs are transformed with them.
        run: name to keep the run under, such as `"01/dense-seed0"`; None keeps nothing.
        report: `epochs` prints a line per epoch with the time left (at most 20 lines), `line`
            one line that is rewritten, `none` nothing.

    Returns:
        TrainingRun.

    Raises:
        ValueError: sizes that do not fit, or a model that is not compiled or not built.
        FloatingPointError: the loss is no longer a number. The model then has the weights from
            before that epoch again, and so has the stored run.
    """
    y = x if y is None else y
    _check(model, x, y, epochs, batch_size, validation_data, report)
    if hasattr(model, "check_images"):
        for pair in filter(None, ((x, y), validation_data)):
            model.check_images(*pair)
    _choose_speed(model)
    model.optimizer.build(model.trainable_variables)
    identity = identity_of(
        model, x, y, validation_data, epochs, batch_size, seed, transform=transform
    )
    store = RunStore(run, identity)
    reporter = _REPORTERS[report](run or model.name, epochs)
    result, finished = store.restore(model)
    if finished:
        reporter.note(f"loaded, {result.epochs} epochs trained in {result.seconds[-1]:.0f} s")
        return result
    if result.source == "resumed":
        reporter.note(f"going on after epoch {result.epochs} of {epochs}")
    batches = functools.partial(_Epoch, x, y, batch_size=batch_size, transform=transform)
    _train(model, batches, len(x), epochs, seed, validation_data, reporter, result, store)
    return result


def _choose_speed(model):
    """Set how the training step is compiled; results do not depend on it beyond rounding."""
    if keras.backend.backend() != "tensorflow" or model.train_function is not None:
        return
    if model.steps_per_execution == 1:
        # Python is called once for so many updates. Small dense networks gain most: see
        # benchmarks/autoencoders.py.
        model.steps_per_execution = STEPS_PER_CALL
        # What was compiled for one step at a time would skip the other nineteen batches.
        model.test_function = model.predict_function = None
    if environment.started() and not environment.current().xla:
        model.jit_compile = False


def _check(model, x, y, epochs, batch_size, validation_data, report):
    if not model.compiled:
        raise ValueError("the model is not compiled. Call model.compile(optimizer, loss) first.")
    if not model.built:
        raise ValueError("the model has no weights yet. Begin it with keras.Input(shape).")
    if validation_data is not None and not (
        isinstance(validation_data, tuple | list) and len(validation_data) == 2
    ):
        raise ValueError("validation_data must be a pair (inputs, targets), or None.")
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"found {len(x)} inputs and {len(y)} targets; give as many of both.")
    for name, value in {"epochs": epochs, "batch_size": batch_size}.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, found {value!r}.")
    if report not in _REPORTERS:
        raise ValueError(f"report must be one of {', '.join(_REPORTERS)}, found {report!r}.")


def _train(model, batches, size, epochs, seed, validation_data, reporter, result, store):
    """Train from the epoch that `result` has reached, adding to `result` in place."""
    before = result.seconds[-1] if result.seconds else 0.0
    resumed_at, trained_for, wall_start = result.epochs, 0.0, time.perf_counter()
    for epoch in range(result.epochs, epochs):
        order = np.random.default_rng([seed, epoch]).permutation(size)
        last_good = state_of(model)
        start = time.perf_counter()
        # Keras would shuffle the batches once more, by Python's generator, whose state is not kept.
        logs = model.fit(batches(order, seed=(seed, epoch)), shuffle=False, verbose=0).history
        trained_for += time.perf_counter() - start
        values = {name: float(series[0]) for name, series in logs.items()}
        if not np.isfinite(values["loss"]):
            put_state(model, last_good)
            store.save(model, result, finished=False, now=True)
            raise FloatingPointError(
                f"the loss is {values['loss']} in epoch {epoch + 1}. The model has its weights of "
                f"the epoch before again. Lower the learning rate or give the optimizer "
                f"clipnorm=1, and look for NaN or values outside the expected range in the data."
            )
        if validation_data is not None:
            measured = model.evaluate(*validation_data, batch_size=512, verbose=0, return_dict=True)
            values |= {f"val_{name}": float(value) for name, value in measured.items()}
        for name, value in values.items():
            result.history.setdefault(name, []).append(value)
        result.seconds.append(before + trained_for)
        store.save(model, result, finished=epoch + 1 == epochs)
        pace = (time.perf_counter() - wall_start) / (epoch + 1 - resumed_at)
        reporter.epoch(epoch, values, result.seconds[-1], (epochs - epoch - 1) * pace)


class _EpochLines:
    """One printed line per epoch; of many epochs, twenty."""

    def __init__(self, name, epochs):
        self.name, self.epochs = name, epochs

    def note(self, text):
        print(f"{self.name}: {text}")

    def epoch(self, epoch, values, seconds, left):
        step = -(-self.epochs // 20)
        if (epoch + 1) % step == 0 or epoch + 1 == self.epochs:
            print(self._line(epoch, values, seconds, left))

    def _line(self, epoch, values, seconds, left):
        count = f"epoch {epoch + 1:{len(str(self.epochs))}d}/{self.epochs}"
        metrics = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        remaining = f"  about {left:.0f} s left" if left >= 1 else ""
        return f"{count}  {metrics}  {seconds:.1f} s{remaining}"


class _RewrittenLine(_EpochLines):
    """One line in the notebook, rewritten as training goes on; outside of one, the last line."""

    def __init__(self, name, epochs):
        super().__init__(name, epochs)
        self.handle = None

    def note(self, text):
        self._write(f"{self.name}: {text}")

    def epoch(self, epoch, values, seconds, left):
        last = epoch + 1 == self.epochs
        self._write(f"{self.name}: {self._line(epoch, values, seconds, left)}", last)

    def _write(self, line, last=True):
        from IPython import display, get_ipython

        if get_ipython() is None:
            if last:
                print(line)
        elif self.handle is None:
            self.handle = display.display(_Text(line), display_id=True)
        else:
            self.handle.update(_Text(line))


class _Text(str):
    """Text that a notebook shows without quotes."""

    def __repr__(self):
        return str(self)


class _Silence:
    def __init__(self, name, epochs):
        pass

    def note(self, text):
        pass

    def epoch(self, epoch, values, seconds, left):
        pass


_REPORTERS = {"epochs": _EpochLines, "line": _RewrittenLine, "none": _Silence}
