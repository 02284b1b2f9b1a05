import base64
import io

import nbformat.v4 as v4
import numpy as np
import pytest
from miniature import FIGURE, half_written, make_course
from PIL import Image
from rich.console import Console

from course_tools import execution, pairing, progress, storing
from course_tools.series import CourseError
from course_utils.evaluation import stamps

PRINT_BUDGET = "import os\nprint(os.environ['COURSE_PROFILE'], os.environ['COURSE_DATA'])"
NOTE_RUNS = "import pathlib\npathlib.Path(os.environ['COURSE_RUNS_DIR'], 'run').write_text('1')"

# `start` without the backend, which takes seconds to import.
START_NOTHING = """\
from course_utils import environment
environment._session.environment = environment.Environment(*[None] * 8)"""


@pytest.fixture
def display():
    return progress.PlainDisplay(Console(quiet=True), 2)


def test_stored_outputs_and_what_made_them(tmp_path, display, monkeypatch):
    runs = tmp_path / "runs"
    monkeypatch.setenv("COURSE_RUNS_DIR", str(runs))
    course = make_course(tmp_path / "c", _01_one=[PRINT_BUDGET, NOTE_RUNS, FIGURE])
    notebook = course.notebooks()[0]
    storing.store(notebook, execution.Settings("cpu"), display)

    nb = pairing.read_ipynb(notebook)
    assert nb.cells[1].outputs[0].text == "cpu auto\n"
    assert [cell.execution_count for cell in nb.cells[1:]] == [1, 2, 3]
    course_metadata = nb.metadata["course"]
    assert course_metadata["profile"] == "cpu"
    assert course_metadata["code"] == storing.code_hash(notebook)
    assert course_metadata["timed"] == storing.code_hash(notebook, "times")
    assert set(course_metadata["seconds"]) == {"smoke", "cpu"}
    assert pairing.check_pair(notebook) == []
    assert not runs.exists(), "a reader's trained models were used or written"
    assert half_written(course.root) == []


USES_MODULES = f"""\
{START_NOTHING}
from course_utils import data, notes
_ = data.load("toys", 10)"""


def test_outputs_are_stamped_with_data_and_modules(tmp_path, display):
    course = make_course(tmp_path / "c", _01_one=[USES_MODULES])
    storing.store(course.notebooks()[0], execution.Settings("smoke", "builtin"), display)
    stamp = pairing.read_ipynb(course.notebooks()[0]).metadata["course"]
    assert stamp["data"] == {"ring": "builtin"}
    assert stamp["modules"].keys() >= {"data", "data.drawn.toys", "environment", "notes"}
    assert "models.vae" not in stamp["modules"]
    assert stamps.changed_modules(stamp["modules"]) == []


def test_a_failed_run_leaves_the_stored_notebook(tmp_path, display):
    course = make_course(tmp_path / "c", _01_one=[f"{PRINT_BUDGET}\nassert 0"])
    notebook = course.notebooks()[0]
    pairing.write_pair(notebook)
    before = notebook.ipynb.read_bytes()
    with pytest.raises(execution.ExecutionFailed, match="AssertionError"):
        storing.store(notebook, execution.Settings("smoke"), display)
    assert notebook.ipynb.read_bytes() == before


def test_edits_are_refused_before_anything_is_executed(tmp_path, display, monkeypatch):
    notebook = make_course(tmp_path / "c", _01_one=["1"]).notebooks()[0]
    pairing.write_pair(notebook)
    notebook.ipynb.write_text(notebook.ipynb.read_text().replace('"1"', '"2"'))
    monkeypatch.setattr(execution, "execute", lambda *_: pytest.fail("it was executed"))
    with pytest.raises(CourseError, match="holds edits"):
        storing.store(notebook, execution.Settings("smoke"), display)


def test_edits_made_while_it_is_executed_are_refused(tmp_path, display):
    edit = (
        "import pathlib\npath = pathlib.Path('01_one.ipynb')\n"
        "_ = path.write_text(path.read_text().replace('What **', 'Why **'))"
    )
    course = make_course(tmp_path / "c", _01_one=[edit])
    notebook = course.notebooks()[0]
    pairing.write_pair(notebook)
    kept = course.build_dir / "notebooks" / "01_one.ipynb"
    with pytest.raises(CourseError, match="holds edits") as refusal:
        storing.store(notebook, execution.Settings("smoke"), display)
    assert str(kept) in str(refusal.value)
    assert "Why **" in notebook.ipynb.read_text()
    assert '"execution_count": 1' in kept.read_text()


def test_noise_is_stripped_and_pictures_stay():
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    picture = {**widget, "image/png": "cGl4", "text/plain": "alt"}
    bar = "50%|█████     | 1/2 [00:01<00:01]\n"
    cell = v4.new_code_cell(
        "x",
        execution_count=1,
        metadata={"execution": {"iopub.status.busy": "now"}, "tags": ["a"], "colab": {}},
        outputs=[
            v4.new_output("stream", name="stderr", text=bar),
            v4.new_output("stream", name="stderr", text=f"{bar}Warning: real"),
            v4.new_output("display_data", {**widget, "text/plain": "  0%|"}),
            v4.new_output("display_data", picture, metadata={"image/png": {"alt": "alt"}}),
        ],
    )
    metadata = {"widgets": {"state": {}}, "language_info": {"name": "python", "version": "3"}}
    nb = storing.strip_noise(v4.new_notebook(cells=[cell], metadata=metadata))
    assert nb.metadata == {"language_info": {"name": "python"}}
    cell = nb.cells[0]
    assert cell.metadata == {"tags": ["a"]}
    assert cell.execution_count == 1
    stderr, shown = cell.outputs
    assert stderr.text == "Warning: real"
    assert shown.data == {"image/png": "cGl4", "text/plain": "alt"}
    assert shown.metadata == {"image/png": {"alt": "alt"}}


def test_an_exercise_is_stored_empty():
    outputs = [v4.new_output("execute_result", {"text/plain": "not done yet"}, execution_count=7)]
    metadata = {"tags": ["exercise"]}
    cell = v4.new_code_cell("check()", execution_count=7, metadata=metadata, outputs=outputs)
    (stored,) = storing.strip_noise(v4.new_notebook(cells=[cell])).cells
    assert (stored.outputs, stored.execution_count) == ([], None)


def test_pictures_are_stored_small_and_look_the_same():
    grey = np.tile(np.arange(256, dtype=np.uint8), (64, 4))
    noise = np.random.default_rng(0).integers(0, 40, (64, 1024, 3), dtype=np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=-1) // 2 + noise
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    data = {"image/png": base64.b64encode(file.getvalue()).decode()}
    output = v4.new_output("display_data", data=data)
    nb = v4.new_notebook(cells=[v4.new_code_cell("1", outputs=[output])])
    stored = storing.shrink_pictures(nb).cells[0].outputs[0].data["image/png"]
    assert len(stored) < 0.6 * len(data["image/png"])
    small = Image.open(io.BytesIO(base64.b64decode(stored))).convert("RGB")
    assert np.abs(np.asarray(small).astype(int) - picture).mean() < 8
