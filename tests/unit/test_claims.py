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
from course_utils.evaluation import claims, recorded

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


@pytest.mark.parametrize("options", [{"better": "smaller"}, {"factor": 0.5}, {"limit": "a day"}])
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
    path = tmp_path / "results.json"
    monkeypatch.setenv("COURSE_RECORD", str(path))
    claims.test(CLAIM, {"A": HIGH, "B": LOW}, "first try", images)
    claim = dataclasses.replace(CLAIM, factor=np.float32(2), limit=np.int64(30))
    values = {"A": np.array(LOW), "B": np.float32([4, 5, math.inf])}
    result = claims.test(claim, values, "10 images", images)
    assert "Infinity" not in path.read_text()
    (stored,) = json.loads(path.read_text())
    assert claims.Result.from_dict(stored) == result


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A checkout with one notebook and its recorded run."""
    script = tmp_path / "notebooks" / "py" / "09_x.py"
    folder = tmp_path / "notebooks" / "recorded"
    script.parent.mkdir(parents=True)
    folder.mkdir()
    (tmp_path / "pyproject.toml").touch()
    script.write_text("# %%\nepochs = 3\n")
    monkeypatch.setattr(recorded.storage, "CHECKOUT", tmp_path)

    def write(result):
        code = recorded.code_hash(script)
        stored = {"code": code, "claims": [result.as_dict()]}
        (folder / "09_x.json").write_text(json.dumps(stored))
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
    assert recorded.find("09_x", "quicker") == (result.as_dict(), "")
    script.write_text("# %%\nepochs = 4\n")
    assert recorded.find("09_x", "quicker") == (result.as_dict(), "the code has changed since")
    claims.show(result, "09_x")
    assert "stale: the code has changed since" in capsys.readouterr().out


def test_the_code_hash_is_the_same_on_every_python(tmp_path):
    """Pinned: CI computes it on several versions, whose syntax trees differ in empty fields."""
    script = tmp_path / "a.py"
    script.write_text(
        "class A:\n    x = 1\n\n\ndef f(a, *, b=2):\n    return lambda c: [a, b, c]\n"
    )
    assert recorded.code_hash(script) == "74bca5b5d47c5843"


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


def test_a_damaged_record_is_passed_over_with_a_warning(started, images, record):
    script = record(claims.test(CLAIM, {"A": LOW, "B": HIGH}, "10 images", images))
    (script.parents[1] / "recorded" / "09_x.json").write_text("{")
    with pytest.warns(UserWarning, match="course record 09"):
        assert recorded.find("09_x", "quicker") == (None, "")


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
