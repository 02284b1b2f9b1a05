"""The machine in words, for recorded results."""

import platform
from pathlib import Path

from course_utils.hardware import usable_cores


def describe():
    """Processor, cores and system.

    Returns:
        dict of text and numbers.
    """
    return {
        "cpu": _processor_name(),
        "cores": usable_cores(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _processor_name():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
