# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Start here: your machine, the data, and how a claim is tested
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/00_start_here.ipynb)
#
# **Time** · smoke 30 s · cpu 50 s · gpu not measured
#
# What your machine will do, which data there is, what a generative model is, and the rule behind
# every verdict.
#
# After this notebook you can
#
# - say what your machine will compute with, and how long a notebook may take on it;
# - load every data set of the course, with or without a network;
# - say what a generative model is, why one wants a large $p(x)$, and which families there are;
# - read the table *Claim → Test → Result → Verdict*, and say how often its rule is fooled by
#   chance.

# %% slideshow={"slide_type": "skip"}
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("course_utils") is None:  # on Colab: only the helper package
    source = "git+https://github.com/deep-generative-companion/deep-generative-companion@v0.1.0"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", source], check=True)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Your machine, in one line

# %% slideshow={"slide_type": "fragment"}
from course_utils import by_profile, data, plotting, start

environment = start(seed=0)

# %% [markdown] slideshow={"slide_type": "notes"}
# From left to right: the **profile**, the backend that Keras computes with, the device, the
# precision of its numbers, the **seed** of everything random, and where data comes from. If the
# line names a CPU though your machine has a GPU, run `course doctor` in a terminal: it says what
# to do.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three budgets for the same notebook
#
# | profile | for | one notebook takes |
# |---|---|---|
# | `smoke` | a first look, automatic tests | at most a minute |
# | `cpu` | a laptop | at most 12 minutes on two cores |
# | `gpu` | Colab and workstations | at most 15 minutes |
#
# Only budgets change with the profile: how many images, epochs and seeds.

# %% [markdown] slideshow={"slide_type": "notes"}
# (In `smoke`, where few updates are made, batches are smaller and steps larger.) They stand in one
# cell near the top of each notebook (`record` is for the recorded runs, of which more below):


# %% slideshow={"slide_type": "skip"}
import math

import keras
import numpy as np

from course_utils.architectures import dense_decoder, dense_encoder
from course_utils.evaluation import claims
from course_utils.models import Autoencoder
from course_utils.training import fit

TRAIN_SIZE = by_profile(smoke=2_000, cpu=10_000, gpu=60_000)
EPOCHS = by_profile(smoke=10, cpu=10, gpu=10)
SEEDS = by_profile(smoke=range(3), cpu=range(3), gpu=range(5), record=range(5))

# %% [markdown] slideshow={"slide_type": "notes"}
# To choose another profile, set the environment variable `COURSE_PROFILE` and restart the kernel.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The data sets
#
# Two are the classics; the others are made on your machine, so that every notebook also runs
# without a network.

# %% [markdown] slideshow={"slide_type": "notes"}
# [MNIST](https://doi.org/10.1109/5.726791) (LeCun et al. 1998) and
# [Fashion-MNIST](https://arxiv.org/abs/1708.07747) (Xiao et al. 2017) are downloaded once and kept.
# The others have the same bytes everywhere. Where a classic cannot be had, its stand-in is used,
# and a note says so.
#
# [CelebA](https://doi.org/10.1109/ICCV.2015.425) (Liu et al. 2015), photographs of faces, may not
# be passed on: it is used where you have put it, else drawn faces stand in.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
print(", ".join(data.names()))

# %% slideshow={"slide_type": "skip"}
digits = data.load("mnist", train_size=TRAIN_SIZE)
clothes = data.load("fashion_mnist", train_size=500)
print(digits)
print(clothes)

# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
built_in = {name: data.load(name, train_size=500) for name in ("digits", "garments", "faces")}


def ten_of(images):
    """The first training image of each of ten classes; where there are fewer, the first ten."""
    if len(images.class_names) < 10:
        return images.x_train[:10]
    return images.x_train[[np.flatnonzero(images.y_train == label)[0] for label in range(10)]]


everything = {images.name: images for images in (digits, clothes, *built_in.values())}
plotting.image_rows(
    {name: ten_of(images) for name, images in everything.items()},
    "What is in each data set?",
    alt="A row of ten images from each data set: digits from 0 to 9, ten kinds of clothing, and "
    "drawn faces in colour with glasses, hats and different hair.",
    notes={name: images.source.replace("in", " in") for name, images in everything.items()},
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The drawn sets have what no photograph has: the **factors** that each image was drawn from. Later
# notebooks ask a model for them and can check its answer.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
faces = built_in["faces"]
for name in ("Smiling", "Eyeglasses", "Wearing_Hat", "Blond_Hair"):
    assert set(np.unique(faces.factors_train[name])) <= {0, 1}
print("one face:", faces.x_train.shape[1:], "with", len(faces.factors_train), "known factors:")
print(", ".join(faces.factors_train))

# %% [markdown] slideshow={"slide_type": "subslide"}
# For theory, points in the plane are easier to see than 784 dimensions:

# %% slideshow={"slide_type": "fragment"}
toys = {kind: data.load("toys", train_size=2_000, kind=kind) for kind in ("ring", "grid", "moons")}
plotting.scatter(
    {name: toy.x_train for name, toy in toys.items()},
    np.zeros(2_000, dtype=int),
    ["points"],
    "Where do the toy distributions put their mass?",
    alt="Three scatter plots: eight tight clusters on a circle, twenty-five clusters on a square "
    "grid, and two interleaved half-moons.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is a generative model?
#
# A **generative model** is a probability distribution $p_\theta(x)$ that new examples can be drawn
# from. Three candidates, and real points: which of the three would you trust to make more?

# %% [markdown] slideshow={"slide_type": "notes"}
# Its parameters $\theta$ are learnt from examples. By which measure? Numbers instead of images
# first. The source of the points is unknown.

# %% slideshow={"slide_type": "fragment"}
line = data.load("toys", train_size=2_000, test_size=2_000, kind="mixture_1d")


def normal(mean, std):
    """The density of a Gaussian, a function of points."""
    return lambda x: np.exp(-((x - mean) ** 2) / (2 * std**2)) / (std * math.sqrt(2 * math.pi))


CANDIDATES = {
    "A: one bump": normal(0.5, 0.8),
    "B: one wide bump": normal(line.x_train.mean(), line.x_train.std()),
    "C: three bumps": lambda x: line.pdf(x[:, None]),
}
heights, edges = np.histogram(line.x_test[:, 0], bins=60, density=True)
grid = np.linspace(-5, 5, 400)
plotting.lines(
    {
        "x": {name: (grid, density(grid)) for name, density in CANDIDATES.items()}
        | {"points, counted": (edges[:-1] + np.diff(edges) / 2, heights)}
    },
    "Which of the three made the points?",
    alt="Three densities over a line and a jagged curve of counted points with three bumps: the "
    "first covers one bump, the second is one wide bump, the third follows the points.",
    y_label="density",
    y_limits=(0, 0.7),
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Ask each candidate how probable it finds points that it has not seen: the mean **log-likelihood**,
# in nats. With the source's density $p$,
#
# $$\mathbb E_{x \sim p}[\log p_\theta(x)] = \mathbb E_p[\log p(x)] - \mathrm{KL}(p \,\Vert\,
# p_\theta), \qquad \mathrm{KL}(p \,\Vert\, q) = \int p(x) \log \frac{p(x)}{q(x)}\, dx \ge 0 .$$
#
# Measured on points, and as the integral:

# %% [markdown] slideshow={"slide_type": "notes"}
# Products of many small numbers vanish, so take the logarithm and the mean. To choose $\theta$ so
# that it is large is **maximum likelihood**. Why a large $p(x)$, of all things? Because of what it
# costs to be wrong. The first term is the source's own. So the largest likelihood has the smallest
# **Kullback–Leibler divergence** from the source, zero only where both are equal. The less density
# a point gets, the more it costs, without limit: A pays for the two bumps that it leaves out, B for
# density where no points are.


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
x = np.linspace(-12, 12, 20_001)
source = line.pdf(x[:, None])
own = np.log(line.pdf(line.x_test))
for name, density in CANDIDATES.items():
    differences = own - np.log(density(line.x_test[:, 0]))
    error = differences.std() / math.sqrt(len(differences))  # the standard error of the mean
    integral = np.trapezoid(source * np.log(source / density(x)), x)
    assert abs(differences.mean() - integral) <= 4 * error
    found = f"{differences.mean():5.2f} ± {error:.2f}"
    print(f"{name:16} behind the source by {found} nats; the integral: {integral:5.2f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# (± is a standard error here.) A model that merely stores its examples also finds *them* very
# probable: that is **overfitting**, and why $\log p$ counts on held-out points only. And a large
# $p(x)$ does not promise good-looking samples, nor the other way round ([Theis et al.
# 2016](https://arxiv.org/abs/1511.01844)): notebooks 05 and 08 measure both.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A map of the field
#
# | family | how an image is made | $p(x)$ | where |
# |---|---|---|---|
# | mixture of Gaussians | choose a component, draw from it | exact | 08, 09 |
# | autoregressive [[1]] | pixel after pixel, each given those before | exact, slow to draw | |
# | normalising flow [[2]] | noise through an invertible network | exact | 16, planned |
# | variational autoencoder, VAE [[3]] | a random code through a decoder | lower bound | 03–07, 09 |
# | adversarial network, GAN [[4]] | noise through a generator | none | 10; 11–14, planned |
# | diffusion [[5]] | noise taken away in many small steps | lower bound | |
# | energy-based [[6]] | a long random walk to where the energy is low | up to a factor | |
#
# [1]: https://arxiv.org/abs/1601.06759 "van den Oord et al. 2016"
# [2]: https://arxiv.org/abs/1605.08803 "Dinh et al. 2017"
# [3]: https://arxiv.org/abs/1312.6114 "Kingma & Welling 2014"
# [4]: https://arxiv.org/abs/1406.2661 "Goodfellow et al. 2014"
# [5]: https://arxiv.org/abs/2006.11239 "Ho et al. 2020"
# [6]: http://yann.lecun.com/exdb/publis/pdf/lecun-06.pdf "LeCun et al. 2006"

# %% [markdown] slideshow={"slide_type": "notes"}
# (Images are points in a space of 784 dimensions and more, and $p(x)$ must add up to one there. The
# families differ in what they give up for that. A GAN's generator learns from a second
# network that tries to tell its images from real ones.)
#
# The plain autoencoder of 01 and 02 is none of them: it has a code but no distribution to draw it
# from. Notebook 09 gives it one.

# %% [markdown] slideshow={"slide_type": "notes"}
# ### Notation, for all notebooks
#
# | written | read |
# |---|---|
# | $x$; $\hat x$ | an image, pixels in $[0, 1]$; what a network makes of it |
# | $z$, of $d$ numbers | its code, or *latent variable* |
# | $p(z)$ | prior of the code, mostly $\mathcal N(0, I)$ |
# | $p_\theta(x \mid z)$ | decoder, with weights $\theta$ |
# | $q_\phi(z \mid x)$ | encoder of a VAE, with weights $\phi$: a Gaussian for each image |
# | $\mathcal N(\mu, \Sigma)$ | Gaussian with this mean and variance, or covariance matrix |
# | $\mathbb E_{x \sim p}[f(x)]$ | mean of $f$ over draws from $p$ |
# | $\log$; nats | natural logarithm, and its unit; one nat is 1.44 bits |
# | held out | not seen in training, and not used to choose anything |
# | $a \pm b$ | in tables of claims: $b$ is the **standard deviation** over the seeds |
# | | in reports and elsewhere: $b$ is the **standard error** of $a$ |

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A first network, in five lines
#
# Notebook 01 explains what an autoencoder is. Here it only shows the routine: build, compile, fit,
# look.

# %% slideshow={"slide_type": "fragment"} tags=["show-code"]
SHAPE = digits.x_train.shape[1:]


def build(seed, hidden=64):
    """A compiled autoencoder with a code of 16 numbers, from this seed."""
    keras.utils.set_random_seed(seed)
    model = Autoencoder(dense_encoder(SHAPE, 16, (hidden,)), dense_decoder(SHAPE, 16, (hidden,)))
    model.compile(optimizer="adam", loss="mse")
    return model


model = build(seed=0)
held_out = (digits.x_test, digits.x_test)
run = fit(model, digits.x_train, epochs=EPOCHS, validation_data=held_out, run="00/first")

# %% slideshow={"slide_type": "subslide"}
plotting.image_rows(
    {"original": digits.x_test[:10], "rebuilt": model.reconstruct(digits.x_test[:10])},
    "Can 16 numbers hold a digit?",
    alt="Ten digits, and below them the same digits rebuilt from sixteen numbers, so that one can "
    "compare stroke by stroke.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The run has a name, so it was kept. Ask for it again and it is loaded instead of trained: after an
# interruption you start where you stopped.

# %% [markdown] slideshow={"slide_type": "notes"}
# (Colab's disk goes with its machine: mount your Drive before you call `start`, and runs are kept
# there.) Change anything that shapes it (the data, the network, the seed, the number of epochs),
# and it is trained again.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
again = fit(
    build(seed=0),
    digits.x_train,
    epochs=EPOCHS,
    validation_data=held_out,
    run="00/first",
    report="none",
)
print(again.source, "with the same losses:", again.history == run.history)

# %% [markdown] slideshow={"slide_type": "notes"}
# And without a name, trained anew with the same seed? On one CPU, the losses agree to the last
# digit. On a GPU, where sums are added up in any order, or on another machine, they may differ in
# the fourth.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
repeated = fit(
    build(seed=0), digits.x_train, epochs=EPOCHS, validation_data=held_out, report="none"
)
same = repeated.history["loss"] == run.history["loss"]
assert same or environment.device.startswith("GPU"), (repeated.history, run.history)
print("same seed, same losses:", same)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How a claim is tested
#
# When is one method *better* than another? One rule, fixed before the numbers are seen:
#
# > The claim **holds** if every result of the one is better than every result of the other; **the
# > opposite is true** if every one is worse. If they overlap: **no difference seen**.
#
# How often does chance alone fool this rule? With $n$ seeds each:
#
# $$P(\text{holds}) = P(\text{the opposite}) = \frac{n!\, n!}{(2n)!}.$$

# %% [markdown] slideshow={"slide_type": "notes"}
# (Train the same network from three seeds, and three results differ. Where a claim says how much,
# "twice as fast", the means must differ by that too.) Put the six results of two *equal* methods in
# order. If they are independent, every order is equally likely: exactly one of the $\binom{6}{3} =
# 20$ ways to deal them puts the first method's three on top, and exactly one the second's.


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
rng = np.random.default_rng(0)


def share_of(verdict, seeds, trials=20_000):
    """How often two equal methods get this verdict."""
    results = rng.normal(size=(trials, 2, seeds))
    return np.mean([claims.verdict(a, b) == verdict for a, b in results])


for seeds in (3, 4, 5):
    formula = 1 / math.comb(2 * seeds, seeds)
    for verdict in (claims.HOLDS, claims.OPPOSITE):
        assert abs(share_of(verdict, seeds) - formula) < 0.005
    print(f"{seeds} seeds each: {formula:.1%} 'holds' and {formula:.1%} 'the opposite' by chance")

# %% [markdown] slideshow={"slide_type": "notes"}
# Three seeds are the least that makes sense: one in twenty in the claimed direction, the customary
# 5 %. A single seed each would always give a verdict. Two warnings. Test twenty claims on equal
# methods with three seeds and you expect one to hold: that is why the recorded runs have more. And
# a seed changes the initial weights, the order of the images and, where a test says so, which of
# them are drawn or what noise they get, but not the data set: a verdict is about this one.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Results that belong together
#
# Sometimes both results come from one network, one seed or one picture. Such results are compared
# pair by pair: the claim holds if *every* difference has the claimed sign. Two equal methods: $n$
# coins show heads with the chance $2^{-n}$.

# %% [markdown] slideshow={"slide_type": "notes"}
# (Ten Gaussians on a network's codes, or fifty?) The networks may differ more from each other than
# the two methods do, the ranges overlap, and yet the same method wins each time. Each difference of
# two equal methods is a fair coin. With three pairs that is one in eight, so five are the least.


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
networks = rng.normal(size=5)  # how good each of five networks is
first, second = networks - 0.2, networks + 0.2  # the same difference in each
print("compared as if independent:", claims.verdict(first, second))
print("compared pair by pair:", claims.verdict(first, second, paired=True))

pairs = rng.normal(size=(20_000, 2, 5))
alone = [claims.verdict(a, b, paired=True) == claims.HOLDS for a, b in pairs]
assert abs(np.mean(alone) - 2**-5) < 0.005
print(f"five pairs, two equal methods: {2**-5:.1%} 'holds' by chance")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### How long is long enough?
#
# "After thirty epochs A is better than B" is not refuted by one epoch. So a verdict counts at the
# budget of whoever makes the claim, or if the numbers have **levelled off**. Else the table says
# *not decided at this budget*.

# %% [markdown] slideshow={"slide_type": "notes"}
# Levelled off: over the last quarter of the training, neither moved by more than a fifth of the
# difference between the two, and a quarter of the training, planned by itself, says the same (a
# learning rate that falls to zero calms every number at the end). An open verdict also says what it
# looked like so far, and what it would take. Your run is often too short for a verdict. The
# recorded run below it is longer, and its line says how long; where a record has been made for it,
# the table also tells what a sixteenth and a quarter of the training would have said, since some
# verdicts turn over in between.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A claim, tested
#
# > "More hidden units make an autoencoder better."

# %% [markdown] slideshow={"slide_type": "notes"}
# The claim gets its table. Your run is on top. Below stands the recorded run, made once with five
# seeds. (It is small, to show the form: ten thousand images, one learning rate, ten epochs, and it
# speaks of these alone. Notebook 01 begins with claims at full strength.)

# %% slideshow={"slide_type": "skip"}
errors = {
    f"{hidden} hidden units": [
        fit(
            build(seed, hidden),
            digits.x_train,
            epochs=EPOCHS,
            seed=seed,
            validation_data=held_out,
            run=f"00/{hidden} hidden units, seed {seed}",
            report="line",
        ).history["val_loss"][-1]
        for seed in SEEDS
    ]
    for hidden in (128, 32)
}

# %% slideshow={"slide_type": "subslide"}
wider = claims.test(
    claims.Claim(
        name="wider_is_better",
        statement="More hidden units make an autoencoder better.",
        test="Dense autoencoders with a code of 16 numbers, 128 against 32 hidden units; same "
        "images, same epochs.",
        measure="held-out mean squared error per pixel",
    ),
    errors,
    budget=f"{TRAIN_SIZE:,} images, {EPOCHS} epochs",
    data=digits,
)
claims.show(wider, "00_start_here")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - The larger the likelihood of held-out points, the nearer a model is to their source. It does not
#   promise good-looking samples.
# - A verdict is a rule that was fixed before the numbers were seen, and whose error rate is known.
#   With three seeds each it is fooled one time in twenty.
# - A verdict counts at the budget of whoever makes the claim. Where that is out of reach, the
#   numbers must have levelled off.
# - Results that share a network, a seed or a picture are compared pair by pair; and a
#   contradiction: the rule says "no difference seen" of two methods of which one wins each time, if
#   it is not told that they belong together.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** The source is $\mathcal N(0, 1)$. A candidate of the right width whose mean is 1
# off lies half a nat a point behind it, $\mathrm{KL}(p \,\Vert\, p_\theta) = \frac12$. How many
# nats behind lies one whose mean is 3 off? Write down a number before you calculate.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
nats_behind = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("00.1", nats_behind)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. How many seeds?** Complete `seeds_needed`: the fewest seeds per method for which two equal
# methods get the verdict "holds" with at most this chance ("the opposite" is not counted). For 5 %
# these are 3; how many for one in a million?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def seeds_needed(chance):
    """Fewest seeds per method for which two equal methods get a verdict this rarely."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("00.2", seeds_needed)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Factors in pixels.** Complete `difference_image`: the mean face with an attribute minus the
# mean face without it, an array (64, 64, 3). Look at it for `Eyeglasses` with
# `plotting.image_grid` (map it from $[-1, 1]$ to $[0, 1]$ first, and add an axis with `[None]`).
# For an attribute of random zeros and ones it is nearly grey: no number in it exceeds 0.2.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def difference_image(pictures, attribute):
    """Mean of the pictures where attribute is 1, minus the mean where it is 0."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("00.3", difference_image)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. One exception.** "One bad seed should not count", somebody says, and lets a claim hold if at
# least all *but one* of the first method's results are better than every result of the second. How
# often is this rule fooled by two equal methods? Derive the chance for so many results of the first
# and of the second (in the notebook both had $n$), and complete `chance_with_exception`. With three
# each it is one in five instead of one in twenty.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def chance_with_exception(first, second):
    """Chance of the looser verdict for two equal methods with so many results each."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("00.4", chance_with_exception)

# %% [markdown] slideshow={"slide_type": "skip"}
# **And then.** A claim of your own. Test "a larger batch makes the autoencoder worse at equal
# epochs" with `claims.Claim`, `claims.test` and `claims.show`, batches of 32 against 256, at least
# three seeds. How many epochs must batches of 256 get for equally many updates? Is the claim still
# true then?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [01 · Autoencoders](01_autoencoders.ipynb): how few numbers hold a picture?
# - [02 · What an autoencoder is good for](02_autoencoder_applications.ipynb): denoising,
#   compression, features, and why its code cannot be sampled.
# - Keras's own introduction, [keras.io/getting_started](https://keras.io/getting_started/).
# - Henderson et al. 2018, [Deep reinforcement learning that
#   matters](https://arxiv.org/abs/1709.06560), on what one seed proves.
# - Lucic et al. 2018, [Are GANs created equal?](https://arxiv.org/abs/1711.10337), on what is left
#   of many claims at equal budgets.
