import dataclasses
import json
import math
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_tools import storing
from course_utils.data import ImageData
from course_utils.evaluation import claims, recorded, stamps, verdicts

LOW, HIGH = [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    ("first", "second", "options", "expected"),
    [
        (LOW, HIGH, {}, claims.HOLDS),
        (HIGH, LOW, {}, claims.OPPOSITE),
        (HIGH, LOW, {"better": "higher"}, claims.HOLDS),
        (LOW, HIGH, {"better": "higher"}, claims.OPPOSITE),
        (LOW, HIGH, {"factor": 2.5}, claims.HOLDS),
        (LOW, HIGH, {"factor": 2.6}, claims.HOLDS_WEAKLY),
        ([1, 2, 4.5], HIGH, {}, claims.NO_DIFFERENCE),
        (LOW, LOW, {}, claims.NO_DIFFERENCE),
        ([1, 2, 4], HIGH, {}, claims.NO_DIFFERENCE),
        (LOW[:2], HIGH, {}, claims.TOO_FEW),
        (LOW, [math.inf] * 3, {}, claims.HOLDS),
        (LOW, [math.inf] * 3, {"factor": 2, "limit": 4}, claims.HOLDS),
        (LOW, [math.inf] * 3, {"factor": 2, "limit": 3}, claims.HOLDS_WEAKLY),
        ([1, 2, math.inf], HIGH, {}, claims.NO_DIFFERENCE),
        ([math.inf] * 3, [math.inf] * 3, {}, claims.NOT_REACHED),
    ],
)
def test_verdict_follows_the_rule(first, second, options, expected):
    assert claims.verdict(first, second, **options) == expected


PAIRS = [1.0, 2.0, 3.0, 4.0, 5.0]


def worse_by(*differences):
    return [value + more for value, more in zip(PAIRS, differences, strict=True)]


@pytest.mark.parametrize(
    ("second", "options", "expected"),
    [
        # They overlap, and yet each pair says the same.
        (worse_by(0.1, 0.1, 0.2, 0.1, 0.3), {}, claims.HOLDS),
        (worse_by(0.1, 0.1, 0.2, 0.1, 0.3), {"better": "higher"}, claims.OPPOSITE),
        (worse_by(0.1, 0.1, 0.2, -0.1, 0.3), {}, claims.NO_DIFFERENCE),
        (worse_by(0.1, 0.1, 0.2, 0.0, 0.3), {}, claims.NO_DIFFERENCE),
        (worse_by(0.1, 0.1, 0.2, 0.1, 0.3), {"factor": 2}, claims.HOLDS_WEAKLY),
        (worse_by(*[math.inf] * 5), {}, claims.HOLDS),
        # No worse, by a margin.
        (worse_by(-0.1, 0.1, -0.2, 0.1, 0.0), {"margin": 0.3}, claims.HOLDS),
        (worse_by(-0.1, 0.1, -0.2, 0.1, 0.0), {"margin": 0.15}, claims.NO_DIFFERENCE),
        (worse_by(-1.0, -0.9, -0.8, -1.0, -1.2), {"margin": 0.3}, claims.OPPOSITE),
    ],
)
def test_paired_results_are_compared_one_by_one(second, options, expected):
    assert claims.verdict(PAIRS, second, paired=True, **options) == expected


def test_a_margin_moves_the_rival_of_independent_results_too():
    for better, sign in (("lower", 1), ("higher", -1)):
        first, second = (sign * np.array(values) for values in (LOW, [0.5, 1.5, 2.9]))
        options = {"better": better, "paired": False}
        assert claims.verdict(first, second, **options) == claims.NO_DIFFERENCE
        assert claims.verdict(first, second, margin=3.0, **options) == claims.HOLDS


def test_pairs_are_as_many_and_enough():
    with pytest.raises(ValueError, match="found 3 and 5"):
        claims.verdict(LOW, PAIRS, paired=True)
    assert claims.verdict(PAIRS[:4], PAIRS[:4], paired=True) == verdicts.TOO_FEW_PAIRS


def test_small_counts_give_no_verdict():
    first, second = [1, 0, 2, 1, 1], [8, 9, 7, 8, 9]
    assert claims.verdict(first, second, least=10) == verdicts.TOO_SMALL
    assert claims.verdict(first, second, least=5) == claims.HOLDS


@pytest.mark.parametrize(("paired", "expected"), [(True, 1 / 32), (False, 1 / 252)])
def test_chance_alone_gives_a_verdict_as_seldom_as_is_said(paired, expected):
    draws = np.random.default_rng(0).standard_normal((6_000, 2, 5))
    share = np.mean([claims.verdict(a, b, paired=paired) == claims.HOLDS for a, b in draws])
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected / 6_000))


@pytest.mark.parametrize(
    ("before", "expected"), [(([1.9, 2.1], [11, 11]), True), (([3, 5], [11, 11]), False)]
)
def test_a_number_has_levelled_off_if_it_moves_by_less_than_a_fifth_of_the_difference(
    before, expected
):
    assert verdicts.levelled_off(([1, 2], [11, 12]), before) == expected


results = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=6)


@given(results, results)
def test_swapping_the_conditions_swaps_the_verdict(first, second):
    swapped = {claims.HOLDS: claims.OPPOSITE, claims.OPPOSITE: claims.HOLDS}
    verdict = claims.verdict(first, second)
    assert claims.verdict(second, first) == swapped.get(verdict, verdict)
    assert claims.verdict(second, first, better="higher") == verdict


@given(results, results, st.floats(0.5, 2), st.floats(-10, 10))
def test_changing_the_unit_does_not_change_the_verdict(first, second, scale, shift):
    def in_other_unit(values):
        return [round(scale * value + shift, 3) for value in map(round, values)]

    first, second = (list(map(round, values)) for values in (first, second))
    other = claims.verdict(in_other_unit(first), in_other_unit(second))
    assert other == claims.verdict(first, second)


def test_never_reached_goes_with_lower_is_better_alone():
    with pytest.raises(ValueError, match="not reached"):
        claims.verdict([math.inf] * 3, LOW, better="higher")


def test_how_many_times_better_needs_positive_results():
    with pytest.raises(ValueError, match="positive"):
        claims.verdict([-10.0, -11.0, -12.0], [-6.0, -5.0, -4.0], factor=5)


def test_an_unknown_direction_is_refused():
    with pytest.raises(ValueError, match="lower, higher"):
        claims.verdict(LOW, HIGH, better="smaller")


@pytest.mark.parametrize("bad", [[1.0, float("nan"), 2.0], [], [[1.0], [2.0]]])
def test_results_that_are_no_results_are_refused(bad):
    with pytest.raises(ValueError, match="one number per seed"):
        claims.verdict(bad, HIGH)


@pytest.mark.parametrize(
    "options",
    [{"better": "smaller"}, {"factor": 0.5}, {"limit": "a day"}, {"margin": -1}, {"least": "few"}],
)
def test_a_claim_with_an_unknown_direction_factor_or_limit_is_refused(options):
    with pytest.raises(ValueError, match=r"unknown direction|must be"):
        claims.Claim("name", "statement", "test", "measure", **options)


@pytest.fixture
def images():
    empty = np.zeros((1, 2, 2, 1), "float32")
    return ImageData("digits", "builtin", "made here", empty, [0], empty, [0], ("0",))


CLAIM = claims.Claim("quicker", "A is <quicker> than B.", "Same data.", "seconds")


def test_a_result_tells_its_numbers_budget_and_data(started, images, capsys):
    result = claims.test(CLAIM, {"A": LOW, "B": HIGH}, "10 images", images)
    claims.show(result, "no_such_notebook")
    shown = capsys.readouterr().out
    assert result.verdict == claims.HOLDS
    for part in ("2.000 ± 1.000 (n = 3)", "10 images", "digits (builtin)", "holds", "your run"):
        assert part in shown
    assert "A is &lt;quicker&gt; than B." in shown
    assert "recorded run" not in shown


def test_a_claim_compares_exactly_two_conditions(started, images):
    with pytest.raises(ValueError, match="compares two conditions, found 1"):
        claims.test(CLAIM, {"A": LOW}, "10 images", images)


def test_results_are_noted_for_recording_and_come_back_equal(
    started, images, tmp_path, monkeypatch
):
    path = tmp_path / "claims.json"
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path))
    claims.test(CLAIM, {"A": HIGH, "B": LOW}, "first try", images)
    claim = dataclasses.replace(CLAIM, factor=np.float32(2), limit=np.int64(30))
    values = {"A": np.array(LOW), "B": np.float32([4, 5, math.inf])}
    result = claims.test(claim, values, "10 images", images)
    assert "Infinity" not in path.read_text()
    (stored,) = json.loads(path.read_text())
    assert claims.Result.from_dict(stored) == result


def at(shift):
    """Values of both conditions, the first better by this much."""
    return {"A": LOW, "B": [value + shift for value in LOW]}


def test_less_training_than_the_claim_speaks_of_decides_nothing(started, images, capsys):
    def judged(**options):
        return claims.test(CLAIM, at(9), "1 epoch", images, **options)

    assert judged().verdict == claims.HOLDS
    undecided = judged(own_budget=False)
    assert undecided.verdict == claims.UNDECIDED
    assert undecided.why == "so far: holds; it takes a training until the numbers level off"
    assert judged(own_budget=False, takes="30 epochs").why == "so far: holds; it takes 30 epochs"
    assert judged(own_budget=False, earlier={3 / 4: at(5)}).verdict == claims.UNDECIDED
    settled = judged(own_budget=False, earlier={3 / 4: at(8.5)})
    assert settled.verdict == claims.HOLDS
    assert settled.why == "the numbers have levelled off"
    settled = judged(own_budget=False, takes="30 epochs", earlier={3 / 4: at(8.5)})
    assert settled.why.startswith("less training than claimed (30 epochs), but the numbers have")
    # A rate that falls to zero calms the last quarter of any training.
    calmed = judged(own_budget=False, earlier={3 / 4: at(8.5), 1 / 4: at(0.5)})
    assert calmed.verdict == claims.UNDECIDED
    steady = judged(own_budget=False, earlier={3 / 4: at(8.5), 1 / 16: at(0.5), 1 / 4: at(8)})
    assert steady.verdict == claims.HOLDS
    # What is no verdict stays what it is.
    few = claims.test(CLAIM, {"A": [1.0], "B": [2.0]}, "", images, own_budget=False)
    assert few.verdict == claims.TOO_FEW
    unmet = judged(unmet="the decoded truth shows no smile")
    claims.show(unmet, "no_such_notebook")
    assert unmet.verdict == claims.CANNOT_BE_TESTED
    assert "the decoded truth shows no smile" in capsys.readouterr().out


def test_a_verdict_that_turns_over_is_told(started, images, tmp_path, monkeypatch, capsys):
    path = tmp_path / "claims.json"
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path))
    earlier = {1 / 4: at(0.5), 1 / 16: at(-9), 3 / 4: at(9)}
    result = claims.test(CLAIM, at(9), "40 epochs", images, earlier=earlier)
    expected = {1 / 16: claims.OPPOSITE, 1 / 4: claims.NO_DIFFERENCE, 1.0: claims.HOLDS}
    assert result.verdicts() == expected
    assert result.flips
    assert not claims.test(CLAIM, at(9), "", images, earlier={1 / 4: at(9)}).flips
    stored = json.loads(path.read_text())[-1]
    assert stored["earlier"].keys() == {"0.25"}
    again = claims.Result.from_dict(json.loads(json.dumps(result.as_dict())))
    assert again == result
    claims.show(result, "no_such_notebook")
    told = "1/16: the opposite is true; 1/4: no difference seen; all: holds"
    assert told in capsys.readouterr().out


def test_parts_of_the_training_of_a_single_seed_are_not_spoken_of(started, images):
    one = {"A": LOW[:1], "B": HIGH[:1]}
    result = claims.test(CLAIM, one, "", images, earlier={1 / 4: one})
    assert claims.over_training(result) == ""


def test_earlier_results_are_of_the_same_conditions(started, images):
    with pytest.raises(ValueError, match=r"conditions \['A', 'B'\]"):
        claims.test(CLAIM, at(1), "", images, earlier={0.5: {"B": LOW, "A": LOW}})


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A checkout with one notebook and its recorded run."""
    script = tmp_path / "notebooks" / "py" / "09_x.py"
    folder = tmp_path / "notebooks" / "recorded" / "09_x"
    script.parent.mkdir(parents=True)
    folder.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    script.write_text("# %%\nepochs = 3\n")
    monkeypatch.setattr(recorded.storage, "CHECKOUT", tmp_path)

    def write(result):
        code = stamps.code_hash(script)
        stored = {"code": code, "claims": [result.as_dict()]}
        (folder / "claims.json").write_text(json.dumps(stored))
        return script

    return write


def test_the_recorded_run_is_shown_beside_ones_own(started, images, record, capsys):
    result = claims.test(CLAIM, {"A": LOW, "B": HIGH}, "10 images", images)
    record(claims.test(CLAIM, {"A": HIGH, "B": LOW}, "1,000 images", images))
    claims.show(result, "09_x")
    shown = capsys.readouterr().out
    assert shown.index("your run") < shown.index("the recorded run")
    assert claims.OPPOSITE in shown
    assert "stale" not in shown


def test_a_recorded_run_tells_its_measure_where_it_is_another(started, images, record, capsys):
    larger = dataclasses.replace(CLAIM, measure="distance (5,000 images)")
    record(claims.test(larger, {"A": LOW, "B": HIGH}, "1,000 images", images))
    claims.show(claims.test(larger, {"A": LOW, "B": HIGH}, "10 images", images), "09_x")
    assert "1,000 images; distance" not in capsys.readouterr().out
    smaller = dataclasses.replace(CLAIM, measure="distance (400 images)")
    claims.show(claims.test(smaller, {"A": LOW, "B": HIGH}, "10 images", images), "09_x")
    assert capsys.readouterr().out.count("1,000 images; distance (5,000 images)") == 2  # HTML, text


def test_a_recorded_run_whose_code_has_changed_is_called_stale(started, images, record, capsys):
    result = claims.test(CLAIM, {"A": LOW, "B": HIGH}, "10 images", images)
    script = record(result)
    script.write_text("# %% [markdown]\n# New prose.\n# %%\nepochs   =   3  # a comment\n")
    assert recorded.claim("09_x", "quicker") == (result.as_dict(), "")
    script.write_text("# %%\nepochs = 4\n")
    assert recorded.claim("09_x", "quicker") == (result.as_dict(), "the code has changed since")
    claims.show(result, "09_x")
    assert "stale: the code has changed since" in capsys.readouterr().out


def test_the_code_hash_is_the_same_on_every_python(tmp_path):
    """Pinned: CI computes it on several versions, whose syntax trees differ in empty fields."""
    script = tmp_path / "a.py"
    script.write_text(
        "class A:\n    x = 1\n\n\ndef f(a, *, b=2):\n    return lambda c: [a, b, c]\n"
    )
    assert stamps.code_hash(script) == "74bca5b5d47c5843"


def test_an_exercise_makes_nothing_stale(tmp_path):
    script = tmp_path / "a.py"
    lesson, exercise = "# %%\nx = 1\n\n", '# %% tags=["exercise"]\ndef f():\n    ...\n\n'
    found = set()
    for text in (lesson, lesson + exercise, lesson + exercise + '# %% tags=["exercise"]\nf()\n'):
        script.write_text(text)
        found.add(stamps.code_hash(script))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("of", "given", "count"),
    [
        ("outputs", ("smoke", "cpu", "gpu", "record"), {"cpu", "gpu", "record"}),
        ("recorded", ("smoke", "cpu", "gpu", "record"), {"record"}),
        ("recorded", ("smoke", "cpu", "gpu"), {"cpu", "gpu"}),
        ("times", ("smoke", "cpu", "gpu", "record"), {"smoke", "cpu", "gpu", "record"}),
    ],
)
def test_only_budgets_that_may_have_been_used_count(tmp_path, of, given, count):
    notebook = types.SimpleNamespace(script=tmp_path / "a.py")

    def code_hash(changed=None):
        arguments = ", ".join(f"{name}={9 if name == changed else 1}" for name in given)
        notebook.script.write_text(f"EPOCHS = by_profile({arguments})\n")
        return storing.code_hash(notebook, of)

    assert {name for name in given if code_hash(name) != code_hash()} == count


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"claims": [{}]}'])
def test_a_damaged_record_is_passed_over_with_a_note(started, images, record, content, capsys):
    script = record(claims.test(CLAIM, {"A": LOW, "B": HIGH}, "10 images", images))
    (script.parents[1] / "recorded" / "09_x" / "claims.json").write_text(content)
    assert recorded.claim("09_x", "quicker") == (None, "")
    assert "course record 09" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1.0, 2.0, 3.0], "2.000 ± 1.000 (n = 3)"),
        ([12345.0, 12347.0], "12,346 ± 1 (n = 2)"),
        ([0.00123], "0.001230 (n = 1)"),
        ([1e-7, 3e-7], "2.000e-07 ± 1.414e-07 (n = 2)"),
        ([0.0, 0.0], "0.0 ± 0.0 (n = 2)"),
        ([1.0, math.inf, 3.0], "reached by 2 of 3 seeds"),
    ],
)
def test_results_are_summarised_with_spread_and_number(values, text):
    assert claims.summarise(values) == text
