import nbformat
import pytest

from course_tools import pages
from course_tools.series import CourseError


@pytest.mark.parametrize(
    ("source", "display"), [("a $x^2$ b", "inline"), ("a\n\n$$\nx^2\n$$\n\nb", "block")]
)
def test_formulas_become_mathml(source, display):
    html = pages.with_mathml(source)
    assert "$" not in html
    assert f'display="{display}"' in html
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in html


def test_text_without_formulas_stays_as_it_is():
    text = "Costs \\$3 and `a_b`, *now*."
    assert pages.with_mathml(text) == text


def test_a_page_asks_nobody_for_anything(tmp_path):
    nb = nbformat.v4.new_notebook()
    nb.cells = [
        nbformat.v4.new_markdown_cell("# T\n\n![badge](https://x.org/b.svg) $d^* * e$"),
        nbformat.v4.new_code_cell(
            "1",
            outputs=[
                nbformat.v4.new_output(
                    "display_data",
                    data={"image/png": "iVBORw0KGgo="},
                    metadata={"image/png": {"alt": "An empty picture."}},
                )
            ],
        ),
    ]
    pages.write(nb, "T", tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text()
    assert 'src="http' not in html
    assert "<script src" not in html
    assert "mathjax" not in html.lower()
    assert "<math" in html
    assert 'alt="An empty picture."' in html


def test_a_formula_that_is_not_whole_is_told():
    with pytest.raises(CourseError, match=r"the formula \$x\^\$ cannot be drawn"):
        pages.with_mathml("a $x^$ b")


def test_links_to_other_notebooks_lead_to_their_pages():
    text = "[b](02_b.ipynb), [c](https://x.org/02_b.ipynb)"
    assert pages.linked_pages(text) == "[b](02_b.html), [c](https://x.org/02_b.ipynb)"
