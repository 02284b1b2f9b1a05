"""The card of a notebook, for the pages that list them: the gallery of a build, and the site."""

import base64
import html
import io
import re
from pathlib import Path

from PIL import Image

from course_tools import pages
from course_tools.series import key_figure

STYLE = (Path(__file__).parent / "templates" / "cards.css").read_text("utf-8")
THUMBNAIL = (880, 560)


def card(notebook, nb, page, below, state=""):
    """Return the card of a notebook, an item of a list.

    Args:
        notebook: the `series.Notebook`.
        nb: the notebook with its outputs, whose key figure is shown; None: its number instead.
        page: address that the title leads to; None where there is no page.
        below: HTML that stands below the description.
        state: class of the item.
    """
    title = html.escape(notebook.title)
    heading = f'<a href="{page}">{title}</a>' if page else title
    return f"""\
<li class="card {state}">
  <div class="figure">{_figure(notebook, nb)}</div>
  <div class="text">
    <p class="number">{notebook.number}</p>
    <h2>{heading}</h2>
    <p class="about">{_with_formulas(notebook.description)}</p>
    {below}
  </div>
</li>"""


def facts(pairs):
    """Return what a page says about its notebooks as a whole; values are HTML."""
    return "\n".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs)


def _with_formulas(text):
    """Plain text as HTML, its formulas as MathML."""
    parts = re.split(r"(\$[^$]+\$)", text)  # every second one is a formula
    return "".join(
        pages.with_mathml(part) if place % 2 else html.escape(part)
        for place, part in enumerate(parts)
    )


def _figure(notebook, nb):
    """Return the key figure as an image of a few kilobytes."""
    png, alt = key_figure(nb) if nb else (None, "")
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
