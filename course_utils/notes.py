"""One plain line in the notebook where something is not as it was asked for."""


def note(text):
    """Print `text` as a note.

    Not `warnings.warn`: in a notebook that would show a path of this machine and a line of
    this package, neither of which tells a student anything.
    """
    print(f"Note: {text}", flush=True)
