"""Turns an executed notebook into a page that a browser reads without a kernel."""

import copy
import functools
import re
from pathlib import Path

from nbconvert import HTMLExporter

from course_tools import formulas
from course_utils import storage

TEMPLATES = Path(__file__).parent / "templates"


def write(nb, title, path):
    """Write `nb` as HTML to `path`; pictures keep their alt text.

    The page asks nobody for anything: formulas become MathML, which browsers draw by themselves.
    """
    nb = copy.deepcopy(nb)
    nb.metadata["title"] = title
    # With a widget's state the page would fetch the widgets' scripts; without, it shows the
    # picture that each widget brings.
    nb.metadata.pop("widgets", None)
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            # A badge lies on somebody's server: its words do as well, and read offline.
            cell.source = re.sub(r"!\[([^\]]*)\]\(https?://[^)]*\)", r"\1", cell.source)
            cell.source = with_mathml(linked_pages(cell.source))
    exporter = HTMLExporter(template_name="course", extra_template_basedirs=[str(TEMPLATES)])
    html, _ = exporter.from_notebook_node(nb)
    with storage.atomic_write(path) as temporary:
        temporary.write_text(html, encoding="utf-8")


def linked_pages(markdown):
    """Return a text cell's source with its links to other notebooks as links to their pages."""
    return re.sub(r"\]\((\d\d_\w+)\.ipynb\)", r"](\1.html)", markdown)


def with_mathml(markdown):
    """Return a text cell's source with its `$$…$$` and `$…$` formulas as MathML.

    Raises:
        CourseError: a formula is not whole.
    """
    markdown = re.sub(r"\$\$(.+?)\$\$", lambda m: _mathml(m[1], "block"), markdown, flags=re.DOTALL)
    return re.sub(r"(?<![\\$])\$(?!\s)([^$]+?)\$", lambda m: _mathml(m[1], "inline"), markdown)


@functools.cache  # the site reads a formula twice: to see whether it can be drawn, and to draw it
def _mathml(formula, display):
    html = formulas.mathml(formula, display)
    # What stands between the tags is still read as Markdown, where a star has a meaning.
    return html.replace("*", "&#42;")
