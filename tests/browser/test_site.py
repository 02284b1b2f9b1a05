"""Every page of the real site in a browser, from files: it can be read, and leads somewhere."""

import re
import urllib.parse
from pathlib import Path

import looking
import pytest

from course_tools import site, site_claims, site_pages
from course_tools.series import Project
from course_utils.evaluation import claims
from course_utils.storage import CHECKOUT

pytestmark = pytest.mark.slow

NOTEBOOKS = Project(CHECKOUT).notebooks()
PAGES = ["index.html", "claims.html", *(f"{notebook.name}.html" for notebook in NOTEBOOKS)]
SHOWN = ".claims tr[data-verdict]:not([hidden])"
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
OPTION = ".found li"


@pytest.fixture(scope="module")
def folder():
    """The site of all notebooks, of their stored outputs."""
    return site.build(Project(CHECKOUT), NOTEBOOKS, print)


@pytest.fixture
def opened(browser, folder):
    """A function that opens a page; an error or a request that leaves the machine fails."""
    contexts, wrong = [], []

    def opened(address, size="desktop", theme="light"):
        width, height = looking.SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme
        )
        contexts.append(context)
        page = context.new_page()
        looking.watch(page, wrong)
        page.goto(f"{folder.as_uri()}/{address}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def anchors(browser, folder):
    """A function from a page to the anchors in it, each page opened once."""
    known = {}

    def anchors(name):
        if name not in known:
            page = browser.new_page()
            page.goto(f"{folder.as_uri()}/{name}")
            known[name] = set(page.evaluate(looking.ANCHORS))
            page.close()
        return known[name]

    return anchors


@pytest.mark.parametrize("size", looking.SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_the_window(opened, name, size):
    assert opened(name, size).evaluate(looking.WIDTHS) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_text_has_enough_contrast(opened, name, theme):
    page = opened(name, theme=theme)
    assert looking.hard_to_read(page) == []
    if name == NOTEBOOKS[3].name + ".html":
        page.set_viewport_size({"width": 360, "height": 740})
        page.get_by_label("Search the notebooks").fill("likelihood")
        page.locator(OPTION).first.wait_for()
        assert looking.hard_to_read(page) == [], "with what was found"
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Contents").click()
        assert looking.hard_to_read(page) == [], "with the contents"


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(opened, anchors, folder, name):
    dead = []
    for address in opened(name).evaluate(looking.LINKS):
        parts = urllib.parse.urlsplit(address)
        if parts.scheme in ("http", "https"):
            continue  # a paper, or the repository: nobody asks for it here
        path = Path(urllib.parse.unquote(parts.path))
        anchor = urllib.parse.unquote(parts.fragment)
        there = path.is_file() and path.is_relative_to(folder)
        if not there or (anchor and anchor not in anchors(path.name)):
            dead.append(address)
    assert dead == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_within_a_second_and_weighs_under_3_mb(opened, folder, name):
    page = opened(name)
    seconds = [page.evaluate(LOADED) / 1000]
    while min(seconds) >= 1 and len(seconds) < 5:  # another process may have been in the way
        page.reload()
        seconds.append(page.evaluate(LOADED) / 1000)
    assert min(seconds) < 1
    loaded = "[...document.querySelectorAll('[src], [rel=stylesheet]')].map(o => o.src || o.href)"
    found = {urllib.parse.urlsplit(address) for address in page.evaluate(loaded)}
    files = [Path(urllib.parse.unquote(one.path)) for one in found if one.scheme == "file"]
    assert {path.name for path in files} >= {"site.css", "site.js"}
    assert sum(path.stat().st_size for path in [folder / name, *files]) < 3e6


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_is_drawn_in_the_place_kept_for_it_and_said_in_words(opened, name):
    page = opened(name)
    assert page.evaluate(looking.PICTURES_WITHOUT_WORDS) == []
    before = page.evaluate("document.documentElement.scrollHeight")
    page.evaluate("document.querySelectorAll('img').forEach(one => { one.loading = 'eager'; })")
    page.wait_for_function("[...document.images].every(one => one.complete)")
    assert page.evaluate("[...document.images].filter(one => !one.naturalWidth).length") == 0
    assert page.evaluate("document.documentElement.scrollHeight") == before, "nothing jumps"


@pytest.mark.parametrize("name", PAGES)
def test_no_formula_is_left_as_its_source(opened, name):
    text = opened(name).evaluate(
        "[...document.querySelectorAll('main :is(p, li, h1, h2, h3, td, th)')].map(one => {"
        "const copy = one.cloneNode(true);"
        "copy.querySelectorAll('code, pre').forEach(part => part.remove());"
        "return copy.textContent; }).join('\\n')"
    )
    assert re.findall(r"\$[^$\n]+\$|\\[a-z]+\{", text) == []


def test_the_keyboard_reaches_the_text_the_search_and_the_theme(opened):
    page = opened(PAGES[2])
    focused = "document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
    seen = []
    for _ in range(4):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(focused))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"{seen[-1]}: one does not see where one is"
    assert seen[0] == "Skip to the text"
    assert seen[2:] == ["Search the notebooks", "Dark theme"]


def test_search_finds_without_accents_and_enter_opens_what_is_chosen(opened):
    page = opened(PAGES[2])
    page.keyboard.press("/")
    page.keyboard.type("frechet floor")
    page.locator(OPTION).nth(1).wait_for()
    titles = page.locator(f"{OPTION} b").all_inner_texts()
    assert page.locator(f"{OPTION} mark").first.inner_text().startswith("Fréchet")
    page.keyboard.press("ArrowDown")
    assert page.locator(f"{OPTION}[aria-selected=true] b").inner_text() == titles[1]
    target = page.locator(f"{OPTION}[aria-selected=true] a").evaluate("one => one.href")
    page.keyboard.press("Enter")
    page.wait_for_url(target)
    assert titles[1] in page.locator("main").inner_text()


def test_search_says_that_nothing_was_found_and_escape_closes_it(opened):
    page = opened("index.html")
    page.keyboard.press("/")
    page.keyboard.type("zyxwv")
    page.get_by_text("nothing found").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator(".found").is_hidden()
    assert page.url.endswith("index.html")


def test_the_chosen_theme_is_kept_on_the_next_page(opened):
    page = opened("index.html")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Dark theme").click()
    dark = page.evaluate(paper)
    assert dark != light
    page.locator(".card h2 a").first.click()
    assert page.evaluate(paper) == dark
    assert page.get_by_role("button", name="Dark theme").get_attribute("aria-pressed") == "true"


def test_on_a_phone_the_contents_open_over_the_page_and_close_on_a_choice(opened):
    page = opened(f"{NOTEBOOKS[1].name}.html", "phone")
    contents = page.get_by_role("navigation", name="Contents", exact=True)
    assert contents.is_hidden()
    page.get_by_role("button", name="Contents").click()
    contents.get_by_role("link", name="Training", exact=True).click()
    assert page.url.endswith("#training")
    assert contents.is_hidden()


def test_claims_are_filtered_by_verdict_notebook_and_words(opened):
    every = [site_pages.read(notebook) for notebook in NOTEBOOKS]
    counts, total = dict(site_claims.summary(every)), sum(len(one.results) for one in every)
    page = opened("claims.html")
    told = page.locator(".filter output")
    assert page.locator(SHOWN).count() == total
    page.locator("select[name=verdict]").select_option(claims.OPPOSITE)
    assert told.inner_text() == f"{counts[claims.OPPOSITE]} of {total} claims"
    assert page.locator(SHOWN).count() == counts[claims.OPPOSITE]
    assert page.locator(f"{SHOWN}:not([data-verdict='{claims.OPPOSITE}'])").count() == 0
    page.locator("select[name=verdict]").select_option("")
    page.locator("select[name=notebook]").select_option("04")
    assert page.locator(SHOWN).count() == len(every[4].results)
    page.locator("select[name=notebook]").select_option("")
    page.get_by_label("Words").fill("FRECHET mnist")
    shown = page.locator(SHOWN).all_inner_texts()
    assert 0 < len(shown) < total
    assert all("Fréchet" in text and "mnist" in text for text in shown)
    page.get_by_label("Words").fill("")
    page.get_by_label("turns over").check()
    turning = sum(result.flips for one in every for result in one.results)
    assert page.locator(SHOWN).count() == turning


def test_a_filter_stands_in_the_address(opened):
    page = opened(f"claims.html?verdict={claims.HOLDS}&notebook=01")
    assert page.locator("select[name=verdict]").input_value() == claims.HOLDS
    assert 0 < page.locator(SHOWN).count() < 6


def test_every_claim_leads_to_the_cell_that_tests_it(opened):
    page = opened("claims.html")
    targets = page.locator(f"{SHOWN} th a").evaluate_all("all => all.map(one => one.hash)")
    assert [target for target in targets if not target.startswith(("#claim-", "#cell-"))] == []
    link = page.get_by_role("link", name="Sums give a better likelihood than means.")
    link.click()
    assert "Sums give a better likelihood" in page.locator(".tested:target").inner_text()
