"""Arrays to train on, in memory or on disk: read, checked and hashed a block of rows at a time.

An array is anything with `shape`, `dtype`, `len` and indexing by an array of integers:
`numpy.memmap`, a data set of h5py, a small class of one's own.
"""

import hashlib
import math

import keras
import numpy as np

_WHOLE = 64 * 2**20
_SAMPLED_ROWS = 2048
_BLOCK = 16 * 2**20


class ScaledImages:
    """Images of uint8 (n, h, w, ...) that are read as float32 in [0, 1]."""

    dtype = np.dtype("float32")

    def __init__(self, stored):
        self.stored, self.shape = stored, tuple(stored.shape)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, chosen):
        return np.asarray(self.stored[chosen]).astype("float32") / np.float32(255)


def as_rows(name, data):
    """`data` as an array to take rows from; images of uint8 are scaled to [0, 1] as they are read.

    Whole numbers of fewer than three axes stay as they are: they are labels.

    Raises:
        ValueError: it is not an array.
    """
    if isinstance(data, keras.KerasTensor) or not hasattr(data, "__len__"):
        raise ValueError(_not_an_array(name, data))
    if keras.ops.is_tensor(data):
        data = keras.ops.convert_to_numpy(data)
    if isinstance(data, list | tuple):
        try:
            data = np.asarray(data)
        except ValueError:  # rows of several lengths
            raise ValueError(_not_an_array(name, data)) from None
    if not (hasattr(data, "shape") and hasattr(data, "dtype")) or len(data.shape) == 0:
        raise ValueError(_not_an_array(name, data))
    images = np.dtype(data.dtype) == np.uint8 and len(data.shape) > 2
    return ScaledImages(data) if images else data


def _not_an_array(name, data):
    return (
        f"{name} must be an array (n, ...), found {type(data).__name__}. Give arrays such as "
        f"images.x_train; of a data set that yields batches, collect the batches first."
    )


def take(data, chosen):
    """Rows of `data` in the order of the integers `chosen`, as a NumPy array."""
    stored = getattr(data, "stored", data)
    if _in_memory(stored):
        return data[chosen]
    # Files are read forwards, and h5py takes nothing else.
    order = np.argsort(chosen, kind="stable")
    found = np.asarray(data[chosen[order]])
    rows = np.empty_like(found)
    rows[order] = found
    return rows


def check_finite(name, data):
    """Raise ValueError if floating-point `data` holds NaN or infinity; whole numbers cannot."""
    if isinstance(data, ScaledImages) or not np.issubdtype(data.dtype, np.inexact):
        return
    start = 0
    for block in _blocks(data):
        if not np.isfinite(block).all():
            bad = ~np.isfinite(block.reshape(len(block), -1)).all(axis=1)
            raise ValueError(
                f"{name} hold NaN or infinity, first in row {start + int(bad.argmax()):,} of "
                f"{len(data):,}: nothing can be learnt from them. Look at how they were made; "
                f"np.nan_to_num would only hide it."
            )
        start += len(block)


def hash_of(data):
    """Hash of an array's shape, type and content.

    Of one on disk of over 64 MB, a sample of evenly spread rows is read; its attribute
    `fingerprint`, if it has one, counts instead of its content.
    """
    data = getattr(data, "stored", data)
    if hasattr(data, "fingerprint"):
        return str(data.fingerprint)
    if isinstance(data, keras.Variable) or keras.ops.is_tensor(data):
        data = keras.ops.convert_to_numpy(data)
    digest = hashlib.sha256(f"{tuple(data.shape)}{data.dtype}".encode())
    if len(data.shape) == 0 or not math.prod(data.shape):
        digest.update(np.asarray(data).tobytes())
    elif _in_memory(data) or _bytes_of(data) <= _WHOLE:
        for block in _blocks(data):
            digest.update(np.ascontiguousarray(block).view(np.uint8).data)
    else:
        spread = np.unique(np.linspace(0, len(data) - 1, _SAMPLED_ROWS).astype(int))
        digest.update(np.ascontiguousarray(take(data, spread)).data)
    return digest.hexdigest()[:16]


def _bytes_of(data):
    return math.prod(data.shape) * np.dtype(data.dtype).itemsize


def _in_memory(data):
    while isinstance(data, np.ndarray):
        if isinstance(data, np.memmap):
            return False
        if data.base is None:
            return True
        data = data.base
    return isinstance(data, bytes | bytearray)


def _blocks(data):
    step = max(_BLOCK * len(data) // max(_bytes_of(data), 1), 1)
    for start in range(0, len(data), step):
        yield np.asarray(data[start : start + step])
