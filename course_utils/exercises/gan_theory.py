"""Exercises of notebook 10."""

import inspect

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit

from course_utils.exercises.judging import Ask, Found, Wrong, exercise


@exercise(
    "10.1",
    "write a number between 0 and 1 in place of `...`.",
    "Take real and made samples apart. Of which real ones does it know that they are real? And "
    "what does it say of everything on a mode that is found?",
)
def accuracy_with_five(ask):
    """Accuracy of the best discriminator where 5 of 25 modes are made."""
    ask.value().equals(
        0.9,
        [
            (90, "That is in percent: write a number between 0 and 1."),
            (0.8, "That is the share of the real samples that it gets right. Half of what it sees "
             "is made, and of that it gets all right."),
            (0.74, "That is for 13 modes, as in the notebook: here 5 are made."),
            (0.6, "Right for the made samples, but real ones are told where a mode is *missed*: "
             "that is 20 of 25 of them."),
            (1.0, "Real samples on the five modes that are made it cannot tell from made ones."),
            (0.5, "That would be a generator that makes all modes: where one is missed, a sample "
             "is real for sure."),
            (0.2, "That is the share of modes that are made; asked for is how often the "
             "discriminator is right."),
            (5 / 6, "On a mode that is made it says 1/6, so it calls all samples there made up: "
             "the made ones are then all told rightly, not 5 in 6 of them."),
            (0.4, "On a mode that is missed a sample is real for sure, and it says so. It is "
             "right there."),
        ],
        tolerance=1e-3,
    )  # fmt: skip


@exercise(
    "10.2",
    "complete `game_value`: both expectations of V where D is the same number everywhere.",
    "The mean of a constant is the constant: put `chance` for D(x) into both terms.",
)
def game_value(ask):
    """V of a discriminator that says the same everywhere."""
    for chance in (0.1, 0.5, 0.8):
        real, made = np.log(chance), np.log1p(-chance)
        ask(chance).equals(
            real + made,
            [
                (-real - made, "That is the discriminator's loss: the game's value is what it "
                 "maximises, without a minus."),
                ((real + made) / 2, "V is the sum of both expectations, not their mean."),
                (2 * real, "The second term has log(1 − D), not log D."),
                (real, "The second term is missing: made samples count too."),
                (made, "The first term is missing: real samples count too."),
                (real - made, "The two terms are added: it wants D high on real and 1 − D high "
                 "on made samples."),
                ((real + made) / np.log(2), "These are bits: nats come of the natural logarithm."),
                ((real + made) / np.log(10), "That is the logarithm to base 10; nats come of the "
                 "natural one."),
                (chance * real + (1 - chance) * made, "That is minus the entropy of a coin: the "
                 "means are over samples, real or made, not over what D says."),
            ],
        )  # fmt: skip


@exercise(
    "10.3",
    "complete `best_smoothed`: find the d that maximises the expected log-likelihood at a point.",
    "At a point, d gains p ((1 − s) log d + s log(1 − d)) + q log(1 − d). Where is its slope in d "
    "zero?",
)
def best_smoothed(ask):
    """The best chance with smoothed targets."""
    p, q = np.array([1.0, 0.2, 3.0, 0.7]), np.array([1.0, 0.9, 0.4, 0.0])
    for s in (0.1, 0.3, 0.0):
        # Not by the formula: the maximum is searched for at each point.
        right = np.array([_best_chance(*point, s) for point in zip(p, q, strict=True)])
        ask(p, q, s).equals(
            right,
            [
                (p / (p + q), "That is the best one without smoothing: s is not used."),
                ((1 - s) * p / ((1 - s) * p + q), "Real data do not get fewer: the share s of "
                 "their target pulls D down, so that p and not (1 − s) p stands below."),
                (p / (p + q) - s, "s is not subtracted: at p = q, s = 0.1 it is 0.45, half of the "
                 "target 0.9."),
                (((1 - s) * p + s * q) / (p + q), "That is for made samples with target s: "
                 "smoothing is one-sided, theirs stays 0."),
                (q * (1 - s) / (p + q), "p and q have changed places: D is the chance to be real."),
                (s * p / (p + q), "The target of real data is 1 − s, not s."),
                (1 - (1 - s) * p / (p + q), "That is the chance to be made, one minus the other."),
                (p / (p + (1 + s) * q), "s belongs to the real data: their target is 1 − s."),
                ((p - s) / (p + q), "Real data of density p have the target 1 − s: multiply."),
            ],
            tolerance=1e-4,
        )  # fmt: skip


def _best_chance(p, q, s):
    def loss(d):
        return -(p * ((1 - s) * np.log(d) + s * np.log1p(-d)) + q * np.log1p(-d))

    return minimize_scalar(loss, bounds=(1e-9, 1 - 1e-9), options={"xatol": 1e-9}).x


@exercise(
    "10.4",
    "write both losses of `Relativistic`, and let it compare.",
    "The discriminator's loss is `ops.mean(ops.softplus(fake - real))`; which sign has the "
    "generator's? `compares = True` stands in the class, beside the methods.",
)
def relativistic(ask):
    """The relativistic game as a class."""
    answer = ask.answer
    if not isinstance(answer, type):
        raise Wrong("expected a class that inherits from `AdversarialModel`.")
    import keras

    model = _built(answer, keras)
    real, fake = np.float32([2.0, -1.0, 0.5]), np.float32([0.0, 0.0, 1.5])
    far = (real + 200, fake), (real, fake + 200)
    for on_real, on_fake in ((real[:2], fake[:2]), (real, fake), *far):
        gap = np.asarray(on_fake - on_real, dtype=float)
        tensors = [keras.ops.convert_to_tensor(one) for one in (on_real, on_fake)]
        _judge_loss(keras, model.critic_loss, tensors, gap, on_real, on_fake)
        _judge_loss(keras, model.generator_loss, tensors[::-1], -gap, on_real, on_fake)
    if answer.compares is not True:
        raise Wrong("`compares` is not True, so in training the generator's loss gets no logits of "
                    "real samples: write `compares = True` in the class.")  # fmt: skip


def _built(answer, keras):
    """A model of the student's class with two small networks."""
    from course_utils.models import AdversarialModel

    if not issubclass(answer, AdversarialModel):
        raise Wrong("expected a class that inherits from `AdversarialModel`.")
    for name, arguments in (("critic_loss", "real, fake"), ("generator_loss", "fake, real")):
        method = getattr(answer, name)
        if method is getattr(AdversarialModel, name):
            raise Wrong(f"`{answer.__name__}` has no `{name}` of its own yet.")
        if len(inspect.signature(method).parameters) != 3:
            raise Wrong(f"`{name}` should take `(self, {arguments})`, in this order.")
    generator, critic = (
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)]) for units in (2, 1)
    )
    try:
        return answer(generator, critic)
    except Exception as error:
        raise Wrong(
            f"`{answer.__name__}(generator, discriminator)` raises {type(error).__name__}: "
            f"{error}. The two losses are methods; `__init__` need not change."
        ) from error


def _judge_loss(keras, loss, given, gap, on_real, on_fake):
    """One loss: the mean softplus of `gap`."""
    found = Ask(loss)(*given)
    if not keras.ops.is_tensor(found.value):
        found.fails("That is no tensor, so no gradient can be taken of it: compute with "
                    "`keras.ops`, not with NumPy, and no `float`.")  # fmt: skip
    number = keras.ops.convert_to_numpy(found.value)
    names = "real, fake" if loss.__name__ == "critic_loss" else "fake, real"
    logits = "of real ones {}, of made ones {}".format(
        *(np.round(one, 1).tolist() for one in (on_real, on_fake))
    )
    found = Found(number, f"`{loss.__name__}({names})`, logits {logits},")
    if number.shape == () and not np.isfinite(number):
        found.fails("exp overflows: `ops.softplus(x)` is log(1 + exp(x)) without it.")
    real, fake = (np.asarray(one, dtype=float) for one in (on_real, on_fake))
    soft = np.logaddexp(0, gap)
    all_gaps = fake[:, None] - real
    all_pairs = np.logaddexp(0, all_gaps if loss.__name__ == "critic_loss" else -all_gaps)
    found.equals(
        soft.mean(),
        [
            (np.logaddexp(0, -gap).mean(), "The sign is turned: is it made minus real for the "
             "discriminator, real minus made for the generator? The discriminator's method gets "
             "`real` first, the generator's gets `fake` first."),
            (soft.sum(), "That is the sum over the pairs: take the mean."),
            (soft, "A loss is one number: take the mean over the pairs."),
            (np.logaddexp(0, gap.mean()), "First the softplus of each pair, then the mean."),
            (all_pairs.mean(), "Each real sample meets the one made sample in its place, not all."),
            (expit(gap).mean(), "That is a chance, between 0 and 1; the loss is minus the log of "
             "one, the softplus."),
            (gap.mean(), "The softplus is missing: without it that is a Wasserstein game."),
            (-soft.mean(), "Negative: both players minimise their loss, a softplus, as it is."),
            (-np.logaddexp(0, -gap).mean(), "That is the opposite of the other player's loss, "
             "which saturates: write softplus of the opposite difference."),
            ((np.logaddexp(0, -real) + np.logaddexp(0, fake)).mean(), "That is the plain game, "
             "where each sample is judged alone: here the difference is."),
            (np.logaddexp(0, -fake).mean(), "That is the plain generator's loss, without a look "
             "at the real samples: softplus of real minus made."),
        ],
        tolerance=1e-4,
    )  # fmt: skip


@exercise(
    "10.5",
    "complete `least_squares`: each player's speed is minus the slope of its own loss.",
    "With ℓ(θ) = ψθ the discriminator minimises (0 − 1)² + (ψθ + 1)², whose slope in ψ is "
    "2 (ψθ + 1) θ. The same for the generator, in θ. (`theta, psi = state.T`.)",
)
def least_squares(ask):
    """Velocity of the least-squares Dirac-GAN."""
    states = np.random.default_rng(0).normal(size=(6, 2))
    for points in (states, np.array([[1.0, 0.5]]), 1e-3 * states[:2]):
        theta, psi = points.T
        # Minus the slopes of both losses by central differences: exact, for they are quadratic.
        right = np.stack([
            _downhill(lambda t, psi=psi: (psi * t - 1) ** 2, theta),
            _downhill(lambda w, theta=theta: 1 + (w * theta + 1) ** 2, psi),
        ], axis=1)  # fmt: skip
        s = psi * theta
        along = 2 * (1 - s) * psi, -2 * (s + 1) * theta
        by_own_output = 2 * (1 - s), -2 * (s + 1)

        def columns(first, second):
            return np.stack([first, second], axis=1)

        ask(points).equals(
            right,
            [
                (-right, "Both run uphill: a velocity is *minus* the slope of the loss."),
                (columns(along[0], -along[1]), "ψ runs uphill: it minimises its loss too."),
                (columns(-along[0], along[1]), "θ runs uphill: it minimises its loss too."),
                (right / 2, "The 2 is missing that comes of each square."),
                (right[:, ::-1], "The columns are exchanged: θ first, then ψ."),
                (columns(*by_own_output), "The chain rule is not finished: ℓ(θ) = ψθ has the slope "
                 "ψ in θ and θ in ψ."),
                (columns(2 * (1 - s) * theta, -2 * (s + 1) * psi), "ψθ has the slope ψ in θ and θ "
                 "in ψ: these two are exchanged."),
                (columns(-2 * (s + 1) * psi, along[1]), "The generator wants ℓ(θ) = 1, not −1: "
                 "its loss is (ℓ(θ) − 1)²."),
                (columns(along[0], 2 * (1 - s) * theta), "The discriminator wants ℓ(θ) = −1 of the "
                 "made sample: its loss is (ℓ(θ) + 1)²."),
                (columns(along[0], along[1] - 2 * (psi - 1)), "The real sample is 0, so that ℓ(0) "
                 "= 0 whatever ψ is: that square has no slope."),
                (columns(along[0], along[1] + 2), "The real sample is 0, so that ℓ(0) = 0 whatever "
                 "ψ is: that square has no slope."),
                (right.T, "Turned: a row for each state, with θ and ψ in its columns."),
                (columns(2 * psi, -2 * theta), "That is the linear part, near rest: the products "
                 "ψθ are missing."),
            ],
        )  # fmt: skip


def _downhill(loss, at, step=1e-3):
    return -(loss(at + step) - loss(at - step)) / (2 * step)
