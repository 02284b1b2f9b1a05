"""How much memory does the likelihood of 10,000 images with 5,000 samples each take?

An untrained dense VAE: memory and time do not depend on what the weights are.

    course bench quality/memory
"""

import resource
import time

import numpy as np
from _harness import store, table

from course_utils import architectures, environment, evaluation
from course_utils.models import VAE

IMAGES, SAMPLES, ALLOWED_GIGABYTES = 10_000, 5_000, 2


def peak_gigabytes():
    # Linux counts in kilobytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main():
    environment.start(seed=0)
    shape = (28, 28, 1)
    images = (np.random.default_rng(0).random((IMAGES, *shape)) < 0.3).astype("float32")
    encoder = architectures.dense_vae_encoder(shape, 8)
    model = VAE(encoder, architectures.dense_decoder(shape, 8))
    before, start = peak_gigabytes(), time.perf_counter()
    evaluation.importance_nll(model, images, SAMPLES)
    seconds, peak = time.perf_counter() - start, peak_gigabytes()
    table(
        f"importance NLL, {IMAGES:,} images, {SAMPLES:,} samples each, dense 8-256-784",
        ("seconds", "peak memory, GB", "before, GB", "allowed, GB"),
        [(seconds, peak, before, ALLOWED_GIGABYTES)],
    )
    store(
        "memory",
        {"images": IMAGES, "samples": SAMPLES, "seconds": seconds, "peak_gigabytes": peak,
         "before_gigabytes": before, "allowed_gigabytes": ALLOWED_GIGABYTES},
        folder="quality",
    )  # fmt: skip


if __name__ == "__main__":
    main()
