"""Checks of the notebooks' exercises, which tell a student what is wrong.

    exercises.check("06.1", quantile_grid)

An answer is run in a process of its own, with limits of time and memory, against facts that are
known: closed forms, other ways to the same number, shapes, limits. Each module holds the facts of
one notebook, and bears its name.
"""

from course_utils.exercises.checking import Outcome, check

__all__ = ["Outcome", "check"]
