"""One optimizer object that holds an optimizer for each network of a model."""

import keras


@keras.saving.register_keras_serializable(package="course_utils")
class PerNetwork(keras.optimizers.Optimizer):
    """One optimizer for each network, by the network's name.

        gan.compile(PerNetwork(generator=Adam(1e-4, 0.0), discriminator=Adam(4e-4, 0.0)))

    Two learning rates are two time scales (Heusel et al. 2017). `fit`, saved models and JAX see a
    single optimizer, so that the state of all is carried, saved and restored.

    Args:
        optimizers: of each network: `keras.optimizers.Optimizer`, or Keras's name of one.
    """

    def __init__(self, name="per_network", **optimizers):
        super().__init__(learning_rate=0.0, name=name)
        self.by_network = {n: keras.optimizers.get(one) for n, one in optimizers.items()}
        repeated = len({id(one) for one in self.by_network.values()}) < len(self.by_network)
        if not optimizers or repeated:
            raise ValueError(
                "give each network an optimizer of its own: PerNetwork(generator=Adam(1e-4), "
                "discriminator=Adam(1e-4)). An optimizer keeps moments of the weights that it was "
                "built for, and moves no others."
            )

    @property
    def variables(self):
        """The count of updates, then the variables of each network's optimizer."""
        inner = [v for one in self.by_network.values() for v in one.variables]
        return [*super().variables, *inner]

    def build(self, variables):
        """Nothing is to be built here: `build_for` builds each network's optimizer."""
        self.built = True

    def build_for(self, network, variables, scale_loss=False):
        """Build the optimizer of a network, with a loss scale of its own if that is wanted."""
        optimizer = self.by_network[network]
        scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        if scale_loss and not scales:
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
            self.by_network = {**self.by_network, network: optimizer}
        if not optimizer.built:
            optimizer.build(variables)

    def scaled(self, network, loss):
        """The loss times the scale of the network's optimizer, which divides gradients by it."""
        return self.by_network[network].scale_loss(loss)

    def apply_to(self, network, gradients, variables):
        """One update of the `variables` of a network."""
        optimizer = self.by_network[network]
        if keras.backend.backend() != "jax":
            optimizer.apply(gradients, variables)
            return
        # A scale of the loss takes a branch, and a branch may change nothing by itself.
        own = optimizer.variables
        values = optimizer.stateless_apply(
            [v.value for v in own], gradients, [v.value for v in variables]
        )
        for variable, value in zip([*variables, *own], [*values[0], *values[1]], strict=True):
            variable.assign(value)

    def save_own_variables(self, store):
        """The count of updates alone: Keras finds and stores the networks' optimizers itself."""
        for i, variable in enumerate(super().variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store):
        """What `save_own_variables` stored."""
        for i, variable in enumerate(super().variables):
            variable.assign(store[str(i)])

    def get_config(self):
        """The optimizers, so that a saved model trains on."""
        inner = {n: keras.saving.serialize_keras_object(one) for n, one in self.by_network.items()}
        return {"name": self.name, **inner}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuild from `get_config`."""
        name = config.pop("name", "per_network")
        deserialize = keras.saving.deserialize_keras_object
        return cls(name, **{n: deserialize(one) for n, one in config.items()})
