"""Trained runs on disk: found again, told apart, resumed exactly, never half-written."""

import contextlib
import dataclasses
import json
import time
import warnings
from pathlib import Path

from course_utils import notes, profiles, storage
from course_utils.training import devices, state

SECONDS_BETWEEN_CHECKPOINTS = 20
_RUN_FILE = "run.json"


class UnusableRun(Exception):
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
            values = _read_state(found) if isinstance(found, Path) else found
        except UnusableRun:
            raise ValueError(
                f"the weights after epoch {epoch} are no longer on disk: the run was deleted or "
                f"trained again since. Call fit again."
            ) from None
        own = state.weights_of(model)
        if [v.shape for v in values[: len(own)]] != [v.shape for v in own]:
            raise ValueError("the weights are of other shapes: give the model that was fitted.")
        state.put_state(model, values[: len(own)])
        try:
            yield model
        finally:
            state.put_state(model, own)


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
        self.run, self.identity, self.trained_before = run, identity, trained_before
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

        Of `snapshots` that were not kept, it is one before the first. `interrupted` is the hash of
        the initial weights of a run that this model was just in.

        Returns:
            TrainingRun of the epochs that were restored.

        Raises:
            ValueError: several workers found other states than each other.
        """
        found = self._restored(model, epochs, snapshots, interrupted)
        devices.agree(found.epochs)
        return found

    def _restored(self, model, epochs, snapshots, interrupted):
        fresh = TrainingRun({}, [])
        if self.folder is None or not (self.folder / _RUN_FILE).exists():
            return fresh
        try:
            stored = self._read()
            if not self._is_this_run(stored, interrupted):
                return fresh
            states, done = stored["states"], len(stored["seconds"])
            wanted = min((e for e in snapshots if e not in states), default=epochs)
            reached = max((e for e in states if e <= wanted), default=0)
            if reached:
                values = _read_state(states[reached])
                if [v.shape for v in values] != [v.shape for v in state.state_of(model)]:
                    raise UnusableRun("its weights are of other shapes")
                state.put_state(model, values)
        except UnusableRun as reason:
            warnings.warn(f"run {self.run!r} is trained again: {reason}.", stacklevel=3)
            return fresh
        if reached < wanted <= done:
            notes.note(
                f"run {self.run!r} is stored up to epoch {done} and stays, but the weights after "
                f"epoch {wanted} were not kept: training again from epoch {reached + 1}."
            )
        if not reached:
            return fresh
        history = {name: values[:reached] for name, values in stored["history"].items()}
        source = "loaded" if reached == epochs else "resumed"
        usable = {e: path for e, path in states.items() if e <= reached}
        return TrainingRun(history, stored["seconds"][:reached], source, usable)

    def _read(self):
        """The record on disk; its states are paths by epoch."""
        try:
            stored = json.loads((self.folder / _RUN_FILE).read_text(encoding="utf-8"))
            states = {int(e): self.folder / name for e, name in stored["states"].items()}
            if any(path.parent != self.folder for path in states.values()):
                raise ValueError("it names a file elsewhere")
            done = len(stored["seconds"])
            if not states or max(states) > done or {*map(len, stored["history"].values())} - {done}:
                raise ValueError("it names no epoch, or some without their values")
            stored["identity"].items(), stored["trained before"], set(stored["kept"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnusableRun(f"its record is damaged ({type(error).__name__}: {error})") from error
        return stored | {"states": states}

    def _is_this_run(self, stored, interrupted):
        """Whether the stored run is the one that is asked for; if not, a line or UnusableRun."""
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
            raise UnusableRun(f"it was made with a different {', '.join(changed)}")
        return True

    def save(self, model, result, keep=False, now=False):
        """Write the run's state to `keep` it, `now`, or because the last time was a while ago."""
        due = now or time.perf_counter() - self.last_saved > SECONDS_BETWEEN_CHECKPOINTS
        if self.folder is None or not result.epochs or not (keep or due):
            return
        if not devices.writes():
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
        record, epoch = self._record_to_extend(), result.epochs
        for left_by_a_killed_process in self.folder.glob(".*.npz"):
            left_by_a_killed_process.unlink(missing_ok=True)
        arrays = {f"{i:05d}": value for i, value in enumerate(state.state_of(model))}
        # What a name says stays true: weights that replace these have another name.
        path = self.folder / f"epoch-{epoch:04d}-{storage.content_hash(arrays)[:16]}.npz"
        storage.save_arrays(path, arrays)
        if epoch >= len(record["seconds"]):
            record |= {"history": result.history, "seconds": result.seconds}
        kept = {*record["kept"], *([epoch] if keep else [])}
        states = {e: p for e, p in record["states"].items() if e in kept or e > epoch}
        states[epoch] = path
        result.states = {e: p for e, p in {**result.states, epoch: path}.items() if e in kept}
        names = {e: states[e].name for e in sorted(states)}
        record |= {"states": names, "kept": sorted(kept)}
        with storage.atomic_write(self.folder / _RUN_FILE) as temporary:
            temporary.write_text(json.dumps(record, indent=1), encoding="utf-8")
        for old in self.folder.glob("epoch-*.npz"):
            if old.name not in names.values():
                with contextlib.suppress(OSError):
                    old.unlink()

    def _record_to_extend(self):
        """The record on disk if it is of this very run, else an empty one."""
        with contextlib.suppress(UnusableRun):
            stored = self._read()
            if stored["identity"] == self.identity:
                states = {e: path for e, path in stored["states"].items() if path.is_file()}
                return stored | {"states": states}
        about = {"identity": self.identity, "trained before": self.trained_before}
        return {**about, "history": {}, "seconds": [], "states": {}, "kept": []}


def _read_state(path):
    """Arrays as `state.state_of` gave them."""
    try:
        arrays, _ = storage.load_arrays(path)
    except (OSError, storage.DamagedFileError) as error:
        raise UnusableRun("its file of weights is missing or damaged") from error
    return [arrays[name] for name in sorted(arrays)]
