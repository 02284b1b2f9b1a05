"""The fast recipe: optimizer and learning rates from the number of updates and one peak rate."""

import keras

from course_utils import checks, notes

_WARM_UP = 0.1  # share of the updates
_BETA_2 = 0.99  # Adam's memory of squared gradients: a hundred updates, not a thousand


def recipe(updates, peak=5e-3, muon=True):
    """An optimizer for as many updates as a training will make.

    Three parts, each of which a table of benchmarks/quality/recipe.py measures by itself. The
    learning rate rises in a straight line to `peak` over the first tenth of the updates and falls
    along half a cosine to zero. Dense layers' weights are moved by Muon (Jordan et al. 2024; with
    the step sizes of Liu et al. 2025, https://arxiv.org/abs/2502.16982), whose steps change all
    directions of a matrix alike; all other weights by Adam. And batches are small: 64 images
    instead of 128 mean twice as many updates.

    Muon's step takes fifteen matrix products for each weight matrix. That is little beside the
    convolutions of a convolutional network, and more than all the rest of a wide dense one: there
    an epoch takes four to five times as long as with Adam, and in equal seconds Adam gets further.

    Args:
        updates: number of updates: epochs times batches an epoch. Beyond it the rate is zero.
        peak: largest learning rate.
        muon: False takes Adam for all weights; so does a Keras without Muon, with a note.

    Returns:
        `keras.optimizers.Optimizer`, for `compile`.

    Raises:
        ValueError: no whole number of updates from 1, or a rate that is not positive.
    """
    updates = checks.whole_number("updates", updates, 1)
    peak = checks.real_number("peak", peak, 0, open_ends=True)
    warm_up = int(_WARM_UP * updates)
    rising = {"warmup_target": peak, "warmup_steps": warm_up} if warm_up else {}
    rate = keras.optimizers.schedules.CosineDecay(
        peak / 25 if warm_up else peak, updates - warm_up, alpha=0.0, **rising
    )
    if muon and not hasattr(keras.optimizers, "Muon"):
        notes.note(f"Keras {keras.__version__} has no Muon: Adam takes its place.")
        muon = False
    if not muon:
        return keras.optimizers.Adam(rate, beta_2=_BETA_2)
    # Keras's default decay of the weights would change what is minimised.
    return keras.optimizers.Muon(
        rate, adam_beta_2=_BETA_2, weight_decay=None, adam_weight_decay=None
    )
