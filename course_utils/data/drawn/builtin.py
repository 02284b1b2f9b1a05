"""Built-in image sets: made from a seed in blocks, and kept in the cache.

Image `i` of a split depends on the seed, the split and `i` alone, so that the first thousand
images are the same whether one thousand or twenty thousand are asked for. The random numbers
are raw Philox output, which no NumPy release changes, and the drawing uses only +, −, ×, ÷ and
√ on arrays, which IEEE 754 rounds in one way: hence the same bytes on every machine.
"""

import contextlib

import numpy as np

from course_utils import storage
from course_utils.notes import note

# Images a block: small enough that a few hundred images are there at once, large enough that
# a full set is a dozen files.
BLOCK = 2000
TRAIN_SIZE, TEST_SIZE = 20_000, 4_000
# As many as MNIST has, so that a stand-in serves every size that the real set can.
LARGEST = {"train": 60_000, "test": 10_000}
# Added to the number of a stream, to keep the random numbers of the splits apart.
SPLITS = {"train": 0, "test": 1}
_WORDS_PER_STEP = 4  # Philox makes four 64-bit words each time its counter moves on by one


def uniforms(seed, stream, start, stop, width):
    """Random numbers of the images `start` to `stop`, float64 (stop - start, width) in [0, 1).

    The number `stream` keeps uses of one seed apart, such as train from test.
    """
    steps = -(-width // _WORDS_PER_STEP)
    generator = np.random.Philox(key=np.array([seed, stream], dtype=np.uint64))
    generator.advance(start * steps)
    words = generator.random_raw((stop - start) * steps * _WORDS_PER_STEP)
    words = words.reshape(stop - start, steps * _WORDS_PER_STEP)[:, :width]
    return (words >> np.uint64(11)) * 2.0**-53


def named_uniforms(names, seed, stream, split, start, stop):
    """Random numbers of a split's images `start` to `stop`: each name -> float64 (n,)."""
    numbers = uniforms(seed, stream + SPLITS[split], start, stop, len(names))
    return dict(zip(names, numbers.T, strict=True))


def blocks(maker, seed, split, count):
    """Yield the first `count` images of a split, a block at a time.

    Args:
        maker: module of a built-in set, with `NAME`, `VERSION` and
            `make(seed, split, start, stop)`.
        seed: whole number from 0 to 2**32 - 1.
        split: `train` or `test`.
        count: how many images.

    Yields:
        dict with `images` (uint8 (m, height, width, channels)), `labels` (int64 (m,)) and the
        factors ((m,) each).
    """
    for start in range(0, count, BLOCK):
        arrays = _block(maker, seed, split, start // BLOCK)
        yield {name: array[: count - start] for name, array in arrays.items()}


def _block(maker, seed, split, number):
    """One block, from the cache if it is there and whole, else made and put there."""
    path, arrays = _block_path(maker, seed, split, number), None
    try:
        with contextlib.suppress(FileNotFoundError, storage.DamagedFileError):
            return storage.load_arrays(path)[0]
        with storage.locked(path):
            try:
                # Another process may have written it while this one waited for the lock.
                return storage.load_arrays(path)[0]
            except FileNotFoundError:
                pass
            except storage.DamagedFileError as error:
                note(f"a cached file is made again: {error}.")
            arrays = maker.make(seed, split, number * BLOCK, (number + 1) * BLOCK)
            storage.remove_leftovers(path)
            storage.save_arrays(path, arrays)
    except OSError as error:
        storage.note_not_kept(error)
        arrays = arrays or maker.make(seed, split, number * BLOCK, (number + 1) * BLOCK)
    return arrays


def _block_path(maker, seed, split, number):
    folder = storage.cache_dir() / "builtin" / f"{maker.NAME}-v{maker.VERSION}-seed{seed}"
    return folder / f"{split}-{number:02d}.npz"
