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
# **Time** · smoke 53 s · cpu 10 min · gpu not measured
#
# Convolutional VAEs, one reads, need fewer weights and make better images. Compared with which
# dense network, after how much training, and by which measure?
#
# After this notebook you can
#
# - build the two standard VAEs for small images, and count their weights by hand;
# - compare two models by what is kept equal: weights, updates, seconds;
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
import warnings

import keras
import numpy as np
from keras import ops

from course_utils.architectures import conv_decoder, dense_decoder
from course_utils.checks import whole_number
from course_utils.evaluation import claims
from course_utils.measures.inputs import ConstantFeaturesWarning
from course_utils.models import VAE
from course_utils.training import fit

# %% slideshow={"slide_type": "skip"}
TRAIN_SIZE = by_profile(smoke=1_200, cpu=6_000, gpu=60_000, record=10_000)
EPOCHS = by_profile(smoke=2, cpu=6, gpu=20, record=8)
# The dense network is quicker: it also runs for this many times the epochs, for about equal
# seconds.
LONGER = by_profile(smoke=2, cpu=6, gpu=3)
BATCH_SIZE = by_profile(smoke=16, cpu=128, gpu=128)
LEARNING_RATE = by_profile(smoke=3e-3, cpu=1e-3, gpu=1e-3)
LATENT = 16
LATENTS = by_profile(smoke=(8, 64), cpu=(2, 8, 16, 64), gpu=(2, 4, 8, 16, 32, 64))
COUNT = by_profile(smoke=400, cpu=2_000, gpu=10_000)  # generated images
NLL_IMAGES = by_profile(smoke=30, cpu=500, gpu=1_000)
NLL_SAMPLES = by_profile(smoke=30, cpu=100, gpu=1_000)
# One seed gives no verdict: in `smoke`, read the recorded runs.
SEEDS = by_profile(smoke=range(1), cpu=range(3), gpu=range(5), record=range(5))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two data sets, in black and white
#
# How good is a VAE? One answer is $-\log p(x)$, in nats. It is a likelihood only if $p$ is a
# distribution over the values that pixels take, and the usual Bernoulli one is over *binary*
# pixels. So pixels are drawn, white with a chance equal to their grey level: for training anew in
# each epoch, for the test once, with a seed that is part of the result (another draw is another
# test).

# %% slideshow={"slide_type": "fragment"}
clothes = data.load("fashion_mnist", train_size=TRAIN_SIZE)
digits = data.load("mnist", train_size=TRAIN_SIZE)


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def binarised(pictures, rng):
    """Each pixel white with a chance equal to its grey level: an array of zeros and ones."""
    return (rng.random(pictures.shape, dtype="float32") < pictures).astype("float32")


drawn = binarised(np.full((1, 100, 100, 1), 0.3, dtype="float32"), np.random.default_rng(0))
print(f"values {np.unique(drawn)}, mean of 10,000 pixels of grey 0.3: {drawn.mean():.2f}")

# %% slideshow={"slide_type": "fragment"}
TEST_SEED = 2
SETS = {images.name: images for images in (clothes, digits)}
held_out = {
    name: binarised(images.x_test, np.random.default_rng(TEST_SEED))[:: len(images.x_test) // 1_000]
    for name, images in SETS.items()
}
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
# One draw loses much, all draws together nothing: a pixel is white as often as it is light. A model
# that predicts each pixel's chance paints in grey again.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two encoders
#
# The encoder of a VAE has two outputs, the mean $\mu$ and the log-variance $\log \sigma^2$ of $q(z
# \mid x)$. Neither has an activation function: a mean that passed through a ReLU could never be
# negative.


# %% slideshow={"slide_type": "fragment"}
IMAGE_SHAPE = (28, 28, 1)


def gaussian_heads(features, latent_size):
    """Mean and log-variance (n, latent_size) of features (n, k), both linear: any value will do."""
    latent_size = whole_number("latent_size", latent_size, low=1)
    return [
        keras.layers.Dense(latent_size, name="mean")(features),
        keras.layers.Dense(latent_size, name="log_var")(features),
    ]


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def dense_vae_encoder(image_shape, latent_size, hidden=(256,)):
    """Images (n, h, w, c) to means and log-variances (n, latent_size)."""
    images = keras.Input(image_shape)
    features = keras.layers.Flatten()(images)
    for units in hidden:
        features = keras.layers.Dense(units, activation="relu")(features)
    return keras.Model(images, gaussian_heads(features, latent_size), name="dense_vae_encoder")


for head in dense_vae_encoder(IMAGE_SHAPE, LATENT).layers[-2:]:
    print(head.name, head.output.shape, "activation:", head.activation.__name__)


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
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
# the image, and the features shift along. (With stride 2, a shift by two pixels moves them by one.)
# A dense layer answers with other numbers altogether.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
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
# The decoders are those of notebook 01. How many weights does the convolutional pair have? By hand,
# layer by layer: a dense layer from $m$ to $n$ units has $(m + 1)\,n$, a 3×3 convolution from $c$
# to $n$ channels $(9c + 1)\,n$. The 1 is the bias.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
by_hand = {
    "encoder": (9 * 1 + 1) * 32 + (9 * 32 + 1) * 64 + (7 * 7 * 64 + 1) * 128 + 2 * (128 + 1) * 16,
    "decoder": (16 + 1) * 7 * 7 * 64 + (9 * 64 + 1) * 64 + (9 * 64 + 1) * 32 + (9 * 32 + 1) * 1,
}
encoder, decoder = conv_vae_encoder(IMAGE_SHAPE, LATENT), conv_decoder(IMAGE_SHAPE, LATENT)
print(f"encoder {encoder.count_params():,}, decoder {decoder.count_params():,}")
print("as by hand:", [encoder.count_params(), decoder.count_params()] == list(by_hand.values()))
print(f"share in the largest layer: {(7 * 7 * 64 + 1) * 128 / sum(by_hand.values()):.0%}")

# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
plotting.network(
    [encoder, decoder],
    "How large is each layer's output (height), and where are the weights (last line)?",
    alt="Blocks for the layers: two convolutions, a dense layer with three quarters of all "
    "weights, two heads of sixteen numbers, and back up over three transposed convolutions.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Three quarters of the weights of this *convolutional* network sit in one dense layer.
#
# ## Which dense network is the fair rival?
#
# Two are often shown: 784-256-8, and 784-512-256-64. Both differ from the convolutional VAE in
# everything at once: layers, weights, latent size. The rival here has the same latent size and as
# many weights: one hidden layer of $h = 329$ units on each side (exercise 1). Depth and work still
# differ: how much, we count.


# %% slideshow={"slide_type": "subslide"}
def dense_pair(latent, hidden):
    return (
        dense_vae_encoder(IMAGE_SHAPE, latent, hidden),
        dense_decoder(IMAGE_SHAPE, latent, hidden[::-1]),
    )


def conv_pair(latent, filters=(32, 64), hidden=128):
    return (
        conv_vae_encoder(IMAGE_SHAPE, latent, filters, hidden),
        conv_decoder(IMAGE_SHAPE, latent, filters[::-1]),
    )


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
NETWORKS = {
    "convolutional": lambda latent=LATENT: conv_pair(latent),
    "dense, equal": lambda latent=LATENT: dense_pair(latent, (329,)),
    "convolutional, small": lambda: conv_pair(LATENT, (16, 32), 64),
    "dense 784-256-8": lambda: dense_pair(8, (256,)),
    "dense 784-512-256-64": lambda: dense_pair(64, (512, 256)),
}
WEIGHTS = {name: sum(part.count_params() for part in build()) for name, build in NETWORKS.items()}
for name, count in WEIGHTS.items():
    print(f"{name:21} {count:>9,} weights, {count / WEIGHTS['convolutional']:.2f} of the first")

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
# Each weight of a convolution works at every position, each weight of a dense layer once.
work = {
    "convolutional": 14 * 14 * 9 * 32 + 7 * 7 * 9 * 32 * 64 + 7 * 7 * 64 * 128 + 2 * 128 * 16
    + 16 * 7 * 7 * 64 + 7 * 7 * 9 * 64 * 64 + 14 * 14 * 9 * 64 * 32 + 28 * 28 * 9 * 32,
    "dense, equal": 784 * 329 + 2 * 329 * 16 + 16 * 329 + 329 * 784,
}  # fmt: skip
print("multiplications for one image:", {name: f"{count:,}" for name, count in work.items()})
print(f"{work['convolutional'] / work['dense, equal']:.1f} times the work, with as many weights")

# %% [markdown] slideshow={"slide_type": "subslide"}
# The bound of notebook 03, in nats an image, with the encoder $q(z \mid x)$, the decoder $p(x \mid
# z)$ and the prior $p(z) = \mathcal N(0, I)$:
#
# $$-\log p(x) \;\le\; -\text{ELBO} = \underbrace{\mathbb E_q[-\log p(x \mid
# z)]}_{\text{reconstruction}} + \underbrace{\mathrm{KL}(q(z \mid x) \,\Vert\, p(z))}_{\text{what
# the code costs}}.$$
#
# Before training, no network knows anything: each pixel gets a chance near one half. What should
# the bound be then? A fair coin costs $\log 2$ nats, an image $784 \log 2$; the KL term of an
# untrained encoder adds a few nats. So neither network *starts* lower by more than that.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
keras.utils.set_random_seed(0)
print(f"784 fair coins: {784 * np.log(2):.0f} nats")
for name in ("convolutional", "dense, equal"):
    untrained = VAE(*NETWORKS[name]())
    bound = untrained.elbo(held_out[clothes.name][:200]).mean()
    print(f"{name}: within 5 % of that:", bool(abs(bound / (784 * np.log(2)) + 1) < 0.05))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Training
#
# One recipe for all: the same images in the same order, Adam at one learning rate (tuned for none
# of them), the same batches. `fit` measures the bound on held-out images after each epoch, and the
# seconds of training alone.


# %% slideshow={"slide_type": "fragment"}
def train(name, data_set, seed, epochs=EPOCHS, latent=None):
    """Build with this seed and train; returns the model and its run."""
    keras.utils.set_random_seed(seed)
    model = VAE(*(NETWORKS[name]() if latent is None else NETWORKS[name](latent)))
    model.compile(keras.optimizers.Adam(LEARNING_RATE))
    size = model.latent_size
    run = fit(
        model,
        SETS[data_set].x_train,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        seed=seed,
        validation_data=(held_out[data_set],) * 2,
        transform=binarised,
        # With its epochs: a longer run must not go on from a shorter one, or its seconds would
        # count the compiling twice.
        run=f"05_vae_dense_vs_conv/{data_set}/{name}, {size}, {TRAIN_SIZE}x{epochs}, seed {seed}",
        report="line",
    )
    return model, run


# %% slideshow={"slide_type": "skip"}
PAIR = ("convolutional", "dense, equal")
RUNS = [(name, name, EPOCHS) for name in PAIR]
RUNS += [("dense, longer", "dense, equal", EPOCHS * LONGER)]
trained = {}
for data_set in SETS:
    for seed in SEEDS:  # the rivals take turns, so that a busy machine slows both
        for key, name, epochs in RUNS:
            trained.setdefault((data_set, key), []).append(train(name, data_set, seed, epochs))

# %% slideshow={"slide_type": "skip"}
OTHERS = ("convolutional, small", "dense 784-256-8", "dense 784-512-256-64")
for name, seeds in zip(OTHERS, (SEEDS, SEEDS[:1], SEEDS[:1]), strict=True):
    trained[clothes.name, name] = [train(name, clothes.name, seed) for seed in seeds]

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who is ahead: per update, and per second?
#
# The same two networks over two clocks. Lower is better: the held-out loss is $-$ELBO, in nats an
# image. On the right the dense network trains for more epochs; each curve ends with its training.
# Bands span the seeds. Seconds include compiling the first step; those of a run that was loaded are
# from the machine that trained it.


# %% slideshow={"slide_type": "skip"}
def loss_curve(data_set, name):
    """Held-out −ELBO after each epoch, (seeds, epochs)."""
    return np.array([run.history["val_loss"] for _, run in trained[data_set, name]])


def seconds_curve(data_set, name):
    """Mean seconds of training up to the end of each epoch."""
    return np.mean([run.seconds for _, run in trained[data_set, name]], axis=0)


# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
epochs = np.arange(1, EPOCHS + 1)
rivals = {"convolutional": "convolutional", "dense, equal": "dense, longer"}
plotting.lines(
    {
        "epochs": {name: (epochs, loss_curve(clothes.name, name)) for name in PAIR},
        "seconds of training": {
            name: (seconds_curve(clothes.name, run), loss_curve(clothes.name, run))
            for name, run in rivals.items()
        },
    },
    "Clothes: who is ahead per epoch, and per second?",
    alt="Held-out negative bound falling over epochs and over seconds for the convolutional VAE "
    "and the dense one with as many weights.",
    y_label="held-out −ELBO, nats",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three questions to each model
#
# The bound alone does not rank models: a loose bound hides a good model. So ask
#
# 1. **How well does it explain held-out images?** $-\log p(x)$ by importance sampling
#    ([Burda et al. 2016](https://arxiv.org/abs/1509.00519)). With finitely many samples it is, on
#    average, still too high, so the number of samples stands beside it. The *gap* to −ELBO on the
#    same images is what the encoder gives away, as far as the samples suffice to see it.
# 2. **How much of the code does it use?** A dimension is *active* if the variance of its posterior
#    mean over the images exceeds 0.01 (Burda et al.). Active does not mean important.
# 3. **How good are its samples?** Codes drawn from the prior, decoded to each pixel's chance (grey;
#    no pixels are drawn), never reconstructions, compared with real grey images:
#    `evaluation.report`. Its first line is the **Fréchet distance**: how far apart two clouds of
#    features lie, by their means and covariances. The features are hidden layers of a classifier
#    trained on the training images (the *course classifier*). Lower is better. Notebook 08 explains
#    the other lines.


# %% slideshow={"slide_type": "fragment"}
def judge(model, run, data_set, seed):
    """Bound, active dimensions and distance of samples, as a dict of numbers."""
    fake = model.sample(COUNT, seed=seed)
    with warnings.catch_warnings():
        # Poor samples leave some features untouched; the distance counts that.
        warnings.simplefilter("ignore", ConstantFeaturesWarning)
        distance = evaluation.yardstick(SETS[data_set], COUNT).frechet(fake)
    return {
        "−ELBO": run.history["val_loss"][-1],
        "reconstruction": run.history["val_reconstruction"][-1],
        "active": run.history["val_active"][-1],
        "Fréchet": distance,
    }


def likelihood(model, data_set, seed):
    """−log p(x) by importance sampling, and how far −ELBO lies above it there, in nats."""
    test = held_out[data_set][:NLL_IMAGES]
    nll = evaluation.importance_nll(model, test, NLL_SAMPLES, seed=seed).value
    return {"−log p": nll, "gap": float(-model.elbo(test, seed=seed).mean() - nll)}


# %% slideshow={"slide_type": "skip"}
judged = {
    (data_set, name): [
        judge(model, run, data_set, seed) | likelihood(model, data_set, seed)
        for seed, (model, run) in zip(SEEDS, runs, strict=False)
    ]
    for (data_set, name), runs in trained.items()
}


# %% slideshow={"slide_type": "skip"}
def print_table(data_set):
    """One line for each network: what it costs, and what it reaches (mean over the seeds)."""
    columns = ("−ELBO", "−log p", "gap", "active", "Fréchet")
    titles = ("weights", "seconds", "seeds", *columns)
    print(f"{data_set:21}" + "".join(f"{title:>9}" for title in titles))
    for (where, name), results in judged.items():
        if where != data_set:
            continue
        size = WEIGHTS.get(name, WEIGHTS["dense, equal"])
        cost = f"{size:>9,}{seconds_curve(where, name)[-1]:>9.0f}{len(results):>9}"
        means = [np.mean([result[column] for result in results]) for column in columns]
        print(f"{name:21}{cost}" + "".join(f"{mean:>9.1f}" for mean in means))
    floor = evaluation.yardstick(SETS[data_set], COUNT).frechet_floor()
    print(f"{'real images':21}{floor:>72.1f}\n")


# %% slideshow={"slide_type": "fragment"}
for data_set in SETS:
    print_table(data_set)
print(
    f"−log p and gap: {NLL_SAMPLES} samples for each of {NLL_IMAGES} images (−ELBO: 1,000); "
    f"Fréchet: course classifier, {COUNT:,} images"
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Do the three measures rank the networks alike? Best first:

# %% slideshow={"slide_type": "fragment"}
for data_set in SETS:
    for key in ("−ELBO", "−log p", "Fréchet"):
        means = {
            name: np.mean([result[key] for result in results])
            for (where, name), results in judged.items()
            if where == data_set
        }
        print(f"{data_set}, {key:7}: " + " | ".join(sorted(means, key=means.get)))

# %% [markdown] slideshow={"slide_type": "subslide"}
# Does a swap of neighbours in these lists mean anything? Look up in the table how far apart their
# numbers are, and how many seeds stand behind them.
#
# The whole report for the two rivals' samples of clothes, one seed. A floor stands beside each
# number: what real images get in place of the generated ones. Two lines to start with: *recall* is
# low where real images lie far from all samples, *high-frequency energy* where edges are blurred.
# The Fréchet distance mixes such faults in one number.

# %% slideshow={"slide_type": "fragment"}
for name in PAIR:
    fake = trained[clothes.name, name][0][0].sample(COUNT, seed=0)
    print(evaluation.report(clothes, fake, count=COUNT, name=f"samples, {name}"), end="\n\n")

# %% slideshow={"slide_type": "slide"}
samples = {
    name: trained[clothes.name, name][0][0].sample(10, seed=5)
    for name in ("convolutional", "dense, equal", "dense, longer")
}
plotting.image_rows(
    {"real, held out": clothes.x_test[first_of_class]} | samples,
    "Can you tell the networks apart by their samples?",
    alt="Ten real garments, then ten samples each of the convolutional VAE, the dense one after as "
    "many epochs, and the dense one after longer training. Fréchet distances at the row ends.",
    notes={
        name: f"{judged[clothes.name, name][0]['Fréchet']:.0f}"
        for name in ("convolutional", "dense, equal", "dense, longer")
    },
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The number at the end of a row is the Fréchet distance of many samples of this network, not of
# these ten. Why are they blurred? A pixel shows its chance to be white, an average over all that
# the code leaves open. The codes are the same ten in each row, but a code means something else to
# each network.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is a larger latent space good for?
#
# "Growing the latent from 8 to 64 greatly improves the generated images", people say. Change the
# latent size of the dense network and leave its hidden layers as they are (64 dimensions then mean
# a tenth more weights than 8). The distance between the two curves is the KL term: what the code
# costs.

# %% slideshow={"slide_type": "skip"}
sweep = {
    size: [
        judge(*train("dense, equal", clothes.name, seed, latent=size), clothes.name, seed)
        for seed in SEEDS
    ]
    for size in LATENTS
}


# %% slideshow={"slide_type": "fragment"}
def swept(key):
    """Results over the latent sizes, (seeds, sizes)."""
    return np.array([[result[key] for result in sweep[size]] for size in LATENTS]).T


plotting.lines(
    {
        "latent dimensions": {
            "−ELBO": (LATENTS, swept("−ELBO")),
            "reconstruction term": (LATENTS, swept("reconstruction")),
        }
    },
    "What do more dimensions do to the bound, and to its reconstruction term?",
    alt="The negative bound and its reconstruction term against the latent size; the distance "
    "between the two curves is the KL term.",
    y_label="held out, nats",
    log_x=True,
)

# %% slideshow={"slide_type": "fragment"}
for size in LATENTS:
    active, distance = (
        np.mean([result[key] for result in sweep[size]]) for key in ("active", "Fréchet")
    )
    print(f"latent {size:2}: {active:4.1f} active, Fréchet distance of samples {distance:5.1f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Does the count of active dimensions say how much of a code is used? A dimension counts as soon as
# its mean varies a little. Divide the KL term by the count: how many nats does an active dimension
# carry, in the smallest code and in the largest? And a larger code could leave dimensions unused,
# at no cost. Where its −ELBO is higher all the same, training has not found that, or has adapted to
# the training images.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# > "Convolutional VAEs need fewer parameters, start at a lower loss, end lower, and generate better
# > images than dense ones."
#
# Four claims in one sentence. "Start" is read as the loss after one epoch, since before training
# both stand near $784 \log 2$; "end" as the loss when the updates of this budget are used up, not
# as convergence. The rival has as many weights and gets the same updates.

# %% slideshow={"slide_type": "fragment"}
UPDATES = -(-TRAIN_SIZE // BATCH_SIZE) * EPOCHS
BUDGET = f"{TRAIN_SIZE:,} images, {EPOCHS} epochs ({UPDATES:,} updates)"


def compare(name, statement, test, measure, values, data_set, budget=BUDGET):
    """Judge and show one claim on one data set; lower is better."""
    claim = claims.Claim(
        name=f"{name}_{data_set}", statement=f"{statement} ({data_set})", test=test, measure=measure
    )
    claims.show(claims.test(claim, values, budget, SETS[data_set]), "05_vae_dense_vs_conv")


for data_set in SETS:
    compare(
        "starts_lower",
        "A convolutional VAE starts at a lower loss.",
        "Equal weights, equal updates: the loss after the first epoch.",
        "held-out −ELBO after one epoch, nats",
        {name: loss_curve(data_set, name)[:, 0] for name in PAIR},
        data_set,
    )

# %% slideshow={"slide_type": "subslide"}
for data_set in SETS:
    compare(
        "ends_lower",
        "A convolutional VAE ends at a lower loss.",
        "Equal weights, equal updates: the loss after the last epoch.",
        "held-out −ELBO, nats",
        {name: loss_curve(data_set, name)[:, -1] for name in PAIR},
        data_set,
    )


# %% [markdown] slideshow={"slide_type": "subslide"}
# The bound may favour the better encoder. Does the likelihood agree? And by the clock, when the
# dense network may go on for as long as the convolutional one takes?


# %% slideshow={"slide_type": "skip"}
def result_of(key, names, data_set):
    """One number per seed for each of these networks."""
    return {name: [result[key] for result in judged[data_set, name]] for name in names}


# %% slideshow={"slide_type": "fragment"}
for data_set in SETS:
    compare(
        "likelihood",
        "A convolutional VAE explains held-out images better.",
        "Equal weights, equal updates.",
        f"−log p in nats, {NLL_SAMPLES} importance samples, {NLL_IMAGES} images",
        result_of("−log p", PAIR, data_set),
        data_set,
    )


# %% slideshow={"slide_type": "skip"}
def loss_at(data_set, name):
    """Held-out −ELBO when the first of the two rivals has finished, one number per seed."""
    rivals = ("convolutional", "dense, longer")
    end = min(run.seconds[-1] for rival in rivals for _, run in trained[data_set, rival])
    start = 784 * np.log(2)  # nearly what an untrained network has
    return [
        float(np.interp(end, [0, *run.seconds], [start, *run.history["val_loss"]]))
        for _, run in trained[data_set, name]
    ]


# %% slideshow={"slide_type": "fragment"}
for data_set in SETS:
    compare(
        "equal_seconds",
        "A convolutional VAE is also ahead after the same number of seconds.",
        f"The dense one gets up to {LONGER} times the epochs; compared when the first has ended.",
        "held-out −ELBO at equal seconds, nats",
        {name: loss_at(data_set, name) for name in ("convolutional", "dense, longer")},
        data_set,
        budget=f"{TRAIN_SIZE:,} images, {EPOCHS} or up to {EPOCHS * LONGER} epochs",
    )

# %% slideshow={"slide_type": "subslide"}
for data_set in SETS:
    compare(
        "better_images",
        "A convolutional VAE generates better images.",
        "Equal weights, equal updates; samples from the prior.",
        f"Fréchet distance (course classifier, {COUNT:,} images)",
        result_of("Fréchet", PAIR, data_set),
        data_set,
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# Fewer weights: a convolutional VAE with less than a third of the dense one's.

# %% slideshow={"slide_type": "fragment"}
compare(
    "fewer_weights",
    "A convolutional VAE with 0.28 of the weights still ends at a lower loss than a dense one.",
    "16 and 32 filters and 64 hidden units, against 329 hidden units; equal updates.",
    "held-out −ELBO, nats",
    {name: loss_curve(clothes.name, name)[:, -1] for name in (OTHERS[0], "dense, equal")},
    clothes.name,
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
        {f"latent {size}": [result[key] for result in sweep[size]] for size in (64, 8)},
        clothes.name,
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# Every verdict holds for its budget, and for one learning rate that was tuned for neither network.
# Where your run and the recorded run disagree, compare their budgets first. A large code may need
# more updates than it got, and a network that starts slowly may still be on its way: do the curves
# of "Who is ahead" still fall at their right ends? What would more training change? Set `EPOCHS`
# and see.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# **1. Count before you build.** Complete `dense_weights`: the number of weights of the dense VAE
# with one hidden layer of `hidden` units on each side. Check yourself: `dense_weights(329, 16)` is
# 533,138, and `dense_weights(256, 8)` is 408,864.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def dense_weights(hidden, latent):
    """Weights of encoder and decoder for images of 784 pixels."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Nats to bits.** Compression people quote bits per pixel. Complete `bits_per_pixel` for an
# image of 784 pixels. Check yourself: 784 fair coins ($784 \log 2$ nats) are exactly 1 bit per
# pixel. How many bits per pixel does your best model need?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def bits_per_pixel(nats):
    """Bits for each of 784 pixels."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Which dimensions are active?** Complete `active_dimensions` from posterior means (n, d):
# those whose variance over the images exceeds 0.01. Check yourself: on
# `trained[clothes.name, "convolutional"][0][0].encode(held_out[clothes.name])` their number is
# `judged[clothes.name, "convolutional"][0]["active"]`, up to one.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def active_dimensions(means):
    """Indices of the active dimensions."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Is it the neighbours?** Shuffle the pixels of all images by one fixed permutation and train
# both rivals again: after `import dataclasses`, set
# `SETS["shuffled"] = dataclasses.replace(clothes, x_train=shuffled(clothes.x_train))` and
# `held_out["shuffled"] = shuffled(held_out[clothes.name])`, then `train(name, "shuffled", seed)`.
# Check yourself, with at least three seeds: the dense VAE ends where it did before, within the
# spread of its seeds, for it never knew which pixels are neighbours. What happens to the other one?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def shuffled(pictures, seed=0):
    """The same permutation of the 784 pixels for all images (n, 28, 28, 1)."""
    ...


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
