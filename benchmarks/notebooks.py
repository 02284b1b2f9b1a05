"""Seconds of each notebook in the `smoke` profile, kernel start included; the limit is 60."""

import tempfile
from pathlib import Path

from _harness import store, table

LIMIT = 60


def main():
    from course_tools import execution, series

    project = series.find_project(Path(__file__).resolve().parent.parent)
    measured = {}
    for notebook in project.notebooks():
        with tempfile.TemporaryDirectory() as runs:
            settings = execution.Settings("smoke", "builtin").with_environment(COURSE_RUNS_DIR=runs)
            done = execution.execute(notebook, settings)
        measured[notebook.name] = done.seconds
    rows = [(name, seconds, f"{seconds / LIMIT:.0%}") for name, seconds in measured.items()]
    table("Notebooks in the smoke profile", ("notebook", "seconds", "of the 60 s allowed"), rows)
    store("notebooks", {"unit": "s", "limit": LIMIT, "seconds": measured})


if __name__ == "__main__":
    main()
