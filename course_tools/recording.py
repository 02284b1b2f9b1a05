"""`course record`: the longer run behind the verdicts of a notebook, kept with its numbers."""

import importlib.metadata
import json
import platform
import shutil
from datetime import date

import psutil

from course_tools import execution, machine, storing
from course_tools.progress import duration
from course_tools.series import CourseError
from course_utils import environment, profiles
from course_utils.evaluation import claims, record_files, stamps

TIME_LIMIT = 4 * 3600
_PACKAGES = ("keras", "numpy", "scikit-learn")
_BACKEND_PACKAGES = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}


def profile():
    """Return the profile of a recorded run: the one in force.

    Raises:
        CourseError: it does not exist, or is `smoke`.
    """
    try:
        with environment.silenced_stderr():
            found = profiles.active_profile()
    except ValueError as error:
        raise CourseError(str(error)) from error
    if found == "smoke":
        raise CourseError("COURSE_PROFILE is smoke, which records nothing: use cpu or gpu")
    return found


def record(notebook, settings, display):
    """Execute a notebook at the budget of a recorded run and keep what it finds.

    What it writes on the way is kept in a folder of its own, `NN_name.part`, so a run that is cut
    off goes on where it was, also on another machine; trained models are kept in the usual folder.
    Numbers that the same code would measure again are taken up, from the record that there is too:
    delete its `numbers.json` to measure all of them again.
    The record is replaced only by a run that reached its end.

    Args:
        notebook: a `series.Notebook`.
        settings: `execution.Settings`; their environment may be added to.
        display: a `progress` display.

    Returns:
        The folder of the record.

    Raises:
        CourseError: the notebook failed, or tested no claim, or keeps more than is allowed.
    """
    display.begin(notebook, "recorded run")
    # The notebook is executed for hours: what is stamped is the code that it was started with.
    stamp = {"code": storing.code_hash(notebook, "recorded")}
    hashes = execution.module_hashes()
    folder = recorded_folder(notebook)
    part = folder.with_name(f"{folder.name}.part")
    if not folder.exists() and _before(folder).exists():
        _before(folder).rename(folder)  # the last recording died as it took the place
    _take_up(part, folder)
    done = execution.execute(
        notebook, settings.with_environment(COURSE_RECORD=str(part)), display.cell
    )
    found = record_files.read(part / record_files.CLAIMS, [])
    if not found:
        raise CourseError(
            f"{notebook.name} tested no claim, so there is nothing to record. A claim is recorded "
            "where the notebook calls course_utils.evaluation.claims.test(…)."
        )
    display.end("done", f"{duration(done.seconds)}, claims: {len(found)}")
    stamp["modules"] = done.modules(hashes)
    stamp["seconds"] = round(done.seconds + _seconds_before(part))
    record_files.write(part / record_files.CLAIMS, _compose(notebook, done, found, stamp))
    (part / record_files.EARLIER).unlink(missing_ok=True)
    _replace(folder, part)
    return folder


def _take_up(part, folder):
    """Begin a recording; numbers of an attempt before and of the record are there to be taken up.

    Taken up is what the same code would measure again (`recorded.kept`), so that a recording after
    a change elsewhere takes minutes.
    """
    part.mkdir(parents=True, exist_ok=True)
    earlier = {}
    numbers, before = record_files.NUMBERS, record_files.EARLIER
    for path in (folder / numbers, part / before, part / numbers):
        try:
            earlier.update(record_files.read(path, {}))
        except ValueError as error:
            raise CourseError(
                f"the numbers of a run before, {path}, are damaged ({error}). Bring them back from "
                f"git, or delete the file to measure all of them again."
            ) from error
    record_files.write(part / before, earlier)
    for path in part.iterdir():
        if path.name != before:
            path.unlink()


def _seconds_before(part):
    """Seconds that the numbers which were taken up from earlier attempts had taken."""
    earlier = record_files.read(part / record_files.EARLIER, {})
    kept = record_files.read(part / record_files.NUMBERS, {})
    return sum(entry.get("seconds", 0) for name, entry in kept.items()
               if earlier.get(name) == entry)  # fmt: skip


def _replace(folder, part):
    """Let the folder `part` take the place of `folder`, which is there whole until then."""
    shutil.rmtree(_before(folder), ignore_errors=True)
    if folder.exists():
        folder.rename(_before(folder))
    part.rename(folder)
    shutil.rmtree(_before(folder), ignore_errors=True)


def _before(folder):
    return folder.with_name(f"{folder.name}.before")


def recorded_folder(notebook):
    """Return where the recorded run of a notebook is kept."""
    return notebook.ipynb.parent / "recorded" / notebook.name


def read(notebook):
    """Return the recorded file's content and what has changed since it was made; None if none is.

    Raises:
        CourseError: the file is damaged.
    """
    path = recorded_folder(notebook) / record_files.CLAIMS
    if not path.exists():
        return None
    try:
        kept = json.loads(path.read_text("utf-8"))
        [(claims.Result.from_dict(claim), kept["date"]) for claim in kept["claims"]]
        return kept, stamps.changed_since(kept, notebook.script)
    except (ValueError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path} is damaged ({error!r}). Bring it back from git, or make it again with "
            f"`course record {notebook.number}`."
        ) from error


def _compose(notebook, done, found, stamp):
    """Return the recorded file's content."""
    backend = _BACKEND_PACKAGES.get(done.summary.get("backend"))
    packages = [*_PACKAGES, *([backend] if backend else [])]
    return {
        "notebook": notebook.name,
        **stamp,
        "date": date.today().isoformat(),
        "profile": done.summary.get("profile"),
        "seed": done.summary.get("seed"),
        "data": done.data_sources,
        "machine": {
            **machine.describe(),
            "device": done.summary.get("device"),
            "memory_gb": round(psutil.virtual_memory().total / 2**30),
        },
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in sorted(packages)},
        },
        "claims": found,
    }
