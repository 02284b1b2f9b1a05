"""All that training changes in a model: its weights, random generators and optimizers."""

import keras
import numpy as np


def optimizers_of(model):
    """Every optimizer of a model: `model.optimizers` (a list) if it has that, else those found.

    Found are `model.optimizer`, optimizers that are attributes of the model, and those within an
    attribute: in a list, in a dict, or as attributes of an object that holds several.
    """
    own = getattr(model, "optimizers", None)
    if own is not None:
        return list(own() if callable(own) else own)
    attributes = [getattr(model, "optimizer", None), *vars(model).values()]
    found = [optimizer for value in attributes for optimizer in _optimizers_in(value)]
    return list({id(optimizer): optimizer for optimizer in found}.values())


def _optimizers_in(value):
    if isinstance(value, keras.optimizers.Optimizer):
        return [value]
    if isinstance(value, keras.Layer | keras.callbacks.Callback):
        return []
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    else:
        inner = vars(value).values() if hasattr(value, "__dict__") else ()
    return [part for part in inner if isinstance(part, keras.optimizers.Optimizer)]


def build_optimizers(model):
    """Give every optimizer its variables, so that they can be stored and put back.

    Raises:
        ValueError: one of several is not built: only the model knows which weights it is for.
    """
    optimizers = optimizers_of(model)
    for optimizer in optimizers:
        if optimizer.built:
            continue
        if len(optimizers) > 1 and optimizer is not model.optimizer:
            raise ValueError(
                f"the model has {len(optimizers)} optimizers, and {optimizer.name!r} is not built. "
                f"In the model's compile(), call optimizer.build(network.trainable_variables) for "
                f"each."
            )
        optimizer.build(model.trainable_variables)


def updates_done(model):
    """How many updates the model's optimizers have made, all together."""
    return sum(int(optimizer.iterations) for optimizer in optimizers_of(model))


def _model_variables(model):
    # Keras's own files of weights leave out the state of random layers (dropout, noise), without
    # which a resumed run is not the run that was interrupted. Metrics are left out: they start
    # afresh each epoch, and some are built only then.
    metrics = {id(variable) for variable in model.metrics_variables}
    return [v for v in model.variables if id(v) not in metrics]


def _variables(model):
    found = _model_variables(model)
    for optimizer in optimizers_of(model):
        found += optimizer.variables
    return list({id(variable): variable for variable in found}.values())


def shapes(model):
    """Shapes of the arrays that `state_of` returns."""
    return [tuple(variable.shape) for variable in _variables(model)]


def state_of(model):
    """Copies of the values that training changes, to be put back by `put_state`."""
    return [_to_numpy(variable) for variable in _variables(model)]


def put_state(model, values):
    """Give the model the values that `state_of` returned for it, or for one like it."""
    for variable, value in zip(_variables(model), values, strict=True):
        variable.assign(value)


def weights_of(model):
    """Copies of the values of a model's variables, its optimizers' left out."""
    return [_to_numpy(variable) for variable in _model_variables(model)]


def put_weights(model, values):
    """Give the model the values that `weights_of` returned, or the beginning of `state_of`'s."""
    for variable, value in zip(_model_variables(model), values, strict=False):
        variable.assign(value)


def not_finite(model):
    """Path of the first weight with NaN or infinity in it, or None."""
    for variable in model.trainable_variables:
        if not np.isfinite(_to_numpy(variable)).all():
            return variable.path
    return None


def _to_numpy(variable):
    # NumPy has no bfloat16 of its own and would store it as raw bytes. A copy, for a backend may
    # give the memory that it writes to next.
    value = variable.numpy()
    return np.array(value, dtype="float32" if "bfloat16" in str(variable.dtype) else value.dtype)
