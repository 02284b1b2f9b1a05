"""What a model can learn from, checked however the images come in."""

import contextlib
import dataclasses
import itertools
import sys
import types

import keras
import numpy as np
from keras import ops

from course_utils import checks


@dataclasses.dataclass(frozen=True)
class Learnable:
    """The images that a model can learn.

    Attributes:
        input_shape: (h, w, c) of the images that are encoded.
        target_shape: (h, w, c) of those that the decoder makes.
        pixels: least and largest value of a target, and what allows no others.
        called: which images these are, for messages.
        refusals: errors that a stream of batches has raised so far.
    """

    input_shape: tuple
    target_shape: tuple
    pixels: tuple
    called: str = ""
    refusals: list = dataclasses.field(default_factory=list)

    def inputs(self, x, noisy=True, least=0):
        """`x` as an array, if it can be encoded; noise may take it where no target may lie."""
        x = as_array(x)
        _check_count(x, least, "images")
        checks.images_of_shape(x, self.input_shape)
        checks.pixels_in(x, *self.pixels, noisy)
        return x

    def pair(self, x, y=None):
        """Raise ValueError unless `x` can be encoded and learnt, or `y` learnt in its place."""
        same = y is None or y is x
        x = self.inputs(x, noisy=not same)
        y = x if same else as_array(y)
        self._check_shape_of_targets(y)
        if not same:
            checks.pixels_in(y, *self.pixels)
        if len(x) != len(y) or not len(x):
            raise ValueError(f"found {len(x)} images and {len(y)} targets; give as many of both.")

    def _check_shape_of_targets(self, y):
        if len(y.shape) < 3:
            shape = str(tuple(y.shape)).replace("None", "n")
            raise ValueError(
                f"an autoencoder learns to give back images; found labels of shape {shape} as "
                f"targets. Leave them out: fit(x), or dataset.map(lambda image, label: image)."
            )
        checks.images_of_shape(y, self.target_shape, "the decoder makes")

    def batch(self, batch):
        """`batch` of a stream, as the tuple that Keras wants, if it can be learnt."""
        try:
            with self._told():
                batch = _as_tuple(batch)
                if len(batch) == 3 and batch[1] is None:
                    batch = (batch[0], batch[0], batch[2])
                self.pair(*batch[:2])
        except ValueError as error:
            self.refusals.append(error)
            raise
        return batch

    @contextlib.contextmanager
    def _told(self):
        """Errors that begin with which images are refused."""
        try:
            yield
        except ValueError as error:
            raise ValueError(f"{self.called}: {error}" if self.called else str(error)) from None

    @contextlib.contextmanager
    def refusals_bare(self):
        """Raise a refusal itself where a backend has wrapped it in an error of its own."""
        try:
            yield
        except Exception:
            if self.refusals:
                raise self.refusals[0] from None
            raise

    def checked(self, x=None, y=None, sample_weight=None):
        """Keras's arguments of these names: checked arrays, or a stream that checks each batch.

        No batch is lost or drawn twice, and their order stays. Anything else is left to Keras.
        """
        with self._told():
            return self._checked(x, y, sample_weight)

    def _checked(self, x, y, sample_weight):
        # Whoever has such a stream has imported its framework.
        tf, torch = map(sys.modules.get, ("tensorflow", "torch"))
        if isinstance(x, types.GeneratorType):
            x = (self.batch(batch) for batch in x)
        elif isinstance(x, keras.utils.PyDataset):
            x = _CheckedPyDataset(x, self.batch)
        elif torch and isinstance(x, torch.utils.data.DataLoader):
            x = _checked_loader(x, self.batch)
        elif tf and isinstance(x, tf.data.Dataset):
            x = self._checked_dataset(x, tf)
        elif x is None or isinstance(x, dict | tuple):
            raise ValueError(
                f"x must be images (n, h, w, c), found {type(x).__name__}. Targets are given as y."
            )
        elif isinstance(x, list) or hasattr(x, "__array__") or ops.is_tensor(x):
            x, y, sample_weight = (
                as_array(part) if isinstance(part, list) else part for part in (x, y, sample_weight)
            )
            self.pair(x, y)
            # Keras drops weights where there are no targets.
            y = x if y is None and sample_weight is not None else y
        return {"x": x, "y": y, "sample_weight": sample_weight}

    def _checked_dataset(self, dataset, tf):
        if int(dataset.cardinality()) == 0:
            raise ValueError("the dataset holds no batch: found 0 images.")
        x, *y = _as_tuple(dataset.element_spec)[:2]
        if x.shape.rank is not None:
            checks.images_of_shape(x, self.input_shape)
        if y and y[0].shape.rank is not None:
            self._check_shape_of_targets(y[0])

        def check(*images):
            self.batch(images)
            return True

        def guard(*batch):
            with tf.control_dependencies([tf.numpy_function(check, batch[:2], tf.bool)]):
                passed = tuple(tf.identity(part) for part in batch)
            return passed if len(passed) > 1 else passed[0]

        return dataset.map(guard)


def looked_through(stream, steps=None):
    """`stream`, made by `Learnable.checked`, after a look at its batches, or `steps` of them.

    Of a generator, which is used up as it is read, and of an endless stream, that is the first.
    """
    if isinstance(stream, types.GeneratorType):
        first = list(itertools.islice(stream, 1))
        return (batch for batch in itertools.chain(first, stream))
    if steps is None:
        steps = 1 if _endless(stream) else getattr(stream, "num_batches", None)
    for _ in itertools.islice(iter(stream), steps):
        pass
    return stream


def _endless(stream):
    if isinstance(stream, keras.utils.PyDataset):
        return stream.num_batches is None
    # TensorFlow's number for data that are repeated for ever.
    return hasattr(stream, "cardinality") and int(stream.cardinality()) == -1


def as_array(images):
    """NumPy array of an array, a tensor, or a list of images; images on disk stay there."""
    if hasattr(images, "pixel_range"):
        return images
    if ops.is_tensor(images):
        return ops.convert_to_numpy(images)
    if not (isinstance(images, list | tuple) or hasattr(images, "__array__")):
        raise ValueError(
            f"images must be an array (n, h, w, c), found {type(images).__name__}. Of a data set "
            f"that yields batches, give one batch after the other."
        )
    try:
        images = np.asarray(images)
    except ValueError:
        raise ValueError("the images are of different shapes; bring them to one.") from None
    # Keras's own way to give one input: a list that holds the array.
    return images[0] if images.ndim == 5 and len(images) == 1 else images


def codes_of_size(codes, size, least=0):
    """`codes` as a float32 array; ValueError unless they are (n, size) and finite."""
    codes = np.asarray(codes, dtype="float32")
    _check_count(codes, least, "codes")
    if codes.ndim != 2 or codes.shape[1] != size:
        raise ValueError(f"the decoder takes codes (n, {size}), found {codes.shape}.")
    if broken := len(codes) - np.count_nonzero(np.isfinite(codes).all(axis=1)):
        raise ValueError(f"{broken:,} of {len(codes):,} codes hold NaN or infinity.")
    return codes


def _check_count(array, least, name):
    if array.shape and len(array) < least:
        raise ValueError(f"found {len(array)} {name}; give at least {least}.")


def _as_tuple(batch):
    batch = tuple(batch) if isinstance(batch, list | tuple) else (batch,)
    if not 1 <= len(batch) <= 3 or any(isinstance(part, dict | list | tuple) for part in batch):
        raise ValueError(
            f"a batch is images, (images, targets) or (images, targets, sample weights); found "
            f"{', '.join(type(part).__name__ for part in batch)}."
        )
    return batch


class _CheckedPyDataset(keras.utils.PyDataset):
    """Another `PyDataset`, each batch of which goes through `check`."""

    def __init__(self, dataset, check):
        super().__init__(dataset.workers, dataset.use_multiprocessing, dataset.max_queue_size)
        self.dataset, self.check = dataset, check
        self.on_epoch_begin, self.on_epoch_end = dataset.on_epoch_begin, dataset.on_epoch_end

    @property
    def num_batches(self):
        """Number of batches, None for an infinite one."""
        return self.dataset.num_batches

    def __getitem__(self, index):
        return self.check(self.dataset[index])


def _checked_loader(loader, check):
    """A copy of a PyTorch `DataLoader` that shares its data and order and checks each batch."""

    class Checked(type(loader)):
        def __iter__(self):
            return map(check, super().__iter__())

    checked = object.__new__(Checked)
    checked.__dict__.update(loader.__dict__)
    return checked
