"""A stored notebook as an article of the site: what it shows, its headings, what can be found."""

import base64
import binascii
import dataclasses
import html
import io
import re

from nbconvert.filters import Highlight2HTML, ansi2html
from PIL import Image

from course_tools import pages, pairing, recording, site_text
from course_tools.series import CourseError, Notebook, alt_text, failure
from course_utils.evaluation import claims

_highlight = Highlight2HTML(pygments_lexer="ipython3")


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure: the file beside the page, its bytes, its size in pixels, what it shows."""

    name: str
    content: bytes
    width: int
    height: int
    alt: str


@dataclasses.dataclass(frozen=True)
class Stored:
    """A notebook that can be shown.

    Attributes:
        notebook: the `series.Notebook`.
        nb: what is stored of it.
        pictures: (place of a cell, place of an output in it) to its Picture.
        results: the claims of its recorded run.
    """

    notebook: Notebook
    nb: object
    pictures: dict
    results: list

    @property
    def page(self):
        """The name of its page."""
        return f"{self.notebook.name}.html"


@dataclasses.dataclass
class Section:
    """What stands below a heading, to be found by its words."""

    anchor: str
    title: str
    text: str = ""


@dataclasses.dataclass(frozen=True)
class Article:
    """A notebook as HTML, with its headings and its sections."""

    html: str
    headings: list
    sections: list


def read(notebook):
    """Return a notebook as it is stored.

    Raises:
        CourseError: it is missing or damaged, has no outputs, failed, or holds something that
            cannot be shown.
    """
    make = f"make them with `course execute {notebook.number}`"
    if not notebook.ipynb.exists():
        raise CourseError(
            f"there is no {notebook.ipynb.name}; make it with `course pair {notebook.number}`, "
            f"then its outputs with `course execute {notebook.number}`"
        )
    nb = pairing.read_ipynb(notebook)
    if not any(cell.get("outputs") for cell in nb.cells):
        raise CourseError(f"{notebook.ipynb.name} has no outputs; {make}")
    if failed := failure(nb):
        raise CourseError(f"{notebook.ipynb.name}: {failed}. Mend it, then {make}")
    _check_formulas(notebook, nb)
    found = recording.read(notebook)
    results = [claims.Result.from_dict(one) for one in found[0]["claims"]] if found else []
    return Stored(notebook, nb, _pictures(notebook, nb), results)


def _check_formulas(notebook, nb):
    for place, cell in enumerate(nb.cells, 1):
        if cell.cell_type == "markdown":
            try:
                pages.with_mathml(cell.source)
            except CourseError as error:
                raise CourseError(f"{notebook.ipynb.name}, cell {place}: {error}") from error


def _pictures(notebook, nb):
    pictures = {}
    for place, cell in enumerate(nb.cells):
        for number, output in enumerate(cell.get("outputs", [])):
            if png := output.get("data", {}).get("image/png"):
                name = f"figures/{notebook.name}-{len(pictures) + 1}.png"
                try:
                    content = base64.b64decode(png)
                    with Image.open(io.BytesIO(content)) as image:
                        size = image.size
                except (binascii.Error, OSError) as error:
                    raise CourseError(
                        f"{notebook.ipynb.name}: the picture of cell {place + 1} is damaged "
                        f"({error}). Draw it again with `course execute {notebook.number}`"
                    ) from error
                pictures[place, number] = Picture(name, content, *size, alt_text(output))
    return pictures


def cell_anchor(cell):
    """Return the anchor of a cell."""
    return f"cell-{cell.get('id', '')}"


def output_anchor(cell, number):
    """Return the anchor of an output of a cell that shows a claim's test."""
    return f"claim-{cell.get('id', '')}-{number}"


def tests_a_claim(output):
    """Whether an output is the table of a claim's test, as `claims.show` makes it."""
    text = output.get("data", {}).get("text/html", "")
    return bool(re.match(r"<table><tr><td[^>]*><b>Claim</b>", text))


def article(stored, address):
    """Return the Article of a stored notebook.

    Args:
        stored: Stored.
        address: function from a link's address in the notebook to the one on the site.
    """
    parts, headings, sections = [], [], [Section("", stored.notebook.title)]
    for place, cell in enumerate(stored.nb.cells):
        if cell.cell_type == "markdown":
            shown = site_text.markdown(cell.source, address, headings)
            _note(sections, shown)
        elif cell.cell_type == "code":
            shown = _highlight(cell.source) if cell.source.strip() else ""
            for number, output in enumerate(cell.outputs):
                picture = stored.pictures.get((place, number))
                shown += _output(output, picture, output_anchor(cell, number))
                if picture:
                    sections[-1].text += f" {picture.alt}"
                elif "<details" in output.get("data", {}).get("text/html", ""):
                    sections[-1].text += f" {site_text.plain(output.data['text/html'])}"
        else:
            continue
        kind = cell.cell_type
        parts.append(f'<div class="cell {kind}" id="{cell_anchor(cell)}">\n{shown}\n</div>')
    parts = _with_setup_folded(parts)
    return Article("\n".join(parts), headings, [one for one in sections if one.text or one.anchor])


def _with_setup_folded(parts):
    """Fold the cells between the opening and the first section: who reads does without them."""
    first = next((place for place, part in enumerate(parts) if "<h2 " in part), 0)
    code = sum(part.startswith('<div class="cell code"') for part in parts[1:first])
    if not code:
        return parts
    summary = f"Set-up: {code} cell{'s' * (code > 1)} of code"
    folded = [f'<details class="setup"><summary>{summary}</summary>', *parts[1:first], "</details>"]
    return [parts[0], *folded, *parts[first:]]


def _note(sections, text):
    """Add a text cell's words to the sections, a new one for each heading."""
    before, *rest = re.split(r'<h\d id="([^"]+)">(.*?)</h\d>', text, flags=re.DOTALL)
    sections[-1].text = f"{sections[-1].text} {site_text.plain(before)}".strip()
    for anchor, title, below in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        sections.append(Section(anchor, site_text.plain(title), site_text.plain(below)))


def _output(output, picture, anchor):
    """Return an output as HTML, in the richest form that needs no kernel."""
    if picture:
        return (
            f'<a class="picture" href="{picture.name}"><img src="{picture.name}" '
            f'alt="{html.escape(picture.alt)}" width="{picture.width}" height="{picture.height}" '
            'loading="lazy" decoding="async"></a>'
        )
    data = output.get("data", {})
    if tests_a_claim(output):
        return f'<div class="tested" id="{anchor}">{site_text.scrolling(data["text/html"])}</div>'
    if "text/html" in data:
        return f'<div class="shown">{site_text.scrolling(data["text/html"])}</div>'
    text = output.get("text") or data.get("text/plain", "")
    return f'<pre class="printed">{ansi2html(text.rstrip())}</pre>' if text.strip() else ""
