"""The arguments and options of the `course` command, with what `--help` says of them."""

import importlib.util
import os
from pathlib import Path
from typing import Annotated

import typer

from course_tools.series import CourseError
from course_utils.environment import BACKENDS


def _flag(name, text):
    return Annotated[bool, typer.Option(name, help=text)]


def _text(text, usual):
    return Annotated[str | None, typer.Option(help=text, show_default=usual)]


def _number(text):
    return Annotated[int | None, typer.Option(min=1, help=text, show_default="by profile")]


Names = Annotated[
    list[str] | None, typer.Argument(metavar="[NN]...", help="Which notebooks, such as 01 02.")
]
SomeNames = Annotated[list[str], typer.Argument(metavar="NN...", help="Which notebooks.")]
Benchmarks = Annotated[list[str] | None, typer.Argument(help="Which benchmarks.")]
DataSets = Annotated[list[str] | None, typer.Argument(help="Which data sets.")]
Source = Annotated[
    str | None,
    typer.Argument(metavar="[OWNER/REPO@TAG]", help="Where readers get the course."),
]
Checkout = Annotated[
    Path | None, typer.Option(help="The course's checkout.", show_default="where it is")
]
Profile = Annotated[str, typer.Option(help="Budget: smoke, cpu or gpu.")]
RunProfile = _text("Budget: smoke, cpu or gpu.", "COURSE_PROFILE, else smoke")
Data = _text("auto, real or builtin.", "COURSE_DATA, else by profile")
Backend = _text("tensorflow, jax or torch.", "KERAS_BACKEND, else tensorflow")
OnlyBackend = _text("Only what depends on the backend, on this one.", "everything")
AllBackends = _flag("--all-backends", "Execute the notebooks on all three.")
TimeLimit = Annotated[
    float | None, typer.Option(help="Seconds that a notebook may take.", show_default="by profile")
]
Lecture = _flag("--lecture", "What a lecture with these notebooks needs, without a network.")
Recorded = _flag("--recorded", "From the stored outputs and the recorded runs, in seconds.")
Pdf = _flag("--pdf", "Also as PDF, printed by a Chromium.")
Into = Annotated[Path | None, typer.Option("--into", help="A folder.", show_default="below build/")]
Interpreter = Annotated[
    Path | None, typer.Option(help="The Python to use.", show_default="one of Colab's version")
]
EnvironmentFolder = Annotated[
    Path | None,
    typer.Option(
        "--into", help="Keep the environment in this folder.", show_default="a temporary one"
    ),
]
Training = Annotated[str, typer.Argument(metavar="NAME", help="Such as celeba-wgan-gp.")]
Epochs = _number("Passes over the images.")
BatchSize = _number("Images for each update, of all devices together.")
ImageSize = _number("Height and width in pixels.")
TrainSize = _number("How many training images.")
Seed = Annotated[int, typer.Option(min=0, help="Of first weights, order and noise.")]
DryRun = _flag("--dry-run", "Only say what would be trained, on what.")
Fresh = _flag("--fresh", "Run also what is unchanged.")
OnlyTell = _flag("--check", "Change nothing, only tell.")
FromNotebook = _flag("--from-notebook", "Take edits over from the .ipynb.")
Strict = _flag("--strict", "Fail also where only the package has changed.")
WriteClaims = _flag("--write", "Write the table of the README.")
Quick = _flag("--quick", "Leave out slow tests and the notebooks' execution.")


def asked(option, variable, usual):
    """Return what the option says, else the environment variable, else what is usual."""
    return option or os.environ.get(variable, "").strip().lower() or usual


def installed_backend(name):
    """Return the name of a backend, if it exists and is installed.

    Raises:
        CourseError: it does not, or is not.
    """
    if name not in BACKENDS:
        raise CourseError(f"unknown backend {name!r}. Choose one of: {', '.join(BACKENDS)}.")
    if importlib.util.find_spec(name) is None:
        raise CourseError(f"the backend {name} is not installed: pip install {name}")
    return name
