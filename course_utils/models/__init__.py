"""The course's models, loaded when they are first asked for.

Importing this package imports no framework, so that processes which fit mixtures need none.
A saved `.keras` model loads once its class is imported: `from course_utils.models import
Autoencoder` registers it with Keras.
"""

import importlib

_MODULES = {
    "AdversarialModel": "adversarial",
    "Autoencoder": "autoencoder",
    "Bernoulli": "likelihoods",
    "CollapsedCodeWarning": "latent_mixture",
    "ConstantFeaturesWarning": "preparation",
    "FewPointsWarning": "preparation",
    "GAN": "gans",
    "Gaussian": "likelihoods",
    "LatentMixture": "latent_mixture",
    "Mixture": "mixture",
    "NotConvergedWarning": "preparation",
    "PerNetwork": "per_network",
    "RelativisticGAN": "gans",
    "Selection": "selection",
    "VAE": "vae",
    "WassersteinGAN": "gans",
    "WassersteinGANGP": "gans",
    "gaussian_kl": "bound",
    "select_components": "selection",
}

__all__ = sorted(_MODULES)


def __getattr__(name):
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_MODULES])
