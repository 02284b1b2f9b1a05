"""The page that opens the build: one card a notebook, with its key figure and its time."""

import base64
import html
import io
import re
import string
from pathlib import Path

import nbformat
from PIL import Image

from course_tools import pages
from course_tools.progress import duration
from course_tools.series import key_figure
from course_utils import storage

TEMPLATE = Path(__file__).parent / "templates" / "gallery.html"
THUMBNAIL = (880, 560)
_STATUS = {"done": "done", "failed": "failed", None: "not run yet"}


def write(project, log):
    """Write `build/index.html`, one file that needs nothing but the pages that it links to.

    Args:
        project: the `Project`.
        log: what `building` keeps in `build/run.json`.
    """
    cards = [
        _card(project, notebook, log["notebooks"].get(notebook.name, {}))
        for notebook in project.notebooks()
    ]
    done = [entry for entry in log["notebooks"].values() if entry["status"] == "done"]
    page = string.Template(TEMPLATE.read_text("utf-8")).substitute(
        facts=_facts(log, done, len(cards)),
        cards="\n".join(cards),
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
    return "\n".join(
        f"<div><dt>{name}</dt><dd>{html.escape(str(value))}</dd></div>"
        for name, value in facts.items()
    )


def _with_formulas(text):
    """Plain text as HTML, its formulas as MathML."""
    parts = re.split(r"(\$[^$]+\$)", text)  # every second one is a formula
    return "".join(
        pages.with_mathml(part) if place % 2 else html.escape(part)
        for place, part in enumerate(parts)
    )


def _card(project, notebook, entry):
    """Return the card of a notebook; `entry` is empty if it has not been executed."""
    status = entry.get("status")
    page = f"html/{notebook.name}.html"
    title = html.escape(notebook.title)
    if status:
        heading = f'<a href="{page}">{title}</a>'
        links = (
            f'<a href="{page}" aria-label="Read {title}">Read</a> '
            f'<a href="notebooks/{notebook.name}.ipynb" aria-label="{title} as a notebook file" '
            "download>Notebook (.ipynb)</a>"
        )
    else:
        heading, links = title, f"<code>course run {notebook.number}</code>"
    return f"""\
<li class="card {status or "waiting"}">
  <div class="figure">{_figure(project, notebook, status)}</div>
  <div class="text">
    <p class="number">{notebook.number}</p>
    <h2>{heading}</h2>
    <p class="about">{_with_formulas(notebook.description)}</p>
    {_message(entry)}
    <p class="state"><span class="badge">{_STATUS[status]}</span> {_measured(entry)}</p>
    <p class="links">{links}</p>
  </div>
</li>"""


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


def _figure(project, notebook, status):
    """Return the key figure of an executed notebook as an image of a few kilobytes."""
    png = None
    if status:
        path = project.build_dir / "notebooks" / f"{notebook.name}.ipynb"
        png, alt = key_figure(nbformat.read(path, as_version=4))
    if png is None:
        return f'<span class="blank" aria-hidden="true">{notebook.number}</span>'
    return f'<img src="{_thumbnail(png)}" alt="{html.escape(alt or "Key figure")}" loading="lazy">'


def _thumbnail(png):
    """Return a picture as a small WebP in a data address."""
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        image = image.convert("RGBA")
        # A transparent figure would be black lines on black in the dark.
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image)
        paper.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
        small = io.BytesIO()
        paper.convert("RGB").save(small, "WEBP", quality=86)
    return f"data:image/webp;base64,{base64.b64encode(small.getvalue()).decode()}"
