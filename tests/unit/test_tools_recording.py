import json

import pytest
from miniature import half_written, make_course, write_script
from rich.console import Console

from course_tools import execution, progress, recording
from course_tools.series import CourseError

CLAIM = {"claim": {"statement": "Deeper is better"}, "verdict": "no difference seen"}
NOTE_CLAIM = f"""\
import json, os, pathlib
pathlib.Path(os.environ["COURSE_RECORD"]).write_text(json.dumps([{CLAIM!r}]))"""


@pytest.fixture
def notebook(tmp_path):
    return make_course(tmp_path / "c", _01_one=[NOTE_CLAIM]).notebooks()[0]


@pytest.fixture
def record(notebook):
    display = progress.PlainDisplay(Console(quiet=True), 1)
    return lambda: recording.record(notebook, execution.Settings("cpu", "auto", 60), display)


def table_text(notebook):
    console = Console(width=150)
    with console.capture() as capture:
        console.print(recording.claims_table([notebook]))
    return capture.get()


def test_a_recorded_run_says_what_made_it(notebook, record):
    path = record()
    kept = json.loads(path.read_text("utf-8"))
    assert path == notebook.ipynb.parent / "recorded" / "01_one.json"
    assert kept["notebook"] == "01_one"
    assert kept["claims"] == [CLAIM]
    assert kept["machine"]["cores"] >= 1
    assert {"python", "keras", "numpy", "scikit-learn"} <= kept["versions"].keys()
    assert len(kept["code"]) == 16
    assert half_written(notebook.ipynb.parent.parent) == []


def test_a_failed_run_keeps_the_recorded_one(notebook, record):
    before = record().read_bytes()
    write_script(notebook.script, [NOTE_CLAIM, "1/0"])
    with pytest.raises(CourseError, match="ZeroDivisionError"):
        record()
    assert recording.recorded_path(notebook).read_bytes() == before


def test_a_notebook_without_claims_is_refused(notebook, record):
    write_script(notebook.script, ["1"])
    with pytest.raises(CourseError, match="tested no claim"):
        record()
    assert not recording.recorded_path(notebook).exists()


def test_the_table_of_claims_tells_what_is_stale(notebook, record):
    assert "Deeper" not in table_text(notebook)
    record()
    text = table_text(notebook)
    assert "Deeper is better" in text
    assert "no difference seen" in text
    assert "stale" not in text
    write_script(notebook.script, [NOTE_CLAIM, "2"])
    assert "stale" in table_text(notebook)


def test_a_damaged_recorded_file_is_told(notebook, record):
    record().write_text("{}")
    with pytest.raises(CourseError, match="is damaged"):
        recording.claims_table([notebook])
