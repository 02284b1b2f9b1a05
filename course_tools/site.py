"""`course site`: the stored notebooks as a site that is read from files, without a network."""

import functools
import re

from course_tools import links, site_layout, site_pages, site_search, site_text
from course_tools.series import CourseError
from course_utils import storage

HEAVIEST = 3_000_000  # bytes of a page with all that it loads


def build(project, notebooks, say):
    """Write the site of these notebooks to `build/site/`; return its folder.

    Args:
        project: the `Project`.
        notebooks: which notebooks.
        say: called with a line of text for each notebook.

    Raises:
        CourseError: a notebook has no page, or one that is too heavy; the rest is there.
    """
    every, missing = _read(notebooks)
    source = links.source(project)
    files = _files(every, missing, source)
    folder = project.build_dir / "site"
    _write(folder, files)

    for notebook, reason in missing.items():
        say(f"{notebook.name}: no page: {reason}")
    weights = {stored.notebook.name: weight(files, stored.page) for stored in every}
    for name, found in weights.items():
        say(f"{name}: {found / 1e6:.1f} MB")
    problems = []
    if missing:
        problems.append(f"no page of {', '.join(notebook.name for notebook in missing)}")
    if heavy := [name for name, found in weights.items() if found > HEAVIEST]:
        problems.append(
            f"more than {HEAVIEST / 1e6:.0f} MB: {', '.join(heavy)}; draw fewer or smaller pictures"
        )
    if problems:
        raise CourseError(f"{'; '.join(problems)}. The rest of the site is in {folder}")
    return folder


def _read(notebooks):
    """Return the notebooks that can be shown, and those that cannot with the reason."""
    every, missing = [], {}
    for notebook in notebooks:
        try:
            every.append(site_pages.read(notebook))
        except CourseError as error:
            missing[notebook] = str(error)
    return every, missing


def _files(every, missing, source):
    """Return the site's files, name to bytes."""
    names = {stored.notebook.name for stored in every}
    address = functools.partial(site_text.address, source=source, names=names)
    articles = [site_pages.article(stored, address) for stored in every]
    texts = {
        "index.html": site_layout.index_page(every, missing, source),
        "claims.html": site_layout.claims_page(every, source),
        "search-index.js": site_search.index(every, articles),
        "site.css": site_layout.style(),
        "site.js": site_layout.script(),
    }
    for stored, article in zip(every, articles, strict=True):
        texts[stored.page] = site_layout.notebook_page(stored, article, every, source)
    files = {name: text.encode() for name, text in texts.items()}
    for stored in every:
        files |= {picture.name: picture.content for picture in stored.pictures.values()}
    return files


def weight(files, page):
    """Return how many bytes a page weighs with all that it loads."""
    loaded = set(re.findall(r'(?:src|href)="([^"#?]+)"', files[page].decode()))
    loaded = {name for name in loaded if not name.endswith(".html")} & set(files)
    return len(files[page]) + sum(len(files[name]) for name in loaded)


def _write(folder, files):
    """Write the files to the folder, and remove what an earlier site has left there."""
    for name, content in files.items():
        with storage.atomic_write(folder / name) as temporary:
            temporary.write_bytes(content)
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
