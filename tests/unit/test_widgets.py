import base64
import io
import time

import ipywidgets
import matplotlib.pyplot as plt
import nbformat.v4 as v4
import numpy as np
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient
from PIL import Image
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from course_tools import storing
from course_utils import data, widgets
from course_utils.models import em
from course_utils.widgets import mixtures, pages

VIEW = "application/vnd.jupyter.widget-view+json"
POINTS = np.random.default_rng(0).normal(size=(200, 2)) * [2, 1] + np.repeat([[0], [6]], 100, 0)
pytestmark = pytest.mark.usefixtures("shown")


def slider():
    return ipywidgets.IntSlider(1, 0, 10)


def draw(x):
    """The number as a line of that length; no line of length 3 can be drawn."""
    if x == 3:
        raise ValueError("3 is <b>forbidden</b>")
    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([0, x], [0, 0])
    return figure, f"A line of length {x}."


def picture_of(box):
    return box.children[-1].value


def message_of(box):
    return box.children[-2].value


# --- every explorer


def test_one_bundle_holds_the_widget_the_first_frame_and_its_alternative_text(shown):
    made = widgets.Explorer({"x": slider()}, draw)
    ((bundle, metadata),) = shown
    assert set(bundle) == {VIEW, "image/png", "text/plain"}
    assert bundle[VIEW]["model_id"] == made.box.model_id
    assert base64.b64decode(bundle["image/png"]) == made.frame() == picture_of(made.box)
    assert bundle["text/plain"] == metadata["image/png"]["alt"] == "A line of length 1."


def test_the_picture_and_what_is_read_aloud_follow_the_controls():
    made = widgets.Explorer({"x": slider()}, draw)
    first = picture_of(made.box)
    made.controls["x"].value = 5
    assert picture_of(made.box) == made.frame() != first
    assert "A line of length 5." in message_of(made.box)


def test_a_setting_is_drawn_once():
    drawn = []
    made = widgets.Explorer({"x": slider()}, lambda x: drawn.append(x) or draw(x))
    for value in (5, 1, 5):
        made.controls["x"].value = value
        made.frame()
    assert drawn == [1, 5]


def test_what_cannot_be_drawn_at_first_fails_the_cell(shown):
    control = slider()
    control.value = 3
    with pytest.raises(ValueError, match="forbidden"):
        widgets.Explorer({"x": control}, draw)
    assert shown == []


def test_what_cannot_be_drawn_later_is_told_until_it_can():
    made = widgets.Explorer({"x": slider()}, draw)
    first = picture_of(made.box)
    made.controls["x"].value = 3
    assert "ValueError: 3 is &lt;b&gt;forbidden&lt;/b&gt;" in message_of(made.box)
    assert "in draw" in message_of(made.box), "where it happened"
    assert picture_of(made.box) == first
    with pytest.raises(ValueError, match="forbidden"):
        made.frame()
    made.controls["x"].value = 4
    assert "forbidden" not in message_of(made.box)


def test_a_stored_notebook_keeps_the_picture_and_no_widget(monkeypatch):
    """Executed in a kernel, where a last value is displayed, and stripped as it is stored."""
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    make = "from course_utils import widgets\nimport numpy as np\n"
    make += "e = widgets.mixture_explorer(np.random.default_rng(0).normal(size=(50, 2)), [1, 2])\ne"
    again = "e.controls['components'].value = 1\ne"
    cells = [v4.new_code_cell(source) for source in (make, again)]
    nb = v4.new_notebook(cells=cells)
    NotebookClient(nb, timeout=120, kernel_name="python3").execute()
    assert [len(cell.outputs) for cell in nb.cells] == [1, 1], "shown once by each cell"
    assert VIEW in nb.cells[0].outputs[0].data
    assert "widgets" in nb.metadata

    storing.strip_noise(nb)
    assert "widgets" not in nb.metadata
    for cell, count in zip(nb.cells, ["2 Gaussians", "1 Gaussian "], strict=True):
        (output,) = cell.outputs
        assert set(output.data) == {"image/png", "text/plain"}
        assert Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).width > 300
        assert count in output.metadata["image/png"]["alt"] == output.data["text/plain"]


# --- mixtures


@pytest.mark.parametrize(
    ("control", "value"), [("components", 2), ("covariance", "diag"), ("show", "samples")]
)
def test_each_control_changes_the_picture(control, value):
    made = widgets.mixture_explorer(POINTS, range(1, 5))
    first = picture_of(made.box)
    made.controls[control].value = value
    assert picture_of(made.box) == made.frame() != first
    assert plt.get_fignums() == []


def test_the_text_tells_what_was_fitted_and_how_well(shown):
    many = np.tile(POINTS, (15, 1))
    widgets.mixture_explorer(many, [1, 3, 8], "tied", held_out=POINTS)
    alt = shown[0][0]["text/plain"]
    assert alt.startswith("2,000 of 3,000 points, 3 Gaussians (tied)")
    used = many[np.random.default_rng(0).choice(3000, 2000, replace=False)]
    fitted = GaussianMixture(3, covariance_type="tied", n_init=3, max_iter=200, random_state=0)
    fitted.fit(used)
    likelihood, held_out = fitted.score(used), fitted.score(POINTS)
    assert f"per point: {likelihood:.3f}, held out: {held_out:.3f}; ".replace("-", "−") in alt
    assert f"BIC: {fitted.bic(used):,.0f} (lower" in alt


def test_a_fit_that_did_not_converge_is_told(shown, monkeypatch):
    monkeypatch.setattr(mixtures, "_MOST_STEPS", 1)
    widgets.mixture_explorer(POINTS, [5])
    assert "NOT CONVERGED in 1 steps" in shown[0][0]["text/plain"]


def test_equal_settings_give_equal_pictures_and_are_fitted_once(monkeypatch):
    fits = []
    fit = GaussianMixture.fit
    monkeypatch.setattr(GaussianMixture, "fit", lambda self, x: fits.append(1) or fit(self, x))
    made = widgets.mixture_explorer(POINTS, [1, 2])
    made.controls["show"].value = "samples"
    assert len(fits) == 1
    again = widgets.mixture_explorer(POINTS, [1, 2])
    again.controls["show"].value = "samples"
    assert again.frame() == made.frame()


@pytest.mark.parametrize("covariance", widgets.COVARIANCES)
def test_the_ellipses_are_those_of_the_mixture(covariance):
    mixture = GaussianMixture(2, covariance_type=covariance, random_state=0).fit(POINTS)
    parts = zip(mixture.weights_, mixture.means_, em.matrices(mixture), strict=True)
    density = sum(w * multivariate_normal(m, c).pdf(POINTS) for w, m, c in parts)
    np.testing.assert_allclose(np.log(density), mixture.score_samples(POINTS))


def test_numbers_do_not_cover_one_another_where_components_coincide():
    plane = mixtures._plane_around(POINTS, 0)
    page = pages.Page(*np.rint(plane.end).astype(int), "?")
    means, axes = np.tile(POINTS[:2], (6, 1)), np.tile(np.eye(2), (12, 1, 1))
    mixtures._number(page, plane, means, np.full((12, 2), 1e-4), axes)
    page.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in page.figure.texts if text.get_text() != "?"]
    overlaps = [sum(box.overlaps(other) for other in boxes) for box in boxes]
    assert overlaps == [1] * 12, "each overlaps itself only"


@pytest.mark.parametrize("channels", [1, 3])
def test_samples_are_shown_decoded_from_the_first_frame(shown, channels):
    given = []

    def decode(codes):
        given.append(codes)
        return np.full((len(codes), 6, 8, channels), 0.5)

    made = widgets.mixture_explorer(POINTS, [2], decode=decode)
    assert made.controls["show"].value == "samples"
    assert given[0].shape == (36, 2)
    assert given[0].dtype == np.float32
    assert "36 samples, decoded" in shown[0][0]["text/plain"]
    grey = np.asarray(Image.open(io.BytesIO(made.frame())).convert("L"))
    assert np.isin([127, 128], grey).any(), "the decoded images are in the picture"


@pytest.mark.parametrize(
    ("decode", "message"),
    [
        (lambda codes: np.zeros((5, 4, 4, 1)), "must be 36 images, .* found 5"),
        (lambda codes: np.zeros((36, 4, 4)), r"found \(36, 4, 4\)"),
        (lambda codes: np.full((36, 4, 4, 1), 7.0), "Scale them back"),
    ],
)
def test_a_decoder_that_does_not_return_an_image_a_point_fails_the_cell(decode, message):
    with pytest.raises(ValueError, match=message):
        widgets.mixture_explorer(POINTS, [1], decode=decode)


WITH_NAN = np.where(np.arange(400).reshape(200, 2) < 6, np.nan, POINTS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"points": POINTS[:, :1]}, r"\(n, 2\), found \(200, 1\).*choose two columns"),
        ({"points": POINTS[0]}, r"found \(2,\)"),
        ({"points": POINTS[:0]}, r"found \(0, 2\)"),
        ({"points": WITH_NAN}, "3 of 200 rows of points hold NaN or infinity"),
        ({"held_out": WITH_NAN}, "rows of held_out hold NaN"),
        ({"held_out": POINTS[:, :1]}, "held_out must have shape"),
        ({"points": POINTS[:11]}, "12 components need at least as many points, found 11"),
        ({"components": []}, "found \\[\\]"),
        ({"components": [0, 1]}, "from 1"),
        ({"components": [1.5]}, "whole numbers"),
        ({"components": [2, 2]}, "each once"),
        (
            {"covariances": ["full", "round"]},
            "unknown covariance 'round'. Choose one of: full",
        ),
        ({"covariances": []}, "unknown covariance None. Choose one of"),
    ],
)
def test_bad_input_is_refused_with_what_was_found_and_what_to_do(shown, arguments, message):
    with pytest.raises(ValueError, match=message):
        widgets.mixture_explorer(**{"points": POINTS, **arguments})
    assert shown == []


def test_points_that_lie_on_a_line_or_in_one_place_can_be_shown():
    widgets.mixture_explorer(np.ones((5, 2)), 1)
    widgets.mixture_explorer(POINTS * [1, 0], [1])


def test_a_dragged_slider_is_followed():
    """Some 30 ms of a core; a second is allowed, of work and not of waiting for a busy machine."""
    made = widgets.mixture_explorer(data.load("toys", kind="ring").x_train)
    seconds = []
    for count in range(1, 13):
        began = time.process_time()
        made.controls["components"].value = count
        seconds.append(time.process_time() - began)
    assert np.median(seconds) < 1


# --- the GAN's film


class Folding:
    """A generator that bends the noise, and a critic that believes in the right side."""

    def sample(self, count, seed=None):
        return self.generate(np.random.default_rng(seed).normal(size=(count, 2)))

    def generate(self, noise):
        return np.stack([noise[:, 0], noise[:, 0] ** 2 + noise[:, 1]], axis=-1)

    def logits_of(self, points):
        return points[:, 0]


def gan_film(moments=3):
    frames = {1_000 * k: widgets.gan_frame(Folding(), (-4, 4), seed=k) for k in range(moments)}
    return widgets.gan_film(frames)


def test_a_films_moments_are_chosen_by_the_slider(shown):
    made = widgets.gan_explorer(gan_film(), (-4, 4), centres=[[0.0, 1.0]])
    assert list(made.controls) == ["updates_done"]
    last = made.frame()
    made.controls["updates_done"].value = 0
    assert made.frame() != last
    assert "after 0 updates" in message_of(made.box)
    assert "1 modes" in shown[0][0]["text/plain"]


def test_the_field_is_dark_where_the_critic_believes_in_real_data():
    film = gan_film(1)
    pixels = np.asarray(Image.open(io.BytesIO(widgets.gan_explorer(film, (-4, 4)).frame())))
    row = pixels[-20, 12:312, 0].astype(int)  # low in the field, where no sample lies
    assert row[20] > row[150] > row[280]


@pytest.mark.parametrize(
    ("film", "limits", "message"),
    [
        (None, (-4, 4), "a film holds updates, samples, field, mesh, found NoneType"),
        ({"samples": []}, (-4, 4), "found samples"),
        (gan_film(1) | {"field": np.zeros((2, 5, 5))}, (-4, 4), "one entry for each moment"),
        (gan_film(1) | {"samples": np.full((1, 5, 2), np.nan)}, (-4, 4), "the film's samples"),
        (gan_film(1), (4, -4), "limits must be"),
    ],
)
def test_a_film_that_cannot_be_shown_is_refused(film, limits, message):
    with pytest.raises(ValueError, match=message):
        widgets.gan_explorer(film, limits)
