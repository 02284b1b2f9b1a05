"""Explorers: controls above a picture that follows them, and that stays where no kernel is alive.

Only core ipywidgets are used, and only what their version 7 (Colab's) and 8 have in common.
"""

from course_utils.widgets.adversaries import gan_explorer, gan_film, gan_frame
from course_utils.widgets.beta import beta_explorer
from course_utils.widgets.explorer import Explorer
from course_utils.widgets.interpolation import PATHS, interpolation_explorer
from course_utils.widgets.latents import latent_explorer
from course_utils.widgets.mixtures import COVARIANCES, mixture_explorer

__all__ = [
    "COVARIANCES",
    "PATHS",
    "Explorer",
    "beta_explorer",
    "gan_explorer",
    "gan_film",
    "gan_frame",
    "interpolation_explorer",
    "latent_explorer",
    "mixture_explorer",
]
