"""Each notebook's deck is a talk: not too long, few words on a slide, notes for the speaker."""

import re

import pytest

from course_tools import decks, pairing
from course_tools.series import Project
from course_utils.storage import CHECKOUT

NOTES = CHECKOUT / "slides" / "notes"
NOTEBOOKS = [n for n in Project(CHECKOUT).notebooks() if (NOTES / f"{n.name}.md").is_file()]
WORDS = 80  # on a slide, beside code, tables and what is printed
CODE = re.compile(r"<(pre|table|math|script)\b.*?</\1>", re.DOTALL)


@pytest.fixture(params=NOTEBOOKS, ids=lambda notebook: notebook.name)
def notebook(request):
    return request.param


def words(slide):
    text = re.sub(r"<[^>]*>", " ", CODE.sub("", " ".join(slide.parts)))
    return len(text.split())


def test_a_deck_is_a_talk(notebook):
    slides = decks.slides_of(notebook, pairing.read_ipynb(notebook))
    assert 15 <= len(slides) <= 30
    assert [(s.heading, n) for s in slides if (n := words(s)) > WORDS] == []
    assert sum(slide.has_figure for slide in slides) >= len(slides) / 5


def test_the_speaker_has_notes_and_each_finds_its_slide(notebook):
    notes = (NOTES / f"{notebook.name}.md").read_text("utf-8")
    headings = [slide.heading for slide in decks.slides_of(notebook, pairing.read_ipynb(notebook))]
    asked = re.findall(r"^## (.+)$", notes, re.MULTILINE)
    assert len(asked) >= 5
    assert set(asked) <= set(headings)
    assert re.search(r"about (\d+) minutes", notes.partition("\n")[0])
    minutes = sum(map(int, re.findall(r"\*\*(\d+) min", notes)))
    assert abs(minutes - int(re.search(r"about (\d+) min", notes)[1])) <= 5
