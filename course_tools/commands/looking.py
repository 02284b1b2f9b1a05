"""Commands that look at this machine: its data sets, and what it lacks."""

import typer

from course_tools import options
from course_tools.commands.common import checkout, console
from course_tools.series import CourseError

app = typer.Typer()
PANEL = "This machine"  # of the help


@app.command(rich_help_panel=PANEL)
def data(
    names: options.DataSets = None,
):
    """Fetch and make the data sets now, to work offline later; say where they are."""
    from course_tools import offline

    offline.prepare(names or (), console)


@app.command(rich_help_panel=PANEL)
def doctor(context: typer.Context, names: options.Names = None, lecture: options.Lecture = False):
    """Say what this machine has and lacks; `course doctor > report.txt` keeps it to be sent."""
    from course_tools import doctor as course_doctor

    if lecture:
        from course_tools import lecture as course_lecture

        project = checkout(context)
        findings = course_lecture.examine(project, project.select(names or ()))
    elif names:
        raise CourseError("a notebook is named for a lecture alone: course doctor --lecture 03")
    else:
        findings = course_doctor.examine()
    if course_doctor.report(findings):
        raise typer.Exit(1)
