import os
from pathlib import Path

import pytest
from miniature import make_course, run_course
from rich.console import Console
from typer.testing import CliRunner

from course_tools import benching, building, cli, doctor, recording, storing, testing
from course_tools.series import CourseError
from course_utils.data import download

COMMANDS = ["run", "execute", "pair", "check", "record", "claims", "test", "bench", "data"]
COMMANDS += ["doctor", "lab", "slides"]


@pytest.fixture
def invoke(tmp_path):
    """Return a function that calls `course` in this process."""
    project = make_course(tmp_path / "c", _01_one=["1"])
    root = ["--project", str(project.root)]
    return lambda *arguments: CliRunner().invoke(cli.app, [*root, *arguments])


def test_the_help_lists_every_command():
    text = CliRunner().invoke(cli.app, ["--help"]).output
    assert [name for name in COMMANDS if f" {name} " not in text] == []


def test_slides_say_not_built_yet(invoke):
    done = invoke("slides")
    assert done.exit_code == 0
    assert "not built yet" in done.output


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
    monkeypatch.setattr(doctor, "report", lambda: False)
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
    invoke("slides")
    assert Path(os.environ["COURSE_DATA_DIR"]) == tmp_path / "some" / "data"


def test_check_tells_problems_and_fails(tmp_path):
    project = make_course(tmp_path / "c", _01_one=["1"])
    done = run_course(project, "check")
    assert done.returncode == 1
    assert "01_one: 01_one.ipynb: there is none" in done.stdout
    assert "1 problem" in done.stderr


def test_the_steps_of_the_tests(tmp_path):
    project = make_course(tmp_path / "c", _01_one=["1"])
    titles = [title for title, _, _ in testing.steps(project, "runs", quick=False)]
    assert titles == ["Style", "Format", "Tests"]
    project.notebooks()[0].ipynb.write_text("{}")
    *_, (title, arguments, variables) = testing.steps(project, "runs", quick=False)
    assert title.startswith("Notebooks")
    assert arguments[-1] == "notebooks/01_one.ipynb"
    assert variables == {
        "COURSE_PROFILE": "smoke",
        "COURSE_DATA": "builtin",
        "COURSE_RUNS_DIR": "runs",
    }
    assert len(testing.steps(project, "runs", quick=True)) == 3


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
