"""The recorded claims of all notebooks: a table for the terminal, and the one in the README."""

from collections import Counter
from fractions import Fraction

from rich.markup import escape
from rich.table import Table

from course_tools import recording
from course_tools.series import CourseError
from course_utils import storage
from course_utils.evaluation import claims

BEGIN, END = "<!-- claims: written by `course claims --write` -->", "<!-- end of claims -->"
LARGEST_SHARE = 1 / 2  # of the training: a verdict from later on is that of all of it
_MARKS = {
    claims.HOLDS: "holds", claims.HOLDS_WEAKLY: "weak", claims.OPPOSITE: "opposite",
    claims.NO_DIFFERENCE: "none",
}  # fmt: skip


def mark(verdict):
    """Return the class under which pages give a verdict its colour."""
    return _MARKS.get(verdict, "open")


def as_table(notebooks):
    """Return a rich table of every recorded claim: verdict, date, and what is to be said of it."""
    table = Table(title="Recorded claims", title_justify="left")
    for heading in ("notebook", "claim", "verdict", "date", ""):
        table.add_column(heading)
    for notebook, record, changed, results in _recorded(notebooks):
        stale = f"[yellow]stale: {changed}[/]" if changed else ""
        for result in results:
            row = (result.claim.statement, result.verdict, record["date"])
            turned = claims.over_training(result) if result.flips else ""
            notes = [escape(note) for note in (result.why, turned) if note]
            table.add_row(notebook.name, *map(escape, row), "; ".join([*notes, stale]).strip("; "))
    return table


def as_markdown(notebooks):
    """Return the README's table: each claim's verdict, also after parts of the training."""
    found = [(notebook, results) for notebook, _, _, results in _recorded(notebooks)]
    every = [result for _, results in found for result in results]
    counts = Counter(result.verdict for result in every).most_common()
    flips = sum(result.flips for result in every)
    lines = [
        f"{len(every)} claims: {', '.join(f'{count} *{verdict}*' for verdict, count in counts)}. "
        f"{flips} of them turn{'s' if flips == 1 else ''} over as the training goes on (**bold**).",
    ]
    for notebook, results in found:
        number = f"{len(results)} claim{'s' if len(results) > 1 else ''}"
        title = f"{notebook.number} · {notebook.title}: {number}"
        lines += ["", f"<details><summary>{title}</summary>", "", *_rows(results), "", "</details>"]
    return "\n".join(lines)


def _rows(results):
    """Lines of a notebook's table; verdicts after parts of the training, where they are known."""
    known = {share for result in results for share in result.verdicts()}
    shares = sorted(share for share in known if share <= LARGEST_SHARE)
    parts = [str(Fraction(share).limit_denominator(100)) for share in shares]
    first = [f"after {part} of the training" for part in parts[:1]]
    heads = ["claim", *first, *parts[1:], "verdict"]
    yield _line(heads)
    yield _line(["---"] * len(heads))
    for result in results:
        over = result.verdicts()
        verdicts = [over.get(share, "") for share in shares] + [result.verdict]
        if result.flips:
            verdicts = [f"**{verdict}**" if verdict else "" for verdict in verdicts]
        compared = f"{' against '.join(result.values)}; {result.claim.measure}"
        yield _line([f"{result.claim.statement}<br><sub>{compared}</sub>", *verdicts])


def _line(cells):
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def write(project):
    """Bring the README's table up to date; return whether it changed.

    Raises:
        CourseError: the README has no place for it.
    """
    path = project.root / "README.md"
    before = path.read_text(encoding="utf-8")
    try:
        head, rest = before.split(BEGIN)
        _, tail = rest.split(END)
    except ValueError:
        raise CourseError(f"README.md needs one line {BEGIN} and, below it, one {END}") from None
    after = f"{head}{BEGIN}\n{as_markdown(project.notebooks())}\n{END}{tail}"
    if after == before:
        return False
    with storage.atomic_write(path) as temporary:
        temporary.write_text(after, encoding="utf-8", newline="\n")
    return True


def _recorded(notebooks):
    """Yield (notebook, record, what has changed since, list of Result) for each that has one."""
    for notebook in notebooks:
        if (found := recording.read(notebook)) is not None:
            record, changed = found
            results = [claims.Result.from_dict(claim) for claim in record["claims"]]
            yield notebook, record, changed, results
