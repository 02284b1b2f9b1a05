"""The site's frame around every page: what leads to the others, search, theme."""

import html
import re
import string
from pathlib import Path

from course_tools import cards, site_claims
from course_tools.progress import duration

TEMPLATES = Path(__file__).parent / "templates" / "site"
_SHOWN_LEVELS = (2, 3)  # of headings, in the list of contents


def style():
    """Return the site's style sheet."""
    return f"{cards.STYLE}\n{(TEMPLATES / 'site.css').read_text('utf-8')}"


def script():
    """Return the site's script."""
    return (TEMPLATES / "site.js").read_text("utf-8")


def notebook_page(stored, article, every, source):
    """Return the page of a notebook.

    Args:
        stored: `site_pages.Stored`.
        article: its `site_pages.Article`.
        every: all notebooks of the site, in order.
        source: the `links.Source`.
    """
    place = every.index(stored)
    before = every[place - 1] if place else None
    after = every[place + 1] if place + 1 < len(every) else None
    content = f"""\
<article>
<p class="number">Notebook {stored.notebook.number}</p>
{article.html}
</article>
{_about(stored)}
<nav class="turn" aria-label="Previous and next notebook">
{_turn(before, "prev", "Previous")}
{_turn(after, "next", "Next")}
</nav>"""
    title = f"{stored.notebook.number} · {stored.notebook.title}"
    contents = _contents(every, stored.page, article.headings)
    return _frame(title, content, contents, "reading", source)


def _about(stored):
    """What made the outputs of a page, and where its claims are listed."""
    made = stored.nb.metadata.get("course", {})
    parts = []
    if "profile" in made:
        kinds = set(made.get("data", {}).values())
        data = " on real data" if kinds == {"real"} else ""
        seconds = made.get("seconds", {}).get(made["profile"])
        took = f", in {duration(seconds)}" if seconds else ""
        parts.append(f"The outputs are those of a run in the {made['profile']} profile{data}{took}")
        parts[-1] += ": what is called <em>your run</em> is that one."
    if count := len(stored.results):
        claims = f"{count} claim{'s' * (count > 1)}"
        address = f"claims.html?notebook={stored.notebook.number}"
        parts.append(f'<a href="{address}">What the recorded run found: {claims}</a>.')
    return f'<p class="made">{" ".join(parts)}</p>' if parts else ""


def _turn(stored, relation, word):
    if stored is None:
        return "<span></span>"
    return (
        f'<a href="{stored.page}" rel="{relation}"><span>{word}</span> '
        f"{stored.notebook.number} · {html.escape(stored.notebook.title)}</a>"
    )


def claims_page(every, source):
    """Return the page of all claims."""
    contents = _contents(every, "claims.html")
    return _frame("Claims, tested", site_claims.content(every), contents, "wide", source)


def index_page(every, missing, source):
    """Return the page that opens the site.

    Args:
        every: the notebooks that have a page.
        missing: notebook to why it has none.
        source: the `links.Source`.
    """
    there = {stored.notebook: stored for stored in every}
    items = [
        _card(there[notebook]) if notebook in there else _card_without_page(notebook, missing)
        for notebook in sorted([*there, *missing], key=lambda notebook: notebook.name)
    ]
    pairs = [("Notebooks", len(every))]
    if verdicts := site_claims.summary(every):
        total = sum(count for _, count in verdicts)
        pairs.append(("Claims tested", f'<a href="claims.html">{total}</a>'))
        pairs += [
            (verdict, f'<a href="claims.html?verdict={verdict.replace(" ", "+")}">{count}</a>')
            for verdict, count in verdicts
        ]
    content = string.Template((TEMPLATES / "index.html").read_text("utf-8")).substitute(
        facts=cards.facts(pairs), cards="\n".join(items)
    )
    return _frame("Overview", content, _contents(every, "index.html"), "wide overview", source)


def _card(stored):
    notebook, count = stored.notebook, len(stored.results)
    seconds = notebook.announced_seconds.get("cpu")
    facts = [f"{duration(seconds)} on 2 CPU cores"] if seconds else []
    if count:
        address = f"claims.html?notebook={notebook.number}"
        facts.append(f'<a href="{address}">{count} claim{"s" * (count > 1)} tested</a>')
    below = f'<p class="state">{" · ".join(facts)}</p>'
    return cards.card(notebook, stored.nb, stored.page, below)


def _card_without_page(notebook, missing):
    below = f'<p class="state">No page: {html.escape(missing[notebook])}.</p>'
    return cards.card(notebook, None, None, below, "waiting")


def _contents(every, current, headings=()):
    """The list of pages, with the headings of the current one."""
    pages = [("index.html", "Overview"), ("claims.html", "Claims")]
    items = [f'<li><a href="{page}"{_here(page, current)}>{name}</a></li>' for page, name in pages]
    for stored in every:
        below = _headings(headings) if stored.page == current else ""
        items.append(
            f'<li><a href="{stored.page}"{_here(stored.page, current)}>'
            f"<span>{stored.notebook.number}</span> {html.escape(stored.notebook.title)}</a>"
            f"{below}</li>"
        )
    return f"<ul>\n{chr(10).join(items)}\n</ul>"


def _here(page, current):
    return ' aria-current="page"' if page == current else ""


def _headings(headings):
    items = [
        f'<li class="level-{heading.level}"><a href="#{heading.anchor}">'
        f"{re.sub(r'</?a[^>]*>', '', heading.html)}</a></li>"
        for heading in headings
        if heading.level in _SHOWN_LEVELS
    ]
    return f"\n<ul>\n{chr(10).join(items)}\n</ul>" if items else ""


def _frame(title, content, contents, kind, source):
    return string.Template((TEMPLATES / "frame.html").read_text("utf-8")).substitute(
        title=html.escape(title),
        kind=kind,
        contents=contents,
        content=content,
        repository=source.address,
        release=source.tag,
    )
