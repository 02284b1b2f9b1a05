"""The exercises of a notebook: their tasks, their solutions, and copies for who grades them.

A task is a markdown cell that begins with `**1. Title.**`, a cell to fill in and a cell that checks
it, both tagged `exercise`. Its solution stands in `notebooks/solutions/NN_name.py` alone, below a
markdown cell that begins with `**1.**`; whatever needs it takes it from there.
"""

import ast
import copy
import dataclasses
import re
import textwrap

import jupytext
import nbformat

from course_tools import pairing
from course_tools.series import PERCENT, CourseError, is_exercise

_HEADING, _NEXT = "## Exercises", "## Where to go next"
_NUMBER = re.compile(r"^\*\*(\d+)\.", re.MULTILINE)
# Where nbgrader is called: an answer that trains or imports a framework takes more than its 30 s.
NBGRADER_CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "deep-generative-models"
c.ExecutePreprocessor.timeout = 300
"""
_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclasses.dataclass(frozen=True)
class Task:
    """One exercise of a notebook.

    Attributes:
        number: as `exercises.check` knows it, such as `"06.1"`.
        name: what the answer is called.
        stub: the cell that is filled in.
        check: the cell that checks it.
    """

    number: str
    name: str
    stub: nbformat.NotebookNode
    check: nbformat.NotebookNode


def section(nb):
    """The cells of a notebook from the heading of the exercises to where they end."""
    starts = {cell.source.partition("\n")[0]: place for place, cell in enumerate(nb.cells)}
    if _HEADING not in starts:
        return []
    return nb.cells[starts[_HEADING] : starts.get(_NEXT, len(nb.cells))]


def tasks(notebook):
    """The tasks of a notebook, in order.

    Raises:
        CourseError: a check stands there without a cell to fill in.
    """
    found, cells = [], [cell for cell in section(notebook.read_script()) if is_exercise(cell)]
    for before, cell in zip([None, *cells], cells, strict=False):
        for number, name in _checked(cell):
            if before is None or name not in _names(before):
                raise CourseError(
                    f"{notebook.script.name}: the check of {number} must follow the cell that "
                    f"defines `{name}`."
                )
            found.append(Task(number, name, before, cell))
    return found


def solutions(notebook):
    """Number of a task to the cells of its solution: the explanation, then code.

    Raises:
        CourseError: there is no file of solutions.
    """
    path = notebook.script.parent.parent / "solutions" / notebook.script.name
    if not path.is_file():
        raise CourseError(f"there are no solutions of {notebook.name}; they belong in {path}.")
    found, number = {}, None
    for cell in jupytext.reads(path.read_text(encoding="utf-8"), fmt=PERCENT).cells:
        if cell.cell_type == "markdown" and (begins := _NUMBER.search(cell.source)):
            number = f"{notebook.number}.{begins[1]}"
            cell.source = cell.source[begins.start() :]
        if number:
            found.setdefault(number, []).append(cell)
    return found


def with_solutions(notebook):
    """The whole notebook, without outputs, each stub replaced by its solution."""
    nb, solved = notebook.read_script(), solutions(notebook)
    answers = {task.stub.source: solved[task.number] for task in tasks(notebook)}
    cells = []
    for cell in nb.cells:
        cells += copy.deepcopy(answers.get(cell.source, [cell]))
    nb.cells = cells
    return nb


def assignment(notebook):
    """The exercises alone, as nbgrader's source: solutions between its marks, checks with points.

    What nbgrader releases from it has empty cells to fill in; what it grades are the checks.
    """
    nb, solved, marked = notebook.read_script(), solutions(notebook), {}
    for task in tasks(notebook):
        code = [cell.source for cell in solved[task.number] if cell.cell_type == "code"]
        marked[task.stub.source] = _solution_cell(task, code)
        marked[task.check.source] = _check_cell(task)
    title = f"# Exercises of notebook {notebook.number}: {notebook.title}"
    cells = [nbformat.v4.new_markdown_cell(title), *filter(_only_imports, nb.cells)]
    cells += [marked.get(cell.source, cell) for cell in section(nb)]
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata.kernelspec = dict(pairing.KERNELSPEC)
    for place, cell in enumerate(made.cells):
        cell.id = f"cell-{place}"
    return made


def _solution_cell(task, code):
    """The answer with its body between nbgrader's marks; what it needs before it is given."""
    *given, answer = code
    node = ast.parse(answer).body[-1]
    lines = answer.splitlines()
    first, indent = node.lineno - 1, ""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        # The signature and the docstring are the task's: what is below them is the solution.
        below = node.body[1] if ast.get_docstring(node) is not None else node.body[0]
        first, indent = below.lineno - 1, " " * below.col_offset
    before = [*given, "\n".join(lines[:first])]
    if isinstance(node, ast.Assign):
        before.append(task.stub.source)  # a value: its name must stay when the solution is cut out
    parts = [*filter(None, before), f"{indent}{_BEGIN}", *lines[first:], f"{indent}{_END}"]
    return _graded(nbformat.v4.new_code_cell("\n".join(parts)), task, solution=True)


def _check_cell(task):
    source = textwrap.dedent(f"""\
        from course_utils import exercises

        outcome = exercises.check("{task.number}", {task.name})
        print(outcome)
        assert outcome, outcome.text""")
    return _graded(nbformat.v4.new_code_cell(source), task, solution=False)


def _graded(cell, task, solution):
    """The cell with what nbgrader (schema 3) wants to know of it."""
    kind = "answer" if solution else "check"
    cell.metadata.nbgrader = {
        "grade": not solution,
        "grade_id": f"{kind}-{task.number.replace('.', '-')}",
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        **({} if solution else {"points": 1}),
    }
    return cell


def _checked(cell):
    """Numbers of the tasks that a cell checks, with the names of their answers."""
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "exercises.check":
            yield node.args[0].value, ast.unparse(node.args[1])


def _names(cell):
    """What a cell defines at its top level."""
    for node in ast.parse(cell.source).body:
        if isinstance(node, ast.Assign):
            yield from map(ast.unparse, node.targets)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name


def _only_imports(cell):
    """Whether a code cell imports and does nothing else."""
    if cell.cell_type != "code" or is_exercise(cell):
        return False
    return all(
        isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.parse(cell.source).body
    )
