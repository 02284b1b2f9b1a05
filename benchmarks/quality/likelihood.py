"""How likely are binarised digits under a plain VAE, and under one trained on the bound of 50?

MNIST, each pixel drawn once (seeds below): the static binarisation on which later papers quote a
VAE at 89.9 nats after 500 epochs (784-400-40). Both models here have the same networks and the same
seconds of training on this machine; the second begins with the ELBO and turns to the
importance-weighted bound with 50 samples half-way. NLL by importance sampling on the test split.

    course bench quality/likelihood
"""

import argparse
import time

import keras
import numpy as np
from _harness import store, table

from course_utils import architectures, data, environment, evaluation
from course_utils.models import VAE

BINARISATION = {"train": 0, "test": 1}  # seeds
WANTED = 89.9
LATENT, HIDDEN = 40, (512, 512)
BATCH_SIZE, PEAK, SAMPLES = 128, 2e-3, 50
CURVE_IMAGES, CURVE_SAMPLES, FINAL_SAMPLES = 1_000, 200, 5_000


def binarised(pictures, seed):
    chance = np.random.default_rng(seed).random(pictures.shape, dtype="float32")
    return (chance < pictures).astype("float32")


class Cosine(keras.callbacks.Callback):
    """Learning rate by the share of the seconds that are spent."""

    def __init__(self, begun, budget):
        super().__init__()
        self.begun, self.budget = begun, budget

    def on_train_batch_begin(self, batch, logs=None):
        share = min((time.perf_counter() - self.begun) / self.budget, 1.0)
        warm = min(share / 0.02, 1.0)
        self.model.optimizer.learning_rate = PEAK * warm * 0.5 * (1 + np.cos(np.pi * share))


def build(shape, seed, samples):
    keras.utils.set_random_seed(seed)
    encoder = architectures.dense_vae_encoder(shape, LATENT, HIDDEN)
    decoder = architectures.dense_decoder(shape, LATENT, HIDDEN[::-1])
    model = VAE(encoder, decoder, importance_samples=samples)
    model.compile(keras.optimizers.Adam(PEAK), steps_per_execution=20)
    return model


def train(train_images, test_images, seed, budget, samples):
    """Train for `budget` seconds; the NLL along the way, its evaluation not timed."""
    shape = train_images.shape[1:]
    rng = np.random.default_rng([seed, 1])
    few = test_images[rng.permutation(len(test_images))[:CURVE_IMAGES]]
    model = build(shape, seed, 1)
    curve, spent, epochs, next_point = [], 0.0, 0, 0.0
    while spent < budget:
        if samples > 1 and model.importance_samples == 1 and spent >= budget / 2:
            deeper = build(shape, seed, samples)
            deeper.set_weights(model.get_weights())
            model = deeper
        begun = time.perf_counter()
        model.fit(train_images, batch_size=BATCH_SIZE, verbose=0,
                  callbacks=[Cosine(begun - spent, budget)])  # fmt: skip
        spent += time.perf_counter() - begun
        epochs += 1
        if spent >= next_point or spent >= budget:
            nll = evaluation.importance_nll(model, few, CURVE_SAMPLES)
            curve.append({"seconds": spent, "epochs": epochs, "nll": nll.value})
            print(f"seed {seed}, k = {samples}: {spent:5.0f} s, epoch {epochs}, {nll}", flush=True)
            next_point = spent + budget / 10
    return model, curve


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30, help="training time of each model")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    arguments = parser.parse_args()
    environment.start(seed=0)
    images = data.load("mnist")
    train_images = binarised(images.x_train, BINARISATION["train"])
    test_images = binarised(images.x_test, BINARISATION["test"])
    results, rows = [], []
    for seed in arguments.seeds:
        for samples in (1, SAMPLES):
            model, curve = train(train_images, test_images, seed, 60 * arguments.minutes, samples)
            begun = time.perf_counter()
            nll = evaluation.importance_nll(model, test_images, FINAL_SAMPLES)
            took = time.perf_counter() - begun
            bound = model.elbo(test_images, samples=10).mean()
            active = model.evaluate(test_images, verbose=0, return_dict=True)["active"]
            name = "VAE" if samples == 1 else f"bound of {samples} from half-way on"
            results.append({
                "seed": seed, "samples": samples, "curve": curve, "nll": nll.value,
                "error": nll.error, "nll_samples": nll.samples, "elbo": float(bound),
                "active": float(active), "nll_seconds": took,
            })  # fmt: skip
            rows.append((name, seed, curve[-1]["seconds"] / 60, curve[-1]["epochs"],
                         f"{nll.value:.2f} ± {nll.error:.2f}", float(bound), active))  # fmt: skip
    table(
        f"{images.name} ({images.source}), binarised with seeds {BINARISATION}: nats "
        f"({FINAL_SAMPLES:,} samples, {len(test_images):,} images; wanted {WANTED})",
        ("training", "seed", "minutes", "epochs", "NLL", "ELBO", "active"),
        rows,
    )
    store(
        "likelihood",
        {"binarisation": BINARISATION, "wanted": WANTED, "latent": LATENT, "hidden": HIDDEN,
         "results": results, "data": f"{images.name} ({images.source})"},
        folder="quality",
    )  # fmt: skip


if __name__ == "__main__":
    main()
