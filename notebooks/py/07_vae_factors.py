# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Does one direction of the code mean one thing?
#
# [![Open in
# Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/07_vae_factors.ipynb)
#
# **Time** · smoke 35 s · cpu 8 min · gpu not measured
#
# A direction that adds a hat, a dimension for each factor, a weight that sets them apart: what is
# said about single directions of a VAE's code, and what is left of it when it is measured.
#
# After this notebook you can
#
# - add a hat to a face by arithmetic, and say how much of the true change you got;
# - read distortion and rate off a VAE, and say what $\beta$ buys and what it costs;
# - say at which $\beta$ a linear VAE gives a dimension up, and check on digits how far the decoder
#   ignores collapsed ones;
# - measure whether single dimensions stand for single factors, and doubt the answer.

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
import itertools

import keras
import numpy as np
from scipy.optimize import minimize

from course_utils.architectures import (
    conv_decoder,
    conv_vae_encoder,
    dense_decoder,
    dense_vae_encoder,
)
from course_utils.data.drawn import faces as drawn_faces
from course_utils.data.drawn import garments
from course_utils.evaluation import claims
from course_utils.models import VAE
from course_utils.models.likelihoods import Gaussian
from course_utils.training import fit

# %% slideshow={"slide_type": "skip"}
# `smoke` has few updates, so it uses smaller batches and a larger learning rate.
SEEDS = by_profile(smoke=range(1), cpu=range(3), gpu=range(5), record=range(5))
FACES = by_profile(smoke=1_000, cpu=6_000, gpu=20_000)
FACE_EPOCHS = by_profile(smoke=14, cpu=10, gpu=40)
FACE_RATE = by_profile(smoke=3e-3, cpu=2e-3, gpu=2e-3)
FACE_BATCH_SIZE = by_profile(smoke=16, cpu=64, gpu=64)
FACE_FILTERS = by_profile(smoke=(16, 32), cpu=(32, 64), gpu=(32, 64))
SWITCHED = by_profile(smoke=30, cpu=200, gpu=500)  # faces for each attribute
TRAIN_SIZE = by_profile(smoke=1_600, cpu=20_000, gpu=60_000)
TEST_SIZE = by_profile(smoke=1_200, cpu=None, gpu=None)  # None: all of them
EPOCHS = by_profile(smoke=3, cpu=10, gpu=30)
BATCH_SIZE = by_profile(smoke=32, cpu=128, gpu=128)
LEARNING_RATE = by_profile(smoke=3e-3, cpu=1e-3, gpu=1e-3)
CODE_SIZE = 16
BETAS = by_profile(
    smoke=(1, 3, 8), cpu=(0.25, 0.5, 1, 2, 4, 8, 16), gpu=(0.25, 0.5, 1, 2, 4, 8, 16)
)
SHIRTS = by_profile(smoke=1_200, cpu=8_000, gpu=30_000)
SHIRT_EPOCHS = by_profile(smoke=4, cpu=15, gpu=40)
SHIRT_BETAS = by_profile(smoke=(1, 4), cpu=(1, 4, 16), gpu=(1, 4, 16))

# %% [markdown] slideshow={"slide_type": "skip"}
# One function trains every network below: build it with a seed, compile, fit. A code is the
# posterior mean, `encode`.


# %% slideshow={"slide_type": "skip"}
def train(name, seed, build, x, epochs=EPOCHS, batch_size=BATCH_SIZE, rate=LEARNING_RATE):
    """Train the VAE that `build()` makes; the run is kept under `name`."""
    keras.utils.set_random_seed(seed)
    model = build()
    model.compile(keras.optimizers.Adam(rate))  # no loss: a VAE brings its own
    run = f"07_vae_factors/{name}, {len(x)}, seed {seed}"
    fit(model, x, epochs=epochs, batch_size=batch_size, seed=seed, run=run, report="line")
    return model


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
IMAGE_SHAPE = (28, 28, 1)  # of digits and of T-shirts


def dense_vae(size, **options):
    """Dense VAE with `size` latent dimensions."""
    networks = dense_vae_encoder(IMAGE_SHAPE, size), dense_decoder(IMAGE_SHAPE, size)
    return VAE(*networks, **options)


print(f"with {CODE_SIZE} latent dimensions: {dense_vae(CODE_SIZE).count_params():,} parameters")


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Arithmetic with faces
#
# Mean code of faces with a hat, minus mean code of faces without: an **attribute vector** ([Larsen
# et al. 2016](https://arxiv.org/abs/1512.09300)). Add it to the code of a bare head and decode. It
# is usually shown with five good-looking examples. With drawn faces we can do better: we know every
# factor, so we can draw *the same* person with the hat on, and compare.


# %% slideshow={"slide_type": "skip"}
faces = data.load("faces", train_size=FACES, test_size=500, image_size=32)


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def draw_faces(factors):
    """Drawn faces (n, 32, 32, 3) of these factors, as `data.load` gives them."""
    return drawn_faces.draw(factors, image_size=32)


some = {name: values[:50] for name, values in faces.factors_test.items()}
print("drawing again gives the same images:", np.array_equal(draw_faces(some), faces.x_test[:50]))

# %% [markdown] slideshow={"slide_type": "subslide"}
# Some attributes come with conditions: no moustache without `Male`, and blond hair *replaces*
# another colour. The tables say what must hold, what an attribute comes with, and what is switched
# off.

# %% slideshow={"slide_type": "fragment"}
HAIR = set(drawn_faces.HAIR_COLOURS)
NEEDS = {
    "Wearing_Hat": {},
    "Eyeglasses": {},
    "Bangs": {"Bald": 0},
    "Blond_Hair": {"Bald": 0},
    "Bald": {"Male": 1},
    "Mustache": {"Male": 1},
    "Wearing_Lipstick": {"Male": 0},
    "Smiling": {},
}
ALSO = {"Blond_Hair": ("Young",)}  # grey hair comes only with age
REPLACES = {"Blond_Hair": HAIR - {"Blond_Hair"}, "Bald": HAIR | {"Bangs"}}


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def with_attribute(name):
    """Held-out faces that lack the attribute, by number, and their factors with it."""
    known = faces.factors_test
    fits = [known[name] == 0, *(known[other] == value for other, value in NEEDS[name].items())]
    chosen = np.flatnonzero(np.all(fits, axis=0))[:SWITCHED]
    factors = {key: values[chosen].copy() for key, values in known.items()}
    for other in REPLACES.get(name, ()):
        factors[other][:] = 0
    factors[name][:] = 1
    return chosen, factors


_, factors = with_attribute("Bald")
print("now bald:", factors["Bald"].all(), "| hair left:", sum(factors[c].sum() for c in HAIR))


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def switch_on(name):
    """Held-out faces without the attribute, and the same faces with it, as it really looks."""
    chosen, factors = with_attribute(name)
    return faces.x_test[chosen], draw_faces(factors)


without, truth = (pictures[:30] for pictures in switch_on("Mustache"))
touched = (without != truth).any(axis=-1).mean(axis=0)
print(f"rows of pixels that a moustache touches: {np.count_nonzero(touched.any(axis=1))} of 32")

# %% slideshow={"slide_type": "skip"}
switched = {name: switch_on(name) for name in NEEDS}


# %% slideshow={"slide_type": "skip"}
def conv_vae():
    """A conv VAE for 32×32 colour images; the scale of the pixels' noise is learned."""
    shape = faces.x_train.shape[1:]
    return VAE(
        conv_vae_encoder(shape, 32, FACE_FILTERS),
        conv_decoder(shape, 32, FACE_FILTERS[::-1]),
        "learned gaussian",
    )


# Each seed draws its own nine tenths of the faces, for the network and for the vectors.
face_parts = [np.random.default_rng(seed).permutation(FACES)[: FACES * 9 // 10] for seed in SEEDS]
face_vaes = [
    train("faces", seed, conv_vae, faces.x_train[part], FACE_EPOCHS, FACE_BATCH_SIZE, FACE_RATE)
    for seed, part in zip(SEEDS, face_parts, strict=True)
]


# %% [markdown] slideshow={"slide_type": "subslide"}
# If only men have moustaches, the mean of faces with one is the mean of *men* with one, and the
# plain difference of means also holds what sets men apart. So we compare like with like:
# differences within groups that agree in what the attribute depends on or comes with, averaged
# (**balanced** vectors).


# %% slideshow={"slide_type": "fragment"}
face_codes = [
    model.encode(faces.x_train[part]) for model, part in zip(face_vaes, face_parts, strict=True)
]


def vector(codes, name, part, balanced=True):
    """What to add to a code to switch the attribute on."""
    known = {key: values[part] for key, values in faces.factors_train.items()}
    agree = (*NEEDS[name], *ALSO.get(name, ()))
    balance = {other: known[other] for other in agree} if balanced else None
    return evaluation.attribute_vector(codes, known[name], balance=balance, least=5)


# %% slideshow={"slide_type": "fragment"}
rows = []
for name in ("Wearing_Hat", "Blond_Hair", "Mustache", "Smiling"):
    bare = np.argmin(faces.factors_test["Wearing_Hat"][with_attribute(name)[0]])
    without, truth = (pictures[bare : bare + 1] for pictures in switched[name])
    code = face_vaes[0].encode(without)
    added = code + vector(face_codes[0], name, face_parts[0])
    rows += [without, *(face_vaes[0].decode(c) for c in (code, added))]
    rows += [face_vaes[0].reconstruct(truth), truth]

# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
plotting.image_grid(
    np.concatenate(rows),
    "Does adding a vector add the attribute?",
    alt="Four rows of five drawn faces, for a hat, blond hair, a moustache and a smile: the face, "
    "decoded, decoded with the vector added, the true face with the attribute decoded, and itself.",
    columns=5,
    labels=[
        label
        for name in ("hat", "blond", "moustache", "smile")
        for label in ("face", "decoded", f"+ {name}", "truth, decoded", "truth")
    ],
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Compare the third column with the fourth: what the same network makes of the true picture. (A
# mark, not a limit: another code might do better.) In numbers: let $\Delta$ be the true change of
# the pixels, and $\hat\Delta$ the change that adding the vector makes to the decoded image. The
# **share of the change explained** is
#
# $$1 - \frac{\sum \lVert \hat\Delta - \Delta \rVert^2}{\sum \lVert \Delta \rVert^2}.$$
#
# 1 is perfect, 0 is as good as doing nothing, below 0 is harm. Blur that is in both decoded
# images drops out.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def explained(found, wanted):
    """Share of the wanted change of the pixels that was found."""
    return 1 - float(np.sum((found - wanted) ** 2) / np.sum(wanted**2))


change = truth - without
for name, found in {"itself": change, "half": change / 2, "nothing": 0, "reverse": -change}.items():
    print(f"{name}: {explained(found, change):.2f}")


# %% slideshow={"slide_type": "fragment"}
def arithmetic(model, part, known, name, balanced=True):
    """Score of adding the vector to codes, and of the decoded truth."""
    without, truth = switched[name]
    codes = model.encode(without)
    step = vector(known, name, part, balanced)
    before = model.decode(codes)
    added, shown = model.decode(codes + step) - before, model.reconstruct(truth) - before
    return explained(added, truth - without), explained(shown, truth - without)


def pixel_arithmetic(part, name):
    """The same without a network: the vector is a difference of mean images."""
    step = vector(faces.x_train[part].reshape(len(part), -1), name, part)
    without, truth = switched[name]
    moved = np.clip(without + step.reshape(1, *without.shape[1:]), 0, 1)
    return explained(moved - without, truth - without)


# %% slideshow={"slide_type": "skip"}
both = {
    name: [arithmetic(*each, name) for each in zip(face_vaes, face_parts, face_codes, strict=True)]
    for name in NEEDS
}
in_codes = {name: [score for score, _ in scores] for name, scores in both.items()}
of_truth = {name: [score for _, score in scores] for name, scores in both.items()}
in_pixels = {name: [pixel_arithmetic(part, name) for part in face_parts] for name in NEEDS}

# %% slideshow={"slide_type": "fragment"}
plotting.dots(
    in_codes,
    "How much of the true change does arithmetic give?",
    alt="One dot per seed for eight attributes of faces, on an axis of the share of the true "
    "change that was explained; a line marks doing nothing.",
    x_label="share of the change explained (1: perfect)",
    reference=("doing nothing", 0),
)
print(f"{'':>16} size of change  in codes  in pixels  truth decoded")
for name, (without, truth) in switched.items():
    means = [np.mean(scores[name]) for scores in (in_codes, in_pixels, of_truth)]
    print(f"{name:>16}{np.mean((truth - without) ** 2):14.5f}{means[0]:11.2f}", end="")
    print(f"{means[1]:11.2f}{means[2]:13.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# A line in favour of the hat first. Its colour cannot be read off a bare head. How far would the
# best guess get, the mean of the true images with hats of eight hues?

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
_, factors = with_attribute("Wearing_Hat")
factors = {name: values[:30] for name, values in factors.items()}
hats = [draw_faces(factors | {"hat_hue": np.full(30, (i + 0.5) / 8)}) for i in range(8)]
without, truth = (pictures[:30] for pictures in switched["Wearing_Hat"])
guessed = np.mean(hats, axis=0) - without
print(f"a hat of unknown colour explains {explained(guessed, truth - without):.2f} at best")

# %% [markdown] slideshow={"slide_type": "subslide"}
# That is the fair mark for hats. Apart from it, three ways to fail, each in a column or two:
#
# - **The code does not know.** Where the decoded truth scores near 0, even the code of the *true*
#   face with the attribute does not show it. A change of few pixels saves few nats, so the network
#   spends its code elsewhere. No arithmetic can bring back what was never encoded. Below 0, the
#   vector changes other pixels: where the true change is small, little of that is enough.
# - **It is no sum.** The decoded truth scores high, the arithmetic far lower. One vector for
#   everybody is one step, but a fringe has the colour of each person's own hair: a likely reason.
# - **No code was needed.** Adding the mean difference of the *pixels* scores as high, or higher.
#
# And one that the table does not show: the vector of a correlated attribute can bring its
# companions along. Below, that is tested for baldness. The score sums over pixels, so a companion
# that changes few of them hardly counts.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## β, and the dimensions that give up
#
# Weigh the KL term with $\beta$ ([Higgins et al. 2017](https://openreview.net/forum?id=Sy2fzU9gl)):
# minimise $D + \beta R$, with the **distortion** $D = -\mathbb E_x \mathbb E_{q(z \mid x)} \log p(x
# \mid z)$ and the **rate** $R = \mathbb E_x \mathrm{KL}(q(z \mid x) \,\|\, p(z))$, with encoder $q$
# and prior $p(z) = \mathcal N(0, I)$; both in nats an image. Nats need a likelihood, so the digits
# become black and white here: each pixel is white with the chance of its grey level, drawn once
# (seed 0).
#
# What will happen to sixteen dimensions when each nat of rate becomes dearer?

# %% slideshow={"slide_type": "skip"}
digits = data.load("mnist", train_size=TRAIN_SIZE, test_size=TEST_SIZE)
rng = np.random.default_rng(0)
binary_train, binary_test = (
    (rng.uniform(size=x.shape) < x).astype("float32") for x in (digits.x_train, digits.x_test)
)
beta_vaes = {
    beta: train(
        f"beta {beta:g}", 0, lambda beta=beta: dense_vae(CODE_SIZE, beta=beta), binary_train
    )
    for beta in BETAS
}


# %% slideshow={"slide_type": "skip"}
def evaluated(model, x):
    """Rate, distortion and the like of these images, by name."""
    return model.evaluate(x, x, batch_size=512, verbose=0, return_dict=True)


measured = {beta: evaluated(model, binary_test) for beta, model in beta_vaes.items()}
on_training = {beta: evaluated(model, binary_train)["elbo"] for beta, model in beta_vaes.items()}


# %% slideshow={"slide_type": "fragment"}
def kl_by_dimension(model, x):
    """Mean KL of each latent dimension, in nats."""
    mean, log_var = model.posterior(x)
    return 0.5 * (mean**2 + np.exp(log_var) - 1 - log_var).mean(axis=0)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
by_hand = kl_by_dimension(beta_vaes[1], binary_test).sum()
by_keras = measured[1]["kl"]
print("the dimensions add up to the model's KL:", np.isclose(by_hand, by_keras, rtol=1e-3))

# %% slideshow={"slide_type": "fragment"}
plotting.dots(
    {f"β = {beta:g}": kl_by_dimension(model, binary_test) for beta, model in beta_vaes.items()},
    "Which dimensions still say something?",
    alt="One dot for each of sixteen latent dimensions, a row for each beta, on an axis of nats; "
    "a bar marks the mean of each row. The larger beta, the nearer to zero the dots lie.",
    x_label="KL of one dimension, nats an image",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# A dimension that saves less than it costs is given up (**posterior collapse**): $q(z_j \mid x) =
# \mathcal N(0, 1)$ whatever the image. A law for it, in the smallest VAE there is: data $x \sim
# \mathcal N(0, \lambda)$, one latent dimension, linear encoder $q(z \mid x) = \mathcal N(ax, v)$
# and decoder $p(x \mid z) = \mathcal N(wz, s^2)$, where $s^2$ is fixed and $a$, $v$, $w$ are
# learned. Its optimum has
#
# $$R = \max\left(0,\ \tfrac12 \log \frac{\lambda}{\beta s^2}\right).$$
#
# A direction in the data survives while its variance exceeds $\beta s^2$; beyond, it is given up
# ([Lucas et al. 2019](https://arxiv.org/abs/1911.02469) for $\beta = 1$ and many dimensions). The
# formula against a numerical minimum:


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def linear_vae(parameters, beta, variance=1.0, noise=0.25):
    """Loss and rate of the one-dimensional VAE, both exact."""
    a, log_v, w = parameters
    error = variance * (1 - w * a) ** 2 + w**2 * np.exp(log_v)
    rate = 0.5 * (a**2 * variance + np.exp(log_v) - 1 - log_v)
    return error / (2 * noise) + beta * rate, rate


for beta in (0.5, 1, 2, 3, 5, 8):
    best = minimize(lambda p, beta=beta: linear_vae(p, beta)[0], [0.5, -0.5, 0.5], tol=1e-10)
    rate, formula = linear_vae(best.x, beta)[1], max(0, 0.5 * np.log(1 / (beta * 0.25)))
    assert abs(rate - formula) < 1e-3
    print(f"β = {beta:3}: rate {abs(rate):.2f} nats, formula {formula:.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Back to digits. Is "collapsed" really collapsed? If a dimension says nothing, the decoder should
# not listen either. Replace collapsed dimensions (the means vary with a variance below 0.01, as in
# [Burda et al. 2016](https://arxiv.org/abs/1509.00519)) by noise from the prior, then instead *one*
# active one, and see how far the images move.


# %% slideshow={"slide_type": "fragment"}
def moved_by_noise(model, dimensions):
    """Mean squared change of decoded images when these dimensions become noise."""
    codes = model.encode(binary_test[:1_000])
    noisy = codes.copy()
    noise = np.random.default_rng(1).normal(size=codes.shape)
    noisy[:, dimensions] = noise[:, dimensions]
    return float(np.mean((model.decode(noisy) - model.decode(codes)) ** 2))


for beta, model in beta_vaes.items():
    active = model.encode(binary_test).var(axis=0) > 0.01
    strongest = kl_by_dimension(model, binary_test).argmax()
    collapsed = f"all collapsed {moved_by_noise(model, ~active):.4f}" if any(~active) else "none is"
    print(f"β = {beta:g}: {sum(~active):2d} collapsed; {collapsed}, "
          f"strongest {moved_by_noise(model, [strongest]):.4f}")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# Where dimensions collapsed, did the images stay as they were? The limit of 0.01 is a convention:
# below it a dimension may still say a little, and just above it hardly more. The noise is also
# large: its variance is 1, over a hundred times what the means of a collapsed dimension have. So
# compare sizes; do not expect zeros.
#
# What is bought with all those nats? Each $\beta$ is one point of a curve ([Alemi et al.
# 2018](https://arxiv.org/abs/1711.00464)).

# %% slideshow={"slide_type": "fragment"}
rates, distortions = (
    np.array([each[key] for each in measured.values()]) for key in ("kl", "reconstruction")
)
rate = f"rate (KL), nats an image\nfrom the right: β = {', '.join(f'{beta:g}' for beta in BETAS)}"
plotting.lines(
    {rate: {f"VAE, {CODE_SIZE} dimensions": (rates, distortions)}},
    "What does a nat of rate buy?",
    alt="Distortion over rate, one point for each beta: a falling curve; small beta at the right "
    "end, large beta at the left.",
    y_label="distortion, nats an image",
)

# %% slideshow={"slide_type": "fragment"}
print("    β    rate  distortion    ELBO  ELBO (training)  active  slope to the next β")
slopes = [*(np.diff(distortions) / -np.diff(rates)), None]
for (beta, each), slope in zip(measured.items(), slopes, strict=True):
    print(f"{beta:5g}{each['kl']:8.1f}{each['reconstruction']:12.1f}{each['elbo']:8.1f}", end="")
    print(f"{on_training[beta]:17.1f}{each['active']:8.0f}  ", end="")
    print(f"{slope:12.2f}" if slope is not None else "")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Two checks on the table. The ELBO is $-(D + R)$: at the optimum, none beats $\beta = 1$ on the
# *training* images, though another may on held-out ones. And since each model is the best at its
# own price, the slope between neighbours must lie between their two $\beta$: from $D_1 + \beta_1
# R_1 \le D_2 + \beta_1 R_2$ and $D_2 + \beta_2 R_2 \le D_1 + \beta_2 R_1$ follows
#
# $$\beta_1 \le \frac{D_2 - D_1}{R_1 - R_2} \le \beta_2.$$
#
# Where a row breaks that, training was too short, stuck, or the images too few: a slope outside of
# its interval is a finding about the *training*, not about $\beta$.

# %% slideshow={"slide_type": "fragment"}
within = [
    low <= slope <= high for low, slope, high in zip(BETAS, slopes[:-1], BETAS[1:], strict=False)
]
print(f"slopes within their interval: {sum(within)} of {len(within)}")
explorer = widgets.beta_explorer(
    beta_vaes,
    binary_test[:10],
    notes={
        beta: {"rate": each["kl"], "distortion": each["reconstruction"], "active": each["active"]}
        for beta, each in measured.items()
    },
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One dimension, one factor?
#
# "A larger $\beta$ disentangles": each latent dimension comes to stand for one factor of the
# images. To test that, the factors must be known. We draw T-shirts in which four things vary,
# independently, and nothing else (`shift_x`: sideways, by under three pixels).

# %% slideshow={"slide_type": "skip"}
FACTORS = ("shade", "sleeve", "length", "shift_x")


def draw_shirts(count, seed):
    """T-shirts (count, 28, 28, 1) and the four factors that they were drawn from."""
    rng = np.random.default_rng([7, seed])
    factors = {name: rng.uniform(size=count).astype("float32") for name in FACTORS}
    return garments.draw(0, factors), factors


shirts_train, _ = draw_shirts(SHIRTS, seed=0)
shirts_test, shirt_factors = draw_shirts(2_000, seed=1)
shirts = data.ImageData(
    "T-shirts", "builtin", "made here", shirts_train, np.zeros(SHIRTS, dtype=int), shirts_test,
    np.zeros(2_000, dtype=int), ("T-shirt",),
)  # fmt: skip

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
line = np.linspace(0, 1, 9)
plotting.image_rows(
    {name: garments.draw(0, {name: line}) for name in FACTORS},
    "What does each true factor do?",
    alt="Four rows of nine drawn T-shirts: darker to lighter, short to long sleeves, short to long "
    "body; in the fourth row the shirt moves slightly to the right.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The **mutual information gap** ([Chen et al. 2018](https://arxiv.org/abs/1802.04942)): how much
# does the best dimension know about a factor, minus the second best, as a share of all there is to
# know; then the mean over the $K$ factors:
#
# $$\frac1K \sum_k \frac{I(z_{(1)}; v_k) - I(z_{(2)}; v_k)}{H(v_k)},$$
#
# with $I$ the mutual information of a dimension and factor $v_k$, $z_{(1)}$ and $z_{(2)}$ the two
# dimensions that know most about $v_k$, and $H$ the entropy. We take off what chance alone gives,
# and use posterior means (Chen et al.: samples).
#
# Four codes whose answer is clear (the first two score a little under 1, as the bins of codes and
# factors do not quite match):

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
true_code = np.stack([shirt_factors[name] for name in FACTORS], axis=1)
codes = {
    "the factors": true_code,
    "in another order, scaled": true_code[:, ::-1] * [1, -2, 3, 4],
    "each factor twice": np.repeat(true_code, 2, axis=1),
    "shuffled": np.random.default_rng(0).permutation(true_code),
}
for name, code in codes.items():
    score = evaluation.mutual_information_gap(code, shirt_factors).score
    print(f"{name}: {abs(score):.1f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Now codes that were learned. The noise of the pixels is fixed at $s = 0.1$. Only $\beta s^2$
# counts, as in the law above: $\beta = 4$ is $\beta = 1$ with $s = 0.2$.


# %% slideshow={"slide_type": "skip"}
def shirt_vae(beta):
    return dense_vae(6, likelihood=Gaussian(0.1), beta=beta)


shirt_vaes = {
    beta: [
        train(f"shirts {beta:g}", seed, lambda b=beta: shirt_vae(b), shirts_train, SHIRT_EPOCHS)
        for seed in SEEDS
    ]
    for beta in SHIRT_BETAS
}
gaps = {
    beta: [evaluation.mutual_information_gap(m.encode(shirts_test), shirt_factors) for m in models]
    for beta, models in shirt_vaes.items()
}

# %% slideshow={"slide_type": "fragment"}
scores = {beta: [gap.score for gap in found] for beta, found in gaps.items()}
plotting.dots(
    {f"β = {beta:g}": each for beta, each in scores.items()},
    "Does a larger β disentangle?",
    alt="One dot per seed for each beta, on an axis of the mutual information gap, with a line "
    "where shuffled factors would lie.",
    x_label="mutual information gap (1: one dimension per factor)",
    reference=("shuffled factors", np.mean([g.floor for found in gaps.values() for g in found])),
)

# %% slideshow={"slide_type": "fragment"}
runs = [(beta, score) for beta, each in scores.items() for score in each]
print("two runs differ on average by")
for same in (False, True):
    pairs = itertools.combinations(runs, 2)
    differences = [abs(s - t) for (b, s), (c, t) in pairs if (b == c) == same]
    mean = f"{np.mean(differences):.3f}" if differences else "(no pair: one seed)"
    print(f"  {mean} with {'the same β' if same else 'different β'}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# With several seeds, compare the two printed numbers: does $\beta$ matter more than the seed?
# [Locatello et al. 2019](https://arxiv.org/abs/1811.12359) trained more than 12,000 models and
# found that seeds and settings matter more than the choice of method; and they prove why no
# unsupervised method can be sure: turn a code from $\mathcal N(0, I)$ by any rotation, and it has
# the same prior and, with a decoder that turns it back, makes the same images. What looks like a
# factor in one of them is a mixture in the other.
#
# What does one model know? A row for each dimension, sorted by KL, with everything else as in the
# code of the T-shirt whose factors are all 0.5; then what each dimension tells about each factor.

# %% slideshow={"slide_type": "fragment"}
model, gap = shirt_vaes[SHIRT_BETAS[1]][0], gaps[SHIRT_BETAS[1]][0]
nats = kl_by_dimension(model, shirts_test)
by_rate = np.argsort(-nats)
moved = np.tile(model.encode(garments.draw(0, {"shade": [0.5]})), (6, 9, 1))
for row, dimension in enumerate(by_rate):
    moved[row, :, dimension] = np.linspace(-2, 2, 9)
pictures = model.decode(moved.reshape(-1, 6)).reshape(6, 9, *IMAGE_SHAPE)
plotting.image_rows(
    {f"z[{d}]": pictures[row] for row, d in enumerate(by_rate)},
    f"What does each dimension do? (β = {SHIRT_BETAS[1]})",
    alt="Six rows of nine T-shirts, one latent dimension from minus two to two in each, sorted by "
    "the nats that it carries; the lowest rows change least.",
    notes={f"z[{d}]": f"{nats[d]:.1f} nats" for d in by_rate},
)

# %% slideshow={"slide_type": "fragment"}
plotting.heatmap(
    np.maximum(gap.information[:, by_rate], 0),
    FACTORS,
    [f"z[{d}]" for d in by_rate],
    "Which dimension knows which factor?",
    alt="A table of factors by latent dimensions: the share of what there is to know about the "
    "factor that the dimension knows; at the right the gap of each factor.",
    x_label="latent dimension, by its KL",
    y_label="factor",
    digits=2,
    note=[f"gap {gap.gaps[name]:.2f}" for name in FACTORS],
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# How can a row of images show one factor, and its number in the table still be small? The table
# counts how *finely* a dimension tells the factor. To know that a shirt is light, but not how
# light, is a small part of all there is to know. The gap asks for more: that no second dimension
# knows it too. So "more disentangled", tested below, is not yet "disentangled": read each score
# against 1.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# > "Features add up in latent space: attribute arithmetic works."
#
# A large attribute and a small one, each against half of what the network shows of the true picture
# (nothing, where that scores below 0); then against arithmetic on pixels.


# %% slideshow={"slide_type": "skip"}
NAME = "07_vae_factors"


def face_claim(name, statement, test, values):
    """Share of the true change explained, one condition against another."""
    claim = claims.Claim(
        name=name,
        statement=statement,
        test=test,
        measure="share of the true change of the pixels explained",
        better="higher",
    )
    budget = f"{FACES * 9 // 10:,} faces of 32×32, {FACE_EPOCHS} epochs, code of 32"
    claims.show(claims.test(claim, values, budget, faces), NAME)


def adding_works(name, what):
    face_claim(
        f"adding_{what}_works",
        f"Adding the attribute vector of a {what} gives at least half of what the decoded truth "
        "shows of it.",
        f"{len(switched[name][0])} held-out faces; the truth is drawn from the same factors.",
        {
            "vector added": in_codes[name],
            "half of the decoded truth": [max(score, 0) / 2 for score in of_truth[name]],
        },
    )


# %% slideshow={"slide_type": "fragment"}
adding_works("Wearing_Hat", "hat")

# %% slideshow={"slide_type": "subslide"}
adding_works("Smiling", "smile")

# %% slideshow={"slide_type": "subslide"}
face_claim(
    "codes_beat_pixels",
    "A hat is better added to the code than to the pixels.",
    "Attribute vectors of codes against differences of mean images, the same faces.",
    {"codes": in_codes["Wearing_Hat"], "pixels": in_pixels["Wearing_Hat"]},
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Is balancing worth the trouble?

# %% slideshow={"slide_type": "fragment"}
plain_bald = [
    arithmetic(*each, "Bald", balanced=False)[0]
    for each in zip(face_vaes, face_parts, face_codes, strict=True)
]
face_claim(
    "balancing_helps",
    "Baldness is added better by a vector that compares men with men.",
    "The same codes; the vector is balanced for Male, or the plain difference of means.",
    {"balanced": in_codes["Bald"], "plain": plain_bald},
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A larger β disentangles."

# %% slideshow={"slide_type": "fragment"}
disentangled = claims.test(
    claims.Claim(
        name="beta_disentangles",
        statement=f"β = {SHIRT_BETAS[-1]} gives more disentangled codes than β = 1.",
        test="T-shirts with four independent factors, six latent dimensions; only β differs.",
        measure="mutual information gap, held out",
        better="higher",
    ),
    {f"β = {beta}": scores[beta] for beta in (SHIRT_BETAS[-1], 1)},
    f"{SHIRTS:,} images, {SHIRT_EPOCHS} epochs",
    shirts,
)
claims.show(disentangled, NAME)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - With the truth at hand, arithmetic can be scored. What it shows is bounded by what the network
#   encodes: a change of few pixels saves few nats, and may never get into the code.
# - The rival without a network, a difference of mean *pixels*, is strong; a large attribute is no
#   proof of a good code.
# - $\beta$ is a price. In the linear VAE a dimension is given up exactly where its variance no
#   longer exceeds $\beta s^2$; on digits the count of collapsed ones depends on a convention.
# - The slope of the rate–distortion curve must lie between neighbouring $\beta$. Where it does not,
#   training is at fault.
# - More disentangled is not yet disentangled: read a gap against 1, against shuffled factors, and
#   against the spread of seeds. No unsupervised method can be sure, and yet $\beta$ may help here.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# **1. How long a step?** The attribute vector may point the right way and be too short. Complete
# `best_step`: the number $s$ for which $s \hat\Delta$ explains most of $\Delta$ (set the derivative
# of the squared error to zero). Check yourself: 2 for `best_step(change / 2, change)`, $-1$ for
# `best_step(-change, change)`; and no other $s$ has a higher `explained(s * found, wanted)`.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def best_step(found, wanted):
    """The factor by which `found` should be multiplied to explain most of `wanted`."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Order by rate.** You want the one-dimensional linear VAE to spend $R$ nats. Complete
# `beta_for`. Check yourself with $\lambda = 1$ and $s^2 = 0.25$: $\beta = 1$ for $R = \log 2
# \approx 0.693$, and $\beta = 4$ for $R = 0$, the end of the dimension.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def beta_for(rate, variance, noise):
    """The beta at which the optimal rate is `rate` nats."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Who survives?** A linear VAE sees data whose principal variances are known. Complete
# `survivors`: how many dimensions does it keep at this $\beta$, and how many nats do they carry
# together? Check yourself: `survivors(np.array([4, 1, 0.25]), 0.25, 1)` is 2 dimensions with 2.079
# nats; at $\beta = 8$ one is left, with 0.347.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def survivors(variances, noise, beta):
    """Number of dimensions that are kept, and their rate in nats; `noise` is s²."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Turn the code.** Complete `turned`, which rotates the first two of four dimensions by an
# angle. Use codes from $\mathcal N(0, I)$, `np.random.default_rng(0).normal(size=(20_000, 4))`, as
# their own factors. Check yourself: the gap of the first two factors is the same at 0° and at 90°,
# and below 0.01 at 45°, though prior and images would be the same.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def turned(codes, degrees):
    """Codes (n, d), the first two dimensions rotated."""
    ...


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [06 · Where do a VAE's codes lie, and what lies between them?](06_vae_latent_space.ipynb): the
#   plane, paths, codes from nowhere.
# - [04 · Which likelihood, and which weight?](04_vae_likelihoods.ipynb): $\beta \ne 1$ by accident.
# - [08 · How far does a mixture of Gaussians get?](08_gaussian_mixtures.ipynb): a density with
#   several summits, and no network.
# - Larsen et al. 2016, [Autoencoding beyond pixels using a learned similarity
#   metric](https://arxiv.org/abs/1512.09300): attribute vectors.
# - White 2016, [Sampling generative networks](https://arxiv.org/abs/1609.04468): attribute vectors
#   without their companions.
# - Higgins et al. 2017, [β-VAE](https://openreview.net/forum?id=Sy2fzU9gl): the claim about β.
# - Alemi et al. 2018, [Fixing a broken ELBO](https://arxiv.org/abs/1711.00464): rate and
#   distortion.
# - Lucas et al. 2019, [Don't blame the ELBO!](https://arxiv.org/abs/1911.02469): which dimensions a
#   linear VAE gives up.
# - Chen et al. 2018, [Isolating sources of disentanglement](https://arxiv.org/abs/1802.04942): the
#   mutual information gap.
# - Locatello et al. 2019, [Challenging common assumptions in the unsupervised learning of
#   disentangled representations](https://arxiv.org/abs/1811.12359).
