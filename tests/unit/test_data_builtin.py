import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import data, storage
from course_utils.data.drawn import builtin, digits, drawing, faces, garments, toys

MAKERS = {"digits": digits, "garments": garments, "faces": faces}
# SHA-256 of the first 50 images, labels and factors with seed 0. A change here changes every
# result of the course that rests on the set: then raise the module's VERSION too.
KNOWN = {
    ("digits", "train"): "e81e862c6c1dc1d48307be5fd4f7d973",
    ("digits", "test"): "056caf0b389df15bc47ee5aeba8693e5",
    ("garments", "train"): "feecccfdd4fe4c617e20a8207471cb26",
    ("garments", "test"): "bdc67176aab7f0c73c4281f233eb48ba",
    ("faces", "train"): "582c9165b44500898db9b40f98974241",
    ("faces", "test"): "3f87c920e6de5c87339d949f3ced2dee",
}


@pytest.fixture(scope="module")
def shared_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def cache(monkeypatch, shared_cache):
    monkeypatch.setenv("COURSE_CACHE_DIR", str(shared_cache))
    return shared_cache


def same(first, second):
    return storage.content_hash(first) == storage.content_hash(second)


@pytest.mark.parametrize(("name", "split"), KNOWN)
def test_first_images_are_the_known_ones(name, split):
    made = MAKERS[name].make(0, split, 0, 50)
    assert storage.content_hash(made)[:32] == KNOWN[name, split]


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
@settings(max_examples=8, deadline=None)
@given(start=st.integers(0, 5000), count=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_an_image_depends_on_its_own_number_only(maker, start, count, seed):
    made = maker.make(seed, "train", start, start + count)
    last = maker.make(seed, "train", start + count - 1, start + count)
    assert same({name: array[-1:] for name, array in made.items()}, last)


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_seed_and_split_change_the_images(maker):
    made = [
        maker.make(*which, 0, 20)["images"] for which in [(0, "train"), (1, "train"), (0, "test")]
    ]
    assert not np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])


def test_another_process_makes_the_same_bytes():
    code = (
        "from course_utils import storage\n"
        "from course_utils.data.drawn import digits, faces, garments\n"
        "for maker in (digits, garments, faces):\n"
        "    print(storage.content_hash(maker.make(3, 'test', 7, 27)))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    own = [storage.content_hash(maker.make(3, "test", 7, 27)) for maker in MAKERS.values()]
    assert run.stdout.split() == own


@pytest.mark.parametrize("name", MAKERS)
def test_loaded_set_has_the_promised_form(name):
    images = data.load(name, train_size=120, test_size=30)
    size = (64, 64, 3) if name == "faces" else (28, 28, 1)
    assert images.x_train.shape == (120, *size)
    assert images.x_test.shape == (30, *size)
    assert images.x_train.dtype == np.float32
    assert images.y_train.dtype == images.y_test.dtype == np.int64
    assert images.x_train.min() >= 0
    assert 0.9 < images.x_train.max() <= 1
    assert (images.name, images.source, images.origin) == (name, "builtin", "made here")
    assert set(images.y_train) <= set(range(len(images.class_names)))
    assert set(images.factors_train) == set(images.factors_test)
    assert all(len(values) == 120 for values in images.factors_train.values())


def test_a_smaller_set_is_the_start_of_a_larger_one():
    small, large = data.load("digits", 50, test_size=10), data.load("digits", 2100, test_size=20)
    np.testing.assert_array_equal(small.x_train, large.x_train[:50])
    np.testing.assert_array_equal(small.y_test, large.y_test[:10])
    assert len(large.x_train) == len(large.factors_train["source"]) == 2100


def test_only_the_blocks_that_are_needed_are_made(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path))
    data.load("garments", train_size=2001, test_size=1)
    names = sorted(path.name for path in tmp_path.rglob("*.npz"))
    assert names == ["test-00.npz", "train-00.npz", "train-01.npz"]


def test_second_load_reads_the_cache_and_makes_nothing(monkeypatch):
    first = data.load("garments", 30, test_size=30)
    monkeypatch.setattr(garments, "make", lambda *_: pytest.fail("made again"))
    second = data.load("garments", 30, test_size=30)
    np.testing.assert_array_equal(first.x_train, second.x_train)


@pytest.mark.parametrize("name", ["digits", "garments", "faces"])
def test_classes_are_about_equally_frequent(name):
    labels = MAKERS[name].make(0, "train", 0, 500)["labels"]
    share = np.bincount(labels) / len(labels)
    classes = len(MAKERS[name].CLASS_NAMES)
    assert len(share) == classes
    assert share.min() > 0.5 / classes


def test_no_scan_is_in_both_splits_of_the_digits():
    train, test = (digits.make(0, split, 0, 1500) for split in ("train", "test"))
    assert not set(train["source"]) & set(test["source"])
    assert not set(digits.sources("train")) & set(digits.sources("test"))
    assert len(digits.sources("train")) + len(digits.sources("test")) == 1797


def test_test_scans_are_three_tenths_of_each_digit():
    from sklearn.datasets import load_digits

    labels = load_digits().target
    share = np.bincount(labels[digits.sources("test")]) / np.bincount(labels)
    np.testing.assert_allclose(share, 0.3, atol=0.01)


def test_split_of_the_scans_is_the_same_for_every_seed():
    train, test = digits.make(1, "train", 0, 1500), digits.make(2, "test", 0, 600)
    assert not set(train["source"]) & set(test["source"])


def test_digits_bear_the_labels_of_their_scans():
    from sklearn.datasets import load_digits

    made = digits.make(0, "train", 0, 300)
    np.testing.assert_array_equal(made["labels"], load_digits().target[made["source"]])


def test_digits_fill_the_frame_as_mnist_does():
    images = digits.make(0, "train", 0, 500)["images"][..., 0]
    height = (images > 127).any(axis=2).sum(axis=1)
    assert 17 < height.mean() < 22
    border = np.concatenate(
        [images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1
    )
    assert border.mean() < 1
    assert 0.08 < images.mean() / 255 < 0.20  # MNIST: 0.13


@pytest.mark.parametrize(("name", "least"), [("digits", 0.9), ("garments", 0.75)])
def test_classes_can_be_told_apart_on_images_not_seen(name, least):
    from sklearn.neighbors import KNeighborsClassifier

    train, test = (
        MAKERS[name].make(0, split, 0, n) for split, n in [("train", 1500), ("test", 300)]
    )
    flat = [part["images"].reshape(len(part["images"]), -1) / 255 for part in (train, test)]
    judge = KNeighborsClassifier(3).fit(flat[0], train["labels"])
    assert judge.score(flat[1], test["labels"]) > least


def test_pullover_coat_and_shirt_overlap_as_in_the_real_set():
    made = garments.make(0, "train", 0, 1500)
    flat = made["images"].reshape(1500, -1) / 255
    mean = {c: flat[made["labels"] == c].mean(axis=0) for c in range(10)}
    assert np.linalg.norm(mean[2] - mean[4]) < 0.4 * np.linalg.norm(mean[2] - mean[1])


def test_drawing_stays_in_float32(monkeypatch):
    # Another type would cost time and tie the bytes to a NumPy release's rules of promotion.
    paint, found = drawing.Scene.paint, set()

    def watched(self, distance, colour, opacity=1.0, blur=1.0):
        arrays = (distance, opacity, *colour)
        found.update(str(a.dtype) for a in arrays if isinstance(a, np.ndarray | np.generic))
        paint(self, distance, colour, opacity, blur)

    monkeypatch.setattr(drawing.Scene, "paint", watched)
    for maker in (garments, faces):
        maker.make(0, "train", 0, 60)
    assert found == {"float32"}


def test_random_numbers_are_uniform_and_each_image_has_its_own():
    numbers = builtin.uniforms(0, 1, 0, 5000, 7)
    assert numbers.shape == (5000, 7)
    assert 0 <= numbers.min() < 0.001
    assert 0.999 < numbers.max() < 1
    np.testing.assert_allclose(numbers.mean(axis=0), 0.5, atol=0.02)
    assert abs(np.corrcoef(numbers.T) - np.eye(7)).max() < 0.05
    np.testing.assert_array_equal(builtin.uniforms(0, 1, 4000, 4003, 7), numbers[4000:4003])


@pytest.mark.parametrize("kind", ["ring", "grid", "mixture_1d"])
def test_toy_points_scatter_around_their_centres(kind):
    points = toys.make(kind, 20_000, 10)
    assert points.x_train.dtype == np.float32
    spread = np.broadcast_to(points.std, points.weights.shape)
    for number, (centre, std) in enumerate(zip(points.centres, spread, strict=True)):
        own = points.x_train[points.y_train == number]
        error = std / np.sqrt(len(own))
        np.testing.assert_allclose(own.mean(axis=0), centre, atol=5 * error)
        np.testing.assert_allclose(own.std(axis=0), std, rtol=0.12)
    share = np.bincount(points.y_train) / len(points.y_train)
    np.testing.assert_allclose(share, points.weights, atol=0.02)


def test_moons_lie_on_two_half_circles():
    moons = toys.make("moons", 4000, 10)
    points, labels = moons.x_train, moons.y_train
    middle = np.stack([labels, labels / 2], axis=1)
    radius = np.linalg.norm(points - middle, axis=1)
    assert radius.mean() == pytest.approx(1, abs=0.01)
    assert radius.std() == pytest.approx(0.05, abs=0.01)
    for moon, centre in enumerate(moons.centres):
        np.testing.assert_allclose(points[labels == moon].mean(axis=0), centre, atol=0.06)


@pytest.mark.parametrize("kind", toys.KINDS)
def test_toys_keep_their_first_points_and_differ_by_seed_and_split(kind):
    few, many = toys.make(kind, 10, 10), toys.make(kind, 500, 10)
    np.testing.assert_array_equal(few.x_train, many.x_train[:10])
    assert not np.array_equal(few.x_train, few.x_test)
    assert not np.array_equal(few.x_train, toys.make(kind, 10, 10, seed=1).x_train)
