"""How soon do the keras.io VAE's networks reach the loss that their recipe ends at?

Networks, data and loss are those of https://keras.io/examples/generative/vae/ (two latent
dimensions, grey MNIST, binary cross-entropy summed over pixels plus KL), except that the test split
is held out. The recipe: Adam at 1e-3, batches of 128. Against it the same networks with another
optimizer setting. Both train in turn, epoch by epoch, in one process; only training is timed.

    course bench quality/recipe
"""

import time

import keras
import numpy as np
from _harness import store, table

from course_utils import architectures, data, environment, training
from course_utils.models import VAE
from course_utils.training import state

TARGET = 150.4  # nats an image, held out
SEEDS = (0, 1, 2)
RECIPE = {
    "batch_size": 128, "peak": 1e-3, "epochs": 30, "cosine": False, "optimizer": "Adam",
    "beta_2": 0.999,
}  # fmt: skip
COSINE = {**RECIPE, "peak": 8e-3, "epochs": 8, "cosine": True}
MUON = {**COSINE, "batch_size": 64, "peak": 5e-3, "epochs": 4, "optimizer": "Muon"}
# What changes, one thing after the other, with as many epochs as each needs; the last is the whole.
STEPS = {
    "recipe": RECIPE,
    "warm-up and cosine to 8e-3": COSINE,
    "and batches of 64, peak 5e-3": {**COSINE, "batch_size": 64, "peak": 5e-3, "epochs": 6},
    "and Muon": MUON,
    "and β2 = 0.99": {**MUON, "optimizer": "the course's recipe", "beta_2": 0.99},
}
WARM_UP = 0.1  # share of the updates


def build(images, setting, seed):
    """The compiled VAE of one setting."""
    keras.utils.set_random_seed(seed)
    shape = images.x_train.shape[1:]
    encoder = architectures.conv_vae_encoder(shape, 2, (32, 64), hidden=16)
    model = VAE(encoder, architectures.conv_decoder(shape, 2))
    rate = setting["peak"]
    updates = setting["epochs"] * -(-len(images.x_train) // setting["batch_size"])
    if setting["cosine"]:
        warm_up = int(WARM_UP * updates)
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 25, updates - warm_up, alpha=0.0, warmup_target=rate, warmup_steps=warm_up
        )
    optimizer = keras.optimizers.Adam(rate, beta_2=setting["beta_2"])
    if setting["optimizer"] == "Muon":
        # For the weights of dense layers; Keras takes Adam for all others. No weight decay, so
        # that the optimizer is all that changes.
        optimizer = keras.optimizers.Muon(
            rate, adam_beta_2=setting["beta_2"], weight_decay=None, adam_weight_decay=None
        )
    if setting["optimizer"] == "the course's recipe":
        optimizer = training.recipe(updates, setting["peak"])
    # Twenty updates for each call from Python change no number, and save as much time for all.
    model.compile(optimizer, steps_per_execution=20)
    return model


class Contestant:
    """One model that trains epoch by epoch until the target or its last epoch."""

    def __init__(self, images, setting, seed):
        self.images, self.setting = images, setting
        self.model = build(images, setting, seed)
        self.seconds, self.losses = [], []
        # Compilation is not what is compared: a few updates, then the first state again.
        self.model.optimizer.build(self.model.trainable_variables)
        start = state.state_of(self.model)
        self.model.fit(images.x_train[: 20 * setting["batch_size"]],
                       batch_size=setting["batch_size"], verbose=0)  # fmt: skip
        state.put_state(self.model, start)

    @property
    def spent(self):
        return self.seconds[-1] if self.seconds else 0.0

    @property
    def reached(self):
        """Seconds at the end of the first epoch with the target's loss, or None."""
        return next((s for s, loss in zip(self.seconds, self.losses, strict=True)
                     if loss <= TARGET), None)  # fmt: skip

    @property
    def done(self):
        last = len(self.losses) == self.setting["epochs"]
        # A schedule runs to its end; the recipe may stop where it has arrived.
        return last or (not self.setting["cosine"] and self.reached is not None)

    def epoch(self):
        start = time.perf_counter()
        self.model.fit(
            self.images.x_train, batch_size=self.setting["batch_size"], verbose=0, epochs=1
        )
        self.seconds.append(self.spent + time.perf_counter() - start)
        self.losses.append(
            self.model.evaluate(self.images.x_test, batch_size=500, verbose=0, return_dict=True)[
                "loss"
            ]
        )


def race(images, names, seed):
    """Train the settings in turn: who has spent least time goes next."""
    contestants = {name: Contestant(images, STEPS[name], seed) for name in names}
    while left := {name: c for name, c in contestants.items() if not c.done}:
        name = min(left, key=lambda name: left[name].spent)
        left[name].epoch()
        one = left[name]
        print(f"seed {seed}  {name}: epoch {len(one.losses)}, {one.spent:.0f} s, "
              f"held-out loss {one.losses[-1]:.2f}", flush=True)  # fmt: skip
    return {
        name: {"seconds": c.seconds, "losses": c.losses, "reached": c.reached}
        for name, c in contestants.items()
    }


def report(images, races, between):
    """Print and store what has been measured so far."""
    first, *_, last = STEPS
    rows = []
    for seed, results in (races | {f"{SEEDS[0]}, steps": between}).items():
        for name, result in results.items():
            reached = "not reached" if result["reached"] is None else result["reached"]
            rows += [(seed, name, len(result["losses"]), result["losses"][-1], reached)]
    table(
        f"keras.io VAE, {images.name} ({images.source}): seconds to a held-out loss of {TARGET}",
        ("seed", "setting", "epochs", "last loss", "seconds"),
        rows,
    )
    # Where the recipe has not arrived, its whole time counts: the share is at most that.
    shares = [
        results[last]["reached"] / (results[first]["reached"] or results[first]["seconds"][-1])
        for results in races.values()
        if results[last]["reached"]
    ]
    print(f"share of the recipe's time: {np.round(shares, 3)} (wanted: 0.25)")
    store(
        "recipe",
        {"target": TARGET, "races": races, "steps": between, "shares": shares,
         "settings": STEPS, "data": f"{images.name} ({images.source})"},
        folder="quality",
    )  # fmt: skip


def main():
    environment.start(seed=0)
    images = data.load("mnist")
    first, *_, last = STEPS
    races, between = {}, {}
    # Stored after each race: an hour is long, and machines are taken away.
    for seed in SEEDS:
        races[str(seed)] = race(images, (first, last), seed)
        if seed == SEEDS[0]:
            between = race(images, list(STEPS)[1:-1], seed)
        report(images, races, between)


if __name__ == "__main__":
    main()
