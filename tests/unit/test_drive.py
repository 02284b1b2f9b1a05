"""On Colab runs are kept on Drive where it is mounted, and a line says where they are."""

import errno
import os
import sys
import types

import keras
import numpy as np
import pytest

import course_utils
from course_utils import drive, storage
from course_utils.training import fit

X = np.random.default_rng(0).random((16, 4), dtype="float32")


@pytest.fixture
def colab(monkeypatch, tmp_path):
    """Colab with Drive mounted; `unmount()` takes it away."""
    mount = tmp_path / "content" / "drive"
    (mount / "MyDrive").mkdir(parents=True)
    mounted = [str(mount)]
    monkeypatch.setattr(drive, "MOUNT", mount)
    monkeypatch.setattr(os.path, "ismount", lambda path: str(path) in mounted)
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab-20261101")
    for name in ("COURSE_RUNS_DIR", "COURSE_CACHE_DIR"):
        monkeypatch.delenv(name)
    local = tmp_path / "local"
    monkeypatch.setattr(storage, "cache_dir", lambda: local)
    return types.SimpleNamespace(
        runs=mount / drive.FOLDER, local=local / "runs", mydrive=mount / "MyDrive",
        unmount=mounted.clear,
    )  # fmt: skip


def build():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
    model.compile(optimizer="adam", loss="mse")
    return model


def test_training_that_was_cut_off_goes_on_from_drive_on_another_machine(
    colab, cut_off, monkeypatch, tmp_path
):
    course_utils.start(seed=0)
    with cut_off(after=2):
        fit(build(), X, epochs=4, run="t/drive", report="none")
    monkeypatch.delenv("COURSE_RUNS_DIR")  # the other machine has another disk, the same Drive
    monkeypatch.setattr(storage, "cache_dir", lambda: tmp_path / "another")
    course_utils.start(seed=0)
    assert fit(build(), X, epochs=4, run="t/drive", report="none").source == "resumed"
    assert list(colab.runs.rglob("run.json"))
    assert not colab.local.exists()


def test_where_runs_are_kept_is_said_at_each_start(colab, capsys):
    for _ in range(2):
        course_utils.start(seed=0)
        assert f"kept on Drive, in {drive.FOLDER}" in capsys.readouterr().out
        assert storage.runs_dir() == colab.runs


def test_a_drive_that_is_not_mounted_is_a_sentence_that_says_how(colab, capsys):
    colab.unmount()
    course_utils.start(seed=0)
    assert f"drive.mount('{drive.MOUNT}')" in capsys.readouterr().out
    assert storage.runs_dir() == colab.local


def test_a_drive_that_is_gone_since_is_told_and_the_local_folder_goes_on(colab, capsys):
    course_utils.start(seed=0)
    colab.unmount()  # a folder is left in its place
    course_utils.start(seed=0)
    assert "drive.mount(" in capsys.readouterr().out
    assert fit(build(), X, epochs=1, run="t/gone", report="none").source == "trained"
    assert list(colab.local.rglob("run.json"))
    assert not list(colab.runs.rglob("run.json"))


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EROFS, "Read-only file system"), NotImplementedError("no locks here")],
)
def test_a_drive_that_cannot_be_written_to_is_told_and_the_local_folder_goes_on(
    colab, capsys, monkeypatch, error
):
    def refuse(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(storage, "locked", refuse)
        course_utils.start(seed=0)
    said = capsys.readouterr().out
    assert "nothing can be kept on Drive" in said
    assert str(error.args[-1]) in said
    assert str(colab.local) in said
    assert fit(build(), X, epochs=1, run="t/local", report="none").source == "trained"
    assert list(colab.local.rglob("run.json"))


def test_a_file_in_the_place_of_the_folder_is_told(colab, capsys):
    (colab.mydrive / "deep-generative-companion").write_text("mine")
    course_utils.start(seed=0)
    assert "nothing can be kept on Drive" in capsys.readouterr().out
    assert storage.runs_dir() == colab.local


@pytest.mark.parametrize("variable", ["COURSE_RUNS_DIR", "COURSE_CACHE_DIR"])
def test_a_folder_that_was_asked_for_stays(colab, capsys, monkeypatch, tmp_path, variable):
    monkeypatch.setenv(variable, str(tmp_path / "asked"))
    course_utils.start(seed=0)
    assert os.environ.get("COURSE_RUNS_DIR") != str(colab.runs)
    assert "Drive" not in capsys.readouterr().out
    assert not colab.runs.exists()


def test_elsewhere_nothing_is_said_of_drive(colab, capsys, monkeypatch):
    monkeypatch.delenv("COLAB_RELEASE_TAG")
    course_utils.start(seed=0)
    assert "Drive" not in capsys.readouterr().out
    assert storage.runs_dir() == colab.local
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert drive.on_colab()
