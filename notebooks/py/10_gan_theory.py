# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # How can two networks teach each other?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/10_gan_theory.ipynb)
#
# **Time** · smoke 60 s · cpu 5 min · gpu not measured
#
# A generator that never sees an image, and a discriminator that tells it how to do better. First
# the game where everything about it is known, then its training step by hand, then what it does on
# data whose modes can be counted, why it need not come to rest, and four ways to fail.
#
# After this notebook you can
#
# - write down the game, its best discriminator, and what the generator then minimises;
# - say why the loss of the theory stalls, and which one is trained instead;
# - write a GAN's training step by hand;
# - count the modes that a generator misses, and say why sharp samples do not show them;
# - tell by eigenvalues whether a loss comes to rest, and by its curves how a training failed.

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
import keras
import numpy as np
from keras import ops
from scipy.spatial.distance import cdist
from scipy.special import expit
from scipy.stats import norm

from course_utils.adversaries import conv_discriminator
from course_utils.evaluation import claims, recorded
from course_utils.gradients import value_and_gradients, value_and_input_gradient
from course_utils.models import GAN, PerNetwork, RelativisticGAN, WassersteinGAN, WassersteinGANGP
from course_utils.training import HoldThenFall, fit

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "10_gan_theory"
POINTS = 100_000  # of ring and grid; an epoch is a thousand updates
BATCH_SIZE = 100
RATE = 2e-3  # where nothing is chosen
RATES = (5e-4, 1e-3, 2e-3, 4e-3)  # to choose from, at these lengths of training:
RATES_AT = (1, 5, 20)
# Epochs: the last is the whole training; shorter ones, each planned for so many epochs, show
# whether a verdict turns over.
BUDGETS = by_profile(smoke=(2,), cpu=(10,), gpu=(5, 20), record=(1, 5, 20))
KINDS = by_profile(smoke=("grid",), cpu=("ring", "grid"), gpu=("ring", "grid"))
EPOCHS = BUDGETS[-1]
LONGER = 1.5  # times the epochs, about the time that R1 takes
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(20, 21), cpu=range(20, 21), gpu=range(20, 23), record=range(20, 30))
# Steps of a discriminator alone, after which a waiting generator's gradient is looked at.
MOMENTS = by_profile(
    smoke=(0, 10, 30, 100), cpu=(0, 10, 30, 100, 300, 1_000), gpu=(0, 10, 30, 100, 300, 1_000)
)

# %% slideshow={"slide_type": "skip"}
R1_WEIGHT = 0.1
FAILING = by_profile(smoke=1, cpu=3, gpu=3)  # so many of the failures are shown
FAILING_UPDATES = by_profile(smoke=1_000, cpu=6_000, gpu=10_000, record=10_000)
FAILING_SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(1), record=range(5))
DIGITS = by_profile(smoke=2_000, cpu=60_000, gpu=60_000)
DIGIT_EPOCHS = by_profile(smoke=2, cpu=1, gpu=4, record=4)
DIGIT_SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(1), record=range(3))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A game for two
#
# A VAE is told what each image should have been. Can a network learn to draw without being told,
# only from somebody who looks at what it draws and says "real" or "made up"?
#
# The **generator** $G$ turns noise $z$ into a sample. The **discriminator** $D$ gives each sample a
# chance to be real, and is trained to be right; the generator, to make it wrong ([Goodfellow et al.
# 2014](https://arxiv.org/abs/1406.2661)):
#
# $$\min_G \max_D\; V(D, G) = \mathbb E_{x \sim p} \log D(x) + \mathbb E_{x \sim q}
# \log\left(1 - D(x)\right).$$

# %% [markdown] slideshow={"slide_type": "notes"}
# Here $p$ is the density of the real data, $q$ that of the generator's samples, which nobody writes
# down. The discriminator computes any number, the **logit** $\ell(x)$, and $D(x) = \sigma(\ell(x))
# = 1 / (1 + e^{-\ell(x)})$.
#
# Where both densities are known, so is everything else. Take a line: real data from two Gaussians,
# a generator whose samples lie around 0.5.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
LINE = np.linspace(-7, 7, 5_601)
STEP = LINE[1] - LINE[0]


def real_density(x):
    return 0.5 * norm.pdf(x, -1.5, 0.6) + 0.5 * norm.pdf(x, 1.5, 0.6)


def made_density(x):
    return norm.pdf(x, 0.5, 1.2)


p, q = real_density(LINE), made_density(LINE)
best = p / (p + q)
print(f"areas {p.sum() * STEP:.4f} and {q.sum() * STEP:.4f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# For a fixed generator, what is the best discriminator? At each point $x$ it may choose a number
# $d$, and $p \log d + q \log (1 - d)$ is largest where its slope $p / d - q / (1 - d)$ is zero:
#
# $$D^*(x) = \frac{p(x)}{p(x) + q(x)}.$$
#
# So it learns a *ratio of densities*, from samples alone.

# %% [markdown] slideshow={"slide_type": "notes"}
# Two checks: the maximum by trying all $d$, and a network that sees nothing but samples.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
tried = np.linspace(0.001, 0.999, 999)
some = LINE[1_600:4_001:400]
gain = real_density(some)[:, None] * np.log(tried) + made_density(some)[:, None] * np.log1p(-tried)
found = tried[gain.argmax(axis=1)]
formula = real_density(some) / (real_density(some) + made_density(some))
for x, one, other in zip(some, found, formula, strict=True):
    print(f"x = {x:4.1f}: best of all d {one:.3f}, p / (p + q) {other:.3f}")
assert abs(found - formula).max() < 1e-3


# %% slideshow={"slide_type": "skip"}
def points_network(inputs, outputs, spread=0.0, name="network"):
    """Three dense layers; the first one's biases begin between −spread and spread."""
    first = keras.initializers.RandomUniform(-spread, spread) if spread else "zeros"
    return keras.Sequential([
        keras.Input((inputs,)),
        keras.layers.Dense(128, "relu", kernel_initializer="he_uniform", bias_initializer=first),
        keras.layers.Dense(128, "relu", kernel_initializer="he_uniform"),
        keras.layers.Dense(128, "relu", kernel_initializer="he_uniform"),
        keras.layers.Dense(outputs),
    ], name=name)  # fmt: skip


# %% slideshow={"slide_type": "skip"}
rng = np.random.default_rng(0)
side = rng.choice([-1.5, 1.5], 40_000)
drawn = np.concatenate([rng.normal(side, 0.6), rng.normal(0.5, 1.2, 40_000)])[:, None]
is_real = np.repeat([1.0, 0.0], 40_000)[:, None]
asked = points_network(1, 1, spread=2.0)
asked.compile(
    keras.optimizers.Adam(HoldThenFall(2e-3, 10 * 160)),
    keras.losses.BinaryCrossentropy(from_logits=True),
)
_ = fit(asked, drawn, is_real, epochs=10, batch_size=500, report="line")

# %% slideshow={"slide_type": "subslide"}
learnt = expit(ops.convert_to_numpy(asked(LINE[:, None]))[:, 0])
shown = slice(1_200, 4_401, 20)
plotting.lines(
    {
        "x": {
            "p, real": (LINE[shown], p[shown]),
            "q, generator": (LINE[shown], q[shown]),
            "D*, formula": (LINE[shown], best[shown]),
            "D, network": (LINE[shown], learnt[shown]),
        }
    },
    "Does a network that sees only samples find the ratio of the densities?",
    alt="Over x: the density of the real data with two humps, that of the generator with one, the "
    "formula's best discriminator, and the chances that a trained network gives.",
    y_label="density; chance to be real",
)
apart = abs(learnt - best) @ (p + q) / (p + q).sum()
print(f"formula and network differ by {apart:.3f}, on average over the samples")
assert apart < 0.03

# %% [markdown] slideshow={"slide_type": "subslide"}
# And what does the generator minimise, if its opponent is always the best? Put $D^*$ into $V$. With
# $m = (p + q) / 2$:
#
# $$V(D^*, G) = \mathrm{KL}(p \,\|\, m) + \mathrm{KL}(q \,\|\, m) - \log 4 = 2\,\mathrm{JS}(p, q) -
# \log 4,$$
#
# the **Jensen–Shannon divergence** (KL as in notebook 03): zero only for $p = q$, and never above
# $\log 2$.


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
def jensen_shannon(p, q):
    """Of two densities on `LINE`, in nats."""
    mean = (p + q) / 2
    ratios = (np.divide(one, mean, out=np.ones_like(one), where=one > 0) for one in (p, q))
    return 0.5 * STEP * sum(one * np.log(r) for one, r in zip((p, q), ratios, strict=True)).sum()


js = jensen_shannon(p, q)
value = STEP * (p * np.log(best) + q * np.log1p(-best)).sum()
sampled = drawn[:40_000, 0], drawn[40_000:, 0]
chances = [real_density(x) / (real_density(x) + made_density(x)) for x in sampled]
monte_carlo = np.log(chances[0]).mean() + np.log1p(-chances[1]).mean()
print(f"V(D*, G) by the integral {value:.4f}, 2 JS − log 4 {2 * js - np.log(4):.4f}")
print(f"V from 40,000 samples each {monte_carlo:.2f}")
far = norm.pdf(LINE, -5, 0.1), norm.pdf(LINE, 5, 0.1)
print(f"JS for p = q {jensen_shannon(p, p):.3f}, far apart {jensen_shannon(*far):.3f} = log 2")
assert abs(value - 2 * js + np.log(4)) < 1e-6

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why does the loss of the theory stall?
#
# Let real data be $\mathcal N(0, 1)$, and the generator have a single weight: $x = \theta +
# \varepsilon$, with $\varepsilon \sim \mathcal N(0, 1)$. Which way, and how fast, does $\theta$
# move? Two losses for the generator:
#
# | | loss | its slope in $\theta$ |
# |---|---|---|
# | **saturating**, the game's own | $\mathbb E \log(1 - D(x))$ | $\theta\; \mathbb E\, D(x)$ |
# | **non-saturating** | $-\mathbb E \log D(x)$ | $\theta\; \mathbb E\, (1 - D(x))$ |
#
# Both point home. But far away, where it is sure, $D(x)$ is almost zero.

# %% [markdown] slideshow={"slide_type": "notes"}
# The generator is $\theta$ off, and the best discriminator's logit is $\ell(x) = \theta^2 / 2 -
# \theta x$. (Both point home for a discriminator that holds still.)


# %% slideshow={"slide_type": "skip"}
def slopes(theta, points=4_001):
    """Slope of both losses in θ against the best discriminator, by an integral over the noise."""
    noise = np.linspace(-8, 8, points)
    weights = norm.pdf(noise) * (noise[1] - noise[0])
    chance = expit(theta**2 / 2 - theta * (theta + noise))
    return theta * (weights * chance).sum(), theta * (weights * (1 - chance)).sum()


# %% slideshow={"slide_type": "subslide"}
distances = np.linspace(0.1, 6, 60)
by_loss = np.array([slopes(theta) for theta in distances]).T
plotting.lines(
    {
        "θ, distance of the generator from the data": {
            name: (distances, series)
            for name, series in zip(("saturating", "non-saturating"), by_loss, strict=True)
        }
    },
    "How strongly is a generator pulled home that is far away?",
    alt="Slope of both losses over the distance, logarithmic: the saturating one rises, turns at "
    "about one and a half, and falls by orders of magnitude; the other one rises steadily.",
    y_label="slope of the loss in θ",
    log_y=True,
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The formulas are claims. The package's losses and the backend's gradient, on 100,000 samples:

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
noise = np.random.default_rng(0).normal(size=100_000)
losses = {name: GAN(points_network(1, 1), points_network(1, 1), saturating=name == "saturating")
          for name in ("saturating", "non-saturating")}  # fmt: skip
for theta in (0.5, 2.0, 4.0):
    told = []
    for (name, gan), exact in zip(losses.items(), slopes(theta), strict=True):
        _, slope = value_and_input_gradient(
            lambda x, gan=gan, theta=theta: gan.generator_loss(theta**2 / 2 - theta * x),
            (theta + noise).astype("float32"),
        )
        told.append(f"{name} {ops.convert_to_numpy(slope).sum():.3f} (formula {exact:.3f})")
    print(f"θ = {theta}: " + ", ".join(told))

# %% [markdown] slideshow={"slide_type": "fragment"}
# A generator that is hopeless learns nothing from the game's own loss: exactly when it would have
# most to learn. The other loss has the same place of rest, and is what people train.

# %% [markdown] slideshow={"slide_type": "notes"}
# (Against the
# best discriminator it goes down $\mathrm{KL}(q \,\|\, p) - 2\,\mathrm{JS}(p, q)$: [Arjovsky &
# Bottou 2017](https://arxiv.org/abs/1701.04862).)
#
# One weight and a perfect opponent: is it so with networks? Below, a generator that has learnt
# nothing waits, while its discriminator trains alone; how large is the gradient of all the
# generator's weights?

# %% [markdown] slideshow={"slide_type": "notes"}
# For that we need data and networks. Data whose modes can be counted: a ring of eight narrow
# Gaussians (radius 4), a grid of twenty-five, as in [PacGAN](https://arxiv.org/abs/1712.04086).

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
TOYS = {}
for kind, scale in (("ring", 4.0), ("grid", 1.0)):
    toy = data.load("toys", kind=kind, train_size=POINTS)
    TOYS[kind] = scale * toy.x_train, scale * toy.centres, scale * toy.std, scale * toy.x_test
    print(f"{kind}: {len(toy.centres)} modes of standard deviation {scale * toy.std:.2f}")
ring, grid = (TOYS[kind][0] for kind in TOYS)
LIMITS = (-5, 5)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def both_networks(seed):
    """Generator and discriminator of points, with the same weights for the same seed."""
    keras.utils.set_random_seed(seed)
    generator = points_network(2, 2, spread=0.7, name="generator")
    return generator, points_network(2, 1, spread=1.5, name="discriminator")


plotting.network(
    both_networks(0),
    "Noise of two numbers to a point of the plane, and a point to one logit",
    alt="Two stacks of three dense layers of 128 units: the generator from two numbers to two, the "
    "discriminator from two numbers to one.",
)


# %% slideshow={"slide_type": "skip"}
def norm_of_gradient(gan, noise):
    """Of the generator's loss, over all its weights together."""
    _, gradients = value_and_gradients(
        lambda: gan.generator_loss(gan.logits(gan.generator(noise))),
        gan.generator.trainable_variables,
    )
    return float(sum(ops.sum(gradient**2) for gradient in gradients)) ** 0.5


# %% slideshow={"slide_type": "skip"}
def gradient_norms(seed, moments=MOMENTS):
    """Norm of the generator's gradient by both losses, while its discriminator trains alone."""
    generator, discriminator = both_networks(seed)
    gans = [GAN(generator, discriminator, saturating=way) for way in (True, False)]
    optimizer, rng = keras.optimizers.Adam(RATE), np.random.default_rng(seed)
    noise, norms = rng.normal(size=(2_000, 2)).astype("float32"), []
    fake = ops.stop_gradient(generator(noise))
    for step in range(max(moments) + 1):
        if step in moments:
            norms.append([norm_of_gradient(gan, noise) for gan in gans])
        real = ring[rng.integers(len(ring), size=2_000)]
        _, gradients = value_and_gradients(
            lambda real=real: gans[0].critic_loss(gans[0].logits(real), gans[0].logits(fake)),
            discriminator.trainable_variables,
        )
        optimizer.apply(gradients, discriminator.trainable_variables)
    return {"steps": list(moments), "norms": norms}


# %% slideshow={"slide_type": "subslide"}
waited = [recorded.kept(f"gradients, seed {seed}", gradient_norms, seed) for seed in SEEDS[:5]]
norms = np.array([found["norms"] for found in waited])  # seeds, moments, losses
with plotting.beside_the_record(NOTEBOOK, "stall"):
    plotting.lines(
        {
            "steps of the discriminator alone (+ 1)": {
                name: (np.add(waited[0]["steps"], 1), norms[:, :, index])
                for index, name in enumerate(("saturating", "non-saturating"))
            }
        },
        "What gradient does a waiting generator get?",
        alt="Norm of the generator's gradient over the steps that its discriminator has trained "
        "alone, for the saturating and the non-saturating loss.",
        y_label="norm of the gradient",
        log_x=True,
        log_y=True,
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# Plain gradient descent would stand still with the saturating loss.

# %% [markdown] slideshow={"slide_type": "notes"}
# Adam divides a gradient by its usual size, and so hides much of that, until rounding or its
# $\varepsilon$ is what is left: whether the loss fails *in training* is tested below.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step, by hand
#
# A step moves the discriminator, then the generator, each along its own loss. Three things to see:
#
# - the losses take **logits**: $-\log D = \log(1 + e^{-\ell})$, the *softplus* of $-\ell$;
# - each player takes gradients of its *own* weights only;
# - the generator's gradient goes *through* the discriminator, whose weights stay.

# %% [markdown] slideshow={"slide_type": "notes"}
# (The softplus cannot overflow. `stop_gradient` saves the discriminator the way back through the
# generator.)


# %% slideshow={"slide_type": "skip"}
class TrainingStep:
    """One update of each network of a GAN, written out."""

    def __init__(self, generator, discriminator, seed):
        self.generator, self.discriminator = generator, discriminator
        self.noise = keras.random.SeedGenerator(seed)
        self.optimizers = [keras.optimizers.Adam(RATE, 0.0, 0.99) for _ in range(2)]

    def __call__(self, real):
        noise = keras.random.normal((len(real), 2), seed=self.noise)

        def discriminator_loss():
            fake = ops.stop_gradient(self.generator(noise, training=True))
            on_real = ops.softplus(-self.discriminator(real, training=True))
            on_fake = ops.softplus(self.discriminator(fake, training=True))
            return ops.mean(on_real) + ops.mean(on_fake)

        def generator_loss():
            fake = self.generator(noise, training=True)
            return ops.mean(ops.softplus(-self.discriminator(fake, training=True)))

        turns = [(self.discriminator, discriminator_loss), (self.generator, generator_loss)]
        values = []
        for (network, loss), optimizer in zip(turns, self.optimizers, strict=True):
            weights = network.trainable_variables
            value, gradients = value_and_gradients(loss, weights)
            optimizer.apply(gradients, weights)
            values.append(float(value))
        return values


# %% [markdown] slideshow={"slide_type": "fragment"}
# That is a GAN. The package's `GAN` does the same inside `fit`, and makes the generator's pass once
# for both turns: three steps of both give the same losses and weights.


# %% slideshow={"slide_type": "skip"} tags=["hide-input"]
by_hand, package = TrainingStep(*both_networks(0), seed=7), GAN(*both_networks(0), seed=7)
package.compile(PerNetwork(**{name: keras.optimizers.Adam(RATE, 0.0, 0.99)
                              for name in ("generator", "discriminator")}))  # fmt: skip
for batch in np.split(ring[:300], 3):
    hand, logs = by_hand(batch), package.train_on_batch(batch, return_dict=True)
    package.reset_metrics()
    told = [float(logs[f"{player}_loss"]) for player in ("discriminator", "generator")]
    np.testing.assert_allclose(hand, told, rtol=1e-4)
    print(
        f"discriminator {hand[0]:.4f} and {told[0]:.4f}, generator {hand[1]:.4f} and {told[1]:.4f}"
    )
moved = [by_hand.generator.weights + by_hand.discriminator.weights,
         package.generator.weights + package.discriminator.weights]  # fmt: skip
apart = max(
    abs(ops.convert_to_numpy(a) - ops.convert_to_numpy(b)).max()
    for a, b in zip(*moved, strict=True)
)
print(f"after three steps, no weight differs by more than {apart:.5f}")
assert apart < 1e-4

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which modes does it find?
#
# Data whose modes can be counted: a grid of twenty-five narrow Gaussians. The plain GAN has a rival
# with one term more in the discriminator's loss, the penalty **R1** ([Mescheder et al.
# 2018](https://arxiv.org/abs/1801.04406)), which wants it flat on real data:
#
# $$\tfrac\gamma2\, \mathbb E_{x \sim p} \lVert \nabla_x \ell(x) \rVert^2.$$

# %% [markdown] slideshow={"slide_type": "notes"}
# A thousand updates of both for each epoch, by Adam *without* momentum (its running mean of
# gradients keeps a player going where the other no longer is), at a rate that is held for half of
# the time and then falls to zero. A third rival is the game's own, saturating loss; a fourth is the
# plain GAN again, for as long as R1 takes (it goes twice through the discriminator).

# %% slideshow={"slide_type": "skip"}
PLAIN, PENALISED, SATURATING, LONG = "plain GAN", "with R1", "saturating loss", "plain, longer"
RIVALS = {PLAIN: {}, PENALISED: {"r1": R1_WEIGHT}, SATURATING: {"saturating": True}, LONG: {}}


def compiled(model, updates, rate=RATE, momentum=0.0, fall=True):
    """The model with an Adam for each network."""
    rate = HoldThenFall(rate, updates) if fall else rate
    names = ("generator", model.critic_name)
    optimizers = {name: keras.optimizers.Adam(rate, momentum, 0.99) for name in names}
    model.compile(PerNetwork(**optimizers))
    return model


# %% slideshow={"slide_type": "skip"}
def train(name, kind, seed, epochs=EPOCHS, rate=None, on_epoch=None):
    """Train a rival on ring or grid with this seed; the model and its run."""
    rate = rate or best_rate(name, kind, epochs)
    model = GAN(*both_networks(seed), seed=seed, **RIVALS[name])
    compiled(model, epochs * POINTS // BATCH_SIZE, rate)
    run = f"{NOTEBOOK}/{name}, {kind}, {epochs} epochs, {rate}, seed {seed}"
    return model, fit(
        model, TOYS[kind][0], epochs=epochs, batch_size=BATCH_SIZE, seed=seed,
        snapshots=[max(1, 3 * epochs // 4)], run=None if on_epoch else run, report="line",
        on_epoch=on_epoch,
    )  # fmt: skip


# %% [markdown] slideshow={"slide_type": "skip"}
# Each rival gets, for each kind of data and length of training, the best of four learning rates.
# Judge is not what is compared below, but the **energy distance** of samples to held-out points,
# $2\,\mathbb E|x - y| - \mathbb E|x - x'| - \mathbb E|y - y'|$ ([Székely & Rizzo
# 2013](https://doi.org/10.1016/j.jspi.2013.03.018)), zero only for equal distributions. Two seeds
# that are used nowhere else choose.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def energy_distance(one, other):
    """Between two sets of points (n, d), from pairs of them."""
    return 2 * cdist(one, other).mean() - cdist(one, one).mean() - cdist(other, other).mean()


def score(rate, name, kind, epochs):
    """Energy distance of samples to held-out points, mean of two trainings at this rate."""
    held_out, distances = TOYS[kind][3][:2_500], []
    for seed in (100, 101):
        model, _ = train(name, kind, seed, epochs, rate)
        distances.append(energy_distance(model.sample(2_500, seed=seed), held_out))
    return float(np.mean(distances))


left, right = np.random.default_rng(0).normal(size=(2, 2_000, 2))
print(f"two draws from one Gaussian {energy_distance(left, right):.2f}, "
      f"one of them moved by 1 {energy_distance(left, right + 1):.2f}")  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def best_rate(name, kind, epochs):
    """The best learning rate for this rival, this data and about so many epochs."""
    name = PLAIN if name == LONG else name
    epochs = min(RATES_AT, key=lambda known: abs(np.log(known / epochs)))
    what = f"rate for {name}, {kind}, {epochs} epochs"
    return recorded.best(NOTEBOOK, what, RATES, score, name, kind, epochs, otherwise=RATE)


# %% slideshow={"slide_type": "skip"}
def filmed(name, kind, seed):
    """Train and look at it at twelve times: the film, of samples and of the bent plane of noise."""
    watched = {1, *np.linspace(1, EPOCHS, 12).round().astype(int).tolist()}
    frames = {}

    def keep(epoch, model, _):
        if epoch in watched:
            frames[1_000 * epoch] = widgets.gan_frame(model, LIMITS)

    train(name, kind, seed, on_epoch=keep)
    return widgets.gan_film(frames)


films = {name: filmed(name, "grid", SEEDS[0]) for name in (PLAIN, PENALISED)}
recorded.keep_arrays("film", films[PLAIN])


# %% slideshow={"slide_type": "subslide"}
def strip(film, words, alt):
    """Samples at five times of a training."""
    moments = np.linspace(0, len(film["updates"]) - 1, 5).round().astype(int)
    samples = {f"{film['updates'][m]:,} updates": film["samples"][m] for m in sorted(set(moments))}
    plotting.clouds(samples, words, alt=alt, limits=LIMITS, centres=TOYS["grid"][1])


with plotting.beside_the_record(NOTEBOOK, "strip"):
    strip(
        films[PLAIN],
        "What does a plain GAN find of twenty-five modes?",
        "The grid's centres as crosses and the generator's samples at five times of the training.",
    )

# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "strip_r1"):
    strip(
        films[PENALISED],
        "And the same game with R1?",
        "The same grid and five times of the training with the penalty R1.",
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# Watch the right side: the generator can bend the plane of the noise and stretch it, but not tear
# it.

# %% [markdown] slideshow={"slide_type": "notes"}
# (The plain one as a film, of the recorded run where there is one.) What lies between two modes is
# a thread of samples, thin where the plane is stretched.

# %% slideshow={"slide_type": "fragment"}
explorer = widgets.gan_explorer(
    recorded.arrays(NOTEBOOK, "film") or films[PLAIN], LIMITS, centres=TOYS["grid"][1]
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Modes that no sample reaches: **mode collapse**. Two numbers tell sharp from complete, as in
# PacGAN: how many modes are found by 2,500 samples, and which share of them is *good*, within three
# standard deviations of some mode.

# %% [markdown] slideshow={"slide_type": "notes"}
# PacGAN counts a mode with a single good sample; a generator in passing finds it too. So we also
# count strictly: at least twenty (a hundred is fair).
#
# A control first. Real points must find all modes, and of a Gaussian in the plane $1 - e^{-9/2}$
# lies within three standard deviations.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def judged_points(points, kind):
    """Modes found among points, once and at least twenty times, and the percent of good ones."""
    _, centres, std, _ = TOYS[kind]
    once, often = (evaluation.mode_coverage(points, centres, std, least=n) for n in (1, 20))
    return {"modes": once.found, "strictly": often.found, "good": 100 * once.high_quality}


for kind in TOYS:
    real = judged_points(TOYS[kind][0][:2_500], kind)
    print(f"{kind}, real points: {real['modes']} modes, {real['strictly']} strictly")
    assert abs(real["good"] - 100 * (1 - np.exp(-4.5))) < 1
print(f"within three standard deviations: {1 - np.exp(-4.5):.1%}")


# %% slideshow={"slide_type": "skip"}
def result(name, kind, seed, epochs):
    """Train and judge: at the end, and of the whole training after three quarters of it."""
    model, run = train(name, kind, seed, epochs)
    numbers = judged_points(model.sample(2_500, seed=[seed, 1]), kind)
    numbers |= {"epochs": epochs, "seconds": run.seconds[-1]}
    with run.at_epoch(max(1, 3 * epochs // 4), model):
        before = judged_points(model.sample(2_500, seed=[seed, 1]), kind)
    return {**numbers, "three quarters": before}


PLANS = [(name, epochs) for epochs in BUDGETS for name in RIVALS if name != LONG]
PLANS += [(LONG, int(LONGER * EPOCHS))]
judged = {}
for seed in SEEDS:  # the rivals take turns, so that a busy machine slows all
    for kind in KINDS:
        for name, epochs in PLANS:
            title = f"{name}, {kind}: {epochs} epochs, seed {seed}"
            found = recorded.kept(title, result, name, kind, seed, epochs)
            judged.setdefault((name, kind, epochs), []).append(found)


# %% slideshow={"slide_type": "skip"}
def values(key, name, kind, epochs=EPOCHS, at_end=True):
    """One number per seed."""
    epochs = int(LONGER * EPOCHS) if name == LONG else epochs
    return [(r if at_end else r["three quarters"])[key] for r in judged[name, kind, epochs]]


def shares(numbers, kind):
    """Modes found strictly, in percent, and good samples."""
    modes = [100 * one / len(TOYS[kind][1]) for one in numbers["strictly"]]
    return {"modes found strictly, %": modes, "good samples, %": numbers["good"]}


noise = np.random.default_rng(0).normal(size=(2_500, 2))
untrained = both_networks(0)[0].predict(noise, verbose=0)
begun = {kind: judged_points(untrained, kind) for kind in KINDS}

# %% slideshow={"slide_type": "fragment"}
rows = {}
for kind in KINDS:
    rows[f"untrained, {kind}"] = shares({key: [begun[kind][key]] for key in begun[kind]}, kind)
    for name in RIVALS:
        found = {key: values(key, name, kind) for key in ("strictly", "good")}
        rows[f"{name}, {kind}"] = shares(found, kind)
with plotting.beside_the_record(NOTEBOOK, "modes"):
    plotting.dots(
        rows,
        "Does a generator whose samples are good find all modes?",
        alt="For ring and grid, an untrained generator and four trainings, two marks a seed: the "
        "share of the modes that are found, and the share of good samples.",
        x_label="percent",
    )


# %% slideshow={"slide_type": "fragment"}
def modes_in_words(found):
    parts = []
    for kind, count in (("ring", 8), ("grid", 25)):
        for name in RIVALS:
            rows = [v for t, v in found.items() if t.startswith(f"{name}, {kind}: ")]
            rows = [row for row in rows if row["epochs"] == max(row["epochs"] for row in rows)]
            modes, strictly, good, seconds = (
                np.mean([row[key] for row in rows])
                for key in ("modes", "strictly", "good", "seconds")
            )
            parts.append(f"{name}, {kind}: {modes:.1f} of {count} modes, {strictly:.1f} strictly, "
                         f"{good:.1f} % good, {seconds:.0f} s")  # fmt: skip
    return f"Mean of {len(rows)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, modes_in_words)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Coverage and sharpness are two things: nothing in a picture of good samples shows what is missing.
# Would the discriminator notice? Say that the generator makes 13 of 25 modes, perfectly. The best
# discriminator is $p/(p + q)$:

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
found, modes = 13, 25
on_found = (1 / modes) / (1 / modes + 1 / found)  # on a mode that is missed D is 1, and right
loss = -found / modes * np.log(on_found) - np.log1p(-on_found)
right = ((modes - found) / modes + 1) / 2  # it calls all on found modes made up
print(f"its loss {loss:.3f} (all modes: {np.log(4):.3f}), its accuracy {right:.0%} (all: 50 %)")

# %% [markdown] slideshow={"slide_type": "fragment"}
# It does notice, and yet the generator learns nothing of it: it gets its slope at its *own*
# samples, and none of them lies near a missing mode.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does it come to rest?
#
# A loss that is minimised goes downhill and stops. Two losses that pull at each other may do
# neither. The smallest case, the **Dirac-GAN** (Mescheder et al. 2018): all data are the number 0,
# the generator makes the number $\theta$, the discriminator's logit is $\psi x$. Small steps move
# them along
#
# $$\dot\theta = f(\psi\theta)\,\psi, \qquad \dot\psi = -g(\psi\theta)\,\theta - \gamma\,\psi,$$
#
# with the weight $\gamma$ of R1. At the end both should be zero. If $\gamma = 0$, which way do the
# arrows turn?

# %% [markdown] slideshow={"slide_type": "notes"}
# ($\dot\theta$ is the speed of $\theta$.) Two functions are slopes of the losses:
#
# | loss | $f(s)$ | $g(s)$ |
# |---|---|---|
# | saturating | $\sigma(s)$ | $\sigma(s)$ |
# | non-saturating; relativistic | $\sigma(-s)$ | $\sigma(s)$ |
# | Wasserstein (notebook 12) | 1 | 1 |
#
# (**Relativistic**: softplus of $\ell(\text{made}) - \ell(\text{real})$ for the discriminator, of
# the opposite for the generator. The penalty **R2** is R1 on generated samples: here it adds to
# $\gamma$.)


# %% slideshow={"slide_type": "skip"}
def motion(f, g, gamma=0.0, penalty=0.0):
    """Velocity (n, 2) of (θ, ψ) under a loss; `penalty` weighs the gradient penalty of WGAN-GP."""

    def velocity(state):
        theta, psi = np.asarray(state, dtype=float).T
        down = 2 * penalty * (abs(psi) - 1) * np.sign(psi)
        along = f(psi * theta) * psi, -g(psi * theta) * theta - gamma * psi - down
        return np.stack(along, axis=-1)

    return velocity


# %% slideshow={"slide_type": "skip"}
def falling(s):
    return expit(-s)


GAMES = {
    "saturating": motion(expit, expit),
    "non-saturating": motion(falling, expit),
    "Wasserstein": motion(np.ones_like, np.ones_like),
    "Wasserstein, penalty": motion(np.ones_like, np.ones_like, penalty=0.5),
    "non-saturating + R1": motion(falling, expit, gamma=0.5),
    "relativistic + R1 + R2": motion(falling, expit, gamma=0.5),
}

# %% [markdown] slideshow={"slide_type": "notes"}
# Do the package's losses and penalties move this way? A discriminator of one weight, and the
# backend's gradients:


# %% slideshow={"slide_type": "skip"}
def by_the_package(model, state):
    """Velocity of (θ, ψ) by a model's losses, its penalties, and the backend's gradients."""
    theta, psi = (np.float32(value) for value in state)
    model.critic.set_weights([np.array([[psi]])])
    real, fake = np.zeros((2, 1), "float32"), np.full((2, 1), theta)

    def critic_loss():
        on_real, on_fake, penalty = model.judge(ops.convert_to_tensor(real), fake)
        return model.critic_loss(on_real, on_fake) + penalty

    _, (up,) = value_and_gradients(critic_loss, model.critic.trainable_variables)
    _, slopes = value_and_input_gradient(
        lambda x: model.generator_loss(model.logits(x), model.logits(real)), fake
    )
    return [-ops.convert_to_numpy(slope).sum() for slope in (slopes, up)]


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def one_weight():
    """Generator and discriminator with a weight each."""
    return [keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
            for _ in range(2)]  # fmt: skip


PACKAGE = {
    "saturating": GAN(*one_weight(), saturating=True),
    "non-saturating": GAN(*one_weight()),
    "Wasserstein": WassersteinGAN(*one_weight()),
    "Wasserstein, penalty": WassersteinGANGP(*one_weight(), penalty_weight=0.5),
    "non-saturating + R1": GAN(*one_weight(), r1=0.5),
    "relativistic + R1 + R2": RelativisticGAN(*one_weight(), r1=0.25, r2=0.25),
}
for name, model in PACKAGE.items():
    states = np.random.default_rng(1).normal(size=(10, 2))
    off = max(abs(np.subtract(by_the_package(model, x), GAMES[name](x))).max() for x in states)
    print(f"{name:22} off the formula by less than 0.0001: {off < 1e-4}")
    assert off < 1e-4

# %% [markdown] slideshow={"slide_type": "subslide"}
# Near rest the motion is linear, and its **eigenvalues** tell all: their real part is how fast one
# comes to rest (negative) or leaves (positive), their imaginary part how fast one circles. With $c
# = f(0) = g(0)$ they are
#
# $$-\gamma/2 \pm \sqrt{\gamma^2/4 - c^2}.$$

# %% [markdown] slideshow={"slide_type": "notes"}
# A zero real part, without R1, means *not decided* by the linear part; too much R1, $\gamma > 2c$,
# slows the return.


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
def jacobian(velocity, at=(0.0, 0.0), step=1e-5):
    """Slopes (2, 2) of the velocity, by central differences."""
    at = np.asarray(at)
    sides = [velocity(at + sign * step * np.eye(2)) for sign in (1, -1)]
    return ((sides[0] - sides[1]) / (2 * step)).T


def in_words(pair):
    return f"{pair[0].real:+.3f} ± {abs(pair[0].imag):.3f} i"


for name, c, gamma in (
    ("saturating", expit(0), 0), ("non-saturating", expit(0), 0), ("Wasserstein", 1, 0),
    ("non-saturating + R1", expit(0), 0.5), ("relativistic + R1 + R2", expit(0), 0.5),
):  # fmt: skip
    found = np.linalg.eigvals(jacobian(GAMES[name]))
    formula = -gamma / 2 + np.emath.sqrt(gamma**2 / 4 - c**2) * np.array([1, -1])
    print(f"{name:22} eigenvalues {in_words(found)}, formula {in_words(formula)}")

# %% [markdown] slideshow={"slide_type": "notes"}
# (The gradient penalty of WGAN-GP has none at rest: it wants the slope $|\psi|$ to be 1, so its
# field jumps at $\psi = 0$, and nothing can rest there.)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Training takes steps. Both players at once, or one after the other, who then sees the other's
# move: does it matter?


# %% slideshow={"slide_type": "skip"}
TOGETHER, IN_TURNS = "both at once", "one after the other"


def way(velocity, order, rate=0.2, steps=150, start=(1.0, 1.0)):
    """The points (steps + 1, 2) of simultaneous or of alternating steps."""
    points = [np.array(start)]
    for _ in range(steps):
        state = points[-1].copy()
        if order == TOGETHER:
            state += rate * velocity(state)
        else:
            for player in (1, 0):  # the discriminator moves first
                state[player] += rate * velocity(state)[player]
        points.append(state)
    return np.array(points)


# %% slideshow={"slide_type": "fragment"}
plotting.flows(
    {
        name: (GAMES[name], {order: way(GAMES[name], order) for order in (TOGETHER, IN_TURNS)})
        for name in list(GAMES)[:5]
    },
    "Where do generator and discriminator take each other?",
    alt="Arrows over the plane of generator θ and discriminator ψ, with two ways from one start. "
    "Saturating and Wasserstein go round the middle for ever, outwards if both move at once; the "
    "non-saturating one comes nearer, slowly; the gradient penalty keeps them on a cycle; with R1 "
    "both ways spiral quickly into the middle.",
    limits=(-2, 2),
    labels=("generator θ", "discriminator ψ"),
    start=(1.0, 1.0),
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Near rest a step of rate $h$ multiplies the distance: both at once by $\sqrt{1 + c^2h^2}$, away
# from rest; in turns by exactly 1, and the linear part decides nothing. So the game's own loss and
# Wasserstein's go round for ever. The non-saturating loss has a friend: $\tfrac{d}{dt}
# \tfrac12(\theta^2 + \psi^2) = -s \tanh(s/2)$ with $s = \psi\theta$, never positive, but vanishing
# near rest: it comes in ever more slowly.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
states = np.random.default_rng(2).normal(size=(1_000, 2))
s = states.prod(axis=1)
power = (states * GAMES["non-saturating"](states)).sum(axis=1)
assert np.allclose(power, -s * np.tanh(s / 2))
for name in ("saturating", "non-saturating", "Wasserstein", "non-saturating + R1"):
    turns = way(GAMES[name], IN_TURNS, steps=15_000)
    radii = [np.linalg.norm(turns[at]) for at in (0, 150, 1_500, 15_000)]
    print(f"{name:20} in turns, distance after 0, 150, 1,500 and 15,000 steps: "
          + ", ".join(f"{radius:.2f}" for radius in radii))  # fmt: skip

# %% [markdown] slideshow={"slide_type": "notes"}
# And a learning rate that falls? Where a push inwards and the overshoot of each step hold each
# other, the distance hangs on the rate, and shrinks with it: so it is for the non-saturating loss,
# both at once. Where the orbit is that of the start, a falling rate halts the players where they
# happen to be.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
rates = (0.05, 0.1, 0.2, 0.4)
for name in ("non-saturating", "Wasserstein"):
    order = TOGETHER if name == "non-saturating" else IN_TURNS
    lasts = [way(GAMES[name], order, rate, int(2_000 / rate))[-500:] for rate in rates]
    ends = [np.linalg.norm(last, axis=1).mean() for last in lasts]
    print(f"{name}, {order}: distance at the end, rates {rates}: "
          + ", ".join(f"{end:.2f}" for end in ends))  # fmt: skip

# %% [markdown] slideshow={"slide_type": "notes"}
# R1 is not the only cure that Mescheder et al. find (noise on the data is another), but the
# simplest. The Dirac-GAN says nothing about how good the place of rest is.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What failure looks like
#
# *Why does my GAN not look like yours?* Four trainings, broken on purpose; beside each the same
# training with one thing mended.
#
# - **Collapse**: a plain GAN on the grid. Mended: R1.
# - **The discriminator wins**: the saturating loss. Mended: the non-saturating one.
# - **Oscillation**: momentum of 0.9. Mended: none.
# - **Checkerboards**: transposed convolutions of kernel 3 and stride 2. Mended: kernel 4.

# %% [markdown] slideshow={"slide_type": "notes"}
# The first three keep their rate to the end: a falling one would calm any curve.

# %% slideshow={"slide_type": "skip"}
LOOKS = 50  # times that a failing run is looked at
FAILURES = {  # data, then what is broken, and what is mended: options of the GAN, of Adam
    "collapse": ("grid", ({}, {}), ({"r1": R1_WEIGHT}, {})),
    "the discriminator wins": ("grid", ({"saturating": True}, {}), ({}, {})),
    "oscillation": ("ring", ({}, {"momentum": 0.9}), ({}, {})),
}
FAILURES = dict(list(FAILURES.items())[:FAILING])


# %% slideshow={"slide_type": "skip"}
def watched(name, mended, seed):
    """A run's curves, looked at fifty times, and samples of the last two looks."""
    kind, *ways = FAILURES[name]
    options, settings = ways[mended]
    model = GAN(*both_networks(seed), seed=seed, **options)
    compiled(model, FAILING_UPDATES, fall=False, **settings)
    part = TOYS[kind][0][: FAILING_UPDATES // LOOKS * BATCH_SIZE]  # an epoch is one look
    found = {"modes": [], "samples": []}

    def look(_, model, __):
        samples = model.sample(2_500, seed=0)
        found["modes"].append(judged_points(samples, kind)["strictly"])
        found["samples"] = [*found["samples"][-1:], samples[:1_000].round(2)]

    run = fit(model, part, epochs=LOOKS, batch_size=BATCH_SIZE, seed=seed, report="line",
              on_epoch=look)  # fmt: skip
    return found | {key: run.history[key] for key in ("accuracy", "generator_loss")}


# %% slideshow={"slide_type": "skip"}
def curves(name, mended, seed):
    """What is kept of a run: its curves, and of the first broken one its samples."""
    found = watched(name, mended, seed)
    if mended or seed != FAILING_SEEDS[0]:
        del found["samples"]
    return found


kept = {
    (name, mended): [
        recorded.kept(f"{name}, {'mended' if mended else 'broken'}, seed {seed}",
                      curves, name, mended, seed) for seed in FAILING_SEEDS
    ]
    for name in FAILURES for mended in (False, True)
}  # fmt: skip
last_two = {name: np.array(kept[name, False][0]["samples"]) for name in FAILURES}

# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "failures"):
    plotting.clouds(
        {
            f"{name},\n{when}": last_two[name][look]
            for look, when in enumerate(("a look before", "at the end"))
            for name in last_two
        },
        "Three broken trainings: what do the samples show, now and shortly before?",
        alt="Samples of three broken trainings, each at its last two looks.",
        limits=LIMITS,
        columns=len(last_two),
    )


# %% slideshow={"slide_type": "skip"}
def draw_curves(key, what):
    """One quantity of the broken runs and of the mended ones, over the updates."""
    updates = np.arange(1, LOOKS + 1) * FAILING_UPDATES // LOOKS
    panels = {}
    for name, (kind, *_) in FAILURES.items():
        whole = len(TOYS[kind][1]) if key == "modes" else 1
        panels[f"updates ({name})"] = {
            way: (updates, np.array([run[key] for run in kept[name, way == "mended"]]) / whole)
            for way in ("broken", "mended")
        }
    with plotting.beside_the_record(NOTEBOOK, f"failing_{key}"):
        plotting.lines(
            panels,
            f"Which failure does the {what} tell?",
            alt=f"The {what} over the updates in three panels, one for each failure, for the "
            "broken and the mended training, with bands over the seeds.",
            y_label=what,
        )


# %% slideshow={"slide_type": "subslide"}
draw_curves("modes", "share of the modes")

# %% slideshow={"slide_type": "subslide"}
draw_curves("accuracy", "discriminator's accuracy")

# %% slideshow={"slide_type": "subslide"}
draw_curves("generator_loss", "generator's loss")


# %% slideshow={"slide_type": "fragment"}
def failures_in_words(found):
    parts = []
    for name in ("collapse", "the discriminator wins", "oscillation"):
        told = []
        for way in ("broken", "mended"):
            runs = [run for title, run in found.items() if title.startswith(f"{name}, {way}")]
            modes, accuracy = (np.mean([run[key][-10:] for run in runs])
                               for key in ("modes", "accuracy"))  # fmt: skip
            swing = np.mean([np.std(run["generator_loss"][-10:]) for run in runs])
            told.append(f"{way} {modes:.1f} modes, accuracy {accuracy:.2f}, generator's loss "
                        f"moves by {swing:.3f}")  # fmt: skip
        parts.append(f"{name}: {', '.join(told)}")
    return f"Means over the last fifth and {len(runs)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, failures_in_words)

# %% [markdown] slideshow={"slide_type": "notes"}
# How to tell them, and what helps:
#
# - **Collapse**: the samples look good and the discriminator is right most of the time all the
#   same, because of the modes that are missing. With R1 its accuracy falls towards one half while
#   modes are found: the two curves move together.
# - **The discriminator wins**: it is right almost always, and the generator's loss lies near zero,
#   the end that $\log(1 - D)$ has, and hardly moves. The other loss gives a slope again, and leads
#   into the collapse above.
# - **Oscillation**: look at samples a little apart, not at averages. In the recorded run fewer
#   modes are found with momentum, on average, and one seed of five ends with none; but the loss
#   moves no more than without momentum, so its curve would not tell.

# %% [markdown] slideshow={"slide_type": "subslide"}
# The fourth is seen before any training. A transposed convolution of kernel 3 and stride 2 lays
# tiles of three pixels two pixels apart: every other pixel lies under two of them ([Odena et al.
# 2016](https://distill.pub/2016/deconv-checkerboard/)). Feed a constant through one whose weights
# are all equal:


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def tiled(kernel, size=6):
    """What a transposed convolution of stride 2 with equal weights makes of a constant image."""
    layer = keras.layers.Conv2DTranspose(1, kernel, strides=2, padding="same",
                                         kernel_initializer="ones", use_bias=False)  # fmt: skip
    made = layer(np.ones((1, size, size, 1), "float32"))
    return ops.convert_to_numpy(made)


boards = {f"kernel {kernel}": tiled(kernel) for kernel in (3, 4)}
plotting.image_rows(
    {name: board / board.max() for name, board in boards.items()},
    "What comes of a constant image before any training?",
    alt="Two squares: with kernel 3 a checkerboard, with kernel 4 an even grey inside the rim.",
)
for name, board in boards.items():
    hit = sorted(set(board[0, 4:-4, 4:-4].ravel().astype(int).tolist()))
    print(f"{name}: an inner pixel is hit {' or '.join(map(str, hit))} times")

# %% [markdown] slideshow={"slide_type": "subslide"}
# A trained generator can make up for it with its weights. Does it? Two generators of digits that
# differ in nothing but the kernel.

# %% [markdown] slideshow={"slide_type": "notes"}
# As a measure, the share of an image's variance that lies in waves of two pixels, the fastest ones
# there are.

# %% slideshow={"slide_type": "skip"}
digits = data.load("mnist", train_size=DIGITS)
SHAPE = digits.x_train.shape[1:]


def digit_generator(kernel):
    """Noise of 64 numbers to digits, by two transposed convolutions of this kernel."""
    layers = keras.layers
    stack = [keras.Input((64,)), layers.Dense(7 * 7 * 64), layers.LeakyReLU(0.2)]
    stack += [layers.Reshape((7, 7, 64))]
    stack += [layers.Conv2DTranspose(32, kernel, 2, padding="same"), layers.LeakyReLU(0.2)]
    stack += [layers.Conv2DTranspose(1, kernel, 2, padding="same", activation="sigmoid")]
    return keras.Sequential(stack)


# %% slideshow={"slide_type": "skip"}
def draw_digits(kernel, seed):
    """Samples of a generator with this kernel after a short training."""
    keras.utils.set_random_seed(seed)
    discriminator = conv_discriminator(SHAPE, (32, 64), dropout=0.0)
    model = RelativisticGAN(digit_generator(kernel), discriminator, r1=1.0, r2=1.0, seed=seed)
    compiled(model, DIGIT_EPOCHS * -(-DIGITS // 64), 1e-3)
    run = f"{NOTEBOOK}/digits, kernel {kernel}, {DIGITS}x{DIGIT_EPOCHS}, seed {seed}"
    fit(model, digits.x_train, epochs=DIGIT_EPOCHS, batch_size=64, seed=seed, run=run,
        report="line")  # fmt: skip
    return model.sample(1_000, seed=0)


def fastest_waves(pictures):
    """Share of the variance in waves of two pixels, in percent, mean of images (n, h, w, 1)."""
    power = abs(np.fft.fft2(pictures[..., 0])) ** 2
    power[:, 0, 0] = 0  # the mean is no wave
    half = power.shape[1] // 2
    fastest = power[:, half].sum(axis=1) + power[:, :, half].sum(axis=1) - power[:, half, half]
    return 100 * float((fastest / power.sum(axis=(1, 2))).mean())


# %% slideshow={"slide_type": "skip"}
def waves_of(kernel, seed):
    return fastest_waves(draw_digits(kernel, seed))


for kernel in (3, 4):
    for seed in DIGIT_SEEDS:
        share = recorded.kept(f"waves, kernel {kernel}, seed {seed}", waves_of, kernel, seed)
        print(f"kernel {kernel}, seed {seed}: {share:.2f} % in the fastest waves")
drawn_digits = {f"kernel {kernel}": draw_digits(kernel, DIGIT_SEEDS[0]) for kernel in (3, 4)}
drawn_digits["real"] = digits.x_test[:1_000]

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "checkerboards"):
    plotting.image_rows(
        {name: pictures[:10] for name, pictures in drawn_digits.items()},
        "Does training hide the checkerboard (share of the fastest waves at the right)?",
        alt="Ten digits each: of a generator with kernel 3, of one with kernel 4, and real ones.",
        notes={name: f"{fastest_waves(pictures):.2f} %" for name, pictures in drawn_digits.items()},
    )


# %% slideshow={"slide_type": "fragment"}
def waves_in_words(found):
    parts = []
    for kernel in (3, 4):
        runs = [v for title, v in found.items() if title.startswith(f"waves, kernel {kernel}")]
        parts.append(f"kernel {kernel} {np.mean(runs):.2f} % ({min(runs):.2f} to {max(runs):.2f})")
    return f"Share of the fastest waves, {len(runs)} seeds: {', '.join(parts)}."


recorded.answer(NOTEBOOK, waves_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Ten seeds that chose nothing; pairs share the seed, that is, first weights, order of the points,
# and noise. In the tables ± is the standard deviation over the seeds. The source of the counts,
# PacGAN, trains its GANs on 100,000 points for 400 epochs with other networks and rates, counts a
# mode with one good sample, and finds 6.3 of 8 and 17.3 of 25. Ours have a twentieth of these
# updates: a verdict counts where the numbers have levelled off.


# %% slideshow={"slide_type": "skip"}
TAKES = "400 epochs, as PacGAN trained"


def compare(name, statement, test, kind, conditions, numbers=None, measure=None):
    """Judge and show one claim; `numbers` makes the compared ones of a condition's runs."""
    numbers = numbers or (lambda name, **when: values("strictly", name, kind, **when))

    def found(**when):
        return {condition: numbers(condition, **when) for condition in conditions}

    claim = claims.Claim(
        name, statement, test, measure or f"modes of {len(TOYS[kind][1])}, found strictly",
        better="higher", paired=True,
    )  # fmt: skip
    earlier = {} if LONG in conditions else {e / EPOCHS: found(epochs=e) for e in BUDGETS[:-1]}
    earlier[3 / 4] = found(at_end=False)
    budget = f"{POINTS:,} points, {EPOCHS * POINTS // BATCH_SIZE:,} updates"
    options = {"earlier": earlier, "own_budget": False, "takes": TAKES}
    toys = data.load("toys", kind=kind)
    claims.show(claims.test(claim, found(), budget, toys, **options), NOTEBOOK)


# %% [markdown] slideshow={"slide_type": "subslide"}
# > "The minimax loss saturates; the non-saturating one trains." (Goodfellow et al. 2014)

# %% slideshow={"slide_type": "fragment"}
SAME = "Same networks, seeds and updates, each at its best rate; only the loss differs."
for kind in KINDS:
    compare(
        f"non_saturating_finds_more_{kind}",
        f"With the non-saturating loss a GAN finds more modes of the {kind} than with the "
        "saturating one.",
        SAME,
        kind,
        (PLAIN, SATURATING),
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "GANs collapse."
#
# Against R1: after as many updates, and after as many seconds.

# %% slideshow={"slide_type": "fragment"}
for kind in KINDS:
    for rival, much in ((PLAIN, "updates"), (LONG, "seconds")):
        compare(
            f"r1_finds_more_{much}_{kind}",
            f"A plain GAN misses modes of the {kind} that the same game with R1 finds in as many "
            f"{much}.",
            f"The penalty R1, γ = {R1_WEIGHT}; each at its best rate.",
            kind,
            (PENALISED, rival),
        )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "If the samples look right, the generator has learnt the distribution."
#
# Samples can look right, all 98.9 % of them, and modes be missing. So give real points the same
# faults: as many of them good as the network's, the others moved off the modes. Do the network's
# samples find as many modes?


# %% slideshow={"slide_type": "fragment"}
def as_good_points(name, epochs=EPOCHS, at_end=True):
    """Modes found by real points of which as many are good as of the network's samples."""
    _, _, std, _ = TOYS["grid"]
    found = []
    for seed, good in zip(SEEDS, values("good", name, "grid", epochs, at_end), strict=True):
        points = np.random.default_rng(seed).permutation(TOYS["grid"][0])[:2_500]
        points[: round(2_500 * (1 - good / 100))] += 10 * std
        found.append(judged_points(points, "grid")["strictly"])
    return found


# %% slideshow={"slide_type": "fragment"}
REAL = "real points, as good"
compare(
    "good_samples_mean_all_modes",
    "A plain GAN's samples find as many modes of the grid as real points of the same quality.",
    "As many points, as many of them within three standard deviations of a mode.",
    "grid",
    (PLAIN, REAL),
    lambda name, **when: (
        as_good_points(PLAIN, **when) if name == REAL else values("strictly", name, "grid", **when)
    ),
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - The best discriminator is a ratio of densities, and against it the generator minimises the
#   Jensen–Shannon divergence. Nobody trains that: real discriminators are not the best ones.
# - The loss of the theory pulls least where the generator is worst.
# - Good samples and all modes are two things. The discriminator sees what is missing; the generator
#   gets its slope where its own samples are.
# - Two players circle unless something damps them: the eigenvalues say so, and R1 does it. A rate
#   that falls to zero brings any of them to a halt, which is not the same as to rest.
# - Do theory and experiment contradict each other? In the theory all is decided by the divergence;
#   in the experiments, by how the game is played.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** Where the generator makes 13 of 25 modes, perfectly, the best discriminator tells
# 74 % of all samples rightly (half of them are real, half made). Now let it make 5 of them,
# perfectly. Is the discriminator right more often, or less? Write down how often, as a number
# between 0 and 1.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
accuracy_with_five = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("10.1", accuracy_with_five)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. The value of a guess.** Complete `game_value`: $V(D, G)$ for a discriminator that answers the
# same chance $d$ to every sample. It is $-1.386$ for $d = 1/2$. Does any other $d$ do better?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def game_value(chance):
    """V of a discriminator that says `chance` everywhere, in nats."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("10.2", game_value)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Smoothed targets.** With one-sided smoothing real images get the target $1 - s$: at a real
# sample the discriminator gains $(1 - s) \log D + s \log(1 - D)$. Derive the best discriminator and
# complete `best_smoothed`. For $s = 0$ it is `best`; for $p = q$ and $s = 0.1$ it is 0.45.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def best_smoothed(p, q, smoothing):
    """The best chance where real data have density `p`, the generator `q`."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("10.3", best_smoothed)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. The relativistic game.** Write it yourself: a subclass of
# `course_utils.models.AdversarialModel` whose `critic_loss(real, fake)` is the mean softplus of
# made minus real logits and whose `generator_loss(fake, real)` is the mean softplus of real minus
# made ones (`compares = True` gives it both). Compute with `keras.ops`, so that the backend can
# take gradients. Then let it play: `compiled(Relativistic(*both_networks(0)), 1_000)` can be fitted
# as the package's `RelativisticGAN` can; only the penalties are missing.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils.models import AdversarialModel


class Relativistic(AdversarialModel):
    """Is this real sample more real than that made one?"""

    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("10.4", Relativistic)

# %% [markdown] slideshow={"slide_type": "skip"}
# **5. A least-squares game.** In the Dirac-GAN let the discriminator minimise $(\ell(0) - 1)^2 +
# (\ell(\theta) + 1)^2$ and the generator $(\ell(\theta) - 1)^2$, with $\ell(x) = \psi x$. Derive
# both velocities, minus the slope of each player's loss in its own number, and complete
# `least_squares`. Then look at `np.linalg.eigvals(jacobian(least_squares))`, which are $\pm 2i$,
# and at $\tfrac{d}{dt} \tfrac12(\theta^2 + \psi^2)$. Does this loss come to rest near zero?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def least_squares(state):
    """Velocity (n, 2) of states (n, 2), columns θ and ψ."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("10.5", least_squares)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - Notebook 11: the same game on images, with networks of four kinds.
# - Notebook 12: a distance that tells the way where the Jensen–Shannon divergence is flat.
# - Goodfellow et al. 2014, [Generative adversarial nets](https://arxiv.org/abs/1406.2661): the
#   game, its best discriminator, and the non-saturating loss in a remark.
# - Mescheder, Geiger & Nowozin 2018, [Which training methods for GANs do actually
#   converge?](https://arxiv.org/abs/1801.04406): the Dirac-GAN, and R1.
# - Lin et al. 2018, [PacGAN](https://arxiv.org/abs/1712.04086): ring and grid, and how modes are
#   counted.
# - Huang et al. 2024, [The GAN is dead; long live the GAN!](https://arxiv.org/abs/2501.05441): the
#   relativistic loss with both penalties.
