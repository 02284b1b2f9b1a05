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
# **Time** · smoke 55 s · cpu 8 min · gpu not measured
#
# Denoising, maps, compression, features, anomalies and colour, each against rivals that need no
# network; and why a plain code cannot be sampled.
#
# After this notebook you can
#
# - remove noise, and say which image a network gives when several are possible;
# - judge a two-dimensional map by a number instead of by eye;
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
import math
import warnings

import keras
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter
from sklearn.base import clone
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
SET_ASIDE = by_profile(smoke=300, cpu=5_000, gpu=5_000)
# The last is the whole training; the others show whether a verdict turns over.
BUDGETS = by_profile(smoke=(2,), cpu=(12,), gpu=(3, 12), record=(1, 3, 12))
MAP_BUDGETS = by_profile(smoke=(2,), cpu=(8,), gpu=(2, 8), record=(2, 8))
EPOCHS = BUDGETS[-1]
BATCH_SIZE = by_profile(smoke=16, cpu=64, gpu=64)
PEAKS = (2.5e-3, 5e-3, 1e-2)  # learning rates to choose from
PEAKS_AT = (1, 3, 12)  # the lengths of training for which the recorded run has chosen
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(5))
CODE_SIZE = 32
CODE_SIZES = by_profile(smoke=(8, 32), cpu=(8, 32, 64), gpu=(8, 16, 32, 64), record=(8, 32, 64))
NOISE = 0.5
LABELLED = by_profile(smoke=(100, 300), cpu=(100, 300, 1_000), gpu=(100, 300, 1_000))
BITS = (2, 3, 4, 5, 6, 8)
FOREIGN_EPOCHS = by_profile(smoke=2, cpu=4, gpu=3, record=3)
LEFT_OUT = by_profile(smoke=(1,), cpu=(1, 4, 8), gpu=range(10), record=range(10))
LEFT_OUT_EPOCHS = by_profile(smoke=2, cpu=2, gpu=4, record=4)
COLOURED = by_profile(smoke=1_000, cpu=20_000, gpu=20_000)
COLOUR_EPOCHS = by_profile(smoke=4, cpu=6, gpu=6)
COLOUR_PEAKS = (1.25e-3, 2.5e-3, 5e-3)
COMPARED = by_profile(smoke=350, cpu=2_000, gpu=2_000)  # images in each two-sample test

# %% [markdown] slideshow={"slide_type": "skip"}
# Nothing is chosen on the test images. Learning rates, the strengths of the rivals, bits and
# classifiers are chosen on training images set aside at random; the final networks then learn from
# all training images. Noise, code sizes and lengths of training are fixed beforehand.

# %% slideshow={"slide_type": "skip"}
images = data.load("mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)
clothes = data.load("fashion_mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)
held_out = images.x_test
IMAGE_SHAPE = held_out.shape[1:]
first_of_class = [np.flatnonzero(images.y_test == label)[0] for label in range(10)]
to_aside, to_rest = np.split(np.random.default_rng(0).permutation(TRAIN_SIZE), [SET_ASIDE])
aside, aside_labels = images.x_train[to_aside], images.y_train[to_aside]
rest, rest_labels = images.x_train[to_rest], images.y_train[to_rest]

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Denoising: which digit was it?
#
# Cover the lower row. Which digits are they, and how would you paint them?

# %% [markdown] slideshow={"slide_type": "notes"}
# Ten digits, each pixel with Gaussian noise of standard deviation $\sigma = 0.5$, then cut to $[0,
# 1]$.


# %% slideshow={"slide_type": "fragment"}
def corrupt(pictures, rng):
    """Add noise, and cut to what a pixel can hold."""
    noise = rng.standard_normal(pictures.shape, dtype="float32")
    return np.clip(pictures + NOISE * noise, 0, 1)


def noisy_test(seed):
    return corrupt(held_out, np.random.default_rng([1, seed]))


noisy = noisy_test(SEEDS[0])
plotting.image_rows(
    {"noisy": noisy[first_of_class], "clean": held_out[first_of_class]},
    "Which digits are hidden in the noise?",
    alt="Ten digits: above under strong grey noise, in which strokes are just seen, below clean.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# How far does one get without a network? Five rivals, from no thought at all to the best straight
# line:
#
# - the **mean training image**, whatever was seen;
# - the **noisy image times a constant**;
# - a **Gaussian filter**;
# - **PCA**: project onto $k$ directions of the clean images;
# - **linear regression** from all noisy pixels to each clean one.

# %% [markdown] slideshow={"slide_type": "notes"}
# You knew what digits look like; that is what a network must learn. Each answer is judged by the
# mean over images of the peak signal-to-noise ratio, $\mathrm{PSNR} = -10 \log_{10} \mathrm{MSE}$
# in decibels (notebook 01 took that of the mean error). Times a constant: darker is nearer to a
# mostly black picture. The filter takes off what the cutting has added on average, then each pixel
# becomes a mean over its neighbours; PCA does the same before it projects. There are 784 noisy
# pixels.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def image_errors(original, rebuilt):
    """Mean squared error of each image."""
    return np.mean((original - rebuilt) ** 2, axis=(1, 2, 3))


def psnr(original, restored):
    """Mean over images of each one's peak signal-to-noise ratio, in decibels."""
    errors = np.maximum(image_errors(original, restored), 1e-10)
    return float(np.mean(-10 * np.log10(errors)))


black = np.zeros((1, *IMAGE_SHAPE), "float32")
print(f"a tenth off in every pixel: {psnr(black, black + 0.1):.1f} dB")


def best(candidates, restore):
    """The candidate whose restored set-aside images are nearest to the clean ones."""
    return max(candidates, key=lambda c: psnr(aside, restore(noisy_aside, c)))


# %% slideshow={"slide_type": "skip"}
class PCA:
    """The directions of largest variance of images, in order; a code is the first few."""

    def __init__(self, pictures):
        flat = pictures.reshape(len(pictures), -1)
        self.mean = flat.mean(axis=0)
        flat = flat - self.mean
        self.axes = np.linalg.eigh((flat.T @ flat).astype("float64"))[1][:, ::-1].astype("float32")

    def encode(self, pictures, size=CODE_SIZE):
        return (pictures.reshape(len(pictures), -1) - self.mean) @ self.axes[:, :size]

    def decode(self, codes):
        flat = self.mean + codes @ self.axes[:, : codes.shape[1]].T
        return flat.clip(0, 1).reshape(-1, *IMAGE_SHAPE)


# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(2)
noisy_aside, noisy_rest = corrupt(aside, rng), corrupt(rest, rng)
brighter = noisy_rest.mean(axis=0) - rest.mean(axis=0)
pca = PCA(rest)
seen, wanted = (x.reshape(len(rest), -1) - pca.mean for x in (noisy_rest - brighter, rest))
squares, products, unit = seen.T @ seen, seen.T @ wanted, np.eye(784, dtype="float32")
slopes = [np.linalg.solve(squares + ridge * unit, products) for ridge in (1, 10, 100, 1_000)]


def smooth(pictures, width):
    return gaussian_filter(pictures - brighter, (0, width, width, 0)).clip(0, 1)


def project(pictures, size):
    return pca.decode(pca.encode(pictures - brighter, size))


def regress(pictures, weights):
    flat = (pictures - brighter).reshape(len(pictures), -1) - pca.mean
    return (pca.mean + flat @ weights).reshape(pictures.shape).clip(0, 1)


# %% slideshow={"slide_type": "skip"}
constant = best(np.linspace(0.1, 1, 19), np.multiply)
width = best(np.linspace(0.4, 2, 9), smooth)
components = best((5, 10, 20, 30, 40, 50, 70, 100, 150), project)
weights = best(slopes, regress)
RIVALS = {
    "noisy": lambda x: x,
    "mean image": lambda x: np.broadcast_to(pca.mean.reshape(IMAGE_SHAPE), x.shape),
    "times a constant": lambda x: constant * x,
    "Gaussian filter": lambda x: smooth(x, width),
    "PCA": lambda x: project(x, components),
    "linear regression": lambda x: regress(x, weights),
}
print(f"chosen on set-aside images: constant {constant:.2f}, filter of {width:.1f} pixels, "
      f"PCA with {components} numbers")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Two networks
#
# The **plain** autoencoder has never seen noise: its bottleneck, one often reads, must throw it
# away. The **denoising** one ([Vincent et al. 2008](https://doi.org/10.1145/1390156.1390294)) sees
# fresh noise while it trains.

# %% [markdown] slideshow={"slide_type": "notes"}
# Both are the dense network of notebook 01. The plain one is trained on clean digits and gives them
# back through 32 numbers. For the denoising one the target stays clean.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
class Corrupt(keras.layers.Layer):
    """The same noise as a layer, in training only."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed = keras.random.SeedGenerator()

    def call(self, pictures, training=False):
        if not training:
            return pictures
        noise = keras.random.normal(keras.ops.shape(pictures), seed=self.seed)
        return keras.ops.clip(pictures + NOISE * noise, 0, 1)


for training in (False, True):
    out = keras.ops.convert_to_numpy(Corrupt()(black, training=training))
    print(f"training {training}: changes the image {not np.array_equal(out, black)}")


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def plain(size=CODE_SIZE, hidden=(256,)):
    widths = hidden[::-1]
    return dense_encoder(IMAGE_SHAPE, size, hidden), dense_decoder(IMAGE_SHAPE, size, widths)


def denoising(corruption=Corrupt):
    encoder, decoder = plain()
    return keras.Sequential([keras.Input(IMAGE_SHAPE), corruption(), encoder]), decoder


NETWORKS = {
    "plain": plain,
    "denoising": denoising,
    "map": lambda: plain(2, (256, 64)),
    **{f"code of {size}": lambda size=size: plain(size) for size in (8, 16, 64)},
}
print({name: sum(p.count_params() for p in NETWORKS[name]()) for name in ("plain", "denoising")})

# %% [markdown] slideshow={"slide_type": "skip"}
# All networks are trained by the recipe of notebook 01 (Adam, batches of 64, a learning rate that
# rises, then falls to zero). Its peak is, for each length of training, the best of three on the
# set-aside images.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def drawn_for(seed):
    """Places of nine tenths of the training images, for the maps of this seed."""
    return np.random.default_rng(seed).permutation(TRAIN_SIZE)[: TRAIN_SIZE * 9 // 10]


print(f"images that two seeds share: {np.isin(drawn_for(0), drawn_for(1)).mean():.0%} of each")


# %% slideshow={"slide_type": "skip"}
def by_recipe(model, *learnt, epochs, peak, seed, of):
    """Train a model on these images; its run."""
    updates = epochs * -(-len(learnt[0]) // BATCH_SIZE)
    model.compile(recipe(updates, peak, muon=False), loss="mse")
    run = f"{NOTEBOOK}/{of}, {len(learnt[0])}x{epochs}, {peak}, seed {seed}"
    snapshots = {"snapshots": [three_quarters(epochs)], "run": run, "report": "line"}
    return fit(model, *learnt, epochs=epochs, batch_size=BATCH_SIZE, seed=seed, **snapshots)


def train(name, seed, epochs=EPOCHS, learnt=None, of="digits", peak=None):
    """Build and train on the images `learnt`; the model and its run."""
    keras.utils.set_random_seed(seed)
    model = Autoencoder(*NETWORKS[name]())
    if learnt is None:
        learnt = images.x_train[drawn_for(seed)] if name == "map" else images.x_train
    peak = peak or best_peak(name, epochs)
    return model, by_recipe(model, learnt, epochs=epochs, peak=peak, seed=seed, of=f"{name}, {of}")


# %% slideshow={"slide_type": "skip"}
def error_at(peak, name, epochs):
    """Error on the set-aside images after a training on the others at this rate."""
    model, _ = train(name, 0, epochs, rest, peak=peak)
    given = noisy_aside if name == "denoising" else aside
    return float(np.mean((aside - model.reconstruct(given)) ** 2))


def best_peak(name, epochs):
    """The best learning rate for this network and about so many epochs."""
    name = "plain" if name.startswith("code") else name
    epochs = min(PEAKS_AT, key=lambda known: abs(math.log(known / epochs)))
    what = f"rate for {name}, {epochs} epochs"
    return recorded.best(NOTEBOOK, what, PEAKS, error_at, name, epochs, otherwise=5e-3)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def three_quarters(epochs):
    """The epoch at which it is looked whether a number has levelled off by the last."""
    return max(1, 3 * epochs // 4)


print("of 12 epochs, looked at before the last:", three_quarters(12))


# %% slideshow={"slide_type": "skip"}
def measured(what, name, seed, epochs, for_verdict):
    """`what(model, seed)`, a dict of numbers, after the training and, for verdicts, 3/4 of it."""
    model, run = train(name, seed, epochs)
    found = {"end": what(model, seed)}
    if for_verdict:
        with run.at_epoch(three_quarters(epochs), model):
            found["three quarters"] = what(model, seed)
    return found


# %% slideshow={"slide_type": "skip"}
def over_training(what, name, budgets=BUDGETS):
    """Each number of `what`: share of the training to a value for each seed."""
    shares = {}
    for epochs in budgets:
        title = f"{what.__name__}, {name}, {epochs} epochs, seed "
        last = epochs == budgets[-1] and len(SEEDS) > 1  # else no verdict hangs on it
        found = [recorded.kept(f"{title}{s}", measured, what, name, s, epochs, last) for s in SEEDS]
        for when, part in {"end": 1, "three quarters": 3 / 4}.items():
            for key in found[0].get(when, ()):
                values = [numbers[when][key] for numbers in found]
                shares.setdefault(key, {})[part * epochs / budgets[-1]] = values
    return shares


# %% slideshow={"slide_type": "skip"}
def without_a_network(seed):
    """PSNR of the noisy held-out images, and of what each rival makes of them."""
    given = noisy_test(seed)
    return {name: psnr(held_out, restore(given)) for name, restore in RIVALS.items()}


def restored_by(model, seed):
    return {"dB": psnr(held_out, model.reconstruct(noisy_test(seed)))}


unaided = [recorded.kept(f"denoising, rivals, seed {s}", without_a_network, s) for s in SEEDS]
restored = {name: over_training(restored_by, name)["dB"] for name in ("plain", "denoising")}

# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
shown = {name: train(name, SEEDS[0])[0] for name in restored}
recorded.keep_network("autoencoder", shown["plain"])
recorded.keep_network("denoiser", shown["denoising"])
ways = RIVALS | {f"{name} autoencoder": model.reconstruct for name, model in shown.items()}
rows = {name: restore(noisy) for name, restore in ways.items() if name != "mean image"}
with plotting.beside_the_record(NOTEBOOK, "denoising"):
    plotting.image_rows(
        {name: pictures[first_of_class] for name, pictures in rows.items()}
        | {"clean": held_out[first_of_class]},
        "Who finds the digit in the noise?",
        alt="Rows of ten digits: noisy, darkened, smoothed, by PCA, by linear regression, through "
        "a plain and a denoising autoencoder, and clean.",
        notes={name: f"{psnr(held_out, pictures):.1f} dB" for name, pictures in rows.items()},
    )

# %% [markdown] slideshow={"slide_type": "notes"}
# Does the bottleneck remove noise? Compare the plain autoencoder with a constant.

# %% [markdown] slideshow={"slide_type": "notes"}
# Nearly anything is better than the noisy image. The plain autoencoder does worse than the mean
# image, which has not even looked. Its encoder was never asked what to do with noise, so noise
# moves the code to where no digit's code lies, and the decoder answers with blots.


# %% slideshow={"slide_type": "skip"}
def mean_of(found, start, *keys):
    """Mean of a recorded number over all entries whose name begins so."""
    values = [numbers for title, numbers in found.items() if title.startswith(start)]
    if not values:
        raise KeyError(start)
    for key in keys:
        values = [numbers[key] for numbers in values]
    return float(np.mean(values))


def listed(numbers, form):
    return ", ".join(f"{name} {number:{form}}" for name, number in numbers.items())


# %% slideshow={"slide_type": "fragment"}
def denoising_in_words(found):
    parts = {name: mean_of(found, "denoising, rivals", name) for name in RIVALS}
    for name in ("plain", "denoising"):
        start = f"restored_by, {name}, 12 epochs"
        parts[f"{name} autoencoder"] = mean_of(found, start, "end", "dB")
    return f"In dB: {listed(parts, '.2f')}."


recorded.answer(NOTEBOOK, denoising_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ### Which image do you mean?
#
# Look at the tail of the 9: the denoiser paints all places, in grey. Among all functions of the
# noisy image the squared error has one minimiser, the **mean** of the clean images that fit. It can
# be read off the *density of the noisy data* alone:
#
# $$\mathbb E[x \mid \tilde x] = \tilde x + \sigma^2 \, \frac{d}{d\tilde x} \log p(\tilde x).$$

# %% [markdown] slideshow={"slide_type": "notes"}
# The noise leaves the place of the tail open. The minimiser is $r^*(\tilde x) = \mathbb E[x \mid
# \tilde x]$ (the *minimum mean squared error estimator*; the mean PSNR, which averages logarithms,
# has nearly the same). The smallest example: a pixel that is $-1$ or $+1$ with equal chance. Bayes'
# rule gives $\mathbb E[x \mid \tilde x] = \tanh(\tilde x / \sigma^2)$.
#
# The formula is Tweedie's ([Efron 2011](https://doi.org/10.1198/jasa.2011.tm11181)); no clean pixel
# need be known. The slope of the log-density is called the **score**. Turn the formula round: what
# a denoiser changes, divided by $\sigma^2$, *is* the score ([Vincent
# 2011](https://doi.org/10.1162/NECO_a_00142)), and diffusion models are built on that ([Ho et al.
# 2020](https://arxiv.org/abs/2006.11239)). (Where our pixels are cut, it does not hold.) A check,
# with $\sigma = 0.8$:

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
sigma, rng = 0.8, np.random.default_rng(0)
clean = rng.choice([-1.0, 1.0], size=2_000_000)
blurred = clean + sigma * rng.normal(size=clean.shape)
grid = np.linspace(-2, 2, 401)
density = sum(np.exp(-((grid - centre) ** 2) / (2 * sigma**2)) for centre in (-1, 1))
tweedie = grid + sigma**2 * np.gradient(np.log(density), grid)
for seen, place in ((-1.0, 100), (0.0, 200), (0.5, 250)):
    average = clean[np.abs(blurred - seen) < 0.01].mean()
    assert max(abs(average - np.tanh(seen / sigma**2)), abs(average - tweedie[place])) < 0.03
    print(f"seen {seen:4.1f}: average of the clean pixels {average:5.2f}, "
          f"Bayes {np.tanh(seen / sigma**2):5.2f}, Tweedie {tweedie[place]:5.2f}")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two numbers per image: a map
#
# With a code of two numbers, every image is a point on a page. Is such a map good? Guess the label
# of a held-out image from its ten nearest training images on the map: the **accuracy**.

# %% [markdown] slideshow={"slide_type": "notes"}
# By eye, everybody likes his own map, and might here prefer PCA's: most classes of the network's
# lie in one small corner, yet apart. The more often the guess is right, the better the map keeps
# classes apart. (Methods made for maps alone, which have no decoder:
# [t-SNE](https://www.jmlr.org/papers/v9/vandermaaten08a.html),
# [UMAP](https://arxiv.org/abs/1802.03426).)
#
# Each seed draws its own nine tenths of the training images, for the network (which has a second
# hidden layer here) and for PCA alike. Seeds give maps that look different and are worth nearly the
# same: shown is the *median* of them, not the best, without the outermost points.


# %% slideshow={"slide_type": "skip"}
def map_accuracy(to_map, seed):
    """Share of held-out images whose ten nearest neighbours vote for the right class."""
    drawn = drawn_for(seed)
    known = to_map(images.x_train[drawn]), images.y_train[drawn]
    return neighbour_accuracy(*known, to_map(held_out), images.y_test)


def pca_map(seed):
    """Function from images to two coordinates."""
    own = PCA(images.x_train[drawn_for(seed)])
    return lambda pictures: own.encode(pictures, 2)


def network_map(model, seed):
    return {"accuracy": map_accuracy(model.encode, seed)}


flat_maps = [recorded.kept(f"map, PCA, seed {s}", map_accuracy, pca_map(s), s) for s in SEEDS]
network_maps = over_training(network_map, "map", MAP_BUDGETS)["accuracy"]

# %% slideshow={"slide_type": "fragment"}
middle = int(np.argsort(network_maps[1])[len(SEEDS) // 2])
told = f", median of {len(SEEDS)} seeds" if len(SEEDS) > 1 else ""
drawer, _ = train("map", SEEDS[middle], MAP_BUDGETS[-1])
to_maps = {
    f"PCA, accuracy {flat_maps[middle]:.0%}": pca_map(SEEDS[middle]),
    f"autoencoder, accuracy {network_maps[1][middle]:.0%}{told}": drawer.encode,
}
some = np.random.default_rng(0).permutation(len(held_out))[:2_000]
with plotting.beside_the_record(NOTEBOOK, "map"):
    plotting.scatter(
        {name: to_map(held_out[some]) for name, to_map in to_maps.items()},
        images.y_test[some],
        images.class_names,
        "Which map keeps the digits apart?",
        alt="The same test images as points coloured by digit: by two coordinates of PCA, and by "
        "the two code numbers of the autoencoder.",
        axis_labels=("first number", "second number"),
        central=96,
    )


# %% slideshow={"slide_type": "fragment"}
def maps_in_words(found):
    start = "network_map, map, 8 epochs"
    networks = [n["end"]["accuracy"] for title, n in found.items() if title.startswith(start)]
    spread = f"median; {min(networks):.0%} to {max(networks):.0%} over the seeds"
    by_pca = mean_of(found, "map, PCA")
    return f"Right guesses: PCA {by_pca:.0%}, autoencoder {np.median(networks):.0%} ({spread})."


recorded.answer(NOTEBOOK, maps_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Compression: how many bytes, how much damage?
#
# A code of $k$ numbers with $b$ bits each, so $2^b$ evenly spread values, takes $kb/8$ bytes (the
# **rate**) and damages the image (the **distortion**). Who needs fewest bytes?


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
class Quantiser:
    """Equal steps between the 0.5 % and the 99.5 % point of each number on these codes."""

    def __init__(self, codes, bits):
        self.low, high = np.percentile(codes, [0.5, 99.5], axis=0)
        self.steps = 2**bits - 1
        self.width = np.maximum(high - self.low, 1e-9) / self.steps

    def __call__(self, codes):
        steps = np.clip(np.round((codes - self.low) / self.width), 0, self.steps)
        return (self.low + steps * self.width).astype("float32")


line = np.linspace(0, 1, 1001)[:, None]
print("values of three bits:", len(np.unique(Quantiser(line, bits=3)(line))))


# %% [markdown] slideshow={"slide_type": "notes"}
# Take the fewest bits that cost less than 0.2 dB against 8 bits, on set-aside images: five or six
# are enough for the network's numbers, three to five for PCA's. (All numbers of a code get equally
# many; PCA, whose directions matter unequally, could do better.)
#
# JPEG is the rival ([Wallace 1992](https://doi.org/10.1109/30.125072)). A file of so small an image
# is mostly header, so only the compressed pixels are counted. (But JPEG works on any picture, and
# nothing must be sent along; of the others the decoder must, once.)

# %% slideshow={"slide_type": "skip"}
few = held_out[np.random.default_rng(3).permutation(len(held_out))[:500]]


def rate_and_quality(method, size):
    """Bytes of an image, and PSNR, with as few bits as will do."""
    encode, decode = (lambda x: pca.encode(x, size)), pca.decode
    if method == "autoencoder":
        model, _ = train("plain" if size == CODE_SIZE else f"code of {size}", SEEDS[0])
        encode, decode = model.encode, model.decode
    known = encode(rest[:2_000])

    def through(bits, pictures):
        return psnr(pictures, decode(Quantiser(known, bits)(encode(pictures))))

    scores = [through(bits, aside[:1_000]) for bits in BITS]
    bits = BITS[next(i for i, score in enumerate(scores) if score > scores[-1] - 0.2)]
    return {"bytes": size * bits / 8, "dB": through(bits, few)}


# %% slideshow={"slide_type": "skip"}
def jpeg(picture, quality):
    """Number of bytes of compressed pixels, and the decoded image."""
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.round(255 * picture[..., 0]))).save(file, "JPEG", quality=quality)
    content = file.getvalue()
    start = content.index(b"\xff\xda") + 2  # after the marker "start of scan" …
    start += int.from_bytes(content[start : start + 2], "big")  # … and its own header
    decoded = np.asarray(Image.open(file), dtype="float32")[..., None] / 255
    return len(content) - start - 2, decoded  # two bytes mark the end


def jpeg_curve():
    """Bytes of an image, and PSNR, at seven qualities."""
    files = [[jpeg(picture, q) for picture in few] for q in (1, 5, 10, 20, 40, 60, 80)]
    rates = [np.mean([size for size, _ in made]) for made in files]
    return rates, [psnr(few, np.stack([picture for _, picture in made])) for made in files]


# %% slideshow={"slide_type": "fragment"}
curves = {}
for method in ("autoencoder", "PCA"):
    titles = {size: f"compression, {method}, {size}" for size in CODE_SIZES}
    found = [recorded.kept(titles[s], rate_and_quality, method, s) for s in CODE_SIZES]
    curves[method] = tuple([numbers[key] for numbers in found] for key in ("bytes", "dB"))
curves["JPEG without its header"] = recorded.kept("compression, JPEG", jpeg_curve)
plotting.lines(
    {"bytes per image": curves},
    "How many bytes for which quality?",
    alt="PSNR against bytes per image: one curve each for the autoencoder, PCA, and JPEG.",
    y_label="PSNR on held-out images, dB",
    log_x=True,
)


# %% slideshow={"slide_type": "fragment"}
def compression_in_words(found):
    (rates, scores), parts = found["compression, JPEG"], []
    for method in ("autoencoder", "PCA"):
        code = found[f"compression, {method}, {CODE_SIZE}"]
        needed = f"{np.interp(code['dB'], scores, rates):.0f} bytes for as much"
        if code["dB"] < scores[0]:
            needed = f"{rates[0]:.0f} bytes at its coarsest, for {scores[0]:.1f} dB"
        told = f"{code['bytes']:.0f} bytes, {code['dB']:.1f} dB"
        parts.append(f"{method} {told} (JPEG takes {needed})")
    return f"{CODE_SIZE} numbers: {'; '.join(parts)}."


recorded.answer(NOTEBOOK, compression_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Features: is the code worth more than the pixels?
#
# Labels are expensive, images are not. Train the autoencoder on all images *without* labels, then a
# linear classifier on the codes of a few labelled ones: a **linear probe**.

# %% [markdown] slideshow={"slide_type": "notes"}
# ([Alain & Bengio 2016](https://arxiv.org/abs/1610.01644).) Two controls: PCA with equally many
# numbers, and the same encoder **before training**. Each is judged at its best: with the best of
# three strengths of regularisation, and with or without a scaler (it gives all of PCA's directions
# equal weight, and pixels at the rim that are hardly ever lit as much as those in the middle). This
# choice takes 2,000 labels more, for all alike; who has only 300 does not have these.


# %% slideshow={"slide_type": "skip"}
def probe(to_features, seed):
    """Number of labels to the held-out accuracy of the best linear classifier that sees them."""
    choosing, judging = to_features(aside[:2_000]), to_features(held_out)
    classifiers = [LogisticRegression(C=c, max_iter=500, tol=1e-3) for c in (0.01, 0.1, 1)]
    classifiers += [make_pipeline(StandardScaler(), one) for one in map(clone, classifiers)]
    found = {}
    for count in LABELLED:
        chosen = np.random.default_rng(seed).permutation(len(rest))[:count]
        known = to_features(rest[chosen]), rest_labels[chosen]
        with warnings.catch_warnings():  # not all get to the end
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = [classifier.fit(*known) for classifier in classifiers]
        ahead = max(fitted, key=lambda one: one.score(choosing, aside_labels[:2_000]))
        found[str(count)] = float(ahead.score(judging, images.y_test))
    return found


# %% slideshow={"slide_type": "skip"}
def untrained(seed):
    keras.utils.set_random_seed(seed)
    return Autoencoder(*plain()).encode


OTHERS = {
    "PCA": lambda seed: pca.encode,
    "pixels": lambda seed: lambda pictures: pictures.reshape(len(pictures), -1),
    "untrained encoder": untrained,
}


def probe_code(model, seed):
    return probe(model.encode, seed)


def probe_others(name, seed):
    return probe(OTHERS[name](seed), seed)


# %% slideshow={"slide_type": "skip"}
probed = over_training(probe_code, "plain")
accuracy = {"autoencoder": [probed[str(count)][1] for count in LABELLED]}
for name in OTHERS:
    found = [recorded.kept(f"probe, {name}, seed {s}", probe_others, name, s) for s in SEEDS]
    accuracy[name] = [[numbers[str(count)] for numbers in found] for count in LABELLED]


# %% slideshow={"slide_type": "fragment"}
gains = {
    name: np.transpose(found) - np.transpose(accuracy["pixels"])
    for name, found in accuracy.items() if name != "pixels"
}  # fmt: skip
with plotting.beside_the_record(NOTEBOOK, "features"):
    plotting.lines(
        {"labelled images": {name: (LABELLED, 100 * gain) for name, gain in gains.items()}},
        "How much better than the pixels, with few labels?",
        alt="Difference of the accuracy to that of a classifier on pixels, against the number of "
        "labels: for the autoencoder's code, PCA, and the code of an untrained encoder.",
        y_label="accuracy minus that on pixels, points",
        levels={"pixels": 0},
        log_x=True,
    )


# %% slideshow={"slide_type": "fragment"}
def probes_in_words(found):
    told = []
    for count in ("100", "300", "1000"):
        parts = {"autoencoder": mean_of(found, "probe_code, plain, 12 epochs", "end", count)}
        parts |= {name: mean_of(found, f"probe, {name},", count) for name in OTHERS}
        told.append(f"with {count} labels: {listed(parts, '.1%')}")
    return f"Accuracy {'; '.join(told)}."


recorded.answer(NOTEBOOK, probes_in_words)

# %% [markdown] slideshow={"slide_type": "notes"}
# So far not: with few labels code, PCA and pixels agree within a point; with a thousand the pixels
# are ahead, with every seed.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Anomalies: what does not belong?
#
# Train on images that are in order; what the network cannot rebuild is not. With which chance has a
# foreign image the larger error? That is the **AUROC**: 1 is perfect, ½ is guessing.

# %% [markdown] slideshow={"slide_type": "notes"}
# The reconstruction error is the alarm (*novelty* or *out-of-distribution detection*). Take a
# foreign image and one of the own, both held out, at random. AUROC: the area under the curve of
# hits against false alarms; below ½ the foreign images look *more* at home than the own.
#
# Clothes and digits, both ways, the foreign ones also *darkened*, all pixels times a number below
# 1: they need not be as rich as the own. Rivals: PCA's reconstruction error; and the mean square of
# the pixels, which needs no model and says how much there *is* to rebuild.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
BRIGHTNESS = (0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
SETS = {"clothes": clothes, "digits": images}


def auroc(own, foreign):
    """Chance that a foreign image scores higher than one of the own; ties count half."""
    labels = np.repeat([0, 1], [len(own), len(foreign)])
    return float(roc_auc_score(labels, np.concatenate([own, foreign])))


low, high = np.array([1.0, 2.0, 4.0]), np.array([3.0, 4.0])
pairs = [1.0 * (h > o) + 0.5 * (h == o) for h in high for o in low]
print(f"all pairs counted: {np.mean(pairs):.3f}, by the area: {auroc(low, high):.3f}")


# %% slideshow={"slide_type": "skip"}
def alarms(network, learnt):
    """Name to a function from images to scores that should be high for foreign ones."""
    flat = PCA(learnt)
    return {
        "autoencoder": lambda x: image_errors(x, network(x)),
        "PCA": lambda x: image_errors(x, flat.decode(flat.encode(x))),
        "mean square (no model)": lambda x: image_errors(x, 0),
    }


def foreign_found(own, seed):
    """AUROC of each alarm for a network that knows `own`, for each brightness."""
    home, foreign = SETS[own], SETS["digits" if own == "clothes" else "clothes"].x_test
    model, _ = train("plain", seed, FOREIGN_EPOCHS, home.x_train, own)
    found = {}
    for name, alarm in alarms(model.reconstruct, home.x_train).items():
        at_home = alarm(home.x_test)
        found[name] = [auroc(at_home, alarm(share * foreign)) for share in BRIGHTNESS]
    return found


# %% slideshow={"slide_type": "fragment"}
panels, both = {}, (("clothes", "digits"), ("digits", "clothes"))
for own, other in both:
    found = [recorded.kept(f"foreign, {own}, seed {s}", foreign_found, own, s) for s in SEEDS]
    panels[f"brightness of foreign {other} (knows {own})"] = {
        name: (BRIGHTNESS, [numbers[name] for numbers in found]) for name in found[0]
    }
with plotting.beside_the_record(NOTEBOOK, "foreign"):
    plotting.lines(
        panels,
        "Does the reconstruction error find foreign images?",
        alt="AUROC against the brightness of the foreign images, for a network that knows clothes "
        "and one that knows digits; several curves fall below the line for guessing in the dark.",
        y_label="AUROC",
        levels={"guessing": 0.5},
        y_limits=(-0.03, 1.03),
    )

# %% slideshow={"slide_type": "subslide"} tags=["hide-input"]
watchman, _ = train("plain", SEEDS[0], FOREIGN_EPOCHS, clothes.x_train, "clothes")
errors = {
    name: image_errors(x, watchman.reconstruct(x))
    for name, x in (("clothes", clothes.x_test), ("digits", held_out), ("a blank page", black))
}
for name, found in errors.items():
    print(f"error of the network that knows clothes, for {name}: {found.mean():.4f}")
share = np.mean(errors["clothes"] > errors["a blank page"])
print(f"clothes that are rebuilt worse than a blank page: {share:.1%}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# The error mixes how foreign an image is with how much there is to rebuild.

# %% [markdown] slideshow={"slide_type": "notes"}
# Where the foreign one is simpler, the second wins: a blank page is foreign to every wardrobe, and
# a trained network rebuilds it with far less error than its own images have on average.
# (Likelihoods fail alike: a model of CIFAR-10's photographs gives the simpler house numbers of SVHN
# a *higher* density, [Nalisnick et al. 2019](https://arxiv.org/abs/1810.09136).)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Nearer to practice: one class is missing
#
# Leave one digit out of the training, and look for it among held-out images of all ten.


# %% slideshow={"slide_type": "skip"}
def left_out_found(digit):
    """AUROC of each alarm when the images of this digit were not among those learnt."""
    learnt = images.x_train[images.y_train != digit]
    model, run = train("plain", 0, LEFT_OUT_EPOCHS, learnt, f"all but {digit}")
    by, new = alarms(model.reconstruct, learnt), images.y_test == digit

    def score(name):
        return auroc(by[name](held_out[~new]), by[name](held_out[new]))

    found = {name: score(name) for name in by}
    with run.at_epoch(three_quarters(LEFT_OUT_EPOCHS), model):
        return {**found, "three quarters": score("autoencoder")}


missing = {digit: recorded.kept(f"left out, {digit}", left_out_found, digit) for digit in LEFT_OUT}

# %% slideshow={"slide_type": "fragment"}
alarm_names = ["autoencoder", "PCA", "mean square (no model)"]
with plotting.beside_the_record(NOTEBOOK, "left_out"):
    plotting.heatmap(
        np.array([[found[name] for found in missing.values()] for name in alarm_names]),
        alarm_names,
        [str(digit) for digit in missing],
        "Is the missing digit found?",
        alt="AUROC by alarm and left-out digit; below one half (another colour) it looks more "
        "familiar than the rest.",
        x_label="digit left out of the training",
        y_label="AUROC (0.5: guessing)",
        digits=2,
        middle=0.5,
    )


# %% slideshow={"slide_type": "fragment"}
def anomalies_in_words(found):
    told = []
    for own, other in both:
        at = [n["autoencoder"] for t, n in found.items() if t.startswith(f"foreign, {own}")]
        dark, full = np.mean(at, axis=0)[[BRIGHTNESS.index(0.3), BRIGHTNESS.index(1.0)]]
        told.append(f"a network of {own} against {other} {full:.2f}, at 30 % {dark:.2f}")
    means = {name: mean_of(found, "left out, ", name) for name in alarm_names}
    return f"AUROC: {'; '.join(told)}; a left-out digit (mean): {listed(means, '.2f')}."


recorded.answer(NOTEBOOK, anomalies_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Colour from grey: what cannot be known
#
# Which colour had a grey garment? So that the true answer is known, we dye clothes ourselves. The
# grey stays as it is, so nothing in it tells two hues of one kind apart:
#
# - **shoes** are always orange;
# - **trousers and bags** have one of two hues, 60° to either side of blue, by a coin;
# - **tops and dresses** have any hue.

# %% [markdown] slideshow={"slide_type": "notes"}
# Each gets a brightness and a **saturation**, drawn independently, and a **hue** (an angle) that
# depends on its kind alone. Its *tint* is the colour that is added to the grey. No single answer
# for a kind has a smaller squared error than its mean tint: for the two hues of trousers half as
# long as a true one, that is, pale.


# %% slideshow={"slide_type": "skip"}
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


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
def best_error(kind):
    """RMS error of the best single answer, the mean tint, relative to leaving it grey."""
    tints = dye(kind, 100_000, np.random.default_rng(0))
    return float(np.sqrt(tints.var(axis=0).sum() / (tints**2).sum(axis=1).mean()))


for kind in KINDS:
    print(f"{kind}: no single answer has an RMS error below {best_error(kind):.2f} (grey: 1)")


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def coloured(pictures, labels, seed):
    """Grey images (n, 28, 28, 1), and the dyed ones (n, 28, 28, 3) that have this grey."""
    rng = np.random.default_rng(seed)
    tints = np.zeros((len(pictures), 3))
    for kind, (classes, _, _) in KINDS.items():
        own = np.isin(labels, classes)
        tints[own] = dye(kind, own.sum(), rng)
    grey = pictures * rng.uniform(0.35, 0.5, (len(pictures), 1, 1, 1))
    return grey.astype("float32"), (grey * (1 + tints[:, None, None])).astype("float32")


order = np.random.default_rng(4).permutation(len(clothes.x_train))[:COLOURED]
grey_train, colour_train = coloured(clothes.x_train[order], clothes.y_train[order], seed=1)
picked = np.random.default_rng(4).permutation(len(clothes.x_test))[:2_000]
worn = clothes.y_test[picked]
grey_test, colour_test = coloured(clothes.x_test[picked], worn, seed=2)
print(f"grey changed by at most {np.abs(colour_test @ GREY - grey_test[..., 0]).max():.5f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# A **skip connection** hands the grey image to the end of the network; only its tint must be found
# (larger relatives are U-Nets, [Ronneberger et al. 2015](https://arxiv.org/abs/1505.04597)). The
# rival, **one neighbour**, copies the tint of the training picture most like the given one in grey.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def colouriser():
    """Grey images (n, 28, 28, 1) to colour images (n, 28, 28, 3)."""
    grey = keras.Input(IMAGE_SHAPE)
    hidden = keras.layers.Flatten()(grey)
    for _ in range(2):
        hidden = keras.layers.Dense(256, activation="relu")(hidden)
    tint = keras.layers.Reshape((28, 28, 3))(keras.layers.Dense(28 * 28 * 3)(hidden))
    tinted = keras.layers.Multiply()([grey, tint])
    return keras.Model(grey, keras.layers.Add()([grey, tinted]), name="colouriser")


print(f"{colouriser().count_params():,} parameters")


# %% slideshow={"slide_type": "skip"}
def colouriser_at(peak, seed, part=slice(None)):
    keras.utils.set_random_seed(seed)
    model = colouriser()
    given = {"epochs": COLOUR_EPOCHS, "peak": peak, "seed": seed, "of": "colour"}
    by_recipe(model, grey_train[part], colour_train[part], **given)
    return model


def colour_error_at(peak):
    """Error on a tenth of the training images, after a training on the others at this rate."""
    tenth = COLOURED // 10
    found = colouriser_at(peak, 0, slice(tenth, None)).predict(grey_train[:tenth], verbose=0)
    return float(np.mean((found - colour_train[:tenth]) ** 2))


# %% slideshow={"slide_type": "skip"}
def by_network(seed):
    asked = (NOTEBOOK, "rate for the colouriser", COLOUR_PEAKS, colour_error_at)
    peak = recorded.best(*asked, otherwise=COLOUR_PEAKS[1])
    return colouriser_at(peak, seed).predict(grey_test, verbose=0).clip(0, 1)


def by_one_neighbour():
    flat, known = (grey.reshape(len(grey), -1) for grey in (grey_test, grey_train))
    alike = flat @ (known / np.linalg.norm(known, axis=1, keepdims=True)).T
    tints = (colour_train - grey_train).sum(axis=(1, 2)) / grey_train.sum(axis=(1, 2))
    return (grey_test * (1 + tints[alike.argmax(axis=1)][:, None, None])).clip(0, 1)


# %% slideshow={"slide_type": "subslide"}
counts = dict(zip(KINDS, (2, 4, 4), strict=True))
ten = [np.flatnonzero(np.isin(worn, KINDS[kind][0]))[:count] for kind, count in counts.items()]
ten = np.concatenate(ten)
copied = by_one_neighbour()
plotting.image_rows(
    {
        "given": np.repeat(grey_test[ten], 3, axis=-1),
        "network": by_network(SEEDS[0])[ten],
        "one neighbour": copied[ten],
        "true": colour_test[ten].clip(0, 1),
    },
    "Which colours can be known, and which only guessed?",
    alt="Ten garments in four rows: grey, coloured by the network (shoes right, the rest pale), by "
    "one neighbour (vivid, often wrong), and true.",
)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def off_grey(pictures):
    """Each pixel's colour minus its own grey, (n, h, w, 3)."""
    return pictures - (pictures @ GREY)[..., None]


print("red minus its grey:", off_grey(np.array([1.0, 0.0, 0.0])).round(3))


def colour_errors(found):
    """Kind of garment to the root mean square error, relative to that of leaving it grey."""
    wrong, whole = (
        np.mean(off_grey(x) ** 2, axis=(1, 2, 3)) for x in (found - colour_test, colour_test)
    )
    own = {kind: np.isin(worn, classes) for kind, (classes, *_) in KINDS.items()}
    return {kind: float(np.sqrt(wrong[of].sum() / whole[of].sum())) for kind, of in own.items()}


def network_colours(seed):
    return colour_errors(by_network(seed))


# %% slideshow={"slide_type": "skip"}
learnt_colours = [recorded.kept(f"colour, network, seed {s}", network_colours, s) for s in SEEDS]
by_copying = recorded.kept("colour, one neighbour", colour_errors, copied)
for kind in KINDS:
    own = np.mean([errors[kind] for errors in learnt_colours])
    print(f"RMS error for {kind}: network {own:.2f}, one neighbour {by_copying[kind]:.2f}")


def colour_in_words(found):
    parts = []
    for kind in KINDS:
        network, copied = (mean_of(found, f"colour, {who}", kind) for who in ("net", "one"))
        possible = f"best single answer {best_error(kind):.2f}"
        parts.append(f"{kind} {network:.2f} ({possible}), one neighbour {copied:.2f}")
    return f"RMS error of the network, 1 for grey: {'; '.join(parts)}."


recorded.answer(NOTEBOOK, colour_in_words)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The best single answer is pale; the neighbour's colours are vivid, and further from the truth.

# %% [markdown] slideshow={"slide_type": "notes"}
# ([Zhang et al. 2016](https://arxiv.org/abs/1603.08511) therefore predict a distribution of
# colours.) Where the hue is open, the neighbour's colours are vivid, believable, and further from
# the truth than grey: an independent draw from the right distribution has *twice* the squared error
# of its mean. An error per pixel cannot tell a good **sample** from a bad answer. A model that can
# be sampled gives a violet top now, a green one next time; the rest of the course is about those.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why not just sample the code?
#
# The decoder turns 32 numbers into a digit. If random ones would do, it would be a **generative
# model**, and no further notebook needed. Three ways to draw:
#
# - from $\mathcal N(0, I)$, since nobody has said where the codes are;
# - from one Gaussian that was fitted to the codes of the training images (*ex-post density
#   estimation*);
# - half-way between the codes of two real images of one digit.

# %% [markdown] slideshow={"slide_type": "notes"}
# Half-way between a 0 and a 4 there is no digit in any code. Each code stands in one pair only:
# were it used in two, their midpoints would be neighbours for that reason, and the test fooled.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def of_one_class(labels, others, rng):
    """Places in both lists of pairs with equal labels, each place in one pair, in random order."""
    pairs = [
        list(zip(np.flatnonzero(labels == label), np.flatnonzero(others == label), strict=False))
        for label in range(10)
    ]
    return rng.permutation(np.concatenate([pair for pair in pairs if pair])).T


first, second = of_one_class(np.array([3, 1, 3, 3]), np.array([3, 3, 2]), np.random.default_rng(0))
print("of one class:", sorted(zip(first.tolist(), second.tolist(), strict=True)))


# %% slideshow={"slide_type": "skip"}
def decoded(model, seed):
    """Decoded codes of real images (three sets) and of each other origin, equally many."""
    rng = np.random.default_rng([5, seed])
    known, order = model.encode(images.x_train), rng.permutation(len(held_out))[: 3 * COMPARED]
    compared, first, second = np.split(model.encode(held_out[order]), 3)
    _, *labels = np.split(images.y_test[order], 3)
    one, other = of_one_class(*labels, rng)
    compared, first, second = compared[: len(one)], first[one], second[other]
    fitted = rng.multivariate_normal(known.mean(axis=0), np.cov(known.T), size=len(one))
    return {
        "to compare with": model.decode(compared),
        "codes of real images": model.decode(first),
        "others, of the same digits": model.decode(second),
        "half-way between the two": model.decode((first + second) / 2),
        "pixels half-way": (model.decode(first) + model.decode(second)) / 2,
        "half-way to any other": model.decode((first + rng.permutation(second)) / 2),
        "fitted Gaussian": model.decode(fitted),
        "N(0, I)": model.decode(rng.normal(size=first.shape)),
    }


# %% [markdown] slideshow={"slide_type": "subslide"}
# How bad are their images? Mix two equally large sets. Is the nearest neighbour of an image of the
# same set? If the sets lie apart, always; if they have the same distribution, half of the time.

# %% [markdown] slideshow={"slide_type": "notes"}
# With chance $(n - 1) / (2n - 1)$: of the $2n - 1$ other images $n - 1$ are of its own set. This
# **nearest-neighbour two-sample test** needs no training ([Schilling
# 1986](https://doi.org/10.1080/01621459.1986.10478337); with classifiers, [Lopez-Paz & Oquab
# 2017](https://arxiv.org/abs/1610.06545)). One half says that *this* test cannot tell them apart.
#
# Everything is compared with **decoded codes of other real images**: both sides went through the
# decoder, so its blur gives nothing away. The half-way *pixels* are no code, but a cross-fade of
# the two decoded pictures.
#
# One thing gives every midpoint away, in the best of codes too: the mean of two draws has half
# their variance, so midpoints huddle in the middle. How much is that? A control, the **ideal
# code**: let the codes of each digit *be* a Gaussian (the one fitted to them), draw from it, and
# tell draws from midpoints of draws. What a plain autoencoder does worse than that is its own
# fault.


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
def told_apart(first, second):
    """Leave-one-out accuracy of the nearest neighbour at telling two sets apart."""
    both = np.concatenate([first, second]).reshape(len(first) + len(second), -1)
    labels = np.repeat([0, 1], [len(first), len(second)])
    nearest = NearestNeighbors(n_neighbors=2).fit(both).kneighbors(both)[1][:, 1]
    return float(np.mean(labels == labels[nearest]))


numbers = np.random.default_rng(0).normal(size=(4, 1_000, 32))  # the answer is known
chained = [(some + np.roll(some, -1, axis=0)) / 2 for some in numbers[:2]]
disjoint = [(numbers[0] + numbers[1]) / 2, (numbers[2] + numbers[3]) / 2]
print(f"equal distributions: chance {999 / 1_999:.3f}, measured {told_apart(*numbers[:2]):.2f}; "
      f"midpoints of pairs that share no code {told_apart(*disjoint):.2f}, "
      f"of chained pairs {told_apart(*chained):.2f}")  # fmt: skip


# %% slideshow={"slide_type": "skip"}
IDEAL = "ideal code, half-way"


def ideal_half_way(model, seed):
    """Decoded draws from a Gaussian for each digit's codes, and midpoints of other such draws."""
    rng, known = np.random.default_rng([6, seed]), model.encode(images.x_train)
    labels = rng.choice(images.y_test, COMPARED)
    draws = np.empty((3, COMPARED, known.shape[1]), "float32")
    for label in np.unique(labels):
        own, chosen = known[images.y_train == label], labels == label
        shape = (3, chosen.sum())
        draws[:, chosen] = rng.multivariate_normal(own.mean(axis=0), np.cov(own.T), size=shape)
    compared, first, second = draws
    return model.decode(compared), model.decode((first + second) / 2)


# %% slideshow={"slide_type": "skip"}
def codes_told_apart(model, seed):
    found = decoded(model, seed)
    real, _ = found.pop("to compare with"), found.pop("others, of the same digits")
    apart = {name: told_apart(real, pictures) for name, pictures in found.items()}
    return apart | {IDEAL: told_apart(*ideal_half_way(model, seed))}


origin = over_training(codes_told_apart, "plain")

# %% slideshow={"slide_type": "subslide"}
spread = shown["plain"].encode(held_out).std(axis=0)
print(f"real codes have standard deviations from {spread.min():.1f} to {spread.max():.1f}, not 1")
rows = {name: x[:10] for name, x in list(decoded(shown["plain"], SEEDS[0]).items())[1:]}
with plotting.beside_the_record(NOTEBOOK, "sampling"):
    plotting.image_rows(
        rows,
        "How often is the nearest neighbour of the same kind (0.5: looks like the real ones)?",
        alt="Rows of ten decoded codes: of two sets of real images, half-way between them in "
        "code and in pixels, half-way to any other, from a fitted Gaussian, and from N(0, I), each "
        "with the share of nearest neighbours of the same kind.",
        notes={name: f"{np.mean(found[1]):.2f}" for name, found in origin.items()},
    )


# %% slideshow={"slide_type": "fragment"}
def sampling_in_words(found):
    start = "codes_told_apart, plain, 12 epochs"
    parts = {kind: mean_of(found, start, "end", kind) for kind in origin}
    return f"Told apart from decoded real codes (about 0.5: not): {listed(parts, '.2f')}."


recorded.answer(NOTEBOOK, sampling_in_words)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Each half-way image lies between the two above it in its column.

# %% [markdown] slideshow={"slide_type": "notes"}
# How much of its number is the code's fault, the ideal code tells (it stands in the answer).
# Half-way to *any* other image is another question: between a 0 and a 4 there is no digit.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Nothing in the loss said where codes should lie, or that the space between them should be filled.
# Two ways out: fit a better density to the codes (notebook 09), or *train* them to fill a known
# distribution: the **variational autoencoder**, next.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Both conditions share a network, noise or labelled images: they are compared pair by pair, and one
# pair that goes the other way is enough to deny "holds". Nobody states a budget, so a verdict
# counts only where the numbers have levelled off. (A rate that falls to zero calms every curve:
# trust the verdicts after a part of the training more.) "±" is the standard deviation over the
# seeds (for left-out digits, over these). With the `cpu` profile you have one seed: read the
# recorded rows.


# %% slideshow={"slide_type": "skip"}
BUDGET = f"{TRAIN_SIZE:,} images, {EPOCHS} epochs, code of {CODE_SIZE}"
PSNR = "PSNR on held-out images, dB"
ACCURACY = "accuracy on held-out images"
TOLD_APART = "nearest neighbour is of the same set (0.5: not told from decoded real codes)"


def compare(name, statement, test, measure, conditions, better="higher", budget=BUDGET):
    """Judge and show one claim; conditions are name to values, or to those of each share."""
    claim = claims.Claim(name, statement, test, measure, better=better, paired=True)
    shares = {share for found in conditions.values() if isinstance(found, dict) for share in found}
    at = {
        share: {name: x[share] if isinstance(x, dict) else x for name, x in conditions.items()}
        for share in sorted(shares)
    }
    outcome = claims.test(claim, at.pop(1.0), budget, images, earlier=at, own_budget=False)
    claims.show(outcome, NOTEBOOK)


# %% [markdown] slideshow={"slide_type": "subslide"}
# > "The bottleneck of an autoencoder removes noise."
#
# Compared with the noisy images; then with a constant. If the bottleneck did it all, training on
# noise would add nothing. And is a network needed?

# %% slideshow={"slide_type": "fragment"}
cleaned = restored | {name: [numbers[name] for numbers in unaided] for name in RIVALS}
strongest = max(RIVALS, key=lambda name: psnr(aside, RIVALS[name](noisy_aside)))
alone = "A network trained without noise; the same noisy held-out images for both."
for name, statement, test, first, second in [
    ("bottleneck_removes_noise", "The bottleneck of an autoencoder removes noise.",
     alone, "plain", "noisy"),
    ("bottleneck_beats_constant",
     "The bottleneck of an autoencoder removes more noise than a constant.",
     alone, "plain", "times a constant"),
    ("training_on_noise_helps", "Training on noise removes more of it than the bottleneck alone.",
     "The same network, epochs and noise, with and without noise at the encoder in training.",
     "denoising", "plain"),
    ("denoiser_beats_filters", "A denoising autoencoder beats what needs no network.",
     "Against the one of five tuned rivals that is best on the set-aside images.",
     "denoising", strongest),
]:  # fmt: skip
    compare(name, statement, test, PSNR, {who: cleaned[who] for who in (first, second)})

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "With two dimensions, an autoencoder separates the classes better than PCA."
#
# > "An autoencoder learns features that make classification easier."

# %% slideshow={"slide_type": "fragment"}
compare(
    "map_beats_pca",
    "With two dimensions, an autoencoder separates the classes better than PCA.",
    "Ten nearest neighbours on the map guess the class. Each seed draws training images for both.",
    ACCURACY,
    {"autoencoder": network_maps, "PCA": flat_maps},
    budget=f"{TRAIN_SIZE * 9 // 10:,} images, {MAP_BUDGETS[-1]} epochs, code of 2",
)
for rival, what in [("pixels", "the pixels"), ("PCA", "as many coordinates of PCA")]:
    compare(
        f"code_beats_{rival}",
        f"With 300 labels, a linear classifier does better on the code than on {what}.",
        "Logistic regression, scaler and regularisation chosen for each; the same labelled images.",
        ACCURACY,
        {"autoencoder": probed["300"], rival: accuracy[rival][LABELLED.index(300)]},
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# With 300 labels no gain of the code is seen so far. The three differ by less than a point, and the
# code still gains a little with more training: so it stays open.

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "An autoencoder cannot rebuild what it has never seen, so its error finds anomalies."
#
# Each digit left out once: first against guessing, then against PCA's error.

# %% slideshow={"slide_type": "fragment"}
over_digits = {
    share: [found[key] for found in missing.values()]
    for share, key in ((1.0, "autoencoder"), (0.75, "three quarters"))
}
for name, rival, values in [
    ("error_finds_left_out", "guessing", [0.5] * len(missing)),
    ("left_out_beats_pca", "PCA", [found["PCA"] for found in missing.values()]),
]:
    compare(
        name,
        f"An autoencoder's reconstruction error finds a left-out class better than {rival}.",
        "Each digit left out of the training once, and sought among held-out images of all ten.",
        "AUROC of the reconstruction error",
        {"autoencoder": over_digits, rival: values},
        budget=f"about {TRAIN_SIZE * 9 // 10:,} images, {LEFT_OUT_EPOCHS} epochs",
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# In the recorded run nine of ten digits are found better than by guessing, and better than by PCA.
# The 1 is not: it is easier to rebuild than anything that was learnt.

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A plain autoencoder's code is not continuous, so interpolation and sampling fail."
#
# (The decoder is a continuous function: what is meant is that codes between and around the real
# ones do not decode to real images.) First sampling: if the fitted Gaussian does much better than
# $\mathcal N(0, I)$, much of the trouble lay in drawing at the wrong place. Then interpolation.

# %% slideshow={"slide_type": "fragment"}
for name, statement, test, first, second in [
    ("sampling_fails", "Samples of a plain autoencoder can be told from images of real codes.",
     "Codes of held-out images against codes from a Gaussian fitted to the codes.",
     "codes of real images", "fitted Gaussian"),
    ("fitted_gaussian_helps", "A Gaussian fitted to the codes gives better samples than N(0, I).",
     "Only the distribution of the codes differs.", "fitted Gaussian", "N(0, I)"),
    ("interpolation_fails",
     "Half-way between two codes of one digit, a plain autoencoder gives images that can be told "
     "from real ones.",
     "Codes of held-out images against the means of disjoint pairs of them.",
     "codes of real images", "half-way between the two"),
    ("interpolation_fails_by_its_code",
     "Such images are told more easily than those half-way in an ideal code.",
     "The same, where each digit's codes are a Gaussian, as the control.",
     IDEAL, "half-way between the two"),
    ("code_beats_cross_fade",
     "Half-way between two codes looks more real than half-way between the two pictures.",
     "The same pairs: the decoded mean of two codes against the mean of the two decoded pictures.",
     "half-way between the two", "pixels half-way"),
]:  # fmt: skip
    both_origins = {kind: origin[kind] for kind in (first, second)}
    compare(name, statement, f"One decoder. {test}", TOLD_APART, both_origins, better="lower")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - Compare a network first with the mean image, a constant and linear regression. The bottleneck
#   alone beats the noisy image and no constant; training on noise beats all rivals.
# - Two numbers of the network keep digits apart better than two of PCA. At equal bytes its code
#   beats PCA, and JPEG where JPEG goes so low; with 300 labels no gain is seen so far.
# - Trained by squared error, a network answers with the mean of what is possible: a grey tail where
#   the noise leaves its place open, pale cloth where the hue cannot be known. The answer with the
#   smallest error looks pale, and a believable one has twice the *squared* error: say first which
#   you want.
# - The reconstruction error mixes how foreign an image is with how much there is to rebuild. What
#   is simpler than the training images may pass as familiar.
# - A code is not a distribution: decoding random numbers shows what the training never asked for.
#   Half-way between two codes of one digit, images can be told from real ones: some of it an ideal
#   code does too, the rest is this code's own. And yet they look more real than a cross-fade.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** The best answer to noisy images, the mean of the clean ones that fit, has a mean
# squared error of 0.01, which is 20 dB. Somebody wants images that look real, and answers with a
# random one of the clean images that fit instead. How many decibels has that? Write down a number
# before you calculate.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
decibels_of_a_draw = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("02.1", decibels_of_a_draw)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. A different damage.** Write `erase`, which sets one square of each image to 0, at a random
# place: every place where the whole square fits has the same chance.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def erase(pictures, size, seed):
    """Copies of images (n, h, w, c) with one square of `size` pixels set to 0 in each."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("02.2", erase)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. The cost of a bit.** Complete `step_error`: the mean squared error of rounding numbers that
# are evenly spread over $[0, 1]$ to the nearest of $2^b$ evenly spread values, 0 and 1 among them.
# How many decibels does one more bit gain, from one bit to two, and from eight to nine?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def step_error(bits):
    """Mean squared error of a quantiser with this many bits on numbers in [0, 1]."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("02.3", step_error)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. The best answer is pale.** The norm of `off_grey`, averaged over pixels, is *colourfulness*.
# Complete `colour_gap`: the mean of the colourfulness of two images minus that of their mean. It is
# never negative. Which inequality is that?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def colour_gap(first, second):
    """How much colour is lost by averaging two images (h, w, 3)."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("02.4", colour_gap)

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. Nearest neighbours as a judge.** Derive what `told_apart` gives on average for two
# *identical* distributions, from sets of $n$ and $m$ images, and complete `expected_told_apart`.
# For $n = m$ it is $(n - 1) / (2n - 1)$; for 900 and 100 images about 0.82. So what does a
# "told apart" of 0.8 say?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def expected_told_apart(n, m):
    """Chance that an image's nearest neighbour is of its own set, if the sets do not differ."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("02.5", expected_told_apart)

# %% [markdown] slideshow={"slide_type": "skip"}
# **And then.** Make `erase` a layer like `Corrupt`, which acts in training alone, set
# `NETWORKS["erased"] = lambda: denoising(YourLayer)`, give the trained network *erased* images, and
# see what it puts into the hole.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [03 · What does a VAE maximise?](03_vae_theory.ipynb): a code that can be sampled.
# - [09 · Can a plain autoencoder generate?](09_latent_mixtures.ipynb): better densities for codes.
# - Ruff et al. 2021, [A unifying review of deep and shallow anomaly
#   detection](https://arxiv.org/abs/2009.11732).
