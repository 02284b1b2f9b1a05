import json
import os

import pytest
from miniature import half_written, make_course, write_script
from rich.console import Console

from course_tools import execution, progress, recording
from course_tools.series import CourseError
from course_utils.evaluation import claims, stamps

CLAIM = claims.Result(
    claims.Claim("deeper", "Deeper is better", "Same data.", "loss"),
    {"A": [1.0, 3.0, 5.0], "B": [2.0, 3.0, 4.0]},
    claims.NO_DIFFERENCE, "", "", "",
).as_dict()  # fmt: skip
NOTE_CLAIM = f"""\
import json, os, pathlib
pathlib.Path(os.environ["COURSE_RECORD"], "claims.json").write_text(json.dumps([{CLAIM!r}]))"""


@pytest.fixture
def notebook(tmp_path):
    return make_course(tmp_path / "c", _01_one=[NOTE_CLAIM]).notebooks()[0]


@pytest.fixture
def record(notebook):
    display = progress.PlainDisplay(Console(quiet=True), 1)
    return lambda: recording.record(notebook, execution.Settings("cpu", "auto", 60), display)


def test_a_recorded_run_says_what_made_it(notebook, record):
    folder = record()
    kept = json.loads((folder / "claims.json").read_text("utf-8"))
    assert folder == notebook.ipynb.parent / "recorded" / "01_one"
    assert [path.name for path in folder.parent.iterdir()] == ["01_one"]
    assert kept["notebook"] == "01_one"
    assert kept["claims"] == [CLAIM]
    assert kept["machine"]["cores"] >= 1
    assert {"python", "keras", "numpy", "scikit-learn"} <= kept["versions"].keys()
    assert len(kept["code"]) == 16
    assert half_written(notebook.ipynb.parent.parent) == []


def test_a_failed_run_keeps_the_recorded_one(notebook, record):
    path = record() / "claims.json"
    before = path.read_bytes()
    write_script(notebook.script, [NOTE_CLAIM, "1/0"])
    with pytest.raises(CourseError, match="ZeroDivisionError"):
        record()
    assert path.read_bytes() == before


MEASURE = """\
import os
from course_utils.evaluation import recorded
def measured(seed):
    with open(os.environ["CALLS"], "a") as file:
        file.write(f"{seed} ")
    return {"loss": SHIFT + seed}
SHIFT = 0.5
found = [recorded.kept(f"loss/{seed}", measured, seed) for seed in range(3)]
assert found == [{"loss": SHIFT + seed} for seed in range(3)], found"""


def test_a_recording_that_was_cut_off_takes_up_its_numbers(notebook, record, tmp_path, monkeypatch):
    calls = tmp_path / "calls"
    monkeypatch.setenv("CALLS", str(calls))
    write_script(notebook.script, [MEASURE, NOTE_CLAIM, "1/0"])
    with pytest.raises(CourseError, match="ZeroDivisionError"):
        record()
    part = recording.recorded_folder(notebook).with_name("01_one.part")
    assert json.loads((part / "numbers.json").read_text())["loss/2"]["found"] == {"loss": 2.5}
    # What the code no longer asks for is not taken along, what it does otherwise is made anew.
    write_script(notebook.script, [MEASURE.replace("range(3)", "range(2)"), NOTE_CLAIM])
    folder = record()
    assert calls.read_text().split() == ["0", "1", "2"]
    assert json.loads((folder / "numbers.json").read_text()).keys() == {"loss/0", "loss/1"}
    write_script(notebook.script, [MEASURE, NOTE_CLAIM, "2"])
    record()
    assert calls.read_text().split() == ["0", "1", "2", "2"], "also from the record that there is"
    write_script(notebook.script, [MEASURE.replace("SHIFT = 0.5", "SHIFT = 1.5"), NOTE_CLAIM])
    record()
    assert calls.read_text().split()[4:] == ["0", "1", "2"]
    assert not part.exists()


CHOICE = """\
from course_utils.evaluation import recorded
def score(rate):
    return abs(rate - GOAL)
GOAL = 2
def measured(seed):
    return 10 * seed + recorded.best("01_one", "rate", (1, 2, 3), score, otherwise=0)
found = [recorded.kept(f"loss/{seed}", measured, seed) for seed in range(2)]
assert found == [GOAL, 10 + GOAL], found"""


def test_a_result_that_is_taken_up_brings_the_scores_that_it_rests_on(notebook, record):
    write_script(notebook.script, [CHOICE, NOTE_CLAIM])
    before = json.loads((record() / "numbers.json").read_text())
    assert before["loss/1"]["rests on"] == ["rate: 1", "rate: 2", "rate: 3"]
    write_script(notebook.script, [CHOICE, NOTE_CLAIM, "2"])
    assert json.loads((record() / "numbers.json").read_text()) == before
    write_script(notebook.script, [CHOICE.replace("GOAL = 2", "GOAL = 3"), NOTE_CLAIM])
    after = json.loads((record() / "numbers.json").read_text())
    assert [after[f"rate: {rate}"]["found"] for rate in (1, 2, 3)] == [2, 1, 0]


def test_a_recordings_time_is_that_of_all_attempts(notebook, record, tmp_path, monkeypatch):
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    write_script(notebook.script, [MEASURE, NOTE_CLAIM, "1/0"])
    with pytest.raises(CourseError, match="ZeroDivisionError"):
        record()
    kept = recording.recorded_folder(notebook).with_name("01_one.part") / "numbers.json"
    entries = json.loads(kept.read_text())
    assert {entry["seconds"] for entry in entries.values()} == {0.0}
    kept.write_text(json.dumps({k: {**e, "seconds": 1_000.0} for k, e in entries.items()}))
    write_script(notebook.script, [MEASURE.replace("range(3)", "range(2)"), NOTE_CLAIM])
    made = json.loads((record() / "claims.json").read_text())
    assert 2_000 <= made["seconds"] < 2_900, "two numbers of the first attempt, and this one"


def test_a_recording_that_died_as_it_took_the_place_loses_nothing(notebook, record):
    folder = record()
    before = (folder / "claims.json").read_bytes()
    folder.rename(folder.with_name("01_one.before"))
    write_script(notebook.script, [NOTE_CLAIM, "1/0"])
    with pytest.raises(CourseError, match="ZeroDivisionError"):
        record()
    assert (folder / "claims.json").read_bytes() == before


def test_damaged_numbers_of_an_attempt_before_are_told(notebook, record):
    part = recording.recorded_folder(notebook).with_name("01_one.part")
    part.mkdir(parents=True)
    (part / "numbers.json").write_text("{")
    with pytest.raises(CourseError, match=r"numbers.json, are damaged .* delete the file"):
        record()


def test_a_notebook_without_claims_is_refused(notebook, record):
    write_script(notebook.script, ["1"])
    with pytest.raises(CourseError, match="tested no claim"):
        record()
    assert not recording.recorded_folder(notebook).exists()


def test_comments_and_docstrings_of_a_module_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr(stamps, "PACKAGE", tmp_path)
    module = tmp_path / "measures" / "one.py"
    module.parent.mkdir()
    (tmp_path / "measures" / "__init__.py").write_text('"""A room."""')
    texts = ['"""Doc."""\ndef f(x):\n    """Doc."""\n    return x', "def f(x): return x  # why"]
    hashes = []
    for number, text in enumerate([*texts, "def f(x): return -x"]):
        module.write_text(text)
        os.utime(module, (number, number))
        hashes.append(execution.module_hashes())
    assert hashes[0].keys() == {"measures", "measures.one"}
    assert hashes[0] == hashes[1]
    assert stamps.changed_modules(hashes[0]) == ["measures.one"]
    module.unlink()
    assert stamps.changed_modules(hashes[2]) == ["measures.one"]


@pytest.mark.parametrize(
    ("module", "counts"),
    [("data", False), ("data.files", False), ("data.drawn.digits", True),
     ("measures.inputs", False), ("measures.frechet", True)],
)  # fmt: skip
def test_loading_and_checking_count_for_no_record_but_drawing_and_measuring(module, counts):
    assert stamps.changed_modules({module: "of another day"}) == [module] * counts


def test_a_damaged_recorded_file_is_told(notebook, record):
    (record() / "claims.json").write_text("{}")
    with pytest.raises(CourseError, match="is damaged"):
        recording.read(notebook)
