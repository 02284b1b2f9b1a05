"""Exercises of notebook 07."""

import numpy as np

from course_utils.exercises.judging import exercise


@exercise(
    "07.1",
    "write a number in place of `...`.",
    "Put β = 2 into R = ½ log(λ / (β s²)): the logarithm of half is the logarithm less log 2.",
)
def rate_at_two(ask):
    """Rate of a dimension whose price has doubled."""
    ask.value().equals(
        0.5 * np.log(18),
        [
            (0.25 * np.log(36), "That is half of the rate. β stands within the logarithm: twice "
             "the price takes the same number of nats off any rate that is large enough."),
            (0.5 * np.log(36) - np.log(2), "The ½ stands before all of the logarithm, log 2 "
             "included."),
            (np.log(18), "The ½ before the logarithm is missing."),
            (0.5 * np.log(72), "That is more than at β = 1: of what is dearer one buys less."),
            (0.5 * np.log(36), "That is the rate at β = 1: of what is dearer one buys less."),
            (0, "It survives: its variance 9 exceeds β s² = 0.5."),
            (0.5 * np.log2(18), "These are bits: nats come of the natural logarithm."),
        ],
        tolerance=4e-3,
    )  # fmt: skip


@exercise(
    "07.2",
    "complete `best_step`, by setting the derivative of ‖s Δ̂ − Δ‖² to zero.",
    "The derivative is 2 ⟨Δ̂, s Δ̂ − Δ⟩. Where is it zero? An inner product is "
    "`np.sum(found * wanted)`.",
)
def best_step(ask):
    """The factor that explains most."""
    rng = np.random.default_rng(0)
    for shape, factor in (((8,), 2.0), ((5, 4, 4, 3), 0.4), ((40,), -1.5)):
        found = rng.normal(size=shape) + 0.3
        wanted = factor * found + rng.normal(size=shape)
        inner, squares = np.sum(found * wanted), np.sum(found**2)
        ratio = np.linalg.norm(wanted) / np.linalg.norm(found)
        ask(found, wanted).equals(
            inner / squares,
            [
                (inner / np.sum(wanted**2), "That fits Δ̂ by Δ: `found` is to be multiplied, so "
                 "its squares stand below."),
                (squares / inner, "Upside down: ⟨Δ̂, Δ⟩ is to be divided by ‖Δ̂‖²."),
                (ratio, "That makes both equally long, but the part of `found` that points "
                 "elsewhere should not be lengthened. And it is never negative."),
                (ratio**2, "The squares of `wanted` say nothing about the direction: above stands "
                 "⟨Δ̂, Δ⟩."),
                (np.mean(wanted / found), "Pixels that hardly change count most in a mean of "
                 "ratios. Sum above and below first, then divide."),
                (np.sum(wanted) / np.sum(found), "That looks at the sums alone; each pixel of "
                 "`found` should meet its own of `wanted`: ⟨Δ̂, Δ⟩."),
                (inner / (np.linalg.norm(found) * np.linalg.norm(wanted)), "That is the cosine of "
                 "the angle; below stands ‖Δ̂‖², no length of `wanted`."),
                (inner / np.sqrt(squares), "Below stands the squared length of `found`: no root."),
                (inner, "That is the inner product; it is still to be divided by ‖Δ̂‖²."),
                (-inner / squares, "Its sign is turned: check the derivative of (s Δ̂ − Δ)²."),
                (1 - np.sum((found - wanted) ** 2) / np.sum(wanted**2), "That is the share "
                 "explained with s = 1."),
            ],
        )  # fmt: skip


@exercise(
    "07.3",
    "complete `beta_for`: solve the law R = ½ log(λ / (β s²)) for β.",
    "Double both sides and take the exponential: e^(2R) = λ / (β s²).",
)
def beta_for(ask):
    """The price at which a dimension spends so many nats."""
    for rate, variance, noise in ((1.5, 3.0, 0.2), (np.log(2), 1.0, 0.25), (0.0, 2.0, 0.1)):
        right = variance / (noise * np.exp(2 * rate))
        logarithm = "That is {} β: take the exponential.".format
        ask(rate, variance, noise).equals(
            right,
            [
                (right * np.exp(rate), "There is a ½ before the logarithm: e^(2R), not e^R."),
                (right * np.exp(1.5 * rate), "Multiply by 2 to get rid of the ½, do not halve."),
                (right * np.exp(4 * rate), "More nats need a smaller β: check the sign of R."),
                (right * np.exp(3 * rate), "More nats need a smaller β: check the sign of R, and "
                 "the ½ before the logarithm."),
                (right / noise, "`noise` is s² already: no further square."),
                (right * noise**2, "A larger s² makes a dimension less worth: it stands below."),
                (right * noise, "The noise s² is missing."),
                (right / variance, "The variance λ is missing."),
                (1 / right, "Upside down: that is 1/β."),
                (np.log(right), logarithm("log")),
                (np.log(right) / 2, logarithm("½ log")),
            ],
        )  # fmt: skip


@exercise(
    "07.4",
    "complete `turned`: rotate the first two dimensions, leave the others.",
    "The new first is cos·x − sin·y, the new second sin·x + cos·y, both of the old x and y; "
    "`np.deg2rad` makes radians of degrees.",
)
def turned(ask):
    """Codes with their first two dimensions rotated."""
    codes = np.random.default_rng(0).normal(size=(7, 4))
    still = "The other dimensions stay as they are, but they stay: copy the codes and change two."
    mirrored = codes * [1, -1, 1, 1]
    ask(codes, 0).equals(
        codes,
        [
            (codes[:, :2], still),
            (mirrored, "At 0° nothing should move, but the second dimension is mirrored: of the "
             "two sines one has a minus, of the cosines none."),
            (codes * [-1, 1, 1, 1], "At 0° nothing should move, but the first is mirrored."),
            (codes[:, [1, 0, 2, 3]], "At 0° nothing should move: are sine and cosine exchanged?"),
            (codes * [0, 0, 1, 1], "At 0° nothing should move: are sine and cosine exchanged?"),
        ],
    )  # fmt: skip
    for degrees in (90, 30, -45):
        angle = np.deg2rad(degrees)
        found = ask(codes, degrees)
        # Which way round is a matter of taste.
        ways = [_rotated(codes, sign * angle) for sign in (1, -1)]
        if any(np.shape(found.value) == way.shape and np.allclose(found.value, way)
               for way in ways):  # fmt: skip
            continue
        if np.shape(found.value) == codes.shape and not np.allclose(
            np.asarray(found.value)[:, 2:], codes[:, 2:]
        ):
            found.fails("Only the first two dimensions turn: the others should stay as they are.")
        radians = "`np.cos` and `np.sin` take radians: `np.deg2rad(degrees)`."
        overwritten = (
            "The second is made of the first after that has changed: compute both, then put them "
            "in."
        )
        mistakes = [(_rotated(codes, sign * degrees), radians) for sign in (1, -1)]
        mistakes += [
            (_rotated(codes, sign * np.rad2deg(degrees)), "`np.rad2deg` makes degrees of radians: "
             "the other way round is needed, `np.deg2rad`.") for sign in (1, -1)
        ]  # fmt: skip
        mistakes += [(_one_by_one(codes, sign * angle), overwritten) for sign in (1, -1)]
        mistakes += [
            (_with_sines(codes, sign * angle, (1, 1)), "Both sines have the same sign, so lengths "
             "change: in a rotation one has a minus.") for sign in (1, -1)
        ]  # fmt: skip
        mistakes += [(way[:, :2], still) for way in ways]
        mistakes += [(codes, "Nothing has moved.")]
        found.equals(ways[0], mistakes)


def _rotated(codes, angle):
    return _with_sines(codes, angle, (-1, 1))


def _with_sines(codes, angle, signs):
    """Codes mixed by cosines, and sines with these signs."""
    (first, second), rest = codes[:, :2].T, codes[:, 2:]
    cosine, (above, below) = np.cos(angle), np.sin(angle) * np.array(signs)
    mixed = cosine * first + above * second, below * first + cosine * second
    return np.column_stack([*mixed, rest])


def _one_by_one(codes, angle):
    """What comes of changing the first dimension before the second is computed."""
    changed = codes.copy()
    changed[:, 0] = np.cos(angle) * changed[:, 0] - np.sin(angle) * changed[:, 1]
    changed[:, 1] = np.sin(angle) * changed[:, 0] + np.cos(angle) * changed[:, 1]
    return changed


@exercise(
    "07.5",
    "complete `survivors`: how many dimensions are kept, and their nats.",
    "Each principal direction is a linear VAE of its own: apply R = max(0, ½ log(λ / (β s²))) to "
    "each variance, then count those above 0 and add up.",
)
def survivors(ask):
    """Number of dimensions that are kept, and their rate."""
    for variances, noise, beta in (
        (np.array([9.0, 0.2, 1.5, 0.5]), 0.1, 3.0),
        (np.array([4.0, 1.0, 0.25]), 0.25, 1.0),
        (np.array([4.0, 1.0, 0.25]), 0.25, 8.0),
        (np.array([0.3, 0.1]), 0.5, 2.0),
    ):
        what = "two numbers: how many dimensions, and their nats"
        count, nats = ask(variances, noise, beta).parts(2, what)
        logs = 0.5 * np.log(variances / (beta * noise))
        kept = logs > 0
        rate = logs[kept].sum()
        count.equals(
            kept.sum(),
            [
                (np.sum(logs >= 0), "A direction whose variance is just β s² carries 0 nats: it "
                 "is not kept."),
                (np.sum(variances > noise), "β is not used: it has to exceed β s², not s²."),
                (np.sum(variances > beta), "s² is not used: it has to exceed β s², not β."),
                (np.sum(variances > beta * noise**2), "`noise` is s² already: no further square."),
                (len(variances), "That is all of them: which have a variance above β s²?"),
                (rate, "The number comes first, then the nats."),
            ],
        )  # fmt: skip
        if np.ndim(nats.value) == 1:
            nats.fails("The nats of all directions together are asked for: add them up.")
        nats.equals(
            rate,
            [
                (logs.sum(), "Directions that are given up carry 0 nats, not less: add up those "
                 "above 0 alone."),
                (2 * rate, "The ½ before the logarithm is missing."),
                (2 * logs.sum(), "The ½ before the logarithm is missing, and directions that are "
                 "given up carry 0 nats, not less."),
                (0.5 * np.log(variances[kept] / noise).sum(), "β is not used in the nats."),
                (0.5 * np.log(variances[kept].sum() / (beta * noise)) if kept.any() else 0,
                 "Each direction has a rate of its own: first the logarithms, then the sum."),
                (logs[kept].mean() if kept.any() else 0, "That is the mean: together they carry "
                 "the sum."),
                (rate / np.log(2), "These are bits: nats come of the natural logarithm."),
                (0.5 * np.log(variances / noise)[variances > noise].sum(), "β is not used in the "
                 "nats."),
            ],
        )  # fmt: skip
