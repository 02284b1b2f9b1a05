"""All that training changes in a model: its weights, random generators and optimizers."""

import keras
import numpy as np


def optimizers_of(model):
    """Every optimizer of a model: `model.optimizers` (a list) if it has that, else those found.

    Found are `model.optimizer`, optimizers that are attributes of the model, and those within an
    attribute: in a list, in a dict, or as attributes of an object that holds several.
    """
    if getattr(model, "optimizers", None) is not None:
        return list(model.optimizers)
    found = []
    for value in (getattr(model, "optimizer", None), *vars(model).values()):
        if isinstance(value, keras.optimizers.Optimizer):
            found.append(value)
        elif isinstance(value, dict):
            found += value.values()
        elif isinstance(value, list | tuple):
            found += value
        elif not isinstance(value, keras.Layer | keras.callbacks.Callback):
            found += getattr(value, "__dict__", {}).values()
    return list({id(o): o for o in found if isinstance(o, keras.optimizers.Optimizer)}.values())


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
    return sum(int(to_numpy(optimizer.iterations)) for optimizer in optimizers_of(model))


def weights_of(model):
    """Copies of the values of a model's variables, its optimizers' left out."""
    return [to_numpy(variable) for variable in model_variables(model)]


def state_of(model):
    """Copies of all values that training changes: first `weights_of`, then the optimizers'."""
    return [to_numpy(variable) for variable in _variables(model)]


def put_state(model, values):
    """Give the model, or one built like it, what `state_of` or `weights_of` returned."""
    for variable, value in zip(_variables(model), values, strict=False):
        variable.assign(value)


def model_variables(model):
    """What of a model is stored: its weights, and the states of its random layers."""
    # Keras's own files of weights leave out the state of random layers (dropout, noise), without
    # which a resumed run is not the run that was interrupted. Metrics are left out: they start
    # afresh each epoch, and some are built only then.
    metrics = {id(variable) for variable in model.metrics_variables}
    return [v for v in model.variables if id(v) not in metrics]


def _variables(model):
    optimizers = [v for optimizer in optimizers_of(model) for v in optimizer.variables]
    return list({id(v): v for v in (*model_variables(model), *optimizers)}.values())


def to_numpy(variable):
    """A copy of a variable's value: a backend may give the memory that it writes to next."""
    # NumPy has no bfloat16 of its own and would store it as raw bytes.
    value = variable.numpy()
    return np.array(value, dtype="float32" if "bfloat16" in str(variable.dtype) else value.dtype)
