"""What do precision and image size cost: updates per second, and the largest batch that fits?

The relativistic game on DCGAN's networks (64 channels next to the image), on each backend that is
installed, in float32, bfloat16 and float16, for faces of 32 and 64 pixels; each setting in a
process of its own, so that the peak of its memory is its own.

Memory is the peak of the process on a CPU, and what the backend tells of the device on a GPU. It
grows in a straight line with the batch, so two batches give the largest one that fits into
COURSE_BENCH_GIGABYTES (8 if not set, of which a process without a network takes its part).
"""

import importlib.util
import json
import os
import subprocess
import sys

from _harness import best_and_median, store, table

BACKENDS = ("tensorflow", "jax", "torch")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
SIZES = (32, 64)
SMALL, LARGE = 32, 128  # batches
ROUNDS, STEPS = 5, 2
GIGABYTES = float(os.environ.get("COURSE_BENCH_GIGABYTES", 8))


def peak_gigabytes():
    """The most memory that was used so far: of the GPU if there is one, else of the process."""
    import keras

    backend = keras.backend.backend()
    if backend == "torch":
        import torch

        if torch.cuda.is_available():
            return torch.cuda.max_memory_allocated() / 2**30
    elif backend == "jax":
        import jax

        if (stats := jax.devices()[0].memory_stats()) and jax.devices()[0].platform != "cpu":
            return stats["peak_bytes_in_use"] / 2**30
    else:
        import tensorflow as tf

        if tf.config.list_physical_devices("GPU"):
            return tf.config.experimental.get_memory_info("GPU:0")["peak"] / 2**30
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def measure(size, batch):
    """Seconds of a few updates, several times, and the peak of the memory, in this process."""
    import time

    from course_utils import environment

    environment.start(seed=0)
    import keras
    import numpy as np

    from course_utils.adversaries import dcgan_discriminator, dcgan_generator
    from course_utils.models import PerNetwork, RelativisticGAN
    from course_utils.training.epochs import Batches, choose_speed

    shape = (size, size, 3)
    model = RelativisticGAN(
        dcgan_generator(shape, 100, 64), dcgan_discriminator(shape, 64, batch_norm=False), seed=0
    )
    adam = {name: keras.optimizers.Adam(2e-4, 0.5) for name in ("generator", "discriminator")}
    model.compile(PerNetwork(**adam))
    faces = np.random.default_rng(0).uniform(-1, 1, (STEPS * batch, *shape)).astype("float32")
    choose_speed(model)
    model.steps_per_execution = STEPS
    seconds = []
    for _ in range(ROUNDS + 1):  # the first one is the warm-up
        start = time.perf_counter()
        keras.Model.fit(model, Batches(faces, faces, np.arange(len(faces)), batch), verbose=0)
        seconds.append((time.perf_counter() - start) / STEPS)
    finite = all(np.isfinite(weight.numpy().astype("float32")).all() for weight in model.weights)
    print(json.dumps({"seconds": seconds[1:], "peak": peak_gigabytes(), "finite": finite}))


def in_a_process(backend, precision, size, batch):
    variables = {"KERAS_BACKEND": backend, "COURSE_PRECISION": precision, "COURSE_PROFILE": "cpu"}
    done = subprocess.run(
        [sys.executable, __file__, str(size), str(batch)],
        env={**os.environ, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["?"])[-1][:200]}
    return json.loads(done.stdout.splitlines()[-1])


def summarised(small, large):
    """Rates of the larger batch, and the largest batch that fits."""
    grows = (large["peak"] - small["peak"]) / (LARGE - SMALL)
    fits = int((GIGABYTES - small["peak"]) / grows + SMALL) if grows > 0 else None
    rates = [1 / seconds for seconds in large["seconds"]]
    return {
        "updates per second": {**best_and_median(rates), "best": max(rates)},
        "gigabytes": {str(SMALL): small["peak"], str(LARGE): large["peak"]},
        "largest batch": fits,
        "finite": small["finite"] and large["finite"],
    }


def main():
    found, rows = {}, []
    for backend in BACKENDS:
        if importlib.util.find_spec(backend) is None:
            continue
        for size in SIZES:
            for precision in PRECISIONS:
                parts = [in_a_process(backend, precision, size, b) for b in (SMALL, LARGE)]
                failed = next((part["failed"] for part in parts if "failed" in part), None)
                told = {"failed": failed} if failed else summarised(*parts)
                found[f"{backend}, {precision}, {size}×{size}"] = told
                rates = told.get("updates per second", {})
                rows.append((backend, precision, size, rates.get("best", "-"),
                             rates.get("median", "-"), told.get("largest batch", "-")))  # fmt: skip
    table(
        f"Relativistic game on DCGAN's networks, batch {LARGE}; which fits {GIGABYTES:g} GB",
        ("backend", "precision", "pixels", "updates/s, best", "median", "largest batch"),
        rows,
    )
    store("precision", {"gigabytes allowed": GIGABYTES, "batch": LARGE, "found": found})


if __name__ == "__main__":
    if sys.argv[1:]:
        measure(*map(int, sys.argv[1:]))
    else:
        main()
