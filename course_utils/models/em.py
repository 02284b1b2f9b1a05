"""Expectation-maximisation from one start, by scikit-learn, and what its Gaussians are asked.

Up to 256 features BLAS runs on one thread: with 40, a second makes EM half as fast, and it costs a
factor of three to twenty where the cores are shared (benchmarks/mixtures.py). With all 784 pixels
of an image two threads are 1.6 times as fast as one.
"""

import dataclasses
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from course_utils import checks

# Features up to which BLAS has one thread.
_ONE_THREAD = 256
COVARIANCES = ("full", "tied", "diag", "spherical")
# The Cholesky factors are stored too, so that a stored mixture gives exactly the log-likelihoods
# of the one that was stored.
_STORED = ("weights_", "means_", "covariances_", "precisions_cholesky_", "converged_", "n_iter_")


@dataclasses.dataclass(frozen=True)
class Settings:
    """The arguments of `Mixture`, checked: ValueError where one is wrong."""

    components: int
    covariance: str
    pca: int | None
    starts: int
    regularisation: float
    iterations: int
    tolerance: float
    seed: int

    def __post_init__(self):
        checks.one_of("covariance", self.covariance, COVARIANCES)
        values = {"seed": checks.whole_number("seed", self.seed, 0, 2**32 - 1)}
        given = () if self.pca is None else ("pca",)
        for name in ("components", "starts", "iterations", *given):
            values[name] = checks.whole_number(name, getattr(self, name), 1)
        for name in ("regularisation", "tolerance"):
            values[name] = checks.real_number(name, getattr(self, name), 0)
        for name, value in values.items():
            object.__setattr__(self, name, value)  # the class is frozen


def fit_start(z, settings, start=0):
    """scikit-learn's GaussianMixture, fitted to float64 `z` (n, q) from k-means start `start`.

    Raises:
        ValueError: a covariance is singular, or the data hold too few distinct points.
    """
    model = GaussianMixture(
        settings.components,
        covariance_type=settings.covariance,
        tol=settings.tolerance,
        reg_covar=settings.regularisation,
        max_iter=settings.iterations,
        random_state=seed_of_start(settings.seed, start),
    )
    try:
        threads = 1 if z.shape[1] <= _ONE_THREAD else None
        with warnings.catch_warnings(), threadpool_limits(threads, user_api="blas"):
            # `Mixture` and `select_components` say it in their own words.
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings("error", "Number of distinct clusters", ConvergenceWarning)
            return model.fit(z)
    except ConvergenceWarning:
        raise ValueError(
            f"{len(z)} points hold fewer distinct ones than {settings.components} components. "
            f"Use fewer components."
        ) from None
    except ValueError as error:
        if "ill-defined empirical covariance" not in str(error):
            raise
        raise ValueError(
            f"a {settings.covariance!r} covariance of {settings.components} components is "
            f"singular with regularisation {settings.regularisation:g}: some component holds too "
            f"few points, or points that do not vary in some direction. Raise the regularisation "
            f"(1e-3 for pixels), use fewer components, pca, or the covariance 'tied' or 'diag'."
        ) from error


def seed_of_start(seed, start):
    """Seed of a start: the first has the mixture's own, as scikit-learn's `random_state` has."""
    return int(np.random.SeedSequence([seed, start]).generate_state(1)[0]) if start else seed


def matrices(model):
    """Covariance matrix (k, q, q) of each component, whatever the kind of covariance."""
    k, q = model.means_.shape
    found = model.covariances_
    if model.covariance_type in ("diag", "spherical"):
        found = found.reshape(k, -1, 1) * np.eye(q)
    return np.array(np.broadcast_to(found, (k, q, q)))


def draw(model, n, generator):
    """Draw points (n, q), in no order, and the number (n,) of the component each comes from."""
    weights, covariances = model.weights_, model.covariances_
    labels = generator.choice(len(weights), size=n, p=weights / weights.sum())
    noise = generator.standard_normal((n, model.means_.shape[1]))
    if model.covariance_type in ("full", "tied"):
        factors = np.linalg.cholesky(covariances)
        for k in np.unique(labels):
            factor = factors[k] if model.covariance_type == "full" else factors
            noise[labels == k] = noise[labels == k] @ factor.T
    else:
        noise *= np.sqrt(covariances).reshape(len(weights), -1)[labels]
    return model.means_[labels] + noise, labels


def to_arrays(model):
    """What `from_arrays` needs to make the fitted model again, as a dict."""
    return {name: getattr(model, name) for name in _STORED}


def from_arrays(arrays, settings):
    """The fitted model that `to_arrays` took apart; KeyError if something is missing."""
    model = GaussianMixture(settings.components, covariance_type=settings.covariance)
    for name in _STORED:
        setattr(model, name, arrays[name] if arrays[name].ndim else arrays[name].item())
    model.n_features_in_ = model.means_.shape[1]
    return model
