"""What of a notebook goes on which slide: a deck is a talk, not a dump.

A cell's slide type says where slides begin (`slide`, `subslide`), what comes step by step
(`fragment`), and what is left out (`skip`). Beyond that:

- one figure a slide: a second one begins a slide of its own under the same heading; where *your
  run* stands beside *the recorded run*, the recorded picture is shown;
- code is shown where it is the point: cells without a picture, or tagged `show-code`; never those
  tagged `hide-input`;
- the claims become a summary of their verdicts, the exercises a list of their titles;
- what was learnt comes last, the first sentence of each point.

What to ask the class, and minutes, stand in `slides/notes/NN_name.md`, below the headings of their
slides.
"""

import dataclasses
import html
import re

from nbconvert.filters import Highlight2HTML, ansi2html
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from course_tools import pages, recording
from course_tools.series import alt_text
from course_utils.evaluation import claims

CODE_LINES = 14  # more do not fit beside a heading and what they print
CLAIMS_A_SLIDE = 5
_CLAIMS, _LEARNT, _EXERCISES = "## Claims tested", "## What we learnt", "## Exercises"
_NEXT = "## Where to go next"
_MARKS = {
    claims.HOLDS: "holds", claims.HOLDS_WEAKLY: "weak", claims.OPPOSITE: "opposite",
    claims.NO_DIFFERENCE: "none",
}  # fmt: skip
_highlight = Highlight2HTML(pygments_lexer="ipython3")


@dataclasses.dataclass
class Slide:
    """One slide.

    Attributes:
        heading: as text; of a slide that goes on, that of the slide before.
        begins: whether it begins a section of the talk.
        parts: HTML, from top to bottom.
        has_figure: whether one of them is a figure.
        notes: for the speaker, Markdown.
    """

    heading: str = ""
    begins: bool = False
    parts: list = dataclasses.field(default_factory=list)
    has_figure: bool = False
    notes: str = ""


def slides_of(notebook, nb):
    """The slides of a notebook with outputs, in order."""
    slides, learnt, region = [], None, ""
    for cell in nb.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        first = cell.source.partition("\n")[0] if cell.cell_type == "markdown" else ""
        if first.startswith(("# ", "## ")):
            region = first
            if region == _CLAIMS:
                slides += _summary(notebook)
            elif region == _EXERCISES:
                slides.append(_exercises(nb))
            elif region == _LEARNT:
                learnt = _to_remember(cell)
        if region in (_CLAIMS, _EXERCISES, _LEARNT, _NEXT) or kind in ("skip", "notes"):
            continue
        if first.startswith("# "):
            slides += _opening(notebook, cell)
            continue
        if kind in ("slide", "subslide") or not slides:
            slides.append(Slide(_heading(cell) or _before(slides), kind == "slide"))
        _add(slides, cell, stepwise=kind == "fragment")
    slides = [slide for slide in slides if slide.parts]
    slides += [learnt] if learnt else []
    _with_notes(slides, notebook)
    return slides


def _before(slides):
    return slides[-1].heading if slides else ""


def _heading(cell):
    found = re.match(r"#{2,3} +(.+)", cell.source) if cell.cell_type == "markdown" else None
    return found[1].strip() if found else ""


def _add(slides, cell, stepwise):
    """Put a cell on the last slide, or on a new one where that has its figure already."""
    if cell.cell_type == "markdown":
        text = re.sub(r"\A#{2,3} +.+\n*", "", cell.source)
        parts, figure = [markdown(text)] if text.strip() else [], None
    else:
        parts, figure = _outputs(cell)
    slide = slides[-1]
    if (figure and slide.has_figure) or (slide.has_figure and parts and not figure):
        slide = Slide(slide.heading)
        slides.append(slide)
        stepwise = False
    # What a slide begins with is there at once, and so is a figure.
    step = " fragment" if stepwise and slide.parts and not figure else ""
    slide.parts += [f'<div class="part{step}">{part}</div>' for part in parts]
    if figure:
        slide.parts.append(figure)
        slide.has_figure = True


def _outputs(cell):
    """HTML of what a code cell shows beside a figure, and its figure or None."""
    tags = cell.metadata.get("tags", [])
    pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
    rich = [o for o in cell.outputs if "text/html" in o.get("data", {}) and o not in pictures]
    parts, figure = [], None
    if pictures:
        figure = _figure(pictures[-1])
    lines = cell.source.count("\n") + 1
    shown = "show-code" in tags or not (pictures or rich or lines > CODE_LINES)
    if shown and "hide-input" not in tags:
        parts.append(_highlight(cell.source))
        text = "".join(o.text for o in cell.outputs if o.get("name") == "stdout").strip()
        if text:
            parts.append(f'<pre class="printed">{ansi2html(text)}</pre>')
    if not pictures:
        answers = [o.data["text/html"] for o in rich if "<details" in o.data["text/html"]]
        parts += [answer.replace("<details", "<details open", 1) for answer in answers]
    return parts, figure


def _figure(output):
    alt = html.escape(alt_text(output), quote=True)
    source = output.data["image/png"].replace("\n", "")
    return f'<div class="figure"><img src="data:image/png;base64,{source}" alt="{alt}"></div>'


def markdown(text):
    """HTML of a text cell; formulas as MathML, links to other notebooks as links to their decks."""
    text = re.sub(r"\]\((\d\d_\w+)\.ipynb\)", r"](\1.html)", text)
    return markdown2html_mistune(pages.with_mathml(text))


def _opening(notebook, cell):
    """The title with its first sentences, and what one can do afterwards."""
    _, _, able = cell.source.partition("After this notebook you can")
    title = Slide(notebook.title, begins=True, parts=[markdown(notebook.description)])
    if not able.strip():
        return [title]
    return [title, Slide("After this you can", parts=[markdown(able.strip())])]


def _summary(notebook):
    """Slides with the claims and their verdicts, of the recorded run."""
    found = recording.read(notebook)
    results = [claims.Result.from_dict(one) for one in found[0]["claims"]] if found else []
    for start in range(0, len(results), CLAIMS_A_SLIDE):
        rows = "".join(
            f"<tr><td>{html.escape(result.claim.statement)}</td>"
            f'<td class="verdict {_MARKS.get(result.verdict, "open")}">{result.verdict}</td></tr>'
            for result in results[start : start + CLAIMS_A_SLIDE]
        )
        more = " (continued)" if start else ""
        yield Slide(f"What holds?{more}", not start, [f'<table class="claims">{rows}</table>'])


def _exercises(nb):
    text = "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    titles = re.findall(r"^\*\*(\d+\. [^*]+?)\*\*", text, re.MULTILINE)
    items = "\n".join(f"- {title.rstrip('.')}" for title in titles)
    return Slide("Exercises", begins=True, parts=[markdown(items)] if titles else [])


def _to_remember(cell):
    """The first sentence of each point of "What we learnt", but for its contradiction."""
    points = re.findall(r"^- (.+(?:\n  .+)*)", cell.source, re.MULTILINE)
    sentences = [_first_sentence(" ".join(point.split())) for point in points]
    items = "\n".join(f"- {sentence}" for sentence in sentences)
    return Slide("To remember", begins=True, parts=[markdown(items)])


def _first_sentence(text):
    """Up to the first full stop, question or colon that ends a sentence."""
    found = re.match(r".+?[.!](?= [A-Z*$\"]|$)", text)
    return found[0] if found else text


def _with_notes(slides, notebook):
    """Give slides the notes that stand below their headings."""
    path = notebook.script.parent.parent.parent / "slides" / "notes" / f"{notebook.name}.md"
    if not path.is_file():
        return
    blocks = re.split(r"^## +(.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    notes = dict(zip(blocks[1::2], blocks[2::2], strict=True))
    for slide in slides:
        slide.notes = notes.pop(slide.heading, "").strip()
