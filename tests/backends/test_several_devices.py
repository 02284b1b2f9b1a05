"""Training on several devices: the numbers of one, on every engine, and after a worker has died."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from test_vae_backends import run

from course_utils.storage import CHECKOUT

ALLOWED = 1e-4
# Twenty losses of each model, one a step, on one device or two. By plain gradient descent: Adam's
# first steps have the size of the rate whatever the gradient, and so enlarge its rounding.
TWENTY_LOSSES = """
import json, os, sys
os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={sys.argv[1]}"
from course_utils import environment
environment.quiet_logs()
import keras, numpy as np
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * int(sys.argv[1])
    )
from course_tools import trainings
from course_utils.training import devices, fit

faces = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 3)).astype("float32")
found = {}
with devices.all_devices() as used:
    for name in trainings.TRAININGS:
        plan = trainings.planned(name, "smoke", image_size=16, batch_size=8, epochs=20)
        model = trainings.built(plan, 8, used)
        rate = 1e-5 if name == "celeba-vae" else 1e-2
        descent = [keras.optimizers.SGD(rate) for _ in range(2)]
        if name == "celeba-vae":
            model.compile(descent[0])
        else:
            players = dict(zip(("generator", model.critic_name), descent))
            model.compile(type(model.optimizer)(**players))
        x = (faces + 1) / 2 if name == "celeba-vae" else faces
        found[name] = fit(model, x, epochs=20, batch_size=8, report="none").history
print(json.dumps([str(used), found]))
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("backend", "engine"), [("tensorflow", "MirroredStrategy"), ("jax", "DataParallel")]
)
def test_two_devices_give_the_losses_of_one(backend, engine):
    (alone, expected), (together, found) = (
        json.loads(run(backend, "-c", TWENTY_LOSSES, count, timeout=500).splitlines()[-1])
        for count in ("1", "2")
    )
    assert (alone, together) == ("one device", f"{engine}, 2 devices")
    for name, history in expected.items():
        for metric, values in history.items():
            assert len(values) == 20
            np.testing.assert_allclose(
                found[name][metric], values, rtol=ALLOWED, atol=ALLOWED, err_msg=f"{name} {metric}"
            )


class Workers:
    """`course train` as processes of one cluster on this machine; each prints to a file."""

    def __init__(self, folder, count, epochs):
        self.folder = folder
        self.arguments = [
            *("celeba-wgan-gp", "--profile", "smoke", "--train-size", "128", "--batch-size", "32"),
            *("--epochs", str(epochs), "--into", str(folder / "out")),
        ]
        ports = [_free_port() for _ in range(count)]
        self.addresses = [f"127.0.0.1:{port}" for port in ports]

    def start(self):
        """Start all of them."""
        self.folder.mkdir(exist_ok=True)
        self.processes = []
        for index in range(len(self.addresses)):
            config = {"cluster": {"worker": self.addresses},
                      "task": {"type": "worker", "index": index}}  # fmt: skip
            variables = {
                **os.environ, "KERAS_BACKEND": "tensorflow", "TF_CONFIG": json.dumps(config),
                "COURSE_RUNS_DIR": str(self.folder / "runs"), "PYTHONUNBUFFERED": "1",
            }  # fmt: skip
            with self.told(index).open("w") as output:
                self.processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "course_tools.cli", "train", *self.arguments],
                        env=variables, cwd=CHECKOUT, stdout=output, stderr=subprocess.STDOUT,
                    )
                )  # fmt: skip
        return self

    def told(self, index):
        """The file of what a worker prints."""
        return self.folder / f"worker-{index}.txt"

    def wait(self, timeout=240):
        """Their exit statuses."""
        return [process.wait(timeout) for process in self.processes]

    def history(self):
        """Metrics by name, as the first worker saved them."""
        return json.loads((self.folder / "out" / "history.json").read_text("utf-8"))


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.mark.timeout(900)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_killed_worker_is_started_again_and_the_training_ends_as_if_it_had_not_been(tmp_path):
    alone = Workers(tmp_path / "alone", 1, epochs=6).start()
    assert alone.wait() == [0], alone.told(0).read_text()
    pair = Workers(tmp_path / "pair", 2, epochs=6).start()
    _wait_for(pair, 0, "epoch 2/6")
    pair.processes[1].kill()
    survivor, killed = pair.wait()
    assert (survivor, killed) == (1, -signal.SIGKILL)
    assert "Start the same command again on all of them" in " ".join(
        pair.told(0).read_text().split()
    )
    assert pair.start().wait() == [0, 0], pair.told(0).read_text() + pair.told(1).read_text()
    assert "going on after epoch" in pair.told(1).read_text()

    expected, found = alone.history(), pair.history()
    for metric in ("critic_loss", "generator_loss", "penalty"):
        # Four updates an epoch, by Adam, and so coarser than above.
        np.testing.assert_allclose(found[metric], expected[metric], rtol=0.02, atol=0.02)
    assert (tmp_path / "pair" / "out" / "model.keras").is_file()


def _wait_for(workers, index, words, seconds=240):
    until = time.monotonic() + seconds
    while words not in workers.told(index).read_text():
        assert time.monotonic() < until, workers.told(index).read_text()
        assert workers.processes[index].poll() is None, workers.told(index).read_text()
        time.sleep(0.05)
