"""Commands that hold scripts, notebooks, addresses and claims in step."""

import typer

from course_tools import options
from course_tools.commands.common import checkout, console, report, say
from course_tools.series import CourseError

app = typer.Typer()
PANEL = "Keep in step"  # of the help


@app.command(rich_help_panel=PANEL)
def pair(
    context: typer.Context,
    names: options.Names = None,
    check: options.OnlyTell = False,
    from_notebook: options.FromNotebook = False,
):
    """Bring each notebooks/NN.ipynb in step with its script, keeping ids and outputs."""
    from course_tools import pairing

    project = checkout(context)
    if check:
        report(
            [p for n in project.select(names or ()) for p in pairing.check_pair(n)]
            + pairing.check_lists(project)
        )
        return
    if from_notebook and not names:
        raise CourseError("--from-notebook writes over a script: say which, such as 01")
    for notebook in project.select(names or ()):
        if from_notebook:
            pairing.take_from_notebook(notebook)
            console.print(f"{notebook.script.name} now holds the edits of {notebook.ipynb.name}")
        else:
            changed = ", ".join(path.name for path in pairing.write_pair(notebook))
            console.print(f"{notebook.name}: {changed or 'in step'}", highlight=False)


@app.command(rich_help_panel=PANEL)
def check(
    context: typer.Context,
    names: options.Names = None,
    strict: options.Strict = False,
):
    """Tell what is wrong with the notebooks: pairs, outputs, alt texts, times, links."""
    from course_tools import lint, pairing

    project = checkout(context)
    subjects = [lint.Subject(project, notebook) for notebook in project.select(names or ())]
    problems = [p for s in subjects for p in lint.check(s)] + pairing.check_lists(project)
    notes = [n for s in subjects for n in lint.notes(s)]
    if not strict:
        for text in notes:
            say(f"Note: {text}")
    report(problems + notes * strict)


@app.command(rich_help_panel=PANEL)
def links(
    context: typer.Context,
    source: options.Source = None,
):
    """Write the address and release into badges, first cells and README."""
    from course_tools import links as course_links

    project = checkout(context)
    changed = course_links.write(project, source)
    say(f"{course_links.source(project).pip}: {len(changed)} files changed")


@app.command(rich_help_panel=PANEL)
def claims(context: typer.Context, write: options.WriteClaims = False):
    """Show every recorded claim with its verdict, its date, and whether it is stale."""
    from course_tools import claims_page

    project = checkout(context)
    if write:
        changed = claims_page.write(project)
        console.print("README.md is written anew" if changed else "README.md says it already")
        return
    table = claims_page.as_table(project.select())
    console.print(table if table.row_count else "No claim is recorded yet: course record NN")
