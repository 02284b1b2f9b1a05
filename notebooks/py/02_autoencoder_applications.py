# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # What is an autoencoder good for?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/02_autoencoder_applications.ipynb)
#
# **Time** · smoke 45 s · cpu 7 min · gpu not measured
#
# Denoising, maps, compression, features, anomalies and colour, each against rivals that need no
# network; and why a plain code cannot be sampled.
#
# After this notebook you can
#
# - remove noise with a network, and say which image it gives when several are possible;
# - judge a two-dimensional map of a data set by a number instead of by eye;
# - draw a rate–distortion curve, and compare with JPEG at equal bytes;
# - test whether a code is worth more to a classifier than the pixels;
# - find images that do not belong, and say when the reconstruction error misses them;
# - show why decoding a random code gives nonsense, and measure how much.

# %% slideshow={"slide_type": "skip"}
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("course_utils") is None:  # on Colab: only the helper package
    source = "git+https://github.com/deep-generative-companion/deep-generative-companion@v0.1.0"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", source], check=True)

# %% slideshow={"slide_type": "skip"}
from course_utils import by_profile, data, plotting, start

environment = start(seed=0)

# %% slideshow={"slide_type": "skip"}
import io
import warnings

import keras
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils.architectures import dense_decoder, dense_encoder
from course_utils.evaluation import claims, recorded
from course_utils.measures import neighbour_accuracy
from course_utils.models import Autoencoder
from course_utils.training import fit, recipe

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "02_autoencoder_applications"
TRAIN_SIZE = by_profile(smoke=1_600, cpu=60_000, gpu=60_000)
TEST_SIZE = by_profile(smoke=1_100, cpu=None, gpu=None)  # None: all of them
SET_ASIDE = by_profile(smoke=300, cpu=5_000, gpu=5_000)  # training images that choose settings
# The last is the whole training; the others, each planned for so many epochs, show whether a
# verdict turns over.
BUDGETS = by_profile(smoke=(2,), cpu=(4,), gpu=(3, 12), record=(1, 3, 12))
MAP_BUDGETS = by_profile(smoke=(2,), cpu=(4,), gpu=(2, 8), record=(2, 8))
EPOCHS = BUDGETS[-1]
BATCH_SIZE = by_profile(smoke=16, cpu=64, gpu=64)
PEAKS = (2.5e-3, 5e-3, 1e-2)  # learning rates to choose from
TUNE_EPOCHS = by_profile(smoke=0, cpu=0, gpu=1, record=1)  # 0: as the recorded run has chosen
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(5))
CODE_SIZE = 32
CODE_SIZES = by_profile(smoke=(8, 32), cpu=(8, 32, 64), gpu=(8, 16, 32, 64), record=(8, 32, 64))
NOISE = 0.5
LABELLED = by_profile(smoke=(100, 300), cpu=(100, 300, 1_000), gpu=(100, 300, 1_000))
BITS = (2, 3, 4, 5, 6, 8)
FOREIGN_EPOCHS = by_profile(smoke=2, cpu=4, gpu=3, record=3)
LEFT_OUT = by_profile(smoke=(1,), cpu=(1, 4, 8), gpu=range(10), record=range(10))
LEFT_OUT_EPOCHS = by_profile(smoke=2, cpu=2, gpu=3, record=3)
COLOURED = by_profile(smoke=1_000, cpu=20_000, gpu=20_000)  # garments to learn colours from
COLOUR_EPOCHS = by_profile(smoke=4, cpu=6, gpu=6)
COMPARED = by_profile(smoke=350, cpu=2_000, gpu=2_000)  # images in each two-sample test

# %% slideshow={"slide_type": "skip"}
images = data.load("mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)
clothes = data.load("fashion_mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)
held_out = images.x_test

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
IMAGE_SHAPE = images.x_train.shape[1:]
first_of_class = [np.flatnonzero(images.y_test == label)[0] for label in range(10)]
print("one image:", IMAGE_SHAPE)

# %% [markdown] slideshow={"slide_type": "skip"}
# Every setting below (a width, a number of components, a learning rate) is chosen on training
# images that were set aside at random, never on the test images.

# %% slideshow={"slide_type": "skip"}
shuffled = np.random.default_rng(0).permutation(len(images.x_train))
aside, rest = images.x_train[shuffled[:SET_ASIDE]], images.x_train[shuffled[SET_ASIDE:]]
aside_labels, rest_labels = (
    images.y_train[part] for part in (shuffled[:SET_ASIDE], shuffled[SET_ASIDE:])
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Denoising: which digit was it?
#
# Here are ten digits, each pixel with Gaussian noise $\sigma \varepsilon$, $\varepsilon \sim
# \mathcal N(0, 1)$, of strength $\sigma = 0.5$, then cut to $[0, 1]$. Cover the lower row. Which
# digits are they, and how would you paint them?


# %% slideshow={"slide_type": "fragment"}
def corrupt(pictures, rng):
    """Add noise of standard deviation NOISE, and cut to what a pixel can hold."""
    noise = rng.standard_normal(pictures.shape, dtype="float32")
    return np.clip(pictures + NOISE * noise, 0, 1)


def noisy_test(seed):
    """The held-out images, with noise of this seed."""
    return corrupt(held_out, np.random.default_rng([1, seed]))


noisy = noisy_test(SEEDS[0])
plotting.image_rows(
    {"noisy": noisy[first_of_class], "clean": held_out[first_of_class]},
    "Which digits are hidden in the noise?",
    alt="Two rows of ten digits from 0 to 9: above under strong grey noise, in which the strokes "
    "are just seen, below clean.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# You knew what digits look like; that is what a network must learn. Before one is trained: how far
# does one get without? Each answer is judged by the peak signal-to-noise ratio, $\mathrm{PSNR} =
# -10 \log_{10} \mathrm{MSE}$ in decibels, of each image, averaged over the images (notebook 01 took
# that of the mean error).


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def psnr(original, restored):
    """Mean over images of each one's peak signal-to-noise ratio, in decibels."""
    errors = np.mean((original - restored) ** 2, axis=(1, 2, 3))
    return float(np.mean(-10 * np.log10(np.maximum(errors, 1e-10))))


black = np.zeros((1, 28, 28, 1))
print(f"a tenth off in every pixel: {psnr(black, black + 0.1):.1f} dB")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Five rivals, from no thought at all to the best straight line:
#
# - the **mean training image**, whatever was seen;
# - the **noisy image times a constant**: darker is nearer to a mostly black picture;
# - a **Gaussian filter**: each pixel becomes a mean over its neighbours;
# - **PCA**: subtract the mean of the *noisy* images (cutting has made them brighter), project onto
#   $k$ directions of the clean ones, add the mean of the clean ones;
# - **linear regression** from all 784 noisy pixels to each clean one.


# %% slideshow={"slide_type": "subslide"}
def principal(pictures):
    """Mean (784,) of images, and their directions of largest variance, in order (784, 784)."""
    flat = pictures.reshape(len(pictures), -1)
    centred = flat - flat.mean(axis=0)
    _, found = np.linalg.eigh((centred.T @ centred).astype("float64"))
    return flat.mean(axis=0), found[:, ::-1].astype("float32")


def best(candidates, restore):
    """The candidate whose restored images are nearest to the clean ones, on set-aside images."""
    return max(candidates, key=lambda c: psnr(aside, restore(noisy_aside, c)))


# %% slideshow={"slide_type": "subslide"}
def smooth(pictures, width):
    return gaussian_filter(pictures, (0, width, width, 0))


def project(pictures, size):
    flat = pictures.reshape(len(pictures), -1) - noisy_mean
    rebuilt = mean + flat @ directions[:, :size] @ directions[:, :size].T
    return rebuilt.reshape(pictures.shape).clip(0, 1)


# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(2)
noisy_aside, noisy_rest = corrupt(aside, rng), corrupt(rest, rng)
flat_rest = noisy_rest.reshape(len(rest), -1)
mean, directions = principal(rest)
noisy_mean = flat_rest.mean(axis=0)
centred, wanted = flat_rest - noisy_mean, rest.reshape(len(rest), -1) - mean
squares, products = centred.T @ centred, centred.T @ wanted


def slopes(ridge):
    """Weights (784, 784) of the regression, with `ridge` on the diagonal to keep them small."""
    return np.linalg.solve(squares + ridge * np.eye(784, dtype="float32"), products)


def regress(pictures, weights):
    flat = pictures.reshape(len(pictures), -1) - noisy_mean
    return (mean + flat @ weights).reshape(pictures.shape).clip(0, 1)


# %% slideshow={"slide_type": "subslide"}
constant = best(np.linspace(0.1, 1, 19), np.multiply)
width = best(np.linspace(0.4, 2, 9), smooth)
components = best((5, 10, 20, 30, 40, 50, 70, 100, 150), project)
weights = best([slopes(ridge) for ridge in (1, 10, 100, 1_000)], regress)
RIVALS = {
    "mean image": lambda x: np.broadcast_to(mean.reshape(IMAGE_SHAPE), x.shape),
    "times a constant": lambda x: constant * x,
    "Gaussian filter": lambda x: smooth(x, width),
    "PCA": lambda x: project(x, components),
    "linear regression": lambda x: regress(x, weights),
}
print(f"chosen on set-aside images: constant {constant:.2f}, filter of {width:.1f} pixels, "
      f"PCA with {components} numbers")  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
def without_a_network(seed):
    """PSNR of the noisy held-out images, and of what each rival makes of them."""
    seen = noisy_test(seed)
    restored = {name: psnr(held_out, restore(seen)) for name, restore in RIVALS.items()}
    return {"noisy": psnr(held_out, seen), **restored}


unaided = [recorded.kept(f"denoising, rivals, seed {s}", without_a_network, s) for s in SEEDS]
for name in unaided[0]:
    print(f"{name:18} {np.mean([found[name] for found in unaided]):5.2f} dB")

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Two networks
#
# The **plain** autoencoder of notebook 01 learns to give back clean digits through 32 numbers, and
# has never seen noise. Its bottleneck alone, so one often reads, must throw the noise away. The
# **denoising** autoencoder ([Vincent et al. 2008](https://doi.org/10.1145/1390156.1390294)) is the
# same network with the noise as a layer in front: fresh in every step of training, absent
# otherwise. The target stays clean.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
class Corrupt(keras.layers.Layer):
    """The same corruption as a layer, active in training only."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed = keras.random.SeedGenerator()

    def call(self, pictures, training=False):
        if not training:
            return pictures
        noise = keras.random.normal(keras.ops.shape(pictures), seed=self.seed)
        return keras.ops.clip(pictures + NOISE * noise, 0, 1)


example, layer = held_out[:10], Corrupt()
for training in (False, True):
    out = keras.ops.convert_to_numpy(layer(example, training=training))
    print(f"training {training}: changes the image {not np.array_equal(out, example)}")


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def plain(size=CODE_SIZE, hidden=(256,)):
    return (
        dense_encoder(IMAGE_SHAPE, size, hidden),
        dense_decoder(IMAGE_SHAPE, size, hidden[::-1]),
    )


def denoising(corruption=Corrupt):
    encoder, decoder = plain()
    return keras.Sequential([keras.Input(IMAGE_SHAPE), corruption(), encoder]), decoder


NETWORKS = {
    "plain": plain,
    "denoising": denoising,
    "map": lambda: plain(2, (256, 64)),
    **{f"code of {size}": lambda size=size: plain(size) for size in (8, 16, 64)},
}
for name, build in NETWORKS.items():
    print(f"{name:10} {sum(part.count_params() for part in build()):,} parameters")

# %% [markdown] slideshow={"slide_type": "skip"}
# One function trains every network below, by the recipe of notebook 01 (Adam, batches of 64, a
# learning rate that rises, then falls to zero). The peak of the rate is the best of three on the
# set-aside images.


# %% slideshow={"slide_type": "skip"}
def train(name, seed, epochs=EPOCHS, learnt=images.x_train, of="digits", peak=None):
    """Build with this seed and train on the images `learnt`; the model and its run."""
    keras.utils.set_random_seed(seed)
    model = Autoencoder(*NETWORKS[name]())
    peak = peak or best_peak(name)
    updates = epochs * -(-len(learnt) // BATCH_SIZE)
    model.compile(recipe(updates, peak, muon=False), loss="mse")
    run = fit(
        model,
        learnt,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        seed=seed,
        snapshots=[three_quarters(epochs)],
        run=f"{NOTEBOOK}/{name}, {of}, {len(learnt)}x{epochs}, {peak}, seed {seed}",
        report="line",
    )
    return model, run


# %% slideshow={"slide_type": "skip"}
def three_quarters(epochs):
    """The epoch at which it is looked whether a number has levelled off by the last."""
    return max(1, 3 * epochs // 4)


def error_at_rate(name, peak):
    """Error on the set-aside images after a short training on the others at this rate."""
    model, _ = train(name, 0, TUNE_EPOCHS, rest, peak=peak)
    given = noisy_aside if name == "denoising" else aside
    return float(np.mean((aside - model.reconstruct(given)) ** 2))


def best_peak(name):
    """The best of the learning rates, here or in the recorded run; 5e-3 where neither knows."""
    name = "plain" if name.startswith("code") else name
    if TUNE_EPOCHS == 0:
        found = recorded.numbers(NOTEBOOK)
        errors = {peak: found.get(f"rate {peak} for {name}") for peak in PEAKS}
        return 5e-3 if None in errors.values() else min(errors, key=errors.get)
    return min(PEAKS, key=lambda p: recorded.kept(f"rate {p} for {name}", error_at_rate, name, p))


# %% slideshow={"slide_type": "skip"}
def measured(what, name, seed, epochs):
    """`what(model, seed)`, a dict of numbers, after the training and, for verdicts, 3/4 of it."""
    model, run = train(name, seed, epochs)
    found = {"end": what(model, seed)}
    if epochs < EPOCHS or len(SEEDS) == 1:  # no verdict hangs on it
        return found
    with run.at_epoch(three_quarters(epochs), model):
        return {**found, "three quarters": what(model, seed)}


def over_training(what, name):
    """Share of the training to one dict of numbers for each seed; what is recorded is kept."""
    shares = {}
    for epochs in BUDGETS:
        titles = {s: f"{what.__name__}, {name}, {epochs} epochs, seed {s}" for s in SEEDS}
        found = [recorded.kept(titles[s], measured, what, name, s, epochs) for s in SEEDS]
        shares[epochs / EPOCHS] = [numbers["end"] for numbers in found]
    if "three quarters" in found[0]:
        shares[3 / 4] = [numbers["three quarters"] for numbers in found]
    return shares


# %% slideshow={"slide_type": "skip"}
def series(found, key):
    """One number of what `over_training` found: share of the training to a value per seed."""
    return {share: [numbers[key] for numbers in results] for share, results in found.items()}


def restored_by(model, seed):
    return {"dB": psnr(held_out, model.reconstruct(noisy_test(seed)))}


restored = {name: over_training(restored_by, name) for name in ("plain", "denoising")}

# %% slideshow={"slide_type": "slide"} tags=["key-figure"]
shown = {name: train(name, SEEDS[0])[0] for name in restored}
recorded.keep_network("autoencoder", shown["plain"])
recorded.keep_network("denoiser", shown["denoising"])
ways = {"noisy": lambda x: x} | {name: RIVALS[name] for name in list(RIVALS)[1:]}
ways |= {f"{name} autoencoder": model.reconstruct for name, model in shown.items()}
rows = {name: restore(noisy) for name, restore in ways.items()}
with plotting.beside_the_record(NOTEBOOK, "denoising"):
    plotting.image_rows(
        {name: pictures[first_of_class] for name, pictures in rows.items()}
        | {"clean": held_out[first_of_class]},
        "Who finds the digit in the noise?",
        alt="Rows of ten digits: noisy, darkened by a constant, smoothed by a Gaussian filter, by "
        "PCA, by linear regression, through a plain and a denoising autoencoder, and clean.",
        notes={name: f"{psnr(held_out, pictures):.1f} dB" for name, pictures in rows.items()},
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# Does the bottleneck remove noise? Compare the plain autoencoder not with the noisy image alone
# (nearly anything is better than that), but with a constant. Its encoder was never asked what to do
# with noise, so noise moves the code, and the decoder paints a clean picture of something else.


# %% slideshow={"slide_type": "skip"}
def mean_of(found, start, *keys):
    """Mean of a recorded number over all entries whose name begins so, such as over the seeds."""
    values = []
    for title, numbers in found.items():
        if title.startswith(start):
            for key in keys:
                numbers = numbers[key]
            values.append(numbers)
    if not values:
        raise KeyError(start)
    return float(np.mean(values))


# %% slideshow={"slide_type": "fragment"}
def denoising_in_words(found):
    names = ("noisy", "mean image", "times a constant", "Gaussian filter", "PCA")
    parts = {name: mean_of(found, "denoising, rivals", name) for name in names}
    parts["linear regression"] = mean_of(found, "denoising, rivals", "linear regression")
    for name in ("plain", "denoising"):
        start = f"restored_by, {name}, 12 epochs"
        parts[f"{name} autoencoder"] = mean_of(found, start, "end", "dB")
    told = ", ".join(f"{name} {value:.2f}" for name, value in parts.items())
    gain = parts["plain autoencoder"] - parts["times a constant"]
    return f"In dB: {told}. The plain autoencoder lies {gain:+.2f} dB from a constant."


recorded.answer(NOTEBOOK, denoising_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Which image do you mean?
#
# Look at the denoising row again: where the noise leaves two digits possible, the network paints
# something between them. Among all functions of the noisy image $\tilde x$ the squared error has
# one minimiser: the **mean** of the clean images that fit, $r^*(\tilde x) = \mathbb E[x \mid \tilde
# x]$ (the *minimum mean squared error estimator*). A network comes as near to it as its bottleneck
# and its training let it. The smallest example: a pixel that is $-1$ or $+1$ with equal chance.
# Bayes' rule gives $\mathbb E[x \mid \tilde x] = \tanh(\tilde x / \sigma^2)$.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
rng = np.random.default_rng(0)
sigma = 0.8
clean = rng.choice([-1.0, 1.0], size=2_000_000)
blurred = clean + sigma * rng.normal(size=clean.shape)
for seen in (-1.0, 0.0, 0.5):
    near = np.abs(blurred - seen) < 0.01
    average, formula = clean[near].mean(), np.tanh(seen / sigma**2)
    assert abs(average - formula) < 0.03
    print(f"seen {seen:4.1f}: formula {formula:5.2f}, average of the clean pixels {average:5.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# The same mean can be read off $p(\tilde x)$, the *density of the noisy data*, without knowing a
# clean pixel (Tweedie's formula, [Efron 2011](https://doi.org/10.1198/jasa.2011.tm11181)):
#
# $$\mathbb E[x \mid \tilde x] = \tilde x + \sigma^2 \, \frac{d}{d\tilde x} \log p(\tilde x).$$
#
# The slope of the log-density is called the **score**. A denoiser knows it ([Vincent
# 2011](https://doi.org/10.1162/NECO_a_00142)), and diffusion models are built on that ([Ho et al.
# 2020](https://arxiv.org/abs/2006.11239)). (Our pixels are cut to $[0, 1]$: for them the formula
# holds only where nothing was cut.)

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
grid = np.linspace(-2, 2, 401)
bumps = [np.exp(-((grid - centre) ** 2) / (2 * sigma**2)) for centre in (-1, 1)]
by_score = grid + sigma**2 * np.gradient(np.log(sum(bumps)), grid)
for seen in (100, 200, 250):
    exact = np.tanh(grid[seen] / sigma**2)
    assert abs(by_score[seen] - exact) < 1e-3
    print(f"seen {grid[seen]:4.1f}: Tweedie {by_score[seen]:6.3f}, Bayes {exact:6.3f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two numbers per image: a map
#
# With a code of two numbers, every image is a point on a page. Is such a map good? By eye,
# everybody's own map is. A number: hide the label of a held-out image, look at its ten nearest
# neighbours among the training images on the map, and guess. The more often the guess is right (its
# **accuracy**), the better the map keeps classes apart. (Other methods are made for maps alone:
# [t-SNE](https://www.jmlr.org/papers/v9/vandermaaten08a.html) and
# [UMAP](https://arxiv.org/abs/1802.03426). They move points, and have no decoder.)
#
# Each seed draws its own nine tenths of the training images, for the network and for PCA alike.


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def drawn_for(seed):
    """Nine tenths of the training images, as their places in the file."""
    return np.random.default_rng(seed).permutation(TRAIN_SIZE)[: TRAIN_SIZE * 9 // 10]


first, second = drawn_for(0), drawn_for(1)
print(f"images that two seeds share: {np.isin(first, second).mean():.0%} of each")


# %% slideshow={"slide_type": "subslide"}
def map_accuracy(to_map, seed):
    """Share of held-out images whose ten nearest neighbours vote for the right class."""
    drawn = drawn_for(seed)
    known = to_map(images.x_train[drawn]), images.y_train[drawn]
    return neighbour_accuracy(*known, to_map(held_out), images.y_test)


def pca_map(seed):
    """Function from images to two coordinates."""
    middle, axes = principal(images.x_train[drawn_for(seed)])
    return lambda pictures: (pictures.reshape(len(pictures), -1) - middle) @ axes[:, :2]


def pca_map_accuracy(seed):
    return map_accuracy(pca_map(seed), seed)


# %% slideshow={"slide_type": "skip"}
def map_network(seed, epochs):
    return train("map", seed, epochs, images.x_train[drawn_for(seed)])


def network_map_accuracy(seed, epochs):
    """Accuracy of the network's map after the training, and after three quarters of it."""
    model, run = map_network(seed, epochs)
    at_end = map_accuracy(model.encode, seed)
    with run.at_epoch(three_quarters(epochs), model):
        return {"end": at_end, "three quarters": map_accuracy(model.encode, seed)}


flat_maps = [recorded.kept(f"map, PCA, seed {s}", pca_map_accuracy, s) for s in SEEDS]
network_maps = {
    epochs: [
        recorded.kept(f"map, {epochs} epochs, seed {s}", network_map_accuracy, s, epochs)
        for s in SEEDS
    ]
    for epochs in MAP_BUDGETS
}

# %% [markdown] slideshow={"slide_type": "skip"}
# Seeds give maps of very different worth. Shown is the *median* of the seeds, not the best.

# %% slideshow={"slide_type": "fragment"}
by_seed = [found["end"] for found in network_maps[MAP_BUDGETS[-1]]]
middle = int(np.argsort(by_seed)[len(by_seed) // 2])
told = f", median of {len(SEEDS)} seeds" if len(SEEDS) > 1 else ""
chosen = SEEDS[middle], MAP_BUDGETS[-1]
to_maps = {
    f"PCA, accuracy {flat_maps[middle]:.0%}": pca_map(SEEDS[middle]),
    f"autoencoder, accuracy {by_seed[middle]:.0%}{told}": map_network(*chosen)[0].encode,
}
some = np.random.default_rng(0).permutation(len(held_out))[:2_000]
with plotting.beside_the_record(NOTEBOOK, "map"):
    plotting.scatter(
        {name: to_map(held_out[some]) for name, to_map in to_maps.items()},
        images.y_test[some],
        images.class_names,
        "Which map keeps the digits apart?",
        alt="Two scatter plots of the same test images, coloured by digit, each digit written at "
        "its middle: two coordinates of PCA, and the two code numbers of the autoencoder.",
    )


# %% slideshow={"slide_type": "fragment"}
def maps_in_words(found):
    networks = [n["end"] for title, n in found.items() if title.startswith("map, 8 epochs")]
    return (
        f"PCA's map guesses {mean_of(found, 'map, PCA'):.0%} of the classes, the autoencoder's "
        f"{np.median(networks):.0%} (median; {min(networks):.0%} to {max(networks):.0%} over the "
        "seeds)."
    )


recorded.answer(NOTEBOOK, maps_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Compression: how many bytes, how much damage?
#
# A code of $k$ numbers with $b$ bits each takes $kb/8$ bytes (the **rate**) and damages the image
# (the **distortion**). With $b$ bits a number can take $2^b$ values, evenly spread. How coarse may
# they be?


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
class Quantiser:
    """Equal steps between the 0.5 % and the 99.5 % point of each number on training codes."""

    def __init__(self, codes, bits):
        self.low, high = np.percentile(codes, [0.5, 99.5], axis=0)
        self.steps = 2**bits - 1
        self.width = np.maximum(high - self.low, 1e-9) / self.steps

    def __call__(self, codes):
        steps = np.clip(np.round((codes - self.low) / self.width), 0, self.steps)
        return (self.low + steps * self.width).astype("float32")


line = np.linspace(0, 1, 1001)[:, None]
print("values that three bits can tell apart:", len(np.unique(Quantiser(line, bits=3)(line))))


# %% slideshow={"slide_type": "skip"}
def codec(method, size):
    """Functions from images to codes of this size, and back."""
    if method == "autoencoder":
        name = "plain" if size == CODE_SIZE else f"code of {size}"
        model, _ = train(name, SEEDS[0])
        return model.encode, model.decode

    def encode(pictures):
        return (pictures.reshape(len(pictures), -1) - mean) @ directions[:, :size]

    def decode(codes):
        return (mean + codes @ directions[:, :size].T).clip(0, 1).reshape(-1, *IMAGE_SHAPE)

    return encode, decode


# %% [markdown] slideshow={"slide_type": "subslide"}
# The last bits buy little. So for each method and code size take the fewest bits that cost less
# than 0.2 dB against 8 bits, on set-aside images, and draw the result on held-out ones. (All
# numbers of a code get equally many bits; PCA, whose directions matter unequally, could do better.)
#
# JPEG is the rival ([Wallace 1992](https://doi.org/10.1109/30.125072)). A file of so small an image
# is mostly header, the same for all images of one quality. Let us be generous to JPEG and count
# only the compressed pixels.

# %% slideshow={"slide_type": "subslide"}
few = held_out[np.random.default_rng(3).permutation(len(held_out))[:500]]


def rate_and_quality(method, size):
    """Bits chosen for each number, bytes of an image, PSNR on held-out images."""
    encode, decode = codec(method, size)

    def through(bits, pictures):
        return psnr(pictures, decode(Quantiser(encode(rest[:2_000]), bits)(encode(pictures))))

    scores = [through(bits, aside[:1_000]) for bits in BITS]
    bits = BITS[next(i for i, score in enumerate(scores) if score > scores[-1] - 0.2)]
    return {"bits": bits, "bytes": size * bits / 8, "dB": through(bits, few), "on aside": scores}


# %% slideshow={"slide_type": "fragment"}
points = {
    method: [
        recorded.kept(f"compression, {method}, {size}", rate_and_quality, method, size)
        for size in CODE_SIZES
    ]
    for method in ("autoencoder", "PCA")
}
for method, found in points.items():
    scores = found[CODE_SIZES.index(CODE_SIZE)]["on aside"]
    told = ", ".join(f"{score:.1f}" for score in scores)
    print(f"{method:12} {CODE_SIZE} numbers, dB on set-aside images at {BITS} bits: {told}")


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def jpeg(picture, setting):
    """Header, number of bytes of compressed pixels, and the decoded image."""
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.round(255 * picture[..., 0]))).save(file, "JPEG", quality=setting)
    content = file.getvalue()
    start = content.index(b"\xff\xda") + 2  # after the marker "start of scan" …
    start += int.from_bytes(content[start : start + 2], "big")  # … and its own header
    decoded = np.asarray(Image.open(file), dtype="float32")[..., None] / 255
    return content[:start], len(content) - start - 2, decoded  # two bytes mark the end


headers = {jpeg(picture, 20)[0] for picture in held_out[:50]}
print(f"headers of 50 images: {len(headers)} kind, {len(headers.pop())} bytes")


# %% slideshow={"slide_type": "fragment"}
def jpeg_curve():
    """Bytes of an image, and PSNR, at seven qualities."""
    files = [[jpeg(picture, q) for picture in few] for q in (1, 5, 10, 20, 40, 60, 80)]
    rates = [np.mean([size for _, size, _ in made]) for made in files]
    return rates, [psnr(few, np.stack([picture for *_, picture in made])) for made in files]


# %% slideshow={"slide_type": "fragment"}
jpeg_rates, jpeg_scores = recorded.kept("compression, JPEG", jpeg_curve)
curves = {
    method: ([found["bytes"] for found in row], [found["dB"] for found in row])
    for method, row in points.items()
}
with plotting.beside_the_record(NOTEBOOK, "compression"):
    plotting.lines(
        {"bytes per image": curves | {"JPEG without its header": (jpeg_rates, jpeg_scores)}},
        "How many bytes for which quality?",
        alt="Peak signal-to-noise ratio against bytes per image on a logarithmic axis: one curve "
        "each for the quantised code of the autoencoder, that of PCA, and JPEG.",
        y_label="PSNR on held-out images, dB",
        log_x=True,
    )


# %% [markdown] slideshow={"slide_type": "subslide"}
# A fair objection: JPEG works on any picture, and its decoder is on your machine already. That of
# the autoencoder, or PCA's directions, must be sent along. How many images until that has paid off?

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
decoder_bytes = {
    "autoencoder": 4 * dense_decoder(IMAGE_SHAPE, CODE_SIZE).count_params(),
    "PCA": 4 * (CODE_SIZE + 1) * IMAGE_SHAPE[0] * IMAGE_SHAPE[1],
}
print("bytes to be sent along:", {name: f"{size:,}" for name, size in decoder_bytes.items()})


# %% slideshow={"slide_type": "fragment"}
def compression_in_words(found):
    rates, scores = found["compression, JPEG"]
    told = []
    for method, once in decoder_bytes.items():
        code = found[f"compression, {method}, {CODE_SIZE}"]
        by_jpeg = f"JPEG begins at {scores[0]:.1f} dB, with {rates[0]:.0f} bytes"
        if code["dB"] >= scores[0]:
            needed = np.interp(code["dB"], scores, rates)
            after = f"sending the decoder pays off after {once / (needed - code['bytes']):,.0f}"
            by_jpeg = f"JPEG needs {needed:.0f} bytes for that; {after} images"
        told.append(f"{method}: {code['bytes']:.0f} bytes, {code['dB']:.1f} dB ({by_jpeg})")
    return f"{CODE_SIZE} numbers. " + "; ".join(told) + "."


recorded.answer(NOTEBOOK, compression_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Features: is the code worth more than the pixels?
#
# Labels are expensive, images are not. Train the autoencoder on all images *without* labels, then a
# linear classifier on the codes of a few labelled ones: a **linear probe** ([Alain & Bengio
# 2016](https://arxiv.org/abs/1610.01644)). Two controls: PCA with equally many numbers, and the
# same encoder **before training**.
#
# Each is judged at its best. A scaler makes all numbers of a code equally wide; for PCA that
# changes everything (it is called *whitening*), for pixels at the rim it blows up specks. So: with
# and without, and three strengths of regularisation, chosen on set-aside images.


# %% slideshow={"slide_type": "subslide"}
def probes():
    """Linear classifiers to choose from."""
    for strength in (0.01, 0.1, 1):
        logistic = {"C": strength, "max_iter": 500, "tol": 1e-3}
        yield LogisticRegression(**logistic)
        yield make_pipeline(StandardScaler(), LogisticRegression(**logistic))


def probe_accuracy(to_features, labelled, seed):
    """Held-out accuracy of the best linear classifier that sees this many labels."""
    chosen = np.random.default_rng(seed).permutation(len(rest))[:labelled]
    known = to_features(rest[chosen]), rest_labels[chosen]
    choosing = to_features(aside[:2_000]), aside_labels[:2_000]
    with warnings.catch_warnings():  # hardly any regularisation: not all get to the end
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = [probe.fit(*known) for probe in probes()]
    chosen = max(fitted, key=lambda probe: probe.score(*choosing))
    return float(chosen.score(to_features(held_out), images.y_test))


# %% slideshow={"slide_type": "skip"}
def probe_code(model, seed):
    return {str(count): probe_accuracy(model.encode, count, seed) for count in LABELLED}


def other_features(name, seed):
    """Function from images to features that no network has learnt."""
    if name == "untrained encoder":
        keras.utils.set_random_seed(seed)
        return Autoencoder(*plain()).encode
    if name == "PCA":
        return codec("PCA", CODE_SIZE)[0]
    return lambda pictures: pictures.reshape(len(pictures), -1)


def probe_others(name, seed):
    features = other_features(name, seed)
    return {str(count): probe_accuracy(features, count, seed) for count in LABELLED}


# %% slideshow={"slide_type": "skip"}
probed = {"autoencoder": over_training(probe_code, "plain")}
for name in ("PCA", "pixels", "untrained encoder"):
    found = [recorded.kept(f"probe, {name}, seed {s}", probe_others, name, s) for s in SEEDS]
    probed[name] = dict.fromkeys(probed["autoencoder"], found)

# %% slideshow={"slide_type": "fragment"}
accuracy = {
    name: [[numbers[str(count)] for count in LABELLED] for numbers in found[1]]
    for name, found in probed.items()
}
with plotting.beside_the_record(NOTEBOOK, "probes"):
    plotting.lines(
        {"labelled images": {name: (LABELLED, scores) for name, scores in accuracy.items()}},
        "How far do few labels go?",
        alt="Accuracy of a linear classifier on held-out images against the number of labels, for "
        "the autoencoder's code, PCA, pixels, and the code of an untrained encoder.",
        y_label="accuracy on held-out images",
        log_x=True,
    )


# %% slideshow={"slide_type": "fragment"}
def probes_in_words(found):
    parts = [f"autoencoder {mean_of(found, 'probe_code, plain, 12 epochs', 'end', '300'):.1%}"]
    parts += [
        f"{name} {mean_of(found, f'probe, {name},', '300'):.1%}"
        for name in ("PCA", "pixels", "untrained encoder")
    ]
    return "With 300 labels: " + ", ".join(parts) + "."


recorded.answer(NOTEBOOK, probes_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Anomalies: what does not belong?
#
# The commonest use of all. Train on images that are in order; what the network cannot rebuild is
# not in order. The reconstruction error is the alarm (*novelty* or *out-of-distribution
# detection*). How good is it? Take a foreign image and one of the own, both held out, at random:
# with which chance has the foreign one the larger error? That is the **AUROC**, the area under the
# curve of hits against false alarms: 1 is perfect, ½ is guessing, and below ½ the foreign images
# look *more* at home than the own.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def auroc(own, foreign):
    """Chance that a foreign image scores higher than one of the own; ties count half."""
    labels = np.repeat([0, 1], [len(own), len(foreign)])
    return float(roc_auc_score(labels, np.concatenate([own, foreign])))


low, high = np.array([1.0, 2.0, 4.0]), np.array([3.0, 4.0])
pairs = [1.0 * (h > o) + 0.5 * (h == o) for h in high for o in low]
assert np.isclose(auroc(low, high), np.mean(pairs))
print(f"all pairs counted: {np.mean(pairs):.3f}, by the area: {auroc(low, high):.3f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Clothes and digits, both ways. And since a foreign image need not be as rich as the own: the same
# foreign images with their ink thinned, down to a fifth. Rivals: PCA's reconstruction error; the
# distance from the mean training image; and the mean square of the pixels, which needs no model and
# says how much there *is* to rebuild.


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
INK = (0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
SETS = {"clothes": clothes, "digits": images}


def image_errors(original, rebuilt):
    return np.mean((original - rebuilt) ** 2, axis=(1, 2, 3))


black, white = np.zeros((1, *IMAGE_SHAPE)), np.ones((1, *IMAGE_SHAPE))
print("black rebuilt as white:", image_errors(black, white))


# %% slideshow={"slide_type": "subslide"}
def pca_rebuilder(pictures):
    """Function that projects images on the first directions of these."""
    middle, axes = principal(pictures)
    onto = axes[:, :CODE_SIZE] @ axes[:, :CODE_SIZE].T

    def rebuild(x):
        return (middle + (x.reshape(len(x), -1) - middle) @ onto).clip(0, 1).reshape(x.shape)

    return rebuild


def alarms(network, learnt):
    """Name to a function from images to scores that should be high for foreign ones."""
    flat, middle = pca_rebuilder(learnt), learnt.mean(axis=0)
    return {
        "autoencoder": lambda x: image_errors(x, network(x)),
        "PCA": lambda x: image_errors(x, flat(x)),
        "distance from mean": lambda x: image_errors(x, middle),
        "ink (no model)": lambda x: image_errors(x, 0),
        "error ÷ ink": lambda x: image_errors(x, network(x)) / image_errors(x, 0),
    }


# %% slideshow={"slide_type": "fragment"}
def foreign_found(own, seed):
    """AUROC of each alarm for a network that knows `own`, for each amount of ink."""
    learnt = SETS[own].x_train
    foreign = SETS["digits" if own == "clothes" else "clothes"].x_test
    model, _ = train("plain", seed, FOREIGN_EPOCHS, learnt, own)
    found = {}
    for name, alarm in alarms(model.reconstruct, learnt).items():
        at_home = alarm(SETS[own].x_test)
        found[name] = [auroc(at_home, alarm(ink * foreign)) for ink in INK]
    return found


foreign = {
    own: [recorded.kept(f"foreign, {own}, seed {s}", foreign_found, own, s) for s in SEEDS]
    for own in SETS
}

# %% slideshow={"slide_type": "slide"}
alarm_names = list(foreign["clothes"][0])
panels = {
    f"ink of foreign {other} (knows {own})": {
        name: (INK, [found[name] for found in foreign[own]]) for name in alarm_names
    }
    for own, other in (("clothes", "digits"), ("digits", "clothes"))
}
with plotting.beside_the_record(NOTEBOOK, "foreign"):
    plotting.lines(
        panels,
        "Does the reconstruction error find foreign images?",
        alt="AUROC against the ink of the foreign images, on the left digits for a network that "
        "knows clothes, on the right clothes for one that knows digits, for five alarms; at one "
        "half a line for guessing, below which several curves fall when ink is thin.",
        y_label="AUROC",
        levels={"guessing": 0.5},
        y_limits=(-0.03, 1.03),
    )

# %% slideshow={"slide_type": "fragment"}
watchman, _ = train("plain", SEEDS[0], FOREIGN_EPOCHS, clothes.x_train, "clothes")
seen = {"clothes": clothes.x_test, "digits": held_out, "digits, thin ink": 0.4 * held_out}
pictures, notes = {}, {}
for name, x in seen.items():
    again = watchman.reconstruct(x)
    pictures |= {name: x[first_of_class], f"{name}, rebuilt": again[first_of_class]}
    notes[f"{name}, rebuilt"] = f"{image_errors(x, again).mean():.4f}"
blank = np.zeros((1, *IMAGE_SHAPE), dtype="float32")
of_blank = image_errors(blank, watchman.reconstruct(blank))[0]
print(f"mean squared error of a blank page: {of_blank:.4f}")
with plotting.beside_the_record(NOTEBOOK, "foreign_rebuilt"):
    plotting.image_rows(
        pictures,
        "What does a network that knows clothes rebuild best?",
        alt="Rows of ten clothes, ten digits and ten pale digits, each above what an autoencoder "
        "trained on clothes makes of them, with the mean error of all such held-out images.",
        notes=notes,
    )


# %% slideshow={"slide_type": "fragment"}
def foreign_in_words(found):
    told = []
    for own, other in (("clothes", "digits"), ("digits", "clothes")):
        rows = [n["autoencoder"] for t, n in found.items() if t.startswith(f"foreign, {own}")]
        at = dict(zip(INK, np.mean(rows, axis=0), strict=True))
        inks = ", ".join(f"{at[ink]:.2f} with {ink:.0%} of the ink" for ink in (1.0, 0.5, 0.3))
        told.append(f"knows {own}, sees {other}: {inks}")
    return "AUROC of the reconstruction error: " + "; ".join(told) + "."


recorded.answer(NOTEBOOK, foreign_in_words)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The error says how hard an image is, not how foreign: a blank page is foreign to every wardrobe,
# and a trained network rebuilds it better than most of its own images. (Likelihoods of deep models
# fail in the same direction: one trained on CIFAR-10's photographs gives the simpler house numbers
# of SVHN a *higher* density, [Nalisnick et al. 2019](https://arxiv.org/abs/1810.09136).) Divided by
# the ink, the error no longer falls with the ink; look in the next example whether that helps.
#
# ### Nearer to practice: one class is missing
#
# Seldom is the foreign set another data set. Leave one digit out of the training, and look for it
# among held-out images of all ten.


# %% slideshow={"slide_type": "subslide"}
def left_out_found(digit):
    """AUROC of each alarm when the images of this digit were not among those learnt."""
    learnt = images.x_train[images.y_train != digit]
    model, run = train("plain", 0, LEFT_OUT_EPOCHS, learnt, f"all but {digit}")
    new = images.y_test == digit
    by = alarms(model.reconstruct, learnt)
    found = {name: auroc(alarm(held_out[~new]), alarm(held_out[new])) for name, alarm in by.items()}
    with run.at_epoch(three_quarters(LEFT_OUT_EPOCHS), model):
        alarm = by["autoencoder"]
        return {**found, "three quarters": auroc(alarm(held_out[~new]), alarm(held_out[new]))}


missing = {digit: recorded.kept(f"left out, {digit}", left_out_found, digit) for digit in LEFT_OUT}

# %% slideshow={"slide_type": "slide"}
with plotting.beside_the_record(NOTEBOOK, "left_out"):
    plotting.heatmap(
        np.array([[found[name] for found in missing.values()] for name in alarm_names]),
        alarm_names,
        [str(digit) for digit in missing],
        "Is the missing digit found?",
        alt="A table of AUROC: rows are the alarms, columns the digit that was left out of the "
        "training. Below one half the missing digit looks more familiar than the learnt ones.",
        x_label="digit left out of the training",
        y_label="AUROC (0.5: guessing)",
        digits=2,
    )


# %% slideshow={"slide_type": "fragment"}
def left_out_in_words(found):
    by_digit = {t[-1]: numbers for t, numbers in found.items() if t.startswith("left out, ")}
    scores = {digit: numbers["autoencoder"] for digit, numbers in by_digit.items()}
    hardest, easiest = min(scores, key=scores.get), max(scores, key=scores.get)
    means = {n: np.mean([numbers[n] for numbers in by_digit.values()]) for n in by_digit[hardest]}
    return (
        f"Mean AUROC over the digits: autoencoder {means['autoencoder']:.2f}, PCA "
        f"{means['PCA']:.2f}, error ÷ ink {means['error ÷ ink']:.2f}. The {easiest} is found best "
        f"({scores[easiest]:.2f}), the {hardest} worst ({scores[hardest]:.2f}); ink alone has "
        f"{by_digit[hardest]['ink (no model)']:.2f} there."
    )


recorded.answer(NOTEBOOK, left_out_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Colour from grey: what cannot be known
#
# Grey clothes, and the question: which colour were they? So that the true answer is known, we dye
# them ourselves. Each garment gets a brightness, a **hue** (an angle) and a **saturation**, drawn
# independently, so that its grey picture stays what it is: nothing in it tells two hues apart, but
# for what kind of garment it is:
#
# - **shoes** are always orange;
# - **trousers and bags** have one of two hues, 60° to either side of blue, by a coin;
# - **tops and dresses** have any hue.
#
# A tint is a direction in colour space along which grey does not change, times the saturation.


# %% slideshow={"slide_type": "subslide"}
GREY = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601 luma
KINDS = {  # classes, hue (0 red, 90 blue), how far to either side (None: any)
    "shoes": ((5, 7, 9), 315, 0),
    "trousers and bags": ((1, 8), 90, 60),
    "tops and dresses": ((0, 2, 3, 4, 6), 0, None),
}
RED = np.array([GREY[1], -GREY[0], 0])  # red against green, and blue against yellow: grey stays
BLUE = np.cross(RED, GREY)
PLANE = np.stack([way / np.linalg.norm(way) for way in (RED, BLUE)])


def dye(kind, count, rng):
    """Tints (count, 3) of garments of this kind: saturation times a direction of equal grey."""
    _, hue, side = KINDS[kind]
    turned = rng.uniform(0, 360, count) if side is None else hue + side * rng.choice([-1, 1], count)
    angle, saturation = np.radians(turned), rng.uniform(0.5, 1, count)
    return saturation[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1) @ PLANE


def best_error(side):
    """Relative error and colourfulness of the best single answer, the mean tint."""
    pull = 0.0 if side is None else np.cos(np.radians(side))
    return np.sqrt(1 - pull**2 * 0.75**2 / (7 / 12)), pull


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
for kind, (_, _, side) in KINDS.items():
    tint = dye(kind, 100_000, np.random.default_rng(0))
    measured_error = np.sqrt(tint.var(axis=0).sum() / (tint**2).sum(axis=1).mean())
    print(f"{kind:18} formula {best_error(side)[0]:.2f}, 100,000 tints {measured_error:.2f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# (The saturation is even on $[\tfrac12, 1]$: mean ¾, mean square 7/12. The best single answer to a
# hue $\pm a$ is the mean, $\cos a$ as long: paler than any true colour.)


# %% slideshow={"slide_type": "skip"}
def coloured(pictures, labels, seed):
    """Grey images (n, 28, 28, 1), and the dyed ones (n, 28, 28, 3) that have this grey."""
    rng = np.random.default_rng(seed)
    tints = np.zeros((len(pictures), 3))
    for kind, (classes, _, _) in KINDS.items():
        own = np.isin(labels, classes)
        tints[own] = dye(kind, own.sum(), rng)
    grey = pictures * rng.uniform(0.35, 0.5, (len(pictures), 1, 1, 1))
    return grey.astype("float32"), (grey * (1 + tints[:, None, None])).astype("float32")


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
order = np.random.default_rng(4).permutation(len(clothes.x_train))[:COLOURED]
grey_train, colour_train = coloured(clothes.x_train[order], clothes.y_train[order], seed=1)
picked = np.random.default_rng(4).permutation(len(clothes.x_test))[:2_000]
grey_test, colour_test = coloured(clothes.x_test[picked], clothes.y_test[picked], seed=2)
kept_grey = np.abs(colour_test @ GREY - grey_test[..., 0]).max()
print(f"largest change of grey by the dye: {kept_grey:.5f}")
print("all colours can be shown:", bool(abs(colour_test - 0.5).max() < 0.5 + 1e-6))

# %% [markdown] slideshow={"slide_type": "subslide"}
# The network has no bottleneck: a **skip connection** hands the grey image itself to the end, and
# all that must be said is how to tint it (the larger relatives of this are U-Nets, [Ronneberger et
# al. 2015](https://arxiv.org/abs/1505.04597)).


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def colouriser():
    """Grey images (n, 28, 28, 1) to colour images (n, 28, 28, 3)."""
    grey = keras.Input(IMAGE_SHAPE)
    hidden = keras.layers.Flatten()(grey)
    for _ in range(2):
        hidden = keras.layers.Dense(256, activation="relu")(hidden)
    tint = keras.layers.Reshape((28, 28, 3))(keras.layers.Dense(28 * 28 * 3)(hidden))
    tinted = keras.layers.Multiply()([grey, tint])
    return keras.Model(grey, keras.layers.Add()([grey, tinted]), name="colouriser")


plotting.network(
    [colouriser()],
    "Where does the grey picture come back in?",
    alt="Blocks for each layer: the grey image, two dense layers of 256 units, three numbers for "
    "each pixel, multiplied with the grey image and added to it.",
)


# %% slideshow={"slide_type": "subslide"}
def by_network(seed):
    keras.utils.set_random_seed(seed)
    model = colouriser()
    updates = COLOUR_EPOCHS * -(-len(grey_train) // BATCH_SIZE)
    model.compile(recipe(updates, 2.5e-3, muon=False), loss="mse")
    fit(
        model,
        grey_train,
        colour_train,
        epochs=COLOUR_EPOCHS,
        batch_size=BATCH_SIZE,
        seed=seed,
        run=f"{NOTEBOOK}/colour, {len(grey_train)}x{COLOUR_EPOCHS}, seed {seed}",
        report="line",
    )
    return model.predict(grey_test, verbose=0).clip(0, 1)


# %% [markdown] slideshow={"slide_type": "subslide"}
# Two rivals without a network: the **mean tint** of all training garments for everyone; and **one
# neighbour**, which looks for the training picture most like the given one (in grey), and copies
# its tint.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def tints_of(grey, colours):
    """Mean tint (n, 3) of each image."""
    return (colours - grey).sum(axis=(1, 2)) / grey.sum(axis=(1, 2))


orange = np.full((2, *IMAGE_SHAPE), 0.5) * [1.4, 0.9, 0.5]
print("tint of orange:", tints_of(np.full((2, *IMAGE_SHAPE), 0.5), orange)[0].round(3))


# %% slideshow={"slide_type": "fragment"}
def by_mean_tint():
    tint = tints_of(grey_train, colour_train).mean(axis=0)
    return (grey_test * (1 + tint)).clip(0, 1)


def by_one_neighbour():
    flat, known = (grey.reshape(len(grey), -1) for grey in (grey_test, grey_train))
    alike = flat @ (known / np.linalg.norm(known, axis=1, keepdims=True)).T
    tints = tints_of(grey_train, colour_train)[alike.argmax(axis=1)]
    return (grey_test * (1 + tints[:, None, None])).clip(0, 1)


# %% slideshow={"slide_type": "slide"}
tops = np.flatnonzero(np.isin(clothes.y_test[picked], KINDS["tops and dresses"][0]))[:4]
two = np.flatnonzero(np.isin(clothes.y_test[picked], KINDS["trousers and bags"][0]))[:4]
shoes = np.flatnonzero(np.isin(clothes.y_test[picked], KINDS["shoes"][0]))[:2]
ten = np.concatenate([shoes, two, tops])
answers = {
    "mean tint": by_mean_tint(),
    "network": by_network(SEEDS[0]),
    "one neighbour": by_one_neighbour(),
}
with plotting.beside_the_record(NOTEBOOK, "colour"):
    plotting.image_rows(
        {"given": np.repeat(grey_test[ten], 3, axis=-1)}
        | {name: found[ten] for name, found in answers.items()}
        | {"true": colour_test[ten].clip(0, 1)},
        "Which colours can be known, and which only guessed?",
        alt="Ten garments in five rows: grey, in one mean tint, coloured by the network (shoes "
        "right, the rest pale), by one neighbour (vivid, often wrong), and true.",
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# Two numbers for each kind of garment: how wrong the colours are, relative to leaving the picture
# grey; and how **colourful** a pixel is, the distance of its colour from its own grey, relative to
# the truth.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def to_grey(pictures):
    return (pictures @ GREY)[..., None]


def colourfulness(pictures):
    """Mean distance of each pixel's colour from its own grey."""
    return float(np.sqrt(np.sum((pictures - to_grey(pictures)) ** 2, axis=-1)).mean())


red, pink = (np.reshape(colour, (1, 1, 1, 3)) for colour in ([1, 0, 0], [1, 0.5, 0.5]))
print(f"colourfulness of red {colourfulness(red):.3f}, of pink {colourfulness(pink):.3f}")


# %% slideshow={"slide_type": "skip"}
def colour_numbers(found):
    """Kind of garment to (error, colourfulness), both relative, of coloured test images."""
    numbers = {}
    for kind, (classes, _, _) in KINDS.items():
        own = np.isin(clothes.y_test[picked], classes)
        truth = colour_test[own] - to_grey(colour_test[own])
        wrong = found[own] - to_grey(found[own]) - truth
        error = np.sqrt(np.mean(wrong**2) / np.mean(truth**2))
        numbers[kind] = [float(error), colourfulness(found[own]) / colourfulness(colour_test[own])]
    return numbers


def network_colours(seed):
    return colour_numbers(by_network(seed))


# %% slideshow={"slide_type": "fragment"}
learnt_colours = [recorded.kept(f"colour, network, seed {s}", network_colours, s) for s in SEEDS]
table = {
    "best single answer": {kind: best_error(side) for kind, (*_, side) in KINDS.items()},
    "network": {kind: np.mean([n[kind] for n in learnt_colours], axis=0) for kind in KINDS},
}
for name in ("mean tint", "one neighbour"):
    table[name] = recorded.kept(f"colour, {name}", colour_numbers, answers[name])
print(f"{'error (grey: 1), colourfulness':31}" + "".join(f"{kind:>20}" for kind in KINDS))
for name, numbers in table.items():
    row = "".join(f"{error:>13.2f}, {vivid:>4.0%} " for error, vivid in numbers.values())
    print(f"{name:31}{row}")


# %% slideshow={"slide_type": "fragment"}
def colour_in_words(found):
    parts = []
    for kind, (*_, side) in KINDS.items():
        network = np.mean(
            [n[kind] for title, n in found.items() if title.startswith("colour, network")], axis=0
        )
        copied = found["colour, one neighbour"][kind]
        parts.append(
            f"{kind}: network {network[0]:.2f} (best possible {best_error(side)[0]:.2f}), "
            f"one neighbour {copied[0]:.2f} at {copied[1]:.0%} of the colourfulness"
        )
    return "Error, 1 for grey. " + "; ".join(parts) + "."


recorded.answer(NOTEBOOK, colour_in_words)

# %% [markdown] slideshow={"slide_type": "fragment"}
# In squared error, one answer cannot do better than that pale mean ([Zhang et al.
# 2016](https://arxiv.org/abs/1603.08511) therefore predict a distribution of colours). Where the
# hue is open, the neighbour's colours are vivid, believable, and further from the truth than plain
# grey: an independent draw from the right distribution has *twice* the squared error of its mean.
# So an error per pixel cannot tell a good **sample** from a bad answer. A model that can be sampled
# gives a violet top now and a green one next time; the rest of the course is about those, and about
# how to judge them.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why not just sample the code?
#
# The decoder turns 32 numbers into a digit. So draw 32 random numbers and decode them: that would
# be a **generative model**, and no further notebook were needed. Three ways to draw:
#
# - from $\mathcal N(0, I)$, since nobody has said where the codes are;
# - from one Gaussian that was fitted to the codes of the training images (*ex-post density
#   estimation*);
# - half-way between the codes of two real images. Each code is used for one pair only: midpoints
#   that share a code lie near each other for that reason alone.


# %% slideshow={"slide_type": "subslide"}
def draw_codes(model, seed):
    """Codes of real images to compare with, and codes of each other origin, all equally many."""
    rng = np.random.default_rng([5, seed])
    known, codes = model.encode(images.x_train), rng.permutation(model.encode(held_out))
    others, first, second = np.split(codes[: 3 * COMPARED], 3)
    fitted = {"mean": known.mean(axis=0), "cov": np.cov(known.T)}
    return others, {
        "codes of real images": first,
        "fitted Gaussian": rng.multivariate_normal(**fitted, size=COMPARED),
        "N(0, I)": rng.normal(size=first.shape),
        "half-way between two": (first + second) / 2,
    }, (first, second)  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
_, drawn, (first, second) = draw_codes(shown["plain"], SEEDS[0])
spread = first.std(axis=0)
print(f"real codes have standard deviations from {spread.min():.1f} to {spread.max():.1f}, not 1")
rows = {name: shown["plain"].decode(codes[:10]) for name, codes in drawn.items()}
ends = [shown["plain"].decode(codes[:10]) for codes in (first, second)]
rows = {"codes of real images": ends[0], "others of real images": ends[1]} | {
    "half-way between the two": rows["half-way between two"],
    "half-way between the pixels": (ends[0] + ends[1]) / 2,
} | {name: rows[name] for name in ("fitted Gaussian", "N(0, I)")}  # fmt: skip
with plotting.beside_the_record(NOTEBOOK, "sampling"):
    plotting.image_rows(
        rows,
        "What does the decoder make of each kind of code?",
        alt="Rows of ten decoded codes: of two sets of real images, half-way between them in "
        "code and in pixels, drawn from a fitted Gaussian, and drawn from N(0, I).",
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# How bad are these images? Mix two equally large sets and hide which is which. For each image, look
# at its nearest neighbour: is it of the same set? If the sets lie apart, always. If they have the
# same distribution, about half of the time: of the $2n - 1$ other images $n - 1$ are of its own
# set, so the chance is $(n - 1) / (2n - 1)$. This **nearest-neighbour two-sample test** needs no
# training ([Schilling 1986](https://doi.org/10.1080/01621459.1986.10478337); with classifiers,
# [Lopez-Paz & Oquab 2017](https://arxiv.org/abs/1610.06545)). It is a test, not a proof: one half
# says that *this* test cannot tell them apart.


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def told_apart(first, second):
    """Leave-one-out accuracy of the nearest neighbour at telling two sets apart."""
    both = np.concatenate([first, second]).reshape(len(first) + len(second), -1)
    labels = np.repeat([0, 1], [len(first), len(second)])
    nearest = NearestNeighbors(n_neighbors=2).fit(both).kneighbors(both)[1][:, 1]
    return float(np.mean(labels == labels[nearest]))


rng = np.random.default_rng(0)
numbers = rng.normal(size=(4, 1_000, 32))  # codes for which the answer is known
chained = [(some + np.roll(some, -1, axis=0)) / 2 for some in numbers[:2]]
disjoint = [(numbers[0] + numbers[1]) / 2, (numbers[2] + numbers[3]) / 2]
print(f"two equal distributions: chance {999 / 1_999:.3f}")
print(f"  measured {told_apart(*numbers[:2]):.2f}, as midpoints of pairs that share no code "
      f"{told_apart(*disjoint):.2f}, of chained pairs {told_apart(*chained):.2f}")  # fmt: skip
print(f"two different ones: {told_apart(numbers[0], numbers[1] + 3):.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Everything is compared with **decoded codes of other real images**: both sides went through the
# decoder, so its blur gives nothing away, and only the origin of the codes differs. Codes of real
# images against each other are the floor. The last row is no code: it mixes the two decoded
# *pictures* half and half, a cross-fade.


# %% slideshow={"slide_type": "fragment"}
def codes_told_apart(model, seed):
    """How well decoded codes of each origin are told from decoded codes of real images."""
    others, drawn, pair = draw_codes(model, seed)
    real = model.decode(others)
    fade = (model.decode(pair[0]) + model.decode(pair[1])) / 2
    found = {name: told_apart(real, model.decode(codes)) for name, codes in drawn.items()}
    return {**found, "pixels half-way between two": told_apart(real, fade)}


sampled = over_training(codes_told_apart, "plain")
chance = (COMPARED - 1) / (2 * COMPARED - 1)
with plotting.beside_the_record(NOTEBOOK, "told_apart"):
    plotting.dots(
        {name: [numbers[name] for numbers in sampled[1]] for name in sampled[1][0]},
        "Can decoded random codes be told from decoded real ones?",
        alt="One dot per seed and kind of code on an axis from one half, where the nearest "
        "neighbour cannot tell them from decoded real codes, to one, where it always can.",
        x_label="nearest neighbour is of the same set",
        reference=(f"chance, {chance:.3f}", chance),
    )


# %% slideshow={"slide_type": "fragment"}
def sampling_in_words(found):
    start = "codes_told_apart, plain, 12 epochs"
    kinds = ("codes of real images", "half-way between two", "pixels half-way between two",
             "fitted Gaussian", "N(0, I)")  # fmt: skip
    parts = [f"{kind} {mean_of(found, start, 'end', kind):.2f}" for kind in kinds]
    return "Told apart from decoded real codes (about 0.5: not): " + ", ".join(parts) + "."


recorded.answer(NOTEBOOK, sampling_in_words)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Nothing in the loss said where codes should lie, or that the space between them should be filled.
# Two ways out: fit a better density to the codes afterwards (notebook 09), or *train* the
# autoencoder so that its codes fill a known distribution. The second is the **variational
# autoencoder**, next.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Wherever both conditions share a network, noise or labelled images, they are compared pair by
# pair. Nobody states a budget with these claims, so a verdict counts only where the numbers have
# levelled off. "±" is the standard deviation over the seeds (over the digits, where digits are the
# pairs).


# %% slideshow={"slide_type": "skip"}
BUDGET = f"{TRAIN_SIZE:,} images, {EPOCHS} epochs, code of {CODE_SIZE}"
PSNR = "PSNR on held-out images, dB"
ACCURACY = "accuracy on held-out images"
TOLD_APART = "nearest neighbour is of the same set (0.5: not told from decoded real codes)"


def compare(name, statement, test, measure, conditions, better="higher", budget=BUDGET):
    """Judge and show one claim, in pairs; conditions are name to `series`, or to fixed values."""
    claim = claims.Claim(name, statement, test, measure, better=better, paired=True)
    shares = {share for found in conditions.values() if isinstance(found, dict) for share in found}

    def at(share):
        return {
            title: found[share] if isinstance(found, dict) else found
            for title, found in conditions.items()
        }

    earlier = {share: at(share) for share in sorted(shares - {1.0})}
    outcome = claims.test(claim, at(1.0), budget, images, earlier=earlier, own_budget=False)
    claims.show(outcome, NOTEBOOK)


# %% [markdown] slideshow={"slide_type": "subslide"}
# > "The bottleneck of an autoencoder removes noise."
#
# Compared with the noisy images themselves; then with the simplest rival, the noisy image times a
# constant.

# %% slideshow={"slide_type": "fragment"}
cleaned = {name: [numbers[name] for numbers in unaided] for name in unaided[0]}
cleaned |= {name: series(found, "dB") for name, found in restored.items()}
for name, more, rival in [
    ("bottleneck_removes_noise", "noise", "noisy"),
    ("bottleneck_beats_constant", "more noise than a constant", "times a constant"),
]:
    compare(
        name,
        f"The bottleneck of an autoencoder removes {more}.",
        f"Noisy held-out images through a network trained without noise, against '{rival}'; the "
        "same noise for both.",
        PSNR,
        {"plain": cleaned["plain"], rival: cleaned[rival]},
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# If the bottleneck did it all, training on noise would add nothing. And is a network needed? The
# rival is the one that did best on the set-aside images.

# %% slideshow={"slide_type": "fragment"}
strongest = max(RIVALS, key=lambda name: psnr(aside, RIVALS[name](noisy_aside)))
compare(
    "training_on_noise_helps",
    "Training on noise removes more of it than the bottleneck alone.",
    "The same network, seeds, epochs and noise, with and without noise at the encoder in training.",
    PSNR,
    {name: cleaned[name] for name in ("denoising", "plain")},
)
compare(
    "denoiser_beats_filters",
    "A denoising autoencoder beats what needs no network.",
    "Against the best of five rivals, each tuned, and the best one chosen, on set-aside images.",
    PSNR,
    {name: cleaned[name] for name in ("denoising", strongest)},
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "With two dimensions, an autoencoder separates the classes better than PCA."

# %% slideshow={"slide_type": "fragment"}
last = MAP_BUDGETS[-1]
over_maps = {e / last: [found["end"] for found in network_maps[e]] for e in MAP_BUDGETS}
over_maps[3 / 4] = [found["three quarters"] for found in network_maps[last]]
compare(
    "map_beats_pca",
    "With two dimensions, an autoencoder separates the classes better than PCA.",
    "Two numbers per image; ten nearest neighbours on the map guess the class. Each seed draws its "
    "own training images for both.",
    ACCURACY,
    {"autoencoder": over_maps, "PCA": flat_maps},
    budget=f"{TRAIN_SIZE * 9 // 10:,} images, {last} epochs, code of 2",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "An autoencoder learns features that make classification easier."

# %% slideshow={"slide_type": "fragment"}
for rival, what in [("pixels", "the pixels"), ("PCA", "as many coordinates of PCA")]:
    compare(
        f"code_beats_{rival}",
        f"With 300 labels, a linear classifier does better on an autoencoder's code than on "
        f"{what}.",
        "Logistic regression, with or without a scaler, regularisation chosen for each; the same "
        "labelled images.",
        ACCURACY,
        {name: series(probed[name], "300") for name in ("autoencoder", rival)},
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "An autoencoder cannot rebuild what it has never seen, so its error finds anomalies."
#
# Ten anomalies, each of the digits left out once. First against guessing, then against PCA's error.

# %% slideshow={"slide_type": "fragment"}
over_digits = {
    share: [found[key] for found in missing.values()]
    for share, key in ((1.0, "autoencoder"), (0.75, "three quarters"))
}
for name, better_than, rival, values in [
    ("error_finds_left_out", "guessing", "guessing", [0.5] * len(missing)),
    ("left_out_beats_pca", "PCA's", "PCA", [found["PCA"] for found in missing.values()]),
]:
    compare(
        name,
        f"An autoencoder's reconstruction error finds a left-out class better than {better_than}.",
        "Each digit left out of the training once; the left-out digit among held-out images of all "
        "ten. Pairs are digits.",
        "AUROC of the reconstruction error",
        {"autoencoder": over_digits, rival: values},
        budget=f"about {TRAIN_SIZE * 9 // 10:,} images, {LEFT_OUT_EPOCHS} epochs",
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A plain autoencoder's code is not continuous, so interpolation and sampling fail."
#
# Two failures in one sentence; each gets its test. (The decoder is a continuous function: what is
# meant is that codes between and around the real ones do not decode to real images.) First
# sampling, from $\mathcal N(0, I)$ and from a Gaussian that knows where the codes are. If the
# second does much better, then much of the trouble lay in drawing at the wrong place.

# %% slideshow={"slide_type": "fragment"}
origin = {name: series(sampled, name) for name in sampled[1][0]}
compare(
    "sampling_fails",
    "Samples of a plain autoencoder can be told from images of real codes.",
    "One decoder; codes of held-out images against codes from a Gaussian fitted to the codes.",
    TOLD_APART,
    {name: origin[name] for name in ("codes of real images", "fitted Gaussian")},
    better="lower",
)
compare(
    "fitted_gaussian_helps",
    "A Gaussian fitted to the codes gives better samples than N(0, I).",
    "One decoder; only the distribution of the codes differs.",
    TOLD_APART,
    {name: origin[name] for name in ("fitted Gaussian", "N(0, I)")},
    better="lower",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Then interpolation. "Fails" against what? First against images of real codes; then against the
# simplest rival, half-way between the two *pictures*, a cross-fade of the same pair.

# %% slideshow={"slide_type": "fragment"}
compare(
    "interpolation_fails",
    "Half-way between two codes, a plain autoencoder gives images that can be told from real ones.",
    "One decoder; codes of held-out images against the means of disjoint pairs of them.",
    TOLD_APART,
    {name: origin[name] for name in ("codes of real images", "half-way between two")},
    better="lower",
)
compare(
    "code_beats_cross_fade",
    "Half-way between two codes looks more real than half-way between the two pictures.",
    "The same pairs: the decoded mean of two codes against the mean of the two decoded pictures.",
    TOLD_APART,
    {name: origin[name] for name in ("half-way between two", "pixels half-way between two")},
    better="lower",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - A constant is a rival. What a network is said to do counts from what the mean image, the noisy
#   image times a number, and linear regression do on the same images.
# - Trained by squared error, a network answers with the mean of what is possible: grey strokes
#   where two digits fit the noise, pale cloth where the hue cannot be known.
# - The reconstruction error says how hard an image is, not how foreign. Whatever is simpler than
#   the training images may pass as familiar.
# - It contradicts itself? The answer with the smallest error looks wrong, and a believable one has
#   twice the error. What one wants, the nearest guess or a plausible picture, has to be said first.
# - A code is not a distribution: decoding random numbers shows what the training never asked for.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# **1. A different damage.** Write `erase`, which sets one square of each image to 0, at a random
# place. Check yourself: exactly `size * size` pixels of an image of ones become 0. Then make it a
# layer like `Corrupt`, set `NETWORKS["erased"] = lambda: denoising(YourLayer)`, call
# `train("erased", 0)`, and see what the network puts into the hole.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def erase(pictures, size, seed):
    """Copies of images (n, h, w, c) with one square of `size` pixels set to 0 in each."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **2. The cost of a bit.** Complete `step_error`: the mean squared error of rounding numbers that
# are evenly spread over $[0, 1]$ to the nearest of $2^b$ evenly spread values, 0 and 1 among them.
# Check yourself: it is $\Delta^2 / 12$ with $\Delta = 1 / (2^b - 1)$, so that one more bit gains
# 9.5 dB from one bit to two, and 6.04 dB from eight to nine, close to the 6.02 dB of a halved step.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def step_error(bits):
    """Mean squared error of a quantiser with this many bits on numbers in [0, 1]."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **3. The best answer is pale.** Complete `colour_gap`: the mean of the colourfulness of two images
# minus the colourfulness of their mean. Check yourself: it is never negative, for a thousand pairs.
# Which inequality is that?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def colour_gap(first, second):
    """How much colour is lost by averaging two images (h, w, 3)."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Nearest neighbours as a judge.** Complete `expected_told_apart`: the answer that `told_apart`
# gives on average for two *identical* distributions when the sets have $n$ and $m$ images. Check
# yourself: for $n = m$ it is $(n - 1) / (2n - 1)$; for 900 and 100 random training images
# `told_apart` answers about 0.82.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def expected_told_apart(n, m):
    """Chance that an image's nearest neighbour is of its own set, if the sets do not differ."""
    ...


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [03 · What does a VAE maximise?](03_vae_theory.ipynb): an autoencoder trained so that its code
#   can be sampled.
# - [09 · Can a plain autoencoder generate?](09_latent_mixtures.ipynb): keep the plain autoencoder,
#   and fit a better density than one Gaussian to its codes.
# - Vincent et al. 2008, [Extracting and composing robust features with denoising
#   autoencoders](https://doi.org/10.1145/1390156.1390294).
# - Alain & Bengio 2014, [What regularized auto-encoders learn from the data-generating
#   distribution](https://arxiv.org/abs/1211.4246): denoisers know the slope of the log-density.
# - Ballé, Laparra & Simoncelli 2017, [End-to-end optimized image
#   compression](https://arxiv.org/abs/1611.01704): what happens when rate and distortion are
#   trained together.
# - Ruff et al. 2021, [A unifying review of deep and shallow anomaly
#   detection](https://arxiv.org/abs/2009.11732).
