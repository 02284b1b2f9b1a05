import json
import os

import nbformat
import nbformat.v4 as v4
import pytest
from miniature import make_course, write_script

from course_tools import pairing
from course_tools.series import CourseError

FUNCTION = "def half(x):\n    return x / 2\n\n\nhalf(3)"


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "c", _01_one=["a = 1\na", FUNCTION])


@pytest.fixture
def paired(course):
    """A notebook in step with its script, with one output."""
    notebook = course.notebooks()[0]
    pairing.write_pair(notebook)
    nb = pairing.read_ipynb(notebook)
    nb.cells[1].outputs = [v4.new_output("stream", text="1")]
    nb.cells[1].execution_count = 1
    nbformat.write(nb, notebook.ipynb)
    return notebook


def edit_ipynb(notebook, source):
    nb = pairing.read_ipynb(notebook)
    nb.cells[1].source = source
    nbformat.write(nb, notebook.ipynb)


def test_a_new_pair_is_in_step(course):
    notebook = course.notebooks()[0]
    assert pairing.check_pair(notebook) == [
        "01_one.ipynb: there is none for py/01_one.py; make it with `course pair 01`"
    ]
    before = notebook.script.read_bytes()
    assert pairing.write_pair(notebook) == [notebook.ipynb]
    assert pairing.check_pair(notebook) == []
    assert notebook.script.read_bytes() == before
    nbformat.validate(pairing.read_ipynb(notebook))


def test_pairing_twice_changes_nothing(paired):
    assert pairing.write_pair(paired) == []


def test_ids_and_outputs_of_unchanged_cells_are_kept(paired):
    before = pairing.read_ipynb(paired)
    write_script(paired.script, ["a = 1\na", "new = 2", FUNCTION])
    pairing.write_pair(paired)
    after = pairing.read_ipynb(paired)
    assert [c.id for c in after.cells if c.source != "new = 2"] == [c.id for c in before.cells]
    assert after.cells[1].outputs == before.cells[1].outputs
    assert after.cells[2].outputs == []


@pytest.mark.parametrize(
    ("code", "kept"), [("a = 1  # one\na", True), ("a = (1)\na", True), ("a = 2\na", False)]
)
def test_outputs_of_other_code_are_not_kept(paired, code, kept):
    write_script(paired.script, [code, FUNCTION])
    pairing.write_pair(paired)
    cell = pairing.read_ipynb(paired).cells[1]
    assert (bool(cell.outputs), cell.execution_count) == (kept, 1 if kept else None)


def test_a_script_that_went_on_is_told_and_followed(paired):
    write_script(paired.script, ["a = 2\na"])
    assert "is behind py/01_one.py" in pairing.check_pair(paired)[0]
    assert pairing.write_pair(paired) == [paired.ipynb]
    assert pairing.check_pair(paired) == []


@pytest.mark.parametrize("newer", ["script", "ipynb"])
def test_file_times_do_not_matter(paired, newer):
    write_script(paired.script, ["a = 2\na"])
    for path in (paired.script, paired.ipynb):
        os.utime(path, (1e9, 2e9 if path == getattr(paired, newer) else 1e9))
    pairing.write_pair(paired)
    assert "a = 2" in paired.script.read_text()
    assert pairing.read_ipynb(paired).cells[1].source == "a = 2\na"


def test_edits_in_the_notebook_are_never_lost(paired):
    edit_ipynb(paired, "a = 3\na")
    assert "edited by hand" in pairing.check_pair(paired)[0]
    before = paired.ipynb.read_bytes()
    with pytest.raises(CourseError, match="--from-notebook 01"):
        pairing.write_pair(paired)
    assert paired.ipynb.read_bytes() == before

    pairing.take_from_notebook(paired)
    assert "a = 3" in paired.script.read_text()
    assert pairing.check_pair(paired) == []


def test_a_front_end_that_saved_both_files_is_no_trouble(paired):
    edit_ipynb(paired, "a = 3\na")
    text = paired.script.read_text().replace("a = 1", "a = 3")
    paired.script.write_text(text)
    assert pairing.check_pair(paired) == []
    assert pairing.write_pair(paired) == [paired.ipynb]


def test_a_script_in_another_form_is_told_and_put_right(paired):
    text = paired.script.read_text()
    other = text.replace("# %% slideshow", "# %%   slideshow")
    assert other != text
    paired.script.write_text(other)
    assert "not in the form" in pairing.check_pair(paired)[0]
    assert pairing.write_pair(paired) == [paired.script]
    assert paired.script.read_text() == text


def test_a_notebook_without_a_script_is_told(course, paired):
    assert pairing.check_lists(course) == []
    paired.ipynb.rename(paired.ipynb.with_name("02_other.ipynb"))
    assert "no py/02_other.py" in pairing.check_lists(course)[0]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}'])
def test_a_damaged_notebook_is_told(paired, content):
    paired.ipynb.write_text(content)
    with pytest.raises(CourseError, match="is not a notebook"):
        pairing.check_pair(paired)


def test_what_course_execute_noted_survives_pairing(paired):
    nb = pairing.read_ipynb(paired)
    nb.metadata["course"]["code"] = "0123"
    nbformat.write(nb, paired.ipynb)
    assert pairing.check_pair(paired) == []
    write_script(paired.script, ["a = 2\na"])
    pairing.write_pair(paired)
    assert pairing.read_ipynb(paired).metadata["course"]["code"] == "0123"


def another_kernel(content):
    content["metadata"]["kernelspec"] = {
        "display_name": ".venv (3.12.1)", "language": "python", "name": "course",
    }  # fmt: skip
    content["metadata"]["language_info"] = {"name": "python", "version": "3.12.1"}


def colab(content):
    content["metadata"].update(colab={"provenance": []}, accelerator="GPU")
    content.update(nbformat_minor=0)
    for number, cell in enumerate(content["cells"]):
        del cell["id"]
        cell["metadata"].update(id=f"c{number}", colab={"base_uri": "https://x.org"})


def vscode(content):
    content["metadata"]["vscode"] = {"interpreter": {"hash": "31f2"}}
    for cell in content["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}


def folded(content):
    content["cells"][0]["metadata"]["jp-MarkdownHeadingCollapsed"] = True
    content["cells"][1]["metadata"].update(collapsed=True, scrolled=False)
    content["cells"][1]["metadata"]["ExecuteTime"] = {"end_time": "2026-01-01"}


def other_order(content):
    for cell in content["cells"]:
        cell["metadata"] = dict(sorted(cell["metadata"].items(), reverse=True))
        if "tags" in cell["metadata"]:
            cell["metadata"]["tags"].reverse()


def empty_tags(content):
    content["cells"][0]["metadata"]["tags"] = []


def windows_lines(content):
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")


def empty_last_cell(content):
    cell = {"cell_type": "code", "metadata": {}, "source": [], "outputs": [], "id": "last"}
    content["cells"].append({**cell, "execution_count": None})


@pytest.fixture
def save_as(paired):
    """Return a function that saves the pair as another editor would, maybe with an edit."""
    text = paired.script.read_text().replace('["nbval-check-output"]', '["a", "b"]', 1)
    paired.script.write_text(text)
    pairing.write_pair(paired)

    def save_as(editor, edit=False):
        content = json.loads(paired.ipynb.read_text("utf-8"))
        if edit:
            content["cells"][1]["source"] = ["a = 3\n", "a"]
        editor(content)
        paired.ipynb.write_text(json.dumps(content), "utf-8")

    return save_as


@pytest.mark.parametrize(
    "editor",
    [another_kernel, colab, vscode, folded, other_order, empty_tags, windows_lines,
     empty_last_cell],
)  # fmt: skip
class TestAnotherEditor:
    def test_what_it_adds_is_no_edit(self, paired, save_as, editor):
        script = paired.script.read_bytes()
        save_as(editor)
        assert pairing.check_pair(paired) == []
        pairing.write_pair(paired)
        assert paired.script.read_bytes() == script
        pairing.take_from_notebook(paired)
        assert paired.script.read_bytes() == script

    def test_the_script_may_go_on_under_it(self, paired, save_as, editor):
        save_as(editor)
        paired.script.write_text(paired.script.read_text().replace("a = 1", "a = 2"))
        assert "is behind" in pairing.check_pair(paired)[0]
        pairing.write_pair(paired)
        nb = pairing.read_ipynb(paired)
        assert nb.cells[1].source == "a = 2\na"
        assert nb.metadata["kernelspec"] == pairing.KERNELSPEC
        assert {name for cell in nb.cells for name in cell.metadata} <= set(pairing.KNOWN)

    def test_an_edit_made_there_comes_back_alone(self, paired, save_as, editor):
        script = paired.script.read_text()
        save_as(editor, edit=True)
        assert "edited by hand" in pairing.check_pair(paired)[0]
        with pytest.raises(CourseError, match="--from-notebook"):
            pairing.write_pair(paired)
        pairing.take_from_notebook(paired)
        assert paired.script.read_text() == script.replace("a = 1", "a = 3")


@pytest.mark.parametrize("name", ["tags", "slideshow"])
def test_tags_and_slide_types_are_part_of_the_pair(paired, name):
    nb = pairing.read_ipynb(paired)
    del nb.cells[1].metadata[name]
    nbformat.write(nb, paired.ipynb)
    assert "edited by hand" in pairing.check_pair(paired)[0]
