"""Starts a Chromium: one that the machine has, else the one that Playwright installs.

Run as a script it tells whether there is one, by its exit code.
"""

import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def launch(playwright):
    """Return the browser.

    Args:
        playwright: what `sync_playwright()` gives.

    Raises:
        RuntimeError: none starts; the message says what was tried.
    """
    from playwright.sync_api import Error

    tried = {}
    for path in (*filter(None, map(shutil.which, NAMES)), None):
        try:
            # Root, as in a container, has no sandbox. A lab of the test's own is all it opens.
            return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error as error:
            tried[path or "Playwright's own"] = str(error).strip().splitlines()[0]
    raise RuntimeError(
        f"no Chromium starts: {tried}. Install one (apt-get install chromium), or call "
        f"`python -m playwright install --with-deps chromium`."
    )


if __name__ == "__main__":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        try:
            print("Chromium", launch(started).version)
        except RuntimeError as error:
            sys.exit(str(error))
