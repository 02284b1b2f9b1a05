"""The `course` command: what runs, checks and presents the notebooks."""

import os
import signal
import sys
from pathlib import Path

import typer
from rich.console import Console

from course_tools import options
from course_tools.commands import executing, keeping, looking, presenting
from course_tools.series import CourseError
from course_utils import notes

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Run, check and present the notebooks of the course.",
)
for commands in (executing, keeping, presenting, looking):
    app.add_typer(commands.app)


class Interrupted(SystemExit):
    """Ctrl-C or a request to end; as a SystemExit it passes through asyncio and typer."""


@app.callback()
def prepare(
    context: typer.Context,
    project: options.Checkout = None,
):
    """Make the folders in the environment hold for every process."""
    for name in ("COURSE_DATA_DIR", "COURSE_CACHE_DIR", "COURSE_RUNS_DIR"):
        if value := os.environ.get(name):
            # Kernels run in the notebooks' folder, where a relative path means another place.
            os.environ[name] = str(Path(value).expanduser().resolve())
    # Found by the commands that need it: the others work without a checkout.
    context.obj = project


def _interrupt(_signal, _frame):
    raise Interrupted(130)


def main():
    """Run the command; what a person can put right is told in one message, without a traceback."""
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    notes.print_anywhere()
    errors = Console(stderr=True)
    try:
        app()
    except Interrupted:
        errors.print("\nInterrupted. What is finished is kept: run again to go on.")
        sys.exit(130)
    except (CourseError, OSError) as error:
        errors.print(f"course: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
