"""Notebooks are rehearsed as on Colab: alone, on a new machine, with the package installed."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from miniature import make_course
from rich.console import Console

from course_tools import colab, execution, pairing, progress, rehearsal
from course_tools.series import CourseError

ALONE = """\
import os, pathlib
assert os.listdir() == ["01_one.ipynb"], os.listdir()
assert pathlib.Path.home().parent == pathlib.Path.cwd().parent, "the home is new too"
assert not list(pathlib.Path.home().glob("*.cfg"))
assert os.environ["COLAB_RELEASE_TAG"]
assert (os.environ["COURSE_PROFILE"], os.environ["COURSE_DATA"]) == ("smoke", "builtin")
found = {"PYTHONPATH", "COURSE_RUNS_DIR", "COURSE_CACHE_DIR", "KERAS_HOME"} & os.environ.keys()
assert not found, found
"""
MISSED = "print('Note: the recorded network 01_one/vae cannot be used: it is not there.')"
needs_git = pytest.mark.skipif(not colab.shutil.which("git"), reason="git is not installed")


class FakeEnvironment:
    """Stands for a virtual environment: this interpreter's kernel, and what the test says."""

    kernels = None

    def __init__(self, *packages, record=None):
        self.listed = iter(packages or ({}, {}) * 9)
        self.record_found = record or {"files": ["claims.json", "numbers.json"], "numbers": 3}
        self.forgotten = 0

    def forget_course(self):
        self.forgotten += 1

    def packages(self):
        return next(self.listed)

    def record(self, notebook):
        if isinstance(self.record_found, Exception):
            raise self.record_found
        return self.record_found


@pytest.fixture
def course(tmp_path):
    """Return a function that makes a course with these cells, stored, and a release of it."""

    def course(**notebooks):
        project = make_course(tmp_path / "c", **notebooks)
        for notebook in project.notebooks():
            pairing.write_pair(notebook)
        return project, colab.Release(project.root, {})

    return course


def outcome_of(project, release, environment=None):
    settings = rehearsal._OnNewMachine("smoke", "builtin", 60)
    display = progress.PlainDisplay(Console(file=io.StringIO()), 1)
    notebook = project.notebooks()[0]
    return rehearsal.rehearse_one(
        notebook, environment or FakeEnvironment(), release, settings, display
    )


def write_record(project, name, *files):
    folder = project.notebooks_dir / "recorded" / name
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).write_text("{}")


def test_a_notebook_is_alone_on_a_new_machine(course):
    environment = FakeEnvironment()
    outcome = outcome_of(*course(_01_one=[ALONE]), environment)
    assert outcome.problems == []
    assert environment.forgotten == 1
    assert outcome.recorded == "none"


def test_what_the_cells_say_and_raise_is_told(course):
    failed, missed = outcome_of(*course(_01_one=[MISSED, "1 / 0"])).problems
    assert "01_one, code cell 2 of 2" in failed
    assert "ZeroDivisionError" in failed
    assert missed.endswith("the recorded network 01_one/vae cannot be used: it is not there.")


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"keras": "3.8"}, "keras 3.15 → 3.8"),
        ({"keras": "3.15", "abacus": "1"}, "abacus (none) → 1"),
        ({}, "keras 3.15 → (none)"),
        ({"keras": "3.15"}, None),
    ],
)
def test_a_package_that_the_first_cell_touches_is_told(after, told):
    problems = rehearsal._replaced({"keras": "3.15"}, after)
    assert [told in problem for problem in problems] == [True] * (told is not None)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"files": ["claims.json", "numbers.json", "vae.npz"], "numbers": 3}, None),
        ({"files": ["claims.json", "numbers.json"], "numbers": 3}, "lacks vae.npz"),
        ({"files": ["claims.json", "numbers.json", "vae.npz"], "numbers": 0}, "no recorded numb"),
        (CourseError("No module named 'course_utils'"), "cannot be asked"),
    ],
)
def test_a_record_that_the_installed_package_lacks_is_told(course, record, told):
    project, release = course(_01_one=["1"])
    write_record(project, "01_one", "claims.json", "numbers.json", "vae.npz")
    environment = FakeEnvironment(record=record)
    _, problems = rehearsal._records(project.notebooks()[0], environment, release)
    assert [told in problem for problem in problems] == [True] * (told is not None)


def test_one_that_fails_stops_no_other_and_the_end_says_so(course, monkeypatch):
    def execute(folder, name, *_):
        if name == "01_one":
            raise execution.ExecutionFailed("01_one said [red]", None)

    project, release = course(_01_one=["1"], _02_two=["2"])
    monkeypatch.setattr(execution, "execute_in", execute)
    monkeypatch.setattr(colab, "release", lambda *_: release)
    monkeypatch.setattr(colab, "make", lambda project, folder, python: environment)
    environment = FakeEnvironment(*[{"keras": "3"}] * 9)
    environment.python = sys.executable
    console = Console(file=io.StringIO(), width=200)
    notebooks = project.notebooks()
    assert not rehearsal.rehearse(project, notebooks, console, python=Path(sys.executable))
    said = console.file.getvalue()
    assert "[red]" in said, "what a notebook says is no markup"
    assert "02_two" in said.splitlines()[-2]
    assert "passed" in said.splitlines()[-2]
    assert rehearsal.rehearse(project, notebooks[1:], console, python=Path(sys.executable))


def test_a_notebook_that_is_not_committed_is_told(course, tmp_path):
    project, _ = course(_01_one=["1"])
    with pytest.raises(CourseError, match=r"01_one.ipynb is not in the last commit"):
        outcome_of(project, colab.Release(tmp_path / "empty", {}))


@pytest.fixture
def committed(course):
    """A course in a repository of two commits, the second of which is shown by `new.txt`."""
    project, _ = course(_01_one=["1"])
    git = ["git", "-C", project.root, "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    for name in ("old.txt", "new.txt"):
        (project.root / name).write_text(name)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", name], check=True)
    return project


@needs_git
def test_the_published_address_leads_to_the_last_commit_under_its_tag(committed, tmp_path):
    (committed.root / "edited.txt").write_text("not committed")
    release = colab.release(committed, tmp_path / "release")
    assert release.left_out == ["edited.txt"]
    assert (release.folder / "notebooks" / "01_one.ipynb").exists()
    # As pip does, which asks for the tag and for no blobs.
    address, environment = "https://github.com/someone/somewhere", {**os.environ}
    command = ["git", "clone", "-q", "--filter=blob:none", "--branch", "v1", address, "got"]
    environment.update(release.variables)
    subprocess.run(command, cwd=tmp_path, env=environment, timeout=60, check=True)
    assert (tmp_path / "got" / "new.txt").read_text() == "new.txt"
    assert not (tmp_path / "got" / "edited.txt").exists()


@needs_git
def test_a_setting_of_git_in_the_environment_stays(committed, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.pager")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "cat")
    variables = colab.release(committed, tmp_path / "release").variables
    assert variables["GIT_CONFIG_COUNT"] == "2"
    assert "GIT_CONFIG_KEY_0" not in variables


@needs_git
def test_a_checkout_that_git_does_not_know_is_told(course, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    project, _ = course(_01_one=["1"])
    with pytest.raises(CourseError, match="not a git repository"):
        colab.release(project, tmp_path / "release")


@pytest.fixture
def pythons(monkeypatch, tmp_path):
    """Return a function that puts an interpreter that answers so at a path; none else is found."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(colab.sys, "executable", str(tmp_path / "running"))

    def python(path, answer):
        path = tmp_path / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{answer}\n")
        path.chmod(0o755)
        return str(path)

    return python


@pytest.mark.skipif(os.name == "nt", reason="the interpreters are shell scripts")
def test_a_python_that_does_not_start_is_passed_over(pythons):
    pythons("running", "echo 3.11")
    pythons(f"path/python{colab.PYTHON}", "exit 127")
    assert colab.find_python() is None
    of_uv = pythons("elsewhere/python", f"echo {colab.PYTHON}")
    pythons("path/uv", f"echo {of_uv}")
    assert colab.find_python() == of_uv
    of_pyenv = pythons(f"pyenv/versions/{colab.PYTHON}.0/bin/python", f"echo {colab.PYTHON}")
    assert colab.find_python() == of_pyenv
    running = pythons("running", f"echo {colab.PYTHON}")
    assert colab.find_python() == running


@pytest.mark.skipif(os.name == "nt", reason="the interpreters are shell scripts")
def test_an_interpreter_that_makes_no_environment_is_told(pythons, tmp_path, course):
    project, _ = course(_01_one=["1"])
    settings = project.root / "pyproject.toml"
    settings.write_text(f'[project]\nname = "a-course"\n{settings.read_text()}')
    python = pythons("path/python", "echo no ensurepip here >&2; exit 1")
    with pytest.raises(CourseError, match="exit code 1: no ensurepip here"):
        colab.make(project, tmp_path / "environment", python)


def test_without_colabs_python_the_running_one_is_taken_and_told(monkeypatch):
    monkeypatch.setattr(colab, "find_python", lambda: None)
    said = []
    assert rehearsal._python(said.append) == sys.executable
    assert f"no Python {colab.PYTHON} here" in said[0]
