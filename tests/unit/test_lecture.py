"""What is looked at before a lecture, and what is advised."""

import json
import sys
import types
import webbrowser

import pytest
from miniature import make_course, run_course

from course_tools import decks, lecture, recording, slides


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A course with a record and a deck of each of its notebooks, on a machine that has all."""
    project = make_course(tmp_path, _01_one=["1"], _02_two=["2"])
    monkeypatch.setattr(webbrowser, "get", lambda: types.SimpleNamespace(name="a-browser"))
    monkeypatch.setitem(sys.modules, "tkinter", display(1920, 1080))
    for notebook in project.notebooks():
        folder = recording.recorded_folder(notebook)
        folder.mkdir(parents=True)
        record = {"claims": [], "date": "2026-01-01", "code": "x"}
        (folder / "claims.json").write_text(json.dumps(record))
        path = slides.path_of(project, notebook)
        path.parent.mkdir(parents=True, exist_ok=True)
        slides.write(notebook, [decks.Slide("A", True, parts=["b"])], path)
    return project


def display(width, height):
    """What stands for tkinter, on a screen of this size."""
    root = types.SimpleNamespace(
        winfo_screenwidth=lambda: width, winfo_screenheight=lambda: height, destroy=lambda: None
    )
    return types.SimpleNamespace(Tk=lambda: root)


def finding(project, subject):
    found = lecture.examine(project, project.notebooks())
    return next(one for one in found if one.subject == subject)


def test_on_a_machine_that_is_ready_nothing_is_advised(project):
    found = {one.subject: one for one in lecture.examine(project, project.notebooks())}
    ready = ("recorded runs", "decks", "browser", "screen", "explorers")
    assert [found[subject].advice for subject in ready] == [""] * len(ready)
    assert found["decks"].found == "2 of 2 built"
    assert found["screen"].found == "1920 × 1080"


def test_a_deck_older_than_its_notebook_and_one_that_is_missing_are_told_apart(project):
    one, two = project.notebooks()
    one.script.write_text(one.script.read_text() + "# %%\n1\n")
    slides.path_of(project, two).unlink()
    found = finding(project, "decks")
    assert found.needed
    assert "01: built before the notebook was changed; 02: not built" in found.found
    assert found.advice.endswith("course slides --recorded 01 02")


@pytest.mark.parametrize("name", ["claims.json", "net.npz", "films.json"])
def test_a_damaged_record_is_named(project, name):
    (recording.recorded_folder(project.notebooks()[0]) / name).write_text("{")
    found = finding(project, "recorded runs")
    assert found.found.startswith("1 of 2 whole (01: ")
    assert found.needed
    assert "git checkout" in found.advice


def test_a_missing_browser_and_a_small_screen_are_told(project, monkeypatch):
    def none():
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    monkeypatch.setitem(sys.modules, "tkinter", display(1024, 768))
    assert finding(project, "browser").needed
    assert "from 1280 × 720 on" in finding(project, "screen").advice


def test_without_a_display_one_is_asked_to_look(project, monkeypatch):
    monkeypatch.setitem(sys.modules, "tkinter", None)
    assert finding(project, "screen").found == "not known from here"


def test_a_notebook_is_named_for_a_lecture_alone(project):
    done = run_course(project, "doctor", "01")
    assert done.returncode == 1
    assert "course doctor --lecture 03" in done.stderr


def test_decks_know_the_notebook_that_they_are_of(project):
    one, two = project.notebooks()
    assert slides.is_of(slides.path_of(project, one), one)
    assert not slides.is_of(slides.path_of(project, one), two)
