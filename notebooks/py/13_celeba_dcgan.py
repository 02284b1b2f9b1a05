# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Which of DCGAN's rules does a face need?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/13_celeba_dcgan.ipynb)
#
# **Time** · smoke 60 s · cpu 10 min · gpu not measured
#
# Five rules made convolutional GANs train, found by trying. Here each is switched off alone, on
# faces. Then what the generator has learnt: does it copy, what lies between two faces, and is there
# a direction for a smile?
#
# After this notebook you can
#
# - build a DCGAN layer by layer, and say what each of its rules is for;
# - tell by seeds which rules matter for your data, and which are habit;
# - look for copies of training faces before you show a sample;
# - walk from face to face, and say why the straight way leads through strange land;
# - find a direction that makes a generated face smile, and measure what else it changes.

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
from keras import layers
from scipy.stats import chi

from course_utils.adversaries import dcgan_discriminator, dcgan_generator
from course_utils.evaluation import claims, recorded
from course_utils.measures.inputs import ConstantFeaturesWarning
from course_utils.models import GAN, PerNetwork
from course_utils.training import fit

# The first samples are all alike; the distance is right all the same.
warnings.simplefilter("ignore", ConstantFeaturesWarning)

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "13_celeba_dcgan"
# Photographs where you have put them (`course data celeba` says how), else drawn faces.
DATA_SET = by_profile(smoke="faces", cpu="faces", gpu="celeba", record="celeba")
TRAIN_SIZE = by_profile(smoke=1_500, cpu=12_000, gpu=None, record=9_000)
SIZE = by_profile(smoke=32, cpu=32, gpu=64, record=32)  # height and width in pixels
FILTERS = by_profile(smoke=16, cpu=32, gpu=64, record=32)  # channels next to the image
NOISE_DIM = 100
BATCH_SIZE = by_profile(smoke=32, cpu=64, gpu=128)
EPOCHS = by_profile(smoke=8, cpu=10, gpu=40, record=32)
LARGE_EPOCHS = by_profile(smoke=0, cpu=0, gpu=0, record=24)  # of one network of twice the size
RATES = (1e-4, 2e-4, 5e-4)
TUNING_EPOCHS = by_profile(smoke=1, cpu=2, gpu=4, record=4)
SET_ASIDE = by_profile(smoke=300, cpu=1_000, gpu=1_000)  # training faces that choose the rate
COUNT = by_profile(smoke=400, cpu=1_000, gpu=1_000)  # samples for each distance

# %% slideshow={"slide_type": "skip"}
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(1), record=range(5))
# What is switched off in this profile, beside the whole recipe.
TRIED = by_profile(
    smoke=(),
    cpu=("no batch norm", "hidden dense layers"),
    gpu=("no batch norm", "hidden dense layers"),
    record=("pooling", "no batch norm", "hidden dense layers", "leaky generator", "sigmoid",
            "plain ReLU", "momentum 0.9", "two time scales"),
)  # fmt: skip

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Faces
#
# Clothes come in ten classes. Faces come in none: hair, light, glasses, smile all vary at once, and
# one may be had without the other. What would a generator have to learn that it did not need for
# clothes?

# %% [markdown] slideshow={"slide_type": "notes"}
# [CelebA](https://doi.org/10.1109/ICCV.2015.425) (Liu et al. 2015) holds 202,599 photographs of
# public figures with forty yes/no attributes, for research without commerce. It may not be passed
# on, so this course brings drawn faces with the same kind of attributes; put the files of CelebA
# where `course data celeba` says, and the `gpu` profile trains on them. The recorded run saw 9,000
# real photographs; what is shown of it here is what its generators drew, never a photograph.

# %% slideshow={"slide_type": "skip"}
faces = data.load(DATA_SET, train_size=TRAIN_SIZE, image_size=SIZE).scaled(-1, 1)

# %% slideshow={"slide_type": "fragment"}
# Not kept with a recorded run: photographs stay on the machine that has them.
plotting.image_grid(
    (np.asarray(faces.x_train[:20]) + 1) / 2,
    "What does the generator never see, and has to draw?",
    alt="Twenty faces of the training set, all of one size and looking at us, of different hair, "
    "skin, background, with and without glasses, hats and smiles.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Five rules
#
# Before 2015 a GAN of convolutions would mostly not train. [Radford, Metz & Chintala
# 2016](https://arxiv.org/abs/1511.06434) tried, and wrote down what worked:
#
# 1. strides and transposed convolutions instead of pooling;
# 2. batch norm in both networks;
# 3. no hidden dense layers;
# 4. ReLU in the generator, tanh at its end;
# 5. leaky ReLU in the discriminator.
#
# Which would you give up first?

# %% [markdown] slideshow={"slide_type": "notes"}
# What may each be for? (1) The network learns how to enlarge and shrink. (2) Every layer's inputs
# keep one scale, whatever the layers below do. Two layers do without: the generator's last and the
# discriminator's first, where it made the samples oscillate. (3) Fewer weights that see the whole
# image. (4) tanh is bounded like the images, which are scaled to it. (5) A slope everywhere, so
# that the generator gets a gradient from every unit.
#
# Two settings belong to the recipe: Adam with $\beta_1 = 0.5$ in place of 0.9, and first weights
# from $\mathcal N(0, 0.02^2)$.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def rule(off, kind):
    """What a network's layers are made of, with one rule switched off (or none, "")."""
    activation = {"generator": "relu", "discriminator": "leaky"}[kind]
    if (off, kind) == ("leaky generator", "generator"):
        activation = "leaky"
    if (off, kind) == ("plain ReLU", "discriminator"):
        activation = "relu"
    return {"norm": off != "no batch norm", "activation": activation}


# %% slideshow={"slide_type": "skip"}
def hidden(stack, norm, activation):
    """Layers, then batch norm, then the activation."""
    stack = stack + [layers.BatchNormalization(momentum=0.9)] * norm
    return [*stack, layers.LeakyReLU(0.2) if activation == "leaky" else layers.ReLU()]


def first_weights():
    return keras.initializers.RandomNormal(stddev=0.02)


print(rule("", "generator"), rule("", "discriminator"))


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def doubled(count, off):
    """To `count` channels on a grid of twice the size."""
    if off == "pooling":  # enlarge by copying
        return [
            layers.UpSampling2D(2),
            layers.Conv2D(count, 4, padding="same", kernel_initializer=first_weights()),
        ]
    return [layers.Conv2DTranspose(count, 4, strides=2, padding="same",
                                   kernel_initializer=first_weights())]  # fmt: skip


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def halved(count, off):
    """To `count` channels on a grid of half the size."""
    strides = 1 if off == "pooling" else 2
    stack = [layers.Conv2D(count, 4, strides=strides, padding="same",
                           kernel_initializer=first_weights())]  # fmt: skip
    return stack + [layers.MaxPooling2D(2)] * (off == "pooling")


def channels(size, filters):
    """Channels of each grid, from the one next to the image down to 4×4."""
    return [filters * 2**step for step in range(int(math.log2(size // 4)))]


print("channels for faces of 32×32:", channels(32, 32))


# %% slideshow={"slide_type": "subslide"} tags=["show-code"]
def generator(size, filters, off=""):
    """Noise to faces: a grid of 4×4, doubled until it has the size."""
    first, *others = reversed(channels(size, filters))
    how = rule(off, "generator")
    stack = [keras.Input((NOISE_DIM,))]
    if off == "hidden dense layers":
        stack += hidden([layers.Dense(256, kernel_initializer=first_weights())], **how)
    grid = layers.Dense(16 * first, kernel_initializer=first_weights())
    stack += hidden([grid, layers.Reshape((4, 4, first))], **how)
    for count in others:
        stack += hidden(doubled(count, off), **how)
    end = layers.Activation("sigmoid" if off == "sigmoid" else "tanh")
    return keras.Sequential([*stack, *doubled(3, off), end], name="generator")


# %% slideshow={"slide_type": "subslide"} tags=["show-code"]
def discriminator(size, filters, off=""):
    """Faces to a logit: the grid is halved until it has 4×4."""
    how = rule(off, "discriminator")
    stack = [keras.Input((size, size, 3))]
    for step, count in enumerate(channels(size, filters)):
        stack += hidden(halved(count, off), how["norm"] and step > 0, how["activation"])
    stack += [layers.Flatten()]
    if off == "hidden dense layers":
        stack += hidden([layers.Dense(256, kernel_initializer=first_weights())], **how)
    logit = layers.Dense(1, kernel_initializer=first_weights())
    return keras.Sequential([*stack, logit], name="discriminator")


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
made, judge = generator(32, 32), discriminator(32, 32)
plotting.network(
    [made, judge],
    "How does the grid grow and shrink?",
    alt="Blocks of the layers: the generator from noise over grids of 4×4, 8×8 and 16×16 to a face "
    "of 32×32, the discriminator the same way back to one number.",
)
# Weights and biases of each layer; batch norm has four numbers for each channel.
of_generator = [101 * 2048, 4 * 128, (16 * 128 + 1) * 64, 4 * 64, (16 * 64 + 1) * 32, 4 * 32,
                (16 * 32) * 3 + 3]  # fmt: skip
of_judge = [(16 * 3 + 1) * 32, (16 * 32 + 1) * 64, 4 * 64, (16 * 64 + 1) * 128, 4 * 128, 2049]
for network, parts in ((made, of_generator), (judge, of_judge)):
    print(f"{network.name}: {network.count_params():,} weights, by hand {sum(parts):,}")
    assert network.count_params() == sum(parts)

# %% [markdown] slideshow={"slide_type": "notes"}
# Notebooks 14 and 15 take these two from the package. Are they the same? With equal weights they
# must give equal faces and equal logits.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
noise = np.random.default_rng(0).normal(size=(4, NOISE_DIM)).astype("float32")
pictures = np.random.default_rng(1).uniform(-1, 1, (4, 32, 32, 3)).astype("float32")
for mine, theirs, given in (
    (generator(32, 8), dcgan_generator((32, 32, 3), NOISE_DIM, 8), noise),
    (discriminator(32, 8), dcgan_discriminator((32, 32, 3), 8), pictures),
):
    theirs.set_weights(mine.get_weights())
    ways = [keras.ops.convert_to_numpy(one(given, training=True)) for one in (mine, theirs)]
    apart = abs(ways[0] - ways[1]).max()
    print(f"{mine.name}: as in the package, {apart < 1e-5}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What batch norm does
#
# In training, each channel of a batch is moved to mean 0 and scaled to variance 1, and then to a
# learnt mean and scale:
#
# $$y = g\, \frac{x - \mathrm{mean}(x)}{\sqrt{\mathrm{var}(x) + \epsilon}} + b.$$
#
# So what a face becomes depends on the faces beside it. What does one do with a single face?

# %% [markdown] slideshow={"slide_type": "notes"}
# When samples are drawn, running means take the place of the batch's. A discriminator with batch
# norm must see real faces in one batch and drawn ones in another: in a mixed batch the statistics
# themselves would tell how many are real. And no penalty on its slope can be taken for a single
# image, since its logit depends on all of them (notebook 12).

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
norm = layers.BatchNormalization(momentum=0.9, epsilon=1e-3)
batch = np.random.default_rng(0).normal(3.0, 2.0, (64, 5)).astype("float32")
by_layer = keras.ops.convert_to_numpy(norm(batch, training=True))
by_hand = (batch - batch.mean(axis=0)) / np.sqrt(batch.var(axis=0) + 1e-3)
alone = keras.ops.convert_to_numpy(norm(batch[:1], training=True))
drawn = keras.ops.convert_to_numpy(norm(batch[:1], training=False))
print(f"largest difference of layer and formula: {abs(by_layer - by_hand).max():.4f}")
print(f"one row in its batch {by_layer[0, 0]:.2f}, alone {alone[0, 0]:.2f}, "
      f"by running means {drawn[0, 0]:.2f}")  # fmt: skip
assert abs(by_layer - by_hand).max() < 1e-4

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Training
#
# The classic game with the non-saturating loss, Adam for both. How soon is there a face?

# %% [markdown] slideshow={"slide_type": "notes"}
# Each recipe trains at the best of three learning rates, by the Fréchet distance to training faces
# that are set aside, after a short training with a seed of its own. The rate is constant, so the
# state after a quarter of the epochs *is* the shorter training. Features are those of the course
# classifier for faces, which tells attributes.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def to_train_on(off, part=None):
    """Training faces as this recipe's generator makes them; what lies on disk is left there."""
    scaled = faces.scaled(0, 1) if off == "sigmoid" else faces
    return scaled.x_train if part is None else scaled.x_train[part]


def to_pixels(off, pictures):
    """What this recipe's generator makes, as pixels in [0, 1]."""
    return pictures if off == "sigmoid" else (pictures + 1) / 2


for off in ("", "sigmoid"):
    some = to_train_on(off, slice(10))
    print("there and back:", np.allclose(2 * to_pixels(off, some) - 1, faces.x_train[:10]))


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
PARTS = (1 / 16, 1 / 4, 1 / 2, 3 / 4, 1.0)  # of a training


def looks(epochs):
    """After which epochs it is looked."""
    return sorted({max(1, int(part * epochs)) for part in PARTS})


print("of 32 epochs, looked after", looks(32))


# %% slideshow={"slide_type": "skip"}
def optimizers(rate, off):
    """An Adam for each network; two time scales give the discriminator four times the rate."""
    beta = 0.9 if off == "momentum 0.9" else 0.5
    faster = 4 if off == "two time scales" else 1
    return PerNetwork(
        generator=keras.optimizers.Adam(rate, beta_1=beta),
        discriminator=keras.optimizers.Adam(faster * rate, beta_1=beta),
    )


# %% slideshow={"slide_type": "skip"}
def train(off, seed, epochs=EPOCHS, rate=None, part=None, report="line"):
    """Train the recipe with one thing switched off; the model and its run."""
    keras.utils.set_random_seed(seed)
    model = GAN(generator(SIZE, FILTERS, off), discriminator(SIZE, FILTERS, off), seed=seed)
    rate = rate or best_rate(off)
    model.compile(optimizers(rate, off))
    x = to_train_on(off, part)
    run = f"{NOTEBOOK}/{off or 'DCGAN'}, {len(x)}x{epochs}, {SIZE}, {rate}, seed {seed}"
    return model, fit(
        model, x, epochs=epochs, batch_size=BATCH_SIZE, seed=seed, snapshots=looks(epochs),
        run=run, report=report,
    )  # fmt: skip


# %% slideshow={"slide_type": "skip"}
yard = evaluation.yardstick(faces, COUNT)


def drawn_by(model, off="", seed=1):
    """COUNT samples as pixels in [0, 1]."""
    return np.clip(to_pixels(off, model.sample(COUNT, seed=seed)), 0, 1)


def rate_score(rate, off):
    """Fréchet distance to training faces that were set aside, after a short training."""
    model, _ = train(off, 100, TUNING_EPOCHS, rate, slice(-SET_ASIDE))
    features = yard.classifier.features
    aside = features((faces.x_train[-SET_ASIDE:] + 1) / 2)
    return float(evaluation.frechet_feature_distance(aside, features(drawn_by(model, off))))


def best_rate(off):
    """The best learning rate with this switched off."""
    what = f"rate for {off or 'DCGAN'}"
    return recorded.best(NOTEBOOK, what, RATES, rate_score, off, otherwise=2e-4)


# %% slideshow={"slide_type": "skip"}
model, run = train("", SEEDS[0])

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does it copy?
#
# Before a sample is shown to anybody: is it one of the training faces? A generator that hands them
# out would get the best marks of all.
#
# How near does an honest picture come? As near as *held-out* faces are to their nearest training
# face.

# %% [markdown] slideshow={"slide_type": "notes"}
# (With photographs of people this is not only a question of marks: a network that repeats a face
# passes on a photograph that was not its to give.) A sample counts as copied if it lies as near to
# a training face as the nearest hundredth of held-out ones; of an honest sampler about one in a
# hundred does. A blurred sample lies near to everything: so a high share is a reason to look.

# %% slideshow={"slide_type": "fragment"}
# As many as fit into memory: of all photographs of CelebA, the first ten thousand.
real, held_out = (np.asarray(part[:10_000]) for part in (faces.x_train, faces.x_test))
samples = model.sample(COUNT, seed=1)
copies = evaluation.memorisation(samples, real, held_out)
print(copies)
assert copies.copied < 0.05, "look at the nearest faces before you show or keep anything"

# %% [markdown] slideshow={"slide_type": "fragment"}
# Pixels may miss a copy that is moved by two pixels. So look, too: the nearest by features.

# %% slideshow={"slide_type": "subslide"}
# Not kept with a recorded run: the lower row holds training faces.
features = yard.classifier.features
own, theirs = features(to_pixels("", samples[:8])), features((real + 1) / 2)
nearest = [int(np.argmin(((theirs - one) ** 2).sum(axis=1))) for one in own]
plotting.image_rows(
    {"drawn": to_pixels("", samples[:8]), "nearest": (real[nearest] + 1) / 2},
    "Does a sample have a twin among the training faces?",
    alt="Eight drawn samples, and below each the training face whose features are nearest.",
)

# %% slideshow={"slide_type": "skip"}
recorded.keep_network("generator", model.generator)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How does a face come about?
#
# The same noise, again and again. What is there first: colours, the oval, or the eyes?


# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
rows, distances = {}, {}
for epoch in looks(EPOCHS):
    with run.at_epoch(epoch, model):
        rows[f"epoch {epoch}"] = to_pixels("", model.sample(10, seed=2))
        distances[epoch] = yard.frechet(2 * drawn_by(model) - 1)
with plotting.beside_the_record(NOTEBOOK, "time"):
    plotting.image_rows(
        rows,
        "What is there first, and what comes last?",
        alt="Rows of ten faces drawn from the same noise after more and more epochs.",
        notes={f"epoch {epoch}": f"{distance:.0f}" for epoch, distance in distances.items()},
    )

# %% [markdown] slideshow={"slide_type": "notes"}
# (The number at a row's end is the Fréchet distance of a thousand samples at that time.)

# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "samples"):
    plotting.image_grid(
        to_pixels("", model.sample(64, seed=3)),
        "Is there a face in every one?",
        alt="Sixty-four faces drawn by the trained generator.",
        columns=16,
    )


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Switch one off
#
# Everything as it is, but for one thing. Which of them will be missed?

# %% [markdown] slideshow={"slide_type": "notes"}
# Not all are rules of the paper. *momentum 0.9* is Adam's usual $\beta_1$. *two time scales* is an
# addition: [Heusel et al. 2017](https://arxiv.org/abs/1706.08500) give the discriminator the larger
# rate, and report 12.5 in place of 21.4 for a DCGAN on CelebA (FID, 64×64). *pooling* shrinks by
# the largest of four and enlarges by copying; *sigmoid* comes with faces in [0, 1].


# %% slideshow={"slide_type": "skip"}
def result(off, seed):
    """Measures of a recipe's samples at each look, and its seconds."""
    model, run = train(off, seed)
    found = {"seconds": run.seconds[-1], "looks": []}
    for epoch in looks(EPOCHS):
        with run.at_epoch(epoch, model):
            drawn = drawn_by(model, off)
            found["looks"].append({"epoch": epoch, **yard.quick(2 * drawn - 1)})
    copied = evaluation.memorisation(2 * drawn - 1, real, held_out).copied
    return {**found, "copied": copied, "sharpness": sharpness(drawn)}


# %% slideshow={"slide_type": "skip"}
def sharpness(pictures):
    """High-frequency energy of pictures in [0, 1], as a share of that of held-out faces."""
    energies = (evaluation.high_frequency_energy(x) for x in (pictures, (held_out + 1) / 2))
    return float(np.divide(*map(np.mean, energies)))


tested = {}
for seed in SEEDS:  # the recipes take turns, so that a busy machine slows all
    for off in ("", *TRIED):
        title = f"{off or 'DCGAN'}, seed {seed}"
        tested.setdefault(off, []).append(recorded.kept(title, result, off, seed))


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def at(key, off, part=1):
    """One number per seed, after this part of the training."""
    place = looks(EPOCHS).index(max(1, int(part * EPOCHS)))
    return [run["looks"][place][key] for run in tested[off]]


print("looks of 16 epochs:", looks(16))

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "rules"):
    plotting.dots(
        {off or "DCGAN, whole": at("frechet", off) for off in ("", *TRIED)},
        "Which rule is missed most?",
        alt="Fréchet distance of the samples, a dot a seed, for the whole recipe and for each with "
        "one thing switched off.",
        x_label="Fréchet distance, course classifier (lower is better)",
        reference=("real faces", yard.frechet_floor()),
    )


# %% slideshow={"slide_type": "fragment"}
def rules_in_words(found):
    parts = {}
    for title, run in found.items():
        if "looks" in run:
            parts.setdefault(title.rsplit(", seed", 1)[0], []).append(run)
    told = []
    for name, runs in parts.items():
        ends = [run["looks"][-1] for run in runs]
        distance, recall = (np.mean([end[key] for end in ends]) for key in ("frechet", "recall"))
        copied = np.mean([run["copied"] for run in runs])
        told.append(f"{name} {distance:.1f} (recall {recall:.2f}, copied {copied:.1%})")
    return f"Fréchet distances, {len(runs)} seeds. {'; '.join(told)}."


recorded.answer(NOTEBOOK, rules_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Between two faces
#
# Take two draws of noise, and go from one to the other. Straight? Half-way between two independent
# draws in 100 dimensions, how long is the middle, against each of them?

# %% [markdown] slideshow={"slide_type": "notes"}
# Noise from $\mathcal N(0, I)$ lies in a thin shell (notebook 09). Two draws stand nearly at right
# angles, so their middle is $1/\sqrt 2 \approx 0.71$ times as long: inside of the shell, where the
# generator has never been. The **spherical** way keeps the length ([White
# 2016](https://arxiv.org/abs/1609.04468)):
#
# $$\frac{\sin((1 - t)\,\omega)}{\sin \omega}\, a + \frac{\sin(t\,\omega)}{\sin \omega}\, b,$$
#
# with the angle $\omega$ between $a$ and $b$.


# %% slideshow={"slide_type": "skip"}
def straight(a, b, t):
    return (1 - t) * a + t * b


def spherical(a, b, t):
    """Between rows of a and b (n, d), along the sphere."""
    cosine = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    angle = np.arccos(np.clip(cosine, -1, 1))[:, None]
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


WAYS = {"straight": straight, "spherical": spherical}

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
left, right = np.random.default_rng(0).normal(size=(2, 20_000, NOISE_DIM))
low, high = chi(NOISE_DIM).ppf([0.005, 0.995])
print(f"99 % of the draws have a length from {low:.2f} to {high:.2f}")
for name, way in WAYS.items():
    lengths = np.linalg.norm(way(left, right, 0.5), axis=1)
    inside = ((low < lengths) & (lengths < high)).mean()
    print(
        f"{name} middles: {lengths.mean():.2f} long on average, {inside:.1%} of them in the shell"
    )


# %% slideshow={"slide_type": "subslide"}
def decoded(model, noise):
    """Faces as pixels in [0, 1] of rows of noise."""
    return to_pixels("", model.generator.predict(noise.astype("float32"), verbose=0))


ends = np.random.default_rng(4).normal(size=(2, 2, NOISE_DIM))
steps = np.linspace(0, 1, 9)
with plotting.beside_the_record(NOTEBOOK, "paths"):
    plotting.image_rows(
        {
            f"{name}, {pair + 1}": decoded(
                model,
                np.concatenate([way(ends[0][pair:][:1], ends[1][pair:][:1], t) for t in steps]),
            )
            for pair in range(2)
            for name, way in WAYS.items()
        },
        "Which way shows faces all along?",
        alt="Two pairs of faces, each joined by a straight and by a spherical way of nine steps.",
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# The eye hardly tells. The distance of a thousand middles does.


# %% slideshow={"slide_type": "skip"}
def middles(seed):
    """Fréchet distance of draws, of straight middles and of spherical ones."""
    model, _ = train("", seed)
    pairs = np.random.default_rng([seed, 9]).normal(size=(2, COUNT, NOISE_DIM))
    found = {"draws": yard.frechet(2 * decoded(model, pairs[0]) - 1)}
    for name, way in WAYS.items():
        found[name] = yard.frechet(2 * np.clip(decoded(model, way(*pairs, 0.5)), 0, 1) - 1)
    return found


halfway = [recorded.kept(f"middles, seed {seed}", middles, seed) for seed in SEEDS]

# %% slideshow={"slide_type": "fragment"}
for name in halfway[0]:
    print(f"{name:10} Fréchet distance {claims.summarise([one[name] for one in halfway])}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A direction for a smile
#
# Nobody told the generator what a smile is, and nothing turns noise back into a code. But we can
# ask the classifier: which samples smile? The mean noise of those that do, minus that of those that
# do not, is a direction. Where does it lead?

# %% [markdown] slideshow={"slide_type": "notes"}
# (A VAE has an encoder, and so its attribute vectors come from real faces: notebooks 07 and 15.)
# Groups that agree in other attributes are compared with each other, so that a direction for a
# smile is not one for women, who smile more often in these pictures (**balanced**, notebook 07).
# Which classifier judges? The same that chose the direction, on other noise: it could be fooled in
# the same way twice. So look as well.

# %% slideshow={"slide_type": "skip"}
ATTRIBUTES = [name for name in ("Smiling", "Male", "Eyeglasses", "Blond_Hair", "Young",
                                "Wearing_Hat", "Bangs", "Mouth_Slightly_Open")
              if name in yard.classifier.attributes]  # fmt: skip
TARGET, BALANCED = "Smiling", ("Male",)


def answers(model, noise):
    """The classifier's probability of each attribute, name to (n,), of faces from this noise."""
    chances = yard.classifier.describe(np.clip(decoded(model, noise), 0, 1))[1]
    return {name: chances[:, yard.classifier.attributes.index(name)] for name in ATTRIBUTES}


# %% slideshow={"slide_type": "skip"}
def direction(model, seed, count=4_000):
    """Direction (d,) of length 1 in the noise along which the target attribute grows."""
    noise = np.random.default_rng([seed, 5]).normal(size=(count, NOISE_DIM))
    told = {name: chance > 0.5 for name, chance in answers(model, noise).items()}
    balance = {name: told[name] for name in BALANCED if name in told}
    found = evaluation.attribute_vector(noise, told[TARGET], balance=balance, least=20)
    return found / np.linalg.norm(found)


def walked(noise, towards, by):
    """Noise moved along a direction, brought back to its length."""
    moved = noise + by * towards
    lengths = (np.linalg.norm(one, axis=1, keepdims=True) for one in (noise, moved))
    return moved * np.divide(*lengths)


# %% slideshow={"slide_type": "fragment"}
smile = direction(model, SEEDS[0])
noise = np.random.default_rng(6).normal(size=(4, NOISE_DIM))
with plotting.beside_the_record(NOTEBOOK, "smile"):
    plotting.image_rows(
        {
            f"face {number + 1}": decoded(
                model,
                np.concatenate([walked(noise[number:][:1], smile, by)
                                for by in np.linspace(-4, 4, 9)]),
            )
            for number in range(4)
        },
        "Does the face smile, and is it the same face?",
        alt="Four drawn faces, each walked in nine steps along the direction for a smile.",
    )  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def changes(seed, by=3.0):
    """Mean change of each attribute's probability by a walk along the direction."""
    model, _ = train("", seed)
    towards = direction(model, seed)
    noise = np.random.default_rng([seed, 7]).normal(size=(COUNT, NOISE_DIM))
    before, after = (answers(model, walked(noise, towards, amount)) for amount in (-by, by))
    return {name: float((after[name] - before[name]).mean()) for name in ATTRIBUTES}


changed = [recorded.kept(f"smile, seed {seed}", changes, seed) for seed in SEEDS]

# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "changes"):
    plotting.dots(
        {name: [one[name] for one in changed] for name in ATTRIBUTES},
        "What else changes on the way to a smile?",
        alt="Change of the classifier's probability of several attributes by a walk along the "
        "direction for a smile, a dot a seed.",
        x_label="change of the probability",
        reference=("no change", 0),
    )


# %% slideshow={"slide_type": "fragment"}
def changes_in_words(found):
    runs = [numbers for title, numbers in found.items() if title.startswith("smile")]
    parts = [f"{name} {np.mean([run[name] for run in runs]):+.2f}" for name in runs[0]]
    return f"Change of the probability, mean of {len(runs)} seeds: {', '.join(parts)}."


recorded.answer(NOTEBOOK, changes_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Larger
#
# The paper's faces have 64×64 pixels. One doubling more, the same recipe.

# %% slideshow={"slide_type": "skip"}
LARGE = 2 * SIZE


def train_large(seed):
    """One network for faces of twice the size."""
    large = data.load(DATA_SET, train_size=TRAIN_SIZE, image_size=LARGE).scaled(-1, 1)
    x = large.x_train
    keras.utils.set_random_seed(seed)
    model = GAN(generator(LARGE, FILTERS), discriminator(LARGE, FILTERS), seed=seed)
    model.compile(optimizers(best_rate(""), ""))
    run = f"{NOTEBOOK}/large, {len(x)}x{LARGE_EPOCHS}, seed {seed}"
    fit(model, x, epochs=LARGE_EPOCHS, batch_size=BATCH_SIZE, seed=seed, run=run, report="line")
    known, new = (np.asarray(part[:10_000]) for part in (x, large.x_test))
    found = evaluation.memorisation(model.sample(COUNT, seed=1), known, new)
    assert found.copied < 0.05, "look at the nearest faces before you show or keep anything"
    return model


# %% slideshow={"slide_type": "skip"}
large_faces = None
if LARGE_EPOCHS:
    large_model = train_large(SEEDS[0])
    recorded.keep_network("generator_64", large_model.generator)
    large_faces = to_pixels("", large_model.sample(24, seed=3))
elif network := recorded.network(NOTEBOOK, "generator_64", generator(64, 32)):
    noise = np.random.default_rng(3).normal(size=(24, NOISE_DIM)).astype("float32")
    large_faces = to_pixels("", network.predict(noise, verbose=0))

# %% slideshow={"slide_type": "fragment"}
if large_faces is not None:
    with plotting.beside_the_record(NOTEBOOK, "large"):
        plotting.image_grid(
            large_faces,
            "What do more pixels show?",
            alt="Twenty-four faces of 64×64 pixels drawn by a generator with one doubling more.",
            columns=8,
        )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Pairs share the seed: the order of the faces and the noise (first weights too, where the layers
# are the same). Each recipe has the best of three rates. In the tables ± is the standard deviation
# over the seeds. The paper trained on 350,000 faces and does not say for how long, so a verdict
# counts where the numbers have levelled off.

# %% slideshow={"slide_type": "skip"}
FRECHET = f"Fréchet distance, course classifier, {COUNT:,} samples"
TAKES = "the paper's 350,000 faces, on a GPU"


def compare(name, statement, test, measure, numbers, better="lower", earlier=True):
    """Judge and show one claim; `numbers(part)`: condition to one number per seed, then."""
    parts = (1 / 16, 1 / 4, 3 / 4) if earlier and EPOCHS >= 16 else ()
    claim = claims.Claim(name, statement, test, measure, better=better, paired=True)
    outcome = claims.test(
        claim, numbers(1), f"{len(faces.x_train):,} faces, {EPOCHS} epochs", faces,
        earlier={part: numbers(part) for part in parts}, own_budget=False, takes=TAKES,
    )  # fmt: skip
    claims.show(outcome, NOTEBOOK)


# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A stable convolutional GAN needs strides, batch norm, no hidden dense layers, ReLU and tanh,
# > and leaky ReLU." (Radford et al. 2016)

# %% slideshow={"slide_type": "fragment"}
SAYS = {
    "pooling": "Strides draw better faces than pooling.",
    "no batch norm": "With batch norm the faces are better.",
    "hidden dense layers": "Without hidden dense layers the faces are better.",
    "leaky generator": "ReLU in the generator draws better faces than leaky ReLU.",
    "sigmoid": "tanh at the generator's end draws better faces than a sigmoid.",
    "plain ReLU": "Leaky ReLU in the discriminator draws better faces than ReLU.",
    "momentum 0.9": "With a momentum of 0.5 the faces are better than with 0.9.",
}
for off in (off for off in TRIED if off in SAYS):
    compare(
        f"without_{off.replace(' ', '_')}",
        SAYS[off],
        f"The whole recipe against the same with one thing changed: {off}.",
        FRECHET,
        lambda part, off=off: {"whole": at("frechet", "", part), off: at("frechet", off, part)},
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "Two time scales improve a DCGAN." (Heusel et al. 2017)

# %% slideshow={"slide_type": "fragment"}
if "two time scales" in TRIED:
    compare(
        "two_time_scales",
        "A discriminator of four times the rate gives better faces.",
        "The whole recipe, each at the best of three rates for the generator.",
        FRECHET,
        lambda part: {
            "two time scales": at("frechet", "two time scales", part),
            "one": at("frechet", "", part),
        },
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "Interpolate on the sphere." (White 2016)

# %% slideshow={"slide_type": "fragment"}
compare(
    "spherical_middles",
    "Faces half-way between two draws are better on the sphere than on the straight way.",
    "The same generator and the same pairs of noise.",
    FRECHET,
    lambda _: {name: [one[name] for one in halfway] for name in ("spherical", "straight")},
    earlier=False,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "The noise has a direction for a smile, and walking along it changes nothing else."

# %% slideshow={"slide_type": "fragment"}
OTHERS = [name for name in ATTRIBUTES if name not in (TARGET, "Mouth_Slightly_Open")]
compare(
    "smile_changes_most",
    "A walk along the direction for a smile changes the smile more than any other attribute.",
    "Mean change of the classifier's probability; the mouth, which opens with a smile, left out.",
    "change of the probability",
    lambda _: {
        "Smiling": [one[TARGET] for one in changed],
        "largest other": [max(abs(one[name]) for name in OTHERS) for one in changed],
    },
    better="higher",
    earlier=False,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - (to be written from the record)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** A batch of 64 rows is normalised by batch norm (without the learnt mean and
# scale). Now all rows are doubled and 10 is added to each number. By how much do the normalised
# numbers change, at most? Write down a number.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
largest_change = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("13.1", largest_change)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Count.** Complete `generator_weights`: weights, biases and batch norm's four numbers for each
# channel, of the generator of this notebook for faces of `size` pixels with `filters` channels next
# to the image. For 32 and 32 it is what the figure says.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def generator_weights(size, filters, noise=100):
    """Numbers that the generator holds."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("13.2", generator_weights)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Running means.** Batch norm keeps a running mean $m \leftarrow \alpha m + (1 - \alpha)\,
# \mathrm{mean}(x)$ of each batch it sees in training. Complete `running_mean`: its value after a
# list of batch means, begun at 0. How many batches does it take until a constant mean is known to a
# hundredth, for $\alpha = 0.9$ and for Keras's usual 0.99?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def running_mean(means, alpha):
    """The running mean after all of `means`, begun at 0."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("13.3", running_mean)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. On the sphere.** Complete `on_sphere`: the point at $t$ between two vectors along the sphere,
# as in the formula above, for two vectors of the *same* length. Its length must not depend on $t$,
# and at $t = 1/2$ it stands at equal angles to both.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def on_sphere(a, b, t):
    """The point (d,) at t in [0, 1] between a and b (d,), of the same length."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("13.4", on_sphere)

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. A smile and nothing else.** A direction $s$ for a smile also has a part along a direction $m$
# for something else. Derive the vector nearest to $s$ that is orthogonal to $m$, and complete
# `without_part`. Then try it: what is left of the change in `Male`?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def without_part(s, m):
    """The part of s (d,) that is orthogonal to m (d,)."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("13.5", without_part)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - **14 · Wasserstein on faces** (planned): the same networks, other losses, harsher settings.
# - [12 · Does a distance teach better than a judge?](12_wasserstein.ipynb)
# - Radford, Metz & Chintala 2016, [Unsupervised representation learning with deep convolutional
#   generative adversarial networks](https://arxiv.org/abs/1511.06434): the rules.
# - Heusel et al. 2017, [GANs trained by a two time-scale update
#   rule](https://arxiv.org/abs/1706.08500): two rates, and the Fréchet distance.
# - White 2016, [Sampling generative networks](https://arxiv.org/abs/1609.04468): spherical ways,
#   and what attribute vectors bring along.
