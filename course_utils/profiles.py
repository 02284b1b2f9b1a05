"""Three budgets for the same notebook: `smoke` (seconds), `cpu` (minutes), `gpu`.

A fourth value, `record`, is for the longer run behind a claim's verdict: it is used when
`course record` executes a notebook, which it says through the variable `COURSE_RECORD`.
"""

import os

PROFILES = ("smoke", "cpu", "gpu")
_NOT_GIVEN = object()


def active_profile():
    """Name of the profile in force: `COURSE_PROFILE`, else `gpu` or `cpu` by what is there.

    Raises:
        ValueError: `COURSE_PROFILE` holds a name that is not a profile.
    """
    asked = setting("COURSE_PROFILE", None, PROFILES)
    return asked or ("gpu" if accelerator_present() else "cpu")


def setting(name, default, allowed):
    """Value of an environment variable, or `default` where it is not set.

    Raises:
        ValueError: it holds a value that is not in `allowed`; the message lists these.
    """
    value = os.environ.get(name, "").strip().lower()
    if value and value not in allowed:
        raise ValueError(f"{name} is {value!r}. Choose one of: {', '.join(allowed)}.")
    return value or default


def accelerator_present():
    """Whether the backend that Keras runs on sees a GPU (or TPU). Imports that backend."""
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_physical_devices("GPU"))
    if backend == "torch":
        import torch

        return torch.cuda.is_available() or torch.backends.mps.is_available()
    import jax

    return jax.default_backend() != "cpu"


def recording():
    """Whether this process makes the recorded run of a claim (see `course record`)."""
    return bool(os.environ.get("COURSE_RECORD"))


def by_profile(*, smoke, cpu, gpu, record=_NOT_GIVEN):
    """Return the value that belongs to the profile in force.

    Args:
        smoke: value for a run of seconds on built-in data.
        cpu: value for a run of minutes on two CPU cores.
        gpu: value for a run on a GPU.
        record: value for the recorded run of a claim; without it, the profile's own value.

    Raises:
        ValueError: `COURSE_PROFILE` holds a name that is not a profile.
    """
    if recording() and record is not _NOT_GIVEN:
        return record
    return {"smoke": smoke, "cpu": cpu, "gpu": gpu}[active_profile()]
