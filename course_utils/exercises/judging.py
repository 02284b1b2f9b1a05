"""How a fact about an answer is stated, and what is said where it does not hold."""

import copy
import dataclasses
import reprlib
import traceback

import numpy as np

# What a task's answer is called that is a value and no function.
_VALUE = "your answer"


class Wrong(Exception):
    """What is wrong with an answer, in words for the student."""


@dataclasses.dataclass(frozen=True)
class Exercise:
    """One task, and how its answer is judged.

    Attributes:
        number: notebook and place in it, such as `"06.1"`.
        task: what is to be done, in a clause that follows "not done yet: ".
        hint: what is said from the second failure on.
        judge: function of an `Ask`; raises `Wrong` at the first fact that does not hold.
    """

    number: str
    task: str
    hint: str
    judge: object


def exercise(number, task, hint):
    """Decorate a function that judges an answer: it becomes an `Exercise`."""
    return lambda judge: Exercise(number, task, hint, judge)


class Ask:
    """Calls a student's answer; each call gives what was `Found`.

    Attributes:
        answer: the function, class or value itself.
    """

    def __init__(self, answer):
        self.answer = answer
        self._name = getattr(answer, "__name__", "your answer")

    def __call__(self, *arguments, **named):
        """`answer(*arguments, **named)`.

        Raises:
            Wrong: it cannot be called, raises an error, or changes what it was given.
        """
        if not callable(self.answer):
            raise Wrong(f"expected a function, found {_short(self.answer)}.")
        text = f"`{self._name}({_as_written(arguments, named)})`"
        given = copy.deepcopy((arguments, named))
        try:
            value = self.answer(*given[0], **given[1])
        except Exception as error:
            said = f"{type(error).__name__}: {error}".rstrip(".: ")
            raise Wrong(f"{text} raises {said}{_where(error)}.") from error
        if not _same(given, (arguments, named)):
            raise Wrong(f"{text} changes what it is given. Work on a copy: `x = x.copy()`.")
        if value is None or value is Ellipsis:
            raise Wrong(f"{text} gives {value}: is a `return` missing?")
        return Found(value, text)

    def value(self):
        """The answer itself as what was `Found`, of a task that asks for a value."""
        if callable(self.answer):
            raise Wrong(f"expected a value, found the function `{self._name}`.")
        return Found(self.answer, _VALUE)


@dataclasses.dataclass(frozen=True, eq=False)
class Found:
    """What an answer gave, and the call that gave it, in words."""

    value: object
    call: str

    def numbers(self, shape=()):
        """The value as an array of floats of this shape.

        Raises:
            Wrong: it is none, has another shape, or holds numbers that are not finite.
        """
        try:
            array = np.asarray(self.value, dtype=float)
        except (TypeError, ValueError):
            kind = "a number" if shape == () else f"an array {shape}"
            raise Wrong(f"{self.call} gives {_short(self.value)}, expected {kind}.") from None
        if array.shape != tuple(shape):
            raise Wrong(f"{self.call} has shape {array.shape}, expected {tuple(shape)}.")
        if np.isnan(array).any():
            raise Wrong(f"{self.call} gives NaN, which comes of 0/0, log of a negative, or ∞ − ∞.")
        return array

    def equals(self, right, mistakes=None, tolerance=1e-6):
        """Compare with the right numbers.

        Args:
            right: number or array.
            mistakes: pairs of what a mistake gives here (number or array) and what to say of it.
            tolerance: largest absolute difference, and relative to the right number.

        Raises:
            Wrong: the numbers differ; with the diagnosis of the mistake that gives just these.
        """
        right = np.asarray(right, dtype=float)
        if np.shape(self.value) == right.shape and self._is(right, tolerance):
            return
        for wrong, diagnosis in mistakes or ():
            if np.shape(wrong) == np.shape(self.value) and self._is(wrong, tolerance):
                raise Wrong(f"{self._told(right)} {diagnosis}")
        self.numbers(right.shape)
        raise Wrong(self._told(right))

    def parts(self, count, what):
        """The parts of a tuple as `count` Founds; `what` they are is said where there are others.

        Raises:
            Wrong: the value is no tuple or list of this length.
        """
        if not isinstance(self.value, (tuple, list)) or len(self.value) != count:
            raise Wrong(f"{self.call} gives {_short(self.value)}, expected {what}.")
        return [Found(value, self.call) for value in self.value]

    def fails(self, diagnosis):
        """Raise `Wrong` with this diagnosis and what was found."""
        raise Wrong(f"{self.call} gives {_short(self.value)}. {diagnosis}")

    def _is(self, numbers, tolerance):
        try:
            return np.allclose(np.asarray(self.value, float), numbers, tolerance, tolerance)
        except (TypeError, ValueError):
            return False

    def _told(self, right):
        found = np.asarray(self.value, dtype=float)
        if found.shape != right.shape:
            return f"{self.call} has shape {found.shape}, expected {right.shape}."
        if right.ndim == 0:
            given = "is" if self.call == _VALUE else "gives"
            return f"{self.call} {given} {_number(found)}, expected {_number(right)}."
        place = np.unravel_index(np.nanargmax(abs(found - right)), right.shape)
        where = ", ".join(map(str, place))
        return (
            f"{self.call} differs, most at [{where}]: {_number(found[place])}, expected "
            f"{_number(right[place])}."
        )


def _number(value):
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.6g}"


def _short(value):
    return f"{reprlib.repr(value)} ({type(value).__name__})"


def _as_written(arguments, named):
    written = [_argument(value) for value in arguments]
    return ", ".join(written + [f"{name}={_argument(value)}" for name, value in named.items()])


def _argument(value):
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"array {value.shape}"
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})"
    if isinstance(value, (bool, int, float, str, tuple, list, type(None), np.generic)):
        return reprlib.repr(value.item() if isinstance(value, np.generic) else value)
    return getattr(value, "__name__", type(value).__name__)


def _same(one, other):
    """Whether arrays in nested arguments are equal; what cannot be compared counts as the same."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return True


def _where(error):
    """In which line of the student's code an error arose, as far as that is known."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    own = [frame for frame in frames if "ipykernel" in frame.filename or "<" in frame.filename]
    return f" (line {own[-1].lineno} of its cell)" if own else ""
