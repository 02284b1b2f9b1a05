"""`course execute`: makes the outputs that are committed with the notebooks."""

import base64
import dataclasses
import io
import re
import tempfile

import nbformat
from nbstripout import strip_output
from PIL import Image

from course_tools import execution, pairing, progress
from course_tools.series import CourseError, Project, is_exercise
from course_utils.evaluation import stamps

_NOISE = (
    "metadata.widgets",
    "metadata.language_info.version",
    "cell.metadata.execution",
    "cell.metadata.colab",
    "cell.metadata.id",
)
_WIDGET = "application/vnd.jupyter.widget-view+json"
_PROGRESS_BAR = re.compile(r"\d+%\|")


def store(notebook, settings, display):
    """Execute a notebook and write it, outputs and all, as the stored one.

    It is measured on built-in data in `smoke` first, then executed as `settings` ask; both
    times with an empty folder of trained models, so that the times are those of a reader.

    Args:
        notebook: a `series.Notebook`.
        settings: `execution.Settings` of the stored run.
        display: a `progress` display.

    Returns:
        Seconds by profile.

    Raises:
        CourseError: the notebook failed, or the stored one holds edits that the script lacks.
    """
    seconds = {}
    display.begin(notebook, "smoke")
    pairing.refuse_to_lose_edits(notebook)
    if settings.profile != "smoke":
        smoke = dataclasses.replace(settings, profile="smoke", data="builtin")
        seconds["smoke"] = _execute_fresh(notebook, smoke, display).seconds
        display.begin(notebook, settings.profile)
    # The script may be edited while it runs: what is stamped is the code that it began with.
    code, timed = code_hash(notebook), code_hash(notebook, "times")
    hashes = execution.module_hashes()
    done = _execute_fresh(notebook, settings, display)
    seconds[settings.profile] = done.seconds
    seconds = {profile: round(s, 1) for profile, s in seconds.items()}

    nb = shrink_pictures(strip_noise(done.nb))
    nb.metadata["course"] = nbformat.from_dict(
        {
            **nb.metadata.get("course", {}),
            "backend": done.summary.get("backend", ""),
            "code": code,
            "data": done.data_sources,
            "modules": done.modules(hashes),
            "profile": settings.profile,
            "seconds": seconds,
            "timed": timed,
        }
    )
    _write(notebook, nb)
    return seconds


def _write(notebook, nb):
    """Write the stored notebook, unless it was edited while its script was executed."""
    try:
        pairing.refuse_to_lose_edits(notebook)
    except CourseError as error:
        build_dir = Project(notebook.ipynb.parent.parent).build_dir
        kept = build_dir / "notebooks" / notebook.ipynb.name
        pairing.write_ipynb(nb, kept)
        raise CourseError(f"{error}\nWhat was executed just now is kept in {kept}.") from error
    pairing.write_ipynb(nb, notebook.ipynb)


def code_hash(notebook, of="outputs"):
    """Return the digest of the notebook's code, which comments and layout do not change.

    Which budgets count depends on what was made `of` it: `outputs`, a `recorded` run, or `times`.
    """
    used = {"outputs": _all_but_smoke, "recorded": stamps.used_in_a_record, "times": list}
    return stamps.code_hash(notebook.script, used[of])


def _all_but_smoke(budgets):
    return [budget for budget in budgets if budget.arg != "smoke"]


def strip_noise(nb):
    """Remove from an executed notebook what differs between two equal runs. Return it.

    Exercises are stored empty: what they show is the student's.
    """
    strip_output(nb, keep_output=True, keep_count=True, keep_id=True, extra_keys=list(_NOISE))
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _is_worth_keeping(output)]
        if is_exercise(cell):
            cell.outputs, cell.execution_count = [], None
    return nb


def shrink_pictures(nb):
    """Store each PNG output with a palette of 256 colours, a third of the size. Return `nb`."""
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                picture = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
                small = io.BytesIO()
                # Refined by k-means: without it, smooth backgrounds show bands.
                picture = picture.convert("RGB").quantize(256, kmeans=2)
                picture.save(small, "PNG", optimize=True)
                output.data["image/png"] = base64.b64encode(small.getvalue()).decode()
    return nb


def _is_worth_keeping(output):
    """Whether an output says something without a kernel; take its widget out of it."""
    if output.output_type == "stream" and output.name == "stderr":
        lines = [line for line in output.text.splitlines() if not _PROGRESS_BAR.search(line)]
        output.text = "\n".join(lines)
        return bool(output.text.strip())
    if _WIDGET in output.get("data", {}):
        # The widget's state is stripped; what is left of a bundle is its picture.
        del output.data[_WIDGET]
        return "image/png" in output.data
    return True


def _execute_fresh(notebook, settings, display):
    with tempfile.TemporaryDirectory(prefix="course-runs-") as runs:
        settings = settings.with_environment(COURSE_RUNS_DIR=runs)
        done = execution.execute(notebook, settings, display.cell)
        display.end("done", progress.duration(done.seconds))
        return done
