import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import keras
import pytest

from course_tools import doctor
from course_utils import profiles, storage
from course_utils.data import download, files

USAGE = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(download, "reachable", lambda mirrors, problems: iter(()))


def finding(subject):
    return next(found for found in doctor.examine() if found.subject == subject)


def test_the_report_has_a_line_per_finding_and_asks_for_nothing_here(capsys):
    assert doctor.report(doctor.examine()) is False
    shown = capsys.readouterr().out
    for subject in ("Python", "packages", "device", "memory", "disk", "network", "MNIST"):
        assert f" {subject} " in shown


def test_old_packages_are_named_with_what_is_needed(monkeypatch, capsys):
    version = importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: "3.0.0" if name == "keras" else version(name)
    )
    assert doctor.outdated() == {"keras": ("3.0.0", ">=3.8")}
    assert doctor.report(doctor.examine()) is True
    assert "✗ keras" in capsys.readouterr().out


def test_an_unfit_python_is_refused(monkeypatch):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 1))
    assert "3.11, 3.12 or 3.13" in finding("Python").advice


@pytest.mark.parametrize(
    ("backend", "system", "advice"),
    [
        ("tensorflow", "Windows", "KERAS_BACKEND=torch"),
        ("tensorflow", "Linux", "tensorflow[and-cuda]"),
        ("jax", "Linux", "jax[cuda12]"),
        ("torch", "Windows", "CUDA build of PyTorch"),
    ],
)
def test_a_gpu_that_the_backend_does_not_see_gets_advice(monkeypatch, backend, system, advice):
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    monkeypatch.setattr(profiles, "accelerator_present", lambda: False)
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(doctor, "_nvidia_gpu", lambda: "Tesla T4")
    found = finding("device")
    assert "though the machine has Tesla T4" in found.found
    assert advice in found.advice


@pytest.mark.parametrize(("backend", "slow"), [("jax", True), ("torch", False)])
def test_jax_on_a_cpu_is_said_to_be_slow(monkeypatch, backend, slow):
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    monkeypatch.setattr(profiles, "accelerator_present", lambda: False)
    monkeypatch.setattr(doctor, "_nvidia_gpu", lambda: None)
    assert ("three times the time" in finding("device").advice) == slow


def test_a_gpu_that_is_seen_needs_nothing(monkeypatch):
    monkeypatch.setattr(profiles, "accelerator_present", lambda: True)
    assert finding("device").found.endswith("sees a GPU")
    assert finding("profile").found == "gpu"


def test_the_profile_that_is_asked_for_is_the_one_that_is_told(monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "smoke")
    assert finding("profile").found == "smoke"
    monkeypatch.setenv("COURSE_PROFILE", "huge")
    found = finding("profile")
    assert "COURSE_PROFILE is 'huge'" in found.found
    assert found.needed
    assert found.advice


def test_an_unknown_backend_is_a_finding():
    code = "from course_tools import doctor\n[found] = doctor._device()\nprint(found)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KERAS_BACKEND": "abacus"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the backend abacus cannot be used" in done.stdout
    assert "tensorflow, jax, torch" in done.stdout
    assert "needed=True" in done.stdout


def test_in_colab_the_advice_is_colabs(monkeypatch):
    monkeypatch.setattr(doctor, "outdated", lambda: {"keras": ("3.0.0", ">=3.8")})
    assert "pip install" in finding("keras").advice
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab-20261101")
    assert "change runtime type" in finding("keras").advice.lower()


def test_the_driver_is_asked_for_the_gpu(monkeypatch, tmp_path):
    script = tmp_path / "nvidia-smi"
    script.write_text("#!/bin/sh\necho 'Tesla T4'\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert doctor._nvidia_gpu() == "Tesla T4"
    script.write_text("#!/bin/sh\nexit 9\n")
    assert doctor._nvidia_gpu() is None


def test_a_full_disk_gets_advice(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: USAGE(10**9, 10**9, 10**6))
    assert "COURSE_CACHE_DIR" in finding("disk").advice


def test_a_folder_that_cannot_be_written_to_gets_advice(monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "cannot be written to" in finding("disk").found


def test_a_cache_that_does_not_exist_yet_is_looked_at_through_its_parent(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "not" / "yet"))
    assert finding("disk").advice == ""
    assert not (tmp_path / "not").exists()


def test_no_network_is_told_but_not_asked_for():
    found = finding("network")
    assert found.found.startswith("none")
    assert not found.needed


@pytest.mark.parametrize("place", ["COURSE_DATA_DIR", "the cache"])
def test_it_is_told_where_a_data_set_was_found(monkeypatch, place):
    monkeypatch.setattr(files, "where", lambda real_set: place)
    assert finding("MNIST").found == f"in {place}"


def test_a_data_set_that_is_nowhere_gets_the_command_that_fetches_it():
    assert Path(storage.cache_dir()).is_dir()
    assert "course data mnist" in finding("MNIST").advice
    assert "course data celeba" in finding("CelebA").advice
    assert not finding("CelebA").needed
