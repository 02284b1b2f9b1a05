"""What of a notebook goes on which slide: a deck is a talk, not a dump.

A cell's slide type says where slides begin (`slide`, `subslide`), what comes step by step
(`fragment`), and what is left out (`skip`). Beyond that:

- what does not fit goes on under the same heading; a figure gets at least half a slide, and there
  is one on each; where *your run* stands beside *the recorded run*, the recorded one is shown;
- code is shown where it is short and the point: no picture comes of it, or it is tagged
  `show-code`; never where it is tagged `hide-input`;
- what the recorded run says goes to the speaker's notes: the figures say it to the class;
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

from course_tools import claims_page, pages, recording
from course_tools.series import alt_text
from course_utils.evaluation import claims

CODE_LINES = 9  # longer code is read at home
# Pixels, as `deck.css` lays things out: below the heading, of a figure, of a line and of a gap.
ROOM, FIGURE, LINE, CODE_LINE, GAP = 560, 380, 37, 24, 16
LETTERS, CODE_LETTERS = 84, 102  # in a line
CLAIMS_A_SLIDE = 5
_CLAIMS, _LEARNT, _EXERCISES = "## Claims tested", "## What we learnt", "## Exercises"
_NEXT = "## Where to go next"
_highlight = Highlight2HTML(pygments_lexer="ipython3")


@dataclasses.dataclass
class Slide:
    """One slide.

    Attributes:
        heading: as text; of a slide that goes on, that of the slide before.
        begins: whether it begins a section of the talk.
        goes_on: whether its heading is that of the slide before.
        parts: HTML, from top to bottom.
        used: about how many pixels of its height they take.
        has_figure: whether one of them is a figure.
        notes: for the speaker, Markdown.
    """

    heading: str = ""
    begins: bool = False
    goes_on: bool = False
    parts: list = dataclasses.field(default_factory=list)
    used: int = 0
    has_figure: bool = False
    notes: list = dataclasses.field(default_factory=list)


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
            heading = _heading(cell)
            slides.append(Slide(heading or _before(slides), kind == "slide", not heading))
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
    """Put a cell on the last slide, and on new ones where it has no room."""
    if cell.cell_type == "markdown":
        text = re.sub(r"\A#{2,3} +.+\n*", "", cell.source)
        blocks = [(markdown(block), _height(block)) for block in _blocks(text)]
        figure = None
    else:
        blocks, figure, answers = _outputs(cell)
        slides[-1].notes += answers
    for block, height in blocks:
        if slides[-1].has_figure or slides[-1].used + height > ROOM:
            _go_on(slides)
        # What a slide begins with is there at once.
        step = " fragment" if stepwise and slides[-1].parts else ""
        slides[-1].parts.append(f'<div class="part{step}">{block}</div>')
        slides[-1].used += height
    if figure:
        if slides[-1].has_figure or slides[-1].used + FIGURE > ROOM:
            _go_on(slides)
        slides[-1].parts.append(figure)
        slides[-1].has_figure = True


def _go_on(slides):
    if slides[-1].parts:
        slides.append(Slide(slides[-1].heading, goes_on=True))


def _blocks(text):
    """Paragraphs, lists, formulas and tables of a text cell."""
    return [block for block in re.split(r"\n{2,}", text.strip()) if block.strip()]


def _height(block):
    """About how many pixels a block of Markdown takes."""
    if block.startswith("$$"):
        return 2 * LINE + GAP
    items = re.split(r"\n(?=[-|>] ?|\d+\. )", block)
    plain = [re.sub(r"\]\([^)]*\)|[*`$\\{}]", "", item) for item in items]
    return sum(-(-len(" ".join(item.split())) // LETTERS) * LINE + 6 for item in plain) + GAP


def _outputs(cell):
    """Blocks (HTML, pixels) of a code cell, its figure or None, and its answers for the notes."""
    tags = cell.metadata.get("tags", [])
    pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
    rich = [o.data["text/html"] for o in cell.outputs if "text/html" in o.get("data", {})]
    answers = [_plain(text) for text in rich if "<details" in text]
    lines = cell.source.splitlines()
    shown = "show-code" in tags or not (pictures or rich or len(lines) > CODE_LINES)
    blocks = []
    if shown and "hide-input" not in tags:
        text = "".join(o.text for o in cell.outputs if o.get("name") == "stdout").strip()
        printed = f'<pre class="printed">{ansi2html(text)}</pre>' if text else ""
        heights = [_code_height(part) + 24 + GAP for part in (lines, text.splitlines())]
        if sum(heights) > ROOM:  # code, and what it prints, each on its own
            blocks += zip((_highlight(cell.source), printed), heights, strict=True)
        else:
            blocks.append((_highlight(cell.source) + printed, sum(heights)))
    return blocks, _figure(pictures[-1]) if pictures else None, answers


def _code_height(lines):
    return sum(max(1, -(-len(line) // CODE_LETTERS)) for line in lines) * CODE_LINE


def _plain(text):
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", text).split()))


def _figure(output):
    alt = html.escape(alt_text(output), quote=True)
    source = output.data["image/png"].replace("\n", "")
    return f'<div class="figure"><img src="data:image/png;base64,{source}" alt="{alt}"></div>'


def markdown(text):
    """HTML of a text cell; formulas as MathML, links to other notebooks as links to their decks."""
    return markdown2html_mistune(pages.with_mathml(pages.linked_pages(text)))


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
            f'<td class="verdict {claims_page.mark(result.verdict)}">{result.verdict}</td></tr>'
            for result in results[start : start + CLAIMS_A_SLIDE]
        )
        more = " (continued)" if start else ""
        table = f'<table class="claims">{rows}</table>'
        yield Slide(f"What holds?{more}", begins=not start, parts=[table])


def _exercises(nb):
    text = "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    titles = re.findall(r"^\*\*(\d+\. [^*]+?)\*\*", text, re.MULTILINE)
    items = "\n".join(title.rstrip(".") for title in titles)
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
        if slide.heading in notes:
            slide.notes.insert(0, notes.pop(slide.heading).strip())
