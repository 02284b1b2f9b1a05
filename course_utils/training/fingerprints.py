"""What code and values are, as text that is the same in every process and changes with every cause.

Functions are told by their code and by all values that it uses: globals, closures, defaults, the
functions that it calls in turn. So is the package's own code that took part. Libraries count by
name and version; lines, addresses and the order of sets do not.
"""

import collections.abc
import dis
import hashlib
import itertools
import random
import types
import weakref
from functools import cached_property

import keras
import numpy as np

from course_utils.training import own_code, rows

_MOST_PARTS = 100_000
_PLAIN = (type(None), type(...), bool, int, float, complex, str, bytes, np.dtype, np.generic, range)
_DRAWERS = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random)


class NotIdentifiable(Exception):
    """A value cannot be told apart from another one; the message says which and why."""


def fingerprint(value, part_of=None):
    """Hash of a value and of everything that it uses.

    Args:
        value: numbers, text, arrays, containers, functions, classes, objects, parts of Keras.
        part_of: model whose layers and variables are not looked into where they turn up.

    Raises:
        NotIdentifiable: it holds something that may change unseen, such as an open file.
    """
    try:
        return _Walk(part_of).hash_of(value)
    except RecursionError:
        raise NotIdentifiable("values nested too deeply to be compared") from None


def code_of(part):
    """`fingerprint` of the classes and functions of a model and its layers alone."""
    walk = _Walk(part)
    return walk.hash_of([walk.code_of_part(p) for p in _parts(part)])


def settings_of(part):
    """Settings of a model and its layers, or of another part of Keras, without their names."""
    return [_settings(p) for p in _parts(part)]


class _Walk:
    """One walk through a value and what it uses; hashes are kept, so that nothing is done twice."""

    def __init__(self, part_of=None):
        self.known, self.kept_alive, self.path, self.count = {}, [], [], 0
        self.inside = set()
        if part_of is not None:
            self.enter(part_of)

    def enter(self, part):
        """Look no longer into what belongs to a part of Keras."""
        self.inside |= {id(p) for p in (*_parts(part), *getattr(part, "variables", []))}

    def hash_of(self, value):
        self.count += 1
        if self.count > _MOST_PARTS:
            raise NotIdentifiable("too many single values to compare; hold them in a NumPy array")
        if isinstance(value, _PLAIN):
            return _hash(type(value).__name__, repr(value))
        if id(value) in self.inside:
            return "a part of the model"
        if id(value) in self.path:
            return f"again, {len(self.path) - self.path.index(id(value))} above"
        if id(value) not in self.known:
            self.path.append(id(value))
            self.kept_alive.append(value)  # so that no other object takes its id
            uses = [self.hash_of(part) for part in self.uses(value)]
            self.known[id(value)] = _hash(type(value).__name__, *uses)
            self.path.pop()
        return self.known[id(value)]

    def named(self, name, value):
        """`hash_of`, whose error says what the value is called."""
        try:
            return self.hash_of(value)
        except NotIdentifiable as reason:
            inner = str(reason)
            raise NotIdentifiable(inner if inner[0] == "`" else f"`{name}` is {inner}") from None

    def uses(self, value):
        """The values that tell `value`."""
        own_class = own_code.is_own_value(type(value))
        match value:
            case list() | tuple() if not own_class:
                return value
            case set() | frozenset() if not own_class:
                return sorted(map(self.hash_of, value))
            case dict() | types.MappingProxyType() if not own_class:
                return itertools.chain.from_iterable(value.items())
            case weakref.WeakKeyDictionary() | weakref.WeakValueDictionary():
                return []  # a memo, of what can be made again
            case np.ndarray() if value.dtype.hasobject:
                return [value.shape, value.tolist()]
            case types.FunctionType():
                return self.function(value)
            case type():
                return self.class_(value)
            case types.ModuleType():
                # What is used of a module of one's own is told where it is used.
                name = value.__name__
                return [name, "" if own_code.is_own(name) else own_code.version(name)]
            case types.BuiltinFunctionType():
                return [value.__qualname__, value.__self__]  # of an object, or its module
            case (
                types.MethodType() | staticmethod() | classmethod() | property() | cached_property()
            ):
                return [getattr(value, name, None) for name in ("__self__", *own_code.CODE_IN)]
            case collections.abc.Iterator():
                raise NotIdentifiable(f"a {type(value).__name__}, which is used up as it is read")
            case _ if isinstance(value, (*_DRAWERS, keras.random.SeedGenerator)):
                return self.drawer(value)
            case object(get_config=_):
                return self.keras_part(value)
            case object(shape=_, dtype=_):
                return [rows.hash_of(value)]
            case object(__wrapped__=wrapped):  # tf.function, jax.jit, functools.cache
                return [wrapped]
            case object(__qualname__=name, __module__=str(module)) if not own_code.is_own(module):
                return [module, name, own_code.version(module)]  # a function compiled by Cython
            case _:
                return self.object_(value)

    def function(self, function):
        module, code = function.__globals__.get("__name__", ""), function.__code__
        cells = map(own_code.content, function.__closure__ or ())
        held = dict(zip(code.co_freevars, cells, strict=True))
        if not own_code.is_own(module):
            decorated = [v for v in held.values() if own_code.is_own_value(v)]
            return [module, function.__qualname__, own_code.version(module), *decorated]
        codes = list(own_code.codes(code))
        loaded = {
            step.argval
            for code in codes
            for step in dis.get_instructions(code)
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
        }
        for name in sorted(loaded & function.__globals__.keys()):
            held[name] = function.__globals__[name]
        accessed = {name for code in codes for name in code.co_names}
        held = own_code.with_parts_of_modules(held, accessed)
        attributes = {k: v for k, v in vars(function).items() if k != "__wrapped__"}
        settings = [function.__defaults__, function.__kwdefaults__, attributes]
        values = [self.named(name, value) for name, value in held.items()]
        return [*map(self.code, codes), *settings, *held, *values]

    def code(self, code):
        """The steps of compiled code, free of lines, texts of documentation and local names."""
        texts = [f"{code.co_argcount} {code.co_kwonlyargcount} {code.co_flags & 0x0F}"]
        steps = list(dis.get_instructions(code))
        for step, following in zip(steps, steps[1:] + steps[:1], strict=True):
            if following.opname == "STORE_NAME" and following.argval.startswith("__"):
                continue  # the head of a class within a function: its name and line
            if step.opcode not in dis.hasconst:
                named = step.opcode in dis.hasname
                texts.append(f"{step.opname} {step.argval if named else step.arg}")
            elif not isinstance(step.argval, types.CodeType):  # which is told by itself
                texts.append(self.hash_of(step.argval))
        return " ".join(texts)

    def class_(self, cls):
        if not own_code.is_own(cls.__module__):
            return [cls.__module__, cls.__qualname__, own_code.version(cls.__module__)]
        code = types.FunctionType | staticmethod | classmethod | property
        kept = {
            name: value
            for name, value in sorted(vars(cls).items())
            # What Python notes down about a class does not count: name, lines, annotations.
            if (isinstance(value, code) or not name.startswith("__")) and name != "_abc_impl"
        }
        return [*cls.__bases__, kept]

    def keras_part(self, part):
        """A part of Keras by its settings, code and weights."""
        self.enter(part)
        code = [self.code_of_part(p) for p in _parts(part)]
        # What a metric has counted, or an optimizer averaged so far, is no part of what it is.
        variables = part.variables if isinstance(part, keras.Layer) else []
        return [settings_of(part), code, [v.numpy() for v in variables]]

    def code_of_part(self, part):
        """The class of a part of Keras, and hashes of the attributes that one's own code uses."""
        own = [cls for cls in type(part).__mro__ if own_code.is_own(cls.__module__)]
        entries = [value for cls in own for value in vars(cls).values()]
        used = {
            name for value in entries for code in own_code.codes(value) for name in code.co_names
        }
        return type(part), {
            name: self.named(f"self.{name}", value)
            for name, value in sorted(vars(part).items())
            if (name in used or own_code.is_own_value(value))
            # One counts layers, the others are told by themselves.
            and name not in ("name", "loss")
            and not isinstance(value, keras.optimizers.Optimizer | keras.callbacks.Callback)
        }

    def drawer(self, generator):
        if id(getattr(generator, "state", None)) in self.inside:
            return ["a generator of the model"]
        raise NotIdentifiable(
            "a random generator of its own, whose draws could not be repeated; draw from the "
            "generator that fit passes, or in a layer from a keras.random.SeedGenerator it holds"
        )

    def object_(self, value):
        """An object by its class and by what pickling would keep of it."""
        try:
            reduced = value.__reduce_ex__(2)
        except Exception as error:
            kind = type(value).__name__
            raise NotIdentifiable(f"a {kind}, whose content cannot be compared") from error
        if isinstance(reduced, str):
            return [type(value), reduced]
        iterator = collections.abc.Iterator
        return [type(value), *(list(p) if isinstance(p, iterator) else p for p in reduced[:5])]


def _parts(part):
    return part._flatten_layers() if isinstance(part, keras.Layer) else [part]


def _settings(part):
    """Keras's config, names replaced; of a class without a usable one, its plain attributes."""
    try:
        config = part.get_config()
    except Exception:  # whatever a student's get_config raises; Keras's own says NotImplemented
        config = {n: v for n, v in vars(part).items() if isinstance(v, _PLAIN) and n[0] != "_"}
        config["trainable"] = getattr(part, "trainable", None)
    return _nameless(config, {})


def _nameless(config, names):
    """A config whose names, which count the layers of a process, are numbered as they come."""
    if isinstance(config, dict):
        function = config.get("class_name") in ("function", "__lambda__")
        if function and not str(config.get("module")).startswith("keras"):
            return "a function"  # told by its code, as an attribute of the layer
        # A functional model's layers refer to each other by name, always to one before.
        if isinstance(config.get("name"), str):
            names.setdefault(config["name"], f"part {len(names)}")
        skipped = ("name", "build_config", "compile_config")
        return {k: _nameless(v, names) for k, v in config.items() if k not in skipped}
    if isinstance(config, list | tuple):
        return [_nameless(part, names) for part in config]
    return names.get(config, config) if isinstance(config, str) else config


def _hash(*texts):
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
