"""Expectation-maximisation from one start, by scikit-learn, and the Gaussians that it finds.

Two things make it fast, both measured in benchmarks/mixtures.py:

- Large fits run in float32 until they converge, then in float64 until they converge again. On
  60,000 × 64 features a float32 step takes half the time, and in all fits that were compared with
  float64 throughout (MNIST and Fashion-MNIST in 16 to 200 principal components, 4 to 30 components,
  several starts) it took as many steps to the same optimum: held-out log-likelihoods agree to 0.003
  nats, most of which is the step or two that is added. The start and the Gaussians that are kept
  are always float64's; float32 alone, k-means included, ended elsewhere.
- BLAS runs on one thread. The products of EM are small: a second thread gains nothing up to 64
  features on idle cores, and costs a factor of three to twenty where the cores are shared. The
  results do not depend on the number of cores either.
"""

import contextlib
import dataclasses
import operator
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from threadpoolctl import threadpool_limits

from course_utils.models.subspace import in_blocks

COVARIANCES = ("full", "tied", "diag", "spherical")
_PARAMETERS = ("weights_", "means_", "covariances_", "precisions_cholesky_")
_FLOAT32_FROM = 100_000  # numbers in the data: below, a whole fit takes a second or less
_FLOAT32_CONDITION = 1e-6  # smallest to largest variance that float32 can tell apart
_POLISHING = 2  # float64 steps that must be left: the second can show that the first did little


@dataclasses.dataclass(frozen=True)
class Settings:
    """The arguments of `Mixture`, checked.

    Raises:
        ValueError: an argument is of the wrong kind or out of range.
    """

    components: int
    covariance: str
    pca: int | None
    starts: int
    regularisation: float
    iterations: int
    tolerance: float
    bayesian: bool
    seed: int

    def __post_init__(self):
        for name, low in {
            "components": 1,
            "pca": 1,
            "starts": 1,
            "iterations": 1,
            "seed": 0,
        }.items():
            if name != "pca" or self.pca is not None:
                object.__setattr__(self, name, whole_number(name, getattr(self, name), low))
        for name in ("regularisation", "tolerance"):
            value = getattr(self, name)
            if not isinstance(value, int | float | np.number) or not 0 <= value < np.inf:
                raise ValueError(f"{name} must be a number of at least 0, found {value!r}.")
            object.__setattr__(self, name, float(value))
        if self.seed >= 2**32:
            raise ValueError(f"seed must be below 2**32, found {self.seed!r}.")
        if self.covariance not in COVARIANCES:
            raise ValueError(
                f"covariance must be one of {', '.join(COVARIANCES)}, found {self.covariance!r}."
            )


def whole_number(name, value, low):
    """`value` as an int.

    Raises:
        ValueError: it is no whole number, or below `low`.
    """
    try:
        # True is 1 to Python, and never meant as a number of components.
        number = None if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < low:
        raise ValueError(f"{name} must be a whole number of at least {low}, found {value!r}.")
    return number


@dataclasses.dataclass(frozen=True, eq=False)
class Gaussians:
    """A fitted mixture in the coordinates that it was fitted in.

    Attributes:
        weights: (k,), sum 1.
        means: (k, q).
        covariances: in scikit-learn's shape for the kind of covariance.
        precisions_cholesky: kept with the covariances, so that a stored mixture gives exactly
            the log-likelihoods of the one that was stored.
        covariance: kind of covariance.
        converged: whether EM ended by itself.
        steps: EM steps taken.
        lower_bound: what scikit-learn maximised, at the last step.
        lower_bounds: the same at every step; empty with scikit-learn below 1.7.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    precisions_cholesky: np.ndarray
    covariance: str
    converged: bool
    steps: int
    lower_bound: float
    lower_bounds: tuple[float, ...]

    def _model(self):
        model = GaussianMixture(len(self.weights), covariance_type=self.covariance)
        model.n_features_in_ = self.means.shape[1]
        model.weights_, model.means_ = self.weights, self.means
        model.covariances_ = self.covariances
        model.precisions_cholesky_ = self.precisions_cholesky
        return model

    def matrices(self):
        """Covariance matrix (k, q, q) of each component, whatever the kind of covariance."""
        k, q = self.means.shape
        matrices = self.covariances
        if self.covariance in ("diag", "spherical"):
            matrices = matrices.reshape(k, -1, 1) * np.eye(q)
        return np.array(np.broadcast_to(matrices, (k, q, q)))

    def log_likelihood(self, z):
        """Log-density (n,) of the rows of `z`."""
        with np.errstate(divide="ignore"):  # a weight may be 0
            return in_blocks(self._model().score_samples, z)

    def responsibilities(self, z):
        """Posterior probability (n, k) of each component."""
        with np.errstate(divide="ignore"):
            return in_blocks(self._model().predict_proba, z)

    def sample(self, n, generator):
        """Draw `n` points.

        Returns:
            (points (n, q), number of the component that each comes from (n,)).
        """
        labels = generator.choice(len(self.weights), size=n, p=self.weights / self.weights.sum())
        noise = generator.standard_normal((n, self.means.shape[1]))
        if self.covariance in ("full", "tied"):
            factors = np.linalg.cholesky(self.covariances)
            for k in np.unique(labels):
                factor = factors[k] if self.covariance == "full" else factors
                noise[labels == k] = noise[labels == k] @ factor.T
        else:
            deviations = np.sqrt(self.covariances).reshape(len(self.weights), -1)
            noise *= deviations[labels]
        return self.means[labels] + noise, labels


def fit_start(z, settings, start=0):
    """Fit from one k-means start.

    Args:
        z: centred float64 array (n, q).
        settings: Settings.
        start: number of the start.

    Returns:
        Gaussians.

    Raises:
        ValueError: a covariance is singular, or the data hold too few distinct points.
    """
    kind = BayesianGaussianMixture if settings.bayesian else GaussianMixture
    model = kind(
        n_components=settings.components,
        covariance_type=settings.covariance,
        tol=settings.tolerance,
        reg_covar=settings.regularisation,
        max_iter=settings.iterations if settings.bayesian else 0,
        random_state=seed_of_start(settings.seed, start),
        warm_start=not settings.bayesian,
    )
    with _explained(settings), threadpool_limits(1, user_api="blas"):
        model.fit(z)  # 0 steps of EM: k-means alone
        if settings.bayesian:
            steps, bounds = model.n_iter_, _bounds(model)
        else:
            if (model.weights_ * len(z) < 0.5).any():
                raise ValueError(
                    f"{len(z)} points hold fewer distinct ones than {settings.components} "
                    f"components. Use fewer components."
                )
            steps, bounds = _run_in_float32(model, z, settings)
            _run(model, z, settings.iterations - steps)
            steps, bounds = steps + model.n_iter_, bounds + _bounds(model)
    values = [getattr(model, name) for name in _PARAMETERS]
    converged, bound = bool(model.converged_), float(model.lower_bound_)
    return Gaussians(*values, settings.covariance, converged, int(steps), bound, bounds)


def seed_of_start(seed, start):
    """Seed of a start: the first has the mixture's own, as scikit-learn's `random_state` has."""
    return int(np.random.SeedSequence([seed, start]).generate_state(1)[0]) if start else seed


@contextlib.contextmanager
def _explained(settings):
    """Errors that say what helps, and no warning twice."""
    with warnings.catch_warnings():
        # `Mixture` and `select_components` say it in their own words.
        warnings.simplefilter("ignore", ConvergenceWarning)
        try:
            yield
        except ValueError as error:
            if "ill-defined empirical covariance" not in str(error):
                raise
            raise ValueError(
                f"a {settings.covariance!r} covariance of {settings.components} components is "
                f"singular with regularisation {settings.regularisation:g}: some component holds "
                f"too few points, or points that do not vary in some direction. Raise the "
                f"regularisation (1e-3 for pixels), use fewer components, pca, or the covariance "
                f"'tied' or 'diag'."
            ) from error


def _run(model, z, iterations):
    """EM from where the model stands, in the precision of `z`."""
    for name in _PARAMETERS:
        setattr(model, name, getattr(model, name).astype(z.dtype))
    model.max_iter, model.lower_bound_ = iterations, -np.inf
    model.fit(z)


def _run_in_float32(model, z, settings):
    """The first part of a large fit; leaves the model as it is if float32 will not do.

    Returns:
        (steps taken, their lower bounds).
    """
    iterations = settings.iterations - _POLISHING
    if settings.covariance != "full" or z.size < _FLOAT32_FROM or iterations <= _POLISHING:
        return 0, ()
    smallest = np.linalg.eigvalsh(model.covariances_).min()
    if smallest < _FLOAT32_CONDITION * z.var(axis=0).max():
        return 0, ()
    begun = {name: getattr(model, name) for name in _PARAMETERS}
    with contextlib.suppress(ValueError):  # a covariance that only float32 finds singular
        _run(model, z.astype("float32"), iterations)
        if np.isfinite(model.lower_bound_):
            return model.n_iter_, _bounds(model)
    for name, value in begun.items():
        setattr(model, name, value)
    return 0, ()


def _bounds(model):
    return tuple(float(bound) for bound in getattr(model, "lower_bounds_", ()))
