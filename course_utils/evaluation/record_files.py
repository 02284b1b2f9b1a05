"""Files of a recorded run: where they lie, and reading and writing them whole or not at all."""

import json
import os
from pathlib import Path

from course_utils import storage
from course_utils.evaluation import stamps
from course_utils.notes import note

CLAIMS, NUMBERS, PICTURES = "claims.json", "numbers.json", "pictures.json"
# In a recording: numbers of an attempt before, taken up when they are asked for.
EARLIER = "numbers-earlier.json"


def being_made():
    """Folder of the recording that this process makes; None if it makes none."""
    folder = os.environ.get("COURSE_RECORD")
    return Path(folder) if folder else None


def folder_of(notebook):
    """Folder of a notebook's recorded run; an installed package has it inside."""
    base = storage.CHECKOUT / "notebooks" if storage.in_checkout() else stamps.PACKAGE
    return base / "recorded" / notebook


def of_record(notebook, name, find):
    """`find` of a JSON file of the record; None where there is none, or, with a note, a bad one."""
    path = folder_of(notebook) / name
    try:
        return find(read(path, {})) if path.is_file() else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        note(
            f"the recorded run of {notebook} cannot be read ({type(error).__name__}: {error}). Get "
            f"the file again, or make it with `course record {notebook[:2]}`."
        )
        return None


def read(path, default):
    """Content of a JSON file of the record; `default`, whose type it must have, if there is none.

    Raises:
        ValueError: it is damaged.
    """
    if not path.is_file():
        return default
    found = json.loads(path.read_text(encoding="utf-8"))
    if type(found) is not type(default):
        raise ValueError(f"{path.name} is no record")
    return found


def write(path, content):
    """Write a JSON file of the record, whole or not at all."""
    with storage.atomic_write(path) as temporary:
        text = json.dumps(content, indent=1, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8")
