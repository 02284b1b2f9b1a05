"""Models whose batch is shared by several devices, by TensorFlow's strategies.

Each device runs the training step on its rows of the batch, and gradients are summed. So a loss is
divided by the number of devices, and noise is drawn for the whole batch: the numbers are those of
one device that sees all of it. The models themselves need not know. JAX cuts the arrays instead,
below the training step, and needs none of this.
"""

import keras

from course_utils.models.gans import GAN, RelativisticGAN, WassersteinGAN, WassersteinGANGP
from course_utils.models.per_network import PerNetwork
from course_utils.models.vae import VAE

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf


def replicas():
    """How many devices share a batch here."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def own_rows(draw, count):
    """This device's `count` rows of what `draw(n)` gives for all n rows of the batch.

    All devices hold the same state of the random generator and so draw the same for the whole
    batch; each takes other rows of it.
    """
    first = count * tf.distribute.get_replica_context().replica_id_in_sync_group
    return draw(count * replicas())[first : first + count]


class SharedPerNetwork(PerNetwork):
    """`PerNetwork` whose losses are a device's part of the loss of the whole batch."""

    def scaled(self, network, loss):
        """As of `PerNetwork`, divided among the devices."""
        return super().scaled(network, loss / replicas())


class _OnSeveral:
    """What a model needs to be trained by Keras's `fit` on several devices."""

    # `fit` of this course asks for twenty updates a call, which is faster on one device and fails
    # on several: TensorFlow 2.21 loses an input of the loop that it makes of them.
    steps_per_execution = property(lambda self: 1, lambda self, _: None)

    def train_step(self, data):
        """As of the model."""
        logs = super().train_step(data)
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            # Over several workers Keras 3.15 takes the mean along an axis that scalars lack.
            logs = {name: keras.ops.reshape(value, (1,)) for name, value in logs.items()}
        return logs

    def _maybe_symbolic_build(self, *arguments, **options):
        """Nothing is left to build; with several workers Keras 3.15 fails as it looks."""


class _Apart(keras.utils.PyDataset):
    """Batches of which no array comes twice.

    Where inputs are the targets, both would be tensors over one array. TensorFlow knows of one
    owner for each, lets a device compute in place, and the other reads what it wrote.
    """

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        inputs, targets = self.batches[index]
        return inputs, targets.copy() if targets is inputs else targets


class _SharedNoise(_OnSeveral):
    """Draws of an adversarial model, for the rows of this device."""

    def draw_noise(self, count):
        return own_rows(super().draw_noise, count)


class SharedGAN(_SharedNoise, GAN):
    """`GAN` with a shared batch."""


class SharedRelativisticGAN(_SharedNoise, RelativisticGAN):
    """`RelativisticGAN` with a shared batch."""


class SharedWassersteinGAN(_SharedNoise, WassersteinGAN):
    """`WassersteinGAN` with a shared batch."""


class SharedWassersteinGANGP(_SharedNoise, WassersteinGANGP):
    """`WassersteinGANGP` with a shared batch."""

    def draw_shares(self, count):
        """As of `WassersteinGANGP`, for the rows of this device."""
        return own_rows(super().draw_shares, count)


class SharedVAE(_OnSeveral, VAE):
    """`VAE` with a shared batch."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        # In training; whoever evaluates sees all rows.
        self.sampling.noise = self.own_noise

    def fit(self, x, *arguments, **options):
        """Keras's `fit`, on batches whose inputs and targets have memory of their own."""
        if isinstance(x, keras.utils.PyDataset):
            x = _Apart(x)
        return super().fit(x, *arguments, **options)

    def own_noise(self, shape):
        """Standard normal numbers (samples, n, d), for the n rows of this device."""
        samples, count, size = shape

        def draw(rows):
            noise = keras.random.normal((samples, rows, size), seed=self.sampling.generator)
            return keras.ops.swapaxes(noise, 0, 1)

        return keras.ops.swapaxes(own_rows(draw, count), 0, 1)

    def compute_loss(self, *arguments, **options):
        """As of `VAE`, divided among the devices."""
        return super().compute_loss(*arguments, **options) / replicas()


_SHARED = {
    GAN: SharedGAN,
    RelativisticGAN: SharedRelativisticGAN,
    WassersteinGAN: SharedWassersteinGAN,
    WassersteinGANGP: SharedWassersteinGANGP,
    VAE: SharedVAE,
    PerNetwork: SharedPerNetwork,
}


def shared(kind):
    """The class to build in place of `kind`, a model's or `PerNetwork`, where a batch is shared.

    Raises:
        ValueError: a class that has no such form.
    """
    if kind not in _SHARED:
        names = ", ".join(sorted(one.__name__ for one in _SHARED))
        raise ValueError(
            f"{kind.__name__} does not train on several devices of TensorFlow. Those that do: "
            f"{names}. On JAX all do."
        )
    return _SHARED[kind]
