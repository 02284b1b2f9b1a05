"""Text cells as HTML for the site: headings with anchors, formulas, links that lead somewhere."""

import dataclasses
import html
import posixpath
import re
import urllib.parse

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_tools import pages

_LONG = 24  # signs; a longer formula may not fit a phone
# What separates words; other tags (<em>, the parts of a formula) stand within them.
_BLOCK = re.compile(
    r"</?(?:p|li|ul|ol|table|tr|td|th|h\d|div|pre|br|blockquote|details|summary)\b[^>]*>"
)


@dataclasses.dataclass(frozen=True)
class Heading:
    """A heading: its level, the anchor that links to it name, and its text as HTML."""

    level: int
    anchor: str
    html: str


class _Renderer(IPythonRenderer):
    """Gives headings their anchors and notes them; leads links to where their target is."""

    def __init__(self, address, headings):
        super().__init__(escape=False)
        self.address = address
        self.headings = headings

    def heading(self, text, level, **_):
        """A heading that is a link to itself, so that its address can be copied."""
        anchor = self._unique(slug(plain(text)))
        self.headings.append(Heading(level, anchor, text))
        linked = text if "<a " in text else f'<a href="#{anchor}">{text}</a>'
        return f'<h{level} id="{anchor}">{linked}</h{level}>\n'

    def link(self, text, url, title=None):
        """A link, led to where its target is on the site."""
        return super().link(text, self.address(url), title)

    def image(self, text, url, title=None):
        """The words of a picture: a badge lies on somebody's server, and they do as well."""
        return html.escape(text)

    def _unique(self, anchor):
        taken = {heading.anchor for heading in self.headings}
        number = 2
        while (found := anchor if anchor not in taken else f"{anchor}-{number}") in taken:
            number += 1
        return found


def markdown(source, address, headings):
    """Return a text cell as HTML.

    Args:
        source: its Markdown.
        address: function from a link's address in the notebook to the one on the site.
        headings: list to which its headings are added.
    """
    renderer = _Renderer(address, headings)
    text = MarkdownWithMath(renderer=renderer).render(pages.with_mathml(source))
    text = re.sub(r"<math .*?</math>", _with_room, text, flags=re.DOTALL)
    return scrolling(text)


def _with_room(found):
    """A formula that may be wider than the page, in something that scrolls."""
    formula = found[0]
    if 'display="block"' in formula:
        return f'<span class="formula">{formula}</span>'
    return f'<span class="long">{formula}</span>' if len(plain(formula)) > _LONG else formula


def scrolling(text):
    """Return HTML whose tables scroll by themselves where they are wider than the page."""
    text = re.sub(r"<table\b", '<div class="scroll"><table', text)
    return text.replace("</table>", "</table></div>")


def plain(text):
    """Return the words of HTML."""
    words = re.sub(r"<[^>]*>", "", _BLOCK.sub(" ", text))
    return " ".join(html.unescape(words).split())


def slug(text):
    """Return a heading's anchor: its words in lower case, with hyphens between them."""
    return re.sub(r"\W+", "-", text.lower()).strip("-") or "section"


def address(url, source, names):
    """Return where a link of a notebook leads on the site.

    Args:
        url: as the notebook has it, relative to its folder.
        source: the `links.Source`, where files of the repository are read.
        names: notebooks that have a page.
    """
    path, _, fragment = url.partition("#")
    # Jupyter writes an anchor as the heading, with hyphens for spaces.
    fragment = f"#{slug(urllib.parse.unquote(fragment))}" if fragment else ""
    if not path:
        return fragment
    if re.match(r"[a-z][a-z\d+.-]*:|/", path, re.IGNORECASE):
        return url
    file = posixpath.normpath(posixpath.join("notebooks", path))
    found = re.fullmatch(r"notebooks/(\d\d_\w+)\.ipynb", file)
    if found and found[1] in names:
        return f"{found[1]}.html{fragment}"
    return f"{source.address}/blob/{source.tag}/{file}"
