"""Drawn faces, 64×64 RGB, with CelebA's attribute names and every factor known.

What a face looks like follows from its factors and nothing else: `draw` gives the very image
that `load("faces")` holds for the same factors. Dependencies between attributes:

- exactly one hair colour, and none on a bald head;
- `Bald` and `Mustache` only with `Male`, `Wearing_Lipstick` only without it;
- `Gray_Hair` only without `Young`; no `Bangs` on a bald head.

All else is independent: smile, mouth, glasses, hat, pose, light, colours.
"""

import numpy as np

from course_utils.data import assembly
from course_utils.data.drawn import builtin, portrait
from course_utils.data.drawn.drawing import column, complete_factors, f32

NAME = "faces"
VERSION = 2
SIZE = portrait.SIZE
CLASS_NAMES = ("not smiling", "smiling")

HAIR_COLOURS = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair")
ATTRIBUTES = (
    "Smiling",
    "Mouth_Slightly_Open",
    "Eyeglasses",
    "Wearing_Hat",
    "Male",
    "Young",
    "Bald",
    "Bangs",
    *HAIR_COLOURS,
    "Mustache",
    "Wearing_Lipstick",
)
# Each in [0, 1]; 0.5 is the middle of its range, such as a head that looks straight ahead.
CONTINUOUS = (
    "skin_tone",
    "hair_shade",
    "hair_length",
    "face_width",
    "eye_size",
    "gaze",
    "tilt",
    "azimuth",
    "lighting",
    "background_hue",
    "clothes_hue",
    "hat_hue",
    "mouth_width",
    "brow_height",
    "size",
    "shift_x",
    "shift_y",
)
FACTORS = (*ATTRIBUTES, *CONTINUOUS)

_STREAM = 100
_CHUNK = 32  # images drawn at once: their arrays then stay in the processor's cache


def make(seed, split, start, stop):
    """Draw the images `start` to `stop` of a split; see `builtin.blocks`."""
    factors = sample_factors(seed, split, start, stop)
    return {"images": _render(factors), "labels": factors["Smiling"].astype(np.int64), **factors}


def draw(factors, image_size=None):
    """Draw faces from given factors, for traversals with a ground truth.

    Args:
        factors: name -> number, or name -> (n,) for n faces. Names are those of `FACTORS`;
            one that is missing is 0 for an attribute and 0.5 for a continuous factor, except
            `Young` (1) and `Brown_Hair` (1 where no other hair colour is set and the head is
            not bald).
        image_size: height and width of the images, or None for 64; as for `load`.

    Returns:
        float32 (image_size, image_size, 3) in [0, 1], or n of them, (n, …).

    Raises:
        ValueError: an unknown factor, or a value outside [0, 1].
    """
    defaults = dict.fromkeys(ATTRIBUTES, 0.0) | dict.fromkeys(CONTINUOUS, 0.5) | {"Young": 1.0}
    full, single = complete_factors(factors, defaults)
    if "Brown_Hair" not in factors:
        others = sum(full[name] for name in (*HAIR_COLOURS, "Bald"))
        full["Brown_Hair"] = 1 - np.minimum(others, 1)
    images = assembly.to_float([_render(full)], len(full["Smiling"]), image_size)
    return images[0] if single else images


def sample_factors(seed, split, start, stop):
    """Factors of the images `start` to `stop` of a split.

    Returns:
        dict from each name of `FACTORS` to (n,): int64 0 or 1 for attributes, float32 in
        [0, 1] for continuous factors.
    """
    width = len(FACTORS)
    chance = builtin.uniforms(seed, _STREAM + builtin.stream_of(split), start, stop, width)
    chance = dict(zip(FACTORS, chance.T, strict=True))
    factors = {name: chance[name] < 0.5 for name in ("Smiling", "Mouth_Slightly_Open", "Male")}
    factors["Young"] = chance["Young"] < 0.7
    factors["Eyeglasses"] = chance["Eyeglasses"] < 0.25
    factors["Wearing_Hat"] = chance["Wearing_Hat"] < 0.2
    factors["Bald"] = factors["Male"] & (chance["Bald"] < 0.15)
    factors["Bangs"] = ~factors["Bald"] & (chance["Bangs"] < 0.35)
    factors["Mustache"] = factors["Male"] & (chance["Mustache"] < 0.3)
    factors["Wearing_Lipstick"] = ~factors["Male"] & (chance["Wearing_Lipstick"] < 0.5)
    gray = ~factors["Young"] & (chance["Gray_Hair"] < 0.6)
    third = np.floor(chance["Black_Hair"] * 3)
    for number, name in enumerate(("Black_Hair", "Blond_Hair", "Brown_Hair")):
        factors[name] = ~factors["Bald"] & ~gray & (third == number)
    factors["Gray_Hair"] = ~factors["Bald"] & gray
    result = {name: factors[name].astype(np.int64) for name in ATTRIBUTES}
    # Rounded to float32 before drawing, so that `draw` gets the very numbers used here.
    return result | {name: chance[name].astype(f32) for name in CONTINUOUS}


def _render(factors):
    """Draw all faces; uint8 (n, 64, 64, 3)."""
    count = len(factors["Smiling"])
    images = np.empty((count, SIZE, SIZE, 3), np.uint8)
    for start in range(0, count, _CHUNK):
        part = slice(start, start + _CHUNK)
        picture = portrait.Portrait(
            {name: column(values[part]) for name, values in factors.items()}
        )
        images[part] = picture.paint()
    return images
