"""Gradients on whichever backend Keras runs on; Keras itself has no function for them.

For a training step written by hand, and for models whose networks each follow a loss of their own.
"""

import contextlib

import keras
from keras import ops

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
elif keras.backend.backend() == "torch":
    import torch
else:
    import jax


def value_and_gradients(loss, variables):
    """Value of `loss()`, a scalar tensor, and a list of its gradients, one for each variable.

    `optimizer.apply(gradients, variables)` takes a step along them. A variable that the loss does
    not depend on has gradient zero. Those that `loss()` changes on its way (noise generators,
    moving means, metrics) are changed on every backend.
    """
    if keras.backend.backend() == "tensorflow":
        values = [variable.value for variable in variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            value = loss()
        return value, tape.gradient(value, values, unconnected_gradients="zero")
    if keras.backend.backend() == "torch":
        value = loss()
        values = [variable.value for variable in variables]
        gradients = torch.autograd.grad(value, values, allow_unused=True, materialize_grads=True)
        return value.detach(), list(gradients)
    changed = []

    def pure(values):
        mapping = list(zip(variables, values, strict=True))
        with _NotingScope(state_mapping=mapping) as scope:
            value = loss()
            changed[:] = scope.changed.values()
            return value, [scope.get_current_value(variable) for variable in changed]

    values = [variable.value for variable in variables]
    (value, after), gradients = jax.value_and_grad(pure, has_aux=True)(values)
    for variable, new in zip(changed, after, strict=True):
        variable.assign(new)
    return value, gradients


class _NotingScope(keras.StatelessScope):
    """A scope that notes which variables were changed in it."""

    def __init__(self, **options):
        super().__init__(**options)
        self.changed = {}

    def add_update(self, update):
        self.changed[id(update[0])] = update[0]
        super().add_update(update)


def input_gradient(function, x):
    """Gradient of `sum(function(x))` with respect to `x`: a tensor of the shape of `x`.

    For each image its own, if `function` treats images one by one. Itself differentiable, as a
    gradient penalty needs it.
    """
    x = ops.convert_to_tensor(x)
    if keras.backend.backend() == "tensorflow":
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = ops.sum(function(x))
        return tape.gradient(total, x)
    if keras.backend.backend() == "torch":
        # A tensor on the way to a loss stays on it; one that nothing follows yet is followed.
        x = x if x.requires_grad else x.detach().requires_grad_(True)
        return torch.autograd.grad(ops.sum(function(x)), x, create_graph=True)[0]
    return jax.grad(lambda values: ops.sum(function(values)))(x)


def without_gradients():
    """Context in which PyTorch notes down nothing for gradients; the others note nothing anyway."""
    return torch.no_grad() if keras.backend.backend() == "torch" else contextlib.nullcontext()
