# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # What do convolutions buy a VAE?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/05_vae_dense_vs_conv.ipynb)
#
# **Time** · smoke 46 s · cpu 8 min · gpu not measured
#
# Convolutional VAEs, one reads, need fewer weights and make better images. Compared with which
# dense network, after how much training, and by which measure?
#
# After this notebook you can
#
# - build the two standard VAEs for small images, and count their weights by hand;
# - compare two models by what is kept equal: weights, or updates, or the decoder;
# - tell the bound, the likelihood and the quality of samples apart, and say when they disagree;
# - say what a larger latent space is good for, and how much of it a VAE uses.

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
import math
import warnings

import keras
import numpy as np
from keras import ops

from course_utils.architectures import conv_decoder, dense_decoder
from course_utils.checks import whole_number
from course_utils.evaluation import claims, recorded
from course_utils.measures.inputs import ConstantFeaturesWarning
from course_utils.models import VAE
from course_utils.training import fit, recipe

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "05_vae_dense_vs_conv"
TRAIN_SIZE = by_profile(smoke=1_600, cpu=60_000, gpu=60_000)
# The last is the whole training; the others, each planned for so many epochs, show whether a
# verdict turns over. In a recording they are a sixteenth and a quarter of it.
BUDGETS = by_profile(smoke=(4,), cpu=(3,), gpu=(4, 16), record=(1, 4, 16))
EPOCHS = BUDGETS[-1]
BATCH_SIZE = by_profile(smoke=32, cpu=64, gpu=64)
LATENT = 16
LATENTS = by_profile(smoke=(8, 64), cpu=(8, 64), gpu=(2, 4, 8, 16, 32, 64))
COUNT = by_profile(smoke=400, cpu=5_000, gpu=5_000)  # generated images
TEST_IMAGES = by_profile(smoke=200, cpu=1_000, gpu=2_000)
NLL_IMAGES = by_profile(smoke=30, cpu=300, gpu=500)
NLL_SAMPLES = by_profile(smoke=30, cpu=100, gpu=200)
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(5))
# A control: the dense network with the convolutional one's optimizer, on these sets. An epoch takes
# several times as long.
CONTROL_SETS = by_profile(smoke=(), cpu=(), gpu=("fashion_mnist",), record=("fashion_mnist",))

# %% slideshow={"slide_type": "skip"}
# Learning rates to choose from, for several lengths of training: a short one takes larger steps.
PEAKS = {
    "convolutional": {1: (5e-3, 1e-2, 2e-2), 4: (2.5e-3, 5e-3, 1e-2), 16: (2.5e-3, 5e-3, 1e-2)},
    "dense, equal": {1: (5e-3, 1e-2, 2e-2), 4: (2.5e-3, 5e-3, 1e-2), 16: (1.25e-3, 2.5e-3, 5e-3)},
    "dense, equal, Muon": {4: (2.5e-3, 5e-3, 1e-2)},
}

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two data sets, in black and white
#
# How good is a VAE? One answer is $-\log p(x)$ of *binary* pixels, in nats. Each is drawn, white
# with a chance equal to its grey level.

# %% [markdown] slideshow={"slide_type": "notes"}
# It is a likelihood only if $p$ is a distribution over the values that pixels take, and the usual
# Bernoulli one is over binary pixels. They are drawn for training anew in each epoch, for the test
# once, with a seed that is part of the result: another draw is another test.

# %% slideshow={"slide_type": "skip"}
clothes = data.load("fashion_mnist", train_size=TRAIN_SIZE)
digits = data.load("mnist", train_size=TRAIN_SIZE)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def binarised(pictures, rng):
    """Each pixel white with a chance equal to its grey level: an array of zeros and ones."""
    return (rng.random(pictures.shape, dtype="float32") < pictures).astype("float32")


drawn = binarised(np.full((1, 100, 100, 1), 0.3, dtype="float32"), np.random.default_rng(0))
print(f"values {np.unique(drawn)}, mean of 10,000 pixels of grey 0.3: {drawn.mean():.2f}")

# %% slideshow={"slide_type": "fragment"}
TEST_SEED = 2
SETS = {images.name: images for images in (clothes, digits)}
held_out = {}
for name, images in SETS.items():
    rng = np.random.default_rng(TEST_SEED)
    # A random part: MNIST's file goes writer by writer, and its first images are the easier ones.
    chosen = rng.permutation(len(images.x_test))[:TEST_IMAGES]
    held_out[name] = binarised(images.x_test[chosen], rng)
first_of_class = [int(np.argmax(clothes.y_test == label)) for label in range(10)]
shown = clothes.x_test[first_of_class]
plotting.image_rows(
    {"grey": shown}
    | {f"draw {seed}": binarised(shown, np.random.default_rng(seed)) for seed in (1, 2)},
    "What is left of the grey levels?",
    alt="Ten garments in three rows: as they are, and as two random draws of black and white "
    "pixels. Shapes stay, mid-grey cloth turns to noise.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# One draw loses much, all draws together nothing.

# %% [markdown] slideshow={"slide_type": "notes"}
# A pixel is white as often as it is light. A model that predicts each pixel's chance paints in grey
# again.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two encoders
#
# The encoder of a VAE answers with a Gaussian $q(z \mid x)$: a mean $\mu$ and a log-variance $\log
# \sigma^2$. Neither output has an activation function. Why?

# %% [markdown] slideshow={"slide_type": "notes"}
# A mean that passed through a ReLU could never be negative.


# %% slideshow={"slide_type": "skip"}
IMAGE_SHAPE = (28, 28, 1)


def gaussian_heads(features, latent_size):
    """Mean and log-variance (n, latent_size) of features (n, k), both linear: any value will do."""
    latent_size = whole_number("latent_size", latent_size, low=1)
    return [
        keras.layers.Dense(latent_size, name="mean")(features),
        keras.layers.Dense(latent_size, name="log_var")(features),
    ]


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output", "show-code"]
def dense_vae_encoder(image_shape, latent_size, hidden=(256,)):
    """Images (n, h, w, c) to means and log-variances (n, latent_size)."""
    images = keras.Input(image_shape)
    features = keras.layers.Flatten()(images)
    for units in hidden:
        features = keras.layers.Dense(units, activation="relu")(features)
    return keras.Model(images, gaussian_heads(features, latent_size), name="dense_vae_encoder")


for head in dense_vae_encoder(IMAGE_SHAPE, LATENT).layers[-2:]:
    print(head.name, head.output.shape, "activation:", head.activation.__name__)


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output", "show-code"]
def conv_vae_encoder(image_shape, latent_size, filters=(32, 64), hidden=128):
    """The same with 3×3 convolutions of stride 2, and a dense layer that reads the last grid."""
    images = keras.Input(image_shape)
    features = images
    for channels in filters:
        features = keras.layers.Conv2D(channels, 3, strides=2, padding="same", activation="relu")(
            features
        )
    features = keras.layers.Flatten()(features)
    features = keras.layers.Dense(hidden, activation="relu")(features)
    return keras.Model(images, gaussian_heads(features, latent_size), name="conv_vae_encoder")


grids = [layer.output.shape[1:] for layer in conv_vae_encoder(IMAGE_SHAPE, LATENT).layers[:3]]
print(" → ".join("×".join(map(str, grid)) for grid in grids))

# %% [markdown] slideshow={"slide_type": "subslide"}
# What does a convolution know before it has learnt anything? That a pattern may be anywhere: shift
# the image, and the features shift along. A dense layer answers with other numbers altogether.

# %% [markdown] slideshow={"slide_type": "notes"}
# (With stride 2, a shift by two pixels moves them by one.)

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
keras.utils.set_random_seed(0)
picture = np.zeros((1, *IMAGE_SHAPE), dtype="float32")
picture[:, 8:18, 8:18] = np.random.default_rng(0).random((10, 10, 1))
shifted = np.roll(picture, 2, axis=2)
convolution = keras.layers.Conv2D(32, 3, strides=2, padding="same")
before, after = (ops.convert_to_numpy(convolution(x)) for x in (picture, shifted))
print("convolution: features shift by one:", np.allclose(np.roll(before, 1, axis=2), after))
dense = keras.layers.Dense(32)
before, after = (ops.convert_to_numpy(dense(x.reshape(1, -1))) for x in (picture, shifted))
print(f"dense: features stay as they were: {np.allclose(before, after)}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Where are the weights of the convolutional pair? A dense layer from $m$ to $n$ units has $(m +
# 1)\,n$, a 3×3 convolution from $c$ to $n$ channels $(9c + 1)\,n$.

# %% [markdown] slideshow={"slide_type": "notes"}
# The decoders are those of notebook 01. Count by hand, layer by layer. The 1 is the bias.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
by_hand = {
    "encoder": (9 * 1 + 1) * 32 + (9 * 32 + 1) * 64 + (7 * 7 * 64 + 1) * 128 + 2 * (128 + 1) * 16,
    "decoder": (16 + 1) * 7 * 7 * 64 + (9 * 64 + 1) * 64 + (9 * 64 + 1) * 32 + (9 * 32 + 1) * 1,
}
encoder, decoder = conv_vae_encoder(IMAGE_SHAPE, LATENT), conv_decoder(IMAGE_SHAPE, LATENT)
print(f"encoder {encoder.count_params():,}, decoder {decoder.count_params():,}")
print("as by hand:", [encoder.count_params(), decoder.count_params()] == list(by_hand.values()))
print(f"share in the largest layer: {(7 * 7 * 64 + 1) * 128 / sum(by_hand.values()):.0%}")

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
plotting.network(
    [encoder, decoder],
    "How large is each layer's output (height), and where are the weights (last line)?",
    alt="Blocks for the layers: two convolutions, a dense layer with three quarters of all "
    "weights, two heads of sixteen numbers, and back up over three transposed convolutions.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Three quarters of the weights of this *convolutional* network sit in one dense layer.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which dense network is the fair rival?
#
# Two are fairer than those often shown, and each is fair in one way only.
#
# - **As many weights**: one hidden layer of 329 units on each side.
# - **The same decoder**: $p(x)$ is made by the decoder and the prior alone. So match the decoders:
#   135 hidden units there, 519 in the encoder.

# %% [markdown] slideshow={"slide_type": "notes"}
# Often shown are 784-256-8, and 784-512-256-64. Both differ from the convolutional VAE in
# everything at once: layers, weights, latent size. As many weights: exercise 2; four fifths of the
# convolutional weights are in the encoder, half of these dense ones. The encoder only helps to find
# $p(x)$.
#
# Depth and work still differ: how much, we count.


# %% slideshow={"slide_type": "skip"}
def dense_pair(latent, hidden, decoder_hidden=None):
    return (
        dense_vae_encoder(IMAGE_SHAPE, latent, hidden),
        dense_decoder(IMAGE_SHAPE, latent, decoder_hidden or hidden[::-1]),
    )


def conv_pair(latent, filters=(32, 64), hidden=128):
    return (
        conv_vae_encoder(IMAGE_SHAPE, latent, filters, hidden),
        conv_decoder(IMAGE_SHAPE, latent, filters[::-1]),
    )


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
NETWORKS = {
    "convolutional": lambda latent=LATENT: conv_pair(latent),
    "dense, equal": lambda latent=LATENT: dense_pair(latent, (329,)),
    "dense, same decoder": lambda: dense_pair(LATENT, (519,), (135,)),
    "convolutional, small": lambda: conv_pair(LATENT, (16, 32), 64),
    "dense 784-256-8": lambda: dense_pair(8, (256,)),
    "dense 784-512-256-64": lambda: dense_pair(64, (512, 256)),
}
WEIGHTS = {name: [part.count_params() for part in build()] for name, build in NETWORKS.items()}
print(f"{'weights':21}{'encoder':>9} {'decoder':>9} {'both':>9}")
for name, counts in WEIGHTS.items():
    share = sum(counts) / sum(WEIGHTS["convolutional"])
    print(f"{name:21}{counts[0]:>9,} {counts[1]:>9,} {sum(counts):>9,}, {share:.2f} of the first")

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
# Each weight of a convolution works at every position, each weight of a dense layer once.
work = {
    "convolutional": 14 * 14 * 9 * 32 + 7 * 7 * 9 * 32 * 64 + 7 * 7 * 64 * 128 + 2 * 128 * 16
    + 16 * 7 * 7 * 64 + 7 * 7 * 9 * 64 * 64 + 14 * 14 * 9 * 64 * 32 + 28 * 28 * 9 * 32,
    "dense, equal": 784 * 329 + 2 * 329 * 16 + 16 * 329 + 329 * 784,
}  # fmt: skip
print("multiplications for one image:", {name: f"{count:,}" for name, count in work.items()})
print(f"{work['convolutional'] / work['dense, equal']:.1f} times the work, with as many weights")

# %% [markdown] slideshow={"slide_type": "subslide"}
# The bound of notebook 03, in nats an image:
#
# $$-\log p(x) \;\le\; -\text{ELBO} = \underbrace{\mathbb E_q[-\log p(x \mid
# z)]}_{\text{reconstruction}} + \underbrace{\mathrm{KL}(q(z \mid x) \,\Vert\, p(z))}_{\text{what
# the code costs}}.$$
#
# Before training, neither network has seen an image: each pixel gets a chance near one half. What
# should the bound be then?

# %% [markdown] slideshow={"slide_type": "notes"}
# (Encoder $q(z \mid x)$, decoder $p(x \mid z)$, prior $p(z) = \mathcal N(0, I)$.) A fair coin costs
# $\log 2$ nats, an image $784 \log 2$; the KL term of an untrained encoder adds a few nats. So
# neither network *starts* lower by more than that.

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
keras.utils.set_random_seed(0)
print(f"784 fair coins: {784 * np.log(2):.0f} nats")
for name in ("convolutional", "dense, equal"):
    untrained = VAE(*NETWORKS[name]())
    bound = untrained.elbo(held_out[clothes.name][:200]).mean()
    print(f"{name}: within 5 % of that:", bool(abs(bound / (784 * np.log(2)) + 1) < 0.05))

# %% [markdown] slideshow={"slide_type": "notes"}
# ## Training
#
# All images, the fast recipe, for each network the best of several learning rates. The
# convolutional ones train with Muon, the dense ones with Adam: is that fair?
#
# The recipe of notebook 01, batches of 64, a learning rate that rises for a tenth of the updates
# and then falls to zero; but without its Muon for the dense networks, where an epoch with it takes
# several times as long. A control, the dense network with Muon, will tell whether that is fair.
# Each kind of network gets, for each length of training, the best of several peaks of the learning
# rate, by the bound on training images that were set aside for this: of clothes, and of sixteen
# dimensions; the other networks of a kind take the same. (Of the convolutional network's three, the
# one that wins after one epoch is the worst after sixteen.) `fit` measures the bound on held-out
# images after each epoch, and the seconds of training alone.


# %% slideshow={"slide_type": "skip"}
def three_quarters(epochs):
    """The epoch at which it is looked whether a number has levelled off by the last."""
    return max(1, 3 * epochs // 4)


def train(name, data_set, seed, epochs=EPOCHS, latent=LATENT, peak=None, part=slice(None)):
    """Build with this seed and train on this part of the images; the model and its run."""
    keras.utils.set_random_seed(seed)
    build = NETWORKS[name.removesuffix(", Muon")]
    model = VAE(*(build() if latent == LATENT else build(latent)))
    images = SETS[data_set].x_train[part]
    peak = peak or best_peak(name, epochs)
    updates = epochs * -(-len(images) // BATCH_SIZE)
    model.compile(recipe(updates, peak, muon=name.startswith("conv") or name.endswith("Muon")))
    run = fit(
        model,
        images,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        seed=seed,
        validation_data=(held_out[data_set],) * 2,
        transform=binarised,
        snapshots=[three_quarters(epochs)],
        run=f"{NOTEBOOK}/{data_set}/{name}, {latent}, {len(images)}x{epochs}, {peak}, seed {seed}",
        report="line",
    )
    return model, run


# %% slideshow={"slide_type": "skip"}
SET_ASIDE = 5_000  # training images that choose the learning rate


def bound_at(peak, kind, epochs):
    """−ELBO of training images that were set aside, after a training at this rate."""
    model, _ = train(kind, clothes.name, 0, epochs, peak=peak, part=slice(-SET_ASIDE))
    aside = binarised(clothes.x_train[-SET_ASIDE:], np.random.default_rng(TEST_SEED))
    return -float(model.elbo(aside).mean())


def best_peak(name, epochs):
    """The best learning rate for this kind of network and about so many epochs."""
    kind = "convolutional" if name.startswith("convolutional") else "dense, equal"
    kind = name if name in PEAKS else kind
    peaks = PEAKS[kind]
    epochs = min(peaks, key=lambda known: abs(math.log(known / epochs)))
    what = f"rate for {kind}, {epochs} epochs"
    asked = (peaks[epochs], bound_at, kind, epochs)
    return recorded.best(NOTEBOOK, what, *asked, otherwise=peaks[epochs][1])


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions to each model
#
# The bound alone does not rank models: a loose bound hides a good model. So ask
#
# 1. **How well does it explain held-out images?** $-\log p(x)$ by importance sampling
#    ([Burda et al. 2016](https://arxiv.org/abs/1509.00519)).
# 2. **How much of the code does it use?** A dimension is *active* if the variance of its posterior
#    mean exceeds 0.01.
# 3. **How good are its samples?** By the **Fréchet distance**; lower is better.

# %% [markdown] slideshow={"slide_type": "notes"}
# 1. With finitely many samples $-\log p(x)$ is, on average, still too high, so the number of
#    samples stands beside it. The *gap* to −ELBO on the same images is what the encoder gives away,
#    as far as the samples suffice to see it.
# 2. The variance is over the images (Burda et al.). Active does not mean important.
# 3. Codes drawn from the prior, decoded to each pixel's chance (grey; no pixels are drawn), never
#    reconstructions, compared with real grey images: `evaluation.report`. Its first line is the
#    Fréchet distance (with the features of an ImageNet classifier it is called FID, Heusel et al.
#    2017): how far apart two clouds of features lie, by their means and covariances. The features
#    here are hidden layers of a classifier trained on the training images (the *course
#    classifier*). Notebook 08 explains the other lines.


# %% slideshow={"slide_type": "skip"}
def judge(model, data_set, seed):
    """What a model is worth on held-out images, as a dict of numbers."""
    bounds = model.evaluate(held_out[data_set], verbose=0, return_dict=True)
    some = held_out[data_set][:NLL_IMAGES]
    nll = evaluation.importance_nll(model, some, NLL_SAMPLES, seed=seed).value
    fake = model.sample(COUNT, seed=seed)
    with warnings.catch_warnings():
        # Poor samples leave some features untouched; the distance counts that.
        warnings.simplefilter("ignore", ConstantFeaturesWarning)
        distance = evaluation.yardstick(SETS[data_set], COUNT).frechet(fake)
    return {
        "−ELBO": -bounds["elbo"],
        "reconstruction": bounds["reconstruction"],
        "active": bounds["active"],
        "−log p": nll,
        "gap": float(-model.elbo(some, seed=seed).mean() - nll),
        "Fréchet": distance,
    }


# %% slideshow={"slide_type": "skip"}
def result(name, data_set, seed, epochs=EPOCHS, latent=LATENT):
    """Train and judge: at the end, and after three quarters of the training."""
    model, run = train(name, data_set, seed, epochs, latent)
    numbers = judge(model, data_set, seed)
    numbers |= {"curve": run.history["val_loss"], "seconds": run.seconds}
    with run.at_epoch(three_quarters(epochs), model):
        return {**numbers, "three quarters": judge(model, data_set, seed)}


# %% [markdown] slideshow={"slide_type": "skip"}
# Which networks on which data, from how many seeds? In a recording, what has been measured is kept,
# so that one which was cut off goes on.

# %% slideshow={"slide_type": "skip"}
PAIR = ("convolutional", "dense, equal")
EXPERIMENTS = [(name, data_set, LATENT) for data_set in SETS for name in PAIR]
EXPERIMENTS += [(name, clothes.name, LATENT) for name in list(NETWORKS)[2:4]]
EXPERIMENTS += [("dense, equal", clothes.name, latent) for latent in LATENTS if latent != LATENT]
judged = {}
for seed in SEEDS:  # the rivals take turns, so that a busy machine slows all
    for name, data_set, latent in EXPERIMENTS:
        for epochs in BUDGETS:
            key = f"{name}, {latent} dimensions, {data_set}, {epochs} epochs, seed {seed}"
            found = recorded.kept(key, result, name, data_set, seed, epochs, latent)
            judged.setdefault((name, data_set, latent, epochs), []).append(found)
for data_set in CONTROL_SETS:
    name = "dense, equal, Muon"
    key = f"{name}, {LATENT} dimensions, {data_set}, {EPOCHS} epochs, seed 0"
    found = recorded.kept(key, result, name, data_set, 0, EPOCHS, LATENT)
    judged[name, data_set, LATENT, EPOCHS] = [found]


# %% slideshow={"slide_type": "skip"}
def values(key, name, data_set=clothes.name, latent=LATENT, epochs=EPOCHS, at_end=True):
    """One number (or curve) per seed."""
    results = judged[name, data_set, latent, epochs]
    return [(r if at_end else r["three quarters"])[key] for r in results]


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who is ahead: per update, and per second?
#
# The same two networks over two clocks. Lower is better: the held-out loss is −ELBO, in nats an
# image.

# %% [markdown] slideshow={"slide_type": "notes"}
# Bands span the seeds. A busy machine is at times half as fast; so each network is credited with
# its quickest epoch, times their number. (Seconds of a run that was loaded are those of the machine
# that trained it.)


# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
def seconds_of(name, data_set=clothes.name):
    """Seconds until each epoch's end, had all been as quick as the quickest one."""
    seconds = np.array(values("seconds", name, data_set))
    return np.diff(seconds, prepend=0).min() * np.arange(1, EPOCHS + 1)


over_epochs = {name: (np.arange(1, EPOCHS + 1), values("curve", name)) for name in PAIR}
over_seconds = {name: (seconds_of(name), values("curve", name)) for name in PAIR}
with plotting.beside_the_record(NOTEBOOK, "curves"):
    plotting.lines(
        {"epochs": over_epochs, "seconds of training": over_seconds},
        "Clothes: who is ahead per epoch, and per second?",
        alt="Held-out negative bound falling over epochs and over seconds for the convolutional "
        "VAE and the dense one with as many weights.",
        y_label="held-out −ELBO, nats",
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# Per epoch the convolutional network is ahead. Per second the dense one is, at first.

# %% [markdown] slideshow={"slide_type": "notes"}
# In the recorded run its whole training ends when the other has made an epoch or two, and only
# later does the convolutional one reach that loss. Two things make it slow, thirteen times the work
# and Muon. What a dense training planned for as many seconds would reach was not measured; so no
# verdict on seconds.
#
# Is it the convolution that is ahead, or its optimizer? The dense network with Muon:


# %% slideshow={"slide_type": "fragment"}
def control_in_words(found):
    parts = []
    for name in ("convolutional", "dense, equal", "dense, equal, Muon"):
        numbers = found[f"{name}, 16 dimensions, fashion_mnist, 16 epochs, seed 0"]
        parts.append(f"{name}: −ELBO {numbers['−ELBO']:.1f}, Fréchet {numbers['Fréchet']:.1f}")
    return f"Clothes, 16 epochs, the first seed. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, control_in_words)

# %% [markdown] slideshow={"slide_type": "notes"}
# Of the five nats between the two, Muon makes up less than one, and the samples do not gain. That
# is one seed, on clothes; keep it in mind for every comparison below, where the convolutional
# networks have Muon and the dense ones Adam.


# %% slideshow={"slide_type": "skip"}
def print_table(data_set):
    """One line for each network: what it costs, and what it reaches (mean over the seeds)."""
    columns = ("−ELBO", "−log p", "gap", "active", "Fréchet")
    titles = ("weights", "seconds", "seeds", *columns)
    print(f"{data_set:21}" + "".join(f"{title:>9}" for title in titles))
    for name, where, latent, epochs in judged:
        if (where, latent, epochs) != (data_set, LATENT, EPOCHS):
            continue
        seconds = seconds_of(name, data_set)[-1]
        means = [np.mean(values(column, name, data_set)) for column in columns]
        weights = sum(WEIGHTS[name.removesuffix(", Muon")])
        cost = f"{weights:>9,}{seconds:>9.0f}{len(values('gap', name, data_set)):>9}"
        print(f"{name:21}{cost}" + "".join(f"{mean:>9.1f}" for mean in means))
    floor = evaluation.yardstick(SETS[data_set], COUNT).frechet_floor()
    print(f"{'real images':21}{floor:>72.1f}\n")


# %% [markdown] slideshow={"slide_type": "subslide"}
# Which network do the three measures prefer, and do they agree?

# %% slideshow={"slide_type": "fragment"} tags=["hide-input"]
for data_set in SETS:
    print_table(data_set)
print(
    f"−log p and gap: {NLL_SAMPLES} samples for each of {NLL_IMAGES} images (−ELBO: "
    f"{TEST_IMAGES:,}); Fréchet: course classifier, {COUNT:,} images"
)

# %% [markdown] slideshow={"slide_type": "notes"}
# (−log p and the gap are of fewer images than −ELBO: compare down a column, not across.) Look at
# the gap too: does the convolutional encoder give away less than the dense one?


# %% slideshow={"slide_type": "skip"}
def mean_of(found, key, name, data_set=clothes.name, latent=LATENT, epochs=16):
    """Mean over the recorded seeds."""
    start = f"{name}, {latent} dimensions, {data_set}, {epochs} epochs, seed"
    return np.mean([numbers[key] for title, numbers in found.items() if title.startswith(start)])


# %% slideshow={"slide_type": "fragment"}
def what_the_measures_say(found):
    parts = []
    for data_set in ("fashion_mnist", "mnist"):
        told = []
        for key in ("−ELBO", "−log p", "Fréchet", "gap"):
            conv, dense = (mean_of(found, key, name, data_set) for name in PAIR)
            told.append(f"{key} {conv:.1f} against {dense:.1f}")
        parts.append(f"{data_set}: {', '.join(told)}")
    return (
        f"Convolutional against dense with as many weights. {'; '.join(parts)}. All three measures "
        "prefer the convolutional one, whose encoder gives away no less."
    )


recorded.answer(NOTEBOOK, what_the_measures_say)

# %% [markdown] slideshow={"slide_type": "notes"}
# The whole report for the convolutional VAE's samples of clothes. A floor stands beside each
# number: what real images get in place of the generated ones. Two lines to start with: *recall* is
# low where real images lie far from all samples, *high-frequency energy* where edges are blurred.
# The Fréchet distance mixes such faults in one number.

# %% slideshow={"slide_type": "skip"}
shown_models = {name: train(name, clothes.name, SEEDS[0])[0] for name in PAIR}
recorded.keep_network("conv_vae_clothes", shown_models["convolutional"])
fake = shown_models["convolutional"].sample(COUNT, seed=0)
print(evaluation.report(clothes, fake, count=COUNT, name="samples, convolutional"))

# %% slideshow={"slide_type": "subslide"}
pictures = {"real, held out": clothes.x_test[first_of_class]}
for name, model in shown_models.items():
    pictures[f"{name}, rebuilt"] = model.reconstruct(clothes.x_test[first_of_class])
for name, model in shown_models.items():
    pictures[f"{name}, samples"] = model.sample(10, seed=5)
with plotting.beside_the_record(NOTEBOOK, "samples"):
    plotting.image_rows(
        pictures,
        "What does each network rebuild, and what does it dream up?",
        alt="Ten real garments; then, for the convolutional and the dense VAE, the same garments "
        "rebuilt, and ten samples from the prior. Fréchet distances stand at the ends of samples.",
        notes={
            f"{name}, samples": f"Fréchet {values('Fréchet', name)[0]:.0f}" for name in shown_models
        },
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# Why are they blurred? A pixel shows its chance to be white, an average over all that the code
# leaves open.

# %% [markdown] slideshow={"slide_type": "notes"}
# The number at the end of a row is the Fréchet distance of many samples of this network, not of
# these ten. The codes are the same ten in each row of samples, but a code means something else to
# each network.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is a larger latent space good for?
#
# "Growing the latent from 8 to 64 greatly improves the generated images", people say. The distance
# between the two curves is the KL term: what the code costs.

# %% [markdown] slideshow={"slide_type": "notes"}
# Change the latent size of the dense network and leave its hidden layers as they are (64 dimensions
# then mean a tenth more weights than 8).

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
few, many = (
    sum(part.count_params() for part in NETWORKS["dense, equal"](size)) for size in (8, 64)
)
print(f"{few:,} weights with 8 dimensions, {many:,} with 64: {many / few:.2f} times as many")

# %% slideshow={"slide_type": "fragment"}
SIZES = sorted({*LATENTS, LATENT})


def swept(key):
    """Results over the latent sizes, (seeds, sizes)."""
    return np.array([values(key, "dense, equal", latent=size) for size in SIZES]).T


with plotting.beside_the_record(NOTEBOOK, "sizes"):
    plotting.lines(
        {
            "latent dimensions": {
                "−ELBO": (SIZES, swept("−ELBO")),
                "reconstruction": (SIZES, swept("reconstruction")),
            },
        },
        "What do more dimensions do to the bound?",
        alt="The negative bound and its reconstruction term against the latent size; the distance "
        "between the two curves is the KL term.",
        y_label="held out, nats",
        log_x=True,
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# How many of 64 dimensions does the network use? Each must be worth its nats.

# %% slideshow={"slide_type": "skip"}
for size, active, distance in zip(
    SIZES, swept("active").mean(axis=0), swept("Fréchet").mean(axis=0), strict=True
):
    print(f"latent {size:2}: {active:4.1f} active, Fréchet distance of samples {distance:5.1f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# A dimension that says nothing about the image costs nothing (its KL term is zero), one that says a
# little must be worth its nats. And after how much training? After a short one most of 64 count as
# active; after a longer one most are silent.

# %% slideshow={"slide_type": "fragment"}
recorded.answer(
    NOTEBOOK,
    lambda found: (
        "Of 64 dimensions "
        + ", ".join(
            f"{mean_of(found, 'active', 'dense, equal', latent=64, epochs=epochs):.0f} are active "
            f"after {epochs} epoch{'s' if epochs > 1 else ''}"
            for epochs in (1, 4, 16)
        )
        + f"; with 8 dimensions all {mean_of(found, 'active', 'dense, equal', latent=8):.0f} are."
    ),
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# > "Convolutional VAEs need fewer parameters, start at a lower loss, end lower, and generate better
# > images than dense ones."
#
# Four claims in one sentence, made after thirty epochs of all 60,000 images with Adam. "Start" is
# read as the loss after one epoch (planned as such), since before training both stand near $784
# \log 2$. The recorded run has half as many epochs and a faster recipe, so a verdict counts only
# where the numbers have levelled off.

# %% slideshow={"slide_type": "fragment"}
SOURCE_EPOCHS = 30
FLIPPED = "latent_64_reconstructed"  # its verdict turned over in the recorded run
OPTIMIZERS = "Convolutional with Muon, dense with Adam."
UPDATES = -(-TRAIN_SIZE // BATCH_SIZE) * EPOCHS


def found_for(key, conditions, data_set, epochs=EPOCHS, at_end=True):
    """Results of conditions (title, network, latent size), by title."""
    return {
        title: values(key, network, data_set, latent, epochs, at_end)
        for title, network, latent in conditions
    }


# %% slideshow={"slide_type": "skip"}
def compare(name, statement, test, measure, key, conditions, data_set=clothes.name, **options):
    """Judge and show one claim; `conditions` are (title, network, latent size)."""
    claim = claims.Claim(
        f"{name}_{data_set}", f"{statement} ({data_set})", test, measure, paired=True, **options
    )
    asked = (key, conditions, data_set)
    earlier = {epochs / EPOCHS: found_for(*asked, epochs) for epochs in BUDGETS[:-1]}
    outcome = claims.test(
        claim,
        found_for(*asked),
        f"{TRAIN_SIZE:,} images, {EPOCHS} epochs ({UPDATES:,} updates)",
        SETS[data_set],
        earlier={**earlier, 3 / 4: found_for(*asked, at_end=False)},
        own_budget=EPOCHS >= SOURCE_EPOCHS,
        takes=f"{SOURCE_EPOCHS} epochs",
    )
    claims.show(outcome, NOTEBOOK)
    if outcome.flips or name == FLIPPED:
        draw_flip(measure, asked)


# %% slideshow={"slide_type": "skip"}
def draw_flip(measure, asked):
    """The measure of both conditions over the epochs, where a verdict turns over."""
    over_epochs = [found_for(*asked, epochs) for epochs in BUDGETS]
    curves = {
        title: (BUDGETS, np.array([found[title] for found in over_epochs]).T)
        for title in over_epochs[0]
    }
    with plotting.beside_the_record(NOTEBOOK, "flips"):
        plotting.lines(
            {"epochs of training": curves},
            "Which verdict turns over as training goes on?",
            alt=f"{measure} of both conditions against the number of epochs.",
            y_label=measure,
            log_x=True,
        )


RIVALS = [(name, name, LATENT) for name in PAIR]

# %% slideshow={"slide_type": "subslide"}
for data_set in SETS:
    shortest = {name: values("−ELBO", name, data_set, epochs=BUDGETS[0]) for name in PAIR}
    claims.show(
        claims.test(
            claims.Claim(
                name=f"starts_lower_{data_set}",
                statement=f"A convolutional VAE starts at a lower loss. ({data_set})",
                test=f"{OPTIMIZERS} Equal weights: the loss after the shortest training (recorded: "
                "one epoch), each at the best of three rates.",
                measure="held-out −ELBO, nats",
                paired=True,
            ),
            shortest,
            f"{TRAIN_SIZE:,} images, epochs: {BUDGETS[0]}",
            SETS[data_set],
        ),
        NOTEBOOK,
    )

# %% slideshow={"slide_type": "subslide"}
for data_set in SETS:
    compare(
        "ends_lower",
        "A convolutional VAE ends at a lower loss.",
        f"{OPTIMIZERS} Equal weights and updates, each at the best of three rates: the loss after "
        "the last epoch.",
        "held-out −ELBO, nats",
        "−ELBO",
        RIVALS,
        data_set,
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# The bound may favour the better encoder. Does the likelihood agree, also when the decoders have
# equally many weights?

# %% slideshow={"slide_type": "fragment"}
NLL = f"−log p in nats, {NLL_SAMPLES} importance samples, {NLL_IMAGES} images"
for data_set in SETS:
    compare(
        "likelihood",
        "A convolutional VAE explains held-out images better.",
        f"{OPTIMIZERS} Equal weights and updates, each at the best of three rates.",
        NLL,
        "−log p",
        RIVALS,
        data_set,
    )
compare(
    "likelihood_same_decoder",
    "A convolutional VAE explains held-out images better than one whose dense decoder has as many "
    "weights.",
    f"{OPTIMIZERS} Decoders of 109,000 weights, encoders of 424,000; equal updates.",
    NLL,
    "−log p",
    [RIVALS[0], ("dense, same decoder", "dense, same decoder", LATENT)],
)

# %% slideshow={"slide_type": "subslide"}
for data_set in SETS:
    compare(
        "better_images",
        "A convolutional VAE generates better images.",
        f"{OPTIMIZERS} Equal weights, equal updates; samples from the prior.",
        f"Fréchet distance (course classifier, {COUNT:,} images)",
        "Fréchet",
        RIVALS,
        data_set,
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# Fewer weights: as the two are often built, that depends on the rival. 784-256-8 has 0.77 of the
# convolutional network's weights, 784-512-256-64 has 2.09 times as many. Does it *need* them? Take
# a convolutional VAE with less than a third of the equal dense one's. "Needs fewer" says that it is
# *no worse*; how much worse would still be called that has to be fixed before one looks. One nat,
# in about a hundred.

# %% slideshow={"slide_type": "fragment"}
compare(
    "fewer_weights",
    "A convolutional VAE with 0.28 of the weights is no worse than a dense one.",
    f"{OPTIMIZERS} 16 and 32 filters and 64 hidden units, against 329 hidden units; equal updates; "
    "no worse: by less than one nat.",
    "held-out −ELBO, nats",
    "−ELBO",
    [("convolutional, small", "convolutional, small", LATENT), RIVALS[1]],
    margin=1.0,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "Growing the latent from 8 to 64 greatly improves generated images."
#
# Once for what is generated, once for what is reconstructed. "Greatly" is not put into a number:
# any difference that all seeds share counts.

# %% slideshow={"slide_type": "fragment"}
for key, what, measure in [
    ("Fréchet", "generated", f"Fréchet distance of samples (course classifier, {COUNT:,} images)"),
    ("reconstruction", "reconstructed", "−log p(x | z) of held-out images, nats"),
]:
    compare(
        f"latent_64_{what}",
        f"A latent of 64 instead of 8 improves {what} images.",
        "The dense VAE with the same hidden layers; a tenth more weights with 64.",
        measure,
        key,
        [(f"latent {size}", "dense, equal", size) for size in (64, 8)],
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# In the recorded run:
#
# - "Convolutional against dense" is no comparison until it is said what is kept equal. With as many
#   weights the convolutional network does thirteen times the work for an image.
# - At equal weights the convolutional network is ahead by the bound, by the likelihood and by its
#   samples. So it is on clothes and on digits, from one epoch on; also where the dense decoder has
#   as many weights. The gaps are alike, so the lead is one of $p(x)$, not of a tighter bound. The
#   optimizer explains a small part of it.
# - The dense network does not use up a larger code: of 64 dimensions about fifteen stay active, as
#   many as of sixteen, and the bound is the same. It rebuilds better than with 8 so far; better
#   samples are not seen.
# - "Needs fewer weights" speaks of what a network needs, not of how it is built. With 0.28 of the
#   weights the convolutional one is ahead so far; the numbers still move.
# - It contradicts itself? After one epoch 64 dimensions rebuild worse than 8, after sixteen better,
#   so far. A short training tells how fast a network learns, not how good it gets.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** For images of 28×28 pixels the first convolution has $(9 + 1) \cdot 32 = 320$
# weights, and a dense layer from the pixels to 329 units has $(784 + 1) \cdot 329 = 258{,}265$. How
# many has each for images of 56×56? Write down the pair, `(convolution, dense layer)`.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
weights_at_56 = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("05.1", weights_at_56)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Count before you build.** Complete `dense_weights`: the number of weights of the dense VAE
# with one hidden layer of `hidden` units on each side. `dense_weights(329, 16)` is what "dense,
# equal" has in the table above.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def dense_weights(hidden, latent):
    """Weights of encoder and decoder for images of 784 pixels."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("05.2", dense_weights)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Nats to bits.** Compression people quote bits per pixel. Complete `bits_per_pixel` for an
# image of 784 pixels: 784 fair coins ($784 \log 2$ nats) are exactly 1 bit per pixel. How many bits
# per pixel does your best model need?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def bits_per_pixel(nats):
    """Bits for each of 784 pixels."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("05.3", bits_per_pixel)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Which dimensions are active?** Complete `active_dimensions` from posterior means (n, d):
# those whose variance over the images exceeds 0.01. Then ask it about
# `shown_models["convolutional"].encode(held_out[clothes.name])`: their number is
# `values("active", "convolutional")[0]`, up to one.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def active_dimensions(means):
    """Indices of the active dimensions."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("05.4", active_dimensions)

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Is it the neighbours?** Shuffle the pixels of all images by one fixed permutation: complete
# `shuffled`. Before you train on such images, derive why a dense layer cannot tell. (The 784
# weights of one of its units are a picture too. What is $\sum_j w_j x_j$ after both have been
# shuffled alike?) Why does the same not hold for a convolution?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def shuffled(pictures, seed=0):
    """The same permutation of the 784 pixels for all images (n, 28, 28, 1)."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("05.5", shuffled)

# %% [markdown] slideshow={"slide_type": "skip"}
# **And then.** Train both rivals on shuffled images: after `import dataclasses`, set
# `SETS["shuffled"] = dataclasses.replace(clothes, x_train=shuffled(clothes.x_train))` and
# `held_out["shuffled"] = shuffled(held_out[clothes.name])`, then `train(name, "shuffled", seed)`.
# With at least three seeds the dense VAE ends where it did before, within the spread of its seeds,
# for it never knew which pixels are neighbours. What happens to the other one?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [06 · Where do a VAE's codes lie, and what lies between them?](06_vae_latent_space.ipynb): maps
#   and paths.
# - [07 · Does one direction of the code mean one thing?](07_vae_factors.ipynb): what the dimensions
#   mean, and what β does to them.
# - [08 · How far does a mixture of Gaussians get?](08_gaussian_mixtures.ipynb): a model without any
#   network, judged by the same report.
# - Kingma & Welling 2014, [Auto-Encoding Variational Bayes](https://arxiv.org/abs/1312.6114).
# - Burda, Grosse & Salakhutdinov 2016, [Importance Weighted
#   Autoencoders](https://arxiv.org/abs/1509.00519): the estimate of $\log p(x)$, and a count of the
#   latent dimensions that are used.
# - Salakhutdinov & Murray 2008, [On the quantitative analysis of deep belief
#   networks](https://doi.org/10.1145/1390156.1390266): binarised digits as a yardstick.
# - Theis, van den Oord & Bethge 2016, [A note on the evaluation of generative
#   models](https://arxiv.org/abs/1511.01844): why likelihood and samples need not agree.
