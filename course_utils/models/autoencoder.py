"""An encoder and a decoder, trained together to give back what they are given."""

import keras
from keras import ops

from course_utils.models.image_model import ImageModel
from course_utils.models.networks import check_networks


@keras.saving.register_keras_serializable(package="course_utils")
class Autoencoder(ImageModel):
    """Images to a code and back (Rumelhart, Hinton, Williams 1986; Hinton, Salakhutdinov 2006).

    Args:
        encoder: model from images (n, h, w, c) to codes (n, code_size).
        decoder: model from codes (n, code_size) to images (n, h, w, c).

    Raises:
        ValueError: networks that do not fit each other.
    """

    def __init__(self, encoder, decoder, **options):
        super().__init__(**options)
        check_networks(encoder, decoder)
        self.encoder, self.decoder = encoder, decoder
        self.built = True

    def call(self, images, training=False):
        """Reconstruction of `images`, both (n, h, w, c)."""
        return self.decoder(self.encoder(images, training=training), training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Loss of a batch; without targets `y` the images `x` are to be given back."""
        y = x if y is None else y
        if sample_weight is not None and len(sample_weight.shape) == 1:
            # A loss of a pixel or a row has more axes than the weights (n,) of the images; Keras
            # would multiply along the last one.
            loss = keras.losses.get(self.loss)
            unreduced = getattr(loss, "call", loss)(y, y_pred)
            sample_weight = ops.reshape(sample_weight, (-1, *[1] * (len(unreduced.shape) - 1)))
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Metrics of a batch, with the targets of `compute_loss`."""
        return super().compute_metrics(x, x if y is None else y, y_pred, sample_weight)

    def encode(self, images, batch_size=512):
        """Codes (n, code_size) of `images` (n, h, w, c), noisy or not, as a NumPy array."""
        images = self.learnable().inputs(images, least=1)
        return self.encoder.predict(images, batch_size=batch_size, verbose=0)

    def decode(self, codes, batch_size=512):
        """Images (n, h, w, c) of `codes` (n, code_size), as a NumPy array."""
        return self.decoder.predict(codes, batch_size=batch_size, verbose=0)

    def reconstruct(self, images, batch_size=512):
        """`decode(encode(images))` in one pass, as a NumPy array."""
        images = self.learnable().inputs(images, least=1)
        return self.predict(images, batch_size=batch_size, verbose=0)
