"""Every test starts from the same settings and writes to a temporary cache."""

import contextlib
import os

import pytest

# Read once, at the first import of Keras; a backend chosen by the caller is kept.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("MPLBACKEND", "agg")

_SETTINGS = (
    "COURSE_PROFILE", "COURSE_DATA", "COURSE_DATA_DIR", "COURSE_RECORD", "COURSE_PRECISION",
    "COURSE_XLA", "COURSE_RUNS_DIR",
)  # fmt: skip


def nothing_is_skipped():
    """Whether a missing package, browser or data set fails a test: on CI, where all are there."""
    return os.environ.get("COURSE_TEST_ALL") == "1" or os.environ.get("CI") == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Count a skipped test as failed where nothing may be left out."""
    report = yield
    if report.skipped and nothing_is_skipped() and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} was skipped, where nothing may be: {report.longrepr[-1]}\n"
            f"Install what it lacks, as .ci/run does, or unset COURSE_TEST_ALL and CI."
        )
    return report


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
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


@pytest.fixture
def own_cache(monkeypatch, tmp_path):
    """An empty cache for one test."""
    path = tmp_path / "cache"
    monkeypatch.setenv("COURSE_CACHE_DIR", str(path))
    return path


@pytest.fixture
def folder_of_real_data(monkeypatch, tmp_path):
    """The empty folder that COURSE_DATA_DIR names, where nothing but real data will do."""
    path = tmp_path / "mine"
    path.mkdir()
    monkeypatch.setenv("COURSE_DATA_DIR", str(path))
    monkeypatch.setenv("COURSE_DATA", "real")
    return path


@pytest.fixture
def started(monkeypatch):
    """An environment in the `cpu` profile, as a notebook has it."""
    from course_utils import environment

    monkeypatch.setenv("COURSE_PROFILE", "cpu")
    return environment.start(seed=0)


@pytest.fixture
def cut_off(monkeypatch):
    """`with cut_off(after=2):` ends a named run once its second epoch is stored."""
    from course_utils.training import stored_runs

    class Cut(Exception):
        pass

    @contextlib.contextmanager
    def cutting(after):
        save = stored_runs.RunStore.save

        def save_and_cut(store, model, result, **options):
            save(store, model, result, **options)
            if result.epochs == after:
                raise Cut

        with monkeypatch.context() as patch:
            patch.setattr(stored_runs, "SECONDS_BETWEEN_CHECKPOINTS", -1)
            patch.setattr(stored_runs.RunStore, "save", save_and_cut)
            with pytest.raises(Cut):
                yield

    return cutting


@pytest.fixture
def shown(monkeypatch):
    """What pictures and explorers displayed: a list of (data, metadata)."""
    from course_utils.plotting import look

    calls = []
    monkeypatch.setattr(look, "display", lambda data, metadata, raw: calls.append((data, metadata)))
    return calls
