"""Formulas as MathML, which browsers draw by themselves, set as TeX would."""

import xml.etree.ElementTree as ElementTree

import latex2mathml.converter

_MATHML = "http://www.w3.org/1998/Math/MathML"
# Where an alphabet's capital letters begin, and those that Unicode had elsewhere before.
_ALPHABETS = {
    "double-struck": (0x1D538, dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))),
    "script": (0x1D49C, dict(zip("BEFHILMR", "ℬℰℱℋℐℒℳℛ", strict=True))),
}
_SIGNS = {"~": "∼", "‖": "‖"}  # which `convert` takes for letters
_NAMES = {"log", "exp", "sin", "cos", "tan", "tanh", "det", "arg", "dim"}
_LIMITS = {"min", "max", "sup", "inf", "lim"}
_OPERANDS = {"mi", "mn", "mfrac", "msub", "msup", "msubsup"}

ElementTree.register_namespace("", _MATHML)


def mathml(formula, display):
    """A formula of LaTeX as MathML.

    Args:
        formula: without its dollar signs.
        display: `block` or `inline`.
    """
    html = latex2mathml.converter.convert(" ".join(formula.split()), display=display)
    found = ElementTree.fromstring(html)
    for part in found.iter():
        if _kind(part) == "mi":
            _set_letter(part)
        elif display == "block" and _kind(part) == "msub" and part[0].text in _LIMITS:
            part.tag = f"{{{_MATHML}}}munder"  # below the name, not behind it
    for row in list(found.iter(f"{{{_MATHML}}}mrow")):
        row[:] = list(_spaced(row))
    return ElementTree.tostring(found, encoding="unicode")


def _kind(part):
    return part.tag.rpartition("}")[2]


def _set_letter(part):
    """Give a letter the sign of its alphabet: browsers know no variant but `normal`."""
    if part.text in _SIGNS:
        part.tag, part.text = f"{{{_MATHML}}}mo", _SIGNS[part.text]
        part.set("stretchy", "false")
    first, elsewhere = _ALPHABETS.get(part.get("mathvariant"), (0, {}))
    if first and "A" <= part.text <= "Z":
        part.text = elsewhere.get(part.text, chr(first + ord(part.text) - ord("A")))
        del part.attrib["mathvariant"]


def _spaced(row):
    """The parts of a row, with thin spaces round names of functions, but for brackets and signs."""
    before = None
    for part in row:
        beside = before is not None and {_kind(before), _kind(part)} <= _OPERANDS
        if beside and (_is_name(before) or _is_name(part)):
            yield ElementTree.Element(f"{{{_MATHML}}}mspace", width="0.17em")
        yield part
        before = part


def _is_name(part):
    """Whether it is the name of a function, with or without an index."""
    base = part[0] if len(part) and _kind(part) in ("msub", "msup", "msubsup") else part
    return _kind(base) == "mi" and base.text in _NAMES
