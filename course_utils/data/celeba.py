"""CelebA: photographs of faces with 40 attributes (Liu, Luo, Wang, Tang 2015).

For non-commercial research only, to those who agree with its authors' terms. So it is never
downloaded here: whoever may use it puts the files where this module finds them.
"""

import dataclasses

import numpy as np

from course_utils import storage
from course_utils.data import celeba_cache, celeba_source, celeba_tables, files, stored
from course_utils.data.containers import DataUnavailableError, ImageData
from course_utils.notes import note
from course_utils.storage import DamagedFileError

TITLE = "CelebA"
STAND_IN = "faces"
SIZE = 64
LARGEST = celeba_tables.LAST
CLASS_NAMES = ("not smiling", "smiling")  # as those of the drawn faces
NOT_FOUND = (
    "its files are neither in COURSE_DATA_DIR nor in the cache, and are never downloaded by "
    "themselves. COURSE_DATA=real says where to get them and where to put them."
)
_ABSENT = {"COURSE_DATA_DIR": "not set", "cache": "not there"}
_REPAIR = "Delete it, or put the original files where it is, so that it is made anew"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class CelebA(ImageData):
    """ImageData of the photographs.

    Attributes:
        remark: what is unusual about them, such as test images that the course held out; or "".
    """

    remark: str = ""

    def __repr__(self):
        return f"{super().__repr__()}{self.remark and '; '}{self.remark}"


def load(train_size, test_size, image_size, strict):
    """The photographs, as a `CelebA`; see `data.load`.

    Args:
        train_size: as for `data.load`, as the next two.
        test_size: how many test images.
        image_size: height and width; None is 64.
        strict: whether a fault in `COURSE_DATA_DIR` is an error; else it is a note, and the search
            goes on.

    Raises:
        DataUnavailableError: it is nowhere, or `strict` and `COURSE_DATA_DIR` is at fault.
    """
    cache, origin = _find(image_size or SIZE, strict)
    train = _part(cache, 0, cache.train, train_size, "training")
    test = _part(cache, cache.train, len(cache.images), test_size, "test")
    if cache.remark:
        note(f"{TITLE}: {cache.remark}.")
    if not cache.attributes:
        note(
            f"{TITLE} comes without attributes, all images of one class: {celeba_tables.ATTRIBUTES}"
            ".txt (or .csv) is not beside the images."
        )
    return CelebA(
        "celeba", "real", origin, *train[:2], *test[:2],
        class_names=CLASS_NAMES if cache.attributes else ("face",),
        factors_train=train[2], factors_test=test[2], remark=cache.remark,
    )  # fmt: skip


def where():
    """Where the photographs lie: `COURSE_DATA_DIR`, `the cache`, or None."""
    for origin, root in _roots():
        try:
            folder = root()
            if folder and (celeba_source.find(folder)[0] or _finished(folder, SIZE)):
                return "the cache" if origin == "cache" else origin
        except (OSError, DamagedFileError):
            pass
    return None


def how_to_get():
    """Where the files are to be had, on what terms, and where to put them."""
    return (
        "It is never downloaded by itself: its authors give it for non-commercial research only, "
        "and do not allow to pass it on or to publish any part of it. If you agree, get "
        "img_align_celeba.zip (1.4 GB), list_attr_celeba.txt and list_eval_partition.txt from "
        "them, at http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html, and put the three files, as "
        f"they are, into {storage.cache_dir() / 'celeba'} or into a folder that COURSE_DATA_DIR "
        f"names. Until then load({STAND_IN!r}) gives drawn faces."
    )


def _roots():
    """Where the files may be: origin and a function that gives the folder, or None."""
    return ("COURSE_DATA_DIR", _data_dir), ("cache", _cache_root)


def _data_dir():
    try:
        return files.data_dir()
    except DamagedFileError as error:
        raise DamagedFileError(f"{error}; expected {celeba_source.WANTED}") from error


def _cache_root():
    folder = storage.cache_dir()
    return folder if folder.is_dir() else None


def _find(size, strict):
    """The Cache of images of `size`, and where it or what it was made from lies."""
    looked = []
    for origin, root in _roots():
        try:
            folder = root()
            if folder is None:
                looked.append(f"{origin}: {_ABSENT[origin]}")
                continue
            cache, problem = _from_root(folder, size)
            if cache is not None:
                return cache, origin
            looked.append(f"{origin}: {problem}; expected {celeba_source.WANTED}")
            if origin == "COURSE_DATA_DIR" and not strict:
                note(f"{looked[-1]}. Looking in the cache for {TITLE}.")
        except (OSError, DamagedFileError) as error:
            told = f"{TITLE} cannot be used from {origin}: {error}"
            if strict:
                raise DataUnavailableError(f"{told}.") from error
            note(f"{told}.")
            looked.append(f"{origin}: {error}")
    places = "\n  ".join(looked)
    raise DataUnavailableError(f"{TITLE} was not found. Looked in:\n  {places}\n{how_to_get()}")


def _from_root(root, size):
    """Look in a folder; (Cache, None), or (None, what it holds instead).

    Raises:
        DamagedFileError, OSError: files that bear CelebA's names are at fault, or the cache cannot
            be written.
    """
    found, problems = celeba_source.find(root)
    if found is not None:
        with found:
            return celeba_cache.read_or_make(_cached(size), found), None
    if problems:
        raise DamagedFileError("; ".join(problems))
    for folder in _finished(root, size):
        with storage.reading(f"{folder.relative_to(root).as_posix()}/ is damaged", _REPAIR):
            return celeba_cache.read(folder), None
    return None, celeba_source.described(root)


def _finished(root, size):
    """Folders of images of `size` that were made before, as the cache has them."""
    folders = [place / str(size) for place in celeba_source.places(root)]
    return [folder for folder in folders if (folder / "manifest.json").is_file()]


def _cached(size):
    return storage.cache_dir() / "celeba" / str(size)


def _part(cache, start, stop, asked, title):
    """Images, labels and attributes of one part of the split, as many as are asked for."""
    have = stop - start
    if asked and asked > have:
        note(f"{asked:,} {title} images of {TITLE} were asked for; there are {have:,}.")
    count = min(asked or have, have)
    chosen = slice(start, start + count)
    factors = {name: value[chosen].astype(np.int64) for name, value in cache.attributes.items()}
    labels = factors.get(celeba_tables.LABEL, np.zeros(count, np.int64)).copy()
    return stored.rows(cache.images, chosen.start, chosen.stop), labels, factors
