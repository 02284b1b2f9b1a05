"""XLA and precision on this device: what `course_utils.environment` should choose.

Each setting needs a process of its own on some backends, so each is measured in one, in turns.
"""

import json
import os
import subprocess
import sys

from _harness import best_and_median, store, table

SETTINGS = {
    "float32": {"COURSE_XLA": "0", "COURSE_PRECISION": "float32"},
    "float32, XLA": {"COURSE_XLA": "1", "COURSE_PRECISION": "float32"},
    "bfloat16": {"COURSE_XLA": "0", "COURSE_PRECISION": "mixed_bfloat16"},
}
ROUNDS = 5
MEASURE = """
import json, os, time
import numpy as np
from course_utils import architectures
import keras
keras.config.set_dtype_policy(os.environ["COURSE_PRECISION"])
xla = os.environ["COURSE_XLA"] == "1" if keras.backend.backend() == "tensorflow" else "auto"
from course_utils.models import Autoencoder
from course_utils.training import fit
images = np.random.default_rng(0).random((5120, 28, 28, 1), dtype="float32")
rates = {}
for kind in ("dense", "conv"):
    networks = [getattr(architectures, f"{kind}_{part}")((28, 28, 1), 32)
                for part in ("encoder", "decoder")]
    model = Autoencoder(*networks)
    model.compile(optimizer="adam", loss="mse", jit_compile=xla)
    fit(model, images, epochs=1, report="none")
    run = fit(model, images, epochs=3, seed=1, report="none")
    rates[kind] = len(images) / min(np.diff([0, *run.seconds]))
print(json.dumps(rates))
"""


def measure(setting):
    """Images per second in training, best of three epochs, in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        env={**os.environ, **SETTINGS[setting]},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main():
    rates = {setting: {"dense": [], "conv": []} for setting in SETTINGS}
    for _ in range(ROUNDS):
        for setting in SETTINGS:
            for kind, rate in measure(setting).items():
                rates[setting][kind].append(rate)
    summary = {
        setting: {
            kind: {**best_and_median(all_), "best": max(all_)} for kind, all_ in kinds.items()
        }
        for setting, kinds in rates.items()
    }
    base = summary["float32"]
    rows = [
        (setting, kind, rate["best"], rate["median"], f"{rate['best'] / base[kind]['best']:.2f}×")
        for setting, kinds in summary.items()
        for kind, rate in kinds.items()
    ]
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    table(
        f"Images per second in training, {backend}, batch 128",
        ("setting", "network", "best", "median", "against float32"),
        rows,
    )
    store(f"devices-{backend}", {"unit": "images/s", "backend": backend, "rates": summary})


if __name__ == "__main__":
    main()
