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
# **Time** · smoke 50 s · cpu 10 min · gpu not measured
#
# The oldest generative model of the course has no network at all. It draws digits; how well, we
# measure.
#
# After this notebook you can
#
# - write EM in twenty lines, and check with numbers why it climbs;
# - tell a component's mean from a sample, and say why the means look better;
# - say when a full covariance fails, and choose among four cures by held-out likelihood;
# - choose the number of components without the usual three mistakes;
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

from course_utils.evaluation import claims
from course_utils.models import (
    ConstantFeaturesWarning,
    FewPointsWarning,
    Mixture,
    NotConvergedWarning,
    select_components,
)

# %% slideshow={"slide_type": "skip"}
TRAIN_SIZE = by_profile(smoke=2_500, cpu=20_000, gpu=60_000, record=20_000)
TEST_SIZE = by_profile(smoke=1_200, cpu=None, gpu=None)  # None: all of them
COUNT = by_profile(smoke=600, cpu=5_000, gpu=10_000, record=5_000)
COMPONENTS = 10
# So many that a component of a full mixture has more images than free numbers.
PCA_SIZE = by_profile(smoke=12, cpu=40, gpu=64)
FEW = by_profile(smoke=(200, 600), cpu=(500, 1_500, 5_000), gpu=(500, 2_000, 8_000))
ON_PIXELS = by_profile(smoke=4, cpu=10, gpu=10)  # components where all 784 pixels are fitted
SWEEP = by_profile(smoke=range(1, 16, 2), cpu=range(1, 21), gpu=range(1, 41))
GROWING = by_profile(smoke=(1, 10, 50), cpu=(1, 10, 50), gpu=(1, 10, 50, 200))
REPEATS = by_profile(smoke=3, cpu=10, gpu=10)
SEEDS = by_profile(smoke=range(3), cpu=range(3), gpu=range(5), record=range(5))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three clouds that overlap
#
# To see an algorithm work, give it data whose answer is known. Three Gaussian clouds, one of them
# wide, one tilted. We drew each point by picking a cloud (with the probabilities `WEIGHTS`), then a
# point from it. The algorithm sees the points, not the picks.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
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

# %% [markdown] slideshow={"slide_type": "subslide"}
# The density of a point is a weighted sum over the clouds that it may come from:
#
# $$p(x) = \sum_{k=1}^K \pi_k\, \mathcal N(x \mid \mu_k, \Sigma_k), \qquad \pi_k \ge 0, \quad
# \sum_k \pi_k = 1.$$
#
# One term of the sum, in logarithms, with the Cholesky factor $\Sigma = LL^\top$: no inverse is
# needed, and $\log\det\Sigma = 2\sum_j \log L_{jj}$.


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
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
print("agrees with SciPy:", np.allclose(ours, np.log(WEIGHTS) + np.stack(by_scipy, axis=1)))

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
#
# **E step**, the responsibility of cloud $k$ for point $i$:
# $\quad r_{ik} = \pi_k \mathcal N(x_i \mid \mu_k, \Sigma_k) \,/\, p(x_i)$
#
# **M step**, means and covariances weighted by the responsibilities, $n_k = \sum_i r_{ik}$:
#
# $$\pi_k = \frac{n_k}{n}, \qquad \mu_k = \frac{1}{n_k} \sum_i r_{ik} x_i, \qquad
# \Sigma_k = \frac{1}{n_k} \sum_i r_{ik} (x_i - \mu_k)(x_i - \mu_k)^\top.$$


# %% slideshow={"slide_type": "fragment"}
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


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
_, mean, covariance = m_step(points, np.ones((len(points), 1)))
print("one component, the mean of all points:", np.allclose(mean[0], points.mean(axis=0)))
print("and their covariance:", np.allclose(covariance[0], np.cov(points.T, bias=True)))


# %% [markdown] slideshow={"slide_type": "subslide"}
# Why should alternating climb? For *any* responsibilities $q$ (positive rows that sum to one),
# Jensen's inequality gives a lower bound on the log-likelihood,
#
# $$\log p(x) \;\ge\; \sum_k q_k \log \frac{\pi_k \mathcal N(x \mid \mu_k, \Sigma_k)}{q_k},$$
#
# with equality exactly at the E step's $q = r$. So the E step lifts the bound until it touches the
# likelihood, the M step raises the bound, and the likelihood, which lies above it, cannot fall. The
# same bound with a network in place of the E step is the ELBO of notebook 03.

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
parameters = (np.full(3, 1 / 3), points[:3], np.stack([np.eye(2)] * 3))


def bound(q, parameters):
    """The right-hand side, averaged over the points."""
    return float((q * (log_joint(points, *parameters) - np.log(q))).sum(axis=1).mean())


responsibilities, likelihood = e_step(points, parameters)
others = np.random.default_rng(0).dirichlet(np.ones(3), size=(100, len(points)))
print("touches at the E step:", np.isclose(bound(responsibilities, parameters), likelihood))
print("below it for 100 others:", all(bound(q, parameters) < likelihood for q in others))

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
raised = m_step(points, responsibilities)
print("the M step raises it:", bound(responsibilities, raised) > likelihood)
print("and cannot be beaten:", all(
    bound(responsibilities, (raised[0], raised[1] + shift, raised[2]))
    < bound(responsibilities, raised)
    for shift in 0.01 * np.random.default_rng(1).normal(size=(100, 3, 2))
))  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# Now run it, from a poor start: the first three points as means, two of them in the same cloud.
# Compare the second panel with the first and the last. What has one step done, and what is left for
# the others?

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

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
print("the likelihood never falls:", bool(np.all(np.diff(history) > -1e-12)))
print(f"from {history[0]:.3f} to {history[-1]:.3f} nats a point")
order = np.argsort(-parameters[0])
print("weights found", parameters[0][order].round(2), "true", WEIGHTS)
truth = logsumexp(log_joint(points, WEIGHTS, MEANS, COVARIANCES), axis=1).mean()
print(
    f"the true parameters score {truth:.3f}: {'below' if truth < history[-1] else 'above'} the fit"
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The first step gains most: it finds where the points are, 0.8 nats. To tell the clouds apart adds
# 0.3 more and takes some forty steps, during which the likelihood at first hardly moves. A flat
# stretch is not the end.
#
# The fit scores better than the truth on these 1500 points: 17 free numbers have adapted to them.
# Which is why a model is judged on *other* points.
#
# Does the library do the same? Same start, same number of steps, no regularisation:

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
library = GaussianMixture(
    3, weights_init=np.full(3, 1 / 3), means_init=points[:3],
    precisions_init=np.stack([np.eye(2)] * 3), reg_covar=0, tol=0, max_iter=STEPS + 1,
)  # fmt: skip
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # tol=0 never counts as converged
    library.fit(points)
same = np.allclose(library.means_, parameters[1]) and np.allclose(
    library.covariances_, parameters[2]
)
fresh, _ = draw_clouds(20_000, seed=1)
truth = logsumexp(log_joint(fresh, WEIGHTS, MEANS, COVARIANCES), axis=1).mean()
print("agrees with scikit-learn:", same)
print(f"on fresh points, in nats: fit {library.score(fresh):.3f}, truth {truth:.3f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A start decides where EM ends
#
# EM climbs to the next summit, not to the highest. How bad is that? Twenty-five separate clouds on
# a grid, 25 components, so a perfect fit exists. Each dot is one result: from random points as
# means; the best of five such starts *by likelihood* (which we may use, it needs no knowledge of
# the truth); and from the centres that k-means finds, scikit-learn's default.

# %% slideshow={"slide_type": "fragment"}
grid_points = data.load("toys", 1_250, kind="grid", seed=0)


def modes_found(method, starts, seed):
    """How many of the grid's clouds hold good samples of a mixture of 25 components."""
    model = GaussianMixture(
        25, init_params=method, n_init=starts, reg_covar=1e-6, max_iter=300, random_state=seed
    ).fit(grid_points.x_train)
    coverage = evaluation.mode_coverage(
        model.sample(2_500)[0], grid_points.centres, grid_points.std, least=10
    )
    return coverage.found


# %% slideshow={"slide_type": "fragment"}
found = {
    name: [modes_found(method, starts, seed) for seed in range(REPEATS)]
    for name, method, starts in [
        ("random points", "random_from_data", 1),
        ("best of 5 random", "random_from_data", 5),
        ("k-means", "kmeans", 1),
    ]
}

# %% slideshow={"slide_type": "fragment"}
plotting.dots(
    found,
    "How many of 25 clouds does one fit find?",
    alt="One dot per fit for each way to start, on an axis of clouds found out of 25. From random "
    "points some clouds are missed.",
    x_label="clouds with good samples, of 25",
    reference=("all", 25),
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# So: several starts, keep the likeliest, and start from k-means.
#
# Try it yourself. Two half-moons, which no few Gaussians describe exactly: move the number of
# components, and watch the likelihood on the points and on others.

# %% slideshow={"slide_type": "fragment"}
moons = data.load("toys", 1_000, kind="moons", seed=0)
explorer = widgets.mixture_explorer(moons.x_train, held_out=moons.x_test)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How many components?
#
# The best fit with one more component is never worse on the training points. Three ways to make it
# pay: **AIC** adds 2 for each free number, **BIC** $\log n$ (both to $-2\log$-likelihood, lower is
# better), and the **held-out likelihood** asks other points. Take eight clouds on a ring, blurred
# until neighbours touch. The right answer is 8. To share one axis with the likelihoods, the figure
# shows AIC and BIC divided by $-2n$: nats a point, higher is better.


# %% slideshow={"slide_type": "fragment"}
def blurred_ring(count, seed):
    """Eight clouds on a circle of radius 1, of standard deviation 0.15."""
    ring = data.load("toys", count, kind="ring", seed=seed)
    noise = 0.15 * np.random.default_rng([1, seed]).normal(size=ring.x_train.shape)
    return ring.x_train + noise


ring_points, ring_others = blurred_ring(2_000, seed=0), blurred_ring(2_000, seed=100)
ring_choice = select_components(
    ring_points, range(1, 15), criterion="bic", starts=5, held_out=ring_others
)
ring_choice


# %% slideshow={"slide_type": "subslide"}
def per_point(choice, n):
    """AIC, BIC and held-out likelihood of each number of components, all in nats a point."""
    return {
        "training": choice.table["train"].T,
        "held out": choice.table["held_out"].T,
        "AIC": -choice.table["aic"].T / (2 * n),
        "BIC": -choice.table["bic"].T / (2 * n),
    }


# %% slideshow={"slide_type": "fragment"}
plotting.lines(
    {
        "number of components": {
            name: (ring_choice.components, values)
            for name, values in per_point(ring_choice, len(ring_points)).items()
        }
    },
    "Where does each score peak? (The truth is 8.)",
    alt="Four curves of nats a point over the number of components, with bands over five starts: "
    "training keeps rising, the three others peak near eight and fall or stay flat after.",
    y_label="nats a point (higher is better)",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Three mistakes are common when this curve is drawn by hand:
#
# 1. **`argmin + 1`** as the answer. It is right for 1, 2, 3, … only; whoever tries 2, 4, 6, … reads
#    off another number. The answer is `components[argmin]`.
# 2. **One start.** The curve is then a mix of the number of components and luck.
# 3. **Unconverged fits**, with the warning switched off.
#
# What does each cost? The truth is 8; we try 2, 4, …, 14, with new points each time. The last row
# makes mistakes 2 and 3 together. A row that agrees with the first was lucky in its data: k-means
# starts well on clouds this clear.


# %% slideshow={"slide_type": "fragment"}
def choices(seed):
    """The number of components that each way of choosing arrives at."""
    points, tried = blurred_ring(1_000, seed), range(2, 15, 2)
    full = select_components(points, tried, starts=5, seed=seed).table["bic"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotConvergedWarning)  # mistake 3
        hasty = select_components(points, tried, starts=1, iterations=5, seed=seed).table["bic"]
    return {
        "best of five starts": tried[full.min(axis=1).argmin()],
        "the same, argmin + 1": full.min(axis=1).argmin() + 1,
        "one start": tried[full[:, 0].argmin()],
        "one start, 5 steps": tried[hasty[:, 0].argmin()],
    }


# %% slideshow={"slide_type": "fragment"}
repeats = [choices(10 + seed) for seed in range(REPEATS)]
plotting.dots(
    {name: [repeat[name] for repeat in repeats] for name in repeats[0]},
    "Which number is chosen, if 8 is right?",
    alt="One dot per repetition for four ways to choose; a line marks eight. With argmin + 1 the "
    "dots lie far to the left of it.",
    x_label="chosen number of components",
    reference=("the truth", 8),
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## From the plane to images
#
# A 28×28 image is a point in 784 dimensions. The formulas stay the same.

# %% slideshow={"slide_type": "skip"}
digits = data.load("mnist", TRAIN_SIZE, test_size=TEST_SIZE)
clothes = data.load("fashion_mnist", TRAIN_SIZE, test_size=TEST_SIZE)
print(digits, clothes, sep="\n")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Ten components, fitted to the pixels. One thing to get right before looking: the **mean** of a
# component is an average of many images. It was never drawn from the model. A **sample** picks a
# component, then a point of its Gaussian. Which row would a paper like to show?

# %% slideshow={"slide_type": "skip"}
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConstantFeaturesWarning)  # the border is always black
    on_pixels = Mixture(COMPONENTS, covariance="diag", regularisation=1e-3).fit(digits.x_train)
on_pca = Mixture(COMPONENTS, pca=PCA_SIZE).fit(digits.x_train)


def clipped(model, count, seed=0):
    """Samples as images: a Gaussian knows nothing of black and white, so cut at 0 and 1."""
    return np.clip(model.sample(count, seed=seed), 0, 1)


# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
plotting.image_rows(
    {
        "real images": digits.x_test[:10],
        "means": np.clip(on_pixels.means, 0, 1),
        "samples, diagonal": clipped(on_pixels, 10),
        "samples, PCA + full": clipped(on_pca, 10),
    },
    "A mixture on pixels: which rows were drawn from the model?",
    alt="Four rows of ten digits: real ones; the ten component means, smooth and digit-like; "
    "samples with independent pixels, speckled with noise; samples through PCA, smudged digits.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The means look best, and they are ten pictures, not a model of digits. With a diagonal covariance
# the pixels of a sample are drawn one by one, and it shows: in real digits neighbours go together.
# The last row keeps the directions in which the images vary most (PCA) and fits full covariances
# there: strokes, if smudged ones. (The directions left out get no noise here, which looks cleaner;
# the density that `log_likelihood` computes includes that noise.)
#
# ## How far from the data? A report
#
# "Looks like digits" is no measurement. One call compares the samples with held-out images.

# %% slideshow={"slide_type": "fragment"}
report = evaluation.report(digits, clipped(on_pca, COUNT), count=COUNT, name="samples, PCA + full")
report

# %% [markdown] slideshow={"slide_type": "subslide"}
# How to read it:
#
# - **Fréchet** and **kernel distance**: how far apart the two clouds of features lie. The features
#   are hidden layers of a classifier that was trained on the training split. Read them against the
#   floor: two sets of *real* images have a Fréchet distance above 0, the more so the fewer they
#   are. The kernel distance is unbiased: its floor is about 0, and may be below.
# - **Precision**: the share of samples that lie within the ball around some real image that reaches
#   to its fifth nearest real neighbour. **Recall**: the same with real and generated exchanged.
#   **Coverage**: the share of real images whose ball holds a sample; **density**: how many balls a
#   sample lies in, divided by 5.
# - **Classes found**, **sure**, **balance**: is a class missing, does the classifier recognise
#   anything? **Accuracy score**: could one learn to read real images from these samples alone?
# - **Nearer than 99 % of real ones**, **identical twin**: is it copying? (Smooth images lie nearer
#   to everything, so many hits are a reason to look, not a proof.)
# - **High-frequency energy**: too smooth (below 1) or too noisy (above)?
#
# Now the means join in, handed out again and again, to see which measures are fooled:

# %% slideshow={"slide_type": "fragment"}
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

# %% [markdown] slideshow={"slide_type": "subslide"}
# The repeated means: `duplicates` 1 and `recall` 0, by construction, for the ball around each copy
# has radius 0. A column where they score no worse than the samples is a column that is fooled.
# (`sure`: recognised by the classifier; `sharpness`: high-frequency energy, real = 1.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why not full covariances on all the pixels?
#
# **Full**: every component has its own covariance matrix. **Tied**: all share one. **Diagonal**:
# own variances, no correlations. **Regularised**: full, plus a fixed variance in every direction.
# **PCA + full**: full, in the main directions only, with equal noise in the others. The richer the
# shape, the more numbers must be learned. Count them:


# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
def free_numbers(dimensions, covariance, components=10):
    """Weights, means and covariances of a mixture, less one for the sum of the weights."""
    full = dimensions * (dimensions + 1) // 2
    shapes = {"full": components * full, "tied": full, "diag": components * dimensions}
    return components - 1 + components * dimensions + shapes[covariance]


for dimensions, covariance in [(784, "full"), (784, "tied"), (784, "diag"), (50, "full")]:
    print(f"{covariance:>5} in {dimensions}: {free_numbers(dimensions, covariance):>9,}")
check = Mixture(3).fit(points)
print("as the package counts:", free_numbers(2, "full", 3) == check.parameters)

# %% [markdown] slideshow={"slide_type": "subslide"}
# What happens with few images? We score held-out images, in nats a pixel. One trap first: images
# have borders that are always black, and a density on a constant is infinite. A model could win by
# that alone. So all images get noise of standard deviation 0.1, which the eye forgives, before
# fitting and before scoring: smaller differences do not count. No model can then score above
# $-\tfrac12\log(2\pi e \cdot 0.1^2) \approx 0.88$ nats a pixel on average on new images: that is
# the noise alone. A higher score on the training images is memory.

# %% slideshow={"slide_type": "fragment"}
NOISE = 0.1
WAYS = {
    "full": {},
    "full, regularised": {"regularisation": NOISE**2},
    "tied": {"covariance": "tied"},
    "diagonal": {"covariance": "diag"},
    "PCA 16 + full": {"pca": 16},
    "PCA 64 + full": {"pca": 64},
}


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
print(f"ceiling: {-0.5 * np.log(2 * np.pi * np.e * NOISE**2):.2f} nats a pixel")


def noisy(images, seed):
    """Images with white noise, so that no density can be infinite."""
    return images + NOISE * np.random.default_rng(seed).normal(size=images.shape)


# %% slideshow={"slide_type": "fragment"}
def nats_a_pixel(count, way, seed):
    """Mean log-likelihood of `count` training images and of held-out ones, per pixel."""
    chosen = np.random.default_rng(seed).permutation(len(digits.x_train))[:count]
    seen, others = noisy(digits.x_train[chosen], 1), noisy(digits.x_test[:2_000], 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FewPointsWarning)  # that is the question
        model = Mixture(ON_PIXELS, tolerance=0.1, seed=seed, **WAYS[way]).fit(seen)
    return [model.log_likelihood(x).mean() / seen[0].size for x in (seen, others)]


scores = {way: np.array([nats_a_pixel(count, way, SEEDS[0]) for count in FEW]) for way in WAYS}

# %% slideshow={"slide_type": "subslide"}
plotting.lines(
    {
        f"images to learn from: {name}": {way: (FEW, rows[:, i]) for way, rows in scores.items()}
        for i, name in enumerate(["scored on the same", "scored on others"])
    },
    "Which covariance learns most from few images?",
    alt="Nats a pixel over the number of training images, left on the training images, right on "
    "held-out ones, one line for each kind of covariance. What fits badly falls out of the chart.",
    y_label="nats a pixel (higher is better)",
    log_x=True,
    y_limits=(-1.0, 2.7),
)
print(
    f"full, {FEW[0]} images: {scores['full'][0, 0]:.1f} seen, {scores['full'][0, 1]:,.0f} held out"
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# With few images the unrestricted model looks best on what it has seen, and the printed line says
# what that is worth on others: in the directions in which its few images happen not to vary, it
# allows no variation. Every cure limits that, by fewer free numbers or by a least variance. Which
# one wins depends on the number of images: read it off the right panel, at the left end and at the
# right end.
#
# ## Do components find the classes?
#
# Nobody told the mixture that there are ten digits. It has ten components. Does each take one?


# %% slideshow={"slide_type": "fragment"}
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
    plotting.heatmap(
        table, [f"{k + 1}" for k in range(COMPONENTS)], images.class_names,
        f"{images.name}: does each component take one class?",
        alt="Held-out images by component and class, as a table; beside each component its largest "
        "class. " + text,
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

# %% [markdown] slideshow={"slide_type": "subslide"}
# A component goes where a Gaussian fits well, not where a name is. A class with two styles may get
# two components; two classes with one outline may share one.
#
# ## How many components for images?
#
# The same three scores as on the ring, on 16 principal components of the clothes, three starts
# each. Before you look: where would you expect the best number, if there are ten classes?

# %% slideshow={"slide_type": "fragment"}
choice = select_components(clothes.x_train, SWEEP, starts=3, pca=16, held_out=clothes.x_test)
plotting.lines(
    {
        "number of components": {
            name: (choice.components, values)
            for name, values in per_point(choice, len(clothes.x_train)).items()
        }
    },
    "Clothes: where does each score peak?",
    alt="Nats an image over the number of components, bands over three starts: steep at first, "
    "then flatter and flatter, for the training images, held-out images, AIC and BIC.",
    y_label="nats an image (higher is better)",
)
print(choice)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Images are no mixture of a few Gaussians, so there is no true number to be found. Each further
# component buys some likelihood and costs 153 free numbers; the more images there are, the less
# that price counts, and the more components are chosen. If the chosen number is the largest that
# was tried, the answer is "at least", not "exactly".
#
# A better likelihood: are the samples better too? Fréchet distance and copies, for more and more
# components:


# %% slideshow={"slide_type": "fragment"}
def judge(images, components, seed):
    """Fréchet distance and share of near copies of a mixture's samples, fitted with this seed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FewPointsWarning)  # copies are what we look for
        model = Mixture(components, pca=PCA_SIZE, seed=seed).fit(images.x_train)
    fake = clipped(model, COUNT, seed)
    copied = evaluation.memorisation(fake, images.x_train, images.x_test).copied
    return evaluation.yardstick(images, COUNT).frechet(fake), copied


growing = {
    images.name: np.array([[judge(images, k, seed) for k in GROWING] for seed in SEEDS])
    for images in (digits, clothes)
}
floors = {
    images.name: evaluation.yardstick(images, COUNT).frechet_floor() for images in (digits, clothes)
}

# %% slideshow={"slide_type": "fragment"}
plotting.lines(
    {
        "number of components": {
            name: (GROWING, results[..., 0]) for name, results in growing.items()
        }
    },
    "Do more components draw better?",
    alt="Fréchet distance over the number of components, one line a data set, on a logarithmic "
    "axis that reaches down to the floor of real images.",
    y_label="Fréchet distance (course classifier)",
    levels={f"real {name}": floor for name, floor in floors.items()},
    log_x=True,
    log_y=True,
)
for name, results in growing.items():
    copied = results[..., 1].mean(axis=0)
    shares = ", ".join(f"{k}: {share:.3f}" for k, share in zip(GROWING, copied, strict=True))
    print(f"{name}: share nearer to a training image than 99 % of real ones: {shares}")

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
def count_captured(images, seed):
    """Captured classes of the mixture, of shuffled labels, and of the mixture that was told."""
    part = np.random.default_rng(seed).permutation(len(images.x_train))[: TRAIN_SIZE // 2]
    model = Mixture(COMPONENTS, pca=PCA_SIZE, seed=seed).fit(images.x_train[part])
    component, labels = model.assign(images.x_test), images.y_test
    shuffled = np.random.default_rng(seed).permutation(labels)
    told = captured(told_the_classes(images, seed), labels)
    return captured(component, labels), captured(component, shuffled), told


# %% slideshow={"slide_type": "fragment"}
BUDGET = f"{TRAIN_SIZE // 2:,} images, {COMPONENTS} components, PCA {PCA_SIZE}"
counts = {
    images.name: np.array([count_captured(images, seed) for seed in SEEDS])
    for images in (digits, clothes)
}


# %% slideshow={"slide_type": "fragment"}
def show_captured(images):
    """Both halves of the claim on one data set."""
    mixture, shuffled, told = counts[images.name].T
    for half, rival, values, better in [
        ("captures most classes", "shuffled labels", shuffled, "higher"),
        ("misses some classes", "told the classes", told, "lower"),
    ]:
        claim = claims.Claim(
            name=f"{half.split()[0]}_classes_{images.name}",
            statement=f"A GMM with as many components as classes {half}.",
            test=f"{images.name}: classes that are the largest in some component, against {rival}. "
            f"Each seed draws half of the training images.",
            measure="classes of 10",
            better=better,
        )
        result = claims.test(claim, {"mixture": mixture, rival: values}, BUDGET, images)
        claims.show(result, "08_gaussian_mixtures")


show_captured(digits)

# %% slideshow={"slide_type": "subslide"}
show_captured(clothes)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A full covariance describes images better than a diagonal one."
#
# It can describe more. But from few images? We repeat the figure's smallest number with other
# images each time.

# %% slideshow={"slide_type": "fragment"}
few = {
    way: [scores[way][0, 1], *(nats_a_pixel(FEW[0], way, seed)[1] for seed in SEEDS[1:])]
    for way in ("full", "full, regularised", "diagonal")
}
richer = claims.test(
    claims.Claim(
        name="full_beats_diagonal",
        statement="A full covariance describes images better than a diagonal one.",
        test=f"{ON_PIXELS} components on all pixels; only the covariance differs.",
        measure="nats a pixel, held out",
        better="higher",
    ),
    {name: few[name] for name in ("full", "diagonal")},
    f"{FEW[0]} images",
    digits,
)
claims.show(richer, "08_gaussian_mixtures")

# %% slideshow={"slide_type": "subslide"}
cured = claims.test(
    claims.Claim(
        name="regularised_beats_full",
        statement="A little variance added to every direction repairs a full covariance.",
        test=f"The same fits, with and without {NOISE**2:g} added to the diagonal.",
        measure="nats a pixel, held out",
        better="higher",
    ),
    {name: few[name] for name in ("full, regularised", "full")},
    f"{FEW[0]} images",
    digits,
)
claims.show(cured, "08_gaussian_mixtures")

# %% [markdown] slideshow={"slide_type": "subslide"}
# Better by thousands of nats, and yet the crude diagonal may be better still: compare with the
# table before.
#
# > "More components give better samples."

# %% slideshow={"slide_type": "fragment"}
for images in (digits, clothes):
    results = growing[images.name][..., 0]
    more = claims.test(
        claims.Claim(
            name=f"more_components_{images.name}",
            statement="Fifty components draw better samples than ten.",
            test=f"{images.name}, full covariances on {PCA_SIZE} principal components; k-means "
            f"starts and samples by the seed.",
            measure=f"Fréchet distance (course classifier, {COUNT:,} images)",
        ),
        {f"{k} components": results[:, GROWING.index(k)] for k in (50, 10)},
        f"{TRAIN_SIZE:,} images",
        images,
    )
    claims.show(more, "08_gaussian_mixtures")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# **1. The hard limit.** Give all components the covariance $\sigma^2 I$ and let $\sigma \to 0$:
# EM becomes k-means. Complete `hard_responsibilities`, what the E step then gives. Check yourself:
# each row holds one 1, at the nearest mean; for $\sigma = 10^{-3}$ and equal weights, `e_step`
# gives the same on `points` to six digits, with `means = points[:3]`.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def hard_responsibilities(x, means):
    """Responsibilities (n, k) in the limit of no variance."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Fill in the other half.** A Gaussian mixture can be conditioned: given the upper half $a$ of
# an image, each component predicts the lower half as $\mu_b + \Sigma_{ba} \Sigma_{aa}^{-1} (a -
# \mu_a)$, and the components are weighted by how well they explain $a$. Complete `fill_in`. Check
# yourself on `points`, with $m = 1$ and one component, `m_step(points, np.ones((len(points), 1)))`:
# the answer is linear regression of $b$ on $a$ (scikit-learn's `LinearRegression` agrees to six
# digits). For images, fit scikit-learn's `GaussianMixture` with `reg_covar=1e-2` on the flattened
# pixels: its `covariances_` are what you need, and constant pixels would make $\Sigma_{aa}$
# singular without it.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def fill_in(known, weights, means, covariances):
    """Expected other coordinates (n, d - m), given the first m coordinates (n, m)."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Who pays more?** Measured in $-2\log p$, a free number costs $\log n$ in BIC and 2 in AIC.
# Complete `dearer_from`: the smallest $n$ from which BIC is the stricter of the two. Check
# yourself: 8.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def dearer_from():
    """Smallest number of points at which BIC asks more for a parameter than AIC."""
    ...


# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Fool a measure.** Find 1000 images that get a precision above 0.9 and a coverage below 0.1 in
# `evaluation.report(digits, yours)`. Which rows of the report give you away? Check yourself: one
# real held-out image, repeated, usually does it (`np.repeat(digits.x_test[:1], 1000, axis=0)`; a
# note about constant features is right). Its precision is either 0 or 1: 0 means that this image
# lies outside all balls, so take another. The twins, the recall and the number of classes give it
# away.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def precise_but_poor(images):
    """1000 images that fool precision."""
    ...


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
