"""Encoders and decoders that more than one notebook uses.

The notebook that introduces a network shows the same code; a test compares the two.
"""

import math

import keras

from course_utils.checks import whole_number


def dense_encoder(image_shape, code_size, hidden=(256,)):
    """Fully connected encoder: images (n, h, w, c) to codes (n, code_size).

    Args:
        image_shape: (height, width, channels).
        code_size: numbers in the code; the last layer is linear.
        hidden: units of each hidden layer (ReLU).
    """
    layers = [keras.Input(image_shape), keras.layers.Flatten()]
    layers += [keras.layers.Dense(units, activation="relu") for units in hidden]
    layers += [keras.layers.Dense(code_size)]
    return keras.Sequential(layers, name="dense_encoder")


def dense_decoder(image_shape, code_size, hidden=(256,)):
    """Fully connected decoder: codes (n, code_size) to images (n, h, w, c) in [0, 1].

    Args:
        image_shape: (height, width, channels).
        code_size: numbers in the code.
        hidden: units of each hidden layer (ReLU), from the code to the image.
    """
    layers = [keras.Input((code_size,))]
    layers += [keras.layers.Dense(units, activation="relu") for units in hidden]
    layers += [keras.layers.Dense(math.prod(image_shape), activation="sigmoid")]
    layers += [keras.layers.Reshape(image_shape)]
    return keras.Sequential(layers, name="dense_decoder")


def conv_encoder(image_shape, code_size, filters=(32, 64)):
    """Convolutional encoder: images (n, h, w, c) to codes (n, code_size).

    Each 3×3 convolution of stride 2 halves height and width; the last layer is linear.

    Args:
        image_shape: (height, width, channels).
        code_size: numbers in the code.
        filters: channels after each convolution (ReLU).
    """
    layers = [keras.Input(image_shape)]
    halving = {"strides": 2, "padding": "same", "activation": "relu"}
    layers += [keras.layers.Conv2D(channels, 3, **halving) for channels in filters]
    layers += [keras.layers.Flatten(), keras.layers.Dense(code_size)]
    return keras.Sequential(layers, name="conv_encoder")


def conv_decoder(image_shape, code_size, filters=(64, 32)):
    """Convolutional decoder: codes (n, code_size) to images (n, h, w, c) in [0, 1].

    A dense layer fills the smallest grid; 3×3 transposed convolutions of stride 2 double it; one of
    stride 1 makes the channels. Sizes that do not divide are rounded up and cut off at the end.

    Args:
        image_shape: (height, width, channels).
        code_size: numbers in the code.
        filters: channels of each transposed convolution (ReLU), from the code to the image.
    """
    enlarge = 2 ** len(filters)
    rows, columns = (math.ceil(size / enlarge) for size in image_shape[:2])
    grid = (rows, columns, filters[0])
    layers = [keras.Input((code_size,))]
    layers += [keras.layers.Dense(math.prod(grid), activation="relu"), keras.layers.Reshape(grid)]
    doubling = {"strides": 2, "padding": "same", "activation": "relu"}
    layers += [keras.layers.Conv2DTranspose(channels, 3, **doubling) for channels in filters]
    layers += [
        keras.layers.Conv2DTranspose(image_shape[2], 3, padding="same", activation="sigmoid")
    ]
    excess = (rows * enlarge - image_shape[0], columns * enlarge - image_shape[1])
    if any(excess):
        layers += [keras.layers.Cropping2D([(0, more) for more in excess])]
    return keras.Sequential(layers, name="conv_decoder")


def gaussian_heads(features, latent_size):
    """Mean and log-variance (n, latent_size) of features (n, k), both linear: any value will do."""
    latent_size = whole_number("latent_size", latent_size, low=1)
    return [
        keras.layers.Dense(latent_size, name="mean")(features),
        keras.layers.Dense(latent_size, name="log_var")(features),
    ]


def dense_vae_encoder(image_shape, latent_size, hidden=(256,)):
    """Fully connected encoder of a VAE: images (n, h, w, c) to linear mean, log-variance (n, d).

    Args:
        image_shape: (height, width, channels).
        latent_size: dimensions d of the code.
        hidden: units of each hidden layer (ReLU).
    """
    images = keras.Input(image_shape)
    features = keras.layers.Flatten()(images)
    for units in hidden:
        features = keras.layers.Dense(units, activation="relu")(features)
    return keras.Model(images, gaussian_heads(features, latent_size), name="dense_vae_encoder")


def conv_vae_encoder(image_shape, latent_size, filters=(32, 64), hidden=128):
    """Convolutional encoder of a VAE: images (n, h, w, c) to linear mean, log-variance (n, d).

    Each 3×3 convolution of stride 2 halves height and width; a dense layer reads the smallest grid.

    Args:
        image_shape: (height, width, channels).
        latent_size: dimensions d of the code.
        filters: channels after each convolution (ReLU).
        hidden: units of the dense layer (ReLU).
    """
    images = keras.Input(image_shape)
    features = images
    for channels in filters:
        features = keras.layers.Conv2D(channels, 3, strides=2, padding="same", activation="relu")(
            features
        )
    features = keras.layers.Flatten()(features)
    features = keras.layers.Dense(hidden, activation="relu")(features)
    return keras.Model(images, gaussian_heads(features, latent_size), name="conv_vae_encoder")
