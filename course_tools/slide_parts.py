"""Parts of a slide: what a cell becomes, as HTML, and about how many pixels each takes."""

import base64
import html
import json
import re

from nbconvert.filters import Highlight2HTML, ansi2html
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from course_tools import pages
from course_tools.series import alt_text

CODE_LINES = 9  # longer code is read at home
# Pixels, as `deck.css` lays things out: below the heading, of a figure, of a line and of a gap.
ROOM, FIGURE, LINE, CODE_LINE, GAP = 560, 380, 37, 24, 16
LETTERS, CODE_LETTERS, ALONE_LETTERS = 84, 102, 82  # in a line
_ADDRESS = re.compile(r"^\[[^\]]+\]: .+$", re.MULTILINE)  # of links that are written [[1]]
_highlight = Highlight2HTML(pygments_lexer="ipython3")


def blocks_of(text):
    """Paragraphs, lists, formulas and tables of a text cell, each with the addresses it names."""
    addresses = "\n".join(_ADDRESS.findall(text))
    blocks = re.split(r"\n{2,}", _ADDRESS.sub("", text).strip())
    named = f"\n\n{addresses}" if addresses else ""
    return [block + named * ("[" in block) for block in blocks if block.strip()]


def height_of(block):
    """About how many pixels a block of Markdown takes."""
    block = _ADDRESS.sub("", block).strip()
    if block.startswith("$$"):
        return 2 * LINE + GAP
    items = re.split(r"\n(?=[-|>] ?|\d+\. )", block)
    plain = [re.sub(r"\]\([^)]*\)|[*`$\\{}]", "", item) for item in items]
    return sum(-(-len(" ".join(item.split())) // LETTERS) * LINE + 6 for item in plain) + GAP


def outputs_of(cell, profile=None):
    """Blocks (HTML, pixels) of a code cell, its figure or None, and its answers for the notes.

    A table that depends on the run names its `profile`, since the figures beside it are of the
    recorded one.
    """
    tags = cell.metadata.get("tags", [])
    pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
    rich = [o.data["text/html"] for o in cell.outputs if "text/html" in o.get("data", {})]
    answers = [_plain(text) for text in rich if "<details" in text]
    lines = cell.source.splitlines()
    hidden = "hide-input" in tags
    shown = "show-code" in tags or not (hidden or pictures or rich or len(lines) > CODE_LINES)
    blocks = []
    if shown or hidden:
        text = "".join(o.text for o in cell.outputs if o.get("name") == "stdout")
        text = text.rstrip().strip("\n")  # a first line keeps its indent: it may head a table
        narrow = max(map(len, text.splitlines()), default=0) <= ALONE_LETTERS
        alone = " alone" if narrow and not shown else ""
        printed = f'<pre class="printed{alone}">{ansi2html(text)}</pre>' if text else ""
        code = _highlight(cell.source) if shown else ""
        heights = [_code_height(part) + 24 + GAP for part in (lines * shown, text.splitlines())]
        table = text.count("\n") > 1
        if table and profile and "nbval-check-output" not in tags:
            printed += f'<p class="run">printed by a run in the profile {profile}</p>'
            heights[1] += LINE
        if sum(heights) > ROOM:  # code, and what it prints, each on its own
            blocks += zip((code, printed), heights, strict=True)
        elif code or printed:
            blocks.append((code + printed, sum(heights)))
    return blocks, _figure(pictures[-1]) if pictures else None, answers


def _code_height(lines):
    return sum(max(1, -(-len(line) // CODE_LETTERS)) for line in lines) * CODE_LINE


def _plain(text):
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", text).split()))


def _figure(output):
    alt = html.escape(alt_text(output), quote=True)
    source = output.data["image/png"].replace("\n", "")
    return f'<div class="figure"><img src="data:image/png;base64,{source}" alt="{alt}"></div>'


def film_with_slider(film):
    """A film with its slider; the script of the deck moves it."""
    frames = [f"data:image/webp;base64,{base64.b64encode(one).decode()}" for one in film.frames]
    kept = json.dumps({"frames": frames, "values": film.values, "texts": film.texts})
    alt, value = html.escape(film.texts[film.first], quote=True), film.values[film.first]
    return (
        f'<div class="figure film"><img src="{frames[film.first]}" alt="{alt}"><label>'
        f"{html.escape(film.control)} <input type=range min=0 max={len(frames) - 1} "
        f'value={film.first} aria-valuetext="{html.escape(value, quote=True)}"> '
        f"<output>{html.escape(value)}</output></label>"
        # No text of a page ends a script.
        f'<script type="application/json">{kept.replace("</", "<" + chr(92) + "/")}</script></div>'
    )


def markdown(text):
    """HTML of a text cell; formulas as MathML, links to other notebooks as links to their decks."""
    return markdown2html_mistune(pages.with_mathml(pages.linked_pages(text)))
