"""CelebA in miniature, in each form in which it is handed on: flat pictures, each of its grey."""

import io
import zipfile

import numpy as np
from PIL import Image

from course_utils import data

NUMBERS = range(1, 41)
NAMES = ("Bald", "Eyeglasses", "Smiling", "Young")
UNPACKED = "img_align_celeba"


def grey_of(number):
    """Return the grey level of image `number`: it tells images apart after they were resized."""
    return number * 37 % 256


def image(number, width=18, height=22, kind="JPEG"):
    """Return a flat picture's file."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (grey_of(number),) * 3).save(file, kind, quality=95)
    return file.getvalue()


def images(numbers, **options):
    """Return file name -> content."""
    return {f"{number:06d}.jpg": image(number, **options) for number in numbers}


def signs_of(number):
    """Return the attributes of image `number`, each 1 or -1, in the order of NAMES."""
    return [1 if number >> place & 1 else -1 for place in range(len(NAMES))]


def part_of(number):
    """Return the part that the miniature's own list puts an image into: 0, 1 or 2, in turns."""
    return number % 5 // 2


def attributes_txt(numbers, end="\n", promised=None):
    """Return list_attr_celeba.txt as the authors publish it: double spaces, a blank after names."""
    rows = [f"{n:06d}.jpg " + " ".join(f"{sign:2d}" for sign in signs_of(n)) for n in numbers]
    count = len(rows) if promised is None else promised
    return end.join([str(count), " ".join(NAMES) + " ", *rows, ""]).encode()


def attributes_csv(numbers, end="\n"):
    """Return list_attr_celeba.csv as Kaggle has it."""
    rows = [",".join([f"{n:06d}.jpg", *map(str, signs_of(n))]) for n in numbers]
    return end.join([",".join(["image_id", *NAMES]), *rows, ""]).encode()


def partition_txt(numbers, end="\n"):
    """Return list_eval_partition.txt."""
    return end.join([*(f"{n:06d}.jpg {part_of(n)}" for n in numbers), ""]).encode()


def partition_csv(numbers, end="\n"):
    """Return list_eval_partition.csv."""
    return end.join(
        ["image_id,partition", *(f"{n:06d}.jpg,{part_of(n)}" for n in numbers)]
    ).encode()


_TABLES = {"txt": (attributes_txt, partition_txt), "csv": (attributes_csv, partition_csv)}
TRAIN = [number for number in NUMBERS if part_of(number) == 0]
TEST = [number for number in NUMBERS if part_of(number) == 2]


def pack(path, files, inside=f"{UNPACKED}/", how=zipfile.ZIP_STORED):
    """Write a zip of files to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(inside + name, content)


def unpack(folder, files):
    """Write files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def greys(images):
    """Return the grey level of each image of what `load` gave; flat as they must have stayed."""
    pixels = np.asarray(images) * 255
    assert np.ptp(pixels, axis=(1, 2, 3)).max() <= 2
    return np.round(pixels.mean(axis=(1, 2, 3))).astype(int).tolist()


def load(**sizes):
    """Return the set at eight pixels."""
    return data.load("celeba", image_size=8, **sizes)


def near(found, numbers):
    """Whether images are those of these numbers: JPEG changes a grey level by one."""
    expected = [grey_of(number) for number in numbers]
    return len(found) == len(expected) and np.abs(np.subtract(found, expected)).max() <= 1


# The forms in which it is handed on.


def zipped(folder):
    pack(folder / "img_align_celeba.zip", images(NUMBERS))


def zipped_and_packed(folder):
    path = folder / "img_align_celeba.zip"
    pack(path, images(NUMBERS), how=zipfile.ZIP_DEFLATED)


def zipped_twice_nested(folder):
    inside = f"{UNPACKED}/{UNPACKED}/"
    pack(folder / "img_align_celeba.zip", images(NUMBERS), inside)


def zipped_on_a_mac(folder):
    zipped(folder)
    with zipfile.ZipFile(folder / "img_align_celeba.zip", "a") as archive:
        archive.writestr(f"__MACOSX/{UNPACKED}/._000001.jpg", b"resource")


def unpacked(folder):
    unpack(folder / UNPACKED, images(NUMBERS))


def unpacked_twice_nested(folder):
    unpack(folder / UNPACKED / UNPACKED, images(NUMBERS))


def unpacked_in_the_folder_itself(folder):
    unpack(folder, images(NUMBERS))


def as_png(folder):
    files = {f"{n:06d}.png": image(n, kind="PNG") for n in NUMBERS}
    unpack(folder / UNPACKED, files)


FORMS = [
    zipped, zipped_and_packed, zipped_twice_nested, zipped_on_a_mac, unpacked,
    unpacked_twice_nested, unpacked_in_the_folder_itself, as_png,
]  # fmt: skip


def write_tables(folder, kind="txt", end="\n"):
    """Write both tables into a folder, as text or CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    attributes, partition = _TABLES[kind]
    (folder / f"list_attr_celeba.{kind}").write_bytes(attributes(NUMBERS, end=end))
    (folder / f"list_eval_partition.{kind}").write_bytes(partition(NUMBERS, end=end))


def check_whole(images):
    """The images are those of the miniature, each with its own attributes, in the right part."""
    for x, y, factors, numbers in (
        (images.x_train, images.y_train, images.factors_train, TRAIN),
        (images.x_test, images.y_test, images.factors_test, TEST),
    ):
        assert near(greys(x), numbers)
        assert tuple(factors) == NAMES
        found = np.stack(list(factors.values()), axis=1)
        assert found.dtype == np.int64
        np.testing.assert_array_equal(found * 2 - 1, [signs_of(n) for n in numbers])
        np.testing.assert_array_equal(y, factors["Smiling"])
    assert (images.name, images.source, images.remark) == ("celeba", "real", "")
    assert images.class_names == ("not smiling", "smiling")
