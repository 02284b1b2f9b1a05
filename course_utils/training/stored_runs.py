"""Trained runs on disk: found again, told apart, resumed exactly, never half-written."""

import contextlib
import dataclasses
import hashlib
import json
import platform
import time
import types
import warnings
import zipfile

import keras
import numpy as np

from course_utils import environment, profiles, storage

SECONDS_BETWEEN_CHECKPOINTS = 20
_RUN_FILE = "run.json"


class DamagedRun(Exception):
    """A stored run cannot be used; the message says why."""


@dataclasses.dataclass
class TrainingRun:
    """What `fit` returns.

    Attributes:
        history: metric name to its value after each epoch, training and `val_` ones.
        seconds: training time up to the end of each epoch, validation not counted.
        source: `trained`, `resumed` or `loaded`.
    """

    history: dict[str, list[float]]
    seconds: list[float]
    source: str = "trained"

    @property
    def epochs(self):
        """Number of epochs done."""
        return len(self.seconds)


class RunStore:
    """The folder of one run: `run.json` names the file of weights that belongs to it.

    The weights of a new epoch are written first, `run.json` is then replaced, and old weights
    go last: a process that dies at any point leaves a run that can be used.
    """

    def __init__(self, run, identity):
        self.identity = identity
        self.run = run
        self.folder = None
        if run is not None:
            parts = [part for part in run.split("/") if part not in ("", ".", "..")]
            # A recording has budgets of its own and must not replace an ordinary run.
            budget = "record" if profiles.recording() else identity["profile"]
            setting = f"{budget}-{identity['backend'].split()[0]}"
            self.folder = storage.runs_dir().joinpath(setting, *parts)
        self.last_saved = time.perf_counter()

    def restore(self, model):
        """Put a stored run's state into `model`.

        Returns:
            (TrainingRun, whether it is finished).
        """
        fresh = TrainingRun({}, [])
        if self.folder is None or not (self.folder / _RUN_FILE).exists():
            return fresh, False
        try:
            stored = self._read()
            self._load_state(model, stored)
        except DamagedRun as reason:
            warnings.warn(f"run {self.run!r} is trained again: {reason}.", stacklevel=3)
            return fresh, False
        source = "loaded" if stored["finished"] else "resumed"
        return TrainingRun(stored["history"], stored["seconds"], source), stored["finished"]

    def _read(self):
        try:
            stored = json.loads((self.folder / _RUN_FILE).read_text(encoding="utf-8"))
            identity, weights = stored["identity"], self.folder / stored["weights"]
            if weights.parent != self.folder or not stored["seconds"]:
                raise ValueError("it names no epoch, or a file elsewhere")
            for part in ("history", "finished", "weights_hash"):
                stored[part]
            changed = [name for name, value in self.identity.items() if identity.get(name) != value]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedRun(f"its record is damaged ({type(error).__name__}: {error})") from error
        if changed:
            raise DamagedRun(f"it was made with a different {', '.join(changed)}")
        if not weights.is_file() or _hash_bytes(weights.read_bytes()) != stored["weights_hash"]:
            raise DamagedRun("its file of weights is missing or damaged")
        return stored

    def _load_state(self, model, stored):
        try:
            with np.load(self.folder / stored["weights"]) as file:
                values = [file[f"v{i}"] for i in range(len(file.files))]
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise DamagedRun(f"its file of weights cannot be read ({error})") from error
        if [v.shape for v in values] != [tuple(v.shape) for v in _state(model)]:
            raise DamagedRun("its weights are of other shapes")
        put_state(model, values)

    def save(self, model, result, finished, now=False):
        """Write the run's state, if it is finished, or `now`, or the last time was a while ago."""
        due = now or time.perf_counter() - self.last_saved > SECONDS_BETWEEN_CHECKPOINTS
        if self.folder is None or not result.epochs or not (finished or due):
            return
        try:
            self._write(model, result, finished)
        except OSError as error:
            # A full disk must not end the training that the student is waiting for.
            warnings.warn(
                f"run {self.run!r} cannot be stored ({error.strerror or error}): it will be "
                f"trained again next time. Free some space, or set COURSE_RUNS_DIR.",
                stacklevel=2,
            )
            self.folder = None
        self.last_saved = time.perf_counter()

    def _write(self, model, result, finished):
        weights = self.folder / f"epoch-{result.epochs:04d}.npz"
        values = {f"v{i}": value for i, value in enumerate(state_of(model))}
        # Two kernels may train the same run: the files of one must not go with the other's record.
        with storage.locked(self.folder / _RUN_FILE):
            self._replace(weights, values, result, finished)

    def _replace(self, weights, values, result, finished):
        for left_by_a_killed_process in self.folder.glob(".*.npz"):
            left_by_a_killed_process.unlink(missing_ok=True)
        with storage.atomic_write(weights) as path:
            np.savez(path, **values)
            weights_hash = _hash_bytes(path.read_bytes())
        record = {
            "identity": self.identity,
            "finished": finished,
            "history": result.history,
            "seconds": result.seconds,
            "weights": weights.name,
            "weights_hash": weights_hash,
        }
        with storage.atomic_write(self.folder / _RUN_FILE) as path:
            path.write_text(json.dumps(record, indent=1), encoding="utf-8")
        for old in self.folder.glob("epoch-*.npz"):
            if old != weights:
                with contextlib.suppress(OSError):
                    old.unlink()


def _state(model):
    """Every variable that training changes.

    Keras's own files of weights leave out the state of random layers (dropout, noise), without
    which a resumed run is not the run that was interrupted.
    """
    # Metrics are left out: they start afresh each epoch, and some are built only then.
    metrics = {id(variable) for variable in model.metrics_variables}
    return [v for v in model.variables if id(v) not in metrics] + model.optimizer.variables


def state_of(model):
    """Copies of the values that training changes, to be put back by `put_state`."""
    return [np.array(_to_numpy(variable)) for variable in _state(model)]


def put_state(model, values):
    """Give the model the values that `state_of` returned for it, or for one like it."""
    for variable, value in zip(_state(model), values, strict=True):
        variable.assign(value)


def _to_numpy(variable):
    # NumPy has no bfloat16 of its own and would store it as raw bytes.
    value = variable.numpy()
    return value.astype("float32") if "bfloat16" in str(variable.dtype) else value


def identity_of(model, x, y, validation_data, epochs, batch_size, seed, transform=None):
    """Everything that shapes a run, each part under the name that a warning shows."""
    started = environment.current() if environment.started() else None
    backend = keras.backend.backend()
    weights = [_to_numpy(variable) for variable in model.weights]
    return {
        "profile": started.profile if started else "none",
        "backend": f"{backend} {started.backend_version if started else ''}".strip(),
        "version of Keras": keras.__version__,
        "version of Python": ".".join(platform.python_version_tuple()[:2]),
        "precision": keras.config.dtype_policy().name,
        "network": _hash_text(json.dumps(_nameless(model.get_config()), default=str)),
        "code of the model": _hash_text(repr(_own_code(model))),
        "optimizer": _hash_text(json.dumps(_nameless(model.optimizer.get_config()), default=str)),
        "loss": _hash_text(repr(_loss(model))),
        "initial weights": _hash_arrays(weights),
        "training data": _hash_arrays([x] if y is x else [x, y]),
        "validation data": _hash_arrays(validation_data if validation_data is not None else []),
        "number of epochs": epochs,
        "batch size": batch_size,
        "seed": seed,
        "transform of the data": _hash_text(repr(_code_of(transform))),
    }


def _own_code(model):
    """Code of the model's and its layers' classes, as far as they are not Keras's own."""
    classes = {
        cls
        for layer in [model, *model._flatten_layers()]
        for cls in type(layer).__mro__[:-1]
        if not cls.__module__.startswith("keras")
    }
    return [_code_of(cls) for cls in sorted(classes, key=lambda cls: cls.__qualname__)]


def _loss(model):
    config = _nameless(model.get_compile_config() or {})
    parts = [config.get(part) for part in ("loss", "loss_weights", "metrics")]
    loss = model.loss
    own = loss if isinstance(loss, types.FunctionType) else type(loss)
    return [*parts, [] if own.__module__.startswith("keras") else _code_of(own)]


def _nameless(config):
    """A Keras config without names: those count how many layers the process has built."""
    names = {name: f"part {index}" for index, name in enumerate(dict.fromkeys(_names(config)))}

    def strip(part):
        if isinstance(part, dict):
            return {k: strip(v) for k, v in part.items() if k not in ("name", "build_config")}
        if isinstance(part, list | tuple):
            return [strip(item) for item in part]
        # A functional model's layers refer to each other by name.
        return names.get(part, part) if isinstance(part, str) else part

    return strip(config)


def _names(config):
    """Every name that a Keras config gives, in its order."""
    if isinstance(config, dict):
        if isinstance(config.get("name"), str):
            yield config["name"]
        config = list(config.values())
    if isinstance(config, list | tuple):
        for part in config:
            yield from _names(part)


def _code_of(thing):
    """Compiled code of a function or of a class's own methods.

    Unlike source text it is also there for what was written in a notebook.
    """
    if isinstance(thing, types.FunctionType):
        return [_function_code(thing.__code__), repr(thing.__defaults__)]
    if isinstance(thing, staticmethod | classmethod):
        return _code_of(thing.__func__)
    if isinstance(thing, property):
        return _code_of(thing.fget)
    if isinstance(thing, type):
        return [[name, _code_of(part)] for name, part in sorted(vars(thing).items())]
    return []


def _function_code(code):
    constants = code.co_consts
    if constants and isinstance(constants[0], str) and not code.co_name.startswith("<"):
        constants = constants[1:]  # a docstring does not shape a run
    return [code.co_name, code.co_code.hex(), code.co_names, [_constant(c) for c in constants]]


def _constant(value):
    if isinstance(value, types.CodeType):
        return _function_code(value)
    # The order of a set's elements changes from process to process.
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)


def _hash_arrays(arrays):
    digest = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        digest.update(f"{array.shape}{array.dtype}".encode())
        digest.update(array.data if array.size else b"")
    return digest.hexdigest()[:16]


def _hash_text(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _hash_bytes(content):
    return hashlib.sha256(content).hexdigest()
