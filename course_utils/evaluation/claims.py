"""One form for every tested claim: *claim, test, result ± spread, verdict*.

A claim compares two conditions, each measured once per seed. The verdict follows a rule that is
fixed before the numbers are seen:

- The two sets of results must not overlap: every result of one condition is better than every
  result of the other ("holds"), or worse ("the opposite is true"). Without a difference, three
  independent seeds against three would separate in a given direction by chance once in
  C(6, 3) = 20 times, five against five once in 252.
- Where a claim says how much ("twice as fast"), the ratio of the means must reach that too.
- Everything else is "no difference seen", which is a result.
"""

import dataclasses
import datetime
import math

import numpy as np

from course_utils import checks, environment, tables
from course_utils.evaluation import recorded

HOLDS = "holds"
HOLDS_WEAKLY = "right direction, smaller than claimed"
NO_DIFFERENCE = "no difference seen"
OPPOSITE = "the opposite is true"
NOT_REACHED = "no verdict: neither got there within the budget"
TOO_FEW = "no verdict: fewer than three seeds"
MINIMUM_SEEDS = 3
DIRECTIONS = ("lower", "higher")


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
    """

    name: str
    statement: str
    test: str
    measure: str
    better: str = "lower"
    factor: float = 1.0
    limit: float | None = None

    def __post_init__(self):
        """Check direction and numbers; NumPy's become Python's, which can be recorded.

        Raises:
            ValueError: `better` is not a direction, `factor` is below 1, or `limit` no number.
        """
        checks.one_of("direction", self.better, DIRECTIONS)
        object.__setattr__(self, "factor", checks.real_number("factor", self.factor, 1))
        if self.limit is not None:
            object.__setattr__(self, "limit", checks.real_number("limit", self.limit))


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
    """

    claim: Claim
    values: dict[str, list[float]]
    verdict: str
    budget: str
    made: str
    date: str

    def as_dict(self):
        """The result as plain data for JSON, which has no infinity: "not reached" is None."""
        return {**dataclasses.asdict(self), "values": _replaced(self.values, math.inf, None)}

    @classmethod
    def from_dict(cls, data):
        """The result that `as_dict` gave."""
        values = _replaced(data["values"], None, math.inf)
        return cls(**{**data, "claim": Claim(**data["claim"]), "values": values})


def _replaced(values, old, new):
    return {name: [new if v == old else v for v in series] for name, series in values.items()}


def verdict(first, second, better="lower", factor=1.0, limit=None):
    """Judge whether the results `first` lie on the `better` side of `second`.

    Args:
        first: results of the condition that the claim calls better, one per seed.
        second: results of the other condition.
        better: as in `Claim`, like `factor` and `limit`.
        factor: how many times better the means must be.
        limit: what an infinite result counts as when the factor is judged, so that "not yet" is
            not taken for "never".

    Returns:
        One of the verdicts of this module.

    Raises:
        ValueError: a result is NaN, or a condition has none.
    """
    checks.one_of("direction", better, DIRECTIONS)
    first, second = (np.asarray(values, dtype=float) for values in (first, second))
    for values in (first, second):
        if values.ndim != 1 or not len(values) or np.isnan(values).any():
            raise ValueError(f"expected one number per seed and condition, found {values!r}.")
    if better == "higher" and np.isinf([*first, *second]).any():
        raise ValueError("an infinite result means 'not reached', which only goes with 'lower'.")
    if factor > 1 and min(first.min(), second.min()) <= 0:
        raise ValueError("how many times better can be judged only where all results are positive.")
    if min(len(first), len(second)) < MINIMUM_SEEDS:
        return TOO_FEW
    if np.isinf(first).all() and np.isinf(second).all():
        return NOT_REACHED
    low, high = (first, second) if better == "lower" else (second, first)
    if low.min() > high.max():
        return OPPOSITE
    if not low.max() < high.min():
        return NO_DIFFERENCE
    if factor > 1 and not low.mean() * factor <= np.minimum(high, limit or math.inf).mean():
        return HOLDS_WEAKLY
    return HOLDS


def test(claim, values, budget, data):
    """Judge a claim by results of this process and note it for `course record`.

    Args:
        claim: Claim.
        values: dict of two conditions to lists of results, as in `Result`.
        budget: what each run was given, in words ("20,000 images, 10 epochs").
        data: the ImageData that it was tested on.

    Returns:
        Result.

    Raises:
        ValueError: not exactly two conditions, or results that are no numbers.
    """
    if len(values) != 2:
        raise ValueError(f"a claim compares two conditions, found {len(values)}: {list(values)}.")
    values = {name: [float(value) for value in series] for name, series in values.items()}
    here = environment.current()
    first, second = values.values()
    result = Result(
        claim=claim,
        values=values,
        verdict=verdict(first, second, claim.better, claim.factor, claim.limit),
        budget=budget,
        made=f"{here.profile} profile, {here.device}, {data.name} ({data.source})",
        date=datetime.date.today().isoformat(),
    )
    recorded.note(result.as_dict())
    return result


def show(result, notebook):
    """Show a result as a small table: *your run*, and beside it *the recorded run*.

    Args:
        result: Result of this process.
        notebook: name of the notebook whose recorded run is shown beside it.
    """
    from IPython.display import display

    runs = {"your run": result}
    stored, changed = recorded.find(notebook, result.claim.name)
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


def _as_text_and_html(runs):
    """The runs of one claim, label to Result: what is claimed, and what each has found."""
    shown = next(iter(runs.values()))
    claim, first = shown.claim, next(iter(shown.values))
    measure = f"{claim.measure}; claimed: {first} {claim.better}"
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
    return "\n".join(lines), tables.as_html(rows, "llll", header=False, bold=(0, 3))
