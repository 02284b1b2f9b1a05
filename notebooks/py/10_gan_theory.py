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
# [![Open in
# Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/10_gan_theory.ipynb)
#
# **Time** · smoke 40 s · cpu 8 min · gpu not measured
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
from scipy.special import expit
from scipy.stats import norm

from course_utils.adversaries import conv_discriminator
from course_utils.evaluation import claims, recorded
from course_utils.gradients import value_and_gradients, value_and_input_gradient
from course_utils.models import GAN, PerNetwork, RelativisticGAN, WassersteinGAN
from course_utils.training import HoldThenFall, fit

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "10_gan_theory"
POINTS = 100_000  # of ring and grid; an epoch is a thousand updates
BATCH_SIZE = 100
RATE = 2e-3
# Epochs: the last is the whole training; shorter ones, each planned for so many epochs, show
# whether a verdict turns over.
BUDGETS = by_profile(smoke=(2,), cpu=(20,), gpu=(5, 20), record=(1, 5, 20))
EPOCHS = BUDGETS[-1]
DIGITS = by_profile(smoke=2_000, cpu=60_000, gpu=60_000)
DIGIT_EPOCHS = by_profile(smoke=2, cpu=1, gpu=4, record=4)
FAILING_EPOCHS = by_profile(smoke=2, cpu=10, gpu=10, record=10)  # of the runs that are to fail
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(10))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A game for two
#
# A VAE is told what each image should have been. Can a network learn to draw without being told,
# only from somebody who looks at what it draws and says "real" or "made up"?
#
# The **generator** $G$ turns noise $z$ into a sample, with a density $q$ that nobody writes down.
# The **discriminator** $D$ gives each sample a chance to be real. It is trained to be right; the
# generator, to make it wrong ([Goodfellow et al. 2014](https://arxiv.org/abs/1406.2661)):
#
# $$\min_G \max_D\; V(D, G) = \mathbb E_{x \sim p} \log D(x) + \mathbb E_{x \sim q}
# \log\left(1 - D(x)\right).$$
#
# Where both densities are known, so is everything else. Take a line: real data from two Gaussians,
# a generator whose samples lie around 0.5.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
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
# So it learns a *ratio of densities*, from samples alone. Two checks: the maximum by trying all
# $d$, and a network that sees nothing but samples.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
tried = np.linspace(0.001, 0.999, 999)
some = LINE[1_600:4_001:400]
gain = real_density(some)[:, None] * np.log(tried) + made_density(some)[:, None] * np.log1p(-tried)
found = tried[gain.argmax(axis=1)]
formula = real_density(some) / (real_density(some) + made_density(some))
for x, one, other in zip(some, found, formula, strict=True):
    print(f"x = {x:4.1f}: best of all d {one:.3f}, p / (p + q) {other:.3f}")
assert abs(found - formula).max() < 1e-3


# %% slideshow={"slide_type": "subslide"}
def points_network(inputs, outputs, spread=0.0):
    """Three dense layers; the first one's biases begin between −spread and spread."""
    first = keras.initializers.RandomUniform(-spread, spread) if spread else "zeros"
    return keras.Sequential([
        keras.Input((inputs,)),
        keras.layers.Dense(128, "relu", kernel_initializer="he_uniform", bias_initializer=first),
        keras.layers.Dense(128, "relu", kernel_initializer="he_uniform"),
        keras.layers.Dense(128, "relu", kernel_initializer="he_uniform"),
        keras.layers.Dense(outputs),
    ])  # fmt: skip


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

# %% slideshow={"slide_type": "fragment"}
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
    "formula's best discriminator, and that of a trained network, which follows it closely.",
    y_label="density; chance to be real",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# And what does the generator minimise, if its opponent is always the best? Put $D^*$ into $V$. With
# $m = (p + q) / 2$:
#
# $$V(D^*, G) = \mathrm{KL}(p \,\|\, m) + \mathrm{KL}(q \,\|\, m) - \log 4 = 2\,\mathrm{JS}(p, q) -
# \log 4,$$
#
# the **Jensen–Shannon divergence**: zero only for $p = q$, and never above $\log 2$.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
mean = (p + q) / 2
js = 0.5 * STEP * (p * np.log(p / mean) + q * np.log(q / mean)).sum()
value = STEP * (p * np.log(best) + q * np.log1p(-best)).sum()
sampled = drawn[:40_000, 0], drawn[40_000:, 0]
chances = [real_density(x) / (real_density(x) + made_density(x)) for x in sampled]
monte_carlo = np.log(chances[0]).mean() + np.log1p(-chances[1]).mean()
print(f"V(D*, G) by the integral {value:.4f}, 2 JS − log 4 {2 * js - np.log(4):.4f}")
print(f"V from 40,000 samples each {monte_carlo:.2f}")
assert abs(value - 2 * js + np.log(4)) < 1e-6

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why does the loss of the theory stall?
#
# Let real data be $\mathcal N(0, 1)$, and the generator have a single weight: $x = \theta +
# \varepsilon$. It is $\theta$ off. The best discriminator's logit is $\ell(x) = \theta^2 / 2 -
# \theta x$. Which way, and how fast, does $\theta$ move? Two losses for the generator:
#
# | | loss | its slope in $\theta$ |
# |---|---|---|
# | **saturating**, the game's own | $\mathbb E \log(1 - D(x))$ | $\theta\; \mathbb E\, D(x)$ |
# | **non-saturating** | $-\mathbb E \log D(x)$ | $\theta\; \mathbb E\, (1 - D(x))$ |
#
# Both point home. But far away, where the discriminator is sure, $D(x)$ is almost zero.


# %% slideshow={"slide_type": "fragment"}
def slopes(theta, points=4_001):
    """Slope of both losses in θ against the best discriminator, by an integral over the noise."""
    noise = np.linspace(-8, 8, points)
    weights = norm.pdf(noise) * (noise[1] - noise[0])
    chance = expit(theta**2 / 2 - theta * (theta + noise))
    return theta * (weights * chance).sum(), theta * (weights * (1 - chance)).sum()


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

# %% [markdown] slideshow={"slide_type": "fragment"}
# The formulas are claims. The package's losses and the backend's gradient, on 100,000 samples:

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
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
        told.append(f"{name} {float(ops.sum(slope)):.3f} (formula {exact:.3f})")
    print(f"θ = {theta}: " + ", ".join(told))

# %% [markdown] slideshow={"slide_type": "fragment"}
# A generator that is hopeless learns nothing from the game's own loss: exactly when it would have
# most to learn. The other loss has the same place of rest, and is what people train. (Its slope is
# no longer that of a divergence which both players share.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One step, by hand
#
# Data whose modes can be counted: a ring of eight narrow Gaussians, a grid of twenty-five. Noise of
# two numbers, two networks.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
TOYS = {}
for kind, scale in (("ring", 4.0), ("grid", 1.0)):
    toy = data.load("toys", kind=kind, train_size=POINTS)
    TOYS[kind] = scale * toy.x_train, scale * toy.centres, scale * toy.std
ring, grid = (TOYS[kind][0] for kind in TOYS)
LIMITS = (-5, 5)
networks = points_network(2, 2, spread=0.7), points_network(2, 1, spread=1.5)
print(f"{ring.shape}, {grid.shape}; weights:", *[f"{one.count_params():,}" for one in networks])


# %% [markdown] slideshow={"slide_type": "subslide"}
# A step moves the discriminator, then the generator, each along its own loss. Three things to see:
# the losses take **logits** ($-\log D = \mathrm{softplus}(-\ell)$, which cannot overflow); the
# discriminator's step must not move the generator (`stop_gradient`); the generator's gradient goes
# *through* the discriminator, whose weights stay.


# %% slideshow={"slide_type": "fragment"}
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
# That is a GAN. The package's `GAN` does the same inside `fit`, on every backend, and makes the
# generator's pass once for both turns. Same weights, batches and noise:


# %% slideshow={"slide_type": "fragment"}
def both_networks(seed):
    """Generator and discriminator, with the same weights for the same seed."""
    keras.utils.set_random_seed(seed)
    return points_network(2, 2, spread=0.7), points_network(2, 1, spread=1.5)


by_hand = TrainingStep(*both_networks(0), seed=7)
package = GAN(*both_networks(0), seed=7)
package.compile(PerNetwork(**{name: keras.optimizers.Adam(RATE, 0.0, 0.99)
                              for name in ("generator", "discriminator")}))  # fmt: skip
for batch in np.split(ring[:300], 3):
    hand, logs = by_hand(batch), package.train_on_batch(batch, return_dict=True)
    package.reset_metrics()
    print(f"discriminator {hand[0]:.4f} and {float(logs['discriminator_loss']):.4f}, "
          f"generator {hand[1]:.4f} and {float(logs['generator_loss']):.4f}")  # fmt: skip
moved = [by_hand.generator.weights + by_hand.discriminator.weights,
         package.generator.weights + package.discriminator.weights]  # fmt: skip
apart = max(
    abs(ops.convert_to_numpy(a) - ops.convert_to_numpy(b)).max()
    for a, b in zip(*moved, strict=True)
)
print(f"after three steps, no weight differs by more than {apart:.5f}")
assert apart < 1e-3

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which modes does it find?
#
# Train on the grid: 20,000 updates of both, by Adam *without* momentum (a player who keeps going
# where the other no longer is does not help), at a rate that is held for half of the time and then
# falls to zero. The rival is the same game with one term more in the discriminator's loss: the
# penalty **R1**, $\tfrac\gamma2 \mathbb E_{x \sim p} \lVert \nabla_x \ell(x) \rVert^2$ ([Mescheder
# et al. 2018](https://arxiv.org/abs/1801.04406)), a discriminator that is flat on real data.

# %% slideshow={"slide_type": "skip"}
PLAIN, PENALISED, SATURATING = "plain GAN", "with R1", "saturating loss"
RIVALS = {PLAIN: {}, PENALISED: {"r1": 0.1}, SATURATING: {"saturating": True}}


def compiled(model, epochs, rates=(RATE, RATE), momentum=0.0, fall=True):
    """The model with an Adam for each network: (generator's rate, discriminator's)."""
    updates = epochs * POINTS // BATCH_SIZE
    names = ("generator", model.critic_name)
    model.compile(PerNetwork(**{
        name: keras.optimizers.Adam(HoldThenFall(rate, updates) if fall else rate, momentum, 0.99)
        for name, rate in zip(names, rates, strict=True)
    }))  # fmt: skip
    return model


def train(name, kind, seed, epochs=EPOCHS, on_epoch=None):
    """Train a rival on ring or grid with this seed; the model and its run."""
    model = compiled(GAN(*both_networks(seed), seed=seed, **RIVALS[name]), epochs)
    run = fit(
        model,
        TOYS[kind][0],
        epochs=epochs,
        batch_size=BATCH_SIZE,
        seed=seed,
        snapshots=[max(1, 3 * epochs // 4)],
        run=None if on_epoch else f"{NOTEBOOK}/{name}, {kind}, {epochs} epochs, seed {seed}",
        report="line",
        on_epoch=on_epoch,
    )
    return model, run


# %% slideshow={"slide_type": "skip"}
def filmed(name, kind, seed=0):
    """Train once more and look at it: the model, and its film."""
    watched = {1, *np.linspace(1, EPOCHS, 12).round().astype(int).tolist()}
    frames = {}

    def keep(epoch, model, _):
        if epoch in watched:
            frames[1_000 * epoch] = widgets.gan_frame(model, LIMITS)

    model, _ = train(name, kind, seed, on_epoch=keep)
    return model, widgets.gan_film(frames)


plain, film = filmed(PLAIN, "grid")
recorded.keep_arrays("film", film)

# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "strip"):
    moments = np.linspace(0, len(film["updates"]) - 1, 5).round().astype(int)
    plotting.clouds(
        {f"{film['updates'][m]:,} updates": film["samples"][m] for m in sorted(set(moments))},
        "What does a plain GAN find of twenty-five modes?",
        alt="The grid's centres as crosses and the generator's samples at five times of the "
        "training: threads at first, then points on some of the crosses, and none on the others.",
        limits=LIMITS,
        centres=TOYS["grid"][1],
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# The same as a film, of the recorded run where there is one. Watch the right side: the generator
# can bend the plane of the noise and stretch it, but not tear it. Where does it leave the modes?

# %% slideshow={"slide_type": "fragment"}
explorer = widgets.gan_explorer(
    recorded.arrays(NOTEBOOK, "film") or film, LIMITS, centres=TOYS["grid"][1]
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Sharp, and most of the grid is missing: **mode collapse**. Two numbers tell these apart, as in
# [PacGAN](https://arxiv.org/abs/1712.04086): how many modes have at least 20 of 2,500 samples
# within three standard deviations, and which share of 10,000 samples lies so close to any mode
# (real data: 98.9 %).


# %% slideshow={"slide_type": "skip"}
def judge(model, kind, seed):
    """Modes found among 2,500 samples, and the share of good ones among 10,000, in percent."""
    _, centres, std = TOYS[kind]
    samples = model.sample(10_000, seed=[seed, 1])
    few, all_of_them = (evaluation.mode_coverage(samples[:count], centres, std, least=20)
                        for count in (2_500, 10_000))  # fmt: skip
    return {"modes": few.found, "good": 100 * all_of_them.high_quality}


def result(name, kind, seed, epochs):
    """Train and judge: at the end, and of the whole training after three quarters of it."""
    model, run = train(name, kind, seed, epochs)
    numbers = {**judge(model, kind, seed), "seconds": run.seconds[-1]}
    if epochs < EPOCHS:
        return numbers
    with run.at_epoch(max(1, 3 * epochs // 4), model):
        return {**numbers, "three quarters": judge(model, kind, seed)}


judged = {}
for seed in SEEDS:  # the rivals take turns, so that a busy machine slows all
    for kind in TOYS:
        for epochs in BUDGETS:
            for name in RIVALS:
                key = f"{name}, {kind}: {epochs} epochs, seed {seed}"
                found = recorded.kept(key, result, name, kind, seed, epochs)
                judged.setdefault((name, kind, epochs), []).append(found)


# %% slideshow={"slide_type": "subslide"}
def values(key, name, kind, epochs=EPOCHS, at_end=True):
    """One number per seed."""
    return [(r if at_end else r["three quarters"])[key] for r in judged[name, kind, epochs]]


with plotting.beside_the_record(NOTEBOOK, "modes"):
    plotting.dots(
        {
            f"{name}, {kind}": {
                "modes found, %": [
                    100 * m / len(TOYS[kind][1]) for m in values("modes", name, kind)
                ],
                "good samples, %": values("good", name, kind),
            }
            for kind in TOYS
            for name in RIVALS
        },
        "Does a generator whose samples are good find all modes?",
        alt="For ring and grid and three losses two marks a seed: the share of the modes that are "
        "found, and the share of good samples. On the grid the plain GAN has many good samples of "
        "few modes; with R1 both are high.",
        x_label="percent",
    )


# %% slideshow={"slide_type": "fragment"}
def modes_in_words(found):
    parts = []
    for kind, count in (("ring", 8), ("grid", 25)):
        for name in RIVALS:
            last = max(int(t.split(": ")[1].split()[0]) for t in found if f"{name}, {kind}" in t)
            rows = [v for t, v in found.items() if t.startswith(f"{name}, {kind}: {last} ")]
            modes, good = ([row[key] for row in rows] for key in ("modes", "good"))
            parts.append(f"{name}, {kind}: {np.mean(modes):.1f} of {count} modes [{min(modes)} to "
                         f"{max(modes)}], {np.mean(good):.1f} % good")  # fmt: skip
    return f"After {last},000 updates, {len(rows)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, modes_in_words)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Coverage and sharpness are two things. Nothing in a picture of good samples shows what is missing,
# and nothing in the discriminator's loss either: it looks at one sample at a time.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does it come to rest?
#
# A loss that is minimised goes downhill and stops. Two losses that pull at each other may do
# neither. The smallest case, the **Dirac-GAN** (Mescheder et al. 2018): all data are the number 0,
# the generator makes the number $\theta$, the discriminator's logit is $\psi x$. At the end both
# should be zero. A step moves them by
#
# $$\dot\theta = f(\psi\theta)\,\psi, \qquad \dot\psi = -g(\psi\theta)\,\theta - \gamma\,\psi,$$
#
# with functions $f$, $g$ that the loss decides and $\gamma$ the weight of R1. Before you look at
# the arrows: if $\gamma = 0$, in which direction do they turn?


# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
def motion(f, g, gamma=0.0, penalty=0.0):
    """Velocity (n, 2) of (θ, ψ) under a loss; `penalty` weighs the gradient penalty of WGAN-GP."""

    def velocity(state):
        theta, psi = np.asarray(state, dtype=float).T
        down = 2 * penalty * (abs(psi) - 1) * np.sign(psi)
        along = f(psi * theta) * psi, -g(psi * theta) * theta - gamma * psi - down
        return np.stack(along, axis=-1)

    return velocity


one = np.ones_like
GAMES = {
    "saturating": motion(expit, expit),
    "non-saturating": motion(lambda s: expit(-s), expit),
    "Wasserstein": motion(one, one),
    "Wasserstein, penalty": motion(one, one, penalty=0.5),
    "non-saturating + R1": motion(lambda s: expit(-s), expit, gamma=0.5),
}


def jacobian(velocity, at=(0.0, 0.0), step=1e-5):
    """Slopes (2, 2) of the velocity, by central differences."""
    at = np.asarray(at)
    sides = [velocity(at + sign * step * np.eye(2)) for sign in (1, -1)]
    return ((sides[0] - sides[1]) / (2 * step)).T


for name, turn, gamma in (("saturating", 0.5, 0), ("non-saturating", 0.5, 0),
                          ("Wasserstein", 1, 0), ("non-saturating + R1", 0.5, 0.5)):  # fmt: skip
    found = np.linalg.eigvals(jacobian(GAMES[name]))[0]
    formula = -gamma / 2 + np.emath.sqrt(gamma**2 / 4 - turn**2)
    print(f"{name:20} eigenvalues {found.real:+.3f} ± {abs(found.imag):.3f} i, "
          f"formula {formula.real:+.3f} ± {abs(formula.imag):.3f} i")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "fragment"}
# With $c = f(0) = g(0)$ the eigenvalues at rest are $-\gamma/2 \pm \sqrt{\gamma^2/4 - c^2}$. Their
# real part is how fast one comes to rest, their imaginary part how fast one circles. Without a
# penalty the real part is zero. (The relativistic loss with R1 and R2 has the same field, with
# $\gamma$ the sum of both weights.) Do the package's losses move this way?


# %% slideshow={"slide_type": "fragment"}
def by_the_package(model, state):
    """Velocity of (θ, ψ) by a model's losses and the backend's gradients."""
    theta, psi = (keras.Variable(np.float32(value)) for value in state)

    def logits():
        return 0 * psi.value, psi.value * theta.value

    _, (up,) = value_and_gradients(lambda: model.critic_loss(*logits()), [psi])
    _, (along,) = value_and_gradients(lambda: model.generator_loss(logits()[1]), [theta])
    return [-float(ops.convert_to_numpy(gradient)) for gradient in (along, up)]


unused = points_network(1, 1), points_network(1, 1)
PACKAGE = {
    "saturating": GAN(*unused, saturating=True),
    "non-saturating": GAN(*unused),
    "Wasserstein": WassersteinGAN(*unused),
}
furthest = max(
    abs(np.subtract(by_the_package(model, state), GAMES[name](state))).max()
    for name, model in PACKAGE.items()
    for state in np.random.default_rng(1).normal(size=(20, 2))
)
print(f"off the formulas by at most {furthest:.6f}")
assert furthest < 1e-5

# %% [markdown] slideshow={"slide_type": "subslide"}
# Training takes steps. Both players at once, or one after the other, who then sees the other's
# move: does it matter?


# %% slideshow={"slide_type": "fragment"}
def ways(velocity, start=(1.0, 1.0), rate=0.2, steps=150):
    """The way (steps + 1, 2) of simultaneous and of alternating steps."""
    both, turns = [np.array(start)], [np.array(start)]
    for _ in range(steps):
        both.append(both[-1] + rate * velocity(both[-1]))
        state = turns[-1].copy()
        for player in (1, 0):  # the discriminator moves first
            state[player] += rate * velocity(state)[player]
        turns.append(state)
    return {"both at once": np.array(both), "one after the other": np.array(turns)}


plotting.flows(
    {name: (velocity, ways(velocity)) for name, velocity in GAMES.items() if name != "saturating"},
    "Where do generator and discriminator take each other?",
    alt="Arrows over the plane of generator θ and discriminator ψ, with two ways from one start. "
    "Non-saturating and Wasserstein circle the middle, spiralling outwards if both move at once; "
    "the gradient penalty keeps them on a cycle; with R1 both ways spiral into the middle.",
    limits=(-2, 2),
    labels=("generator θ", "discriminator ψ"),
    start=(1.0, 1.0),
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Steps of rate $h$ multiply the distance from rest by the largest modulus of the step's own
# eigenvalues. Both at once that is $\sqrt{1 + c^2h^2}$: outwards, at any rate. In turns it is
# exactly 1: around and around. Only with R1 is it below 1.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
RATE_OF_STEP = 0.2
for name in ("non-saturating", "Wasserstein", "non-saturating + R1"):
    slope = RATE_OF_STEP * jacobian(GAMES[name])
    first, second = np.eye(2), np.eye(2)
    first[1] += slope[1]  # the discriminator's turn
    second[0] += slope[0]  # then the generator's
    moduli = [abs(np.linalg.eigvals(step)).max() for step in (np.eye(2) + slope, second @ first)]
    print(f"{name:20} both at once {moduli[0]:.4f}, one after the other {moduli[1]:.4f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# So a rate that does not fall leaves a GAN circling at a distance that the rate sets; to let it
# fall at the end is to let the game come to rest. The Dirac-GAN says nothing about how good the
# place of rest is.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What failure looks like
#
# *Why does my GAN not look like yours?* Four trainings, broken on purpose, one thing each.
#
# - **Collapse** (nothing is broken but the loss: a plain GAN on the grid). Good samples, few kinds;
#   the curves are calm. What helps: R1 or a relativistic loss; count modes, or measure recall.
# - **The discriminator wins** (the saturating loss). Samples far from the data, accuracy near 1,
#   the generator's loss stands still near 0. What helps: the non-saturating loss, a penalty.
# - **Oscillation** (momentum of 0.9, a rate that does not fall). Modes come and go, the losses
#   swing for ever. What helps: no momentum, a falling rate, an average of the weights.
# - **Checkerboards** (transposed convolutions of kernel 3, stride 2). Nothing in any curve. What
#   helps: kernels divisible by the stride, or enlarging first.

# %% slideshow={"slide_type": "skip"}
FAILURES = {
    "collapse": ("grid", {}, {}),
    "the discriminator wins": ("grid", {"saturating": True}, {}),
    "oscillation": ("ring", {}, {"momentum": 0.9, "fall": False}),
}


def broken(name):
    """Train a run that fails; samples at the end and shortly before, its curves, its modes."""
    kind, options, settings = FAILURES[name]
    model = compiled(GAN(*both_networks(1), seed=1, **options), FAILING_EPOCHS, **settings)
    looks, counts = [], []

    def look(_, model, __):
        looks.append(model.sample(1_000, seed=0))
        counts.append(judge(model, kind, 0)["modes"])

    run = fit(model, TOYS[kind][0], epochs=FAILING_EPOCHS, batch_size=BATCH_SIZE, seed=1,
              report="line", on_epoch=look)  # fmt: skip
    return looks[-2:], run.history, counts


failed = {name: broken(name) for name in FAILURES}

# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "failures"):
    plotting.clouds(
        {
            f"{name}{when}": points
            for name, (looks, _, _) in failed.items()
            for points, when in zip(
                looks, (",\n1,000 updates before", ",\nat the end"), strict=True
            )
        },
        "Three broken trainings: what do the samples show, now and a thousand updates ago?",
        alt="Samples of three trainings, each at two times. Collapse: a few modes of the grid, the "
        "same both times. The discriminator wins: samples lie between the modes. Oscillation: the "
        "ring's modes are not the same ones.",
        limits=LIMITS,
        columns=2,
    )

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "failing_curves"):
    steps = np.arange(1, FAILING_EPOCHS + 1)
    plotting.lines(
        {
            f"thousand updates: {name}": {
                "accuracy of the discriminator": (steps, history["accuracy"]),
                "generator's loss": (steps, history["generator_loss"]),
                "share of the modes found": (
                    steps, np.array(counts) / len(TOYS[FAILURES[name][0]][1])
                ),
            }
            for name, (_, history, counts) in failed.items()
        },
        "Which of the failures do the curves show?",
        alt="For each of the three trainings, over the updates: the discriminator's accuracy, the "
        "generator's loss, and the share of the modes that are found.",
        y_label="see the legend",
    )  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# The fourth is seen in images, and before any training. A transposed convolution of kernel 3 and
# stride 2 lays tiles of three pixels two pixels apart: every other pixel lies under two tiles
# ([Odena et al. 2016](https://distill.pub/2016/deconv-checkerboard/)). Feed a constant through one
# whose weights are all equal:


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def tiled(kernel, size=6):
    """What a transposed convolution of stride 2 with equal weights makes of a constant image."""
    layer = keras.layers.Conv2DTranspose(1, kernel, strides=2, padding="same",
                                         kernel_initializer="ones", use_bias=False)  # fmt: skip
    made = layer(np.ones((1, size, size, 1), "float32"))
    return ops.convert_to_numpy(made)[0, ..., 0]


boards = {f"kernel {kernel}": tiled(kernel) for kernel in (3, 4, 5)}
for name, board in boards.items():
    inner = board[4:-4, 4:-4]
    print(
        f"{name}: each inner pixel is hit {sorted(set(inner.ravel().astype(int).tolist()))} times"
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# A trained generator can make up for it with its weights. Does it? Two generators of digits that
# differ in nothing but the kernel. As a measure, the share of an image's variance that lies in
# waves of two pixels, the fastest ones there are.

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


def draw_digits(kernel):
    """Samples of a generator with this kernel after a short training."""
    keras.utils.set_random_seed(0)
    discriminator = conv_discriminator(SHAPE, (32, 64), dropout=0.0)
    model = RelativisticGAN(digit_generator(kernel), discriminator, r1=1.0, r2=1.0, seed=0)
    updates = DIGIT_EPOCHS * -(-DIGITS // 64)
    model.compile(PerNetwork(**{
        name: keras.optimizers.Adam(HoldThenFall(1e-3, updates), 0.0, 0.99)
        for name in ("generator", "discriminator")
    }))  # fmt: skip
    fit(model, digits.x_train, epochs=DIGIT_EPOCHS, batch_size=64, report="line")
    return model.sample(1_000, seed=0)


def fastest_waves(pictures):
    """Share of the variance in waves of two pixels, in percent, mean of images (n, h, w, 1)."""
    power = abs(np.fft.fft2(pictures[..., 0])) ** 2
    power[:, 0, 0] = 0  # the mean is no wave
    half = power.shape[1] // 2
    fastest = power[:, half].sum(axis=1) + power[:, :, half].sum(axis=1) - power[:, half, half]
    return 100 * float((fastest / power.sum(axis=(1, 2))).mean())


drawn_digits = {f"kernel {kernel}": draw_digits(kernel) for kernel in (3, 4)}
drawn_digits["real"] = digits.x_test[:1_000]

# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "checkerboards"):
    plotting.image_rows(
        {name: pictures[:10] for name, pictures in drawn_digits.items()},
        "Does training hide the checkerboard?",
        alt="Ten digits each: of a generator with kernel 3, with a grain of two pixels; of one "
        "with kernel 4, smoother; and real ones.",
        notes={name: f"{fastest_waves(pictures):.2f} %" for name, pictures in drawn_digits.items()},
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Ten seeds; pairs share the seed, that is, first weights, order of the points, and noise. In the
# tables ± is the standard deviation over the seeds. PacGAN's GANs were trained on 100,000 points
# for 400 epochs, with other networks and Adam's usual settings: 6.3 of 8 and 17.3 of 25 modes.


# %% slideshow={"slide_type": "skip"}
def compare(name, statement, test, kind, key, measure, conditions, better="higher"):
    """Judge and show one claim about two of the trainings."""

    def found(epochs=EPOCHS, at_end=True):
        return {condition: values(key, condition, kind, epochs, at_end) for condition in conditions}

    outcome = claims.test(
        claims.Claim(name=name, statement=statement, test=test, measure=measure, better=better,
                     paired=True),
        found(),
        f"{POINTS:,} points, {EPOCHS * POINTS // BATCH_SIZE:,} updates",
        data.load("toys", kind=kind),
        earlier={**{e / EPOCHS: found(e) for e in BUDGETS[:-1]}, 3 / 4: found(at_end=False)},
        own_budget=False,
    )  # fmt: skip
    claims.show(outcome, NOTEBOOK)


# %% [markdown] slideshow={"slide_type": "subslide"}
# > "The minimax loss saturates; the non-saturating one trains."

# %% slideshow={"slide_type": "fragment"}
compare(
    "non_saturating_finds_more",
    "With the non-saturating loss a GAN finds more modes of the grid than with the saturating one.",
    "Same networks, seeds and updates; only the generator's loss differs.",
    "grid",
    "modes",
    "modes of 25 with at least 20 of 2,500 samples",
    (PLAIN, SATURATING),
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "GANs collapse."

# %% slideshow={"slide_type": "fragment"}
compare(
    "r1_finds_more",
    "A plain GAN misses modes of the grid that the same game with R1 finds.",
    "Same networks, seeds and updates; the rival has the penalty R1, γ = 0.1.",
    "grid",
    "modes",
    "modes of 25 with at least 20 of 2,500 samples",
    (PENALISED, PLAIN),
)
compare(
    "r1_finds_more_of_the_ring",
    "A plain GAN misses modes of the ring that the same game with R1 finds.",
    "As above, on the ring.",
    "ring",
    "modes",
    "modes of 8 with at least 20 of 2,500 samples",
    (PENALISED, PLAIN),
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "If the samples look right, the generator has learnt the distribution."

# %% slideshow={"slide_type": "fragment"}
outcome = claims.test(
    claims.Claim(
        name="good_samples_mean_all_modes",
        statement="A plain GAN on the grid finds at least as large a share of the modes as its "
        "share of good samples.",
        test="Both shares of the same networks.",
        measure="percent",
        better="higher",
        paired=True,
    ),
    {
        "modes found": [4.0 * modes for modes in values("modes", PLAIN, "grid")],
        "good samples": values("good", PLAIN, "grid"),
    },
    f"{POINTS:,} points, {EPOCHS * POINTS // BATCH_SIZE:,} updates",
    data.load("toys", kind="grid"),
)
claims.show(outcome, NOTEBOOK)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - The best discriminator is a ratio of densities, and against it the generator minimises the
#   Jensen–Shannon divergence. Nobody trains that: real discriminators are not the best ones.
# - The loss of the theory pulls least where the generator is worst.
# - Good samples and all modes are two things; a penalty on the slope buys the second.
# - Two players circle unless something damps them: the eigenvalues say so, and R1 does it. A rate
#   that falls to zero brings any of them to a halt, which is not the same as to rest.
# - It contradicts itself? In the theory all is decided by the divergence; in the experiments, by
#   how the game is played.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# **1. The value of a guess.** Complete `game_value`: $V(D, G)$ for a discriminator that answers the
# same chance $d$ to every sample. Check yourself: −1.386 for $d = 1/2$, and no other $d$ does
# better.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def game_value(chance):
    """V of a discriminator that says `chance` everywhere, in nats."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Smoothed targets.** With one-sided smoothing real images get the target $1 - s$. Derive the
# best discriminator and complete `best_smoothed`. Check yourself: for $s = 0$ it is `best`; for $p
# = q$ and $s = 0.1$ it is 0.45 everywhere.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def best_smoothed(p, q, smoothing):
    """The best chance where real data have density `p`, the generator `q`."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **3. A logit for the Dirac-GAN.** A least-squares loss: the discriminator minimises
# $(\ell(0) - 1)^2 + \ell(\theta)^2$, the generator $(\ell(\theta) - 1)^2$, with $\ell(x) = \psi x$.
# Complete its velocity and look at `np.linalg.eigvals(jacobian(least_squares))`. Check yourself:
# both real parts are zero. Why is that no surprise?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def least_squares(state):
    """Velocity (n, 2) of states (n, 2), columns θ and ψ."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **4. The relativistic game.** Write a `LeastSquaresGAN` or a `RelativisticGAN` of your own: a
# subclass of `course_utils.models.AdversarialModel` with two losses. Train it with `compiled` and
# `fit` as above. Check yourself: the package's `RelativisticGAN(*both_networks(0), r1=0.1,
# r2=0.1)` finds all 25 modes.

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
