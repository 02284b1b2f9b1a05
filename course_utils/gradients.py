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
    pure, changed = _pure(loss, variables)
    values = [variable.value for variable in variables]
    (value, after), gradients = jax.value_and_grad(pure, has_aux=True)(values)
    _assign(changed, after)
    return value, gradients


def value_and_pullback(function, variables):
    """Output of `function()`, a tensor, and what takes a gradient at it back to the variables.

    The pass is made once: first others learn from its output, then the gradient of whatever they
    say about it is taken back through it. What `function()` changes on its way is changed.

    Returns:
        (output, pull back): `pull_back(slope)`, with a `slope` of the output's shape, is the list
        of the gradients of `sum(slope * output)`. It can be called once.
    """
    values = [variable.value for variable in variables]
    if keras.backend.backend() == "tensorflow":
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            output = function()
        return output, lambda slope: tape.gradient(
            output, values, ops.cast(slope, output.dtype), unconnected_gradients="zero"
        )
    if keras.backend.backend() == "torch":
        output = function()
        options = {"allow_unused": True, "materialize_grads": True}
        return output.detach(), lambda slope: list(
            torch.autograd.grad(output, values, slope.to(output.dtype), **options)
        )
    pure, changed = _pure(function, variables)
    output, pull_back, after = jax.vjp(pure, values, has_aux=True)
    _assign(changed, after)
    return output, lambda slope: pull_back(ops.cast(slope, output.dtype))[0]


def _pure(function, variables):
    """JAX's form of `function`, and the list of variables that it changes, filled by each call.

    The pure function takes the values of `variables` and then the arguments of `function`, and
    returns the output and the new values of what has changed.
    """
    changed = []

    def pure(values, *arguments):
        mapping = list(zip(variables, values, strict=True))
        with _NotingScope(state_mapping=mapping) as scope:
            output = function(*arguments)
            changed[:] = scope.changed.values()
            return output, [scope.get_current_value(variable) for variable in changed]

    return pure, changed


def _assign(variables, values):
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


class _NotingScope(keras.StatelessScope):
    """A scope that notes which variables were changed in it.

    Other variables have the values of the scope around it, such as that of a training step.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.changed = {}

    def get_current_value(self, variable):
        value = super().get_current_value(variable)
        if value is None and self.original_scope is not None:
            value = self.original_scope.get_current_value(variable)
        return value

    def add_update(self, update):
        self.changed[id(update[0])] = update[0]
        super().add_update(update)


def value_and_input_gradient(function, x):
    """`function(x)`, and the gradient of its sum with respect to `x`: a tensor of the shape of `x`.

    For each image its own gradient, if `function` treats images one by one. Both can be followed
    further, as a gradient penalty needs it. What `function` changes on its way is changed.
    """
    x = ops.convert_to_tensor(x)
    if keras.backend.backend() == "tensorflow":
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(x)
            value = function(x)
            total = ops.sum(value)
        return value, tape.gradient(total, x)
    if keras.backend.backend() == "torch":
        # A tensor on the way to a loss stays on it; one that nothing follows yet is followed.
        x = x if x.requires_grad else x.detach().requires_grad_(True)
        value = function(x)
        return value, torch.autograd.grad(ops.sum(value), x, create_graph=True)[0]
    pure, changed = _pure(function, [])

    def total(values):
        value, after = pure([], values)
        return ops.sum(value), (value, after)

    (_, (value, after)), gradient = jax.value_and_grad(total, has_aux=True)(x)
    _assign(changed, after)
    return value, gradient


def input_gradient(function, x):
    """Gradient of `sum(function(x))` with respect to `x`, as of `value_and_input_gradient`."""
    return value_and_input_gradient(function, x)[1]


def without_gradients():
    """Context in which PyTorch notes down nothing for gradients; the others note nothing anyway."""
    return torch.no_grad() if keras.backend.backend() == "torch" else contextlib.nullcontext()
