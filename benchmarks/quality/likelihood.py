"""How likely are binarised digits under a plain VAE, and under one trained on the bound of 50?

MNIST, each pixel drawn once with the seeds below: the static binarisation on which later papers
quote a VAE at 89.9 nats after 500 epochs (784-400-40). One VAE is trained on the ELBO; from its
weights half-way a second one goes on with the importance-weighted bound of 50 samples (Burda et al.
2016), four epochs, which take half as long again as the 35 of the first one. NLL by importance
sampling on the whole test split, which steers nothing; its course over time, on 1,000 of those
images, is drawn into `results/likelihood.png`.

    course bench quality/likelihood
"""

import argparse
import time
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from _harness import store, table

from course_utils import architectures, data, environment, evaluation, storage
from course_utils.models import VAE

BINARISATION = {"train": 0, "test": 1}  # seeds
WANTED = 89.9
LATENT, HIDDEN = 40, (512, 512)
BATCH_SIZE, PEAK, WARM_UP = 128, 2e-3, 2  # warm-up in epochs
HALF, SAMPLES, DEEP_EPOCHS = 35, 50, 4
CURVE = {"images": 1_000, "samples": 200}
FINAL_SAMPLES = 1_000
PICTURE = Path(__file__).parent / "results" / "likelihood.png"


def binarised(pictures, seed):
    chance = np.random.default_rng(seed).random(pictures.shape, dtype="float32")
    return (chance < pictures).astype("float32")


def build(shape, samples):
    encoder = architectures.dense_vae_encoder(shape, LATENT, HIDDEN)
    decoder = architectures.dense_decoder(shape, LATENT, HIDDEN[::-1])
    model = VAE(encoder, decoder, importance_samples=samples)
    model.compile(keras.optimizers.Adam(PEAK), steps_per_execution=20)
    return model


def rate(share):
    """Learning rate after this share of the training: half a cosine, from the peak to zero."""
    return PEAK * 0.5 * (1 + np.cos(np.pi * share))


class Training:
    """A model with what it has cost so far, and its NLL on the way."""

    def __init__(self, model, images, few):
        self.model, self.images, self.few = model, images, few
        self.seconds, self.epochs, self.curve = 0.0, 0, []

    def branch(self, samples):
        """The same weights, seconds and curve, to go on with another bound."""
        branch = Training(build(self.images.shape[1:], samples), self.images, self.few)
        branch.model.set_weights(self.model.get_weights())
        branch.seconds, branch.epochs, branch.curve = self.seconds, self.epochs, [*self.curve]
        return branch

    def epoch(self, share, look):
        """One epoch at the rate of this share of the training; look at the NLL if asked."""
        warm = min((self.epochs + 1) / (WARM_UP + 1), 1.0)
        self.model.optimizer.learning_rate = warm * rate(share)
        begun = time.perf_counter()
        self.model.fit(self.images, batch_size=BATCH_SIZE, verbose=0)
        self.seconds += time.perf_counter() - begun
        self.epochs += 1
        if look:
            nll = evaluation.importance_nll(self.model, self.few, CURVE["samples"])
            self.curve.append({"seconds": self.seconds, "epochs": self.epochs, "nll": nll.value})
            samples = self.model.importance_samples
            print(f"k = {samples}: {self.seconds:5.0f} s, epoch {self.epochs}, {nll}", flush=True)


def train(images, few, seed):
    """The plain VAE and its branch."""
    keras.utils.set_random_seed(seed)
    plain = Training(build(images.shape[1:], 1), images, few)
    for epoch in range(HALF):
        plain.epoch((epoch + 0.5) / (2 * HALF), look=epoch % 5 == 0)
    deep = plain.branch(SAMPLES)
    for epoch in range(HALF, 2 * HALF):
        plain.epoch((epoch + 0.5) / (2 * HALF), look=epoch % 5 == 4)
    for epoch in range(DEEP_EPOCHS):
        deep.epoch(0.5 + 0.5 * (epoch + 0.5) / DEEP_EPOCHS, look=True)
    return {"ELBO": plain, f"bound of {SAMPLES} in the second half": deep}


def final(training, test_images):
    """What is quoted: NLL, ELBO and active dimensions on the whole test split."""
    begun = time.perf_counter()
    nll = evaluation.importance_nll(training.model, test_images, FINAL_SAMPLES)
    took = time.perf_counter() - begun
    logs = training.model.evaluate(test_images, batch_size=500, verbose=0, return_dict=True)
    return {
        "nll": nll.value,
        "error": nll.error,
        "elbo": logs["elbo"],
        "active": logs["active"],
        "seconds": training.seconds,
        "epochs": training.epochs,
        "nll_seconds": took,
        "curve": training.curve,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    environment.start(seed=0)
    images = data.load("mnist")
    train_images = binarised(images.x_train, BINARISATION["train"])
    test_images = binarised(images.x_test, BINARISATION["test"])
    few = test_images[np.random.default_rng(0).permutation(len(test_images))[: CURVE["images"]]]
    results = {}
    # Stored after each seed: an hour is long, and machines are taken away.
    for seed in seeds:
        trained = train(train_images, few, seed)
        results[str(seed)] = {name: final(run, test_images) for name, run in trained.items()}
        report(images, results)


def report(images, results):
    """Print and store what has been measured so far."""
    rows = [
        (name, seed, found["seconds"] / 60, found["epochs"],
         f"{found['nll']:.2f} ± {found['error']:.2f}", found["elbo"], int(found["active"]))
        for seed, by_name in results.items()
        for name, found in by_name.items()
    ]  # fmt: skip
    table(
        f"{images.name} ({images.source}), binarised with seeds {BINARISATION}: nats by "
        f"{FINAL_SAMPLES:,} samples on {len(images.x_test):,} images (wanted {WANTED})",
        ("trained on", "seed", "minutes", "epochs", "NLL", "ELBO", "active"),
        rows,
    )
    store(
        "likelihood",
        {
            "data": f"{images.name} ({images.source})",
            "binarisation": BINARISATION,
            "wanted": WANTED,
            "networks": {"latent": LATENT, "hidden": HIDDEN},
            "training": {"batch_size": BATCH_SIZE, "peak": PEAK, "warm_up_epochs": WARM_UP},
            "curve": CURVE,
            "nll_samples": FINAL_SAMPLES,
            "results": results,
        },
        folder="quality",
    )
    draw(results)


def draw(results):
    """NLL over minutes of training, one line a seed and bound; the first epochs are cut off."""
    figure, axis = plt.subplots(figsize=(6.8, 3.6), layout="constrained")
    for number, by_name in enumerate(results.values()):
        for (name, found), style in zip(by_name.items(), ("C0-", "C1--"), strict=True):
            shared = [point for point in found["curve"] if point["epochs"] <= HALF]
            # The first half is the same run, and is drawn once.
            points = found["curve"] if style == "C0-" else found["curve"][len(shared) - 1 :]
            minutes = [point["seconds"] / 60 for point in points]
            nll = [point["nll"] for point in points]
            axis.plot(minutes, nll, style, marker=".", lw=1.2, label=None if number else name)
    axis.axhline(WANTED, color="0.35", ls=":", label=f"wanted on the whole split: {WANTED}")
    axis.set(xlabel="minutes of training", ylim=(88.5, 95))
    axis.set_ylabel(f"NLL of {CURVE['images']:,} images (nats)")
    axis.set_title(f"How soon are binarised digits likely? Seeds: {', '.join(results)}", loc="left")
    axis.legend()
    with storage.atomic_write(PICTURE) as temporary:
        figure.savefig(temporary, format="png", dpi=100)
    plt.close(figure)


if __name__ == "__main__":
    main()
