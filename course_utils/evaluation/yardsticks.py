"""The real side of a comparison: generated images against a data set, in one call."""

import math
import warnings
import weakref

import numpy as np

from course_utils import checks
from course_utils.evaluation.comparison import Sample, compare
from course_utils.evaluation.reports import MEASURES, NEIGHBOURS, Measure, Report
from course_utils.measures.coverage import precision_recall_density_coverage
from course_utils.measures.frechet import frechet_feature_distance
from course_utils.measures.modes import effective_classes
from course_utils.notes import note

SMALLEST_COUNT = 400
_WEAK = 0.8


class WeakClassifierWarning(UserWarning):
    """The classifier behind the features does not know its classes well."""


class Yardstick:
    """The real side of the comparison, made once for many sets of generated images.

    Args:
        images: ImageData; `x_train` is what the generator has learned from (copies are looked for
            there), `x_test` the reference.
        count: images on each side; None takes as many as there are of each, at most 10,000. Of a
            set with fewer all are taken, and a note says so.
        seed: which of the images are used where there are more.

    Raises:
        ValueError: fewer images than `SMALLEST_COUNT`, or a data set without a classifier.
    """

    def __init__(self, images, count=None, seed=0):
        seed = checks.whole_number("seed", seed, 0)
        # Keras is imported with the classifier: the measures themselves need none.
        from course_utils.evaluation.classifier import course_classifier

        self.pixel_range = images.pixel_range
        images = images if images.pixel_range == (0.0, 1.0) else images.scaled(0, 1)
        # `data.load` takes one number for both; what is not square is as the set has it.
        height, width = images.x_train.shape[1:3]
        self.classifier = course_classifier(images.name, height if height == width else None)
        if self.classifier.accuracy < _WEAK:
            says = "distances between its features say little about what sets these images apart."
            warnings.warn(f"the {self.classifier}: {says}", WeakClassifierWarning, stacklevel=4)
        self.training, self.source, self.seed = images.x_train, images.source, seed
        self.available = min(len(images.x_test), len(self.classifier.set_aside))
        self.count = _checked_count(count, self.available)
        chosen = self._some(images.x_test, 0)
        self.test, self.y_test = images.x_test[chosen], images.y_test[chosen]
        self.other = self.classifier.set_aside[self._some(self.classifier.set_aside, 3)]
        self._real = {}

    def report(self, fake, name="generated images"):
        """Measure generated images.

        Args:
            fake: images (n, h, w, c) in the pixel range of the data set.
            name: what they are, for the table's title.

        Returns:
            Report.

        Raises:
            ValueError: another shape than the real images, pixels outside of their range, NaN, or
                fewer images than `SMALLEST_COUNT`.
        """
        fake = self._checked(fake)
        count = len(fake)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            reference, y_real, floors = self._real_side(count)
            sample = Sample.of(fake, self.classifier, self.training)
            found = self._compare(reference, y_real, sample)
        measures = {key: Measure(*found[key], *floors[key]) for key in MEASURES if key in found}
        right = f"{self.classifier.accuracy:.1%}"
        title = (
            f"{count:,} {name} against {count:,} held-out images of {self.classifier.name} "
            f"({self.source}); features: course classifier ({right} right); "
            f"floor: {count:,} other real images; ±: standard error"
        )
        notes = []
        if attributes := len(self.classifier.attributes):
            notes += [
                f"the classifier of {self.classifier.name} tells {attributes} yes/no attributes: "
                f"`classes` and `student`, which need classes, are left out."
            ]
        # Several measures say the same: once is enough. Other packages' warnings are none of ours.
        ours = [w for w in caught if w.category.__module__.startswith("course_utils")]
        notes += {w.category: str(w.message) for w in reversed(ours)}.values()
        return Report(measures, count, title, tuple(notes))

    def frechet(self, fake):
        """The Fréchet distance alone, in a fraction of the time; arguments as for `report`."""
        fake = self._checked(fake)
        real = self.classifier.features(self.test[: len(fake)])
        return frechet_feature_distance(real, self.classifier.features(fake))

    def quick(self, fake):
        """Fréchet distance, neighbours and classes of a report, without errors, copies and floors.

        Args:
            fake: as for `report`.

        Returns:
            dict of `frechet`, `precision`, `recall`, `density`, `coverage` and, of a data set with
            classes, `balance`.
        """
        fake = self._checked(fake)
        real = self.classifier.features(self.test[: len(fake)])
        features, probabilities = self.classifier.describe(fake)
        found = {"frechet": frechet_feature_distance(real, features)}
        found |= precision_recall_density_coverage(real, features, NEIGHBOURS)._asdict()
        if self.classifier.classes:
            found["balance"] = effective_classes(probabilities.argmax(axis=1))
        return found

    def frechet_floor(self):
        """The Fréchet distance of as many other real images, which is the floor of a report."""
        features = map(self.classifier.features, (self.test, self.other))
        return frechet_feature_distance(*features)

    def _checked(self, fake):
        fake = np.asarray(fake, dtype=np.float32)
        shape = self.training.shape[1:]
        if fake.shape[1:] != shape:
            raise ValueError(
                f"generated images must be (n, {', '.join(map(str, shape))}) like the real ones, "
                f"found {fake.shape}."
            )
        if len(fake) < SMALLEST_COUNT:
            raise ValueError(
                f"found {len(fake)} generated images; a report needs at least {SMALLEST_COUNT}, "
                f"and is steady from a few thousand."
            )
        checks.finite("generated images", fake)
        low, high = self.pixel_range
        slack = 1e-3 * (high - low)
        if fake.min() < low - slack or fake.max() > high + slack:
            raise ValueError(
                f"pixels must lie in [{low:g}, {high:g}] like the real ones, found "
                f"[{fake.min():.3g}, {fake.max():.3g}]. Rescale them, or clip what an unbounded "
                f"model makes: np.clip(samples, {low:g}, {high:g})."
            )
        # The first ones would be another sample where the images come in an order.
        fake = fake[self._some(fake, 1)]
        return np.clip((fake - low) / (high - low), 0, 1)

    def _real_side(self, count):
        """Reference sample, its true classes, and the floors at this count; made once."""
        if count not in self._real:
            reference = Sample.of(self.test[:count], self.classifier, self.training)
            y_real = self.y_test[:count]
            # These images may be among those that copies are looked for in. As far as copying
            # goes, the honest images are the held-out ones.
            other = Sample.of(
                self.other[:count], self.classifier, self.training, nearest=reference.nearest
            )
            floors = self._compare(reference, y_real, other)
            for key in ("copies", "nearest"):
                floors[key] = floors[key][0], math.nan
            self._real[count] = reference, y_real, floors
        return self._real[count]

    def _some(self, images, side):
        """Indices of `count` of the images (of all, if they are fewer), at random."""
        return np.random.default_rng([self.seed, side]).permutation(len(images))[: self.count]

    def _compare(self, reference, y_real, sample):
        return compare(reference, y_real, sample, self.classifier.classes, self.seed)


def _checked_count(count, available):
    if available < SMALLEST_COUNT:
        raise ValueError(
            f"found {available} held-out images; a report needs at least {SMALLEST_COUNT}. "
            f"Load more: data.load(name, test_size=None)."
        )
    if count is None:
        return available
    count = checks.whole_number("count", count, SMALLEST_COUNT)
    if count > available:
        # The built-in sets hold fewer images than the real ones whose place they take: a notebook
        # that asks for as many as the real set has must not end there.
        note(f"{count:,} images asked for, {available:,} real ones there: {available:,} compared.")
    return min(count, available)


_YARDSTICKS = weakref.WeakKeyDictionary()


def yardstick(images, count=None, seed=0):
    """The Yardstick of a data set, made at the first call and kept; arguments as it takes."""
    made = _YARDSTICKS.setdefault(images, {})
    if (count, seed) not in made:
        made[count, seed] = Yardstick(images, count, seed)
    return made[count, seed]


def report(images, fake, *, count=None, seed=0, name="generated images"):
    """Measure generated images against a data set, each number with its floor and its error.

    Distances are between features of the course classifier, trained when it is first needed. The
    real side is kept for the next call with the same `images`.

    Args:
        images: ImageData that the generator has learned from.
        fake: generated images (n, h, w, c) in the pixel range of `images`.
        count: images on each side; None takes all that can be matched, at most 10,000.
        seed: which of the images are used where there are more.
        name: what they are, for the table's title.

    Returns:
        Report, which prints as a table; `report["frechet"].value` is a number.

    Raises:
        ValueError: shapes or ranges that do not fit, NaN, too few images.
    """
    return yardstick(images, count, seed).report(fake, name)
