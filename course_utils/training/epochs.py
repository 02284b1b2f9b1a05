"""One epoch of training: which images in which order, and the updates on them."""

import contextlib

import keras
import numpy as np

from course_utils import environment
from course_utils.training import rows, state

STEPS_PER_CALL = 20


class Batches(keras.utils.PyDataset):
    """Batches of arrays (n, ...), fetched one at a time in the `order` of their rows.

    Targets `y` that are `x` itself are the inputs as `transform`, a function of a batch and a
    generator, made them; `seed` (integers) and the number of a batch seed that generator.
    """

    def __init__(self, x, y, order, batch_size, transform=None, seed=()):
        super().__init__()
        self.x, self.y, self.order, self.batch_size = x, y, order, batch_size
        self.transform, self.seed = transform, seed

    def __len__(self):
        return -(-len(self.order) // self.batch_size)

    def __getitem__(self, index):
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        inputs = rows.take(self.x, chosen)
        if self.transform is not None:
            inputs = self.transform(inputs, np.random.default_rng([*self.seed, index]))
        return inputs, inputs if self.y is self.x else rows.take(self.y, chosen)


def train_epoch(model, x, y, epoch, batch_size, seed, transform):
    """Train in the order that `seed` and `epoch` give; return a dict from metric to its value."""
    order = np.random.default_rng([seed, epoch]).permutation(len(x))
    batches = Batches(x, y, order, batch_size, transform, seed=(seed, epoch))
    with _torch_seeded(seed, epoch) as callbacks:
        # Keras would shuffle the batches again, by Python's generator, whose state is not kept.
        logs = model.fit(batches, shuffle=False, verbose=0, callbacks=callbacks).history
    return {name: float(series[0]) for name, series in logs.items()}


@contextlib.contextmanager
def _torch_seeded(*seed):
    """Callbacks that let what PyTorch draws by itself in an epoch depend on `seed` alone.

    On PyTorch, Keras's dropout draws from its global generator, whose state no model holds.
    """
    if keras.backend.backend() != "torch":
        yield []
        return
    import torch

    number = int(np.random.SeedSequence(seed).generate_state(1)[0])
    with torch.random.fork_rng():
        # Not before `fit`, which draws too where it builds the model.
        yield [keras.callbacks.LambdaCallback(on_epoch_begin=lambda *_: torch.manual_seed(number))]


def evaluate(model, x, y, batch_size=512):
    """A dict from `val_` and metric to its value; random layers go on as if not asked."""
    batches = {"x": Batches(x, y, np.arange(len(x)), batch_size)}
    if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
        batches = {"x": x, "y": y, "batch_size": batch_size}
    with same_draws_after(model):
        measured = model.evaluate(**batches, verbose=0, return_dict=True)
    return {f"val_{name}": float(value) for name, value in measured.items()}


@contextlib.contextmanager
def same_draws_after(model):
    """Put the states of the model's random generators back after the block."""
    states = [v for v in model.non_trainable_variables if "seed_generator" in v.path]
    kept = [state.to_numpy(v) for v in states]
    yield
    for variable, value in zip(states, kept, strict=True):
        variable.assign(value)


def choose_speed(model):
    """Set how the training step is compiled; results do not depend on it beyond rounding."""
    if keras.backend.backend() != "tensorflow" or model.train_function is not None:
        return
    if model.steps_per_execution == 1:
        # Python is called once for so many updates. Small dense networks gain most: see
        # benchmarks/autoencoders.py.
        model.steps_per_execution = STEPS_PER_CALL
        # What was compiled for one step at a time would skip the other nineteen batches.
        model.test_function = model.predict_function = None
    if environment.started() and not environment.current().xla:
        model.jit_compile = False
