"""`course data`: every set that may be fetched, and CelebA only where its owner put it."""

import numpy as np
import pytest
from rich.console import Console

from course_tools import offline
from course_tools.series import CourseError
from course_utils import data


@pytest.fixture
def loaded(monkeypatch):
    """Names of the sets that were loaded; each gives one black pixel."""
    names = []

    def load(name):
        names.append(name)
        pixel, label = np.zeros((1, 1, 1, 1), np.float32), np.zeros(1, np.int64)
        return data.ImageData(name, "real", "cache", pixel, label, pixel, label, ("black",))

    monkeypatch.setattr(offline.data, "load", load)
    return names


@pytest.mark.parametrize(("place", "given"), [("the cache", True), (None, False)])
def test_celeba_is_prepared_only_where_it_is_here(monkeypatch, loaded, capsys, place, given):
    monkeypatch.setattr(offline.celeba, "where", lambda: place)
    offline.prepare((), Console())
    assert loaded == [name for name in data.names() if given or name != "celeba"]
    assert ("celeba: not here, left out" in capsys.readouterr().out) == (not given)


def test_celeba_by_name_is_told_where_it_is_to_be_had(own_cache):
    with pytest.raises(CourseError, match=r"celeba: CelebA was not found.*Looked in"):
        offline.prepare(("celeba",), Console())
