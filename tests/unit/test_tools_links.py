import re

import pytest
from miniature import COLAB, make_course

from course_tools import links, lint, pairing, storing
from course_tools.series import CourseError

INSTALL = 'source = "git+https://github.com/someone/somewhere.git"'
OTHER = "https://colab.research.google.com/github/tensorflow/docs/blob/main/vae.ipynb"


@pytest.fixture
def course(tmp_path):
    course = make_course(tmp_path / "c", _01_one=[INSTALL], _02_two=["1"])
    (course.root / "README.md").write_text(
        f"# Ωne\n\n[c]: {COLAB}/01_one.ipynb\nhttps://github.com/someone/somewhere-else {OTHER}\n",
        "utf-8",
    )
    pairing.write_pair(course.notebooks()[0])
    return course


def problems(course):
    return [p for n in course.notebooks() for p in links.check(lint.Subject(course, n))]


def test_what_is_not_pinned_is_told_and_written(course):
    assert "git+https://github.com/someone/somewhere.git is not" in problems(course)[0]
    notebook = course.notebooks()[0]
    code = storing.code_hash(notebook)
    assert links.write(course) == [notebook.script, notebook.ipynb]
    assert problems(course) == []
    assert storing.code_hash(notebook) == code, "the address shapes no output"
    assert links.write(course) == []


def test_another_source_is_written_everywhere(course):
    links.write(course, "else/where@v2.0")
    assert links.source(course) == links.Source("else/where", "v2.0")
    assert problems(course) == []
    notebook = course.notebooks()[0]
    assert pairing.check_pair(notebook) == []
    assert pairing.read_ipynb(notebook).cells[1].source == (
        'source = "git+https://github.com/else/where@v2.0"'
    )
    assert (course.root / "README.md").read_text("utf-8") == (
        "# Ωne\n\n[c]: https://colab.research.google.com/github/else/where/blob/v2.0/notebooks/"
        f"01_one.ipynb\nhttps://github.com/someone/somewhere-else {OTHER}\n"
    )
    everything = "".join(p.read_text("utf-8") for p in course.root.rglob("*.*") if p.is_file())
    assert re.findall(r"someone/somewhere(?!-)", everything) == []


@pytest.mark.parametrize("branch", ["main", "HEAD"])
def test_a_branch_is_refused(course, branch):
    with pytest.raises(CourseError, match=f"{branch} is a branch"):
        links.write(course, f"else/where@{branch}")


@pytest.mark.parametrize("asked", ["else/where", "where@v2", "https://github.com/a/b@v2", "a/b@"])
def test_a_source_without_its_tag_is_refused(course, asked):
    with pytest.raises(CourseError, match="OWNER/REPOSITORY@TAG"):
        links.write(course, asked)


def test_a_pair_that_is_not_in_step_is_refused_before_anything_is_written(course):
    script = course.notebooks()[0].script
    script.write_text(script.read_text("utf-8") + "\n# more\n", "utf-8")
    before = (course.root / "pyproject.toml").read_text("utf-8")
    with pytest.raises(CourseError, match="01_one"):
        links.write(course, "else/where@v2")
    assert (course.root / "pyproject.toml").read_text("utf-8") == before
