"""Training on every device there is, by Keras's own engines.

`keras.distribution.DataParallel` on JAX, over the devices of this machine; on TensorFlow
`MirroredStrategy` over them, and `MultiWorkerMirroredStrategy` over the workers that `TF_CONFIG`
names. Keras has neither on PyTorch.
"""

import contextlib
import dataclasses
import json
import os

import keras

_CONFIG = "TF_CONFIG"
_EXAMPLE = (
    '{"cluster": {"worker": ["10.0.0.1:12345", "10.0.0.2:12345"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


@dataclasses.dataclass(frozen=True)
class Devices:
    """What trains one model together.

    Attributes:
        count: devices of all workers together, each with an equal part of every batch.
        engine: Keras's or TensorFlow's name of what joins them, `one device` if nothing does.
        workers: processes, one for each machine.
        index: which of them this one is; the first, 0, is the chief, which alone writes.
    """

    count: int = 1
    engine: str = "one device"
    workers: int = 1
    index: int = 0

    def __str__(self):
        who = f", worker {self.index} of {self.workers}" if self.workers > 1 else ""
        return f"{self.engine}, {self.count} devices{who}" if self.count > 1 else self.engine

    def check_batch(self, batch_size, images):
        """Raise a ValueError unless each device gets equal parts of whole batches."""
        if batch_size % self.count:
            raise ValueError(
                f"a batch of {batch_size} cannot be cut into {self.count} equal parts, one for "
                f"each device: take a multiple of {self.count}."
            )
        if images % batch_size:
            raise ValueError(
                f"{images:,} images are no whole number of batches of {batch_size}, and the last "
                f"batch could not be shared: leave {images % batch_size} images out."
            )


_ONE = Devices()


@contextlib.contextmanager
def all_devices():
    """Context in which a model that is built, compiled and fitted is so on every device; `Devices`.

    On TensorFlow it must be entered before anything is computed.

    Raises:
        ValueError: `TF_CONFIG` is not as TensorFlow wants it, or asks for what the backend lacks.
        RuntimeError: several devices on PyTorch, for which Keras has no engine.
    """
    backend = keras.backend.backend()
    workers, index = _workers()
    if workers > 1 and backend != "tensorflow":
        raise ValueError(
            f"{_CONFIG} names {workers} workers, but the backend is {backend}: several processes "
            f"train together on TensorFlow only. Set KERAS_BACKEND=tensorflow, or unset {_CONFIG}."
        )
    joined = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[backend]
    with joined(workers, index) as devices:
        yield devices


def _workers():
    """Number of workers and which of them this process is, by `TF_CONFIG`."""
    text = os.environ.get(_CONFIG, "").strip()
    if not text:
        return 1, 0
    try:
        config = json.loads(text)
        addresses, task = config["cluster"]["worker"], config.get("task", {})
        kind, index = task.get("type", "worker"), int(task.get("index", 0))
        others = sorted(set(config["cluster"]) - {"worker"})
        well = isinstance(addresses, list) and 0 <= index < len(addresses)
        if kind != "worker" or others or not well:
            raise ValueError(f"task {task}, in a cluster of {', '.join(config['cluster'])}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{_CONFIG} is not as expected ({type(error).__name__}: {error}). Every worker gets "
            f"the same list of addresses and its own index, and no chief or server beside: "
            f"{_EXAMPLE}"
        ) from error
    return len(addresses), index


@contextlib.contextmanager
def _tensorflow(workers, index):
    import tensorflow as tf

    if workers > 1:
        engine = "MultiWorkerMirroredStrategy"
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    else:
        local = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        if len(local) == 1:
            yield _ONE
            return
        engine = "MirroredStrategy"
        strategy = tf.distribute.MirroredStrategy([device.name for device in local])
    with strategy.scope(), _told_if_a_worker_goes(tf, workers):
        yield Devices(strategy.num_replicas_in_sync, engine, workers, index)


@contextlib.contextmanager
def _told_if_a_worker_goes(tf, workers):
    try:
        yield
    except tf.errors.OpError as error:
        if workers == 1:
            raise
        raise RuntimeError(
            f"the workers lost each other ({type(error).__name__}): one of them has ended, or can "
            f"no longer be reached. Start the same command again on all of them: they go on after "
            f"the last epoch that was stored."
        ) from error


@contextlib.contextmanager
def _jax(_, __):
    found = keras.distribution.list_devices()
    if len(found) == 1:
        yield _ONE
        return
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=found))
    try:
        yield Devices(len(found), "DataParallel")
    finally:
        keras.distribution.set_distribution(before)


@contextlib.contextmanager
def _torch(_, __):
    import torch

    if torch.cuda.device_count() > 1:
        raise RuntimeError(
            f"found {torch.cuda.device_count()} GPUs, and Keras has no engine that joins them on "
            f"PyTorch. Choose one with CUDA_VISIBLE_DEVICES=0, or set KERAS_BACKEND=jax or "
            f"tensorflow to train on all."
        )
    yield _ONE


def writes():
    """Whether this process keeps runs on disk: of several workers the chief alone."""
    return _workers()[1] == 0


def agree(epochs):
    """Check that all workers found a stored run at the same epoch.

    Raises:
        ValueError: they did not, and would train apart.
    """
    if _workers()[0] == 1:
        return
    import tensorflow as tf

    strategy = tf.distribute.get_strategy()

    def all_of_them():
        return tf.distribute.get_replica_context().all_gather(tf.constant([epochs]), axis=0)

    gathered = tf.function(lambda: strategy.run(all_of_them))()
    found = strategy.experimental_local_results(gathered)[0].numpy()
    if len(set(found.tolist())) > 1:
        raise ValueError(
            f"the workers found their run at different epochs, {', '.join(map(str, found))}: "
            f"COURSE_RUNS_DIR must be one folder that all of them see. The first one writes, the "
            f"others read."
        )
