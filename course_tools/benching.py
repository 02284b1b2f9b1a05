"""`course bench`: runs the benchmarks, each in a process of its own."""

import subprocess
import sys

from course_tools.series import CourseError


def bench(project, names, console):
    """Run benchmarks one after the other.

    A process of its own keeps one benchmark's memory and compiled code out of the next.

    Args:
        project: the `Project`.
        names: scripts in `benchmarks/`, with or without `.py`; none means all.
        console: a rich console.

    Raises:
        CourseError: there is no such benchmark, or one of them failed.
    """
    scripts = {path.stem: path for path in sorted((project.root / "benchmarks").glob("[!_]*.py"))}
    asked = [name.removesuffix(".py") for name in names] or list(scripts)
    if unknown := [name for name in asked if name not in scripts]:
        raise CourseError(
            f"no benchmark {unknown[0]!r}. There are: {', '.join(scripts) or 'none yet'}."
        )
    failed = []
    for name in asked:
        console.rule(f"[bold]{name}", align="left")
        command = [sys.executable, str(scripts[name])]
        if subprocess.run(command, cwd=project.root, check=False).returncode:
            failed.append(name)
    if failed:
        raise CourseError(f"failed: {', '.join(failed)}")
