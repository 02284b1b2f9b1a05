"""Learning rates that change as training goes on, beside those of Keras."""

import keras
from keras import ops

from course_utils import checks


@keras.saving.register_keras_serializable(package="course_utils")
class HoldThenFall(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that is held and then falls to zero in a straight line.

    Two networks that play against each other do not come to rest by themselves: with a constant
    rate they go on circling, at a distance that the rate sets.

    Args:
        peak: the rate while it is held.
        updates: number of updates after which it is zero.
        held: share of the updates before it begins to fall.

    Raises:
        ValueError: no positive rate or number of updates, or a share outside of [0, 1).
    """

    def __init__(self, peak, updates, held=0.5):
        self.peak = checks.real_number("peak", peak, 0, open_ends=True)
        self.updates = checks.whole_number("updates", updates, 1)
        self.held = checks.real_number("held", held, 0, 1)
        if self.held == 1:
            raise ValueError("held must be below 1: give the rate as a plain number to hold it.")

    def __call__(self, step):
        """The rate of a step, counted from 0."""
        left = (self.updates - ops.cast(step, "float32")) / ((1 - self.held) * self.updates)
        return self.peak * ops.clip(left, 0.0, 1.0)

    def get_config(self):
        """Rate, updates and share."""
        return {"peak": self.peak, "updates": self.updates, "held": self.held}
