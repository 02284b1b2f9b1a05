"""A machine like Colab's: its packages, what a kernel finds there, a release to install."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from course_tools import links
from course_tools.series import CourseError

PYTHON = "3.13"
# What the course needs and Colab brings, each as new as the others allow; the last three stay
# behind there. A list of its own: a dependency that is missing here is one that the first cell,
# which installs none, would have to do without.
BRINGS = (
    "tensorflow", "keras", "numpy", "scipy", "scikit-learn", "threadpoolctl", "cloudpickle",
    "psutil", "matplotlib", "pillow", "joblib", "requests", "filelock", "platformdirs", "tqdm",
    "ipython==7.34.*", "ipykernel==6.17.*", "ipywidgets==7.7.*",
)  # fmt: skip
# By which a program knows Colab.
MARK = "COLAB_RELEASE_TAG"
# Settings of the maintainer's machine, which a new one has not.
_NOT_THERE = ("COURSE_", "KERAS_", "PYTHON", "VIRTUAL_ENV", "CONDA", "JUPYTER", "JPY_", "IPYTHON",
              "MPL", "XDG_")  # fmt: skip

# Asked of the installed package, with the name of a notebook.
_ASK_RECORD = """\
import json, sys
from course_utils.evaluation import record_files, recorded
files = sorted(path.name for path in record_files.folder_of(sys.argv[1]).glob("*"))
print(json.dumps({"files": files, "numbers": len(recorded.numbers(sys.argv[1]))}))
"""


@dataclass(frozen=True)
class Release:
    """A release that is not published yet: the last commit under the tag that the setting names.

    Attributes:
        folder: its repository, which holds it as a working tree too.
        variables: let git find it there when the published address is asked for.
        left_out: paths of the checkout that are not as they were committed.
    """

    folder: Path
    variables: dict
    left_out: list = field(default_factory=list)


def release(project, folder):
    """Make a repository of the last commit of `project`, as the release that the setting names.

    It is one commit without a past, quick to clone for each notebook. (A shallow clone will not do:
    pip clones without blobs, and git then asks for the missing past without an end.)

    Args:
        project: the `Project`.
        folder: a new one, for the repository.

    Returns:
        The `Release`.

    Raises:
        CourseError: there is no git, or the checkout has no commit.
    """
    source = links.source(project)
    folder = Path(folder)
    folder.mkdir(parents=True)
    archive = folder.with_suffix(".tar")
    _run("git", "-C", project.root, "archive", "-o", archive, "HEAD")
    shutil.unpack_archive(archive, folder, filter="data")
    archive.unlink()
    git = ["git", "-C", folder, "-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost"]
    _run(*git, "init", "-q")
    _run(*git, "add", "--force", ".")
    _run(*git, "-c", "commit.gpgsign=false", "commit", "-q", "--no-verify", "-m", source.tag)
    _run(*git, "-c", "tag.gpgsign=false", "tag", source.tag)
    changed = _run("git", "-C", project.root, "status", "--porcelain", "--", ".")
    # What a variable sets of git is numbered; what is set already stays.
    number = int(os.environ.get("GIT_CONFIG_COUNT", 0))
    variables = {
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": f"url.{folder.resolve().as_uri()}.insteadOf",
        f"GIT_CONFIG_VALUE_{number}": source.address,
        "GIT_TERMINAL_PROMPT": "0",
    }
    return Release(folder, variables, [line[3:] for line in changed.splitlines()])


@dataclass(frozen=True)
class Environment:
    """A virtual environment with what Colab brings; the course is not in it, at first.

    Attributes:
        folder: where it lies.
        course: name of the course's package, which is not counted among the others.
    """

    folder: Path
    course: str

    @property
    def python(self):
        """Path of its interpreter."""
        return self.folder.joinpath(
            *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python"))
        )

    @cached_property
    def kernels(self):
        """Knows its kernel."""
        return _OneKernel(str(self.python))

    def packages(self):
        """Return the version of each package, by name, but for the course's own."""
        listed = json.loads(self._pip("list", "--format=json"))
        return {p["name"]: p["version"] for p in listed if p["name"] != self.course}

    def forget_course(self):
        """Uninstall the course: each notebook is opened on a new machine."""
        self._pip("uninstall", "-q", "-y", self.course)

    def record(self, notebook):
        """Return the installed record of a notebook: its `files`, and how many `numbers`."""
        # `-I`: neither a PYTHONPATH nor the folder that this runs in may lend the package.
        return json.loads(_run(self.python, "-I", "-c", _ASK_RECORD, notebook).splitlines()[-1])

    def _pip(self, *arguments):
        return _run(self.python, "-m", "pip", "--disable-pip-version-check", *arguments)


def make(project, folder, python):
    """Make an `Environment` in `folder`, or complete the one that is there.

    Raises:
        CourseError: the interpreter makes none, or the packages cannot be had.
    """
    with (project.root / "pyproject.toml").open("rb") as file:
        environment = Environment(Path(folder).resolve(), tomllib.load(file)["project"]["name"])
    _run(python, "-m", "venv", environment.folder)
    environment._pip("install", "-q", *BRINGS)
    return environment


def find_python():
    """Return a Python of Colab's version that starts; None where there is none."""
    return next((python for python in _candidates() if version_of(python) == PYTHON), None)


def version_of(python):
    """Return the version of an interpreter, such as `3.13`; None if it does not start."""
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return _run(python, "-c", ask).strip()
    except CourseError:
        return None


def _candidates():
    yield sys.executable
    if found := shutil.which(f"python{PYTHON}"):  # pyenv has one there that may not start
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    yield from map(str, sorted(pyenv.glob(f"versions/{PYTHON}*/bin/python"), reverse=True))
    if uv := shutil.which("uv"):
        try:
            yield _run(uv, "python", "find", PYTHON).strip()
        except CourseError:
            return


def variables(home, release):
    """Return what a process finds set on a new machine whose home is `home`."""
    kept = {name: v for name, v in os.environ.items() if not name.startswith(_NOT_THERE)}
    return {
        **kept,
        **release.variables,
        "HOME": str(home),
        "USERPROFILE": str(home),
        MARK: "rehearsal",
    }


class _OneKernel(KernelSpecManager):
    """Knows the kernel of one interpreter, and no other."""

    def __init__(self, python):
        super().__init__(kernel_dirs=[])
        self._python = python

    def get_kernel_spec(self, _name):
        """Return how that kernel is started."""
        command = [self._python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")


def _run(*command):
    """Run a command and return what it printed; CourseError with its last words if it fails."""
    command = [str(part) for part in command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CourseError(f"{command[0]} does not start ({error.strerror})") from error
    if done.returncode:
        words = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise CourseError(
            f"`{' '.join(command[:6])} …` failed with exit code {done.returncode}: "
            f"{words[-1] if words else 'it said nothing'}"
        )
    return done.stdout
