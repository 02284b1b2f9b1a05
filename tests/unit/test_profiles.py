import pytest

from course_utils import by_profile, profiles

VALUES = {"smoke": 1, "cpu": 2, "gpu": 3}


@pytest.mark.parametrize(("profile", "value"), VALUES.items())
def test_by_profile_returns_the_value_of_the_profile_in_force(monkeypatch, profile, value):
    monkeypatch.setenv("COURSE_PROFILE", profile)
    assert by_profile(**VALUES) == value


@pytest.mark.parametrize("spelling", ["SMOKE", " smoke "])
def test_case_and_blanks_do_not_matter(monkeypatch, spelling):
    monkeypatch.setenv("COURSE_PROFILE", spelling)
    assert profiles.active_profile() == "smoke"


def test_an_unknown_profile_is_refused_with_the_names_that_exist(monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "fast")
    with pytest.raises(ValueError, match=r"'fast'.*smoke, cpu, gpu"):
        by_profile(**VALUES)


def test_without_a_setting_the_machine_decides(monkeypatch):
    monkeypatch.setattr(profiles, "accelerator_present", lambda: False)
    assert profiles.active_profile() == "cpu"
    monkeypatch.setattr(profiles, "accelerator_present", lambda: True)
    assert profiles.active_profile() == "gpu"


def test_the_recorded_run_has_a_budget_of_its_own_where_one_is_given(monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "cpu")
    monkeypatch.setenv("COURSE_RECORD", "results.json")
    assert by_profile(**VALUES, record=9) == 9
    assert by_profile(**VALUES, record=None) is None
    assert by_profile(**VALUES) == VALUES["cpu"]
