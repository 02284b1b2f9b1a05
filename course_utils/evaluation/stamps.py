"""Stamps: hashes that tell whether the code behind a record or an output is still the same."""

import ast
import functools
import hashlib
import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
# They show numbers, keep them and tell them apart, and make none.
_SHOWING = (
    "plotting",
    "widgets",
    "notes",
    "drive",
    "exercises",
    "evaluation.record_files",
    "evaluation.recorded",
    "evaluation.stamps",
    "training.devices",
    "training.fingerprints",
    "training.own_code",
    "training.state",
    "training.stored_runs",
)
# Nothing of them is seen in an output either.
UNSEEN = (
    "drive", "exercises", "evaluation.stamps", "training.devices", "training.fingerprints",
    "training.own_code", "training.state", "training.stored_runs",
)  # fmt: skip
# They only say in which module a name is to be found: a new model changes no older one's number.
_INDEXES = ("evaluation", "measures", "models", "plotting", "training", "widgets")
# Another way to the same bytes changes no number, and what `data.load` gives is held by tests: its
# hash for every set, and the published checksums of the real ones.
_LOADING = (
    "data", "data.assembly", "data.containers", "data.download", "data.files", "data.layouts",
    "data.stored",
)  # fmt: skip
# They refuse and warn, and give the values back as they were.
_CHECKING = ("checks", "measures.inputs")
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# Stands for every address that the first cell installs from: a release or a copy of the project
# has another one, and its numbers are the same.
_INSTALLED_FROM = "git+https://github.com/deep-generative-companion/deep-generative-companion"


def changed_since(record, script):
    """What has changed since a recorded file was made, in words; "" if nothing has.

    Args:
        record: the file's content; one from before modules were noted says nothing of them.
        script: path of the notebook's script; an installed package has none.
    """
    if Path(script).is_file() and code_hash(script) != record["code"]:
        return "the code has changed since"
    modules = record.get("modules", {})
    changed = changed_modules({m: h for m, h in modules.items() if not m.startswith(_SHOWING)})
    return f"{', '.join(changed)} {'have' if changed[1:] else 'has'} changed since" * bool(changed)


def changed_modules(hashes):
    """Names of the modules whose code no longer has these hashes (name to hash), or is gone."""
    return sorted(
        name
        for name, known in hashes.items()
        if name not in (*_INDEXES, *_LOADING, *_CHECKING) and module_hash(name) != known
    )


def module_hash(name):
    """Hash of a module, such as `measures.frechet`, but for its comments and docstrings.

    Returns:
        16 hexadecimal digits; None where there is no such module.
    """
    path = PACKAGE.joinpath(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return _hash_of_file(path, path.stat().st_mtime_ns) if path.is_file() else None


@functools.cache
def _hash_of_file(path, _modified):
    """Hash of a module; kept, since a notebook may ask for it at each claim."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, _WITH_DOCSTRING) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return _hash(tree, list)


def used_in_a_record(budgets):
    """Which keywords of `by_profile` count in a recorded run: `record`, else all but `smoke`."""
    record = [budget for budget in budgets if budget.arg == "record"]
    return record or [budget for budget in budgets if budget.arg != "smoke"]


def code_hash(script, used=used_in_a_record):
    """Hash of a percent script's code: comments, prose and layout do not count.

    Nor do budgets that were not `used`: what is stored stays good when a smaller machine needs
    another one. Nor do the address that the first cell installs from, and the exercises.

    Args:
        script: path of the percent script.
        used: picks from the keywords of a call of `by_profile` (`ast.keyword`) those that count.

    Returns:
        16 hexadecimal digits.

    Raises:
        SyntaxError: the script is not valid Python.
    """
    return _hash(ast.parse(_without_exercises(Path(script).read_text(encoding="utf-8"))), used)


def _without_exercises(script):
    """A percent script without the cells that are tagged as exercises."""
    head, *cells = re.split(r"(?m)^(?=# %%)", script)
    return head + "".join(cell for cell in cells if '"exercise"' not in cell.partition("\n")[0])


def _hash(tree, used):
    return hashlib.sha256(repr(_canonical(tree, used)).encode()).hexdigest()[:16]


def _canonical(node, used):
    """A syntax tree as nested lists, without the empty fields that Python versions add or drop."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "by_profile":
        node = ast.Call(func=node.func, args=node.args, keywords=used(node.keywords))
    if isinstance(node, ast.Constant) and str(node.value).startswith("git+https://"):
        node = ast.Constant(value=_INSTALLED_FROM)
    if isinstance(node, ast.AST):
        fields = [[name, _canonical(value, used)] for name, value in ast.iter_fields(node)
                  if name != "kind" and value is not None and value != []]  # fmt: skip
        return [type(node).__name__, fields]
    return [_canonical(part, used) for part in node] if isinstance(node, list) else repr(node)
