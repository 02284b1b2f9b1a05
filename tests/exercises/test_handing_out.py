"""Notebooks with solutions, and assignments: made of the same cells, graded by nbgrader itself."""

import copy
import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from miniature import run_course

from course_tools import exercises, pairing
from course_tools.series import CourseError, Notebook, Project
from course_utils.exercises import checking
from course_utils.storage import CHECKOUT

SERIES = [n for n in Project(CHECKOUT).notebooks() if n.number in checking.NOTEBOOKS]
NAME = "06_vae_latent_space"
(GRADED,) = (notebook for notebook in SERIES if notebook.name == NAME)


def code(nb):
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")


@pytest.mark.parametrize("notebook", SERIES, ids=lambda notebook: notebook.name)
def test_with_solutions_a_notebook_has_each_answer_once_and_all_else_as_it_was(notebook):
    solved, plain = exercises.with_solutions(notebook), notebook.read_script()
    tasks = exercises.tasks(notebook)
    assert tasks
    stubs = [task.stub.source for task in tasks]
    kept = [cell.source for cell in plain.cells if cell.source not in stubs]
    assert [source for source in kept if source not in {cell.source for cell in solved.cells}] == []
    for task in tasks:
        assert task.stub.source not in {cell.source for cell in solved.cells}
    compile(code(solved), notebook.name, "exec")


@pytest.mark.parametrize("notebook", SERIES, ids=lambda notebook: notebook.name)
def test_an_assignment_is_the_exercises_alone_with_a_point_for_each(notebook):
    nb = exercises.assignment(notebook)
    nbformat.validate(nb)
    graded = [cell.metadata.nbgrader for cell in nb.cells if "nbgrader" in cell.metadata]
    tasks = exercises.tasks(notebook)
    assert sum(one.get("points", 0) for one in graded) == len(tasks)
    assert len({one.grade_id for one in graded}) == len(graded) == 2 * len(tasks)
    assert code(nb).count(exercises._BEGIN) == code(nb).count(exercises._END) == len(tasks)
    for task in tasks:
        assert task.name in code(nb)
    compile(code(nb), notebook.name, "exec")


def test_a_notebook_without_solutions_says_where_they_belong(tmp_path):
    script = tmp_path / "notebooks" / "py" / "06_x.py"
    script.parent.mkdir(parents=True)
    script.write_bytes(GRADED.script.read_bytes())
    with pytest.raises(CourseError, match=r"no solutions of 06_x; they belong in .*06_x\.py"):
        exercises.assignment(Notebook(script))


def test_a_check_that_stands_apart_from_its_answer_is_told(tmp_path):
    script = tmp_path / "notebooks" / "py" / "06_x.py"
    script.parent.mkdir(parents=True)
    text = GRADED.script.read_text(encoding="utf-8")
    script.write_text(text.replace("def way_length(", "def length_of_way("), encoding="utf-8")
    with pytest.raises(CourseError, match=r"check of 06\.4 must follow the cell"):
        exercises.tasks(Notebook(script))


def nbgrader(folder, *arguments):
    """Run nbgrader, which looks for `alembic` beside Python."""
    beside = str(Path(sys.executable).parent)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_nbgrader_hands_out_without_solutions_and_grades_a_right_and_a_wrong_submission(tmp_path):
    run_course(Project(CHECKOUT), "assignments", GRADED.number, "--into", tmp_path)
    source = nbformat.read(tmp_path / "source" / NAME / f"{NAME}.ipynb", as_version=4)
    nbgrader(tmp_path, "generate_assignment", NAME, "--create")
    released = nbformat.read(tmp_path / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    assert "SOLUTION" not in code(released)
    assert "itertools.product" not in code(released)
    assert "length_of_the_middle = ..." in code(released)

    answers = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    wrong = {"answer-06-3": "def share_as_short(dimensions):\n    return 0.5"}
    for student, given in {"ada": answers, "bob": {**answers, **wrong}, "eve": {}}.items():
        nb = copy.deepcopy(released)
        for cell in nb.cells:
            cell.source = given.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
        path = tmp_path / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        pairing.write_ipynb(nb, path)
    nbgrader(tmp_path, "autograde", NAME, "--create")
    nbgrader(tmp_path, "export")
    with (tmp_path / "grades.csv").open(newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    points = len(answers)
    assert scores == {"ada": points, "bob": points - 1, "eve": 0}
