"""What `Autoencoder` and `VAE` share: data that cannot be learnt fail before the first update."""

import contextlib
import inspect
import sys

import keras

from course_utils.checks import LARGEST_PIXEL
from course_utils.models.image_checks import Learnable, as_array
from course_utils.models.networks import activation_of, last_activated

# Values that a decoder reaches whose last activation is this one.
_BOUNDS = {
    **dict.fromkeys(("sigmoid", "hard_sigmoid", "softmax"), (0.0, 1.0)),
    **dict.fromkeys(("tanh", "softsign"), (-1.0, 1.0)),
    **dict.fromkeys(("relu", "softplus"), (0.0, LARGEST_PIXEL)),
}


class ImageModel(keras.Model):
    """A model with an `encoder` and a `decoder` that learns to give back images (n, h, w, c).

    Keras's `fit`, `evaluate`, `train_on_batch` and `test_on_batch`, in which targets `y` are images
    too: those to be given back, if others than `x`, such as the clean ones of noisy inputs. Arrays,
    lists and tensors are checked whole; of a `tf.data.Dataset`, `PyDataset`, `DataLoader` or
    generator, each batch before the update on it.
    """

    def learnable(self):
        """What this model can learn: shapes, and the values that decoder and loss reach."""
        return Learnable(
            self.encoder.input_shape[1:], self.decoder.output_shape[1:], self._pixels()
        )

    def _pixels(self):
        """Least and largest pixel of a target, and what allows no others."""
        loss = getattr(self, "loss", None)
        name = loss if isinstance(loss, str) else getattr(loss, "name", None)
        name = (name or getattr(loss, "__name__", "")).lower()
        if "crossentropy" in name or name == "bce":
            return 0.0, 1.0, "a cross-entropy"
        activation = activation_of(last_activated(self.decoder))
        if activation in _BOUNDS:
            return *_BOUNDS[activation], f"a {activation}"
        return -LARGEST_PIXEL, LARGEST_PIXEL, "a decoder without bounds"

    def check_images(self, images, targets=None, uint8_scaled=False):
        """Raise if these images (n, h, w, c) cannot be learnt.

        Args:
            images: array or tensor.
            targets: images to be given back, if others; `images` may then lie where no target may.
            uint8_scaled: whether the caller divides bytes by 255 before they are learnt, so that
                arrays of uint8 are right as they are (and not read through).

        Raises:
            ValueError: another shape than the networks', NaN or infinity, values that the decoder
                or the loss cannot reach, no images, or labels as targets.
        """
        self.learnable().pair(images, targets, uint8_scaled)

    def _checked(self, images):
        """`images` as an array that can be encoded; none are none."""
        images = as_array(images)
        if len(images):
            self.check_images(images)
        return images

    def fit(self, *arguments, **options):
        """Keras's `fit`, after a look at the data."""
        given = _named(keras.Model.fit, self, *arguments, **options)
        _refuse_class_weight(given.pop("class_weight", None))
        with _refusals_of(self.learnable()) as learnable:
            given |= learnable.checked(**_data(given))
            held_out = given.get("validation_data")
            if isinstance(held_out, tuple | list):
                names = ("x", "y", "sample_weight")
                held_out = tuple(
                    learnable.checked(**dict(zip(names, held_out, strict=False))).values()
                )
            elif held_out is not None:
                with _torch_generator_kept():
                    held_out = learnable.first_checked(learnable.checked(held_out)["x"])
            return super().fit(**given | {"validation_data": held_out})

    def evaluate(self, *arguments, **options):
        """Keras's `evaluate`, after a look at the data."""
        given = _named(keras.Model.evaluate, self, *arguments, **options)
        with _refusals_of(self.learnable()) as learnable, _torch_generator_kept():
            # In `fit`, data that it has looked at already.
            if not given.get("_use_cached_eval_dataset"):
                given |= learnable.checked(**_data(given))
            return super().evaluate(**given)

    def train_on_batch(self, *arguments, **options):
        """Keras's `train_on_batch`, after a look at the batch."""
        given = _named(keras.Model.train_on_batch, self, *arguments, **options)
        _refuse_class_weight(given.pop("class_weight", None))
        return super().train_on_batch(**given | self.learnable().checked(**_data(given)))

    def test_on_batch(self, *arguments, **options):
        """Keras's `test_on_batch`, after a look at the batch."""
        given = _named(keras.Model.test_on_batch, self, *arguments, **options)
        return super().test_on_batch(**given | self.learnable().checked(**_data(given)))

    def get_config(self):
        """Both networks, so that a saved model loads in a fresh process."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild from `get_config`."""
        for part in {"encoder", "decoder", "likelihood"} & set(config):
            config[part] = keras.saving.deserialize_keras_object(config[part])
        return cls(**config)


def _named(method, *arguments, **options):
    """The arguments of a method by name, but for the model itself."""
    given = inspect.signature(method).bind(*arguments, **options).arguments
    given.pop("self")
    return given | given.pop("kwargs", {})


def _data(given):
    return {name: given.get(name) for name in ("x", "y", "sample_weight")}


def _refuse_class_weight(weight):
    if weight is not None:
        raise ValueError(
            "class_weight needs class labels as targets, and the targets are images. Give "
            "sample_weight, such as weights[labels]."
        )


@contextlib.contextmanager
def _refusals_of(learnable):
    """Raise the refusal itself where a backend has wrapped it in an error of its own."""
    try:
        yield learnable
    except Exception:
        if learnable.refusals:
            raise learnable.refusals[0] from None
        raise


def _torch_generator_kept():
    """Keep evaluation from drawing on the generator by which PyTorch shuffles training data."""
    torch = sys.modules.get("torch")
    return torch.random.fork_rng(devices=()) if torch else contextlib.nullcontext()
