"""Films of explorers: what a recording keeps of them along a slider."""

import io

import ipywidgets
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from course_utils import widgets
from course_utils.evaluation import films, recorded

pytestmark = pytest.mark.usefixtures("shown")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of a recording that is made."""
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path))
    return tmp_path


def draw(x, other=0):
    figure = Figure(figsize=(1, 1))
    figure.text(0.5, 0.5, f"{x} {other}")
    return figure, f"The numbers {x} and {other}."


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture)).convert("L"), float)


def test_a_recording_keeps_what_an_explorer_shows_along_its_first_slider(folder):
    slider = ipywidgets.IntSlider(2, 0, 40, description="x")
    made = widgets.Explorer({"x": slider, "other": ipywidgets.IntSlider(7, 0, 9)}, draw)
    (film,) = films.of_record(folder).values()
    assert film.control == "x"
    assert len(film.frames) == len(film.values) == len(film.texts) == films.COUNTS[0]
    assert (film.values[0], film.values[film.first], film.values[-1]) == ("0", "2", "40")
    assert film.texts[film.first] == "The numbers 2 and 7."
    assert slider.value == 2, "the explorer itself is not moved"
    assert np.abs(pixels(film.frames[film.first]) - pixels(made.frame())).mean() < 5


@pytest.mark.parametrize(
    ("control", "values", "first"),
    [
        (ipywidgets.FloatSlider(0.5, min=-1, max=1, step=0.5), ["−1", "−0.5", "0", "0.5", "1"], 3),
        (ipywidgets.SelectionSlider(options=[("a", 1), ("b", 2)], value=2), ["a", "b"], 1),
        (ipywidgets.SelectionSlider(options=[1, 5]), ["1", "5"], 0),
    ],
    ids=["numbers", "named", "options"],
)
def test_settings_of_every_kind_of_slider_are_told(folder, control, values, first):
    widgets.Explorer({"x": control}, draw)
    film = films.of_record(folder)["film-1"]
    assert (film.values, film.first) == (values, first)


def test_explorers_are_numbered_and_name_their_slider(folder):
    controls = {"x": ipywidgets.IntSlider(0, 0, 2), "other": ipywidgets.IntSlider(1, 0, 3)}
    widgets.Explorer(controls, draw)
    widgets.Explorer(controls, draw, film="other")
    first, second = films.of_record(folder).values()
    assert (len(first.frames), len(second.frames)) == (3, 4)
    assert second.texts[-1] == "The numbers 0 and 3."


def test_without_a_recording_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_RECORD", raising=False)
    monkeypatch.chdir(tmp_path)
    widgets.Explorer({"x": ipywidgets.IntSlider(0, 0, 2)}, draw)
    assert list(tmp_path.iterdir()) == []
    assert films.of_record(tmp_path) == {}


def test_frames_are_left_out_until_they_fit_and_the_first_one_stays(folder, monkeypatch):
    monkeypatch.setattr(recorded, "LARGEST_PICTURE", 12 * len(noise(0)))
    settings = [(value, str(value)) for value in range(30)]
    assert films.keep("x", settings, 4, lambda value: (noise(value, "PNG"), "Noise.")) == 11
    film = films.of_record(folder)["film-1"]
    assert film.values[film.first] == "4"
    assert (film.values[0], film.values[-1]) == ("0", "29")


def test_a_film_that_is_too_large_is_refused_and_nothing_is_kept(folder, monkeypatch):
    monkeypatch.setattr(recorded, "LARGEST_PICTURE", 10)
    with pytest.raises(ValueError, match=r"film-1 takes .* Draw a smaller picture"):
        films.keep("x", [(0, "0"), (1, "1")], 0, lambda value: (noise(value, "PNG"), "Noise."))
    assert list(folder.iterdir()) == []


def noise(seed, form="WEBP"):
    into = io.BytesIO()
    grey = np.random.default_rng(seed).integers(0, 255, (32, 32), np.uint8)
    Image.fromarray(grey).convert("RGB").save(into, form, quality=60, method=6)
    return into.getvalue()
