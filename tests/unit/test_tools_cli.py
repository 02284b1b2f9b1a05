import os
from pathlib import Path

import pytest
from miniature import make_course, run_course
from rich.console import Console
from typer.testing import CliRunner

from course_tools import benching, building, cli, doctor, options, recording, storing, testing
from course_tools.series import CourseError
from course_utils.data import download

COMMANDS = ["run", "execute", "pair", "check", "record", "claims", "test", "bench", "data"]
COMMANDS += ["doctor", "lab", "links", "slides", "site", "rehearse", "train"]


@pytest.fixture
def invoke(tmp_path):
    """Return a function that calls `course` in this process."""
    project = make_course(tmp_path / "c", _01_one=["1"])
    root = ["--project", str(project.root)]
    return lambda *arguments: CliRunner().invoke(cli.app, [*root, *arguments])


def test_the_help_lists_every_command():
    text = CliRunner().invoke(cli.app, ["--help"]).output
    assert [name for name in COMMANDS if f" {name} " not in text] == []


@pytest.fixture
def settings_of(invoke, monkeypatch):
    """Return a function that calls `course` and gives the settings that it asked for."""

    def settings_of(*arguments):
        seen = []
        monkeypatch.setattr(
            building, "build", lambda p, n, settings, *_, **__: seen.append(settings)
        )
        for module, name in ((storing, "store"), (recording, "record")):
            monkeypatch.setattr(module, name, lambda n, settings, d: seen.append(settings))
        invoke(*arguments)
        return seen[0].profile, seen[0].data

    return settings_of


@pytest.mark.parametrize(
    ("arguments", "profile", "data", "expected"),
    [
        (["run"], "", "", ("smoke", "builtin")),
        (["run"], "cpu", "", ("cpu", "auto")),
        (["run"], "CPU", "real", ("cpu", "real")),
        (["run", "--profile", "smoke", "--data", "auto"], "cpu", "real", ("smoke", "auto")),
        (["execute"], "smoke", "", ("cpu", "real")),
        (["execute", "--profile", "gpu"], "", "", ("gpu", "real")),
        (["execute", "--profile", "smoke"], "", "", ("smoke", "builtin")),
        (["execute"], "", "auto", ("cpu", "auto")),
        (["execute", "--data", "builtin"], "", "auto", ("cpu", "builtin")),
        (["record", "1"], "gpu", "", ("gpu", "auto")),
        (["record", "1"], "cpu", "real", ("cpu", "real")),
        (["record", "1", "--data", "builtin"], "cpu", "real", ("cpu", "builtin")),
    ],
)
def test_options_come_before_the_environment(
    settings_of, monkeypatch, arguments, profile, data, expected
):
    monkeypatch.setenv("COURSE_PROFILE", profile)
    monkeypatch.setenv("COURSE_DATA", data)
    assert settings_of(*arguments) == expected


def test_doctor_and_data_need_no_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "report", lambda findings: False)
    for command in (["doctor"], ["data", "toys"]):
        done = CliRunner().invoke(cli.app, ["--project", str(tmp_path), *command])
        assert done.exit_code == 0, done.exception
    done = CliRunner().invoke(cli.app, ["--project", str(tmp_path), "check"])
    assert "not a checkout" in str(done.exception)


@pytest.mark.parametrize("setting", ["", "builtin"])
def test_data_that_cannot_be_had_are_an_error(invoke, tmp_path, monkeypatch, setting):
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "[red]cache"))
    monkeypatch.setenv("COURSE_DATA", setting)
    monkeypatch.setattr(download, "reachable", lambda mirrors, problems: iter(()))
    done = invoke("data", "mnist", "toys")
    assert isinstance(done.exception, CourseError)
    assert "MNIST was not found" in str(done.exception)
    assert "toys: 12,000 examples" in done.output
    assert "[red]cache" in done.output, "a path is no markup"
    assert os.environ["COURSE_DATA"] == setting


def test_folders_in_the_environment_are_made_absolute(invoke, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA_DIR", "some/data")
    invoke("claims")
    assert Path(os.environ["COURSE_DATA_DIR"]) == tmp_path / "some" / "data"


def test_check_tells_problems_and_fails(tmp_path):
    project = make_course(tmp_path / "c", _01_one=["1"])
    done = run_course(project, "check")
    assert done.returncode == 1
    assert "01_one: 01_one.ipynb: there is none" in done.stdout
    assert "1 problem" in done.stderr


@pytest.fixture
def stored(tmp_path):
    """A course with two notebooks that are stored and one that is not."""
    project = make_course(tmp_path / "c", _01_one=["1"], _02_two=["2"], _03_three=["3"])
    for notebook in project.notebooks()[:2]:
        notebook.ipynb.write_text("{}")
    return project


def titles(steps):
    return [title for title, _, _ in steps]


def test_the_steps_of_the_tests(stored, tmp_path):
    *first, (title, arguments, variables) = testing.steps(stored, tmp_path)
    assert titles(first) == ["Style", "Format", "Tests"]
    assert title.startswith("Notebooks")
    assert arguments[-2:] == ["notebooks/01_one.ipynb", "notebooks/02_two.ipynb"]
    assert variables == {
        "COURSE_PROFILE": "smoke",
        "COURSE_DATA": "builtin",
        "COURSE_RUNS_DIR": str(tmp_path / "default"),
    }
    assert titles(testing.steps(stored, tmp_path, quick=True)) == titles(first)
    assert testing.steps(stored, tmp_path, names=["2"])[-1][1][-1] == arguments[-1]
    assert titles(testing.steps(make_course(tmp_path / "empty"), tmp_path)) == titles(first)


def test_the_steps_on_one_backend(stored, tmp_path):
    all_at_once, tests, notebooks = testing.steps(stored, tmp_path, whole=False, backends=["jax"])
    assert all_at_once[1][-3:] == ["tests/backends", "-k", "jax"]
    assert "tests/unit/test_training.py" in tests[1]
    assert tests[2] == {"KERAS_BACKEND": "jax"}
    assert notebooks[0].endswith("on jax")
    assert notebooks[2]["KERAS_BACKEND"] == "jax"
    assert notebooks[2]["COURSE_RUNS_DIR"] == str(tmp_path / "jax")


def test_the_steps_on_all_backends(stored, tmp_path):
    whole = testing.steps(stored, tmp_path)
    steps = testing.steps(stored, tmp_path, backends=["jax", "torch"])
    assert steps[: len(whole)] == whole, "the tests of each backend are among all tests"
    asked = [step[2]["KERAS_BACKEND"] for step in steps[len(whole) :]]
    assert asked == ["jax", "jax", "torch", "torch"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {}),
        (["--backend", "torch", "1"], {"whole": False, "backends": ["torch"], "names": ["1"]}),
        (["--all-backends"], {"backends": ["jax", "torch"]}),
    ],
)
def test_which_backends_are_tested(invoke, monkeypatch, arguments, expected):
    asked = []
    monkeypatch.setattr(testing, "run_tests", lambda *_, **what: asked.append(what))
    monkeypatch.setattr(options.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setenv("KERAS_BACKEND", "")
    invoke("test", *arguments)
    assert asked == [{"names": (), "quick": False, **expected}]
    assert os.environ["KERAS_BACKEND"] == ("tensorflow" if "--all-backends" in arguments else "")


@pytest.mark.parametrize("command", [["run"], ["test"]])
def test_a_backend_that_cannot_be_had_is_refused_at_once(invoke, monkeypatch, command):
    done = invoke(*command, "--backend", "abacus")
    assert "unknown backend 'abacus'. Choose one of: tensorflow, jax, torch." in str(done.exception)
    monkeypatch.setattr(options.importlib.util, "find_spec", lambda name: None)
    done = invoke(*command, "--backend", "jax")
    assert "the backend jax is not installed: pip install jax" in str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "variable", "backend", "folder"),
    [
        ([], "", "tensorflow", "build"),
        (["--backend", "jax"], "", "jax", "jax"),
        ([], "torch", "torch", "torch"),
        (["--backend", "tensorflow"], "torch", "tensorflow", "build"),
    ],
)
def test_each_backend_has_a_build_of_its_own(
    invoke, monkeypatch, arguments, variable, backend, folder
):
    seen = []
    monkeypatch.setattr(building, "build", lambda project, *_, **__: seen.append(project))
    monkeypatch.setattr(options.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setenv("KERAS_BACKEND", variable)
    invoke("run", *arguments)
    assert seen[0].build_dir.name == folder
    assert os.environ["KERAS_BACKEND"] == backend


def test_all_steps_run_and_the_first_failure_is_the_result(tmp_path, monkeypatch):
    steps = [(f"step {code}", ["-c", f"raise SystemExit({code})"], {}) for code in (0, 3, 4)]
    monkeypatch.setattr(testing, "steps", lambda *_, **__: steps)
    console = Console(record=True, width=80)
    assert testing.run_tests(make_course(tmp_path / "c"), console) == 3
    text = console.export_text()
    assert "step 4: failed (exit code 4)" in text
    assert "2 of 3 steps failed" in text


def test_benchmarks_run_each_in_a_process_of_its_own(tmp_path):
    project = make_course(tmp_path / "c")
    folder = project.root / "benchmarks"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.py").write_text(f"open('{name}.txt', 'w')")
    (folder / "_shared.py").write_text("raise SystemExit(1)")
    console = Console(quiet=True)
    benching.bench(project, ["a"], console)
    assert not (project.root / "b.txt").exists()
    benching.bench(project, [], console)
    assert (project.root / "b.txt").exists()
    (folder / "a.py").write_text("raise SystemExit(1)")
    with pytest.raises(CourseError, match="failed: a"):
        benching.bench(project, [], console)
