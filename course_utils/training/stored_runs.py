"""Trained runs on disk: found again, told apart, resumed exactly, never half-written."""

import contextlib
import dataclasses
import hashlib
import io
import json
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np

from course_utils import notes, profiles, storage
from course_utils.training import state

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
    states: dict = dataclasses.field(default_factory=dict, repr=False, compare=False)

    @property
    def epochs(self):
        """Number of epochs done."""
        return len(self.seconds)

    @contextlib.contextmanager
    def at_epoch(self, epoch, model):
        """Give `model` the weights that it had after this epoch; after the block, its own again.

        Args:
            epoch: one of those that `fit` was asked to keep as `snapshots`.
            model: the model that was fitted, or one built like it.

        Raises:
            ValueError: that state was not kept, is gone, or is of another model.
        """
        if epoch not in self.states:
            kept = ", ".join(map(str, sorted(self.states))) or "none"
            raise ValueError(
                f"the weights after epoch {epoch} were not kept (kept: {kept}). Ask for them: "
                f"fit(..., snapshots=[{epoch}])."
            )
        found = self.states[epoch]
        try:
            values = found.read() if isinstance(found, _StateFile) else found
        except DamagedRun:
            raise ValueError(
                f"the weights after epoch {epoch} are no longer on disk: the run was deleted or "
                f"trained again since. Call fit again."
            ) from None
        own = state.weights_of(model)
        if [v.shape for v in values[: len(own)]] != [v.shape for v in own]:
            raise ValueError("the weights are of other shapes: give the model that was fitted.")
        state.put_weights(model, values)
        try:
            yield model
        finally:
            state.put_weights(model, own)


@dataclasses.dataclass(frozen=True)
class _StateFile:
    """A model's state after an epoch, in a file whose name tells its content."""

    path: Path

    def read(self):
        """Arrays as `state.state_of` gave them.

        Raises:
            DamagedRun: the file is gone or not what was written.
        """
        try:
            content = self.path.read_bytes()
            if _short_hash(content) != self.path.stem.rsplit("-", 1)[-1]:
                raise ValueError("another content")
            with np.load(io.BytesIO(content)) as file:
                return [file[f"v{i}"] for i in range(len(file.files))]
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise DamagedRun("its file of weights is missing or damaged") from error


class RunStore:
    """The folder of one run: `run.json` names the files of weights that belong to it.

    The weights of a new epoch are written first, `run.json` is then replaced, and old weights
    go last: a process that dies at any point leaves a run that can be used. Kept are the states
    at which `fit` ended, those asked for, and the last checkpoint.

    Args:
        run: its name, or None to keep nothing.
        identity: what shapes it, by `identity_of`.
        trained_before: 0 for a model that is fresh; else how far it was trained already.
    """

    def __init__(self, run, identity, trained_before=0):
        self.identity, self.trained_before = identity, trained_before
        self.run = run
        self.folder = None
        if run is not None:
            parts = [part for part in run.split("/") if part not in ("", ".", "..")]
            # A recording has budgets of its own and must not replace an ordinary run.
            budget = "record" if profiles.recording() else identity["profile"]
            setting = f"{budget}-{identity['backend'].split()[0]}"
            self.folder = storage.runs_dir().joinpath(setting, *parts)
        self.last_saved = time.perf_counter()

    def restore(self, model, epochs, snapshots=(), interrupted=None):
        """Put the stored state that is nearest to the end of `epochs` into `model`.

        Args:
            model: built like the one that was stored.
            epochs: how many are wanted; a longer run is not touched.
            snapshots: epochs whose states are wanted; what comes before the first that was not
                kept is what is restored.
            interrupted: initial weights, by their hash, of a run that this model was just in.

        Returns:
            TrainingRun of the epochs that were restored.
        """
        fresh = TrainingRun({}, [])
        if self.folder is None or not (self.folder / _RUN_FILE).exists():
            return fresh
        try:
            stored = self._read()
            if not self._is_this_run(stored, interrupted):
                return fresh
            missing = [epoch for epoch in snapshots if epoch not in stored["states"]]
            reached = max(
                (e for e in stored["states"] if e <= epochs and e < min(missing, default=e + 1)),
                default=0,
            )
            if reached:
                self._load_state(model, stored["states"][reached])
        except DamagedRun as reason:
            warnings.warn(f"run {self.run!r} is trained again: {reason}.", stacklevel=3)
            return fresh
        if missing and missing[0] <= len(stored["seconds"]):
            notes.note(
                f"run {self.run!r}: the weights after epoch {missing[0]} were not kept; training "
                f"again from epoch {reached + 1}."
            )
        elif reached < epochs < len(stored["seconds"]):
            notes.note(
                f"run {self.run!r} is stored up to epoch {max(stored['states'])} and stays; its "
                f"state after {epochs} was not kept: training again from epoch {reached + 1}."
            )
        if not reached:
            return fresh
        source = "loaded" if reached == epochs else "resumed"
        history = {name: values[:reached] for name, values in stored["history"].items()}
        wanted = {e: f for e, f in stored["states"].items() if e <= reached}
        return TrainingRun(history, stored["seconds"][:reached], source, wanted)

    def _read(self):
        """The record, its states as _StateFile by epoch; of files that are there."""
        try:
            stored = json.loads((self.folder / _RUN_FILE).read_text(encoding="utf-8"))
            states = {}
            for epoch, name in stored["states"].items():
                states[int(epoch)] = _StateFile(self.folder / name)
                if (self.folder / name).parent != self.folder:
                    raise ValueError("it names a file elsewhere")
            lengths = {len(values) for values in stored["history"].values()}
            done = len(stored["seconds"])
            if not states or lengths - {done} or max(states) > done:
                raise ValueError("it names no epoch, or some without their values")
            stored["identity"].items(), stored["trained before"], set(stored["kept"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedRun(f"its record is damaged ({type(error).__name__}: {error})") from error
        stored["states"] = states
        return stored

    def _is_this_run(self, stored, interrupted):
        """Whether the stored run is the one that is asked for; if not, a line or DamagedRun."""
        theirs = stored["identity"]
        changed = [name for name, value in self.identity.items() if theirs.get(name) != value]
        if changed == ["initial weights"] and interrupted == theirs["initial weights"]:
            self.identity = theirs
            return True
        trained = self.trained_before and self.trained_before != stored["trained before"]
        if "initial weights" in changed and trained:
            notes.note(
                f"run {self.run!r} stays as it is: this model has been trained before, so it "
                f"trains on from where it is, and that is not kept. To start afresh or to go on "
                f"with the run, build and compile the model again."
            )
            self.folder = None
            return False
        if changed:
            raise DamagedRun(f"it was made with a different {', '.join(changed)}")
        return True

    def _load_state(self, model, file):
        values = file.read()
        if [v.shape for v in values] != state.shapes(model):
            raise DamagedRun("its weights are of other shapes")
        state.put_state(model, values)

    def save(self, model, result, keep=False, now=False):
        """Write the run's state to `keep` it, `now`, or because the last time was a while ago."""
        due = now or time.perf_counter() - self.last_saved > SECONDS_BETWEEN_CHECKPOINTS
        if self.folder is None or not result.epochs or not (keep or due):
            return
        try:
            # Two kernels may train the same run: the files of one must not go with the other's
            # record.
            with storage.locked(self.folder / _RUN_FILE):
                self._write(model, result, keep)
        except OSError as error:
            # A full disk must not end the training that the student is waiting for.
            warnings.warn(
                f"run {self.run!r} cannot be stored ({error.strerror or error}): it will be "
                f"trained again next time. Free some space, or set COURSE_RUNS_DIR.",
                stacklevel=2,
            )
            self.folder = None
        self.last_saved = time.perf_counter()

    def _write(self, model, result, keep):
        record = self._record_to_extend()
        for left_by_a_killed_process in self.folder.glob(".*.npz"):
            left_by_a_killed_process.unlink(missing_ok=True)
        buffer = io.BytesIO()
        np.savez(buffer, **{f"v{i}": value for i, value in enumerate(state.state_of(model))})
        content, epoch = buffer.getvalue(), result.epochs
        path = self.folder / f"epoch-{epoch:04d}-{_short_hash(content)}.npz"
        with storage.atomic_write(path) as temporary:
            temporary.write_bytes(content)
        if epoch >= len(record["seconds"]):
            record |= {"history": result.history, "seconds": result.seconds}
        kept = {*record["kept"], epoch} if keep else set(record["kept"])
        states = {e: f for e, f in record["states"].items() if e in kept or e > epoch}
        result.states = {e: f for e, f in result.states.items() if e in kept}
        if keep:
            result.states[epoch] = _StateFile(path)
        states[epoch] = _StateFile(path)
        names = {e: states[e].path.name for e in sorted(states)}
        record |= {"states": names, "kept": sorted(kept)}
        with storage.atomic_write(self.folder / _RUN_FILE) as temporary:
            temporary.write_text(json.dumps(record, indent=1), encoding="utf-8")
        for old in self.folder.glob("epoch-*.npz"):
            if old.name not in names.values():
                with contextlib.suppress(OSError):
                    old.unlink()

    def _record_to_extend(self):
        """The record on disk if it is of this very run, else an empty one."""
        with contextlib.suppress(DamagedRun):
            stored = self._read()
            if stored["identity"] == self.identity:
                states = stored["states"]
                return stored | {"states": {e: f for e, f in states.items() if f.path.is_file()}}
        return {
            "identity": self.identity, "trained before": self.trained_before, "history": {},
            "seconds": [], "states": {}, "kept": [],
        }  # fmt: skip


def _short_hash(content):
    return hashlib.sha256(content).hexdigest()[:16]
