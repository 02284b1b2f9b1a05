"""The site's search: what can be found, in a script that a page loads when it is asked for."""

import json

from course_tools import site_claims


def index(every, articles):
    """Return the script with the index; a script, since a page from a file may not fetch JSON.

    It holds `pages`, a list of [address, title], and `sections`, a list of [number of its page,
    anchor, title, text].

    Args:
        every: list of `site_pages.Stored`.
        articles: the `site_pages.Article` of each.
    """
    pages, sections = [], []
    for stored, article in zip(every, articles, strict=True):
        notebook = stored.notebook
        sections += [[len(pages), one.anchor, one.title, one.text] for one in article.sections]
        pages.append([stored.page, f"{notebook.number} · {notebook.title}"])
    for stored in every:
        for result in stored.results:
            text = f"{site_claims.compared(result)}: {result.verdict}"
            anchor = site_claims.row_anchor(stored.notebook, result)
            sections.append([len(pages), anchor, result.claim.statement, text])
    pages.append(["claims.html", "Claims, tested"])
    content = json.dumps({"pages": pages, "sections": sections}, ensure_ascii=False)
    return f"window.searchIndex = {content};\n"
