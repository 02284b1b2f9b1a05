"""Films: what an explorer shows along one of its sliders, kept where a run is recorded.

A slide or a page has no kernel; with a film its slider moves all the same.
"""

import dataclasses
import io

import numpy as np
from PIL import Image

from course_utils import storage
from course_utils.evaluation import record_files, recorded

FILMS = "films.json"
COUNTS = (15, 11, 9, 7, 5)  # frames: as many as fit into the bytes of a picture
_QUALITY = 60


@dataclasses.dataclass
class Film:
    """Frames along one control.

    Attributes:
        control: its name.
        values: its settings as texts, one for each frame.
        texts: what each frame shows, in words.
        first: place of the setting that is shown first.
        frames: bytes of a WebP each.
    """

    control: str
    values: list
    texts: list
    first: int
    frames: list


def keep(control, settings, first, draw):
    """Keep a film of the next explorer with the recording that is made.

    Args:
        control: name of the control.
        settings: list of (value, the value as text), in order.
        first: the value that is shown first; it is always among the frames.
        draw: function of a value that returns (bytes of a picture, what it shows in words).

    Returns:
        Number of frames.

    Raises:
        ValueError: even the fewest frames take more bytes than a picture may.
    """
    folder = record_files.being_made()
    known = record_files.read(folder / FILMS, {})
    name, drawn = f"film-{len(known) + 1}", {}
    for count in COUNTS:
        chosen = _spread(settings, first, count)
        for value, _ in chosen:
            if value not in drawn:
                picture, text = draw(value)
                drawn[value] = _webp(picture), text
        frames = [drawn[value][0] for value, _ in chosen]
        if sum(map(len, frames)) <= recorded.LARGEST_PICTURE:
            break
    else:
        raise ValueError(
            f"{name} takes {sum(map(len, frames)):,} bytes with {count} frames, at most "
            f"{recorded.LARGEST_PICTURE:,} are kept. Draw a smaller picture."
        )
    recorded.keep_arrays(
        name, {f"{i:02d}": np.frombuffer(frame, np.uint8) for i, frame in enumerate(frames)}
    )
    words = {
        "control": control,
        "values": [text for _, text in chosen],
        "texts": [drawn[value][1] for value, _ in chosen],
        "first": [value for value, _ in chosen].index(first),
    }
    record_files.write(folder / FILMS, {**known, name: words})
    return len(frames)


def of_record(folder):
    """The films of a recorded run by name, `film-1` that of its notebook's first explorer.

    Args:
        folder: of the record.

    Raises:
        OSError, ValueError: one is damaged.
    """
    films = {}
    for name, words in record_files.read(folder / FILMS, {}).items():
        arrays, _ = storage.load_arrays(folder / f"{name}.npz")
        films[name] = Film(**words, frames=[arrays[key].tobytes() for key in sorted(arrays)])
    return films


def _spread(settings, first, count):
    """About `count` of the settings from end to end, `first` among them."""
    if len(settings) <= count:
        return settings
    (middle,) = (i for i, (value, _) in enumerate(settings) if value == first)
    places = set(np.linspace(0, len(settings) - 1, count).round().astype(int))
    nearest = min(places, key=lambda place: abs(place - middle))
    return [settings[place] for place in sorted(places - {nearest} | {middle})]


def _webp(picture):
    into = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(into, "WEBP", quality=_QUALITY, method=6)
    return into.getvalue()
