"""Real data sets: where their files are looked for, and how they are verified.

The order is `COURSE_DATA_DIR`, the cache, Keras's own cache, a download. Whatever the container,
what counts is the SHA-256 of each array's bytes, so that no truncated or altered file is ever used.
"""

import contextlib
import dataclasses
import gzip
import hashlib
import os
import struct
from pathlib import Path

import numpy as np

from course_utils import environment, storage
from course_utils.data import download, layouts
from course_utils.data.containers import DataUnavailableError
from course_utils.notes import note
from course_utils.storage import DamagedFileError

ARRAYS = ("x_train", "y_train", "x_test", "y_test")


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
        folders: where its IDX files lie in the layouts that are usual, named like the set.
        image_shape: height and width of an image, and channels if there are several.
    """

    name: str
    title: str
    sha256: dict[str, str]
    class_names: tuple[str, ...]
    mirrors: tuple[tuple[str, ...], ...]
    folders: tuple[str, ...] = ()
    image_shape: tuple[int, ...] = (28, 28)


def find(real_set, strict):
    """Find a real data set.

    Args:
        real_set: RealSet.
        strict: whether a fault in `COURSE_DATA_DIR` is an error; else it is a note, and the
            search goes on.

    Returns:
        (arrays, origin): uint8 arrays by name, and `COURSE_DATA_DIR`, `cache`, `Keras's cache` or
        `download`.

    Raises:
        DataUnavailableError: it is nowhere, or `strict` and `COURSE_DATA_DIR` is at fault. The
            message says where it was looked for and what to do.
    """
    try:
        arrays, problem = _from_data_dir(real_set)
        if arrays is not None:
            return arrays, "COURSE_DATA_DIR"
        if problem:
            note(f"{problem}. Looking in the caches and on the network.")
    except (OSError, DamagedFileError) as error:
        problem = str(error)
        advice = (
            f"{problem}. Expected a folder that holds {layouts.wanted(real_set)}. Correct "
            "COURSE_DATA_DIR or replace the file; unset it to have the data downloaded."
        )
        if strict:
            raise DataUnavailableError(
                f"{real_set.title} cannot be read from COURSE_DATA_DIR: {advice}"
            ) from error
        note(f"COURSE_DATA_DIR is passed over: {advice}")
    looked = [f"COURSE_DATA_DIR: {problem or 'not set'}"]
    for origin, look in _CACHES.items():
        arrays, problem = look(real_set)
        if arrays is not None:
            return arrays, origin
        looked.append(f"{origin}: {problem or 'not there'}")
    path = _cached(real_set)
    try:
        with storage.locked(path):
            # Another process may have filled the cache while this one waited for the lock.
            arrays, problem = _from_cache(real_set)
            if arrays is not None:
                return arrays, "cache"
            arrays = _from_download(real_set, looked)
            storage.remove_leftovers(path)
            storage.save_arrays(path, arrays)
            if problem:
                note(f"the cached {real_set.title} was damaged and has been replaced: {problem}.")
    except OSError as error:
        arrays = arrays or _from_download(real_set, looked)
        storage.note_not_kept(error)
    return arrays, "download"


def where(real_set):
    """Where a real data set lies on this machine, without downloading it.

    Returns:
        `COURSE_DATA_DIR`, `the cache`, `Keras's cache`, or None.
    """
    with contextlib.suppress(OSError, DamagedFileError):
        if _from_data_dir(real_set)[0] is not None:
            return "COURSE_DATA_DIR"
    for origin, look in _CACHES.items():
        if look(real_set)[0] is not None:
            return "the cache" if origin == "cache" else origin
    return None


def data_dir():
    """The folder that `COURSE_DATA_DIR` names; None where it is not set.

    Raises:
        DamagedFileError: there is no such folder.
    """
    setting = os.environ.get("COURSE_DATA_DIR", "").strip()
    if not setting:
        return None
    folder = Path(setting).expanduser()
    if not folder.is_dir():
        is_file = folder.exists()
        raise DamagedFileError(
            f"{setting} is a file, not a folder" if is_file else f"there is no folder {setting}"
        )
    return folder


def _from_data_dir(real_set):
    """Look in `COURSE_DATA_DIR`; (arrays, None), or (None, problem), None where it is not set.

    Raises:
        DamagedFileError, OSError: the folder, or a file that bears the set's name, is at fault.
    """
    folder = data_dir()
    if folder is None:
        return None, None
    arrays, problems, named = _from_folder(real_set, folder)
    if arrays is not None:
        return arrays, None
    if named:
        raise DamagedFileError("; ".join(problems))
    why = f" ({'; '.join(problems)})" if problems else ""
    found, wanted = layouts.listing(folder), layouts.wanted(real_set)
    return None, f"{folder} holds {found}{why}; expected {wanted}"


def _from_folder(real_set, folder):
    """Look in a folder in every layout that is known.

    Returns:
        (arrays or None, problems, named): what was the matter with files that might have been the
        set, and whether one of them bears its name; other files are simply those of another set.
    """
    problems, any_named = [], False
    try:
        for path, named in layouts.candidates(folder, real_set):
            where = folder.name if path == folder else path.relative_to(folder).as_posix()
            try:
                return read_verified(real_set, path, where), [], False
            except (OSError, DamagedFileError) as error:
                problems.append(str(error))
                any_named |= named
    except OSError as error:
        return None, [*problems, str(error)], True
    return None, problems, any_named


def _from_keras(real_set):
    """Look where `keras.datasets` keeps its files; as `_from_cache`."""
    folder = environment.keras_home() / "datasets"
    if not folder.is_dir():
        return None, None
    arrays, problems, _ = _from_folder(real_set, folder)
    return arrays, "; ".join(problems)


def _from_cache(real_set):
    """Look in the cache; (arrays, None), or (None, problem), None where there is no file."""
    try:
        return read_verified(real_set, _cached(real_set)), None
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except (OSError, DamagedFileError) as error:
        return None, str(error)


def _cached(real_set):
    return storage.cache_dir() / f"{real_set.name}.npz"


_CACHES = {"cache": _from_cache, "Keras's cache": _from_keras}


def _from_download(real_set, looked):
    """Download from the first mirror that gives the right bytes."""
    problems = []
    for urls in download.reachable(real_set.mirrors, problems):
        try:
            contents = [download.fetch(url, real_set.title) for url in urls]
            return _verified(real_set, _decode(contents, urls[0]), urls[0])
        except (download.DownloadError, DamagedFileError) as error:
            problems.append(str(error))
    places = "\n  ".join([*looked, f"download: {'; '.join(problems)}"])
    raise DataUnavailableError(
        f"{real_set.title} was not found. Looked in:\n  {places}\n"
        f"Connect to the network and try again; or put {real_set.name}.npz into a folder and "
        "name that folder in COURSE_DATA_DIR; or set COURSE_DATA=builtin to use the built-in "
        "stand-in."
    )


def read_verified(real_set, path, where=None):
    """Arrays of an npz file, or of a folder of IDX files (gzipped or not).

    Args:
        real_set: RealSet.
        path: the file or folder.
        where: what messages call it; None is its name.

    Returns:
        dict of uint8 arrays with the keys of ARRAYS.

    Raises:
        DamagedFileError: the file is damaged, altered or not this data set.
        OSError: there is no such file, or it cannot be read.
    """
    where = where or path.name
    if path.is_dir():
        return _verified(real_set, _decode(layouts.read_idx_files(path), where), where)
    with path.open("rb") as file:
        return _verified(real_set, _decode([file], where), where)


def _decode(contents, where):
    """Arrays from one npz file, or from four IDX files; `where` is for the message."""
    with storage.reading(f"{where} is truncated or no data file"):
        if len(contents) == 1:
            with np.load(contents[0], allow_pickle=False) as archive:
                return {name: archive[name] for name in ARRAYS}
        return {name: _decode_idx(file) for name, file in zip(ARRAYS, contents, strict=True)}


def _decode_idx(file):
    """Array of an IDX file of bytes: 0, 0, 8, number of dimensions, sizes, values."""
    content = file.read()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    dimensions = content[3]
    shape = struct.unpack_from(f">{dimensions}I", content, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def _verified(real_set, arrays, where):
    """The arrays as uint8 if their bytes are the data set's; else DamagedFileError."""
    result = {}
    for name in ARRAYS:
        array = np.ascontiguousarray(arrays[name], dtype=np.uint8)
        # Labels as int64 mean the same.
        if arrays[name].dtype != np.uint8 and not np.array_equal(array, arrays[name]):
            raise DamagedFileError(
                f"{where}: {name} holds values that are no whole number from 0 to 255"
            )
        found = hashlib.sha256(array.data).hexdigest()
        if found != real_set.sha256[name]:
            raise DamagedFileError(
                f"{where} is not the original {real_set.title}: {name} {array.shape} has SHA-256 "
                f"{found[:12]}…, expected {real_set.sha256[name][:12]}…"
            )
        # However the file had them, such as images in rows of 784.
        shape = (-1, *real_set.image_shape) if name.startswith("x_") else (array.size,)
        result[name] = array.reshape(shape)
    return result
