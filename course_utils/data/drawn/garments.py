"""Drawn clothing, 28×28 grey on black, in the order of Fashion-MNIST's classes.

Every factor is known; `draw` gives the very image that `load("garments")` holds for the same
class and factors. The stand-in for Fashion-MNIST.
"""

import numpy as np

from course_utils.data.drawn import builtin
from course_utils.data.drawn import drawing as d
from course_utils.data.drawn.accessories import ankle_boot, bag, sandal, sneaker
from course_utils.data.drawn.clothes import coat, dress, pullover, shirt, t_shirt, trouser
from course_utils.data.drawn.drawing import column, f32, mix
from course_utils.data.fashion_mnist import CLASS_NAMES

NAME = "garments"
VERSION = 2
SIZE = 28

PATTERNS = ("plain", "horizontal stripes", "vertical stripes", "checks", "dots", "print")
# Each in [0, 1]. `cut`: from slim to wide. `length`: of the body, a leg, a skirt, a shaft; and
# `sleeve` of what has sleeves. `detail`: collar, buttons, laces, straps, heel, handle.
_CLOTH = ("cut", "length", "sleeve", "shade", "contrast", "detail", "fold", "phase")
CONTINUOUS = (*_CLOTH, "tilt", "size", "shift_x", "shift_y")
FACTORS = ("pattern", *CONTINUOUS)

# In the order of the classes.
_PAINTERS = (t_shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle_boot)

_STREAM = 300
_CHUNK = 100  # images drawn at once: their arrays then stay in the processor's cache
# How often each pattern is worn, by class; a row a class, a column a pattern.
_PATTERN_SHARES = np.array(
    [
        [0.45, 0.18, 0.04, 0.03, 0.05, 0.25],  # T-shirt/top
        [0.75, 0.02, 0.13, 0.06, 0.02, 0.02],  # Trouser
        [0.60, 0.22, 0.04, 0.04, 0.02, 0.08],  # Pullover
        [0.60, 0.10, 0.08, 0.06, 0.10, 0.06],  # Dress
        [0.80, 0.02, 0.06, 0.10, 0.01, 0.01],  # Coat
        [0.95, 0.05, 0.00, 0.00, 0.00, 0.00],  # Sandal
        [0.40, 0.05, 0.22, 0.25, 0.06, 0.02],  # Shirt
        [0.55, 0.08, 0.25, 0.02, 0.02, 0.08],  # Sneaker
        [0.65, 0.08, 0.07, 0.07, 0.05, 0.08],  # Bag
        [0.85, 0.06, 0.03, 0.02, 0.02, 0.02],  # Ankle boot
    ]
)


def make(seed, split, start, stop):
    """Draw the images `start` to `stop` of a split; see `builtin.blocks`."""
    labels, factors = sample_factors(seed, split, start, stop)
    return {"images": _render(labels, factors), "labels": labels, **factors}


def draw(label, factors):
    """Draw garments of one class from given factors, for traversals with a ground truth.

    Args:
        label: number of the class in `CLASS_NAMES`.
        factors: name -> number, or name -> (n,) for n garments. Names are those of `FACTORS`;
            `pattern` is a number of `PATTERNS`; one that is missing is 0 for `pattern` and 0.5
            for the others.

    Returns:
        float32 (28, 28, 1) in [0, 1], or (n, 28, 28, 1).

    Raises:
        ValueError: an unknown class or factor, or a value out of range.
    """
    if label not in range(len(CLASS_NAMES)):
        raise ValueError(f"label must be from 0 to {len(CLASS_NAMES) - 1}, found {label!r}.")
    defaults = {"pattern": 0, **dict.fromkeys(CONTINUOUS, 0.5)}
    full, single = d.complete_factors(factors, defaults, {"pattern": PATTERNS})
    images = _render(np.full(len(full["cut"]), label), full).astype(f32) / 255
    return images[0] if single else images


def sample_factors(seed, split, start, stop):
    """Classes int64 (n,) and factors, name -> (n,), of the images `start` to `stop` of a split.

    `pattern` is int64, the other factors are float32 in [0, 1].
    """
    chance = builtin.named_uniforms(("label", *FACTORS), seed, _STREAM, split, start, stop)
    labels = np.floor(chance["label"] * len(CLASS_NAMES)).astype(np.int64)
    limits = np.cumsum(_PATTERN_SHARES, axis=1)[:, :-1]
    pattern = (chance["pattern"][:, None] >= limits[labels]).sum(axis=1)
    factors = {"pattern": pattern.astype(np.int64)}
    # Rounded to float32 before drawing, so that `draw` gets the very numbers used here.
    return labels, factors | {name: chance[name].astype(f32) for name in CONTINUOUS}


def _render(labels, factors):
    """Draw all garments; uint8 (n, 28, 28, 1)."""
    images = np.empty((len(labels), SIZE, SIZE, 1), np.uint8)
    for label, paint in enumerate(_PAINTERS):
        members = np.flatnonzero(labels == label)
        for start in range(0, len(members), _CHUNK):
            part = members[start : start + _CHUNK]
            garment = _Garment({name: column(values[part]) for name, values in factors.items()})
            paint(garment)
            images[part] = garment.backdrop.to_bytes()
    return images


class _Garment(d.Frame):
    """A batch of garments of one class while they are painted; what all classes share.

    Attributes:
        f: factors, each (n, 1, 1).
        x: horizontal coordinates in the garment's own frame, from -1 to 1.
        y: vertical coordinates, downwards.
        shade: brightness of the cloth.
    """

    def __init__(self, factors):
        self.f = f = factors
        self.backdrop = scene = d.Scene.blank(len(f["cut"]), SIZE, 1)
        size = mix(0.94, 1.06, f["size"])
        x = (scene.x - (f["shift_x"] - 0.5) * 0.10) / size
        y = (scene.y - (f["shift_y"] - 0.5) * 0.08) / size
        frame = d.Frame(x, y).turned((f["tilt"] - 0.5) * 0.07)
        super().__init__(frame.x, frame.y)
        self.shade = mix(0.26, 0.97, f["shade"])

    def cloth(self, distance, brightness=1.0):
        """Paint a piece of the garment's own cloth: its shade, pattern and folds."""
        tone = self.shade * brightness * self._pattern() * self._folds()
        self.backdrop.paint(distance, [tone])

    def mark(self, distance, brightness, opacity=1.0, blur=1.0):
        """Paint a detail (a seam, a button, a sole) that is `brightness` times the cloth."""
        self.backdrop.paint(distance, [self.shade * brightness], opacity, blur)

    def _folds(self):
        """Soft light from the left, and creases that run down the cloth."""
        crease = d.wave(self.x * 0.9 + self.y * 0.3 + self.f["fold"])
        return 0.98 - 0.10 * self.x - 0.16 * crease * mix(0.4, 1, self.f["fold"])

    def _pattern(self):
        """Brightness of the pattern, around 1."""
        x, y, f = self.x, self.y, self.f
        across = d.smoothstep(0.3, 0.7, d.wave(y * 2.6 + f["phase"]))
        down = d.smoothstep(0.3, 0.7, d.wave(x * 2.9 + f["phase"]))
        dots = d.smoothstep(0.45, 0.75, d.wave(x * 2.9 + f["phase"]) * d.wave(y * 2.9))
        badge = self.ellipse(0, -0.12, 0.29, mix(0.16, 0.32, f["phase"]))
        badge = self.backdrop.cover(badge) * (0.6 + 0.4 * d.wave(x * 3 + y * 2))
        figures = (across, down, 0.5 * (across + down), dots, badge)  # 0 is plain
        depth = mix(0.35, 0.75, f["contrast"])
        worn = 0
        for number, figure in enumerate(figures, start=1):
            worn = worn + figure * (f["pattern"] == number).astype(f32)
        return 1 - depth * worn
