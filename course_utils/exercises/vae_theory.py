"""Exercises of notebook 03."""

import math

import numpy as np
from scipy.special import logsumexp
from scipy.stats import laplace, norm

from course_utils.exercises.judging import exercise


@exercise(
    "03.1",
    "write a number in place of `...`.",
    "Put q on one bump. There the posterior is the same Gaussian times the share that this bump "
    "holds. What is the mean of log(q / posterior)?",
)
def lost_to_bumps(ask):
    """Nats that the best Gaussian loses on a posterior of four equal bumps."""
    ask.value().equals(
        math.log(4),
        [
            (2, "These are bits: a nat is 1.44 bits."),
            (math.log(2), "That is lost with two equal bumps; here there are four."),
            (math.log(4 / 3), "That is −log of what the *other* bumps hold. Take −log of the share "
             "of the bump on which q lies."),
            (math.log(3), "Three bumps are missed, but what counts is the share of the one that is "
             "kept."),
            (-math.log(4), "What is lost is a KL, so a positive number."),
            (0.25, "That is the share that one bump holds: the loss is −log of it."),
            (0.75, "That is the share that q misses. A loss in nats is a logarithm."),
            (3, "Three bumps are missed, but the losses of bumps do not add up: a bump counts by "
             "−log of its share."),
            (4, "That is the number of bumps; the loss is a logarithm."),
            (0, "Nothing is lost only if q *is* the posterior, and one Gaussian has one bump."),
        ],
        tolerance=1e-2,
    )  # fmt: skip


@exercise(
    "03.2",
    "complete `kl_between`, the mean of log q₁ − log q₂ under the first Gaussian.",
    "E(z − m₁)² = s₁² and E(z − m₂)² = s₁² + (m₁ − m₂)², both under the first Gaussian. What do "
    "the normalising factors leave?",
)
def kl_between(ask):
    """KL of two Gaussians."""
    negative = (
        "A KL is never negative. Put equal Gaussians in, then change one standard deviation: "
        "which term has the wrong sign?"
    )
    for given in ((1.5, 2, 0.2, 0.8), (0, 1, 1, 2), (0.5, 0.3, -1, 0.7)):
        found = ask(*given)
        mistakes = _wrong_kls(*given)
        if found.numbers() < -1e-9:
            mistakes.append((found.value, negative))
        found.equals(_kl(*given), mistakes)


def _kl(mean_1, std_1, mean_2, std_2):
    """The KL by a sum over a grid."""
    steps = np.linspace(-12, 12, 2_401)
    z = mean_1 + std_1 * steps
    log_ratio = norm.logpdf(z, mean_1, std_1) - norm.logpdf(z, mean_2, std_2)
    return (norm.pdf(steps) * log_ratio).sum() * (steps[1] - steps[0])


def _wrong_kls(mean_1, std_1, mean_2, std_2):
    right = _kl(mean_1, std_1, mean_2, std_2)
    apart, logs = (mean_1 - mean_2) ** 2, np.log(std_2 / std_1)
    quadratic = (std_1**2 + apart) / (2 * std_2**2)
    return [
        (_kl(mean_2, std_2, mean_1, std_1), "Exchanged: the mean is to be taken under the *first* "
         "Gaussian. A KL is not symmetric."),
        (right - 2 * logs, "Is the sign of the log term right? A wide first Gaussian makes it "
         "negative: log(s₂ / s₁)."),
        (right + 0.5, "½ too much: for equal Gaussians the KL must be 0."),
        (logs + (std_1 + apart) / (2 * std_2) - 0.5, "The quadratic term holds *variances*: square "
         "the standard deviations."),
        (logs / 2 + (std_1 + apart) / (2 * std_2) - 0.5, "These are standard deviations, not "
         "variances: square them."),
        (logs + (std_1**2 + apart) / (2 * std_1**2) - 0.5, "log q₂ is divided by its own variance, "
         "s₂², not by s₁²."),
        (logs + std_1**2 / (2 * std_2**2) - 0.5, "The means do not matter here, and should: under "
         "the first Gaussian E(z − m₂)² is s₁² + (m₁ − m₂)²."),
        (logs + std_1**2 / (2 * std_2**2) + apart / 2 - 0.5, "The distance of the means counts in "
         "units of the second Gaussian: divide it by s₂² too."),
        (logs + (std_1**2 + mean_1 - mean_2) / (2 * std_2**2) - 0.5, "The distance of the means is "
         "to be squared."),
        (right + logs, "The log term is that of the standard deviations: log(s₂² / s₁²) is twice "
         "as much."),
        (right - logs, "The log term is missing: each density has 1/s before its exponential."),
        (quadratic + logs / 2 - 0.5, "The log term is halved once too often: it is log(s₂ / s₁), "
         "or half of log(s₂² / s₁²)."),
        (2 * right, "Twice too much: a Gaussian's exponent has a ½."),
        (_kl(mean_1, std_1, 0, 1), "That is the KL to N(0, 1): `mean_2` and `std_2` are not used."),
        (right / np.log(2), "These are bits: leave the natural logarithm."),
    ]  # fmt: skip


@exercise(
    "03.3",
    "complete `kl_to_laplace`: draw z from q, and average log q(z) − log p(z).",
    "`np.random.default_rng(seed).normal(mean, std, size=draws)`, then `norm.logpdf(z, mean, std)` "
    "and log p(z) = −log 2 − |z|.",
)
def kl_to_laplace(ask):
    """KL of a Gaussian to a Laplace prior, within the error of the draws."""
    for mean, std in ((-1.2, 0.6), (0.5, 2)):
        found = ask(mean, std)
        if np.shape(found.value) == (100_000,):
            found.fails("There is one number for each draw: take their mean.")
        found.equals(_mean(_log_ratio, mean, std), _wrong_to_laplace(mean, std), tolerance=0.015)
    if found.value != ask(mean, std).value:
        found.fails("Called again with the same seed, it gives another number: draw with "
                    "`np.random.default_rng(seed)`.")  # fmt: skip


def _log_ratio(z, mean, std):
    return norm.logpdf(z, mean, std) - laplace.logpdf(z)


def _mean(of, mean, std, drawn_from=None):
    """Mean of `of(z, mean, std)` under q, or under another distribution, by a sum over a grid."""
    grid = np.linspace(-30, 30, 30_001)
    density = (drawn_from or norm(mean, std)).pdf(grid)
    return (density * of(grid, mean, std)).sum() * (grid[1] - grid[0])


def _wrong_to_laplace(mean, std):
    right = _mean(_log_ratio, mean, std)
    cross = math.log(2) + _mean(lambda z, *_: abs(z), mean, std)
    from_prior = _mean(_log_ratio, mean, std, laplace)
    log_first = "The logarithm of a mean is not the mean of the logarithms: take it first."
    unit = "`np.random` takes the standard deviation, and so does `norm`: `std` as it is."
    return [
        (-right, "That is log p − log q: q comes first in KL(q ‖ p)."),
        (from_prior, "These draws are from the prior p: the mean goes over q."),
        (-from_prior, "That is KL(p ‖ q): draw from q, and subtract log p from log q."),
        (_mean(_log_ratio, mean, std, norm), "These draws are from N(0, 1): z = mean + std · ε."),
        (_mean(_log_ratio, mean, std**2), unit),
        (_mean(_log_ratio, mean, std**0.5), unit),
        (right - math.log(2), "By log 2 too small: the ½ of ½ e^(−|z|) is missing in log p."),
        (cross, "That is the mean of −log p alone: the mean of log q is missing."),
        (right - _mean(lambda z, *_: abs(z) - z, mean, std), "The prior has |z|, not z."),
        (_kl(mean, std, 0, 1), "That is the KL to N(0, 1): here the prior is a Laplace density."),
        (_mean(lambda *of: norm.pdf(*of) * _log_ratio(*of), mean, std), "The draws come from q "
         "already: a mean over them, without q(z) as a weight once more."),
        (_mean(lambda *of: np.exp(_log_ratio(*of)), mean, std), "That is the mean of the ratio "
         "q / p: the logarithm is missing."),
        (np.log(_mean(lambda *of: np.exp(_log_ratio(*of)), mean, std)), log_first),
        (_mean(norm.logpdf, mean, std) - np.log(_mean(lambda z, *_: laplace.pdf(z), mean, std)),
         log_first),
        (0, "The log of the mean of p / q is 0 for any q. Take the mean of the logarithms."),
        (right / math.log(2), "These are bits: take natural logarithms."),
    ]  # fmt: skip


@exercise(
    "03.4",
    "complete `width_loss`, a KL of two Gaussians with the same mean.",
    "What is lost is KL(q ‖ posterior). Measure z in standard deviations of the posterior: it is "
    "the KL of N(0, factor²) to N(0, 1).",
)
def width_loss(ask):
    """KL of a Gaussian to one of another width."""
    for factor in (2.0, 0.5, 1.0, 3.0, 0.1):
        right = _kl(0, factor, 0, 1)
        log = np.log(factor)
        ask(factor).equals(
            right,
            [
                (_kl(0, 1, 0, factor), "That is KL(posterior ‖ q): what the bound loses is "
                 "KL(q ‖ posterior)."),
                (right + 2 * log, "Is the sign of the log term right? A narrow q must lose nats "
                 "too, and with yours it gains some."),
                (right + log, "The log term is missing: a narrow q would cost next to nothing."),
                (-log, "The quadratic term is missing: a wide q would gain nats."),
                (_kl(0, factor**0.5, 0, 1), "`factor` belongs to the standard deviation: the "
                 "variance has its square."),
                (right + 0.5, "½ too much: for factor 1, q is the posterior and nothing is lost."),
                (right + log / 2, "The log term is halved once too often: ½ log factor² is "
                 "log factor."),
                (2 * right, "Twice too much: a Gaussian's exponent has a ½."),
                (-right, "That is by how much the bound moves; lost are as many nats, a positive "
                 "number."),
                (right / np.log(2), "These are bits: take the natural logarithm."),
            ],
        )  # fmt: skip


@exercise(
    "03.5",
    "complete `shortfall`, minus the mean over groups of log(mean of k weights).",
    "Put the posterior's mean at 0 and its standard deviation at 1. Then z = factor · ε and "
    "log w − log p(x) = log factor + ε²/2 − z²/2; `logsumexp(…, axis=1) − log k` for each group.",
)
def shortfall(ask):
    """What the bound with k samples loses, within the error of the groups."""
    groups = 20_000
    for factor, k in ((2.0, 1), (2.0, 6), (0.5, 3), (1.0, 5)):
        noise = np.random.default_rng(5).normal(size=(2 * groups, k))
        of_groups = _log_means(_log_w(noise, factor))
        # Four standard errors: of the answer's draws, and of these, twice as many.
        tolerance = 4 * 1.5**0.5 * of_groups.std() / groups**0.5 + 1e-3
        right = _kl(0, factor, 0, 1) if k == 1 else -of_groups.mean()
        found = ask(factor, k)
        if np.shape(found.value) == (groups,):
            found.fails("There is one number for each group: take their mean.")
        found.equals(right, _wrong_shortfalls(noise, factor, right), tolerance)


def _log_w(noise, factor, of_z=None):
    """Logarithm of p(z | x) / q(z) for z = factor · ε, in units of the posterior."""
    z = factor * noise if of_z is None else of_z
    return np.log(factor) + ((z / factor) ** 2 - z**2) / 2


def _log_means(log_w):
    return logsumexp(log_w, axis=1) - np.log(log_w.shape[1])


def _wrong_shortfalls(noise, factor, right):
    log_w, k = _log_w(noise, factor), noise.shape[1]
    upside_down = (
        "The bound lies below log p(x), so log p(x) − bound is positive. Are the weights "
        "p(x, z) / q(z), not the other way up, and is the difference the right way round?"
    )
    mistakes = [
        (-right, upside_down),
        (right - np.log(k), "By log k too small: the k weights are summed; their *mean* is to be "
         "taken."),
        ((right - np.log(k)) / k, "The logarithm is divided by k. It is the sum under it that is."),
        (-log_w.mean(), "That is what the ELBO loses, for any k: average the k weights first, then "
         "take the logarithm."),
        (right + np.log(factor), "By log factor too much: the density of q has 1/(factor · s) "
         "before its exponential."),
        (-_log_means(-log_w).mean(), upside_down),
        (-_log_means(_log_w(noise, factor, of_z=noise)).mean(), "These draws come from the "
         "posterior: draw from q, which is `factor` times as wide."),
        (-_log_means(_log_w(noise, factor**0.5)).mean(), "`factor` belongs to the standard "
         "deviation: the variance has its square."),
        (0, "The logarithm of the mean over *all* draws: take it in each group of k, then the "
         "mean over the groups."),
    ]  # fmt: skip
    # With a perfect q every group gives 0, and none of these can be told from another.
    return mistakes if factor != 1 else mistakes[1:2]
