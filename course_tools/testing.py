"""`course test`: every test of the project, each step told and timed, all of them run."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
# What must hold on each backend, beside `tests/backends`: these run on the one in force.
_ON_EACH_BACKEND = ("tests/unit/test_training.py", "tests/unit/test_image_models.py")
_SMOKE = {"COURSE_PROFILE": "smoke", "COURSE_DATA": "builtin"}


def run_tests(project, console, **options):
    """Run all steps; return the exit code of the first that failed, 0 if none did.

    Args:
        project: the `Project`.
        console: a rich console.
        options: of `steps`.
    """
    with tempfile.TemporaryDirectory(prefix="course-test-") as runs:
        codes = [_step(project, console, *step) for step in steps(project, runs, **options)]
    failed = [code for code in codes if code]
    console.print(f"[red]{len(failed)} of {len(codes)} steps failed[/]" if failed else "All well.")
    return failed[0] if failed else 0


def steps(project, runs, *, names=(), quick=False, whole=True, backends=()):
    """Return (title, arguments of Python, variables) of each step.

    Args:
        project: the `Project`.
        runs: folder that trained models are kept in.
        names: which notebooks are executed; none means all.
        quick: leave out the slow tests and the execution of the notebooks.
        whole: style, every test and the notebooks on the backend in force; else only `backends`.
        backends: on which the notebooks are executed too; unless `whole`, which runs the tests of
            `tests/backends`, those of this backend, and always those of training and of images.
    """
    chosen = project.select(names) if names else project.notebooks()
    stored = [n.ipynb.name for n in chosen if n.ipynb.exists() and not quick]
    tests = ["-m", "pytest", "-n", "2", "--dist=loadfile"]
    result = []
    if whole:
        result = [
            ("Style", ["-m", "ruff", "check"], {}),
            ("Format", ["-m", "ruff", "format", "--check"], {}),
            ("Tests", [*tests, "tests", *(["-m", "not slow"] if quick else [])], {}),
        ]
    for backend in [*([None] if whole else []), *backends]:
        variables = {"KERAS_BACKEND": backend} if backend else {}
        on = f" on {backend}" if backend else ""
        if not whole:
            result += [(f"Backend{on}", [*tests, "tests/backends", "-k", backend], variables)]
        if backend:
            result += [(f"Tests{on}", [*tests, *_ON_EACH_BACKEND], variables)]
        if stored:
            folder = Path(runs) / (backend or "default")
            folder.mkdir(exist_ok=True)
            variables = {**variables, **_SMOKE, "COURSE_RUNS_DIR": str(folder)}
            nbval = ["-m", "pytest", *_NBVAL, "-n", "2", *(f"notebooks/{name}" for name in stored)]
            result += [(f"Notebooks, executed and compared (smoke){on}", nbval, variables)]
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
