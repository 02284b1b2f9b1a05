"""Turns an executed notebook into a page that a browser reads without a kernel."""

import copy
import re
from pathlib import Path

from nbconvert import HTMLExporter

from course_utils import storage

TEMPLATES = Path(__file__).parent / "templates"


def write(nb, title, path):
    """Write `nb` as HTML to `path`; pictures keep their alt text.

    The page asks nobody for anything but MathJax, without which formulas show as TeX.
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
    exporter = HTMLExporter(template_name="course", extra_template_basedirs=[str(TEMPLATES)])
    html, _ = exporter.from_notebook_node(nb)
    with storage.atomic_write(path) as temporary:
        temporary.write_text(html, encoding="utf-8")
