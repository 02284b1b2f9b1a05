import numpy as np
import pytest

from course_utils import data
from course_utils.data.drawn import drawing, faces, garments

AXIS = np.linspace(-1, 1, 81, dtype=np.float32)
X, Y = AXIS[None, None, :], AXIS[None, :, None]
FRAME = drawing.Frame(X, Y)


def brightness(image, rows, columns):
    return image[rows[0] : rows[1], columns[0] : columns[1]].mean()


def test_a_drawn_face_is_the_loaded_one():
    made = faces.make(0, "train", 40, 60)
    factors = {name: made[name] for name in faces.FACTORS}
    np.testing.assert_array_equal(np.round(faces.draw(factors) * 255), made["images"])
    one = faces.draw({name: values[3] for name, values in factors.items()})
    np.testing.assert_array_equal(np.round(one * 255), made["images"][3])


def test_a_drawn_garment_is_the_loaded_one():
    made = garments.make(0, "test", 0, 60)
    for number in range(60):
        factors = {name: made[name][number] for name in garments.FACTORS}
        image = garments.draw(int(made["labels"][number]), factors)
        np.testing.assert_array_equal(np.round(image * 255), made["images"][number])


@pytest.mark.parametrize("name", [n for n in faces.FACTORS if n != "Brown_Hair"])
def test_every_factor_of_a_face_shows(name):
    needs = {"hat_hue": "Wearing_Hat", "hair_shade": "Blond_Hair"}
    base = {needs[name]: 1} if name in needs else {}
    low, high = faces.draw(base | {name: np.array([0, 1])})
    assert np.abs(low - high).max() > 0.1


@pytest.mark.parametrize("name", garments.CONTINUOUS)
def test_every_factor_of_a_garment_shows_in_some_class(name):
    largest = 0
    for label in range(10):
        low, high = garments.draw(label, {name: np.array([0, 1]), "pattern": 1})
        largest = max(largest, np.abs(low - high).max())
    assert largest > 0.15


def test_a_hat_changes_the_top_of_the_picture_and_leaves_the_mouth():
    bare, hat = faces.draw({"Wearing_Hat": np.array([0, 1])})
    assert np.abs(bare[4:22] - hat[4:22]).mean() > 0.05
    np.testing.assert_array_equal(bare[40:], hat[40:])


def test_hair_colours_differ_as_their_names_say():
    hair = {name: faces.draw({name: 1})[9:15, 26:38] for name in faces.HAIR_COLOURS}
    mean = {name: pixels.mean() for name, pixels in hair.items()}
    assert mean["Black_Hair"] < mean["Brown_Hair"] < mean["Gray_Hair"]
    blond, gray = hair["Blond_Hair"], hair["Gray_Hair"]
    assert (blond[..., 0] - blond[..., 2]).mean() > 0.2  # yellow: more red than blue
    assert abs(gray[..., 0] - gray[..., 2]).mean() < 0.1


def test_a_bald_head_shows_skin_where_hair_was():
    hairy, bald = faces.draw({"Bald": np.array([0, 1]), "Male": 1, "skin_tone": 0.2})
    assert brightness(bald, (12, 16), (26, 38)) > brightness(hairy, (12, 16), (26, 38)) + 0.2


def test_a_smile_lifts_the_corners_of_the_mouth():
    dark = 1 - faces.draw({"Smiling": np.array([0, 1]), "mouth_width": 1, "skin_tone": 0})[..., 1]
    rows = np.arange(64)[None, :, None]
    corners, middle = dark[:, 36:58, 25:27], dark[:, 36:58, 31:33]
    rows = rows[:, 36:58]

    def height(part):
        ink = np.maximum(part - 0.5, 0)
        return (ink * rows).sum(axis=(1, 2)) / ink.sum(axis=(1, 2))

    lift = height(middle) - height(corners)
    assert lift[1] > lift[0] + 0.7


def test_skin_grows_darker_with_its_factor():
    tones = faces.draw({"skin_tone": np.linspace(0, 1, 5)})[:, 30:36, 22:26].mean(axis=(1, 2, 3))
    assert (np.diff(tones) < 0).all()


def test_attributes_depend_on_each_other_only_as_documented():
    f = faces.sample_factors(0, "train", 0, 20_000)
    colours = sum(f[name] for name in faces.HAIR_COLOURS)
    np.testing.assert_array_equal(colours, 1 - f["Bald"])
    for part, whole in [("Bald", "Male"), ("Mustache", "Male")]:
        assert not (f[part] & ~f[whole] & 1).any()
    assert not (f["Wearing_Lipstick"] & f["Male"]).any()
    assert not (f["Gray_Hair"] & f["Young"]).any()
    assert not (f["Bangs"] & f["Bald"]).any()
    free = ["Smiling", "Mouth_Slightly_Open", "Eyeglasses", "Wearing_Hat", "Male", "Young"]
    table = np.stack([f[name] for name in (*free, *faces.CONTINUOUS)]).astype(float)
    assert np.abs(np.corrcoef(table) - np.eye(len(table))).max() < 0.04


def test_windows_never_cut_anything_off(monkeypatch):
    corners = faces.sample_factors(5, "train", 0, 200)
    rng = np.random.default_rng(0)
    for name in ("tilt", "size", "shift_x", "shift_y", "azimuth", "face_width"):
        corners[name] = rng.integers(0, 2, 200).astype(np.float32)
    windowed = faces.draw(corners)
    monkeypatch.setattr(drawing.Scene, "window", lambda self, rows, columns: self)
    np.testing.assert_array_equal(faces.draw(corners), windowed)


def test_stripes_run_the_way_that_their_name_says():
    # Turned off: the garment's own tilt. On the trunk of a wide pullover.
    steady = {"cut": 1, "tilt": 0.5, "contrast": 1, "shade": 1}
    trunk = [garments.draw(2, steady | {"pattern": p})[9:20, 10:18, 0] for p in (0, 1, 2)]
    across = [part.mean(axis=1).std() for part in trunk]
    down = [part.mean(axis=0).std() for part in trunk]
    assert across[1] > 2 * max(down[1], across[0])
    assert down[2] > 2 * max(across[2], down[0])


def test_length_and_cut_make_a_garment_longer_and_wider():
    long = [(garments.draw(3, {"length": v})[..., 0] > 0.1).any(axis=1).sum() for v in (0, 1)]
    wide = [(garments.draw(0, {"cut": v})[..., 0] > 0.1).any(axis=0).sum() for v in (0, 1)]
    assert long[1] > long[0] + 3
    assert wide[1] > wide[0] + 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: faces.draw({"Smile": 1}), "unknown factors.*Choose from: Smiling"),
        (lambda: faces.draw({"gaze": 1.5}), r"gaze must be in \[0, 1\]"),
        (lambda: faces.draw({"gaze": float("nan")}), r"gaze must be in \[0, 1\]"),
        (lambda: faces.draw({"gaze": np.zeros((2, 2))}), "shape"),
        (lambda: garments.draw(10, {}), "label must be from 0 to 9"),
        (lambda: garments.draw(0, {"pattern": 6}), "pattern must be from 0 to 5: plain"),
        (lambda: garments.draw(0, {"colour": 1}), "unknown factors"),
    ],
)
def test_wrong_factors_are_refused_with_a_list_of_right_ones(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("distance", "area"),
    [
        (FRAME.ellipse(0.1, 0, 0.5, 0.5), np.pi * 0.25),
        (FRAME.ellipse(0, 0, 0.7, 0.4), np.pi * 0.28),
        (FRAME.box(0, 0.1, 0.5, 0.3), 0.6),
        (FRAME.limb(-0.5, 0, 0.2, 0.5, 0, 0.2), 0.4 + np.pi * 0.04),
        (FRAME.polygon((-0.5, 0.5, 0.5), (-0.5, -0.5, 0.5)), 0.5),
        (FRAME.outline((-0.5, 0.5), (0.4, 0.4)), 0.8),
        (FRAME.arc(0, 0, 0.5, 0.0, 0.1), 0.2 + np.pi * 0.01),
    ],
    ids=["circle", "ellipse", "box", "limb", "polygon", "outline", "arc"],
)
def test_shapes_have_the_area_that_geometry_gives(distance, area):
    cover = np.clip(0.5 - distance / (AXIS[1] - AXIS[0]), 0, 1)
    assert cover.sum() * (AXIS[1] - AXIS[0]) ** 2 == pytest.approx(area, rel=0.03)


def test_turning_keeps_lengths_and_its_centre():
    half = np.float32(np.tan(0.3))
    turned = FRAME.turned(half, centre=(0.2, 0.1))
    x, y = turned.x, turned.y
    before = (X - 0.2) ** 2 + (Y - 0.1) ** 2
    np.testing.assert_allclose((x - 0.2) ** 2 + (y - 0.1) ** 2, before, atol=1e-5)
    assert x[0, 44, 80] == pytest.approx(0.2 + 0.8 * np.cos(0.6), abs=0.01)


def test_blur_widens_the_edge_and_keeps_the_area():
    scene = drawing.Scene.blank(1, 64, 1)
    half_plane = scene.x + 0 * scene.y
    sharp, soft = scene.cover(half_plane), scene.cover(half_plane, blur=8)
    assert ((sharp > 0) & (sharp < 1)).sum() == 0
    assert ((soft > 0) & (soft < 1)).sum() == 8 * 64
    assert sharp.sum() == pytest.approx(soft.sum())


def test_painting_mixes_by_cover_and_opacity():
    scene = drawing.Scene.blank(1, 4, 1)
    scene.paint(scene.x, [1.0], opacity=0.25)
    np.testing.assert_array_equal(scene.pixels[0][0, 0], [0.25, 0.25, 0, 0])


def test_faces_are_drawn_at_the_size_that_is_asked_for():
    images = data.load("faces", train_size=10, test_size=5, image_size=32)
    again = faces.draw(images.factors_test, image_size=32)
    np.testing.assert_array_equal(again, images.x_test)
    assert faces.draw({"Smiling": 1}, image_size=16).shape == (16, 16, 3)
