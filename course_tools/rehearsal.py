"""`course rehearse`: every notebook as a reader opens it on Colab, before a release is made."""

import dataclasses
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from rich.markup import escape
from rich.table import Table

from course_tools import colab, execution, progress
from course_tools.series import CourseError

_SHOWN = ("tensorflow", "keras", "numpy", "ipython", "ipykernel", "ipywidgets")
_MISSED = re.compile(r"^Note: the recorded .* cannot be (?:used|read).*$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How the rehearsal of a notebook went: its problems in words, none if all went well."""

    notebook: str
    seconds: float
    recorded: str
    problems: list


@dataclasses.dataclass(frozen=True)
class _OnNewMachine(execution.Settings):
    """Settings of a kernel that inherits nothing from this machine but what `environment` says."""

    def kernel_environment(self):
        """Return the variables that the kernel is started with."""
        return {
            **self.environment,
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "COURSE_PROFILE": self.profile,
            "COURSE_DATA": self.data,
        }


def rehearse(project, notebooks, console, *, python=None, into=None, time_limit=None):
    """Make a machine like Colab's, execute notebooks there, print a table; return if all went well.

    Args:
        project: the `Project`; what is rehearsed is its last commit.
        notebooks: which.
        console: a rich console.
        python: the interpreter; None looks for one of Colab's version.
        into: folder that the environment is made in, and kept; None takes a temporary one.
        time_limit: seconds for each notebook; None is the limit of the smoke profile.

    Raises:
        CourseError: the environment cannot be made, or a notebook is not committed.
    """
    say = _sayer(console)
    with tempfile.TemporaryDirectory(prefix="course-rehearsal-") as scratch:
        release = colab.release(project, Path(scratch) / "release")
        if release.left_out:
            paths = ", ".join(release.left_out)
            say(f"Note: the last commit is rehearsed, without the changes in {paths}.")
        say("Making an environment like Colab's (a download of some 700 MB) …")
        folder = into or Path(scratch) / "environment"
        environment = colab.make(project, folder, python or _python(say))
        there = environment.packages()
        versions = [f"{name} {there.get(name, 'missing')}" for name in _SHOWN]
        say(f"Python {colab.version_of(environment.python)}, {', '.join(versions)}")
        with progress.display(console, len(notebooks)) as display:
            settings = _OnNewMachine("smoke", "builtin", time_limit)
            outcomes = [
                rehearse_one(notebook, environment, release, settings, display)
                for notebook in notebooks
            ]
    console.print(as_table(outcomes))
    return not any(outcome.problems for outcome in outcomes)


def rehearse_one(notebook, environment, release, settings, display):
    """Execute one notebook, alone in an empty folder; return its `Outcome`."""
    display.begin(notebook)
    source = release.folder / "notebooks" / notebook.ipynb.name
    if not source.exists():
        raise CourseError(f"{source.name} is not in the last commit: make it with `course execute`")
    environment.forget_course()
    before = environment.packages()
    with tempfile.TemporaryDirectory(prefix="course-colab-") as scratch:
        content, home = Path(scratch) / "content", Path(scratch) / "home"
        content.mkdir()
        home.mkdir()
        nb = nbformat.read(shutil.copy(source, content), as_version=4)
        settings = settings.with_environment(**colab.variables(home, release))
        seconds, problems = _execute(content, notebook, nb, settings, display, environment)
    problems += _replaced(before, environment.packages())
    problems += [f"it says: {note}" for note in _MISSED.findall(_printed(nb))]
    recorded, missing = _records(notebook, environment, release)
    problems += missing
    if problems:
        display.end("failed", "\n".join(problems))
    else:
        display.end("done", f"{progress.duration(seconds)}, recorded: {recorded}")
    return Outcome(notebook.name, seconds, recorded, problems)


def as_table(outcomes):
    """Return a table with a line for each `Outcome`."""
    table = Table(title="As on Colab, in the smoke profile")
    for column in ("notebook", "result", "time", "recorded"):
        table.add_column(column)
    for outcome in outcomes:
        result = f"failed: {outcome.problems[0]}" if outcome.problems else "passed"
        took = progress.duration(outcome.seconds)
        table.add_row(outcome.notebook, escape(result), took, outcome.recorded)
    return table


def _execute(folder, notebook, nb, settings, display, environment):
    """Execute the cells of `nb`; return seconds and what went wrong."""
    started = time.monotonic()
    try:
        execution.execute_in(folder, notebook.name, nb, settings, display.cell, environment.kernels)
        return time.monotonic() - started, []
    except execution.ExecutionFailed as error:
        return time.monotonic() - started, [str(error)]


def _replaced(before, after):
    """What the first cell changed among the packages that were there, or brought besides."""
    changed = [
        f"{name} {before.get(name, '(none)')} → {after.get(name, '(none)')}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]
    if not changed:
        return []
    return [f"the first cell must install the course alone, and changed {', '.join(changed)}"]


def _records(notebook, environment, release):
    """The installed record in words, and what it lacks of the one in the release."""
    folder = release.folder / "notebooks" / "recorded" / notebook.name
    expected = {path.name for path in folder.glob("*")}
    if not expected:
        return "none", []
    try:
        found = environment.record(notebook.name)
    except CourseError as error:
        return "not found", [f"the installed package cannot be asked for its records: {error}"]
    problems = []
    if missing := sorted(expected - set(found["files"])):
        problems.append(f"the installed package lacks {', '.join(missing)} of the recorded run")
    elif "numbers.json" in expected and not found["numbers"]:
        problems.append("the installed package finds no recorded numbers")
    return f"{len(found['files'])} files, {found['numbers']:,} numbers", problems


def _printed(nb):
    """Everything that the cells of `nb` printed."""
    outputs = (output for cell in nb.cells for output in cell.get("outputs", ()))
    return "\n".join(str(output.get("text", "")) for output in outputs)


def _python(say):
    """The interpreter of Colab's version, else the running one, with a note."""
    if found := colab.find_python():
        return found
    say(
        f"Note: there is no Python {colab.PYTHON} here, which Colab has: rehearsed is on this one. "
        f"`uv python install {colab.PYTHON}` or pyenv brings it; --python names it."
    )
    return sys.executable


def _sayer(console):
    return lambda text: console.print(text, markup=False, highlight=False, soft_wrap=True)
