"""`course doctor --lecture`: what is looked at on the evening before, on the lecturer's machine."""

import importlib.util
import webbrowser

from course_tools import doctor, recording, slides
from course_tools.doctor import Finding
from course_tools.series import CourseError
from course_utils import storage
from course_utils.evaluation import films

_RECORDS = "get notebooks/recorded again (`git checkout notebooks/recorded`), also for"
_DECKS = "in seconds: course slides --recorded"
SMALLEST_SCREEN = (slides.WIDTH, slides.HEIGHT)


def examine(project, notebooks):
    """Look at everything that a lecture with these notebooks needs, without a network.

    Args:
        project: the `Project`.
        notebooks: those that are shown.

    Returns:
        list of Finding.
    """
    return [
        *doctor.data_sets(),
        _over(notebooks, "recorded runs", "whole", _record_fault, _RECORDS),
        _over(notebooks, "decks", "built", lambda one: _deck_fault(project, one), _DECKS),
        _browser(),
        _screen(),
        _lab(),
    ]


def _over(notebooks, subject, well, fault_of, advice):
    """One finding over all notebooks; `fault_of` one says what is wrong with it, or nothing."""
    faults = {}
    for one in notebooks:
        if fault := fault_of(one):
            faults.setdefault(fault, []).append(one.number)
    wrong = sorted(number for numbers in faults.values() for number in numbers)
    found = f"{len(notebooks) - len(wrong)} of {len(notebooks)} {well}"
    if not wrong:
        return Finding(subject, found)
    told = "; ".join(f"{' '.join(numbers)}: {fault}" for fault, numbers in faults.items())
    return Finding(subject, f"{found} ({told})", f"{advice} {' '.join(wrong)}", needed=True)


def _record_fault(notebook):
    folder = recording.recorded_folder(notebook)
    try:
        if recording.read(notebook) is None:
            return "no recorded run"
        films.of_record(folder)
        for path in folder.glob("*.npz"):
            storage.load_arrays(path)
    except (CourseError, OSError, ValueError) as error:
        return str(error)
    return ""


def _deck_fault(project, notebook):
    path = slides.path_of(project, notebook)
    if not path.is_file():
        return "not built"
    return "" if slides.is_of(path, notebook) else "built before the notebook was changed"


def _browser():
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return Finding(
            "browser",
            "none",
            "install Firefox, Chromium or Chrome: decks and explorers are shown in it",
            needed=True,
        )
    return Finding("browser", getattr(found, "name", "") or type(found).__name__)


def _screen():
    size = _screen_size()
    least = " × ".join(map(str, SMALLEST_SCREEN))
    if size is None:
        advice = f"look with the projector: slides are tested from {least} to 1920 × 1080"
        return Finding("screen", "not known from here", advice)
    found = " × ".join(map(str, size))
    if all(has >= least for has, least in zip(size, SMALLEST_SCREEN, strict=True)):
        return Finding("screen", found)
    advice = f"slides are tested from {least} on: choose a larger mode for the projector"
    return Finding("screen", found, advice)


def _screen_size():
    """Width and height in pixels, of the main screen; None where there is none."""
    try:
        import tkinter

        root = tkinter.Tk()
    except Exception:  # no tkinter (ImportError), or no display (a TclError)
        return None
    try:
        return root.winfo_screenwidth(), root.winfo_screenheight()
    finally:
        root.destroy()


def _lab():
    if importlib.util.find_spec("jupyterlab"):
        return Finding("explorers", "live with `course lab`")
    return Finding(
        "explorers",
        "JupyterLab is not here, so no slider moves but those of the decks",
        "run `pip install jupyterlab`",
    )
