"""Does one training step of the same VAE give the same losses on all three backends?

The same weights, batch and noise; Adam. A process a backend, as Keras chooses its own at import.
Backends that are not installed are left out.

    course bench quality/parity
"""

import importlib.util
import json
import os
import subprocess
import sys

from _harness import store, table

BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}
ALLOWED = 1e-4  # relative
STEP = """
import json, keras, numpy as np
from course_utils import architectures, layers
from course_utils.models import VAE

shape, rng = (28, 28, 1), np.random.default_rng(0)
results = {}
for name, likelihood, samples in [
    ("Bernoulli", "bernoulli", 1), ("learned Gaussian", "learned gaussian", 1),
    ("bound of 5", "bernoulli", 5),
]:
    noise = rng.normal(size=(samples, 64, 16)).astype("float32")

    class Fixed(layers.GaussianSampling):
        def noise(self, shape):
            return keras.ops.convert_to_tensor(noise)

    encoder = architectures.conv_vae_encoder(shape, 16)
    model = VAE(encoder, architectures.conv_decoder(shape, 16), likelihood,
                importance_samples=samples)
    model.sampling = Fixed()
    for variable in model.trainable_variables:
        if variable.shape:
            variable.assign(0.05 * rng.normal(size=variable.shape))
    images = (rng.random((64, *shape)) < 0.3).astype("float32")
    model.compile(keras.optimizers.Adam(1e-3))
    results[name] = [float(model.train_on_batch(images, return_dict=True)["loss"])
                     for _ in range(1)]
    # The loss of the second step depends on the gradients of the first.
    model.reset_metrics()
    results[name].append(float(model.test_on_batch(images, return_dict=True)["loss"]))
print(json.dumps(results))
"""


def losses(backend):
    """Loss before and after one step, for each VAE, as a dict."""
    variables = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", STEP], env=variables, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main():
    found = {
        backend: losses(backend)
        for backend, module in BACKENDS.items()
        if importlib.util.find_spec(module)
    }
    rows, worst = [], 0.0
    for name, expected in found["tensorflow"].items():
        for backend, result in found.items():
            apart = max(abs(a / b - 1) for a, b in zip(result[name], expected, strict=True))
            worst = max(worst, apart)
            rows.append((name, backend, *(f"{loss:.4f}" for loss in result[name]), f"{apart:.1e}"))
    table(
        f"one step from the same weights, batch and noise (allowed: {ALLOWED:g})",
        ("VAE", "backend", "loss before", "after", "from TensorFlow's"),
        rows,
    )
    store("parity", {"losses": found, "largest": worst, "allowed": ALLOWED}, folder="quality")
    if worst > ALLOWED:
        raise SystemExit(f"the backends differ by {worst:.1e}")


if __name__ == "__main__":
    main()
