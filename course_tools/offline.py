"""`course data`: fetches and makes the data sets now, so that later no network is needed."""

import contextlib
import os
import time
from pathlib import Path

from course_tools.series import CourseError
from course_utils import data, storage
from course_utils.data import celeba


def prepare(names, console):
    """Load data sets once, and say where they are and how much room they take.

    Args:
        names: data sets; none means all that may be fetched, and CelebA where it is here.
        console: a rich console.

    Raises:
        CourseError: one could not be had; the others were tried all the same.
    """
    failed = []
    for name in names or _all_names(console):
        started = time.monotonic()
        try:
            with _real_only():
                images = data.load(name)
        except (OSError, ValueError, RuntimeError) as error:
            failed.append(f"{name}: {error}")
            continue
        count = len(images.x_train) + len(images.x_test)
        seconds = time.monotonic() - started
        _say(console, f"{name}: {count:,} examples, {images.source}, ready in {seconds:.1f} s")
    if given := os.environ.get("COURSE_DATA_DIR"):
        _say(console, f"COURSE_DATA_DIR: {given}, {_size(given)}")
    _say(console, f"cache: {storage.cache_dir()}, {_size(storage.cache_dir())}")
    if failed:
        raise CourseError("\n".join(failed))


def _all_names(console):
    """All data sets; without CelebA where its files are not here, since nobody may fetch them."""
    if celeba.where():
        return data.names()
    _say(console, "celeba: not here, left out; `course data celeba` says where it is to be had")
    return [name for name in data.names() if name != "celeba"]


@contextlib.contextmanager
def _real_only():
    """Let no stand-in take the place of a set that cannot be had."""
    before = os.environ.get("COURSE_DATA")
    os.environ["COURSE_DATA"] = "real"
    try:
        yield
    finally:
        if before is None:
            del os.environ["COURSE_DATA"]
        else:
            os.environ["COURSE_DATA"] = before


def _size(folder):
    total = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return f"{total / 1e6:,.0f} MB"


def _say(console, text):
    console.print(text, markup=False, highlight=False, soft_wrap=True)
