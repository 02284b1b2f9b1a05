"""Which code is the reader's or the package's own, and what it refers to."""

import functools
import sys
import types
from pathlib import Path

CODE_IN = ("__func__", "fget", "fset", "func")
# The machine, its folders, what is shown and what keeps numbers or runs shape none; what they
# choose is named elsewhere.
_SHAPES_NOTHING = (
    "environment",
    "evaluation.record_files",
    "evaluation.recorded",
    "evaluation.stamps",
    "notes",
    "plotting",
    "profiles",
    "storage",
    "training.devices",
    "training.state",
    "training.stored_runs",
    "widgets",
)


@functools.cache
def is_own(module):
    """Whether a module is the reader's or the package's own, so that its code is looked into."""
    root, _, rest = module.partition(".")
    if root == "course_utils":
        return not f"{rest}.".startswith(tuple(f"{name}." for name in _SHAPES_NOTHING))
    if root == "__main__" or root not in sys.modules:
        return True
    file = getattr(sys.modules[root], "__file__", None)
    installed = {"site-packages", "dist-packages"} & set(Path(file or "").parts)
    return bool(file) and not installed and root not in sys.stdlib_module_names


def is_own_value(value):
    """Whether a value is code of one's own, or an object of such a class."""
    value = value.func if isinstance(value, functools.partial) else value
    module = getattr(value, "__module__", None)
    return isinstance(module, str) and is_own(module)


def version(module):
    """Version of the library that a module belongs to, or nothing."""
    return str(getattr(sys.modules.get(module.partition(".")[0]), "__version__", ""))


def codes(holder):
    """Compiled code in a function or an entry of a class, and in the functions within it."""
    if isinstance(holder, types.CodeType):
        yield holder
        inner = [part for part in holder.co_consts if isinstance(part, types.CodeType)]
    else:
        inner = [getattr(holder, name, None) for name in ("__code__", "__wrapped__", *CODE_IN)]
    for part in inner:
        if part is not None:
            yield from codes(part)


def content(cell):
    """What a closure holds of a variable."""
    try:
        return cell.cell_contents
    except ValueError:
        return "empty"


def with_parts_of_modules(names, accessed):
    """`names`, and what code that names `accessed` can use of its own modules, by dotted names."""
    found, seen, waiting = {}, [], list(names.items())
    for name, value in waiting:
        found[name] = value
        if isinstance(value, types.ModuleType) and is_own(value.__name__) and value not in seen:
            seen.append(value)
            inner = sorted(accessed & vars(value).keys())
            waiting += [(f"{name}.{part}", vars(value)[part]) for part in inner]
    return found
