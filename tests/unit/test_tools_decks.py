"""What of a notebook goes on which slide, and that a deck loads nothing from elsewhere."""

import base64
import dataclasses
import hashlib
import json
import re
import types

import nbformat.v4 as v4
import pytest
from miniature import make_course, run_course

from course_tools import decks, recording, slide_parts, slides
from course_tools.series import CourseError
from course_utils.evaluation import claims, films

PIXEL = "iVBORw0KGgo="
PIXEL_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def text(source, kind="slide"):
    return v4.new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}})


def code(source="x = 1", *outputs, kind="fragment", tags=()):
    metadata = {"slideshow": {"slide_type": kind}, "tags": list(tags)}
    return v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def picture(alt="A picture that a test has drawn"):
    return v4.new_output("display_data", {"image/png": PIXEL}, metadata={"image/png": {"alt": alt}})


def printed(words):
    return v4.new_output("stream", name="stdout", text=words)


def html(words):
    return v4.new_output("display_data", {"text/html": words})


@pytest.fixture
def notebook(tmp_path):
    return make_course(tmp_path, _01_one=["1"]).notebooks()[0]


@pytest.fixture
def deck(notebook):
    """A function from cells to the slides of a notebook that has them."""
    return lambda *cells: decks.slides_of(notebook, v4.new_notebook(cells=list(cells)))


def shown(slide):
    return re.sub(r"<[^>]*>", "", " ".join(slide.parts))


def test_a_heading_begins_a_slide_and_what_is_skipped_is_not_there(deck):
    one, two = deck(
        text("## First\n\nQuestion?"),
        code("hidden()", kind="skip"),
        text("And more.", "fragment"),
        text("## Second\n\nAnswer.", "subslide"),
    )
    assert (one.heading, one.begins, two.heading, two.begins) == ("First", True, "Second", False)
    assert "Question?" in shown(one)
    assert "And more." in shown(one)
    assert "hidden" not in shown(one) + shown(two)
    assert [("fragment" in part) for part in one.parts] == [False, True]


@pytest.mark.parametrize(
    ("said", "tags", "told"),
    [
        ("a 3\nb 4\nc 5", ["hide-input"], True),
        ("a 3\nb 4\nc 5", ["hide-input", "nbval-check-output"], False),
        ("a 3", ["hide-input"], False),
    ],
)
def test_a_table_that_depends_on_the_run_names_its_profile(notebook, said, tags, told):
    cells = [text("## Table"), code("print(3)", printed(said), tags=tags)]
    metadata = {"course": {"profile": "cpu"}}
    (slide,) = decks.slides_of(notebook, v4.new_notebook(cells=cells, metadata=metadata))
    assert ("a run in the profile cpu" in shown(slide)) == told


def test_there_is_one_figure_on_a_slide_and_of_two_runs_the_recorded_one(deck):
    cell = code("draw()", picture("Yours"), html("<p>The recorded run</p>"), picture("Recorded"))
    first, second = deck(text("## Look"), cell, code("draw()", picture("Another")))
    assert [slide.has_figure for slide in (first, second)] == [True, True]
    assert 'alt="Recorded"' in first.parts[-1]
    assert 'alt="Another"' in second.parts[-1]
    assert second.goes_on
    assert second.heading == "Look"


@pytest.mark.parametrize(
    ("cell", "there"),
    [
        (code("print(1 + 1)", printed("2")), True),
        (code("draw()", picture()), False),
        (code("draw()", picture(), tags=["show-code"]), True),
        (code("print(1 + 1)", printed("2"), tags=["hide-input"]), False),
        (code("\n".join("abcdefghijkl"), printed("2")), False),
    ],
    ids=["prints", "draws", "draws, shown", "hidden", "long"],
)
def test_code_is_shown_where_it_is_short_and_the_point(deck, cell, there):
    slides_ = deck(text("## Code"), cell)
    assert any("highlight" in part for slide in slides_ for part in slide.parts) == there


def test_what_does_not_fit_goes_on_under_the_same_heading(deck):
    paragraphs = "\n\n".join(f"{number} " + "many words " * 40 for number in range(9))
    found = deck(text(f"## Long\n\n{paragraphs}"))
    assert len(found) > 2
    assert {slide.heading for slide in found} == {"Long"}
    assert all(slide.used <= slide_parts.ROOM for slide in found)
    assert [number for number in range(9) if f"{number} many" in " ".join(map(shown, found))] == [
        *range(9)
    ]


def test_a_link_finds_its_address_though_the_text_is_cut_into_slides(deck):
    source = "## Links\n\nSee [[1]].\n\n" + "many words " * 140 + "\n\n[1]: https://x.org/a"
    first, second = deck(text(source))
    assert 'href="https://x.org/a"' in first.parts[0]
    assert "x.org" not in shown(first) + shown(second)


def test_a_figure_gets_at_least_half_a_slide(deck):
    words = text("## Look\n\n" + "many words " * 70)
    first, second = deck(words, code("draw()", picture()))
    assert not first.has_figure
    assert second.has_figure
    assert second.used == slide_parts.FIGURE


def test_a_sentence_below_a_figure_stays_with_it_and_a_long_text_goes_on(deck):
    short, long = text("Look left.", "fragment"), text("many words " * 70, "fragment")
    (slide,) = deck(text("## Look"), code("draw()", picture()), short)
    assert "Look left." in slide.parts[-1]
    first, second = deck(text("## Look"), code("draw()", picture()), long)
    assert [first.has_figure, second.has_figure] == [True, False]


def test_of_code_whose_input_is_hidden_there_is_what_it_prints(deck):
    (slide,) = deck(text("## Table"), code("print(3)", printed("one 3"), tags=["hide-input"]))
    assert "one 3" in shown(slide)
    assert "print" not in shown(slide)


def test_what_the_recorded_run_says_is_for_the_speaker(deck):
    answer = html("<details><summary>What the recorded run says</summary>A &lt; B.</details>")
    (slide,) = deck(text("## Question\n\nWhich?"), code("recorded.answer()", answer))
    assert slide.notes == ["What the recorded run says A < B."]
    assert "A < B" not in shown(slide)


def test_cells_of_notes_are_what_the_speaker_says(deck):
    (slide,) = deck(text("## Question\n\nWhich?"), text("It is $a$.", "notes"))
    assert slide.notes == ["It is $a$."]
    assert "It is" not in shown(slide)


def test_notes_stand_below_their_heading_in_a_file_of_their_own(deck, notebook):
    path = notebook.script.parents[2] / "slides" / "notes" / f"{notebook.name}.md"
    path.parent.mkdir(parents=True)
    path.write_text("## Question\n\nAsk first. (3 minutes)\n\n## Elsewhere\n\nNo.\n")
    (slide,) = deck(text("## Question\n\nWhich?"))
    assert slide.notes == ["Ask first. (3 minutes)"]


def test_claims_become_a_summary_and_exercises_titles_and_what_was_learnt_comes_last(
    deck, notebook, started
):
    claim = claims.Claim("a", "A is <lower>.", "Both measured.", "error")
    values = {"A": [1.0, 1.1, 1.2], "B": [2.0, 2.1, 2.2]}
    images = types.SimpleNamespace(name="digits", source="builtin")
    result = claims.test(claim, values, "10 images", images)
    folder = recording.recorded_folder(notebook)
    folder.mkdir(parents=True)
    claim = dataclasses.replace(claim, statement="A is <lower>. (mnist)")
    values = {"A": [1.0, 2.0, 1.2], "B": [1.1, 1.1, 2.2]}
    other = claims.test(claim, values, "10 images", images)
    record = {"claims": [result.as_dict(), other.as_dict()], "date": "2026-01-01", "code": "x"}
    (folder / "claims.json").write_text(json.dumps(record))
    *_, summary, exercises, last = deck(
        text("## Question\n\nWhich?"),
        text("## Claims tested\n\nTests."),
        code("compare()", html("<table>a</table>")),
        text(
            "## What we learnt\n\n- One thing. More of it.\n- Another: it\n  goes on. And on.\n"
            "- A third.\n- A fourth."
        ),
        text("## Exercises\n\n**1. Count.** Do it."),
        text("**2. Derive.** Do it.", "skip"),
        text("## Where to go next\n\n- Elsewhere."),
    )
    assert summary.parts[0].count("<tr>") == 1
    assert "A is &lt;lower&gt;.<" in summary.parts[0]
    assert f"{claims.HOLDS} (1&nbsp;of&nbsp;2)" in summary.parts[0]
    assert f"{claims.NO_DIFFERENCE} (1&nbsp;of&nbsp;2)" in summary.parts[0]
    assert re.findall(r"<li>(\w+)</li>", exercises.parts[0]) == ["Count", "Derive"]
    assert last.heading == "To remember"
    assert "One thing." in shown(last)
    assert "More of it" not in shown(last)
    assert "it goes on." in shown(last)
    assert "A third." in shown(last)
    assert "A fourth" not in shown(last)


@pytest.mark.parametrize(("count", "slides"), [(0, 0), (1, 1), (6, 1), (16, 1), (17, 2), (40, 3)])
def test_many_claims_take_several_slides_about_equally_full(count, slides):
    verdicts = {f"Claim {n}.": [claims.HOLDS] for n in range(count)}
    pages = decks._pages(verdicts)
    assert [one for page in pages for one in page] == list(verdicts)
    assert len(pages) == slides
    assert max(map(len, pages), default=0) - min(map(len, pages), default=0) <= 1


def test_an_explorer_has_its_slider_where_a_film_of_it_is_recorded(deck, notebook, monkeypatch):
    monkeypatch.setenv("COURSE_RECORD", str(recording.recorded_folder(notebook)))
    recording.recorded_folder(notebook).mkdir(parents=True)
    png = base64.b64decode(PIXEL_PNG)
    for control in ("skipped", "z[0]"):
        films.keep(control, [(0, "−1"), (1, "1")], 1, lambda x: (png, f'At "{x}".'))
    explorer = "e = widgets.latent_explorer(f, 2)"
    cells = [
        text("## Look\n\nMove it."),
        code(explorer, picture(), kind="skip"),
        code(explorer, picture()),
        code(explorer, picture("A third one, without a film")),
    ]
    moving, still = deck(*cells)
    assert "z[0] <input type=range min=0 max=1 value=1" in moving.parts[-1]
    assert 'alt="At &quot;1&quot;."' in moving.parts[-1]
    kept = json.loads(
        re.search(r'<script type="application/json">(.*)</script>', moving.parts[-1])[1]
    )
    assert kept["values"] == ["−1", "1"]
    assert "range" not in still.parts[-1]


def test_a_damaged_film_is_told_with_what_to_do(deck, notebook):
    folder = recording.recorded_folder(notebook)
    folder.mkdir(parents=True)
    (folder / "films.json").write_text("[")
    with pytest.raises(CourseError, match=r"recorded films are damaged.*course record 01"):
        deck(text("## Look"), code("widgets.latent_explorer(f, 2)", picture()))


def test_formulas_are_mathml_and_links_lead_to_decks(deck):
    (slide,) = deck(text("## Sum\n\n$$a^2 + b^2$$\n\nSee [02](02_x.ipynb), $c$."))
    page = " ".join(slide.parts)
    assert page.count("<math") == 2
    assert "$" not in page
    assert 'href="02_x.html"' in page


@pytest.fixture
def prepared(tmp_path):
    """A project whose folder of slides has what decks load."""
    project = make_course(tmp_path / "c", _01_one=["1"], _02_two=["2"])
    lock = project.root / "slides" / "package-lock.json"
    lock.parent.mkdir()
    lock.write_text("{}")
    vendor = project.build_dir / "slides" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / "made-by.txt").write_text(hashlib.sha256(b"{}").hexdigest())
    return project


def test_a_notebook_that_fails_is_told_and_the_other_decks_are_built(prepared):
    said = []
    nb = v4.new_notebook(cells=[text("# Title\n\nWords."), text("## A\n\nB.")])

    def read(notebook):
        if notebook.number == "01":
            raise CourseError("cell 3 failed: ValueError: no")
        return nb

    slides.prepare(prepared)
    with pytest.raises(CourseError, match="no deck of 01_one"):
        slides.build(prepared, prepared.notebooks(), read, said.append)
    assert said == ["01_one: no deck: cell 3 failed: ValueError: no", "02_two: 2 slides"]
    index = (prepared.build_dir / "slides" / "index.html").read_text("utf-8")
    assert "02_two.html" in index
    assert "01_one.html" not in index


def test_a_deck_loads_nothing_from_elsewhere(prepared):
    (notebook, _) = prepared.notebooks()
    path = prepared.build_dir / "slides" / "deck.html"
    slides.write(notebook, [decks.Slide("A", True, parts=["b"], notes=["Ask."])], path)
    page = path.read_text("utf-8")
    loaded = re.findall(r'<(?:script|link|img)[^>]* (?:src|href)="([^"]+)"', page)
    assert loaded
    assert [address for address in loaded if not address.startswith(("vendor/", "data:"))] == []
    assert '<aside class="notes"><p>Ask.</p>' in page


def test_without_npm_it_is_told_what_to_install(prepared, monkeypatch):
    (prepared.root / "slides" / "package-lock.json").write_text("{ }")
    monkeypatch.setattr(slides.shutil, "which", lambda _: None)
    with pytest.raises(CourseError, match="npm is not here"):
        slides.prepare(prepared)


def test_a_deck_of_a_notebook_that_is_not_there_is_refused_with_those_there_are(prepared):
    done = run_course(prepared, "slides", "77", "--recorded")
    assert done.returncode == 1
    assert "no notebook '77'" in done.stderr
    assert "02_two" in done.stderr
