"""How long does one frame of each explorer take, from a moved slider to the bytes of its picture?

Images of 28×28, the dense VAE of the notebooks (untrained: a frame takes as long). Each frame is
another setting, so that none comes from the cache; a mixture's holds its EM too.
"""

import contextlib
import io
import time

import keras
import numpy as np
from _harness import best_and_median, store, table

from course_utils import architectures, data, environment, widgets
from course_utils.models import VAE

ALLOWED = 0.05  # seconds
FRAMES = 12


def dense_vae(size):
    keras.utils.set_random_seed(0)
    encoder = architectures.dense_vae_encoder((28, 28, 1), size)
    return VAE(encoder, architectures.dense_decoder((28, 28, 1), size))


def settings(explorer, name):
    """Values to which the control `name` moves, frame after frame, none of them twice."""
    control = explorer.controls[name]
    if hasattr(control, "options"):
        values = [option[1] if isinstance(option, tuple) else option for option in control.options]
        return [value for value in values if value != control.value]
    low, high, step = control.min, control.max, control.step
    values = np.arange(low, high + step / 2, step)
    kind = type(control.value)
    return [kind(value) for value in values if not np.isclose(value, control.value)][:FRAMES]


def frames(explorer, name):
    """Seconds of each frame; the first setting is a warm-up."""
    seconds = []
    for value in settings(explorer, name):
        begun = time.perf_counter()
        explorer.controls[name].value = value
        seconds.append(time.perf_counter() - begun)
    return seconds[1:]


def main():
    environment.start(seed=0)
    images = data.load("digits", train_size=2_000, test_size=500)
    plane, codes = dense_vae(2), dense_vae(8)
    points = data.load("toys", kind="ring").x_train
    betas = {beta: dense_vae(4) for beta in (0.25, 0.5, 1, 2, 4, 8, 16)}
    # Outside of a notebook, what they show is printed as text.
    with contextlib.redirect_stdout(io.StringIO()):
        explorers = {
            "latent, plane with 2,000 points": (
                widgets.latent_explorer(
                    plane.decode, 2, points=plane.encode(images.x_train), labels=images.y_train
                ),
                "z0",
            ),
            "latent, 8 sliders and rows": (widgets.latent_explorer(codes.decode, 8), "z0"),
            "interpolation, 2 models": (
                widgets.interpolation_explorer(
                    images.x_test[:10],
                    {"a": (codes.encode, codes.decode), "b": (plane.encode, plane.decode)},
                ),
                "end",
            ),
            "interpolation, position": (
                widgets.interpolation_explorer(
                    images.x_test[:10], {"a": (codes.encode, codes.decode)}, steps=9
                ),
                "position",
            ),
            "mixture, 2,000 points": (widgets.mixture_explorer(points), "components"),
            "mixture, 36 decoded samples": (
                widgets.mixture_explorer(points, decode=plane.decode),
                "components",
            ),
            "β, 7 models": (widgets.beta_explorer(betas, images.x_test[:10]), "beta"),
        }
    measured = {
        name: best_and_median(frames(explorer, control))
        for name, (explorer, control) in explorers.items()
    }
    table(
        f"milliseconds a frame (allowed: {1000 * ALLOWED:.0f})",
        ("explorer", "best", "median", "frames"),
        [
            (name, 1000 * result["best"], 1000 * result["median"], len(result["all"]))
            for name, result in measured.items()
        ],
    )
    store("widgets", {"allowed_seconds": ALLOWED, "seconds": measured})


if __name__ == "__main__":
    main()
