"""The `course` command: what runs, checks and presents the notebooks."""

import dataclasses
import functools
import os
import signal
import subprocess
import sys
from pathlib import Path

import typer
from rich.console import Console

from course_tools import options
from course_tools.series import CourseError, find_project
from course_utils import notes
from course_utils.environment import BACKENDS

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Run, check and present the notebooks of the course.",
)
console = Console()


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


@app.command()
def run(
    context: typer.Context,
    names: options.Names = None,
    profile: options.RunProfile = None,
    data: options.Data = None,
    backend: options.Backend = None,
    fresh: options.Fresh = False,
    time_limit: options.TimeLimit = None,
):
    """Execute notebooks into build/, with a gallery; goes on where it was stopped."""
    from course_tools import building, execution

    backend = options.installed_backend(options.asked(backend, "KERAS_BACKEND", "tensorflow"))
    os.environ["KERAS_BACKEND"] = backend
    project = dataclasses.replace(_project(context), backend=backend)
    profile = options.asked(profile, "COURSE_PROFILE", "smoke")
    # A smoke run must work, and be the same, everywhere.
    data = options.asked(data, "COURSE_DATA", "builtin" if profile == "smoke" else "auto")
    settings = execution.Settings(profile, data, time_limit)
    notebooks = project.select(names or ())
    if not building.build(project, notebooks, settings, console, fresh=fresh):
        raise typer.Exit(1)


@app.command()
def execute(
    context: typer.Context,
    names: options.Names = None,
    profile: options.Profile = "cpu",
    data: options.Data = None,
    time_limit: options.TimeLimit = None,
):
    """Make the stored outputs of notebooks/*.ipynb: measured, stripped of noise, stamped."""
    from course_tools import execution, progress, storing

    # Without the real sets it fails, rather than store what stand-ins gave.
    data = options.asked(data, "COURSE_DATA", "builtin" if profile == "smoke" else "real")
    settings = execution.Settings(profile, data, time_limit)
    notebooks = _project(context).select(names or ())
    runs = len(notebooks) * (1 if profile == "smoke" else 2)
    with progress.display(console, runs) as display:
        _each(notebooks, display, lambda notebook: storing.store(notebook, settings, display))


@app.command()
def pair(
    context: typer.Context,
    names: options.Names = None,
    check: options.OnlyTell = False,
    from_notebook: options.FromNotebook = False,
):
    """Bring each notebooks/NN.ipynb in step with its script, keeping ids and outputs."""
    from course_tools import pairing

    project = _project(context)
    if check:
        _report(
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


@app.command()
def check(
    context: typer.Context,
    names: options.Names = None,
    strict: options.Strict = False,
):
    """Tell what is wrong with the notebooks: pairs, outputs, alt texts, times, links."""
    from course_tools import lint, pairing

    project = _project(context)
    subjects = [lint.Subject(project, notebook) for notebook in project.select(names or ())]
    problems = [p for s in subjects for p in lint.check(s)] + pairing.check_lists(project)
    notes = [n for s in subjects for n in lint.notes(s)]
    if not strict:
        for text in notes:
            _say(f"Note: {text}")
    _report(problems + notes * strict)


@app.command()
def links(
    context: typer.Context,
    source: options.Source = None,
):
    """Write the address and release into badges, first cells and README."""
    from course_tools import links as course_links

    project = _project(context)
    changed = course_links.write(project, source)
    _say(f"{course_links.source(project).pip}: {len(changed)} files changed")


@app.command()
def rehearse(
    context: typer.Context,
    names: options.Names = None,
    python: options.Interpreter = None,
    into: options.EnvironmentFolder = None,
    time_limit: options.TimeLimit = None,
):
    """Execute the notebooks of the last commit as on Colab, with the newest packages."""
    from course_tools import rehearsal

    project = _project(context)
    chosen = {"python": python, "into": into, "time_limit": time_limit}
    if not rehearsal.rehearse(project, project.select(names or ()), console, **chosen):
        raise typer.Exit(1)


@app.command()
def record(
    context: typer.Context,
    names: options.SomeNames,
    data: options.Data = None,
    time_limit: options.TimeLimit = None,
):
    """Make the recorded run of a notebook's claims (hours); goes on where it was stopped."""
    from course_tools import execution, progress, recording

    data = options.asked(data, "COURSE_DATA", "auto")
    limit = time_limit or recording.TIME_LIMIT
    settings = execution.Settings(recording.profile(), data, limit)
    notebooks = _project(context).select(names)
    with progress.display(console, len(notebooks)) as display:
        _each(notebooks, display, lambda notebook: recording.record(notebook, settings, display))


@app.command()
def claims(context: typer.Context, write: options.WriteClaims = False):
    """Show every recorded claim with its verdict, its date, and whether it is stale."""
    from course_tools import claims_page

    project = _project(context)
    if write:
        changed = claims_page.write(project)
        console.print("README.md is written anew" if changed else "README.md says it already")
        return
    table = claims_page.as_table(project.select())
    console.print(table if table.row_count else "No claim is recorded yet: course record NN")


@app.command("test")
def run_tests(
    context: typer.Context,
    names: options.Names = None,
    quick: options.Quick = False,
    backend: options.OnlyBackend = None,
    all_backends: options.AllBackends = False,
):
    """Run every test of the project, and tell everything at once."""
    from course_tools import testing

    what = {"names": names or (), "quick": quick}
    if all_backends:
        os.environ["KERAS_BACKEND"], *others = map(options.installed_backend, BACKENDS)
        what["backends"] = others
    elif backend:
        what.update(whole=False, backends=[options.installed_backend(backend)])
    if code := testing.run_tests(_project(context), console, **what):
        raise typer.Exit(code)


@app.command()
def bench(
    context: typer.Context,
    names: options.Benchmarks = None,
):
    """Measure speed and memory (benchmarks/)."""
    from course_tools import benching

    benching.bench(_project(context), names or (), console)


@app.command()
def data(
    names: options.DataSets = None,
):
    """Fetch and make the data sets now, to work offline later; say where they are."""
    from course_tools import offline

    offline.prepare(names or (), console)


@app.command()
def doctor(context: typer.Context, names: options.Names = None, lecture: options.Lecture = False):
    """Say what this machine has and lacks; `course doctor > report.txt` keeps it to be sent."""
    from course_tools import doctor as course_doctor

    if lecture:
        from course_tools import lecture as course_lecture

        project = _project(context)
        findings = course_lecture.examine(project, project.select(names or ()))
    elif names:
        raise CourseError("a notebook is named for a lecture alone: course doctor --lecture 03")
    else:
        findings = course_doctor.examine()
    if course_doctor.report(findings):
        raise typer.Exit(1)


@app.command()
def lab(context: typer.Context):
    """Open the notebooks in JupyterLab."""
    notebooks_dir = _project(context).notebooks_dir
    # JupyterLab answers Ctrl-C itself, with a question; this process only waits for it.
    signal.signal(signal.SIGINT, lambda *_: None)
    command = [sys.executable, "-m", "jupyterlab"]
    done = subprocess.run(command, cwd=notebooks_dir, check=False)
    raise typer.Exit(done.returncode)


@app.command()
def slides(
    context: typer.Context,
    names: options.Names = None,
    recorded: options.Recorded = False,
    pdf: options.Pdf = False,
):
    """Build slide decks into build/slides/, from a fresh execution in the cpu profile."""
    from course_tools import building, execution, pairing
    from course_tools import slides as course_slides

    project = _project(context)
    notebooks = project.select(names or ())
    folder = course_slides.prepare(project)
    read = pairing.read_ipynb
    if not recorded:
        data = options.asked(None, "COURSE_DATA", "auto")
        building.build(project, notebooks, execution.Settings("cpu", data, None), console)
        read = functools.partial(building.read_built, project)
    course_slides.build(project, notebooks, read, _say)
    if pdf:
        from course_tools import printing

        printing.print_decks(project, notebooks, _say)
    _say(f"Slides: {folder / 'index.html'}")


@app.command()
def site(context: typer.Context, names: options.Names = None):
    """Write a site to read, into build/site/, from the stored outputs and recorded runs."""
    from course_tools import site as course_site

    project = _project(context)
    folder = course_site.build(project, project.select(names or ()), _say)
    _say(f"Site: {folder / 'index.html'}")


@app.command()
def solutions(context: typer.Context, names: options.Names = None, into: options.Into = None):
    """Write notebooks with the exercises solved, for instructors."""
    from course_tools import exercises

    _write_notebooks(context, names, into, "solutions", exercises.with_solutions)


@app.command()
def assignments(context: typer.Context, names: options.Names = None, into: options.Into = None):
    """Write the exercises as nbgrader takes them: solutions marked, checks with points."""
    from course_tools import exercises

    folder = _write_notebooks(
        context, names, into, "assignments", exercises.assignment, "source/{0}/{0}.ipynb"
    )
    config = folder / "nbgrader_config.py"
    if not config.exists():
        config.write_text(exercises.NBGRADER_CONFIG, encoding="utf-8")
    _say(f"Next: cd {folder} && nbgrader generate_assignment NAME (pip install nbgrader)")


def _write_notebooks(context, names, into, kind, make, path="{0}.ipynb"):
    """Write what `make` makes of each notebook into a folder; return the folder."""
    from course_tools import pairing

    project = _project(context)
    folder = (into or project.build_dir / kind).resolve()
    for notebook in project.select(names or ()):
        target = folder / path.format(notebook.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        pairing.write_ipynb(make(notebook), target)
        _say(str(target))
    return folder


def _project(context):
    """Return the checkout that `--project` names, else the one of this package."""
    return find_project(context.obj)


def _each(notebooks, display, function):
    """Call `function` for each notebook; one that fails does not stop the others."""
    failed = 0
    for notebook in notebooks:
        try:
            function(notebook)
        except CourseError as error:
            display.end("failed", str(error))
            failed += 1
    if failed:
        raise CourseError(f"{failed} of {len(notebooks)} failed; what there was is as it was")


def _report(problems):
    """Print problems; leave with an error if there are any."""
    for problem in problems:
        _say(problem)
    if problems:
        raise CourseError(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}")


def _say(text):
    console.print(text, markup=False, highlight=False, soft_wrap=True)


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
