"""Adversarial models, each two losses that stand here: classic, Wasserstein, relativistic."""

import keras
from keras import ops

from course_utils import checks
from course_utils.gradients import input_gradient, value_and_input_gradient
from course_utils.models.adversarial import AdversarialModel
from course_utils.models.adversarial_checks import check_judges_alone, clipped_weights


class Discriminating(AdversarialModel):
    """What `GAN` and `RelativisticGAN` share: a discriminator, and penalties on its slope.

    Zero-centred penalties (Mescheder et al. 2018, equations 9 and 10) in float32, per image:
    r1 / 2 · E‖∇D(x)‖² on real images, r2 / 2 · E‖∇D(G(z))‖² on generated ones.
    """

    critic_name = "discriminator"
    measured = ("accuracy", "penalty")

    def __init__(self, generator, discriminator, noise_dim=None, r1=0.0, r2=0.0, **options):
        super().__init__(generator, discriminator, noise_dim, **options)
        self.r1 = checks.real_number("r1", r1, 0)
        self.r2 = checks.real_number("r2", r2, 0)
        if self.r1 or self.r2:
            check_judges_alone(discriminator, "the penalty R1" if self.r1 else "the penalty R2")

    @property
    def discriminator(self):
        """The discriminator; `critic` is the same network."""
        return self.critic

    def judge(self, real, fake):
        """Logits of both, each with its penalty from the same pass."""
        real_logits, real_penalty = self._judged(real, self.r1)
        fake_logits, fake_penalty = self._judged(fake, self.r2)
        return real_logits, fake_logits, real_penalty + fake_penalty

    def _judged(self, images, weight):
        if not weight:
            return self.logits(images), 0.0
        logits, slope = value_and_input_gradient(self.logits, images)
        return logits, weight / 2 * ops.mean(squared_norm(slope))

    def measure(self, real, fake, penalty):
        """Share of the images that the discriminator tells rightly, and the penalty."""
        right = ops.concatenate([real > 0, fake < 0])
        return ops.mean(ops.cast(right, "float32")), penalty

    def get_config(self):
        """Weights of the penalties too."""
        return {**super().get_config(), "r1": self.r1, "r2": self.r2}


@keras.saving.register_keras_serializable(package="course_utils")
class GAN(Discriminating):
    """The classic game (Goodfellow et al. 2014): is this image real?

    Args:
        generator, discriminator, noise_dim: as in `AdversarialModel`, the discriminator in the
            critic's place.
        saturating: whether the generator minimises log(1 − D) as in the minimax game, instead of
            −log D. Its gradient vanishes where the discriminator is sure.
        smoothing: the target of real images is 1 − smoothing (Salimans et al. 2016), that of
            generated ones stays 0.
        r1, r2: weights of zero-centred penalties on real and on generated images.
        options: others of `AdversarialModel`.
    """

    def __init__(
        self, generator, discriminator, noise_dim=None, saturating=False, smoothing=0.0, **options
    ):
        super().__init__(generator, discriminator, noise_dim, **options)
        self.saturating = bool(saturating)
        self.smoothing = checks.real_number("smoothing", smoothing, 0, 0.5)

    def critic_loss(self, real, fake):
        """−(1 − s) log D(x) − s log(1 − D(x)) − log(1 − D(G(z))), means over the batch."""
        taken_for_real = (1 - self.smoothing) * ops.softplus(-real) + (
            self.smoothing * ops.softplus(real)
        )
        return ops.mean(taken_for_real) + ops.mean(ops.softplus(fake))

    def generator_loss(self, fake, real=None):
        """−log D(G(z)), or log(1 − D(G(z))) of the saturating game."""
        return ops.mean(-ops.softplus(fake) if self.saturating else ops.softplus(-fake))

    def get_config(self):
        """The choice of the loss too."""
        own = {"saturating": self.saturating, "smoothing": self.smoothing}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="course_utils")
class RelativisticGAN(Discriminating):
    """The relativistic pairing loss: is this real image more real than that generated one?

    Jolicoeur-Martineau 2018, with zero-centred penalties on both (R1 + R2), without which it need
    not converge (Huang et al. 2024, "The GAN is dead; long live the GAN!", section 2).

    Args:
        generator, discriminator, noise_dim: as in `GAN`.
        r1, r2: weights of the penalties on real and on generated images.
        options: others of `AdversarialModel`.
    """

    compares = True

    def __init__(self, generator, discriminator, noise_dim=None, r1=1.0, r2=1.0, **options):
        super().__init__(generator, discriminator, noise_dim, r1, r2, **options)

    def critic_loss(self, real, fake):
        """Softplus of D(G(z)) − D(x), pair by pair."""
        return ops.mean(ops.softplus(fake - real))

    def generator_loss(self, fake, real=None):
        """Softplus of D(x) − D(G(z)), pair by pair."""
        return ops.mean(ops.softplus(real - fake))


class Criticising(AdversarialModel):
    """What both Wasserstein models share: the critic's value, E D(x) − E D(G(z)).

    At the optimum of a critic of slope at most 1 it is the earth mover's distance (Arjovsky et al.
    2017, equation 2).
    """

    measured = ("critic_value",)

    def critic_loss(self, real, fake):
        """The negative value of the critic."""
        return ops.mean(fake) - ops.mean(real)

    def generator_loss(self, fake, real=None):
        """−E D(G(z))."""
        return -ops.mean(fake)

    def measure(self, real, fake, penalty):
        """The critic's value."""
        return (ops.mean(real) - ops.mean(fake),)


@keras.saving.register_keras_serializable(package="course_utils")
class WassersteinGAN(Criticising):
    """The Wasserstein GAN that clips its critic's weights (Arjovsky et al. 2017, algorithm 1).

    The scales and offsets of normalising layers are left alone. The paper takes RMSprop, no
    optimizer with momentum.

    Args:
        generator, critic, noise_dim: as in `AdversarialModel`.
        clip: bound of each weight of the critic.
        critic_steps: 5 in the paper.
        options: others of `AdversarialModel`.
    """

    def __init__(self, generator, critic, noise_dim=None, clip=0.01, critic_steps=5, **options):
        super().__init__(generator, critic, noise_dim, critic_steps, **options)
        self.clip = checks.real_number("clip", clip, 0, open_ends=True)

    def after_critic_update(self):
        """Clip the critic's weights."""
        for weight in clipped_weights(self.critic):
            weight.assign(ops.clip(weight, -self.clip, self.clip))

    def get_config(self):
        """The bound too."""
        return {**super().get_config(), "clip": self.clip}


@keras.saving.register_keras_serializable(package="course_utils")
class WassersteinGANGP(Criticising):
    """The Wasserstein GAN with gradient penalty (Gulrajani et al. 2017, algorithm 1).

    Between each real and each generated image, at a point drawn uniformly, the critic's slope is
    drawn to 1: weight · E(‖∇D‖ − 1)².

    Args:
        generator, critic, noise_dim: as in `AdversarialModel`.
        penalty_weight: 10 in the paper.
        critic_steps: 5 in the paper.
        options: others of `AdversarialModel`.
    """

    measured = ("critic_value", "penalty")

    def __init__(
        self, generator, critic, noise_dim=None, penalty_weight=10.0, critic_steps=5, **options
    ):
        super().__init__(generator, critic, noise_dim, critic_steps, **options)
        self.penalty_weight = checks.real_number("penalty_weight", penalty_weight, 0)
        check_judges_alone(critic, "the gradient penalty")

    def judge(self, real, fake):
        """Logits of both, and the penalty between them."""
        penalty = self.penalty_weight * self.gradient_penalty(real, fake)
        return self.logits(real), self.logits(fake), penalty

    def gradient_penalty(self, real, fake):
        """E(‖∇D‖ − 1)² at one point between each real and each generated image, a scalar."""
        share = self.draw_shares(ops.shape(real)[0])
        share = ops.reshape(share, (-1, *[1] * (len(real.shape) - 1)))
        slope = input_gradient(self.logits, share * real + (1 - share) * fake)
        # The root has no slope at zero, where a constant critic is.
        norm = ops.sqrt(squared_norm(slope) + 1e-12)
        return ops.mean(ops.square(norm - 1))

    def draw_shares(self, count):
        """Where between a real and a generated image: uniform in [0, 1), one number each."""
        return keras.random.uniform((count,), seed=self.noise_generator)

    def measure(self, real, fake, penalty):
        """The critic's value, and the weighted penalty."""
        return *super().measure(real, fake, penalty), penalty

    def get_config(self):
        """The penalty's weight too."""
        return {**super().get_config(), "penalty_weight": self.penalty_weight}


def squared_norm(slope):
    """‖∇‖² of each image, (n,), in float32, of slopes (n, ...)."""
    slope = ops.cast(slope, "float32")
    return ops.sum(ops.square(slope), axis=tuple(range(1, len(slope.shape))))
