"""A key picture of one's own run, and below it the same picture of the recorded run."""

import base64
import contextlib
import html

from IPython.display import display
from IPython.utils.capture import capture_output

from course_utils.plotting.look import display_png


@contextlib.contextmanager
def beside_the_record(notebook, name):
    """Show the figure that the block draws, and below it that of the recorded run, if it differs.

    In a recording, the figure is kept under this name instead.

    Args:
        notebook: name of the notebook, such as `01_autoencoders`.
        name: of the picture, a short one, unique in the notebook.

    Raises:
        ValueError: the block drew no figure or several, or, in a recording, one that is too large.
    """
    # It brings SciPy along, which most pictures do without.
    from course_utils.evaluation import record_files, recorded

    with capture_output() as captured:
        yield
    captured.show()
    drawn = [o for o in captured.outputs if "image/png" in o.data]
    if len(drawn) != 1:
        raise ValueError(f"a key picture is one figure, found {len(drawn)} in the block {name!r}.")
    if record_files.being_made() is not None:
        data = drawn[0].data
        recorded.keep_picture(name, base64.b64decode(data["image/png"]), data["text/plain"])
    elif (found := recorded.picture(notebook, name)) is not None:
        same = found[0] == base64.b64decode(drawn[0].data["image/png"])
        made = recorded.made(notebook)
        text = f"The recorded run{f' ({made})' if made else ''}"
        text += " drew the same picture." if same else ":"
        display({"text/html": f"<p>{html.escape(text)}</p>", "text/plain": text}, raw=True)
        if not same:
            display_png(*found)
