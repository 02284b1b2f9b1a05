"""Variational autoencoders (Kingma & Welling 2014; Rezende, Mohamed & Wierstra 2014)."""

import math

import keras
import numpy as np
from keras import ops

from course_utils import checks
from course_utils.gradients import without_gradients
from course_utils.layers import GaussianSampling
from course_utils.models import likelihoods
from course_utils.models.bound import ActiveDimensions, gaussian_kl, log_density_ratio
from course_utils.models.image_checks import codes_of_size
from course_utils.models.image_model import ImageModel
from course_utils.models.networks import (
    activation_of,
    check_vae_networks,
    last_activated,
    without_activation,
)

# What `compile` takes and a VAE, which brings its own, would ignore.
_OWN = ("loss", "loss_weights", "metrics", "weighted_metrics")


@keras.saving.register_keras_serializable(package="course_utils")
class VAE(ImageModel):
    """Images to a distribution of codes and back, trained on the evidence lower bound.

    The loss is the mean over images of −log p(x | z) + beta · KL(q(z | x) ‖ N(0, I)) in nats: sums
    over pixels and channels, and over latent dimensions. Metrics: `elbo` (beta = 1, whatever the
    loss), `reconstruction` (−log p(x | z)), `kl`, and `active`, the number of active dimensions.

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
        check_vae_networks(encoder, decoder)
        last = last_activated(decoder)
        if self.likelihood.takes_logits and activation_of(last) != "sigmoid":
            found = f"the activation {activation_of(last)!r}" if last else "none"
            raise ValueError(
                f"a Bernoulli likelihood needs chances in (0, 1): the decoder's last activation "
                f"must be a sigmoid, found {found}. Give its last layer activation='sigmoid', or "
                f"take likelihood='gaussian'."
            )
        self.beta = checks.real_number("beta", beta, low=0)
        self.importance_samples = checks.whole_number("importance_samples", importance_samples, 1)
        if importance_samples > 1 and beta != 1:
            raise ValueError(
                f"the importance-weighted bound has no KL term to weigh: found beta = {beta} with "
                f"{importance_samples} samples. Take beta = 1, or importance_samples = 1."
            )
        self.encoder, self.decoder = encoder, decoder
        self.sampling = GaussianSampling()
        # Another one, which begins anew with each evaluation: training must not depend on whether
        # somebody looks at validation data, and two evaluations have to be comparable.
        self.evaluation_sampling = GaussianSampling(seed=0)
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

    def compile(self, optimizer="rmsprop", *arguments, **options):
        """Keras's `compile`, without a loss and metrics: a VAE has its own.

        Raises:
            ValueError: a loss or metrics, which would be ignored.
        """
        given = {**dict(zip(_OWN, arguments, strict=False)), **options}
        if ignored := [name for name in _OWN if given.get(name) is not None]:
            raise ValueError(
                f"a VAE minimises its own bound and has its own measures: found "
                f"{', '.join(ignored)}, which would be ignored. Call compile(optimizer) alone; "
                f"how pixels are compared is VAE(..., likelihood=...)."
            )
        if keras.backend.backend() == "jax":
            # A call that changes nothing, and tells what layers add to the loss as they are called.
            with keras.StatelessScope(collect_losses=True) as scope:
                self.decoder(ops.zeros((1, self.latent_size)), training=True)
            if scope.losses:
                raise ValueError(
                    "on JAX Keras loses what the decoder's layers add to the loss, by add_loss or "
                    "an activity_regularizer. Leave it out, or take another backend."
                )
        super().compile(optimizer, *arguments, **options)

    def compile_from_config(self, config):
        """Compile as the saved model was; Keras asks for it where `compile` is overridden."""
        config = keras.saving.deserialize_keras_object(config)
        self.compile(**{name: value for name, value in config.items() if name not in _OWN})
        self.optimizer.build(self.trainable_variables)

    def reset_metrics(self):
        """Begin measuring anew, with the noise of evaluation from its start."""
        super().reset_metrics()
        state = self.evaluation_sampling.generator.state
        state.assign(ops.zeros(state.shape, state.dtype))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Loss of a batch; Keras calls it in `fit` and `evaluate` on every backend.

        Args:
            x: images that were encoded.
            y: images to be explained; None means `x`.
            y_pred: means and log-variances of the codes of `x`.
            sample_weight: weights (n,) of the images. The loss is the mean of weight times loss, as
                everywhere in Keras; the measures are weighted means.
            training: whether dropout is active, and the noise is that of training.
        """
        mean, log_var = y_pred
        images = ops.cast(x if y is None else y, "float32")
        sampling = self.sampling if training else self.evaluation_sampling
        codes = sampling(mean, log_var, samples=self.importance_samples)
        log_likelihood = self.log_likelihood(images, codes, training=training)
        reconstruction, kl = -ops.mean(log_likelihood, axis=0), gaussian_kl(mean, log_var)
        weight = None
        if sample_weight is not None:
            weight = ops.reshape(ops.cast(sample_weight, "float32"), (-1,))
        self.reconstruction_metric.update_state(reconstruction, weight)
        self.kl_metric.update_state(kl, weight)
        self.elbo_metric.update_state(-(reconstruction + kl), weight)
        self.active_metric.update_state(mean, weight)
        if self.importance_samples == 1:
            loss = reconstruction + self.beta * kl
        else:
            log_weights = log_likelihood + log_density_ratio(codes, mean, log_var)
            loss = math.log(self.importance_samples) - ops.logsumexp(log_weights, axis=0)
        loss = ops.mean(loss if weight is None else weight * loss)
        # What layers add: regularisers and `add_loss`.
        return loss + sum(ops.sum(ops.cast(added, "float32")) for added in self.losses)

    def log_likelihood(self, images, codes, training=False):
        """Return log p(x | z) in nats, (samples, n), of images and codes (samples, n, d)."""
        samples = codes.shape[0]
        flat = ops.reshape(codes, (-1, self.latent_size))
        # Probabilities near 1 cannot be told apart after rounding; their logits can.
        last = last_activated(self.decoder) if self.likelihood.takes_logits else None
        with without_activation(last):
            output = ops.cast(self.decoder(flat, training=training), "float32")
        output = ops.reshape(output, (samples, -1, *output.shape[1:]))
        return self.likelihood.log_prob(images, output)

    def _pixels(self):
        low, high, reason = super()._pixels()
        return low, high, "a Bernoulli likelihood" if self.likelihood.takes_logits else reason

    def posterior(self, images, batch_size=512):
        """Means and log-variances of the codes of images (n, h, w, c): two NumPy arrays (n, d).

        Raises:
            ValueError: another shape, NaN, or values further out than noise takes them.
        """
        images = self.learnable().inputs(images)
        with without_gradients():
            parts = [map(_to_numpy, self(batch)) for batch in _cut(images, batch_size)]
        return tuple(np.concatenate(part) for part in zip(*parts, strict=True))

    def encode(self, images, batch_size=512):
        """Posterior means (n, d) of `images` (n, h, w, c), as a NumPy array."""
        return self.posterior(images, batch_size)[0]

    def decode(self, codes, batch_size=512):
        """Expected images (n, h, w, c) of `codes` (n, d), as a NumPy array.

        Raises:
            ValueError: codes of another size, or not finite.
        """
        codes = codes_of_size(codes, self.latent_size)
        # Called directly: `predict` takes 30 ms before it begins, too long for a slider.
        with without_gradients():
            parts = [self.decoder(batch, training=False) for batch in _cut(codes, batch_size)]
        return np.concatenate([_to_numpy(part) for part in parts])

    def reconstruct(self, images, batch_size=512):
        """Expected images of the posterior means of `images`, as a NumPy array."""
        return self.decode(self.encode(images, batch_size), batch_size)

    def sample(self, count, seed=None):
        """Expected images (count, h, w, c) of codes from N(0, I), others each time without seed."""
        codes = np.random.default_rng(seed).standard_normal((count, self.latent_size))
        return self.decode(codes)

    def elbo(self, images, samples=1, seed=0, batch_size=2048):
        """Evidence lower bound of each image, in nats: a NumPy array (n,).

        The KL term in closed form, the reconstruction by `samples` draws; `batch_size` images are
        decoded at once.

        Raises:
            ValueError: images that do not fit, or a number of samples below 1.
        """
        samples = checks.whole_number("samples", samples, 1)
        images, sampling = self.learnable().inputs(images, noisy=False), GaussianSampling(seed)
        at_once = max(batch_size // samples, 1)
        bounds = []
        with without_gradients():
            for batch in _cut(images, at_once):
                mean, log_var = self(batch, training=False)
                codes = sampling(mean, log_var, samples=samples)
                log_likelihood = self.log_likelihood(ops.cast(batch, "float32"), codes)
                bounds += [_to_numpy(ops.mean(log_likelihood, axis=0) - gaussian_kl(mean, log_var))]
        return np.concatenate(bounds)

    def get_config(self):
        """Networks and likelihood, so that a saved model loads in a fresh process."""
        return {
            **super().get_config(),
            "likelihood": keras.saving.serialize_keras_object(self.likelihood),
            "beta": self.beta,
            "importance_samples": self.importance_samples,
        }


def _cut(values, batch_size):
    """Batches of an array with at least one row; of an empty one, itself."""
    return [values[i : i + batch_size] for i in range(0, max(len(values), 1), batch_size)]


def _to_numpy(tensor):
    return ops.convert_to_numpy(ops.cast(tensor, "float32"))
