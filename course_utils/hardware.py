"""What this process may use of its machine: cores."""

import math
import os
from pathlib import Path


def usable_cores():
    """Number of CPU cores that this process may use: those of its affinity and its quota."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, math.ceil(min(cores, _quota())))


def _quota(mount=Path("/sys/fs/cgroup"), membership=Path("/proc/self/cgroup")):
    """CPU cores' worth of time that a container or a cluster's job may use, infinite if unlimited.

    The control groups of version 2 lie in `mount`, those of version 1 below its `cpu`; `membership`
    has lines `number:controllers:path`, the groups of this process.
    """
    places = [mount, mount / "cpu"]  # of a container that sees its own group as the root
    for line in _read(membership).splitlines():
        path = Path(line.split(":", 2)[-1].lstrip("/"))
        places += [tree / part for tree in places[:2] for part in (path, *path.parents)]
    return min((_quota_in(place) for place in dict.fromkeys(places)), default=math.inf)


def _quota_in(group):
    """The limit of one control group."""
    quota, _, period = _read(group / "cpu.max").strip().partition(" ")
    if not period:
        quota, period = (_read(group / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
    try:
        cores = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):  # "max", or no such file
        return math.inf
    return cores if cores > 0 else math.inf  # -1 is version 1's way to say that there is no limit


def _read(path):
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
