"""Training that reports, resumes exactly where it stopped, and is not done twice.

A finished run is loaded instead of trained again, an interrupted or shorter one goes on, and one
that other code, data or settings made is trained anew, with a warning that says what has changed.
"""

import time

import keras
import numpy as np

from course_utils import checks, notes
from course_utils.data.stored import StoredImages
from course_utils.training import rows, state
from course_utils.training.epochs import choose_speed, evaluate, same_draws_after, train_epoch
from course_utils.training.fingerprints import NotIdentifiable
from course_utils.training.identity import identity_of
from course_utils.training.progress import REPORTS, Reporter
from course_utils.training.stored_runs import RunStore


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
    on_epoch=None,
    snapshots=(),
):
    """Train a compiled model, or load the run if it is done.

    A run is what its data, network, code, optimizer, initial weights and seed make of it. More
    epochs go on with it; fewer are loaded if `fit` once ended there, else trained again, and the
    longer run stays. What may change unseen (code that reads from an open file, say) is trained
    but not kept. A model that was trained before trains on, as in Keras, beside the stored run.

    Args:
        model: compiled `keras.Model`, the course's or one's own. Random layers of one's own draw
            from a `keras.random.SeedGenerator` that the layer holds: only its state is stored
            with a run. A model with several optimizers names them in a list `optimizers` and
            builds each with the weights that it trains; a `train_step` of its own returns a dict
            of metrics, all of which are watched.
        x: inputs (n, ...): an array, or what has `shape`, `dtype`, `len` and takes an array of
            integers as an index, such as `numpy.memmap`. Images of uint8 (n, h, w, ...) are scaled
            to float32 in [0, 1] batch by batch. On disk, over 64 MB count by a sample of rows, or
            by an attribute `fingerprint`, when a run is told from another.
        y: targets (n, ...) likewise; None means `x`, as for an autoencoder.
        epochs: passes over the data, at least 1.
        batch_size: images per update.
        seed: seed of the order of the images.
        validation_data: (x, y) to evaluate after each epoch, or None.
        transform: function of a batch of inputs and a NumPy generator that returns what is trained
            on in its place, drawn anew in each epoch, such as black and white pixels from grey
            ones. Targets that are the inputs are transformed with them.
        run: name to keep the run under, such as `"01/dense-seed0"`; None keeps nothing.
        report: `epochs` prints a line per epoch with the time left (at most 20 lines), `line`
            one line that is rewritten, `none` nothing.
        on_epoch: function of (epoch from 1, model, dict of this epoch's values), called after each
            epoch that is trained, not loaded. It looks; what it changes in the model is not stored.
        snapshots: epochs whose weights are kept, on disk with the run or else in memory, for
            `TrainingRun.at_epoch`.

    Returns:
        TrainingRun.

    Raises:
        ValueError: sizes that do not fit, values that cannot be learnt, or a model that is not
            compiled.
        FloatingPointError: a metric, of training or validation, or a weight is NaN or infinite.
            The model then has the weights from before that epoch again, and so has the stored run.
    """
    checks.one_of("report", report, REPORTS)
    epochs = checks.whole_number("epochs", epochs, 1)
    batch_size = checks.whole_number("batch_size", batch_size, 1)
    snapshots = {checks.whole_number("snapshots", e, 1, epochs) for e in snapshots}
    x, y, validation_data = _checked_data(model, x, y, validation_data)
    _prepare(model, x)
    store = _store(model, run, x, y, validation_data, batch_size, seed, transform)
    reporter = Reporter(report, run or model.name, epochs)
    result = store.restore(model, epochs, snapshots, getattr(model, "_interrupted_run", None))
    if result.source == "loaded":
        reporter.note(f"loaded, {result.epochs} epochs trained in {result.seconds[-1]:.0f} s")
    elif result.source == "resumed":
        reporter.note(f"going on after epoch {result.epochs} of {epochs}")

    def train(epoch):
        """The values of an epoch, counted from 1, and its seconds of training."""
        start = time.perf_counter()
        values = train_epoch(model, x, y, epoch - 1, batch_size, seed, transform)
        seconds = time.perf_counter() - start
        _check_values(model, values, epoch)
        if validation_data is not None:
            values |= evaluate(model, *validation_data)
            _check_values(model, values, epoch)
        return values, seconds

    try:
        _train(model, train, epochs, result, store, reporter, on_epoch, snapshots)
    finally:
        model._epochs_fitted = getattr(model, "_epochs_fitted", 0) + result.epochs
    return result


def _checked_data(model, x, y, validation_data):
    """(x, y, validation data) as arrays that can be read by rows."""
    pairs = {"training": (x, x if y is None else y)}
    if validation_data is not None:
        if not isinstance(validation_data, tuple | list) or len(validation_data) != 2:
            raise ValueError("validation_data must be a pair (inputs, targets), or None.")
        pairs["validation"] = validation_data
    for kind, (inputs, targets) in pairs.items():
        given = {"inputs": inputs} if targets is inputs else {"inputs": inputs, "targets": targets}
        read = {name: rows.as_rows(f"the {kind} {name}", data) for name, data in given.items()}
        inputs, targets = read["inputs"], read.get("targets", read["inputs"])
        if len(inputs) != len(targets) or len(inputs) == 0:
            raise ValueError(
                f"found {len(inputs)} {kind} inputs and {len(targets)} targets; give as many of "
                f"both, at least one."
            )
        if hasattr(model, "check_images"):
            stored = any(isinstance(data, StoredImages) for data in read.values())
            # They may be too many to read; bytes that are scaled are in range everywhere.
            model.check_images(*(data[np.arange(1)] if stored else data for data in read.values()))
        for name, data in read.items():
            rows.check_finite(f"the {kind} {name}", data)
        pairs[kind] = (inputs, targets)
    return *pairs["training"], pairs.get("validation")


def _prepare(model, x):
    """Build what is not built yet, and choose how the training step is compiled."""
    if not model.compiled:
        raise ValueError("the model is not compiled. Call model.compile(optimizer, loss) first.")
    if not all(layer.built for layer in model._flatten_layers()):
        try:
            model(keras.Input(x.shape[1:]))
        except Exception as error:
            raise ValueError(
                f"the model has weights that are not made yet, and they could not be made for "
                f"inputs of shape {tuple(x.shape[1:])}: {str(error).strip().splitlines()[0]}\n"
                f"Begin its networks with keras.Input(shape), or call the model once: model(x[:1])."
            ) from error
    choose_speed(model)
    state.build_optimizers(model)


def _store(model, run, *settings):
    """The RunStore of a run; one that keeps nothing if there is no name, or no telling it apart."""
    try:
        identity = {} if run is None else identity_of(model, *settings)
    except NotIdentifiable as reason:
        notes.note(
            f"run {run!r} is trained but not kept: {reason}. Were it another one next time, that "
            f"could not be noticed. Give the code numbers, text or arrays instead."
        )
        run, identity = None, {}
    # `compile` sets the count of updates back, but not the weights.
    trained_before = state.updates_done(model) + getattr(model, "_epochs_fitted", 0)
    return RunStore(run, identity, trained_before)


def _train(model, train, epochs, result, store, reporter, on_epoch, snapshots):
    """Train from the epoch that `result` has reached, adding to `result` in place."""
    resumed_at, wall_start = result.epochs, time.perf_counter()
    last_good = (resumed_at, state.state_of(model)) if resumed_at < epochs else None
    model._interrupted_run = None
    try:
        for epoch in range(resumed_at + 1, epochs + 1):
            values, seconds = train(epoch)
            for name, value in values.items():
                result.history.setdefault(name, []).append(value)
            result.seconds.append(seconds + (result.seconds[-1] if result.seconds else 0.0))
            last_good = (epoch, state.state_of(model))
            store.save(model, result, keep=epoch in snapshots or epoch == epochs)
            if epoch in snapshots:
                result.states.setdefault(epoch, state.weights_of(model))
            pace = (time.perf_counter() - wall_start) / (epoch - resumed_at)
            reporter.epoch(epoch, values, result.seconds[-1], (epochs - epoch) * pace)
            if on_epoch is not None:
                with same_draws_after(model):
                    on_epoch(epoch, model, dict(values))
    except BaseException:
        # Also after an interruption by hand: the cell that is run again goes on from here.
        reached, values = last_good
        for series in (result.seconds, *result.history.values()):
            del series[reached:]
        state.put_state(model, values)
        store.save(model, result, now=True)
        model._interrupted_run = store.identity.get("initial weights")
        raise


def _check_values(model, values, epoch):
    failed = [f"{name} is {value}" for name, value in values.items() if not np.isfinite(value)]
    if not failed:
        bad = (w for w in model.trainable_variables if not np.isfinite(state.to_numpy(w)).all())
        failed = [f"the weights {w.path} are no longer numbers" for w in bad][:1]
    if failed:
        raise FloatingPointError(
            f"{' and '.join(failed)} in epoch {epoch}. The model has its weights of the epoch "
            f"before again. Lower the learning rate or give the optimizer clipnorm=1, and look for "
            f"NaN or values outside the expected range in the data."
        )
