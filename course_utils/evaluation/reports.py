"""All measures of generated images in one call, each with its floor and its standard error.

    evaluation.report(images, fake)

A number alone says little: a distance of 4 may be excellent or hopeless. So each measure stands
beside its **floor**, the same measure on as many real images (of the training split, set aside from
the classifier) in place of the generated ones, and carries the standard error of chance.
"""

import dataclasses
import html
import warnings
import weakref

import numpy as np
from sklearn.decomposition import PCA
from sklearn.svm import SVC

from course_utils.measures.coverage import precision_recall_density_coverage
from course_utils.measures.frechet import frechet_feature_distance
from course_utils.measures.kernel import kernel_feature_distance
from course_utils.measures.memorisation import duplicates, nearest_distances
from course_utils.measures.modes import class_balance
from course_utils.measures.sharpness import high_frequency_energy
from course_utils.notes import note

SMALLEST_COUNT = 400
NEIGHBOURS = 5
CONFIDENT = 0.9
_HALVINGS = 2
_KERNEL_SUBSETS = 20
_STUDENT_COMPONENTS = 40
_WEAK = 0.8


class WeakClassifierWarning(UserWarning):
    """The classifier behind the features does not know its classes well."""


@dataclasses.dataclass(frozen=True)
class Measure:
    """One number about a set of generated images.

    Attributes:
        label: its name, with what it is measured on.
        value: the number for the generated images.
        error: its standard error; NaN where errors were not asked for.
        floor: the same for real images in place of the generated ones.
        floor_error: standard error of that.
        better: `lower`, `higher`, or `near` (the floor).
    """

    label: str
    value: float
    error: float
    floor: float
    floor_error: float
    better: str


# Key: (label, which direction is better, decimals).
_MEASURES = {
    "frechet": ("Fréchet distance", "lower", 2),
    "kernel": ("kernel distance × 1000", "lower", 2),
    "precision": (f"precision (k = {NEIGHBOURS})", "higher", 3),
    "recall": (f"recall (k = {NEIGHBOURS})", "higher", 3),
    "density": (f"density (k = {NEIGHBOURS})", "near", 3),
    "coverage": (f"coverage (k = {NEIGHBOURS})", "higher", 3),
    "classes": (f"classes found, surely (p ≥ {CONFIDENT})", "higher", 1),
    "sure": (f"share that the classifier is sure of (p ≥ {CONFIDENT})", "near", 3),
    "balance": ("exp(entropy) of the classes", "near", 2),
    "student": ("classification accuracy score", "higher", 3),
    "copies": ("share nearer to a training image than 99 % of real ones", "near", 3),
    "nearest": ("distance to the nearest training image, real = 1", "near", 2),
    "duplicates": ("share with an identical twin", "lower", 3),
    "sharpness": ("high-frequency energy, real = 1", "near", 2),
}


@dataclasses.dataclass(frozen=True)
class Report:
    """What `report` gives back; prints as a table.

    Attributes:
        measures: key (`frechet`, `precision`, …) to Measure.
        count: number of generated images, of reference images, and of those for the floor.
        title: what was compared with what.
        notes: what the measures warn about, such as features that do not vary.
    """

    measures: dict[str, Measure]
    count: int
    title: str
    notes: tuple[str, ...] = ()

    def __getitem__(self, key):
        """The Measure of this key; a KeyError names the keys there are."""
        if key not in self.measures:
            raise KeyError(f"{key!r} is not measured; there are {', '.join(self.measures)}.")
        return self.measures[key]

    def as_dict(self):
        """Key to value, as plain numbers."""
        return {key: measure.value for key, measure in self.measures.items()}

    def _rows(self):
        for key, measure in self.measures.items():
            digits = _MEASURES[key][2]
            yield (
                measure.label,
                _with_error(measure.value, measure.error, digits),
                _with_error(measure.floor, measure.floor_error, digits),
                {"near": "as the floor"}.get(measure.better, measure.better),
            )

    def __str__(self):
        rows = [("", "generated", "floor: real", "better"), *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [
            f"{label:<{widths[0]}}  {value:>{widths[1]}}  {floor:>{widths[2]}}  {better}"
            for label, value, floor, better in rows
        ]
        notes = [f"Note: {note}" for note in self.notes]
        return "\n".join([self.title, *(line.rstrip() for line in lines), *notes])

    __repr__ = __str__

    def _repr_html_(self):
        cells = [("measure", "generated", "floor: real images", "better"), *self._rows()]
        rows = []
        for index, row in enumerate(cells):
            tag = "td" if index else "th"
            aligned = zip(row, ("left", "right", "right", "left"), strict=True)
            rows += [
                "".join(
                    f"<{tag} align='{side}'>{html.escape(text)}</{tag}>" for text, side in aligned
                )
            ]
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        notes = "".join(f"<p><small>Note: {html.escape(note)}</small></p>" for note in self.notes)
        return f"<p><small>{html.escape(self.title)}</small></p><table>{body}</table>{notes}"


@dataclasses.dataclass(frozen=True, eq=False)
class _Sample:
    """What the measures need to know of a set of images, one row an image."""

    features: np.ndarray
    labels: np.ndarray
    sure: np.ndarray
    pixels: np.ndarray
    nearest: np.ndarray
    energy: np.ndarray
    twin: np.ndarray

    def take(self, index):
        return _Sample(*(getattr(self, field.name)[index] for field in dataclasses.fields(self)))

    def __len__(self):
        return len(self.features)


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
        # Keras is imported with the classifier: the measures themselves need none.
        from course_utils.evaluation.classifier import course_classifier

        self.pixel_range = images.pixel_range
        images = images if images.pixel_range == (0.0, 1.0) else images.scaled(0, 1)
        self.classifier = course_classifier(images.name, images.x_train.shape[1])
        if self.classifier.accuracy < _WEAK:
            warnings.warn(
                f"the {self.classifier}: distances between its features say little about what "
                f"sets these images apart.",
                WeakClassifierWarning,
                stacklevel=4,
            )
        self.training, self.source = images.x_train, images.source
        self.seed = seed
        self.available = min(len(images.x_test), len(self.classifier.set_aside))
        self.count = _checked_count(count, self.available)
        chosen = np.random.default_rng([seed, 0]).permutation(len(images.x_test))
        self.test, self.y_test = images.x_test[chosen], images.y_test[chosen]
        self._real = {}

    def report(self, fake, name="generated images", errors=True):
        """Measure generated images.

        Args:
            fake: images (n, h, w, c) in the pixel range of the data set.
            name: what they are, for the table's title.
            errors: False leaves out the standard errors of `fake`, in half the time. Where several
                seeds are judged, their spread holds what an error of one would tell, and more.

        Returns:
            Report.

        Raises:
            ValueError: another shape than the real images, pixels outside of their range, NaN, or
                fewer images than `SMALLEST_COUNT`.
        """
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = self._report(self._checked(fake), name, errors)
        # Several measures, and each half of the images, have the same to say: once is enough.
        notes = {str(warning.category): str(warning.message) for warning in reversed(caught)}
        result = dataclasses.replace(result, notes=tuple(notes.values()))
        return result

    def _report(self, fake, name, with_errors):
        count = min(self.count, len(fake))
        fake = fake[np.random.default_rng([self.seed, 1]).permutation(len(fake))[:count]]
        reference, y_real, floors, floor_errors = self._real_side(count)
        sample = self._describe(fake)
        values = self._measure(reference, y_real, sample)
        errors = dict.fromkeys(_MEASURES, float("nan"))
        if with_errors:
            errors = self._errors(reference, y_real, sample)
        measures = {
            key: Measure(label, values[key], errors[key], floors[key], floor_errors[key], better)
            for key, (label, better, _) in _MEASURES.items()
        }
        title = (
            f"{count:,} {name} against {count:,} held-out images of {self.classifier.name} "
            f"({self.source}); features: course classifier ({self.classifier.accuracy:.1%} right); "
            f"floor: {count:,} other real images; ±: standard error"
        )
        return Report(measures, count, title)

    def frechet(self, fake):
        """The Fréchet distance alone, in a fraction of the time; arguments as for `report`."""
        fake = self._checked(fake)[: self.count]
        real = self.classifier.features(self.test[: len(fake)])
        return frechet_feature_distance(real, self.classifier.features(fake))

    def frechet_floor(self):
        """The Fréchet distance of as many other real images."""
        return self.frechet(self._from_unit(self.classifier.set_aside))

    def _from_unit(self, images):
        low, high = self.pixel_range
        return low + (high - low) * images

    def _checked(self, fake):
        fake = np.asarray(fake, dtype=np.float32)
        shape = self.training.shape[1:]
        if fake.ndim != 4 or fake.shape[1:] != shape:
            raise ValueError(
                f"generated images must be (n, {', '.join(map(str, shape))}) like the real ones, "
                f"found {fake.shape}."
            )
        if len(fake) < SMALLEST_COUNT:
            raise ValueError(
                f"found {len(fake)} generated images; a report needs at least {SMALLEST_COUNT}, "
                f"and is steady from a few thousand."
            )
        if not np.isfinite(fake).all():
            bad = np.flatnonzero(~np.isfinite(fake).all(axis=(1, 2, 3)))
            raise ValueError(f"{len(bad)} images hold NaN or infinity, the first is {bad[0]}.")
        low, high = self.pixel_range
        slack = 1e-3 * (high - low)
        if fake.min() < low - slack or fake.max() > high + slack:
            raise ValueError(
                f"pixels must lie in [{low:g}, {high:g}] like the real ones, found "
                f"[{fake.min():.3g}, {fake.max():.3g}]. Rescale them, or clip what an unbounded "
                f"model makes: np.clip(samples, {low:g}, {high:g})."
            )
        return np.clip((fake - low) / (high - low), 0, 1)

    def _real_side(self, count):
        """Reference sample, its true classes, and the floor at this count; made once."""
        if count not in self._real:
            reference = self._describe(self.test[:count])
            y_real = self.y_test[:count]
            # These images may be among those that copies are looked for in. As far as copying
            # goes, the honest images are the held-out ones.
            other = self._describe(self.classifier.set_aside[:count], nearest=reference.nearest)
            floors = self._measure(reference, y_real, other)
            errors = self._errors(reference, y_real, other)
            self._real[count] = reference, y_real, floors, errors
        return self._real[count]

    def _describe(self, images, nearest=None):
        features, probabilities = self.classifier.describe(images)
        return _Sample(
            features=features,
            labels=probabilities.argmax(axis=1),
            sure=probabilities.max(axis=1) >= CONFIDENT,
            pixels=images.reshape(len(images), -1),
            nearest=nearest_distances(images, self.training)[0] if nearest is None else nearest,
            energy=high_frequency_energy(images),
            twin=duplicates(images),
        )

    def _measure(self, real, y_real, fake):
        classes = self.classifier.classes
        balance = class_balance(fake.labels, classes)
        kernel = kernel_feature_distance(
            real.features, fake.features, subsets=_KERNEL_SUBSETS, seed=self.seed
        )
        threshold = np.quantile(real.nearest, 0.01)
        near = precision_recall_density_coverage(real.features, fake.features, NEIGHBOURS)
        return {
            "frechet": frechet_feature_distance(real.features, fake.features),
            "kernel": 1000 * float(kernel),
            **near._asdict(),
            "classes": float(_classes_found(fake, classes)),
            "sure": float(fake.sure.mean()),
            "balance": balance.effective,
            "student": _student_accuracy(fake, real, y_real),
            "copies": float(np.mean(fake.nearest <= threshold)),
            "nearest": float(np.median(fake.nearest) / np.median(real.nearest)),
            "duplicates": float(fake.twin.mean()),
            "sharpness": float(fake.energy.mean() / real.energy.mean()),
        }

    def _errors(self, real, y_real, fake):
        """Standard errors from halves: two estimates at n/2 differ by twice the error at n.

        Both sides are halved at random, twice; the differences of the two halves are averaged as
        squares. What depends on the sample size alone is the same in both halves
        and drops out.
        """
        rng = np.random.default_rng([self.seed, 2])
        squares = dict.fromkeys(_MEASURES, 0.0)
        for _ in range(_HALVINGS):
            halves = zip(
                np.array_split(rng.permutation(len(real)), 2),
                np.array_split(rng.permutation(len(fake)), 2),
                strict=True,
            )
            one, other = (self._measure(real.take(a), y_real[a], fake.take(b)) for a, b in halves)
            for key in squares:
                squares[key] += (one[key] - other[key]) ** 2 / _HALVINGS
        return {key: float(np.sqrt(square)) / 2 for key, square in squares.items()}


def _with_error(value, error, digits):
    text = f"{value:.{digits}f}"
    return text if np.isnan(error) else f"{text} ± {error:.{digits}f}"


def _checked_count(count, available):
    if available < SMALLEST_COUNT:
        raise ValueError(
            f"found {available} held-out images; a report needs at least {SMALLEST_COUNT}. "
            f"Load more: data.load(name, test_size=None)."
        )
    if count is None:
        return available
    if isinstance(count, bool) or not isinstance(count, int) or count < SMALLEST_COUNT:
        raise ValueError(f"count must be a whole number from {SMALLEST_COUNT}, found {count!r}.")
    if count > available:
        # The built-in sets hold fewer images than the real ones whose place they take: a notebook
        # that asks for as many as the real set has must not end there.
        note(f"{count:,} images asked for, {available:,} real ones there: {available:,} compared.")
    return min(count, available)


def _classes_found(sample, classes):
    """Number of classes with a tenth of an equal share in images the classifier is sure of."""
    found = np.bincount(sample.labels[sample.sure], minlength=classes)
    return int(np.sum(found >= 0.1 * len(sample) / classes))


def _student_accuracy(fake, real, y_real):
    """Classification accuracy score (Ravuri & Vinyals 2019): learn from generated, tested on real.

    The labels of the generated images are the course classifier's. The student is a support
    vector machine on 40 principal components of the pixels, which learns in seconds.
    """
    if len(np.unique(fake.labels)) < 2:
        return float(np.mean(y_real == fake.labels[0]))
    reduce = PCA(min(_STUDENT_COMPONENTS, *fake.pixels.shape), random_state=0).fit(fake.pixels)
    student = SVC(C=10.0).fit(reduce.transform(fake.pixels), fake.labels)
    return float(student.score(reduce.transform(real.pixels), y_real))


_YARDSTICKS = weakref.WeakKeyDictionary()


def yardstick(images, count=None, seed=0):
    """The Yardstick of a data set, made at the first call and kept for the next.

    Args:
        images: ImageData that the generators have learned from.
        count: images on each side; None takes all that can be matched, at most 10,000.
        seed: which of the images are used where there are more.
    """
    made = _YARDSTICKS.setdefault(images, {})
    if (count, seed) not in made:
        made[count, seed] = Yardstick(images, count, seed)
    return made[count, seed]


def report(images, fake, *, count=None, seed=0, name="generated images"):
    """Measure generated images against a data set, each number with its floor and its error.

    Distances are between features of the course classifier (see `features.py`), trained when it is
    first needed. The real side is kept for the next call with the same `images`.

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
