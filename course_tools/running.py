"""`course run`: executes the series into `build/` and goes on where it was stopped."""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

import course_utils
from course_tools import execution, gallery, pages, pairing, progress
from course_utils import storage


def run(project, notebooks, settings, console, *, fresh=False):
    """Execute notebooks, write them and the gallery to `build/`; return whether all went well.

    After each notebook everything on disk is whole, so that a run that is cut off loses only
    the notebook that it was at; the next run keeps what is done and unchanged.

    Args:
        project: the `Project`.
        notebooks: what to execute.
        settings: `execution.Settings` for all of them.
        console: a rich console.
        fresh: execute also what is done and unchanged.
    """
    log = _read_log(project)
    log.update(profile=settings.profile, data=settings.data)
    rows = []
    with progress.display(console, len(notebooks)) as display:
        for notebook in notebooks:
            display.begin(notebook)
            key = _key(notebook, settings)
            entry = log["notebooks"].get(notebook.name, {})
            if not fresh and _is_current(project, notebook, entry, key):
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
        os.environ.get("COURSE_DATA_DIR", ""),
        os.environ.get("KERAS_BACKEND", ""),
    ]
    # The recorded run is shown in the notebook, beside the live one.
    recorded = notebook.ipynb.parent / "recorded" / f"{notebook.name}.json"
    if recorded.exists():
        parts.append(recorded.read_bytes())
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


def _is_current(project, notebook, entry, key):
    files = html_path(project, notebook.name), ipynb_path(project, notebook.name)
    done = entry.get("status") == "done" and entry.get("key") == key
    return done and all(path.exists() for path in files)


def _read_log(project):
    """Return the log of earlier runs; an empty one where it is missing or damaged."""
    try:
        log = json.loads((project.build_dir / "run.json").read_text("utf-8"))
        return log if isinstance(log["notebooks"], dict) else {"notebooks": {}}
    except (OSError, ValueError, KeyError, TypeError):
        return {"notebooks": {}}


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
            console.print(f"Note: {entry['note']} (course pair {notebook.number} --check).")
    console.print(f"Gallery: {project.build_dir / 'index.html'}", soft_wrap=True, highlight=False)
