"""Formulas as MathML: alphabets, spaces and limits as TeX sets them."""

import re
import xml.etree.ElementTree as ElementTree

import jupytext
import pytest

from course_tools import formulas, pages, series
from course_utils.storage import CHECKOUT

THIN = '<mspace width="0.17em" />'


@pytest.mark.parametrize(
    ("formula", "letters"),
    [
        (r"\mathbb E", "𝔼"),
        (r"\mathbb R", "ℝ"),
        (r"\mathcal N", "𝒩"),
        (r"\mathcal L", "ℒ"),
        (r"\mathbf 1 \mathbf x", "𝟏𝐱"),
        (r"x \sim p", "x∼p"),
        (r"p \,\Vert\, q", "p‖q"),
    ],
)
def test_letters_and_signs_are_those_of_their_alphabet(formula, letters):
    found = ElementTree.fromstring(formulas.mathml(formula, "inline"))
    assert "".join(found.itertext()).strip() == letters
    assert all(part.get("mathvariant", "normal") == "normal" for part in found.iter())


@pytest.mark.parametrize(
    ("formula", "spaced"),
    [
        (r"p \log d", f"<mi>p</mi>{THIN}<mi>log</mi>{THIN}<mi>d</mi>"),
        (r"-\log p", f"</mo><mi>log</mi>{THIN}<mi>p</mi>"),
        (r"q \log (d)", f"<mi>q</mi>{THIN}<mi>log</mi><mo"),
        (r"x^2 \log d", f"</msup>{THIN}<mi>log</mi>{THIN}<mi>d</mi>"),
    ],
)
def test_names_of_functions_stand_apart_from_letters_and_not_from_brackets(formula, spaced):
    assert spaced in formulas.mathml(formula, "inline")


def test_a_limit_stands_below_its_name_in_a_formula_of_its_own_line():
    assert "<munder><mo>min</mo><mi>G</mi></munder>" in formulas.mathml(r"\min_G V", "block")
    assert "<munder>" not in formulas.mathml(r"\min_G V", "inline")


def test_every_formula_of_the_notebooks_is_sound_mathml_without_a_command_left():
    children = {"msub": 2, "msup": 2, "mfrac": 2, "munder": 2, "msubsup": 3}
    count = 0
    for notebook in series.Project(CHECKOUT).notebooks():
        nb = jupytext.read(notebook.script, fmt=series.PERCENT)
        cells = [cell.source for cell in nb.cells if cell.cell_type == "markdown"]
        text = "\n\n".join(cells)
        for formula in re.findall(r"<math.*?</math>", pages.with_mathml(text), re.DOTALL):
            found = ElementTree.fromstring(formula)
            count += 1
            assert "\\" not in "".join(found.itertext()), formula
            for part in found.iter():
                kind = part.tag.rpartition("}")[2]
                assert len(part) == children.get(kind, len(part)), formula
    assert count > 300
