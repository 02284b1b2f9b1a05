"""Measures of models and of claims about them, over plain arrays.

Only the course classifier (`course_classifier`, and with it `report`) and the likelihood of a VAE
(`importance_nll`) need a framework, which is imported when they are first asked for.
"""

import importlib

from course_utils import measures
from course_utils.evaluation import claims, recorded
from course_utils.evaluation.reports import Report
from course_utils.evaluation.yardsticks import Yardstick, report, yardstick
from course_utils.measures import *  # noqa: F403

# These need a framework, imported when they are first asked for.
_LAZY = {
    "course_classifier": "course_utils.evaluation.classifier",
    "ImportanceNLL": "course_utils.measures.likelihood",
    "importance_nll": "course_utils.measures.likelihood",
}

__all__ = [
    "Report",
    "Yardstick",
    "claims",
    "recorded",
    "report",
    "yardstick",
    *measures.__all__,
    *_LAZY,
]


def __getattr__(name):
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
