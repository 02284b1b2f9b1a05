"""Mixtures of Gaussians on vectors, on images, and on the codes of an encoder."""

import dataclasses
import json
import tempfile
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np

from course_utils import storage
from course_utils.models import em
from course_utils.models.preparation import (
    ConstantFeaturesWarning,
    FewPointsWarning,
    NotConvergedWarning,
    checked,
    prepare,
)
from course_utils.models.subspace import Subspace

__all__ = [
    "CollapsedCodeWarning",
    "ConstantFeaturesWarning",
    "FewPointsWarning",
    "LatentMixture",
    "Mixture",
    "NotConvergedWarning",
]

_FORMAT = 1
_PARTS = ("encoder.keras", "decoder.keras", "mixture.npz")
# A VAE's dimension is inactive if the variance of its means is below this, beside a prior of
# variance 1 (Burda, Grosse, Salakhutdinov 2016). Other codes have a scale of their own: there, it
# is a share of the largest variance.
_DEAD_BELOW = 0.01


class CollapsedCodeWarning(UserWarning):
    """Dimensions of a code that hardly vary over the images."""


class Mixture:
    """A mixture of Gaussians, fitted by EM (Dempster, Laird, Rubin 1977) from k-means starts.

    Args:
        components: number of Gaussians.
        covariance: `full`, `tied` (one for all components), `diag` or `spherical`.
        pca: number of principal components of the data to fit in, or None for the data as they
            are. The directions that are left out get white noise with the mean variance that
            was discarded, as in probabilistic PCA (Tipping, Bishop 1999).
        starts: k-means starts; the fit with the highest training log-likelihood is kept.
        regularisation: variance added to every direction of every covariance.
        iterations: most EM steps of a start.
        tolerance: EM ends when a step adds less than this to the mean log-likelihood of a point.
        bayesian: variational inference with a Dirichlet-process prior on the weights (Blei,
            Jordan 2006), under which weights of components that are not needed go to zero.
            Densities are then those of a mixture with the posterior means of weights, means
            and covariances. Its bound is summed over the points, not averaged: the same
            tolerance is stricter, and asks for more iterations.
        seed: seed of the starts.

    Raises:
        ValueError: an argument is of the wrong kind or out of range.
    """

    def __init__(
        self,
        components=10,
        *,
        covariance="full",
        pca=None,
        starts=1,
        regularisation=1e-6,
        iterations=200,
        tolerance=1e-3,
        bayesian=False,
        seed=0,
    ):
        self.settings = em.Settings(
            components, covariance, pca, starts, regularisation, iterations, tolerance,
            bool(bayesian), seed,
        )  # fmt: skip
        self._subspace = self._gaussians = None

    def fit(self, x):
        """Fit to vectors (n, d) or images (n, h, w, c).

        Returns:
            The mixture itself.

        Raises:
            ValueError: data that cannot be fitted; the message says why and what helps.

        Warns:
            NotConvergedWarning, ConstantFeaturesWarning, FewPointsWarning.
        """
        return self._fit(x, stacklevel=3)

    def _fit(self, x, stacklevel):
        """`fit`, with warnings at the line so many calls above."""
        settings = self.settings
        subspace, z = prepare(x, settings, [settings.components], stacklevel=stacklevel + 1)
        fits = [em.fit_start(z, settings, start) for start in range(settings.starts)]
        best = fits[0]
        if len(fits) > 1:
            best = max(fits, key=lambda fit: _merit(fit, z, settings.bayesian))
        if not best.converged:
            warnings.warn(
                f"EM had not converged after {best.steps} steps: the fit depends on where it was "
                f"stopped. Raise iterations (now {settings.iterations}) or tolerance (now "
                f"{settings.tolerance:g}).",
                NotConvergedWarning,
                stacklevel=stacklevel,
            )
        return self.adopt(subspace, best)

    def adopt(self, subspace, gaussians):
        """Take over a fit that was made elsewhere; returns the mixture itself."""
        self._subspace, self._gaussians = subspace, gaussians
        return self

    def _fitted(self):
        if self._gaussians is None:
            raise RuntimeError("the mixture is not fitted yet: call fit(x) first.")
        return self._subspace, self._gaussians

    def sample(self, n, seed=0, residual=False):
        """Draw `n` points of the data's shape; pixels may lie outside of [0, 1].

        Args:
            n: how many.
            seed: the same seed gives the same points.
            residual: whether to add the noise of the directions that PCA left out. With it the
                samples follow the density of `log_likelihood`; without it they are smoother.
        """
        return self.sample_with_components(n, seed, residual)[0]

    def sample_with_components(self, n, seed=0, residual=False):
        """`sample`, and for each point the number of the component that it comes from."""
        subspace, gaussians = self._fitted()
        generator = np.random.default_rng(em.whole_number("seed", seed, 0))
        z, component = gaussians.sample(em.whole_number("n", n, 1), generator)
        return subspace.embed(z, generator if residual else None), component

    def log_likelihood(self, x):
        """Log-density (n,) of each point in nats, in the space of the data also through PCA."""
        subspace, gaussians = self._fitted()
        x = checked(x, subspace.shape)
        return gaussians.log_likelihood(subspace.project(x)) + subspace.log_density_outside(x)

    def responsibilities(self, x):
        """Posterior probability (n, components) of each component, given each point."""
        subspace, gaussians = self._fitted()
        return gaussians.responsibilities(subspace.project(checked(x, subspace.shape)))

    def assign(self, x):
        """Number (n,) of the most probable component of each point."""
        return self.responsibilities(x).argmax(axis=1)

    @property
    def weights(self):
        """Share of each component, (components,)."""
        return self._fitted()[1].weights

    @property
    def means(self):
        """Mean of each component in the data's shape. These are not samples."""
        subspace, gaussians = self._fitted()
        return subspace.embed(gaussians.means)

    @property
    def covariances(self):
        """Covariance matrix (components, q, q) of each component.

        Of the q features themselves, or of the q principal components that it was fitted in.
        """
        return self._fitted()[1].matrices()

    @property
    def converged(self):
        """Whether EM ended by itself in the start that was kept."""
        return self._fitted()[1].converged

    @property
    def steps(self):
        """EM steps of the start that was kept."""
        return self._fitted()[1].steps

    @property
    def lower_bounds(self):
        """What EM maximised, after each step; empty with scikit-learn below 1.7.

        For maximum likelihood the mean training log-likelihood in the fitted directions. Large
        fits are computed in float32 at first, whose rounding shows in the sixth digit.
        """
        return self._fitted()[1].lower_bounds

    @property
    def parameters(self):
        """Number of free parameters of the density in the space of the data.

        Through PCA, those of the subspace count: its orientation, the mean outside of it, the
        variance of the noise. For one full component this is the count of probabilistic PCA.
        """
        return count_parameters(self.settings, self._fitted()[0])

    def aic(self, x):
        """Akaike's criterion on `x`, usually the training data: lower is better.

        Raises:
            ValueError: for a Bayesian mixture.
        """
        return self._criterion("AIC", x, lambda n: 2)

    def bic(self, x):
        """Schwarz's criterion on `x`, usually the training data: lower is better.

        Raises:
            ValueError: for a Bayesian mixture.
        """
        return self._criterion("BIC", x, np.log)

    def _criterion(self, name, x, price):
        if self.settings.bayesian:
            raise ValueError(
                f"{name} counts free parameters at the highest likelihood; a Bayesian mixture is "
                f"not fitted for that, and its prior takes parameters away. Compare the mean "
                f"log_likelihood of held-out data instead."
            )
        log_likelihood = self.log_likelihood(x)
        n = len(log_likelihood)
        return float(price(n) * self.parameters - 2 * log_likelihood.sum())

    def save(self, path):
        """Write the fitted mixture to `path` (.npz); a file that is there is replaced whole.

        Raises:
            OSError: the file cannot be written.
        """
        subspace, gaussians = self._fitted()
        parts = {f"subspace_{k}": v for k, v in _fields(subspace).items() if v is not None}
        parts |= {f"gaussians_{k}": v for k, v in _fields(gaussians).items()}
        settings = json.dumps({"format": _FORMAT, **dataclasses.asdict(self.settings)})
        with storage.atomic_write(path) as temporary, temporary.open("wb") as file:
            np.savez(file, settings=settings, **parts)

    @classmethod
    def load(cls, path):
        """The mixture that `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is damaged, or something else.
        """
        try:
            with np.load(Path(path)) as file:
                parts = {name: file[name] for name in file.files}
            settings = json.loads(str(parts["settings"]))
            if settings.pop("format") != _FORMAT:
                raise ValueError("it was written by another version of the course")
            mixture = cls(**settings)
            return mixture.adopt(_rebuilt(Subspace, parts), _rebuilt(em.Gaussians, parts))
        except FileNotFoundError:
            raise
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError,
                zipfile.BadZipFile, zlib.error) as error:  # fmt: skip
            raise ValueError(
                f"{path} is no stored mixture, or damaged ({type(error).__name__}: {error}). "
                f"Fit the mixture again and save it."
            ) from error


class LatentMixture:
    """A density over the codes of a trained encoder, and a decoder that makes images of them.

    The networks stay as they are; only the density is fitted, to the codes of training images
    ("ex-post density estimation", Ghosh et al. 2020, https://arxiv.org/abs/1903.12436, section 4).
    For an encoder with two outputs, means and log-variances, the code is the mean.

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
        _check_latent(encoder, decoder)
        self.encoder, self.decoder = encoder, decoder
        if isinstance(components, Mixture):
            if settings:
                raise ValueError(
                    f"a Mixture was given, which has its settings: {', '.join(settings)} cannot "
                    f"be set beside it."
                )
            _check_mixture(components, self.latent_size)
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
            ValueError: images that do not fit the encoder, NaN in them or in their codes, or more
                components than images.

        Warns:
            CollapsedCodeWarning: dimensions that hardly vary. The mixture keeps them where they
                are, and their share of a log-likelihood says nothing about the images.
            NotConvergedWarning, FewPointsWarning: as `Mixture.fit`.
        """
        codes = self.encode(images)
        variances = codes.var(axis=0, dtype="float64")
        is_vae = len(self.encoder.outputs) > 1
        least = _DEAD_BELOW * (1.0 if is_vae else variances.max())
        dead = np.flatnonzero(variances < least)
        if len(dead):
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
            self.mixture._fit(codes, stacklevel=3)
        return self

    def encode(self, images, batch_size=512):
        """Codes (n, d) of `images` (n, h, w, c), as a NumPy array; for a VAE, posterior means.

        Raises:
            ValueError: images that do not fit the encoder, NaN in them or in their codes.
        """
        images = _of_shape(images, self.encoder.input_shape[1:], "encoder")
        codes = self.encoder.predict(images, batch_size=batch_size, verbose=0)
        # Under mixed precision networks give sixteen bits, too few for a covariance.
        codes = np.asarray(codes[0] if isinstance(codes, list | tuple) else codes, dtype="float32")
        if broken := np.count_nonzero(~np.isfinite(codes).all(axis=1)):
            raise ValueError(
                f"the encoder makes NaN or infinite codes of {broken:,} of {len(codes):,} images, "
                f"which are finite themselves: its weights are broken (training that diverged?). "
                f"Train it again."
            )
        return codes

    def decode(self, codes, batch_size=512):
        """Images (n, h, w, c) of `codes` (n, d), as a NumPy array.

        Raises:
            ValueError: codes that do not fit the decoder, or NaN in them.
        """
        codes = _of_shape(codes, (self.latent_size,), "decoder").astype("float32")
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
        self.mixture._fitted()
        with tempfile.TemporaryDirectory() as folder, storage.atomic_write(path) as temporary:
            self.mixture.save(Path(folder, "mixture.npz"))
            for name in ("encoder", "decoder"):
                getattr(self, name).save(Path(folder, f"{name}.keras"))
            # All parts are compressed already, or random numbers.
            with zipfile.ZipFile(temporary, "w") as file:
                for part in _PARTS:
                    file.write(Path(folder, part), part)

    @classmethod
    def load(cls, path):
        """The latent mixture that `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is damaged, or something else.
        """
        # Keras is imported here: processes that only fit mixtures need none.
        import keras

        try:
            with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as file:
                for part in _PARTS:
                    file.extract(part, folder)
                encoder, decoder = (
                    keras.saving.load_model(Path(folder, f"{name}.keras"), compile=False)
                    for name in ("encoder", "decoder")
                )
                return cls(encoder, decoder, Mixture.load(Path(folder, "mixture.npz")))
        except FileNotFoundError:
            raise
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, RuntimeError,
                zipfile.BadZipFile, zlib.error) as error:  # fmt: skip
            raise ValueError(
                f"{path} is no stored latent mixture, or damaged, or has layers that are unknown "
                f"here ({type(error).__name__}: {error}). Import layers of your own first "
                f"(registered with keras.saving.register_keras_serializable); else fit it again "
                f"and save it."
            ) from error


def _check_latent(encoder, decoder):
    outputs = getattr(encoder, "outputs", None)
    if not outputs or not getattr(decoder, "outputs", None):
        raise ValueError(
            "encoder and decoder must be Sequential or functional models with their input shape "
            "given: of an Autoencoder or a VAE called model, model.encoder and model.decoder."
        )
    made, taken = tuple(outputs[0].shape[1:]), tuple(decoder.input_shape[1:])
    if made != taken or len(taken) != 1:
        raise ValueError(
            f"the encoder makes codes of shape {made}, the decoder takes {taken}. Both must be of "
            f"one size (d,): take both networks of one trained model."
        )
    if encoder.input_shape[1:3] != decoder.output_shape[1:3]:
        raise ValueError(
            f"the encoder takes images of {encoder.input_shape[1:3]} pixels, the decoder makes "
            f"{decoder.output_shape[1:3]}. Take both networks of one trained model."
        )


def _of_shape(x, expected, network):
    x = checked(x)
    if x.shape[1:] != tuple(expected):
        raise ValueError(
            f"the {network} takes arrays of shape {('n', *expected)}, found {x.shape}."
        )
    return x


def _check_mixture(mixture, latent_size):
    if mixture._subspace is not None and mixture._subspace.shape != (latent_size,):
        raise ValueError(
            f"the mixture was fitted to points of shape {mixture._subspace.shape}, the decoder "
            f"takes codes ({latent_size},). Fit it to codes of this encoder."
        )


def count_parameters(settings, subspace):
    """Free parameters of a mixture in the space of the data; see `Mixture.parameters`."""
    k, q, left_out = settings.components, subspace.size, subspace.left_out
    full = q * (q + 1) // 2
    covariances = {"full": k * full, "tied": full, "diag": k * q, "spherical": k}
    inside = k * q + covariances[settings.covariance] + k - 1
    if subspace.directions is None:
        return inside
    # Axis-aligned covariances make it matter how the axes lie within the subspace, too.
    orientation = q * left_out + (q * (q - 1) // 2 if settings.covariance == "diag" else 0)
    return inside + orientation + (left_out + 1 if left_out else 0)


def _merit(fit, z, bayesian):
    return fit.lower_bound if bayesian else fit.log_likelihood(z).mean()


def _fields(part):
    return {field.name: getattr(part, field.name) for field in dataclasses.fields(part)}


def _rebuilt(kind, parts):
    """A Subspace or Gaussians from the arrays of a file."""
    values = {}
    for field in dataclasses.fields(kind):
        value = parts.get(f"{kind.__name__.lower()}_{field.name}")
        if value is None and field.name != "directions":
            raise KeyError(field.name)
        if value is not None and field.type not in (np.ndarray, np.ndarray | None):
            value = value.tolist()
        values[field.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)
