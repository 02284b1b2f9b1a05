"""Formulas as MathML, which browsers draw by themselves, set as TeX would."""

import unicodedata
import xml.etree.ElementTree as ElementTree

import latex2mathml.converter

from course_tools.series import CourseError

_MATHML = "http://www.w3.org/1998/Math/MathML"
_ALPHABETS = ("bold", "double-struck", "script")
_SIGNS = {"~": "∼", "‖": "‖"}  # which `convert` takes for letters
_BARS = {"‖", "|"}
_NAMES = {"log", "exp", "sin", "cos", "tan", "tanh", "det", "arg", "dim"}
_LIMITS = {"min", "max", "sup", "inf", "lim"}
_OPERANDS = {"mi", "mn", "mfrac", "msub", "msup", "msubsup"}

ElementTree.register_namespace("", _MATHML)


def mathml(formula, display):
    """A formula of LaTeX as MathML.

    Args:
        formula: without its dollar signs.
        display: `block` or `inline`.

    Raises:
        CourseError: it is not whole.
    """
    formula = " ".join(formula.split())
    try:
        html = latex2mathml.converter.convert(formula, display=display)
    except Exception as error:  # its errors have no class in common
        raise CourseError(
            f"the formula ${formula}$ cannot be drawn ({type(error).__name__}): look for a brace, "
            "an \\end or an exponent that is missing"
        ) from error
    found = ElementTree.fromstring(html)
    for part in found.iter():
        if _kind(part) in ("mi", "mn"):
            _set_letter(part)
        elif part.text in _BARS:
            part.set("stretchy", "false")  # with an exponent, the second of a pair would not
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
    if part.get("mathvariant") in _ALPHABETS and len(part.text) == 1:
        part.text = _in_alphabet(part.attrib.pop("mathvariant"), part.text)


def _in_alphabet(alphabet, sign):
    """A letter or a digit in this alphabet; as it is, where Unicode has none."""
    kind = "DIGIT" if sign.isdigit() else "CAPITAL" if sign.isupper() else "SMALL"
    name = unicodedata.name(sign).rpartition(" ")[2] if sign.isdigit() else sign.upper()
    for prefix in ("MATHEMATICAL ", ""):  # ℝ and ℒ were there before the others
        try:
            return unicodedata.lookup(f"{prefix}{alphabet.upper()} {kind} {name}")
        except KeyError:
            continue
    return sign


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
