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
# [![Open in
# Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/12_wasserstein.ipynb)
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

import keras
import numpy as np
from keras import ops
from scipy.optimize import linear_sum_assignment
from scipy.stats import norm, spearmanr, wasserstein_distance

from course_utils.adversaries import conv_discriminator, conv_generator, points_network
from course_utils.evaluation import claims, recorded
from course_utils.gradients import value_and_input_gradient
from course_utils.models import (
    GAN,
    PerNetwork,
    RelativisticGAN,
    WassersteinGAN,
    WassersteinGANGP,
)
from course_utils.training import HoldThenFall, fit

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "12_wasserstein"
POINTS, POINTS_BATCH, POINTS_RATE = 100_000, 100, 2e-3  # ring and grid; 1,000 updates an epoch
# Epochs: the last is the whole training; shorter ones, each planned for so many epochs, show
# whether a verdict turns over.
POINTS_BUDGETS = by_profile(smoke=(1,), cpu=(10,), gpu=(6, 25), record=(2, 6, 25))
POINTS_EPOCHS = POINTS_BUDGETS[-1]
POINTS_SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(20, 30))
TRAIN_SIZE = by_profile(smoke=1_500, cpu=60_000, gpu=60_000)
BATCH_SIZE = by_profile(smoke=32, cpu=64, gpu=64)
IMAGE_EPOCHS = by_profile(smoke=2, cpu=2, gpu=20, record=12)
FILTERS = by_profile(smoke=(16, 16), cpu=(32, 32), gpu=(64, 64))
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(3), record=range(3))
COUNT = by_profile(smoke=500, cpu=5_000, gpu=5_000)  # samples for each distance
NOISE_DIM = 64

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How far apart are two heaps?
#
# Real data in a narrow heap at 0, a generator's in a narrow heap at $\theta$. Once they do not
# overlap, is it any worse to be at 5 than at 3? Ask the Jensen–Shannon divergence, which is what a
# GAN minimises against its best discriminator (notebook 10), and ask the **earth mover's
# distance**: the least work, mass times way, that turns one heap into the other.

# %% slideshow={"slide_type": "fragment"}
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
    "logarithm of two within one unit and is flat from there; the earth mover's distance is a "
    "straight line.",
    y_label="nats; units of x",
    levels={"log 2": np.log(2)},
)

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
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
# Is there really no cheaper plan? For a few points all plans can be searched.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
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
# In more dimensions one cannot sort. But there is a second way to the same number, from the other
# side. A haulier buys earth at $x$ and sells it at $y$, at prices $f$; he may charge for a way at
# most its length. The most that he can earn is the least that the work costs:
#
# $$W(p, q) = \max_{\lvert f(x) - f(y) \rvert \le \lvert x - y \rvert}\; \mathbb E_{x \sim p} f(x) -
# \mathbb E_{x \sim q} f(x)$$
#
# (the **Kantorovich–Rubinstein dual**). A price list with slope at most 1 is something that a
# network can be: the **critic** ([Arjovsky et al. 2017](https://arxiv.org/abs/1701.07875)). On a
# line the best list is known: its slope is the sign of $F_q - F_p$.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
p = 0.5 * norm.pdf(LINE, 0, 0.6) + 0.5 * norm.pdf(LINE, 5, 0.6)  # real
q = norm.pdf(LINE, 2, 0.8)  # the generator's
prices = STEP * np.cumsum(np.sign(np.cumsum(q - p)))
earned = STEP * (prices * (p - q)).sum()
print(f"the least work {earth_movers(p, q):.3f}, the most earned {earned:.3f}")
wrong = STEP * (2 * prices * (p - q)).sum()
print(f"the same list with twice the slope, which is not allowed, earns {wrong:.3f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Two ways to hold a network's slope. **Clipping**: after each step cut every weight to $[-c, c]$.
# That bounds the slope by some number that nobody knows. A **gradient penalty** ([Gulrajani et al.
# 2017](https://arxiv.org/abs/1704.00028)): at points between real and generated ones, charge the
# square of how far the slope is from 1. Train only the critic; the generator stands still.


# %% slideshow={"slide_type": "skip"}
def standing_still(mean, std):
    """A generator that makes N(mean, std²) of noise and is not trained."""
    layer = keras.layers.Dense(1)
    network = keras.Sequential([keras.Input((1,)), layer])
    layer.set_weights([np.float32([[std]]), np.float32([mean])])
    return network


side = np.random.default_rng(1).integers(2, size=50_000)
real = np.random.default_rng(2).normal(5.0 * side, 0.6)[:, None].astype("float32")
CRITICS = {
    "clipping": functools.partial(WassersteinGAN, clip=0.1),
    "penalty": functools.partial(WassersteinGANGP, penalty_weight=10.0),
}


def lone_critic(name):
    """Train a critic against a generator that stands still; the model."""
    keras.utils.set_random_seed(0)
    model = CRITICS[name](standing_still(2.0, 0.8), points_network(1, 1, spread=3.0),
                          critic_steps=1, seed=0)  # fmt: skip
    updates = 4 * 50_000 // 100
    model.compile(PerNetwork(
        generator=keras.optimizers.SGD(0.0),
        critic=keras.optimizers.Adam(HoldThenFall(2e-3, updates), 0.0, 0.99),
    ))  # fmt: skip
    fit(model, real, epochs=4, batch_size=100, report="line")
    return model


critics = {name: lone_critic(name) for name in CRITICS}

# %% slideshow={"slide_type": "fragment"}
shown = np.linspace(-2, 7, 181).astype("float32")[:, None]
curves, steepest, told = {}, {}, {}
for name, model in critics.items():
    answers, slope = value_and_input_gradient(lambda x, m=model: m.critic(x)[:, 0], shown)
    curves[name] = ops.convert_to_numpy(answers)
    steepest[name] = float(abs(ops.convert_to_numpy(slope)).max())
    told[name] = float(
        (model.logits_of(real)).mean() - model.logits_of(model.sample(50_000, 0)).mean()
    )
exact = np.interp(shown[:, 0], LINE, prices)
centred = {name: curve - curve.mean() for name, curve in curves.items()}
centred["clipping"] = centred["clipping"] / steepest["clipping"]
plotting.lines(
    {
        "x": {
            "best list of prices": (shown[:, 0], exact - exact.mean()),
            "critic with penalty": (shown[:, 0], centred["penalty"]),
            "clipped critic, its steepest slope scaled to 1": (shown[:, 0], centred["clipping"]),
        }
    },
    "How near do two critics come to the best list of prices?",
    alt="Over x: the best list of prices, falling to 2 and rising after it with slope 1; the "
    "critic with penalty, nearly the same; the clipped critic, flatter in places.",
    y_label="price",
)
for name in CRITICS:
    print(f"{name:9} value {told[name]:7.3f}, steepest slope {steepest[name]:6.2f}, "
          f"value / slope {told[name] / steepest[name]:.3f}; exact {earned:.3f}")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Ring and grid: what does each part buy?
#
# The games of notebook 10 on its ring and grid, all with the same networks, Adam without momentum,
# and a rate that is held for half of the time and then falls to zero. Each is judged by the modes
# that have at least 20 of 2,500 samples, and by the share of good ones among 10,000 (real data:
# 98.9 %).

# %% slideshow={"slide_type": "skip"}
TOYS = {}
for kind, scale in (("ring", 4.0), ("grid", 1.0)):
    toy = data.load("toys", kind=kind, train_size=POINTS)
    TOYS[kind] = scale * toy.x_train, scale * toy.centres, scale * toy.std
LIMITS = (-5, 5)
PLAIN, CLIPPED, PENALTY, RELATIVISTIC = "plain GAN", "clipping", "penalty", "relativistic"
GAMES = {
    PLAIN: GAN,
    CLIPPED: functools.partial(WassersteinGAN, clip=0.1, critic_steps=1),
    PENALTY: functools.partial(WassersteinGANGP, penalty_weight=1.0, critic_steps=1),
    RELATIVISTIC: functools.partial(RelativisticGAN, r1=0.1, r2=0.1),
}


def train_points(name, kind, seed, epochs=POINTS_EPOCHS, fall=True, spread=(0.7, 1.5), noise=2,
                 **options):  # fmt: skip
    """Train a game on ring or grid with this seed; the model and its run."""
    keras.utils.set_random_seed(seed)
    networks = points_network(noise, 2, spread=spread[0]), points_network(2, 1, spread=spread[1])
    model = GAMES[name](*networks, seed=seed, **options)
    updates = epochs * POINTS // POINTS_BATCH
    rate = HoldThenFall(POINTS_RATE, updates) if fall else POINTS_RATE
    model.compile(PerNetwork(**{
        player: keras.optimizers.Adam(rate, 0.0, 0.99)
        for player in ("generator", model.critic_name)
    }))  # fmt: skip
    run = fit(
        model,
        TOYS[kind][0],
        epochs=epochs,
        batch_size=POINTS_BATCH,
        seed=seed,
        snapshots=[max(1, 3 * epochs // 4)],
        report="line",
    )
    return model, run


def judge_points(model, kind, seed):
    """Modes found among 2,500 samples, and the share of good ones among 10,000, in percent."""
    _, centres, std = TOYS[kind]
    samples = model.sample(10_000, seed=[seed, 1])
    few, all_of_them = (evaluation.mode_coverage(samples[:count], centres, std, least=20)
                        for count in (2_500, 10_000))  # fmt: skip
    return {"modes": few.found, "good": 100 * all_of_them.high_quality}


def result_points(name, kind, seed, epochs):
    """Train and judge: at the end, and of the whole training after three quarters of it."""
    model, run = train_points(name, kind, seed, epochs)
    numbers = {**judge_points(model, kind, seed), "seconds": run.seconds[-1]}
    if epochs < POINTS_EPOCHS:
        return numbers
    with run.at_epoch(max(1, 3 * epochs // 4), model):
        return {**numbers, "three quarters": judge_points(model, kind, seed)}


# %% slideshow={"slide_type": "skip"}
judged = {}
for seed in POINTS_SEEDS:  # the games take turns, so that a busy machine slows all
    for kind in TOYS:
        for epochs in POINTS_BUDGETS:
            for name in GAMES:
                key = f"{name}, {kind}: {epochs} epochs, seed {seed}"
                found = recorded.kept(key, result_points, name, kind, seed, epochs)
                judged.setdefault((name, kind, epochs), []).append(found)


# %% slideshow={"slide_type": "subslide"}
def values(key, name, kind, epochs=POINTS_EPOCHS, at_end=True):
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
            for name in GAMES
        },
        "Which games find all modes, and draw good samples of them?",
        alt="For ring and grid and four games two marks a seed: the share of the modes found, and "
        "the share of good samples. Penalty and relativistic are high in both.",
        x_label="percent",
    )


# %% slideshow={"slide_type": "fragment"}
def modes_in_words(found):
    parts = []
    for kind, count in (("ring", 8), ("grid", 25)):
        for name in GAMES:
            last = max(int(t.split(": ")[1].split()[0]) for t in found if f"{name}, {kind}" in t)
            rows = [v for t, v in found.items() if t.startswith(f"{name}, {kind}: {last} ")]
            modes, good, seconds = ([row[k] for row in rows] for k in ("modes", "good", "seconds"))
            parts.append(
                f"{name}, {kind}: {np.mean(modes):.1f} of {count} modes (fewest {min(modes)}), "
                f"{np.mean(good):.1f} % good (worst {min(good):.1f}), {np.mean(seconds):.0f} s"
            )
    return f"After {last},000 updates, {len(rows)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, modes_in_words)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Which part of the recipe does it? Take each away, one at a time, from both of the good games, on
# the grid: one row, one change. **Average** keeps a moving average of the generator's weights in
# place of a rate that falls.

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
    RELATIVISTIC: {
        **CHANGES, "penalty times 10": {"r1": 1.0, "r2": 1.0}, "no R2": {"r2": 0.0},
        "no penalty": {"r1": 0.0, "r2": 0.0},
    },
}  # fmt: skip
CHANGE_SEEDS = by_profile(smoke=range(0), cpu=range(0), gpu=range(3), record=range(20, 25))


def result_changed(name, change, seed):
    """Modes and good samples on the grid with one thing changed."""
    model, _ = train_points(name, "grid", seed, **CHANGES_OF[name][change])
    return judge_points(model, "grid", seed)


changed = {
    (name, change): [
        recorded.kept(f"{name} but {change}, seed {s}", result_changed, name, change, s)
        for s in CHANGE_SEEDS
    ]
    for name in CHANGES_OF
    for change in CHANGES_OF[name]
}


# %% slideshow={"slide_type": "fragment"}
def changes_in_words(found):
    parts = []
    for name in CHANGES_OF:
        for change in CHANGES_OF[name]:
            rows = [v for t, v in found.items() if t.startswith(f"{name} but {change}, seed")]
            modes, good = ([row[key] for row in rows] for key in ("modes", "good"))
            parts.append(
                f"{name}, {change}: {np.mean(modes):.1f} modes, {np.mean(good):.1f} % good"
            )
    return f"On the grid, {len(rows)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, changes_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## On images
#
# Fashion-MNIST, one generator and one critic, four games at the same number of updates. A plain
# discriminator may have dropout; a critic whose slope is penalised may not, so none of the four has
# any. What does the critic's value say while the images get better?

# %% slideshow={"slide_type": "skip"}
clothes = data.load("fashion_mnist", train_size=TRAIN_SIZE)
SHAPE = clothes.x_train.shape[1:]
yard = evaluation.yardstick(clothes)
UPDATES = -(-TRAIN_SIZE // BATCH_SIZE)  # in an epoch
IMAGE_GAMES = {
    PLAIN: (GAN, 2e-4),
    CLIPPED: (functools.partial(WassersteinGAN, clip=0.01, critic_steps=1), 5e-5),
    PENALTY: (functools.partial(WassersteinGANGP, penalty_weight=10.0, critic_steps=1), 2e-4),
    RELATIVISTIC: (functools.partial(RelativisticGAN, r1=1.0, r2=1.0), 2e-4),
}


# %% slideshow={"slide_type": "skip"}
def image_networks(seed):
    """Generator and critic, with the same weights for the same seed."""
    keras.utils.set_random_seed(seed)
    generator = conv_generator(SHAPE, NOISE_DIM, (FILTERS[0], *FILTERS))
    return generator, conv_discriminator(SHAPE, FILTERS, dropout=0.0)


def train_images(name, seed):
    """Train one of the four: the model, its run, and what was seen after each epoch."""
    game, rate = IMAGE_GAMES[name]
    model = game(*image_networks(seed), seed=seed)
    # The paper of the clipped critic takes RMSprop: momentum made it unstable.
    made = keras.optimizers.Adam if name != CLIPPED else keras.optimizers.RMSprop
    options = {"beta_1": 0.5, "beta_2": 0.99} if name != CLIPPED else {}
    schedule = HoldThenFall(rate, IMAGE_EPOCHS * UPDATES)
    model.compile(PerNetwork(**{
        player: made(schedule, **options) for player in ("generator", model.critic_name)
    }))  # fmt: skip
    distances = []

    def look(_, model, __):
        distances.append(yard.frechet(model.sample(COUNT, seed=0)))

    run = fit(model, clothes.x_train, epochs=IMAGE_EPOCHS, batch_size=BATCH_SIZE, seed=seed,
              report="line", on_epoch=look)  # fmt: skip
    return model, run, distances


def result_images(name, seed):
    """Distances over the epochs, the critic's values, and a report of the end."""
    model, run, distances = train_images(name, seed)
    samples = model.sample(COUNT, seed=1)
    report = yard.report(samples)
    measures = {key: report[key].value for key in ("frechet", "precision", "recall", "classes")}
    value = run.history.get("critic_value", run.history.get("accuracy"))
    return {
        "distances": distances,
        "value": value,
        "seconds": run.seconds,
        **measures,
        "pictures": np.round(255 * samples[:10, ..., 0]).astype(int).tolist() if seed == SEEDS[0]
        else None,
    }  # fmt: skip


imaged = {
    name: [
        recorded.kept(f"images, {name}, seed {seed}", result_images, name, seed) for seed in SEEDS
    ]
    for name in IMAGE_GAMES
}

# %% slideshow={"slide_type": "subslide"}
with plotting.beside_the_record(NOTEBOOK, "clothes"):
    plotting.image_rows(
        {
            name: np.array(found[0]["pictures"])[..., None] / 255
            for name, found in imaged.items()
        },
        "What do the four games draw after as many updates?",
        alt="Ten garments each in four rows, drawn by a plain GAN, with clipping, with a gradient "
        "penalty and with the relativistic loss.",
        notes={name: f"{np.mean([f['frechet'] for f in found]):.0f}"
               for name, found in imaged.items()},
    )  # fmt: skip

# %% slideshow={"slide_type": "subslide"}
epochs = np.arange(1, IMAGE_EPOCHS + 1)
with plotting.beside_the_record(NOTEBOOK, "distances"):
    plotting.lines(
        {
            "epochs": {
                name: (epochs, [run["distances"] for run in found])
                for name, found in imaged.items()
            },
        },
        "How good are the samples after as many updates?",
        alt="Fréchet distance of the samples over the epochs for four games, with bands over the "
        "seeds.",
        y_label="Fréchet distance, course classifier",
        log_y=True,
    )

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "critic"):
    plotting.lines(
        {
            f"epochs: {name}": {
                "critic's value, 1 at the first epoch": (
                    epochs, [np.array(run["value"]) / run["value"][0] for run in imaged[name]]
                ),
                "Fréchet distance, 1 at the first epoch": (
                    epochs, [np.array(run["distances"]) / run["distances"][0]
                             for run in imaged[name]]
                ),
            }
            for name in (CLIPPED, PENALTY)
        },
        "Does the critic's value tell how good the images are?",
        alt="For clipping and for the penalty: the critic's value and the Fréchet distance over "
        "the epochs, both as shares of what they were after the first.",
        y_label="share of the first epoch's",
    )  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
def distance_at(run, seconds):
    """Fréchet distance after so many seconds of training, between two epochs in proportion."""
    return float(np.interp(seconds, run["seconds"], run["distances"]))


def images_in_words(found):
    runs = {name: [v for t, v in found.items() if t.startswith(f"images, {name}, ")]
            for name in IMAGE_GAMES}  # fmt: skip
    least = min(np.mean([run["seconds"][-1] for run in of_one]) for of_one in runs.values())
    parts = [
        f"{name}: Fréchet distance {np.mean([run['frechet'] for run in of_one]):.1f}, recall "
        f"{np.mean([run['recall'] for run in of_one]):.2f}, "
        f"{np.mean([run['seconds'][-1] for run in of_one]):.0f} s; after {least:.0f} s "
        f"{np.mean([distance_at(run, least) for run in of_one]):.1f}"
        for name, of_one in runs.items()
    ]
    return f"After {len(runs[PLAIN][0]['distances'])} epochs. {'. '.join(parts)}."


recorded.answer(NOTEBOOK, images_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Pairs share the seed: first weights, order of the data, and noise. In the tables ± is the standard
# deviation over the seeds.


# %% slideshow={"slide_type": "skip"}
def compare_points(name, statement, test, kind, key, measure, conditions):
    """Judge and show one claim about two of the games on ring or grid."""

    def found(epochs=POINTS_EPOCHS, at_end=True):
        return {condition: values(key, condition, kind, epochs, at_end) for condition in conditions}

    outcome = claims.test(
        claims.Claim(name=name, statement=statement, test=test, measure=measure, better="higher",
                     paired=True),
        found(),
        f"{POINTS:,} points, {POINTS_EPOCHS * POINTS // POINTS_BATCH:,} updates",
        data.load("toys", kind=kind),
        earlier={**{e / POINTS_EPOCHS: found(e) for e in POINTS_BUDGETS[:-1]},
                 3 / 4: found(at_end=False)},
        own_budget=False,
    )  # fmt: skip
    claims.show(outcome, NOTEBOOK)


def compare_images(name, statement, test, measure, numbers, better="lower"):
    """Judge and show one claim about two of the games on images; condition to numbers."""
    outcome = claims.test(
        claims.Claim(name=name, statement=statement, test=test, measure=measure, better=better,
                     paired=True),
        numbers,
        f"{TRAIN_SIZE:,} images, {IMAGE_EPOCHS} epochs ({IMAGE_EPOCHS * UPDATES:,} updates)",
        clothes,
    )  # fmt: skip
    claims.show(outcome, NOTEBOOK)


# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A Wasserstein GAN collapses less."

# %% slideshow={"slide_type": "fragment"}
MODES = "modes of 25 with at least 20 of 2,500 samples"
compare_points(
    "penalty_finds_more_than_plain",
    "With a gradient penalty a Wasserstein GAN finds more modes of the grid than a plain GAN.",
    "Same networks, seeds and updates.",
    "grid", "modes", MODES, (PENALTY, PLAIN),
)  # fmt: skip
compare_points(
    "clipping_finds_more_than_plain",
    "With clipped weights it does so too.",
    "As above.",
    "grid", "modes", MODES, (CLIPPED, PLAIN),
)  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A gradient penalty beats clipping."

# %% slideshow={"slide_type": "fragment"}
compare_points(
    "penalty_is_sharper_than_clipping",
    "With a gradient penalty more samples of the grid are good than with clipping.",
    "Same networks, seeds and updates.",
    "grid", "good", "percent of 10,000 samples within three standard deviations",
    (PENALTY, CLIPPED),
)  # fmt: skip
compare_images(
    "penalty_beats_clipping_on_images",
    "With a gradient penalty the images are better than with clipping.",
    "Same networks, seeds and updates; clipping with RMSprop, as published.",
    f"Fréchet distance, course classifier, {COUNT:,} samples",
    {name: [run["frechet"] for run in imaged[name]] for name in (PENALTY, CLIPPED)},
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "The critic's value falls as the images get better."

# %% slideshow={"slide_type": "fragment"}
for name in (PENALTY, CLIPPED):
    agree = [spearmanr(run["value"], run["distances"]).statistic for run in imaged[name]]
    compare_images(
        f"value_follows_quality_{name}",
        f"With {name} the critic's value and the Fréchet distance fall together.",
        "Rank correlation of both over the epochs of a training, against none.",
        "rank correlation",
        {name: np.nan_to_num(agree).tolist(), "none": [0.0] * len(agree)},
        better="higher",
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "Relativistic losses with penalties have overtaken both."

# %% slideshow={"slide_type": "fragment"}
compare_images(
    "relativistic_beats_penalty",
    "After as many updates the relativistic game gives better images than the gradient penalty.",
    "Same networks, seeds and updates.",
    f"Fréchet distance, course classifier, {COUNT:,} samples",
    {name: [run["frechet"] for run in imaged[name]] for name in (RELATIVISTIC, PENALTY)},
)
shared = [min(imaged[name][i]["seconds"][-1] for name in (RELATIVISTIC, PENALTY))
          for i in range(len(SEEDS))]  # fmt: skip
compare_images(
    "relativistic_beats_penalty_in_seconds",
    "After as many seconds too.",
    "The slower of the two is judged at the other's last second.",
    f"Fréchet distance, course classifier, {COUNT:,} samples",
    {
        name: [distance_at(run, s) for run, s in zip(imaged[name], shared, strict=True)]
        for name in (RELATIVISTIC, PENALTY)
    },
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - The earth mover's distance has a slope where the Jensen–Shannon divergence is flat.
# - A critic bounded in slope finds it; clipping bounds the slope by a number that nobody knows.
# - A penalty on the slope matters more than the loss that carries it.
# - Sharpness comes from quieting the end: a rate that falls, or an average of the weights.
# - It contradicts itself? The critic's value is the distance only if the critic is at its best, and
#   in training it never is.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# **1. Two Gaussians.** The earth mover's distance of two Gaussians of equal width is the distance
# of their means. Complete `of_gaussians` for unequal widths on a line, by pairing quantiles: $\int
# \lvert F_p^{-1}(u) - F_q^{-1}(u) \rvert du$. Check yourself: 1.0 for means 0 and 1 with equal
# widths; 0.798 for widths 1 and 2 with equal means.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def of_gaussians(mean_1, std_1, mean_2, std_2, points=10_001):
    """Earth mover's distance of two Gaussians on a line."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **2. A linear critic.** Complete `linear_penalty`: the gradient penalty (weight 1) of a critic
# $f(x) = w \cdot x$, without looking at any image. Check yourself: 16 for $w = (3, 4)$, 0 for a $w$
# of length 1.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def linear_penalty(weights):
    """(‖w‖ − 1)² of a linear critic with these weights (d,)."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **3. How steep can a clipped critic be?** All weights are at most $c$ in absolute value, layers
# have $n_0, n_1, \dots, 1$ units, ReLU between them. Give a bound on the slope (the product of the
# layers' largest possible norms). Check yourself: 0.15 for $c = 0.1$ and units (1, 15, 15, 1) is
# *too small*; what is the bound?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def steepest_clipped(clip, units):
    """An upper bound of the slope of a clipped network with these numbers of units."""
    ...


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
