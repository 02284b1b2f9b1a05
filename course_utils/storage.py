"""Where files are kept, and how they are written so that nothing is ever half there."""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

import filelock
import numpy as np
import platformdirs

from course_utils.notes import note

CHECKOUT = Path(__file__).resolve().parent.parent


def in_checkout():
    """Whether the package is used from a checkout of the course (not from site-packages)."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "notebooks").is_dir()


def cache_dir():
    """Folder for data sets: `COURSE_CACHE_DIR`, the checkout's `data/`, or the user's cache.

    The folder need not exist.
    """
    if asked := os.environ.get("COURSE_CACHE_DIR"):
        return Path(asked).expanduser()
    if in_checkout():
        return CHECKOUT / "data" / "cache"
    return Path(platformdirs.user_cache_dir("deep-generative-companion", appauthor=False))


def runs_dir():
    """Folder for trained models: `COURSE_RUNS_DIR`, else `runs/` beside the data sets."""
    if asked := os.environ.get("COURSE_RUNS_DIR"):
        return Path(asked).expanduser()
    return cache_dir() / "runs"


_TOLD = set()  # folders of which it was said that nothing can be kept in them: once is enough


def note_not_kept(error, folder=None):
    """Say, once for each folder, that what is made or downloaded cannot be kept in it.

    Args:
        error: OSError that told so.
        folder: the folder; None is `cache_dir()`.
    """
    folder = cache_dir() if folder is None else folder
    if folder not in _TOLD:
        _TOLD.add(folder)
        note(
            f"nothing can be kept in {folder} ({error}): what is made or downloaded is used from "
            "memory, and made or downloaded again each time. Set COURSE_CACHE_DIR to a folder that "
            "can be written to."
        )


@contextlib.contextmanager
def atomic_write(path):
    """Yield a temporary path beside `path`; rename it to `path` if the block succeeds.

    A reader sees the old file or the new one, never a part. If the block raises, or the
    process dies, `path` is as it was.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path, timeout=600):
    """Hold a lock on `path` between processes, so that two do not fill one cache at once.

    Raises:
        TimeoutError: another process held the lock for `timeout` seconds.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(f"{path}.lock", timeout=timeout):
            yield
    except filelock.Timeout:
        raise TimeoutError(
            f"another process has been writing {path} for {timeout} s. "
            f"If none is running, delete {path}.lock and try again."
        ) from None


def remove_leftovers(path):
    """Delete what a killed process left behind while it wrote `path`; call it under the lock."""
    path = Path(path)
    # `atomic_write` names its temporary files so: eight characters between stem and suffix.
    for leftover in path.parent.glob(f".{path.stem}-????????{path.suffix}"):
        leftover.unlink(missing_ok=True)


class DamagedFileError(ValueError):
    """A file is there, but what it holds is not what was written."""


@contextlib.contextmanager
def reading(problem, advice=""):
    """Turn whatever a damaged file makes its reader raise into DamagedFileError.

    A file that is not there or must not be read is not damaged: that OSError stays.

    Args:
        problem: what the message says is the matter; the reason follows in brackets.
        advice: sentence behind that.
    """
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        raise
    # It may come from any layer: zip, zlib, NumPy's header, a missing key, the operating system.
    except Exception as error:
        cause = (error.__cause__ or error) if isinstance(error, DamagedFileError) else error
        reason = f"{type(cause).__name__}: {cause}"
        raise DamagedFileError(f"{problem} ({reason}).{advice and ' '}{advice}") from cause


def save_arrays(path, arrays, meta=None):
    """Write arrays and what is to be known of them as an .npz file, whole or not at all.

    Args:
        path: of the file, with any ending.
        arrays: name -> array.
        meta: what JSON can hold, or None.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    arrays = dict(arrays) if meta is None else {**arrays, "meta": np.array(json.dumps(meta))}
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez(file, sha256=content_hash(arrays), **arrays)


def load_arrays(path):
    """Read what `save_arrays` wrote.

    Returns:
        (arrays, meta): name -> array, and what went with them.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedFileError: its content is not what was written, or it is a file of another kind.
    """
    with reading(f"{Path(path).name} was damaged or is another file"):
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
        if "sha256" not in arrays:
            raise ValueError("it has no checksum: an earlier version of the course wrote it?")
        if str(arrays.pop("sha256")) != content_hash(arrays):
            raise ValueError("its content does not match its checksum")
        meta = arrays.pop("meta", None)
        return arrays, None if meta is None else json.loads(str(meta))


def content_hash(arrays):
    """SHA-256 over names, types, shapes and bytes of a dict of arrays, in order of the names."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
