"""Where CelebA's files lie on this machine: in the zip of its authors, or unpacked from it.

A zip is read in place and never unpacked, so that nothing in it can be written anywhere. What it
declares is checked all the same, because what it holds is then decoded.
"""

import hashlib
import os
import re
import stat
import zipfile
from pathlib import PurePosixPath

from course_utils.data import layouts
from course_utils.storage import DamagedFileError

# The second is what Kaggle's command-line tool leaves, with the tables in it.
ARCHIVES = ("img_align_celeba.zip", "celeba-dataset.zip")
UNPACKED = "img_align_celeba"
WANTED = (
    "img_align_celeba.zip, or the folder img_align_celeba/ that was unpacked from it, with "
    "list_attr_celeba.txt and list_eval_partition.txt (or .csv) beside it; in the folder itself or "
    "in celeba/ or CelebA/ there"
)
_PLACES = ("", "celeba", "CelebA", UNPACKED)
# As the authors' own folders are called, beside no folder at all.
_IMAGE_FOLDERS = ("", "Img")
_TABLE_FOLDERS = ("", "Anno", "Eval")
_ENDINGS = (".txt", ".csv")
_IMAGE = re.compile(r"[0-9]+\.(jpe?g|png)", re.IGNORECASE)
_ORIGINAL_MEGABYTES = 1443  # size of img_align_celeba.zip

# Limits of a zip. The original has 202,600 members and 1.4 GB, its largest image 0.1 MB; the
# largest table has 27 MB and is packed to a twentieth.
MOST_MEMBERS = 300_000
MOST_BYTES = 16 * 2**30
LARGEST_MEMBER = 64 * 2**20
HIGHEST_RATIO = 100


class Files:
    """CelebA's files in one place.

    Attributes:
        where: what messages call the place.
        images: names such as `000001.jpg`, in the order of their numbers.
        identity: what tells these images from others without reading them; JSON can hold it.
    """

    def __init__(self, where, sizes):
        self.where = where
        self.images = sorted(sizes, key=number_of)
        numbers = [number_of(name) for name in self.images]
        for one, next_one, name in zip(numbers, numbers[1:], self.images[1:], strict=False):
            if one == next_one:
                raise DamagedFileError(
                    f"{where} holds image number {one} twice, as {name} and under another name or "
                    f"in another folder; expected each image once"
                )
        listed = "".join(f"{name} {sizes[name]}\n" for name in self.images)
        self.identity = {
            "images": len(sizes),
            "bytes": sum(sizes.values()),
            "sha256_of_the_list": hashlib.sha256(listed.encode()).hexdigest(),
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def read(self, name):
        """Content of an image; may be called from several threads at once."""
        raise NotImplementedError

    def table(self, stem):
        """(name, content) of `stem`.txt or `stem`.csv; None if there is neither."""
        raise NotImplementedError


class UnpackedFiles(Files):
    """Images in a folder, tables in it or in the folders around it."""

    def __init__(self, folder, place, where):
        # Tables lie beside the images, or beside the folder that holds them.
        around = (folder, *(above for above in folder.parents if above.is_relative_to(place)))
        self.table_folders = [top / name for top in around for name in _TABLE_FOLDERS]
        self.folder = folder
        super().__init__(where, {entry.name: entry.stat().st_size for entry in _images_in(folder)})

    def read(self, name):
        """As `Files.read`."""
        return (self.folder / name).read_bytes()

    def table(self, stem):
        """As `Files.table`."""
        return _table_in(self.table_folders, stem)


class PackedFiles(Files):
    """Images in a zip, tables beside it or in it."""

    def __init__(self, path, place, where):
        self.table_folders = [path.parent, *(place / name for name in _TABLE_FOLDERS)]
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise DamagedFileError(f"{where} {_what_it_is(path)} ({error})") from error
        try:
            self.members = self._checked(path, where)
            sizes = {name: self.members[name].file_size for name in self.members if _is_image(name)}
            if not sizes:
                raise DamagedFileError(
                    f"{where} holds {_some(self.members)}; expected 202,599 images such as "
                    f"{UNPACKED}/000001.jpg: it is another zip"
                )
            super().__init__(where, sizes)
        except DamagedFileError:
            self.archive.close()
            raise

    def _checked(self, path, where):
        """Members by file name, without their folders; DamagedFileError if one is not allowed."""
        members = [info for info in self.archive.infolist() if not info.is_dir()]
        if len(members) > MOST_MEMBERS:
            raise DamagedFileError(
                f"{where} holds {len(members):,} files, expected at most {MOST_MEMBERS:,}"
            )
        total = sum(info.file_size for info in members)
        if total > MOST_BYTES:
            raise DamagedFileError(
                f"{where} would unpack to {total / 2**30:,.0f} GB, expected at most "
                f"{MOST_BYTES / 2**30:.0f} GB"
            )
        # Members that share their bytes are how a small file becomes a large one.
        if sum(info.compress_size for info in members) > path.stat().st_size:
            raise DamagedFileError(f"{where}: its members are larger than the file: they overlap")
        by_name = {}
        for info in members:
            if fault := _fault(info):
                raise DamagedFileError(f"{where} is not used: {info.filename[:80]!r} in it {fault}")
            name = PurePosixPath(info.filename).name
            # What macOS adds to a zip.
            if "__MACOSX" in info.filename or name.startswith("._"):
                continue
            if _is_image(name) and name in by_name:
                raise DamagedFileError(f"{where} holds {name} in two folders; expected it once")
            by_name[name] = info
        return by_name

    def __exit__(self, *_):
        self.archive.close()

    def read(self, name):
        """As `Files.read`."""
        # No more than the size that was checked: `zipfile` stops there.
        return self.archive.read(self.members[name])

    def table(self, stem):
        """As `Files.table`."""
        for name in (stem + ending for ending in _ENDINGS):
            if name in self.members:
                return name, self.read(name)
        return _table_in(self.table_folders, stem)


def number_of(name):
    """File number of an image: 7 of `000007.jpg`."""
    return int(name.partition(".")[0])


def places(root):
    """Folders in which CelebA's files are looked for: `root` itself and those of its name in it."""
    return [folder for folder in (root / name for name in _PLACES) if folder.is_dir()]


def find(root):
    """Find CelebA's files in a folder.

    Args:
        root: Path of a folder, such as COURSE_DATA_DIR.

    Returns:
        (Files or None, problems): what was wrong with files that bear the right names.

    Raises:
        OSError: the folder cannot be read.
    """
    problems = []
    for kind, path, place in _candidates(root):
        where = path.name if path == root else path.relative_to(root).as_posix()
        try:
            return kind(path, place, where), []
        except (OSError, DamagedFileError) as error:
            problems.append(str(error))
    return None, problems


def described(root):
    """What a folder and those of CelebA's name in it hold, in words."""
    below = [folder / name for folder in places(root) for name in ("", UNPACKED)]
    held = [f"{root} holds {layouts.listing(root)}"]
    for folder in dict.fromkeys(below):
        if folder != root and folder.is_dir():
            held.append(f"{folder.relative_to(root).as_posix()}/ holds {layouts.listing(folder)}")
    return "; ".join(held)


def _candidates(root):
    """Yield (class, path, place) of what may hold the images: zips before folders.

    A folder may have been left half unpacked.
    """
    tops = [(place / name, place) for place in places(root) for name in _IMAGE_FOLDERS]
    for top, place in tops:
        for path in (top / name for name in ARCHIVES):
            if path.is_file():
                yield PackedFiles, path, place
    for top, place in tops:
        nested = top / UNPACKED
        for folder in (top, nested, nested / UNPACKED):
            if folder.is_dir() and next(_images_in(folder), None) is not None:
                yield UnpackedFiles, folder, place


def _images_in(folder):
    with os.scandir(folder) as entries:
        yield from (entry for entry in entries if _is_image(entry.name))


def _is_image(name):
    return _IMAGE.fullmatch(name) is not None


def _table_in(folders, stem):
    for path in (folder / (stem + ending) for folder in folders for ending in _ENDINGS):
        if path.is_file():
            return path.name, path.read_bytes()
    return None


def _fault(info):
    """What forbids to read a member of a zip; empty if nothing does."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in info.filename:
        return "leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.flag_bits & 1:
        return "is encrypted"
    if info.file_size > LARGEST_MEMBER:
        return f"has {info.file_size / 1e6:,.0f} MB, expected at most {LARGEST_MEMBER / 1e6:.0f} MB"
    if info.file_size > HIGHEST_RATIO * max(info.compress_size, 1):
        return f"is packed to less than a {HIGHEST_RATIO}th of its size, as no photograph can be"
    return ""


def _what_it_is(path):
    """What a file is that should be a zip, in words."""
    with path.open("rb") as file:
        head = file.read(256)
    megabytes = path.stat().st_size / 1e6
    if head.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return (
            "is a web page, not a zip: a server sends one where its download quota is used up or "
            "where it asks to sign in. Open the address in a browser and download again"
        )
    if head.startswith(b"PK"):
        return (
            f"is cut off: it has {megabytes:,.1f} MB (the original {_ORIGINAL_MEGABYTES:,} MB) and "
            f"lacks the list of files at its end. Download it again"
        )
    return f"is no zip file: it has {megabytes:,.1f} MB and begins with {head[:8]!r}"


def _some(names):
    shown = sorted(names)[:3]
    return (", ".join(shown) + (", …" if len(names) > 3 else "")) or "nothing"
