"""What a comparison of generated with real images found, as a table.

A number alone says little: a distance of 4 may be excellent or hopeless. So each measure stands
beside its **floor**, the same measure on as many real images (of the training split, set aside from
the classifier) in place of the generated ones, and carries the standard error of chance.
"""

import dataclasses
import html
import math

from course_utils import tables

NEIGHBOURS = 5
CONFIDENT = 0.9


@dataclasses.dataclass(frozen=True)
class Measure:
    """One number about a set of generated images.

    Attributes:
        value: the number for the generated images.
        error: its standard error.
        floor: the same for real images in place of the generated ones.
        floor_error: standard error of that; NaN where the floor is what it is by definition.
    """

    value: float
    error: float
    floor: float
    floor_error: float


# Key: (label, what is better: `lower`, `higher` or `near` the floor, decimals).
MEASURES = {
    "frechet": ("Fréchet distance", "lower", 2),
    "kernel": ("kernel distance × 1000", "lower", 2),
    "precision": (f"precision (k = {NEIGHBOURS})", "higher", 3),
    "recall": (f"recall (k = {NEIGHBOURS})", "higher", 3),
    "density": (f"density (k = {NEIGHBOURS})", "near", 3),
    "coverage": (f"coverage (k = {NEIGHBOURS})", "higher", 3),
    "classes": (f"classes found, surely (p ≥ {CONFIDENT})", "higher", 1),
    "sure": (f"share that the classifier is sure of (p ≥ {CONFIDENT})", "near", 3),
    "balance": ("exp(entropy) of classes, or of combined attributes", "near", 2),
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
        notes: what is left out, and what the measures warn about (features that do not vary).
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
            label, better, digits = MEASURES[key]
            yield (
                label,
                _with_error(measure.value, measure.error, digits),
                _with_error(measure.floor, measure.floor_error, digits),
                "as the floor" if better == "near" else better,
            )

    def __str__(self):
        table = tables.as_text([("", "generated", "floor: real", "better"), *self._rows()], "lrrl")
        return "\n".join([self.title, table, *(f"Note: {note}" for note in self.notes)])

    __repr__ = __str__

    def _repr_html_(self):
        header = ("measure", "generated", "floor: real images", "better")
        table = tables.as_html([header, *self._rows()], "lrrl")
        notes = "".join(f"<p><small>Note: {html.escape(note)}</small></p>" for note in self.notes)
        return f"<p><small>{html.escape(self.title)}</small></p>{table}{notes}"


def _with_error(value, error, digits):
    text = f"{value:.{digits}f}"
    return text if math.isnan(error) else f"{text} ± {error:.{digits}f}"
