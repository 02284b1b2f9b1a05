"""Generators and critics that more than one notebook uses; critics and discriminators are alike.

The notebook that introduces a network shows the same code; a test compares the two.
"""

import math

import keras
from keras import layers


def points_network(inputs, outputs, hidden=(128, 128, 128), spread=0.0, name=None):
    """Dense network from points or noise (n, inputs) to points or a logit (n, outputs).

    Args:
        inputs: numbers taken.
        outputs: numbers given.
        hidden: units of each hidden layer (ReLU).
        spread: the first layer's biases begin between −spread and spread. With biases of zero all
            its folds run through the origin, and far from there the network begins as a plane.
        name: of the network.
    """
    first = keras.initializers.RandomUniform(-spread, spread) if spread else "zeros"
    stack = [keras.Input((inputs,))]
    for units in hidden:
        stack += [
            layers.Dense(units, "relu", kernel_initializer="he_uniform", bias_initializer=first)
        ]
        first = "zeros"
    return keras.Sequential([*stack, layers.Dense(outputs)], name=name)


def dense_generator(image_shape, noise_dim=100, hidden=(256, 512, 1024)):
    """Fully connected generator: noise (n, noise_dim) to images (n, h, w, c) in [0, 1].

    Args:
        image_shape: (height, width, channels).
        noise_dim: numbers of noise.
        hidden: units of each hidden layer (leaky ReLU), from the noise to the image.
    """
    stack = [keras.Input((noise_dim,))]
    for units in hidden:
        stack += [layers.Dense(units), layers.LeakyReLU(0.2)]
    stack += [layers.Dense(math.prod(image_shape), activation="sigmoid")]
    return keras.Sequential([*stack, layers.Reshape(image_shape)], name="dense_generator")


def dense_discriminator(image_shape, hidden=(1024, 512, 256), dropout=0.0):
    """Fully connected discriminator: images (n, h, w, c) to a logit (n, 1).

    Args:
        image_shape: (height, width, channels).
        hidden: units of each hidden layer (leaky ReLU), from the image to the logit.
        dropout: share of the units of each hidden layer that are left out in training.
    """
    stack = [keras.Input(image_shape), layers.Flatten()]
    for units in hidden:
        stack += [layers.Dense(units), layers.LeakyReLU(0.2)]
        stack += [layers.Dropout(dropout)] if dropout else []
    return keras.Sequential([*stack, layers.Dense(1)], name="dense_discriminator")


def conv_generator(image_shape, noise_dim=100, filters=(128, 128, 128)):
    """Convolutional generator: noise (n, noise_dim) to images (n, h, w, c) in [0, 1].

    A dense layer fills the smallest grid; 4×4 transposed convolutions of stride 2 double it (a
    kernel of twice the stride covers each pixel equally often: no checkerboard); a 7×7 convolution
    makes the image.

    Args:
        image_shape: (height, width, channels), height and width divisible by 2 for each doubling.
        noise_dim: numbers of noise.
        filters: channels of the smallest grid, then of each transposed convolution (leaky ReLU).
    """
    enlarge = 2 ** (len(filters) - 1)
    height, width, channels = image_shape
    if height % enlarge or width % enlarge:
        raise ValueError(
            f"each of {len(filters) - 1} transposed convolutions doubles the grid: height and "
            f"width must be divisible by {enlarge}, found {height} × {width}."
        )
    grid = (height // enlarge, width // enlarge, filters[0])
    stack = [keras.Input((noise_dim,)), layers.Dense(math.prod(grid)), layers.LeakyReLU(0.2)]
    stack += [layers.Reshape(grid)]
    for count in filters[1:]:
        stack += [layers.Conv2DTranspose(count, 4, strides=2, padding="same")]
        stack += [layers.LeakyReLU(0.2)]
    stack += [layers.Conv2D(channels, 7, padding="same", activation="sigmoid")]
    return keras.Sequential(stack, name="conv_generator")


def conv_discriminator(image_shape, filters=(64, 64), dropout=0.4):
    """Convolutional discriminator or critic: images (n, h, w, c) to a logit (n, 1).

    Args:
        image_shape: (height, width, channels).
        filters: channels after each 3×3 convolution of stride 2 (leaky ReLU).
        dropout: share of the features left out in training after each; 0 for a critic under a
            penalty on its slope.
    """
    stack = [keras.Input(image_shape)]
    for count in filters:
        stack += [layers.Conv2D(count, 3, strides=2, padding="same"), layers.LeakyReLU(0.2)]
        stack += [layers.Dropout(dropout)] if dropout else []
    stack += [layers.Flatten(), layers.Dense(1)]
    return keras.Sequential(stack, name="conv_discriminator")


def dcgan_generator(image_shape, noise_dim=100, filters=32, batch_norm=True):
    """Generator of a DCGAN: noise (n, noise_dim) to images (n, h, w, c) in [-1, 1].

    Radford et al. 2016: a dense layer fills the smallest grid, 4×4 transposed convolutions of
    stride 2 double it; batch norm and ReLU after each but the last, which ends in tanh; first
    weights from N(0, 0.02²).

    Args:
        image_shape: (height, width, channels), height and width equal, 4 times a power of 2.
        noise_dim: numbers of noise.
        filters: channels of the grid next to the image; each smaller grid has twice as many.
        batch_norm: whether there is batch norm.
    """
    *others, first = _dcgan_channels(image_shape, filters)
    grid = layers.Dense(16 * first, kernel_initializer=_dcgan_weights())
    stack = [keras.Input((noise_dim,)), grid, layers.Reshape((4, 4, first))]
    for count in reversed(others):
        stack += [*_dcgan_norm(batch_norm), layers.ReLU(), _dcgan_doubled(count)]
    stack += [*_dcgan_norm(batch_norm), layers.ReLU(), _dcgan_doubled(image_shape[-1])]
    return keras.Sequential([*stack, layers.Activation("tanh")], name="dcgan_generator")


def dcgan_discriminator(image_shape, filters=32, batch_norm=True):
    """Discriminator or critic of a DCGAN: images (n, h, w, c) to a logit (n, 1).

    4×4 convolutions of stride 2 halve the grid until it has 4×4; batch norm after each but the
    first, leaky ReLU after all.

    Args:
        image_shape: as in `dcgan_generator`.
        filters: channels of the grid next to the image; each smaller grid has twice as many.
        batch_norm: whether there is batch norm; a penalty on the slope asks for none, since with it
            an image's logit depends on the other images of its batch.
    """
    stack = [keras.Input(image_shape)]
    for step, count in enumerate(_dcgan_channels(image_shape, filters)):
        start = _dcgan_weights()
        stack += [layers.Conv2D(count, 4, strides=2, padding="same", kernel_initializer=start)]
        stack += [*_dcgan_norm(batch_norm and step > 0), layers.LeakyReLU(0.2)]
    logit = layers.Dense(1, kernel_initializer=_dcgan_weights())
    return keras.Sequential([*stack, layers.Flatten(), logit], name="dcgan_discriminator")


def _dcgan_channels(image_shape, filters):
    """Channels of each grid, from the one next to the image down to 4×4."""
    height, width, _ = image_shape
    doublings = math.log2(height / 4)
    if height != width or doublings < 1 or doublings % 1:
        raise ValueError(
            "a DCGAN doubles a grid of 4×4: images must be square and 8, 16, 32, 64, … pixels "
            f"high, found {height} × {width}."
        )
    return [filters * 2**step for step in range(int(doublings))]


def _dcgan_weights():
    return keras.initializers.RandomNormal(stddev=0.02)


def _dcgan_norm(wanted):
    return [layers.BatchNormalization(momentum=0.9)] * bool(wanted)


def _dcgan_doubled(count):
    start = _dcgan_weights()
    return layers.Conv2DTranspose(count, 4, strides=2, padding="same", kernel_initializer=start)
