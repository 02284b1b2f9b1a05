"""What a recorded run keeps beside the results of claims: numbers, networks, pictures, answers."""

import json
import math

import keras
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure

from course_utils import plotting, storage
from course_utils.architectures import dense_decoder, dense_vae_encoder
from course_utils.evaluation import recorded
from course_utils.models import VAE


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the recorded run of the notebook `05_x` is kept, in a checkout of its own."""
    (tmp_path / "pyproject.toml").touch()
    made = tmp_path / "notebooks" / "recorded" / "05_x"
    made.mkdir(parents=True)
    monkeypatch.setattr(storage, "CHECKOUT", tmp_path)
    return made


@pytest.fixture
def recording(folder, monkeypatch):
    """A recording is being made: what it keeps is read as the record of `05_x` afterwards."""
    monkeypatch.setenv("COURSE_RECORD", str(folder))
    return lambda: monkeypatch.delenv("COURSE_RECORD")


def vae(latent=2, seed=0):
    keras.utils.set_random_seed(seed)
    shape = (4, 4, 1)
    return VAE(dense_vae_encoder(shape, latent, (8,)), dense_decoder(shape, latent, (8,)))


def test_numbers_are_kept_in_a_recording_alone(folder, capsys):
    assert recorded.kept("a", lambda: np.float32(0.5)) == 0.5
    assert list(folder.iterdir()) == []
    assert recorded.numbers("05_x") == {}


def test_numbers_come_back_as_plain_ones(recording):
    found = {"losses": np.float32([0.5, 0.25]), 8: [np.int64(3), (1, 2)], "name": "dense"}
    plain = {"losses": [0.5, 0.25], "8": [3, [1, 2]], "name": "dense"}
    assert recorded.kept("a", lambda: found) == plain
    recording()
    assert recorded.numbers("05_x") == {"a": plain}


def test_the_best_candidate_is_measured_in_a_recording_and_looked_up_elsewhere(recording, capsys):
    def score(rate, shift):
        print("measuring")
        return (rate - shift) ** 2

    def chosen(candidates=(0.1, 0.2, 0.4)):
        best = recorded.best("05_x", "rate", candidates, score, 0.25, otherwise=0.1)
        return best, capsys.readouterr().out.count("measuring")

    assert chosen() == (0.2, 3)
    assert chosen() == (0.2, 0), "the scores are kept"
    recording()
    assert chosen() == (0.2, 0)
    assert chosen((0.4, 0.8)) == (0.1, 0), "the recorded run knows nothing of 0.8"


def test_a_candidate_whose_training_diverged_is_never_the_best(recording):
    scores = {1.0: math.nan, 0.1: 5.0, 0.2: math.nan}
    assert recorded.best("05_x", "rate", list(scores), scores.get, otherwise=1.0) == 0.1
    recording()
    assert recorded.best("05_x", "rate", list(scores), scores.get, otherwise=1.0) == 0.1


def test_numbers_are_made_once_unless_what_made_them_has_changed(recording, capsys):
    def measured(seed, scale=1.0):
        print("measuring")
        return seed * scale * factor

    def times(*arguments):
        return recorded.kept("a", measured, *arguments), capsys.readouterr().out.count("measuring")

    factor = 2.0
    assert times(3) == (6.0, 1)
    assert times(3) == (6.0, 0)
    assert times(4) == (8.0, 1)
    factor = 3.0
    assert times(4) == (12.0, 1)
    assert times(4) == (12.0, 0)


def test_numbers_name_their_own_seconds_without_those_that_they_rest_on(
    recording, folder, monkeypatch
):
    clock = iter(range(0, 1_000, 10))
    monkeypatch.setattr(recorded.time, "perf_counter", lambda: next(clock))
    recorded.kept("whole", lambda: recorded.kept("part", lambda: 1))
    kept = json.loads((folder / "numbers.json").read_text())
    # The clock moves by ten each time that it is read: twice for a number, and twice around it.
    assert kept["part"]["seconds"] == 10
    assert kept["whole"]["seconds"] == 50 - 30


def test_what_cannot_be_told_apart_is_made_each_time(recording, capsys):
    generator = np.random.default_rng(0)
    drawn = [recorded.kept("a", lambda: generator.random()) for _ in range(2)]
    assert drawn[0] != drawn[1]
    assert "'a' is not kept with the recording: " in capsys.readouterr().out


def test_a_network_comes_back_in_sixteen_bits(recording):
    model = vae(seed=1)
    recorded.keep_network("vae", model)
    recording()
    again = recorded.network("05_x", "vae", vae(seed=2))
    images = np.random.default_rng(0).random((5, 4, 4, 1)).astype("float32")
    np.testing.assert_allclose(again.encode(images), model.encode(images), atol=5e-3)
    np.testing.assert_allclose(again.sample(5, seed=0), model.sample(5, seed=0), atol=5e-3)


def damaged(path):
    path.write_bytes(path.read_bytes()[:-40])


def other_content(path):
    arrays, _ = storage.load_arrays(path)
    np.savez(path, sha256="0" * 64, **arrays)


@pytest.mark.parametrize(
    ("change", "latent", "why"),
    [
        (lambda path: path.unlink(), 2, "it is not there"),
        (damaged, 2, "was damaged"),
        (other_content, 2, "does not match its checksum"),
        (lambda path: None, 3, "it was built otherwise"),
    ],
)
def test_a_network_that_cannot_be_used_is_a_note(recording, folder, change, latent, why, capsys):
    recorded.keep_network("vae", vae())
    recording()
    change(folder / "vae.npz")
    model = vae(latent, seed=3)
    before = model.get_weights()
    assert recorded.network("05_x", "vae", model) is None
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    told = capsys.readouterr().out
    assert why in told
    assert "Train your own." in told


def test_weights_beyond_sixteen_bits_are_refused(recording):
    model = vae()
    model.trainable_variables[0].assign(model.trainable_variables[0] + 7e4)
    with pytest.raises(ValueError, match="65,504"):
        recorded.keep_network("vae", model)


def test_an_answer_is_computed_from_the_record(recording, capsys):
    recorded.kept("size 8", lambda: {"active": 7.6})
    recording()
    recorded.answer("05_x", lambda found: f"{found['size 8']['active']:.0f} of 8 are <active>.")
    shown = capsys.readouterr().out
    assert "What the recorded run says: 8 of 8 are <active>." in shown
    assert "8 of 8 are &lt;active&gt;." in shown
    recorded.answer("05_x", lambda found: found["size 64"])
    assert "does not say: KeyError: 'size 64'" in capsys.readouterr().out
    recorded.answer("06_y", lambda found: found["size 64"])
    assert "No run of this notebook is recorded yet." in capsys.readouterr().out


@pytest.fixture
def shell():
    """A shell that figures are shown in, gone again after the test."""
    made = InteractiveShell.instance()
    yield made
    made.restore_sys_module_state()
    InteractiveShell.clear_instance()


def draw(title="Which is larger?"):
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, 1])
    plotting.show(figure, "A line that rises from left to right.", title)


def test_a_key_picture_is_shown_below_ones_own(shell, recording, folder, capsys):
    with plotting.beside_the_record("05_x", "line"):
        draw()
    assert (folder / "line.png").stat().st_size < 150_000
    recording()
    capsys.readouterr()
    with plotting.beside_the_record("05_x", "line"):
        draw(title="Which is smaller?")
    shown = capsys.readouterr().out
    assert shown.count("A line that rises") == 2
    assert "The recorded run:" in shown
    with plotting.beside_the_record("05_x", "line"):
        draw()
    shown = capsys.readouterr().out
    assert shown.count("A line that rises") == 1
    assert "The recorded run drew the same picture." in shown
    (folder / "pictures.json").write_text("{")
    with plotting.beside_the_record("05_x", "line"):
        draw()
    shown = capsys.readouterr().out
    assert shown.count("A line that rises") == 1
    assert "cannot be read (JSONDecodeError" in shown
    (folder / "line.png").unlink()
    with plotting.beside_the_record("05_x", "line"):
        draw()
    assert capsys.readouterr().out.count("A line that rises") == 1


def test_a_key_picture_is_one_and_small(shell, recording, monkeypatch):
    none = plotting.beside_the_record("05_x", "none")
    with pytest.raises(ValueError, match="one figure, found 0 in the block 'none'"), none:
        pass
    monkeypatch.setattr("course_utils.evaluation.recorded.LARGEST_PICTURE", 100)
    large = plotting.beside_the_record("05_x", "large")
    with pytest.raises(ValueError, match=r"takes .* bytes, at most 100 are kept"), large:
        draw()


def test_a_record_that_cannot_be_written_stays_as_it_was(recording, folder, monkeypatch):
    recorded.kept("a", lambda: 1.0)
    before = (folder / "numbers.json").read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dumps", full)
    with pytest.raises(OSError, match="No space"):
        recorded.kept("b", lambda: 2.0)
    assert (folder / "numbers.json").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["numbers.json"]


def test_arrays_come_back_and_damaged_ones_are_told(folder, recording, capsys):
    recorded.keep_arrays("film", {"a": np.arange(3), "b": np.float16([0.5])})
    recording()
    found = recorded.arrays("05_x", "film")
    np.testing.assert_array_equal(found["a"], [0, 1, 2])
    assert recorded.arrays("05_x", "other") is None
    assert "it is not there" in capsys.readouterr().out
    (folder / "film.npz").write_bytes(b"damaged")
    assert recorded.arrays("05_x", "film") is None
