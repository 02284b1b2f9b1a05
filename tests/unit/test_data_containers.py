import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.data import ImageData, containers
from course_utils.data.drawn import toys

PIXELS = np.linspace(0, 1, 2 * 4 * 4, dtype=np.float32).reshape(2, 4, 4, 1)
limits = st.tuples(st.floats(-100, 100, width=32), st.floats(0.0625, 100, width=32)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)


def images():
    return ImageData(
        name="digits",
        source="builtin",
        origin="made here",
        x_train=PIXELS,
        y_train=np.array([0, 1]),
        x_test=PIXELS[:1],
        y_test=np.array([1]),
        class_names=("no", "yes"),
    )


@given(limits)
def test_scaled_meets_both_ends_and_stays_between(range_):
    scaled = images().scaled(*range_)
    assert scaled.pixel_range == range_
    assert scaled.x_train.dtype == np.float32
    low, high = np.float32(range_[0]), np.float32(range_[1])
    assert scaled.x_train.min() == low
    assert scaled.x_train.max() == pytest.approx(high, rel=1e-5, abs=1e-4)
    assert scaled.x_train.max() <= high


@given(limits, limits)
def test_scaling_twice_is_scaling_once(first, second):
    once = images().scaled(*second)
    twice = images().scaled(*first).scaled(*second)
    # The first range's rounding is stretched along with its values.
    step = np.abs(first).max() * 1e-6 * (second[1] - second[0]) / (first[1] - first[0])
    np.testing.assert_allclose(twice.x_train, once.x_train, rtol=1e-5, atol=1e-4 + 4 * step)


def test_scaled_to_minus_one_and_one_is_the_formula_of_the_papers():
    scaled = images().scaled(-1, 1)
    np.testing.assert_allclose(scaled.x_train, PIXELS * 2 - 1, atol=1e-6)
    np.testing.assert_allclose(scaled.x_test, PIXELS[:1] * 2 - 1, atol=1e-6)


def test_scaled_is_a_copy():
    original = images()
    original.scaled(0, 1).x_train[:] = 7
    assert original.x_train.max() == 1


@pytest.mark.parametrize("range_", [(1, -1), (0, 0), (0, float("nan")), (float("-inf"), 0)])
def test_scaled_refuses_a_range_that_is_none(range_):
    with pytest.raises(ValueError, match="low < high"):
        images().scaled(*range_)


def test_images_describe_themselves_in_one_line():
    assert repr(images().scaled(-1, 1)) == (
        "ImageData digits (builtin): 2 training and 1 test images of 4×4×1, "
        "pixels in [-1, 1], 2 classes"
    )


def test_points_describe_themselves_in_one_line():
    assert repr(toys.make("ring", 10, 5)) == (
        "PointData ring (builtin): 10 training and 5 test points in 2-D, 8 components"
    )


@pytest.mark.parametrize(("kind", "half_width", "steps"), [("ring", 1.2, 2001), ("grid", 4.5, 901)])
def test_density_of_a_2d_mixture_integrates_to_one(kind, half_width, steps):
    axis = np.linspace(-half_width, half_width, steps)
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    data = toys.make(kind, 10, 10)
    # In parts: (points × components × dimensions) would be large.
    total = sum(data.pdf(part).sum() for part in np.array_split(points, 40))
    assert total * (axis[1] - axis[0]) ** 2 == pytest.approx(1, abs=2e-3)


def test_density_of_the_1d_mixture_matches_scipy():
    stats = pytest.importorskip("scipy.stats")
    data = toys.make("mixture_1d", 10, 10)
    x = np.linspace(-6, 6, 101)
    expected = sum(
        weight * stats.norm.pdf(x, centre, std)
        for weight, centre, std in zip(data.weights, data.centres[:, 0], data.std, strict=True)
    )
    np.testing.assert_allclose(data.pdf(x[:, None]), expected, rtol=1e-6)


def test_density_refuses_moons_and_wrong_shapes():
    with pytest.raises(ValueError, match="no closed form"):
        toys.make("moons", 10, 10).pdf(np.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"points must be \(m, 2\)"):
        toys.make("ring", 10, 10).pdf(np.zeros(3))


def test_data_that_cannot_be_had_is_a_runtime_error():
    assert issubclass(containers.DataUnavailableError, RuntimeError)
