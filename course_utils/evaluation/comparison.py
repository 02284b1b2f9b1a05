"""All measures of one set of images against another, each with its standard error.

The errors tell how much a measure would vary if both sets were drawn anew. Halves of one draw tell
that badly (two pairs of halves: 0.2 to 1.7 times the truth). So distances and coverage have
formulas (see `measures`), and what is made of one number per image is computed again from resampled
images, the bootstrap (Efron 1979).
"""

import dataclasses

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from course_utils.evaluation.reports import CONFIDENT, NEIGHBOURS
from course_utils.measures import coverage
from course_utils.measures.frechet import frechet_feature_distance, frechet_feature_error
from course_utils.measures.kernel import kernel_feature_distance
from course_utils.measures.memorisation import duplicates, nearest_distances
from course_utils.measures.modes import effective_classes
from course_utils.measures.sharpness import high_frequency_energy

_RESAMPLES = 100
_STUDENT_COMPONENTS = 40


@dataclasses.dataclass(frozen=True, eq=False)
class Sample:
    """What the measures need to know of a set of images, one row an image.

    Attributes:
        features: (n, d) of the course classifier.
        labels: int64 (n,), the class, or the combination of attributes, that it sees.
        sure: share of its answers that it is sure of: 0 or 1 for classes, between for attributes.
        pixels: (n, height × width × channels).
        nearest: distance to the nearest training image.
        energy: of high spatial frequencies.
        twin: whether another image is the same.
    """

    features: np.ndarray
    labels: np.ndarray
    sure: np.ndarray
    pixels: np.ndarray
    nearest: np.ndarray
    energy: np.ndarray
    twin: np.ndarray

    @classmethod
    def of(cls, images, classifier, training, nearest=None):
        """Describe images (n, h, w, c) in [0, 1]; `nearest`, where it is known already."""
        features, probabilities = classifier.describe(images)
        if classifier.attributes:
            labels = (probabilities > 0.5) @ (2 ** np.arange(probabilities.shape[1]))
            certain = np.maximum(probabilities, 1 - probabilities)
        else:
            labels = probabilities.argmax(axis=1)
            certain = probabilities.max(axis=1, keepdims=True)
        return cls(
            features=features,
            labels=labels,
            sure=(certain >= CONFIDENT).mean(axis=1),
            pixels=images.reshape(len(images), -1),
            nearest=nearest_distances(images, training)[0] if nearest is None else nearest,
            energy=high_frequency_energy(images),
            twin=duplicates(images),
        )

    def __len__(self):
        return len(self.features)


def compare(real, y_real, fake, classes, seed=0):
    """Measure a sample against a real one.

    Args:
        real: Sample of reference images.
        y_real: their true classes (n,).
        fake: Sample.
        classes: how many there are; 0 leaves out what only classes have.
        seed: of the resampling for errors.

    Returns:
        dict from key to (value, standard error).
    """
    a, b = real.features.astype(np.float64), fake.features.astype(np.float64)
    kernel = kernel_feature_distance(a, b)
    found = {
        "frechet": (frechet_feature_distance(a, b), frechet_feature_error(a, b)),
        "kernel": (1000 * kernel.value, 1000 * kernel.error),
    }
    values, errors = coverage.with_errors(a, b, NEIGHBOURS)
    found |= {key: (value, getattr(errors, key)) for key, value in values._asdict().items()}
    found |= _by_image(real, fake, classes, np.random.default_rng([seed, 2]))
    if classes:
        accuracy = _student_accuracy(fake, real, y_real)
        found["student"] = accuracy, np.sqrt(accuracy * (1 - accuracy) / len(real))
    return {key: (float(value), float(error)) for key, (value, error) in found.items()}


def _by_image(real, fake, classes, rng):
    """What is made of one number per image, with errors from resampling the images."""

    def measured(r, f):
        labels, sure = fake.labels[f], fake.sure[f]
        closest = np.quantile(real.nearest[r], 0.01)
        found = {
            "sure": sure.mean(),
            "balance": effective_classes(labels),
            "copies": np.mean(fake.nearest[f] <= closest),
            "nearest": np.median(fake.nearest[f]) / np.median(real.nearest[r]),
            "duplicates": fake.twin[f].mean(),
            "sharpness": fake.energy[f].mean() / real.energy[r].mean(),
        }
        if classes:
            # A tenth of an equal share, in images that the classifier is sure of.
            surely = np.bincount(labels[sure == 1], minlength=classes)
            found["classes"] = np.sum(surely >= 0.1 * len(labels) / classes)
        return found

    whole = measured(np.arange(len(real)), np.arange(len(fake)))
    drawn = [
        measured(rng.integers(len(real), size=len(real)), rng.integers(len(fake), size=len(fake)))
        for _ in range(_RESAMPLES)
    ]
    return {
        key: (value, np.std([resample[key] for resample in drawn], ddof=1))
        for key, value in whole.items()
    }


def _student_accuracy(fake, real, y_real):
    """Classification accuracy score (Ravuri & Vinyals 2019): learn from generated, tested on real.

    The generated images' labels are the course classifier's; the student is a quick one.
    """
    if len(np.unique(fake.labels)) < 2:
        return float(np.mean(y_real == fake.labels[0]))
    components = min(_STUDENT_COMPONENTS, *fake.pixels.shape)
    student = make_pipeline(PCA(components, random_state=0), SVC(C=10.0))
    return float(student.fit(fake.pixels, fake.labels).score(real.pixels, y_real))
