"""What the benchmarks share: interleaved rounds, one JSON file and one table each.

Machines are noisy, and drift while they are measured. So whatever is compared takes turns within
one process, a warm-up goes first, and best and median of several rounds are both told.
"""

import datetime
import importlib.metadata
import json
import statistics
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course_tools import machine
from course_utils import storage

HERE = Path(__file__).parent


def interleaved(tasks, rounds=5):
    """Seconds of each task in each round, the tasks taking turns.

    Args:
        tasks: dict of name to a function without arguments; each has been warmed up by a call
            that is not counted.
        rounds: how many times each one is measured.

    Returns:
        dict of name to list of seconds.
    """
    for task in tasks.values():
        task()
    seconds = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def best_and_median(values):
    return {"best": min(values), "median": statistics.median(values), "all": values}


def store(name, measured, folder="."):
    """Write `<folder>/results/<name>.json` with what was measured, on what, when."""
    packages = ("numpy", "keras", "tensorflow", "scikit-learn")
    record = {
        "date": datetime.date.today().isoformat(),
        "machine": machine.describe(),
        "versions": {package: importlib.metadata.version(package) for package in packages},
        "measured": measured,
    }
    path = HERE / folder / "results" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with storage.atomic_write(path) as temporary:
        temporary.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    Console().print(f"stored in benchmarks/{path.relative_to(HERE)}")


def table(title, columns, rows):
    """Print rows of text and numbers."""
    shown = Table(*columns, title=title, title_justify="left")
    for row in rows:
        shown.add_row(*[f"{cell:,.3g}" if isinstance(cell, float) else str(cell) for cell in row])
    Console(width=110).print(shown)
