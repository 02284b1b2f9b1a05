"""`course run`: builds pages and gallery of the series; goes on where it was stopped."""

import errno
import hashlib
import importlib.metadata
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from rich.table import Table

import course_utils
from course_tools import execution, gallery, pages, pairing, progress
from course_tools.series import CourseError, failure
from course_utils import storage

# What shapes a notebook besides its code: settings, and the packages that compute.
_VARIABLES = ("COURSE_DATA_DIR", "KERAS_BACKEND", "COURSE_PRECISION", "COURSE_XLA")
_PACKAGES = ("keras", "numpy", "scikit-learn")


def build(project, notebooks, settings, console, *, fresh=False):
    """Execute notebooks, write them and the gallery to `build/`; return whether all went well.

    After each notebook everything on disk is whole, so that a run that is cut off loses only
    the notebook that it was at; the next run keeps what is done and unchanged.

    Args:
        project: the `Project`.
        notebooks: what to execute.
        settings: `execution.Settings` for all of them.
        console: a rich console.
        fresh: execute also what is done and unchanged.

    Raises:
        CourseError: the disk is full.
    """
    try:
        return _build(project, notebooks, settings, console, fresh)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise CourseError(
            f"the disk is full ({error}). Free some space, or move {project.build_dir} to another "
            "disk and put a link in its place; then run again. What is finished is kept."
        ) from error


def _build(project, notebooks, settings, console, fresh):
    log = _read_log(project)
    log.update(profile=settings.profile, data=settings.data)
    rows = []
    with progress.display(console, len(notebooks)) as display:
        for notebook in notebooks:
            display.begin(notebook)
            key = _key(notebook, settings)
            entry = log["notebooks"].get(notebook.name, {})
            if not fresh and _is_current(entry, key):
                status = "kept"
                text = f"made at {entry['finished']}; --fresh runs it again"
            else:
                entry = _execute(project, notebook, settings, display)
                entry["key"] = key
                log["notebooks"][notebook.name] = entry
                status = entry["status"]
                text = entry.get("message") or progress.duration(entry["seconds"])
                _write_log(project, log)
            display.end(status, text)
            rows.append((notebook, status, entry))
            gallery.write(project, log)
    _print_summary(console, project, rows)
    return all(status != "failed" for _, status, _ in rows)


def html_path(project, name):
    """Return where the page of a notebook lies in the build."""
    return project.build_dir / "html" / f"{name}.html"


def ipynb_path(project, name):
    """Return where an executed notebook lies in the build."""
    return project.build_dir / "notebooks" / f"{name}.ipynb"


def read_built(project, notebook):
    """Return a notebook as the build has executed it.

    Raises:
        CourseError: it failed there.
    """
    nb = nbformat.read(ipynb_path(project, notebook.name), as_version=4)
    if failed := failure(nb):
        raise CourseError(failed)
    return nb


def _execute(project, notebook, settings, display):
    """Execute one notebook, write what it shows, and return its entry in the log."""
    entry = {"profile": settings.profile, "data": settings.data, "seconds": 0.0}
    if notebook.ipynb.exists() and pairing.check_pair(notebook):
        entry["note"] = (
            f"{notebook.ipynb.name} differs from py/{notebook.script.name}, which is what runs"
        )
    try:
        done = execution.execute(notebook, settings, display.cell)
        nb = done.nb
        entry.update(status="done", seconds=round(done.seconds, 1), sources=done.data_sources)
    except execution.ExecutionFailed as error:
        nb = error.nb
        entry.update(status="failed", message=str(error))
    entry["finished"] = datetime.now(UTC).astimezone().isoformat(" ", "minutes")
    pairing.write_ipynb(nb, ipynb_path(project, notebook.name))
    pages.write(nb, notebook.title, html_path(project, notebook.name))
    return entry


def _key(notebook, settings):
    """Return a digest of everything that shapes an executed notebook."""
    parts = [
        notebook.script.read_bytes(),
        _package_digest(),
        settings.profile,
        settings.data,
        *(os.environ.get(name, "") for name in _VARIABLES),
        *map(_version, (*_PACKAGES, os.environ.get("KERAS_BACKEND") or "tensorflow")),
        *_data_files(),
    ]
    # The recorded run is shown in the notebook, beside the live one.
    recorded = notebook.ipynb.parent / "recorded" / notebook.name
    parts += [path.read_bytes() for path in sorted(recorded.glob("*"))]
    digest = hashlib.sha256()
    for part in parts:
        part = part.encode() if isinstance(part, str) else part
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]


def _package_digest():
    """Return a digest of the code of `course_utils`."""
    folder = Path(course_utils.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def _data_files():
    """Yield name, size and time of each file that a data set may be read from."""
    if not (given := os.environ.get("COURSE_DATA_DIR")):
        return
    folder = Path(given).expanduser()
    # A set is one file, or a folder of files.
    for path in sorted([*folder.glob("*"), *folder.glob("*/*")]):
        if path.is_file():
            found = path.stat()
            yield f"{path.relative_to(folder)} {found.st_size} {found.st_mtime_ns}"


def _is_current(entry, key):
    if entry.get("status") != "done" or entry.get("key") != key:
        return False
    # Where a stand-in took a real set's place, the real one may be had by now.
    return entry["data"] != "auto" or "stand-in" not in entry["sources"].values()


def _read_log(project):
    """Return the log of earlier runs, with the entries that still mean something."""
    try:
        log = json.loads((project.build_dir / "run.json").read_text("utf-8"))
        entries = log["notebooks"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {"notebooks": {}}
    names = {notebook.name for notebook in project.notebooks()}
    whole = {n: entry for n, entry in entries if n in names and _is_whole(project, n, entry)}
    return {**log, "notebooks": whole}


def _is_whole(project, name, entry):
    """Whether an entry has today's form, and what it tells of is there."""
    if not isinstance(entry, dict) or entry.get("status") not in ("done", "failed"):
        return False
    form = {"seconds": (int, float), "finished": str, "profile": str, "data": str}
    form |= {"sources": dict} if entry["status"] == "done" else {"message": str}
    if not all(isinstance(entry.get(field), kind) for field, kind in form.items()):
        return False
    return html_path(project, name).exists() and ipynb_path(project, name).exists()


def _write_log(project, log):
    with storage.atomic_write(project.build_dir / "run.json") as path:
        path.write_text(json.dumps(log, indent=1, ensure_ascii=False), encoding="utf-8")


def _print_summary(console, project, rows):
    table = Table(box=None, pad_edge=False)
    for heading in ("", "notebook", "time", "result"):
        table.add_column(heading, justify="right" if heading == "time" else "left")
    for notebook, status, entry in rows:
        seconds = progress.duration(entry["seconds"]) if entry["seconds"] else "–"
        table.add_row(progress.MARKS[status], notebook.name, seconds, status)
    console.print(table)
    for notebook, _, entry in rows:
        if "note" in entry:
            note = f"Note: {entry['note']} (course pair {notebook.number} --check)."
            console.print(note, markup=False)
    console.print(
        f"Gallery: {project.build_dir / 'index.html'}",
        markup=False,
        soft_wrap=True,
        highlight=False,
    )
