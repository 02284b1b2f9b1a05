"""What must hold of every notebook; each check returns its problems in words."""

import html
import re
from dataclasses import dataclass
from functools import cached_property

from course_tools import freshness, links, pairing, storing
from course_tools.progress import duration
from course_tools.series import Notebook, Project, alt_text, is_code, is_exercise

MAX_BYTES = 1_000_000
MAX_LINES = 30
LONG_LINES = 20
MAX_LONG_CELLS = 3
MIN_ALT = 20
COMPARED_SHARE = 0.2
SLIDE_TYPES = ("slide", "subslide", "fragment", "skip", "notes", "-")
# The most that a notebook may take, and how far a measured time may lie from the announced one.
BUDGETS = {"smoke": 60, "cpu": 12 * 60, "gpu": 15 * 60}
TIME_RANGE = (0.5, 1.6)
TIME_SLACK = 5

_NOISE = {
    "a warning": r"\b\w*Warning:|WARNING:",
    "a line of TensorFlow's log": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWEF] |tensorflow/core/",
    "a line of absl's log": r"^[IWEF]\d{4} [\d:.]+|absl::InitializeLog",
    "a notice of oneDNN": r"oneDNN",
    "a notice of CUDA": r"\bcuda_\w+|\bcuInit\b|Unable to register cu\w+ factory",
    "a notice of XLA": r"\bXLA service\b|Compiled cluster using XLA|\bxla/",
    # An absolute path of two parts or more, or one in a place that tells of a machine.
    "a path of this machine": (
        r"(?<![\w:/.<])/(?:[\w.-]+/)+[\w.-]+|(?<![\w:/.<])/(?:home|root|tmp|Users)\b"
        r"|\b[A-Za-z]:\\\w"
    ),
}
# Ten to the power of −13 or less: what double precision leaves of a number near one, or of zero.
_ROUNDING = r"[-+]?\d(?:\.\d+)?e-(?:1[3-9]|[2-9]\d)\b"


@dataclass(frozen=True)
class Subject:
    """A notebook under examination: its script, and what is stored of it."""

    project: Project
    notebook: Notebook

    @cached_property
    def script(self):
        """The script as a notebook."""
        return self.notebook.read_script()

    @cached_property
    def stored(self):
        """The stored notebook, with its outputs."""
        return pairing.read_ipynb(self.notebook)

    @cached_property
    def course(self):
        """What `course execute` noted in the stored notebook."""
        return self.stored.metadata.get("course", {})

    @cached_property
    def outputs(self):
        """Pairs of (cell number, output), numbered as in the notebook from 1."""
        cells = enumerate(self.stored.cells, start=1)
        return [
            (number, output)
            for number, cell in cells
            if cell.cell_type == "code"
            for output in cell.outputs
        ]


def pair_in_step(subject):
    """The stored notebook follows the script."""
    return pairing.check_pair(subject.notebook)


def slide_types(subject):
    """Every cell says what it is on a slide."""
    return [
        f"cell {number}: slide_type is {found!r}; give it one of {', '.join(SLIDE_TYPES)}"
        for number, cell in enumerate(subject.script.cells, start=1)
        if (found := cell.metadata.get("slideshow", {}).get("slide_type")) not in SLIDE_TYPES
    ]


def short_cells(subject):
    """One idea a cell: none over 30 lines, few over 20."""
    lines = {
        number: len(cell.source.splitlines())
        for number, cell in enumerate(subject.script.cells, start=1)
        if is_code(cell)
    }
    problems = [
        f"cell {number}: {count} lines of code; split it, {MAX_LINES} is the most"
        for number, count in lines.items()
        if count > MAX_LINES
    ]
    long = [number for number, count in lines.items() if count > LONG_LINES]
    if len(long) > MAX_LONG_CELLS:
        cells = ", ".join(map(str, long))
        problems.append(
            f"cells {cells}: over {LONG_LINES} lines of code each; at most {MAX_LONG_CELLS} may be"
        )
    return problems


def compared_outputs(subject):
    """At least a fifth of the lesson's code cells have outputs that are the same everywhere."""
    code = [cell for cell in subject.script.cells if is_code(cell) and not is_exercise(cell)]
    tagged = [cell for cell in code if "nbval-check-output" in cell.metadata.get("tags", [])]
    if len(tagged) >= COMPARED_SHARE * len(code):
        return []
    return [
        f"{len(tagged)} of {len(code)} code cells carry the tag nbval-check-output; tag those "
        f"whose output is the same everywhere, at least {COMPARED_SHARE:.0%}"
    ]


def rounding_errors(subject):
    """No compared output shows a rounding error, which is another one on the next processor."""
    problems = []
    for number, output in subject.outputs:
        tags = subject.stored.cells[number - 1].metadata.get("tags", [])
        found = re.search(_ROUNDING, _text(output)) if "nbval-check-output" in tags else None
        if found:
            problems.append(
                f"cell {number}: its compared output shows {found[0]}, a rounding error, which "
                f"other processors make otherwise; print what it is to show, or round it"
            )
    return problems


def stored_outputs(subject):
    """Every code cell was executed, from top to bottom, in one go."""
    expected = 0
    problems = []
    for number, cell in enumerate(subject.stored.cells, start=1):
        # What stands in an exercise is the student's: it is stored empty.
        skipped = "skip-execution" in cell.metadata.get("tags", [])
        if not is_code(cell) or is_exercise(cell) or skipped:
            continue
        expected += 1
        results = [o for o in cell.outputs if o.output_type == "execute_result"]
        counts = {cell.execution_count, *(o.execution_count for o in results)}
        if counts != {expected}:
            problems.append(
                f"cell {number}: execution count {cell.execution_count}, expected {expected}; "
                f"make the outputs again with `course execute {subject.notebook.number}`"
            )
            break
    return problems


def alt_texts(subject):
    """Every picture is described for those who do not see it."""
    return [
        f"cell {number}: a picture with the alt text {alt_text(output)!r}; describe in "
        f"{MIN_ALT} characters or more what it shows"
        for number, output in subject.outputs
        if "image/png" in output.get("data", {}) and len(alt_text(output)) < MIN_ALT
    ]


def clean_outputs(subject):
    """No error, no warning, no log line, no path of a machine in what a reader sees."""
    problems = []
    for number, output in subject.outputs:
        tags = subject.stored.cells[number - 1].metadata.get("tags", [])
        if output.output_type == "error":
            if "raises-exception" not in tags:
                problems.append(f"cell {number}: it raised {output.ename}; mend it")
            continue
        if output.get("name") == "stderr":
            line = output.text.strip().split("\n")[0][:100]
            problems.append(f"cell {number}: it wrote to stderr ({line}); mend the cause")
        text = _text(output)
        for what, pattern in _NOISE.items():
            if found := re.search(pattern, text, re.MULTILINE):
                shown = found[0].strip()[:80]
                problems.append(f"cell {number}: {what} in its output ({shown}); keep it out")
    return problems


def answers_given(subject):
    """Where a recorded run is asked, it answers."""
    return [
        f"cell {number}: {html.unescape(found[0])} Mend the words that the cell makes of the record"
        for number, output in subject.outputs
        if (found := re.search(r"The recorded run does not say: [^<\n]*", _text(output)))
    ]


def size(subject):
    """The stored notebook is small enough for a repository and for GitHub's viewer."""
    found = subject.notebook.ipynb.stat().st_size
    if found <= MAX_BYTES:
        return []
    return [f"{found:,} bytes, at most {MAX_BYTES:,}: smaller figures, fewer printed lines"]


def announced_times(subject):
    """What the first cell announces was measured, and is within the budget."""
    announced = subject.notebook.announced_seconds
    problems = []
    timed = subject.course.get("timed")
    if "smoke" in subject.course.get("seconds", {}) and timed != storing.code_hash(
        subject.notebook, "times"
    ):
        problems.append(
            "smoke: its time was measured with other budgets; measure it again with "
            f"`course execute {subject.notebook.number}`"
        )
    for profile, measured in subject.course.get("seconds", {}).items():
        if measured > BUDGETS[profile]:
            problems.append(
                f"{profile}: measured {duration(measured)}, at most {duration(BUDGETS[profile])}; "
                "lower the sizes in the parameters cell"
            )
        if profile not in announced:
            problems.append(
                f"{profile}: measured {duration(measured)}, but cell 1 announces no time for it; "
                f"write `**Time** · {profile} {duration(measured)} · …`"
            )
            continue
        low, high = (factor * announced[profile] for factor in TIME_RANGE)
        if not low - TIME_SLACK <= measured <= high + TIME_SLACK:
            problems.append(
                f"{profile}: cell 1 announces {duration(announced[profile])}, measured were "
                f"{duration(measured)}; announce that"
            )
    return problems


# What is checked on the script alone, and what needs the stored notebook.
SCRIPT_CHECKS = (slide_types, short_cells, compared_outputs, links.check)
STORED_CHECKS = (
    pair_in_step,
    stored_outputs,
    rounding_errors,
    freshness.made_from_todays_code,
    freshness.made_from_real_data,
    alt_texts,
    clean_outputs,
    answers_given,
    size,
    announced_times,
)
# What a mend of the package brings about, which need not wait for an hour of execution.
NOTES = (freshness.made_with_todays_modules, freshness.recorded_with_todays_code)


def notes(subject):
    """Return what is worth knowing of a notebook and no fault of it, with its file's name."""
    stored = subject.notebook.ipynb.exists()
    return [f"{subject.notebook.name}: {n}" for note in NOTES if stored for n in note(subject)]


def check(subject):
    """Return the problems of a notebook, each with the name of its file."""
    checks = SCRIPT_CHECKS
    if subject.notebook.ipynb.exists():
        checks += STORED_CHECKS
    else:
        checks += (pair_in_step,)
    return [f"{subject.notebook.name}: {problem}" for c in checks for problem in c(subject)]


def _text(output):
    """Return everything in an output that a person reads as text."""
    data = output.get("data", {})
    return "\n".join(
        [str(output.get("text", "")), *(str(v) for k, v in data.items() if k.startswith("text/"))]
    )
