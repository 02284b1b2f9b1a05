"""The site's page of claims: those of all notebooks, each with a link to where it is tested."""

import difflib
import html
import re
from collections import Counter
from fractions import Fraction

from course_tools import claims_page, site_pages, site_text

_ALIKE = 0.6  # of 1: a claim less like any that the stored run tested is none of them
# Column of the table to the longest share of the training whose verdict it holds.
_COLUMNS = {"1/16": 1 / 8, "1/4": claims_page.LARGEST_SHARE}


def row_anchor(notebook, result):
    """Return the anchor of a claim's row."""
    return f"{notebook.number}-{site_text.slug(result.claim.name)}"


def compared(result):
    """Return what a claim compares, in words."""
    return f"{' against '.join(result.values)}; {result.claim.measure}"


def addresses(stored):
    """Return where on its page each recorded claim of a notebook is tested, in order.

    The stored run may have tested another data set or a smaller budget than the recorded one: then
    it is the cell whose claim is most alike, else the page.
    """
    tables = list(_tables(stored.nb))
    found = []
    for result in stored.results:
        wanted = _text(result.claim.statement, result.claim.measure, result.values)
        exact = [anchor for anchor, _, text in tables if text == wanted]
        if exact:
            found.append(f"{stored.page}#{exact[0]}")
            continue
        alike = [
            (difflib.SequenceMatcher(None, wanted, text, autojunk=False).ratio(), cell)
            for _, cell, text in tables
        ]
        ratio, cell = max(alike, default=(0, ""), key=lambda pair: pair[0])
        found.append(f"{stored.page}#{cell}" if ratio >= _ALIKE else stored.page)
    return found


def _tables(nb):
    """Yield (anchor, anchor of its cell, what is tested) of each claim's test in a notebook."""
    for cell in nb.cells:
        for number, output in enumerate(cell.get("outputs", [])):
            if site_pages.tests_a_claim(output):
                rows = [
                    [site_text.plain(one) for one in re.findall(r"<td[^>]*>(.*?)</td>", row)]
                    for row in re.findall(r"<tr>(.*?)</tr>", output.data["text/html"], re.DOTALL)
                ]
                (_, statement), _, (_, measure), (_, one, *_), (_, other, *_), *_ = rows
                measure = measure.rpartition("; mean ±")[0]
                yield (
                    site_pages.output_anchor(cell, number),
                    site_pages.cell_anchor(cell),
                    _text(statement, measure, [one, other]),
                )


def _text(statement, measure, conditions):
    return " | ".join(" ".join(part.split()) for part in [statement, measure, *conditions])


def summary(every):
    """Return each verdict among stored notebooks, with how many claims have it; the most first."""
    return Counter(result.verdict for stored in every for result in stored.results).most_common()


def content(every):
    """Return the page's content: a form that filters, and the table.

    Args:
        every: list of `site_pages.Stored`.
    """
    total = sum(len(stored.results) for stored in every)
    bodies = "\n".join(_body(stored) for stored in every if stored.results)
    verdicts = "".join(
        f'<option value="{verdict}">{verdict} ({count})</option>'
        for verdict, count in summary(every)
    )
    notebooks = "".join(
        f'<option value="{stored.notebook.number}">{stored.notebook.number} · '
        f"{html.escape(stored.notebook.title)}</option>"
        for stored in every
        if stored.results
    )
    heads = "".join(f'<th scope="col">after {column}</th>' for column in _COLUMNS)
    return f"""\
<h1>Claims, tested</h1>
<p class="lead">What people say about these models, and what the recorded runs found: several
seeds, held-out data, a rule fixed beforehand. Where it is known, the verdict after a part of the
training stands beside the one after all of it. A claim leads to the cell that tests it.</p>
<form class="filter">
<label>Verdict <select name="verdict"><option value="">any</option>{verdicts}</select></label>
<label>Notebook <select name="notebook"><option value="">all</option>{notebooks}</select></label>
<label>Words <input type="search" name="words" autocomplete="off" spellcheck="false"></label>
<label class="check"><input type="checkbox" name="turns" value="yes"> turns over as the training
goes on</label>
<output aria-live="polite">{total} of {total} claims</output>
</form>
<div class="scroll"><table class="claims">
<thead><tr><th scope="col">Claim</th>{heads}<th scope="col">after all of it</th></tr></thead>
{bodies}
</table></div>"""


def _body(stored):
    notebook = stored.notebook
    rows = "\n".join(map(_row, [notebook] * len(stored.results), stored.results, addresses(stored)))
    return f"""\
<tbody>
<tr class="group"><th scope="rowgroup" colspan="{len(_COLUMNS) + 2}">
<a href="{stored.page}">{notebook.number} · {html.escape(notebook.title)}</a></th></tr>
{rows}
</tbody>"""


def _row(notebook, result, address):
    why = f'<span class="why">{html.escape(result.why)}</span>' if result.why else ""
    early = "".join(
        f'<td data-label="after {column}">{_early(result, column)}</td>' for column in _COLUMNS
    )
    turns = " data-turns" if result.flips else ""
    return f"""\
<tr id="{row_anchor(notebook, result)}" data-notebook="{notebook.number}" \
data-verdict="{result.verdict}"{turns}><th scope="row">\
<a href="{address}">{html.escape(result.claim.statement)}</a>
<span class="compared">{html.escape(compared(result))}</span>{why}</th>{early}\
<td data-label="after all of it">{_verdict(result.verdict)}</td></tr>"""


def _early(result, column):
    """The verdicts of a column; the share is named where it is another than the column's."""
    names = list(_COLUMNS)
    lowest = 0 if column == names[0] else _COLUMNS[names[names.index(column) - 1]]
    shown = []
    for share, verdict in result.verdicts().items():
        if lowest < share <= _COLUMNS[column]:
            name = str(Fraction(share).limit_denominator(100))
            note = "" if name == column else f' <span class="share">({name})</span>'
            shown.append(_verdict(verdict) + note)
    return "<br>".join(shown)


def _verdict(verdict):
    return f'<span class="verdict {claims_page.mark(verdict)}">{verdict}</span>'
