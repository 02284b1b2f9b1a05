"""Measures: arrays in, numbers out, without a framework. What they say is told in `evaluation`.

The likelihood of a VAE, the one measure that needs its model, is in `measures.likelihood`.
"""

from course_utils.measures.attributes import attribute_vector
from course_utils.measures.coverage import precision_recall_density_coverage
from course_utils.measures.disentanglement import mutual_information_gap
from course_utils.measures.frechet import (
    frechet_distance,
    frechet_feature_distance,
    frechet_feature_error,
)
from course_utils.measures.interpolation import local_density, path_measures, realism
from course_utils.measures.kernel import kernel_feature_distance
from course_utils.measures.memorisation import duplicates, memorisation, nearest_distances
from course_utils.measures.modes import effective_classes, mode_coverage
from course_utils.measures.separation import neighbour_accuracy, silhouette
from course_utils.measures.sharpness import high_frequency_energy

__all__ = [
    "attribute_vector",
    "duplicates",
    "effective_classes",
    "frechet_distance",
    "frechet_feature_distance",
    "frechet_feature_error",
    "high_frequency_energy",
    "kernel_feature_distance",
    "local_density",
    "memorisation",
    "mode_coverage",
    "mutual_information_gap",
    "nearest_distances",
    "neighbour_accuracy",
    "path_measures",
    "precision_recall_density_coverage",
    "realism",
    "silhouette",
]
