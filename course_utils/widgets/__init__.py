"""Explorers: controls above a picture that follows them, and that stays where no kernel is alive.

Only core ipywidgets are used, and only what their version 7 (Colab's) and 8 have in common.
"""

from course_utils.widgets.explorer import Explorer
from course_utils.widgets.mixtures import COVARIANCES, mixture_explorer

__all__ = ["COVARIANCES", "Explorer", "mixture_explorer"]
