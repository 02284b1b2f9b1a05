"""Executes one notebook in a kernel of its own and says in words what went wrong."""

import json
import os
import re
import signal
import tempfile
import time
from dataclasses import dataclass, field, replace

from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from course_tools import pairing
from course_tools.series import CourseError, is_code
from course_utils.environment import DATA_MODES
from course_utils.evaluation import stamps
from course_utils.profiles import PROFILES

# Twice what the design allows a notebook, so that a slow machine is not cut off.
TIME_LIMITS = {"smoke": 600, "cpu": 3600, "gpu": 3600}

# Seconds that a finished notebook's kernel has to say what it was.
SUMMARY_LIMIT = 60
# What would change a notebook's outputs without belonging to its settings: a backend of
# matplotlib that draws nothing into the notebook, the folder of another recording.
_NOT_INHERITED = ("MPLBACKEND", "COURSE_RECORD")

# Run in the live kernel after the last cell; its output is not part of the notebook.
_ASK_SUMMARY = """\
import json as _json, sys as _sys
from course_utils.environment import summary as _summary
_modules = [_name for _name in _sys.modules if _name.startswith("course_utils.")]
print(_json.dumps({**_summary(), "modules": _modules}, default=str))
"""


class ExecutionFailed(CourseError):
    """A notebook did not run to its end. `nb` holds what it had shown until then."""

    def __init__(self, message, nb):
        super().__init__(message)
        self.nb = nb


@dataclass(frozen=True)
class Settings:
    """How a notebook is executed.

    Attributes:
        profile: `smoke`, `cpu` or `gpu`.
        data: `auto`, `real` or `builtin`.
        time_limit: seconds for the whole notebook; None is the profile's own limit.
        environment: further variables for the kernel, such as `COURSE_RUNS_DIR`.
    """

    profile: str
    data: str = "auto"
    time_limit: float | None = None
    environment: dict = field(default_factory=dict)

    def __post_init__(self):
        _one_of("profile", self.profile, PROFILES)
        _one_of("data", self.data, DATA_MODES)
        if self.time_limit is not None and self.time_limit <= 0:
            raise CourseError(f"--time-limit {self.time_limit:g}: give a number of seconds > 0")

    @property
    def limit(self):
        """Seconds that the notebook may take."""
        return self.time_limit or TIME_LIMITS[self.profile]

    def with_environment(self, **variables):
        """Return these settings with further variables for the kernel."""
        return replace(self, environment={**self.environment, **variables})

    def kernel_environment(self):
        """Return the variables that the kernel is started with."""
        return {
            **{k: v for k, v in os.environ.items() if k not in _NOT_INHERITED},
            # The frozen modules of Python make the debugger print a warning at each start.
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "COURSE_PROFILE": self.profile,
            "COURSE_DATA": self.data,
            **self.environment,
        }


@dataclass(frozen=True)
class ExecutedNotebook:
    """An executed notebook, the seconds it took, and what the kernel said about itself."""

    nb: NotebookNode
    seconds: float
    summary: dict

    @property
    def data_sources(self):
        """What each data set was that was asked for, by name: `real`, `builtin`, `stand-in`."""
        return dict(self.summary.get("data") or {})

    def modules(self, hashes):
        """Return those of `module_hashes()` whose modules the kernel had loaded."""
        loaded = {name.partition(".")[2] for name in self.summary.get("modules", ())}
        return {name: found for name, found in hashes.items() if name in loaded}


def module_hashes():
    """Return the hash of each module of the package, by names such as `measures.frechet`."""
    paths = (path.relative_to(stamps.PACKAGE) for path in stamps.PACKAGE.rglob("*.py"))
    names = (".".join(path.with_suffix("").parts) for path in sorted(paths))
    # The first of all loads the others and does nothing else.
    names = [name.removesuffix(".__init__") for name in names if name != "__init__"]
    return {name: stamps.module_hash(name) for name in names}


def execute(notebook, settings, on_cell=None):
    """Execute a notebook's script from top to bottom in a fresh kernel.

    The script is what runs, never the paired notebook, which only lends its cell ids.

    Args:
        notebook: a `series.Notebook`.
        settings: `Settings`.
        on_cell: called with (cells begun, cells in all) before each code cell.

    Returns:
        An `ExecutedNotebook`; its seconds hold the start of the kernel too.

    Raises:
        ExecutionFailed: a cell raised, the kernel died, or time ran out.
    """
    folder = notebook.ipynb.parent
    return execute_in(folder, notebook.name, pairing.combined(notebook), settings, on_cell)


def execute_in(folder, name, nb, settings, on_cell=None, kernels=None):
    """Execute the cells of `nb`, in place, in a fresh kernel whose folder is `folder`.

    Args:
        folder: that the kernel starts in.
        name: of the notebook, for messages.
        nb: the notebook.
        settings: `Settings`, or what has their `limit` and `kernel_environment`.
        on_cell: called with (cells begun, cells in all) before each code cell.
        kernels: the `KernelSpecManager` that knows the kernel; None is this interpreter's.

    Returns:
        An `ExecutedNotebook`; its seconds hold the start of the kernel too.

    Raises:
        ExecutionFailed: a cell raised, the kernel died, or time ran out.
    """
    code = [index for index, cell in enumerate(nb.cells) if is_code(cell)]
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    started = time.monotonic()

    def time_left(_cell=None):
        return max(settings.limit - (time.monotonic() - started), 0.01)

    client = NotebookClient(
        nb,
        kernel_name="python3",
        timeout_func=time_left,
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        # Errors only: ipykernel warns that it talks to this process without encryption.
        extra_arguments=["--log-level=ERROR"],
    )
    manager = client.create_kernel_manager()
    # No folder is searched for kernels, so that what is left is the kernel of this very
    # interpreter: a "python3" in the user's home may belong to another Python.
    manager.kernel_spec_manager = kernels or KernelSpecManager(kernel_dirs=[])
    position = 0
    with tempfile.TemporaryFile() as log:
        try:
            with client.setup_kernel(
                env=settings.kernel_environment(), stderr=log, cleanup_kc=True
            ):
                try:
                    for position, index in enumerate(code, start=1):
                        if on_cell:
                            on_cell(position, len(code))
                        client.execute_cell(nb.cells[index], index, execution_count=position)
                    seconds = time.monotonic() - started
                    client.set_widgets_metadata()
                    return ExecutedNotebook(nb, seconds, _summary(client))
                except BaseException:
                    # Also on Ctrl-C: a kernel in the middle of a cell would keep a polite
                    # request to shut down waiting.
                    client.shutdown_kernel = "immediate"
                    raise
        except CellExecutionError as error:
            what = f"raised {_one_line(error)}."
        except CellTimeoutError:
            what = (
                f"was still running when the {settings.limit:g} s that the notebook may take were "
                f"over. Give it more with --time-limit {2 * settings.limit:g}, or choose a smaller "
                "profile (--profile smoke)."
            )
        except DeadKernelError:
            what = _death(manager, log)
        except RuntimeError as error:
            if position == 0:
                raise ExecutionFailed(
                    f"{name}: its kernel did not start ({str(error).strip()}). "
                    f"Try `course doctor`, or install again.{_last_line(log)}",
                    nb,
                ) from error
            what = f"could not be finished ({str(error).strip()}).{_last_line(log)}"
    first_line = nb.cells[code[position - 1]].source.strip().split("\n")[0]
    raise ExecutionFailed(
        f"{name}, code cell {position} of {len(code)}, which begins with\n    {first_line}\n{what}",
        nb,
    )


def _summary(client):
    """Return `course_utils.environment.summary()` of the live kernel; {} where it has none."""
    cell = NotebookNode(cell_type="code", source=_ASK_SUMMARY, metadata={}, outputs=[])
    client.nb.cells.append(cell)
    client.timeout_func = lambda _cell=None: SUMMARY_LIMIT
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1, store_history=False)
        return json.loads("".join(o.text for o in cell.outputs if o.get("name") == "stdout"))
    except CellTimeoutError:
        client.shutdown_kernel = "immediate"
        return {}
    except (CellExecutionError, ValueError):
        return {}
    finally:
        client.nb.cells.pop()


def _one_line(error):
    """Return a cell's exception as `Name: message`, shortened if it has many lines."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", f"{error.ename}: {error.evalue}")
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return lines[0] if len(lines) == 1 else f"{lines[0]} … {lines[-1]}"


def _death(manager, log):
    """Return how the kernel's process ended, and what to do."""
    process = getattr(manager.provisioner, "process", None)
    code = process.poll() if process else None
    how = "its process ended"
    if code is not None and code < 0:
        how = f"its process was killed by signal {-code} ({signal.strsignal(-code)})"
    elif code:
        how = f"its process exited with code {code}"
    return (
        f"ended the kernel: {how}. Most often memory ran out: close other programs, choose a "
        "smaller profile (--profile smoke), or lower the sizes in the parameters cell."
        f"{_last_line(log)}"
    )


def _last_line(log):
    """Return the last line that the kernel wrote to its standard error, if any."""
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().split("\n")
    return f"\nIts last words: {lines[-1]}" if lines[-1] else ""


def _one_of(what, value, known):
    if value not in known:
        raise CourseError(f"unknown {what} {value!r}. Choose one of: {', '.join(known)}.")
