"""Distances between sets of features: against closed forms, by hand, and against `prdc`."""

import functools
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prdc import compute_prdc
from scipy import linalg, stats
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from course_utils.measures import inputs
from course_utils.measures.coverage import precision_recall_density_coverage, with_errors
from course_utils.measures.frechet import (
    frechet_distance,
    frechet_feature_distance,
    frechet_feature_error,
)
from course_utils.measures.kernel import kernel_feature_distance

MEASURES = {
    "Fréchet": frechet_feature_distance,
    "kernel": kernel_feature_distance,
    "coverage": precision_recall_density_coverage,
}
measures = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def covariance(size, seed):
    root = normal(size, size + 2, seed=seed)
    return root @ root.T


def rotation(size, seed):
    return np.linalg.qr(normal(size, size, seed=seed))[0]


# Fréchet distance


@pytest.mark.parametrize("d", [1, 3, 64])
@pytest.mark.parametrize(("m", "s"), [(0, 1), (2, 1), (0, 3), (-1.5, 0.25), (1, 0)])
def test_frechet_distance_of_two_isotropic_gaussians_is_the_closed_form(d, m, s):
    found = frechet_distance(np.zeros(d), np.eye(d), np.full(d, m), s**2 * np.eye(d))
    assert found == pytest.approx(d * m**2 + d * (s - 1) ** 2, rel=1e-12, abs=1e-12)


def test_frechet_distance_in_one_dimension_is_the_squared_wasserstein_distance():
    """The squared 2-Wasserstein distance on the line compares equal quantiles."""
    quantiles = (np.arange(200_000) + 0.5) / 200_000
    first, second = stats.norm(1, 2), stats.norm(-0.5, 0.7)
    expected = np.mean((first.ppf(quantiles) - second.ppf(quantiles)) ** 2)
    assert frechet_distance(1.0, 4.0, -0.5, 0.49) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_frechet_distance_agrees_with_matrix_square_roots(seed):
    a, b = covariance(6, seed), covariance(6, seed + 10)
    overlap = np.trace(linalg.sqrtm(a @ b)).real
    found = frechet_distance(np.zeros(6), a, np.ones(6), b)
    assert found == pytest.approx(6 + np.trace(a) + np.trace(b) - 2 * overlap, rel=1e-9)


def test_frechet_distance_of_singular_covariances_is_exact():
    """Between one-dimensional Gaussians in ten dimensions: |u|² + |v|² − 2 |u·v|."""
    u, v = normal(2, 10)
    found = frechet_distance(np.zeros(10), np.outer(u, u), np.zeros(10), np.outer(v, v))
    assert found == pytest.approx(u @ u + v @ v - 2 * abs(u @ v), rel=1e-9)


@pytest.mark.parametrize("rank", [1, 5, 40])
def test_frechet_distance_of_a_gaussian_to_itself_is_zero(rank):
    root = normal(40, rank)
    found = frechet_distance(np.ones(40), root @ root.T, np.ones(40), root @ root.T)
    assert 0 <= found < 1e-11 * np.trace(root @ root.T)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 8), st.integers(0, 1000))
def test_frechet_distance_is_symmetric_positive_and_blind_to_rotation(d, seed):
    (mean_a, mean_b), turn = normal(2, d, seed=seed), rotation(d, seed)
    a, b = covariance(d, seed + 1), covariance(d, seed + 2)
    found = frechet_distance(mean_a, a, mean_b, b)
    assert found > 0
    assert frechet_distance(mean_b, b, mean_a, a) == pytest.approx(found, rel=1e-9)
    turned = frechet_distance(turn @ mean_a, turn @ a @ turn.T, turn @ mean_b, turn @ b @ turn.T)
    assert turned == pytest.approx(found, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(2), np.eye(2), np.zeros(3), np.eye(3)), "same dimensions, found 2 and 3"),
        ((np.zeros(2), np.eye(3), np.zeros(2), np.eye(2)), r"cov_a must be \(2, 2\)"),
        ((np.zeros(2), np.eye(2), np.zeros(2), np.ones(2)), r"np\.diag\(variances\)"),
        ((np.zeros((2, 2)), np.eye(2), np.zeros(2), np.eye(2)), r"mean_a must be \(d,\)"),
        ((np.zeros(2), [[1, 0.5], [0, 1]], np.zeros(2), np.eye(2)), "cov_a must be symmetric"),
        ((np.zeros(2), np.eye(2), np.zeros(2), [[1, 2], [2, 1]]), "eigenvalue -1 beside 3"),
        ((0.0, 1.0, 0.0, -1.0), "cov_b must be positive semi-definite"),
        (([0, np.nan], np.eye(2), np.zeros(2), np.eye(2)), "1 of 2 numbers of mean_a hold NaN"),
        ((np.zeros(2), np.eye(2), np.zeros(2), np.full((2, 2), np.inf)), "cov_b hold NaN"),
    ],
)
def test_what_is_no_gaussian_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(*arguments)


def test_rounding_of_single_precision_is_no_reason_to_refuse_a_covariance():
    features = normal(30, 60).astype("float32")
    cov = np.cov(features, rowvar=False, dtype="float32")
    assert np.linalg.eigvalsh(cov)[0] < 0
    assert 0 <= frechet_distance(np.zeros(60), cov, np.zeros(60), cov) < 1e-3


def test_features_are_compared_by_mean_and_unbiased_covariance():
    a, b = np.array([[0.0], [2.0]]), np.array([[1.0], [5.0], [6.0]])
    expected = (1 - 4) ** 2 + (math.sqrt(2) - math.sqrt(7)) ** 2
    assert frechet_feature_distance(a, b) == pytest.approx(expected)


def test_features_in_single_precision_far_from_zero_lose_no_digits():
    a, b = (np.round(normal(200, 4, seed=seed), 2) for seed in range(2))
    moved = [(1000 + values).astype("float32") for values in (a, b)]
    assert frechet_feature_distance(*moved) == pytest.approx(frechet_feature_distance(a, b), 0.01)


@pytest.mark.parametrize(("n", "d", "draws"), [(200, 1, 3000), (1000, 16, 200), (300, 32, 40)])
def test_two_samples_of_one_white_gaussian_score_above_zero_as_the_module_says(n, d, draws):
    rng = np.random.default_rng(0)
    scores = [frechet_feature_distance(*rng.normal(size=(2, n, d))) for _ in range(draws)]
    assert np.mean(scores) == pytest.approx(d * (d + 5) / (2 * n), rel=0.04)


# Kernel distance


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([[0], [1]], [[1], [2]], 1 + 27 - 2 * (1 + 1 + 8 + 27) / 4),
        ([[0, 0], [2, 0]], [[0, 2], [2, 2]], 1 + 27 - 2 * (1 + 1 + 1 + 27) / 4),
        ([[0], [1], [2]], [[0], [1]], (1 + 1 + 27) / 3 + 1 - 2 * (4 * 1 + 8 + 27) / 6),
    ],
)
@pytest.mark.filterwarnings("ignore::course_utils.measures.inputs.ConstantFeaturesWarning")
def test_kernel_distance_of_a_few_points_is_the_one_worked_by_hand(a, b, expected):
    assert float(kernel_feature_distance(a, b)) == pytest.approx(expected)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 12), st.integers(2, 12), st.integers(1, 6), st.integers(0, 1000))
def test_kernel_distance_is_symmetric_and_blind_to_order_and_rotation(n, m, d, seed):
    a, b, turn = normal(n, d, seed=seed), normal(m, d, seed=seed + 1) + 1, rotation(d, seed)
    found = pytest.approx(kernel_feature_distance(a, b).value, rel=1e-9, abs=1e-9)
    for pair in ((b, a), (a[::-1], np.roll(b, 1, axis=0)), (a @ turn, b @ turn)):
        assert kernel_feature_distance(*pair).value == found


def test_kernel_distance_of_two_samples_of_one_distribution_averages_zero():
    rng = np.random.default_rng(0)
    found = [kernel_feature_distance(*rng.normal(size=(2, 60, 4))).value for _ in range(300)]
    assert min(found) < 0 < max(found)
    assert abs(np.mean(found)) < 2 * np.std(found) / math.sqrt(300)


def test_kernel_distance_is_the_same_in_blocks_and_tells_its_error(monkeypatch):
    a, b = normal(30, 4), normal(40, 4, seed=1)
    whole = kernel_feature_distance(a, b)
    assert str(whole) == f"{whole.value:.4g} ± {whole.error:.2g}"
    monkeypatch.setattr(inputs, "MEMORY", 2**10)
    assert kernel_feature_distance(a, b) == pytest.approx(whole)


# Precision, recall, density, coverage

REAL, FAKE = [[0.0], [1.0], [3.0], [7.0]], [[0.5], [2.0], [20.0], [21.0]]


@pytest.mark.parametrize(
    ("k", "expected"),
    [(1, (2 / 4, 3 / 4, (2 + 1) / 4, 3 / 4)), (2, (2 / 4, 1, (3 + 4) / 4 / 2, 1))],
)
def test_coverage_of_a_few_points_is_the_one_worked_by_hand(k, expected):
    """Balls of real images for k = 1: (−1, 1), (0, 2), (1, 5), (3, 11); 2 is not in (0, 2)."""
    assert precision_recall_density_coverage(REAL, FAKE, k) == pytest.approx(expected)


def reference(real, fake, k):
    return pytest.approx(tuple(map(float, compute_prdc(real, fake, k).values())), abs=1e-6)


def random_pair(kind, seed):
    real, fake = normal(150, 6, seed=seed), 0.8 * normal(120, 6, seed=seed + 1)
    if kind == "copies of a few":
        fake[:40], real[:4], fake[50:70] = real[60:100], real[0], fake[50]
    elif kind == "on a lattice":
        real, fake = (np.random.default_rng(seed).integers(0, 3, (2, 150, 4))).astype(float)
    elif kind == "one repeated":
        # Whole numbers, with which the reference makes no rounding errors either.
        real, fake = np.round(3 * real), np.round(3 * fake)
        real[:30], fake[:30] = real[0], real[0]
    elif kind == "far away":
        real, fake = real + 1e4, fake + 1e4
    return real, fake


@pytest.mark.parametrize("k", [1, 5, 100])
@pytest.mark.parametrize("seed", [0, 10])
@pytest.mark.parametrize(
    "kind", ["plain", "copies of a few", "one repeated", "on a lattice", "far away"]
)
def test_coverage_agrees_with_the_authors_package(kind, seed, k, capsys):
    real, fake = random_pair(kind, seed)
    assert precision_recall_density_coverage(real, fake, k) == reference(real, fake, k)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(6, 20), st.integers(6, 20), st.integers(0, 1000))
def test_coverage_is_blind_to_order_rotation_shift_and_scale(d, n, m, seed):
    real, fake, turn = normal(n, d, seed=seed), normal(m, d, seed=seed + 1), rotation(d, seed)
    found = precision_recall_density_coverage(real, fake, 3)
    assert precision_recall_density_coverage(real[::-1], np.roll(fake, 2, axis=0), 3) == found
    assert precision_recall_density_coverage(real @ turn, fake @ turn, 3) == found
    assert precision_recall_density_coverage(3 * real + 5, 3 * fake + 5, 3) == found
    swapped = precision_recall_density_coverage(fake, real, 3)
    assert (swapped.precision, swapped.recall) == (found.recall, found.precision)


def test_real_images_against_themselves_score_one_exactly():
    real = normal(200, 8)
    assert precision_recall_density_coverage(real, real.copy()) == (1, 1, 1, 1)


def test_blocks_change_neither_the_result_nor_the_promise_on_memory(monkeypatch):
    real, fake = normal(1000, 8), normal(900, 8, seed=1)
    whole = precision_recall_density_coverage(real, fake)
    monkeypatch.setattr(inputs, "MEMORY", 2**20)
    tracemalloc.start()
    assert precision_recall_density_coverage(real, fake) == whole
    assert tracemalloc.get_traced_memory()[1] < 2 * 2**20 < real.shape[0] * fake.shape[0] * 8
    tracemalloc.stop()


@pytest.mark.parametrize("k", [1, 5])
def test_a_perfect_model_covers_all_but_one_in_two_to_the_k(k):
    """Of a real image's 2n − 1 fellows, the k nearest are all real ones once in about 2ᵏ times."""
    rng = np.random.default_rng(0)
    draws = [precision_recall_density_coverage(*rng.normal(size=(2, 300, 3)), k) for _ in range(30)]
    assert np.mean([one.coverage for one in draws]) == pytest.approx(1 - 0.5**k, abs=0.02)


# All of them


@functools.cache
def digits():
    """Two halves of real digits, their labels, and features in 16 principal components."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(images))
    first, second = np.array_split(images[order] / 16, 2)
    return first, second, np.array_split(labels[order], 2)[1], PCA(16, random_state=0).fit(first)


@pytest.mark.parametrize("measure", [frechet_feature_distance, kernel_feature_distance])
def test_real_digits_score_below_blurred_ones_and_those_below_noise(measure):
    first, second, _, components = digits()

    def blurred(sigma):
        smooth = gaussian_filter(second.reshape(-1, 8, 8), (0, sigma, sigma))
        return smooth.reshape(-1, 64)

    noise = np.random.default_rng(0).random(second.shape)
    worse_and_worse = (second, blurred(0.5), blurred(0.65), blurred(0.8), noise)
    features = components.transform(first)
    scores = [float(measure(features, components.transform(fake))) for fake in worse_and_worse]
    assert scores == sorted(scores)
    assert 3 * abs(scores[0]) < scores[1] < scores[-1] / 3


def test_dropping_classes_lowers_recall_and_coverage_and_leaves_precision():
    first, second, labels, components = digits()
    features = components.transform(first)
    everything, fewer = (
        precision_recall_density_coverage(features, components.transform(second[labels >= lowest]))
        for lowest in (0, 2)
    )
    assert fewer.recall < everything.recall - 0.1
    assert fewer.coverage < everything.coverage - 0.1
    assert fewer.precision == pytest.approx(everything.precision, abs=0.02)


@measures
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            np.array([[0.0, 1], [np.nan, 1], *[[2, 3]] * 8, [1, np.inf]]),
            r"2 of 11 rows .* is row 1\.",
        ),
        (np.ones(10), r"must be \(n, d\).*found shape \(10,\)"),
        (np.ones((10, 4, 4, 1)), "go through a feature network"),
        (np.ones((10, 0)), r"found shape \(10, 0\)"),
        (normal(10, 3), r"agree .* shapes \((10, 3|10, 2)\) and"),
        (normal(1, 2), "has 1 row, at least . are needed (for|to)"),
        (normal(0, 2), "has 0 rows"),
    ],
)
def test_what_are_no_two_sets_of_features_is_refused(measure, bad, message):
    good = normal(10, 2)
    for arguments in ((good, bad), (bad, good)):
        with pytest.raises(ValueError, match=message):
            measure(*arguments)


@measures
@pytest.mark.filterwarnings("error")
def test_healthy_features_raise_no_warning(measure):
    measure(normal(20, 3), normal(20, 3, seed=1))


@measures
@pytest.mark.parametrize(
    ("constant", "rounded", "message"),
    [
        ([1], 0, "1 of 3 dimensions of .* the first is 1"),
        ([0, 1, 2], 0, "all 20 rows of .* are equal"),
        ([0, 1, 2], 1e-8, "all 20 rows of .* are equal"),
    ],
)
def test_constant_features_are_reported_at_the_line_that_measures(
    measure, constant, rounded, message
):
    features = normal(20, 3)
    features[:, constant] = 0.1 + rounded * np.arange(20)[:, None]
    with pytest.warns(inputs.ConstantFeaturesWarning, match=message) as record:
        measure(normal(20, 3, seed=1), features)
    assert [warning.filename for warning in record] == [__file__]


@pytest.mark.parametrize("samples", [5, 6])
def test_too_few_samples_for_a_covariance_are_reported(samples):
    with pytest.warns(inputs.SingularCovarianceWarning, match=f"{samples} samples of 6") as record:
        frechet_feature_distance(normal(50, 6), normal(samples, 6))
    assert [warning.filename for warning in record] == [__file__]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: precision_recall_density_coverage(normal(5, 2), normal(9, 2)), "6 .* 5 neighb"),
        (lambda: precision_recall_density_coverage(normal(9, 2), normal(9, 2), 0), "k must be"),
        (lambda: precision_recall_density_coverage(normal(9, 2), normal(9, 2), 2.5), "k must be"),
    ],
)
def test_settings_that_make_no_sense_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Standard errors


def drawn(rng, spoil, n=160, d=6):
    """Reals and fakes in five clusters, their dimensions of unequal variance."""
    scale = np.exp(-np.arange(d) / 3)
    reals, fakes = (
        (rng.normal(size=(n, d)) + 4 * np.eye(d)[rng.integers(5, size=n)]) * scale for _ in range(2)
    )
    return reals, spoil(fakes)


def values_and_errors(reals, fakes):
    values, errors = with_errors(reals, fakes, 5)
    distance = frechet_feature_distance(reals, fakes), frechet_feature_error(reals, fakes)
    return np.array(
        [distance, kernel_feature_distance(reals, fakes), *zip(values, errors, strict=True)]
    )


@pytest.mark.parametrize(
    "spoil",
    [lambda x: x, lambda x: x + 0.1, lambda x: 0.7 * x, lambda x: x[x[:, 0] < 2]],
    ids=["the same", "shifted", "narrower", "a cluster less"],
)
def test_standard_errors_are_what_the_measures_vary_by_when_all_is_drawn_anew(spoil):
    rng = np.random.default_rng(0)
    found = np.array([values_and_errors(*drawn(rng, spoil)) for _ in range(60)])
    ratios = found[..., 1].mean(axis=0) / found[..., 0].std(axis=0)
    # What hardly varies, a precision of 0.999, tells nothing of the formula.
    assert (ratios[found[..., 0].std(axis=0) > 0.004] > 0.6).all(), ratios
    assert (ratios < 1.6).all(), ratios


def test_errors_of_samples_that_do_not_vary_are_those_of_the_other_side():
    reals, fakes = normal(500, 3), np.zeros((500, 3))
    # |μ|² + tr(Σ) is the mean of |x|² but for the bias.
    error = np.var(np.square(reals).sum(axis=1)) ** 0.5 / math.sqrt(500)
    assert frechet_feature_error(reals, fakes) == pytest.approx(error, rel=0.02)


def test_numbers_of_numpy_are_numbers():
    reals, fakes = normal(20, 2), normal(20, 2, seed=1)
    found = precision_recall_density_coverage(reals, fakes, np.int64(5))
    assert found == precision_recall_density_coverage(reals, fakes, 5)
