"""The gallery that `make run` writes, in a browser, from files."""

import urllib.parse
from pathlib import Path

import looking
import pytest
from miniature import make_course

from course_tools import building, gallery, pages, pairing
from course_tools.series import Project
from course_utils.storage import CHECKOUT

pytestmark = pytest.mark.slow

DONE = {
    "status": "done", "profile": "smoke", "data": "builtin", "seconds": 12.3,
    "finished": "2026-01-02 03:04+00:00", "sources": {"digits": "builtin"},
}  # fmt: skip
FAILED = {
    **DONE, "status": "failed",
    "message": f"cell 3 failed: ValueError: {'no-such-name-' * 12}\n{'a long line ' * 20}",
}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A gallery of the real notebooks, of their stored outputs; one failed, one has not run."""
    notebooks = Project(CHECKOUT).notebooks()
    project = make_course(tmp_path_factory.mktemp("course"))
    for notebook in notebooks:
        text = notebook.script.read_text("utf-8")
        (project.notebooks_dir / "py" / notebook.script.name).write_text(text, "utf-8")
    log = {"profile": "smoke", "data": "builtin", "notebooks": {}}
    for notebook in notebooks[:-1]:
        nb = pairing.read_ipynb(notebook)
        pairing.write_ipynb(nb, building.ipynb_path(project, notebook.name))
        pages.write(nb, notebook.title, building.html_path(project, notebook.name))
        log["notebooks"][notebook.name] = DONE
    log["notebooks"][notebooks[1].name] = FAILED
    gallery.write(project, log)
    return (project.build_dir / "index.html").as_uri()


@pytest.fixture
def opened(browser, address):
    """A function that opens the gallery; an error or a request that leaves the machine fails."""
    found, wrong = [], []

    def opened(size="desktop", theme="light"):
        width, height = looking.SIZES[size]
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
        found.append(page)
        looking.watch(page, wrong)
        page.goto(address)
        return page

    yield opened
    for page in found:
        page.close()
    assert wrong == []


@pytest.mark.parametrize("size", looking.SIZES)
def test_the_gallery_is_not_wider_than_the_window(opened, size):
    assert opened(size).evaluate(looking.WIDTHS) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_gallery_has_enough_contrast(opened, theme):
    assert looking.hard_to_read(opened(theme=theme)) == []


def test_every_link_of_the_gallery_leads_somewhere(opened):
    page = opened()
    paths = [urllib.parse.urlsplit(link).path for link in page.evaluate(looking.LINKS)]
    assert len(paths) > 2
    assert [path for path in paths if not Path(urllib.parse.unquote(path)).is_file()] == []
    assert page.evaluate(looking.PICTURES_WITHOUT_WORDS) == []
