"""What `Autoencoder` and `VAE` share: data that cannot be learnt fail before the first update."""

import contextlib
import inspect
import sys

import keras

from course_utils.models.image_checks import Learnable, looked_through
from course_utils.models.networks import pixels_reached


class ImageModel(keras.Model):
    """A model with an `encoder` and a `decoder` that learns to give back images (n, h, w, c).

    Keras's `fit`, `evaluate`, `train_on_batch` and `test_on_batch`, in which targets `y` are images
    too: those to be given back, if others than `x`, such as the clean ones of noisy inputs. Arrays,
    lists and tensors are checked whole; of a `tf.data.Dataset`, `PyDataset`, `DataLoader` or
    generator, each batch before the update on it, and validation batches before the first update,
    but for those of a generator.
    """

    def learnable(self, called=""):
        """What this model can learn: shapes, and the values that decoder and loss reach."""
        shapes = self.encoder.input_shape[1:], self.decoder.output_shape[1:]
        return Learnable(*shapes, self._pixels(), called)

    def _pixels(self):
        """Least and largest pixel of a target, and what allows no others."""
        loss = getattr(self, "loss", None)
        name = loss if isinstance(loss, str) else getattr(loss, "name", None)
        name = (name or getattr(loss, "__name__", "")).lower()
        if "crossentropy" in name or name == "bce":
            return 0.0, 1.0, "a cross-entropy"
        return pixels_reached(self.decoder)

    def check_images(self, images, targets=None):
        """Raise if these images (n, h, w, c) cannot be learnt.

        Args:
            images: array or tensor.
            targets: images to be given back, if others; noise may have taken `images` to where no
                target may lie.

        Raises:
            ValueError: another shape than the networks', NaN or infinity, values that the decoder
                or the loss cannot reach, no images, or labels as targets.
        """
        self.learnable().pair(images, targets)

    def fit(self, *arguments, **options):
        """Keras's `fit`, after a look at the data."""
        given, learnable = _named(keras.Model.fit, self, arguments, options), self.learnable()
        held_out, validated = given.get("validation_data"), self.learnable("validation data")
        with learnable.refusals_bare(), validated.refusals_bare():
            given |= learnable.checked(**_data(given))
            if isinstance(held_out, tuple | list):
                names = ("x", "y", "sample_weight")
                named = dict(zip(names, held_out, strict=False))
                given["validation_data"] = tuple(validated.checked(**named).values())
            elif held_out is not None:
                stream = validated.checked(held_out)["x"]
                with _torch_generator_kept():
                    stream = looked_through(stream, given.get("validation_steps"))
                given["validation_data"] = stream
            return super().fit(**given)

    def evaluate(self, *arguments, **options):
        """Keras's `evaluate`, after a look at the data."""
        given, learnable = _named(keras.Model.evaluate, self, arguments, options), self.learnable()
        with learnable.refusals_bare(), _torch_generator_kept():
            # In `fit`, data that it has looked at already.
            if not given.get("_use_cached_eval_dataset"):
                given |= learnable.checked(**_data(given))
            return super().evaluate(**given)

    def train_on_batch(self, *arguments, **options):
        """Keras's `train_on_batch`, after a look at the batch."""
        given = _named(keras.Model.train_on_batch, self, arguments, options)
        return super().train_on_batch(**given | self.learnable().checked(**_data(given)))

    def test_on_batch(self, *arguments, **options):
        """Keras's `test_on_batch`, after a look at the batch."""
        given = _named(keras.Model.test_on_batch, self, arguments, options)
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


def _named(method, model, arguments, options):
    """The arguments of a method of `model` by name; ValueError for weights of classes."""
    given = inspect.signature(method).bind(model, *arguments, **options).arguments
    given.pop("self")
    if given.pop("class_weight", None) is not None:
        raise ValueError(
            "class_weight needs class labels as targets, and the targets are images. Give "
            "sample_weight, such as weights[labels]."
        )
    return given | given.pop("kwargs", {})


def _data(given):
    return {name: given.get(name) for name in ("x", "y", "sample_weight")}


def _torch_generator_kept():
    """Keep evaluation from drawing on the generator by which PyTorch shuffles training data."""
    torch = sys.modules.get("torch")
    return torch.random.fork_rng(devices=()) if torch else contextlib.nullcontext()
