import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_utils import data, environment, storage
from course_utils.data import assembly, files


@pytest.fixture
def no_real_data(monkeypatch):
    def fail(real_set, strict):
        raise data.DataUnavailableError(f"{real_set.title} was not found")

    monkeypatch.setattr(files, "find", fail)


def test_names_are_those_of_the_design():
    assert data.names() == (
        "mnist", "fashion_mnist", "celeba", "digits", "garments", "faces", "toys",
    )  # fmt: skip


def hash_of(images):
    """Of all that a notebook gets of a set."""
    arrays = {name: getattr(images, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    return storage.content_hash(arrays | getattr(images, "factors_train", {}))[:16]


# Records and stored outputs do not ask which modules loaded their data, because these are known.
# Whoever changes one on purpose makes anew what rests on it. (The real sets: `test_data_files`.)
LOADED = {
    ("digits", None): "73faedc4231252d3",
    ("garments", 20): "77c2e387f4e79732",
    ("faces", None): "bf52a855fb61b9df",
    ("faces", 32): "e7c570f428d536b4",
}


KNOWN_TOYS = {"ring": "dcbfc6272710bc4d", "moons": "5d9d5f181b553e82"}


@pytest.mark.parametrize(("name", "image_size"), LOADED)
def test_what_is_loaded_of_a_drawn_set_is_known(name, image_size):
    images = data.load(name, train_size=30, test_size=10, image_size=image_size)
    assert hash_of(images) == LOADED[name, image_size]


@pytest.mark.parametrize(("kind", "known"), KNOWN_TOYS.items())
def test_what_is_loaded_of_a_toy_is_known(kind, known):
    assert hash_of(data.load("toys", train_size=30, test_size=10, kind=kind)) == known


def test_unknown_data_set_gives_the_list_of_names():
    with pytest.raises(
        ValueError, match=r"'cifar'.*mnist, fashion_mnist, celeba, digits, garments, faces"
    ):
        data.load("cifar")


@pytest.mark.parametrize("value", [0, -1, 60_001, 2.5, "10", True])
def test_wrong_train_size_is_refused(value):
    with pytest.raises(ValueError, match=r"train_size .* from 1 to 60000, found"):
        data.load("digits", train_size=value)


@pytest.mark.parametrize("value", [0, 10_001])
def test_wrong_test_size_is_refused(value):
    with pytest.raises(ValueError, match=r"test_size .* from 1 to 10000, found"):
        data.load("garments", test_size=value)


@pytest.mark.parametrize("value", [0, -28, 257, 28.0, "28", False])
def test_wrong_image_size_is_refused(value):
    with pytest.raises(ValueError, match=r"image_size .* from 1 to 256, found"):
        data.load("digits", image_size=value)


@pytest.mark.parametrize("value", [-1, 2**32, 0.5, None])
def test_wrong_seed_is_refused(value):
    with pytest.raises(ValueError, match="seed must be a whole number from 0 to 4294967295"):
        data.load("digits", seed=value)


def test_wrong_sizes_are_noticed_before_anything_is_downloaded(monkeypatch):
    monkeypatch.setattr(files, "find", lambda *_: pytest.fail("searched"))
    with pytest.raises(ValueError, match="train_size"):
        data.load("mnist", train_size=0)


def test_kind_belongs_to_toys_and_has_a_list():
    with pytest.raises(ValueError, match="ring, grid, moons, mixture_1d"):
        data.load("toys", kind="spiral")
    with pytest.raises(ValueError, match="kind is for 'toys' only"):
        data.load("digits", kind="ring")
    with pytest.raises(ValueError, match="leave image_size out"):
        data.load("toys", image_size=8)


def test_toys_come_by_kind():
    points = data.load("toys", 40, test_size=10, kind="grid", seed=3)
    assert (points.name, points.source) == ("grid", "builtin")
    assert points.x_train.shape == (40, 2)
    assert points.centres.shape == (25, 2)
    assert data.load("toys").name == "ring"


def test_unknown_mode_gives_the_list_of_modes(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "fake")
    with pytest.raises(ValueError, match=r"COURSE_DATA is 'fake'.*auto, real, builtin"):
        data.load("mnist")


@pytest.mark.parametrize(("asked", "given"), [("mnist", "digits"), ("fashion_mnist", "garments")])
def test_auto_falls_back_with_a_note(no_real_data, capsys, asked, given):
    images = data.load(asked, 20, test_size=10)
    assert (images.name, images.source) == (given, "builtin")
    note = capsys.readouterr().out
    assert note.count("\n") == 1
    assert note.startswith("Note: ")
    assert given in note
    assert "COURSE_DATA_DIR" in note


def test_real_never_falls_back(no_real_data, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "real")
    with pytest.raises(data.DataUnavailableError):
        data.load("mnist", 20)


def test_builtin_does_not_search_and_says_so(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", "builtin")
    monkeypatch.setattr(files, "find", lambda *_: pytest.fail("searched"))
    assert data.load("mnist", 20, test_size=10).name == "digits"
    assert "COURSE_DATA is 'builtin'" in capsys.readouterr().out


def test_built_in_names_are_given_without_a_note(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", "real")
    data.load("digits", 20, test_size=10)
    assert capsys.readouterr().out == ""


def test_environment_remembers_what_was_loaded(no_real_data):
    data.load("mnist", 20, test_size=10)
    assert environment._session.data_sources["digits"] == "builtin"
    assert environment._session.data_sources["mnist"] == "stand-in"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(train_size=st.integers(1, 2000), test_size=st.integers(1, 2000), size=st.integers(1, 48))
def test_any_size_gives_what_was_asked_for(train_size, test_size, size):
    images = data.load("digits", train_size, size, test_size=test_size)
    assert images.x_train.shape == (train_size, size, size, 1)
    assert images.x_test.shape == (test_size, size, size, 1)
    assert len(images.y_train) == len(images.factors_train["source"]) == train_size
    assert images.x_train.min() >= 0
    assert images.x_train.max() <= 1


@pytest.mark.parametrize("size", [1, 20, 32, 256])
@pytest.mark.parametrize("channels", [1, 3])
def test_resizing_keeps_a_flat_picture_flat(size, channels):
    flat = np.full((2, 28, 28, channels), 77, np.uint8)
    np.testing.assert_array_equal(assembly.resized(flat, size), 77)


def test_shrinking_averages_instead_of_skipping():
    board = np.indices((28, 28)).sum(axis=0)[None, :, :, None] % 2 * 255
    small = assembly.resized(board.astype(np.uint8), 14)
    assert abs(small.mean() - 127.5) < 3
    assert small[0, 3:-3, 3:-3].std() < 3


def test_resized_faces_keep_their_colours():
    large, small = (data.load("faces", 10, size, test_size=1).x_train for size in (None, 32))
    assert small.shape == (10, 32, 32, 3)
    np.testing.assert_allclose(large.mean(axis=(1, 2)), small.mean(axis=(1, 2)), atol=0.005)


def test_byte_values_become_exact_fractions_of_255():
    every = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    result = assembly.to_float([every], 1, None)
    assert result.dtype == np.float32
    assert result.max() == 1
    np.testing.assert_array_equal(np.round(result * 255), every)


def test_import_is_quick_and_brings_no_heavy_package():
    code = (
        "import time; import numpy; start = time.process_time()\n"
        "import course_utils.data, sys\n"
        "print(time.process_time() - start)\n"
        "print([n for n in ('tensorflow', 'keras', 'scipy', 'sklearn', 'requests', 'PIL')"
        " if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, heavy = run.stdout.splitlines()
    assert float(seconds) < 0.2
    assert heavy == "[]"
