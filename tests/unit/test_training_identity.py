"""What tells a stored run from another: every cause, and nothing else."""

import json
import os
import subprocess
import sys
import types
from pathlib import Path

import keras
import numpy as np
import pytest

from course_utils.storage import CHECKOUT
from course_utils.training import fingerprints, fit
from course_utils.training.identity import identity_of

X = np.random.default_rng(0).random((40, 6), dtype="float32")

# As cells of a notebook: each defines `transform`. The second text takes the place of the first.
KINDS = {
    "constant": ("def transform(x, rng):\n    return x + 0", "+ 0", "+ 5"),
    "global": ("NOISE = 0\ndef transform(x, rng):\n    return x + NOISE", "= 0", "= 5"),
    "global in a nested function": (
        "N = 0\ndef transform(x, rng):\n    return [(lambda r: r + N)(r) for r in x]", "= 0", "= 5",
    ),
    "array": (
        "import numpy as np\nA = np.zeros(3)\ndef transform(x, rng):\n    return x + A.sum()",
        "zeros", "ones",
    ),
    "array of objects": (
        "import numpy as np\nA = np.array(['a', None])\ndef transform(x, rng):\n    return A",
        "'a'", "'b'",
    ),
    "container": ("C = {'a': [1, (2, 3)]}\ndef transform(x, rng):\n    return C", "3)", "4)"),
    "set": ("C = {'a', 'b', 'c', 'd'}\ndef transform(x, rng):\n    return C", "'d'", "'e'"),
    "set in the code": ("def transform(x, rng):\n    return x in {'a', 'b', 'c'}", "'c'", "'d'"),
    "function called": (
        "def h(x):\n    return x\ndef g(x):\n    return h(x)\n"
        "def transform(x, rng):\n    return g(x)",
        "return x\n", "return 2 * x\n",
    ),
    "functions that call each other": (
        "def f(x):\n    return g(x)\ndef g(x):\n    return f(x) + 1\ntransform = f", "+ 1", "+ 2",
    ),
    "closure": (
        "def make(a):\n    def transform(x, rng):\n        return x + a\n    return transform\n"
        "transform = make(1)", "make(1)", "make(2)",
    ),
    "closure over itself": (
        "def make(a):\n    def t(x, rng):\n        return t(x + a, rng)\n    return t\n"
        "transform = make([1])", "[1]", "[2]",
    ),
    "default": ("def transform(x, rng, a=1):\n    return x", "a=1", "a=2"),
    "keyword default": ("def transform(x, rng, *, a=1):\n    return x", "a=1", "a=2"),
    "partial": (
        "import functools\ndef f(x, rng, a):\n    return x\n"
        "transform = functools.partial(f, a=1)", "a=1", "a=2",
    ),
    "attribute of an object": (
        "class T:\n    def __init__(self, a):\n        self.a = a\n"
        "    def __call__(self, x, rng):\n        return x\ntransform = T(1)", "T(1)", "T(2)",
    ),
    "slot": (
        "class T:\n    __slots__ = ('a',)\n    def __init__(self, a):\n        self.a = a\n"
        "transform = T(1)", "T(1)", "T(2)",
    ),
    "dataclass": (
        "import dataclasses\n@dataclasses.dataclass\nclass T:\n    a: int\n"
        "    def __call__(self, x, rng):\n        return x\ntransform = T(1)", "T(1)", "T(2)",
    ),
    "class of an object": (
        "class T:\n    def __call__(self, x, rng):\n        return x + 1\ntransform = T()",
        "+ 1", "+ 2",
    ),
    "base class": (
        "class B:\n    @property\n    def a(self):\n        return 1\nclass T(B):\n"
        "    def __call__(self, x, rng):\n        return x\ntransform = T()",
        "return 1", "return 2",
    ),
    "class attribute": (
        "class T:\n    a = 1\n    def __call__(self, x, rng):\n        return x\ntransform = T()",
        "a = 1", "a = 2",
    ),
    "bound method": (
        "class T:\n    a = 1\n    def f(self, x, rng):\n        return x\ntransform = T().f",
        "a = 1", "a = 2",
    ),
    "static method": (
        "class T:\n    @staticmethod\n    def f(x, rng):\n        return x + 1\ntransform = T.f",
        "+ 1", "+ 2",
    ),
    "attribute of a function": (
        "def transform(x, rng):\n    return x + transform.a\ntransform.a = 1", "a = 1", "a = 2",
    ),
    "decorated": (
        "import functools\n@functools.cache\ndef f(a):\n    return a + 1\n"
        "def transform(x, rng):\n    return f(1)", "+ 1", "+ 2",
    ),
    "lambda in a list": (
        "F = [lambda x: x + 1]\ndef transform(x, rng):\n    return F[0](x)", "+ 1", "+ 2",
    ),
    "object of a library": (
        "import fractions\nF = fractions.Fraction(1, 3)\ndef transform(x, rng):\n    return x * F",
        "3)", "4)",
    ),
    "layer of a library": (
        "import keras\nL = keras.layers.Rescaling(2)\ndef transform(x, rng):\n    return L(x)",
        "(2)", "(3)",
    ),
    "imported name": (
        "from math import sin as f\ndef transform(x, rng):\n    return f(x)", "sin", "cos",
    ),
    "function within a library": (
        "import numpy as np\ndef transform(x, rng):\n    return np.sin(x)", "sin", "cos",
    ),
    "function that Cython compiled": (
        "from sklearn.metrics.cluster import expected_mutual_information as f\n"
        "def transform(x, rng):\n    return f(x)",
        "sklearn.metrics.cluster import expected_mutual_information", "math import sin",
    ),
    "module of one's own": (
        "import sys, types\nm = types.ModuleType('mine')\nm.a, m.b = 1, 2\n"
        "def transform(x, rng):\n    return x + m.a", "m.b = 1", "m.b = 3",
    ),
    "enumeration": (
        "import enum\nclass E(enum.Enum):\n    a = 1\nM = E.a\n"
        "def transform(x, rng):\n    return M",
        "a = 1", "a = 2",
    ),
    "the package's own": (
        "from course_utils.models.vae import gaussian_kl, log_density_ratio\n"
        "def transform(x, rng):\n    return gaussian_kl(x, x)",
        "return gaussian_kl", "return log_density_ratio",
    ),
}  # fmt: skip


def defined(source):
    """What `transform` is after a cell was run."""
    cell = types.ModuleType("__main__").__dict__
    exec(compile(source, "<cell>", "exec"), cell)
    return cell["transform"]


@pytest.mark.parametrize(("source", "part", "other"), KINDS.values(), ids=KINDS)
def test_every_value_that_a_function_uses_tells_it(source, part, other):
    assert part in source
    before, again, after = map(defined, (source, source, source.replace(part, other)))
    assert fingerprints.fingerprint(before) == fingerprints.fingerprint(again)
    assert fingerprints.fingerprint(before) != fingerprints.fingerprint(after)


IN_ANOTHER_PROCESS = """
import json, sys
from test_training_identity import KINDS, defined, fingerprints
print(json.dumps([fingerprints.fingerprint(defined("# moved\\n\\n" + source))
                  for source, *_ in KINDS.values()]))
"""


def test_another_process_finds_the_same_in_other_lines():
    path = os.pathsep.join([str(CHECKOUT), str(Path(__file__).parent)])
    done = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "7"},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    found = dict(zip(KINDS, json.loads(done.stdout.splitlines()[-1]), strict=True))
    here = {name: fingerprints.fingerprint(defined(KINDS[name][0])) for name in KINDS}
    assert found == here


def test_comments_docstrings_and_annotations_do_not_count():
    plain = "class T:\n    def f(self, x):\n        return x\ntransform = T().f"
    told = (
        'class T:\n    """A class."""\n    def f(self, x: int) -> int:\n'
        '        """Doc."""\n        # Why.\n        return x\ntransform = T().f'
    )
    assert fingerprints.fingerprint(defined(plain)) == fingerprints.fingerprint(defined(told))


KEEPS = "import course_utils.{0} as part\ndef transform(x, rng):\n    return part.{1}(x)"


@pytest.mark.parametrize(
    ("module", "function", "counts"),
    [
        ("evaluation.recorded", "_plain", False),
        ("evaluation.stamps", "module_hash", False),
        ("storage", "atomic_write", False),
        ("evaluation.claims", "_share", True),
        ("code_paths", "straight", True),
    ],
)
def test_code_that_only_keeps_numbers_does_not_tell_them_apart(
    module, function, counts, monkeypatch
):
    cell, changed = {}, {"__name__": f"course_utils.{module}"}
    exec(KEEPS.format(module, function), cell)
    exec("def changed(x):\n    return 'otherwise'", changed)
    before = fingerprints.fingerprint(cell["transform"])
    monkeypatch.setattr(cell["part"], function, changed["changed"])
    assert (fingerprints.fingerprint(cell["transform"]) != before) is counts


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("F = (i for i in range(3))", "`F` is a generator"),
        ("F = iter([1])", "`F` is a list_iterator"),
        ("F = open('/dev/null')", "`F` is a TextIOWrapper"),
        ("import threading\nF = threading.Lock()", "`F` is a lock"),
        ("import numpy as np\nF = np.random.default_rng(0)", "`F` is a random generator of its"),
        ("F = []\nfor _ in range(10000):\n    F = [F]", "nested too deeply"),
        ("F = list(range(200000))", "hold them in a NumPy array"),
    ],
)  # fmt: skip
def test_what_may_change_unseen_is_not_identified(source, why):
    with pytest.raises(fingerprints.NotIdentifiable, match=why):
        fingerprints.fingerprint(defined(f"{source}\ndef transform(x, rng):\n    return F"))


def network(source, **options):
    """A compiled model from a cell that defines `make`."""
    cell = types.ModuleType("__main__").__dict__
    exec(compile("import keras\n" + source, "<cell>", "exec"), cell)
    keras.utils.set_random_seed(0)
    model = cell["make"]()
    model.compile(**{"optimizer": "adam", "loss": "mse"} | cell.get("options", {}))
    model(keras.Input((6,)))
    return model


def changed_parts(first, second):
    one, two = (identity_of(model, X, X, None, 8, 0) for model in (first, second))
    return [name for name in one if one[name] != two[name]]


BARE = """
class Mine(keras.Model):
    def __init__(self, network, power):
        super().__init__()
        self.network, self.drop, self._power = network, keras.layers.Dropout(0.5), power
    def call(self, x, training=False):
        return self.drop(self.network(x), training=training) ** self._power
def make():
    return Mine(keras.layers.Dense(6), 1)
"""
LOSS = """
SCALE = 1
def distance(y, p):
    return keras.ops.mean(keras.ops.abs(y - p) * SCALE, axis=-1)
class Distance(keras.losses.Loss):
    def __init__(self, a):
        super().__init__()
        self.a = a
    def call(self, y, p):
        return keras.ops.mean(keras.ops.abs(y - p) ** self.a, axis=-1)
class Rate(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, a):
        self.a = a
    def __call__(self, step):
        return self.a
class Count(keras.metrics.Mean):
    def update_state(self, y, p, sample_weight=None):
        return super().update_state(y * 1)
def make():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(6)])
"""
LAYERS = """
def soft(x):
    return x * 1
class Start(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return keras.ops.ones(shape, dtype) * 1
def make():
    return keras.Sequential([keras.Input((6,)),
        keras.layers.Dense(6, activation=soft, kernel_initializer=Start()),
        keras.layers.Lambda(lambda x: x * 3), keras.layers.Dropout(0.2)])
"""
CAUSES = {
    "argument that no config has": (BARE, "6), 1)", "6), 2)", ["code of the model"]),
    "setting of a layer in it": (BARE, "(0.5)", "(0.4)", ["network", "code of the model"]),
    "its own code": (BARE, "** self", "* self", ["code of the model"]),
    "loss function": (LOSS + "options = {'loss': distance}", "y - p) * S", "y + p) * S", ["loss"]),
    "global of the loss": (LOSS + "options = {'loss': distance}", "LE = 1", "LE = 2", ["loss"]),
    "argument of a loss": (LOSS + "options = {'loss': Distance(1)}", "ce(1)", "ce(2)", ["loss"]),
    "metric": (LOSS + "options = {'metrics': [Count()]}", "y * 1", "y * 2", ["loss"]),
    "schedule without config": (
        LOSS + "options = {'optimizer': keras.optimizers.Adam(Rate(0.1))}", "(0.1)", "(0.2)",
        ["optimizer"],
    ),
    "planned length": (
        LOSS + "options = {'optimizer': keras.optimizers.Adam("
        "keras.optimizers.schedules.CosineDecay(0.1, 100))}", "100", "200", ["optimizer"],
    ),
    "activation": (LAYERS, "x * 1", "x * 2", ["code of the model"]),
    "initializer": (LAYERS, "dtype) * 1", "dtype) * 1.0", ["code of the model"]),
    "lambda layer": (LAYERS, "x * 3", "x * 4", ["code of the model"]),
}  # fmt: skip


@pytest.mark.parametrize(("source", "part", "other", "changed"), CAUSES.values(), ids=CAUSES)
def test_every_part_of_a_model_tells_it(source, part, other, changed):
    assert part in source
    first = network(source)
    assert changed_parts(first, network("\n# moved\n" + source)) == []
    assert changed_parts(first, network(source.replace(part, other))) == changed


def test_a_model_of_ones_own_is_kept_loaded_and_noticed(started):
    settings = {"epochs": 2, "batch_size": 8, "run": "mine", "report": "none"}
    expected = fit(network(BARE), X, **settings).history
    again = fit(network(BARE), X, **settings)
    assert (again.source, again.history) == ("loaded", expected)
    with pytest.warns(UserWarning, match="different code of the model"):
        assert fit(network(BARE.replace("6), 1)", "6), 2)")), X, **settings).source == "trained"


def test_a_changed_global_of_the_transform_is_trained_again(started):
    source = KINDS["global"][0]
    settings = {"epochs": 1, "run": "noise", "report": "none"}
    fit(network(LOSS), X, transform=defined(source), **settings)
    assert fit(network(LOSS), X, transform=defined(source), **settings).source == "loaded"
    with pytest.warns(UserWarning, match="different transform of the data"):
        fit(network(LOSS), X, transform=defined(source.replace("= 0", "= 5")), **settings)


def test_what_cannot_be_identified_is_trained_but_not_kept(started, capsys):
    stream = iter(range(100))

    def transform(x, rng):
        return x + next(stream)

    for _ in range(2):
        result = fit(network(LOSS), X, transform=transform, epochs=1, run="t/a", report="none")
        assert result.source == "trained"
    said = capsys.readouterr().out
    assert "run 't/a' is trained but not kept: in the transform of the data, `stream` is" in said
    assert "numbers, text or arrays" in said
