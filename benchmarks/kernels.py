"""Are TensorFlow's oneDNN kernels faster on this CPU? `course_utils` turns them on.

TensorFlow does so by itself only where the CPU has AVX-512 VNNI or AMX. Updates per second of a
small dense GAN (ring and grid of notebook 10) and of a convolutional one (28×28), batch 64; on or
off is read once, so each is measured in a process of its own, in turns.
"""

import json
import os
import subprocess
import sys

from _harness import best_and_median, store, table

SETTINGS = {"oneDNN": "1", "without": "0"}
ROUNDS = 5
MEASURE = """
import json, time
import keras, numpy as np
from course_utils import adversaries, start
start(seed=0)
from course_utils.models import GAN, PerNetwork
from course_utils.training import fit
rng, batch, rates = np.random.default_rng(0), 64, {}
games = {
    "dense": ((2,), 500, lambda: [adversaries.points_network(2, n) for n in (2, 1)]),
    "convolutional": ((28, 28, 1), 20, lambda: [
        adversaries.conv_generator((28, 28, 1), 64, (32, 32, 32)),
        adversaries.conv_discriminator((28, 28, 1), (32, 32)),
    ]),
}
for kind, (shape, updates, networks) in games.items():
    model = GAN(*networks(), seed=0)
    model.compile(PerNetwork(generator=keras.optimizers.Adam(1e-4),
                             discriminator=keras.optimizers.Adam(1e-4)))
    x, times = rng.random((updates * batch, *shape), dtype="float32"), []
    fit(model, x, epochs=4, batch_size=batch, report="none",
        on_epoch=lambda *_: times.append(time.perf_counter()))
    rates[kind] = updates / min(np.diff(times))
print(json.dumps(rates))
"""


def measure(setting):
    """Updates per second of each kind of network, best of three epochs, in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_ENABLE_ONEDNN_OPTS": setting},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main():
    found = {name: {} for name in SETTINGS}
    for _ in range(ROUNDS):
        for name, setting in SETTINGS.items():
            for kind, rate in measure(setting).items():
                found[name].setdefault(kind, []).append(rate)
    rates = {
        name: {
            kind: {**best_and_median(values), "best": max(values)} for kind, values in kinds.items()
        }
        for name, kinds in found.items()
    }
    base = rates["without"]
    table(
        "Updates per second, TensorFlow, batch 64",
        ("kernels", "network", "best", "median", "against without"),
        [
            (name, kind, rate["best"], rate["median"], f"{rate['best'] / base[kind]['best']:.2f}×")
            for name, kinds in rates.items()
            for kind, rate in kinds.items()
        ],
    )
    store("kernels", {"unit": "updates/s", "rates": rates})


if __name__ == "__main__":
    main()
