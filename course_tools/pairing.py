"""The percent script is the source; the paired notebook follows it and keeps the outputs."""

import ast
import copy
import hashlib

import jupytext
import nbformat
from jupytext.combine import combine_inputs_with_outputs

from course_tools.series import PERCENT, CourseError
from course_utils import storage

# The last is jupytext's: blank lines of the script that are not the usual ones.
KNOWN = ("slideshow", "tags", "lines_to_next_cell")
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}


def combined(notebook):
    """Return what the paired notebook should hold: today's script, and the outputs there are.

    Cells that are in the pair already keep their ids, as with `jupytext --to notebook --update`,
    and their outputs, unless their code has changed since.
    """
    nb = notebook.read_script()
    metadata = {"kernelspec": dict(KERNELSPEC), "language_info": {"name": "python"}}
    if notebook.ipynb.exists():
        old = _without_additions(read_ipynb(notebook))
        before = {cell.get("id"): cell.source for cell in old.cells}
        nb = combine_inputs_with_outputs(nb, old, fmt=PERCENT)
        for cell in nb.cells:
            # jupytext gives the outputs of a cell to the one that stands in its place.
            if cell.get("outputs") and not _same_code(before.get(cell.get("id"), ""), cell.source):
                cell.outputs, cell.execution_count = [], None
        metadata["course"] = dict(old.metadata.get("course", {}))
    metadata.setdefault("course", {})["pair"] = _digest(_as_script(notebook, nb))
    nb.metadata = nbformat.from_dict(metadata)
    return nb


def _same_code(old, new):
    """Whether two cells do the same: comments and the form of the lines do not count."""
    try:
        return ast.dump(ast.parse(old)) == ast.dump(ast.parse(new))
    except SyntaxError:  # a line that is meant for the shell
        return old == new


def refuse_to_lose_edits(notebook):
    """Stop before the paired notebook is written over, if that would lose something.

    Raises:
        CourseError: the pair holds edits that the script lacks.
    """
    if notebook.ipynb.exists() and _edited_by_hand(notebook, read_ipynb(notebook)):
        raise CourseError(
            f"{notebook.ipynb.name} holds edits that {_script(notebook)} lacks; they would be "
            "lost.\n"
            f"  To keep them: course pair --from-notebook {notebook.number}\n"
            f"  To drop them: delete {notebook.ipynb.name}, then course pair {notebook.number}"
        )


def write_pair(notebook):
    """Bring the paired notebook in step with the script. Return the files that changed.

    A script that jupytext would write otherwise (the order of a cell's keys, blank lines
    between cells) is brought into that form first, as a formatter would.

    Raises:
        CourseError: the pair holds edits that the script lacks.
    """
    refuse_to_lose_edits(notebook)
    nb = combined(notebook)
    text = _as_script(notebook, nb)
    changed = []
    if text != notebook.script.read_text("utf-8"):
        _write_script(notebook, text)
        changed.append(notebook.script)
    if write_ipynb(nb, notebook.ipynb):
        changed.append(notebook.ipynb)
    return changed


def take_from_notebook(notebook):
    """Write the script from the paired notebook, to keep edits that were made there."""
    _write_script(notebook, _as_script(notebook, read_ipynb(notebook)))
    write_pair(notebook)


def check_pair(notebook):
    """Return what is wrong with the pair, in words. It never looks at file times."""
    if not notebook.ipynb.exists():
        return [
            f"{notebook.ipynb.name}: there is none for {_script(notebook)}; "
            f"make it with `course pair {notebook.number}`"
        ]
    text = notebook.script.read_text("utf-8")
    if _as_script(notebook, notebook.read_script()) != text:
        return [
            f"{_script(notebook)}: it is not in the form that jupytext writes; "
            f"`course pair {notebook.number}` puts it in that form"
        ]
    nb = read_ipynb(notebook)
    if _as_script(notebook, nb) == text:
        return []
    if _edited_by_hand(notebook, nb):
        return [
            f"{notebook.ipynb.name}: it was edited by hand and differs from {_script(notebook)}; "
            f"keep the edits with `course pair --from-notebook {notebook.number}`"
        ]
    return [
        f"{notebook.ipynb.name}: it is behind {_script(notebook)}; "
        f"bring it in step with `course pair {notebook.number}`"
    ]


def check_lists(project):
    """Return the notebooks that have no script, in words."""
    scripts = {notebook.name for notebook in project.notebooks()}
    return [
        f"{path.name}: there is no py/{path.stem}.py that it follows; "
        "delete it, or bring the script back"
        for path in sorted(project.notebooks_dir.glob("*.ipynb"))
        if path.stem not in scripts
    ]


def read_ipynb(notebook):
    """Return the stored notebook.

    Raises:
        CourseError: the file is not a notebook.
    """
    try:
        return nbformat.read(notebook.ipynb, as_version=4)
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise CourseError(
            f"{notebook.ipynb} is not a notebook ({_first_line(error)}). "
            f"Delete it and make it again with `course pair {notebook.number}`."
        ) from error


def write_ipynb(nb, path):
    """Write a notebook so that it is never half there. Return whether the file changed."""
    text = nbformat.writes(nb, version=nbformat.NO_CONVERT) + "\n"
    if path.exists() and path.read_text("utf-8") == text:
        return False
    with storage.atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return True


def mark_in_step(notebook):
    """Note in a pair whose two files were changed alike that it is in step."""
    nb = read_ipynb(notebook)
    nb.metadata.setdefault("course", {})["pair"] = _digest(_as_script(notebook, nb))
    write_ipynb(nb, notebook.ipynb)


def _as_script(notebook, nb):
    """Return the script of a notebook's cells, under the header that the script has today.

    What editors add of their own (kernel's name, cell ids, folded cells) is left out of it.
    """
    nb = _without_additions(copy.deepcopy(nb))
    nb.metadata = notebook.read_script().metadata
    return jupytext.writes(nb, fmt=PERCENT, config=notebook.jupytext_config)


def _without_additions(nb):
    """Leave in `nb` what the course knows of a cell: kind, source, tags, slide type. Return it."""
    for cell in nb.cells:
        cell.source = "\n".join(cell.source.splitlines())
        known = {name: cell.metadata.get(name) for name in KNOWN}
        if known["tags"]:
            known["tags"] = sorted(known["tags"])
        # An editor of tags leaves an empty list behind.
        kept = {name: value for name, value in known.items() if value not in (None, [], {})}
        cell.metadata = nbformat.from_dict(kept)
    # JupyterLab adds an empty cell when the last one is run.
    while nb.cells and nb.cells[-1].cell_type == "code" and not nb.cells[-1].source.strip():
        nb.cells.pop()
    return nb


def _edited_by_hand(notebook, nb):
    """Whether `nb` is neither today's script nor what the last pairing made.

    The digest of the script that a notebook was made from stays in its metadata; a front end
    that changes a cell leaves it there, and the two no longer agree.
    """
    text = _as_script(notebook, nb)
    if text == _as_script(notebook, notebook.read_script()):
        return False
    return _digest(text) != nb.metadata.get("course", {}).get("pair")


def _write_script(notebook, text):
    with storage.atomic_write(notebook.script) as path:
        path.write_text(text, encoding="utf-8", newline="\n")


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _script(notebook):
    return f"py/{notebook.script.name}"


def _first_line(error):
    return str(error).strip().split("\n")[0][:100]
