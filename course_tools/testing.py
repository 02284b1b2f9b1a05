"""`course test`: every test of the project, each step told and timed, all of them run."""

import os
import subprocess
import sys
import tempfile
import time

from course_tools.progress import duration

_NBVAL = (
    "--nbval-lax",
    "--nbval-current-env",
    "--nbval-sanitize-with=tests/nbval.cfg",
    "--nbval-cell-timeout=300",
    "--durations=10",
    "--dist=loadscope",
    "-p",
    "no:python",
)


def run_tests(project, console, *, quick=False):
    """Run all steps; return the exit code of the first that failed, 0 if none did.

    Args:
        project: the `Project`.
        console: a rich console.
        quick: leave out the slow tests and the execution of the notebooks.
    """
    with tempfile.TemporaryDirectory(prefix="course-test-") as runs:
        codes = [
            _step(project, console, title, arguments, variables)
            for title, arguments, variables in steps(project, runs, quick=quick)
        ]
    failed = [code for code in codes if code]
    console.print(f"[red]{len(failed)} of {len(codes)} steps failed[/]" if failed else "All well.")
    return failed[0] if failed else 0


def steps(project, runs, *, quick):
    """Return (title, arguments of Python, variables) of each step; models are kept in `runs`."""
    unit = ["-m", "pytest", "tests", "-n", "2", "--dist=loadfile"]
    result = [
        ("Style", ["-m", "ruff", "check"], {}),
        ("Format", ["-m", "ruff", "format", "--check"], {}),
        ("Tests", [*unit, "-m", "not slow"] if quick else unit, {}),
    ]
    stored = sorted(path.name for path in project.notebooks_dir.glob("*.ipynb"))
    if stored and not quick:
        variables = {
            "COURSE_PROFILE": "smoke",
            "COURSE_DATA": "builtin",
            "COURSE_RUNS_DIR": runs,
        }
        paths = [f"notebooks/{name}" for name in stored]
        nbval = ["-m", "pytest", *_NBVAL, "-n", "2", *paths]
        result.append(("Notebooks, executed and compared (smoke)", nbval, variables))
    return result


def _step(project, console, title, arguments, variables):
    """Run one step with the interpreter that runs this; return its exit code."""
    console.rule(f"[bold]{title}", align="left")
    started = time.monotonic()
    # The kernels' settings must come from this environment, not from the user's home.
    environment = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1", **variables}
    code = subprocess.run(
        [sys.executable, *arguments], cwd=project.root, env=environment, check=False
    ).returncode
    result = "[green]passed[/]" if code == 0 else f"[red]failed[/] (exit code {code})"
    console.print(f"{title}: {result} in {duration(time.monotonic() - started)}\n")
    return code
