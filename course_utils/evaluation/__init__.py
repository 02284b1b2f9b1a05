"""Measures of models and of claims about them, over plain arrays.

Only the course classifier (`course_classifier`, and with it `report`) needs a framework, which is
imported when it is first asked for.
"""

from course_utils.evaluation import claims, records
from course_utils.evaluation.coverage import expected_coverage, precision_recall_density_coverage
from course_utils.evaluation.frechet import (
    frechet_distance,
    frechet_feature_distance,
    frechet_floor,
)
from course_utils.evaluation.kernel import kernel_feature_distance, polynomial_mmd2
from course_utils.evaluation.memorisation import duplicates, memorisation, nearest_distances
from course_utils.evaluation.modes import class_balance, mode_coverage
from course_utils.evaluation.reports import Report, Yardstick, report, yardstick
from course_utils.evaluation.sharpness import high_frequency_energy

__all__ = [
    "Report",
    "Yardstick",
    "claims",
    "class_balance",
    "course_classifier",
    "duplicates",
    "expected_coverage",
    "frechet_distance",
    "frechet_feature_distance",
    "frechet_floor",
    "high_frequency_energy",
    "kernel_feature_distance",
    "memorisation",
    "mode_coverage",
    "nearest_distances",
    "polynomial_mmd2",
    "precision_recall_density_coverage",
    "records",
    "report",
    "yardstick",
]


def __getattr__(name):
    if name == "course_classifier":
        from course_utils.evaluation.features import course_classifier

        return course_classifier
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
