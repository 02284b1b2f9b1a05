import dataclasses
import json

import pytest
from miniature import make_course, run_course
from rich.console import Console

from course_tools import claims_page, recording
from course_tools.series import CourseError, find_project
from course_utils.evaluation import claims
from course_utils.storage import CHECKOUT

CLAIM = claims.Claim("deeper", "Deeper is better", "Same data.", "loss")
LOW, HIGH = {"A": [1.0] * 3, "B": [2.0] * 3}, {"A": [2.0] * 3, "B": [1.0] * 3}
RESULT = claims.Result(CLAIM, LOW, claims.HOLDS, "", "", "")


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "c", _01_one=["1"], _02_two=["1"])


@pytest.fixture
def record(course):
    """Write a record of the first notebook; its arguments are the results."""
    notebook = course.notebooks()[0]

    def written(*results, **entries):
        path = recording.recorded_folder(notebook) / "claims.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        found = [result.as_dict() for result in results]
        kept = {"date": "2026-01-02", "code": "0", "claims": found, **entries}
        path.write_text(json.dumps(kept))

    return written


def table_text(course):
    console = Console(width=150)
    with console.capture() as capture:
        console.print(claims_page.as_table(course.notebooks()))
    return " ".join(capture.get().split())


def test_the_table_names_claim_verdict_and_what_has_changed(course, record):
    assert "Deeper" not in table_text(course)
    record(RESULT)
    text = table_text(course)
    assert "Deeper is better" in text
    assert "holds" in text
    assert "stale: the code has changed since" in text


def test_the_table_tells_what_turns_over(course, record):
    record(dataclasses.replace(RESULT, earlier={1 / 16: HIGH}))
    assert "1/16: the opposite is true; all: holds" in table_text(course)
    record(dataclasses.replace(RESULT, earlier={1 / 16: LOW}, why="so far: holds"))
    assert "1/16" not in table_text(course)
    assert "so far: holds" in table_text(course)


def test_the_readme_shows_verdicts_after_parts_of_the_training(course, record):
    flips = dataclasses.replace(RESULT, earlier={1 / 16: HIGH, 1 / 4: LOW})
    steady = dataclasses.replace(
        RESULT, claim=dataclasses.replace(CLAIM, name="wider", statement="Wider | is better")
    )
    record(flips, steady)
    page = claims_page.as_markdown(course.notebooks())
    assert "2 claims: 2 *holds*. 1 of them turns over" in page
    assert "| claim | after 1/16 of the training | 1/4 | verdict |" in page
    compared = "<br><sub>A against B; loss</sub>"
    assert f"better{compared} | **the opposite is true** | **holds** | **holds** |" in page
    assert f"| Wider &#124; is better{compared} |  |  | holds |" in page
    assert "01 · Title of one: 2 claims" in page
    assert "02 ·" not in page, "it has no record"


def test_the_readme_has_a_column_for_each_part_of_the_training_that_a_notebook_looked_at(
    course, record
):
    record(dataclasses.replace(RESULT, earlier={1 / 12: LOW, claims.LAST_QUARTER: LOW}))
    page = claims_page.as_markdown(course.notebooks())
    assert "| claim | after 1/12 of the training | verdict |" in page
    assert "| holds | holds |" in page


def test_the_readme_is_written_between_two_marks_alone(course, record):
    record(RESULT)
    readme = course.root / "README.md"
    readme.write_text("No place for it.")
    with pytest.raises(CourseError, match=r"README\.md needs one line <!-- claims"):
        claims_page.write(course)
    assert readme.read_text() == "No place for it."
    readme.write_text(f"Before.\n{claims_page.BEGIN}\nlast week\n{claims_page.END}\nAfter.\n")
    assert "written anew" in run_course(course, "claims", "--write").stdout
    text = readme.read_text()
    assert text.startswith("Before.\n<!-- claims")
    assert text.endswith("<!-- end of claims -->\nAfter.\n")
    assert "Deeper is better" in text
    assert "last week" not in text
    assert "says it already" in run_course(course, "claims", "--write").stdout


def test_the_readme_of_this_project_shows_the_records_of_today():
    page = claims_page.as_markdown(find_project().notebooks())
    assert page in (CHECKOUT / "README.md").read_text("utf-8"), "course claims --write"
