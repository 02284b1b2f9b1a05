"""One form for every tested claim: *claim, test, result ± spread, verdict*.

A claim compares two conditions by the rule of `verdicts`. What is asserted of trained networks is
judged at the budget of whoever asserts it, or where the judged number has levelled off; else it is
"not decided at this budget". Since some verdicts turn over as training goes on, a result also
holds what was found after a part of the budget. A learning rate that falls to zero calms every
number in the last quarter; so a shorter training, planned by itself, must have given the same
verdict too.
"""

# ruff: noqa: PT028 - `test` judges claims, it is none of pytest's.

import dataclasses
import datetime
import fractions
import math

import numpy as np

from course_utils import checks, environment, tables
from course_utils.evaluation import recorded
from course_utils.evaluation.verdicts import (
    CANNOT_BE_TESTED,
    DIRECTIONS,
    HOLDS,
    HOLDS_WEAKLY,
    MINIMUM_SEEDS,
    NO_DIFFERENCE,
    NOT_REACHED,
    OPPOSITE,
    TOO_FEW,
    TOO_FEW_PAIRS,
    UNDECIDED,
    levelled_off,
    verdict,
)

__all__ = [
    "CANNOT_BE_TESTED", "HOLDS", "HOLDS_WEAKLY", "MINIMUM_SEEDS", "NOT_REACHED", "NO_DIFFERENCE",
    "OPPOSITE", "TOO_FEW", "UNDECIDED", "Claim", "Result", "over_training", "show", "summarise",
    "test", "verdict",
]  # fmt: skip

# After which share of the training a number is looked at to see whether it has levelled off.
LAST_QUARTER = 0.75


@dataclasses.dataclass(frozen=True)
class Claim:
    """A claim as people state it, and how it is tested.

    Attributes:
        name: short identifier, unique in its notebook.
        statement: the claim in words.
        test: what is done, in words: what differs, what is equal, what is measured.
        measure: name of the number that is compared, with its unit.
        better: `lower` or `higher`, the direction in which the claim says its first condition
            lies from the second.
        factor: how many times better the claim says it is; 1 if it does not say.
        limit: where the measurement ended (epochs, seconds): an infinite result is a run that had
            not got there by then, and counts as the limit when the factor is judged.
        paired: whether both conditions share the network, the seed or the data, so that results
            are compared one by one.
        margin: of a claim that its first condition is no worse: by how much it may be worse.
        least: the smallest mean that says anything, of results that are counts.
    """

    name: str
    statement: str
    test: str
    measure: str
    better: str = "lower"
    factor: float = 1.0
    limit: float | None = None
    paired: bool = False
    margin: float = 0.0
    least: float | None = None

    def __post_init__(self):
        """Check direction and numbers; NumPy's become Python's, which can be recorded.

        Raises:
            ValueError: `better` is not a direction, `factor` is below 1, `margin` below 0, or a
                number is none.
        """
        checks.one_of("direction", self.better, DIRECTIONS)
        lowest = {"factor": 1, "margin": 0, "limit": -math.inf, "least": 0}
        for name, low in lowest.items():
            if (value := getattr(self, name)) is not None:
                # The class is frozen.
                object.__setattr__(self, name, checks.real_number(name, value, low))

    def judge(self, values):
        """The verdict on results, two conditions in a dict or a pair, by `verdicts.verdict`."""
        first, second = values.values() if isinstance(values, dict) else values
        options = {"paired": self.paired, "margin": self.margin, "least": self.least}
        return verdict(first, second, self.better, self.factor, self.limit, **options)


@dataclasses.dataclass(frozen=True)
class Result:
    """The outcome of one claim's test.

    Attributes:
        claim: the Claim.
        values: condition to its results, one per seed; the first condition is the one that the
            claim calls better.
        verdict: one of the texts at the top of this module.
        budget: what each run was given, in words.
        made: profile, data and machine of the run, in words.
        date: day of the run.
        why: what a verdict that is none rests on, in words.
        earlier: what was found after a part of the training: share of it, such as 1/4, to values.
    """

    claim: Claim
    values: dict[str, list[float]]
    verdict: str
    budget: str
    made: str
    date: str
    why: str = ""
    earlier: dict[float, dict[str, list[float]]] = dataclasses.field(default_factory=dict)

    def verdicts(self):
        """Share of the training to the verdict on what was found then, in order; 1 is all of it."""
        found = {share: self.claim.judge(self.earlier[share]) for share in sorted(self.earlier)}
        found.pop(LAST_QUARTER, None)
        return {**found, 1.0: self.claim.judge(self.values)} if found else {}

    @property
    def flips(self):
        """Whether two of its `verdicts` contradict each other."""
        return {HOLDS, OPPOSITE} <= set(self.verdicts().values())

    def as_dict(self):
        """The result as plain data for JSON, which has no infinity: "not reached" is None."""
        earlier = {str(s): _replaced(v, math.inf, None) for s, v in self.earlier.items()}
        values = _replaced(self.values, math.inf, None)
        return {**dataclasses.asdict(self), "values": values, "earlier": earlier}

    @classmethod
    def from_dict(cls, data):
        """The result that `as_dict` gave."""
        values = _replaced(data["values"], None, math.inf)
        earlier = data.get("earlier", {}).items()
        earlier = {float(s): _replaced(v, None, math.inf) for s, v in earlier}
        claim = Claim(**data["claim"])
        return cls(**{**data, "claim": claim, "values": values, "earlier": earlier})


def _replaced(values, old, new):
    return {name: [new if v == old else v for v in series] for name, series in values.items()}


def test(claim, values, budget, data, *, earlier=None, own_budget=True, takes="", unmet=""):
    """Judge a claim by results of this process and note it for `course record`.

    Args:
        claim: Claim.
        values: dict of two conditions to lists of results, as in `Result`.
        budget: what each run was given, in words ("20,000 images, 10 epochs").
        data: the ImageData that it was tested on.
        earlier: what was found after parts of the training, as in `Result`; 3/4 tells whether the
            number has levelled off.
        own_budget: whether the networks were trained for as long as the claim speaks of; True also
            where nothing is trained. If not, or if the claim names no budget, the number must have
            levelled off.
        takes: what the claim's own budget is, in words ("30 epochs"); "" if it names none.
        unmet: what keeps the claim from being tested with this network, in words; "" if nothing.

    Returns:
        Result.

    Raises:
        ValueError: not exactly two conditions, others than at the end, or results that are no
            numbers.
    """
    values, *parts = (_numbers(found) for found in (values, *(earlier or {}).values()))
    if any(list(part) != list(values) for part in parts):
        raise ValueError(f"`earlier` must hold the conditions {list(values)}, in this order.")
    here = environment.current()
    result = Result(
        claim=claim,
        values=values,
        verdict=claim.judge(values),
        budget=budget,
        made=f"{here.profile} profile, {here.device}, {data.name} ({data.source})",
        date=datetime.date.today().isoformat(),
        earlier=dict(zip(map(float, earlier or {}), parts, strict=True)),
    )
    result = dataclasses.replace(result, **_set_aside(result, own_budget, takes, unmet))
    recorded.note_claim(result.as_dict())
    return result


def _set_aside(result, own_budget, takes, unmet):
    """Another verdict and why, where the numbers do not say what the claim speaks of."""
    if unmet:
        return {"verdict": CANNOT_BE_TESTED, "why": unmet}
    if own_budget or result.verdict not in (HOLDS, HOLDS_WEAKLY, OPPOSITE, NO_DIFFERENCE):
        return {}
    earlier = dict(result.earlier)
    before = earlier.pop(LAST_QUARTER, None)
    longest = max(earlier, default=None)  # of the shorter trainings
    confirmed = longest is None or result.claim.judge(earlier[longest]) == result.verdict
    if before and confirmed and levelled_off(result.values.values(), before.values()):
        claimed = f"less training than claimed ({takes}), but " if takes else ""
        return {"why": f"{claimed}the numbers have levelled off"}
    needed = takes or "a training until the numbers level off"
    return {"verdict": UNDECIDED, "why": f"so far: {result.verdict}; it takes {needed}"}


def _numbers(values):
    if len(values) != 2:
        raise ValueError(f"a claim compares two conditions, found {len(values)}: {list(values)}.")
    return {name: [float(value) for value in series] for name, series in values.items()}


def show(result, notebook):
    """Show a result as a small table: *your run*, and beside it *the recorded run*.

    Args:
        result: Result of this process.
        notebook: name of the notebook whose recorded run is shown beside it.
    """
    from IPython.display import display

    runs = {"your run": result}
    stored, changed = recorded.claim(notebook, result.claim.name)
    if stored is not None:
        stored = Result.from_dict(stored)
        note = f", stale: {changed}" if changed else ""
        runs[f"the recorded run ({stored.date}{note})"] = stored
    text, html = _as_text_and_html(runs)
    display({"text/html": html, "text/plain": text}, raw=True)


def summarise(values):
    """Mean ± standard deviation of results, the mean in four digits, with their number."""
    values = np.asarray(values, dtype=float)
    if not np.isfinite(values).all():
        reached = np.isfinite(values).sum()
        return f"reached by {reached} of {len(values)} seeds"
    mean = values.mean()
    decimals = max(3 - math.floor(math.log10(abs(mean))), 0) if mean else 1
    digits = f",.{decimals}f" if mean == 0 or abs(mean) >= 1e-4 else ".3e"
    spread = f" ± {values.std(ddof=1):{digits}}" if len(values) > 1 else ""
    return f"{mean:{digits}}{spread} (n = {len(values)})"


def over_training(result):
    """The verdicts of a Result after parts of the training, in words; "" if they say nothing.

    They say nothing where only one is known, or where one seed allows none.
    """
    verdicts = result.verdicts()
    if set(verdicts.values()) <= {TOO_FEW, TOO_FEW_PAIRS}:
        return ""
    told = [f"{_share(share)}: {found}" for share, found in verdicts.items()]
    return f"after a part of the training: {'; '.join(told)}"


def _share(share):
    return "all" if share == 1 else str(fractions.Fraction(share).limit_denominator(100))


def _as_text_and_html(runs):
    """The runs of one claim, label to Result: what is claimed, and what each has found."""
    shown = next(iter(runs.values()))
    claim, first = shown.claim, next(iter(shown.values))
    measure = f"{claim.measure}; mean ± standard deviation; claimed: {first} {claim.better}"
    rows = [("Claim", claim.statement), ("Test", claim.test), ("Measure", measure)]
    lines = [f"{name + ':':9}{text}" for name, text in rows]
    for label, result in runs.items():
        # A measure may name its number of images, which depends on the profile.
        differs = result.claim.measure != claim.measure
        made = "; ".join([result.made, result.budget, *([result.claim.measure] if differs else [])])
        found = [(name, summarise(values)) for name, values in result.values.items()]
        lines += [f"  {label}: {made}", *(f"    {name}: {text}" for name, text in found)]
        lines += [f"    Verdict: {result.verdict}"]
        rows += [(label, *found[0], result.verdict), *(("", *other, "") for other in found[1:])]
        rows += [("", made)]
        # A verdict that is none, or that another budget turns over.
        for note in filter(None, (result.why, over_training(result))):
            lines += [f"    {note}"]
            rows += [("", note)]
    return "\n".join(lines), tables.as_html(rows, "llll", header=False, bold=(0, 3))
