"""Measures of models and of claims about them, over plain arrays."""

from course_utils.evaluation import claims, records

__all__ = ["claims", "records"]
