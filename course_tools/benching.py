"""`course bench`: runs the benchmarks, each in a process of its own."""

import os
import subprocess
import sys

from course_tools.series import CourseError


def bench(project, names, console):
    """Run benchmarks one after the other.

    A process of its own keeps one benchmark's memory and compiled code out of the next.

    Args:
        project: the `Project`.
        names: scripts in `benchmarks/`, with or without `.py`, such as `loading` or
            `quality/recipe`; a folder means all in it, none all that measure speed.
        console: a rich console.

    Raises:
        CourseError: there is no such benchmark, or one of them failed.
    """
    folder = project.root / "benchmarks"
    scripts = {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for pattern in ("[!_]*.py", "*/[!_]*.py")
        for path in sorted(folder.glob(pattern))
    }
    asked = [
        script
        for name in names or [name for name in scripts if "/" not in name]
        for script in (
            [s for s in scripts if s.startswith(f"{name}/")] or [name.removesuffix(".py")]
        )
    ]
    if unknown := [name for name in asked if name not in scripts]:
        raise CourseError(
            f"no benchmark {unknown[0]!r}. There are: {', '.join(scripts) or 'none yet'}."
        )
    failed = []
    for name in asked:
        console.rule(f"[bold]{name}", align="left")
        command = [sys.executable, str(scripts[name])]
        variables = {**os.environ, "PYTHONPATH": str(folder)}
        if subprocess.run(command, cwd=project.root, env=variables, check=False).returncode:
            failed.append(name)
    if failed:
        raise CourseError(f"failed: {', '.join(failed)}")
