"""What the commands share: the checkout, a loop that goes on, and how they speak."""

from rich.console import Console

from course_tools.series import CourseError, find_project

console = Console()


def checkout(context):
    """Return the `Project` that `--project` names, else the one of this package."""
    return find_project(context.obj)


def each(notebooks, display, function):
    """Call `function` for each notebook; one that fails does not stop the others.

    Raises:
        CourseError: some failed; `display` has told which and why.
    """
    failed = 0
    for notebook in notebooks:
        try:
            function(notebook)
        except CourseError as error:
            display.end("failed", str(error))
            failed += 1
    if failed:
        raise CourseError(f"{failed} of {len(notebooks)} failed; what there was is as it was")


def report(problems):
    """Print problems; leave with a CourseError if there are any."""
    for problem in problems:
        say(problem)
    if problems:
        raise CourseError(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}")


def say(text):
    """Print a text as it is."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
