# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Which two networks play a good game?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/11_gan_architectures.ipynb)
#
# **Time** · smoke 60 s · cpu 12 min · gpu not measured
#
# Dense or convolutional, with dropout or without, a strong judge or a weak one: much is asserted
# about which generator goes with which discriminator, and most of it from one training and a look.
# Here each pair plays the same game on the same images, and is judged by the same measures.
#
# After this notebook you can
#
# - build the usual generators and discriminators for small images, count their weights and their
#   work;
# - say what a discriminator learns by heart, how to see it, and what dropout does about it;
# - tell whether a pair fails, or whether somebody drew the wrong network;
# - choose a pair by what it costs and what it gives, and name what still beats it.

# %% slideshow={"slide_type": "skip"}
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("course_utils") is None:  # on Colab: only the helper package
    source = "git+https://github.com/deep-generative-companion/deep-generative-companion@v0.1.0"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", source], check=True)

# %% slideshow={"slide_type": "skip"}
from course_utils import by_profile, data, evaluation, plotting, start

environment = start(seed=0)

# %% slideshow={"slide_type": "skip"}
import itertools
import math
import warnings

import keras
import numpy as np
from sklearn.metrics import roc_auc_score

from course_utils.adversaries import (
    conv_discriminator,
    conv_generator,
    dense_discriminator,
    dense_generator,
)
from course_utils.architectures import dense_vae_encoder
from course_utils.evaluation import claims, recorded
from course_utils.measures.inputs import ConstantFeaturesWarning
from course_utils.models import GAN, VAE, PerNetwork, RelativisticGAN
from course_utils.training import HoldThenFall, fit

# The first samples are all alike; the distance is right all the same.
warnings.simplefilter("ignore", ConstantFeaturesWarning)

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "11_gan_architectures"
TRAIN_SIZE = by_profile(smoke=1_500, cpu=60_000, gpu=60_000)
BATCH_SIZE = by_profile(smoke=32, cpu=128, gpu=128)
NOISE_DIM = 100
# Epochs of each pair on clothes. An epoch of the convolutional pair takes fifteen times as long as
# one of the dense pair.
EPOCHS = by_profile(
    smoke={"dense": 15},
    cpu={"dense": 3, "dense, dropout": 3, "dense + conv": 3},
    gpu={"dense": 150, "dense, small": 150, "dense, dropout": 150, "dense + conv": 150,
         "upsampling": 150, "conv": 150},
    record={"dense": 150, "dense, small": 150, "dense, dropout": 150, "dense + conv": 12,
            "upsampling": 6, "conv": 3},
)  # fmt: skip
PUBLISHED_EPOCHS = 150
MIXED = "dense + conv"
# And on digits, where there is time for it.
DIGIT_EPOCHS = by_profile(
    smoke={}, cpu={}, gpu={name: epochs // 3 for name, epochs in EPOCHS.items()},
    record={"dense": 36, "dense, dropout": 36, "dense + conv": 4, "upsampling": 2, "conv": 1},
)  # fmt: skip
COUNT = by_profile(smoke=500, cpu=5_000, gpu=5_000)  # samples for each distance

# %% slideshow={"slide_type": "skip"}
RATES = (1e-4, 2e-4, 5e-4)  # to choose from, on clothes, after so many epochs:
TUNING = {"dense": 4, "dense, small": 4, "dense, dropout": 4, "dense + conv": 2, "upsampling": 1,
          "conv": 1}  # fmt: skip
SET_ASIDE = 5_000  # training images on which rates are chosen
WIDTHS = by_profile(smoke=(16, 64), cpu=(32, 256), gpu=(32, 96, 288), record=(32, 96, 288))
WIDTH_EPOCHS = by_profile(smoke=2, cpu=2, gpu=12, record=4)
BEST_EPOCHS = by_profile(smoke=12, cpu=3, gpu=20, record=6)
BEST_FILTERS = by_profile(
    smoke=(32, 16, 16), cpu=(64, 32, 32), gpu=(128, 64, 64), record=(64, 32, 32)
)
VAE_EPOCHS = by_profile(smoke=2, cpu=2, gpu=50, record=16)
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(3))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The networks
#
# A dense generator widens step by step from a hundred numbers of noise to 784 pixels; a dense
# discriminator narrows back to one **logit**, positive for an image that it takes for real.

# %% slideshow={"slide_type": "skip"}
clothes = data.load("fashion_mnist", train_size=TRAIN_SIZE)
sets = {"fashion_mnist": clothes}
if DIGIT_EPOCHS:
    sets["mnist"] = data.load("mnist", train_size=TRAIN_SIZE)
SHAPE = clothes.x_train.shape[1:]

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
dense = dense_generator(SHAPE, NOISE_DIM), dense_discriminator(SHAPE)
plotting.network(
    list(dense),
    "Where are the weights of a dense pair?",
    alt="Blocks for the layers of a dense generator, 256, 512, 1024 and 784 units, and of a dense "
    "discriminator, 1024, 512, 256 and one; most weights lie next to the image.",
)
units = (NOISE_DIM, 256, 512, 1024, 784)
by_hand = sum((m + 1) * n for m, n in itertools.pairwise(units))
print(f"generator {dense[0].count_params():,}, by hand {by_hand:,}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# The convolutional pair turns this around: most of its weights are used at many places (but half of
# the generator's sit in its one dense layer).

# %% [markdown] slideshow={"slide_type": "notes"}
# The discriminator halves the grid twice. The generator fills a grid of 7×7 and doubles it twice,
# by **transposed convolutions** whose kernel of 4 is twice the stride of 2, so that each pixel is
# hit equally often (notebook 10 shows what a kernel of 3 does).


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def conv_pair():
    """The convolutional generator and discriminator, layer for layer."""
    layers = keras.layers
    generator = keras.Sequential([
        keras.Input((NOISE_DIM,)),
        layers.Dense(7 * 7 * 128), layers.LeakyReLU(0.2), layers.Reshape((7, 7, 128)),
        layers.Conv2DTranspose(128, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(128, 4, strides=2, padding="same"), layers.LeakyReLU(0.2),
        layers.Conv2D(1, 7, padding="same", activation="sigmoid"),
    ])  # fmt: skip
    discriminator = keras.Sequential([
        keras.Input(SHAPE),
        layers.Conv2D(64, 3, strides=2, padding="same"), layers.LeakyReLU(0.2), layers.Dropout(0.4),
        layers.Conv2D(64, 3, strides=2, padding="same"), layers.LeakyReLU(0.2), layers.Dropout(0.4),
        layers.Flatten(), layers.Dense(1),
    ])  # fmt: skip
    return generator, discriminator


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
conv = conv_pair()
plotting.network(
    list(conv),
    "And where are those of the convolutional pair?",
    alt="Blocks for the layers of the convolutional generator, whose dense layer to a grid of 7×7 "
    "holds half of its weights, and of the small convolutional discriminator.",
)
made_of = (101 * 6272, 2 * (16 * 128 + 1) * 128, 49 * 128 + 1)
judged_by = (10 * 64, (9 * 64 + 1) * 64, 7 * 7 * 64 + 1)
print(f"generator {conv[0].count_params():,}, by hand {sum(made_of):,}")
print(f"discriminator {conv[1].count_params():,}, by hand {sum(judged_by):,}")
assert [one.count_params() for one in conv] == [sum(made_of), sum(judged_by)] == [1_164_289, 40_705]

# %% [markdown] slideshow={"slide_type": "subslide"}
# More pairs that are often shown: a small dense discriminator with **dropout**, half of its units
# left out at random in each training pass; a dense generator against the convolutional
# discriminator; and a generator that enlarges by copying pixels.

# %% [markdown] slideshow={"slide_type": "notes"}
# (As a control, the small dense discriminator without dropout. The generator that copies has a
# convolution after each enlargement and a tanh at the end, so its images run from −1 to 1.)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def upsampling_generator(filters=(64, 32)):
    """Noise to images in [-1, 1]: enlarge by copying pixels, then convolve."""
    layers = keras.layers
    stack = [keras.Input((NOISE_DIM,)), layers.Dense(7 * 7 * 64, "relu")]
    stack += [layers.Reshape((7, 7, 64))]
    for count in filters:
        stack += [
            layers.UpSampling2D(2),
            layers.Conv2D(count, 3, padding="same", activation="relu"),
        ]
    return keras.Sequential([*stack, layers.Conv2D(1, 3, padding="same", activation="tanh")])


print(f"images {upsampling_generator().output_shape[1:]}, "
      f"{upsampling_generator().count_params():,} weights")  # fmt: skip


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
PAIRS = {
    "dense": lambda: (dense_generator(SHAPE, NOISE_DIM), dense_discriminator(SHAPE)),
    "dense, small": lambda: (
        dense_generator(SHAPE, NOISE_DIM), dense_discriminator(SHAPE, (256, 128, 64))
    ),
    "dense, dropout": lambda: (
        dense_generator(SHAPE, NOISE_DIM), dense_discriminator(SHAPE, (256, 128, 64), dropout=0.5)
    ),
    "dense + conv": lambda: (dense_generator(SHAPE, NOISE_DIM), conv_pair()[1]),
    "upsampling": lambda: (upsampling_generator(), conv_pair()[1]),
    "conv": conv_pair,
}  # fmt: skip
print(*PAIRS, sep=" · ")


# %% slideshow={"slide_type": "skip"}
def multiplications(network):
    """Of one image through a network, in its dense and convolutional layers."""
    total = 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense):
            total += math.prod(layer.kernel.shape)
        elif isinstance(layer, keras.layers.Conv2DTranspose):  # each weight once an input pixel
            total += math.prod(layer.kernel.shape) * math.prod(layer.input.shape[1:3])
        elif isinstance(layer, keras.layers.Conv2D):
            total += math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3])
    return total


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
print(f"{'':15}{'weights of G':>13}{'of D':>11}{'work of G':>14}{'of D':>12}")
for name, build in PAIRS.items():
    made, judge = build()
    print(f"{name:15}{made.count_params():>13,}{judge.count_params():>11,}"
          f"{multiplications(made):>14,}{multiplications(judge):>12,}")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "fragment"}
# Weights and work tell different stories: the convolutional generator has fewer weights than the
# dense one and costs fifty times as much. (Work: multiplications for one image.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Training
#
# One game for all: the classic one with the non-saturating loss (notebook 10), Adam, the same
# images, for each pair the best of three learning rates. Which row is which pair?

# %% [markdown] slideshow={"slide_type": "notes"}
# Adam has $\beta_1 = 0.5$, as these pairs were published, and a constant rate, chosen by the
# Fréchet distance to *training* images of clothes set aside, after a short training. (Digits take
# the same rate.) Since the rate is constant, the state after a quarter of the epochs *is* the
# shorter training.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
UPDATES = -(-TRAIN_SIZE // BATCH_SIZE)  # in an epoch


def in_range(name, pictures):
    """Images as the generator of this pair makes them."""
    return 2 * pictures - 1 if name == "upsampling" else pictures


def to_pixels(name, pictures):
    """Images of this pair's generator as pixels in [0, 1]."""
    return (pictures + 1) / 2 if name == "upsampling" else pictures


def pictures_of(model, name):
    """Ten samples from fixed noise, grey levels from 0 to 255."""
    samples = to_pixels(name, model.sample(10, seed=2))
    return np.round(255 * np.clip(samples[..., 0], 0, 1)).astype(int).tolist()


some = np.linspace(0, 1, 5)
print(
    "there and back:", np.array_equal(to_pixels("upsampling", in_range("upsampling", some)), some)
)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
PARTS = (1 / 16, 1 / 4, 1 / 3, 2 / 3, 3 / 4, 1.0)  # of a training
STEPS = by_profile(smoke=(), cpu=range(1, 17), gpu=range(1, 17))  # sixteenths


def looks(name, epochs):
    """After which epochs it is looked; the dense pair, more often, and when a rival is done."""
    parts = (*PARTS, *(step / 16 for step in STEPS)) if name == "dense" else PARTS
    found = {max(1, int(part * epochs)) for part in parts}
    if name == "dense" and MIXED in EPOCHS:
        found |= {epoch for epoch in looks(MIXED, EPOCHS[MIXED]) if epoch < epochs}
    return sorted(found)


print("of 36 epochs, looked after", looks("dense, small", 36))


# %% slideshow={"slide_type": "skip"}
yards = {name: evaluation.yardstick(images, COUNT) for name, images in sets.items()}


def train(name, set_name, seed, epochs, rate=None, part=slice(None)):
    """Build with this seed and train on this part of the images; the model and its run."""
    keras.utils.set_random_seed(seed)
    rate = rate or best_rate(name)
    model = GAN(*PAIRS[name](), seed=seed)
    model.compile(PerNetwork(**{
        player: keras.optimizers.Adam(rate, beta_1=0.5) for player in ("generator", "discriminator")
    }))  # fmt: skip
    pictures = in_range(name, sets[set_name].x_train[part])
    title = f"{set_name}/{name}, {len(pictures)}x{epochs}, {rate}, seed {seed}"
    return model, fit(
        model, pictures, epochs=epochs, batch_size=BATCH_SIZE, seed=seed,
        snapshots=looks(name, epochs), run=f"{NOTEBOOK}/{title}", report="line",
    )  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def distance_at(rate, name):
    """Fréchet distance to training images that were set aside, after a short training."""
    model, _ = train(name, "fashion_mnist", 100, TUNING[name], rate, slice(-SET_ASIDE))
    features = yards["fashion_mnist"].classifier.features
    drawn = to_pixels(name, model.sample(SET_ASIDE, seed=1))
    return evaluation.frechet_feature_distance(
        features(clothes.x_train[-SET_ASIDE:]), features(drawn)
    )


def best_rate(name):
    """The best learning rate for this pair."""
    return recorded.best(NOTEBOOK, f"rate for {name}", RATES, distance_at, name, otherwise=2e-4)


# %% [markdown] slideshow={"slide_type": "skip"}
# What is noted of each pair at each look: measures of its samples, ten pictures from noise that is
# always the same, and how the discriminator judges training images and held-out ones: the share
# that it takes for real, and the **AUC** (as in notebook 02), the chance that a training image gets
# the higher logit of the two. One half: it does not know which images it has seen.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def known_and_new(model, name, images):
    """How a discriminator judges training images and as many held-out ones."""
    some = np.random.default_rng(0).permutation(len(images.x_train))[: len(images.x_test)]
    known, new = (
        model.logits_of(in_range(name, pictures))
        for pictures in (images.x_train[some], images.x_test)
    )
    labels = np.repeat([1, 0], [len(known), len(new)])
    auc = float(roc_auc_score(labels, np.concatenate([known, new])))
    return {"known": float((known > 0).mean()), "new": float((new > 0).mean()), "AUC": auc}


print(f"three pairs of four in order: AUC {roc_auc_score([1, 1, 0, 0], [3, 1, 2, 0]):.2f}")


# %% slideshow={"slide_type": "skip"}
def result(name, set_name, seed, epochs):
    """Train a pair and look at it."""
    model, run = train(name, set_name, seed, epochs)
    found = {"epochs": epochs, "seconds": run.seconds, "looks": [],
             "accuracy": run.history["accuracy"]}  # fmt: skip
    for epoch in looks(name, epochs):
        with run.at_epoch(epoch, model):
            samples = to_pixels(name, model.sample(COUNT, seed=1))
            seen = {"epoch": epoch, **known_and_new(model, name, sets[set_name])}
            seen |= yards[set_name].quick(samples)
            if seed == SEEDS[0]:
                seen["pictures"] = pictures_of(model, name)
            found["looks"].append(seen)
    copies = evaluation.memorisation(samples[:1_000], sets[set_name].x_train, sets[set_name].x_test)
    return {**found, "copied": copies.copied}


# %% slideshow={"slide_type": "skip"}
played = {}
PLANS = {"fashion_mnist": EPOCHS, "mnist": DIGIT_EPOCHS}
for seed in SEEDS:  # the pairs take turns, so that a busy machine slows all
    for set_name, plan in PLANS.items():
        for name, epochs in plan.items():
            title = f"{name}, {set_name}: {epochs} epochs, seed {seed}"
            found = recorded.kept(title, result, name, set_name, seed, epochs)
            played.setdefault((name, set_name), []).append(found)


# %% slideshow={"slide_type": "skip"}
def after(epoch, key, name):
    """One number per seed, after this epoch of the training on clothes."""
    runs = played[name, "fashion_mnist"]
    return [next(look[key] for look in run["looks"] if look["epoch"] == epoch) for run in runs]


def at(key, name, part=1):
    """One number per seed, after this part of the training on clothes."""
    return after(max(1, int(part * EPOCHS[name])), key, name)


# %% slideshow={"slide_type": "fragment"}
ends = {name: played[name, "fashion_mnist"][0]["looks"][-1] for name in EPOCHS}
with plotting.beside_the_record(NOTEBOOK, "ends"):
    plotting.image_rows(
        {"real": clothes.x_test[:10]}
        | {f"{name}, {end['epoch']} epochs": np.array(end["pictures"])[..., None] / 255
           for name, end in ends.items()},
        "What do the pairs draw at the end of their training?",
        alt="Ten real garments, and ten that each pair of networks draws; Fréchet distances at the "
        "row ends.",
        notes={"real": f"{yards['fashion_mnist'].frechet_floor():.1f}"}
        | {f"{name}, {end['epoch']} epochs": f"{end['frechet']:.0f}" for name, end in ends.items()},
    )  # fmt: skip

# %% [markdown] slideshow={"slide_type": "notes"}
# (The number at a row's end is the Fréchet distance of all samples of this network, not of these
# ten; real images have the first one.)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The same noise at a third, two thirds and all of a training:

# %% slideshow={"slide_type": "fragment"}
moments = [max(1, EPOCHS["dense"] * third // 3) for third in (1, 2, 3)]
first_run = played["dense", "fashion_mnist"][0]
thirds = [look for look in first_run["looks"] if look["epoch"] in moments]
with plotting.beside_the_record(NOTEBOOK, "thirds"):
    plotting.image_rows(
        {f"epoch {look['epoch']}": np.array(look["pictures"])[..., None] / 255 for look in thirds},
        "What changes between a third and all of the training (dense pair)?",
        alt="Ten garments from the same noise in three rows, after a third, two thirds and all of "
        "the training of the dense pair.",
        notes={f"epoch {look['epoch']}": f"{look['frechet']:.0f}" for look in thirds},
    )


# %% slideshow={"slide_type": "skip"}
def over(name, clock):
    """Epochs or seconds of the looks, and the distances (seeds, looks)."""
    runs = played[name, "fashion_mnist"]
    epochs = [look["epoch"] for look in runs[0]["looks"]]
    quickest = min(np.diff(run["seconds"], prepend=0).min() for run in runs)
    x = np.array(epochs) * (quickest if clock == "seconds" else 1)
    return x, [[look["frechet"] for look in run["looks"]] for run in runs]


# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "pairs"):
    plotting.lines(
        {f"{clock} of training": {name: over(name, clock) for name in EPOCHS}
         for clock in ("epochs", "seconds")},
        "Which pair draws best, after as many epochs, and after as many seconds?",
        alt="Fréchet distance of each pair's samples over epochs and over seconds, on logarithmic "
        "axes, with bands over the seeds.",
        y_label="Fréchet distance, course classifier",
        levels={"real images": yards["fashion_mnist"].frechet_floor()},
        log_x=True,
        log_y=True,
    )  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
def pairs_in_words(found):
    parts = {}
    for title, run in found.items():
        if "looks" in run:
            parts.setdefault((title.split(":")[0], run["epochs"]), []).append(run)
    told = []
    for (name, epochs), runs in parts.items():
        before, end = (np.mean([run["looks"][place]["frechet"] for run in runs])
                       for place in (-2, -1))  # fmt: skip
        recall = np.mean([run["looks"][-1]["recall"] for run in runs])
        minutes = np.mean([run["seconds"][-1] for run in runs]) / 60
        told.append(f"{name}, {epochs} epochs: {end:.1f} (after three quarters {before:.1f}), "
                    f"recall {recall:.2f}, {minutes:.0f} min")  # fmt: skip
    return f"Fréchet distances. {'; '.join(told)}."


recorded.answer(NOTEBOOK, pairs_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The wrong generator
#
# "A dense generator against a convolutional discriminator learns nothing": so a published
# comparison concludes, from a picture of grey noise. Its code draws the picture with a generator
# that is built anew after the training. What would the trained one have drawn?


# %% slideshow={"slide_type": "skip"}
def fresh(seed):
    """A generator that nobody has trained, in a game."""
    keras.utils.set_random_seed(seed)
    return GAN(*PAIRS[MIXED](), seed=seed)


def fresh_distance(seed):
    return yards["fashion_mnist"].frechet(fresh(seed).sample(COUNT, seed=1))


# %% slideshow={"slide_type": "fragment"}
fresh_ones, untrained, as_published = {}, [], []
if MIXED in EPOCHS:
    # Untrained: with the weights that the training began with. As published: built after it.
    untrained = [fresh_distance(seed) for seed in SEEDS]
    as_published = [fresh_distance(100 + seed) for seed in SEEDS]
    fresh_ones = {
        "a fresh one": pictures_of(fresh(100), MIXED),
        "the trained one": played[MIXED, "fashion_mnist"][0]["looks"][-1]["pictures"],
    }
    with plotting.beside_the_record(NOTEBOOK, "fresh"):
        plotting.image_rows(
            {name: np.array(rows)[..., None] / 255 for name, rows in fresh_ones.items()},
            "Which generator was drawn?",
            alt="Ten pictures of a fresh dense generator, and ten of the one that was trained "
            "against a convolutional discriminator.",
        )


# %% slideshow={"slide_type": "fragment"}
def accuracy_in_words(found):
    parts = []
    for name in ("dense", MIXED):
        runs = [v for t, v in found.items() if t.startswith(f"{name}, fashion_mnist: ")]
        right = np.mean([run["accuracy"][-1] for run in runs])
        end = np.mean([run["looks"][-1]["frechet"] for run in runs])
        parts.append(
            f"{name}: the discriminator is right {right:.0%} of the time, samples {end:.0f}"
        )
    return f"At the end of the training. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, accuracy_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is learnt by heart?
#
# "A dense GAN without dropout overfits." Which of the two networks would that be? The generator has
# seen no image. The discriminator sees the same 60,000 images again and again.

# %% [markdown] slideshow={"slide_type": "notes"}
# The generator could copy only what the discriminator tells it. If the discriminator knows *these*
# images, and not what images of clothes have in common, it takes training images for real and
# held-out ones, which are just as real, for made up.

# %% slideshow={"slide_type": "fragment"}
heart = [name for name in ("dense", "dense, small", "dense, dropout") if name in EPOCHS]


def of_looks(name, key):
    """Epochs of the looks, and one curve for each seed."""
    runs = played[name, "fashion_mnist"]
    return [look["epoch"] for look in runs[0]["looks"]], [
        [look[key] for look in run["looks"]] for run in runs
    ]


with plotting.beside_the_record(NOTEBOOK, "heart"):
    plotting.lines(
        {"epochs": {name: of_looks(name, "AUC") for name in heart}},
        "Does the discriminator know which images it has seen?",
        alt="The chance that a training image gets a higher logit than a held-out one, over the "
        "epochs, for three dense discriminators.",
        y_label="AUC, training against held-out",
        levels={"does not know": 0.5},
    )


# %% slideshow={"slide_type": "fragment"}
def heart_in_words(found):
    parts = []
    for name in ("dense", "dense, small", "dense, dropout"):
        runs = [v for t, v in found.items() if t.startswith(f"{name}, fashion_mnist: ")]
        ends = [run["looks"][-1] for run in runs]
        auc, known, new, distance = (
            np.mean([end[key] for end in ends]) for key in ("AUC", "known", "new", "frechet")
        )
        copied = np.mean([run["copied"] for run in runs])
        parts.append(
            f"{name}: AUC {auc:.2f}, takes {known:.0%} of the training images for real and "
            f"{new:.0%} of held-out ones; {copied:.1%} of its generator's samples are as near to a "
            f"training image as the nearest 1 % of held-out ones; Fréchet distance {distance:.1f}"
        )
    return f"After {runs[0]['epochs']} epochs. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, heart_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Must they be equally strong?
#
# "Generator and discriminator must be matched in capacity." One pair that fails shows nothing. So
# take all pairs of several widths: dense, two hidden layers, everything else the same.


# %% slideshow={"slide_type": "skip"}
def train_widths(made, judging, seed, epochs, rate, part=slice(None)):
    """A dense pair of these widths, trained; the model and its run."""
    keras.utils.set_random_seed(seed)
    generator = dense_generator(SHAPE, NOISE_DIM, (made, 2 * made))
    model = GAN(generator, dense_discriminator(SHAPE, (2 * judging, judging)), seed=seed)
    players = ("generator", "discriminator")
    model.compile(PerNetwork(**{p: keras.optimizers.Adam(rate, beta_1=0.5) for p in players}))
    return model, fit(
        model, clothes.x_train[part], epochs=epochs, batch_size=BATCH_SIZE, seed=seed,
        snapshots=looks("widths", epochs), report="line",
    )  # fmt: skip


def width_score(rate, made, judging):
    """Fréchet distance to training images that were set aside, after two epochs."""
    model, _ = train_widths(made, judging, 100, 2, rate, slice(-SET_ASIDE))
    features = yards["fashion_mnist"].classifier.features
    aside = features(clothes.x_train[-SET_ASIDE:])
    return float(evaluation.frechet_feature_distance(aside, features(model.sample(SET_ASIDE, 1))))


# %% slideshow={"slide_type": "skip"}
def width_result(made, judging, seed):
    """Fréchet distances at the looks, at the best of three rates."""
    asked = (RATES, width_score, made, judging)
    rate = recorded.best(NOTEBOOK, f"rate for {made} and {judging}", *asked, otherwise=2e-4)
    model, run = train_widths(made, judging, seed, WIDTH_EPOCHS, rate)
    found = {}
    for epoch in looks("widths", WIDTH_EPOCHS):
        with run.at_epoch(epoch, model):
            found[str(epoch)] = yards["fashion_mnist"].frechet(model.sample(COUNT, seed=1))
    return found


# %% slideshow={"slide_type": "skip"}
of_widths = {
    (made, judging): [
        recorded.kept(f"widths {made} and {judging}, seed {s}", width_result, made, judging, s)
        for s in SEEDS
    ]
    for made, judging in itertools.product(WIDTHS, WIDTHS)
}


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def width_distances(pair, part=1):
    """One number per seed, after this part of the training."""
    return [found[str(max(1, int(part * WIDTH_EPOCHS)))] for found in of_widths[pair]]


widest = dense_generator(SHAPE, NOISE_DIM, (288, 576))
print(f"a generator of width 288: {widest.count_params():,} weights")


# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "widths"):
    plotting.heatmap(
        [[np.mean(width_distances((made, judging))) for judging in WIDTHS] for made in WIDTHS],
        [f"{made}" for made in WIDTHS],
        [f"{judging}" for judging in WIDTHS],
        "Do equal widths give the best samples?",
        alt="A table of generators by discriminators of several widths: the Fréchet distance of "
        "the samples, mean over the seeds.",
        x_label="width of the discriminator",
        y_label="width of the generator",
        digits=1,
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The best pair for its price
#
# What is left when nothing has to be as it was published? A small convolutional pair with the
# relativistic loss and penalties on the slope (notebook 12 explains both), a rate that falls to
# zero, and a moving average of the generator's weights.


# %% slideshow={"slide_type": "skip"}
def best_pair():
    return (
        conv_generator(SHAPE, 64, BEST_FILTERS),
        conv_discriminator(SHAPE, BEST_FILTERS[:0:-1], dropout=0.0),
    )


# %% slideshow={"slide_type": "skip"}
def train_best(set_name, seed):
    """The best pair that we know, trained on this data set; the model and its run."""
    keras.utils.set_random_seed(seed)
    model = RelativisticGAN(*best_pair(), r1=1.0, r2=1.0, average=0.999, seed=seed)
    rate = HoldThenFall(5e-4, BEST_EPOCHS * UPDATES)
    model.compile(PerNetwork(**{
        player: keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99)
        for player in ("generator", "discriminator")
    }))  # fmt: skip
    run = fit(
        model,
        sets[set_name].x_train,
        epochs=BEST_EPOCHS,
        batch_size=BATCH_SIZE,
        seed=seed,
        run=f"{NOTEBOOK}/{set_name}/best, {TRAIN_SIZE}x{BEST_EPOCHS}, seed {seed}",
        report="line",
    )
    return model, run


# %% slideshow={"slide_type": "skip"}
def best_result(set_name, seed):
    """The measures of the best pair's samples."""
    model, run = train_best(set_name, seed)
    samples = model.sample(COUNT, seed=1)
    found = yards[set_name].quick(samples)
    chances = yards[set_name].classifier.describe(samples)[1]
    return found | {
        "confidence": float(chances.max(axis=1).mean()),
        "classes": len(set(chances.argmax(axis=1).tolist())),
        "seconds": run.seconds[-1],
        "pictures": pictures_of(model, "best"),
    }


best = {
    set_name: [
        recorded.kept(f"best, {set_name}, seed {s}", best_result, set_name, s) for s in SEEDS
    ]
    for set_name in sets
}

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "best"):
    plotting.image_rows(
        {
            f"{set_name}, {what}": pictures
            for set_name in sets
            for what, pictures in (
                ("drawn", np.array(best[set_name][0]["pictures"])[..., None] / 255),
                ("real", sets[set_name].x_test[:10]),
            )
        },
        "Would you tell them from real ones?",
        alt="Ten samples of the best pair and ten real images, for each data set.",
        notes={f"{set_name}, {what}": f"{number:.1f}" for set_name in sets for what, number in (
            ("drawn", best[set_name][0]["frechet"]), ("real", yards[set_name].frechet_floor()))},
    )  # fmt: skip

# %% slideshow={"slide_type": "fragment"} tags=["hide-input"]
for set_name in sets:
    means = {key: np.mean([found[key] for found in best[set_name]])
             for key in ("frechet", "recall", "confidence", "classes")}  # fmt: skip
    print(f"{set_name}: Fréchet distance {means['frechet']:.1f}, recall {means['recall']:.2f}, "
          f"classifier's confidence {means['confidence']:.0%}, "
          f"classes {means['classes']:.0f} of 10")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "notes"}
# How does that compare with the models of the notebooks before, on the same yardstick? (The VAEs of
# notebook 05 learnt from black and white pixels.)


# %% slideshow={"slide_type": "fragment"}
def compared_in_words(found):
    vaes = recorded.numbers("05_vae_dense_vs_conv")
    densities = recorded.numbers("09_latent_mixtures")
    parts = []
    for set_name in ("fashion_mnist", "mnist"):
        mine = [v["frechet"] for t, v in found.items() if t.startswith(f"best, {set_name}")]
        start = f"convolutional, 16 dimensions, {set_name}, 16 epochs"
        theirs = [v["Fréchet"] for t, v in vaes.items() if t.startswith(start)]
        fitted = [v["GMM-10"]["frechet"] for t, v in densities.items()
                  if t.startswith(f"{set_name}, autoencoder") and "GMM-10" in v]  # fmt: skip
        parts.append(
            f"{set_name}: GAN {np.mean(mine):.1f}, convolutional VAE {np.mean(theirs):.1f}, "
            f"autoencoder with ten Gaussians {min(fitted):.1f} (its best network)"
        )
    return f"Fréchet distances. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, compared_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Slower, but more stable?
#
# "GANs take longer to train than VAEs, but are more stable": so one reads, and the opposite too. A
# VAE has one loss and goes downhill; two players need not.

# %% [markdown] slideshow={"slide_type": "notes"}
# The rival of the dense GAN above is a VAE whose decoder is the same generator, at the best of
# three rates by its own loss, constant as the GAN's. Followed: the Fréchet distance of the samples
# at each look.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def vae_networks():
    """Encoder with the dense discriminator's layers, decoder: the dense generator."""
    encoder = dense_vae_encoder(SHAPE, NOISE_DIM, (1024, 512, 256))
    return encoder, dense_generator(SHAPE, NOISE_DIM)


print("weights:", *[f"{network.count_params():,}" for network in vae_networks()])


# %% slideshow={"slide_type": "skip"}
def train_vae(seed, epochs=VAE_EPOCHS, rate=None, part=slice(None)):
    """A VAE with the dense GAN's generator as its decoder; the model and its run."""
    keras.utils.set_random_seed(seed)
    rate = rate or best_vae_rate()
    model = VAE(*vae_networks())
    model.compile(keras.optimizers.Adam(rate))
    return model, fit(
        model, clothes.x_train[part], epochs=epochs, batch_size=BATCH_SIZE, seed=seed,
        snapshots=range(1, epochs + 1), report="line",
    )  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def vae_score(rate):
    """Loss on training images that were set aside, after two epochs."""
    model, _ = train_vae(100, 2, rate, slice(-SET_ASIDE))
    aside = clothes.x_train[-SET_ASIDE:]
    return model.evaluate(aside, aside, verbose=0, return_dict=True)["loss"]


# %% slideshow={"slide_type": "skip"}
def best_vae_rate():
    rates = (5e-4, 1e-3, 2e-3)
    return recorded.best(NOTEBOOK, "rate for the VAE", rates, vae_score, otherwise=1e-3)


def vae_result(seed):
    """Fréchet distance of the samples, and the seconds, after each epoch."""
    model, run = train_vae(seed)
    distances = []
    for epoch in range(1, VAE_EPOCHS + 1):
        with run.at_epoch(epoch, model):
            distances.append(yards["fashion_mnist"].frechet(model.sample(COUNT, seed=1)))
    return {"distances": distances, "seconds": run.seconds}


vaes = [recorded.kept(f"VAE, seed {seed}", vae_result, seed) for seed in SEEDS]

# %% slideshow={"slide_type": "fragment"}
quickest = min(np.diff(run["seconds"], prepend=0).min() for run in vaes)
with plotting.beside_the_record(NOTEBOOK, "followed"):
    plotting.lines(
        {
            "seconds of training": {
                "VAE": (quickest * np.arange(1, VAE_EPOCHS + 1), [r["distances"] for r in vaes]),
                "dense GAN": over("dense", "seconds"),
            }
        },
        "Which training goes smoothly, and which one takes longer?",
        alt="Fréchet distance of the samples over seconds for a VAE and a GAN with the same "
        "generator, with bands over the seeds.",
        y_label="Fréchet distance, course classifier",
        log_x=True,
        log_y=True,
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Three seeds: with so few, every result of one side must lie on the better side of every result of
# the other (notebook 00). In the tables ± is the standard deviation over the seeds. The published
# trainings had 150 epochs, ours fewer: what is said of them counts where the numbers have levelled
# off.


# %% slideshow={"slide_type": "skip"}
FRECHET = f"Fréchet distance, course classifier, {COUNT:,} samples"


def compare(name, statement, test, measure, numbers, epochs, better="lower", takes=None):
    """Judge and show one claim; `numbers(part)`: condition to one number per seed, then."""
    takes = f"{PUBLISHED_EPOCHS} epochs" if takes is None else takes
    outcome = claims.test(
        claims.Claim(name, statement, test, measure, better=better),
        numbers(1),
        f"{TRAIN_SIZE:,} images, {epochs} epochs ({epochs * UPDATES:,} updates)",
        clothes,
        earlier={part: numbers(part) for part in (1 / 16, 1 / 4, 3 / 4) if part * epochs >= 1},
        own_budget=epochs >= PUBLISHED_EPOCHS,
        takes=takes,
    )
    claims.show(outcome, NOTEBOOK)


# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A dense generator against a CNN discriminator learns nothing: the discriminator is too strong."
#
# Twice: as it was published, and properly. "Too strong" is tested against the same generator with
# the dense discriminator.

# %% slideshow={"slide_type": "fragment"}
if fresh_ones:
    compare(
        "dense_learns_nothing_as_published",
        "After training against a CNN, a dense generator draws better than before (judged by a "
        "fresh generator, as published).",
        "The generator that is drawn was built after the training.",
        FRECHET,
        lambda _: {"drawn": as_published, "untrained": untrained},
        EPOCHS[MIXED],
    )
    compare(
        "dense_learns_against_conv",
        "After training against a CNN, a dense generator draws better than before.",
        "The trained generator is drawn.",
        FRECHET,
        lambda part: {"trained": at("frechet", MIXED, part), "untrained": untrained},
        EPOCHS[MIXED],
    )

# %% slideshow={"slide_type": "fragment"}
if fresh_ones:
    compare(
        "conv_judge_hurts_dense_generator",
        "A dense generator draws better if its discriminator is dense than if it is a CNN.",
        f"The same generator, {EPOCHS[MIXED]} epochs of each, each pair at its best rate.",
        FRECHET,
        lambda part: {
            "dense": after(max(1, int(part * EPOCHS[MIXED])), "frechet", "dense"),
            "CNN": at("frechet", MIXED, part),
        },
        EPOCHS[MIXED],
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A dense GAN without dropout overfits; with dropout it does not."
#
# As published, size and dropout of the discriminator differ at once; then dropout alone.

# %% slideshow={"slide_type": "fragment"}
AUC = "AUC of the discriminator's logits, training against held-out images"
for rival, what in (("dense", "as published: size and dropout differ"),
                    ("dense, small", "the same sizes, only dropout differs")):  # fmt: skip
    if {rival, "dense, dropout"} <= set(EPOCHS):
        for key, measure, better, pair in (
            ("AUC", AUC, "higher", (rival, "dense, dropout")),
            ("frechet", FRECHET, "lower", ("dense, dropout", rival)),
        ):
            statement = {
                "AUC": "Without dropout the discriminator knows better which images it has seen",
                "frechet": "With dropout the samples are better",
            }[key]
            compare(
                f"dropout_{key}_{rival}", f"{statement} ({what}).",
                f"The same generator; discriminators {pair[0]} and {pair[1]}.", measure,
                lambda part, key=key, pair=pair: {name: at(key, name, part) for name in pair},
                EPOCHS[rival], better,
            )  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "Generator and discriminator must be matched in capacity."
#
# All pairs of three widths; then the same generator against a wide and a narrow discriminator.


# %% slideshow={"slide_type": "fragment"}
def mean_over(pairs, part):
    """Mean distance of these pairs of widths, one number per seed."""
    return np.mean([width_distances(pair, part) for pair in pairs], axis=0).tolist()


# %% slideshow={"slide_type": "fragment"}
EQUAL = [(width, width) for width in WIDTHS]
UNEQUAL = [pair for pair in of_widths if pair not in EQUAL]
compare(
    "matched_is_best",
    "Pairs of equal width draw better than pairs of unequal width.",
    "All pairs of the widths; each width as often as generator and as discriminator.",
    FRECHET,
    lambda part: {"equal": mean_over(EQUAL, part), "not equal": mean_over(UNEQUAL, part)},
    WIDTH_EPOCHS,
    takes="a training until the numbers level off",
)

# %% slideshow={"slide_type": "fragment"}
middle = WIDTHS[len(WIDTHS) // 2]
compare(
    "stronger_discriminator_hurts",
    "A dense generator draws worse against a wide discriminator than against a narrow one.",
    f"One generator, of width {middle}; discriminators of width {WIDTHS[0]} and {WIDTHS[-1]}.",
    FRECHET,
    lambda part: {
        "narrow": width_distances((middle, WIDTHS[0]), part),
        "wide": width_distances((middle, WIDTHS[-1]), part),
    },
    WIDTH_EPOCHS,
    takes="a training until the numbers level off",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "GANs take longer than VAEs to train, but are more stable."
#
# Longer: until the distance that the *VAE* ends at is reached for good. More stable: less spread
# from seed to seed, and no rise above the best that was reached before. (The spread is told in the
# answer, it is one number a model.)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def reached_for_good(clock, distances, target):
    """When a curve is at most `target` and stays so; infinity if it never is."""
    above = np.flatnonzero(np.asarray(distances) > target)
    first = above[-1] + 1 if len(above) else 0
    return float(clock[first]) if first < len(clock) else math.inf


print("down to 3 for good:", reached_for_good([1, 2, 3, 4], [5, 2, 4, 3], 3))
print("never:", reached_for_good([1, 2], [5, 4], 3))


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def worst_rise(clock, distances):
    """Largest ratio of a distance in the second half of the time to the least one before it."""
    rises = np.array(distances) / np.minimum.accumulate(distances)
    return float(rises[np.array(clock) > clock[-1] / 2].max())


def rises(clock, curves):
    """The worst rise of each curve."""
    return [worst_rise(clock, curve) for curve in curves]


print("from 4 to 2, up to 3, down to 1:", worst_rise([1, 2, 3, 4], [4, 2, 3, 1]))


# %% slideshow={"slide_type": "fragment"}
def until(name, clock, part):
    """What `over` gives, up to this part of the training."""
    x, curves = over(name, clock)
    seen = np.count_nonzero(x <= part * x[-1])
    return x[:seen], [curve[:seen] for curve in curves]


def until_as_good(part):
    """Seconds until GAN and VAE are as good as the VAE at its end, one per seed."""
    target = float(np.mean([run["distances"][-1] for run in vaes]))
    clock, curves = until("dense", "seconds", part)
    of_vae = quickest * np.arange(1, VAE_EPOCHS + 1)
    return {
        "VAE": [reached_for_good(of_vae, run["distances"], 1.05 * target) for run in vaes],
        "dense GAN": [reached_for_good(clock, curve, 1.05 * target) for curve in curves],
    }


# %% slideshow={"slide_type": "fragment"}
compare(
    "gans_take_longer",
    "A GAN takes longer than a VAE until its samples are as good as the VAE's in the end.",
    "The same generator as decoder; constant rates, each the best of three; within a twentieth.",
    "seconds until the Fréchet distance is that low for good",
    until_as_good,
    EPOCHS["dense"],
    takes="a training until the numbers level off",
)
# %% slideshow={"slide_type": "fragment"}
compare(
    "gans_are_more_stable",
    "The samples of a GAN worsen less on the way than those of a VAE.",
    "Largest rise of the distance above its best, in the second half of the training.",
    "ratio",
    lambda part: {
        "dense GAN": rises(*until("dense", "epochs", part)),
        "VAE": rises(range(1, VAE_EPOCHS + 1), [run["distances"] for run in vaes]),
    },
    EPOCHS["dense"],
    takes="a training until the numbers level off",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# And the best pair against the best VAE of notebook 05, whose record is asked:

# %% slideshow={"slide_type": "fragment"}
of_vaes = recorded.numbers("05_vae_dense_vs_conv")
for set_name in sets:
    start = f"convolutional, 16 dimensions, {set_name}, 16 epochs"
    theirs = [v["Fréchet"] for t, v in of_vaes.items() if t.startswith(start)]
    if theirs:
        outcome = claims.test(
            claims.Claim(
                f"best_pair_beats_vae_{set_name}",
                f"A small GAN draws better than a convolutional VAE. ({set_name})",
                "The best pair of this notebook against the recorded VAE of notebook 05 (another "
                "network, black and white pixels).",
                FRECHET,
            ),
            {"GAN": [found["frechet"] for found in best[set_name]], "VAE": theirs},
            f"{TRAIN_SIZE:,} images, {BEST_EPOCHS} epochs",
            sets[set_name],
        )
        claims.show(outcome, NOTEBOOK)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - Weights are not work: the convolutional generator has fewer weights than the dense one and
#   multiplies fifty times as often. So a comparison names its clock: as many epochs, or as many
#   seconds.
# - Before a pair is called a failure, ask which generator was drawn. One that is built after the
#   training draws grey noise whatever was trained.
# - What is learnt by heart sits in the discriminator, which alone sees images: held-out images show
#   it, the generator's samples need not.
# - One pair that fails says nothing about matched capacity; a grid of sizes does.
# - What remains open is said below each verdict: three seeds, and for the convolutional pairs far
#   fewer epochs than were published.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** A discriminator knows one in five training images by heart, and gives these a
# higher logit than any other image. All other training images it judges just as it judges held-out
# ones. What is its AUC, training against held-out? Write down a number between 0 and 1.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
area_by_heart = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("11.1", area_by_heart)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Count.** Complete `transposed_weights`: the weights, biases among them, of a transposed
# convolution. One of kernel 4 with 128 channels in and out has 262,272.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def transposed_weights(kernel, channels_in, channels_out):
    """Number of weights and biases of a transposed convolution."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("11.2", transposed_weights)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. What a judge sees.** How many pixels of the image reach one unit of the discriminator's last
# grid? Complete `receptive_field` for layers of (kernel, stride), from the image on. It is 7 for
# the two convolutions of our discriminator, `[(3, 2), (3, 2)]`.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def receptive_field(layers):
    """Pixels along one side that reach a unit of the last layer; `layers` of (kernel, stride)."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("11.3", receptive_field)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. What dropout does to a verdict.** With dropout in training, the logit of one and the same
# image is another one in each pass. Each input $x_j$ of the last layer is left out with probability
# $p$, independently; what is kept is divided by $1 - p$, so that $\sum_j w_j x_j$ stays the mean.
# Derive the standard deviation of the logit, and complete `spread_of_logit`.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def spread_of_logit(weights, inputs, rate):
    """Standard deviation of the logit of these inputs (d,) with dropout; `rate` is p."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("11.4", spread_of_logit)

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Copy and convolve.** In one dimension, let a generator double a row of pixels by copying, $u
# = (x_1, x_1, x_2, x_2, \dots)$, and convolve with a kernel of three: $y_j = a\,u_{j-1} + b\,u_j +
# c\,u_{j+1}$. This is a transposed convolution of stride 2: each $x_i$ adds a kernel of *four*
# numbers, times $x_i$, to four neighbouring outputs. Derive these numbers, from left to right, and
# complete `as_transposed`. Which kernels of four can the upsampling generator not make?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def as_transposed(kernel):
    """The four weights of a transposed convolution, for a kernel (a, b, c) after copying."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("11.5", as_transposed)

# %% [markdown] slideshow={"slide_type": "skip"}
# **And then.** A judge that knows by heart. Predict, then train: what happens to the AUC if the
# dense discriminator sees only 2,000 training images (`model, _ = train("dense", "fashion_mnist",
# 0, 30, 2e-4, slice(2_000))`)? After `import dataclasses`, ask `known_and_new(model, "dense",
# dataclasses.replace(clothes, x_train=clothes.x_train[:2_000]))["AUC"]`. Which share of the 2,000
# does it know by heart, if it were a judge as in exercise 1?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [10 · How can two networks teach each other?](10_gan_theory.ipynb): the game, by hand.
# - [12 · Does a distance teach better than a judge?](12_wasserstein.ipynb): other games, the same
#   networks.
# - Goodfellow et al. 2014, [Generative adversarial nets](https://arxiv.org/abs/1406.2661): dense
#   pairs, with dropout in the discriminator.
# - Radford, Metz & Chintala 2016, [DCGAN](https://arxiv.org/abs/1511.06434): rules for
#   convolutional pairs.
# - Lucic et al. 2018, [Are GANs created equal?](https://arxiv.org/abs/1711.10337): what is left of
#   differences when each method gets the same search.
