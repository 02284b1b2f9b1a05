"""`course doctor`: what this machine has, and what a student should do about what it lacks."""

import dataclasses
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from course_utils import drive, environment, notes, profiles, storage
from course_utils.data import download, files, mnist

PACKAGE = "deep-generative-companion"
MINIMUM_FREE_GB = 3
# The largest notebook on two cores was measured below 3 GB; the rest is for the browser.
MINIMUM_MEMORY_GB = 4
_SLOW_JAX = (
    "JAX's transposed convolutions are slow on a CPU: expect three times the time, or unset "
    "KERAS_BACKEND"
)


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: what was looked at, in a word or two.
        found: what there is.
        advice: what to do; empty where nothing needs doing.
        needed: whether the notebooks fail without it.
    """

    subject: str
    found: str
    advice: str = ""
    needed: bool = False


def examine():
    """Look at everything that a notebook needs.

    Returns:
        list of Finding.
    """
    return [_python(), *_packages(), *_device(), _memory(), _disk(), _network(), *data_sets()]


def report(findings):
    """Print findings with their advice.

    Returns:
        True if something must be done before the notebooks run.
    """
    notes.print_anywhere()
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        mark = "✗" if finding.needed and finding.advice else "!" if finding.advice else "✓"
        print(f"{mark} {finding.subject:{width}}  {finding.found}")
        if finding.advice:
            print(f"  {'':{width}}  → {finding.advice}")
    return any(finding.needed and finding.advice for finding in findings)


def _python():
    version = platform.python_version()
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    advice = "" if fits else "install Python 3.11, 3.12 or 3.13 and make a new environment with it"
    return Finding("Python", version, advice, needed=True)


def outdated():
    """Packages below the course's lower bounds.

    Returns:
        dict of package to (version found, lower bound); empty where all fit.
    """
    from packaging.requirements import Requirement

    old = {}
    for line in importlib.metadata.requires(PACKAGE) or []:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            found = "nothing"
        if found == "nothing" or not requirement.specifier.contains(found, prereleases=True):
            old[requirement.name] = (found, str(requirement.specifier))
    return old


def _packages():
    try:
        old = outdated()
    except importlib.metadata.PackageNotFoundError:
        return [Finding("packages", "the course is not installed here",
                        "run `pip install -e .` in the checkout")]  # fmt: skip
    if not old:
        return [Finding("packages", "all as new as the course needs")]
    where = (
        "in Colab choose Runtime → Change runtime type → the latest version"
        if drive.on_colab()
        else "run `pip install -U` with these names"
    )
    return [Finding(name, f"{found}, the course needs {bound}", where, needed=True)
            for name, (found, bound) in old.items()]  # fmt: skip


def _device():
    """What computes, and the profile in force; only the first where Keras cannot be imported."""
    if "keras" not in sys.modules and not os.environ.get("KERAS_BACKEND"):
        # As `start` does: what a file of Keras's in the home asks for counts in no notebook.
        os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        with environment.silenced_stderr():
            import keras

            seen = profiles.accelerator_present()
    except (ImportError, ValueError) as error:
        asked = os.environ.get("KERAS_BACKEND", "tensorflow")
        known = ", ".join(environment.BACKENDS)
        return [Finding("device", f"the backend {asked} cannot be used ({error})",
                        f"set KERAS_BACKEND to one of {known} and install that, or unset it",
                        needed=True)]  # fmt: skip
    return [_computes(keras.backend.backend(), seen), _profile()]


def _profile():
    try:
        return Finding("profile", profiles.active_profile())
    except ValueError as error:
        return Finding("profile", str(error), "set COURSE_PROFILE to one of these, or unset it",
                       needed=True)  # fmt: skip


def _computes(backend, seen):
    """What the backend runs on; `seen` tells whether it sees a GPU."""
    title = environment.BACKEND_TITLES.get(backend, backend)
    if seen:
        return Finding("device", f"{title} sees a GPU")
    cores = environment.usable_cores()
    found = f"{title} on {cores} CPU core{'s' if cores > 1 else ''}"
    gpu = _nvidia_gpu()
    if gpu is None:
        return Finding("device", found, _SLOW_JAX if backend == "jax" else "")
    return Finding("device", f"{found}, though the machine has {gpu}", _gpu_advice(backend))


def _gpu_advice(backend):
    """How this backend gets at an NVIDIA GPU that it does not see."""
    if backend == "tensorflow" and platform.system() == "Windows":
        return (
            "TensorFlow has no GPU build for Windows. Install PyTorch from pytorch.org and set "
            "KERAS_BACKEND=torch"
        )
    if backend == "tensorflow":
        return "run `pip install 'tensorflow[and-cuda]'`"
    if backend == "jax":
        return "run `pip install 'jax[cuda12]'`"
    return "install the CUDA build of PyTorch from pytorch.org"


def _nvidia_gpu():
    """Name of an NVIDIA GPU that the driver knows, or None."""
    if shutil.which("nvidia-smi") is None:
        return None
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip().splitlines()[0] if done.stdout.strip() else None


def _memory():
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError, AttributeError):
        return Finding("memory", "not known on this system")
    advice = (
        f"with less than {MINIMUM_MEMORY_GB} GB, set COURSE_PROFILE=smoke"
        if total < MINIMUM_MEMORY_GB
        else ""
    )
    return Finding("memory", f"{total:.0f} GB", advice)


def _disk():
    folder = _existing(storage.cache_dir())
    free = shutil.disk_usage(folder).free / 1e9
    if not os.access(folder, os.W_OK):
        advice = "set COURSE_CACHE_DIR to a folder of yours; until then nothing is kept"
        return Finding("disk", f"{folder} cannot be written to", advice)
    advice = (
        f"free some space, or set COURSE_CACHE_DIR to a disk with {MINIMUM_FREE_GB} GB"
        if free < MINIMUM_FREE_GB
        else ""
    )
    return Finding("disk", f"{free:.0f} GB free in {storage.cache_dir()}", advice)


def _existing(folder):
    """The folder, or the nearest one above it that exists."""
    folder = Path(folder).absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def _network():
    problems = []
    if next(iter(download.reachable(mnist.REAL_SET.mirrors, problems)), None) is not None:
        return Finding("network", "reached the server of the data sets")
    return Finding(
        "network",
        f"none ({'; '.join(problems)})",
        "the notebooks run without: on data sets that are here already, else on built-in ones",
    )


def data_sets():
    """Where the real data sets are."""
    from course_utils.data import fashion_mnist

    return [*(_data_set(module) for module in (mnist, fashion_mnist)), _celeba()]


def _celeba():
    from course_utils.data import celeba

    if found := celeba.where():
        return Finding(celeba.TITLE, f"in {found}")
    return Finding(
        celeba.TITLE,
        f"not here; {celeba.STAND_IN} stands in",
        "`course data celeba` says on what terms and where it is to be had, and where to put it",
    )


def _data_set(module):
    real_set = module.REAL_SET
    found = files.where(real_set)
    if found:
        return Finding(real_set.title, f"in {found}")
    return Finding(
        real_set.title,
        f"not here yet; {module.STAND_IN} stands in where it cannot be downloaded",
        f"`course data {real_set.name}` fetches it; so does the first notebook that needs it",
    )
