"""Images that stay on disk as bytes and are scaled as they are read, a batch at a time.

    write(path, blocks, (202_599, 64, 64, 3))
    images = ImageData(..., x_train=read(path), ...)

`ImageData` wraps what `read` gives in `StoredImages`, which serves as an array of float32.
"""

import hashlib
import math

import numpy as np

from course_utils import storage

LARGEST_COPY = 2**30
_DIGEST = hashlib.sha256().digest_size * 2  # characters at the end of a file


class StoredImages:
    """Images of uint8 that are read as float32: an array to whoever takes rows of it.

    Attributes:
        raw: uint8 array-like (n, height, width, ...), such as `numpy.memmap` or a data set of h5py.
        pixel_range: what black and white are read as.
        shape, ndim, dtype: as of an array.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, raw, pixel_range=(0.0, 1.0)):
        if np.dtype(raw.dtype) != np.uint8 or len(raw.shape) < 3:
            raise ValueError(
                f"images on disk must be uint8 (n, height, width, ...), found "
                f"{raw.dtype} {tuple(raw.shape)}."
            )
        self.raw, self.pixel_range = raw, pixel_range
        self.shape, self.ndim = tuple(raw.shape), len(raw.shape)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, rows):
        """Images by number, slice, or array of numbers; float32."""
        if isinstance(rows, list | np.ndarray) and np.ndim(rows) == 1:
            # Files are read forwards, and h5py takes nothing else.
            ascending, places = np.unique(np.arange(len(self))[rows], return_inverse=True)
            pixels = self.raw[ascending][places]
        else:
            pixels = self.raw[rows]
        # A division, since 255 × (1 / 255) is not 1 in float32.
        pixels = np.divide(pixels, np.float32(255), dtype=np.float32)
        whole = tuple(self.pixel_range) == (0, 1)
        return pixels if whole else rescale(pixels, (0, 1), self.pixel_range)

    def __array__(self, dtype=None, copy=None):
        """All images in memory, where that is no harm.

        Raises:
            ValueError: they would take more than a gigabyte.
        """
        size = math.prod(self.shape) * self.dtype.itemsize
        if size > LARGEST_COPY:
            raise ValueError(
                f"these {len(self):,} images are kept on disk, since they would take "
                f"{size / 2**30:.1f} GB of memory. Take a part of them, such as x_train[:10_000]; "
                f"course_utils.training.fit reads them in batches by itself."
            )
        return self[:].astype(dtype or self.dtype, copy=False)

    @property
    def fingerprint(self):
        """Text that is another one for other images or another `pixel_range`.

        Raises:
            AttributeError: `raw` has none.
        """
        return f"{self.raw.fingerprint} in {self.pixel_range}"


def rescale(pixels, old, new):
    """Map `pixels` linearly from the range `old` to `new`, with one new array and no more."""
    if isinstance(pixels, StoredImages):
        return StoredImages(pixels.raw, new)
    result = pixels - np.float32(old[0])
    result *= np.float32((new[1] - new[0]) / (old[1] - old[0]))
    result += np.float32(new[0])
    # Rounding may step over an end by one unit in the last place, which `log(1 - x)` notices.
    return np.clip(result, new[0], new[1], out=result)


def write(path, blocks, shape):
    """Write images to a file as they come: an .npy file with its SHA-256 behind the pixels.

    Args:
        path: of the file, `.npy`; it appears when it is whole.
        blocks: uint8 arrays (m, height, width, channels), as many images as `shape` says in all.
        shape: (n, height, width, channels); n may be None: as many as come.

    Raises:
        ValueError: the blocks hold other images than `shape` says.
        OSError: the folder cannot be written to, or the disk is full.
    """
    promised, *each = shape
    digest, count = hashlib.sha256(), 0
    with storage.atomic_write(path) as temporary, temporary.open("wb") as file:
        _write_header(file, (promised or 0, *each))
        start = file.tell()
        for block in blocks:
            if block.dtype != np.uint8 or list(block.shape[1:]) != each:
                raise ValueError(f"found images {block.dtype} {block.shape}, expected {shape}.")
            pixels = np.ascontiguousarray(block).data
            digest.update(pixels)
            file.write(pixels)
            count += len(block)
        if promised not in (None, count):
            raise ValueError(f"found {count:,} images, expected {promised:,}.")
        digest.update(f"{(count, *each)}".encode())
        file.write(digest.hexdigest().encode())
        file.seek(0)
        _write_header(file, (count, *each))
        if file.tell() != start:
            raise ValueError("NumPy left no room for the number of images.")


def _write_header(file, shape):
    """Head of an .npy file; NumPy pads it, so that it is as long for any number of images."""
    header = {"descr": "|u1", "fortran_order": False, "shape": tuple(shape)}
    np.lib.format.write_array_header_1_0(file, header)


def read(path):
    """Open a file that `write` wrote, without reading the pixels.

    Returns:
        numpy.memmap, uint8 (n, height, width, channels), with an attribute `fingerprint`.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedFileError: it is truncated, or another kind of file.
    """
    with storage.reading(f"{path.name} is truncated or no file of images", "Delete it."):
        images = np.load(path, mmap_mode="r", allow_pickle=False)
        with path.open("rb") as file:
            file.seek(images.offset + images.nbytes)
            images.fingerprint = file.read().decode("ascii")
        if len(images.fingerprint) != _DIGEST:
            raise ValueError("no checksum at its end")
    return images


def rows(images, start, stop):
    """Images `start` to `stop` of what `read` gave, still on disk, with a `fingerprint`."""
    part = images[start:stop]
    part.fingerprint = f"{images.fingerprint} from {start} to {start + len(part)}"
    return part
