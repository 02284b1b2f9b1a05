"""The page that opens the build: one card a notebook, with its key figure and its time."""

import html
import string
from pathlib import Path

import nbformat

from course_tools import cards
from course_tools.progress import duration
from course_utils import storage

TEMPLATE = Path(__file__).parent / "templates" / "gallery.html"
_STATUS = {"done": "done", "failed": "failed", None: "not run yet"}


def write(project, log):
    """Write `build/index.html`, one file that needs nothing but the pages that it links to.

    Args:
        project: the `Project`.
        log: what `building` keeps in `build/run.json`.
    """
    items = [
        _card(project, notebook, log["notebooks"].get(notebook.name, {}))
        for notebook in project.notebooks()
    ]
    done = [entry for entry in log["notebooks"].values() if entry["status"] == "done"]
    page = string.Template(TEMPLATE.read_text("utf-8")).substitute(
        style=cards.STYLE,
        facts=_facts(log, done, len(items)),
        cards="\n".join(items),
    )
    path = project.build_dir / "index.html"
    with storage.atomic_write(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _facts(log, done, count):
    """Return what the page says about the run as a whole."""
    facts = {
        "Profile": log["profile"],
        "Data": {"builtin": "built in", "auto": "real where found", "real": "real"}[log["data"]],
        "Executed": f"{len(done)} of {count}",
        "Time in all": duration(sum(entry["seconds"] for entry in done)),
        "Last run": max(entry["finished"][:16] for entry in log["notebooks"].values()),
    }
    return cards.facts((name, html.escape(str(value))) for name, value in facts.items())


def _card(project, notebook, entry):
    """Return the card of a notebook; `entry` is empty if it has not been executed."""
    status = entry.get("status")
    page, nb, links = None, None, f"<code>course run {notebook.number}</code>"
    if status:
        page = f"html/{notebook.name}.html"
        ipynb = f"notebooks/{notebook.name}.ipynb"
        nb = nbformat.read(project.build_dir / ipynb, as_version=4)
        title = html.escape(notebook.title)
        links = (
            f'<a href="{page}" aria-label="Read {title}">Read</a> '
            f'<a href="{ipynb}" aria-label="{title} as a notebook file" '
            "download>Notebook (.ipynb)</a>"
        )
    below = f"""\
{_message(entry)}
    <p class="state"><span class="badge">{_STATUS[status]}</span> {_measured(entry)}</p>
    <p class="links">{links}</p>"""
    return cards.card(notebook, nb, page, below, status or "waiting")


def _measured(entry):
    """Return the time and the way in which a notebook was executed."""
    if entry.get("status") != "done":
        return ""
    sources = entry["sources"]
    real = [name for name, source in sources.items() if source == "real"]
    data = f"real data: {', '.join(real)}" if real else "built-in data" if sources else ""
    parts = [duration(entry["seconds"]), f"{entry['profile']} profile", data]
    return html.escape(" · ".join(part for part in parts if part))


def _message(entry):
    """Return what went wrong, if something did."""
    if "message" not in entry:
        return ""
    return f"<pre>{html.escape(entry['message'])}</pre>"
