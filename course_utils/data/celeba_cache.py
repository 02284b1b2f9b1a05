"""CelebA as the course keeps it: small images in one file on the disk, and a manifest.

A folder for each size holds

- `images.npy`: bytes, the training images before the test images, each in the order of its number;
- `attributes.npz`: their attributes, in the same order;
- `manifest.json`: what they were made from and how. It is written last, so that without it nothing
  counts, and it names the content of the other two.
"""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np

from course_utils import storage
from course_utils.data import celeba_pixels, celeba_tables, stored
from course_utils.notes import note
from course_utils.storage import DamagedFileError

VERSION = 1  # another one when the images would come out otherwise
MOST_DAMAGED = 0.01
_WAIT_SECONDS = 4 * 3600  # for another process: the whole set may take that long from a slow disk
_SHOWN = 5
_KEYS = {
    "version", "size", "crop", "resampling", "made_from", "images", "train", "remark", "attributes",
    "sha256",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Cache:
    """What a folder of the cache holds.

    Attributes:
        images: numpy.memmap, uint8 (train + test, size, size, 3).
        attributes: name -> uint8 (train + test,), 0 or 1.
        train: how many of them are training images; they come first.
        remark: what is to be said of the split, or "".
    """

    images: np.memmap
    attributes: dict[str, np.ndarray]
    train: int
    remark: str


def read(folder, made_from=None):
    """Open a folder of the cache.

    Args:
        folder: Path.
        made_from: what `identity` gives of the files it must have been made from; None: any.

    Returns:
        Cache.

    Raises:
        FileNotFoundError: there is no manifest, so nothing was finished there.
        DamagedFileError: a file is damaged, or it was made from other files or in another way.
    """
    manifest = _manifest(folder)
    expected = _how(int(folder.name)) | ({"made_from": made_from} if made_from else {})
    for key, value in expected.items():
        if manifest[key] != value:
            raise DamagedFileError(_difference(key, manifest[key], value))
    try:
        images = stored.read(folder / "images.npy")
        arrays, about = storage.load_arrays(folder / "attributes.npz")
    except (FileNotFoundError, NotADirectoryError) as error:
        # Damage, since the manifest says that they were there.
        raise DamagedFileError(f"{Path(error.filename).name} is missing") from error
    names, count = manifest["attributes"], manifest["images"]
    fits = about == manifest["sha256"] == images.fingerprint and len(images) == count
    if not fits or arrays["values"].shape != (count, len(names)):
        raise DamagedFileError("its files do not belong together")
    attributes = dict(zip(names, arrays["values"].T, strict=True))
    return Cache(images, attributes, manifest["train"], manifest["remark"])


def _manifest(folder):
    """What `_make` wrote last, every key in it."""
    content = (folder / "manifest.json").read_bytes()
    with storage.reading("its manifest.json is damaged"):
        manifest = json.loads(content)
        if lacking := _KEYS - manifest.keys():
            raise ValueError(f"without {', '.join(sorted(lacking))}")
        return manifest


def read_or_make(folder, files):
    """Open a folder of the cache; make it (anew) where it was not made from `files`.

    Args:
        folder: Path, whose name is the size of its images.
        files: celeba_source.Files.

    Returns:
        Cache.

    Raises:
        DamagedFileError: the tables, or more than one image in a hundred, cannot be used.
        OSError: it cannot be written.
    """
    tables = celeba_tables.Tables(files)
    made_from = files.identity | {"tables": tables.identity}
    try:
        return read(folder, made_from)
    except (FileNotFoundError, DamagedFileError):
        pass
    names, splits, attributes = _examples(files, tables)
    try:
        with storage.locked(folder / "images.npy", _WAIT_SECONDS):
            # Another process may have made it while this one waited for the lock.
            try:
                return read(folder, made_from)
            except FileNotFoundError:
                pass
            except DamagedFileError as error:
                note(f"the cached CelebA of {folder.name} pixels is made anew: {error}.")
            _make(folder, files, names, splits, attributes, made_from)
    except OSError as error:
        size = int(folder.name)
        need = len(names) * size * size * 3 / 1e9
        raise OSError(
            f"the cache of CelebA cannot be written to {folder} ({error}). It takes {need:.1f} GB "
            f"at {size} pixels: free as much there, or set COURSE_CACHE_DIR to another folder"
        ) from error
    return read(folder, made_from)


def _examples(files, tables):
    """Names in the order of the cache, (train, test, remark), and (names, values) of attributes."""
    parts = None
    if tables.partition:
        rows = celeba_tables.read_partition(*tables.partition)
        parts = celeba_tables.of_images(rows, files.images, tables.partition[0])
    train, test, remark = celeba_tables.split(files.images, parts)
    names = [files.images[position] for position in (*train, *test)]
    attributes = (), np.zeros((len(names), 0), np.uint8)
    if tables.attributes:
        attribute_names, rows = celeba_tables.read_attributes(*tables.attributes)
        values = celeba_tables.of_images(rows, names, tables.attributes[0])
        values = np.frombuffer(b"".join(values), np.uint8).reshape(len(names), -1)
        attributes = attribute_names, values
    return names, (len(train), remark), attributes


def _make(folder, files, names, split, attributes, made_from):
    size, path = int(folder.name), folder / "images.npy"
    (folder / "manifest.json").unlink(missing_ok=True)
    for name in ("images.npy", "attributes.npz", "manifest.json"):
        storage.remove_leftovers(folder / name)
    _check_room(folder, len(names) * size * size * 3)
    problems = {}
    stored.write(path, _small_images(files, names, size, problems), (None, size, size, 3))
    images = stored.read(path)
    kept = np.array([name not in problems for name in names])
    attribute_names, values = attributes
    storage.save_arrays(
        folder / "attributes.npz", {"values": values[kept]}, meta=images.fingerprint
    )
    train, remark = split
    manifest = _how(size) | {
        "made_from": made_from,
        "images": len(images),
        "train": int(kept[:train].sum()),
        "remark": remark,
        "attributes": attribute_names,
        "left_out": problems,
        "sha256": images.fingerprint,
    }
    with storage.atomic_write(folder / "manifest.json") as temporary:
        temporary.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    if problems:
        told = _told(problems, len(names))
        note(f"{told} They are left out; manifest.json in {folder} lists them.")


def _how(size):
    """How the images of a cache are made; another entry makes other images."""
    crop, resampling = celeba_pixels.CROP, celeba_pixels.FILTER
    return {"version": VERSION, "size": size, "crop": crop, "resampling": resampling}


def _check_room(folder, need):
    free = shutil.disk_usage(folder).free
    if need > free:
        raise OSError(f"{free / 1e9:.1f} GB are free")


def _small_images(files, names, size, problems):
    """Yield blocks of images with a progress bar; what is wrong with the others goes to `problems`.

    Raises:
        DamagedFileError: more than `MOST_DAMAGED` of them are.
    """
    from tqdm.auto import tqdm

    title = f"CelebA, made once at {size}×{size}"
    with tqdm(total=len(names), desc=title, unit=" images", leave=False) as bar:
        for images, found in celeba_pixels.small_images(files.read, names, size):
            problems |= found
            if len(problems) > MOST_DAMAGED * len(names):
                told = _told(problems, len(names))
                raise DamagedFileError(
                    f"{files.where}: {told} More than {MOST_DAMAGED * 100:g} % is too many to "
                    f"leave out: get the files again"
                )
            bar.update(len(images) + len(found))
            yield images


def _told(problems, count):
    """How many images cannot be read, and which, in words."""
    shown = [f"{name} ({why})" for name, why in list(problems.items())[:_SHOWN]]
    more = ", …" if len(problems) > _SHOWN else ""
    return f"{len(problems):,} of {count:,} images cannot be read: {', '.join(shown)}{more}."


def _difference(key, found, expected):
    """In what a cache is not the one that is wanted, in words."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for part in sorted(found.keys() | expected.keys()):
            if found.get(part) != expected.get(part):
                return _difference(part, found.get(part), expected.get(part))
    return f"it was made with {key} {found}, now it is {expected}"
