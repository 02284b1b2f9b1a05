"""Encoders and decoders: whether they fit each other, and what a decoder ends in."""

import contextlib

import keras
from keras import layers

from course_utils.checks import LARGEST_PIXEL

# They only move or drop values, so that an activation may as well come after them.
_MOVING = (layers.Reshape, layers.Flatten, layers.Permute, layers.Cropping2D)
# Values that a decoder reaches whose last activation is this one.
_REACHED = {
    **dict.fromkeys(("sigmoid", "hard_sigmoid", "softmax"), (0.0, 1.0)),
    **dict.fromkeys(("tanh", "softsign"), (-1.0, 1.0)),
    **dict.fromkeys(("relu", "softplus"), (0.0, LARGEST_PIXEL)),
}


def check_networks(encoder, decoder):
    """Raise ValueError unless the decoder takes the encoder's (first) output and gives its size.

    Images may have other channels than the encoder takes, as where grey ones are coloured.
    """
    if not all(getattr(network, "outputs", None) for network in (encoder, decoder)):
        raise ValueError(
            "encoder and decoder must be Sequential or functional models with their input shape "
            "given: begin them with keras.Input(shape). Of a trained model, take model.encoder "
            "and model.decoder."
        )
    made, taken = encoder.outputs[0].shape[1:], decoder.input_shape[1:]
    if made != taken:
        raise ValueError(
            f"the encoder makes codes of shape {made}, the decoder takes {taken}. Build both with "
            f"the same code size."
        )
    check_image_shapes(encoder.input_shape[1:3], decoder.output_shape[1:3])


def check_vae_networks(encoder, decoder):
    """Raise ValueError unless these networks make a VAE: from images to two heads, and back."""
    check_networks(encoder, decoder)
    shapes = [output.shape[1:] for output in encoder.outputs]
    if len(shapes) != 2 or shapes[0] != shapes[1] or len(shapes[0]) != 1:
        raise ValueError(
            f"the encoder must give two outputs of one size, means and log-variances; found "
            f"{len(shapes)} of shape {', '.join(map(str, shapes))}. The VAE draws the codes "
            f"itself. See architectures.dense_vae_encoder."
        )
    head = encoder.outputs[0]._keras_history.operation
    if activation_of(head) not in (None, "linear"):
        raise ValueError(
            f"the layer of the means ends in the activation {activation_of(head)!r}, so that some "
            f"codes could never be reached. Leave its activation out."
        )
    check_image_shapes(encoder.input_shape[1:], decoder.output_shape[1:])
    if len(decoder.output_shape) != 4:
        raise ValueError(
            f"images are (n, h, w, c); the decoder makes {decoder.output_shape}. End it with "
            f"keras.layers.Reshape((h, w, c))."
        )


def check_image_shapes(taken, made):
    """Raise ValueError unless the decoder makes images of the shape that the encoder takes."""
    if taken != made:
        raise ValueError(
            f"the encoder takes images of shape {taken}, the decoder makes {made}. Layers of "
            f"stride 2 give even heights and widths: cut the rest off with "
            f"keras.layers.Cropping2D, as architectures.conv_decoder does."
        )


def pixels_reached(decoder):
    """Least and largest pixel that a decoder can give, and what allows no others."""
    activation = activation_of(last_activated(decoder))
    if activation in _REACHED:
        return *_REACHED[activation], f"a {activation}"
    return -LARGEST_PIXEL, LARGEST_PIXEL, "a decoder without bounds"


def last_activated(network):
    """The layer whose activation the network's output went through last, or None."""
    for layer in reversed(network.layers):
        if isinstance(layer, keras.Model):
            return last_activated(layer)
        if hasattr(layer, "activation"):
            return layer
        if not isinstance(layer, _MOVING):
            return None
    return None


def activation_of(layer):
    """Name of a layer's activation, or None."""
    return getattr(getattr(layer, "activation", None), "__name__", None)


@contextlib.contextmanager
def without_activation(layer):
    """Let `layer` give what its activation would be applied to; None is left alone."""
    if layer is None:
        yield
        return
    kept, layer.activation = layer.activation, keras.activations.linear
    try:
        yield
    finally:
        layer.activation = kept
