"""A key picture of one's own run, and below it the same picture of the recorded run."""

import base64
import contextlib
import html
import json

from IPython.display import display
from IPython.utils.capture import capture_output

from course_utils import storage
from course_utils.plotting.look import display_png

LARGEST = 150_000  # bytes of a kept picture: a clone fetches all of them
_ALT_TEXTS = "pictures.json"


@contextlib.contextmanager
def beside_the_record(notebook, name):
    """Show the figure that the block draws, and below it that of the recorded run.

    In a recording, the figure is kept under this name instead.

    Args:
        notebook: name of the notebook, such as `01_autoencoders`.
        name: of the picture, a short one, unique in the notebook.

    Raises:
        ValueError: the block drew no figure or several, or, in a recording, one that takes more
            than `LARGEST` bytes.
    """
    # It brings SciPy along, which most pictures do without.
    from course_utils.evaluation import recorded

    with capture_output() as captured:
        yield
    captured.show()
    drawn = [o for o in captured.outputs if "image/png" in o.data]
    if len(drawn) != 1:
        raise ValueError(f"a key picture is one figure, found {len(drawn)} in the block {name!r}.")
    if (folder := recorded.being_made()) is not None:
        image = base64.b64decode(drawn[0].data["image/png"])
        if len(image) > LARGEST:
            raise ValueError(
                f"the picture {name!r} takes {len(image):,} bytes, at most {LARGEST:,} are kept. "
                f"Draw fewer images, or smaller ones."
            )
        with storage.atomic_write(folder / f"{name}.png") as temporary:
            temporary.write_bytes(image)
        texts = {**recorded.read(folder / _ALT_TEXTS, {}), name: drawn[0].data["text/plain"]}
        recorded.write(folder / _ALT_TEXTS, texts)
        return
    folder = recorded.folder_of(notebook)
    with contextlib.suppress(OSError, KeyError, ValueError):
        image, alt = (folder / f"{name}.png").read_bytes(), _alt_text(folder, name)
        made = recorded.made(notebook)
        text = f"The recorded run{f' ({made})' if made else ''}:"
        display({"text/html": f"<p>{html.escape(text)}</p>", "text/plain": text}, raw=True)
        display_png(image, alt)


def _alt_text(folder, name):
    return json.loads((folder / _ALT_TEXTS).read_text(encoding="utf-8"))[name]
