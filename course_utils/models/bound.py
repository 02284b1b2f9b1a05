"""The terms of a VAE's bound, and the measures that it notes while it computes them."""

import keras
from keras import ops

ACTIVE_VARIANCE = 0.01


def gaussian_kl(mean, log_var):
    """KL(N(mean, exp(log_var)) ‖ N(0, 1)) in nats, (...,), of two arrays (..., d).

    Kingma & Welling 2014, appendix B.
    """
    return 0.5 * ops.sum(ops.exp(log_var) + ops.square(mean) - 1.0 - log_var, axis=-1)


def log_density_ratio(codes, mean, log_var):
    """Return log p(z) − log q(z | x) in nats, (samples, n), of codes (samples, n, d).

    p is N(0, I) and q is N(mean, exp(log_var)), of mean and log-variance (n, d).
    """
    noise = (codes - mean) * ops.exp(-0.5 * log_var)
    return 0.5 * ops.sum(ops.square(noise) + log_var - ops.square(codes), axis=-1)


@keras.saving.register_keras_serializable(package="course_utils")
class ActiveDimensions(keras.metrics.Metric):
    """How many latent dimensions say something about the image.

    Those whose posterior mean has a variance above 0.01 over the images (Burda, Grosse &
    Salakhutdinov 2016, section 5.1). An epoch's value mixes the codes of networks that changed
    meanwhile; the validation value does not.
    """

    def __init__(self, size, name="active", **options):
        super().__init__(name=name, **options)
        self.size = size
        self.count = self.add_weight(shape=(), initializer="zeros", name="count")
        self.total = self.add_weight(shape=(size,), initializer="zeros", name="total")
        self.squares = self.add_weight(shape=(size,), initializer="zeros", name="squares")

    def update_state(self, mean, sample_weight=None):
        """Add a batch of posterior means (n, size), of weights (n,); None weighs all the same."""
        weight = ops.ones_like(mean[:, :1]) if sample_weight is None else sample_weight[:, None]
        self.count.assign_add(ops.sum(weight))
        self.total.assign_add(ops.sum(weight * mean, axis=0))
        self.squares.assign_add(ops.sum(weight * ops.square(mean), axis=0))

    def result(self):
        """Number of active dimensions."""
        mean = ops.divide_no_nan(self.total, self.count)
        variance = ops.divide_no_nan(self.squares, self.count) - ops.square(mean)
        return ops.sum(ops.cast(variance > ACTIVE_VARIANCE, "float32"))

    def get_config(self):
        """The number of dimensions, beside what every metric has."""
        return {**super().get_config(), "size": self.size}
