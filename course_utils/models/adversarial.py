"""A generator and a network that judges it, each trained on a loss of its own, on any backend."""

import contextlib

import keras
import numpy as np
from keras import ops

from course_utils import checks
from course_utils.gradients import (
    value_and_gradients,
    value_and_input_gradient,
    value_and_pullback,
    without_gradients,
)
from course_utils.models.adversarial_checks import RealData, check_adversaries, check_compiled
from course_utils.models.image_checks import codes_of_size
from course_utils.models.image_model import ImageModel
from course_utils.models.networks import pixels_reached


class AdversarialModel(ImageModel):
    """A generator and a critic that play against each other (Goodfellow et al. 2014).

    A subclass states two losses over the critic's logits, `critic_loss(real, fake)` and
    `generator_loss(fake, real)`, scalars of two tensors (n,). What alternates, which statistics
    move, which gradient goes where: that is the same for all of them, and here.

    Data are images (n, h, w, c) or points (n, d), without labels. One step takes `critic_steps`
    updates of the critic, each on fresh noise and the same real batch, and then one of the
    generator, whose noise is that of the critic's last update: its pass is made once.

    Args:
        generator: model from noise (n, noise_dim) to images or points.
        critic: model from images or points to one logit each, (n, 1), without an activation.
        noise_dim: numbers of noise; None takes the size of the generator's input.
        critic_steps: updates of the critic for each of the generator.
        average: None, or how much of a moving average of the generator's weights is kept at each
            step, such as 0.999; the average then draws the samples. It forgets faster at first.
        seed: of the noise in training; None takes one from the process's own.

    Raises:
        ValueError: networks or numbers that do not fit; the message names the trap.
    """

    critic_name = "critic"  # in metrics, optimizers and messages
    measured = ()  # names of what `measure` returns
    compares = False  # whether the generator's loss looks at the logits of real data

    def __init__(
        self, generator, critic, noise_dim=None, critic_steps=1, average=None, seed=None, **options
    ):
        keras.Model.__init__(self, **options)
        self.noise_dim = check_adversaries(generator, critic, noise_dim, self.critic_name)
        self.critic_steps = checks.whole_number("critic_steps", critic_steps, 1)
        self.average = average
        self.generator, self.critic = generator, critic
        self.averaged = None
        if average is not None:
            checks.real_number("average", average, 0, 1)
            self.averaged = keras.models.clone_model(generator)
            self.averaged.set_weights(generator.get_weights())
            self.averaged.trainable = False
        self.noise_generator = keras.random.SeedGenerator(seed)
        names = (f"{self.critic_name}_loss", "generator_loss", *self.measured)
        self.means = [keras.metrics.Mean(name=name) for name in names]
        self.built = True

    # What a subclass states.

    def critic_loss(self, real, fake):
        """Loss of the critic, a scalar, of its logits (n,) of real and generated data."""
        raise NotImplementedError(f"{type(self).__name__} states no critic_loss(real, fake).")

    def generator_loss(self, fake, real=None):
        """Loss of the generator, a scalar; `real` is None unless the class `compares`."""
        raise NotImplementedError(f"{type(self).__name__} states no generator_loss(fake, real).")

    def judge(self, real, fake):
        """Logits (n,) of real and of generated data, and a penalty, a scalar, on the critic."""
        return self.logits(real), self.logits(fake), 0.0

    def measure(self, real, fake, penalty):
        """What is reported beside the losses, one value for each name in `measured`."""
        return ()

    def after_critic_update(self):
        """What is done to the critic after each of its updates."""

    # The step, the same for all.

    def logits(self, data):
        """The critic's logits (n,) in float32, in training."""
        return ops.reshape(ops.cast(self.critic(data, training=True), "float32"), (-1,))

    def alternate(self, real):
        """One step on a batch of real data: the critic's updates, then the generator's."""
        real = ops.cast(real, "float32")
        count = ops.shape(real)[0]
        for _ in range(self.critic_steps - 1):
            with _statistics_kept(self.generator), without_gradients():
                fake = self._draw(count)
            self._update_critic(real, fake)
        weights = self.generator.trainable_variables
        fake, pull_back = value_and_pullback(lambda: self._draw(count), weights)
        self._update_critic(real, fake)
        self._update_generator(real, fake, pull_back, weights)

    def draw_noise(self, count):
        """Fresh noise (count, noise_dim) of a training step."""
        return keras.random.normal((count, self.noise_dim), seed=self.noise_generator)

    def _draw(self, count):
        return ops.cast(self.generator(self.draw_noise(count), training=True), "float32")

    def _update_critic(self, real, fake):
        weights, fake = self.critic.trainable_variables, ops.stop_gradient(fake)

        def loss():
            real_logits, fake_logits, penalty = self.judge(real, fake)
            value = self.critic_loss(real_logits, fake_logits)
            self.means[0].update_state(value)
            found = self.measure(real_logits, fake_logits, penalty)
            for mean, number in zip(self.means[2:], found, strict=True):
                mean.update_state(number)
            return self.optimizer.scaled(self.critic_name, value + penalty)

        _, gradients = value_and_gradients(loss, weights)
        self.optimizer.apply_to(self.critic_name, gradients, weights)
        self.after_critic_update()

    def _update_generator(self, real, fake, pull_back, weights):
        def loss(images):
            value = self.generator_loss(self.logits(images), real_logits)
            self.means[1].update_state(value)
            return self.optimizer.scaled("generator", value)

        with _statistics_kept(self.critic):
            real_logits = ops.stop_gradient(self.logits(real)) if self.compares else None
            _, slope = value_and_input_gradient(loss, fake)
        self.optimizer.apply_to("generator", pull_back(ops.stop_gradient(slope)), weights)
        if self.averaged is not None:
            self._move_average()

    def _move_average(self):
        step = ops.cast(self.optimizer.by_network["generator"].iterations, "float32")
        kept = ops.minimum(self.average, (1 + step) / (10 + step))
        for mean, weight in zip(self.averaged.weights, self.generator.weights, strict=True):
            if "float" in str(weight.dtype):
                mean.assign(mean + (1 - kept) * (weight - mean))

    if keras.backend.backend() == "jax":

        def train_step(self, state, data):
            """Keras's training step on JAX, which gets and returns all values."""
            held = [self.trainable_variables, self.non_trainable_variables,
                    self.optimizer.variables, self.metrics_variables]  # fmt: skip
            mapping = [
                pair
                for variables, values in zip(held, state, strict=True)
                for pair in zip(variables, values, strict=True)
            ]
            with keras.StatelessScope(state_mapping=mapping) as scope:
                self.alternate(keras.utils.unpack_x_y_sample_weight(data)[0])
                logs = self.get_metrics_result()
            return logs, tuple([scope.get_current_value(v) for v in group] for group in held)

    else:

        def train_step(self, data):
            """Keras's training step."""
            self.alternate(keras.utils.unpack_x_y_sample_weight(data)[0])
            return self.get_metrics_result()

    # Keras's own ways.

    @property
    def metrics(self):
        """Running means of both losses and of what the class measures."""
        return self.means

    @property
    def optimizers(self):
        """The optimizers of both networks."""
        return list(self.optimizer.by_network.values()) if self.compiled else []

    def compile(self, optimizer, auto_scale_loss=True, **options):
        """Keras's `compile`, with an optimizer for each network.

        Args:
            optimizer: `PerNetwork(generator=…, critic=…)`; a GAN has a `discriminator` instead.
            auto_scale_loss: whether, in `mixed_float16`, each optimizer scales its own loss.
            options: others of Keras's; a loss or metrics would be ignored and are refused.

        Raises:
            ValueError: an optimizer is missing, or an option would be ignored.
        """
        check_compiled(optimizer, options, ("generator", self.critic_name))
        scale = auto_scale_loss and self.dtype_policy.compute_dtype == "float16"
        optimizer.build_for("generator", self.generator.trainable_variables, scale)
        optimizer.build_for(self.critic_name, self.critic.trainable_variables, scale)
        super().compile(optimizer, auto_scale_loss=False, **options)
        optimizer.build([])

    def compile_from_config(self, config):
        """Compile as the saved model was; Keras asks for it where `compile` is overridden."""
        config = keras.saving.deserialize_keras_object(config)
        self.compile(config["optimizer"])

    def learnable(self, called=""):
        """What can be learnt: data of the generator's shape, within what it reaches."""
        shape = self.generator.output_shape[1:]
        return RealData(shape, shape, pixels_reached(self.generator), called)

    def fit(self, *arguments, **options):
        """Keras's `fit`, after a look at the data; there is nothing to validate on."""
        if options.get("validation_data") is not None or options.get("validation_split"):
            raise ValueError(
                "a loss on held-out data says nothing about a generator: leave validation out, and "
                "compare samples with held-out images, as evaluation.report does."
            )
        return super().fit(*arguments, **options)

    def evaluate(self, *arguments, **options):
        """Refused: two losses that depend on each other measure neither network."""
        raise NotImplementedError(
            "the losses of a GAN measure how the two networks stand to each other, not how good "
            "the samples are. Call evaluation.report(images, gan.sample(2_000))."
        )

    def call(self, noise, training=False):
        """What the generator makes of noise (n, noise_dim)."""
        return self.generator(noise, training=training)

    # Samples.

    def noise(self, count, seed=None):
        """Noise (count, noise_dim) from N(0, I), a NumPy array; the same for one seed."""
        count = checks.whole_number("count", count, 1)
        noise = np.random.default_rng(seed).standard_normal((count, self.noise_dim))
        return noise.astype("float32")

    def generate(self, noise, batch_size=512):
        """What the generator, or its average, makes of noise (n, noise_dim), as a NumPy array.

        Raises:
            ValueError: noise of another size, or not finite.
        """
        noise = codes_of_size(noise, self.noise_dim, least=1)
        network, made = self.averaged or self.generator, []
        with without_gradients():
            for start in range(0, len(noise), batch_size):
                batch = network(noise[start : start + batch_size], training=False)
                made.append(ops.convert_to_numpy(ops.cast(batch, "float32")))
        return np.concatenate(made)

    def logits_of(self, data, batch_size=512):
        """The critic's logits (n,) of images or points, not in training, as a NumPy array."""
        data, found = np.asarray(data, dtype="float32"), []
        with without_gradients():
            for start in range(0, len(data), batch_size):
                batch = self.critic(data[start : start + batch_size], training=False)
                found.append(ops.convert_to_numpy(ops.cast(batch, "float32")))
        return np.concatenate(found).ravel()

    def sample(self, count, seed=None):
        """`count` samples, others each time without seed, as a NumPy array."""
        return self.generate(self.noise(count, seed))

    def save_own_variables(self, store):
        """The state of the noise: Keras stores that of no random generator."""
        store["noise"] = ops.convert_to_numpy(self.noise_generator.state.value)

    def load_own_variables(self, store):
        """What `save_own_variables` stored."""
        self.noise_generator.state.assign(store["noise"][...])

    def get_config(self):
        """Networks and numbers, so that a saved model loads in a fresh process."""
        serialize = keras.saving.serialize_keras_object
        return {
            **keras.Model.get_config(self),
            "generator": serialize(self.generator),
            self.critic_name: serialize(self.critic),
            "noise_dim": self.noise_dim,
            "critic_steps": self.critic_steps,
            "average": self.average,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild from `get_config`."""
        for part in ("generator", cls.critic_name):
            config[part] = keras.saving.deserialize_keras_object(config[part])
        return cls(**config)


@contextlib.contextmanager
def _statistics_kept(network):
    """Let passes in the block move no statistics of `network`; what draws noise goes on."""
    statistics = [v for v in network.non_trainable_variables if "float" in str(v.dtype)]
    kept = [ops.copy(v.value) for v in statistics]
    yield
    for variable, value in zip(statistics, kept, strict=True):
        variable.assign(value)
