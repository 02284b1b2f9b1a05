"""Which code is the reader's or the package's own, and what a function refers to."""

import dis
import functools
import sys
import sysconfig
import types
from pathlib import Path

# The machine, its folders and what is shown shape no weights; what they choose is named elsewhere.
_SHAPES_NOTHING = {"environment", "notes", "plotting", "profiles", "storage", "widgets"}


@functools.cache
def is_own(module):
    """Whether a module is the reader's or the package's own, so that its code is looked into."""
    root, _, rest = module.partition(".")
    if root == "course_utils":
        return rest.partition(".")[0] not in _SHAPES_NOTHING
    if root == "__main__" or root not in sys.modules:
        return True
    file = getattr(sys.modules[root], "__file__", None)
    if file is None:
        return False
    installed = {"site-packages", "dist-packages"} & set(Path(file).parts)
    return not installed and not file.startswith(sysconfig.get_paths()["stdlib"])


def is_own_class(value):
    """Whether a value's class is the reader's or the package's own."""
    return is_own(type(value).__module__)


def is_own_value(value):
    """Whether a value is code of one's own, or an object of such a class."""
    if isinstance(value, types.FunctionType):
        return is_own(value.__globals__.get("__name__", ""))
    if isinstance(value, types.MethodType):
        return is_own_value(value.__func__)
    if isinstance(value, functools.partial):
        return is_own_value(value.func)
    if isinstance(value, type):
        return is_own(value.__module__)
    wrapped = getattr(value, "__wrapped__", None)
    return is_own_class(value) or (wrapped is not None and is_own_value(wrapped))


def version(module):
    """Version of the library that a module belongs to, or nothing."""
    return str(getattr(sys.modules.get(module.partition(".")[0]), "__version__", ""))


def is_dunder(name):
    """Whether Python gives a name its meaning."""
    return name.startswith("__") and name.endswith("__")


def is_code(value):
    """Whether an entry of a class is code."""
    return isinstance(value, types.FunctionType | staticmethod | classmethod | property)


def functions(value):
    """Functions within an entry of a class."""
    value = getattr(value, "__wrapped__", None) or value
    found = (value, *(getattr(value, name, None) for name in ("__func__", "fget", "fset", "func")))
    return [f for f in found if isinstance(f, types.FunctionType)]


def codes(code):
    """A function's compiled code, and that of the functions and classes within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


def global_names(codes):
    """Names that compiled code looks for outside of its function."""
    return {
        step.argval
        for code in codes
        for step in dis.get_instructions(code)
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }


def content(cell):
    """What a closure holds of a variable."""
    try:
        return cell.cell_contents
    except ValueError:
        return "empty"
