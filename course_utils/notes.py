"""One plain line in the notebook where something is not as it was asked for."""

import codecs
import sys
import unicodedata

# Name of the handler of encoding errors that spells out what cannot be encoded.
SPELT = "course_utils.spelt"
# Where a terminal or a file knows no more than ASCII, or than a Windows code page.
_SPELT = {
    "·": "-", "•": "-", "–": "-", "—": "-", "−": "-", "×": "x", "±": "+-", "≥": ">=", "≤": "<=",
    "≈": "~", "√": "sqrt", "…": "...", "→": "->", "✓": "ok", "✗": "failed", "²": "^2", "³": "^3",
    "‘": "'", "’": "'", "“": '"', "”": '"',
}  # fmt: skip


def note(text):
    """Print `text` as a note.

    Not `warnings.warn`: in a notebook that would show a path of this machine and a line of
    this package, neither of which tells a student anything.
    """
    print_anywhere()
    print(f"Note: {text}", flush=True)


def print_anywhere():
    """From now on, let what standard output and error cannot encode be spelt out, not raise."""
    for stream in (sys.stdout, sys.stderr):
        # Not in a notebook, whose output is UTF-8.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=SPELT)


def _spell(error):
    """Handle an encoding error: `β` becomes `beta`, `é` becomes `e`, what has no name `?`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_spelt, error.object[error.start : error.end])), error.end


def _spelt(character):
    if character in _SPELT:
        return _SPELT[character]
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    name = unicodedata.name(character, "")
    return plain or (name.split()[-1].lower() if name.startswith("GREEK") else "?")


codecs.register_error(SPELT, _spell)
