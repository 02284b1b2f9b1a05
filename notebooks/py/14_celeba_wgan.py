# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Which game survives a harsher setting?
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/14_celeba_wgan.ipynb)
#
# **Time** · smoke 60 s · cpu 12 min · gpu not measured
#
# Four games on faces, with one pair of networks: the classic one, Wasserstein with clipped weights,
# with a gradient penalty, and the relativistic one with penalties. First as they should be played.
# Then it is made harder: no batch norm, a rate five times too high or too low, a generator without
# convolutions. Who still draws faces?
#
# After this notebook you can
#
# - play each of the four games on photographs, and say which needs what;
# - test "more stable" as a table of who survives what, instead of a feeling;
# - say whether a critic's value may be read as the quality of the faces;
# - choose a game for a network that you have not tuned yet.

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
import math
import warnings

import keras
import numpy as np
from scipy.stats import spearmanr

from course_utils.adversaries import dcgan_discriminator, dcgan_generator
from course_utils.evaluation import claims, recorded
from course_utils.measures.inputs import ConstantFeaturesWarning
from course_utils.models import GAN, PerNetwork, RelativisticGAN, WassersteinGAN, WassersteinGANGP
from course_utils.training import HoldThenFall, fit

# The first samples are all alike; the distance is right all the same.
warnings.simplefilter("ignore", ConstantFeaturesWarning)

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "14_celeba_wgan"
# Photographs where you have put them (`course data celeba` says how), else drawn faces.
DATA_SET = by_profile(smoke="faces", cpu="faces", gpu="celeba", record="celeba")
TRAIN_SIZE = by_profile(smoke=1_500, cpu=9_000, gpu=None, record=9_000)
SIZE = by_profile(smoke=32, cpu=32, gpu=64, record=32)  # height and width in pixels
FILTERS = by_profile(smoke=8, cpu=32, gpu=64, record=32)  # channels next to the image
NOISE_DIM = 100
BATCH_SIZE = by_profile(smoke=16, cpu=64, gpu=128)
FASTER = by_profile(smoke=5, cpu=1, gpu=1)  # times the learning rates, where updates are few
EPOCHS = by_profile(smoke=5, cpu=5, gpu=30, record=16)
HARSH_EPOCHS = by_profile(smoke=0, cpu=0, gpu=0, record=8)  # of each harsher setting
SET_ASIDE = by_profile(smoke=300, cpu=1_000, gpu=1_000)  # training faces that choose the rate
COUNT = by_profile(smoke=400, cpu=1_000, gpu=1_000)  # samples for each distance

# %% slideshow={"slide_type": "skip"}
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(1), record=range(5))
HARSH_SEEDS = by_profile(smoke=range(0), cpu=range(0), gpu=range(0), record=range(5))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Four games, one pair of networks
#
# The networks are those of notebook 13. One thing must go: batch norm in the *judge*. Why?

# %% [markdown] slideshow={"slide_type": "notes"}
# A penalty on the slope is taken for each image, and with batch norm an image's logit depends on
# its neighbours in the batch. (The package refuses it.) So that the games differ in nothing else,
# no judge has batch norm here, not even the classic one; all generators have it, at first.

# %% slideshow={"slide_type": "skip"}
faces = data.load(DATA_SET, train_size=TRAIN_SIZE, image_size=SIZE).scaled(-1, 1)
train_faces = faces.x_train  # photographs stay on disk and are read as they are needed
real, held_out = (np.asarray(part[:10_000]) for part in (train_faces, faces.x_test))
SHAPE = real.shape[1:]
yard = evaluation.yardstick(faces, COUNT)

# %% slideshow={"slide_type": "fragment"} tags=["nbval-check-output"]
for name, batch_norm in (("with batch norm", True), ("without", False)):
    keras.utils.set_random_seed(0)
    judge = dcgan_discriminator((32, 32, 3), 8, batch_norm)
    pictures = np.random.default_rng(0).normal(size=(8, 32, 32, 3)).astype("float32")
    together = keras.ops.convert_to_numpy(judge(pictures, training=True))[:2]
    apart = keras.ops.convert_to_numpy(judge(pictures[:2], training=True))
    moves = abs(together - apart).max() > 1e-3
    print(f"judge {name}: other neighbours move an image's logit: {moves}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# | game | the judge wants | what holds it |
# |---|---|---|
# | plain GAN | to be right | nothing |
# | clipping | the largest difference | weights in $[-0.01, 0.01]$ |
# | penalty | the largest difference | slope near 1 between real and made |
# | relativistic | to tell the real one of a pair | slope near 0 at real and made |
#
# Guess before you look: which draws the best faces after as many updates?

# %% [markdown] slideshow={"slide_type": "notes"}
# The losses stand in notebooks 10 and 12. All judges take one step for each of the generator, while
# the Wasserstein papers took five: equal updates are compared. Clipping trains with RMSprop, as
# published; the others with Adam ($\beta_1 = 0.5$). All rates are held for half of the time and
# then fall to zero; their height is the best of three, by the distance to training faces set aside.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
PLAIN, CLIPPED, PENALTY, RELATIVISTIC = "plain GAN", "clipping", "penalty", "relativistic"
GAMES = {
    PLAIN: GAN,
    CLIPPED: functools.partial(WassersteinGAN, clip=0.01, critic_steps=1),
    PENALTY: functools.partial(WassersteinGANGP, penalty_weight=10.0, critic_steps=1),
    RELATIVISTIC: functools.partial(RelativisticGAN, r1=1.0, r2=1.0),
}
RATES = dict.fromkeys(GAMES, (1e-4, 2e-4, 5e-4)) | {CLIPPED: (5e-5, 1e-4, 2e-4)}
for name, rates in RATES.items():
    print(f"{name}: rates to choose from", *rates)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def shallow_generator():
    """Noise to faces by dense layers alone."""
    layers = keras.layers
    stack = [keras.Input((NOISE_DIM,))]
    for _ in range(3):
        stack += [layers.Dense(512, "relu", kernel_initializer="he_uniform")]
    stack += [layers.Dense(math.prod(SHAPE), "tanh"), layers.Reshape(SHAPE)]
    return keras.Sequential(stack, name="shallow_generator")


AS_IT_IS = "as it is"
SETTINGS = {  # what becomes of the generator, and of the rate
    AS_IT_IS: (lambda: dcgan_generator(SHAPE, NOISE_DIM, FILTERS), 1),
    "no batch norm": (lambda: dcgan_generator(SHAPE, NOISE_DIM, FILTERS, batch_norm=False), 1),
    "rate times 5": (lambda: dcgan_generator(SHAPE, NOISE_DIM, FILTERS), 5),
    "rate over 5": (lambda: dcgan_generator(SHAPE, NOISE_DIM, FILTERS), 1 / 5),
    "dense generator": (shallow_generator, 1),
}
print(*SETTINGS, sep=" · ")
counted = (NOISE_DIM + 1) * 512 + 2 * 513 * 512 + 513 * math.prod(SHAPE)
assert shallow_generator().count_params() == counted


# %% slideshow={"slide_type": "skip"}
def compiled(name, setting, seed, epochs, rate):
    """The game with its networks, compiled for so many epochs."""
    keras.utils.set_random_seed(seed)
    build, factor = SETTINGS[setting]
    judge = dcgan_discriminator(SHAPE, FILTERS, batch_norm=False)
    model = GAMES[name](build(), judge, seed=seed)
    rate = HoldThenFall(FASTER * factor * rate, epochs * -(-len(train_faces) // BATCH_SIZE))
    made, options = keras.optimizers.Adam, {"beta_1": 0.5, "beta_2": 0.99}
    if name == CLIPPED:
        made, options = keras.optimizers.RMSprop, {}
    players = ("generator", model.critic_name)
    model.compile(PerNetwork(**{player: made(rate, **options) for player in players}))
    return model


# %% slideshow={"slide_type": "skip"}
def train(name, seed, epochs=EPOCHS, setting=AS_IT_IS, rate=None, part=None):
    """Train a game: the model, its run, and the distance after each epoch."""
    model = compiled(name, setting, seed, epochs, rate or best_rate(name))
    distances = []

    def look(_, model, __):
        distances.append(yard.frechet(drawn_by(model)))

    x = train_faces if part is None else train_faces[part]
    run = fit(model, x, epochs=epochs, batch_size=BATCH_SIZE, seed=seed, report="line",
              on_epoch=look)  # fmt: skip
    return model, run, distances


def drawn_by(model, seed=1):
    """COUNT samples in [-1, 1]."""
    return np.clip(model.sample(COUNT, seed=seed), -1, 1)


# %% slideshow={"slide_type": "skip"}
def rate_score(rate, name):
    """Fréchet distance to training faces that were set aside, after a short training."""
    model, *_ = train(name, 100, max(1, EPOCHS // 4), rate=rate, part=slice(-SET_ASIDE))
    features = yard.classifier.features
    aside, made = (features((x + 1) / 2) for x in (train_faces[-SET_ASIDE:], drawn_by(model)))
    return float(evaluation.frechet_feature_distance(aside, made))


def best_rate(name):
    """The best of three learning rates, with everything as it is."""
    rates = RATES[name]
    return recorded.best(NOTEBOOK, f"rate for {name}", rates, rate_score, name, otherwise=rates[1])


# %% [markdown] slideshow={"slide_type": "notes"}
# One step of each game, and what holds its judge: with clipping no weight may lie beyond the bound.

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
for name in GAMES:
    model = compiled(name, AS_IT_IS, 0, 1, RATES[name][1])
    told = model.train_on_batch(real[:8], return_dict=True)
    largest = max(abs(weight).max() for weight in model.critic.get_weights())
    print(f"{name}: {model.critic_steps} step of the judge, "
          f"all weights within 0.01: {largest <= 0.01 + 1e-7}")  # fmt: skip
    assert all(np.isfinite(float(value)) for value in told.values())

# %% [markdown] slideshow={"slide_type": "slide"}
# ## As they should be played


# %% slideshow={"slide_type": "skip"}
def result(name, seed, setting, epochs):
    """Distances and the critic's values over the epochs, and measures of the end."""
    try:
        model, run, distances = train(name, seed, epochs, setting)
    except FloatingPointError as error:  # a metric or a weight is no number any more
        return {"broke": str(error).split(".")[0], "distances": [], "frechet": math.inf}
    samples = drawn_by(model)
    measures = yard.quick(samples)
    copied = evaluation.memorisation(samples, real, held_out).copied
    assert copied < 0.05, "look at the nearest faces before you show or keep anything"
    shown = (seed, setting) == (SEEDS[0], AS_IT_IS)
    return {
        **{key: measures[key] for key in ("frechet", "precision", "recall", "coverage")},
        "distances": distances, "copied": copied, "seconds": run.seconds[-1],
        "sharpness": sharpness(samples),
        "value": run.history.get("critic_value", run.history.get("accuracy")),
        "pictures": pixels(samples[:10]) if shown else None,
    }  # fmt: skip


def sharpness(samples):
    """High-frequency energy, as a share of that of held-out faces."""
    energies = (evaluation.high_frequency_energy((x + 1) / 2) for x in (samples, held_out))
    return float(np.divide(*map(np.mean, energies)))


def pixels(pictures):
    """From [-1, 1] to whole numbers from 0 to 255, as lists."""
    return np.round(127.5 * (pictures + 1)).astype(int).tolist()


# %% slideshow={"slide_type": "skip"}
whole = {name: [] for name in GAMES}
for seed in SEEDS:  # the games take turns, so that a busy machine slows all
    for name in GAMES:
        found = recorded.kept(f"{name}, seed {seed}", result, name, seed, AS_IT_IS, EPOCHS)
        whole[name].append(found)

# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
with plotting.beside_the_record(NOTEBOOK, "games"):
    plotting.image_rows(
        {name: np.array(found[0]["pictures"]) / 255 for name, found in whole.items()},
        "What do the four games draw after as many updates?",
        alt="Ten faces each drawn by a plain GAN, with clipping, with a gradient penalty and with "
        "the relativistic loss; Fréchet distances at the row ends.",
        notes={name: f"{found[0]['frechet']:.0f}" for name, found in whole.items()},
    )

# %% [markdown] slideshow={"slide_type": "notes"}
# (No real faces stand beside them: photographs of CelebA may not be passed on. Real held-out faces
# have the distance that is drawn as a line below.)

# %% slideshow={"slide_type": "subslide"}
epochs = np.arange(1, EPOCHS + 1)
with plotting.beside_the_record(NOTEBOOK, "distances"):
    plotting.lines(
        {"epochs": {name: (epochs, [run["distances"] for run in found])
                    for name, found in whole.items()}},
        "How good are the faces after as many updates?",
        alt="Fréchet distance of the samples over the epochs for four games, with bands over the "
        "seeds.",
        y_label="Fréchet distance, course classifier",
        levels={"real faces": yard.frechet_floor()},
        log_y=True,
    )  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
def games_in_words(found):
    parts = []
    for name in GAMES:
        runs = [v for t, v in found.items() if t.startswith(f"{name}, seed")]
        distance, recall, copied, seconds = (
            np.mean([run[key] for run in runs])
            for key in ("frechet", "recall", "copied", "seconds")
        )
        spread = np.std([run["frechet"] for run in runs], ddof=1)
        parts.append(f"{name} {distance:.1f} ± {spread:.1f} (recall {recall:.2f}, copied "
                     f"{copied:.1%}, {seconds:.0f} s)")  # fmt: skip
    return f"Fréchet distances, {len(runs)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, games_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does the critic's value tell how good the faces are?
#
# "The loss of a WGAN may be read as the quality of its samples", and that of a GAN not. Two curves
# that fall look alike. Do they move together from epoch to epoch?


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
        "Does the critic's value tell how good the faces are?",
        alt="Two panels, for clipping and for the penalty: over the epochs the critic's value and "
        "the Fréchet distance, each as a share of its largest.",
        y_label="share of the largest",
    )

# %% [markdown] slideshow={"slide_type": "notes"}
# The value is an estimate of a distance *by this critic*, with a scale of its own: it is not
# compared between two trainings, only within one.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Harsher
#
# One thing at a time is made worse, and every game keeps the rate that it had chosen. A row for
# each setting: who still draws faces?

# %% [markdown] slideshow={"slide_type": "notes"}
# A run **survives** if its samples are at most twice as far from real faces as those of the same
# game *as it is*, after as many epochs. (So a game is held against itself: a poor one may be very
# stable.) A training that ends in numbers that are none does not survive.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
FACTOR = 2.0


def survives(distance, usual):
    """Whether a run at this distance still draws faces."""
    return distance <= FACTOR * usual


print("1.9 times as far survives:", survives(19.0, 10.0))
print("a run that broke survives:", survives(math.inf, 10.0))

# %% slideshow={"slide_type": "skip"}
harsh = {}
for seed in HARSH_SEEDS:
    for setting in SETTINGS:
        for name in GAMES:
            title = f"{name}, {setting}, {HARSH_EPOCHS} epochs, seed {seed}"
            found = recorded.kept(title, result, name, seed, setting, HARSH_EPOCHS)
            harsh.setdefault((setting, name), []).append(found)


def survived(name, setting):
    """For each seed whether it survives this setting."""
    usual = np.mean([run["frechet"] for run in harsh[AS_IT_IS, name]])
    return [survives(run["frechet"], usual) for run in harsh[setting, name]]


# %% slideshow={"slide_type": "fragment"}
if harsh:
    with plotting.beside_the_record(NOTEBOOK, "survivors"):
        plotting.heatmap(
            [[sum(survived(name, setting)) for name in GAMES] for setting in SETTINGS],
            list(SETTINGS),
            list(GAMES),
            "Who survives what?",
            alt="A table of settings by games: of how many seeds the samples are at most twice as "
            "far from real faces as usual.",
            x_label="game",
            y_label="setting",
        )


# %% slideshow={"slide_type": "fragment"}
def harsh_in_words(found):
    parts = []
    for setting in SETTINGS:
        told = []
        for name in GAMES:
            runs = [v for t, v in found.items() if t.startswith(f"{name}, {setting}, ")]
            ends = [run["frechet"] for run in runs]
            told.append(f"{name} {np.mean(ends):.0f} ({min(ends):.0f} to {max(ends):.0f})")
        parts.append(f"{setting}: {', '.join(told)}")
    return f"Fréchet distances, {len(runs)} seeds. {'; '.join(parts)}."


recorded.answer(NOTEBOOK, harsh_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Pairs share the seed: first weights, order of the faces, and noise. In the tables ± is the
# standard deviation over the seeds. The sources trained ten to a hundred times as many updates on
# larger pictures, so a verdict counts where the numbers have levelled off.

# %% slideshow={"slide_type": "skip"}
FRECHET = f"Fréchet distance, course classifier, {COUNT:,} samples"
SAME = "Same networks, seeds and updates, each at its best rate."


def compare(name, statement, test, measure, numbers, better="lower", earlier=True, epochs=EPOCHS):
    """Judge and show one claim; `numbers(part)`: condition to one number per seed, then."""
    parts = (1 / 16, 1 / 4, 3 / 4) if earlier and EPOCHS >= 16 else ()
    outcome = claims.test(
        claims.Claim(name, statement, test, measure, better=better, paired=True), numbers(1),
        f"{len(train_faces):,} faces, {epochs} epochs", faces,
        earlier={part: numbers(part) for part in parts}, own_budget=False,
        takes="the papers' 100,000 updates, on a GPU",
    )  # fmt: skip
    claims.show(outcome, NOTEBOOK)


def distances(name, part=1):
    """One number per seed, after this part of the training."""
    return [run["distances"][max(1, int(part * EPOCHS)) - 1] for run in whole[name]]


# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A gradient penalty beats clipping." (Gulrajani et al. 2017)
#
# > "Relativistic losses with penalties have overtaken both." (Huang et al. 2024)

# %% slideshow={"slide_type": "fragment"}
for better, worse, words in (
    (PENALTY, CLIPPED, "With a gradient penalty the faces are better than with clipping."),
    (RELATIVISTIC, PENALTY, "The relativistic game draws better faces than the gradient penalty."),
    (RELATIVISTIC, PLAIN, "The relativistic game draws better faces than a plain GAN."),
):
    compare(
        f"{better}_beats_{worse.split()[0]}", words, SAME, FRECHET,
        lambda part, pair=(better, worse): {name: distances(name, part) for name in pair},
    )  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "The critic's value falls as the images get better." (Arjovsky et al. 2017)


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def agreement(value, distance):
    """Rank correlation of the changes of two curves from epoch to epoch; 0 for short ones."""
    if len(value) < 4:
        return 0.0
    return float(np.nan_to_num(spearmanr(np.diff(value), np.diff(distance)).statistic))


print(f"two curves that fall, but not together: "
      f"{agreement([9, 7, 6, 2, 1], [90, 89, 80, 78, 60]):.2f}")  # fmt: skip

# %% slideshow={"slide_type": "fragment"}
for name in (PENALTY, CLIPPED):
    compare(
        f"value_follows_quality_{name}",
        f"With {name} the critic's value and the Fréchet distance move together from epoch to "
        "epoch.",
        "Rank correlation of the changes of both over a training, against none.",
        "rank correlation",
        lambda part, name=name: {
            name: [agreement(*(run[key][: int(part * EPOCHS)] for key in ("value", "distances")))
                   for run in whole[name]],
            "none": [0.0] * len(whole[name]),
        },
        better="higher",
    )  # fmt: skip

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "WGANs train where GANs fail: without batch norm, with poor architectures." (Arjovsky et al.
# > 2017, Gulrajani et al. 2017)

# %% slideshow={"slide_type": "fragment"}
HARSHER = [setting for setting in SETTINGS if setting != AS_IT_IS]
if harsh:

    def count_survived(name):
        """Of the harsher settings, how many each seed survives."""
        return np.sum([survived(name, setting) for setting in HARSHER], axis=0).tolist()

    for name in (PENALTY, CLIPPED, RELATIVISTIC):
        compare(
            f"{name}_survives_more",
            f"The game with {name} survives more harsher settings than the plain GAN.",
            f"At most {FACTOR:g} times the distance that the game has as it is.",
            f"settings survived, of {len(HARSHER)}",
            lambda _, pair=(name, PLAIN): {game: count_survived(game) for game in pair},
            better="higher",
            earlier=False,
            epochs=HARSH_EPOCHS,
        )

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - (to be written from the record)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** A critic of slope exactly 1 everywhere gives a face the value 3. Another face
# differs from it by 0.01 in each of its 3,072 numbers. Between which two values can its value lie?
# Write down the larger one.

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
largest_value = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("14.1", largest_value)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. Where the penalty looks.** Complete `between`: for batches of real and made faces (n, h, w,
# c) and a share $u$ for each face, (n,), the points $u\,x + (1 - u)\,G(z)$.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def between(real, made, share):
    """Points (n, h, w, c) between real and made faces, one share for each."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("14.2", between)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Two penalties.** A linear critic $f(x) = w \cdot x$ has slope $\lVert w \rVert$ everywhere.
# Complete `weights_at_rest`: the length of $w$ at which the critic's loss $-d\,\lVert w \rVert +
# \text{penalty}$ is least, for the penalty $\lambda (\lVert w \rVert - 1)^2$ and for
# $\tfrac\gamma2 \lVert w \rVert^2$, where $d$ is the distance of the two means.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def weights_at_rest(d, strength, centred):
    """Length of w; `centred`: the penalty strength/2 ‖w‖², else strength (‖w‖ − 1)²."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("14.3", weights_at_rest)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. Move together?** Complete `rank_correlation` of the changes of two curves from step to step,
# without SciPy: the correlation of the *ranks* of the changes. What does it give for two straight
# lines that fall, and why must such a case be decided beforehand?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def rank_correlation(one, other):
    """Correlation of the ranks of the changes; 0 where one of them never changes its pace."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("14.4", rank_correlation)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - **15 · A VAE on faces** (planned): the model that is said to blur.
# - [12 · Does a distance teach better than a judge?](12_wasserstein.ipynb): the same games where
#   everything is known.
# - Arjovsky, Chintala & Bottou 2017, [Wasserstein GAN](https://arxiv.org/abs/1701.07875): figures 5
#   to 7 are the harsher settings.
# - Gulrajani et al. 2017, [Improved training of Wasserstein
#   GANs](https://arxiv.org/abs/1704.00028): the penalty, and a table of two hundred architectures.
# - Huang et al. 2024, [The GAN is dead; long live the GAN!](https://arxiv.org/abs/2501.05441).
