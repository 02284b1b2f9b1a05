# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Does a distance teach better than a judge?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/12_wasserstein.ipynb)
#
# **Time** · smoke 50 s · cpu 10 min · gpu not measured
#
# How much work is it to shovel one heap of earth into the shape of another? This distance tells a
# generator the way even where no sample of it looks real. First the distance where it is known,
# then a network that finds it, then two ways to hold that network's slope, judged by what they
# draw, and what came after them.
#
# After this notebook you can
#
# - compute the earth mover's distance in one dimension in four ways, and say why it has a slope
#   where the Jensen–Shannon divergence has none;
# - say what a critic is, what bounds it, and how far its value is from the distance;
# - tell clipping from a gradient penalty by the weights and the slopes;
# - say what each part of a stable recipe buys: the penalty, the critic's steps, the falling rate;
# - judge whether the critic's value tells how good the images are.

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
import functools
import warnings

import keras
import numpy as np
from keras import layers, ops
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.stats import norm, spearmanr, wasserstein_distance

from course_utils.adversaries import conv_discriminator, points_network
from course_utils.evaluation import claims, recorded
from course_utils.gradients import value_and_gradients, value_and_input_gradient
from course_utils.measures.inputs import ConstantFeaturesWarning
from course_utils.models import GAN, PerNetwork, RelativisticGAN, WassersteinGAN, WassersteinGANGP
from course_utils.training import HoldThenFall, fit

# The first samples are all alike; the distance is right all the same.
warnings.simplefilter("ignore", ConstantFeaturesWarning)

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "12_wasserstein"
POINTS, POINTS_BATCH = 100_000, 100  # ring and grid; 1,000 updates an epoch
# Epochs: the last is the whole training; the shorter one, planned for so many epochs, shows whether
# a verdict turns over.
POINTS_BUDGETS = by_profile(
    smoke={"ring": (1,), "grid": (1,)},
    cpu={"ring": (6,), "grid": (8,)},
    gpu={"ring": (3, 12), "grid": (6, 24)},
    record={"ring": (3, 12), "grid": (6, 24)},
)
POINTS_SEEDS = by_profile(
    smoke=range(20, 21), cpu=range(20, 21), gpu=range(20, 23), record=range(20, 30)
)
CHANGE_SEEDS = by_profile(smoke=range(0), cpu=range(0), gpu=range(20, 23), record=range(20, 23))
# The plain GAN also gets so many times the epochs: about the time that the others take.
LONGER = by_profile(smoke=0, cpu=0, gpu=1.5, record=1.5)
LONE_POINTS, LONE_EPOCHS = 50_000, 4  # for a critic whose generator stands still

# %% slideshow={"slide_type": "skip"}
TRAIN_SIZE = by_profile(smoke=1_500, cpu=60_000, gpu=60_000)
BATCH_SIZE = by_profile(smoke=16, cpu=64, gpu=64)
IMAGE_BUDGETS = by_profile(smoke=(5,), cpu=(4,), gpu=(5, 20), record=(2, 6))
FASTER = by_profile(smoke=5, cpu=1, gpu=1)  # times the learning rates, where updates are few
FILTERS = by_profile(smoke=16, cpu=32, gpu=64)
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(5))
COUNT = by_profile(smoke=500, cpu=5_000, gpu=5_000)  # samples for each distance
NOISE_DIM = 64

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How far apart are two heaps?
#
# Real data in a narrow heap at 0, a generator's in a narrow heap at $\theta$. Once they do not
# overlap, is it any worse to be at 5 than at 3? The **earth mover's distance** is the least work,
# mass times way, that turns one heap into the other.

# %% [markdown] slideshow={"slide_type": "notes"}
# Ask it, and ask the Jensen–Shannon divergence, which is what a GAN minimises against its best
# discriminator (notebook 10).

# %% slideshow={"slide_type": "skip"}
LINE = np.linspace(-4, 10, 7_001)
STEP = LINE[1] - LINE[0]
WIDTH = 0.3


def js(p, q):
    """Jensen–Shannon divergence in nats of densities on the line."""
    mean = (p + q) / 2
    return 0.5 * STEP * sum((d * np.log(np.where(d > 0, d / mean, 1))).sum() for d in (p, q))


def earth_movers(p, q):
    """Earth mover's distance of densities on the line: the area between their distributions."""
    return STEP * abs(np.cumsum(p - q) * STEP).sum()


# %% slideshow={"slide_type": "fragment"}
heap = norm.pdf(LINE, 0, WIDTH)
aways = np.linspace(0, 6, 61)
by_measure = {
    name: [measure(heap, norm.pdf(LINE, away, WIDTH)) for away in aways]
    for name, measure in {"Jensen–Shannon": js, "earth mover's": earth_movers}.items()
}
plotting.lines(
    {"θ, where the generator's heap lies": {n: (aways, v) for n, v in by_measure.items()}},
    "Which of the two knows that 5 is farther than 3?",
    alt="Two curves over the distance of the heaps: the Jensen–Shannon divergence rises to the "
    "logarithm of two within two units and is flat from there; the earth mover's distance is a "
    "straight line.",
    y_label="nats; units of x",
    levels={"log 2": np.log(2)},
)

# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
for away in (0.3, 1.0, 3.0, 5.0):
    around = [norm.pdf(LINE, away + side, WIDTH) for side in (-0.01, 0.01)]
    slopes = [(measure(heap, around[1]) - measure(heap, around[0])) / 0.02
              for measure in (js, earth_movers)]  # fmt: skip
    print(f"θ = {away}: slope of JS {slopes[0]:.5f}, of the earth mover's distance {slopes[1]:.5f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Four ways to the same number
#
# On a line nothing is gained by letting two ways cross. So sort both sets of points, and take the
# first to the first, the second to the second:
#
# $$W(p, q) = \frac1n \sum_i \lvert x_{(i)} - y_{(i)} \rvert = \int \lvert F_p(x) - F_q(x) \rvert\,
# dx.$$
#
# Is there really no cheaper plan? For a few points the cheapest of all can be computed.

# %% [markdown] slideshow={"slide_type": "notes"}
# ($x_{(i)}$: the $i$-th in order. That whole points go to whole points is no loss: with equal
# masses some best plan splits none.)

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
rng = np.random.default_rng(0)
x, y = rng.normal(size=200), 1.5 + 0.5 * rng.normal(size=200)
ways = {
    "sorted": np.abs(np.sort(x) - np.sort(y)).mean(),
    "as they come": np.abs(x - y).mean(),
    "scipy": wasserstein_distance(x, y),
}
grid = np.sort(np.concatenate([x, y]))
heights = [np.searchsorted(np.sort(part), grid[:-1], side="right") / 200 for part in (x, y)]
ways["area between"] = (abs(heights[0] - heights[1]) * np.diff(grid)).sum()
costs = abs(x[:, None] - y)
ways["best of all plans"] = costs[linear_sum_assignment(costs)].mean()
print(", ".join(f"{name} {value:.4f}" for name, value in ways.items()))
right = [value for name, value in ways.items() if name != "as they come"]
assert max(right) - min(right) < 1e-9

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Who sets the prices?
#
# In more dimensions one cannot sort. But a haulier buys earth where the generator has too much of
# it, and sells it where the data need it, at prices $f$ that depend on the place; for a way he may
# charge at most its length. The most that he can earn is the least that the work costs:
#
# $$W(p, q) = \max_{\lvert f(x) - f(y) \rvert \le \lvert x - y \rvert}\; \mathbb E_{x \sim p} f(x) -
# \mathbb E_{x \sim q} f(x)$$
#
# A price list with slope at most 1 is something that a network can be: the **critic** ([Arjovsky et
# al. 2017](https://arxiv.org/abs/1701.07875)).

# %% [markdown] slideshow={"slide_type": "notes"}
# (The formula is called the **Kantorovich–Rubinstein dual**.) On a line the best list is known: its
# slope is the sign of $F_q - F_p$.

# %% slideshow={"slide_type": "subslide"} tags=["nbval-check-output"]
p = 0.5 * norm.pdf(LINE, 0, 0.6) + 0.5 * norm.pdf(LINE, 5, 0.6)  # real
q = norm.pdf(LINE, 2, 0.8)  # the generator's
prices = STEP * np.cumsum(np.sign(np.cumsum(q - p)))
earned = STEP * (prices * (p - q)).sum()
print(f"the least work {earth_movers(p, q):.3f}, the most earned {earned:.3f}")
wrong = STEP * (2 * prices * (p - q)).sum()
print(f"the same list with twice the slope, which is not allowed, earns {wrong:.3f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Two ways to hold a network's slope. **Clipping**: after each step cut every weight to $[-c, c]$. A
# **gradient penalty** ([Gulrajani et al. 2017](https://arxiv.org/abs/1704.00028)): the critic's
# loss gets one term more,
#
# $$\mathbb E f(G(z)) - \mathbb E f(x) + \lambda\, \mathbb E\left(\lVert \nabla f(\hat x) \rVert -
# 1\right)^2, \qquad \hat x = u\, x + (1 - u)\, G(z),$$
#
# at points $\hat x$ between a real and a made one, with $u$ uniform in $[0, 1]$.

# %% [markdown] slideshow={"slide_type": "notes"}
# Clipping bounds the slope by a number that is known and huge (exercise 3), and hardly ever
# reached. The generator minimises $-\mathbb E f(G(z))$. A check where the slope is known: a linear
# critic $f(x) = w \cdot x$ has slope $\lVert w \rVert$ everywhere.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
linear = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
model = WassersteinGANGP(points_network(2, 2), linear, penalty_weight=10.0, seed=0)
pairs = np.random.default_rng(0).normal(size=(2, 50, 2)).astype("float32")
for weights in ((3.0, 4.0), (0.6, 0.8)):
    linear.set_weights([np.array(weights)[:, None]])
    penalty = float(model.judge(*map(ops.convert_to_tensor, pairs))[2])
    print(f"w = {weights}: penalty {penalty:.3f}, formula {10 * (np.hypot(*weights) - 1) ** 2:.3f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Now train only the critic; the generator stands still. Does it find the exact value?


# %% slideshow={"slide_type": "skip"}
def standing_still(mean, std):
    """A generator that makes N(mean, std²) of noise and is not trained."""
    layer = keras.layers.Dense(1)
    network = keras.Sequential([keras.Input((1,)), layer])
    layer.set_weights([np.float32([[std]]), np.float32([mean])])
    return network


# %% slideshow={"slide_type": "skip"}
side = np.random.default_rng(1).integers(2, size=LONE_POINTS)
real = np.random.default_rng(2).normal(5.0 * side, 0.6)[:, None].astype("float32")
CRITICS = {
    "clipping": functools.partial(WassersteinGAN, clip=0.1),
    "penalty": functools.partial(WassersteinGANGP, penalty_weight=10.0),
}


# %% slideshow={"slide_type": "skip"}
def lone_critic(name):
    """Train a critic against a generator that stands still; the model."""
    keras.utils.set_random_seed(0)
    model = CRITICS[name](standing_still(2.0, 0.8), points_network(1, 1, spread=3.0),
                          critic_steps=1, seed=0)  # fmt: skip
    updates = LONE_EPOCHS * LONE_POINTS // POINTS_BATCH
    model.compile(PerNetwork(
        generator=keras.optimizers.SGD(0.0),
        critic=keras.optimizers.Adam(HoldThenFall(2e-3, updates), 0.0, 0.99),
    ))  # fmt: skip
    fit(model, real, epochs=LONE_EPOCHS, batch_size=POINTS_BATCH, report="line")
    return model


critics = {name: lone_critic(name) for name in CRITICS}

# %% slideshow={"slide_type": "skip"}
shown = np.linspace(-2, 7, 181).astype("float32")[:, None]


def price_list(model):
    """Prices of a critic at the shown places, its steepest slope there, and its value."""
    prices, slope = value_and_input_gradient(lambda x: model.critic(x)[:, 0], shown)
    value = model.logits_of(real).mean() - model.logits_of(model.sample(LONE_POINTS, 0)).mean()
    return ops.convert_to_numpy(prices), float(abs(ops.convert_to_numpy(slope)).max()), float(value)


lists = {name: price_list(model) for name, model in critics.items()}
for name, (_, steepest, value) in lists.items():
    print(f"{name:9} value {value:7.3f}, steepest slope {steepest:6.2f}, value / slope "
          f"{value / steepest:.3f}; exact {earned:.3f}")  # fmt: skip
assert abs(lists["penalty"][2] / earned - 1) < 0.15

# %% slideshow={"slide_type": "fragment"}
exact = np.interp(shown[:, 0], LINE, prices)
drawn = {
    "best list of prices": exact,
    "critic with penalty": lists["penalty"][0],
    "clipped critic, its steepest slope scaled to 1": lists["clipping"][0] / lists["clipping"][1],
}
plotting.lines(
    {"x": {name: (shown[:, 0], curve - curve.mean()) for name, curve in drawn.items()}},
    "How near do two critics come to the best list of prices?",
    alt="Over x: the best list of prices, falling to 2 and rising after it with slope 1; the "
    "critic with penalty, nearly the same; the clipped critic, flatter in places.",
    y_label="price",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# With the penalty the value is the distance, to about a tenth. The clipped critic's value is in
# units of its own.

# %% [markdown] slideshow={"slide_type": "notes"}
# (A tenth too much, since the slope is above 1 in places: the penalty asks for it on average. The
# clipped critic's value must be divided by a slope that varies from place to place.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What came after: a relative judge
#
# A plain discriminator is asked "is this real?". The **relativistic** one is asked of a pair "which
# of the two is the real one?" ([Jolicoeur-Martineau 2018](https://arxiv.org/abs/1807.00734)):
#
# $$\min_D\, \mathbb E\,\mathrm{softplus}(\ell(G(z)) - \ell(x)), \qquad \min_G\, \mathbb E\,
# \mathrm{softplus}(\ell(x) - \ell(G(z))).$$
#
# Then no made sample is "good enough": it must keep up with the real ones beside it.

# %% [markdown] slideshow={"slide_type": "notes"}
# Alone this loss does not come to rest; with the zero-centred penalties **R1** and **R2**,
# $\tfrac{\gamma}{2}\, \mathbb E \lVert \nabla \ell \rVert^2$ at real and at made samples, it does
# ([Huang et al. 2024](https://arxiv.org/abs/2501.05441); the eigenvalues stand in notebook 10).
#
# It is a cousin of the critic: only differences of logits count, and the softplus has slope 1 where
# the critic loses.

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
game = RelativisticGAN(points_network(2, 2), points_network(2, 1), r1=0.1, r2=0.1)
on_real, on_made = np.float32([2.0, -1.0]), np.float32([0.0, 0.5])
by_hand = np.log1p(np.exp(on_made - on_real)).mean(), np.log1p(np.exp(on_real - on_made)).mean()
told = float(game.critic_loss(on_real, on_made)), float(game.generator_loss(on_made, on_real))
print(f"discriminator {told[0]:.4f} (by hand {by_hand[0]:.4f}), "
      f"generator {told[1]:.4f} (by hand {by_hand[1]:.4f})")  # fmt: skip
shift = float(game.critic_loss(on_real + 7, on_made + 7))
print(f"all logits moved by 7: {shift:.4f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Ring and grid: which game finds all modes?
#
# Ring and grid of notebook 10, for all games the same networks and updates, each game at the best
# of several settings. A mode is found by at least 20 of 2,500 samples.

# %% [markdown] slideshow={"slide_type": "notes"}
# The ring is four times as large as in [PacGAN](https://arxiv.org/abs/1712.04086). Adam without
# momentum, one update of the critic for each of the generator, and a rate that is held for half of
# the time and then falls to zero. Good samples lie within three standard deviations of a mode (real
# data: 98.9 %). Penalties take time: so the recorded run also trains the plain GAN for half as many
# updates again.
#
# Settings are chosen by the energy distance to held-out points, on a seed that is used for nothing
# else: four learning rates, for clipping also three bounds $c$.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
TOYS = {}
for kind, scale in (("ring", 4.0), ("grid", 1.0)):
    toy = data.load("toys", kind=kind, train_size=POINTS)
    TOYS[kind] = scale * toy.x_train, scale * toy.centres, scale * toy.std, scale * toy.x_test
    print(f"{kind}: {len(toy.centres)} modes of standard deviation {scale * toy.std:.2f}")

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
PLAIN, CLIPPED, PENALTY, RELATIVISTIC = "plain GAN", "clipping", "penalty", "relativistic"
GAMES = {
    PLAIN: GAN,
    CLIPPED: functools.partial(WassersteinGAN, critic_steps=1),
    PENALTY: functools.partial(WassersteinGANGP, penalty_weight=1.0, critic_steps=1),
    RELATIVISTIC: functools.partial(RelativisticGAN, r1=0.1, r2=0.1),
}
LONG = "plain, longer"
RATES = (5e-4, 1e-3, 2e-3, 4e-3)
SETTINGS = {name: [(rate,) for rate in RATES] for name in GAMES}
SETTINGS[CLIPPED] = [(rate, clip) for rate in RATES for clip in (0.03, 0.1, 0.3)]
print("settings to choose from:", {name: len(settings) for name, settings in SETTINGS.items()})


# %% slideshow={"slide_type": "skip"}
def train_points(name, kind, seed, epochs, setting=None, fall=True, spread=(0.7, 1.5), noise=2,
                 **options):  # fmt: skip
    """Train a game on ring or grid with this seed; the model and its run."""
    keras.utils.set_random_seed(seed)
    networks = points_network(noise, 2, spread=spread[0]), points_network(2, 1, spread=spread[1])
    game = PLAIN if name == LONG else name
    rate, *clip = setting or best_setting(game, kind)
    options |= {"clip": clip[0]} if clip else {}
    model = GAMES[game](*networks, seed=seed, **options)
    rate = HoldThenFall(rate, epochs * POINTS // POINTS_BATCH) if fall else rate
    players = ("generator", model.critic_name)
    optimizers = {player: keras.optimizers.Adam(rate, 0.0, 0.99) for player in players}
    model.compile(PerNetwork(**optimizers))
    snapshots = [max(1, 3 * epochs // 4)]
    return model, fit(
        model, TOYS[kind][0], epochs=epochs, batch_size=POINTS_BATCH, seed=seed,
        snapshots=snapshots, report="line",
    )  # fmt: skip


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def energy_distance(one, other):
    """Between two sets of points (n, d): 2 E|x − y| − E|x − x'| − E|y − y'|."""
    return 2 * cdist(one, other).mean() - cdist(one, one).mean() - cdist(other, other).mean()


left, right = np.random.default_rng(0).normal(size=(2, 2_000, 2))
print(f"two draws from one Gaussian {energy_distance(left, right):.2f}, "
      f"one of them moved by 1 {energy_distance(left, right + 1):.2f}")  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def score_points(setting, name, kind):
    """Energy distance of samples to held-out points, after a training with this setting."""
    model, _ = train_points(name, kind, 100, POINTS_BUDGETS[kind][0], setting)
    return float(energy_distance(model.sample(2_500, seed=0), TOYS[kind][3][:2_500]))


def best_setting(name, kind):
    """The best setting of a game on this kind of data, by the shorter training."""
    asked = (SETTINGS[name], score_points, name, kind)
    middle = SETTINGS[name][len(SETTINGS[name]) // 2]
    return recorded.best(NOTEBOOK, f"setting of {name}, {kind}", *asked, otherwise=middle)


# %% slideshow={"slide_type": "skip"}
def judge_points(model, kind, seed):
    """Modes found strictly by 2,500 samples, and the percent of good ones among 10,000."""
    _, centres, std, _ = TOYS[kind]
    samples = model.sample(10_000, seed=[seed, 1])
    found = evaluation.mode_coverage(samples[:2_500], centres, std, least=20)
    good = evaluation.mode_coverage(samples, centres, std).high_quality
    return {"modes": found.found, "good": 100 * good}


# %% slideshow={"slide_type": "skip"}
def result_points(name, kind, seed, epochs):
    """Train and judge: at the end, and after three quarters of the training."""
    model, run = train_points(name, kind, seed, epochs)
    numbers = {**judge_points(model, kind, seed), "seconds": run.seconds[-1], "epochs": epochs}
    with run.at_epoch(max(1, 3 * epochs // 4), model):
        return {**numbers, "three quarters": judge_points(model, kind, seed)}


def plans(games, budgets):
    """Names and epochs: each game at each length, and the plain one, where asked for, longer."""
    longer = [(LONG, int(LONGER * budgets[-1]))] if LONGER else []
    return [(name, epochs) for epochs in budgets for name in games] + longer


# %% slideshow={"slide_type": "skip"}
judged = {}
for seed in POINTS_SEEDS:  # the games take turns, so that a busy machine slows all
    for kind, budgets in POINTS_BUDGETS.items():
        for name, epochs in plans(GAMES, budgets):
            title = f"{name}, {kind}: {epochs} epochs, seed {seed}"
            found = recorded.kept(title, result_points, name, kind, seed, epochs)
            judged.setdefault((name, kind, epochs), []).append(found)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def last(name, budgets):
    """Epochs of the whole training of a game."""
    return int(LONGER * budgets[-1]) if name == LONG else budgets[-1]


def values(key, name, kind, epochs=None, at_end=True):
    """One number per seed."""
    results = judged[name, kind, epochs or last(name, POINTS_BUDGETS[kind])]
    return [(r if at_end else r["three quarters"])[key] for r in results]


def shares(rows, kind):
    """Modes and good samples of results, in percent."""
    modes = [100 * row["modes"] / len(TOYS[kind][1]) for row in rows]
    return {"modes found, %": modes, "good samples, %": [row["good"] for row in rows]}


print("half of the ring:", shares([{"modes": 4, "good": 90}], "ring"))


# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "modes"):
    plotting.dots(
        {f"{name}, {kind}": shares(found, kind) for (name, kind, epochs), found in judged.items()
         if epochs == last(name, POINTS_BUDGETS[kind])},
        "Which games find all modes, and draw good samples of them?",
        alt="For ring and grid and four games two marks a seed: the share of the modes found, and "
        "the share of good samples.",
        x_label="percent",
    )  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
def modes_in_words(found):
    parts = []
    for kind, count in (("ring", 8), ("grid", 25)):
        for name in (*GAMES, LONG):
            rows = [v for t, v in found.items() if t.startswith(f"{name}, {kind}: ")]
            rows = [row for row in rows if row["epochs"] == max(row["epochs"] for row in rows)]
            modes, good, seconds = ([row[k] for row in rows] for k in ("modes", "good", "seconds"))
            parts.append(
                f"{name}, {kind}: {np.mean(modes):.1f} of {count} modes (fewest {min(modes)}), "
                f"{np.mean(good):.1f} % good (worst {min(good):.1f}), {np.mean(seconds):.0f} s"
            )
    return f"{len(rows)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, modes_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What does each part of the recipe buy?
#
# Take each part away, one at a time, on the grid: one row, one change. Is it the loss or the
# penalty that matters?

# %% [markdown] slideshow={"slide_type": "notes"}
# **Average** keeps a moving average of the generator's weights in place of a rate that falls. For
# the last question: the plain game with both penalties, and the relativistic one without.

# %% slideshow={"slide_type": "skip"}
CHANGES = {
    "as it is": {},
    "rate never falls": {"fall": False},
    "rate never falls, average 0.999": {"fall": False, "average": 0.999},
    "biases begin at zero": {"spread": (0.0, 0.0)},
    "noise of 16 numbers": {"noise": 16},
    "five critic steps": {"critic_steps": 5},
}
CHANGES_OF = {
    PENALTY: {**CHANGES, "penalty times 10": {"penalty_weight": 10.0}},
    RELATIVISTIC: {**CHANGES, "penalties times 10": {"r1": 1.0, "r2": 1.0}, "no R2": {"r2": 0.0},
                   "no penalty": {"r1": 0.0, "r2": 0.0}},
    PLAIN: {"as it is": {}, "with R1": {"r1": 0.1}, "with R1 and R2": {"r1": 0.1, "r2": 0.1}},
}  # fmt: skip
ROWS = [(name, change) for name in CHANGES_OF for change in CHANGES_OF[name]]


# %% slideshow={"slide_type": "skip"}
def result_changed(name, change, seed):
    """Modes and good samples on the grid with one thing changed."""
    epochs = POINTS_BUDGETS["grid"][-1]
    model, _ = train_points(name, "grid", seed, epochs, **CHANGES_OF[name][change])
    return judge_points(model, "grid", seed)


changed = {}
for name, change in ROWS:
    for seed in CHANGE_SEEDS:
        title = f"{name} but {change}, seed {seed}"
        if change == "as it is":
            title = f"{name}, grid: {POINTS_BUDGETS['grid'][-1]} epochs, seed {seed}"
            found = judged[name, "grid", POINTS_BUDGETS["grid"][-1]][seed - POINTS_SEEDS[0]]
        else:
            found = recorded.kept(title, result_changed, name, change, seed)
        changed.setdefault(f"{name}: {change}", []).append(found)

# %% slideshow={"slide_type": "fragment"}
if changed:
    with plotting.beside_the_record(NOTEBOOK, "parts"):
        plotting.dots(
            {row: shares(found, "grid") for row, found in changed.items()},
            "What happens if one thing is changed?",
            alt="A row for each changed part of three games, two marks a seed: the share of the "
            "grid's modes found, and the share of good samples.",
            x_label="percent",
        )


# %% slideshow={"slide_type": "fragment"}
def changes_in_words(found):
    parts = []
    for name, change in ROWS:
        rows = [v for t, v in found.items() if t.startswith(f"{name} but {change}, seed")]
        if rows:
            modes, good = ([row[key] for row in rows] for key in ("modes", "good"))
            parts.append(
                f"{name}, {change}: {np.mean(modes):.1f} modes, {np.mean(good):.1f} % good"
            )
    return f"On the grid, {len(rows)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, changes_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## On images
#
# Fashion-MNIST, one generator and one critic, four games at the same number of updates, each at the
# best of three learning rates.

# %% [markdown] slideshow={"slide_type": "notes"}
# (By the distance to clothes of the training set that are set aside.) A plain discriminator may
# have dropout; a critic whose slope is penalised may not, so none of the four has any. Clipping
# trains with RMSprop, as published: momentum made it unstable. But published were *five* updates of
# the critic for each of the generator; here all have one.

# %% slideshow={"slide_type": "skip"}
clothes = data.load("fashion_mnist", train_size=TRAIN_SIZE)
SHAPE = clothes.x_train.shape[1:]
yard = evaluation.yardstick(clothes, COUNT)
UPDATES = -(-TRAIN_SIZE // BATCH_SIZE)  # in an epoch
IMAGE_GAMES = {
    PLAIN: GAN,
    CLIPPED: functools.partial(WassersteinGAN, clip=0.01, critic_steps=1),
    PENALTY: functools.partial(WassersteinGANGP, penalty_weight=10.0, critic_steps=1),
    RELATIVISTIC: functools.partial(RelativisticGAN, r1=1.0, r2=1.0),
}

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
IMAGE_RATES = dict.fromkeys(IMAGE_GAMES, (1e-4, 2e-4, 5e-4)) | {CLIPPED: (5e-5, 1e-4, 2e-4)}
for name, rates in IMAGE_RATES.items():
    print(f"{name}: rates to choose from", *rates)


# %% slideshow={"slide_type": "skip"}
def image_networks(seed):
    """Generator and critic, with the same weights for the same seed."""
    keras.utils.set_random_seed(seed)
    generator = keras.Sequential([
        keras.Input((NOISE_DIM,)),
        layers.Dense(7 * 7 * 2 * FILTERS),
        layers.LeakyReLU(0.2),
        layers.Reshape((7, 7, 2 * FILTERS)),
        layers.Conv2DTranspose(FILTERS, 4, strides=2, padding="same"),
        layers.LeakyReLU(0.2),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid"),
    ])  # fmt: skip
    return generator, conv_discriminator(SHAPE, (FILTERS, 2 * FILTERS), dropout=0.0)


plotting.network(
    image_networks(0),
    "Where are the weights of generator and critic?",
    alt="Blocks of the layers: the generator from noise over a dense layer and transposed "
    "convolutions to an image, the critic over two convolutions to one number.",
)


# %% slideshow={"slide_type": "skip"}
def train_images(name, seed, epochs, rate=None, part=slice(None)):
    """Train one of the four: the model, its run, and the distance after each epoch."""
    game = PLAIN if name == LONG else name
    rate = HoldThenFall(FASTER * (rate or best_image_rate(game)), epochs * UPDATES)
    model = IMAGE_GAMES[game](*image_networks(seed), seed=seed)
    made, options = keras.optimizers.Adam, {"beta_1": 0.5, "beta_2": 0.99}
    if name == CLIPPED:
        made, options = keras.optimizers.RMSprop, {}
    players = ("generator", model.critic_name)
    model.compile(PerNetwork(**{player: made(rate, **options) for player in players}))
    distances = []

    def look(_, model, __):
        distances.append(yard.frechet(model.sample(COUNT, seed=0)))

    run = fit(model, clothes.x_train[part], epochs=epochs, batch_size=BATCH_SIZE, seed=seed,
              report="line", on_epoch=look)  # fmt: skip
    return model, run, distances


# %% slideshow={"slide_type": "skip"}
SET_ASIDE = 5_000


def score_images(rate, name):
    """Fréchet distance of samples to clothes that were set aside, after the shorter training."""
    model, *_ = train_images(name, 100, IMAGE_BUDGETS[0], rate, slice(-SET_ASIDE))
    features = evaluation.course_classifier(clothes.name).features
    aside, made = (features(x) for x in (clothes.x_train[-SET_ASIDE:], model.sample(COUNT, 0)))
    return float(evaluation.frechet_feature_distance(aside, made))


def best_image_rate(name):
    """The best of three learning rates, by the shorter training."""
    rates = IMAGE_RATES[name]
    asked = (rates, score_images, name)
    return recorded.best(NOTEBOOK, f"rate of {name}, images", *asked, otherwise=rates[-1])


# %% slideshow={"slide_type": "skip"}
def critics_weights(model):
    """Histogram of a critic's weights, and the norm of its loss's gradient in each layer."""
    weights = np.concatenate([np.ravel(w) for w in model.critic.get_weights()])
    edges = np.linspace(-3 * weights.std(), 3 * weights.std(), 41)
    real, made = clothes.x_train[:256], model.sample(256, seed=2)
    _, gradients = value_and_gradients(
        lambda: model.critic_loss(model.logits(real), model.logits(made)),
        model.critic.trainable_variables,
    )
    slopes = ops.convert_to_numpy(value_and_input_gradient(model.logits, real)[1])
    return {
        "edges": edges, "share": np.histogram(weights, edges)[0] / len(weights),
        "at the bound": float(np.mean(abs(weights) > 0.99 * abs(weights).max())),
        "gradients": [float(ops.sum(gradient**2)) ** 0.5 for gradient in gradients],
        "slope": float(np.linalg.norm(np.reshape(slopes, (256, -1)), axis=1).mean()),
    }  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def result_images(name, seed, epochs):
    """Distances over the epochs, the critic's values and weights, and measures of the end."""
    model, run, distances = train_images(name, seed, epochs)
    samples = model.sample(COUNT, seed=1)
    measures = yard.quick(samples)
    pictures = np.round(255 * samples[:10, ..., 0]).astype(int)
    return {
        **{key: measures[key] for key in ("frechet", "precision", "recall", "coverage")},
        "distances": distances,
        "value": run.history.get("critic_value", run.history.get("accuracy")),
        "seconds": run.seconds,
        "weights": critics_weights(model),
        "pictures": pictures.tolist() if seed == SEEDS[0] else None,
    }


# %% slideshow={"slide_type": "skip"}
imaged = {plan: [] for plan in plans(IMAGE_GAMES, IMAGE_BUDGETS)}
for seed in SEEDS:  # the games take turns, so that a busy machine slows all
    for name, epochs in imaged:
        title = f"images, {name}, {epochs} epochs, seed {seed}"
        imaged[name, epochs].append(recorded.kept(title, result_images, name, seed, epochs))
EPOCHS = IMAGE_BUDGETS[-1]
whole = {name: imaged[name, EPOCHS] for name in IMAGE_GAMES}

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "clothes"):
    plotting.image_rows(
        {"real, held out": clothes.x_test[:10]}
        | {name: np.array(found[0]["pictures"])[..., None] / 255 for name, found in whole.items()},
        "What do the four games draw after as many updates?",
        alt="Ten real garments, then ten each drawn by a plain GAN, with clipping, with a gradient "
        "penalty and with the relativistic loss; Fréchet distances at the row ends.",
        notes={"real, held out": f"{yard.frechet_floor():.1f}"}
        | {name: f"{found[0]['frechet']:.0f}" for name, found in whole.items()},
    )

# %% slideshow={"slide_type": "subslide"}
epochs = np.arange(1, EPOCHS + 1)
with plotting.beside_the_record(NOTEBOOK, "distances"):
    plotting.lines(
        {"epochs": {name: (epochs, [run["distances"] for run in found])
                    for name, found in whole.items()}},
        "How good are the samples after as many updates?",
        alt="Fréchet distance of the samples over the epochs for four games, with bands over the "
        "seeds.",
        y_label="Fréchet distance, course classifier",
        levels={"real images": yard.frechet_floor()},
        log_y=True,
    )  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# Clipping against penalty, seen from within: where do the critic's weights lie, and how large is
# the gradient of its loss in each of its layers?

# %% slideshow={"slide_type": "fragment"}
inside = {name: whole[name][0]["weights"] for name in (CLIPPED, PENALTY)}
with plotting.beside_the_record(NOTEBOOK, "weights"):
    plotting.lines(
        {
            "weight, in standard deviations": {
                name: (np.linspace(-3, 3, 40), found["share"]) for name, found in inside.items()
            }
        },
        "Where do the weights of the two critics lie?",
        alt="Histograms of the weights of the clipped and of the penalised critic.",
        y_label="share of the weights",
    )
for name, found in inside.items():
    norms = ", ".join(f"{norm:.3g}" for norm in found["gradients"])
    print(f"{name}: {found['at the bound']:.0%} of the weights at their bound, slope at real "
          f"images {found['slope']:.2f}; gradient norms by layer {norms}")  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
def weights_in_words(found):
    parts = []
    for name in (CLIPPED, PENALTY):
        runs = [v["weights"] for t, v in found.items() if t.startswith(f"images, {name}, 6 ")]
        bound, slope = (np.mean([run[key] for run in runs]) for key in ("at the bound", "slope"))
        parts.append(f"{name}: {bound:.0%} of the weights at their bound, slope {slope:.2f}")
    return f"After 6 epochs. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, weights_in_words)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Any two curves that fall look alike. Do these move together from epoch to epoch?

# %% [markdown] slideshow={"slide_type": "notes"}
# Does the critic's value tell how good the images are? The claim below asks more than that both
# fall.


# %% slideshow={"slide_type": "fragment"}
def share_of_largest(name, key):
    """A curve of each seed, divided by its largest value."""
    curves = np.array([run[key] for run in whole[name]])
    return curves / abs(curves).max(axis=1, keepdims=True)


with plotting.beside_the_record(NOTEBOOK, "critic"):
    plotting.lines(
        {
            f"epochs ({name})": {
                what: (epochs, share_of_largest(name, key))
                for what, key in (("critic's value", "value"), ("Fréchet distance", "distances"))
            }
            for name in (CLIPPED, PENALTY)
        },
        "Does the critic's value tell how good the images are?",
        alt="Two panels, for clipping and for the penalty: over the epochs the critic's value and "
        "the Fréchet distance, each as a share of its largest.",
        y_label="share of the largest",
    )


# %% slideshow={"slide_type": "fragment"}
def images_in_words(found):
    parts = []
    for name, epochs in [*[(name, 6) for name in IMAGE_GAMES], (LONG, 9)]:
        title = f"images, {name}, {epochs} epochs"
        runs = [v for t, v in found.items() if t.startswith(title)]
        distance, recall, seconds = (
            np.mean(of_runs)
            for of_runs in (
                [run["frechet"] for run in runs],
                [run["recall"] for run in runs],
                [run["seconds"][-1] for run in runs],
            )
        )
        parts.append(f"{name}, {epochs} epochs: {distance:.1f}, recall {recall:.2f}, "
                     f"{seconds:.0f} s")  # fmt: skip
    return f"Fréchet distances, {len(runs)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, images_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Pairs share the seed: first weights, order of the data, and noise; each game has its best setting
# of several. In the tables ± is the standard deviation over the seeds. The sources trained longer
# (PacGAN 400 epochs of points, the Wasserstein papers ten to twenty times as many updates on
# images), so a verdict counts where the numbers have levelled off.


# %% slideshow={"slide_type": "skip"}
SAME = "Same networks, seeds and updates"


def compare_points(name, statement, kind, key, measure, conditions):
    """Judge and show one claim about two of the games on ring or grid."""

    def found(**when):
        return {condition: values(key, condition, kind, **when) for condition in conditions}

    *parts, whole = POINTS_BUDGETS[kind]
    much = "Same networks and seeds, the plain GAN longer" if LONG in conditions else SAME
    claim = claims.Claim(name, statement, f"{much}, each at its best setting.", measure,
                         better="higher", paired=True)  # fmt: skip
    earlier = {} if LONG in conditions else {e / whole: found(epochs=e) for e in parts}
    outcome = claims.test(
        claim, found(), f"{POINTS:,} points, {1_000 * whole:,} updates",
        data.load("toys", kind=kind), earlier=earlier | {3 / 4: found(at_end=False)},
        own_budget=False, takes="400 epochs",
    )  # fmt: skip
    claims.show(outcome, NOTEBOOK)


# %% slideshow={"slide_type": "skip"}
def compare_images(name, statement, test, measure, number, conditions, better="lower"):
    """Judge and show one claim about images; `number` of a run and how many epochs of it."""

    def found(part=1, shorter=None):
        numbers = {}
        for title, of in conditions.items():
            epochs = shorter or last(of, IMAGE_BUDGETS)
            looked_at = max(1, int(part * epochs))
            numbers[title] = [number(title, run, looked_at) for run in imaged[of, epochs]]
        return numbers

    *parts, whole = IMAGE_BUDGETS
    claim = claims.Claim(name, statement, test, measure, better=better, paired=True)
    outcome = claims.test(
        claim, found(),
        f"{TRAIN_SIZE:,} images, {whole} epochs ({whole * UPDATES:,} updates)", clothes,
        earlier={e / whole: found(shorter=e) for e in parts if LONG not in conditions}
        | {3 / 4: found(3 / 4)},
        own_budget=False, takes="ten to twenty times as many updates",
    )  # fmt: skip
    claims.show(outcome, NOTEBOOK)


# %% slideshow={"slide_type": "skip"}
def distance_of(_, run, epoch):
    return run["distances"][epoch - 1]


FRECHET = f"Fréchet distance, course classifier, {COUNT:,} samples"

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A Wasserstein GAN collapses less." (Arjovsky et al. 2017)

# %% slideshow={"slide_type": "fragment"}
MODES = "modes of 25 with at least 20 of 2,500 samples"
for name, words in ((PENALTY, "a gradient penalty"), (CLIPPED, "clipped weights")):
    compare_points(
        f"{name}_finds_more_than_plain",
        f"With {words} a Wasserstein GAN finds more modes of the grid than a plain GAN.",
        "grid", "modes", MODES, (name, PLAIN),
    )  # fmt: skip
if LONGER:
    compare_points(
        "penalty_finds_more_in_as_many_seconds",
        "With a gradient penalty a Wasserstein GAN finds more modes of the grid than a plain GAN "
        "in as many seconds.",
        "grid", "modes", MODES, (PENALTY, LONG),
    )  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A Wasserstein GAN is more stable."
#
# Stable: once good, it stays good. In the second half of the training, by how much does the
# distance rise above the best that was reached before?


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def worst_rise(_, run, epoch):
    """Largest ratio of a distance in the second half to the least one before it."""
    distances = np.array(run["distances"][:epoch])
    rises = distances / np.minimum.accumulate(distances)
    return float(rises[len(rises) // 2 :].max())


print("from 4 to 2, up to 3, down to 1:", worst_rise("", {"distances": [4, 2, 3, 1]}, 4))

# %% slideshow={"slide_type": "fragment"}
compare_images(
    "penalty_is_stabler",
    "With a gradient penalty the images worsen less on the way than those of a plain GAN.",
    "Largest rise of the Fréchet distance above its best, in the second half of the training.",
    "ratio",
    worst_rise,
    {PENALTY: PENALTY, PLAIN: PLAIN},
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A gradient penalty beats clipping." (Gulrajani et al. 2017)

# %% slideshow={"slide_type": "fragment"}
compare_points(
    "penalty_is_sharper_than_clipping",
    "With a gradient penalty more samples of the grid are good than with clipping.",
    "grid", "good", "percent of 10,000 samples within three standard deviations",
    (PENALTY, CLIPPED),
)  # fmt: skip
compare_images(
    "penalty_beats_clipping_on_images",
    "With a gradient penalty the images are better than with clipping.",
    "Same networks, seeds and updates, one critic step; clipping with RMSprop, as published.",
    FRECHET,
    distance_of,
    {PENALTY: PENALTY, CLIPPED: CLIPPED},
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "The critic's value falls as the images get better." (Arjovsky et al. 2017)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def agreement(title, run, epoch):
    """Rank correlation of the changes of value and distance from epoch to epoch; 0 for none."""
    if title == "none":
        return 0.0
    changes = [np.diff(run[key][:epoch]) for key in ("value", "distances")]
    return float(np.nan_to_num(spearmanr(*changes).statistic)) if epoch > 3 else 0.0


both_fall = {"value": [9, 7, 6, 2, 1], "distances": [90, 89, 80, 78, 60]}
print(f"two curves that fall, but not together: {agreement('', both_fall, 5):.2f}")

# %% slideshow={"slide_type": "fragment"}
for name in (PENALTY, CLIPPED):
    compare_images(
        f"value_follows_quality_{name}",
        f"With {name} the critic's value and the Fréchet distance move together from epoch to "
        "epoch.",
        "Rank correlation of the changes of both over a training, against none.",
        "rank correlation",
        agreement,
        {name: name, "none": name},
        better="higher",
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "Relativistic losses with penalties have overtaken both." (Huang et al. 2024)

# %% slideshow={"slide_type": "fragment"}
for rival in (PENALTY, PLAIN):
    compare_images(
        f"relativistic_beats_{rival.split()[0]}",
        f"After as many updates the relativistic game gives better images than the rival, {rival}.",
        "Same networks, seeds and updates, each at its best rate; the seconds stand above.",
        FRECHET,
        distance_of,
        {RELATIVISTIC: RELATIVISTIC, rival: rival},
    )
if LONGER:
    compare_images(
        "relativistic_beats_plain_in_as_many_seconds",
        "In as many seconds the relativistic game gives better images than a plain GAN.",
        f"Same networks and seeds, {LONGER} times the updates for the plain GAN; the seconds stand "
        "above.",
        FRECHET,
        distance_of,
        {RELATIVISTIC: RELATIVISTIC, LONG: LONG},
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - The earth mover's distance has a slope where the Jensen–Shannon divergence is flat.
# - A critic bounded in slope finds it; clipping bounds the slope by a number that is huge and
#   hardly used, and the value then has units of its own.
# - Loss and penalty are two parts of a recipe: the rows of one change each tell which of them buys
#   the modes, and which the sharpness.
# - Does theory contradict practice? The critic's value is the distance only if the critic is at its
#   best, and in training it never is.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** All real data are the number 0. Half of the generator's samples are $-2$, the
# other half 4. How far apart are the two, by the earth mover's distance? Write down a number before
# you compute anything.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
work_of_two_heaps = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("12.1", work_of_two_heaps)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. A linear critic.** Complete `linear_penalty`: the gradient penalty (weight 1) of a critic
# $f(x) = w \cdot x$, without looking at any image. It is 16 for $w = (3, 4)$.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def linear_penalty(weights):
    """(‖w‖ − 1)² of a linear critic with these weights (d,)."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("12.2", linear_penalty)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. How steep can a clipped critic be?** All weights are at most $c$ in absolute value, layers
# have $n_0, n_1, \dots, 1$ units, ReLU between them. Derive the least bound on the slope in any one
# input that needs no more than this, and complete `steepest_clipped`: it is 0.225 for $c = 0.1$ and
# units (1, 15, 15, 1), and all weights equal to $c$ reach it. What is it for the critics above,
# with 128 units in three layers?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def steepest_clipped(clip, units):
    """An upper bound of the slope of a clipped network with these numbers of units."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("12.3", steepest_clipped)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Two Gaussians.** The earth mover's distance of two Gaussians of equal width is the distance
# of their means. For unequal widths on a line, pair quantiles: the sum over sorted points becomes
# $\int_0^1 \lvert F_p^{-1}(u) - F_q^{-1}(u) \rvert\, du$. Derive what stands below the integral for
# two Gaussians, in $\Phi^{-1}(u)$ (`scipy.stats.norm.ppf`), and complete `of_gaussians`. It is
# 0.798 for widths 1 and 2 with equal means. Can you also do without an integral?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def of_gaussians(mean_1, std_1, mean_2, std_2, points=10_001):
    """Earth mover's distance of two Gaussians on a line."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("12.4", of_gaussians)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - Arjovsky, Chintala & Bottou 2017, [Wasserstein GAN](https://arxiv.org/abs/1701.07875): the
#   distance, its dual, and clipping.
# - Gulrajani et al. 2017, [Improved training of Wasserstein
#   GANs](https://arxiv.org/abs/1704.00028): the penalty.
# - Mescheder, Geiger & Nowozin 2018, [Which training methods for GANs do actually
#   converge?](https://arxiv.org/abs/1801.04406): why the penalty of slope 1 need not come to rest.
# - Huang et al. 2024, [The GAN is dead; long live the GAN!](https://arxiv.org/abs/2501.05441): the
#   relativistic loss with both penalties.
# - Peyré & Cuturi 2019, [Computational optimal transport](https://arxiv.org/abs/1803.00567): the
#   distance in more dimensions.
