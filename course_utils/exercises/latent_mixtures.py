"""Exercises of notebook 09."""

import types

import numpy as np

from course_utils.exercises.judging import Found, exercise
from course_utils.models import Mixture


@exercise(
    "09.1",
    "write a number in place of `...`.",
    "Lengths are ten times as large, so a volume in 32 dimensions is 10³² times as large, and a "
    "density that is spread over it as many times smaller.",
)
def other_units(ask):
    """Change of the mean log-density when all codes are multiplied."""
    right = -32 * np.log(10)
    ask.value().equals(
        right,
        [
            (-right, "The size is right, the sign is not: codes that are spread over more room "
             "have a smaller density."),
            (-np.log(10), "That is one dimension: there are 32, and each is ten times as wide."),
            (np.log(10), "That is one dimension of 32. And where codes are spread over more room, "
             "their density falls."),
            (-16 * np.log(10), "That is for codes of 16 numbers, as in the notebook: here they "
             "have 32."),
            (16 * np.log(10), "That is for codes of 16 numbers; here they have 32. And where codes "
             "are spread over more room, their density falls."),
            (0, "The images stay the same, the density of the codes does not: it is per unit of "
             "volume, and the volume has changed."),
            (-32, "That is a logarithm to base 10; nats come of the natural one."),
            (32, "That is a logarithm to base 10, and its sign is turned: where codes are spread "
             "over more room, their density falls."),
            (-32 * np.log2(10), "These are bits: nats come of the natural logarithm."),
            (-64 * np.log(10), "Volume grows with the length itself, not with its square: the root "
             "of a determinant stands in the density."),
            (-320, "The factor stands within a logarithm: 10³² times the volume."),
        ],
        tolerance=6e-3,
    )  # fmt: skip


@exercise(
    "09.2",
    "complete `broadened`: draw one code for each training image, and fit a `Mixture` to them.",
    "`posterior_draws(vae, images.x_train)` gives three things, the draws first; then "
    "`Mixture(components).fit(…)`, which gives the mixture itself.",
)
def broadened(ask):
    """Mixture fitted to draws from the posteriors."""
    images = _pictures()
    vae = _StandIn("vae")
    mean, log_var = vae.posterior(images.x_train)
    held_out, _ = vae.posterior(images.x_test)
    deviation = np.exp(log_var / 2)
    of_means, noise = mean.var(axis=0), (deviation**2).mean(axis=0)
    for options in ({"components": 3}, {}):
        found = ask(vae, images, **options)
        drawn = _sample_of(found)
        what = f"the variance of `{found.call.strip('`')}.sample(20_000)`"
        _near(drawn.mean(axis=0), held_out.mean(axis=0), found,
              "It lies where held-out images' codes are: fit it to `images.x_train`.")  # fmt: skip
        Found(drawn.var(axis=0), what).equals(
            of_means + noise,
            [
                (of_means, "That is the variance of the means alone: each code is to be drawn "
                 "around its mean, with noise of its own."),
                (noise, "That is the noise alone: a draw is its image's mean, plus noise."),
                (of_means + (deviation**4).mean(axis=0), "exp(log_var) is a variance; noise is "
                 "multiplied by the standard deviation, exp(log_var / 2)."),
                (of_means + (log_var**2).mean(axis=0), "`log_var` is a logarithm: noise is "
                 "multiplied by exp(log_var / 2)."),
                (of_means + (log_var**2).mean(axis=0) / 4, "`log_var` is a logarithm: noise is "
                 "multiplied by exp(log_var / 2)."),
                (of_means + 1, "The noise has variance 1 in each dimension; the posterior's is "
                 "exp(log_var)."),
            ],
            tolerance=0.1,
        )  # fmt: skip
        shared = np.cov(mean.T) + (deviation[:, :, None] * deviation[:, None]).mean(axis=0)
        if np.allclose(np.cov(drawn.T), shared, atol=0.35):
            found.fails("All dimensions of an image share one number of noise, so the draws lie "
                        "on slanted lines: draw noise of the means' shape.")  # fmt: skip
        count = len(getattr(found.value, "weights", range(wanted := options.get("components", 10))))
        if count != wanted:
            found.fails(f"It has {count} components, expected {wanted}: pass `components` on.")


def _sample_of(found):
    """20,000 codes from what should be a mixture."""
    if isinstance(found.value, (np.ndarray, tuple)):
        found.fails("These are codes: fit a `Mixture` to the draws, and return it.")
    if not hasattr(found.value, "sample"):
        found.fails("Expected a fitted mixture, `Mixture(components).fit(draws)`.")
    try:
        drawn = found.value.sample(20_000)
    except Exception as error:
        found.fails(f"Its `sample` raises {type(error).__name__}: {error}")
    return np.asarray(drawn[0] if isinstance(drawn, tuple) else drawn)


def _near(value, wrong, found, diagnosis):
    if value.shape == wrong.shape and np.allclose(value, wrong, atol=0.3):
        found.fails(diagnosis)


class _StandIn:
    """Three numbers of an image are its code; as a VAE has it, with more or less noise."""

    def __init__(self, name):
        self.__name__ = name  # as which it is shown to the student

    def encode(self, pictures):
        return np.asarray(pictures).reshape(len(pictures), -1)[:, :3] * [3.0, 2.0, 1.0]

    def posterior(self, pictures):
        flat = np.asarray(pictures).reshape(len(pictures), -1)
        return self.encode(pictures), np.log([0.2, 0.8, 2.5]) + 0.3 * flat[:, 3:4]


def _pictures(classes=1):
    """Images (n, 2, 2, 1) whose pixels lie elsewhere and are tilted otherwise in each class."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.tile(np.arange(classes), 1_500))
    tilts = rng.normal(size=(classes, 4, 4)) / 4 + 0.4 * np.eye(4)
    centres = 2 * rng.normal(size=(classes, 4)) * (classes > 1)
    pixels = centres[labels] + np.einsum(
        "nij,nj->ni", tilts[labels], rng.normal(size=(len(labels), 4))
    )
    half = len(labels) // 2
    return types.SimpleNamespace(
        x_train=pixels[:half].reshape(-1, 2, 2, 1), y_train=labels[:half],
        x_test=pixels[half:].reshape(-1, 2, 2, 1) + 1.0, y_test=labels[half:],
        class_names=tuple(map(str, range(classes))), name="stand-in", __name__="images",
    )  # fmt: skip


@exercise(
    "09.3",
    "complete `cooled`: draw, and move each code towards the mean of its component.",
    "`z, component = mixture.sample_with_components(count, seed)`; `mixture.means[component]` is "
    "then a mean for each code.",
)
def cooled(ask):
    """Codes, each moved towards the mean of its component."""
    rng = np.random.default_rng(0)
    corners = np.array([[0.0, 6.0], [5.0, 5.0], [9.0, 2.0]])
    mixture = Mixture(3).fit(corners[rng.integers(3, size=400)] + 1.6 * rng.normal(size=(400, 2)))
    for t, seed in ((1.0, 0), (0.0, 0), (0.5, 0), (0.25, 3)):
        z, component = mixture.sample_with_components(200, seed)
        own, centre = mixture.means[component], z.mean(axis=0)
        likeliest = mixture.means[mixture.assign(z)]
        shrunk = own + t * (z - own)
        found = ask(mixture, 200, t, seed=seed)
        if isinstance(found.value, tuple):
            found.fails("These are several things: the codes alone are asked for.")
        unseeded, which = mixture.sample_with_components(200, 0)
        without_seed = (1 - t) * mixture.means[which] + t * unseeded
        found.equals(
            shrunk,
            [
                (z, "Nothing has moved: `t` is not used."),
                (t * z, "Each code is drawn towards the origin; it should be towards its "
                 "component's mean, μ + t (z − μ)."),
                (centre + t * (z - centre), "Each code is drawn towards the middle of all; it "
                 "should be towards the mean of its own component."),
                (likeliest + t * (z - likeliest), "Where components overlap, the likeliest one is "
                 "not always the one that a code comes from: `sample_with_components` tells."),
                (own + (1 - t) * (z - own), "Turned round: t = 1 changes nothing, and t = 0 leaves "
                 "the means alone."),
                (t * (z - own), "These are the shrunk offsets: add the component's mean again."),
                (own + t * z, "Subtract the mean before you shrink: μ + t (z − μ)."),
                (z + t * (z - own), "Each code moves away from its mean: start at μ, not at z."),
                (z + t * (own - z), "Turned round: t = 1 changes nothing, and t = 0 leaves the "
                 "means alone."),
                (own + t**2 * (z - own), "The offsets are multiplied by t, not by t²."),
                (own + t**0.5 * (z - own), "The offsets are multiplied by t, not by its root."),
                (without_seed, "`seed` is not used: pass it on to `sample_with_components`."),
                (component, "These are the numbers of the components."),
            ],
            tolerance=1e-4,
        )  # fmt: skip


@exercise(
    "09.4",
    "complete `codes_of_class`: one Gaussian for the codes of this class, and draws from it.",
    "`images.x_train[images.y_train == label]` are its images; `Mixture(1).fit(codes)` is one "
    "Gaussian, and `.sample(count, seed)` draws from it.",
)
def codes_of_class(ask):
    """Draws from a Gaussian that is fitted to the codes of one class."""
    images, model = _pictures(classes=4), _StandIn("model")
    codes, held_out = model.encode(images.x_train), model.encode(images.x_test)
    for label in (2, 0):
        found = ask(model, images, label, 3_000)
        drawn = _codes(found, (3_000, 3))
        own = codes[images.y_train == label]
        _judge_mean(found, drawn.mean(axis=0), codes, held_out, images, label)
        if _all_among(drawn, codes):
            found.fails("These are codes of training images; draw new ones, from a Gaussian.")
        covariance, right = np.cov(drawn.T), np.cov(own.T)
        told = f"the covariance of `{found.call.strip('`')}`"
        spread = np.sqrt(np.diag(right))
        Found(covariance / np.outer(spread, spread), told).equals(
            right / np.outer(spread, spread),
            [
                (np.zeros((3, 3)), "All draws are alike: a Gaussian has a width too."),
                (np.diag(1 / spread**2), "Its width is that of N(0, I): take the class's "
                 "covariance."),
                (np.eye(3), "The widths are right, the tilt is missing: in the class some "
                 "dimensions go together. `Mixture` has full covariances unless told otherwise."),
                (np.cov(codes.T) / np.outer(spread, spread), "That is the covariance of all "
                 "classes: fit the Gaussian to this class alone."),
                (right @ right / np.outer(spread, spread), "A covariance has been taken for a "
                 "standard deviation: `rng.multivariate_normal` takes the covariance."),
            ],
            tolerance=0.12,
        )  # fmt: skip
    _judge_seeds(ask, model, images)


def _codes(found, shape):
    if hasattr(found.value, "sample"):
        found.fails("That is the fitted density: draw `count` codes from it.")
    return found.numbers(shape)


def _judge_mean(found, mean, codes, held_out, images, label):
    """Whether the mean is that of the class; its width counts elsewhere."""
    by_mistake = {
        "": codes[images.y_train == label],
        "It lies in the middle of all classes: is `label` used, and with the labels of the same "
        "images, `images.y_train`?": codes,
        "It lies where the held-out codes of this class are: fit to `images.x_train`, and leave "
        "those that judge alone.": held_out[images.y_test == label],
        "It lies where the codes of all others are: `==`, not `!=`.":
            codes[images.y_train != label],
    }  # fmt: skip
    by_mistake |= {
        f"It lies where class {other} is: asked for was {label}.": codes[images.y_train == other]
        for other in range(len(images.class_names))
        if other != label
    }
    by_mistake["It lies at the origin: N(0, I) knows nothing of the class."] = np.zeros((1, 3))
    far = {said: abs(of.mean(axis=0) - mean).max() for said, of in by_mistake.items()}
    nearest = min(far, key=far.get)
    if nearest and far[nearest] < 0.2:
        found.fails(nearest)
    right = by_mistake[""].mean(axis=0)
    Found(mean, f"the mean of `{found.call.strip('`')}`").equals(right, tolerance=0.2)


def _judge_seeds(ask, model, images):
    """Other seeds give other codes, the same seed the same ones, and the count is kept."""
    first, again, other = (
        _codes(ask(model, images, 1, 50, seed=seed), (50, 3)) for seed in (0, 0, 1)
    )
    found = ask(model, images, 1, 50, seed=1)
    if np.array_equal(first, other):
        found.fails("`seed=0` and `seed=1` give the same codes: pass `seed` on.")
    if not np.array_equal(first, again):
        found.fails("Two calls with one seed give other codes: draw with `seed`.")


def _all_among(drawn, codes):
    known = {row.tobytes() for row in np.asarray(codes, "float32")}
    return all(row.tobytes() in known for row in np.asarray(drawn[:20], "float32"))


@exercise(
    "09.5",
    "complete `gain_of_one_gaussian`: the mean of log N(z | m, Σ) − log N(z | 0, I), in m and Σ.",
    "E (z − m)ᵀ Σ⁻¹ (z − m) = d and E ‖z‖² = tr Σ + ‖m‖²; log det Σ comes of the constant.",
)
def gain_of_one_gaussian(ask):
    """Nats that the best Gaussian gains over N(0, I)."""
    rng = np.random.default_rng(0)
    _judge_gain(ask, np.zeros(3), np.eye(3))
    _judge_gain(ask, np.array([0.5, -1.0]), np.diag([0.36, 2.0]))
    for d in (1, 4, 16):
        spread = rng.normal(size=(d, 2 * d)) / np.sqrt(d)
        _judge_gain(ask, rng.normal(size=d), spread @ spread.T)
    _judge_gain(ask, np.zeros(200), 1e-2 * np.eye(200))


def _turned_round(mean, covariance):
    """KL(N(0, I) ‖ N(mean, covariance))."""
    inverse = np.linalg.inv(covariance)
    logdet = np.linalg.slogdet(covariance)[1]
    return (np.trace(inverse) + mean @ inverse @ mean - len(mean) + logdet) / 2


def _judge_gain(ask, mean, covariance):
    d, trace, squares = len(mean), np.trace(covariance), mean @ mean
    logdet = np.linalg.slogdet(covariance)[1]
    right = (trace + squares - d - logdet) / 2
    with np.errstate(all="ignore"):
        found = ask(mean, covariance)
    if np.shape(found.value) == () and np.isinf(found.value):
        found.fails(f"In {d} dimensions det Σ is too small for floating point, and log 0 follows: "
                    "`np.linalg.slogdet` gives the logarithm at once.")  # fmt: skip
    negative = (
        "Negative: where the codes are not N(0, I) a density that fits them is better, so the "
        "gain is at least 0. Check each sign."
    )
    found.equals(
        right,
        [
            (2 * right, "The ½ of the exponent is missing."),
            (right + d / 2, "At m = 0 and Σ = I both densities are the same, and the gain must be "
             "0. What does E (z − m)ᵀ Σ⁻¹ (z − m) give, which is subtracted?"),
            (right - squares / 2, "m is not used: a Gaussian that lies elsewhere gains ½ ‖m‖²."),
            (right + logdet / 2, "log det Σ is missing: it comes of the constant before e."),
            (right + logdet, "The sign of log det Σ is turned: narrow codes have a large density, "
             "so they gain more."),
            (-right, negative),
            (right - (squares - np.linalg.norm(mean)) / 2, "‖m‖² is a sum of squares: no root."),
            (right - (squares - mean.sum()) / 2, "‖m‖² is a sum of squares; these are added as "
             "they are."),
            (right + (logdet - np.log(np.diag(covariance)).sum()) / 2, "log det Σ is the sum of "
             "the logarithms of its diagonal only where Σ has no other entries."),
            (right + (covariance.sum() - trace) / 2, "tr Σ is the sum of the diagonal alone."),
            (right - (squares - mean.sum() ** 2) / 2, "‖m‖² is a sum of squares, not the square of "
             "a sum."),
            (right - logdet / 2, "log det Σ has a ½ before it: it comes of a root."),
            (right - (trace - d) / 2, "The trace and d are missing: E ‖z‖² = tr Σ + ‖m‖², and "
             "E (z − m)ᵀ Σ⁻¹ (z − m) = d."),
            (right - trace / 2, "The trace is missing: E ‖z‖² = tr Σ + ‖m‖²."),
            (_turned_round(mean, covariance), "That is the mean over draws from N(0, I); the codes "
             "have mean m and covariance Σ, and over them Σ⁻¹ drops out."),
            (right / np.log(2), "These are bits: nats come of the natural logarithm."),
        ],
    )  # fmt: skip
