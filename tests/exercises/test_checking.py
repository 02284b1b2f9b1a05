"""Answers that are no answers: of another type, endless, huge, deadly, or meddling."""

import sys
import threading
import time

import cloudpickle
import numpy as np
import pytest

from course_utils import exercises
from course_utils.exercises import checking, limits

NUMBER = "06.3"
FACT = np.ones(3)  # what a notebook might hold
LOCK = threading.Lock()
# As in a notebook, whose functions another process cannot import.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def endless(dimensions):
    while True:
        pass


def greedy(dimensions):
    rows = []
    while True:
        rows.append(np.ones(1_000_000))


def deadly(dimensions):
    import os

    os._exit(3)


def meddling(dimensions):
    FACT[:] = 7
    np.pi = 3
    return 0.0


def failing(dimensions):
    return [][dimensions]


def holding_a_lock(dimensions):
    with LOCK:
        return 0.0


@pytest.fixture(autouse=True)
def first_try(monkeypatch):
    monkeypatch.setattr(checking, "_FAILED", type(checking._FAILED)())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (endless, "took longer than 8 s"),
        (greedy, "more than 300 MB"),
        (deadly, "ended its Python process (exit code 3)"),
        (failing, "raises IndexError: list index out of range"),
        (3, "expected a function, found 3 (int)"),
        ("chi2", "expected a function, found 'chi2' (str)"),
        (lambda dimensions: "half", "gives 'half' (str), expected a number"),
        (lambda dimensions: None, "is a `return` missing?"),
        (lambda dimensions: np.ones(3), "has shape (3,), expected ()"),
        (lambda dimensions: np.nan, "gives NaN"),
        (holding_a_lock, "cannot be sent"),
    ],
    ids=["endless", "greedy", "deadly", "failing", "number", "text", "gives text", "gives nothing",
         "gives an array", "gives NaN", "holds a lock"],
)  # fmt: skip
def test_an_answer_that_is_none_is_told_and_the_rest_goes_on(answer, said):
    outcome = exercises.check(NUMBER, answer, time_limit=8, memory_limit=300)
    assert not outcome
    assert said in outcome.text


def test_what_an_answer_changes_stays_in_its_own_process():
    exercises.check(NUMBER, meddling)
    assert FACT.tolist() == [1, 1, 1]
    assert np.pi > 3


def test_an_input_that_is_changed_is_told():
    def in_place(points):
        points -= points[0]
        return 0.0

    assert "changes what it is given" in checking.judged("06.4", in_place)


def test_the_hint_comes_with_the_second_failure_and_counts_anew_after_a_right_answer(monkeypatch):
    monkeypatch.setattr(checking.limits, "call", lambda judge, *given, limits: judge(*given))
    hint = checking.exercise_of("06.1").hint
    tries = [exercises.check("06.1", guess).text for guess in (16, 16, 8, 16)]
    assert [hint in text for text in tries] == [False, True, False, False]


@pytest.mark.parametrize("number", ["06.9", "99.1", "", 6])
def test_a_number_that_is_none_is_refused_with_those_there_are(number):
    with pytest.raises(ValueError, match="there is no exercise"):
        exercises.check(number, 1)


def test_a_check_says_what_an_error_of_the_course_itself_is():
    with pytest.raises(limits.Stopped, match="it failed with ZeroDivisionError"):
        limits.call(divmod, 1, 0)


def test_an_answer_is_checked_within_seconds():
    begun = time.monotonic()
    assert not exercises.check(NUMBER, len, time_limit=5)
    assert time.monotonic() - begun < 30
