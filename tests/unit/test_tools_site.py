"""The site: what stands on its pages, where its links lead, and what it does without."""

import base64
import io
import json
import re
import types

import nbformat.v4 as v4
import pytest
from miniature import half_written, make_course, run_course
from PIL import Image

from course_tools import pairing, recording, site, site_claims, site_pages
from course_tools.series import CourseError
from course_utils.evaluation import claims

IMAGES = types.SimpleNamespace(name="digits", source="builtin")
LOW, HIGH = [1.0, 1.1, 1.2], [2.0, 2.1, 2.2]
REPOSITORY = "https://github.com/someone/somewhere/blob/v1"


def text(source):
    return v4.new_markdown_cell(source)


def code(source="x = 1", *outputs, tags=()):
    return v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


def printed(words):
    return v4.new_output("stream", name="stdout", text=words)


def shown(words):
    return v4.new_output("display_data", {"text/html": words})


def picture(alt="A grey picture that a test has drawn", size=(30, 20)):
    file = io.BytesIO()
    Image.new("L", size, 128).save(file, "PNG")
    data = {"image/png": base64.b64encode(file.getvalue()).decode(), "text/plain": alt}
    return v4.new_output("display_data", data, metadata={"image/png": {"alt": alt}})


def error():
    return v4.new_output("error", ename="ValueError", evalue="no", traceback=["no"])


def judged(name, statement, measure="error", values=None):
    claim = claims.Claim(name, statement, "Both measured.", measure)
    return claims.test(claim, values or {"A": LOW, "B": HIGH}, "10 images", IMAGES)


@pytest.fixture
def table(monkeypatch, started):
    """A function from a result to what a notebook shows of it."""

    def table(result):
        shown = []
        monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
        claims.show(result, "99_none")
        return v4.new_output("display_data", shown[0])

    return table


def record(notebook, *results):
    folder = recording.recorded_folder(notebook)
    folder.mkdir(parents=True, exist_ok=True)
    found = [result.as_dict() for result in results]
    content = {"claims": found, "date": "2026-01-01", "code": "x"}
    (folder / "claims.json").write_text(json.dumps(content))


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "c", _01_one=["1"], _02_two=["2"], _03_three=["3"])


@pytest.fixture
def store(course):
    """A function that stores a notebook, by its number, with these cells."""

    def store(number, *cells):
        (notebook,) = course.select([number])
        cells = cells or [text(f"# Title of {notebook.name[3:]}"), code("1", printed("1"))]
        pairing.write_ipynb(v4.new_notebook(cells=list(cells)), notebook.ipynb)
        return notebook

    return store


@pytest.fixture
def build(course, store):
    """A function that stores what no test has stored, builds, and gives the folder."""

    def build():
        for notebook in course.notebooks():
            if not notebook.ipynb.exists():
                store(notebook.number)
        return site.build(course, course.notebooks(), lambda line: None)

    return build


def read(folder, name):
    return (folder / name).read_text("utf-8")


def test_a_page_leads_to_the_others_and_to_its_own_headings(store, build):
    store("2", text("# Title of two"), text("## First\n\n### Inner"), code(), text("## First"),
          code("1", printed("1")))  # fmt: skip
    folder = build()
    page = read(folder, "02_two.html")
    assert re.findall(r'<a href="(0[^"]+)" rel="(\w+)"', page) == [
        ("01_one.html", "prev"), ("03_three.html", "next"),
    ]  # fmt: skip
    contents = page[page.index('<nav class="contents"') : page.index("</nav>")]
    assert '<a href="02_two.html" aria-current="page">' in contents
    assert re.findall(r'href="(#[^"]+)"', contents) == ["#first", "#inner", "#first-2"]
    assert [page.count(f'id="{anchor}"') for anchor in ("first", "inner", "first-2")] == [1, 1, 1]
    assert 'rel="prev"' not in read(folder, "01_one.html")
    assert half_written(folder) == []


def test_links_lead_to_pages_and_what_has_none_to_the_repository(course, store, build):
    store("3", text("# Three"), code())  # no outputs: no page
    store(
        "1",
        text("# One\n\n[a](02_two.ipynb), [b](02_two.ipynb#The-Data), [c](03_three.ipynb), "
             "[d](../README.md), [e](py/01_one.py#L3), [f](#The-Data), [g](https://x.org/a#B), "
             "[![Badge](https://x.org/b.svg)](https://x.org)"),
        code("1", printed("1")),
    )  # fmt: skip
    store("2")
    with pytest.raises(CourseError, match="no page of 03_three"):
        build()
    page = read(course.build_dir / "site", "01_one.html")
    article = page[page.index("<article>") :]
    assert re.findall(r'<a href="([^"]+)">(\w)</a>', article) == [
        ("02_two.html", "a"),
        ("02_two.html#the-data", "b"),
        (f"{REPOSITORY}/notebooks/03_three.ipynb", "c"),
        (f"{REPOSITORY}/README.md", "d"),
        (f"{REPOSITORY}/notebooks/py/01_one.py", "e"),
        ("#the-data", "f"),
        ("https://x.org/a#B", "g"),
    ]
    assert '<a href="https://x.org">Badge</a>' in article
    assert "b.svg" not in article


def test_a_page_loads_nothing_from_elsewhere(store, build):
    store("1", text("# One\n\n![alt](https://x.org/a.png) $x$"), code("1", picture()))
    folder = build()
    for name in ("index.html", "claims.html", "01_one.html"):
        loaded = re.findall(r'<(?:script|link|img)[^>]* (?:src|href)="([^"]+)"', read(folder, name))
        assert loaded
        files = [address for address in loaded if not address.startswith("data:")]
        assert [address for address in files if not (folder / address).is_file()] == []
    assert "http" not in read(folder, "site.js") + read(folder, "site.css")


def test_a_picture_is_a_file_with_its_size_and_its_words(store, build):
    store("1", text("# One"), code("1", picture('A "grey" one', (30, 20)), picture("Another")))
    folder = build()
    page = read(folder, "01_one.html")
    assert (
        '<img src="figures/01_one-1.png" alt="A &quot;grey&quot; one" width="30" height="20" '
        'loading="lazy"'
    ) in page
    with Image.open(folder / "figures" / "01_one-2.png") as image:
        assert image.size == (30, 20)


def test_outputs_are_shown_in_their_richest_form(store, build):
    both = v4.new_output("display_data", {"text/html": "<p>rich</p>", "text/plain": "plain"})
    plain = v4.new_output("display_data", {"text/plain": "only <plain>"})
    folded = shown("<details><summary>What it says</summary>A &lt; B</details>")
    store("1", text("# One"), code("1", printed("a <b>"), both, plain, folded))
    page = read(build(), "01_one.html")
    assert '<pre class="printed">a &lt;b&gt;</pre>' in page
    assert "<p>rich</p>" in page
    assert "plain</" not in page.replace("only &lt;plain&gt;</", "")
    assert "<details><summary>What it says</summary>" in page, "it stays folded"


def test_tables_and_long_formulas_scroll_by_themselves(store, build):
    long = " + ".join(f"x_{{{number}}}" for number in range(20))
    store("1", text(f"# One\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n${long}$, $y$\n\n$$z$$"),
          code("1", shown("<table><tr><td>3</td></tr></table>")))  # fmt: skip
    page = read(build(), "01_one.html")
    assert page.count('<div class="scroll"><table') == 2
    assert page.count('<span class="long"><math') == 1
    assert page.count('<span class="formula"><math') == 1
    assert "$" not in page[page.index("<article>") : page.index("</article>")]


def test_the_set_up_is_folded_and_the_rest_is_not(store, build):
    store("1", text("# One"), code("import a"), code("import b"), text("## Data"),
          code("c = 3", printed("1")))  # fmt: skip
    page = read(build(), "01_one.html")
    folded = page[page.index('<details class="setup">') : page.index("</details>")]
    assert "Set-up: 2 cells of code" in folded
    assert folded.count('class="cell code"') == 2
    assert page.index('id="data"') > page.index("</details>")


def test_the_index_has_a_card_for_each_notebook_with_its_time_and_claims(store, build, started):
    notebook = store("1", text("# One"), code("1", picture("What it has found, drawn")))
    record(notebook, judged("a", "A is lower."), judged("b", "B is lower."))
    page = read(build(), "index.html")
    assert re.findall(r'<h2><a href="([^"]+)">([^<]+)</a></h2>', page) == [
        ("01_one.html", "Title of one"),
        ("02_two.html", "Title of two"),
        ("03_three.html", "Title of three"),
    ]
    assert "What 01_one is about." in page
    assert 'alt="What it has found, drawn"' in page
    assert "4 s on 2 CPU cores" in page
    assert '<a href="claims.html?notebook=01">2 claims tested</a>' in page


def test_a_claim_leads_to_the_table_of_its_test(store, table):
    first = judged("a", "A is <lower>.", "error, held out")
    second = judged("b", "A is <lower>.", "error, in training")
    third = judged("c", "A is <lower>.", "error, held out", {"C": LOW, "B": HIGH})
    notebook = store("1", text("# One"), code("1", *map(table, (first, second))),
                     code("2", table(third)))  # fmt: skip
    record(notebook, third, second, first)
    stored = site_pages.read(notebook)
    one, two = (cell.id for cell in stored.nb.cells if cell.cell_type == "code")
    assert site_claims.addresses(stored) == [
        f"01_one.html#claim-{two}-0",
        f"01_one.html#claim-{one}-1",
        f"01_one.html#claim-{one}-0",
    ]
    page = site_pages.article(stored, str).html
    assert [page.count(f'id="claim-{cell}"') for cell in (f"{two}-0", f"{one}-1", f"{one}-0")] == [
        1, 1, 1,
    ]  # fmt: skip


def test_a_claim_that_the_stored_run_tested_otherwise_leads_to_the_cell_most_alike(store, table):
    recorded = judged("a", "After 150 epochs A is lower than B. (mnist)")
    other = judged("b", "A wholly different thing, of which nobody has heard", "seconds",
                   {"this": LOW, "that": HIGH})  # fmt: skip
    stored = [
        judged("b", "Two networks of equal size take equally long.", "seconds"),
        judged("a", "After 20 epochs A is lower than B. (fashion_mnist)"),
    ]
    notebook = store("1", *(code("1", table(result)) for result in stored))
    record(notebook, recorded, other)
    found = site_pages.read(notebook)
    assert site_claims.addresses(found) == [
        f"01_one.html#cell-{found.nb.cells[1].id}",
        "01_one.html",
    ]


def test_the_page_of_claims_shows_verdicts_after_parts_of_the_training(store, build, started):
    claim = claims.Claim("a", "A & B.", "Both.", "error")
    low, high = {"A": LOW, "B": HIGH}, {"A": HIGH, "B": LOW}
    result = claims.test(claim, low, "", IMAGES, earlier={1 / 12: high, 1 / 4: low, 2 / 3: low})
    record(store("2"), result)
    page = read(build(), "claims.html")
    row = page[page.index('<tr id="02-a"') :]
    row = row[: row.index("</tr>")]
    assert " data-turns>" in row
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    assert [re.sub("<[^>]*>", "", cell) for cell in cells] == [
        "the opposite is true (1/12)", "holds", "holds",
    ]  # fmt: skip
    assert "A &amp; B." in row
    assert "A against B; error" in row
    assert f'<option value="{claims.HOLDS}">holds (1)</option>' in page
    assert '<option value="01">' not in page, "it has no claims"


def test_the_index_of_the_search_holds_every_section_and_claim(store, build, table):
    result = judged("a", "A is lower.")
    folded = shown("<details><summary>What it says</summary>Four <b>fi</b>sh.</details>")
    notebook = store(
        "1",
        text("# One\n\nOpening *wo*rds."),
        text("## Sum\n\nOf $x_1$ and `y`."),
        code("hidden()", picture("A picture of noise"), folded, table(result)),
    )
    record(notebook, result)
    script = read(build(), "search-index.js")
    index = json.loads(script.removeprefix("window.searchIndex = ").strip().removesuffix(";"))
    pages = [page for page, _ in index["pages"]]
    assert pages == ["01_one.html", "02_two.html", "03_three.html", "claims.html"]
    assert index["pages"][0][1] == "01 · Title of one"
    sections = {(pages[place], anchor): rest for place, anchor, *rest in index["sections"]}
    assert sections["01_one.html", "one"] == ["One", "Opening words."]
    title, words = sections["01_one.html", "sum"]
    assert title == "Sum"
    assert words == "Of x1 and y. A picture of noise What it says Four fish."
    assert sections["claims.html", "01-a"] == ["A is lower.", "A against B; error: holds"]
    assert "hidden" not in script


def told(course, *names):
    said = []
    with pytest.raises(CourseError) as failure:
        site.build(course, course.select(names), said.append)
    return said, str(failure.value)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([text("# One"), code()], r"01_one\.ipynb has no outputs; make them with `course ex"),
        ([text("# One"), code("1", error())], r"01_one\.ipynb: cell 2 failed: ValueError: no\. M"),
        ([text("# One\n\n$x^$"), code("1", printed("1"))], r"cell 1: the formula \$x\^\$ cannot"),
        ([code("1", v4.new_output("display_data", {"image/png": "iVBORw0KGgo="}))],
         r"the picture of cell 1 is damaged"),
    ],
    ids=["no outputs", "failed", "formula", "picture"],
)  # fmt: skip
def test_a_notebook_that_cannot_be_shown_is_told_and_the_others_are(course, store, cells, reason):
    store("1", *cells)
    store("2")
    store("3")
    said, failure = told(course)
    assert re.match(rf"01_one: no page: .*{reason}", said[0])
    assert failure.startswith("no page of 01_one. The rest of the site is in")
    folder = course.build_dir / "site"
    assert not (folder / "01_one.html").exists()
    index = read(folder, "index.html")
    assert 'href="01_one.html"' not in index
    assert "No page: " in index
    assert 'href="02_two.html"' in index
    assert "01_one.html" not in read(folder, "03_three.html") + read(folder, "search-index.js")


def test_a_notebook_that_is_not_there_or_no_notebook_or_has_a_damaged_record_is_told(course, store):
    store("2").ipynb.write_text("[]")
    folder = recording.recorded_folder(store("3"))
    folder.mkdir(parents=True)
    (folder / "claims.json").write_text("{")
    said, failure = told(course)
    assert "there is no 01_one.ipynb; make it with `course pair 01`" in said[0]
    assert "02_two.ipynb is not a notebook" in said[1]
    assert "claims.json is damaged" in said[2]
    assert "no page of 01_one, 02_two, 03_three" in failure
    assert (course.build_dir / "site" / "index.html").is_file()


def test_a_page_that_is_too_heavy_is_told(course, store, monkeypatch):
    store("1", text("# One"), code("1", picture(), picture()))
    store("2")
    monkeypatch.setattr(site, "HEAVIEST", 10)
    assert "more than 0 MB: 01_one; draw fewer" in told(course, "1")[1]
    folder = course.build_dir / "site"
    loaded = ["01_one.html", "site.css", "site.js", "figures/01_one-1.png", "figures/01_one-2.png"]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    assert site.weight(files, "01_one.html") == sum(len(files[name]) for name in loaded)


def test_what_an_earlier_site_left_is_removed(course, store, build):
    notebook = store("1", text("# One"), code("1", picture(), picture()))
    folder = build()
    assert (folder / "figures" / "01_one-2.png").exists()
    store("1", text("# One"), code("1", picture()))
    site.build(course, [notebook], lambda line: None)
    assert (folder / "figures" / "01_one-1.png").exists()
    assert not (folder / "figures" / "01_one-2.png").exists()
    assert not (folder / "02_two.html").exists(), "the site is of one notebook now"


def test_the_command_writes_the_site_and_refuses_a_notebook_that_is_not_there(course, store):
    store("1")
    done = run_course(course, "site", "1")
    assert done.returncode == 0, done.stderr
    assert "01_one: 0.0 MB" in done.stdout
    assert f"Site: {course.build_dir / 'site' / 'index.html'}" in done.stdout
    done = run_course(course, "site", "77")
    assert done.returncode == 1
    assert "no notebook '77'" in done.stderr
    assert "02_two" in done.stderr
