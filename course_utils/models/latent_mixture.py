"""A mixture of Gaussians on the codes of an encoder: what makes a plain autoencoder generate."""

import tempfile
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np

from course_utils import checks, storage
from course_utils.checks import ConstantFeaturesWarning
from course_utils.models.image_checks import Learnable, codes_of_size
from course_utils.models.mixture import Mixture
from course_utils.models.networks import check_networks, pixels_reached

_PARTS = ("encoder.keras", "decoder.keras", "mixture.npz")
_ADVICE = (
    "Import layers of your own first (registered with keras.saving.register_keras_serializable); "
    "else fit it again and save it."
)
# A VAE's dimension is inactive if the variance of its means is below this, beside a prior of
# variance 1 (Burda, Grosse, Salakhutdinov 2016). Other codes have a scale of their own: there, it
# is a share of the largest variance.
_DEAD_BELOW = 0.01


class CollapsedCodeWarning(UserWarning):
    """Dimensions of a code that hardly vary over the images."""


class LatentMixture:
    """A density over the codes of a trained encoder, and a decoder that makes images of them.

    Only the density is fitted, to codes of training images ("ex-post density estimation", Ghosh et
    al. 2020, https://arxiv.org/abs/1903.12436, section 4).

    Args:
        encoder: model from images (n, h, w, c) to codes (n, d), or to means and log-variances.
        decoder: model from codes (n, d) to images (n, h, w, c).
        components: number of Gaussians, or a `Mixture`; one that is fitted (to codes of this
            encoder, as by `select_components`) needs no `fit`.
        settings: other arguments of `Mixture`.

    Raises:
        ValueError: encoder and decoder that do not fit each other, or wrong settings.

    Attributes:
        mixture: the Mixture of the codes.
    """

    def __init__(self, encoder, decoder, components=10, **settings):
        check_networks(encoder, decoder)
        if len(decoder.input_shape) != 2:
            raise ValueError(f"codes must be (n, d), the decoder takes {decoder.input_shape}.")
        self.encoder, self.decoder = encoder, decoder
        if isinstance(components, Mixture):
            if settings:
                raise ValueError(
                    f"a Mixture was given, which has its settings: {', '.join(settings)} cannot "
                    f"be set beside it."
                )
            if components.shape not in (None, (self.latent_size,)):
                raise ValueError(
                    f"the mixture was fitted to points of shape {components.shape}, the decoder "
                    f"takes codes ({self.latent_size},). Fit it to codes of this encoder."
                )
            self.mixture = components
        else:
            self.mixture = Mixture(components, **settings)

    @property
    def latent_size(self):
        """Number d of dimensions of a code."""
        return self.decoder.input_shape[-1]

    def fit(self, images):
        """Fit the density to the codes of `images` (n, h, w, c).

        Returns:
            The latent mixture itself.

        Raises:
            ValueError: as `encode`, or more components than images.

        Warns:
            CollapsedCodeWarning: dimensions that hardly vary. The mixture keeps them where they
                are, and their share of a log-likelihood says nothing about the images.
            NotConvergedWarning, FewPointsWarning: as `Mixture.fit`.
        """
        codes = self.encode(images)
        variances = codes.var(axis=0, dtype="float64")
        is_vae = len(self.encoder.outputs) > 1
        least = _DEAD_BELOW * (1.0 if is_vae else variances.max())
        if len(dead := np.flatnonzero(variances < least)):
            warnings.warn(
                f"{len(dead)} of {len(variances)} dimensions of the code hardly vary (numbers "
                f"{', '.join(map(str, dead))}: variance below {least:.2g}). Unless the decoder "
                f"magnifies them, they say nothing about the image: try a smaller code, or for a "
                f"VAE a smaller beta.",
                CollapsedCodeWarning,
                stacklevel=2,
            )
        with warnings.catch_warnings():
            if len(dead):
                warnings.simplefilter("ignore", ConstantFeaturesWarning)  # said better above
            self.mixture.fit(codes, stacklevel=3)
        return self

    def encode(self, images, batch_size=512):
        """Codes (n, d) of `images` (n, h, w, c), as a NumPy array; for a VAE, posterior means.

        Raises:
            ValueError: images of another shape, in bytes or with NaN; codes with NaN.
        """
        shapes = self.encoder.input_shape[1:], self.decoder.output_shape[1:]
        images = Learnable(*shapes, pixels_reached(self.decoder)).inputs(images, least=1)
        codes = self.encoder.predict(images, batch_size=batch_size, verbose=0)
        # Under mixed precision networks give sixteen bits, too few for a covariance.
        codes = np.asarray(codes[0] if isinstance(codes, list | tuple) else codes, dtype="float32")
        checks.finite("the codes that the encoder makes of finite images", codes)
        return codes

    def decode(self, codes, batch_size=512):
        """Images (n, h, w, c) of `codes` (n, d), as a NumPy array.

        Raises:
            ValueError: codes that do not fit the decoder, or NaN in them.
        """
        codes = codes_of_size(codes, self.latent_size, least=1)
        images = self.decoder.predict(codes, batch_size=batch_size, verbose=0)
        return np.asarray(images, dtype="float32")

    def sample_codes(self, count, seed=0):
        """Draw `count` codes (count, d) from the mixture."""
        return self.mixture.sample(count, seed)

    def sample(self, count, seed=0):
        """Draw `count` codes and decode them: images (count, h, w, c)."""
        return self.decode(self.sample_codes(count, seed))

    def log_likelihood(self, images):
        """Log-density (n,) of the code of each image, in nats.

        A density over codes: comparable between mixtures on one encoder, never between two
        encoders, whose codes have units of their own. It is no likelihood of the images.
        """
        return self.mixture.log_likelihood(self.encode(images))

    def assign(self, images):
        """Number (n,) of the most probable component of the code of each image."""
        return self.mixture.assign(self.encode(images))

    def save(self, path):
        """Write networks and fitted mixture to one file; one that is there is replaced whole.

        Raises:
            OSError: the file cannot be written.
        """
        with tempfile.TemporaryDirectory() as folder:
            self.mixture.save(Path(folder, "mixture.npz"))
            for name in ("encoder", "decoder"):
                getattr(self, name).save(Path(folder, f"{name}.keras"))
            # All parts are compressed already, or random numbers.
            with storage.atomic_write(path) as temporary, zipfile.ZipFile(temporary, "w") as file:
                for part in _PARTS:
                    file.write(Path(folder, part), part)

    @classmethod
    def load(cls, path):
        """The latent mixture that `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is damaged, or something else.
        """
        problem = "is no stored latent mixture, or damaged, or has layers that are unknown here"
        with (
            storage.reading(f"{path} {problem}", _ADVICE),
            tempfile.TemporaryDirectory() as folder,
            zipfile.ZipFile(path) as file,
        ):
            for part in _PARTS:
                file.extract(part, folder)
            encoder, decoder = (
                keras.saving.load_model(Path(folder, f"{name}.keras"), compile=False)
                for name in ("encoder", "decoder")
            )
            return cls(encoder, decoder, Mixture.load(Path(folder, "mixture.npz")))
