"""Typical mistakes in the exercises of notebook 10, and what is said of them."""

import numpy as np
from keras import ops

from course_utils.models import GAN, AdversarialModel


class Turned(AdversarialModel):
    compares = True

    def critic_loss(self, real, fake):
        return ops.mean(ops.softplus(real - fake))

    def generator_loss(self, fake, real):
        return ops.mean(ops.softplus(fake - real))


class RealFirst(AdversarialModel):
    compares = True

    def critic_loss(self, real, fake):
        return ops.mean(ops.softplus(fake - real))

    def generator_loss(self, real, fake):
        return ops.mean(ops.softplus(real - fake))


class OneLoss(AdversarialModel):
    compares = True

    def critic_loss(self, real, fake):
        return ops.mean(ops.softplus(fake - real))


class NoComparison(AdversarialModel):
    def critic_loss(self, real, fake):
        return ops.mean(ops.softplus(fake - real))

    def generator_loss(self, fake, real):
        return ops.mean(ops.softplus(real - fake))


class MeansFirst(AdversarialModel):
    compares = True

    def critic_loss(self, real, fake):
        return ops.softplus(ops.mean(fake) - ops.mean(real))

    def generator_loss(self, fake, real):
        return ops.softplus(ops.mean(real) - ops.mean(fake))


class WrittenOut(AdversarialModel):
    compares = True

    def critic_loss(self, real, fake):
        return ops.mean(ops.log(1 + ops.exp(fake - real)))

    def generator_loss(self, fake, real):
        return ops.mean(ops.log(1 + ops.exp(real - fake)))


class ByNumPy(AdversarialModel):
    compares = True

    def critic_loss(self, real, fake):
        return np.mean(np.logaddexp(0, np.array(fake) - np.array(real)))

    def generator_loss(self, fake, real):
        return self.critic_loss(fake, real)


class ZeroSum(AdversarialModel):
    compares = True

    def critic_loss(self, real, fake):
        return ops.mean(ops.softplus(fake - real))

    def generator_loss(self, fake, real):
        return -ops.mean(ops.softplus(fake - real))


def uphill(state):
    theta, psi = state.T
    return np.stack([2 * (psi * theta - 1) * psi, 2 * (psi * theta + 1) * theta], axis=1)


def no_two(state):
    return -uphill(state) / 2


def no_chain_rule(state):
    s = state.prod(axis=1)
    return np.stack([-2 * (s - 1), -2 * (s + 1)], axis=1)


def slope_at_the_real_one(state):
    theta, psi = state.T
    speed = -2 * (psi * theta + 1) * theta - 2 * (psi - 1)
    return np.stack([-2 * (psi * theta - 1) * psi, speed], axis=1)


MISTAKES = [
    ("10.1", 0.8, "Half of what it sees is made"),
    ("10.1", 0.6, "where a mode is *missed*"),
    ("10.1", 90, "in percent"),
    ("10.2", lambda d: -np.log(d) - np.log(1 - d), "discriminator's loss"),
    ("10.2", lambda d: 2 * np.log(d), "log(1 − D), not log D"),
    ("10.2", lambda d: (np.log(d) + np.log(1 - d)) / 2, "not their mean"),
    ("10.2", lambda d: d * np.log(d) + (1 - d) * np.log(1 - d), "entropy of a coin"),
    ("10.3", lambda p, q, s: p / (p + q), "s is not used"),
    ("10.3", lambda p, q, s: (1 - s) * p / ((1 - s) * p + q), "stands below"),
    ("10.3", lambda p, q, s: p / (p + q) - s, "not subtracted"),
    ("10.3", lambda p, q, s: ((1 - s) * p + s * q) / (p + q), "one-sided"),
    ("10.4", Turned, "The sign is turned"),
    ("10.4", RealFirst, "gets `fake` first"),
    ("10.4", OneLoss, "no `generator_loss` of its own"),
    ("10.4", NoComparison, "`compares` is not True"),
    ("10.4", MeansFirst, "First the softplus of each pair"),
    ("10.4", WrittenOut, "exp overflows"),
    ("10.4", ByNumPy, "no gradient can be taken"),
    ("10.4", ZeroSum, "opposite of the other player's loss"),
    ("10.4", GAN, "each sample is judged alone"),
    ("10.5", uphill, "Both run uphill"),
    ("10.5", no_two, "The 2 is missing"),
    ("10.5", no_chain_rule, "chain rule"),
    ("10.5", slope_at_the_real_one, "that square has no slope"),
    ("10.5", lambda state: -uphill(state).T, "a row for each state"),
]
