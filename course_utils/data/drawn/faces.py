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
_FREE = ("Smiling", "Mouth_Slightly_Open", "Eyeglasses", "Wearing_Hat", "Male", "Young")
ATTRIBUTES = (*_FREE, "Bald", "Bangs", *HAIR_COLOURS, "Mustache", "Wearing_Lipstick")
# Each in [0, 1]; 0.5 is the middle of its range, such as a head that looks straight ahead.
_HEAD = ("skin_tone", "hair_shade", "hair_length", "face_width", "eye_size")
_POSE = ("gaze", "tilt", "azimuth")
_SCENE = ("lighting", "background_hue", "clothes_hue", "hat_hue")
_PLACE = ("size", "shift_x", "shift_y")
CONTINUOUS = (*_HEAD, *_POSE, *_SCENE, "mouth_width", "brow_height", *_PLACE)
FACTORS = (*ATTRIBUTES, *CONTINUOUS)

# How often each attribute is there, where its dependencies allow it; hair has its own rules.
_SHARES = dict.fromkeys(("Smiling", "Mouth_Slightly_Open", "Male", "Wearing_Lipstick"), 0.5)
_SHARES |= {"Eyeglasses": 0.25, "Wearing_Hat": 0.2, "Young": 0.7}
_SHARES |= {"Bald": 0.15, "Bangs": 0.35, "Mustache": 0.3}
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
    chance = builtin.named_uniforms(FACTORS, seed, _STREAM, split, start, stop)
    factors = {name: chance[name] < share for name, share in _SHARES.items()}
    factors["Bald"] &= factors["Male"]
    factors["Bangs"] &= ~factors["Bald"]
    factors["Mustache"] &= factors["Male"]
    factors["Wearing_Lipstick"] &= ~factors["Male"]
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
    images = np.empty((len(factors["Smiling"]), SIZE, SIZE, 3), np.uint8)
    for start in range(0, len(images), _CHUNK):
        part = slice(start, start + _CHUNK)
        own = {name: column(values[part]) for name, values in factors.items()}
        images[part] = portrait.Portrait(own).paint()
    return images
