"""Variational autoencoders (Kingma & Welling 2014; Rezende, Mohamed & Wierstra 2014)."""

import contextlib
import inspect
import math
import numbers

import keras
import numpy as np
from keras import ops

from course_utils.layers import GaussianSampling
from course_utils.models import likelihoods

ACTIVE_VARIANCE = 0.01


def gaussian_kl(mean, log_var):
    """KL(N(mean, exp(log_var)) ‖ N(0, 1)) in nats, summed over the last axis.

    Kingma & Welling 2014, appendix B.

    Args:
        mean: (..., d).
        log_var: (..., d).
    """
    return 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)


@keras.saving.register_keras_serializable(package="course_utils")
class ActiveDimensions(keras.metrics.Metric):
    """How many latent dimensions say something about the image.

    A dimension is active if its posterior mean varies over the images with a variance above 0.01
    (Burda, Grosse & Salakhutdinov 2016, section 5.1). An epoch's value mixes the codes of networks
    that changed meanwhile; the validation value does not.
    """

    def __init__(self, size, name="active", **options):
        super().__init__(name=name, **options)
        self.size = size
        self.count = self.add_weight(shape=(), initializer="zeros", name="count")
        self.total = self.add_weight(shape=(size,), initializer="zeros", name="total")
        self.squares = self.add_weight(shape=(size,), initializer="zeros", name="squares")

    def update_state(self, mean, sample_weight=None):
        """Add a batch of posterior means (n, size)."""
        self.count.assign_add(ops.cast(ops.shape(mean)[0], "float32"))
        self.total.assign_add(ops.sum(mean, axis=0))
        self.squares.assign_add(ops.sum(ops.square(mean), axis=0))

    def result(self):
        """Number of active dimensions."""
        count = ops.maximum(self.count, 1.0)
        variance = self.squares / count - ops.square(self.total / count)
        return ops.sum(ops.cast(variance > ACTIVE_VARIANCE, "float32"))

    def get_config(self):
        """The number of dimensions, beside what every metric has."""
        return {**super().get_config(), "size": self.size}


@keras.saving.register_keras_serializable(package="course_utils")
class VAE(keras.Model):
    """Images to a distribution of codes and back, trained on the evidence lower bound.

    The loss of an image is −log p(x | z) + beta · KL(q(z | x) ‖ N(0, I)): a sum over pixels and
    channels and a sum over latent dimensions, in nats, then the mean over the batch. Metrics, in
    training and validation: `elbo` (beta = 1, whatever the loss), `reconstruction`
    (−log p(x | z)), `kl`, and `active`, the number of active latent dimensions.

    Args:
        encoder: model from images (n, h, w, c) to a pair: means (n, d) and log-variances (n, d).
        decoder: model from codes (n, d) to images (n, h, w, c).
        likelihood: `"bernoulli"` (the decoder ends in a sigmoid), `"gaussian"` (scale 0.1),
            `"learned gaussian"`, or an object of `course_utils.models.likelihoods`.
        beta: weight of the KL term (Higgins et al. 2017); 1 is the evidence lower bound.
        importance_samples: 1 trains on the bound above; k > 1 on the importance-weighted bound of
            k samples (Burda et al. 2016, equation 8), which takes beta = 1.

    Raises:
        ValueError: networks that do not fit each other or the likelihood.
    """

    def __init__(
        self, encoder, decoder, likelihood="bernoulli", beta=1.0, importance_samples=1, **options
    ):
        super().__init__(**options)
        self.likelihood = likelihoods.get(likelihood)
        _check_networks(encoder, decoder)
        last = _last_activated(decoder)
        self._has_sigmoid = getattr(last, "activation", None) is keras.activations.sigmoid
        if self.likelihood.takes_logits and not self._has_sigmoid:
            raise ValueError(
                "a Bernoulli likelihood needs chances in (0, 1): the decoder's last activation "
                f"must be a sigmoid, found {_name_of_activation(last)}. Give its last layer "
                "activation='sigmoid', or take likelihood='gaussian'."
            )
        if not (isinstance(beta, int | float) and 0 <= beta < math.inf):
            raise ValueError(f"beta must be a number of at least 0, found {beta!r}.")
        check_count("importance_samples", importance_samples)
        if importance_samples > 1 and beta != 1:
            raise ValueError(
                f"the importance-weighted bound has no KL term to weigh: found beta = {beta} with "
                f"{importance_samples} samples. Take beta = 1, or importance_samples = 1."
            )
        self.encoder, self.decoder = encoder, decoder
        self.beta, self.importance_samples = float(beta), int(importance_samples)
        self.sampling = GaussianSampling()
        self.elbo_metric = keras.metrics.Mean(name="elbo")
        self.reconstruction_metric = keras.metrics.Mean(name="reconstruction")
        self.kl_metric = keras.metrics.Mean(name="kl")
        self.active_metric = ActiveDimensions(self.latent_size)
        self.built = True

    @property
    def latent_size(self):
        """Number of latent dimensions."""
        return self.decoder.input_shape[-1]

    def call(self, images, training=False):
        """Means and log-variances, both (n, d), of the codes of `images` (n, h, w, c)."""
        mean, log_var = self.encoder(images, training=training)
        # Small log-variances and sums of hundreds of terms do not fit into sixteen bits.
        return ops.cast(mean, "float32"), ops.cast(log_var, "float32")

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Loss of a batch; Keras calls it in `fit` and `evaluate` on every backend.

        Args:
            x: images that were encoded.
            y: images to be explained, if others than `x` (a denoising VAE); None means `x`.
            y_pred: means and log-variances of the codes of `x`.
            sample_weight: not used.
            training: whether dropout and the like are active.
        """
        mean, log_var = y_pred
        images = ops.cast(x if y is None else y, "float32")
        codes = self.sampling(mean, log_var, samples=self.importance_samples)
        log_likelihood = self.log_likelihood(images, codes, training=training)
        reconstruction, kl = -ops.mean(log_likelihood, axis=0), gaussian_kl(mean, log_var)
        self.reconstruction_metric.update_state(reconstruction)
        self.kl_metric.update_state(kl)
        self.elbo_metric.update_state(-(reconstruction + kl))
        self.active_metric.update_state(mean)
        if self.importance_samples == 1:
            return ops.mean(reconstruction + self.beta * kl)
        log_weights = log_likelihood + log_density_ratio(codes, mean, log_var)
        bound = ops.logsumexp(log_weights, axis=0) - math.log(self.importance_samples)
        return -ops.mean(bound)

    def log_likelihood(self, images, codes, training=False):
        """Return log p(x | z) in nats, (samples, n), of images and codes (samples, n, d)."""
        samples = codes.shape[0]
        flat = ops.reshape(codes, (-1, self.latent_size))
        # Probabilities near 1 cannot be told apart after rounding; their logits can.
        last = _last_activated(self.decoder) if self.likelihood.takes_logits else None
        with _without_activation(last):
            output = ops.cast(self.decoder(flat, training=training), "float32")
        output = ops.reshape(output, (samples, -1, *output.shape[1:]))
        return self.likelihood.log_prob(images, output)

    def fit(self, x=None, y=None, *arguments, **options):
        """Keras's `fit`, after a look at the images: what cannot be learnt fails at once."""
        self._check_data(x, y)
        given = inspect.signature(keras.Model.fit).bind(self, x, y, *arguments, **options)
        validation = given.arguments.get("validation_data")
        if isinstance(validation, tuple | list):
            self._check_data(*validation[:2])
        return super().fit(x, y, *arguments, **options)

    def _check_data(self, x, y=None):
        if isinstance(x, keras.utils.PyDataset):
            x, y = (*x[0], None)[:2] if isinstance(x[0], tuple) else (x[0], None)
        for images in (x, y):
            if hasattr(images, "shape") and hasattr(images, "dtype"):
                self.check_images(images)

    def check_images(self, images):
        """Raise if these images (n, h, w, c) cannot be learnt.

        Raises:
            ValueError: their shape is not the encoder's, they hold NaN or infinity, or values that
                the decoder cannot reach.
        """
        images = ops.convert_to_numpy(images)
        expected = self.encoder.input_shape[1:]
        if images.shape[1:] != expected:
            raise ValueError(
                f"the encoder takes images of shape {expected}, found {images.shape[1:]}. Build "
                f"the networks for images.x_train.shape[1:]."
            )
        low, high = (images.min(), images.max()) if images.size else (0.0, 1.0)
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError(
                f"{(~np.isfinite(images)).sum():,} of {images.size:,} pixels are NaN or infinite. "
                f"Look at how the images were made; np.nan_to_num would only hide it."
            )
        if self._has_sigmoid and (low < 0 or high > 1):
            kind = "a Bernoulli likelihood" if self.likelihood.takes_logits else "a sigmoid"
            raise ValueError(
                f"{kind} needs pixels in [0, 1], found values from {low:.3g} to {high:.3g}. Take "
                f"the images as data.load gives them, or images.scaled(0, 1)."
            )

    def posterior(self, images, batch_size=512):
        """Means and log-variances of the codes of images (n, h, w, c): two NumPy arrays (n, d)."""
        self.check_images(images)
        parts = [[_to_numpy(part) for part in self(batch)] for batch in _cut(images, batch_size)]
        mean, log_var = (np.concatenate(part) for part in zip(*parts, strict=True))
        return mean, log_var

    def encode(self, images, batch_size=512):
        """Posterior means (n, d) of `images` (n, h, w, c), as a NumPy array."""
        return self.posterior(images, batch_size)[0]

    def decode(self, codes, batch_size=512):
        """Expected images (n, h, w, c) of `codes` (n, d), as a NumPy array.

        Raises:
            ValueError: the codes are of another size.
        """
        codes = np.asarray(codes, dtype="float32")
        if codes.ndim != 2 or codes.shape[1] != self.latent_size:
            raise ValueError(
                f"the decoder takes codes (n, {self.latent_size}), found {codes.shape}."
            )
        # Called directly: `predict` takes 30 ms before it begins, too long for a slider.
        parts = [self.decoder(batch, training=False) for batch in _cut(codes, batch_size)]
        return np.concatenate([_to_numpy(part) for part in parts])

    def reconstruct(self, images, batch_size=512):
        """Expected images of the posterior means of `images`, as a NumPy array."""
        return self.decode(self.encode(images, batch_size), batch_size)

    def sample(self, count, seed=None):
        """Expected images (count, h, w, c) of codes drawn from the prior N(0, I).

        Args:
            count: number of images.
            seed: seed of the codes; None draws others each time.
        """
        codes = np.random.default_rng(seed).standard_normal((count, self.latent_size))
        return self.decode(codes)

    def elbo(self, images, samples=1, seed=0, batch_size=2048):
        """Evidence lower bound of each image, in nats: a NumPy array (n,).

        The KL term in closed form, the reconstruction by `samples` draws; `batch_size` images are
        decoded at once.

        Raises:
            ValueError: images that do not fit, or a number of samples below 1.
        """
        check_count("samples", samples)
        self.check_images(images)
        measure, at_once = _BoundOfABatch(self, samples, seed), max(batch_size // samples, 1)
        return np.concatenate([_to_numpy(measure(batch)) for batch in _cut(images, at_once)])

    def get_config(self):
        """Both networks and the likelihood, so that a saved model loads in a fresh process."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "likelihood": keras.saving.serialize_keras_object(self.likelihood),
            "beta": self.beta,
            "importance_samples": self.importance_samples,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild from `get_config`."""
        for part in ("encoder", "decoder", "likelihood"):
            config[part] = keras.saving.deserialize_keras_object(config[part])
        return cls(**config)


class _BoundOfABatch(keras.Model):
    """The evidence lower bound of a batch, with noise of its own."""

    def __init__(self, vae, samples, seed):
        super().__init__(name="bound_of_a_batch")
        self.vae, self.samples = vae, samples
        self.sampling = GaussianSampling(seed)
        self.built = True

    def call(self, images):
        mean, log_var = self.vae(images, training=False)
        codes = self.sampling(mean, log_var, samples=self.samples)
        images = ops.cast(images, "float32")
        log_likelihood = ops.mean(self.vae.log_likelihood(images, codes), axis=0)
        return log_likelihood - gaussian_kl(mean, log_var)


def log_density_ratio(codes, mean, log_var):
    """Return log p(z) − log q(z | x) in nats, (samples, n).

    p is N(0, I) and q is N(mean, exp(log_var)).

    Args:
        codes: (samples, n, d).
        mean: (n, d).
        log_var: (n, d).
    """
    noise = (codes - mean) * ops.exp(-0.5 * log_var)
    return 0.5 * ops.sum(ops.square(noise) + log_var - ops.square(codes), axis=-1)


def check_count(name, value):
    """Raise ValueError unless `value` is a whole number of at least 1."""
    is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_whole or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, found {value!r}.")


def _cut(values, batch_size):
    """Batches of an array with at least one row; of an empty one, itself."""
    return [values[i : i + batch_size] for i in range(0, max(len(values), 1), batch_size)]


def _to_numpy(tensor):
    return ops.convert_to_numpy(ops.cast(tensor, "float32"))


def _check_networks(encoder, decoder):
    outputs = getattr(encoder, "outputs", None)
    if not outputs or not getattr(decoder, "outputs", None):
        raise ValueError(
            "encoder and decoder must be Sequential or functional models with their input shape "
            "given: begin them with keras.Input(shape)."
        )
    shapes = [tuple(output.shape[1:]) for output in outputs]
    if len(shapes) != 2 or shapes[0] != shapes[1] or len(shapes[0]) != 1:
        raise ValueError(
            f"the encoder must give two outputs of one size, means and log-variances; found "
            f"{len(shapes)} of shape {', '.join(map(str, shapes))}. The VAE draws the codes "
            f"itself. See architectures.dense_vae_encoder."
        )
    head = outputs[0]._keras_history.operation
    if getattr(head, "activation", keras.activations.linear) is not keras.activations.linear:
        raise ValueError(
            f"the layer of the means ends in {_name_of_activation(head)}, so that some codes could "
            f"never be reached. Leave its activation out."
        )
    if decoder.input_shape[1:] != shapes[0]:
        raise ValueError(
            f"the encoder makes codes of size {shapes[0][0]}, the decoder takes "
            f"{decoder.input_shape[1:]}. Build both with the same latent size."
        )
    if encoder.input_shape[1:] != decoder.output_shape[1:]:
        raise ValueError(
            f"the encoder takes images of shape {encoder.input_shape[1:]}, the decoder makes "
            f"{decoder.output_shape[1:]}. A network with n layers of stride 2 needs a height and "
            f"width divisible by 2**n."
        )
    if len(decoder.output_shape) != 4:
        raise ValueError(
            f"images are (n, h, w, c); the decoder makes {decoder.output_shape}. End it with "
            f"keras.layers.Reshape((h, w, c))."
        )


def _last_activated(network):
    """The layer whose activation the network's output went through last, or None."""
    for layer in reversed(network.layers):
        if isinstance(layer, keras.Model):
            return _last_activated(layer)
        if hasattr(layer, "activation"):
            return layer
        if not isinstance(layer, keras.layers.Reshape | keras.layers.Flatten):
            return None
    return None


@contextlib.contextmanager
def _without_activation(layer):
    """Let `layer` give what its activation would be applied to."""
    if layer is None:
        yield
        return
    kept, layer.activation = layer.activation, keras.activations.linear
    try:
        yield
    finally:
        layer.activation = kept


def _name_of_activation(layer):
    activation = getattr(layer, "activation", None)
    return f"the activation {activation.__name__!r}" if activation else "none"
