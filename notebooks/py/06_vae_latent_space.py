# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Where do a VAE's codes lie, and what lies between them?
#
# [![Open in
# Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/06_vae_latent_space.ipynb)
#
# **Time** · smoke 30 s · cpu 6 min · gpu not measured
#
# Maps, paths, codes from nowhere: what is said about latent space, and what is left of it when it
# is measured.
#
# After this notebook you can
#
# - draw the plane of a two-dimensional code in steps of equal probability, with one call;
# - judge by numbers, not by eye, whether classes separate and whether a path looks real;
# - compare a VAE's paths and samples with those of a plain autoencoder, and say what each mark is;
# - say what an arc changes about the codes on a path, and test whether images care.

# %% slideshow={"slide_type": "skip"}
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("course_utils") is None:  # on Colab: only the helper package
    source = "git+https://github.com/deep-generative-companion/deep-generative-companion@v0.1.0"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", source], check=True)

# %% slideshow={"slide_type": "skip"}
from course_utils import by_profile, data, evaluation, plotting, start, widgets

environment = start(seed=0)

# %% slideshow={"slide_type": "skip"}
import time
import warnings

import keras
import numpy as np
from scipy.stats import norm
from sklearn.decomposition import PCA

from course_utils.architectures import dense_decoder, dense_vae_encoder
from course_utils.code_paths import spherical, straight
from course_utils.evaluation import claims
from course_utils.measures.inputs import ConstantFeaturesWarning
from course_utils.models import VAE, Autoencoder
from course_utils.training import fit

# %% slideshow={"slide_type": "skip"}
TRAIN_SIZE = by_profile(smoke=1_600, cpu=20_000, gpu=60_000)
TEST_SIZE = by_profile(smoke=1_200, cpu=None, gpu=None)  # None: all of them
# `smoke` has few updates, so it uses smaller batches and a larger learning rate.
BATCH_SIZE = by_profile(smoke=32, cpu=128, gpu=128)
LEARNING_RATE = by_profile(smoke=3e-3, cpu=1e-3, gpu=1e-3)
SEEDS = by_profile(smoke=range(1), cpu=range(3), gpu=range(5), record=range(5))
SNAPSHOTS = by_profile(
    smoke=(1, 4, 10),
    cpu=(2, 5, 10, 20, 30),
    gpu=(20, 50, 80, 100, 150),
    record=(10, 25, 40, 50, 75),
)
EPOCHS = by_profile(smoke=5, cpu=10, gpu=30)
CODE_SIZE = 16
PAIRS = by_profile(smoke=40, cpu=500, gpu=1_000)
COUNT = by_profile(smoke=500, cpu=5_000, gpu=10_000)  # samples for each distance

# %% slideshow={"slide_type": "skip"}
images = data.load("mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)
held_out = images.x_test

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
IMAGE_SHAPE = images.x_train.shape[1:]
print("one image:", IMAGE_SHAPE, "| classes:", len(images.class_names))

# %% [markdown] slideshow={"slide_type": "skip"}
# One function trains every network below: build it with a seed, compile, fit.


# %% slideshow={"slide_type": "skip"}
def train(name, seed, build, epochs=EPOCHS, **options):
    """Train what `build()` makes; returns the model and its run, which is kept under `name`."""
    keras.utils.set_random_seed(seed)
    model = build()
    # The loss is for plain autoencoders: a VAE brings its own.
    loss = None if isinstance(model, VAE) else "binary_crossentropy"
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss=loss)
    run = fit(
        model,
        images.x_train,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        seed=seed,
        run=f"06_vae_latent_space/{name}, {TRAIN_SIZE}, seed {seed}",
        report="line",
        **options,
    )
    return model, run


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def dense_vae(size, hidden=(256,), **options):
    """Dense VAE with `size` latent dimensions."""
    encoder = dense_vae_encoder(IMAGE_SHAPE, size, hidden)
    return VAE(encoder, dense_decoder(IMAGE_SHAPE, size, hidden[::-1]), **options)


print(f"with two latent dimensions: {dense_vae(2, (256, 64)).count_params():,} parameters")


# %% [markdown] slideshow={"slide_type": "slide"}
# ## A page on which every point is an image
#
# Give a VAE a code of two numbers. Its encoder turns an image into a point of the plane, its
# decoder any point into an image. So one can draw the whole plane. But it has no edge: which
# points should be drawn?
#
# We train the network first, and keep its weights at some epochs on the way, because we shall ask
# later what more training does to the plane. (The pixels are grey, so the bound is a *loss* and not
# a likelihood in nats.)


# %% slideshow={"slide_type": "skip"}
apart = max(len(held_out) // 2_000, 1)
watched, watched_labels = held_out[::apart], images.y_test[::apart]

# %% slideshow={"slide_type": "skip"}
plane_runs = [
    train(
        "plane",
        seed,
        lambda: dense_vae(2, (256, 64)),
        epochs=SNAPSHOTS[-1],
        snapshots=SNAPSHOTS,
        validation_data=(watched, watched),
    )
    for seed in SEEDS
]
plane_vae = plane_runs[0][0]

# %% [markdown] slideshow={"slide_type": "subslide"}
# The prior says which points: codes are drawn from $\mathcal N(0, I)$. Cut each axis into pieces
# that the prior hits equally often, and decode the middle of each.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
GRID = 15
steps = norm.ppf((np.arange(GRID) + 0.5) / GRID)
plane = np.stack(np.meshgrid(steps, steps[::-1]), axis=-1).reshape(-1, 2)  # top row: z[1] largest
print("codes:", plane.shape, f"| from {steps[0]:.2f} to {steps[-1]:.2f}")

# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
decoded = plane_vae.decode(plane)
plotting.image_mosaic(
    decoded.reshape(GRID, GRID, *IMAGE_SHAPE),
    "What does the decoder make of each point of the plane?",
    alt="A page of 15 by 15 small decoded images in steps of equal probability: neighbours look "
    "alike, and regions of different digits pass into each other.",
    x_label="z[0]",
    y_label="z[1]",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The middles of the pieces are the **quantiles** $z_i = \Phi^{-1}\!\left((i - \tfrac12) /
# n\right)$, with $\Phi$ the distribution function of $\mathcal N(0, 1)$. Often one sees
# $\Phi^{-1}$ of `linspace(0, 1, n)` instead. What is wrong with it?

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
print("quantiles of 0 and 1:", norm.ppf([0, 1]))
borders = norm.ppf(np.linspace(0, 1, GRID + 1))
hits, _ = np.histogram(np.random.default_rng(0).normal(size=1_000_000), borders)
print("each piece hit equally often, within 2 %:", np.abs(hits / hits.mean() - 1).max() < 0.02)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Its first and last codes are infinite: the border of the page cannot be decoded.

# %% [markdown] slideshow={"slide_type": "subslide"}
# All 225 codes went through the decoder in **one** call. A loop over the grid that calls `predict`
# 225 times gives the same images. What does it cost? We time ten calls of one code each:


# %% slideshow={"slide_type": "fragment"}
def seconds(codes):
    """Time of one `predict`."""
    begin = time.perf_counter()
    plane_vae.decoder.predict(codes, verbose=0)
    return time.perf_counter() - begin


for codes in (plane, plane[:1]):
    seconds(codes)  # the first call of each size compiles
one_call = np.median([seconds(plane) for _ in range(3)])
loop = len(plane) * np.median([seconds(plane[i : i + 1]) for i in range(10)])
print(f"one call {one_call:.2f} s, {len(plane)} calls {loop:.1f} s: {loop / one_call:.0f} times")

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
one_by_one = np.concatenate([plane_vae.decode(plane[i : i + 1]) for i in range(10)])
print("the same images:", np.allclose(one_by_one, decoded[:10], atol=1e-5))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where do the classes lie?
#
# Nobody told the network the digits. Encode held-out images, and colour them. A code is the
# **mean** of the posterior, from the layer whose output the decoder is fed with. (A map of the
# hidden layer before it is another map, of numbers that the decoder never sees.)

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
encoder = plane_vae.encoder
for head in map(encoder.get_layer, ("mean", "log_var")):
    print(head.name, head.output.shape[1:], head.activation.__name__)
means = keras.Model(encoder.input, encoder.get_layer("mean").output).predict(
    held_out[:100], verbose=0
)
print("encode gives the means:", np.allclose(means, plane_vae.encode(held_out[:100]), atol=1e-5))

# %% [markdown] slideshow={"slide_type": "subslide"}
# And how did they lie earlier? Inside of `run.at_epoch(epoch, model)` the model has the weights
# that it had after that epoch.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def codes_at(epoch, seed_index=0):
    """Codes of watched images, and of the training images, after this epoch."""
    model, run = plane_runs[seed_index]
    with run.at_epoch(epoch, model):
        return model.encode(watched), model.encode(images.x_train)


shown = [SNAPSHOTS[i] for i in (0, len(SNAPSHOTS) // 2, -1)]
plane_maps = {f"epoch {epoch}": codes_at(epoch)[0] for epoch in shown}
last = plane_maps[f"epoch {SNAPSHOTS[-1]}"]
print("outside of it the model is as it was:", np.allclose(plane_vae.encode(watched), last))

# %% slideshow={"slide_type": "fragment"}
plotting.scatter(
    plane_maps,
    watched_labels,
    images.class_names,
    "Do the classes come apart as training goes on?",
    alt="Scatter plots of posterior means of the same held-out images, coloured by digit, one "
    "after few epochs and the others after more; each digit is written at its middle.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# By eye, one finds what one looks for. Two numbers on held-out images:
#
# - **Neighbours**: do most of the ten nearest *training* codes have the right class?
# - **Silhouette** ([Rousseeuw 1987](https://doi.org/10.1016/0377-0427(87)90125-7)): with $a$ the
#   mean distance to the own class and $b$ to the nearest other class, the mean of $(b - a) /
#   \max(a, b)$. It asks for one compact heap per class: 1 is perfect, near 0 the classes overlap,
#   below 0 another class is nearer than the own.
#
# Two marks to read them against: the neighbours' share with two numbers by PCA, and with all 784
# pixels.


# %% slideshow={"slide_type": "fragment"}
def neighbours_of(transform):
    """The same share for any function of flat images."""
    known, others = (transform(x.reshape(len(x), -1)) for x in (images.x_train, watched))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantFeaturesWarning)  # the border is always black
        return evaluation.neighbour_accuracy(known, images.y_train, others, watched_labels)


flat_train = images.x_train.reshape(TRAIN_SIZE, -1)
pca = PCA(2, svd_solver="covariance_eigh").fit(flat_train)
marks = {
    "neighbours, PCA to 2": neighbours_of(pca.transform),
    "neighbours, pixels": neighbours_of(lambda x: x),
}


# %% slideshow={"slide_type": "skip"}
def separation(epoch, seed_index):
    """Share of watched codes whose ten neighbours have their class, and the silhouette."""
    codes, known = codes_at(epoch, seed_index)
    right = evaluation.neighbour_accuracy(known, images.y_train, codes, watched_labels)
    return right, evaluation.silhouette(codes, watched_labels)


# Each (seeds, snapshots).
right, silhouettes = np.moveaxis(
    [[separation(epoch, index) for epoch in SNAPSHOTS] for index in range(len(SEEDS))], -1, 0
)
losses = np.array(
    [[-run.history["val_elbo"][epoch - 1] for epoch in SNAPSHOTS] for _, run in plane_runs]
)

# %% slideshow={"slide_type": "fragment"}
plotting.lines(
    {
        "epochs": {
            "neighbours": (SNAPSHOTS, right),
            "silhouette": (SNAPSHOTS, silhouettes),
        }
    },
    "Do two dimensions separate classes better with time?",
    alt="Share of right neighbours and silhouette over the epochs, with bands where there are "
    "several seeds, and two level lines: neighbours by PCA and by all pixels.",
    y_label="held out (higher is better)",
    levels=marks,
)

# %% slideshow={"slide_type": "fragment"}
plotting.lines(
    {"epochs": {"VAE, 2 dimensions": (SNAPSHOTS, losses)}},
    "And what the network is trained for?",
    alt="Held-out loss of the VAE over the epochs, with a band where there are several seeds.",
    y_label="held-out loss (lower is better)",
)
means = np.stack([right, silhouettes, losses]).mean(axis=1).T
for epochs, (share, silhouette, loss) in zip(SNAPSHOTS, means, strict=True):
    print(f"epoch {epochs:3d}: neighbours {share:.3f}, silhouette {silhouette:6.3f}", end="")
    print(f", loss {loss:.1f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# The loss asks for two things: rebuild the image, and stay near $\mathcal N(0, I)$. It never asks
# for heaps with gaps between them; the prior has no gaps. If classes separate, it is because images
# of one class resemble each other. Whether the last snapshot separates better than the first is
# tested below.
#
# Move the cross: what lies in the middle, and what at the borders between classes?

# %% slideshow={"slide_type": "fragment"}
explorer = widgets.latent_explorer(
    plane_vae.decode,
    2,
    points=last,
    labels=watched_labels,
    class_names=images.class_names,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## From one image to another
#
# Encode two images, walk from code to code, decode on the way. It is said that a VAE's way shows
# plausible images and a plain autoencoder's does not. To compare fairly, both get the *same*
# networks, a code of 16 numbers, the same images, updates and seeds. The autoencoder uses the mean
# head alone; it has no noise and no KL term. The mark for both is a way without a code: a
# **cross-fade**, pixel by pixel, of the two ends as the same model decodes them.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def plain_autoencoder():
    """The networks of `dense_vae`, without the head for the log-variances."""
    encoder = dense_vae_encoder(IMAGE_SHAPE, CODE_SIZE)
    return Autoencoder(
        keras.Model(encoder.input, encoder.outputs[0]), dense_decoder(IMAGE_SHAPE, CODE_SIZE)
    )


for name, model in {"autoencoder": plain_autoencoder(), "VAE": dense_vae(CODE_SIZE)}.items():
    print(f"{name}: encoder {model.encoder.count_params():,}, decoder", end=" ")
    print(f"{model.decoder.count_params():,} parameters")

# %% slideshow={"slide_type": "skip"}
vaes = [train("VAE", seed, lambda: dense_vae(CODE_SIZE))[0] for seed in SEEDS]
autoencoders = [train("autoencoder", seed, plain_autoencoder)[0] for seed in SEEDS]


# %% slideshow={"slide_type": "skip"}
def pairs_of(seed):
    """Held-out images of different classes, one half of each pair in each array."""
    rng = np.random.default_rng([5, seed])
    first, second = 2 * rng.integers(len(held_out) // 2, size=(2, 3 * PAIRS))
    differ = np.flatnonzero(images.y_test[first] != images.y_test[second])[:PAIRS]
    return held_out[first[differ]], held_out[second[differ]]


# %% slideshow={"slide_type": "skip"}
STEPS = 9


def way_between(first, second, way, encode, decode):
    """Images (pairs, STEPS, h, w, 1) decoded on the way from code to code."""
    codes = way(encode(first), encode(second), STEPS)
    return decode(codes.reshape(-1, codes.shape[-1])).reshape(len(first), STEPS, *IMAGE_SHAPE)


# %% slideshow={"slide_type": "skip"}
def ways_between(first, second, vae, autoencoder):
    """The five ways to compare, by name. A cross-fade mixes a model's own decoded ends."""

    def fade(model):
        ends = (model.reconstruct(x).reshape(len(x), -1) for x in (first, second))
        return straight(*ends, STEPS).reshape(len(first), STEPS, *IMAGE_SHAPE)

    coders = vae.encode, vae.decode
    return {
        "cross-fade, autoencoder": fade(autoencoder),
        "cross-fade, VAE": fade(vae),
        "autoencoder": way_between(first, second, straight, autoencoder.encode, autoencoder.decode),
        "VAE": way_between(first, second, straight, *coders),
        "VAE, spherical": way_between(first, second, spherical, *coders),
    }


# %% slideshow={"slide_type": "fragment"}
first, second = pairs_of(SEEDS[0])
ways = ways_between(first, second, vaes[0], autoencoders[0])
plotting.image_rows(
    {name: pictures[0] for name, pictures in ways.items()},
    "Which of these ways would you believe?",
    alt="Five rows of nine images between the same two digits: cross-fades of the ends that the "
    "plain autoencoder and the VAE decode, then the ways through the codes: autoencoder, VAE on "
    "the straight line, VAE on the arc.",
)

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
for model in ("autoencoder", "VAE"):
    faded, walked = (ways[name][:, [0, -1]] for name in (f"cross-fade, {model}", model))
    print(f"{model}: both ways have the same ends:", np.allclose(faded, walked, atol=1e-3))

# %% [markdown] slideshow={"slide_type": "subslide"}
# One pair proves nothing. Many pairs, and three numbers in the space of the course classifier's
# features:
#
# - **realism**: is the image within the ball around some *other* held-out image that reaches to its
#   fifth neighbour? (The mean over images is the precision of [Kynkäänniemi et al.
#   2019](https://arxiv.org/abs/1904.06991).) A decoder's blur counts against it everywhere, also
#   where nothing is interpolated. So we ask a second time with other held-out images *decoded by
#   the same model* as reference, so that the blur is on both sides.
# - **detour**: length of the way divided by the distance of its ends; 1 is a straight line;
# - **largest step**: in units of the mean step; 1 is an even walk, 8 one jump.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
angles = np.linspace(0, np.pi, STEPS)
arc = np.stack([np.cos(angles), np.sin(angles)], axis=-1)[None]
jump = np.repeat([[0.0, 0.0], [1.0, 0.0]], [4, 5], axis=0)[None]
for name, path in {"half a circle": arc, "one jump": jump}.items():
    measured = evaluation.path_measures(path)
    print(f"{name}: detour {measured.detour[0]:.2f}, largest step {measured.largest_step[0]:.1f}")
print(f"half a circle in eight chords: {8 * np.sin(np.pi / 16):.2f}")

# %% slideshow={"slide_type": "skip"}
classifier = evaluation.course_classifier(images.name)
others = held_out[1::2][:2_000]  # pairs are of the even ones
real_features = classifier.features(others)


def judge(pictures, references):
    """Shares that look real by each reference, at each step; detour, largest step."""
    features = classifier.features(pictures.reshape(-1, *IMAGE_SHAPE))
    shares = [evaluation.realism(features, known).reshape(-1, STEPS) for known in references]
    measured = evaluation.path_measures(features.reshape(-1, STEPS, features.shape[-1])).summary()
    return *(each.mean(axis=0) for each in shares), measured.detour, measured.largest_step


# %% slideshow={"slide_type": "skip"}
walks, originals = {name: [] for name in ways}, []
for seed, vae, autoencoder in zip(SEEDS, vaes, autoencoders, strict=True):
    by_vae, by_autoencoder = (
        (real_features, classifier.features(model.reconstruct(others)))
        for model in (vae, autoencoder)
    )
    for name, pictures in ways_between(*pairs_of(seed), vae, autoencoder).items():
        references = by_autoencoder if "autoencoder" in name else by_vae
        walks[name].append(judge(pictures, references))
    undecoded = classifier.features(np.concatenate(pairs_of(seed)))
    originals.append(evaluation.realism(undecoded, real_features).mean())

# %% slideshow={"slide_type": "fragment"}
plotting.lines(
    {
        f"position; against {reference}": {
            name: (np.linspace(0, 1, STEPS), np.stack([each[index] for each in judged]))
            for name, judged in walks.items()
        }
        for index, reference in enumerate(["real images", "decoded real images"])
    },
    "How real do the images on the way look?",
    alt="Share of images that look real over the position on the way, with bands where there are "
    "several seeds, for two cross-fades, the autoencoder and the VAE on the line and on the arc; "
    "left judged by real images, right by real images decoded by the same model. A dotted line "
    "marks the share of the undecoded originals that look real, judged by real images.",
    y_label="share that looks real",
    levels={"originals (by real images)": np.mean(originals)},
)
for name, judged in walks.items():
    *_, detour, largest = zip(*judged, strict=True)
    print(f"{name:>23}: detour {np.mean(detour):.2f}, largest step {np.mean(largest):.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Read the ends first: there, nothing is interpolated. Even undecoded originals need not all pass
# (dotted line); on the left, what the ends lack below it is the decoder's doing. What the way costs
# is the *sag* between the ends. On the right the balls have each model's own size, so compare sags,
# not heights.
#
# ### Straight or spherical?
#
# In many dimensions a code from $\mathcal N(0, I)$ has a length near $\sqrt d$. The middle of the
# straight line between two of them is shorter by a factor of about $\sqrt 2$: in 16 dimensions 5 %
# of the prior's codes are as short, in 100 practically none (although the *density* there is
# higher: there is little room). The arc keeps the length ([White
# 2016](https://arxiv.org/abs/1609.04468)).
#
# Our ends are posterior means, not draws from the prior; the explorer below prints their lengths.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
a, b = np.random.default_rng(0).normal(size=(2, 100_000, CODE_SIZE))
typical = np.sqrt((a**2).sum(axis=1).mean())
for name, way in {"straight": straight, "spherical": spherical}.items():
    middle = np.sqrt((way(a, b, 3)[:, 1] ** 2).sum(axis=1).mean())
    print(f"{name}: length in the middle {middle / typical:.2f} of that of the ends")
print(f"1/√2 = {np.sqrt(0.5):.2f}; the ends: √{CODE_SIZE} = 4, found {typical:.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# True of lengths. Whether it matters to the *images* is another question: a decoder may not care
# about the length of a code. It is tested below. First look for yourself:

# %% slideshow={"slide_type": "fragment"}
explorer = widgets.interpolation_explorer(
    held_out[:12],
    {
        "autoencoder": (autoencoders[0].encode, autoencoders[0].decode),
        "VAE": (vaes[0].encode, vaes[0].decode),
    },
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Codes from nowhere
#
# Between two images is easy ground. Now draw a code from $\mathcal N(0, I)$, and for the
# autoencoder also from a Gaussian that has been fitted to its codes. Distance to held-out images,
# by the classifier's features; the floor is that of other real images.


# %% slideshow={"slide_type": "fragment"}
def distance(fake):
    """Fréchet distance of decoded codes to held-out images."""
    with warnings.catch_warnings():
        # Poor samples leave some features untouched; the distance counts that.
        warnings.simplefilter("ignore", ConstantFeaturesWarning)
        return yardstick.frechet(fake)


def sampled_distances(vae, autoencoder, seed):
    """Distances of decoded random codes, by where the codes come from."""
    rng, codes = np.random.default_rng([6, seed]), autoencoder.encode(images.x_train)
    prior = rng.normal(size=(COUNT, CODE_SIZE))
    fitted = rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), size=COUNT)
    return {
        "autoencoder, N(0, I)": distance(autoencoder.decode(prior)),
        "autoencoder, fitted": distance(autoencoder.decode(fitted)),
        "VAE, N(0, I)": distance(vae.decode(prior)),
    }


# %% slideshow={"slide_type": "skip"}
yardstick = evaluation.yardstick(images, COUNT)
distances = [sampled_distances(*each) for each in zip(vaes, autoencoders, SEEDS, strict=True)]
distances = {name: [each[name] for each in distances] for name in distances[0]}

# %% slideshow={"slide_type": "fragment"}
plotting.dots(
    distances,
    "Can random codes be decoded?",
    alt="One dot per seed for three ways to draw codes, on an axis of distances to held-out "
    "images, with a line where other real images would lie.",
    x_label=f"Fréchet distance (course classifier, {COUNT:,} images)",
    reference=("real images", yardstick.frechet_floor()),
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Compare the last two rows, too. An autoencoder was never told to use $\mathcal N(0, I)$; failing
# there says little about its code. Nor do the last two rows differ in one thing only: the decoders
# differ, and the fitted Gaussian has seen the training codes, the prior has not. What would a
# Gaussian fitted to the VAE's codes give (exercise 4)?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# > "A 2-D latent separates the classes better the longer one trains."
#
# First snapshot against last, by both measures.


# %% slideshow={"slide_type": "skip"}
NAME = "06_vae_latent_space"
BUDGET = f"{TRAIN_SIZE:,} images, {EPOCHS} epochs, code of {CODE_SIZE}"


def longer_claim(name, measure, values):
    """The last snapshot against the first."""
    claim = claims.Claim(
        name=f"longer_separates_{name}",
        statement="A 2-D latent separates the classes better the longer one trains.",
        test="Posterior means of held-out images, at the first and at the last snapshot.",
        measure=measure,
        better="higher",
    )
    conditions = {f"epoch {SNAPSHOTS[i]}": values[:, i] for i in (-1, 0)}
    budget = f"{TRAIN_SIZE:,} images, two dimensions"
    claims.show(claims.test(claim, conditions, budget, images), NAME)


# %% slideshow={"slide_type": "fragment"}
longer_claim("neighbours", "share of right classes by ten neighbours", right)

# %% slideshow={"slide_type": "subslide"}
longer_claim("silhouette", "silhouette", silhouettes)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A plain autoencoder's code is not continuous, so interpolation fails; a VAE's succeeds."
#
# Half-way between two images of different classes: which model's images look more real, which lose
# less against the ends (judged by what the same model makes of real images), and whose way is
# straighter?


# %% slideshow={"slide_type": "skip"}
MEASURES = {
    "real": ("share of middle images that look real (course classifier)", "higher"),
    "decoded": ("middle less ends, share that look like decoded real images", "higher"),
    "detour": ("detour in features of the course classifier", "lower"),
}


def way_claim(name, statement, first, second, by="real"):
    """One way against another, by the middle image or by the detour."""
    measure, better = MEASURES[by]
    test = f"{PAIRS} pairs of held-out images of different classes, {STEPS} steps."
    column = list(MEASURES).index(by)
    values = {way: [np.ravel(each[column]) for each in walks[way]] for way in (first, second)}
    # A detour is one number a seed, the shares are one for each step.
    values = {
        way: [each[len(each) // 2] - (by == "decoded") * (each[0] + each[-1]) / 2 for each in rows]
        for way, rows in values.items()
    }
    claim = claims.Claim(name, statement, test, measure, better)
    claims.show(claims.test(claim, values, BUDGET, images), NAME)


# %% slideshow={"slide_type": "fragment"}
way_claim(
    "vae_interpolates_real",
    "Half-way between two codes, a VAE's images look more real than a plain autoencoder's.",
    "VAE",
    "autoencoder",
)

# %% slideshow={"slide_type": "subslide"}
way_claim(
    "vae_interpolates_like_its_own",
    "Half-way, a VAE has lost less likeness to decoded real images than an autoencoder has.",
    "VAE",
    "autoencoder",
    "decoded",
)

# %% slideshow={"slide_type": "subslide"}
way_claim(
    "vae_interpolates_straight",
    "A VAE's way from image to image is straighter than a plain autoencoder's.",
    "VAE",
    "autoencoder",
    "detour",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Is a smaller detour the merit of the way? The cross-fades use no code between their ends: compare
# their two detours, printed above. What differs there already comes from the decoded ends.
#
# "Fails" should mean: no better than mixing the two decoded pictures.

# %% slideshow={"slide_type": "fragment"}
way_claim(
    "autoencoder_beats_cross_fade",
    "Even a plain autoencoder's middle looks more real than a cross-fade of the same two decoded "
    "images.",
    "autoencoder",
    "cross-fade, autoencoder",
)


# %% slideshow={"slide_type": "skip"}
def sampling_claim(name, statement, test, second):
    """Samples of the VAE from the prior against others."""
    measure = f"Fréchet distance (course classifier, {COUNT:,} images)"
    values = {way: distances[way] for way in ("VAE, N(0, I)", second)}
    claim = claims.Claim(name, statement, test, measure)
    claims.show(claims.test(claim, values, BUDGET, images), NAME)


# %% slideshow={"slide_type": "subslide"}
sampling_claim(
    "vae_samples_better",
    "From N(0, I), a VAE makes better samples than a plain autoencoder.",
    "Same networks, seeds and updates; the same codes from N(0, I).",
    "autoencoder, N(0, I)",
)

# %% slideshow={"slide_type": "subslide"}
sampling_claim(
    "vae_beats_fitted_autoencoder",
    "A VAE's samples are better than those of an autoencoder with a Gaussian fitted to its codes.",
    "Same networks, seeds and updates; the autoencoder's codes from a Gaussian with the mean and "
    "covariance of its training codes.",
    "autoencoder, fitted",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "In a VAE, interpolate on the sphere, not on the line."
#
# Judged by real images, as on the left of the figure above. Does the right side, judged by decoded
# images, agree about the arc? If not, the answer depends on the reference.

# %% slideshow={"slide_type": "fragment"}
way_claim(
    "spherical_beats_straight",
    "Half-way on the arc, a VAE's images look more real than half-way on the line.",
    "VAE, spherical",
    "VAE",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - The prior says where to look: in steps of equal probability, every part of the plane is drawn as
#   often as it is used, in one call.
# - The loss asks for a code near $\mathcal N(0, I)$, not for heaps: whether classes separate with
#   training depends on the measure. The two verdicts above need not agree.
# - A way between two codes is judged against a cross-fade of the same decoded ends, and from the
#   ends on: what is lost there already is the decoder's blur, not the way's doing.
# - "A plain autoencoder fails between images" and "it fails at random codes" are two claims. The
#   second changes with the density that the codes are drawn from.
# - The arc keeps the length of a code. Whether that makes images more real depends on the images
#   that one compares with.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# **1. More dimensions.** Complete `quantile_grid`: all combinations of the `size` quantiles
# $\Phi^{-1}((i - \frac12)/n)$ in `dimensions` dimensions. Check yourself: `quantile_grid(2, 3)` has
# shape (8, 3), every number is $\pm 0.674$, and the mean squared length is 1.365, far below the 3
# of codes from $\mathcal N(0, I)$: a coarse grid sits too close to the middle.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def quantile_grid(size, dimensions):
    """Codes (size ** dimensions, dimensions) in steps of equal probability."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **2. The length of a way.** Complete `way_length`: the sum of the distances between consecutive
# images of a way. Check yourself: a cross-fade has the length of the distance of its ends; a
# half-circle of radius 1 in 1,001 points has 3.1416. Then compare `straight` and `spherical`: which
# one is shorter in pixels, and is it the one whose middle looks more real?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def way_length(points):
    """Length of a way (steps, ...)."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Who is as short?** The middle of two codes from $\mathcal N(0, I)$ has a squared length near
# $d / 2$. Complete `share_as_short`: the share of the prior's codes of $d$ dimensions that are at
# most as long ($\lVert z \rVert^2$ has a chi-squared distribution, `scipy.stats.chi2`). Check
# yourself: 0.393 in 2 dimensions, 0.051 in 16, below $10^{-5}$ in 100; and by drawing codes.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def share_as_short(dimensions):
    """Share of codes from N(0, I) whose squared length is at most half of its mean."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **4. The VAE's own Gaussian.** Codes of a VAE are drawn: first an image, then $z \sim \mathcal
# N(\mu, \sigma^2)$. Complete `code_gaussian`, the mean and the covariance of such codes (the law of
# total variance: the covariance of the means, plus the mean of the variances on the diagonal).
# Check yourself: all means 0 and log-variances 0 give 0 and $I$; means drawn from $\mathcal N(0,
# 0.36\, I)$ with `log_var` = log 0.64 give nearly $I$, too. Then decode draws from it for `vaes[0]`
# and call `distance`: is it better than $\mathcal N(0, I)$?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def code_gaussian(mean, log_var):
    """Mean (d,) and covariance (d, d) of codes with these posteriors (n, d)."""
    ...


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [07 · Does one direction of the code mean one thing?](07_vae_factors.ipynb): adding a hat to a
#   face, and β.
# - [05 · What do convolutions buy a VAE?](05_vae_dense_vs_conv.ipynb): what the networks
#   contribute, at equal weights, updates and seconds.
# - [09 · Can a plain autoencoder generate?](09_latent_mixtures.ipynb): better densities in place of
#   $\mathcal N(0, I)$.
# - Kingma & Welling 2014, [Auto-encoding variational Bayes](https://arxiv.org/abs/1312.6114): the
#   first plane of a 2-D VAE.
# - Kynkäänniemi et al. 2019, [Improved precision and recall metric for assessing generative
#   models](https://arxiv.org/abs/1904.06991): what "looks real" means here.
# - White 2016, [Sampling generative networks](https://arxiv.org/abs/1609.04468): spherical paths.
