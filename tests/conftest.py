"""Every test starts from the same settings and writes to a temporary cache."""

import os

import pytest

# Read once, at the first import of Keras; a backend chosen by the caller is kept.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("MPLBACKEND", "agg")

_SETTINGS = (
    "COURSE_PROFILE", "COURSE_DATA", "COURSE_DATA_DIR", "COURSE_RECORD", "COURSE_PRECISION",
    "COURSE_XLA", "COURSE_RUNS_DIR",
)  # fmt: skip


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory):
    """One cache of built-in data sets for all tests of a process: making them takes seconds."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def isolated_environment(monkeypatch, shared_cache, tmp_path):
    """No setting of the caller's reaches a test."""
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_CACHE_DIR", str(shared_cache))
    monkeypatch.setenv("COURSE_RUNS_DIR", str(tmp_path / "runs"))


@pytest.fixture
def started(monkeypatch):
    """An environment in the `cpu` profile, as a notebook has it."""
    from course_utils import environment

    monkeypatch.setenv("COURSE_PROFILE", "cpu")
    return environment.start(seed=0)
