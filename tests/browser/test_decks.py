"""Every slide of every deck in a browser, from a file: it fits, and asks nobody for anything."""

import looking
import pytest

from course_tools import pairing, recording, slides
from course_tools.series import CourseError, Project
from course_utils.evaluation import films
from course_utils.storage import CHECKOUT

pytestmark = pytest.mark.slow

NOTEBOOKS = Project(CHECKOUT).notebooks()
SIZES = {"1280x720": (1280, 720), "1920x1080": (1920, 1080)}
# Of the slide that is shown, with all of its steps: what lies outside of it, what is too small to
# read (in its own pixels of 1280 by 720), formulas that were not made into pictures of formulas.
LOOK = """() => {
    const slide = Reveal.getCurrentSlide(), page = slide.querySelector(".page");
    slide.querySelectorAll(".fragment").forEach(step => step.classList.add("visible"));
    const heading = slide.querySelector("h1, h2").innerText, found = [];
    if (page.scrollHeight > page.clientHeight + 1) found.push("too high");
    for (const part of [page, ...page.querySelectorAll("*")])
        if (part.scrollWidth > part.clientWidth + 1 && part.clientWidth
                && getComputedStyle(part).display !== "inline" && !part.closest("math"))
            found.push("too wide: " + part.tagName);
    const texts = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        const size = parseFloat(getComputedStyle(text.parentNode).fontSize);
        if (text.data.trim() && size < 18 && !text.parentNode.closest("math"))
            found.push(`${size} px: ${text.data.trim().slice(0, 30)}`);
        if (/\\$[^$]+\\$|\\\\\\(/.test(text.data) && !text.parentNode.closest("pre, code"))
            found.push("a formula: " + text.data.trim().slice(0, 30));
    }
    for (const picture of page.querySelectorAll("img")) {
        if (picture.alt.length < 20) found.push("no alternative text");
        if (picture.clientHeight < 250) found.push(`a figure ${picture.clientHeight} px high`);
    }
    return found.map(what => `${heading}: ${what}`);
}"""

GO_TO = """id => {
    const {h, v} = Reveal.getIndices(document.getElementById(id));
    Reveal.slide(h, v);
}"""
IS_ANOTHER = "([img, before]) => img.src !== before && img.complete && img.naturalWidth > 0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Decks of all notebooks, of their stored outputs."""
    project = Project(CHECKOUT)
    try:
        made = slides.prepare(project)
    except CourseError as error:
        pytest.skip(str(error))
    slides.build(project, NOTEBOOKS, pairing.read_ipynb, print)
    return made


@pytest.fixture
def opened(browser, folder):
    """A function that opens a deck; a page error or a request that leaves the machine fails."""
    pages, wrong = [], []

    def opened(name, size, query=""):
        page = browser.new_page(viewport=dict(zip(("width", "height"), SIZES[size], strict=True)))
        pages.append(page)
        looking.watch(page, wrong)
        page.goto(f"{(folder / f'{name}.html').as_uri()}{query}")
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        return page

    yield opened
    for page in pages:
        page.close()
    assert wrong == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.name)
def test_every_slide_fits_and_can_be_read_and_the_keyboard_goes_through(opened, notebook, size):
    page = opened(notebook.name, size)
    total, wrong, seen = page.evaluate("Reveal.getTotalSlides()"), [], set()
    for _ in range(20 * total):
        here = page.evaluate("Reveal.getCurrentSlide().id")
        if here not in seen:
            seen.add(here)
            wrong += page.evaluate(LOOK)
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            break
        page.keyboard.press("Space")
    assert wrong == []
    assert len(seen) == total


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_has_enough_contrast(opened, theme):
    page = opened(NOTEBOOKS[0].name, "1280x720", f"?theme={theme}")
    names = ["ink", "quiet", "link", "good", "bad", "mixed"]
    colours = page.evaluate(
        "names => { const s = getComputedStyle(document.documentElement);"
        "return Object.fromEntries(names.map(n => [n, s.getPropertyValue('--' + n).trim()])) }",
        [*names, "paper", "code"],
    )
    for name in names:
        for ground in ("paper", "code"):
            assert looking.contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


FILMED = [n for n in NOTEBOOKS if (recording.recorded_folder(n) / films.FILMS).is_file()]


@pytest.mark.parametrize("notebook", FILMED, ids=lambda notebook: notebook.name)
def test_an_arrow_key_moves_the_slider_of_a_film_and_its_picture(opened, notebook):
    page = opened(notebook.name, "1280x720")
    count = page.locator(".film").count()
    assert count > 0
    for place in range(count):
        film = page.locator(".film").nth(place)
        page.evaluate(GO_TO, film.evaluate("film => film.closest('section').id"))
        slide = page.evaluate("Reveal.getCurrentSlide().id")
        slider, picture = film.locator("input"), film.locator("img")
        before = picture.get_attribute("src")
        slider.focus()
        last = slider.evaluate("slider => slider.value === slider.max")
        page.keyboard.press("ArrowLeft" if last else "ArrowRight")
        page.wait_for_function(IS_ANOTHER, arg=[picture.element_handle(), before], timeout=300)
        assert page.evaluate("Reveal.getCurrentSlide().id") == slide
        page.keyboard.press("Space")
        assert page.evaluate("Reveal.getCurrentSlide().id") != slide


def test_the_d_key_changes_the_theme(opened):
    page = opened(NOTEBOOKS[0].name, "1280x720")
    is_dark = "document.documentElement.classList.contains('dark')"
    before = page.evaluate(is_dark)
    page.keyboard.press("d")
    assert page.evaluate(is_dark) != before
