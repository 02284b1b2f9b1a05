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
# **Time** · smoke 25 s · cpu 3 min · gpu not measured
#
# Maps, paths, codes from nowhere: what is said about latent space, and what is left of it when it
# is measured.
#
# After this notebook you can
#
# - draw the plane of a two-dimensional code in steps of equal probability, with one call;
# - judge by numbers, not by eye, whether classes separate and whether a path looks real, and test
#   such a number on garbage before you trust it;
# - compare a VAE's paths and samples with those of a plain autoencoder, and say what each mark is;
# - say what a *prior hole* is, and what an arc changes about the codes on a path.

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
import math
import warnings

import keras
import numpy as np
from scipy.stats import norm
from sklearn.decomposition import PCA

from course_utils.architectures import dense_decoder, dense_vae_encoder
from course_utils.code_paths import spherical, straight
from course_utils.evaluation import claims, recorded
from course_utils.measures.inputs import ConstantFeaturesWarning
from course_utils.models import VAE, Autoencoder
from course_utils.training import fit, recipe

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "06_vae_latent_space"
TRAIN_SIZE = by_profile(smoke=1_600, cpu=60_000, gpu=60_000)
TEST_SIZE = by_profile(smoke=1_200, cpu=None, gpu=None)  # None: all of them
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(5))
# The plane: the claim speaks of epochs 20 to 150; on a CPU you see the beginning.
CLAIMED = (20, 50, 80, 100, 150)
SNAPSHOTS = by_profile(smoke=(1, 4, 10), cpu=(1, 2, 5, 10, 20), gpu=CLAIMED, record=CLAIMED)
PLANE_RATE = by_profile(smoke=3e-3, cpu=1e-3, gpu=1e-3)  # of Adam, the same throughout
PLANE_BATCH_SIZE = by_profile(smoke=32, cpu=256, gpu=256)
# The ways: the last is the whole training, the others show whether a verdict turns over.
BUDGETS = by_profile(smoke=(5,), cpu=(8,), gpu=(4, 16), record=(1, 4, 16))
EPOCHS = BUDGETS[-1]
BATCH_SIZE = by_profile(smoke=32, cpu=128, gpu=128)
# Learning rates to choose from, for several lengths of training: a short one takes larger steps.
PEAKS = {1: (5e-3, 1e-2, 2e-2, 4e-2), 4: (5e-3, 1e-2, 2e-2), 16: (2.5e-3, 5e-3, 1e-2)}
CODE_SIZE = 16
PAIRS = by_profile(smoke=40, cpu=300, gpu=500)
COUNT = by_profile(smoke=500, cpu=5_000, gpu=5_000)  # samples for each distance

# %% slideshow={"slide_type": "skip"}
images = data.load("mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)
held_out = images.x_test
# At random: MNIST's file goes writer by writer.
few = np.random.default_rng(6).permutation(len(held_out))[:2_000]
watched, watched_labels = held_out[few], images.y_test[few]

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
IMAGE_SHAPE = images.x_train.shape[1:]


def dense_vae(size, hidden=(256,), **options):
    """Dense VAE with `size` latent dimensions."""
    encoder = dense_vae_encoder(IMAGE_SHAPE, size, hidden)
    return VAE(encoder, dense_decoder(IMAGE_SHAPE, size, hidden[::-1]), **options)


print("one image:", IMAGE_SHAPE, "| classes:", len(images.class_names))
print(f"with two latent dimensions: {dense_vae(2, (128, 64)).count_params():,} parameters")


# %% [markdown] slideshow={"slide_type": "slide"}
# ## A page on which every point is an image
#
# Give a VAE a code of two numbers. Its encoder turns an image into a point of the plane, its
# decoder any point into an image. So one can draw the whole plane. But it has no edge: which
# points should be drawn?

# %% [markdown] slideshow={"slide_type": "notes"}
# (Images that can be described by two numbers lie on a surface in the space of their pixels. That
# real ones lie near such a surface, of more dimensions, is the **manifold hypothesis**.)
#
# We train the network first, with Adam at one rate, as those did whose claim is tested below, and
# keep its weights at some epochs on the way, because we shall ask what more training does to the
# plane. (The pixels are grey, so the bound is a *loss* and not a likelihood in nats.)


# %% slideshow={"slide_type": "skip"}
def train_plane(seed):
    """The VAE with two dimensions, and its run with snapshots."""
    keras.utils.set_random_seed(seed)
    model = dense_vae(2, (128, 64))
    model.compile(keras.optimizers.Adam(PLANE_RATE))  # no loss: a VAE brings its own
    run = fit(
        model,
        images.x_train,
        epochs=SNAPSHOTS[-1],
        batch_size=PLANE_BATCH_SIZE,
        seed=seed,
        snapshots=SNAPSHOTS,
        validation_data=(watched, watched),
        run=f"{NOTEBOOK}/plane, {TRAIN_SIZE}, seed {seed}",
        report="line",
    )
    return model, run


# %% slideshow={"slide_type": "skip"}
plane_vae, plane_run = train_plane(SEEDS[0])
recorded.keep_network("plane", plane_vae)

# %% [markdown] slideshow={"slide_type": "notes"}
# The prior says which points: codes are drawn from $\mathcal N(0, I)$. Cut each axis into pieces
# that the prior hits equally often, and decode the middle of each.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
GRID = 15
steps = norm.ppf((np.arange(GRID) + 0.5) / GRID)
plane = np.stack(np.meshgrid(steps, steps[::-1]), axis=-1).reshape(-1, 2)  # top row: z[1] largest
print("codes:", plane.shape, f"| from {steps[0]:.2f} to {steps[-1]:.2f}")

# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
decoded = plane_vae.decode(plane)
with plotting.beside_the_record(NOTEBOOK, "plane"):
    plotting.image_mosaic(
        decoded.reshape(GRID, GRID, *IMAGE_SHAPE),
        f"What is each point of the plane decoded to? ({SNAPSHOTS[-1]} epochs)",
        alt="A page of 15 by 15 small decoded images in steps of equal probability: neighbours "
        "look alike, and regions of different digits pass into each other.",
        x_label="z[0]",
        y_label="z[1]",
        inches=4.0,  # few bytes
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# The middles of the pieces are the **quantiles** $z_i = \Phi^{-1}\!\left((i - \tfrac12) /
# n\right)$, with $\Phi$ the distribution function of $\mathcal N(0, 1)$. Often one sees
# $\Phi^{-1}$ of `linspace(0, 1, n)` instead. What is wrong with it?

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
print("quantiles of 0 and 1:", norm.ppf([0, 1]))
borders = norm.ppf(np.linspace(0, 1, GRID + 1))
hits, _ = np.histogram(np.random.default_rng(0).normal(size=1_000_000), borders)
print(f"draws in a piece: expected {1_000_000 / GRID:,.0f}, found {hits.min():,} to {hits.max():,}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Its first and last codes are infinite: the border of the page cannot be decoded.

# %% [markdown] slideshow={"slide_type": "notes"}
# (And all 225 codes go through the decoder in *one* call; a loop that calls `predict` for each
# takes many times as long.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where do the classes lie?
#
# Nobody told the network the digits. Encode held-out images, and colour them.

# %% [markdown] slideshow={"slide_type": "notes"}
# A code is the **mean** of the posterior, from the layer whose output the decoder is fed with. (A
# map of the hidden layer before it is another map, of numbers that the decoder never sees.)

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
encoder = plane_vae.encoder
for head in map(encoder.get_layer, ("mean", "log_var")):
    print(head.name, head.output.shape[1:], head.activation.__name__)
means = keras.Model(encoder.input, encoder.get_layer("mean").output).predict(
    held_out[:100], verbose=0
)
difference = np.abs(means - plane_vae.encode(held_out[:100])).max()
print(f"encode gives the means: largest difference {difference:.4f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# And how did they lie earlier? Inside of `run.at_epoch(epoch, model)` the model has the weights
# that it had after that epoch.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def codes_at(epoch, model, run, pictures=watched):
    """Codes of pictures after this epoch."""
    with run.at_epoch(epoch, model):
        return model.encode(pictures)


shown = [SNAPSHOTS[i] for i in (0, len(SNAPSHOTS) // 2, -1)]
plane_maps = {f"epoch {epoch}": codes_at(epoch, plane_vae, plane_run) for epoch in shown}
last = plane_maps[f"epoch {SNAPSHOTS[-1]}"]
difference = np.abs(plane_vae.encode(watched) - last).max()
print(f"outside of it the model is as it was: largest difference {difference:.4f}")

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "maps"):
    plotting.scatter(
        {name: codes[:1_000] for name, codes in plane_maps.items()},
        watched_labels[:1_000],
        images.class_names,
        "Do the classes come apart as training goes on?",
        alt="Scatter plots of posterior means of the same held-out images, coloured by digit, one "
        "after few epochs and the others after more; each digit is written at its middle.",
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# By eye, one finds what one looks for. Two numbers on held-out images:
#
# - **Neighbours**: do most of the ten nearest *training* codes have the right class?
# - **Silhouette**: does each class lie in one compact heap? (1 is perfect, near 0 they overlap.)

# %% [markdown] slideshow={"slide_type": "notes"}
# The silhouette ([Rousseeuw 1987](https://doi.org/10.1016/0377-0427(87)90125-7)) is the mean of $(b
# - a) / \max(a, b)$, with $a$ the mean distance to the own class and $b$ to the nearest other
#   class: below 0 another class is nearer than the own.
#
# Two marks to read them against: the neighbours' share with two numbers by PCA, and with all 784
# pixels.


# %% slideshow={"slide_type": "skip"}
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
def plane_result(seed):
    """How well the classes are apart at each snapshot, the losses, and how far the codes reach."""
    model, run = train_plane(seed)
    found = {"epochs": SNAPSHOTS, "neighbours": [], "silhouette": []}
    for epoch in SNAPSHOTS:
        codes, known = (codes_at(epoch, model, run, x) for x in (watched, images.x_train))
        right = evaluation.neighbour_accuracy(known, images.y_train, codes, watched_labels)
        found["neighbours"].append(right)
        found["silhouette"].append(evaluation.silhouette(codes, watched_labels))
    for name, key in {"held out": "val_elbo", "training": "elbo"}.items():
        found[name] = [-run.history[key][epoch - 1] for epoch in SNAPSHOTS]
    return found | {"outside": float((np.abs(codes) > 3).any(axis=1).mean())}


planes = [recorded.kept(f"plane, seed {seed}", plane_result, seed) for seed in SEEDS]
of_plane = {key: np.array([found[key] for found in planes]) for key in planes[0]}

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "separation"):
    plotting.lines(
        {"epochs": {name: (SNAPSHOTS, of_plane[name]) for name in ("neighbours", "silhouette")}},
        "Do two dimensions separate classes better with time?",
        alt="Share of right neighbours and silhouette over the epochs, with bands where there are "
        "several seeds, and two level lines: neighbours by PCA and by all pixels.",
        y_label="held out (higher is better)",
        levels=marks,
    )

# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "losses"):
    plotting.lines(
        {"epochs": {name: (SNAPSHOTS, of_plane[name]) for name in ("held out", "training")}},
        "And what the network is trained for?",
        alt="Loss of the VAE on held-out and on training images over the epochs, with bands where "
        "there are several seeds.",
        y_label="loss (lower is better)",
    )


# %% [markdown] slideshow={"slide_type": "fragment"}
# Where the training loss goes on falling and the held-out one does not, the network learns its
# images by heart: **overfitting**. The classes may still come further apart.


# %% slideshow={"slide_type": "fragment"}
def planes_of(found):
    """The recorded planes, each a dict of series over the epochs."""
    return [numbers for title, numbers in found.items() if title.startswith("plane")]


def separation_in_words(found):
    parts = []
    for at, epoch in enumerate(planes_of(found)[0]["epochs"]):
        right, heaps, loss, training = (
            np.mean([plane[key][at] for plane in planes_of(found)])
            for key in ("neighbours", "silhouette", "held out", "training")
        )
        parts.append(
            f"after {epoch} epochs neighbours {right:.3f}, silhouette {heaps:.3f}, loss "
            f"{loss:.1f} ({training:.1f} on training images)"
        )
    return f"Mean of {len(planes_of(found))} seeds: " + "; ".join(parts) + "."


recorded.answer(NOTEBOOK, separation_in_words)

# %% [markdown] slideshow={"slide_type": "notes"}
# The loss asks for two things: rebuild the image, and stay near $\mathcal N(0, I)$. It never asks
# for heaps with gaps between them; the prior has no gaps. If classes separate, it is because images
# of one class resemble each other. Whether the last snapshot separates better than the first is
# tested below.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Move the cross: what lies in the middle, and what at the borders between classes?

# %% [markdown] slideshow={"slide_type": "notes"}
# (The explorer starts from the recorded network, if there is one.)

# %% slideshow={"slide_type": "fragment"}
plane_shown = recorded.network(NOTEBOOK, "plane", dense_vae(2, (128, 64))) or plane_vae
points = plane_shown.encode(watched)
explorer = widgets.latent_explorer(
    plane_shown.decode, 2, points=points, labels=watched_labels, class_names=images.class_names
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The explorer's plane ends at ±3. How many codes lie outside of it?

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
beyond = 1 - (1 - 2 * norm.sf(3)) ** 2
print(f"codes from the prior beyond ±3: {beyond:.2%}")

# %% slideshow={"slide_type": "fragment"}
far = (np.abs(points) > 3).any(axis=1)
expected = len(points) * beyond
print(f"of {len(points):,} codes beyond ±3: the prior expects {expected:.0f}, found {far.sum()}")
recorded.answer(
    NOTEBOOK,
    lambda found: (
        "The share of held-out codes beyond ±3 is "
        + ", ".join(f"{plane['outside']:.1%}" for plane in planes_of(found))
        + f" in the seeds, that of the prior {beyond:.1%}."
    ),
)

# %% [markdown] slideshow={"slide_type": "notes"}
# So the codes are *not* distributed like the prior, although each was pulled towards it: a network
# with few dimensions pays for some distant codes, to tell more images apart. Which distribution do
# they have? That is the question of the last part.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## From one image to another
#
# Encode two images, walk from code to code, decode on the way. It is said that a VAE's way shows
# plausible images and a plain autoencoder's does not.

# %% [markdown] slideshow={"slide_type": "notes"}
# To compare fairly, both get the *same* networks, a code of 16 numbers, the same images, updates
# and seeds, and each the best of three learning rates. The autoencoder uses the mean head alone; it
# has no noise and no KL term. The mark for both is a way without a code: a **cross-fade**, pixel by
# pixel, of the two ends as the same model decodes them.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
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
MODELS = {"VAE": lambda: dense_vae(CODE_SIZE), "autoencoder": plain_autoencoder}
SET_ASIDE = 5_000  # training images that choose the learning rate


def train(name, seed, epochs=EPOCHS, peak=None, part=slice(None)):
    """Train one of the two by the recipe of notebook 01; returns the model and its run."""
    keras.utils.set_random_seed(seed)
    model = MODELS[name]()
    x, peak = images.x_train[part], peak or best_peak(name, epochs)
    # The loss is for the plain autoencoder: a VAE brings its own.
    loss = None if isinstance(model, VAE) else "binary_crossentropy"
    model.compile(recipe(epochs * -(-len(x) // BATCH_SIZE), peak, muon=False), loss=loss)
    run = fit(
        model,
        x,
        epochs=epochs,
        batch_size=BATCH_SIZE,
        seed=seed,
        snapshots=[three_quarters(epochs)],
        run=f"{NOTEBOOK}/{name}, {len(x)}x{epochs}, {peak}, seed {seed}",
        report="line",
    )
    return model, run


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def three_quarters(epochs):
    """The epoch at which it is looked whether a number has levelled off by the last."""
    return max(1, 3 * epochs // 4)


print("of 16 epochs, looked at before the last:", three_quarters(16))


# %% slideshow={"slide_type": "skip"}
def loss_at(peak, name, epochs):
    """Loss on training images that were set aside, after a training at this rate."""
    model, _ = train(name, 0, epochs, peak, slice(-SET_ASIDE))
    aside = images.x_train[-SET_ASIDE:]
    return model.evaluate(aside, aside, verbose=0, return_dict=True)["loss"]


def best_peak(name, epochs):
    """The best learning rate for this network and about so many epochs."""
    epochs = min(PEAKS, key=lambda known: abs(math.log(known / epochs)))
    what = f"rate for {name}, {epochs} epochs"
    return recorded.best(NOTEBOOK, what, PEAKS[epochs], loss_at, name, epochs, otherwise=5e-3)


# %% slideshow={"slide_type": "skip"}
pair = {name: train(name, SEEDS[0])[0] for name in MODELS}
for name, model in pair.items():
    recorded.keep_network(name, model)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
# One half of the held-out images for the ends of ways, the other to judge by.
halves = np.array_split(np.random.default_rng(5).permutation(len(held_out)), 2)
others = held_out[halves[1][:2_000]]


def pairs_of(seed):
    """Held-out images of different classes, one half of each pair in each array."""
    first, second = np.random.default_rng([5, seed]).choice(halves[0], size=(2, 3 * PAIRS))
    differ = np.flatnonzero(images.y_test[first] != images.y_test[second])[:PAIRS]
    return held_out[first[differ]], held_out[second[differ]]


print("images in both halves:", len(np.intersect1d(*halves)))


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
ways = ways_between(first, second, pair["VAE"], pair["autoencoder"])
with plotting.beside_the_record(NOTEBOOK, "ways"):
    plotting.image_rows(
        {name: pictures[0] for name, pictures in ways.items()},
        "Which of these ways would you believe?",
        alt="Five rows of nine images between the same two digits: cross-fades of the ends that "
        "the plain autoencoder and the VAE decode, then the ways through the codes: autoencoder, "
        "VAE on the straight line, VAE on the arc.",
    )

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
for model in ("autoencoder", "VAE"):
    faded, walked = (ways[name][:, [0, -1]] for name in (f"cross-fade, {model}", model))
    print(f"{model}: largest difference of the ends of both ways {abs(faded - walked).max():.2f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# One pair proves nothing. Many pairs, and numbers in the space of the course classifier's features.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### When does an image look real?
#
# Around each of 2,000 *other* held-out images lies a ball that reaches to its fifth neighbour.
#
# - **Precision** ([Kynkäänniemi et al. 2019](https://arxiv.org/abs/1904.06991)): the share of
#   images that lie in some ball.
# - **Density** ([Naeem et al. 2020](https://arxiv.org/abs/2002.09797)): the number of balls that an
#   image lies in, divided by five; about 1 for real ones.
#
# Never trust a measure that you have not seen fail. What do both say of garbage?

# %% slideshow={"slide_type": "fragment"} tags=["hide-input"]
classifier = evaluation.course_classifier(images.name)
real_features = classifier.features(others)
ends = np.concatenate(pairs_of(SEEDS[0]))
rng = np.random.default_rng(0)
tested = {
    "real images": ends,
    "upside down": ends[:, ::-1],
    "upper half of another": np.concatenate([first[:, :14], second[:, 14:]], axis=1),
    "half-way, cross-faded": (first + second) / 2,
    "mean image + noise": images.x_train.mean(axis=0) + 0.1 * rng.normal(size=ends.shape),
}
print(f"{'':26}precision  density")
for name, pictures in tested.items():
    features = classifier.features(np.clip(pictures, 0, 1))
    share = evaluation.realism(features, real_features).mean()
    dense = evaluation.local_density(features, real_features).mean()
    print(f"{name:26}{share:9.2f}{dense:9.2f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# A ball around an outlier is large, and what it swallows counts as real for the precision; for the
# density it is one ball out of five. So ways are judged by density. Read it with care, too: images
# that are more typical than real ones, smooth and without quirks, score above 1.
#
# A decoder's blur counts against it everywhere, also where nothing is interpolated. So we ask a
# second time with other held-out images *decoded by the same model* as reference, so that the blur
# is on both sides. Then two numbers about the way as a whole:
#
# - **detour**: length of the way divided by the distance of its ends; 1 is a straight line;
# - **largest step**: in units of the mean step; 1 is an even walk, 8 one jump.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
angles = np.linspace(0, np.pi, STEPS)
arc = np.stack([np.cos(angles), np.sin(angles)], axis=-1)[None]
jump = np.repeat([[0.0, 0.0], [1.0, 0.0]], [4, 5], axis=0)[None]
for name, path in {"half a circle": arc, "one jump": jump}.items():
    measured = evaluation.path_measures(path)
    print(f"{name}: detour {measured.detour[0]:.2f}, largest step {measured.largest_step[0]:.1f}")
print(f"half a circle in eight chords: {8 * np.sin(np.pi / 16):.2f}")


# %% slideshow={"slide_type": "skip"}
def judge(pictures, references):
    """Densities by each reference at each step, detour, largest step."""
    features = classifier.features(pictures.reshape(-1, *IMAGE_SHAPE))
    measured = evaluation.path_measures(features.reshape(-1, STEPS, features.shape[-1])).summary()
    densities = {
        name: evaluation.local_density(features, known).reshape(-1, STEPS).mean(axis=0)
        for name, known in references.items()
    }
    return densities | {"detour": measured.detour, "largest step": measured.largest_step}


# %% slideshow={"slide_type": "skip"}
def judged_ways(vae, autoencoder, seed):
    """The five ways, by name, as dicts of numbers."""
    own = {
        name: classifier.features(model.reconstruct(others))
        for name, model in {"VAE": vae, "autoencoder": autoencoder}.items()
    }
    return {
        name: judge(
            pictures,
            {"real": real_features, "decoded": own["VAE" if "VAE" in name else "autoencoder"]},
        )
        for name, pictures in ways_between(*pairs_of(seed), vae, autoencoder).items()
    }


# %% [markdown] slideshow={"slide_type": "skip"}
# The second experiment, on the same networks: draw codes at random, and measure the distance of
# what they are decoded to from held-out images.


# %% slideshow={"slide_type": "skip"}
def distance(fake):
    """Fréchet distance of decoded codes to held-out images."""
    with warnings.catch_warnings():
        # Poor samples leave some features untouched; the distance counts that.
        warnings.simplefilter("ignore", ConstantFeaturesWarning)
        return evaluation.yardstick(images, COUNT).frechet(fake)


# %% slideshow={"slide_type": "skip"}
def sampled_distances(vae, autoencoder, seed):
    """Distances of decoded random codes, by where the codes come from."""
    rng, codes = np.random.default_rng([6, seed]), autoencoder.encode(images.x_train)
    prior = rng.normal(size=(COUNT, CODE_SIZE))
    fitted = rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), size=COUNT)
    mean, log_var = vae.posterior(images.x_train[rng.permutation(TRAIN_SIZE)[:COUNT]])
    aggregate = mean + np.exp(log_var / 2) * rng.normal(size=mean.shape)
    return {
        "autoencoder, N(0, I)": distance(autoencoder.decode(prior)),
        "autoencoder, fitted": distance(autoencoder.decode(fitted)),
        "VAE, N(0, I)": distance(vae.decode(prior)),
        "VAE, codes of images": distance(vae.decode(aggregate)),
    }


# %% slideshow={"slide_type": "skip"}
def result(seed, epochs):
    """Train both and judge: at the end and, of the longest training, after three quarters."""
    (vae, vae_run), (plain, plain_run) = (train(name, seed, epochs) for name in MODELS)

    def judged():
        distances = sampled_distances(vae, plain, seed)
        return {"ways": judged_ways(vae, plain, seed), "distances": distances}

    found = {"epochs": epochs, **judged()}
    if epochs == EPOCHS:
        at = three_quarters(epochs)
        with vae_run.at_epoch(at, vae), plain_run.at_epoch(at, plain):
            found["three quarters"] = judged()
    return found


# %% slideshow={"slide_type": "skip"}
results = {epochs: [] for epochs in BUDGETS}
for seed in SEEDS:
    for epochs in BUDGETS:
        title = f"ways, {epochs} epochs, seed {seed}"
        results[epochs].append(recorded.kept(title, result, seed, epochs))

# %% slideshow={"slide_type": "subslide"}
judged = {name: [each["ways"][name] for each in results[EPOCHS]] for name in ways}
with plotting.beside_the_record(NOTEBOOK, "density"):
    plotting.lines(
        {
            f"position; against {text}": {
                name: (np.linspace(0, 1, STEPS), np.array([each[key] for each in found]))
                for name, found in judged.items()
            }
            for key, text in {"real": "real images", "decoded": "decoded real images"}.items()
        },
        "How real do the images on the way look?",
        alt="Density over the position on the way, with bands where there are several seeds, for "
        "two cross-fades, the autoencoder and the VAE on the line and on the arc; left judged by "
        "real images, right by real images decoded by the same model.",
        y_label="density (real images: 1)",
        levels={"real images": 1},
    )
for name, found in judged.items():
    detour, largest = (np.mean([each[key] for each in found]) for key in ("detour", "largest step"))
    print(f"{name:>23}: detour {detour:.2f}, largest step {largest:.2f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Read the ends first: there, nothing is interpolated. What the way costs is the *sag* between them.

# %% [markdown] slideshow={"slide_type": "notes"}
# What the ends on the left lack of 1 is the decoder's doing. On the right the balls have each
# model's own size, so compare sags, not heights.


# %% slideshow={"slide_type": "fragment"}
def longest(found):
    """The recorded results of the longest training, one for each seed."""
    all_of = [numbers for title, numbers in found.items() if title.startswith("ways")]
    most = max(numbers["epochs"] for numbers in all_of)
    return [numbers for numbers in all_of if numbers["epochs"] == most]


def ways_in_words(found):
    parts = []
    for name in ("cross-fade, autoencoder", "autoencoder", "VAE", "VAE, spherical"):
        for key, reference in {"real": "real", "decoded": "decoded"}.items():
            series = np.mean([each["ways"][name][key] for each in longest(found)], axis=0)
            ends, middle = (series[0] + series[-1]) / 2, series[len(series) // 2]
            parts.append(f"{name} against {reference} images {ends:.2f} → {middle:.2f}")
    return "Density at the ends → in the middle: " + "; ".join(parts) + "."


recorded.answer(NOTEBOOK, ways_in_words)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Straight or spherical?
#
# In many dimensions a code from $\mathcal N(0, I)$ has a length near $\sqrt d$. The middle of the
# straight line between two of them is shorter by a factor of about $\sqrt 2$; the arc keeps the
# length ([White 2016](https://arxiv.org/abs/1609.04468)).

# %% [markdown] slideshow={"slide_type": "notes"}
# In 16 dimensions 5 % of the prior's codes are as short as that middle, in 100 practically none
# (although the *density* there is higher: there is little room).
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
# about the length of a code. Look for yourself:

# %% slideshow={"slide_type": "fragment"}
explorer = widgets.interpolation_explorer(
    held_out[:12],
    {
        name: (model.encode, model.decode)
        for name, model in {
            name: recorded.network(NOTEBOOK, name, build()) or pair[name]
            for name, build in MODELS.items()
        }.items()
    },
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Codes from nowhere
#
# Between two images is easy ground. Now draw a code from $\mathcal N(0, I)$, and for the
# autoencoder also from a Gaussian that has been fitted to its codes.

# %% [markdown] slideshow={"slide_type": "notes"}
# Distance to held-out images, by the classifier's features; the floor is that of other real images.
# The last row draws the VAE's code in two steps, an image $x$ of the training set and then $z \sim
# q(z \mid x)$.

# %% slideshow={"slide_type": "fragment"}
distances = {
    name: [each["distances"][name] for each in results[EPOCHS]]
    for name in results[EPOCHS][0]["distances"]
}
with plotting.beside_the_record(NOTEBOOK, "distances"):
    plotting.dots(
        distances,
        "Can random codes be decoded?",
        alt="One dot per seed for four ways to draw codes, on an axis of distances to held-out "
        "images, with a line where other real images would lie.",
        x_label=f"Fréchet distance (course classifier, {COUNT:,} images)",
        reference=("real images", evaluation.yardstick(images, COUNT).frechet_floor()),
    )
# %% slideshow={"slide_type": "fragment"}
recorded.answer(
    NOTEBOOK,
    lambda found: (
        "Mean Fréchet distances: "
        + ", ".join(
            f"{name} {np.mean([each['distances'][name] for each in longest(found)]):.1f}"
            for name in longest(found)[0]["distances"]
        )
        + "."
    ),
)

# %% [markdown] slideshow={"slide_type": "notes"}
# An autoencoder was never told to use $\mathcal N(0, I)$; failing there says little about its code.
# Nor do the second and the third row differ in one thing only: the decoders differ, and the fitted
# Gaussian has seen the training codes, the prior has not. The last two rows share the decoder.

# %% [markdown] slideshow={"slide_type": "subslide"}
# All codes of all images together are distributed as the
# **aggregate posterior** $q(z) = \mathbb E_x\, q(z \mid x)$, and the decoder has been trained on
# those alone. Where the prior has mass and $q(z)$ has none, it has learnt nothing: a **prior
# hole**.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Often the blame is laid on each $q(z \mid x)$ for lying far from the prior. But that is what makes
# it a code. Take means $\mu$ with variance $1 - \sigma^2$ and $q(z \mid x) = \mathcal N(\mu,
# \sigma^2)$:

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
rng = np.random.default_rng(0)
print("sd of each q(z | x)   mean KL of each to the prior   sd of all codes together")
for sigma in (0.9, 0.5, 0.1):
    mu = np.sqrt(1 - sigma**2) * rng.normal(size=200_000)
    kl = np.mean(0.5 * (mu**2 + sigma**2 - 1) - np.log(sigma))
    codes = mu + sigma * rng.normal(size=mu.shape)
    print(f"{sigma:19} {kl:22.1f} nats {codes.std():26.2f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Each one lies nats away, and all together *are* the prior: no hole.

# %% [markdown] slideshow={"slide_type": "subslide"}
# In general ([Hoffman & Johnson
# 2016](http://approximateinference.org/accepted/HoffmanJohnson2016.pdf))
#
# $$\mathbb E_x\, \mathrm{KL}(q(z \mid x) \,\Vert\, p(z)) = I(x; z) + \mathrm{KL}(q(z) \,\Vert\,
# p(z)),$$
#
# what the codes tell about the images, and the distance that hurts samples. Only the second is a
# fault.

# %% [markdown] slideshow={"slide_type": "notes"}
# What would a Gaussian fitted to the VAE's codes mend (exercise 5)? Notebook 09 fits better
# densities.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# > "A 2-D latent separates the classes better the longer one trains."
#
# "The longer" would say that every further epoch helps. What we judge is less: last snapshot
# against first, by both measures. It is the same network twice, so the results are compared pair by
# pair.


# %% slideshow={"slide_type": "skip"}
def longer_claim(key, measure):
    """The last snapshot against the first; earlier ones against the first as well."""

    def against_first(at):
        return {"at the end": of_plane[key][:, at], f"epoch {SNAPSHOTS[0]}": of_plane[key][:, 0]}

    claim = claims.Claim(
        name=f"longer_separates_{key}",
        statement=f"A 2-D latent separates the classes better after {SNAPSHOTS[-1]} epochs than "
        f"after {SNAPSHOTS[0]}.",
        test=f"Posterior means of the same held-out images, after {SNAPSHOTS[-1]} epochs and after "
        f"{SNAPSHOTS[0]} of the same training.",
        measure=measure,
        better="higher",
        paired=True,
    )
    between = range(1, len(SNAPSHOTS) - 1)
    outcome = claims.test(
        claim,
        against_first(-1),
        f"{TRAIN_SIZE:,} images, two dimensions, Adam at {PLANE_RATE:g}",
        images,
        earlier={SNAPSHOTS[at] / SNAPSHOTS[-1]: against_first(at) for at in between},
        own_budget=SNAPSHOTS[-1] >= CLAIMED[-1],
    )
    claims.show(outcome, NOTEBOOK)


# %% slideshow={"slide_type": "fragment"}
longer_claim("neighbours", "share of right classes by ten neighbours")

# %% slideshow={"slide_type": "subslide"}
longer_claim("silhouette", "silhouette")

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A plain autoencoder's code is not continuous, so interpolation fails; a VAE's succeeds."
#
# Half-way between two images of different classes: which model's images look more real, which lose
# less against the ends (judged by what the same model makes of real images), and whose way is
# straighter? The claim names no budget; tutorials train for about thirty epochs. What has had fewer
# must have levelled off. All ways of a seed join the same images: they are compared pair by pair.


# %% slideshow={"slide_type": "skip"}
SOURCE_EPOCHS = 30
BUDGET = f"{TRAIN_SIZE:,} images, {EPOCHS} epochs, code of {CODE_SIZE}"


def compare(claim, number, conditions):
    """Judge and show a claim; `number` of a result and a condition is what is compared."""

    def values(found):
        return {name: [number(each, name) for each in found] for name in conditions}

    earlier = {epochs / EPOCHS: values(results[epochs]) for epochs in BUDGETS[:-1]}
    before = values([each["three quarters"] for each in results[EPOCHS]])
    outcome = claims.test(
        claim,
        values(results[EPOCHS]),
        BUDGET,
        images,
        earlier={**earlier, 3 / 4: before},
        own_budget=EPOCHS >= SOURCE_EPOCHS,
        takes=f"{SOURCE_EPOCHS} epochs, as tutorials train",
    )
    claims.show(outcome, NOTEBOOK)


# %% slideshow={"slide_type": "skip"}
MEASURES = {
    "real": ("density of middle images (course classifier, real images: 1)", "higher"),
    "decoded": ("density by decoded real images, middle less ends", "higher"),
    "detour": ("detour in features of the course classifier, less that of a cross-fade", "lower"),
}


def of_a_way(found, name, by):
    """The number that judges a way: of its middle image, less its ends, or its detour.

    A cross-fade of the same decoded ends makes a detour too, which is no merit of the way.
    """
    way = found["ways"][name]
    if by == "detour":
        return way["detour"] - found["ways"][f"cross-fade, {name}"]["detour"]
    ends = (way[by][0] + way[by][-1]) / 2 if by == "decoded" else 0
    return way[by][STEPS // 2] - ends


# %% slideshow={"slide_type": "skip"}
def way_claim(name, statement, first, second, by="real"):
    """One way against another, by the middle image or by the detour."""
    measure, better = MEASURES[by]
    test = f"{PAIRS} pairs of held-out images of different classes, {STEPS} steps."
    claim = claims.Claim(name, statement, test, measure, better, paired=True)
    compare(claim, lambda found, way: of_a_way(found, way, by), (first, second))


def sampling_claim(name, statement, test, first, second):
    """Samples from one distribution of codes against those from another."""
    measure = f"Fréchet distance (course classifier, {COUNT:,} images)"
    claim = claims.Claim(name, statement, test, measure, paired=True)
    compare(claim, lambda found, way: found["distances"][way], (first, second))


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
    "A VAE's way from image to image is straighter than a plain autoencoder's, each against a "
    "cross-fade of its own ends.",
    "VAE",
    "autoencoder",
    "detour",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# By the detours alone, printed above, the VAE's way is the straighter one. But most of the
# difference is there already between the cross-fades, which use no code between their ends: it
# comes from the decoded ends, and is taken off here.
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

# %% slideshow={"slide_type": "subslide"}
sampling_claim(
    "vae_samples_better",
    "From N(0, I), a VAE makes better samples than a plain autoencoder.",
    "Same networks, seeds and updates; the same codes from N(0, I).",
    "VAE, N(0, I)",
    "autoencoder, N(0, I)",
)

# %% slideshow={"slide_type": "subslide"}
sampling_claim(
    "vae_beats_fitted_autoencoder",
    "A VAE's samples are better than those of an autoencoder with a Gaussian fitted to its codes.",
    "Same networks, seeds and updates; the autoencoder's codes from a Gaussian with the mean and "
    "covariance of its training codes.",
    "VAE, N(0, I)",
    "autoencoder, fitted",
)

# %% slideshow={"slide_type": "subslide"}
sampling_claim(
    "prior_has_holes",
    "A VAE decodes codes from its aggregate posterior to better images than codes from the prior.",
    "The same network; codes drawn around the means of training images, or from N(0, I).",
    "VAE, codes of images",
    "VAE, N(0, I)",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "In a VAE, interpolate on the sphere, not on the line."
#
# Judged by both references, as the line was: by real images, and by what the same network makes of
# real images.

# %% slideshow={"slide_type": "fragment"}
for by, reference in {"real": "", "decoded": ", by decoded images"}.items():
    way_claim(
        "spherical_beats_straight" + ("_like_its_own" if reference else ""),
        f"Half-way on the arc, a VAE's images look more real than half-way on the line{reference}.",
        "VAE, spherical",
        "VAE",
        by,
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - The prior says where to look: in steps of equal probability, every part of the plane is drawn as
#   often as it is used, in one call.
# - The loss asks for a code near $\mathcal N(0, I)$, not for heaps. The classes come apart all the
#   same, most of it before epoch 50; from there on the held-out loss falls more slowly than that of
#   training.
# - A measure is tested on garbage before it is trusted. Precision lets pass what lies in the ball
#   of one outlier; density counts the balls.
# - A way is judged against a cross-fade of the same decoded ends, and from the ends on: what is
#   lost there is the decoder's blur. Against these cross-fades the VAE's way is not seen to be
#   straighter, and its middle looks less real than a plain autoencoder's; the arc gains by one
#   reference and loses by the other.
# - Samples suffer where the aggregate posterior leaves holes in the prior, not because each
#   $q(z \mid x)$ is narrow. It contradicts itself? "A plain autoencoder cannot be sampled" is true
#   of $\mathcal N(0, I)$, and another claim once a density is fitted to its codes.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** Take two independent codes from $\mathcal N(0, I)$ in 16 dimensions. A code has a
# mean squared length of 16. What mean squared length has the middle of the two? Write down a number
# before you draw any code.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
length_of_the_middle = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("06.1", length_of_the_middle)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. More dimensions.** Complete `quantile_grid`: all combinations of the `size` quantiles
# $\Phi^{-1}((i - \frac12)/n)$ in `dimensions` dimensions. For `quantile_grid(2, 3)` that is 8 rows
# with numbers $\pm 0.674$, and a mean squared length of 1.365, far below the 3 of codes from
# $\mathcal N(0, I)$: a coarse grid sits too close to the middle.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def quantile_grid(size, dimensions):
    """Codes (size ** dimensions, dimensions) in steps of equal probability."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("06.2", quantile_grid)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Who is as short?** The middle of exercise 1 is shorter than most codes. Complete
# `share_as_short`: the share of codes from $\mathcal N(0, I)$ in $d$ dimensions whose squared
# length is at most $d/2$ ($\lVert z \rVert^2$ has a chi-squared distribution, `scipy.stats.chi2`).
# It is 0.393 in 2 dimensions and 0.051 in 16; what about 100?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def share_as_short(dimensions):
    """Share of codes from N(0, I) whose squared length is at most half of its mean."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("06.3", share_as_short)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. The length of a way.** Complete `way_length`: the sum of the distances between consecutive
# images of a way. A half-circle of radius 1 in 1,001 points has 3.1416. Then compare `straight` and
# `spherical`: which one is shorter in pixels, and is it the one whose middle looks more real?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def way_length(points):
    """Length of a way (steps, ...)."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("06.4", way_length)

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. The VAE's own Gaussian.** Codes of a VAE are drawn: first an image, then $z \sim \mathcal
# N(\mu, \sigma^2)$. Derive the mean and the covariance of such codes (the law of total variance:
# the covariance of the means, plus the mean of the variances on the diagonal) and complete
# `code_gaussian`. Then decode draws from it for `pair["VAE"]` and call `distance`: is it better
# than $\mathcal N(0, I)$, and how much of the way to the aggregate posterior is that?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def code_gaussian(mean, log_var):
    """Mean (d,) and covariance (d, d) of codes with these posteriors (n, d)."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("06.5", code_gaussian)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [07 · Does one direction of the code mean one thing?](07_vae_factors.ipynb): adding a hat to a
#   face, and β.
# - [05 · What do convolutions buy a VAE?](05_vae_dense_vs_conv.ipynb): what the networks
#   contribute, at equal weights and updates.
# - [09 · Can a plain autoencoder generate?](09_latent_mixtures.ipynb): better densities in place of
#   $\mathcal N(0, I)$.
# - Kingma & Welling 2014, [Auto-encoding variational Bayes](https://arxiv.org/abs/1312.6114): the
#   first plane of a 2-D VAE.
# - Hoffman & Johnson 2016, [ELBO
#   surgery](http://approximateinference.org/accepted/HoffmanJohnson2016.pdf): the aggregate
#   posterior in the bound.
# - Kynkäänniemi et al. 2019, [Improved precision and recall metric for assessing generative
#   models](https://arxiv.org/abs/1904.06991), and Naeem et al. 2020, [Reliable fidelity and
#   diversity metrics](https://arxiv.org/abs/2002.09797): what "looks real" means.
# - White 2016, [Sampling generative networks](https://arxiv.org/abs/1609.04468): spherical paths.
