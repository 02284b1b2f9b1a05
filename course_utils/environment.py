"""The machine that a notebook runs on: quiet logs, seed, device, precision, said in one line."""

import contextlib
import dataclasses
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
import types
from pathlib import Path

from course_utils import checks, notes, profiles
from course_utils.hardware import usable_cores
from course_utils.notes import note
from course_utils.profiles import setting

BACKENDS = ("tensorflow", "jax", "torch")
BACKEND_TITLES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
DATA_MODES = ("auto", "real", "builtin")

# What Keras has where no keras.json says otherwise; the lessons rest on it.
_KERAS_DEFAULTS = {"image_data_format": "channels_last", "floatx": "float32", "epsilon": 1e-7}


@dataclasses.dataclass(frozen=True)
class Environment:
    """What `start` found and set.

    Attributes:
        profile: `smoke`, `cpu` or `gpu`.
        backend: `tensorflow`, `jax` or `torch`.
        backend_version: version of that backend, as text.
        device: what computes, in words, such as `CPU, 2 cores`.
        precision: Keras's dtype policy in force.
        xla: whether training steps are compiled with XLA, where Keras finds a model fit for it.
        seed: seed of Python, NumPy and Keras.
        data_mode: `auto`, `real` or `builtin`.
    """

    profile: str
    backend: str
    backend_version: str
    device: str
    precision: str
    xla: bool
    seed: int
    data_mode: str

    def __str__(self):
        data = {"auto": "real where found", "real": "real only", "builtin": "built in"}
        backend = f"{BACKEND_TITLES[self.backend]} {self.backend_version}"
        precision = self.precision + (" with XLA" if self.xla else "")
        return (
            f"profile {self.profile} · {backend} · {self.device} · {precision} · "
            f"seed {self.seed} · data {data[self.data_mode]}"
        )


# What this process has started and loaded.
_session = types.SimpleNamespace(environment=None, data_sources={})


def quiet_logs():
    """Set what frameworks read at their first import: logs, kernels, memory, threads."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("ABSL_MIN_LOG_LEVEL", "3")
    # TensorFlow turns its oneDNN kernels on by itself only where the CPU has AVX-512 VNNI or AMX. On
    # one with AVX2 a convolution's gradient took eight times as long without them, and a GAN's
    # update three times.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # JAX takes three quarters of a GPU's memory at its first operation unless told not to.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    # Before PyTorch's threads: left alone, they keep a core busy while they wait for each other,
    # and where others compute too, that is most of what they do (seven times the time for
    # convolutions).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@contextlib.contextmanager
def silenced_stderr():
    """Hold back what native code writes to standard error; show it if the block raises.

    TensorFlow announces oneDNN and CUDA from C++ before any log level is read, and turning
    oneDNN off to silence the notice would cost speed.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held_back:
        saved = os.dup(2)
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(saved, held_back.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def start(seed=0, precision=None):
    """Prepare this process for a notebook and print one line that says what was chosen.

    Sets the seed of Python, NumPy and Keras; lets GPU memory grow instead of taking it all;
    chooses precision and XLA for the device. `COURSE_PROFILE`, `COURSE_PRECISION`, `COURSE_XLA`
    (0 or 1), `COURSE_DATA` and `KERAS_BACKEND` override what would be chosen. What a `keras.json`
    asks for does not count, and a note says so; layers built before `start` keep it, though.

    Args:
        seed: a whole number from 0 to 2³² − 1.
        precision: `float32`, `mixed_bfloat16` or `mixed_float16`; None chooses by device.

    Returns:
        Environment.

    Raises:
        ValueError: a setting holds a value that does not exist; the message lists those that do.
        ImportError: the backend that `KERAS_BACKEND` names is not installed.
    """
    seed = checks.whole_number("seed", seed, 0, 2**32 - 1)
    data_mode = setting("COURSE_DATA", "auto", DATA_MODES)
    imported = sys.modules.get("keras")
    asked = {} if imported or os.environ.get("KERAS_BACKEND") else _keras_json()
    in_force = imported.backend.backend() if imported else "tensorflow"
    backend = setting("KERAS_BACKEND", in_force, BACKENDS)
    keras = _import_keras(backend)
    _set_keras_defaults(keras, asked.get("backend", backend))
    kind, device = _find_device(backend)
    # Measured on a CPU (benchmarks/results/devices-tensorflow.json): bfloat16 is a quarter faster,
    # but the lessons read losses to four digits, and only recent CPUs have it.
    precision = precision or setting("COURSE_PRECISION", "float32", PRECISIONS)
    checks.one_of("precision", precision, PRECISIONS)
    environment = Environment(
        profile=profiles.active_profile(),
        backend=backend,
        backend_version=importlib.metadata.version(backend),
        device=device,
        precision=precision,
        xla=_choose_xla(backend, kind),
        seed=seed,
        data_mode=data_mode,
    )
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(precision)
    _session.environment = environment
    notes.print_anywhere()
    print(environment)
    return environment


def current():
    """The Environment that `start` made.

    Raises:
        RuntimeError: `start()` has not been called in this process.
    """
    if _session.environment is None:
        raise RuntimeError("call start() first: it chooses the profile, the seed and the device.")
    return _session.environment


def started():
    """Whether `start` has been called in this process."""
    return _session.environment is not None


def remember_data(name, source):
    """Note that the data set `name` is `real` or `builtin`, or that a `stand-in` took its place."""
    _session.data_sources[name] = source


def summary():
    """What made this notebook's outputs: the fields of Environment, and the data sets loaded.

    Returns:
        dict; its `data` is name -> `real`, `builtin` or, where another took its place, `stand-in`.
    """
    return {**dataclasses.asdict(current()), "data": dict(_session.data_sources)}


def _import_keras(backend):
    """Import Keras on `backend` without the backend's notices."""
    os.environ["KERAS_BACKEND"] = backend
    try:
        with silenced_stderr():
            import keras
    except ModuleNotFoundError as error:
        raise ImportError(
            f"the backend {backend!r} (KERAS_BACKEND) is not installed: {error}. "
            f"Install it, or unset KERAS_BACKEND to use TensorFlow."
        ) from error
    except ValueError as error:
        file = keras_home() / "keras.json"
        raise ValueError(f"{error} Correct or delete {file}, which Keras reads.") from error
    if keras.backend.backend() != backend:
        raise ValueError(
            f"Keras already runs on {keras.backend.backend()}, and KERAS_BACKEND asks for "
            f"{backend}. The backend cannot change in a running kernel: restart it."
        )
    return keras


def keras_home():
    """Folder of Keras's settings and data sets."""
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()


def _keras_json():
    """What the file that Keras reads its settings from asks for; {} where it cannot be read."""
    try:
        return dict(json.loads((keras_home() / "keras.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _set_keras_defaults(keras, backend_asked):
    """Undo what a keras.json asked for, and say so."""
    found = {name: getattr(keras.config, name)() for name in _KERAS_DEFAULTS}
    found["backend"] = backend_asked
    course = {**_KERAS_DEFAULTS, "backend": keras.config.backend()}
    for name, value in _KERAS_DEFAULTS.items():
        getattr(keras.config, f"set_{name}")(value)
    if other := [name for name in course if found[name] != course[name]]:
        asked = ", ".join(f"{name} {found[name]}" for name in other)
        used = ", ".join(str(course[name]) for name in other)
        note(f"keras.json asked for {asked}; the course uses {used}.")


def _choose_xla(backend, kind):
    """Whether training steps are compiled with XLA: as Keras does, or less.

    Only TensorFlow on a GPU leaves a choice. On its CPU, convolutional networks would be half as
    fast (benchmarks/results/devices-tensorflow.json).
    """
    optional = backend == "tensorflow" and kind == "gpu" and platform.system() != "Darwin"
    default = backend == "jax" or optional
    asked = setting("COURSE_XLA", str(int(default)), ("0", "1")) == "1"
    if optional or asked == default:
        return asked
    often = f"{BACKEND_TITLES[backend]} on this {kind.upper()} {'always' if default else 'never'}"
    note(f"COURSE_XLA={int(asked)} has no effect: {often} uses XLA.")
    return default


def _find_device(backend):
    """Kind (`cpu` or `gpu`) and a description of the device; prepares its memory."""
    if backend == "tensorflow":
        name = _find_tensorflow_gpu()
    elif not profiles.accelerator_present():
        name = None
    elif backend == "torch":
        import torch

        name = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "Apple MPS"
    else:
        import jax

        name = jax.devices()[0].device_kind
    if name:
        return "gpu", f"GPU, {name}"
    cores = usable_cores()
    return "cpu", f"CPU, {cores} core{'s' if cores > 1 else ''}"


def _find_tensorflow_gpu():
    """Name of the first GPU, whose memory then grows as it is needed; None if there is none."""
    import tensorflow as tf

    with silenced_stderr():
        gpus = tf.config.list_physical_devices("GPU")
        for gpu in gpus:
            # A second call finds the GPU in use, when memory growth can no longer be changed.
            with contextlib.suppress(RuntimeError):
                tf.config.experimental.set_memory_growth(gpu, True)
        tf.zeros(1)  # the first operation prints what is left to print
    # TensorFlow warns of retracing wherever several models are built in a loop, as a lesson does.
    tf.get_logger().setLevel("ERROR")
    if not gpus:
        return None
    return tf.config.experimental.get_device_details(gpus[0]).get("device_name", "unknown")
