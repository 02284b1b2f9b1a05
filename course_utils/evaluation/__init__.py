"""Measures of models and of claims about them, over plain arrays.

Only the course classifier (`course_classifier`, and with it `report`) and the likelihood of a VAE
(`importance_nll`) need a framework, which is imported when they are first asked for.
"""

import importlib

from course_utils.evaluation import claims, recorded
from course_utils.evaluation.reports import Report, Yardstick, report, yardstick
from course_utils.measures.attributes import attribute_vector
from course_utils.measures.coverage import expected_coverage, precision_recall_density_coverage
from course_utils.measures.disentanglement import mutual_information_gap
from course_utils.measures.frechet import (
    frechet_distance,
    frechet_feature_distance,
    frechet_floor,
)
from course_utils.measures.interpolation import path_measures, realism
from course_utils.measures.kernel import kernel_feature_distance, polynomial_mmd2
from course_utils.measures.memorisation import duplicates, memorisation, nearest_distances
from course_utils.measures.modes import class_balance, mode_coverage
from course_utils.measures.separation import neighbour_accuracy, silhouette
from course_utils.measures.sharpness import high_frequency_energy

__all__ = [
    "ImportanceNLL",
    "Report",
    "Yardstick",
    "attribute_vector",
    "claims",
    "class_balance",
    "course_classifier",
    "duplicates",
    "expected_coverage",
    "frechet_distance",
    "frechet_feature_distance",
    "frechet_floor",
    "high_frequency_energy",
    "importance_nll",
    "kernel_feature_distance",
    "memorisation",
    "mode_coverage",
    "mutual_information_gap",
    "nearest_distances",
    "neighbour_accuracy",
    "path_measures",
    "polynomial_mmd2",
    "precision_recall_density_coverage",
    "realism",
    "recorded",
    "report",
    "silhouette",
    "yardstick",
]


# These need a framework, imported when they are first asked for.
_LAZY = {
    "course_classifier": "course_utils.evaluation.classifier",
    "ImportanceNLL": "course_utils.measures.likelihood",
    "importance_nll": "course_utils.measures.likelihood",
}


def __getattr__(name):
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
