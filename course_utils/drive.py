"""On Colab, whose disk goes with its machine: trained runs are kept on Google Drive."""

import os
import sys
from pathlib import Path

from course_utils import environment, storage
from course_utils.notes import note

# Where `google.colab.drive.mount` is told to mount in everybody's notebooks.
MOUNT = Path("/content/drive")
FOLDER = "MyDrive/deep-generative-companion/runs"

_ABOUT = (
    "What the notebooks of the deep generative companion have trained.\n"
    "Delete this folder when you no longer need it: they are trained again.\n"
)
# Seconds: another notebook may be writing the same file.
_PATIENCE = 10


# Not in `environment`, whose code counts in the stamp of every recorded run: where runs are kept
# shapes no number.
def start(seed=0, precision=None):
    """Prepare this process for a notebook and print one line that says what was chosen.

    On Colab a second line says where trained runs are kept: on Google Drive, where it is mounted,
    unless `COURSE_RUNS_DIR` or `COURSE_CACHE_DIR` names a folder. The rest, settings and errors
    too, is told by `course_utils.environment.start`.

    Args:
        seed: a whole number from 0 to 2³² − 1.
        precision: `float32`, `mixed_bfloat16` or `mixed_float16`; None chooses by device.

    Returns:
        Environment.
    """
    started = environment.start(seed, precision)
    if on_colab():
        keep_runs()
    return started


def on_colab():
    """Whether this process runs on Colab."""
    return "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ


def keep_runs():
    """Let runs be kept on Drive where that can be done, and say where they are kept."""
    folder = MOUNT / FOLDER
    if os.environ.get("COURSE_RUNS_DIR") == str(folder):
        del os.environ["COURSE_RUNS_DIR"]  # of a `start` before: Drive may be gone since
    if os.environ.get("COURSE_RUNS_DIR") or os.environ.get("COURSE_CACHE_DIR"):
        return
    if not _mounted():
        note(
            "what is trained goes with this machine of Colab's. To go on from Drive after an "
            "interruption, mount it and call start() again: from google.colab import drive; "
            f"drive.mount({str(MOUNT)!r})"
        )
    elif problem := _problem(folder):
        note(
            f"nothing can be kept on Drive ({problem}): what is trained is kept in "
            f"{storage.runs_dir()}, which goes with this machine of Colab's."
        )
    else:
        os.environ["COURSE_RUNS_DIR"] = str(folder)
        print(f"What is trained is kept on Drive, in {FOLDER}; after an interruption it goes on.")


def _mounted():
    """Whether Drive is mounted; a folder that was left behind in its place is not."""
    return os.path.ismount(MOUNT) and (MOUNT / "MyDrive").is_dir()


def _problem(folder):
    """Why a run could not be kept in `folder`, by writing there as one is written; "" if it can."""
    about = folder / "README.txt"
    try:
        with storage.locked(about, _PATIENCE), storage.atomic_write(about) as temporary:
            temporary.write_text(_ABOUT, encoding="utf-8")
    except (OSError, NotImplementedError) as error:  # the latter where files cannot be locked
        return f"{type(error).__name__}: {error}"
    return ""
