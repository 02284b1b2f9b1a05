"""Every notebook of the series passes every check; `course check` tells the same."""

import pytest

from course_tools import lint, pairing, series

PROJECT = series.find_project()
NOTEBOOKS = PROJECT.notebooks()


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda notebook: notebook.name)
def subject(request):
    return lint.Subject(PROJECT, request.param)


@pytest.mark.parametrize(
    "check", [*lint.SCRIPT_CHECKS, *lint.STORED_CHECKS], ids=lambda check: check.__name__
)
def test_notebook(subject, check):
    stored = subject.notebook.ipynb.exists()
    if check in lint.STORED_CHECKS and check is not lint.pair_in_step and not stored:
        pytest.skip("there is no stored notebook, which pair_in_step tells")
    assert check(subject) == []


def test_every_notebook_has_its_script():
    assert pairing.check_lists(PROJECT) == []


def test_numbers_are_unique():
    numbers = [notebook.number for notebook in NOTEBOOKS]
    assert len(numbers) == len(set(numbers))
