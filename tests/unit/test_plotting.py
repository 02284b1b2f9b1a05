import base64
import importlib
import importlib.util
import io
import re

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from course_utils import plotting
from course_utils.plotting import arrays, charts, look, networks

ALT = "A picture drawn by a test, long enough."
IMAGES = np.random.default_rng(0).random((7, 4, 4, 1))


def size(shown):
    ((data, metadata),) = shown
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert data["text/plain"].startswith(ALT)
    return Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).size


DRAWINGS = {
    "image_grid": lambda: plotting.image_grid(IMAGES, "?", ALT, columns=3, labels="abcdefg"),
    "image_grid in colour": lambda: plotting.image_grid(np.repeat(IMAGES, 3, axis=-1), "?", ALT),
    "image_mosaic": lambda: plotting.image_mosaic(IMAGES[:6].reshape(2, 3, 4, 4, 1), "?", ALT),
    "image_rows": lambda: plotting.image_rows({"a": IMAGES, "b": IMAGES}, "?", ALT, {"a": "x"}),
    "lines": lambda: plotting.lines(
        {"x": {"s": ([1, 2], [[1, 2], [2, 3]])}, "y": {"t": ([1, 2], [3, 4])}},
        "?", ALT, y_label="z", levels={"level": 2}, log_x=True, log_y=True,
    ),
    "scatter": lambda: plotting.scatter(
        {"p": np.eye(2), "q": np.eye(2)}, np.array([0, 1]), ["a", "b"], "?", ALT
    ),
    "scatter, cut": lambda: plotting.scatter(
        {"p": np.eye(2)}, np.array([0, 1]), ["a", "b"], "?", ALT, axis_labels="xy", central=96
    ),
    "dots": lambda: plotting.dots({"a": [1, 2]}, "?", ALT, x_label="x", reference=("r", 1)),
    "dots of several": lambda: plotting.dots(
        {"a": {"b": [1, 2], "c": [3]}, "d": {"b": [2], "c": [1]}}, "?", ALT, x_label="x"
    ),
    "heatmap": lambda: plotting.heatmap(
        [[0, 3], [2, 1]], ["r", "s"], ["a", "a longer name"], "?", ALT,
        x_label="x", y_label="y", note=["n", "m"],
    ),
    "heatmap of two sides": lambda: plotting.heatmap(
        [[0.2, 0.9]], ["r"], ["a", "b"], "?", ALT, x_label="x", y_label="y", middle=0.5
    ),
    "mixtures": lambda: plotting.mixtures(
        {"p": (np.zeros((1, 2)), np.eye(2)[None])}, np.eye(2), "?", ALT
    ),
    "network": lambda: plotting.network(
        [keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])], "?", ALT
    ),
    "vae": lambda: plotting.vae(IMAGES[0], IMAGES[1], 2, "?", ALT),
}  # fmt: skip


def test_what_only_scales_is_drawn_with_the_layer_before_it(monkeypatch):
    drawn = []
    monkeypatch.setattr(networks, "show", lambda figure, *_: drawn.extend(figure.axes[0].texts))
    layers = [keras.layers.Dense(2), keras.layers.BatchNormalization(), keras.layers.ReLU()]
    plotting.network([keras.Sequential([keras.Input((4,)), *layers])], "?", ALT)
    texts = [text.get_text() for text in drawn]
    assert "Dense\nBatchNormalization\nReLU" in texts
    assert str((4 + 1) * 2 + 4 * 2) in texts, "parameters of both"


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_every_picture_is_shown_once_with_its_alt_text_and_closed(shown, draw):
    draw()
    width, height = size(shown)
    assert 200 < width < 1600
    assert 100 < height < 1000
    assert plt.get_fignums() == []


def test_an_ellipse_spans_one_and_two_standard_deviations_along_its_axes():
    _, axis = plt.subplots()
    charts.draw_ellipses(axis, np.zeros((1, 2)), np.array([[[4.0, 0.0], [0.0, 9.0]]]))
    sizes = [sorted([patch.width, patch.height]) for patch in axis.patches]
    plt.close(axis.figure)
    assert np.allclose(sizes, [[4, 6], [8, 12]])


def test_no_ellipse_is_cut_off_by_the_frame(monkeypatch):
    figures = []
    monkeypatch.setattr(charts, "show", lambda figure, *_: figures.append(figure))
    small, large = np.eye(2)[None], 9 * np.eye(2)[None]  # the large one reaches from -6 to 6
    mean = np.zeros((1, 2))
    plotting.mixtures({"small": (mean, small), "large": (mean, large)}, np.eye(2), "?", ALT)
    low, high = figures[0].axes[0].get_xlim()
    assert low < -6 < 6 < high
    plt.close(figures[0])


@pytest.mark.parametrize(("width", "rows"), [(1, 1), (3, 1), (4, 2)])
def test_panels_of_wide_clouds_stand_below_each_other(monkeypatch, width, rows):
    figures = []
    monkeypatch.setattr(charts, "show", lambda figure, *_: figures.append(figure))
    mixture = np.zeros((1, 2)), np.eye(2)[None]
    plotting.mixtures({"a": mixture, "b": mixture}, np.array([[0, 0], [width, 1]]), "?", ALT)
    axes = figures[0].axes
    assert len({axis.get_subplotspec().rowspan.start for axis in axes}) == rows
    plt.close(figures[0])


def test_a_series_keeps_its_colour_in_every_panel(monkeypatch):
    figures = []
    monkeypatch.setattr(charts, "show", lambda figure, *_: figures.append(figure))
    series = {"a": ([0, 1], [0, 1]), "b": ([0, 1], [1, 0])}
    plotting.lines({"x": series, "y": {"b": series["b"]}}, "?", ALT, y_label="z")
    left, right = (axis.get_lines() for axis in figures[0].axes)
    assert left[1].get_color() == right[0].get_color() != left[0].get_color()
    plt.close(figures[0])


def test_a_legend_names_every_series_also_where_no_panel_shows_them_all(monkeypatch):
    figures = []
    monkeypatch.setattr(charts, "show", lambda figure, *_: figures.append(figure))
    a, b, c = (([0, 1], [k, 1]) for k in range(3))
    for panels in ({"x": {"a": a, "b": b}}, {"x": {"a": a}, "y": {"a": a, "c": c, "b": b}},
                   {"x": {"a": a, "b": b}, "y": {"b": b, "c": c}}):  # fmt: skip
        plotting.lines(panels, "?", ALT, y_label="z")
        figure = figures.pop()
        legends = [*figure.legends, *filter(None, (axis.get_legend() for axis in figure.axes))]
        told = {text.get_text() for legend in legends for text in legend.get_texts()}
        assert told == {name for series in panels.values() for name in series}
        plt.close(figure)


@pytest.mark.parametrize(
    "title", ["Short?", "A title that is much longer than its figure is wide?"]
)
def test_a_title_stays_inside_its_figure(shown, title):
    figure = Figure(figsize=(2.5, 1.5))
    figure.subplots()
    look.show(figure, ALT, title)
    text = figure._suptitle
    assert text.get_window_extent().x1 <= figure.bbox.width
    assert text.get_text().split() == title.split()


@pytest.mark.parametrize("alt", ["", "a figure", " " * 40])
def test_a_picture_without_a_telling_alt_text_is_refused(shown, alt):
    figure, _ = plt.subplots()
    with pytest.raises(ValueError, match="too short"):
        plotting.show(figure, alt)
    assert plt.get_fignums() == [], "refused, and closed all the same"


FAILING = {
    "text that cannot be set": lambda: plotting.image_grid(IMAGES, r"$\frac$", ALT),
    "too few labels": lambda: plotting.image_grid(IMAGES, "?", ALT, labels="a"),
    "x and y of different lengths": lambda: plotting.lines(
        {"x": {"s": ([1, 2], [1])}}, "?", ALT, y_label="z"
    ),
    "no values": lambda: plotting.dots({"a": None}, "?", ALT, x_label="x"),
    "means without covariances": lambda: plotting.mixtures(
        {"p": (np.zeros((1, 2)), [])}, np.eye(2), "?", ALT
    ),
}


@pytest.mark.parametrize("draw", FAILING.values(), ids=FAILING)
def test_a_picture_that_cannot_be_drawn_leaves_no_figure_open(shown, draw):
    with pytest.raises((ValueError, TypeError, IndexError)):
        draw()
    assert shown == plt.get_fignums() == []


def tensors():
    """The same four numbers from each backend that is installed, with gradients where it can."""
    yield "lists", [[0.0, 1.0], [0.5, 0.25]]
    yield "float16", np.array([[0.0, 1.0], [0.5, 0.25]], np.float16)
    for name, make in (("tensorflow", "constant"), ("jax.numpy", "array"), ("torch", "tensor")):
        if importlib.util.find_spec(name.split(".")[0]):
            module = importlib.import_module(name)
            options = {"requires_grad": True} if name == "torch" else {}
            for kind in (module.float32, module.bfloat16):
                yield name, getattr(module, make)([[0, 1], [0.5, 0.25]], dtype=kind, **options)


def test_tensors_of_every_backend_become_arrays():
    for name, values in tensors():
        array = arrays.to_numpy(values)
        assert array.dtype.name in ("float16", "float32", "float64"), name
        assert array.tolist() == [[0, 1], [0.5, 0.25]], name


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES[0], r"found \(4, 4, 1\)"),
        (IMAGES[..., 0], "must have shape"),
        (np.repeat(IMAGES, 2, axis=-1), "1 or 3"),
        (2 * IMAGES - 1, r"\[0, 1\], found \[-"),
        (255 * IMAGES, "Scale them back"),
    ],
)
def test_images_that_cannot_be_drawn_are_refused(shown, images, message):
    with pytest.raises(ValueError, match=message):
        plotting.image_grid(images, "?", ALT)


def test_the_first_series_of_a_figure_stay_apart_in_grey():
    """By their lightness or, where that is alike, by line style and marker."""
    shown = list(zip(plotting.COLOURS, plotting.LINES, plotting.MARKERS, strict=False))
    assert len({line for _, line, _ in shown}) == len({marker for *_, marker in shown}) == 4
    assert len(set(plotting.COLOURS)) == len(set(plotting.MARKERS)) == 10
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in plotting.COLOURS)


def test_a_few_points_far_out_do_not_squeeze_a_map(monkeypatch):
    points = np.random.default_rng(0).normal(size=(1_000, 2))
    points[0] = 1_000
    kept = []
    monkeypatch.setattr(charts, "show", lambda figure, *_: kept.append(figure))
    plotting.scatter({"p": points}, np.zeros(1_000), ["a"], "?", ALT, central=96)
    assert max(kept[0].axes[0].get_xlim()) < 5


def test_the_two_sides_of_a_heatmap_have_colours_of_their_own(monkeypatch):
    kept = []
    monkeypatch.setattr(charts, "show", lambda figure, *_: kept.append(figure))
    options = {"x_label": "x", "y_label": "y", "middle": 0.5}
    plotting.heatmap([[0.3, 0.5, 0.7]], ["r"], list("abc"), "?", ALT, **options)
    image = kept[0].axes[0].images[0]
    below, at, above = image.cmap(image.norm(image.get_array()))[0, :, :3]
    assert below[0] > below[2]  # orange
    assert above[2] > above[0]  # violet to blue
    assert np.ptp(at) < 0.02
