import dataclasses
import json
import os
import random
import re
import subprocess
import sys

import keras
import numpy as np
import pytest

from course_utils import environment, hardware, start


def run_python(code, **settings):
    """A fresh interpreter, since a backend is imported once; its output and its log."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "COURSE_PROFILE": "cpu", **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done


def test_importing_the_package_is_quick_and_imports_no_framework():
    code = (
        "import time; begin = time.perf_counter(); import course_utils, sys; "
        "print(time.perf_counter() - begin); "
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'scipy') if m in sys.modules])"
    )
    seconds, imported = min(run_python(code).stdout.splitlines() for _ in range(3))
    assert float(seconds) < 0.3
    assert imported == "[]"


@pytest.mark.parametrize(
    ("name", "default", "other"),
    [("OMP_WAIT_POLICY", "PASSIVE", "ACTIVE"), ("TF_ENABLE_ONEDNN_OPTS", "1", "0")],
    ids=["threads that wait leave the cores to others", "TensorFlow's fast kernels are on"],
)
def test_what_makes_a_cpu_fast_is_set_unless_one_asks_otherwise(monkeypatch, name, default, other):
    monkeypatch.delenv(name, raising=False)
    code = f"import course_utils, os; print(os.environ[{name!r}])"
    assert run_python(code).stdout.strip() == default
    assert run_python(code, **{name: other}).stdout.strip() == other


def test_start_prints_one_line_and_no_framework_adds_to_it():
    code = (
        "import course_utils; course_utils.start(seed=7); import keras, numpy as np; "
        "m = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(2)]); "
        "m.compile('adam', 'mse'); m.fit(np.zeros((8, 4)), np.zeros((8, 2)), verbose=0)"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    assert re.fullmatch(
        r"profile cpu · \w+ [\d.]+\S* · .+ · float32.* · seed 7 · data real where found", line
    )


def test_start_seeds_python_numpy_and_keras(started):
    def draw():
        start(seed=3)
        noise = keras.ops.convert_to_numpy(keras.random.normal((3,)))
        return random.random(), np.random.rand(), noise.tolist()  # noqa: NPY002

    assert draw() == draw()


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "0", True, None])
def test_a_seed_that_is_no_seed_is_refused(seed):
    with pytest.raises(ValueError, match="seed must be a whole number"):
        start(seed=seed)


@pytest.mark.parametrize(
    ("setting", "value", "allowed"),
    [
        ("COURSE_DATA", "fake", "auto, real, builtin"),
        ("COURSE_PRECISION", "float8", "float32, mixed_bfloat16, mixed_float16"),
        ("COURSE_XLA", "yes", "0, 1"),
        ("COURSE_PROFILE", "huge", "smoke, cpu, gpu"),
        ("KERAS_BACKEND", "theano", "tensorflow, jax, torch"),
    ],
)
def test_an_unknown_setting_is_refused_with_those_that_exist(monkeypatch, setting, value, allowed):
    monkeypatch.setenv(setting, value)
    with pytest.raises(ValueError, match=f"{value}.*{allowed}"):
        start()


def test_precision_can_be_chosen(monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "cpu")
    assert start(precision="mixed_bfloat16").precision == "mixed_bfloat16"
    assert keras.config.dtype_policy().name == "mixed_bfloat16"
    monkeypatch.setenv("COURSE_PRECISION", "mixed_float16")
    assert start().precision == "mixed_float16"
    monkeypatch.delenv("COURSE_PRECISION")
    assert start().precision == "float32"


def test_a_backend_that_is_not_installed_is_named():
    blocked = "import sys; sys.modules['jax'] = None; import course_utils; course_utils.start()"
    done = run_python(blocked, KERAS_BACKEND="jax")
    assert done.returncode != 0
    assert "the backend 'jax' (KERAS_BACKEND) is not installed" in done.stderr


def test_stderr_that_was_held_back_is_shown_when_something_fails(capfd):
    def fail():
        with environment.silenced_stderr():
            os.write(2, b"the native library says why\n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert "the native library says why" in capfd.readouterr().err


def test_summary_names_the_data_that_was_loaded(started):
    from course_utils import data

    data.load("digits", train_size=10, test_size=10)
    summary = environment.summary()
    assert summary["data"]["digits"] == "builtin"
    assert (summary["profile"], summary["seed"]) == ("cpu", 0)


CONVOLUTION = """
import course_utils, keras, numpy as np
course_utils.start(seed=3)
network = keras.Sequential([
    keras.Input((6, 6, 1)),
    keras.layers.Conv2D(4, 3),
    keras.layers.BatchNormalization(),
    keras.layers.MaxPooling2D(2),
    keras.layers.Flatten(),
    keras.layers.Dense(2, activation="softmax"),
])
network.compile("adam", "categorical_crossentropy")
images = np.random.default_rng(0).random((8, 6, 6, 1), np.float32)
network.fit(images, np.eye(2)[[0, 1] * 4], epochs=2, shuffle=False, verbose=0)
print(network.predict(images, verbose=0).tolist())
"""


@pytest.mark.parametrize("imported", ["before", "after"])
def test_a_students_keras_json_changes_no_number_and_is_told(tmp_path, imported):
    """Keras is imported by the student before `start`, or by `start`."""
    plain, own = tmp_path / "plain", tmp_path / "own"
    for folder, settings in {
        plain: {},
        own: {"image_data_format": "channels_first", "floatx": "float16", "epsilon": 0.01},
    }.items():
        folder.mkdir()
        (folder / "keras.json").write_text(json.dumps(settings))
    code = CONVOLUTION if imported == "before" else CONVOLUTION.replace(" keras,", "", 1)
    code = code.replace("course_utils.start(seed=3)", "course_utils.start(seed=3); import keras")
    expected, found = (run_python(code, KERAS_HOME=str(folder)) for folder in (plain, own))
    assert (expected.returncode, found.returncode) == (0, 0), expected.stderr + found.stderr
    note, *rest = found.stdout.splitlines()
    assert note == (
        "Note: keras.json asked for image_data_format channels_first, floatx float16, "
        "epsilon 0.01; the course uses channels_last, float32, 1e-07."
    )
    assert rest == expected.stdout.splitlines()


def test_the_backend_of_a_keras_json_is_told_once_and_not_used(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "jax"}))
    code = "import course_utils; course_utils.start(); course_utils.start()"
    done = run_python(code, KERAS_HOME=str(tmp_path), KERAS_BACKEND="")
    note, first, second = done.stdout.splitlines()
    assert note == "Note: keras.json asked for backend jax; the course uses tensorflow."
    assert first == second
    assert "TensorFlow" in first


def test_a_keras_json_that_keras_refuses_is_named(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"epsilon": "small"}))
    done = run_python("import course_utils; course_utils.start()", KERAS_HOME=str(tmp_path))
    assert f"Correct or delete {tmp_path / 'keras.json'}" in done.stderr


# XLA.


@pytest.mark.parametrize("system", ["Linux", "Darwin"])
@pytest.mark.parametrize(
    ("backend", "kind", "asked", "expected", "noted"),
    [
        ("tensorflow", "cpu", "", False, ""),
        ("tensorflow", "cpu", "1", False, "TensorFlow on this CPU never uses XLA."),
        ("tensorflow", "gpu", "", {"Linux": True, "Darwin": False}, ""),
        ("tensorflow", "gpu", "0", False, ""),
        ("jax", "cpu", "", True, ""),
        ("jax", "gpu", "0", True, "COURSE_XLA=0 has no effect: JAX on this GPU always uses XLA."),
        ("torch", "gpu", "", False, ""),
        (
            "torch",
            "cpu",
            "1",
            False,
            "COURSE_XLA=1 has no effect: PyTorch on this CPU never uses XLA.",
        ),
    ],
)
def test_xla_is_what_the_line_says(
    monkeypatch, capsys, system, backend, kind, asked, expected, noted
):
    monkeypatch.setattr(environment.platform, "system", lambda: system)
    monkeypatch.setenv("COURSE_XLA", asked)
    found = environment._choose_xla(backend, kind)
    assert found is (expected[system] if isinstance(expected, dict) else expected)
    assert noted in capsys.readouterr().out
    assert bool(noted) == (found != bool(int(asked or found)))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a choice on TensorFlow alone")
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a choice on TensorFlow alone")
@pytest.mark.parametrize("xla", [True, False])
@pytest.mark.parametrize("compiled", [True, False])
def test_xla_is_turned_off_and_never_forced(monkeypatch, started, xla, compiled):
    from course_utils.training import fit

    chosen = dataclasses.replace(started, xla=xla)
    monkeypatch.setattr(environment._session, "environment", chosen)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=compiled)
    fit(model, np.zeros((4, 2), "float32"), np.zeros((4, 1), "float32"), epochs=1, report="none")
    assert model.jit_compile is (compiled and xla)


# Cores.


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, np.inf),
        ({"cpu.max": "max 100000"}, np.inf),
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, np.inf),
        ({"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 0.5),
        (
            {"cpu/docker/7/cpu.cfs_quota_us": "300000", "cpu/docker/7/cpu.cfs_period_us": "100000"},
            3,
        ),
        ({"job/cpu.max": "200000 100000", "job/step/cpu.max": "max 100000"}, 2),
        ({"other/cpu.max": "200000 100000"}, np.inf),
        ({"cpu.max": "not a number"}, np.inf),
        ({"cpu.max": ""}, np.inf),
    ],
)
def test_quota_of_a_container_or_job_is_read(tmp_path, files, cores):
    for name, content in files.items():
        path = tmp_path / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (tmp_path / "membership").write_text("4:cpu,cpuacct:/docker/7\n0::/job/step\n")
    assert hardware._quota(tmp_path / "cgroup", tmp_path / "membership") == cores


@pytest.mark.parametrize(("quota", "cores"), [(0.3, 1), (1.5, 2), (2, 2), (64, 4), (np.inf, 4)])
def test_usable_cores_are_limited_by_the_quota(monkeypatch, quota, cores):
    monkeypatch.setattr(hardware.os, "sched_getaffinity", lambda _: set(range(4)), raising=False)
    monkeypatch.setattr(hardware, "_quota", lambda: quota)
    assert hardware.usable_cores() == cores
