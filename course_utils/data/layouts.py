"""Where in a folder a data set may lie: as its authors, Keras, torchvision and others leave it."""

import io
import os
from pathlib import Path

# Names of the four files as their authors publish them, in the order of `files.ARRAYS`.
IDX_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
# A folder of a thousand folders holds something else, and looking into each may take long.
MOST_FOLDERS = 100


def wanted(real_set):
    """What is looked for in a folder, in words."""
    places = ", ".join(f"{name}/" for name in real_set.folders)
    return (
        f"{real_set.name}.npz, or the four IDX files ({IDX_FILES[0].removesuffix('.gz')} and so "
        f"on, gzipped or not) in the folder itself, in {places} or one folder further down"
    )


def listing(folder):
    """The first few names in a folder, in words."""
    found = sorted(path.name for path in folder.iterdir())
    return (", ".join(found[:5]) + (", …" if len(found) > 5 else "")) or "nothing"


def candidates(folder, real_set):
    """Find what may hold a data set, in a folder or one folder down.

    Args:
        folder: Path of a folder.
        real_set: RealSet; its `folders` are where the IDX files lie in known layouts.

    Yields:
        (path, named): an npz file or a folder that holds IDX files, and whether its name says
        that it is this set. The IDX files of MNIST and Fashion-MNIST have the same names.

    Raises:
        OSError: the folder cannot be read.
    """
    with os.scandir(folder) as entries:
        below = sorted(Path(entry) for entry in entries if entry.is_dir())
    seen = set()
    for base in (folder, *below[:MOST_FOLDERS]):
        for place in (f"{real_set.name}.npz", *real_set.folders, "."):
            path = base / place
            is_npz = place.endswith(".npz")
            found = path.exists() if is_npz else any(_idx_path(path, name) for name in IDX_FILES)
            if found and path not in seen:
                seen.add(path)
                yield path, place != "."


def _idx_path(folder, name):
    """Path of an IDX file, gzipped or not, with a hyphen or, as some have it, a full stop."""
    for spelling in (name, name.replace("-idx", ".idx")):
        for candidate in (folder / spelling, folder / spelling.removesuffix(".gz")):
            if candidate.is_file():
                return candidate
    return None


def read_idx_files(folder):
    """Contents of a folder's `IDX_FILES` as list of io.BytesIO; FileNotFoundError if one lacks."""
    paths = {name: _idx_path(folder, name) for name in IDX_FILES}
    for name, path in paths.items():
        if path is None:
            raise FileNotFoundError(f"{folder.name}/ lacks {name}")
    return [io.BytesIO(path.read_bytes()) for path in paths.values()]
