"""Recorded runs of claims: the long run behind a verdict, made once and kept with the notebooks."""

import ast
import hashlib
import json
import os
import warnings
from pathlib import Path

from course_utils import storage


def note(result):
    """Add a result (a dict) to the file that `course record` collects, if it is recording."""
    target = os.environ.get("COURSE_RECORD")
    if not target:
        return
    path = Path(target)
    noted = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    noted = [r for r in noted if r["claim"]["name"] != result["claim"]["name"]] + [result]
    with storage.atomic_write(path) as temporary:
        temporary.write_text(json.dumps(noted), encoding="utf-8")


def find(notebook, name):
    """The recorded result of a claim.

    Args:
        notebook: name of the notebook, such as `01_autoencoders`.
        name: the claim's name.

    Returns:
        (result as a dict, whether the notebook's code has changed since). None where no run has
        been recorded, or where neither a checkout nor an installed package holds it.
    """
    path = recorded_folder() / f"{notebook}.json"
    if not path.is_file():
        return None, False
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        for result in record["claims"]:
            if result["claim"]["name"] == name:
                return result, _is_stale(notebook, record["code"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        warnings.warn(
            f"the recorded run of {notebook} cannot be read ({type(error).__name__}: {error}). "
            f"Get the file again, or make it with `course record {notebook[:2]}`.",
            stacklevel=3,
        )
    return None, False


def recorded_folder():
    """Folder of the recorded runs: in a checkout `notebooks/recorded`, else in the package."""
    if storage.in_checkout():
        return storage.CHECKOUT / "notebooks" / "recorded"
    return Path(__file__).resolve().parent.parent / "recorded"


def _is_stale(notebook, code):
    script = storage.CHECKOUT / "notebooks" / "py" / f"{notebook}.py"
    return script.is_file() and code_hash(script, "recorded") != code


def code_hash(script, of="outputs"):
    """Hash of a percent script's code: comments, prose and layout do not count.

    Nor do budgets that were not used: what is stored stays good when a smaller machine needs
    another one.

    Args:
        script: path of the percent script.
        of: what was made with the code. For `outputs`, the stored ones, the `smoke` budgets of
            `by_profile` do not count; for a `recorded` run, where `record` is given, it alone
            counts; for measured `times` all do.

    Returns:
        16 hexadecimal digits.

    Raises:
        SyntaxError: the script is not valid Python.
    """
    tree = ast.parse(Path(script).read_text(encoding="utf-8"))
    return hashlib.sha256(repr(_canonical(tree, of)).encode()).hexdigest()[:16]


def _canonical(node, of):
    """A syntax tree as nested lists, without the empty fields that Python versions add or drop."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "by_profile":
        node = ast.Call(func=node.func, args=node.args, keywords=_used(node.keywords, of))
    if isinstance(node, ast.AST):
        fields = [[name, _canonical(value, of)] for name, value in ast.iter_fields(node)
                  if name != "kind" and value is not None and value != []]  # fmt: skip
        return [type(node).__name__, fields]
    return [_canonical(part, of) for part in node] if isinstance(node, list) else repr(node)


def _used(budgets, of):
    if of == "times":
        return budgets
    record = [budget for budget in budgets if budget.arg == "record"]
    if of == "recorded" and record:
        return record
    return [budget for budget in budgets if budget.arg != "smoke"]
