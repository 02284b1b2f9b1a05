"""What shapes a run, part by part, so that a stored run is taken for no other one.

The number of epochs is no part: what a run is after its third epoch does not depend on how many
follow. A learning rate that is planned for a number of updates is part of the optimizer.
"""

import platform

import keras

from course_utils import environment
from course_utils.data.stored import StoredImages
from course_utils.training import epochs, rows, state
from course_utils.training.fingerprints import NotIdentifiable, code_of, fingerprint, settings_of


def identity_of(model, x, y, validation_data, batch_size, seed, transform=None):
    """Everything that shapes a run, each part under the name that a warning shows.

    Raises:
        NotIdentifiable: a part may change unseen; the message says which and why.
    """
    started = environment.current() if environment.started() else None
    backend = [keras.backend.backend(), *([started.backend_version] if started else [])]
    initial = state.state_of(model) if state.updates_done(model) else state.weights_of(model)
    # Loss and metrics as they were given to `compile`.
    given = getattr(getattr(model, "_compile_config", None), "config", {"loss": model.loss})
    losses = [given.get(part) for part in ("loss", "loss_weights", "metrics", "weighted_metrics")]
    hashed = {
        "network": lambda: fingerprint(settings_of(model), model),
        "code of the model": lambda: code_of(model),
        "optimizer": lambda: fingerprint(state.optimizers_of(model), model),
        "loss": lambda: fingerprint(losses, model),
        "initial weights": lambda: fingerprint(initial),
        "training data": lambda: [rows.hash_of(part) for part in ([x] if y is x else [x, y])],
        "validation data": lambda: [rows.hash_of(part) for part in validation_data or ()],
        "transform of the data": lambda: fingerprint(transform, model),
        "code of the training": lambda: fingerprint([epochs.train_epoch, StoredImages]),
    }
    identity = {
        "profile": started.profile if started else "none",
        "backend": " ".join(backend),
        "version of Keras": keras.__version__,
        "version of Python": ".".join(platform.python_version_tuple()[:2]),
        "precision": keras.config.dtype_policy().name,
        "batch size": batch_size,
        "seed": seed,
    }
    for name, how in hashed.items():
        try:
            identity[name] = how()
        except NotIdentifiable as reason:
            raise NotIdentifiable(f"in the {name}, {reason}") from None
    return identity
