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
