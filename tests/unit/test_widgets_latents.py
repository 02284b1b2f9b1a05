"""Paths between codes, and the explorers of codes, of paths, and of the weight of the KL term."""

import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from course_utils import code_paths, widgets
from course_utils.widgets import pages

RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(5, 48))
IMAGES = RNG.random((6, 6, 8, 1))
pytestmark = pytest.mark.usefixtures("shown")


def decode(codes):
    """Images (n, 6, 8, 1) that every number of a code changes."""
    return (1 / (1 + np.exp(-codes @ WEIGHTS[: codes.shape[1]]))).reshape(-1, 6, 8, 1)


def encode(images):
    """Codes (n, 5)."""
    return images.reshape(len(images), -1)[:, :5] - 0.5


def pixels_of(made):
    return np.asarray(Image.open(io.BytesIO(made.frame())).convert("RGB"))


def alt_of(made, shown):
    made.show()
    alt = shown[-1][0]["text/plain"]
    assert len(alt) >= 20
    return alt


def tells_error(made):
    return "cannot be drawn" in made.box.children[-2].value


# Paths

NUMBERS = st.floats(-1e3, 1e3).map(lambda x: x if abs(x) > 1e-3 else 0.0)
SHAPES = array_shapes(min_dims=1, max_dims=2, max_side=6)
PAIRS = SHAPES.flatmap(lambda shape: st.tuples(*[arrays(np.float64, shape, elements=NUMBERS)] * 2))
STEPS = st.integers(2, 9)


def spherical_or_none(a, b, steps):
    """The path, or None between opposite directions."""
    norms = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    if not np.any((norms > 0) & (np.sum(a * b, axis=-1) <= -norms * (1 - 1e-9))):
        return code_paths.spherical(a, b, steps)
    # So near to opposite, either may be right.
    try:
        return code_paths.spherical(a, b, steps)
    except ValueError:
        return None


@settings(deadline=None)
@given(PAIRS, STEPS)
def test_both_paths_meet_both_ends(pair, steps):
    a, b = pair
    for path in (code_paths.straight(a, b, steps), spherical_or_none(a, b, steps)):
        if path is not None:
            assert path.shape == (*a.shape[:-1], steps, a.shape[-1])
            np.testing.assert_array_equal(path[..., 0, :], a)
            np.testing.assert_array_equal(path[..., -1, :], b)


@settings(deadline=None)
@given(PAIRS, STEPS)
def test_straight_steps_are_equal_and_backwards_it_is_the_same_line(pair, steps):
    a, b = pair
    path = code_paths.straight(a, b, steps)
    differences = np.diff(path, axis=-2)
    np.testing.assert_allclose(differences, np.broadcast_to(
        ((b - a) / (steps - 1))[..., None, :], differences.shape), atol=1e-9)  # fmt: skip
    np.testing.assert_allclose(code_paths.straight(b, a, steps), path[..., ::-1, :], atol=1e-9)


@settings(deadline=None)
@given(PAIRS, STEPS)
def test_the_length_of_spherical_steps_goes_evenly_from_one_end_to_the_other(pair, steps):
    path = spherical_or_none(*pair, steps)
    if path is not None:
        lengths = np.linalg.norm(path, axis=-1)
        expected = np.linspace(lengths[..., 0], lengths[..., -1], steps, axis=-1)
        np.testing.assert_allclose(lengths, expected, atol=1e-8)


@settings(deadline=None)
@given(st.integers(2, 50), STEPS, st.integers(0, 2**32 - 1))
def test_between_unit_vectors_steps_are_equal_in_angle_and_of_length_one(size, steps, seed):
    a, b = np.random.default_rng(seed).normal(size=(2, 7, size))
    a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b))
    path = code_paths.spherical(a, b, steps)
    np.testing.assert_allclose(np.linalg.norm(path, axis=2), 1)
    whole = np.arccos(np.clip(np.sum(a * b, axis=1), -1, 1))
    angles = np.arccos(np.clip(np.sum(path[:, 1:] * path[:, :-1], axis=2), -1, 1))
    # The arc cosine that checks is exact to 1e-8 near 1.
    expected = np.broadcast_to(whole[:, None] / (steps - 1), angles.shape)
    np.testing.assert_allclose(angles, expected, atol=1e-6)


def test_the_arc_is_shoemakes():
    a, b = np.array([1.0, 0, 0]), np.array([np.cos(2.0), np.sin(2.0), 0])
    t = np.linspace(0, 1, 6)[:, None]
    expected = (np.sin((1 - t) * 2) * a + np.sin(t * 2) * b) / np.sin(2)
    np.testing.assert_allclose(code_paths.spherical(a, b, 6), expected, atol=1e-12)
    longer = code_paths.spherical(a, 3 * b, 6)
    np.testing.assert_allclose(longer, (1 + 2 * t) * expected, atol=1e-12)


def test_codes_of_many_dimensions_keep_their_length_on_the_arc_and_lose_it_on_the_line():
    a, b = np.random.default_rng(0).normal(size=(2, 50, 200))
    middle = {
        name: np.linalg.norm(path(a, b, 3)[:, 1], axis=1).mean()
        for name, path in widgets.PATHS.items()
    }
    assert middle["spherical"] == pytest.approx(np.sqrt(200), rel=0.02)
    assert middle["straight"] == pytest.approx(np.sqrt(100), rel=0.04)


@pytest.mark.parametrize("end", [[2.0, 4.0], [1.0, 2.0], [0.0, 0.0], [1 + 1e-9, 2.0]])
def test_without_an_arc_the_path_is_straight(end):
    for a, b in (([1.0, 2.0], end), (end, [1.0, 2.0])):
        np.testing.assert_allclose(
            code_paths.spherical(a, b, 5), code_paths.straight(a, b, 5), atol=1e-12
        )


def test_paths_of_a_batch_are_those_of_its_rows_whatever_their_kind():
    a = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    b = np.array([[0.0, 2.0], [3.0, 3.0], [5.0, 1.0]])
    for path in widgets.PATHS.values():
        rows = [path(*ends, 4) for ends in zip(a, b, strict=True)]
        np.testing.assert_array_equal(path(a, b, 4), rows)


@pytest.mark.parametrize(
    ("given_type", "made_type"), [("float32", "float32"), ("float64", "float64"), (int, "float64")]
)
def test_the_floating_point_type_is_kept(given_type, made_type):
    for path in widgets.PATHS.values():
        made = path(np.array([1, 2], given_type), np.array([2, 1], given_type), 3)
        assert made.dtype == made_type


def test_nothing_given_is_changed():
    a, b = np.array([1.0, 2.0]), np.array([2.0, 1.0])
    for path in widgets.PATHS.values():
        path(a, b, 3)[:] = 0
    assert a.tolist() == [1, 2]
    assert b.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], [1.0, 2.0], 3), r"found shapes \(1,\) and \(2,\)"),
        (([[[1.0]]], [[[1.0]]], 3), "have to be flattened"),
        ((1.0, 2.0, 3), r"found shapes \(\) and \(\)"),
        ((np.zeros((2, 0)), np.zeros((2, 0)), 3), r"found shapes \(2, 0\)"),
        (([1.0, np.nan], [1.0, 2.0], 3), "1 of 2 numbers of a hold NaN .* is number 1"),
        (([1.0, 2.0], [np.inf, 2.0], 3), "1 of 2 numbers of b hold NaN"),
        (([1.0], [2.0], 1), "from 2, found 1"),
        (([1.0], [2.0], 2.5), "found 2.5"),
        (([1.0], [2.0], True), "found True"),
    ],
)
def test_bad_ends_are_refused_by_both_paths(arguments, message):
    for path in widgets.PATHS.values():
        with pytest.raises(ValueError, match=message):
            path(*arguments)


def test_there_is_no_arc_between_opposite_directions():
    a = np.array([[1.0, 2.0], [1.0, 0.0]], np.float32)
    with pytest.raises(ValueError, match=r"opposite directions in 1 of 2 rows.*straight"):
        code_paths.spherical(a, [[-3.0, -6.0], [0.0, 1.0]], 3)
    with pytest.raises(ValueError, match="opposite directions: no arc"):
        code_paths.spherical(a[0], -a[0] / 3, 3)


# Pages


def test_images_are_shown_pixel_by_pixel_whatever_the_settings():
    start = np.arange(5.0) / 4
    with mpl.rc_context({"savefig.dpi": 40, "figure.dpi": 200}):
        made = widgets.latent_explorer(decode, 5, start=start)
    image = pages.tiled(decode(start[None])[None], 252)
    height, width, _ = image.shape
    seen = pixels_of(made)[:, pages.GAP : pages.GAP + width].astype(int)
    differences = [abs(seen[y : y + height] - image).max() for y in range(120)]
    assert min(differences) == 0


def test_tiles_keep_the_shape_of_images_and_leave_white_between():
    images = np.zeros((2, 3, 4, 5, 1))
    images[1, 2, 0, 0] = 1
    tiles = pages.tiled(images, 20, line=2, below=6)
    assert tiles.shape == (2 * (16 + 6), 3 * (20 + 2), 3)
    assert (tiles[22:26, 44:48] == 255).all(), "one pixel of an image is 4 · 4"
    assert not tiles[22:26, 48:64].any()
    assert (tiles[16:22] == 255).all()
    assert (tiles[:, 20:22] == 255).all()


def test_tiles_of_large_images_are_reduced_by_means():
    images = np.tile([0.0, 1.0], 64)[None, None, None, :, None].repeat(128, axis=2)
    tiles = pages.tiled(images, 60)
    assert tiles.shape[:2] == (66, 66)
    assert (tiles[:64, :64] == 128).all()


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (4, 9), (9, 4), (28, 28), (71, 72), (200, 150), (300, 300)]
)
def test_tiles_fill_the_room_that_there_is_and_no_more(height, width):
    found = pages.fitting(np.zeros((5, 8, height, width, 1)), 430, 300).shape
    assert 150 < max(found[0] * 430 / 300, found[1]) <= 430


@pytest.mark.parametrize(
    ("number", "text"), [(-1.5, "−1.50"), (-0.001, "0.00"), (0, "0.00"), (2, "2.00")]
)
def test_numbers_have_a_true_minus_sign_and_nought_has_none(number, text):
    assert pages.minus(number) == text


def test_a_copy_of_a_page_leaves_the_page_as_it_was():
    page = pages.Page(200, 50, "Title", ["a line"])
    first = page.copy()
    first.show(np.zeros((20, 20, 3), np.uint8), 5, 5)
    first.write(50, 20, "text")
    second, third = page.copy(), page.copy()
    made = [io.BytesIO() for _ in range(3)]
    for one, buffer in zip((first, second, third), made, strict=True):
        one.figure.savefig(buffer, format="png")
    first, second, third = (np.asarray(Image.open(one).convert("L")) for one in made)
    assert (second == third).all()
    assert (first != second).sum() > 400
    assert plt.get_fignums() == []


# One code


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_each_slider_changes_the_picture_and_the_text(size, shown):
    made = widgets.latent_explorer(decode, size)
    assert list(made.controls) == [f"z{index}" for index in range(size)]
    for index, control in enumerate(made.controls.values()):
        assert control.continuous_update
        before = made.frame()
        control.value = 1.25
        assert made.frame() != before
        assert f"z[{index}] = 1.25" in alt_of(made, shown)


def test_the_code_is_the_start_with_what_the_sliders_say():
    codes = []

    def remembered(given_codes):
        codes.append(given_codes)
        return decode(given_codes)

    start = [0.5, -1, 0, 0.25, 9]
    made = widgets.latent_explorer(remembered, 5, start=start, dimensions=[3, 1], values=3)
    assert {name: control.value for name, control in made.controls.items()} == {
        "z3": 0.25, "z1": -1,
    }  # fmt: skip
    assert codes[0].dtype == np.float32
    assert codes[0][0].tolist() == start
    made.controls["z1"].value = 2
    moved = [0.5, 2, 0, 0.25, 9]
    rows = [[*moved[:3], value, 9] for value in (-3, 0, 3)]
    rows += [[0.5, value, *moved[2:]] for value in (-3, 0, 3)]
    assert codes[-1].tolist() == [moved, *rows]


def test_at_most_eight_dimensions_have_a_slider_and_the_text_tells_of_the_rest(shown):
    made = widgets.latent_explorer(lambda codes: decode(codes[:, :5]), 12)
    assert list(made.controls) == [f"z{index}" for index in range(8)]
    alt = alt_of(made, shown)
    assert "a row for each of these dimensions: 7 images with that one from −3 to 3" in alt
    assert "The other 4 of 12 dimensions keep their start." in alt
    assert list(widgets.latent_explorer(decode, 5, shown=2).controls) == ["z0", "z1"]


def test_without_rows_one_code_is_decoded(shown):
    counts = []
    made = widgets.latent_explorer(lambda z: counts.append(len(z)) or decode(z), 5, values=0)
    assert counts == [1]
    assert "Beside it" not in alt_of(made, shown)


def test_the_sliders_end_at_the_limit():
    made = widgets.latent_explorer(decode, 5, limit=1.5)
    assert {(control.min, control.max) for control in made.controls.values()} == {(-1.5, 1.5)}


def test_the_plane_shows_the_points_by_class(shown):
    labels = np.arange(3000) % 3
    points = RNG.normal(size=(3000, 2)) * 0.1 + labels[:, None]
    points[:30] = 50
    plain = widgets.latent_explorer(decode, 2)
    assert "Beside it the plane of codes, from −3 to 3, with a cross" in alt_of(plain, shown)
    made = widgets.latent_explorer(decode, 2, points=points, labels=labels, class_names="abc")
    alt = alt_of(made, shown)
    assert "codes of 2,000 of 3,000 images (" in alt
    assert "lie outside) in 3 classes" in alt
    assert (pixels_of(made) != pixels_of(plain)).any(axis=2).sum() > 2000
    few = widgets.latent_explorer(decode, 2, points=points[:40])
    assert "codes of 40 images (30 lie outside), from" in alt_of(few, shown)


def test_the_cross_is_where_the_sliders_say():
    made = widgets.latent_explorer(decode, 2)
    made.controls["z0"].value, made.controls["z1"].value = 1.5, -1.5
    black = (pixels_of(made)[60:, 40:380] < 30).all(axis=2)
    y, x = (np.median(places) for places in np.nonzero(black))
    # Three quarters along and three quarters down a plane of 360 pixels.
    top = len(pixels_of(made)) - pages.GAP - pages.LINE - 360
    assert x + 40 == pytest.approx(pages.GAP + pages.LINE + 270, abs=2)
    assert y + 60 == pytest.approx(top + 270, abs=4)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [2, 5])
def test_images_of_any_shape_are_shown(size, channels):
    for height, width in ((4, 9), (9, 4), (64, 64), (200, 150)):
        widgets.latent_explorer(lambda z: np.zeros((len(z), height, width, channels)), size)  # noqa: B023


@pytest.mark.parametrize(
    ("decode", "message"),
    [
        (lambda codes: codes, r"what decode returned .* found \(36, 5\)"),
        (lambda codes: decode(codes)[..., 0], r"found \(36, 6, 8\)"),
        (lambda codes: decode(codes)[:5], "must be 36 images, .* found 5"),
        (lambda codes: decode(codes)[:0], r"shape \(0, 6, 8, 1\)"),
        (lambda codes: 255 * decode(codes), "Scale them back"),
        (lambda codes: np.full((36, 2, 2, 1), np.nan), "36 of 36 rows of what decode .* hold NaN"),
        (lambda codes: None, "type object"),
        ("decode", "a function of codes .* found str. Of a model, pass its method"),
    ],
)
def test_a_decoder_that_does_not_return_images_fails_the_cell(decode, message, shown):
    with pytest.raises(ValueError, match=message):
        widgets.latent_explorer(decode, 5)
    assert shown == []


POINTS = np.zeros((4, 2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "size must be a whole number from 1, found 0"),
        ({"size": 2.0}, "size must be a whole number"),
        ({"shown": 0}, "shown must be"),
        ({"values": -1}, "values must be"),
        ({"values": 1}, "or at least 2"),
        ({"limit": 0}, "limit must be a number above 0, found 0"),
        ({"limit": -1.0}, "above 0, found -1.0"),
        ({"limit": np.inf}, "found inf"),
        ({"limit": np.nan}, "found nan"),
        ({"dimensions": []}, r"from 0 to 4, each once; found \[\]"),
        ({"dimensions": [5]}, r"found \[5\]"),
        ({"dimensions": [1, 1]}, "each once"),
        ({"dimensions": [0.5]}, "whole numbers"),
        ({"dimensions": [0, 1, 2], "shown": 2}, "pass shown=3"),
        ({"start": [0, 0]}, r"shape \(5,\), found \(2,\)"),
        ({"start": np.full(5, np.nan)}, "of start hold NaN"),
        ({"start": [0, 0, -4.5, 0, 0]}, r"start\[2\] is -4.50, beyond .* limit=5"),
        ({"points": POINTS}, "in the plane of a code of 2 dimensions, found size 5"),
        ({"size": 2, "points": POINTS[:, :1]}, r"shape \(n, 2\), found \(4, 1\)"),
        ({"size": 2, "points": POINTS + np.nan}, "4 of 4 rows of points hold NaN"),
        ({"size": 2, "labels": [0, 1]}, "found no points"),
        ({"size": 2, "points": POINTS, "labels": [0, 1]}, "one for each of 4 points"),
        ({"size": 2, "points": POINTS, "labels": [0, 1, 2, -1]}, "whole numbers from 0"),
        ({"size": 2, "points": POINTS, "labels": [0.5] * 4}, "type float64"),
        (
            {"size": 2, "points": POINTS, "labels": [0, 1, 2, 2], "class_names": "ab"},
            "2 entries, but there is a label 2",
        ),
    ],
)
def test_a_bad_description_of_codes_is_refused(arguments, message, shown):
    with pytest.raises(ValueError, match=message):
        widgets.latent_explorer(decode, **{"size": 5, **arguments})
    assert shown == []


def test_explorers_take_what_networks_return_on_any_backend():
    """Tensors with gradients from the functions of a notebook, codes and images."""
    torch = pytest.importorskip("torch")
    weights = torch.tensor(WEIGHTS, requires_grad=True)

    def decode(codes):
        codes = torch.as_tensor(codes).double()
        return torch.sigmoid(codes @ weights[: codes.shape[1]]).reshape(-1, 6, 8, 1)

    def encode(images):
        return torch.as_tensor(images).reshape(len(images), -1) @ weights.T

    with pytest.raises(RuntimeError, match="requires grad"):
        np.asarray(decode(np.zeros((1, 2))))
    codes = encode(IMAGES)
    made = [
        widgets.latent_explorer(decode, 5, start=codes[0] / 100),
        widgets.latent_explorer(decode, 2, points=codes[:, :2], labels=torch.arange(6)),
        widgets.interpolation_explorer(IMAGES, {"m": (encode, decode)}),
        widgets.mixture_explorer(codes[:, :2], 1, decode=decode, held_out=codes[:, 2:4]),
    ]
    assert not any(map(tells_error, made))


# Paths between images


def two_models():
    flat = (lambda x: x.reshape(len(x), -1), lambda z: np.clip(z, 0, 1).reshape(-1, 6, 8, 1))
    return {"pixels": flat, "a model": (encode, decode)}


@pytest.mark.parametrize(
    ("control", "value"), [("start", 3), ("end", 4), ("path", "spherical"), ("position", 2)]
)
def test_each_control_of_a_path_changes_the_picture(control, value):
    made = widgets.interpolation_explorer(IMAGES, two_models())
    before = made.frame()
    made.controls[control].value = value
    assert made.frame() != before
    assert not tells_error(made)


def test_the_text_tells_the_ends_the_path_and_the_models(shown):
    made = widgets.interpolation_explorer(IMAGES, two_models(), steps=5)
    made.controls["end"].value = 4
    made.controls["path"].value = "spherical"
    assert alt_of(made, shown) == (
        "From image 0 to image 4 in 5 steps on the spherical path, decoded by pixels, a model, a "
        "row each; step 3 is enlarged."
    )


def test_images_are_encoded_once_and_a_path_is_decoded_once():
    calls = []
    models = {
        "a model": (
            lambda x: calls.append("encode") or encode(x),
            lambda z: calls.append(len(z)) or decode(z),
        )
    }
    made = widgets.interpolation_explorer(IMAGES, models, steps=4)
    for position in (1, 2, 3, 4):
        made.controls["position"].value = position
    made.controls["path"].value = "spherical"
    assert calls == ["encode", 4, 4]


def test_what_is_decoded_is_the_path_between_the_codes_of_the_images():
    decoded = []
    models = {"a model": (encode, lambda z: decoded.append(z) or decode(z))}
    made = widgets.interpolation_explorer(IMAGES, models, steps=6)
    made.controls["path"].value = "spherical"
    codes = encode(IMAGES)
    for found, path in zip(decoded, widgets.PATHS.values(), strict=True):
        np.testing.assert_array_equal(found, path(codes[0], codes[1], 6))


@pytest.mark.parametrize("steps", [2, 3, 40])
def test_few_and_many_steps_are_shown(steps):
    made = widgets.interpolation_explorer(IMAGES, two_models(), steps=steps)
    made.controls["position"].value = steps
    made.controls["end"].value = 0
    assert not tells_error(made)


def test_opposite_codes_of_one_dimension_have_no_arc_and_the_explorer_says_so():
    models = {"one number": (lambda x: np.linspace(-1, 1, len(x))[:, None], decode)}
    made = widgets.interpolation_explorer(IMAGES, models)
    made.controls["end"].value = 5
    made.controls["path"].value = "spherical"
    assert "opposite directions" in made.box.children[-2].value


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": IMAGES[0]}, r"images cannot be shown: .* found \(6, 8, 1\)"),
        ({"images": IMAGES[:0]}, r"at least one image, found shape \(0, 6, 8, 1\)"),
        ({"images": IMAGES[:1]}, "at least 2, found 1"),
        ({"images": 9 * IMAGES}, "Scale them back"),
        ({"images": IMAGES * np.nan}, "rows of images hold NaN"),
        ({"steps": 1}, "steps must be a whole number from 2"),
        ({"models": {}}, "at least one, found {}"),
        ({"models": (encode, decode)}, "models must be a dict"),
        ({"models": {"m": encode}}, r"models\['m'\] must be a pair .* found function"),
        ({"models": {"m": (encode, 3)}}, "pair of functions"),
        ({"models": {"m": (lambda x: (x, x), decode)}}, "found 2 arrays.*pass the means"),
        ({"models": {"m": (lambda x: x, decode)}}, r"found \(6, 6, 8, 1\). Flatten"),
        (
            {"models": {"m": (lambda x: encode(x)[:2], decode)}},
            r"'m' .* shape \(6, d\), found \(2, 5\)",
        ),
        ({"models": {"m": (lambda x: encode(x) * np.nan, decode)}}, "6 of 6 rows of what encode"),
        ({"models": {"m": (encode, lambda z: z)}}, "what decode of 'm' returned"),
        ({"models": {"m": (encode, lambda z: decode(z)[:2])}}, "9 images, .* found 2"),
        (
            {"models": {"m": (encode, lambda z: decode(z)[:, :3])}},
            r"shape \(6, 8, 1\), like the given ones, found \(3, 8, 1\)",
        ),
    ],
)
def test_bad_paths_are_refused(arguments, message, shown):
    arguments = {"images": IMAGES, "models": two_models(), **arguments}
    with pytest.raises(ValueError, match=message):
        widgets.interpolation_explorer(**arguments)
    assert shown == []


# The weight of the KL term


class Blurred:
    """Reconstructs as grey as `amount` says, and counts how often it is asked."""

    def __init__(self, amount=0.0, shape=(6, 8, 1)):
        self.amount, self.shape, self.calls = amount, shape, []

    def reconstruct(self, images):
        self.calls.append("reconstruct")
        return (1 - self.amount) * images + self.amount / 2

    def sample(self, count, seed):
        self.calls.append((count, seed))
        return np.random.default_rng(seed).random((count, *self.shape)) * (1 - self.amount)


def three_models():
    return {4.0: Blurred(0.9), 0.1: Blurred(), 1.0: Blurred(0.4)}


def test_the_slider_goes_through_beta_in_order_and_starts_at_the_vae(shown):
    made = widgets.beta_explorer(three_models(), IMAGES)
    control = made.controls["beta"]
    assert control.options == (("0.1", 0.1), ("1", 1.0), ("4", 4.0))
    assert control.value == 1
    assert widgets.beta_explorer({2: Blurred(), 4: Blurred()}, IMAGES).controls["beta"].value == 4
    frames = set()
    for beta in (0.1, 1.0, 4.0):
        control.value = beta
        frames.add(made.frame())
        assert f"β = {beta:g}. Rows of images: 6 originals" in alt_of(made, shown)
    assert len(frames) == 3


def test_all_images_are_made_before_the_slider_moves():
    models = three_models()
    made = widgets.beta_explorer(models, IMAGES, seed=7)
    for beta in models:
        made.controls["beta"].value = beta
    assert [model.calls for model in models.values()] == [["reconstruct", (12, 7)]] * 3


def test_of_many_images_the_first_are_shown(shown):
    made = widgets.beta_explorer({1.0: Blurred()}, IMAGES.repeat(9, axis=0))
    assert "12 originals, their reconstructions, and 24 samples" in alt_of(made, shown)


def test_notes_are_shown_as_text_or_as_numbers(shown):
    notes = {1.0: {"rate": 23.4567, "active dimensions": 12345}, 4.0: "collapsed"}
    made = widgets.beta_explorer(three_models(), IMAGES, notes=notes)
    assert alt_of(made, shown).startswith("β = 1: rate 23.46, active dimensions 12,345. Rows")
    made.controls["beta"].value = 4.0
    assert alt_of(made, shown).startswith("β = 4: collapsed. Rows")
    made.controls["beta"].value = 0.1
    assert alt_of(made, shown).startswith("β = 0.1. Rows")


class Broken(Blurred):
    """Reconstructs only some of the images."""

    def reconstruct(self, images):
        return images[:2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"models": {}}, "at least one, found {}"),
        ({"models": [Blurred()]}, "models must be a dict"),
        ({"models": {"1": Blurred()}}, "numbers from 0; found '1'"),
        ({"models": {-1: Blurred()}}, "found -1"),
        ({"models": {np.nan: Blurred()}}, "found nan"),
        ({"models": {1: encode}}, r"models\[1\] must have a method reconstruct"),
        ({"models": {1: Broken()}}, r"reconstruct of models\[1\] returned must be 6 images.*2"),
        ({"models": {1: Blurred(-9)}}, r"reconstruct of models\[1\] returned cannot be shown"),
        ({"models": {1: Blurred(shape=(4, 4, 1))}}, r"\(6, 8, 1\), like .* found \(4, 4, 1\)"),
        ({"images": IMAGES[0]}, r"images cannot be shown: .* found \(6, 8, 1\)"),
        ({"images": IMAGES[:0]}, r"shape \(0, 6, 8, 1\)"),
        ({"notes": {2: "?"}}, r"keys of models, \[0.1, 1.0, 4.0\], found \[2\]"),
        ({"notes": "?"}, "notes must be a dict"),
    ],
)
def test_bad_models_images_and_notes_are_refused(arguments, message, shown):
    with pytest.raises(ValueError, match=message):
        widgets.beta_explorer(**{"models": three_models(), "images": IMAGES, **arguments})
    assert shown == []
