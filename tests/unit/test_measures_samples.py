"""Modes, classes, copies, sharpness: what samples are asked besides how near they come."""

import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist

from course_utils.data.drawn import toys
from course_utils.measures import inputs
from course_utils.measures.memorisation import duplicates, memorisation, nearest_distances
from course_utils.measures.modes import effective_classes, mode_coverage
from course_utils.measures.sharpness import high_frequency_energy


def uniform(*shape, seed=0):
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


# Modes

CENTRES = [[0.0, 0.0], [10.0, 0.0]]
POINTS = [[0.0, 3.0], [0.0, 3.01], [10.5, 0.0], [10.0, 0.2], [5.1, 0.0]]


@pytest.mark.parametrize(
    ("std", "options", "found", "counts"),
    [
        (1.0, {}, 2, [1, 2]),
        (1.0, {"within": 4}, 2, [2, 2]),
        (1.0, {"within": 10}, 2, [2, 3]),
        (1.0, {"least": 2}, 1, [1, 2]),
        ([1.0, 0.1], {}, 2, [1, 1]),
        ([1.0, 0.01], {}, 1, [1, 0]),
    ],
)
def test_modes_are_found_by_the_samples_close_to_their_centre(std, options, found, counts):
    coverage = mode_coverage(POINTS, CENTRES, std, **options)
    assert (coverage.found, coverage.modes) == (found, 2)
    assert coverage.counts.tolist() == counts
    assert coverage.high_quality == sum(counts) / len(POINTS)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_a_perfect_sampler_scores_the_share_of_a_gaussian_within_three_deviations(d):
    points = 0.1 * np.random.default_rng(0).normal(size=(20_000, d))
    expected = special.gammainc(d / 2, 3**2 / 2)
    found = mode_coverage(points, np.zeros((1, d)), 0.1).high_quality
    assert found == pytest.approx(expected, abs=0.003)


def test_the_ring_is_covered_by_its_own_points_and_halved_by_half_of_them():
    ring = toys.make("ring", 4000)
    points, labels = ring.x_train, ring.y_train
    everything = mode_coverage(points, ring.centres, ring.std)
    assert str(everything) == f"8 of 8 modes, {100 * everything.high_quality:.1f} % high quality"
    assert everything.counts.sum() == everything.high_quality * 4000
    half = mode_coverage(points[labels < 4], ring.centres, ring.std)
    assert half.found == 4
    assert half.high_quality == pytest.approx(everything.high_quality, abs=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((0, 2)), CENTRES, 1.0), "points has 0 rows"),
        (([[0.0, np.nan]], CENTRES, 1.0), "1 of 1 rows of points hold NaN"),
        (([[0.0]], CENTRES, 1.0), r"shapes \(1, 1\) and \(2, 2\)"),
        ((POINTS, CENTRES, [1.0, 1.0, 1.0]), r"each of 2 modes, found shape \(3,\)"),
        ((POINTS, CENTRES, 0.0), "must be positive"),
        ((POINTS, CENTRES, np.nan), "must be positive"),
        ((POINTS, CENTRES, 1.0, 0), "must be positive"),
        ((POINTS, CENTRES, 1.0, 3, 0), "least must be a whole number from 1"),
    ],
)
def test_modes_and_points_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        mode_coverage(*arguments)


# Classes


@pytest.mark.parametrize(
    ("counts", "effective"),
    [
        ([100] * 10, 10),
        ([500, 0, 500], 2),
        ([1000], 1),
        ([700, 100, 200], math.exp(-0.7 * np.log(0.7) - 0.1 * np.log(0.1) - 0.2 * np.log(0.2))),
    ],
)
def test_as_many_equally_frequent_classes_have_the_same_entropy(counts, effective):
    labels = np.repeat(np.arange(len(counts)), counts)
    assert effective_classes(labels) == pytest.approx(effective)


# Copies


@pytest.fixture(params=["whole", "blocks"])
def blocks(request, monkeypatch):
    """Small sets in one piece, and cut as large ones are."""
    if request.param == "blocks":
        monkeypatch.setattr(inputs, "MEMORY", 5000)
        # The package has a function of this name.
        module = sys.modules["course_utils.measures.memorisation"]
        monkeypatch.setattr(module, "_IMAGES", 50)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 6), st.integers(0, 1000))
def test_nearest_distances_are_those_of_all_pairs(n, m, side, seed):
    images, training = (
        uniform(n, side, side, 1, seed=seed),
        uniform(m, side, side, 1, seed=seed + 1),
    )
    distances, indices = nearest_distances(images, training)
    pairs = cdist(images.reshape(n, -1), training.reshape(m, -1))
    np.testing.assert_allclose(distances, pairs.min(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(indices, pairs.argmin(axis=1))


@pytest.mark.usefixtures("blocks")
def test_blocks_do_not_change_the_nearest():
    images, training = uniform(50, 3, 3, 1), uniform(100, 3, 3, 1, seed=1)
    pairs = cdist(images.reshape(50, -1), training.reshape(100, -1))
    distances, indices = nearest_distances(images, training)
    np.testing.assert_allclose(distances, pairs.min(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(indices, pairs.argmin(axis=1))


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (255, 0), (1, 1000)])
def test_a_copy_has_distance_exactly_zero_even_beside_near_copies(scale, shift):
    training = scale * uniform(60, 8, 8, 3) + np.float32(shift)
    training[20:27] = training[19] * (1 + 1e-6 * np.arange(1, 8)[:, None, None, None])
    distances, indices = nearest_distances(training[[50, 19, 3]], training)
    assert distances.tolist() == [0, 0, 0]
    assert indices.tolist() == [50, 19, 3]


def test_distances_are_exact_where_float32_products_are_not():
    """One pixel differs by a hair; images of norm 10⁴ lose that in |x|² − 2x·t + |t|²."""
    image = 255 * uniform(1, 28, 28, 1)
    training = np.concatenate([255 * uniform(100, 28, 28, 1, seed=1), image])
    training[-1, 0, 0, 0] += 0.5
    (found,), (index,) = nearest_distances(image, training)
    assert found == pytest.approx(0.5, rel=1e-4)
    assert index == 100


def test_a_sampler_that_hands_out_training_images_is_caught():
    training, held_out = uniform(2000, 6), uniform(1000, 6, seed=1)
    copier = memorisation(training[:500], training, held_out)
    assert (copier.copied, copier.fake_distance) == (1, 0)
    assert "100.0 % copied (honest: about 1 %), 0.0 % have a twin" in str(copier)


def test_an_honest_sampler_copies_about_one_image_in_a_hundred():
    training, held_out, fake = (uniform(4000, 6, seed=seed) for seed in range(3))
    honest = memorisation(fake, training, held_out)
    assert honest.copied == pytest.approx(0.01, abs=0.005)
    assert honest.duplicates == 0
    assert honest.fake_distance == pytest.approx(honest.held_out_distance, rel=0.02)


def test_copies_are_caught_also_where_the_data_holds_duplicates_itself():
    """Then the first percentile is 0, and no distance lies below that."""
    training, held_out = uniform(500, 6), uniform(200, 6, seed=1)
    held_out[:10] = training[:10]
    assert memorisation(training[:100], training, held_out).copied == 1


@pytest.mark.usefixtures("blocks")
def test_one_image_a_thousand_times_is_caught():
    fake = uniform(1500, 4, 4, 1)
    fake[200:1200] = fake[200]
    assert np.flatnonzero(duplicates(fake)).tolist() == list(range(200, 1200))
    found = memorisation(fake, uniform(300, 4, 4, 1, seed=1), uniform(150, 4, 4, 1, seed=2))
    assert found.duplicates == pytest.approx(1000 / 1500)


@pytest.mark.parametrize(
    ("levels", "options", "twins"),
    [
        (0.0, {}, True),
        (0.45, {}, True),
        (0.55, {}, False),
        (0.45, {"tolerance": 0}, False),
        (0.0, {"tolerance": 0}, True),
        (0.55, {"tolerance": 1 / 255}, True),
    ],
)
def test_twins_differ_by_less_than_the_tolerance_per_pixel(levels, options, twins):
    images = uniform(20, 8, 8, 3)
    images[7] = images[3] + levels / 255
    expected = [3, 7] if twins else []
    assert np.flatnonzero(duplicates(images, **options)).tolist() == expected


def test_few_held_out_images_are_reported():
    with pytest.warns(inputs.FewSamplesWarning, match="99 held-out images") as record:
        memorisation(uniform(9, 4), uniform(9, 4, seed=1), uniform(99, 4, seed=2))
    assert [warning.filename for warning in record] == [__file__]


IMAGES = uniform(100, 4, 4, 1)
BROKEN = np.where(np.arange(100)[:, None, None, None] == 7, np.nan, IMAGES)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nearest_distances(IMAGES, IMAGES[:, :2]), "images and training must agree"),
        (lambda: nearest_distances(IMAGES.reshape(100, 2, 8, 1), IMAGES), "must agree"),
        (lambda: nearest_distances(IMAGES[0, 0, 0], IMAGES[0, 0, 0]), r"image\[None\]"),
        (lambda: nearest_distances(IMAGES[:0], IMAGES), "images has 0 rows"),
        (lambda: nearest_distances(IMAGES, IMAGES[:0]), "training has 0 rows"),
        (lambda: nearest_distances(BROKEN, IMAGES), "1 of 100 rows of images .* row 7"),
        (lambda: memorisation(BROKEN, IMAGES, IMAGES), "rows of fake hold NaN"),
        (lambda: memorisation(IMAGES, BROKEN, IMAGES), "rows of training hold NaN"),
        (lambda: memorisation(IMAGES, IMAGES, BROKEN), "rows of held_out hold NaN"),
        (lambda: memorisation(IMAGES, IMAGES, IMAGES[:, :2]), "held_out and training must agree"),
        (lambda: memorisation(IMAGES, IMAGES, IMAGES), "held_out images are training images"),
        (lambda: memorisation(IMAGES[:1], IMAGES, uniform(100, 4, 4, 1, seed=1)), "at least 2"),
        (lambda: duplicates(IMAGES[:1]), "1 row, at least 2"),
        (lambda: duplicates(IMAGES, -1), "tolerance must be 0 or more"),
        (lambda: high_frequency_energy(BROKEN), "1 of 100 rows of images .* row 7"),
        (lambda: high_frequency_energy(IMAGES[..., 0]), r"images\[\.\.\., None\]"),
        (lambda: high_frequency_energy(IMAGES[:0]), "images has 0 rows"),
        (lambda: high_frequency_energy(IMAGES, 0.5), "from 0 to below 0.5"),
        (lambda: high_frequency_energy(IMAGES, -0.1), "from 0 to below 0.5"),
        (lambda: high_frequency_energy(IMAGES[:, :1, :1]), "1 × 1 pixels have no frequency"),
    ],
)
def test_images_that_cannot_be_measured_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Sharpness

sizes = pytest.mark.parametrize(("height", "width"), [(28, 28), (9, 12), (12, 9), (7, 5)])


@sizes
@pytest.mark.parametrize("cutoff", [0.1, 0.25, 0.4])
def test_white_noise_has_its_variance_times_the_share_of_high_frequencies(height, width, cutoff):
    noise = 0.3 * np.random.default_rng(0).normal(size=(1500, height, width, 2))
    frequencies = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width))
    expected = 0.3**2 * (frequencies > cutoff).mean()
    assert high_frequency_energy(noise, cutoff).mean() == pytest.approx(expected, rel=0.02)


@sizes
def test_all_frequencies_but_the_lowest_make_the_variance(height, width):
    images = uniform(5, height, width, 3)
    expected = images.var(axis=(1, 2), dtype=float).mean(axis=1)
    np.testing.assert_allclose(high_frequency_energy(images, cutoff=0), expected, rtol=1e-5)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(("waves", "energy"), [(3, 0.0), (4, 0.0), (5, 0.5), (7, 0.5), (8, 1.0)])
def test_stripes_have_the_energy_of_their_frequency(waves, energy, axis):
    """Waves on 16 pixels: 4 lie at the cutoff of a quarter, not above; 8 are the finest."""
    stripe = np.cos(2 * np.pi * waves * np.arange(16) / 16)
    image = np.broadcast_to(np.expand_dims(stripe, axis), (16, 16))
    found = high_frequency_energy(3 + image[None, ..., None])
    assert found == pytest.approx(energy, abs=1e-6)


def test_blurring_lowers_the_energy_and_noise_raises_it():
    images = uniform(10, 16, 16, 1) + np.linspace(0, 3, 16)[:, None, None]
    energy = high_frequency_energy(images)
    assert energy.shape == (10,)
    for sigma in (0.5, 1.0):
        blurred = high_frequency_energy(gaussian_filter(images, (0, sigma, sigma, 0)))
        assert (blurred < energy).all()
        energy, softer = blurred, energy
    noisy = images + 0.3 * np.random.default_rng(0).normal(size=images.shape)
    assert (high_frequency_energy(noisy) > softer).all()


def test_blocks_do_not_change_the_energy(monkeypatch):
    images = uniform(20, 8, 8, 3)
    whole = high_frequency_energy(images)
    monkeypatch.setattr(inputs, "MEMORY", 24 * 8 * 8 * 3 * 3)
    np.testing.assert_array_equal(high_frequency_energy(images), whole)
