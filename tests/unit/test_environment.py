import os
import random
import re
import subprocess
import sys

import keras
import numpy as np
import pytest

from course_utils import environment, start


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
