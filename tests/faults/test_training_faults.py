"""A training that is killed goes on where its last checkpoint was, and ends the same."""

import os
import signal
import subprocess
import sys
import time

import pytest

TRAIN = """
import sys
import numpy as np
from course_utils import start
start(seed=0)
import keras
from course_utils import training
from course_utils.training import stored_runs
stored_runs.SECONDS_BETWEEN_CHECKPOINTS = 0
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4), keras.layers.Dropout(0.5),
                          keras.layers.Dense(6)])
model.compile("adam", "mse")
x = np.random.default_rng(0).random((64, 6), dtype="float32")
run = training.fit(model, x, epochs=int(sys.argv[1]), batch_size=8, run="faults/killed")
print(run.source, repr(run.history["loss"][-1]), repr(float(abs(model.weights[0].numpy()).sum())))
"""
EPOCHS = "60"


def begin(runs_dir):
    return subprocess.Popen(
        [sys.executable, "-c", TRAIN, EPOCHS],
        env={**os.environ, "COURSE_RUNS_DIR": str(runs_dir), "COURSE_PROFILE": "cpu"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(runs_dir):
    """(source, final loss, sum of the first weights) as printed, and what was warned of."""
    out, err = begin(runs_dir).communicate(timeout=120)
    return out.splitlines()[-1].split(), err


def kill_after_a_checkpoint(runs_dir, signal_number):
    process = begin(runs_dir)
    deadline = time.monotonic() + 60
    while not list(runs_dir.glob("*/faults/killed/run.json")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, "no checkpoint within a minute"
        time.sleep(0.01)
    process.send_signal(signal_number)
    process.communicate(timeout=60)
    assert process.returncode != 0


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_training_goes_on_and_ends_the_same(tmp_path, signal_number):
    (source, *expected), _ = finish(tmp_path / "straight")
    assert source == "trained"
    kill_after_a_checkpoint(tmp_path / "cut", signal_number)
    (source, *reached), warned = finish(tmp_path / "cut")
    assert source == "resumed"
    assert reached == expected
    assert warned == ""
    (folder,) = (tmp_path / "cut").glob("*/faults/killed")
    assert len(list(folder.glob("epoch-*.npz"))) == 1
