"""Recorded runs of claims: the long run behind a verdict, made once and kept with the notebooks."""

import ast
import functools
import hashlib
import json
import os
import warnings
from pathlib import Path

from course_utils import storage

PACKAGE = Path(__file__).resolve().parent.parent
# They show and keep numbers, and make none.
_SHOWING = ("plotting", "widgets", "notes", "evaluation.recorded")
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# Stands for every address that the first cell installs from: a release or a copy of the project
# has another one, and its numbers are the same.
_INSTALLED_FROM = "git+https://github.com/deep-generative-companion/deep-generative-companion"


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
        (result as a dict, what has changed since in words, "" if nothing has), or (None, "") where
        no run is recorded.
    """
    # A checkout keeps the records with the notebooks, an installed package has them inside.
    folder = storage.CHECKOUT / "notebooks" if storage.in_checkout() else PACKAGE
    path = folder / "recorded" / f"{notebook}.json"
    if not path.is_file():
        return None, ""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        for result in record["claims"]:
            if result["claim"]["name"] == name:
                script = storage.CHECKOUT / "notebooks" / "py" / f"{notebook}.py"
                return result, changed_since(record, script)
    except (OSError, ValueError, KeyError, TypeError) as error:
        warnings.warn(
            f"the recorded run of {notebook} cannot be read ({type(error).__name__}: {error}). "
            f"Get the file again, or make it with `course record {notebook[:2]}`.",
            stacklevel=3,
        )
    return None, ""


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
    return sorted(name for name, known in hashes.items() if module_hash(name) != known)


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
    another one. Nor does the address that the first cell installs from.

    Args:
        script: path of the percent script.
        used: picks from the keywords of a call of `by_profile` (`ast.keyword`) those that count.

    Returns:
        16 hexadecimal digits.

    Raises:
        SyntaxError: the script is not valid Python.
    """
    return _hash(ast.parse(Path(script).read_text(encoding="utf-8")), used)


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
