# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # How far does a mixture of Gaussians get?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/08_gaussian_mixtures.ipynb)
#
# **Time** · smoke 25 s · cpu 8 min · gpu not measured
#
# The oldest generative model of the course has no network at all. It draws digits; how well, we
# measure.
#
# After this notebook you can
#
# - write EM in twenty lines, and check with numbers why it climbs;
# - tell a component's mean from a sample, and say why the means look better;
# - say from how many images on a full covariance pays, and what regularisation has to do with it;
# - choose the number of components without three usual mistakes;
# - read a report on generated images: distance, precision, recall, copies, each with its floor.

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
import warnings

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from course_utils.evaluation import claims, recorded
from course_utils.models import (
    ConstantFeaturesWarning,
    FewPointsWarning,
    Mixture,
    NotConvergedWarning,
    select_components,
)

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "08_gaussian_mixtures"
TRAIN_SIZE = by_profile(smoke=2_500, cpu=60_000, gpu=60_000)
TEST_SIZE = by_profile(smoke=1_200, cpu=None, gpu=None)  # None: all of them
COUNT = by_profile(smoke=500, cpu=5_000, gpu=5_000)  # generated images
COMPONENTS = 10
# So many that a component of a full mixture has more images than free numbers.
PCA_SIZE = by_profile(smoke=12, cpu=32, gpu=32)
IMAGES = by_profile(
    smoke=(200, 2_000),
    cpu=(500, 2_000, 5_000, 20_000, 60_000),
    gpu=(500, 2_000, 5_000, 20_000, 60_000),
)
FULL_SWEEP = (1, 2, 5, 10, 15, 20, 30, 40)
SWEEP = by_profile(
    smoke=(1, 5, 10, 15), cpu=(1, 2, 5, 10, 20, 40), gpu=FULL_SWEEP, record=FULL_SWEEP
)
SWEEP_STARTS = by_profile(smoke=2, cpu=2, gpu=3, record=3)
GROWING = by_profile(smoke=(1, 10, 20), cpu=(1, 10, 50), gpu=(1, 10, 50))
REPEATS = by_profile(smoke=2, cpu=5, gpu=10, record=10)
STARTS_ON_BARS = by_profile(smoke=3, cpu=10, gpu=10)
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(5), record=range(5))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three clouds that overlap
#
# To see an algorithm work, give it data whose answer is known: three Gaussian clouds, one of them
# wide, one tilted. The density of a point is a weighted sum over the clouds that it may come from:
#
# $$p(x) = \sum_{k=1}^K \pi_k\, \mathcal N(x \mid \mu_k, \Sigma_k), \qquad \pi_k \ge 0, \quad
# \sum_k \pi_k = 1.$$

# %% [markdown] slideshow={"slide_type": "notes"}
# We drew each point by picking a cloud (with the probabilities `WEIGHTS`), then a point from it.
# The algorithm sees the points, not the picks.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
WEIGHTS = np.array([0.5, 0.3, 0.2])
MEANS = np.array([[0.0, 0.0], [2.5, 2.0], [3.5, -1.0]])
COVARIANCES = np.array(
    [[[1.5, 0.0], [0.0, 1.5]], [[0.8, 0.6], [0.6, 0.8]], [[0.2, 0.0], [0.0, 0.9]]]
)


def draw_clouds(count, seed):
    """Points (count, 2) of the three clouds, and which cloud each comes from."""
    rng = np.random.default_rng(seed)
    picked = rng.choice(3, size=count, p=WEIGHTS)
    normal = rng.normal(size=(count, 2, 1))
    return MEANS[picked] + (np.linalg.cholesky(COVARIANCES)[picked] @ normal)[..., 0], picked


points, picked = draw_clouds(1_500, seed=0)
print(points.shape, "shares", np.bincount(picked) / len(picked))

# %% [markdown] slideshow={"slide_type": "notes"}
# One term of the sum, in logarithms, with the Cholesky factor $\Sigma = LL^\top$: no inverse is
# needed, and $\log\det\Sigma = 2\sum_j \log L_{jj}$.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def log_joint(x, weights, means, covariances):
    """log(weight × density) of points (n, d) under each component: (n, k)."""
    columns = []
    for weight, mean, covariance in zip(weights, means, covariances, strict=True):
        factor = np.linalg.cholesky(covariance)
        white = solve_triangular(factor, (x - mean).T, lower=True)
        log_volume = np.log(np.diag(factor)).sum() + 0.5 * len(mean) * np.log(2 * np.pi)
        columns.append(np.log(weight) - 0.5 * (white**2).sum(axis=0) - log_volume)
    return np.stack(columns, axis=1)


by_scipy = [multivariate_normal(MEANS[k], COVARIANCES[k]).logpdf(points) for k in range(3)]
ours = log_joint(points, WEIGHTS, MEANS, COVARIANCES)
theirs = np.log(WEIGHTS) + np.stack(by_scipy, axis=1)
assert np.allclose(ours, theirs)
print(f"first point, cloud 1: by hand {ours[0, 0]:.6f}, by SciPy {theirs[0, 0]:.6f}")

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
axis = np.linspace(-10, 12, 441)
grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
density = np.exp(logsumexp(log_joint(grid, WEIGHTS, MEANS, COVARIANCES), axis=1))
print(f"integral over the plane: {density.sum() * (axis[1] - axis[0]) ** 2:.4f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## EM: guess who, then refit
#
# If we knew which cloud each point comes from, fitting would be three means and three covariances.
# If we knew the clouds, Bayes' rule would say which one a point likely comes from. We know neither,
# so we alternate ([Dempster, Laird & Rubin
# 1977](https://doi.org/10.1111/j.2517-6161.1977.tb01600.x)).

# %% [markdown] slideshow={"slide_type": "fragment"}
# **E step**, the responsibility of cloud $k$ for point $i$:
# $\quad r_{ik} = \pi_k \mathcal N(x_i \mid \mu_k, \Sigma_k) \,/\, p(x_i)$
#
# **M step**, means and covariances weighted by the responsibilities, $n_k = \sum_i r_{ik}$:
#
# $$\pi_k = \frac{n_k}{n}, \qquad \mu_k = \frac{1}{n_k} \sum_i r_{ik} x_i, \qquad
# \Sigma_k = \frac{1}{n_k} \sum_i r_{ik} (x_i - \mu_k)(x_i - \mu_k)^\top.$$


# %% slideshow={"slide_type": "skip"}
def e_step(x, parameters):
    """Responsibilities (n, k), and the mean log-likelihood per point."""
    joint = log_joint(x, *parameters)
    evidence = logsumexp(joint, axis=1, keepdims=True)
    return np.exp(joint - evidence), float(evidence.mean())


def m_step(x, responsibilities):
    """Weights, means and covariances that fit these responsibilities best."""
    counts = responsibilities.sum(axis=0)
    means = responsibilities.T @ x / counts[:, None]
    offsets = x[:, None, :] - means
    covariances = np.einsum("nk,nki,nkj->kij", responsibilities, offsets, offsets)
    return counts / len(x), means, covariances / counts[:, None, None]


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
_, mean, covariance = m_step(points, np.ones((len(points), 1)))
print("one component:", mean[0].round(4), "mean of all points:", points.mean(axis=0).round(4))
assert np.allclose(covariance[0], np.cov(points.T, bias=True))
print(
    f"covariance {covariance[0, 0, 1]:.4f}, of all points {np.cov(points.T, bias=True)[0, 1]:.4f}"
)


# %% [markdown] slideshow={"slide_type": "subslide"}
# Why should alternating climb? For *any* responsibilities $q$, Jensen's inequality gives a lower
# bound on the log-likelihood,
#
# $$\log p(x) \;\ge\; \sum_k q_k \log \frac{\pi_k \mathcal N(x \mid \mu_k, \Sigma_k)}{q_k},$$
#
# with equality exactly at the E step's $q = r$.

# %% [markdown] slideshow={"slide_type": "notes"}
# ($q$: positive rows that sum to one.) So the E step lifts the bound until it touches the
# likelihood, the M step raises the bound, and the likelihood, which lies above it, cannot fall. The
# same bound with a network in place of the E step is the ELBO of notebook 03.

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
parameters = (np.full(3, 1 / 3), points[:3], np.stack([np.eye(2)] * 3))


def bound(q, parameters):
    """The right-hand side, averaged over the points."""
    return float((q * (log_joint(points, *parameters) - np.log(q))).sum(axis=1).mean())


responsibilities, likelihood = e_step(points, parameters)
others = np.random.default_rng(0).dirichlet(np.ones(3), size=(100, len(points)))
touching, best = bound(responsibilities, parameters), max(bound(q, parameters) for q in others)
print(f"log-likelihood {likelihood:.4f}; bound at the E step {touching:.4f}")
print(f"highest bound of 100 other responsibilities {best:.4f}")

# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
raised = m_step(points, responsibilities)
shifts = 0.01 * np.random.default_rng(1).normal(size=(100, 3, 2))
beside = max(bound(responsibilities, (raised[0], raised[1] + s, raised[2])) for s in shifts)
after = bound(responsibilities, raised)
print(f"the M step raises the bound from {likelihood:.4f} to {after:.4f}")
print(f"best of 100 other means beside it: lower by {(after - beside) * 1e6:.1f} millionths")
assert after > max(beside, likelihood)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Now run it, from a poor start. What has one step done, and what is left?

# %% [markdown] slideshow={"slide_type": "notes"}
# The first three points as means, two of them in the same cloud. Compare the second panel with the
# first and the last.

# %% slideshow={"slide_type": "fragment"}
STEPS = 150
history, stages = [], {}
parameters = (np.full(3, 1 / 3), points[:3], np.stack([np.eye(2)] * 3))
for step in range(STEPS + 1):
    if step in (0, 1, 10, STEPS):
        stages[f"after {step} steps"] = parameters[1:]
    responsibilities, likelihood = e_step(points, parameters)
    history.append(likelihood)
    parameters = m_step(points, responsibilities)

plotting.mixtures(
    stages,
    points,
    "How do three Gaussians find the three clouds?",
    alt="Four panels of the same grey points with three numbered ellipses: at the start one in the "
    "upper right and two almost on top of each other, after one and after ten steps wide and "
    "overlapping, at the end on the clouds.",
)

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
smallest = round(min(np.diff(history)), 9) + 0.0  # what is left of it is rounding
print(f"smallest change in a step: {smallest} nats a point; falls: {sum(np.diff(history) < -1e-9)}")
assert smallest >= 0
print(f"from {history[0]:.3f} to {history[-1]:.3f} nats a point")
order = np.argsort(-parameters[0])  # the components come in any order
print("weights found", parameters[0][order].round(2), "true", WEIGHTS)
truth = logsumexp(log_joint(points, WEIGHTS, MEANS, COVARIANCES), axis=1).mean()
print(
    f"the true parameters score {truth:.3f}: {'below' if truth < history[-1] else 'above'} the fit"
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The first step finds where the points are. To tell the clouds apart takes some forty more: a flat
# stretch is not the end.

# %% [markdown] slideshow={"slide_type": "notes"}
# The first step gains most, 0.8 nats. To tell the clouds apart adds 0.3 more, and at first the
# likelihood hardly moves.
#
# Which ellipse is number 1 is chance: exchange two components, and the likelihood is the same
# (**label switching**). So fits are compared by their density, or after sorting.
#
# The fit scores better than the truth on these 1500 points: 17 free numbers have adapted to them.
# Which is why a model is judged on *other* points.
#
# Does the library do the same? Same start, same number of steps, no regularisation:

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
library = GaussianMixture(
    3, weights_init=np.full(3, 1 / 3), means_init=points[:3],
    precisions_init=np.stack([np.eye(2)] * 3), reg_covar=0, tol=0, max_iter=STEPS + 1,
)  # fmt: skip
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # tol=0 never counts as converged
    library.fit(points)
assert np.allclose(library.covariances_, parameters[2])
fresh, _ = draw_clouds(20_000, seed=1)
truth = logsumexp(log_joint(fresh, WEIGHTS, MEANS, COVARIANCES), axis=1).mean()
print("first mean: ours", parameters[1][0].round(4), "scikit-learn's", library.means_[0].round(4))
print(f"on fresh points, in nats: fit {library.score(fresh):.3f}, truth {truth:.3f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A start decides where EM ends
#
# EM climbs to the next summit, a **local optimum**, not to the highest. How bad is that? Take
# twenty-five separate clouds on a grid and 25 components, so that a perfect fit exists.

# %% [markdown] slideshow={"slide_type": "notes"}
# Each dot is one result: from random points as means, or from the centres that k-means finds,
# scikit-learn's default; once, or the best of five such starts *by likelihood* (which we may use,
# it needs no knowledge of the truth).

# %% slideshow={"slide_type": "skip"}
grid_points = data.load("toys", 1_250, kind="grid", seed=0)


def modes_found(method, starts):
    """How many of the grid's clouds hold good samples of 25 components: a number for each fit."""
    counts = []
    for seed in range(REPEATS):
        model = GaussianMixture(
            25, init_params=method, n_init=starts, reg_covar=1e-6, max_iter=300, random_state=seed
        ).fit(grid_points.x_train)
        drawn, _ = model.sample(2_500)
        found = evaluation.mode_coverage(drawn, grid_points.centres, grid_points.std, least=10)
        counts.append(found.found)
    return counts


# %% slideshow={"slide_type": "skip"}
STARTS = {
    "random points": ("random_from_data", 1),
    "best of 5 random": ("random_from_data", 5),
    "k-means": ("kmeans", 1),
    "best of 5 k-means": ("kmeans", 5),
}
found = {name: recorded.kept(f"clouds, {name}", modes_found, *how) for name, how in STARTS.items()}

# %% slideshow={"slide_type": "fragment"}
plotting.dots(
    found,
    "How many of 25 clouds does one fit find?",
    alt="One dot per fit for each way to start, on an axis of clouds found out of 25. From random "
    "points some clouds are missed.",
    x_label="clouds with good samples, of 25",
    reference=("all", 25),
)

# %% slideshow={"slide_type": "fragment"}
recorded.answer(
    NOTEBOOK,
    lambda found: (
        "Clouds found of 25, on average: "
        + ", ".join(f"{np.mean(found[f'clouds, {name}']):.1f} from {name}" for name in STARTS)
        + "."
    ),
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# So: several starts, keep the likeliest, and start from k-means. Two half-moons, which no few
# Gaussians describe exactly: move the number of components, and watch the likelihoods.

# %% [markdown] slideshow={"slide_type": "notes"}
# (Likelihoods on the points, and on others.)

# %% slideshow={"slide_type": "fragment"}
moons = data.load("toys", 1_000, kind="moons", seed=0)
explorer = widgets.mixture_explorer(moons.x_train, held_out=moons.x_test)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How many components?
#
# The best fit with one more component is never worse on the training points. Three ways to make it
# pay: **AIC** adds 2 for each free number, **BIC** $\log n$, and the **held-out likelihood** asks
# other points. Take three bars that cross three others: the right answer is 6.

# %% [markdown] slideshow={"slide_type": "notes"}
# (AIC and BIC add to $-2\log$-likelihood, lower is better.) To share one axis with the likelihoods,
# the figure shows AIC and BIC divided by $-2n$: nats a point, higher is better.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def lattice(count, seed):
    """Points of six long Gaussians, three lying and three standing, of deviations 1 and 0.12."""
    rng = np.random.default_rng([7, seed])
    along = rng.normal(size=count)
    across = rng.integers(-1, 2, size=count) + 0.12 * rng.normal(size=count)
    lying = rng.random(count) < 0.5
    return np.where(lying, [along, across], [across, along]).T


bars = lattice(1_000, seed=0)
print("means", bars.mean(axis=0).round(2), "deviations", bars.std(axis=0).round(2))

# %% slideshow={"slide_type": "fragment"}
# Bars that cross take many starts and many steps.
CAREFUL = {"starts": STARTS_ON_BARS, "tolerance": 1e-4, "iterations": 500}
bar_choice = select_components(bars, range(1, 13), held_out=lattice(1_000, seed=100), **CAREFUL)
plotting.mixtures(
    {f"{k} components": (bar_choice.mixtures[k].means, bar_choice.mixtures[k].covariances)
     for k in (3, 6, 9)},
    bars,
    "What do too few and too many components do?",
    alt="Three panels of points on a lattice of three by three crossing bars, with the ellipses of "
    "three, six and nine components. With six, each ellipse lies along one bar.",
    numbered=False,
)  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def per_point(choice, n):
    """AIC, BIC and held-out likelihood of each number of components, all in nats a point."""
    return {
        "training": choice.at_best("train"),
        "held out": choice.at_best("held_out"),
        "AIC": -choice.at_best("aic") / (2 * n),
        "BIC": -choice.at_best("bic") / (2 * n),
    }


def draw_scores(choice, n, title, alt, unit, **options):
    """The four scores over the number of components, the likeliest start of each."""
    scores = per_point(choice, n)
    plotting.lines(
        {"number of components": {name: (choice.components, y) for name, y in scores.items()}},
        title,
        alt=alt,
        y_label=f"nats {unit} (higher is better)",
        **options,
    )


# %% slideshow={"slide_type": "subslide"}
draw_scores(
    bar_choice,
    len(bars),
    "Where does each score peak? (The truth is 6.)",
    "Four curves of nats a point over the number of components: training keeps rising, the three "
    "others rise steeply to about six and are flat or fall after.",
    "a point",
)
for name, score in per_point(bar_choice, len(bars)).items():
    print(f"{name:9} peaks at {bar_choice.components[score.argmax()]} components")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Three common mistakes
#
# 1. **`argmin + 1`** as the answer, where 2, 4, 6, … were tried.
# 2. **One start.** The curve is then a mix of the number of components and luck.
# 3. **Unconverged fits**, with the warning switched off.

# %% [markdown] slideshow={"slide_type": "notes"}
# They are made when this curve is drawn by hand. (`argmin + 1` is right for 1, 2, 3, … only. The
# answer is `components[argmin]`.)
#
# What does each cost? The truth is 6; we try 2, 4, …, 14, with new points each time. Bars that
# cross are hard to take apart: k-means, which likes round groups, cuts them to pieces, and EM takes
# a hundred steps to mend that.


# %% slideshow={"slide_type": "skip"}
def choices(seed):
    """The number of components that each way of choosing arrives at."""
    points, tried = lattice(1_000, seed), range(2, 15, 2)
    full = select_components(points, tried, seed=seed, **CAREFUL).table["bic"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotConvergedWarning)  # mistake 3
        hasty = select_components(
            points, tried, starts=STARTS_ON_BARS, iterations=5, seed=seed
        ).table["bic"]
    return {
        "several starts": tried[full.min(axis=1).argmin()],
        "the same, argmin + 1": int(full.min(axis=1).argmin()) + 1,
        "one start": tried[full[:, 0].argmin()],
        "several starts, 5 steps each": tried[hasty.min(axis=1).argmin()],
    }


# %% slideshow={"slide_type": "fragment"}
repeats = [recorded.kept(f"choices {seed}", choices, 10 + seed) for seed in range(REPEATS)]
with plotting.beside_the_record(NOTEBOOK, "mistakes"):
    plotting.dots(
        {name: [repeat[name] for repeat in repeats] for name in repeats[0]},
        "Which number is chosen, if 6 is right?",
        alt="One dot per repetition for four ways to choose; a line marks six. With argmin + 1 the "
        "dots lie to the left of it, with one start or five steps mostly to the right.",
        x_label="chosen number of components",
        reference=("the truth", 6),
    )


# %% slideshow={"slide_type": "fragment"}
def how_often_right(found):
    repeats = [value for name, value in found.items() if name.startswith("choices")]
    right = {way: sum(one[way] == 6 for one in repeats) for way in repeats[0]}
    return f"Six was chosen, of {len(repeats)} times: " + ", ".join(
        f"{count} ({way})" for way, count in right.items()
    )


recorded.answer(NOTEBOOK, how_often_right)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## From the plane to images
#
# A 28×28 image is a point in 784 dimensions. The formulas stay the same. Ten components, fitted to
# the pixels: which row would a paper like to show?

# %% slideshow={"slide_type": "skip"}
digits = data.load("mnist", TRAIN_SIZE, test_size=TEST_SIZE)
clothes = data.load("fashion_mnist", TRAIN_SIZE, test_size=TEST_SIZE)
print(digits, clothes, sep="\n")

# %% [markdown] slideshow={"slide_type": "notes"}
# One thing to get right before looking: the **mean** of a component is an average of many images.
# It was never drawn from the model. A **sample** picks a component, then a point of its Gaussian.

# %% slideshow={"slide_type": "skip"}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConstantFeaturesWarning)  # the border is always black
    on_pixels = Mixture(COMPONENTS, covariance="diag", regularisation=1e-3, tolerance=0.5)
    on_pixels.fit(digits.x_train)
on_pca = Mixture(COMPONENTS, pca=PCA_SIZE).fit(digits.x_train)


def clipped(model, count, seed=0):
    """Samples as images: a Gaussian knows nothing of black and white, so cut at 0 and 1."""
    return np.clip(model.sample(count, seed=seed), 0, 1)


# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
with plotting.beside_the_record(NOTEBOOK, "rows"):
    plotting.image_rows(
        {
            "real images": digits.x_test[:10],
            "means": np.clip(on_pixels.means, 0, 1),
            "samples, diagonal": clipped(on_pixels, 10),
            "samples, PCA + full": clipped(on_pca, 10),
        },
        "A mixture on pixels: which rows were drawn from the model?",
        alt="Four rows of ten digits: real ones; the ten component means, smooth and digit-like; "
        "samples with independent pixels, speckled with noise; samples through PCA, smudged.",
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# The means look best, and they are ten pictures, not a model of digits.

# %% [markdown] slideshow={"slide_type": "notes"}
# With a diagonal covariance the pixels of a sample are drawn one by one, and it shows: in real
# digits neighbours go together. The last row keeps the directions in which the images vary most
# (PCA) and fits full covariances there: strokes, if smudged ones. (The directions left out get no
# noise here, which looks cleaner; the density that `log_likelihood` computes includes that noise.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How far from the data? A report
#
# "Looks like digits" is no measurement. A classifier gives each image a vector of **features**. How
# far apart lie the clouds of generated and of held-out images? Take each as a Gaussian, with means
# $\mu_a, \mu_b$ and covariances $A, B$. The **Fréchet distance** is
#
# $$d = \lVert \mu_a - \mu_b \rVert^2 + \operatorname{tr}\bigl(A + B - 2\,(A^{1/2} B
# A^{1/2})^{1/2}\bigr).$$
#
# With the features of a network trained on ImageNet it is the **FID** ([Heusel et al.
# 2017](https://arxiv.org/abs/1706.08500)); with other features it is another number, so name them.

# %% [markdown] slideshow={"slide_type": "notes"}
# Ours are a hidden layer of a classifier that was trained on the training split (the *course
# classifier*). A check in the one case where it is easy, $\mathcal N(0, I)$ against $\mathcal
# N(m\mathbf 1, s^2 I)$ in $D$ dimensions, where it is $D m^2 + D (s - 1)^2$:

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
size, m, s = 5, 0.3, 0.5
found = evaluation.frechet_distance(
    np.zeros(size), np.eye(size), m * np.ones(size), s**2 * np.eye(size)
)
print(f"computed {found:.4f}, by hand {size * m**2 + size * (s - 1) ** 2:.4f}")

# %% [markdown] slideshow={"slide_type": "notes"}
# One call gives this distance and a dozen other measures:

# %% slideshow={"slide_type": "skip"}
evaluation.report(digits, clipped(on_pca, COUNT), count=COUNT, name="samples, PCA + full")

# %% [markdown] slideshow={"slide_type": "notes"}
# How to read it:
#
# - **Fréchet** and **kernel distance** (with ImageNet features: KID, [Bińkowski et al.
#   2018](https://arxiv.org/abs/1801.01401)): how far apart the two clouds lie. Read them against
#   the floor: two sets of *real* images have a Fréchet distance above 0, the more so the fewer they
#   are. The kernel distance is unbiased: its floor is about 0, and may be below.
# - **Precision**: the share of samples that lie within the ball around some real image that reaches
#   to its fifth nearest real neighbour. **Recall**: the same with real and generated exchanged
#   ([Kynkäänniemi et al. 2019](https://arxiv.org/abs/1904.06991)). One stray image has a wide ball,
#   and inflates both. Hence **coverage**: the share of real images whose ball holds a sample; and
#   **density**: how many balls a sample lies in, divided by 5 ([Naeem et al.
#   2020](https://arxiv.org/abs/2002.09797)).
# - **Classes found**, **sure**, **balance**: is a class missing, does the classifier recognise
#   anything? **Classification accuracy score** ([Ravuri & Vinyals
#   2019](https://arxiv.org/abs/1905.10887)): could one learn to read real images from these samples
#   alone?
# - **Nearer than 99 % of real ones**, **identical twin**: is it copying? (Smooth images lie nearer
#   to everything, so many hits are a reason to look, not a proof.)
# - **High-frequency energy**: too smooth (below 1) or too noisy (above)?
#
# The ± of a report is a *standard error*: how much the number would vary with other images, drawn
# from the same model. The ± of a claim's table is the *standard deviation* over seeds.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Which measures are fooled?
#
# Now the means join in, handed out again and again.

# %% slideshow={"slide_type": "fragment"} tags=["hide-input"]
one_gaussian = Mixture(1, pca=PCA_SIZE).fit(digits.x_train)
means_again = np.clip(np.resize(on_pixels.means, (COUNT, *digits.x_test.shape[1:])), 0, 1)
candidates = {
    "means, repeated": means_again,
    "10, diagonal": clipped(on_pixels, COUNT),
    "1, PCA + full": clipped(one_gaussian, COUNT),
    "10, PCA + full": clipped(on_pca, COUNT),
}
KEYS = ("frechet", "precision", "recall", "coverage", "sure", "duplicates", "sharpness")
reports = {name: evaluation.report(digits, fake, count=COUNT) for name, fake in candidates.items()}
print(f"{'':>16}", *(f"{key:>10}" for key in KEYS))
for name, result in reports.items():
    print(f"{name:>16}", *(f"{result[key].value:10.2f}" for key in KEYS))
print(f"{'floor':>16}", *(f"{result[key].floor:10.2f}" for key in KEYS))

# %% [markdown] slideshow={"slide_type": "fragment"}
# A column where the repeated means score no worse than the samples is a column that is fooled.

# %% [markdown] slideshow={"slide_type": "notes"}
# The repeated means: `duplicates` 1 and `recall` 0, by construction, for the ball around each copy
# has radius 0. (`sure`: recognised by the classifier; `sharpness`: high-frequency energy, real =
# 1.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why not full covariances on all the pixels?
#
# **Full**: every component has its own covariance matrix. **Tied**: all share one. **Diagonal**:
# own variances, no correlations. The richer the shape, the more numbers must be learned. Count
# them:

# %% [markdown] slideshow={"slide_type": "notes"}
# **PCA + full**: full, in the main directions only, with equal noise in the others.


# %% slideshow={"slide_type": "fragment"} tags=["hide-input", "nbval-check-output"]
def free_numbers(dimensions, covariance, components=10):
    """Weights, means and covariances of a mixture, less one for the sum of the weights."""
    full = dimensions * (dimensions + 1) // 2
    shapes = {"full": components * full, "tied": full, "diag": components * dimensions}
    return components - 1 + components * dimensions + shapes[covariance]


for dimensions, covariance in [(784, "full"), (784, "tied"), (784, "diag"), (50, "full")]:
    print(f"{covariance:>5} in {dimensions}: {free_numbers(dimensions, covariance):>9,}")
print("full in 2, three components:", free_numbers(2, "full", 3),
      "as the package counts:", Mixture(3).fit(points).parameters)  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# From how many images on is that worth it? Take one Gaussian on all pixels. How much variance
# should be added in every direction?

# %% [markdown] slideshow={"slide_type": "notes"}
# One Gaussian, so that nothing but the shape of the covariance differs, and no EM is needed. (Ten
# components share the images among them: for them the answer comes later.) We score held-out
# images, in nats a pixel.
#
# One trap first: images have borders that are always black, and a density on a constant is
# infinite. A model could win by that alone. So all images get noise of standard deviation 0.1,
# which the eye forgives, before fitting and before scoring: smaller differences do not count. No
# model can then score above $-\tfrac12\log(2\pi e \cdot 0.1^2) \approx 0.88$ nats a pixel on
# average on new images: that is the noise alone. A higher score on the training images is memory.

# %% slideshow={"slide_type": "skip"}
NOISE = 0.1


def noisy(part, count, seed):
    """So many of these images, drawn at random, with noise, as rows."""
    rng = np.random.default_rng(seed)
    chosen = part[rng.permutation(len(part))[:count]]
    return (chosen + NOISE * rng.normal(size=chosen.shape)).reshape(len(chosen), -1)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def full_gaussian(x):
    """Mean, variances along the principal directions, and these directions, of rows x."""
    mean = x.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(x.T, bias=True))
    return mean, np.maximum(variances, 0), directions


def nats(gaussian, x, added):
    """Mean log-density of a pixel, with this variance added in every direction."""
    mean, variances, directions = gaussian
    variances = variances + added
    squares = ((x - mean) @ directions) ** 2 / variances
    return float(-0.5 * (np.log(2 * np.pi * variances) + squares).mean())


_, mean, covariance = m_step(points, np.ones((len(points), 1)))
by_scipy = multivariate_normal(mean[0], covariance[0] + 0.01 * np.eye(2)).logpdf(points)
print(f"ours {nats(full_gaussian(points), points, 0.01):.6f}, SciPy's {by_scipy.mean() / 2:.6f}")


# %% [markdown] slideshow={"slide_type": "notes"}
# The last argument is **regularisation**: a variance that is added in every direction. How much?
# Fewer images than pixels do not vary at all in some directions. There the model's variance is what
# was added, $r$; other images, which vary by $v$ in it, pay $v / 2r$ nats. Ten times less added,
# ten times more to pay: such a number says nothing about images.

# %% slideshow={"slide_type": "skip"}
SET_ASIDE = 500  # training images by which the amount is chosen
ADDED = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1)
TEST_SEED = 2
others = noisy(digits.x_test, 2_000, TEST_SEED)
by_count = {count: full_gaussian(noisy(digits.x_train, count, SEEDS[0])) for count in IMAGES[:3]}
for added in (1e-6, 1e-5, 1e-4):
    score = nats(by_count[IMAGES[0]], others, added)
    print(f"{IMAGES[0]} images, {added:g} added: {score:,.0f} nats a pixel, held out")

# %% slideshow={"slide_type": "fragment"}
plotting.lines(
    {
        "variance added in every direction": {
            f"{count:,} images": (ADDED, [nats(gaussian, others, added) for added in ADDED])
            for count, gaussian in by_count.items()
        }
    },
    "How much variance should be added?",
    alt="Held-out nats a pixel against the variance added, one curve for each number of images. "
    "With few images the curve climbs steeply to a peak and falls; with many it is nearly flat.",
    y_label="nats a pixel, held out",
    log_x=True,
    y_limits=(-1.0, 0.9),
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The amount is a setting like any other, and is chosen on images that were set aside.

# %% [markdown] slideshow={"slide_type": "notes"}
# (Training images, not the test.) Then the comparison: full as it is (0.000001 added), full with
# the best amount, diagonal, and full on 64 principal components.


# %% slideshow={"slide_type": "skip"}
def covariances(seed):
    """Nats a pixel, {shape: {number of images: [on the same, on others]}}."""
    others, found = noisy(digits.x_test, 2_000, TEST_SEED), {}
    order = np.random.default_rng(seed).permutation(len(digits.x_train))
    aside = noisy(digits.x_train[order[:SET_ASIDE]], SET_ASIDE, seed)
    for count in IMAGES:  # "60,000" are those that are left
        x = noisy(digits.x_train[order[SET_ASIDE:]], count, seed)
        full = full_gaussian(x)
        by_amount = [nats(full, aside, added) for added in ADDED]
        amount = ADDED[int(np.argmax(by_amount))]
        rivals = {"diagonal": {"covariance": "diag"}, "PCA 64 + full": {"pca": 64}}
        scores = {
            "full": [nats(full, part, 1e-6) for part in (x, others)],
            "full + variance": [nats(full, part, amount) for part in (x, others)],
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FewPointsWarning)  # that is the question
            for name, settings in rivals.items():
                model = Mixture(1, **settings).fit(x)
                scores[name] = [model.log_likelihood(part).mean() / 784 for part in (x, others)]
        for name, pair in scores.items():
            found.setdefault(name, {})[str(count)] = [float(score) for score in pair]
    return found


shapes = [recorded.kept(f"covariances, seed {seed}", covariances, seed) for seed in SEEDS]


# %% slideshow={"slide_type": "skip"}
def scores_of(shape, where, found=shapes):
    """Nats a pixel, (seeds, numbers of images): 0 on the same images, 1 on others."""
    return np.array([[pair[where] for pair in one[shape].values()] for one in found])


# %% [markdown] slideshow={"slide_type": "subslide"}
# Where does the plain full covariance overtake the diagonal one, and what does the best amount of
# added variance change about that?

# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "covariances"):
    plotting.lines(
        {
            f"images to learn from: {name}": {
                shape: (IMAGES, scores_of(shape, where)) for shape in shapes[0]
            }
            for where, name in enumerate(["scored on the same", "scored on others"])
        },
        "Which covariance learns most from how many images?",
        alt="Nats a pixel over the number of training images, left on the training images, right "
        "on held-out ones, one line for each shape. The plain full one begins below the chart and "
        "crosses the diagonal one.",
        y_label="nats a pixel (higher is better)",
        log_x=True,
        y_limits=(-0.2, 1.6),
    )


# %% slideshow={"slide_type": "fragment"}
def where_it_turns(found):
    runs = [value for name, value in found.items() if name.startswith("covariances")]
    ways = ("full", "full + variance", "diagonal")
    table = np.array([scores_of(way, 1, runs).mean(axis=0) for way in ways]).T
    counts = [int(count) for count in runs[0]["full"]]
    rows = [
        f"{count:,}: " + " / ".join(f"{score:,.{2 if score > -10 else 0}f}" for score in row)
        for count, row in zip(counts, table, strict=True)
    ]
    ahead = [[n for n, row in zip(counts, table, strict=True) if row[i] > row[2]] for i in (0, 1)]
    first = [f"from {min(numbers):,} images on" if numbers else "never" for numbers in ahead]
    return (
        f"Held-out nats a pixel ({' / '.join(ways)}) by number of images: {'; '.join(rows)}. Of "
        f"the numbers tried, full is ahead of diagonal {first[0]}, with added variance {first[1]}."
    )


recorded.answer(NOTEBOOK, where_it_turns)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Do components find the classes?
#
# Nobody told the mixture that there are ten digits. It has ten components. Does each take one?


# %% slideshow={"slide_type": "skip"}
def contingency(component, labels, classes=10):
    """Number of images (components, classes) by the component that they are assigned to."""
    return np.stack(
        [np.bincount(labels[component == k], minlength=classes) for k in range(COMPONENTS)]
    )


# %% slideshow={"slide_type": "skip"}
def draw_contingency(model, images):
    """The table as a picture, rows sorted by their largest class."""
    table = contingency(model.assign(images.x_test), images.y_test)
    table = table[np.argsort(table.argmax(axis=1), kind="stable")]
    largest = [images.class_names[c] for c in table.argmax(axis=1)]
    missed = [name for name in images.class_names if name not in largest]
    repeated = sorted({name for name in largest if largest.count(name) > 1})
    text = f"Repeated: {', '.join(repeated) or 'none'}. Missed: {', '.join(missed) or 'none'}."
    with plotting.beside_the_record(NOTEBOOK, f"classes_{images.name}"):
        plotting.heatmap(
            table, [f"{k + 1}" for k in range(COMPONENTS)], images.class_names,
            f"{images.name}: does each component take one class?",
            alt="Held-out images by component and class, as a table; beside each component its "
            "largest class. " + text,
            x_label="class", y_label="component", note=largest,
        )  # fmt: skip
    print(text)


# %% slideshow={"slide_type": "fragment"}
on_clothes = Mixture(COMPONENTS, pca=PCA_SIZE).fit(clothes.x_train)
draw_contingency(on_pca, digits)

# %% slideshow={"slide_type": "subslide"}
draw_contingency(on_clothes, clothes)
plotting.image_rows(
    {"means": np.clip(on_clothes.means, 0, 1), "samples": clipped(on_clothes, 10)},
    "Clothes: means and samples",
    alt="The ten component means of clothes, then ten samples of the mixture.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A component goes where a Gaussian fits well, not where a name is.

# %% [markdown] slideshow={"slide_type": "notes"}
# A class with two styles may get two components; two classes with one outline may share one.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How many components for images?
#
# The same scores as on the lattice, on 16 principal components of the clothes. Where would you
# expect the best number, if there are ten classes?

# %% [markdown] slideshow={"slide_type": "notes"}
# The held-out images are training images that were set aside *at random*.

# %% slideshow={"slide_type": "fragment"}
order = np.random.default_rng(0).permutation(len(clothes.x_train))
aside, learnt = np.split(order, [len(order) // 6])
choice = select_components(
    clothes.x_train[learnt], SWEEP, starts=SWEEP_STARTS, pca=16, held_out=clothes.x_train[aside]
)
with plotting.beside_the_record(NOTEBOOK, "scores"):
    draw_scores(
        choice,
        len(learnt),
        "Clothes: where does each score peak?",
        "Nats an image over the number of components: steep at first, then flatter and flatter, "
        "for the training images, held-out images, AIC and BIC.",
        "an image",
    )
print(choice)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Images are no mixture of a few Gaussians, so there is no true number to be found.

# %% [markdown] slideshow={"slide_type": "notes"}
# Each further component buys some likelihood and costs 153 free numbers; the more images there are,
# the less that price counts, and the more components are chosen. If the chosen number is the
# largest that was tried, the answer is "at least", not "exactly".
#
# Why set aside at random? It is tempting to fit the first part of a file and to score the test set
# instead. But a file is seldom shuffled, and its parts are not equally easy: on this page held-out
# images once scored *above* the training images, for every number of components. What does one and
# the same mixture give to parts of the file?

# %% slideshow={"slide_type": "skip"}
third = len(clothes.x_train) // 3
parts = {
    "learnt from": clothes.x_train[learnt],
    "set aside at random": clothes.x_train[aside],
    "first third of the file": clothes.x_train[:third],
    "last third of the file": clothes.x_train[-third:],
    "test set": clothes.x_test,
}
easy = {
    name: (float(score.mean()), float(score.std() / np.sqrt(len(score))))
    for name, part in parts.items()
    for score in [choice.best.log_likelihood(part)]
}
for name, (mean, error) in easy.items():
    print(f"{name:24}{mean:8.1f} ± {error:.1f} nats an image (standard error)")

# %% [markdown] slideshow={"slide_type": "subslide"}
# A better likelihood: are the samples better too?

# %% [markdown] slideshow={"slide_type": "notes"}
# Fréchet distance and copies, for more and more components:


# %% slideshow={"slide_type": "skip"}
SETS = {images.name: images for images in (digits, clothes)}


def judge(data_set, components, seed):
    """Fréchet distance of a mixture's samples; for the first seed also the share of near copies."""
    images = SETS[data_set]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FewPointsWarning)  # copies are what we look for
        model = Mixture(components, pca=PCA_SIZE, seed=seed).fit(images.x_train)
    fake = clipped(model, COUNT, seed)
    found = {"Fréchet": evaluation.yardstick(images, COUNT).frechet(fake)}
    if seed == SEEDS[0]:
        found["copied"] = evaluation.memorisation(fake, images.x_train, images.x_test).copied
    return found


# %% slideshow={"slide_type": "skip"}
growing = {
    (name, k): [
        recorded.kept(f"{name}, {k} components, seed {seed}", judge, name, k, seed)
        for seed in SEEDS
    ]
    for name in SETS
    for k in GROWING
}

# %% slideshow={"slide_type": "fragment"}
distances = {
    name: np.array([[found["Fréchet"] for found in growing[name, k]] for k in GROWING]).T
    for name in SETS
}
floor = max(evaluation.yardstick(images, COUNT).frechet_floor() for images in SETS.values())
with plotting.beside_the_record(NOTEBOOK, "components"):
    plotting.lines(
        {"number of components": {name: (GROWING, found) for name, found in distances.items()}},
        "Do more components draw better?",
        alt="Fréchet distance over the number of components, one line a data set, on an axis from "
        "zero, with a line for real images just above zero.",
        y_label="Fréchet distance (course classifier)",
        levels={f"real images: at most {floor:.1f}": floor},
        log_x=True,
        y_limits=(0, 1.1 * max(found.max() for found in distances.values())),
    )
for name in SETS:
    shares = ", ".join(f"{k}: {growing[name, k][0]['copied']:.3f}" for k in GROWING)
    print(f"{name}: share nearer to a training image than 99 % of real ones: {shares}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Compare what is gained with what is left: the way down to the line of real images.


# %% slideshow={"slide_type": "fragment"}
def what_more_components_do(found):
    runs = {}
    for title, numbers in found.items():
        name, _, rest = title.partition(", ")
        if " components, seed " in rest:
            runs.setdefault((name, int(rest.split()[0])), []).append(numbers["Fréchet"])
    return "Fréchet distances (mean over seeds): " + "; ".join(
        f"{name}, {k} components: {np.mean(values):.1f}" for (name, k), values in runs.items()
    )


recorded.answer(NOTEBOOK, what_more_components_do)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# > "A pure GMM with as many components as classes captures most classes, repeats some, misses
# > others."
#
# A class is captured if it is the largest in some component. Ten equal components would capture
# $10\,(1 - 0.9^{10}) \approx 6.5$ of ten equal classes by pure chance, so "most" alone means
# little: the first half is compared with the same components on shuffled labels. The second half is
# compared with a mixture that has been told the classes: one Gaussian for each, in principal
# components of its own. "Repeats" follows: if each of ten components has a largest class and one
# class is missed, another is repeated.


# %% slideshow={"slide_type": "fragment"}
def captured(component, labels):
    """Number of classes that are the largest in at least one component."""
    table = contingency(component, labels)
    return len(set(table[table.sum(axis=1) > 0].argmax(axis=1)))


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
each, same = np.arange(COMPONENTS), np.zeros(COMPONENTS, dtype=int)
print(
    "one component a class:", captured(each, each), "| all in one component:", captured(same, each)
)


# %% slideshow={"slide_type": "skip"}
def told_the_classes(images, seed):
    """The component of each held-out image, if each Gaussian was fitted to one class."""
    rng = np.random.default_rng(seed)
    columns = []
    for label in range(COMPONENTS):
        own = rng.permutation(np.flatnonzero(images.y_train == label))[: len(images.y_train) // 20]
        gaussian = Mixture(1, pca=PCA_SIZE, regularisation=1e-3).fit(images.x_train[own])
        columns.append(gaussian.log_likelihood(images.x_test) + np.log(len(own)))
    return np.stack(columns, axis=1).argmax(axis=1)


# %% slideshow={"slide_type": "skip"}
def count_captured(data_set, seed):
    """Captured classes of the mixture, by chance, and of the mixture that was told."""
    images = SETS[data_set]
    part = np.random.default_rng(seed).permutation(len(images.x_train))[: TRAIN_SIZE // 2]
    model = Mixture(COMPONENTS, pca=PCA_SIZE, seed=seed).fit(images.x_train[part])
    component, labels = model.assign(images.x_test), images.y_test
    rng = np.random.default_rng(seed)
    shuffles = [captured(component, rng.permutation(labels)) for _ in range(1_000)]
    return {
        "mixture": captured(component, labels),
        "chance": float(np.mean(shuffles)),
        "told the classes": captured(told_the_classes(images, seed), labels),
    }


counts = {
    name: [recorded.kept(f"classes, {name}, seed {s}", count_captured, name, s) for s in SEEDS]
    for name in SETS
}


# %% slideshow={"slide_type": "fragment"}
def compare(name, statement, test, measure, values, budget, images, **options):
    """Judge and show one claim; its pairs share the images and the seed."""
    claim = claims.Claim(
        name=name, statement=statement, test=test, measure=measure, paired=True, **options
    )
    claims.show(claims.test(claim, values, budget, images), NOTEBOOK)


# %% slideshow={"slide_type": "fragment"}
for half, rival, better in [
    ("captures more classes than chance", "chance", "higher"),
    ("misses some classes", "told the classes", "lower"),
]:
    for images in SETS.values():
        compare(
            f"{half.split()[0]}_classes_{images.name}",
            f"A GMM with as many components as classes {half}. ({images.name})",
            f"Classes that are the largest in some component, against {rival} (chance: the mean of "
            f"a thousand shuffles of the labels); each seed draws half of the training images.",
            "classes of 10",
            {way: [one[way] for one in counts[images.name]] for way in ("mixture", rival)},
            f"{TRAIN_SIZE // 2:,} images, {COMPONENTS} components, PCA {PCA_SIZE}",
            images,
            better=better,
        )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A full covariance describes images better than a diagonal one."
#
# It can describe more. From how many images? Once with few, once with many; the same images for
# both shapes.


# %% slideshow={"slide_type": "fragment"}
def compare_shapes(name, statement, better, worse, count):
    """Two shapes of one Gaussian, from so many images."""
    at = IMAGES.index(count)
    compare(
        name,
        statement,
        f"One Gaussian on all pixels; only the covariance differs. Noise of {NOISE} on all images.",
        "nats a pixel, held out",
        {shape: scores_of(shape, 1)[:, at].tolist() for shape in (better, worse)},
        f"{count:,} images",
        digits,
        better="higher",
    )


# %% slideshow={"slide_type": "fragment"}
for words, count in {"few": IMAGES[0], "many": IMAGES[-1]}.items():
    compare_shapes(
        f"full_beats_diagonal_{words}",
        f"A full covariance describes images better than a diagonal one, from {words} images.",
        "full",
        "diagonal",
        count,
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# "A little variance added to every direction repairs it", one reads. Better than nothing added is
# no feat, as the printed lines above say. Better than the crude diagonal, with few images?

# %% slideshow={"slide_type": "fragment"}
compare_shapes(
    "regularised_beats_diagonal",
    "With variance added, a full covariance beats a diagonal one already with few images.",
    "full + variance",
    "diagonal",
    IMAGES[0],
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "More components give better samples."

# %% slideshow={"slide_type": "fragment"}
more, fewer = GROWING[-1], COMPONENTS
for images in SETS.values():
    compare(
        f"more_components_{images.name}",
        f"{more} components draw better samples than {fewer}. ({images.name})",
        f"Full covariances on {PCA_SIZE} principal components; one seed for both decides the "
        f"k-means start and the samples.",
        f"Fréchet distance (course classifier, {COUNT:,} images)",
        {
            f"{k} components": distances[images.name][:, GROWING.index(k)].tolist()
            for k in (more, fewer)
        },
        f"{TRAIN_SIZE:,} images",
        images,
    )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - EM never falls, but it ends in a local optimum: several starts, and enough steps, decide what is
#   found. On bars that cross, one start, or five steps, often choose too many components.
# - A mean is not a sample: the picture that looks best was not drawn from the model. Copies of it
#   fool some measures; the report's other lines tell.
# - "Full or diagonal?" has no answer without the number of images. Without added variance the full
#   covariance of few images is worse by what happened to be added, a number without meaning.
# - Likelihood, AIC and BIC do not look for classes: a component goes where a Gaussian fits, and the
#   more images there are, the more components they afford.
# - More components, a better likelihood: the samples stay far above the floor all the same. It is
#   the pixels, or the straight directions of PCA, that are the wrong place for Gaussians.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict: who pays more?** Measured in $-2\log p$, a free number costs $\log n$ in BIC and 2
# in AIC. Does BIC become the stricter of the two at ten points, at a hundred, or at a thousand?
# Guess first. Then write down the smallest $n$ from which it is.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
dearer_from = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("08.1", dearer_from)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. The hard limit.** Give all components the covariance $\sigma^2 I$ and let $\sigma \to 0$: EM
# becomes k-means. Complete `hard_responsibilities`, what the E step then gives. For
# $\sigma = 10^{-3}$ and equal weights, `e_step` gives the same on `points` to six digits, with
# `means = points[:3]`.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def hard_responsibilities(x, means):
    """Responsibilities (n, k) in the limit of no variance."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("08.2", hard_responsibilities)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Fool a measure.** Complete `precise_but_poor`: given the features of real images (n, d), it
# returns `count` points that get a precision above 0.9 against them, though their coverage is below
# 0.1.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def precise_but_poor(real, count=1_000):
    """Points (count, d) that fool precision."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("08.3", precise_but_poor)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Fill in the other half.** A Gaussian mixture can be conditioned: given the upper half $a$ of
# an image, each component predicts the lower half as $\mu_b + \Sigma_{ba} \Sigma_{aa}^{-1} (a -
# \mu_a)$, and the components are weighted by how well they explain $a$. Derive these weights by
# Bayes' rule, and complete `fill_in`. With one component the answer is linear regression of $b$ on
# $a$. For images, fit scikit-learn's `GaussianMixture` with `reg_covar=1e-2` on the flattened
# pixels: its `covariances_` are what you need, and constant pixels would make $\Sigma_{aa}$
# singular without it.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def fill_in(known, weights, means, covariances):
    """Expected other coordinates (n, d - m), given the first m coordinates (n, m)."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("08.4", fill_in)

# %% [markdown] slideshow={"slide_type": "skip"}
# **And then.** Fool the report with images. Try one real held-out image, repeated,
# `evaluation.report(digits, np.repeat(digits.x_test[:1], 1_000, axis=0))`. (A note about constant
# features is right.) Its precision is either 0 or 1: 0 means that the image lies outside all balls,
# so take another. Which rows of the report give you away?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [03 · What does a VAE maximise?](03_vae_theory.ipynb): the bound of this notebook, with networks
#   for the E step and the components.
# - [09 · Can a plain autoencoder generate?](09_latent_mixtures.ipynb): the same mixtures on the
#   code of an autoencoder instead of PCA.
# - Bishop 2006, [Pattern Recognition and Machine
#   Learning](https://link.springer.com/book/9780387310732), chapter 9: EM, and why it climbs.
# - Tipping & Bishop 1999, [Probabilistic principal component
#   analysis](https://doi.org/10.1111/1467-9868.00196): why the directions that PCA leaves out may
#   be noise.
# - Theis, van den Oord & Bethge 2016, [A note on the evaluation of generative
#   models](https://arxiv.org/abs/1511.01844): a good likelihood, good samples: neither implies the
#   other.
# - Richardson & Weiss 2018, [On GANs and GMMs](https://arxiv.org/abs/1805.12462): mixtures of
#   hundreds of components on faces, with a measure of what is missed.
