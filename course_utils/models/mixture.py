"""Mixtures of Gaussians on vectors and on images."""

import dataclasses
import warnings

import numpy as np

from course_utils import checks, storage
from course_utils.models import em
from course_utils.models.preparation import NotConvergedWarning, checked, prepare
from course_utils.models.subspace import Subspace, in_blocks

_FORMAT = 3


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
        seed=0,
    ):
        self.settings = em.Settings(
            components, covariance, pca, starts, regularisation, iterations, tolerance, seed
        )
        self._subspace = self._model = None

    def fit(self, x, *, stacklevel=2):
        """Fit to vectors (n, d) or images (n, h, w, c).

        Returns:
            The mixture itself.

        Raises:
            ValueError: data that cannot be fitted; the message says why and what helps.

        Warns:
            NotConvergedWarning, ConstantFeaturesWarning, FewPointsWarning, `stacklevel` calls up.
        """
        settings = self.settings
        subspace, z = prepare(x, settings, [settings.components], stacklevel=stacklevel + 1)
        models = [em.fit_start(z, settings, start) for start in range(settings.starts)]
        best = models[0] if len(models) == 1 else max(models, key=lambda model: model.score(z))
        if not best.converged_:
            warnings.warn(
                f"EM had not converged after {best.n_iter_} steps: the fit depends on where it "
                f"was stopped. Raise iterations (now {settings.iterations}) or tolerance (now "
                f"{settings.tolerance:g}).",
                NotConvergedWarning,
                stacklevel=stacklevel,
            )
        return self.adopt(subspace, best)

    def adopt(self, subspace, model):
        """Take over a fit that was made elsewhere; returns the mixture itself."""
        self._subspace, self._model = subspace, model
        return self

    def _fitted(self):
        if self._model is None:
            raise RuntimeError("the mixture is not fitted yet: call fit(x) first.")
        return self._subspace, self._model

    def sample(self, n, seed=0, residual=False):
        """Draw `n` points of the data's shape; pixels may lie outside of [0, 1].

        With `residual`, the noise of the directions that PCA left out is added: the samples then
        follow the density of `log_likelihood`; without it they are smoother.
        """
        return self.sample_with_components(n, seed, residual)[0]

    def sample_with_components(self, n, seed=0, residual=False):
        """`sample`, and for each point the number of the component that it comes from."""
        subspace, model = self._fitted()
        generator = np.random.default_rng(checks.whole_number("seed", seed, 0))
        z, component = em.draw(model, checks.whole_number("n", n, 1), generator)
        return subspace.embed(z, generator if residual else None), component

    def log_likelihood(self, x):
        """Log-density (n,) of each point in nats, in the space of the data also through PCA."""
        subspace, model = self._fitted()
        x = checked(x, subspace.shape)
        inside = in_blocks(model.score_samples, subspace.project(x))
        return inside + subspace.log_density_outside(x)

    def responsibilities(self, x):
        """Posterior probability (n, components) of each component, given each point."""
        subspace, model = self._fitted()
        return in_blocks(model.predict_proba, subspace.project(checked(x, subspace.shape)))

    def assign(self, x):
        """Number (n,) of the most probable component of each point."""
        return self.responsibilities(x).argmax(axis=1)

    @property
    def shape(self):
        """Shape of one point; None before `fit`."""
        return None if self._subspace is None else self._subspace.shape

    @property
    def weights(self):
        """Share of each component, (components,)."""
        return self._fitted()[1].weights_

    @property
    def means(self):
        """Mean of each component in the data's shape. These are not samples."""
        subspace, model = self._fitted()
        return subspace.embed(model.means_)

    @property
    def covariances(self):
        """Covariance matrices (components, q, q) of the q features, or principal components."""
        return em.matrices(self._fitted()[1])

    @property
    def converged(self):
        """Whether EM ended by itself in the start that was kept."""
        return self._fitted()[1].converged_

    @property
    def steps(self):
        """EM steps of the start that was kept."""
        return self._fitted()[1].n_iter_

    @property
    def parameters(self):
        """Number of free parameters of the density in the space of the data.

        Through PCA, those of the subspace count too; one full component has those of
        probabilistic PCA.
        """
        subspace, _ = self._fitted()
        k, q, left_out = self.settings.components, subspace.size, subspace.left_out
        full = q * (q + 1) // 2
        covariances = {"full": k * full, "tied": full, "diag": k * q, "spherical": k}
        inside = k * q + covariances[self.settings.covariance] + k - 1
        if subspace.directions is None:
            return inside
        # Axis-aligned covariances make it matter how the axes lie within the subspace, too.
        within = q * (q - 1) // 2 if self.settings.covariance == "diag" else 0
        return inside + q * left_out + within + (left_out + 1 if left_out else 0)

    def aic(self, x):
        """Akaike's criterion on `x`, usually the training data: lower is better."""
        return float(2 * self.parameters - 2 * self.log_likelihood(x).sum())

    def bic(self, x):
        """Schwarz's criterion on `x`, usually the training data: lower is better."""
        log_likelihood = self.log_likelihood(x)
        return float(np.log(len(log_likelihood)) * self.parameters - 2 * log_likelihood.sum())

    def save(self, path):
        """Write the fitted mixture to `path` (.npz); a file that is there is replaced whole.

        Raises:
            OSError: the file cannot be written.
        """
        subspace, model = self._fitted()
        settings = {"format": _FORMAT, **dataclasses.asdict(self.settings)}
        storage.save_arrays(path, subspace.to_arrays() | em.to_arrays(model), settings)

    @classmethod
    def load(cls, path):
        """The mixture that `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is damaged, or something else.
        """
        with storage.reading(
            f"{path} is no stored mixture, or damaged", "Fit the mixture again and save it."
        ):
            arrays, settings = storage.load_arrays(path)
            if settings.pop("format") != _FORMAT:
                raise ValueError("it was written by another version of the course")
            mixture = cls(**settings)
            model = em.from_arrays(arrays, mixture.settings)
            return mixture.adopt(Subspace.from_arrays(arrays), model)
