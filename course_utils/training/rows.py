"""Arrays to train on, in memory or on disk: read, checked and hashed a block of rows at a time.

An array is anything with `shape`, `dtype`, `len` and indexing by an array of integers:
`numpy.memmap`, a data set of h5py, a small class of one's own.
"""

import contextlib
import math

import keras
import numpy as np

from course_utils import storage
from course_utils.data.stored import StoredImages

_WHOLE = 64 * 2**20
_SAMPLED_ROWS = 2048
_CHECKED_ROWS = 1024


def as_rows(name, data):
    """`data` as an array to take rows from; images of uint8 are scaled to [0, 1] as they are read.

    Whole numbers of fewer than three axes stay as they are: they are labels.

    Raises:
        ValueError: it is not an array.
    """
    if isinstance(data, list | tuple):
        with contextlib.suppress(ValueError):  # rows of several lengths
            data = np.asarray(data)
    elif keras.ops.is_tensor(data):
        data = keras.ops.convert_to_numpy(data)
    array = all(hasattr(data, part) for part in ("shape", "dtype", "__len__"))
    if not array or isinstance(data, keras.KerasTensor) or len(data.shape) == 0:
        raise ValueError(
            f"{name} must be an array (n, ...), found {type(data).__name__}. Give arrays such as "
            f"images.x_train; of a data set that yields batches, collect the batches first."
        )
    images = np.dtype(data.dtype) == np.uint8 and len(data.shape) > 2
    return StoredImages(data) if images else data


def take(data, chosen):
    """Rows of `data` in the order of the integers `chosen`, as a NumPy array."""
    if type(data) is np.ndarray:
        return data[chosen]
    # Files are read forwards, and h5py takes nothing else.
    order = np.argsort(chosen)
    return np.asarray(data[chosen[order]])[np.argsort(order)]


def check_finite(name, data):
    """Raise ValueError if floating-point `data` holds NaN or infinity; whole numbers cannot."""
    if isinstance(data, StoredImages) or not np.issubdtype(data.dtype, np.inexact):
        return
    for start in range(0, len(data), _CHECKED_ROWS):
        block = np.asarray(data[start : start + _CHECKED_ROWS])
        if not np.isfinite(block).all():
            bad = ~np.isfinite(block.reshape(len(block), -1)).all(axis=1)
            raise ValueError(
                f"{name} hold NaN or infinity, first in row {start + int(bad.argmax()):,} of "
                f"{len(data):,}: nothing can be learnt from them. Look at how they were made; "
                f"np.nan_to_num would only hide it."
            )


def hash_of(data):
    """Hash of an array's shape, type and content.

    Of one on disk of over 64 MB, a sample of evenly spread rows is read; its attribute
    `fingerprint`, if it has one, counts instead of its content.
    """
    if isinstance(data, StoredImages):
        return f"{hash_of(data.raw)} in {data.pixel_range}"
    if hasattr(data, "fingerprint"):
        return str(data.fingerprint)
    if isinstance(data, keras.Variable) or keras.ops.is_tensor(data):
        data = keras.ops.convert_to_numpy(data)
    size = math.prod(data.shape) * np.dtype(data.dtype).itemsize
    if type(data) is np.ndarray or size <= _WHOLE:
        content = np.asarray(data[...])
    else:
        content = take(data, np.unique(np.linspace(0, len(data) - 1, _SAMPLED_ROWS).astype(int)))
    return f"{tuple(data.shape)} {storage.content_hash({'rows': content})[:16]}"
