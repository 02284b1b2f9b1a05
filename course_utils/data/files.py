"""Real data sets: where their files are looked for, and how they are verified.

The order is `COURSE_DATA_DIR`, the cache, a download. Whatever the container, what counts is
the SHA-256 of each array's bytes, so that no truncated or altered file is ever used.
"""

import contextlib
import dataclasses
import gzip
import hashlib
import io
import os
import struct
from pathlib import Path

import numpy as np

from course_utils import storage
from course_utils.data import download
from course_utils.data.containers import DataUnavailableError
from course_utils.notes import note

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
# Names of the four files as their authors publish them, in the order of ARRAYS.
IDX_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


@dataclasses.dataclass(frozen=True)
class RealSet:
    """What there is to know about a data set's files.

    Attributes:
        name: name in `load`, and stem of its files.
        title: name for people.
        sha256: array name -> SHA-256 of its bytes as uint8 in C order.
        class_names: one name a label.
        mirrors: addresses to try in turn, each a tuple of URLs: one npz, or the four IDX files
            in the order of ARRAYS.
    """

    name: str
    title: str
    sha256: dict[str, str]
    class_names: tuple[str, ...]
    mirrors: tuple[tuple[str, ...], ...]


class DamagedFileError(ValueError):
    """A file is there, but what it holds is not the data set."""


def find(real_set, strict):
    """Find a real data set.

    Args:
        real_set: RealSet.
        strict: whether a fault in `COURSE_DATA_DIR` is an error; else it is a note, and the
            search goes on.

    Returns:
        (arrays, origin): uint8 arrays by name, and `COURSE_DATA_DIR`, `cache` or `download`.

    Raises:
        DataUnavailableError: it is nowhere, or `strict` and `COURSE_DATA_DIR` is at fault. The
            message says where it was looked for and what to do.
    """
    looked = []
    arrays, problem = _from_data_dir(real_set, strict)
    if arrays is not None:
        return arrays, "COURSE_DATA_DIR"
    looked.append(f"COURSE_DATA_DIR: {problem}")
    cached = storage.cache_dir() / f"{real_set.name}.npz"
    arrays, problem = _from_cache(real_set, cached)
    if arrays is not None:
        return arrays, "cache"
    looked.append(f"cache: {problem or 'not there'}")
    try:
        with storage.locked(cached):
            # Another process may have filled the cache while this one waited for the lock.
            arrays, problem = _from_cache(real_set, cached)
            if arrays is not None:
                return arrays, "cache"
            arrays = _from_download(real_set, looked)
            _keep(arrays, cached)
            if problem:
                note(f"the cached {real_set.title} was damaged and has been replaced: {problem}.")
    except OSError as error:
        arrays = arrays or _from_download(real_set, looked)
        note(f"cannot keep {real_set.title} in the cache ({error}); it is used from memory only.")
    return arrays, "download"


def where(real_set):
    """Where a real data set lies on this machine, without downloading it.

    Returns:
        `COURSE_DATA_DIR`, `the cache`, or None.
    """
    folders = {"the cache": storage.cache_dir()}
    if setting := os.environ.get("COURSE_DATA_DIR", "").strip():
        folders = {"COURSE_DATA_DIR": Path(setting).expanduser(), **folders}
    for place, folder in folders.items():
        for candidate in (folder / f"{real_set.name}.npz", folder / real_set.name):
            with contextlib.suppress(OSError, DamagedFileError):
                read_verified(real_set, candidate)
                return place
    return None


def _from_data_dir(real_set, strict):
    """Look in `COURSE_DATA_DIR`; (arrays, None) or (None, what was the matter)."""
    setting = os.environ.get("COURSE_DATA_DIR", "").strip()
    if not setting:
        return None, "not set"
    wanted = f"{real_set.name}.npz (or the four IDX files in a folder {real_set.name}/)"
    folder = Path(setting).expanduser()
    try:
        if not folder.exists():
            raise DamagedFileError(f"there is no folder {setting}")
        if not folder.is_dir():
            raise DamagedFileError(f"{setting} is a file, not a folder")
        found = sorted(entry.name for entry in folder.iterdir())
        for candidate in (folder / f"{real_set.name}.npz", folder / real_set.name):
            if candidate.exists():
                return read_verified(real_set, candidate), None
    except (OSError, DamagedFileError) as error:
        problem = (
            f"{error}. Expected a folder that holds {wanted}. Correct COURSE_DATA_DIR or replace "
            "the file; unset COURSE_DATA_DIR to have the data downloaded."
        )
        if strict:
            raise DataUnavailableError(
                f"{real_set.title} cannot be read from COURSE_DATA_DIR: {problem}"
            ) from error
        note(f"COURSE_DATA_DIR is passed over: {problem}")
        return None, str(error)
    listing = ", ".join(found[:5]) + (", …" if len(found) > 5 else "") if found else "nothing"
    problem = f"{setting} holds {listing}; expected {wanted}"
    note(f"{problem}. Looking in the cache and on the network.")
    return None, problem


def _from_cache(real_set, path):
    """Look in the cache; (arrays, None), or (None, problem), None where there is no file."""
    try:
        return read_verified(real_set, path), None
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except (OSError, DamagedFileError) as error:
        return None, str(error)


def _from_download(real_set, looked):
    """Download from the first mirror that gives the right bytes."""
    problems = []
    for urls in download.reachable(real_set.mirrors, problems):
        try:
            contents = [download.fetch(url, real_set.title) for url in urls]
            return verified(real_set, _decode(contents, urls[0]), urls[0])
        except (download.DownloadError, DamagedFileError) as error:
            problems.append(str(error))
    looked.append(f"download: {'; '.join(problems)}")
    raise DataUnavailableError(
        f"{real_set.title} was not found. Looked in:\n  "
        + "\n  ".join(looked)
        + f"\nConnect to the network and try again; or put {real_set.name}.npz into a folder and "
        "name that folder in COURSE_DATA_DIR; or set COURSE_DATA=builtin to use the built-in "
        "stand-in."
    )


def _keep(arrays, path):
    """Write verified arrays to the cache, uncompressed so that they load in a moment."""
    storage.remove_leftovers(path)
    with storage.atomic_write(path) as temporary:
        np.savez(temporary, **arrays)


def read_verified(real_set, path):
    """Arrays of an npz file, or of a folder of IDX files (gzipped or not).

    Returns:
        dict of uint8 arrays with the keys of ARRAYS.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedFileError: the file is damaged, altered or not this data set.
        OSError: the file cannot be read.
    """
    if path.is_dir():
        arrays = _decode([_read_idx_file(path, name) for name in IDX_FILES], path.name)
    else:
        with path.open("rb") as file:
            arrays = _decode([file], path.name)
    return verified(real_set, arrays, path.name)


def _read_idx_file(folder, name):
    for candidate in (folder / name, folder / name.removesuffix(".gz")):
        if candidate.exists():
            return io.BytesIO(candidate.read_bytes())
    raise DamagedFileError(f"{folder.name}/ lacks {name}")


def _decode(files, where):
    """Arrays from one npz file, or from four IDX files; `where` is for the message.

    Raises:
        DamagedFileError: a file is truncated or of another kind.
    """
    try:
        if len(files) == 1:
            with np.load(files[0], allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in ARRAYS}
        else:
            arrays = {name: _decode_idx(file) for name, file in zip(ARRAYS, files, strict=True)}
    # A damaged file may fail in any layer: zip, zlib, NumPy's header, a missing key.
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise DamagedFileError(f"{where} is truncated or no data file ({reason})") from error
    return arrays


def _decode_idx(file):
    """Array of an IDX file of bytes: 0, 0, 8, number of dimensions, sizes, values."""
    content = file.read()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    dimensions = content[3]
    shape = struct.unpack_from(f">{dimensions}I", content, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def verified(real_set, arrays, where):
    """Return `arrays` as uint8 if their bytes are the data set's.

    Raises:
        DamagedFileError: some array is another one; the message says which.
    """
    result = {}
    for name in ARRAYS:
        array = _as_bytes(arrays[name], f"{where}: {name}")
        found = hashlib.sha256(array.data).hexdigest()
        if found != real_set.sha256[name]:
            raise DamagedFileError(
                f"{where} is not the original {real_set.title}: {name} {array.shape} has SHA-256 "
                f"{found[:12]}…, expected {real_set.sha256[name][:12]}…"
            )
        result[name] = array.reshape(_shape(name, array))
    return result


def _as_bytes(array, where):
    """`array` as uint8 in C order; copies that hold labels as int64 mean the same."""
    small = np.ascontiguousarray(array, dtype=np.uint8)
    if array.dtype != np.uint8 and not np.array_equal(small, array):
        raise DamagedFileError(f"{where} holds values that are no whole number from 0 to 255")
    return small


def _shape(name, array):
    """Images as (n, 28, 28), labels as (n,), however the file had them."""
    return (-1, 28, 28) if name.startswith("x_") else (array.size,)
