"""What a model can learn from, checked however the images come in."""

import dataclasses
import itertools
import types

import keras
import numpy as np
from keras import ops

from course_utils import checks

_ANY = (-checks.LARGEST_PIXEL, checks.LARGEST_PIXEL, "a network")


@dataclasses.dataclass(frozen=True)
class Learnable:
    """The images that a model can learn.

    Attributes:
        input_shape: (h, w, c) of the images that are encoded.
        target_shape: (h, w, c) of those that the decoder makes.
        pixels: least and largest value of a target, and what allows no others.
        refusals: errors raised so far; a backend may wrap them in errors of its own.
    """

    input_shape: tuple
    target_shape: tuple
    pixels: tuple
    refusals: list = dataclasses.field(default_factory=list)

    def pair(self, x, y=None, uint8_scaled=False):
        """Raise ValueError unless arrays `x` can be encoded and learnt, or `y` in their place.

        Where `y` is None or `x` itself, images are to be given back; else only `y` has to lie where
        the decoder reaches, as the inputs of a denoising autoencoder need not.
        """
        same = y is None or y is x
        x = as_array(x)
        checks.images_of_shape(x, self.input_shape)
        checks.pixels_in(x, *(self.pixels if same else _ANY), uint8_scaled)
        y = x if same else as_array(y)
        self._check_target(y)
        if not same:
            checks.pixels_in(y, *self.pixels, uint8_scaled)
        if len(x) != len(y) or not len(x):
            raise ValueError(f"found {len(x)} images and {len(y)} targets; give as many of both.")

    def _check_target(self, y):
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
            batch = _as_tuple(batch)
            if len(batch) == 3 and batch[1] is None:
                batch = (batch[0], batch[0], batch[2])
            self.pair(*batch[:2])
        except ValueError as error:
            self.refusals.append(error)
            raise
        return batch

    def checked(self, x=None, y=None, sample_weight=None):
        """Keras's arguments of these names: checked arrays, or a stream that checks each batch.

        Arrays, lists, tensors, `tf.data.Dataset`, `PyDataset`, `DataLoader`, generator. No batch is
        lost or drawn twice, and their order stays. Anything else is left to Keras.
        """
        bases = {base.__name__: base for base in type(x).__mro__}
        if isinstance(x, types.GeneratorType):
            x = map_generator(self.batch, x)
        elif isinstance(x, keras.utils.PyDataset):
            x = CheckedPyDataset(x, self.batch)
        elif "DataLoader" in bases and bases["DataLoader"].__module__.startswith("torch."):
            x = _checked_loader(x, self.batch)
        elif "DatasetV2" in bases and bases["DatasetV2"].__module__.startswith("tensorflow."):
            x = self._checked_dataset(x)
        elif x is None or isinstance(x, dict | tuple):
            raise ValueError(
                f"x must be images (n, h, w, c), found {type(x).__name__}. Targets are given as y."
            )
        elif isinstance(x, list) or hasattr(x, "__array__") or ops.is_tensor(x):
            x, y = (as_array(part) if isinstance(part, list) else part for part in (x, y))
            self.pair(x, y)
            # Keras drops weights where there are no targets.
            y = x if y is None and sample_weight is not None else y
        return {"x": x, "y": y, "sample_weight": sample_weight}

    def first_checked(self, stream):
        """`stream`, made by `checked`, after a look at its first batch, which is not lost."""
        if isinstance(stream, types.GeneratorType):
            first = list(itertools.islice(stream, 1))
            return (batch for batch in itertools.chain(first, stream))
        if isinstance(stream, keras.utils.PyDataset):
            stream[0]
        elif not (hasattr(stream, "__array__") or ops.is_tensor(stream)):
            next(iter(stream), None)
        return stream

    def _checked_dataset(self, dataset):
        import tensorflow as tf

        if int(dataset.cardinality()) == 0:
            raise ValueError("the dataset holds no batch: found 0 images.")
        for spec, check in zip(
            _as_tuple(dataset.element_spec)[:2],
            (lambda x: checks.images_of_shape(x, self.input_shape), self._check_target),
            strict=False,
        ):
            if spec.shape.rank is not None:
                check(spec)

        def refuse(*images):
            self.batch(tuple(part.numpy() for part in images))
            return True

        def guard(*batch):
            images = batch[:2]
            limits = [_ANY, self.pixels] if len(images) == 2 else [self.pixels]
            within = [
                tf.reduce_all(
                    (part >= tf.cast(low, part.dtype)) & (part <= tf.cast(high, part.dtype))
                )
                for part, (low, high, _) in zip(images, limits, strict=True)
                if part.dtype.is_floating
            ]
            known = len(within) == len(images) and all(part.shape.rank == 4 for part in images)
            # In the graph, where it costs next to nothing; Python only words the refusal.
            fine = tf.reduce_all(tf.stack(within)) if known else tf.constant(False)
            told = tf.cond(fine, lambda: True, lambda: tf.py_function(refuse, images, tf.bool))
            with tf.control_dependencies([told]):
                passed = tuple(tf.identity(part) for part in batch)
            return passed if len(passed) > 1 else passed[0]

        return dataset.map(guard)


def as_array(images):
    """NumPy array of an array, a tensor of any framework, or a list of images."""
    if ops.is_tensor(images):
        return ops.convert_to_numpy(images)
    try:
        images = np.asarray(images)
    except ValueError:
        raise ValueError("the images are of different shapes; bring them to one.") from None
    # Keras's own way to give one input: a list that holds the array.
    return images[0] if images.ndim == 5 and len(images) == 1 else images


def _as_tuple(batch):
    batch = tuple(batch) if isinstance(batch, list | tuple) else (batch,)
    if not 1 <= len(batch) <= 3 or any(isinstance(part, dict | list | tuple) for part in batch):
        raise ValueError(
            f"a batch is images, (images, targets) or (images, targets, sample weights); found "
            f"{', '.join(type(part).__name__ for part in batch)}."
        )
    return batch


def map_generator(function, values):
    """A generator, as Keras asks for, of `function` of each value."""
    for value in values:
        yield function(value)


class CheckedPyDataset(keras.utils.PyDataset):
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
