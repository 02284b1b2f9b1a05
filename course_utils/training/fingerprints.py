"""What code and values are, as text that is the same in every process and changes with every cause.

Functions are told by their code and by all values that it uses: globals, closures, defaults, the
functions that it calls in turn. So is the package's own code that took part. Libraries count by
name and version; lines, addresses and the order of sets do not.
"""

import collections.abc
import dis
import functools
import hashlib
import itertools
import random
import types

import keras
import numpy as np

from course_utils.training import own_code, rows
from course_utils.training.settings import settings_of

_MOST_PARTS = 100_000
_PLAIN = (type(None), type(...), bool, int, float, complex, str, bytes, np.dtype, np.generic, range)
_DRAWERS = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random)
_KERAS_PARTS = (
    keras.layers.Layer, keras.losses.Loss, keras.metrics.Metric, keras.optimizers.Optimizer,
    keras.initializers.Initializer, keras.regularizers.Regularizer, keras.constraints.Constraint,
    keras.optimizers.schedules.LearningRateSchedule,
)  # fmt: skip


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
        return _Describer(part_of).hash_of(value)
    except RecursionError:
        raise NotIdentifiable("values nested too deeply to be compared") from None


def code_of(part):
    """Hash of the classes and functions of a model and its layers, or of an optimizer.

    Raises:
        NotIdentifiable: as `fingerprint`.
    """
    describer = _Describer(part)
    return describer.hash_of([describer.keras_code(p) for p in _parts(part)])


def config_of(part):
    """Hash of the settings of a model or an optimizer, names left out.

    A student's class often has no usable `get_config`: then its plain attributes count, beside the
    code and the attributes that `code_of` sees.

    Raises:
        NotIdentifiable: as `fingerprint`.
    """
    return fingerprint([settings_of(p) for p in _parts(part)], part)


class _Describer:
    """One walk through a value and what it uses; hashes are kept, so that nothing is done twice."""

    def __init__(self, part_of=None):
        self.known, self.kept_alive, self.path, self.parts = {}, [], [], 0
        self.inside = set()
        if part_of is not None:
            self._enter(part_of)

    def _enter(self, part):
        self.inside |= {id(p) for p in (*_parts(part), *getattr(part, "variables", []))}

    def hash_of(self, value):
        self.parts += 1
        if self.parts > _MOST_PARTS:
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
            self.known[id(value)] = _hash(type(value).__name__, *self._describe(value))
            self.path.pop()
        return self.known[id(value)]

    def hashes(self, values):
        return [self.hash_of(value) for value in values]

    def _describe(self, value):
        """Texts that tell `value`."""
        for kinds, describe in _KINDS:
            if isinstance(value, kinds) and not (
                kinds in _CONTAINERS and own_code.is_own_class(value)
            ):
                return describe(self, value)
        if hasattr(value, "shape") and hasattr(value, "dtype"):
            return [rows.hash_of(value)]
        if hasattr(value, "__wrapped__"):  # tf.function, jax.jit, functools.cache
            return [self.hash_of(value.__wrapped__)]
        return self._object(value)

    def _sequence(self, values):
        return self.hashes(values)

    def _set(self, values):
        return sorted(self.hashes(values))

    def _mapping(self, mapping):
        return self.hashes(itertools.chain.from_iterable(mapping.items()))

    def _attributes(self, mapping):
        return [part for name in sorted(mapping) for part in (name, self.hash_of(mapping[name]))]

    def _module(self, module):
        # What is used of a module of one's own is described where it is used.
        return [
            module.__name__,
            "" if own_code.is_own(module.__name__) else own_code.version(module.__name__),
        ]

    def _method(self, method):
        return self.hashes([method.__self__, method.__func__])

    def _builtin(self, function):
        owner = function.__self__
        if owner is None or isinstance(owner, types.ModuleType):
            return [str(function.__module__), function.__qualname__]
        return [function.__name__, self.hash_of(owner)]

    def _descriptor(self, descriptor):
        return [self.hash_of(descriptor.__func__)]

    def _property(self, value):
        return self.hashes([value.fget, value.fset])

    def _cached_property(self, value):
        return [self.hash_of(value.func)]

    def _class(self, cls):
        if not own_code.is_own(cls.__module__):
            return [cls.__module__, cls.__qualname__, own_code.version(cls.__module__)]
        kept = {
            name: value
            for name, value in vars(cls).items()
            # What Python notes down about a class: its name, lines, annotations, slots.
            if name != "_abc_impl" and (own_code.is_code(value) or not own_code.is_dunder(name))
            and not isinstance(value, types.MemberDescriptorType | types.GetSetDescriptorType)
        }  # fmt: skip
        return [*self.hashes(cls.__bases__), *self._attributes(kept)]

    def _function(self, function):
        module = function.__globals__.get("__name__", "")
        cells = [own_code.content(cell) for cell in function.__closure__ or ()]
        if not own_code.is_own(module):
            own = [
                value for value in cells if own_code.is_own_value(value)
            ]  # a library's decorator
            return [module, function.__qualname__, own_code.version(module), *self.hashes(own)]
        codes = list(own_code.codes(function.__code__))
        parts = [text for code in codes for text in self._code(code)]
        attributes = {k: v for k, v in vars(function).items() if k != "__wrapped__"}
        parts += self.hashes([function.__defaults__, function.__kwdefaults__, attributes])
        names = dict(zip(function.__code__.co_freevars, cells, strict=True))
        for name in sorted(own_code.global_names(codes)):
            if name in function.__globals__:
                names[name] = function.__globals__[name]
        accessed = {name for code in codes for name in code.co_names}
        return parts + [self._used(name, value, accessed) for name, value in names.items()]

    def _used(self, name, value, accessed):
        try:
            return _hash(self.hash_of(value), *self._used_of_module(value, accessed, set()))
        except NotIdentifiable as reason:
            raise NotIdentifiable(_naming(name, reason)) from None

    def _used_of_module(self, module, accessed, seen):
        """What code that names `accessed` can use of a module of one's own."""
        if not isinstance(module, types.ModuleType) or not own_code.is_own(module.__name__):
            return
        seen.add(id(module))
        for name in sorted(accessed & vars(module).keys()):
            value = vars(module)[name]
            yield f"{name} {self.hash_of(value)}"
            if id(value) not in seen:
                yield from self._used_of_module(value, accessed, seen)

    def _code(self, code):
        yield f"{code.co_argcount} {code.co_kwonlyargcount} {code.co_flags & 0x0F}"
        instructions = [step for step in dis.get_instructions(code) if step.opname != "RESUME"]
        for step, following in itertools.zip_longest(instructions, instructions[1:]):
            if (
                following
                and following.opname == "STORE_NAME"
                and own_code.is_dunder(following.argval)
            ):
                continue  # the head of a class within a function: its name and line
            if step.opcode in dis.hasconst:
                is_code = isinstance(step.argval, types.CodeType)
                yield "code" if is_code else self.hash_of(step.argval)
            else:
                named = step.opcode in dis.hasname
                yield f"{step.opname} {step.argval if named else step.arg}"

    def _keras(self, part):
        """A part of Keras by its class, settings, functions and weights."""
        self._enter(part)
        # What a metric has counted so far is no part of what it is.
        variables = [] if isinstance(part, keras.metrics.Metric) else getattr(part, "variables", [])
        settings = [settings_of(p) for p in _parts(part)]
        weights = [v.numpy() for v in variables]
        return self.hashes([settings, [self.keras_code(p) for p in _parts(part)], weights])

    def keras_code(self, part):
        """Own code of a part of Keras: its class, and the attributes that such code uses."""
        own = [cls for cls in type(part).__mro__ if own_code.is_own(cls.__module__)]
        functions = [
            f for cls in own for value in vars(cls).values() for f in own_code.functions(value)
        ]
        used = {
            name for f in functions for code in own_code.codes(f.__code__) for name in code.co_names
        }
        parts = [self.hash_of(type(part))]
        for name, value in sorted(vars(part).items()):
            if name in ("name", "loss"):  # one counts layers, the other is told as the loss
                continue
            wanted = name in used and not isinstance(value, _TOLD_ELSEWHERE)
            if wanted or (
                own_code.is_own_value(value) and not isinstance(value, keras.layers.Layer)
            ):
                try:
                    parts += [name, self.hash_of(value)]
                except NotIdentifiable as reason:
                    raise NotIdentifiable(_naming(f"self.{name}", reason)) from None
        return parts

    def _drawer(self, generator):
        if id(getattr(generator, "state", None)) in self.inside:
            return ["a generator of the model"]
        raise NotIdentifiable(
            "a random generator of its own, whose draws could not be repeated; draw from the "
            "generator that fit passes, or in a layer from a keras.random.SeedGenerator it holds"
        )

    def _iterator(self, iterator):
        raise NotIdentifiable(f"a {type(iterator).__name__}, which is used up as it is read")

    def _object(self, value):
        """An object by its class and by what pickling would keep of it."""
        try:
            reduced = value.__reduce_ex__(2)
        except Exception as error:
            kind = type(value).__name__
            raise NotIdentifiable(f"a {kind}, whose content cannot be compared") from error
        if isinstance(reduced, str):
            return [reduced, self.hash_of(type(value))]
        rest = [list(part) if isinstance(part, collections.abc.Iterator) else part
                for part in reduced[:5]]  # fmt: skip
        return self.hashes([type(value), *rest])


_CONTAINERS = ((list, tuple), (set, frozenset), (dict, types.MappingProxyType))
_KINDS = (
    *zip(_CONTAINERS, (_Describer._sequence, _Describer._set, _Describer._mapping), strict=True),
    ((types.FunctionType,), _Describer._function),
    ((type,), _Describer._class),
    ((types.ModuleType,), _Describer._module),
    ((types.MethodType,), _Describer._method),
    ((types.BuiltinFunctionType,), _Describer._builtin),
    ((staticmethod, classmethod), _Describer._descriptor),
    ((property,), _Describer._property),
    ((functools.cached_property,), _Describer._cached_property),
    (_KERAS_PARTS, _Describer._keras),
    ((*_DRAWERS, keras.random.SeedGenerator), _Describer._drawer),
    ((collections.abc.Iterator,), _Describer._iterator),
)
_TOLD_ELSEWHERE = (
    keras.Layer, keras.Variable, keras.optimizers.Optimizer, keras.callbacks.Callback,
    keras.random.SeedGenerator,
)  # fmt: skip


def _hash(*texts):
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _naming(name, reason):
    return str(reason) if str(reason).startswith("`") else f"`{name}` is {reason}"


def _parts(part):
    return part._flatten_layers() if isinstance(part, keras.Layer) else [part]
