"""Commands that make something to read, to show or to hand out of the notebooks."""

import functools
import signal
import subprocess
import sys

import typer

from course_tools import options
from course_tools.commands.common import checkout, console, say

app = typer.Typer()
PANEL = "Read, show, hand out"  # of the help


@app.command(rich_help_panel=PANEL)
def lab(context: typer.Context):
    """Open the notebooks in JupyterLab."""
    notebooks_dir = checkout(context).notebooks_dir
    # JupyterLab answers Ctrl-C itself, with a question; this process only waits for it.
    signal.signal(signal.SIGINT, lambda *_: None)
    command = [sys.executable, "-m", "jupyterlab"]
    done = subprocess.run(command, cwd=notebooks_dir, check=False)
    raise typer.Exit(done.returncode)


@app.command(rich_help_panel=PANEL)
def slides(
    context: typer.Context,
    names: options.Names = None,
    recorded: options.Recorded = False,
    pdf: options.Pdf = False,
):
    """Build slide decks into build/slides/, from a fresh execution in the cpu profile."""
    from course_tools import building, execution, pairing
    from course_tools import slides as course_slides

    project = checkout(context)
    notebooks = project.select(names or ())
    folder = course_slides.prepare(project)
    read = pairing.read_ipynb
    if not recorded:
        data = options.asked(None, "COURSE_DATA", "auto")
        building.build(project, notebooks, execution.Settings("cpu", data, None), console)
        read = functools.partial(building.read_built, project)
    course_slides.build(project, notebooks, read, say)
    if pdf:
        from course_tools import printing

        printing.print_decks(project, notebooks, say)
    say(f"Slides: {folder / 'index.html'}")


@app.command(rich_help_panel=PANEL)
def site(context: typer.Context, names: options.Names = None):
    """Write a site to read, into build/site/, from the stored outputs and recorded runs."""
    from course_tools import site as course_site

    project = checkout(context)
    folder = course_site.build(project, project.select(names or ()), say)
    say(f"Site: {folder / 'index.html'}")


@app.command(rich_help_panel=PANEL)
def solutions(context: typer.Context, names: options.Names = None, into: options.Into = None):
    """Write notebooks with the exercises solved, for instructors."""
    from course_tools import exercises

    _write_notebooks(context, names, into, "solutions", exercises.with_solutions)


@app.command(rich_help_panel=PANEL)
def assignments(context: typer.Context, names: options.Names = None, into: options.Into = None):
    """Write the exercises as nbgrader takes them: solutions marked, checks with points."""
    from course_tools import exercises

    folder = _write_notebooks(
        context, names, into, "assignments", exercises.assignment, "source/{0}/{0}.ipynb"
    )
    config = folder / "nbgrader_config.py"
    if not config.exists():
        config.write_text(exercises.NBGRADER_CONFIG, encoding="utf-8")
    say(f"Next: cd {folder} && nbgrader generate_assignment NAME (pip install nbgrader)")


def _write_notebooks(context, names, into, kind, make, path="{0}.ipynb"):
    """Write what `make` makes of each notebook into a folder; return the folder."""
    from course_tools import pairing

    project = checkout(context)
    folder = (into or project.build_dir / kind).resolve()
    for notebook in project.select(names or ()):
        target = folder / path.format(notebook.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        pairing.write_ipynb(make(notebook), target)
        say(str(target))
    return folder
