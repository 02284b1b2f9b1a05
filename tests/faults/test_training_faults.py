"""A training that is killed goes on where its last checkpoint was, and ends the same."""

import json
import os
import subprocess
import sys

import pytest

# One process imports the libraries; each training is a fork of it, which computes nothing before.
# The backend begins its threads in the fork, at its first operation.
TRAIN = """
import contextlib, json, os, random, signal, sys, time
from course_utils import environment
environment.quiet_logs()
import keras, numpy as np
from course_utils import architectures, models, training
from course_utils.models import VAE, WassersteinGANGP
from course_utils.training import stored_runs
stored_runs.SECONDS_BETWEEN_CHECKPOINTS = 0

def with_dropout():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4), keras.layers.Dropout(0.5),
                              keras.layers.Dense(6)])
    model.compile("adam", "mse")
    return model

def wgan_gp():
    layers = keras.layers
    generator = keras.Sequential([keras.Input((3,)), layers.Dense(8), layers.BatchNormalization(),
                                  layers.LeakyReLU(0.2), layers.Dense(6, "sigmoid")])
    critic = keras.Sequential([keras.Input((6,)), layers.Dense(8), layers.LeakyReLU(0.2),
                               layers.Dense(1)])
    model = models.WassersteinGANGP(generator, critic, critic_steps=2, average=0.99)
    rate = training.HoldThenFall(1e-3, 25 * 8)
    players = {name: keras.optimizers.Adam(rate) for name in ("generator", "critic")}
    model.compile(models.PerNetwork(**players))
    return model

def vae():
    encoder = architectures.dense_vae_encoder((2, 3, 1), 2, (8,))
    model = models.VAE(encoder, architectures.dense_decoder((2, 3, 1), 2, (8,)))
    model.compile("adam")
    return model

def train(folder, answers, epochs=25):
    os.environ["COURSE_RUNS_DIR"] = folder
    environment.start(seed=0)
    keras.utils.set_random_seed(0)
    model = {"dropout": with_dropout, "WGAN-GP": wgan_gp, "VAE": vae}[sys.argv[2]]()
    x = np.random.default_rng(0).random((64, 6), dtype="float32")
    if sys.argv[2] == "VAE":
        x = x.reshape(64, 2, 3, 1)
    def told(epoch, model, values):
        os.write(answers, b".")
    run = training.fit(model, x, epochs=epochs, batch_size=8, run="faults/killed", report="none",
                       on_epoch=told)
    state = b"".join(v.tobytes() for v in training.state.state_of(model))
    return json.dumps([run.source, run.history, state.hex()])

def in_a_fork(folder, stop=None):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with contextlib.suppress(KeyboardInterrupt):
            os.write(write, train(folder, write).encode())
            os._exit(0)
        os._exit(1)
    os.close(write)
    if stop is not None:
        number, epochs, delay = stop
        for _ in range(epochs):
            os.read(read, 1)
        time.sleep(delay)
        os.kill(child, number)
    said = b""
    while part := os.read(read, 65536):
        said += part
    status = os.waitpid(child, 0)[1]
    return status, said.lstrip(b".").decode()

draw = random.Random(0)
stops = [(getattr(signal, name), draw.randint(1, 2), draw.uniform(0, 0.03))
         for name in sys.argv[3:]]
straight = in_a_fork(sys.argv[1] + "/straight")
stopped = [in_a_fork(sys.argv[1] + "/cut", stop)[0] for stop in stops]
finished = in_a_fork(sys.argv[1] + "/cut")
print(json.dumps([straight, stopped, finished]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork and no SIGKILL")
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("model", "stops"),
    [
        ("dropout", ["SIGKILL"] * 9 + ["SIGINT"]),
        ("WGAN-GP", ["SIGKILL"] * 10),  # two optimizers, noise, batch norm, a moving average
        ("VAE", ["SIGKILL"] * 3),
    ],
)
def test_a_training_killed_at_random_moments_ends_the_same(model, stops, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(tmp_path), model, *stops],
        env={**os.environ, "COURSE_PROFILE": "cpu"},
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    (_, straight), stopped, (status, finished) = json.loads(done.stdout.splitlines()[-1])
    assert all(stopped), "each was stopped before its end"
    assert status == 0
    source, *expected = json.loads(straight)
    assert source == "trained"
    source, *reached = json.loads(finished)
    assert source == "resumed"
    assert reached == expected
    assert "trained again" not in done.stderr
    (folder,) = (tmp_path / "cut").glob("*/faults/killed")
    assert len(list(folder.glob("*.npz"))) == 1
