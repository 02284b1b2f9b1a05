"""What a generator and its critic can be trained on, and whether they fit each other."""

import dataclasses

from keras import layers

from course_utils import checks
from course_utils.models.image_checks import Learnable
from course_utils.models.networks import activation_of, last_activated

_NORMALISING = (layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization)
_DROPPING = (layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D, layers.AlphaDropout)
# A few images, such as a small batch of a stream, may be bright all over.
_TELLING = 8
_LABELS = (
    "a GAN learns from images alone; found {what} beside them. Leave them out: fit(x), or "
    "dataset.map(lambda image, label: image)."
)


def check_adversaries(generator, critic, noise_dim, critic_name):
    """The size of the noise; ValueError unless generator and critic fit each other and it."""
    if not all(getattr(network, "outputs", None) for network in (generator, critic)):
        raise ValueError(
            f"generator and {critic_name} must be Sequential or functional models with their input "
            f"shape given: begin them with keras.Input(shape)."
        )
    taken = generator.input_shape[1:]
    if len(taken) != 1:
        raise ValueError(
            f"noise is (n, noise_dim), the generator takes {generator.input_shape}. Begin it with "
            f"keras.Input((noise_dim,)); a Reshape may follow."
        )
    if noise_dim is not None and checks.whole_number("noise_dim", noise_dim, 1) != taken[0]:
        raise ValueError(
            f"noise_dim is {noise_dim}, the generator takes {taken[0]} numbers. Build it with "
            f"keras.Input(({noise_dim},)), or leave noise_dim out."
        )
    made, judged = generator.output_shape[1:], critic.input_shape[1:]
    if made != judged:
        raise ValueError(
            f"the generator makes {made}, the {critic_name} takes {judged}. Build both for "
            f"images.x_train.shape[1:]."
        )
    if critic.output_shape[1:] != (1,):
        raise ValueError(
            f"the {critic_name} must give one logit for each image, (n, 1); it gives "
            f"{critic.output_shape}. End it with keras.layers.Dense(1)."
        )
    if (last := activation_of(last_activated(critic))) not in (None, "linear"):
        raise ValueError(
            f"the {critic_name} ends in the activation {last!r}, and the losses take logits, any "
            f"number: a sigmoid would be applied twice, or bound what has no bounds. End it with "
            f"keras.layers.Dense(1)."
        )
    return taken[0]


def check_compiled(optimizer, options, names):
    """Raise ValueError unless there is an optimizer for each network and nothing to be ignored.

    Args:
        optimizer: what `compile` was given as one.
        options: other arguments of `compile`, by name.
        names: of the networks.
    """
    own = ("loss", "loss_weights", "metrics", "weighted_metrics")
    if ignored := [name for name in own if options.get(name) is not None]:
        raise ValueError(
            f"the losses are the model's own: found {', '.join(ignored)}, which would be ignored. "
            f"A subclass states others as critic_loss and generator_loss."
        )
    found = getattr(optimizer, "by_network", {})
    if set(found) != set(names):
        listed = ", ".join(sorted(found)) or type(optimizer).__name__
        raise ValueError(
            f"each network has an optimizer of its own, found {listed}. Call "
            f"compile(PerNetwork({', '.join(f'{name}=…' for name in names)}))."
        )


def check_judges_alone(critic, penalty):
    """Raise ValueError if a critic under a penalty on its slope mixes images or draws at random."""
    for layer in critic._flatten_layers():
        if isinstance(layer, layers.BatchNormalization):
            raise ValueError(
                f"{penalty} is taken of each image's own slope, and batch normalisation "
                f"({layer.name!r}) lets each logit depend on the whole batch. Leave it out of the "
                f"critic, or take LayerNormalization."
            )
        if isinstance(layer, _DROPPING):
            raise ValueError(
                f"{penalty} is taken of the critic's slope, and dropout ({layer.name!r}) makes it "
                f"another critic at each call. Leave it out."
            )


def clipped_weights(critic):
    """The weights that clipping bounds: all but those of normalising layers.

    A scale of 1 clipped to 0.01 would shrink every signal a hundred times.
    """
    spared = {
        id(weight)
        for layer in critic._flatten_layers()
        if isinstance(layer, _NORMALISING)
        for weight in layer.weights
    }
    return [weight for weight in critic.trainable_variables if id(weight) not in spared]


@dataclasses.dataclass(frozen=True)
class RealData(Learnable):
    """The images or points that a generator can learn to draw; they come without targets."""

    def inputs(self, x, noisy=False, least=1):
        """`x` as an array, if the generator can reach it."""
        x = super().inputs(x, noisy, least)
        low, _, reason = self.pixels
        stated = getattr(x, "pixel_range", None)
        telling = stated or len(x) >= _TELLING
        if low == -1.0 and telling and (stated[0] if stated else x.min()) >= 0:
            raise ValueError(
                f"{reason} gives values from -1 to 1, and no pixel is below 0: half of its range "
                f"would be for nothing. Give images.scaled(-1, 1), or let the generator end in a "
                f"sigmoid."
            )
        return x

    def pair(self, x, y=None):
        """Raise ValueError unless `x` can be learnt and nothing else is given."""
        # Keras's autoencoders, and the course's `fit`, give the images once more.
        if y is not None and y is not x:
            shape = str(tuple(y.shape)) if hasattr(y, "shape") else type(y).__name__
            raise ValueError(_LABELS.format(what=f"targets or labels of shape {shape}"))
        self.inputs(x)

    def batch(self, batch):
        """`batch` of a stream, if it can be learnt."""
        if isinstance(batch, tuple | list) and len(batch) > 2 and batch[2] is not None:
            raise self._refusal("sample weights")
        return super().batch(batch)

    def _refusal(self, what):
        error = ValueError(_LABELS.format(what=what))
        self.refusals.append(error)
        return error

    def _checked(self, x, y, sample_weight):
        if sample_weight is not None:
            raise self._refusal("sample weights")
        return super()._checked(x, y, sample_weight)

    def _check_shape_of_targets(self, y):
        shape = str(tuple(y.shape)).replace("None", "n")
        raise ValueError(_LABELS.format(what=f"targets or labels of shape {shape}"))
