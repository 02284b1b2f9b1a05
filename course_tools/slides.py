"""Slide decks: pages that open from a file, with everything that they load beside them."""

import hashlib
import html
import shutil
import string
import subprocess
from pathlib import Path

from course_tools import decks, slide_parts
from course_tools.series import CourseError
from course_utils import storage

TEMPLATES = Path(__file__).parent / "templates"
WIDTH, HEIGHT = 1280, 720
# What decks load, by the name that it gets there: where npm puts it.
_FONT = "@fontsource/stix-two-math"
_VENDORED = {
    "reset.css": "reveal.js/dist/reset.css",
    "reveal.css": "reveal.js/dist/reveal.css",
    "reveal.js": "reveal.js/dist/reveal.js",
    "notes.js": "reveal.js/plugin/notes/notes.js",
    "LICENSE-reveal.js": "reveal.js/LICENSE",
    "formulas.woff2": f"{_FONT}/files/stix-two-math-latin-400-normal.woff2",
    "LICENSE-formulas": f"{_FONT}/LICENSE",
}


def prepare(project):
    """Make `build/slides/` with what decks load; return it.

    Raises:
        CourseError: npm is missing, or cannot fetch it.
    """
    folder = project.build_dir / "slides"
    _vendor(project, folder / "vendor")
    return folder


def build(project, notebooks, read, say):
    """Write a deck for each notebook to `build/slides/`, and a page that lists them.

    Args:
        project: the `Project`, whose folder for slides is prepared.
        notebooks: which notebooks.
        read: function of a notebook that gives it with its outputs; may raise CourseError, which
            is told, and the other decks are built.
        say: called with a line of text for each deck.

    Raises:
        CourseError: a deck could not be built; the others are there.
    """
    folder, failed = project.build_dir / "slides", []
    for notebook in notebooks:
        try:
            slides = decks.slides_of(notebook, read(notebook))
        except CourseError as error:
            failed.append(notebook.name)
            say(f"{notebook.name}: no deck: {error}")
            continue
        write(notebook, slides, path_of(project, notebook))
        say(f"{notebook.name}: {len(slides)} slides")
    _write_index(project, folder)
    if failed:
        raise CourseError(f"no deck of {', '.join(failed)}; the others are in {folder}")


def path_of(project, notebook):
    """Where the deck of a notebook is built."""
    return project.build_dir / "slides" / f"{notebook.name}.html"


def is_of(path, notebook):
    """Whether a deck was built of the notebook as it is now."""
    return f'<meta name="source" content="{_source(notebook)}">' in path.read_text("utf-8")


def _source(notebook):
    return hashlib.sha256(notebook.script.read_bytes()).hexdigest()[:16]


def write(notebook, slides, path):
    """Write one deck."""
    sections, open_section = [], False
    for number, slide in enumerate(slides, 1):
        if slide.begins or not open_section:
            sections.append("</section>" * open_section + "<section>")
            open_section = True
        sections.append(_section(slide, number))
    page = string.Template((TEMPLATES / "deck.html").read_text("utf-8")).substitute(
        title=html.escape(notebook.title),
        source=_source(notebook),
        style=(TEMPLATES / "deck.css").read_text("utf-8"),
        sections="\n".join([*sections, "</section>" * open_section]),
        width=WIDTH,
        height=HEIGHT,
    )
    with storage.atomic_write(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _section(slide, number):
    level = "h1" if number == 1 else "h2"
    heading = slide_parts.markdown(slide.heading).strip().removeprefix("<p>").removesuffix("</p>")
    notes = "".join(map(slide_parts.markdown, slide.notes))
    notes = f'<aside class="notes">{notes}</aside>' if notes else ""
    again = ' class="again"' if slide.goes_on else ""
    return (
        f'<section id="slide-{number}"><div class="page{" title" * (number == 1)}">'
        f"<{level}{again}>{heading}</{level}>{''.join(slide.parts)}</div>{notes}</section>"
    )


def _vendor(project, folder):
    """Put what decks load into a folder, by the lock file in `slides/`."""
    lock = project.root / "slides" / "package-lock.json"
    stamp, of_lock = folder / "made-by.txt", hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text("utf-8") == of_lock:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise CourseError(
            "npm is not here; it fetches what shows the decks. Install Node.js from "
            "https://nodejs.org, then again: course slides"
        )
    work = folder.parent / "npm"
    work.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(lock.parent / name, work / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CourseError(f"npm could not fetch what shows the decks: {done.stderr.strip()[-500:]}")
    for name, source in _VENDORED.items():
        shutil.copy(work / "node_modules" / source, folder / name)
    shutil.rmtree(work)
    stamp.write_text(of_lock, encoding="utf-8")


def _write_index(project, folder):
    """Write `index.html` with a link to each deck that is there."""
    there = [n for n in project.notebooks() if path_of(project, n).is_file()]
    items = "\n".join(
        f'<li><a href="{n.name}.html">{n.number} · {html.escape(n.title)}</a></li>' for n in there
    )
    page = string.Template((TEMPLATES / "decks.html").read_text("utf-8")).substitute(items=items)
    with storage.atomic_write(folder / "index.html") as temporary:
        temporary.write_text(page, encoding="utf-8")
