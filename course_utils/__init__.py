"""What the notebooks of the course import: everything that is not the lesson.

Importing this package is quick and imports no framework; the parts are loaded when they are
first used, and the backend by `start()`.
"""

import importlib

from course_utils import kernels
from course_utils.drive import start
from course_utils.environment import quiet_logs
from course_utils.profiles import by_profile

# Before the first import of TensorFlow, which reads its log level and its kernels once.
quiet_logs()
kernels.turn_on_fast_ones()

_PARTS = ("adversaries", "architectures", "checks", "code_paths", "data", "environment",
          "evaluation", "layers", "measures", "models", "plotting", "profiles", "storage",
          "training", "widgets")  # fmt: skip

__all__ = ["by_profile", "start", *_PARTS]


def __getattr__(name):
    if name in _PARTS:
        return importlib.import_module(f"course_utils.{name}")
    raise AttributeError(f"module 'course_utils' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *_PARTS])
