"""What of a notebook goes on which slide: a deck is a talk, not a dump.

A cell's slide type says where slides begin (`slide`, `subslide`), what comes step by step
(`fragment`), and what is left out (`skip`). Beyond that:

- what does not fit goes on under the same heading; a figure gets at least half a slide, and there
  is one on each; where *your run* stands beside *the recorded run*, the recorded one is shown;
- an explorer has its slider where the recorded run kept a film of it (`evaluation.films`);
- code is shown where it is short and the point: no picture comes of it, or it is tagged
  `show-code`; of code tagged `hide-input` only what it prints;
- what the recorded run says goes to the speaker's notes: the figures say it to the class;
- the claims become one slide with their verdicts, the exercises a list of their titles;
- what was learnt comes last, the first sentence of each of its first three points.

A talk has few words on its slides: what is said beside them stands in cells of the type `notes`,
and goes to the speaker's view. What to ask the class, and minutes, stand in
`slides/notes/NN_name.md`, below the headings of their slides.
"""

import collections
import dataclasses
import html
import itertools
import math
import re

from course_tools import claims_page, recording
from course_tools.series import CourseError
from course_tools.slide_parts import (
    FIGURE,
    ROOM,
    blocks_of,
    film_with_slider,
    height_of,
    markdown,
    outputs_of,
)
from course_utils.evaluation import claims, films

FEW_CLAIMS = 6  # in the size of other text
REMEMBERED = 3
_CLAIMS = ("## Claims tested", "## A claim, tested")
_LEARNT, _EXERCISES = "## What we learnt", "## Exercises"
_NEXT = "## Where to go next"
_EXPLORER = re.compile(r"\bwidgets\.\w+_explorer\(")
_OF_A_SET = re.compile(r" \((?:digits|garments|mnist|fashion_mnist)\)$")


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
    slides, learnt, region, moving = [], None, "", _films(notebook)
    profile = nb.metadata.get("course", {}).get("profile")
    for cell in nb.cells:
        film = next(moving) if cell.cell_type == "code" and _EXPLORER.search(cell.source) else None
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        first = cell.source.partition("\n")[0] if cell.cell_type == "markdown" else ""
        if first.startswith(("# ", "## ")):
            region = first
            if region in _CLAIMS:
                slides += _summary(notebook)
            elif region == _EXERCISES:
                slides.append(_exercises(nb))
            elif region == _LEARNT:
                learnt = _to_remember(cell)
        if region in (*_CLAIMS, _EXERCISES, _LEARNT, _NEXT) or kind == "skip":
            continue
        if kind == "notes":
            slides[-1].notes.append(cell.source)
            continue
        if first.startswith("# "):
            slides += _opening(notebook, cell)
            continue
        if kind in ("slide", "subslide") or not slides:
            heading = _heading(cell)
            slides.append(Slide(heading or _before(slides), kind == "slide", not heading))
        _add(slides, cell, kind == "fragment", film, profile)
    slides = [slide for slide in slides if slide.parts]
    slides += [learnt] if learnt else []
    _with_notes(slides, notebook)
    return slides


def _before(slides):
    return slides[-1].heading if slides else ""


def _heading(cell):
    found = re.match(r"#{2,3} +(.+)", cell.source) if cell.cell_type == "markdown" else None
    return found[1].strip() if found else ""


def _films(notebook):
    """What the recorded run kept of the explorers, in their order, and no more after these."""
    try:
        kept = films.of_record(recording.recorded_folder(notebook))
    except (OSError, ValueError) as error:
        raise CourseError(
            f"the recorded films are damaged ({error}). Bring them back from git, or make them "
            f"again with `course record {notebook.number}`."
        ) from error
    yield from kept.values()
    yield from itertools.repeat(None)


def _add(slides, cell, stepwise, film=None, profile=None):
    """Put a cell on the last slide, and on new ones where it has no room."""
    if cell.cell_type == "markdown":
        text = re.sub(r"\A#{2,3} +.+\n*", "", cell.source)
        blocks = [(markdown(block), height_of(block)) for block in blocks_of(text)]
        figure = None
    else:
        blocks, figure, answers = outputs_of(cell, profile)
        figure = film_with_slider(film) if film else figure
        slides[-1].notes += answers
    for block, height in blocks:
        if slides[-1].used + height > ROOM:
            _go_on(slides)
        # What a slide begins with is there at once.
        step = " fragment" if stepwise and slides[-1].parts else ""
        slides[-1].parts.append(f'<div class="part{step}">{block}</div>')
        slides[-1].used += height
    if figure:
        if slides[-1].has_figure or slides[-1].used + FIGURE > ROOM:
            _go_on(slides)
        slides[-1].parts.append(figure)
        slides[-1].used += FIGURE
        slides[-1].has_figure = True


def _go_on(slides):
    if slides[-1].parts:
        slides.append(Slide(slides[-1].heading, goes_on=True))


def _opening(notebook, cell):
    """The title with its first sentences, and what one can do afterwards."""
    _, _, able = cell.source.partition("After this notebook you can")
    title = Slide(notebook.title, begins=True, parts=[markdown(notebook.description)])
    if not able.strip():
        return [title]
    return [title, Slide("After this you can", parts=[markdown(able.strip())])]


def _summary(notebook):
    """Slides with the claims and their verdicts, of the recorded run; none without one.

    What one claim says of several sets or measures is one line.
    """
    found = recording.read(notebook)
    verdicts = {}
    for one in found[0]["claims"] if found else []:
        result = claims.Result.from_dict(one)
        statement = _OF_A_SET.sub("", result.claim.statement)
        verdicts.setdefault(statement, []).append(result.verdict)
    slides = []
    for page in _pages(verdicts):
        size = " many" if len(verdicts) > FEW_CLAIMS else ""
        rows = "".join(
            f"<tr><td>{html.escape(statement)}</td><td>{_verdicts(verdicts[statement])}</td></tr>"
            for statement in page
        )
        table = f'<table class="claims{size}">{rows}</table>'
        slides.append(Slide("What holds?", begins=not slides, goes_on=bool(slides), parts=[table]))
    return slides


def _pages(verdicts):
    """Statements in as few slides as will do, all about equally full."""
    heights = [_row_height(statement, found) for statement, found in verdicts.items()]
    height, pages = sum(heights), 1
    if height > ROOM:  # a slide may get most of a row more than its share
        pages = math.ceil(height / (ROOM - max(heights)))
    found = [[] for _ in range(pages)]
    ends = itertools.accumulate(heights)
    for statement, own, end in zip(verdicts, heights, ends, strict=True):
        found[int((end - own / 2) * pages / height)].append(statement)
    return [page for page in found if page]


def _row_height(statement, found):
    """About how many pixels a claim takes in the smaller size."""
    told = [f"{verdict} (1 of 2)" for verdict in set(found)] if len(set(found)) > 1 else found[:1]
    lines = max(math.ceil(len(statement) / 80), sum(math.ceil(len(one) / 25) for one in told))
    return 23 * lines + 11


def _verdicts(found):
    """The verdicts of one line, with how often each, where they differ."""
    counts = collections.Counter(found).most_common()
    return "".join(
        f'<div class="verdict {claims_page.mark(verdict)}">{verdict}'
        f"{f' ({count}&nbsp;of&nbsp;{len(found)})' if len(counts) > 1 else ''}</div>"
        for verdict, count in counts
    )


def _exercises(nb):
    text = "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    titles = re.findall(r"^\*\*(\d+\. [^*]+?)\*\*", text, re.MULTILINE)
    items = "\n".join(title.rstrip(".") for title in titles)
    return Slide("Exercises", begins=True, parts=[markdown(items)] if titles else [])


def _to_remember(cell):
    """The first sentences of the first points of "What we learnt"."""
    points = re.findall(r"^- (.+(?:\n  .+)*)", cell.source, re.MULTILINE)[:REMEMBERED]
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
