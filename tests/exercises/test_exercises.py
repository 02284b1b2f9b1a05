"""Each exercise: its solution is right, its stub is not done, typical mistakes are diagnosed."""

import ast
import importlib
import pkgutil
from pathlib import Path

import jupytext
import pytest

from course_utils.exercises import checking
from course_utils.storage import CHECKOUT

EXERCISES = [one for notebook in checking.NOTEBOOKS for one in checking.of_notebook(notebook)]
MISTAKES = [
    mistake
    for module in pkgutil.iter_modules([str(Path(__file__).parent)])
    if module.name.startswith("mistakes_")
    for mistake in importlib.import_module(module.name).MISTAKES
]
NOTEBOOKS = [
    script
    for script in sorted((CHECKOUT / "notebooks" / "py").glob("*.py"))
    if script.name[:2] in checking.NOTEBOOKS
]


def solutions_of(number):
    """The names that the solutions of an exercise's notebook define."""
    (script,) = (CHECKOUT / "notebooks" / "solutions").glob(f"{number[:2]}_*.py")
    names = {"__name__": "solutions"}
    exec(compile(script.read_text(encoding="utf-8"), str(script), "exec"), names)
    return names


def exercise_cells(script):
    cells = jupytext.read(script).cells
    return [cell.source for cell in cells if "exercise" in cell.metadata.get("tags", [])]


def answer_names(script):
    """Number of an exercise to the name of its answer, as the notebook's checks have them."""
    names = {}
    for cell in exercise_cells(script):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "exercises.check":
                names[node.args[0].value] = node.args[1].id
    return names


@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda script: script.stem)
def test_a_notebook_checks_each_of_its_exercises_and_no_other(script):
    assert list(answer_names(script)) == list(checking.of_notebook(script.name[:2]))


@pytest.mark.parametrize("script", NOTEBOOKS, ids=lambda script: script.stem)
def test_what_a_student_finds_is_not_done_and_says_what_to_do(script, tmp_path, monkeypatch):
    """In a file of its own, so that its source can be read, as in a notebook."""
    module = tmp_path / f"stubs_{script.stem}.py"
    stubs = [cell for cell in exercise_cells(script) if "exercises.check(" not in cell]
    module.write_text("\n\n".join(stubs), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    answers = vars(importlib.import_module(module.stem))
    for number, name in answer_names(script).items():
        outcome = checking.check(number, answers[name])
        assert not outcome
        assert f"{number}, not done yet: " in outcome.text
        assert checking.exercise_of(number).task in outcome.text


@pytest.mark.parametrize("number", EXERCISES)
def test_the_solution_is_right(number):
    (script,) = (script for script in NOTEBOOKS if script.name.startswith(number[:2]))
    assert checking.judged(number, solutions_of(number)[answer_names(script)[number]]) is None


@pytest.mark.parametrize(
    ("number", "answer", "said"), MISTAKES, ids=[f"{n}-{said}" for n, _, said in MISTAKES]
)
def test_a_typical_mistake_gets_its_diagnosis(number, answer, said):
    assert said in (checking.judged(number, answer) or "right")


@pytest.mark.parametrize("number", EXERCISES)
def test_two_mistakes_of_each_exercise_are_known(number):
    assert len({said for of, _, said in MISTAKES if of == number}) >= 2
