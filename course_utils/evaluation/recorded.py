"""Recorded runs: what a long run of a notebook found and saw, kept with the notebooks.

    notebooks/recorded/NN_name/
        claims.json     what made it, and the results of its claims
        numbers.json    what was measured, by name
        *.npz           a trained network per subject, in sixteen bits
        *.png           key pictures, and pictures.json, what they show in words
                        (`plotting.beside_the_record`)

`course record NN` executes a notebook for hours and has each part written as soon as it is there,
into a folder of its own that takes the record's place at the end. A recording that was cut off, on
this machine or another, takes up the numbers that it finds there.
"""

import contextvars
import html
import math
import time

import numpy as np

from course_utils import storage
from course_utils.evaluation import stamps
from course_utils.evaluation.record_files import (
    CLAIMS,
    EARLIER,
    NUMBERS,
    PICTURES,
    being_made,
    folder_of,
    of_record,
    read,
    write,
)
from course_utils.notes import note

LARGEST_PICTURE = 150_000  # bytes: a clone fetches all of them
_LARGEST = float(np.finfo(np.float16).max)
# What the function that is being kept has asked for, such as scores of learning rates: the names,
# and the seconds that measuring these took.
_asked = contextvars.ContextVar("asked")


def note_claim(result):
    """Add a claim's result (a dict) to the recording, if there is one."""
    if (folder := being_made()) is None:
        return
    noted = read(folder / CLAIMS, [])
    others = [r for r in noted if r["claim"]["name"] != result["claim"]["name"]]
    write(folder / CLAIMS, [*others, result])


def claim(notebook, name):
    """The recorded result of a claim.

    Args:
        notebook: name of the notebook, such as `01_autoencoders`.
        name: the claim's name.

    Returns:
        (result as a dict, what has changed since in words, "" if nothing has), or (None, "") where
        no run is recorded.
    """

    def found(record):
        for result in record["claims"]:
            if result["claim"]["name"] == name:
                return result, changed_since(notebook, record)
        return None

    return of_record(notebook, CLAIMS, found) or (None, "")


def changed_since(notebook, record):
    """What has changed since `record`, the content of `claims.json`, was made, in words, or ""."""
    script = storage.CHECKOUT / "notebooks" / "py" / f"{notebook}.py"
    return stamps.changed_since(record, script)


def made(notebook):
    """When the recorded run was made, and what has changed since; "" where none is recorded."""

    def found(record):
        changed = changed_since(notebook, record)
        return f"{record['date']}{f', stale: {changed}' if changed else ''}"

    return of_record(notebook, CLAIMS, found) or ""


def kept(name, function, *arguments):
    """`function(*arguments)`, numbers that take long; in a recording, kept and not made twice.

    Outside of a recording it is simply called. What was kept counts as long as the function, what
    it uses, and the arguments are the same; what cannot be told apart is computed each time.

    Args:
        name: of the numbers, unique in the notebook, such as `"dense/mnist/seed 0"`.
        function: returns numbers, texts, and lists and dicts of them.
        arguments: passed on to it.
    """
    if (folder := being_made()) is None:
        return function(*arguments)
    # Keras is imported with it.
    from course_utils.training.fingerprints import NotIdentifiable, fingerprint

    try:
        made_by = fingerprint([function, list(arguments)])
    except NotIdentifiable as reason:
        note(f"{name!r} is not kept with the recording: {reason}.")
        made_by = None
    _asked.get({}).setdefault(name, 0.0)
    earlier, there = read(folder / EARLIER, {}), read(folder / NUMBERS, {})
    entry = {**earlier, **there}.get(name, {})
    if made_by is not None and entry.get("made by") == made_by:
        # The function is not called, so it asks for nothing: what it rests on comes along.
        taken = {one: earlier[one] for one in _rests_on(name, earlier) if one not in there}
    else:
        begin = time.perf_counter()
        entry, taken = _measure(made_by, function, arguments), {}
        _asked.get({})[name] = time.perf_counter() - begin
    write(folder / NUMBERS, {**read(folder / NUMBERS, {}), **taken, name: entry})
    return entry["found"]


def _measure(made_by, function, arguments):
    """The entry of `function(*arguments)`: its own seconds, and the names of what else it kept."""
    asked, begin = {}, time.perf_counter()
    before = _asked.set(asked)
    try:
        found = _plain(function(*arguments))
    finally:
        _asked.reset(before)
    seconds = round(time.perf_counter() - begin - sum(asked.values()), 1)
    entry = {"made by": made_by, "seconds": seconds, "found": found}
    return {**entry, "rests on": sorted(asked)} if asked else entry


def _rests_on(name, entries):
    """Names of the entries that an entry rests on, and of those that they rest on."""
    for one in entries.get(name, {}).get("rests on", []):
        if one in entries:
            yield one
            yield from _rests_on(one, entries)


def best(notebook, name, candidates, score, *arguments, otherwise):
    """The candidate with the lowest score, such as a learning rate with its held-out loss.

    A recording measures them all and keeps the scores. Elsewhere it is the one that the recorded
    run found best: no reader waits for the choice.

    Args:
        notebook: name of the notebook.
        name: what is chosen, unique in the notebook, such as `"rate for dense, 16 epochs"`.
        candidates: to choose from.
        score: function of a candidate and `arguments`; lower is better, NaN (training that
            diverged) the worst.
        arguments: passed on to it.
        otherwise: the answer where no recorded run knows one.
    """
    titles = {candidate: f"{name}: {candidate}" for candidate in candidates}
    if being_made() is not None:
        scores = {one: kept(title, score, one, *arguments) for one, title in titles.items()}
    else:
        found = numbers(notebook)
        if not found.keys() >= set(titles.values()):
            return otherwise
        scores = {one: found[title] for one, title in titles.items()}
    return min(scores, key=lambda one: (math.isnan(scores[one]), scores[one]))


def numbers(notebook):
    """What the recorded run has measured, name to numbers as `kept` got them; {} if none is."""

    def found(known):
        return {name: entry["found"] for name, entry in known.items()}

    return of_record(notebook, NUMBERS, found) or {}


def keep_network(name, model):
    """Keep a trained model's weights with the recording, if there is one, in sixteen bits.

    Args:
        name: of the file, a short one.
        model: built `keras.Model`.

    Raises:
        ValueError: a weight does not fit into sixteen bits.
    """
    if (folder := being_made()) is None:
        return
    from course_utils.training.state import to_numpy

    weights = {f"{i:04d}": to_numpy(variable) for i, variable in enumerate(_floats(model))}
    if any(np.abs(weight).max(initial=0) > _LARGEST for weight in weights.values()):
        raise ValueError(f"weights of {name!r} are beyond 65,504: they do not fit in sixteen bits.")
    halved = {key: weight.astype(np.float16) for key, weight in weights.items()}
    storage.save_arrays(folder / f"{name}.npz", halved)


def network(notebook, name, model):
    """Give a freshly built model the weights of the recorded run.

    Args:
        notebook: name of the notebook that recorded it.
        name: as in `keep_network`.
        model: built like the one that was kept, on any backend.

    Returns:
        The model; None, with a note, where there is no such network or it is of another build.
    """
    path, variables = folder_of(notebook) / f"{name}.npz", _floats(model)
    try:
        weights, _ = storage.load_arrays(path)
        values = [weights[key] for key in sorted(weights)]
        if [value.shape for value in values] != [tuple(v.shape) for v in variables]:
            raise ValueError("it was built otherwise")
    except (OSError, ValueError) as reason:
        why = "it is not there" if isinstance(reason, FileNotFoundError) else reason
        note(f"the recorded network {notebook}/{name} cannot be used: {why}. Train your own.")
        return None
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value.astype(np.float32))
    return model


def keep_arrays(name, arrays):
    """Keep arrays, such as a film of a training, with the recording, if there is one.

    Args:
        name: of the file, a short one.
        arrays: dict of name to array, in as few bits as will do.
    """
    if (folder := being_made()) is not None:
        storage.save_arrays(folder / f"{name}.npz", arrays)


def arrays(notebook, name):
    """Arrays that the recorded run kept, by name; None, with a note, where there are none."""
    try:
        return storage.load_arrays(folder_of(notebook) / f"{name}.npz")[0]
    except (OSError, ValueError) as reason:
        why = "it is not there" if isinstance(reason, FileNotFoundError) else reason
        note(f"the recorded {notebook}/{name} cannot be used: {why}.")
        return None


def keep_picture(name, image, alt):
    """Keep a key picture, bytes of a PNG, and what it shows in words, if a recording is made.

    Raises:
        ValueError: it takes more than `LARGEST_PICTURE` bytes.
    """
    if (folder := being_made()) is None:
        return
    if len(image) > LARGEST_PICTURE:
        raise ValueError(
            f"the picture {name!r} takes {len(image):,} bytes, at most {LARGEST_PICTURE:,} are "
            f"kept. Draw fewer images, or smaller ones."
        )
    with storage.atomic_write(folder / f"{name}.png") as temporary:
        temporary.write_bytes(image)
    write(folder / PICTURES, {**read(folder / PICTURES, {}), name: alt})


def picture(notebook, name):
    """A recorded key picture, (bytes of a PNG, what it shows in words); None if there is none."""

    def found(texts):
        return (folder_of(notebook) / f"{name}.png").read_bytes(), texts[name]

    there = (folder_of(notebook) / f"{name}.png").is_file()
    return of_record(notebook, PICTURES, found) if there else None


def answer(notebook, words):
    """Show what the recorded run says, folded under its question.

    Args:
        notebook: name of the notebook.
        words: function of the recorded `numbers` that returns a sentence or two.
    """
    from IPython.display import display

    found = numbers(notebook)
    try:
        said = words(found) if found else "No run of this notebook is recorded yet."
    except (KeyError, TypeError, ValueError) as error:
        said = f"The recorded run does not say: {type(error).__name__}: {error}."
    title = "What the recorded run says"
    folded = f"<details><summary>{title}</summary>{html.escape(said)}</details>"
    display({"text/html": folded, "text/plain": f"{title}: {said}"}, raw=True)


def _plain(found):
    """NumPy's numbers and arrays as those of Python, which JSON can hold."""
    if isinstance(found, dict):
        return {str(name): _plain(value) for name, value in found.items()}
    if isinstance(found, list | tuple | range):
        return [_plain(value) for value in found]
    return found.tolist() if isinstance(found, np.ndarray | np.generic) else found


def _floats(model):
    """Variables of a model, as it is stored, but for the states of random generators."""
    from course_utils.training.state import model_variables

    return [variable for variable in model_variables(model) if "float" in str(variable.dtype)]
