"""Seconds and memory to load each data set; seconds to make the built-in ones.

The target for MNIST from the cache is under 1 s and under 400 MB. Every load runs in a process of
its own, import of the package included, because memory that was once taken is not given back.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from _harness import best_and_median, store, table

ALLOWED_SECONDS, ALLOWED_MEGABYTES = 1, 400
# The peak as the system counts it (Linux, Windows), else what is taken in the end. Not
# `ru_maxrss`: on Linux a child's starts at its parent's.
LOAD = """
import json, time
from pathlib import Path
import numpy, psutil
def peak():
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        kilobytes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
        if kilobytes:
            return kilobytes[0] * 1024
    info = psutil.Process().memory_info()
    return getattr(info, "peak_wset", info.rss)
before, start = psutil.Process().memory_info().rss, time.perf_counter()
from course_utils import data
images = data.load({name!r}, train_size={size})
print(json.dumps([time.perf_counter() - start, (peak() - before) / 1e6, images.source]))
"""


def load(name, cache, size=None):
    """(seconds, growth of peak memory in MB, source) of one load in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD.format(name=name, size=size)],
        env={**os.environ, "COURSE_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def copy_to_cache(name, cache):
    """Put a real set from COURSE_DATA_DIR into the cache, in the form in which it is cached."""
    import numpy as np

    source = Path(os.environ.get("COURSE_DATA_DIR", "")) / f"{name}.npz"
    if source.is_file():
        with np.load(source) as arrays:
            np.savez(cache / source.name, **arrays)


def main():
    rows, measured = [], {}
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        for name in ("mnist", "fashion_mnist"):
            copy_to_cache(name, cache)
        os.environ.pop("COURSE_DATA_DIR", None)
        for name in ("digits", "garments", "faces"):
            seconds, megabytes, _ = load(name, cache, 20_000)
            measured[f"{name}, made"] = {"seconds": [seconds], "megabytes": [megabytes]}
        for name in ("mnist", "fashion_mnist", "digits", "garments", "faces"):
            # Not counted: it may download the set.
            if name in ("mnist", "fashion_mnist") and load(name, cache)[2] != "real":
                print(f"{name} is left out: the real set cannot be had here (COURSE_DATA_DIR)")
                continue
            loads = [load(name, cache) for _ in range(5)]
            key = f"{name}, from the cache ({loads[0][2]})"
            measured[key] = {
                "seconds": [seconds for seconds, _, _ in loads],
                "megabytes": [megabytes for _, megabytes, _ in loads],
            }
    for key, values in measured.items():
        seconds, megabytes = best_and_median(values["seconds"]), max(values["megabytes"])
        allowed = ("", "")
        if key.startswith("mnist"):
            share = seconds["best"] / ALLOWED_SECONDS, megabytes / ALLOWED_MEGABYTES
            allowed = tuple(f"{part:.0%}" for part in share)
        rows.append((key, seconds["best"], seconds["median"], megabytes, *allowed))
    columns = ("what", "best, s", "median, s", "growth of peak memory, MB")
    targets = (f"of the {ALLOWED_SECONDS} s allowed", f"of the {ALLOWED_MEGABYTES} MB allowed")
    table("Loading data sets", (*columns, *targets), rows)
    store("loading", measured)


if __name__ == "__main__":
    main()
