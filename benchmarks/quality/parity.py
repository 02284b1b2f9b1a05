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
from pathlib import Path

from _harness import store, table

BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}
ALLOWED = 1e-4  # relative
STEP = Path(__file__).parent / "_step.py"


def losses(backend):
    """Loss before and after one step, for each VAE, as a dict."""
    variables = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, STEP], env=variables, capture_output=True, text=True, check=True
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
