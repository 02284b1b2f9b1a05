"""An encoder and a decoder, trained together to give back what they are given."""

import keras


@keras.saving.register_keras_serializable(package="course_utils")
class Autoencoder(keras.Model):
    """Images to a code and back (Rumelhart, Hinton, Williams 1986; Hinton, Salakhutdinov 2006).

    Args:
        encoder: model from images (n, h, w, c) to codes (n, code_size).
        decoder: model from codes (n, code_size) to images (n, h, w, c).

    Raises:
        ValueError: the decoder does not take the codes that the encoder makes, or makes images
            of another height and width than the encoder takes.
    """

    def __init__(self, encoder, decoder, **options):
        super().__init__(**options)
        if encoder.output_shape != decoder.input_shape:
            raise ValueError(
                f"the encoder makes codes of shape {encoder.output_shape[1:]}, the decoder takes "
                f"{decoder.input_shape[1:]}. Build both with the same code size."
            )
        if encoder.input_shape[1:3] != decoder.output_shape[1:3]:
            raise ValueError(
                f"the encoder takes images of {encoder.input_shape[1:3]} pixels, the decoder makes "
                f"{decoder.output_shape[1:3]}. A network with n layers of stride 2 needs a height "
                f"and width divisible by 2**n."
            )
        self.encoder, self.decoder = encoder, decoder
        self.built = True

    def call(self, images, training=False):
        """Reconstruction of `images`, both (n, h, w, c)."""
        return self.decoder(self.encoder(images, training=training), training=training)

    def encode(self, images, batch_size=512):
        """Codes (n, code_size) of `images` (n, h, w, c), as a NumPy array."""
        return self.encoder.predict(images, batch_size=batch_size, verbose=0)

    def decode(self, codes, batch_size=512):
        """Images (n, h, w, c) of `codes` (n, code_size), as a NumPy array."""
        return self.decoder.predict(codes, batch_size=batch_size, verbose=0)

    def reconstruct(self, images, batch_size=512):
        """`decode(encode(images))` in one pass, as a NumPy array."""
        return self.predict(images, batch_size=batch_size, verbose=0)

    def get_config(self):
        """Both networks, so that a saved model loads in a fresh process."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild from `get_config`."""
        for part in ("encoder", "decoder"):
            config[part] = keras.saving.deserialize_keras_object(config[part])
        return cls(**config)
