"""Commands that execute and train: run, execute, record, test, train, bench, rehearse."""

import dataclasses
import os

import typer

from course_tools import options
from course_tools.commands.common import checkout, console, each, say
from course_utils.environment import BACKENDS

app = typer.Typer()
PANEL = "Execute and measure"  # of the help


@app.command(rich_help_panel=PANEL)
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
    project = dataclasses.replace(checkout(context), backend=backend)
    profile = options.asked(profile, "COURSE_PROFILE", "smoke")
    # A smoke run must work, and be the same, everywhere.
    data = options.asked(data, "COURSE_DATA", "builtin" if profile == "smoke" else "auto")
    settings = execution.Settings(profile, data, time_limit)
    notebooks = project.select(names or ())
    if not building.build(project, notebooks, settings, console, fresh=fresh):
        raise typer.Exit(1)


@app.command(rich_help_panel=PANEL)
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
    notebooks = checkout(context).select(names or ())
    runs = len(notebooks) * (1 if profile == "smoke" else 2)
    with progress.display(console, runs) as display:
        each(notebooks, display, lambda notebook: storing.store(notebook, settings, display))


@app.command(rich_help_panel=PANEL)
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
    notebooks = checkout(context).select(names)
    with progress.display(console, len(notebooks)) as display:
        each(notebooks, display, lambda notebook: recording.record(notebook, settings, display))


@app.command("test", rich_help_panel=PANEL)
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
    if code := testing.run_tests(checkout(context), console, **what):
        raise typer.Exit(code)


@app.command(rich_help_panel=PANEL)
def train(
    context: typer.Context,
    name: options.Training,
    profile: options.Profile = "cpu",
    backend: options.Backend = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    image_size: options.ImageSize = None,
    train_size: options.TrainSize = None,
    seed: options.Seed = 0,
    into: options.Into = None,
    dry_run: options.DryRun = False,
):
    """Train a model of the faces notebooks, on every device; goes on where it was stopped."""
    from course_tools import trainings

    os.environ["KERAS_BACKEND"] = options.installed_backend(
        options.asked(backend, "KERAS_BACKEND", "tensorflow")
    )
    os.environ["COURSE_PROFILE"] = profile
    plan = trainings.planned(
        name, profile, epochs=epochs, batch_size=batch_size, image_size=image_size,
        train_size=train_size, seed=seed,
    )  # fmt: skip
    folder = into or checkout(context).build_dir / "trained" / name
    trainings.train(plan, folder, say, dry=dry_run)


@app.command(rich_help_panel=PANEL)
def bench(
    context: typer.Context,
    names: options.Benchmarks = None,
):
    """Measure speed and memory (benchmarks/)."""
    from course_tools import benching

    benching.bench(checkout(context), names or (), console)


@app.command(rich_help_panel=PANEL)
def rehearse(
    context: typer.Context,
    names: options.Names = None,
    python: options.Interpreter = None,
    into: options.EnvironmentFolder = None,
    time_limit: options.TimeLimit = None,
):
    """Execute the notebooks of the last commit as on Colab, with the newest packages."""
    from course_tools import rehearsal

    project = checkout(context)
    chosen = {"python": python, "into": into, "time_limit": time_limit}
    if not rehearsal.rehearse(project, project.select(names or ()), console, **chosen):
        raise typer.Exit(1)
