"""Decks as PDF, printed by a Chromium: for those who need a file."""

from course_tools import chromium, slides
from course_tools.series import CourseError

_BY_HAND = "By hand: open a deck with ?print-pdf behind its address, and print it."


def print_decks(project, notebooks, say):
    """Write `NN_name.pdf` beside each deck that is built, one page a slide.

    Args:
        project: the `Project`.
        notebooks: those whose decks are printed; without a deck, one is passed over.
        say: called with a line of text for each.

    Raises:
        CourseError: there is no Chromium, or what starts one is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise CourseError(
            f"the package playwright, which prints decks, is not here: pip install playwright. "
            f"{_BY_HAND}"
        ) from error
    with sync_playwright() as playwright:
        try:
            browser = chromium.launch(playwright)
        except RuntimeError as error:
            raise CourseError(f"{error} {_BY_HAND}") from error
        for notebook in notebooks:
            deck = slides.path_of(project, notebook)
            if deck.is_file():
                _print(browser, deck)
                say(deck.with_suffix(".pdf").name)
        browser.close()


def _print(browser, deck):
    """Print one deck: first under another name, so that no half of a file is left."""
    page = browser.new_page()
    page.goto(f"{deck.as_uri()}?print-pdf")
    page.wait_for_selector(".pdf-page")
    half = deck.with_suffix(".pdf.part")
    page.pdf(path=half, prefer_css_page_size=True, print_background=True)
    half.replace(deck.with_suffix(".pdf"))
    page.close()
