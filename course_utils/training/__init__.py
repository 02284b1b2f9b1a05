"""Training that reports, resumes exactly where it stopped, and is not done twice."""

from course_utils.training.fast_recipe import recipe
from course_utils.training.fitting import fit
from course_utils.training.schedules import HoldThenFall
from course_utils.training.stored_runs import TrainingRun

__all__ = ["HoldThenFall", "TrainingRun", "fit", "recipe"]
