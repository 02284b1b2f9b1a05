"""What every test in a browser begins with."""

import pytest

from course_tools import chromium


@pytest.fixture(scope="module")
def browser():
    """A Chromium without a window."""
    api = pytest.importorskip("playwright.sync_api", reason="the package playwright is missing")
    with api.sync_playwright() as playwright:
        try:
            started = chromium.launch(playwright)
        except RuntimeError as error:
            pytest.skip(str(error))
        yield started
        started.close()
