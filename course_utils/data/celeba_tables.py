"""CelebA's tables: the attributes of each image, and which part of the split it belongs to.

They come as text, as the authors publish them (`000001.jpg -1  1 …`), or as Kaggle's CSV. Both are
lines of words, whatever stands between the words. Rows belong to images by their name.
"""

import hashlib
import re

import numpy as np

from course_utils.data.celeba_source import number_of
from course_utils.storage import DamagedFileError

ATTRIBUTES = "list_attr_celeba"
PARTITION = "list_eval_partition"
LABEL = "Smiling"
# File numbers of the official split: training, then validation, then test.
LAST_OF_TRAIN, LAST_OF_VALIDATION, LAST = 162_770, 182_637, 202_599
_TRAIN, _VALIDATION, _TEST = "0", "1", "2"
_SIGNS = {"1": 1, "-1": 0}
HELD_OUT = (
    "the test images are the last tenth by file number, since CelebA's own {} images are not among "
    "these files"
)


class Tables:
    """The tables that lie with some images.

    Attributes:
        attributes, partition: (name, content), or None where there is no such table.
        identity: what tells these tables from others; JSON can hold it.
    """

    def __init__(self, files):
        self.attributes, self.partition = files.table(ATTRIBUTES), files.table(PARTITION)
        self.identity = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in filter(None, (self.attributes, self.partition))
        }


def read_attributes(name, content):
    """Read list_attr_celeba.

    Args:
        name: of the file, which tells of what kind it is and stands in messages.
        content: its bytes.

    Returns:
        (names, rows): of the attributes; file name without its ending -> a byte, 0 or 1, for each.

    Raises:
        DamagedFileError: it is not such a table; the message says in which line.
    """
    lines = _lines(name, content)
    number, head = next(lines, (0, []))
    promised = None
    if len(head) == 1 and head[0].isdecimal():
        promised = int(head[0])
        number, head = next(lines, (0, []))
    names = tuple(head[1:] if head[:1] == ["image_id"] else head)
    if LABEL not in names:
        found = " ".join(head)[:60] or "nothing"
        raise DamagedFileError(
            f"{name}, line {number}: expected the names of the attributes, {LABEL} among them, "
            f"found {found!r}"
        )
    rows = {}
    for number, (image, *words) in lines:
        if len(words) != len(names) or not _SIGNS.keys() >= set(words):
            raise DamagedFileError(
                f"{name}, line {number}: expected a file name and {len(names)} times 1 or -1, "
                f"found {len(words)} values after {image[:30]!r}: {' '.join(words)[:40]}"
            )
        _add(rows, image, bytes(map(_SIGNS.get, words)), name, number)
    if promised not in (None, len(rows)):
        raise DamagedFileError(
            f"{name}: its first line promises {promised:,} images, found {len(rows):,} rows. It is "
            f"cut off or was altered; download it again"
        )
    return names, rows


def read_partition(name, content):
    """Read list_eval_partition; as `read_attributes`.

    Returns:
        File name without its ending -> `0` for training, `1` for validation, `2` for test.
    """
    rows = {}
    for number, words in _lines(name, content):
        if number == 1 and words[0] == "image_id":
            continue
        if len(words) != 2 or words[1] not in (_TRAIN, _VALIDATION, _TEST):
            raise DamagedFileError(
                f"{name}, line {number}: expected a file name and 0, 1 or 2, found "
                f"{' '.join(words)[:60]!r}"
            )
        _add(rows, words[0], words[1], name, number)
    return rows


def of_images(rows, images, name):
    """Rows of a table in the order of `images`.

    Args:
        rows: file name without its ending -> row.
        images: names such as `000001.jpg`.
        name: of the table's file, for messages.

    Raises:
        DamagedFileError: an image has no row. Rows without an image are of no harm.
    """
    missing = [image for image in images if _stem(image) not in rows]
    if not missing:
        return [rows[_stem(image)] for image in images]
    why = f"the table has {len(rows):,} rows, the first is {next(iter(rows), 'none')!r}"
    if number_of(missing[0]) in {int(row) for row in rows if row.isdecimal()}:
        why += "; the numbers are there with other zeros before them: rename the images"
    raise DamagedFileError(
        f"{name}: {len(missing):,} of {len(images):,} images have no row, the first is "
        f"{missing[0]}: {why}. Expected one row an image, under the same name"
    )


def split(images, parts=None):
    """Positions of the training and the test images.

    Args:
        images: names in the order of their numbers.
        parts: for each image `0`, `1` or `2`, as in list_eval_partition; None: by file number.

    Returns:
        (train, test, remark): two arrays of positions; what is to be said of the split, or "".

    Raises:
        DamagedFileError: a number that CelebA does not have, or too few images.
    """
    numbers = np.array([number_of(image) for image in images])
    if numbers[0] < 1 or numbers[-1] > LAST:
        wrong = images[0] if numbers[0] < 1 else images[-1]
        raise DamagedFileError(f"expected file numbers from 1 to {LAST}, found {wrong}")
    if len(images) < 2:
        raise DamagedFileError(f"expected at least 2 images, found {images[0]} alone")
    if parts is None:
        part = np.searchsorted((LAST_OF_TRAIN, LAST_OF_VALIDATION), numbers)
    else:
        part = np.array(parts, int)
    train, test = np.flatnonzero(part == int(_TRAIN)), np.flatnonzero(part == int(_TEST))
    if len(train) and len(test):
        return train, test, ""
    remark = HELD_OUT.format("training" if len(test) else "test")
    everything = np.arange(len(images))
    held_out = -(-len(images) // 10)
    return everything[:-held_out], everything[-held_out:], remark


def _lines(name, content):
    """Yield (number, words) of each line that is not blank."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DamagedFileError(f"{name} is no text ({error})") from error
    for number, line in enumerate(text.splitlines(), 1):
        if words := line.replace(",", " ").split():
            yield number, words


def _add(rows, image, row, name, number):
    stem = _stem(image)
    if stem in rows or not re.fullmatch(r"\w+\.\w+", image):
        found = f"{image[:30]} a second time" if stem in rows else repr(image[:30])
        raise DamagedFileError(
            f"{name}, line {number}: expected the name of another image, found {found}"
        )
    rows[stem] = row


def _stem(image):
    return image.partition(".")[0]
