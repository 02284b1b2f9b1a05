"""Encoders and decoders: whether they fit each other, and what a decoder ends in."""

import contextlib

import keras
from keras import layers

# They only move or drop values, so that an activation may as well come after them.
_MOVING = (layers.Reshape, layers.Flatten, layers.Permute, layers.Cropping2D)


def check_vae_networks(encoder, decoder):
    """Raise ValueError unless these networks make a VAE: from images to two heads, and back."""
    outputs = getattr(encoder, "outputs", None)
    if not outputs or not getattr(decoder, "outputs", None):
        raise ValueError(
            "encoder and decoder must be Sequential or functional models with their input shape "
            "given: begin them with keras.Input(shape)."
        )
    shapes = [tuple(output.shape[1:]) for output in outputs]
    if len(shapes) != 2 or shapes[0] != shapes[1] or len(shapes[0]) != 1:
        raise ValueError(
            f"the encoder must give two outputs of one size, means and log-variances; found "
            f"{len(shapes)} of shape {', '.join(map(str, shapes))}. The VAE draws the codes "
            f"itself. See architectures.dense_vae_encoder."
        )
    head = outputs[0]._keras_history.operation
    if activation_of(head) not in (None, "linear"):
        raise ValueError(
            f"the layer of the means ends in the activation {activation_of(head)!r}, so that some "
            f"codes could never be reached. Leave its activation out."
        )
    if decoder.input_shape[1:] != shapes[0]:
        raise ValueError(
            f"the encoder makes codes of size {shapes[0][0]}, the decoder takes "
            f"{decoder.input_shape[1:]}. Build both with the same latent size."
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
