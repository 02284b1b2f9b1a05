# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] slideshow={"slide_type": "slide"}
# # Blurred, and what else? A VAE on faces
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/deep-generative-companion/deep-generative-companion/blob/v0.1.0/notebooks/15_celeba_vae.ipynb)
#
# **Time** · smoke 60 s · cpu 12 min · gpu not measured
#
# A VAE's faces are blurred, a GAN's are sharp: so one reads. By how much, and is that all that sets
# them apart? And a VAE can do what no GAN here can: take *your* face, and add a smile. Does it, and
# to whom?
#
# After this notebook you can
#
# - train a VAE on colour pictures, and say what its likelihood does to their sharpness;
# - check that a network reconstructs smiles before you do arithmetic with them;
# - add and remove an attribute, and count on how many faces it works and what else it changes;
# - hold VAE and GAN against each other by sharpness, precision, recall and time.

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

from course_utils.architectures import conv_decoder, conv_vae_encoder
from course_utils.evaluation import claims, recorded
from course_utils.models import VAE, LatentMixture
from course_utils.training import fit, recipe

# %% slideshow={"slide_type": "skip"}
NOTEBOOK = "15_celeba_vae"
# Photographs where you have put them (`course data celeba` says how), else drawn faces.
DATA_SET = by_profile(smoke="faces", cpu="faces", gpu="celeba", record="celeba")
TRAIN_SIZE = by_profile(smoke=2_000, cpu=12_000, gpu=None, record=9_000)
SIZE = by_profile(smoke=32, cpu=32, gpu=64, record=32)  # height and width in pixels
CODE_SIZE = by_profile(smoke=32, cpu=64, gpu=64)
FILTERS = by_profile(smoke=(16, 32), cpu=(32, 64, 128), gpu=(32, 64, 128, 256),
                     record=(32, 64, 128))  # fmt: skip
BATCH_SIZE = by_profile(smoke=32, cpu=64, gpu=128)
# Epochs: the last is the whole training; shorter ones, each planned for so many epochs, show
# whether a verdict turns over.
BUDGETS = by_profile(smoke=(8,), cpu=(16,), gpu=(10, 40), record=(3, 12, 48))
EPOCHS = BUDGETS[-1]
RATES = (1e-3, 2e-3, 4e-3)
SET_ASIDE = by_profile(smoke=300, cpu=1_000, gpu=1_000)  # training faces that choose the rate
COUNT = by_profile(smoke=400, cpu=1_000, gpu=1_000)  # samples for each distance
COMPONENTS = by_profile(smoke=2, cpu=10, gpu=10)  # of the density that is fitted to the codes
# One seed gives no verdict: look at the recorded run, below each of yours.
SEEDS = by_profile(smoke=range(1), cpu=range(1), gpu=range(1), record=range(5))

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A VAE in colour
#
# A pixel is three numbers now, each with a Gaussian around the decoder's output, whose scale is
# learned (notebook 04). Which parts of a face will cost most, and which will be given up first?

# %% [markdown] slideshow={"slide_type": "notes"}
# The code has 64 numbers. Every error counts by its square: a background that is a shade off costs
# as much as a missing pair of eyes. So what covers many pixels is learnt first.

# %% slideshow={"slide_type": "skip"}
faces = data.load(DATA_SET, train_size=TRAIN_SIZE, image_size=SIZE)
train_faces = faces.x_train  # photographs stay on disk and are read as they are needed
real, held_out = (np.asarray(part[:10_000]) for part in (train_faces, faces.x_test))
SHAPE = real.shape[1:]
yard = evaluation.yardstick(faces, COUNT)


# %% [markdown] slideshow={"slide_type": "notes"}
# For a given error the best scale is known: $\sigma^2$ is the mean squared error, and a pixel then
# costs $\tfrac12 (\log 2\pi\sigma^2 + 1)$ nats. All scales tried:

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
errors = np.random.default_rng(0).normal(0, 0.1, 1_000)
scales = np.geomspace(0.01, 1, 2_001)
costs = [np.mean(0.5 * np.log(2 * np.pi * s**2) + errors**2 / (2 * s**2)) for s in scales]
mean_square = np.mean(errors**2)
print(f"best scale of all {scales[np.argmin(costs)]:.3f}, formula {mean_square**0.5:.3f}")
print(f"cost of a pixel {min(costs):.3f} nats, "
      f"formula {0.5 * (np.log(2 * np.pi * mean_square) + 1):.3f}")  # fmt: skip


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def build(shape=SHAPE, code_size=CODE_SIZE, filters=FILTERS):
    encoder = conv_vae_encoder(shape, code_size, filters)
    decoder = conv_decoder(shape, code_size, filters[::-1])
    return VAE(encoder, decoder, "learned gaussian")


def three_quarters(epochs):
    """The epoch at which it is looked whether a number has levelled off by the last."""
    return max(1, 3 * epochs // 4)


small = build((32, 32, 3), 8, (16, 32))
# Two convolutions, a dense layer that reads 8×8×32 numbers, and two heads.
by_hand = 28 * 16 + (9 * 16 + 1) * 32 + (8 * 8 * 32 + 1) * 128 + 2 * 129 * 8
print(f"a small encoder: {small.encoder.count_params():,} weights, by hand {by_hand:,}")
print("of 16 epochs, looked after", three_quarters(16))
assert small.encoder.count_params() == by_hand


# %% slideshow={"slide_type": "skip"}
def train(seed, epochs=EPOCHS, rate=None, part=None):
    """The VAE of this seed and its run."""
    keras.utils.set_random_seed(seed)
    model, rate = build(), rate or best_rate()
    x = train_faces if part is None else train_faces[part]
    model.compile(recipe(epochs * -(-len(x) // BATCH_SIZE), rate, muon=True))
    run = f"{NOTEBOOK}/{len(x)}x{epochs}, {SIZE}, {rate}, seed {seed}"
    return model, fit(
        model, x, epochs=epochs, batch_size=BATCH_SIZE, seed=seed, run=run,
        snapshots=[three_quarters(epochs)], report="line",
    )  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def rate_score(rate):
    """Loss on training faces that were set aside, after a short training."""
    model, _ = train(100, BUDGETS[0], rate, slice(-SET_ASIDE))
    aside = train_faces[-SET_ASIDE:]
    return model.evaluate(aside, aside, verbose=0, return_dict=True)["loss"]


def best_rate():
    """The best of three learning rates, by its own loss after the shortest training."""
    return recorded.best(NOTEBOOK, "rate of the VAE", RATES, rate_score, otherwise=2e-3)


# %% slideshow={"slide_type": "fragment"} tags=["hide-input"]
vae, run = train(SEEDS[0])
plotting.network(
    [vae.encoder, vae.decoder],
    "Where are the weights of a VAE for faces?",
    alt="Blocks of the layers: the encoder from a face of three colours over convolutions to mean "
    "and log-variance, the decoder the same way back.",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What comes back?
#
# Held-out faces, and what the network makes of them. Look at the mouths: who smiles, and does the
# reconstruction?

# %% slideshow={"slide_type": "fragment"}
# Not kept with a recorded run: a reconstruction of a photograph is nearly the photograph.
plotting.image_rows(
    {"held out": held_out[:10], "given back": vae.reconstruct(held_out[:10])},
    "What does the network keep of a face, and what not?",
    alt="Ten held-out faces, and below each what the network makes of it: the same face, smoother.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# An attribute that is lost on the way through the network cannot be added by it. So ask first: of
# how many held-out faces does the classifier say the same before and after?

# %% [markdown] slideshow={"slide_type": "notes"}
# (The classifier's answers, not the labels: it is wrong now and then, and we want to know what the
# *network* loses. Right by chance would be the share of equal answers if the faces were shuffled;
# it stands beside.)

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
one, other = np.random.default_rng(0).random((2, 1_000_000)) < [[0.3], [0.4]]
print(f"faces that smile in 30 % and, shuffled, in 40 %: same answer {(one == other).mean():.2f}, "
      f"formula {0.3 * 0.4 + 0.7 * 0.6:.2f}")  # fmt: skip

# %% slideshow={"slide_type": "skip"}
KNOWN = yard.classifier.attributes
ATTRIBUTES = [name for name in ("Smiling", "Eyeglasses", "Male", "Blond_Hair", "Bangs",
                                "Wearing_Hat", "Young", "Mouth_Slightly_Open")
              if name in KNOWN]  # fmt: skip
TARGETS = ATTRIBUTES[:3]  # that are added and removed


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def answers(pictures):
    """The classifier's probability of each attribute, name to (n,)."""
    chances = yard.classifier.describe(np.clip(pictures, 0, 1))[1]
    return {name: chances[:, KNOWN.index(name)] for name in ATTRIBUTES}


def kept(model):
    """Share of held-out faces whose answer stays the same, and the same by chance."""
    before, after = answers(held_out), answers(model.reconstruct(held_out))
    found = {}
    for name in ATTRIBUTES:
        one, other = before[name] > 0.5, after[name] > 0.5
        p, q = one.mean(), other.mean()
        found[name] = {
            "kept": float((one == other).mean()),
            "chance": float(p * q + (1 - p) * (1 - q)),
            "of those with it": float(other[one].mean()) if one.any() else 0.0,
        }
    return found


class Nothing:
    """Gives back what it gets: nothing can be lost."""

    def reconstruct(self, pictures):
        return pictures


print("a network that changes nothing keeps all answers:",
      {shares["kept"] for shares in kept(Nothing()).values()} == {1.0})  # fmt: skip


# %% slideshow={"slide_type": "fragment"} tags=["hide-input"]
print(f"{'':20}{'same answer':>12}{'by chance':>11}{'of those with it':>18}")
for name, shares in kept(vae).items():
    print(f"{name:20}{shares['kept']:>12.2f}{shares['chance']:>11.2f}"
          f"{shares['of those with it']:>18.2f}")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Faces from nowhere
#
# Draw codes from the prior; then from Gaussians fitted to the codes of training faces, ten of them
# (in `smoke` two; notebook 09). The decoder is the same.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def with_density(model, seed=0):
    """The same networks with a density fitted to the codes of the training faces."""
    latent = LatentMixture(model.encoder, model.decoder, components=COMPONENTS, seed=seed)
    return latent.fit(real)


def sharpness(pictures):
    """High-frequency energy, as a share of that of held-out faces."""
    energies = (evaluation.high_frequency_energy(x) for x in (pictures, held_out))
    return float(np.divide(*map(np.mean, energies)))


waves = [np.cos(2 * np.pi * np.arange(32) / length) for length in (2, 16)]
stripes = np.broadcast_to(np.reshape(waves, (2, 1, 32, 1)), (2, 32, 32, 1))
fast, slow = evaluation.high_frequency_energy(stripes)
print(f"stripes: energy of waves of two pixels {fast:.2f}, of sixteen {slow:.2f}")
blurred = (held_out + np.roll(held_out, 1, axis=1)) / 2
print(f"held-out faces {sharpness(held_out):.2f}, less when blurred: {sharpness(blurred) < 0.9}")

# %% slideshow={"slide_type": "skip"}
latent = with_density(vae)
DRAWN = {"from the prior": vae.sample(COUNT, seed=1), "from Gaussians": latent.sample(COUNT, 1)}

# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
handed_out = evaluation.memorisation(real[:100], real, held_out)
print(f"a sampler that hands out training faces copies {handed_out.copied:.0%}")

# %% slideshow={"slide_type": "skip"}
for name, pictures in DRAWN.items():
    copies = evaluation.memorisation(pictures, real, held_out)
    print(f"{name}: {copies}")
    assert copies.copied < 0.05 or not recorded.being_made(), "look at the nearest faces first"

# %% slideshow={"slide_type": "fragment"} tags=["key-figure"]
with plotting.beside_the_record(NOTEBOOK, "samples"):
    plotting.image_rows(
        {f"{name}{more}": pictures[10 * row : 10 * (row + 1)]
         for name, pictures in DRAWN.items() for row, more in enumerate(("", " "))},
        "Are there faces, and are they all alike?",
        alt="Two rows of faces each: decoded codes from the prior, and from Gaussians that "
        "were fitted to codes.",
        notes={name: f"{yard.frechet(pictures):.0f}" for name, pictures in DRAWN.items()},
    )  # fmt: skip

# %% slideshow={"slide_type": "skip"}
recorded.keep_network("vae", vae)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Add a smile
#
# Mean code of faces with the attribute, minus mean code of those without, in groups that agree in
# other attributes: an **attribute vector** (notebook 07). Add it to a face that does not smile;
# take it from one that does.

# %% [markdown] slideshow={"slide_type": "notes"}
# The groups are there because attributes come together: of these faces more women than men smile,
# and a plain difference would make the face more feminine as well. On drawn faces all factors are
# independent but for those that need each other.


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
def known_of(split):
    """Yes/no attributes of a part of the set, name to (n,)."""
    factors, part = {
        "train": (faces.factors_train, real), "test": (faces.factors_test, held_out)
    }[split]  # fmt: skip
    return {name: np.asarray(factors[name])[: len(part)] for name in ATTRIBUTES}


def vector(codes, name):
    """What to add to a code to switch an attribute on."""
    known = known_of("train")
    others = [other for other in ("Male", "Young") if other in known and other != name]
    balance = {other: known[other] for other in others}
    return evaluation.attribute_vector(codes, known[name], balance=balance, least=5)


# Codes that are the attributes themselves: one more smile, and not a bit more male.
told = vector(np.stack(list(known_of("train").values()), axis=1).astype("float32"), "Smiling")
by_name = dict(zip(ATTRIBUTES, told, strict=True))
print(", ".join(f"{name} {by_name[name]:+.2f}" for name in ("Smiling", "Male", "Young")))

# %% slideshow={"slide_type": "skip"}
codes = vae.encode(real)
drawn_codes = vae.encode(DRAWN["from Gaussians"][:6])

# %% slideshow={"slide_type": "fragment"}
steps = np.linspace(-1.5, 1.5, 7)
smile = vector(codes, "Smiling")
with plotting.beside_the_record(NOTEBOOK, "smile"):
    plotting.image_rows(
        {f"face {number + 1}": vae.decode(code + steps[:, None] * smile)
         for number, code in enumerate(drawn_codes)},
        "Does the face begin to smile, and who is it then?",
        alt="Six drawn faces, each decoded with more and more of the vector for a smile, from "
        "minus one and a half times to one and a half times.",
    )  # fmt: skip

# %% [markdown] slideshow={"slide_type": "notes"}
# (These faces were drawn by the VAE, so that they can be shown to anybody.)

# %% [markdown] slideshow={"slide_type": "subslide"}
# How often does it work? On all held-out faces without the attribute: for how many does the
# classifier change its mind? And about what else?


# %% slideshow={"slide_type": "skip"}
def arithmetic(model, name):
    """How often adding and removing works on held-out faces, and what else changes."""
    codes, ours = model.encode(real), model.encode(held_out)
    step, known = vector(codes, name), known_of("test")[name]
    found = {}
    for way, sign, chosen in (("added", 1, known == 0), ("removed", -1, known == 1)):
        before = answers(model.decode(ours[chosen]))
        after = answers(model.decode(ours[chosen] + sign * step))
        turned = {
            other: float(((before[other] > 0.5) != (after[other] > 0.5)).mean())
            for other in ATTRIBUTES
        }
        wanted = (before[name] > 0.5) != (sign > 0)  # it did not show before
        worked = ((after[name] > 0.5) == (sign > 0))[wanted]
        found[way] = {"worked": float(worked.mean()) if wanted.any() else 0.0, "turned": turned}
    return found


# %% slideshow={"slide_type": "skip"}
def result(seed, epochs):
    """Everything that is judged of a network: at the end, and after three quarters."""
    model, run = train(seed, epochs)
    found = {"seconds": run.seconds[-1], "epochs": epochs, **judged(model, seed)}
    with run.at_epoch(three_quarters(epochs), model):
        return {**found, "three quarters": judged(model, seed)}


# %% slideshow={"slide_type": "skip"}
def judged(model, seed):
    """Samples by both densities, attributes kept, and arithmetic."""
    found = {"kept": kept(model), "samples": {}, "arithmetic": {}}
    drawn = {"prior": model, "Gaussians": with_density(model, seed)}
    for name, source in drawn.items():
        pictures = np.clip(source.sample(COUNT, seed=1), 0, 1)
        found["samples"][name] = {
            **yard.quick(pictures), "sharpness": sharpness(pictures),
            "copied": evaluation.memorisation(pictures, real, held_out).copied,
        }  # fmt: skip
    found["samples"]["given back"] = {"sharpness": sharpness(model.reconstruct(held_out))}
    for name in TARGETS:
        found["arithmetic"][name] = arithmetic(model, name)
    return found


# %% slideshow={"slide_type": "skip"}
results = {epochs: [] for epochs in BUDGETS}
for seed in SEEDS:
    for epochs in BUDGETS:
        title = f"VAE, {epochs} epochs, seed {seed}"
        results[epochs].append(recorded.kept(title, result, seed, epochs))


def numbers(find, epochs=EPOCHS, at_end=True):
    """`find` of each seed's result."""
    return [find(run if at_end else run["three quarters"]) for run in results[epochs]]


# %% slideshow={"slide_type": "fragment"}
rows = {}
for name in TARGETS:
    for way in ("added", "removed"):
        rows[f"{name}, {way}"] = numbers(lambda r, n=name, w=way: r["arithmetic"][n][w]["worked"])
with plotting.beside_the_record(NOTEBOOK, "arithmetic"):
    plotting.dots(
        rows,
        "On how many faces does it work?",
        alt="For three attributes, added and removed: the share of held-out faces on which the "
        "classifier then sees what was asked for, a dot a seed.",
        x_label="share of the faces (1: all)",
    )


# %% slideshow={"slide_type": "fragment"}
def arithmetic_in_words(found):
    runs = [v for v in found.values() if isinstance(v, dict) and "arithmetic" in v]
    most = max(run["epochs"] for run in runs)
    runs, parts = [run for run in runs if run["epochs"] == most], []
    for name in runs[0]["arithmetic"]:
        for way in ("added", "removed"):
            of = [run["arithmetic"][name][way] for run in runs]
            others = {k: np.mean([one["turned"][k] for one in of]) for k in of[0]["turned"]}
            others.pop(name)
            most_turned = max(others, key=others.get)
            parts.append(f"{name} {way}: works on {np.mean([one['worked'] for one in of]):.0%}, "
                         f"also turns {most_turned} of {others[most_turned]:.0%}")  # fmt: skip
    kept_ones = {n: np.mean([r["kept"][n]["of those with it"] for r in runs]) for n in TARGETS}
    told = ", ".join(f"{name} {share:.0%}" for name, share in kept_ones.items())
    return (f"After {most} epochs, {len(runs)} seeds. {'; '.join(parts)}. Of faces with the "
            f"attribute it is still seen after reconstruction: {told}.")  # fmt: skip


recorded.answer(NOTEBOOK, arithmetic_in_words)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Choose two drawn faces, and walk from one to the other.

# %% slideshow={"slide_type": "fragment"}
explorer = widgets.interpolation_explorer(
    np.clip(DRAWN["from Gaussians"][:20], 0, 1),
    {"VAE": (vae.encode, vae.decode)},
    title="What lies between two faces?",
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Against the GANs
#
# The same faces, the same yardstick: the VAE, the VAE with a fitted density, and the recorded GANs
# of notebooks 13 and 14. Which is sharper, which is truer, which covers more?

# %% [markdown] slideshow={"slide_type": "notes"}
# *Sharpness* is the energy of waves shorter than four pixels, as a share of that of held-out faces:
# 1 is right, more is noise. *Precision* asks how many samples lie among real faces, *recall* how
# many real faces lie among samples (notebook 08).


# %% slideshow={"slide_type": "skip"} tags=["nbval-check-output"]
# Real points in two places, samples in one of them, and a third of the samples in neither.
rng = np.random.default_rng(0)
two = rng.normal(0, 0.1, (600, 2)) + [[0, 0], [9, 0]] * 300
one = rng.normal(0, 0.1, (600, 2)) + [[0, 0], [0, 0], [0, 9]] * 200
found = evaluation.precision_recall_density_coverage(two, one)
print(f"precision near two thirds: {abs(found.precision - 2 / 3) < 0.05}, "
      f"recall near one half: {abs(found.recall - 1 / 2) < 0.05}")  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def gans():
    """What the recorded runs say of the GANs: name to a list of results, one a seed."""
    dcgan = recorded.numbers("13_celeba_dcgan")
    found = {
        "DCGAN": [
            {**run["looks"][-1], "sharpness": run["sharpness"], "seconds": run["seconds"]}
            for title, run in dcgan.items()
            if title.startswith("DCGAN, seed")
        ]
    }
    for name in ("penalty", "relativistic"):
        runs = recorded.numbers("14_celeba_wgan")
        found[name] = [run for title, run in runs.items() if title.startswith(f"{name}, seed")]
    return {name: runs for name, runs in found.items() if runs}  # fmt: skip


# %% slideshow={"slide_type": "skip"}
def compared(key):
    """One list of numbers for each model."""
    rows = {
        f"VAE, {name}": numbers(lambda r, n=name: r["samples"][n][key])
        for name in ("prior", "Gaussians")
    }
    for name, runs in gans().items():
        if key in runs[0] and faces.name == "celeba":
            rows[name] = [run[key] for run in runs]
    return rows  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
with plotting.beside_the_record(NOTEBOOK, "compared"):
    plotting.dots(
        {f"{key}: {name}": values
         for key in ("precision", "recall") for name, values in compared(key).items()},
        "What does each of them do better?",
        alt="Precision and recall of the samples of the VAE from its prior and from Gaussians, "
        "and of the recorded GANs, a dot a seed.",
        x_label="share (1: all)",
    )  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
def compared_in_words(found):
    runs = [v for v in found.values() if isinstance(v, dict) and "arithmetic" in v]
    most = max(run["epochs"] for run in runs)
    runs = [run for run in runs if run["epochs"] == most]
    models = {
        f"VAE, {name}": [{**run["samples"][name], "seconds": run["seconds"]} for run in runs]
        for name in ("prior", "Gaussians")
    }
    parts = []
    for name, of in (models | gans()).items():
        told = [f"{key} {np.mean([one[key] for one in of]):.2f}"
                for key in ("frechet", "sharpness", "precision", "recall", "coverage")
                if key in of[0]]  # fmt: skip
        parts.append(f"{name}: {', '.join(told)}, {np.mean([o['seconds'] for o in of]):.0f} s")
    return "; ".join(parts) + "."


recorded.answer(NOTEBOOK, compared_in_words)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Claims tested
#
# Where both sides come of one network, the seeds are pairs. In the tables ± is the standard
# deviation over the seeds. The GANs' numbers are those of the recorded runs of notebooks 13 and 14,
# on the same faces.


# %% slideshow={"slide_type": "skip"}
def compare(name, statement, test, measure, find, conditions, better="lower", **options):
    """Judge and show one claim about results of the VAE; `find(condition, result)`."""

    def found(**when):
        return {c: numbers(lambda r, c=c: find(c, r), **when) for c in conditions}

    claim = claims.Claim(name, statement, test, measure, better=better, paired=True)
    earlier = {epochs / EPOCHS: found(epochs=epochs) for epochs in BUDGETS[:-1]}
    earlier[3 / 4] = found(at_end=False)
    claims.show(
        claims.test(
            claim, found(), f"{len(train_faces):,} faces, {EPOCHS} epochs", faces, earlier=earlier,
            own_budget=False, takes="a training until the numbers level off", **options,
        ),
        NOTEBOOK,
    )  # fmt: skip


FRECHET = f"Fréchet distance, course classifier, {COUNT:,} samples"

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "A density fitted after training repairs a VAE's samples."

# %% slideshow={"slide_type": "fragment"}
compare(
    "fitted_density_helps_faces",
    "Faces from Gaussians fitted to the codes are better than faces from the prior.",
    "The same networks; only the density of the codes differs.",
    FRECHET,
    lambda name, run: run["samples"][name]["frechet"],
    ("Gaussians", "prior"),
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "Features add up: a smile can be added to any face."

# %% slideshow={"slide_type": "fragment"}
for name in TARGETS:
    keeps = np.mean(numbers(lambda r, n=name: r["kept"][n]["of those with it"]))
    compare(
        f"{name}_can_be_added".lower(),
        f"Adding the vector of {name} works on at least half of the faces without it.",
        "Held-out faces; what the classifier says of the decoded ones.",
        "share of the faces",
        lambda condition, run, n=name: (
            run["arithmetic"][n]["added"]["worked"] if condition == "works" else 0.5
        ),
        ("works", "half"),
        better="higher",
        unmet="" if keeps >= 0.5 else f"of faces with it, {keeps:.0%} keep it in reconstruction",
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# > "VAEs are blurrier, GANs sharper." And: "a GAN misses what a VAE covers."


# %% slideshow={"slide_type": "fragment"}
def against(name, statement, key, measure, first, second, better):
    """Judge and show one claim about the recorded GANs and the VAE."""
    rows = compared(key)
    if {first, second} <= set(rows):
        claim = claims.Claim(
            name,
            statement,
            "The same faces and yardstick; networks, training and its length as they stand above.",
            measure,
            better=better,
        )
        budget = f"{len(train_faces):,} faces, {EPOCHS} epochs"
        found = {one: rows[one] for one in (first, second)}
        claims.show(claims.test(claim, found, budget, faces), NOTEBOOK)  # fmt: skip


# %% slideshow={"slide_type": "fragment"}
for rival in ("DCGAN", "relativistic"):
    for key, statement, pair in (
        (
            "sharpness",
            f"The faces of the VAE are blurrier than those of the GAN ({rival}).",
            (rival, "VAE, prior"),
        ),
        (
            "precision",
            f"More of the GAN's faces lie among real ones ({rival}).",
            (rival, "VAE, prior"),
        ),
        (
            "recall",
            f"The VAE's faces cover more of the real ones ({rival}).",
            ("VAE, prior", rival),
        ),
    ):
        against(f"{key}_{rival}", statement, key, key, *pair, "higher")
    against(f"best_of_{rival}", f"The GAN ({rival}) draws better faces than the VAE with a fitted "
            "density.", "frechet", FRECHET, rival, "VAE, Gaussians", "lower")  # fmt: skip

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What we learnt
#
# - (to be written from the record)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Exercises
#
# Below each task stands its check: it runs your answer and says what is wrong, not only that it is.
#
# **1. Predict.** A decoder must answer one code for two faces that differ in a single pixel, 0.2
# and 0.8, equally often. Its loss is the squared error. What does it paint there?

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
painted = ...

# %% slideshow={"slide_type": "skip"} tags=["exercise"]
from course_utils import exercises

exercises.check("15.1", painted)

# %% [markdown] slideshow={"slide_type": "skip"}
# **2. By chance.** A classifier says yes to a share $p$ of the faces before, and to a share $q$
# after. If the two had nothing to do with each other, of how many faces would it say the same?
# Complete `same_by_chance`.


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def same_by_chance(p, q):
    """Share of equal answers of two that are independent."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("15.2", same_by_chance)

# %% [markdown] slideshow={"slide_type": "skip"}
# **3. Compare like with like.** Complete `balanced_difference`: the difference of the mean codes
# with and without an attribute, taken within each of two groups, and averaged with equal weight. In
# which case is it the plain difference?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def balanced_difference(codes, present, group):
    """Vector (d,): codes (n, d), yes/no `present` and `group` (n,)."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("15.3", balanced_difference)

# %% [markdown] slideshow={"slide_type": "skip"}
# **4. How sharp is a mean?** Complete `energy_left`: the share of high-frequency energy that is
# left if $k$ pictures of independent noise are averaged. Then look: how many faces would have to
# share a code for the sharpness that you measured?


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
def energy_left(k):
    """Share of the energy (squared amplitude) that is left in a mean of k pictures."""
    ...


# %% slideshow={"slide_type": "skip"} tags=["exercise"]
exercises.check("15.4", energy_left)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Where to go next
#
# - [04 · Which likelihood, and which weight?](04_vae_likelihoods.ipynb): why samples blur.
# - [07 · Does one direction of the code mean one thing?](07_vae_factors.ipynb): the same arithmetic
#   where the truth is known.
# - **17 · The report card** (planned): every model of the series side by side.
# - Larsen et al. 2016, [Autoencoding beyond pixels using a learned similarity
#   metric](https://arxiv.org/abs/1512.09300): attribute vectors, and a VAE that is judged by a
#   discriminator.
# - Sajjadi et al. 2018, [Assessing generative models via precision and
#   recall](https://arxiv.org/abs/1806.00035).
