"""Data sets for the notebooks: real ones, and built-in ones that need no download.

    images = data.load("mnist")
    images.x_train, images.y_train, images.name, images.source

Settings, read from the environment at each call:

- `COURSE_DATA`: `auto` (real if it can be had, else the built-in stand-in, with a note),
  `real` (an error if it cannot be had), `builtin` (the stand-in at once).
- `COURSE_DATA_DIR`: folder where files are looked for before anything is downloaded.
- `COURSE_CACHE_DIR`: folder where downloaded and made sets are kept.
"""

import importlib

from course_utils import checks, environment, profiles
from course_utils.data import assembly, files
from course_utils.data.containers import DataUnavailableError, ImageData, PointData
from course_utils.data.drawn import builtin, toys
from course_utils.notes import note

__all__ = ["DataUnavailableError", "ImageData", "PointData", "load", "names"]

_REAL = ("mnist", "fashion_mnist", "celeba")
_BUILTIN = ("digits", "garments", "faces")
_LARGEST_SEED = 2**32 - 1
_LARGEST_IMAGE = 256
_NOT_FOUND = (
    "it is neither in COURSE_DATA_DIR nor in a cache and could not be downloaded. Connect to the "
    "network or set COURSE_DATA_DIR; COURSE_DATA=real shows what was tried."
)


def names():
    """Names that `load` takes."""
    return (*_REAL, *_BUILTIN, "toys")


def load(name, train_size=None, image_size=None, *, test_size=None, seed=0, kind=None):
    """Load a data set.

    Args:
        name: one of `names()`. `mnist` may turn out to be `digits`, `fashion_mnist` to be
            `garments` and `celeba` to be `faces`, if the real set cannot be had; a note then says
            so, and the result's `name` and `source` too.
        train_size: how many training examples; the first ones in the set's own order, which in
            all sets is mixed by class. None gives all: 60,000 of the real sets (162,770 of
            `celeba`), 20,000 of the built-in ones (which make up to 60,000 if asked), 10,000 toy
            points.
        image_size: height and width in pixels to resize to, after images that are not square
            were cut to the square in their middle; None keeps the set's own (28, and 64 for
            `faces` and `celeba`).
        test_size: how many test examples; None gives all: 10,000 (19,962 of `celeba`), 4,000 or
            2,000. CelebA's validation images are in neither part.
        seed: seed of the built-in sets; real sets take no notice of it.
        kind: for `toys`: `ring` (the default), `grid`, `moons` or `mixture_1d`.

    Returns:
        ImageData with float32 pixels in [0, 1], or PointData for `toys`. The images of `celeba`
        stay on disk and are read as they are needed.

    Raises:
        ValueError: an argument or `COURSE_DATA` is wrong; the message lists what is right.
        DataUnavailableError: `COURSE_DATA=real` and the set cannot be had; the message says
            where it was looked for.
    """
    checks.one_of("data set", name, names())
    checks.whole_number("seed", seed, 0, _LARGEST_SEED)
    if name != "toys" and kind is not None:
        raise ValueError(f"kind is for 'toys' only; {name!r} has no kinds. Leave it out.")
    if name == "toys":
        if image_size is not None:
            raise ValueError("toys are points, not images: leave image_size out.")
        checks.optional_number("train_size", train_size, toys.LARGEST)
        checks.optional_number("test_size", test_size, toys.LARGEST)
        sizes = train_size or toys.TRAIN_SIZE, test_size or toys.TEST_SIZE
        data = toys.make(kind or "ring", *sizes, seed)
    else:
        checks.optional_number("image_size", image_size, _LARGEST_IMAGE)
        largest = _largest(name)
        checks.optional_number("train_size", train_size, largest["train"])
        checks.optional_number("test_size", test_size, largest["test"])
        data = _load_images(name, train_size, test_size, image_size, seed)
    # The stored outputs of a notebook say what data made them.
    environment.remember_data(data.name, data.source)
    if name in _REAL and data.name != name:
        environment.remember_data(name, "stand-in")
    return data


def _load_images(name, train_size, test_size, image_size, seed):
    module = _module(name)
    if name in _BUILTIN:
        return assembly.from_builtin(module, train_size, test_size, image_size, seed)
    mode = profiles.setting("COURSE_DATA", "auto", environment.DATA_MODES)
    why = "COURSE_DATA is 'builtin'. Unset COURSE_DATA to use the real set."
    if mode != "builtin":
        try:
            return _load_real(module, train_size, test_size, image_size, mode == "real")
        except DataUnavailableError:
            if mode == "real":
                raise
            why = getattr(module, "NOT_FOUND", _NOT_FOUND)
    note(
        f"{_title(module)} was asked for; the built-in {module.STAND_IN!r} are used, because {why}"
    )
    # Of the photographs there are more than are ever drawn.
    sizes = [
        min(size, builtin.LARGEST[split]) if size else None
        for split, size in (("train", train_size), ("test", test_size))
    ]
    return assembly.from_builtin(_module(module.STAND_IN), *sizes, image_size, seed)


def _load_real(module, train_size, test_size, image_size, strict):
    sizes = train_size, test_size, image_size
    if hasattr(module, "load"):
        return module.load(*sizes, strict)
    arrays, origin = files.find(module.REAL_SET, strict=strict)
    return assembly.from_real(module.REAL_SET, arrays, origin, *sizes)


def _largest(name):
    """How many images of each split may be asked for."""
    if name == "celeba":
        return dict.fromkeys(builtin.LARGEST, _module(name).LARGEST)
    return builtin.LARGEST


def _title(module):
    return module.TITLE if hasattr(module, "TITLE") else module.REAL_SET.title


def _module(name):
    room = "course_utils.data.drawn" if name in _BUILTIN else "course_utils.data"
    return importlib.import_module(f"{room}.{name}")
