"""`check`: an answer is run against the facts of its exercise, and what is wrong is said."""

import ast
import collections
import dataclasses
import importlib
import inspect
import textwrap

from course_utils.exercises import limits
from course_utils.exercises.judging import Ask, Exercise, Wrong

# Notebooks, by number, whose exercises can be checked; each has a module of its name here.
NOTEBOOKS = {
    "00": "start_here",
    "01": "autoencoders",
    "02": "autoencoder_applications",
    "03": "vae_theory",
    "04": "vae_likelihoods",
    "05": "vae_dense_vs_conv",
    "06": "vae_latent_space",
    "07": "vae_factors",
    "08": "gaussian_mixtures",
    "09": "latent_mixtures",
    "10": "gan_theory",
    "11": "gan_architectures",
    "12": "wasserstein",
    "13": "celeba_dcgan",
    "14": "celeba_wgan",
    "15": "celeba_vae",
}
# How often an exercise was answered wrongly in this process.
_FAILED = collections.Counter()


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a check found; true if the answer is right. Shown as its text.

    Attributes:
        number: of the exercise.
        right: whether every fact holds.
        text: what to tell the student.
    """

    number: str
    right: bool
    text: str

    def __bool__(self):
        return self.right

    def __repr__(self):
        return self.text


def exercise_of(number):
    """The Exercise of this number.

    Raises:
        ValueError: there is none.
    """
    notebook = str(number).partition(".")[0]
    known = of_notebook(notebook) if notebook in NOTEBOOKS else {}
    if number not in known:
        there = ", ".join(known) or f"of the notebooks {', '.join(NOTEBOOKS)}"
        raise ValueError(f"there is no exercise {number!r} to check; there are those {there}.")
    return known[number]


def of_notebook(notebook):
    """The exercises of a notebook by number, in order.

    Args:
        notebook: its number in the series, two digits.
    """
    module = importlib.import_module(f"{__package__}.{NOTEBOOKS[notebook]}")
    found = [value for value in vars(module).values() if isinstance(value, Exercise)]
    return {one.number: one for one in sorted(found, key=lambda one: one.number)}


def check(number, answer, time_limit=20.0, memory_limit=1_000.0):
    """Check an answer to an exercise.

    It runs in another process: it may not take longer than the limits allow, and nothing that it
    does reaches the notebook.

    Args:
        number: of the exercise, as in the notebook, such as `"06.1"`.
        answer: the function, class or value that the exercise asks for.
        time_limit: seconds.
        memory_limit: megabytes.

    Returns:
        Outcome, which a notebook shows as its text.

    Raises:
        ValueError: there is no such exercise.
    """
    task = exercise_of(number)
    if _is_empty(answer):
        return Outcome(number, False, f"· {number}, not done yet: {task.task}")
    try:
        # The task itself is sent, so that what it imports is there before the clock starts.
        said = limits.call(_judge, task, answer, limits=limits.Limits(time_limit, memory_limit))
    except limits.Stopped as stopped:
        said = f"your answer could not be checked: {stopped}"
    if said is None:
        _FAILED.pop(number, None)
        return Outcome(number, True, f"✓ {number}: right.")
    _FAILED[number] += 1
    hint = f"\n  Hint: {task.hint}" if _FAILED[number] > 1 else ""
    return Outcome(number, False, f"✗ {number}: {said}{hint}")


def judged(number, answer):
    """What is wrong with an answer, in words, or None; in this process, without limits."""
    return _judge(exercise_of(number), answer)


def _judge(task, answer):
    try:
        task.judge(Ask(answer))
    except Wrong as wrong:
        return str(wrong)
    return None


def _is_empty(answer):
    """Whether an answer is none, or a function with nothing but a docstring and `...` in it."""
    if answer is None or answer is Ellipsis:
        return True
    if inspect.isclass(answer):  # its source cannot be read in a notebook before Python 3.13
        return all(name.startswith("__") for name in vars(answer))
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):
        return False
    return all(map(_does_nothing, getattr(tree.body[0], "body", [answer])))


def _does_nothing(node):
    """Whether a statement is `...`, `pass`, a docstring, or what nbgrader puts for a solution."""
    if isinstance(node, ast.Raise):
        return "NotImplementedError" in ast.unparse(node)
    is_constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_constant or isinstance(node, ast.Pass)
