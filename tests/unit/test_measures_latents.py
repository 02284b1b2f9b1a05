"""Measures of codes, and of paths through them: known answers, invariants, what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.metrics import silhouette_score as reference_silhouette

from course_utils.measures import inputs
from course_utils.measures.attributes import attribute_vector
from course_utils.measures.coverage import precision_recall_density_coverage
from course_utils.measures.disentanglement import mutual_information_gap
from course_utils.measures.interpolation import (
    CoincidingEndsWarning,
    local_density,
    path_measures,
    realism,
)
from course_utils.measures.separation import neighbour_accuracy, silhouette


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def rotation(size, seed):
    return np.linalg.qr(normal(size, size, seed=seed))[0]


# Mutual information gap


def drawn_factors(count, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "shape": rng.integers(3, size=count),
        "size": rng.integers(10, size=count),
        "hat": rng.random(count) < 0.3,
        "x": rng.random(count, dtype="float32"),
    }


def as_codes(factors):
    return np.stack(list(factors.values()), axis=1).astype(float)


def knowing_codes(count, seed=0):
    """Two dimensions that know a little of everything, one that knows a lot of x, one nothing."""
    factors = drawn_factors(count, seed)
    known = as_codes(factors) / np.std(as_codes(factors), axis=0)
    mixed = np.stack([known.sum(axis=1), known @ [1, -1, 1, 0], known[:, 3], np.zeros(count)], 1)
    return mixed + 0.3 * normal(count, 4, seed=seed), factors


def test_one_dimension_per_factor_has_a_gap_of_one():
    factors = drawn_factors(3000)
    found = mutual_information_gap(as_codes(factors), factors)
    assert tuple(found.gaps) == tuple(factors)
    for gap_of_one in found.gaps.values():
        assert gap_of_one == pytest.approx(1, abs=0.02)
    assert found.score == pytest.approx(np.mean(list(found.gaps.values())))
    np.testing.assert_allclose(np.diag(found.information), list(found.gaps.values()), atol=0.02)
    off_diagonal = found.information[~np.eye(4, dtype=bool)]
    assert abs(off_diagonal).max() < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_perfect_gaussian_codes_score_one_and_the_ceiling_says_so(seed):
    """In bins of equal width they scored 0.7."""
    values = np.random.default_rng(seed).random((2000, 4))
    factors = {f"v{index}": column for index, column in enumerate(values.T)}
    found = mutual_information_gap(norm.ppf(values), factors)
    assert found.ceiling == pytest.approx(1, abs=0.02)
    assert found.score == pytest.approx(found.ceiling, abs=0.01)


def test_the_ceiling_is_lower_where_factors_go_together_or_categories_end_within_a_bin():
    values = np.random.default_rng(0).random(2000)
    alike = {"x": values, "y": values + 0.2 * np.random.default_rng(1).random(2000)}
    assert mutual_information_gap(normal(2000, 3), alike).ceiling < 0.7
    third = {"third": (3 * values).astype(int)}
    assert 0.8 < mutual_information_gap(normal(2000, 3), third).ceiling < 0.98


def test_turned_by_45_degrees_both_dimensions_know_equally_much():
    values = np.random.default_rng(0).random((3000, 2))
    factors = {"x": values[:, 0], "y": values[:, 1]}
    turn = np.array([[1, -1], [1, 1]]) / math.sqrt(2)
    turned = mutual_information_gap(values @ turn, factors)
    assert turned.score < 0.03
    assert turned.information.min() > 0.1
    assert mutual_information_gap(values, factors).score > 0.85


def test_a_copy_of_the_best_dimension_closes_the_gap():
    factors = drawn_factors(1000)
    twice = np.repeat(as_codes(factors), 2, axis=1)
    assert mutual_information_gap(twice, factors).score == 0


@pytest.mark.parametrize("count", [500, 3000])
def test_independent_codes_know_nothing_on_average_and_score_as_the_floor(count):
    found = [
        mutual_information_gap(normal(count, 5, seed=seed), drawn_factors(count, seed + 50))
        for seed in range(12)
    ]
    information = np.array([one.information for one in found])
    error = information.std() / math.sqrt(information.size)
    assert abs(information.mean()) < 3 * error
    assert information.min() < 0 < information.max()
    scores, floors = [one.score for one in found], [one.floor for one in found]
    assert 0 < np.mean(floors) < 10 / count
    assert np.mean(scores) == pytest.approx(np.mean(floors), rel=0.3)


def test_few_images_tell_nearly_what_many_tell():
    """The share of information without the correction would be 0.05 too high."""
    many = mutual_information_gap(*knowing_codes(60_000)).information
    few = [mutual_information_gap(*knowing_codes(1000, seed)).information for seed in range(1, 6)]
    np.testing.assert_allclose(np.mean(few, axis=0), many, atol=0.02)


@pytest.mark.parametrize("categories", [2, 4, 30])
@pytest.mark.parametrize("dependent", [True, False])
def test_information_agrees_with_the_adjusted_mutual_information(categories, dependent):
    rng = np.random.default_rng(0)
    factor = rng.integers(categories, size=800)
    code = np.where(rng.random(800) < 0.5, factor % 10, rng.integers(10, size=800))
    code = code if dependent else rng.permutation(code)
    # So many bins that each of the ten numbers has its own.
    found = mutual_information_gap(code[:, None], {"factor": factor}, bins=28)
    # Their largest or smallest of both entropies, whichever is the factor's.
    average = "max" if categories > 10 else "min"
    expected = adjusted_mutual_info_score(factor, code, average_method=average)
    assert found.information[0, 0] == pytest.approx(expected, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.permutations(range(4)), st.lists(st.booleans(), min_size=4))
def test_gap_is_blind_to_order_sign_and_scale_of_dimensions_and_order_of_images(seed, order, flips):
    codes, factors = knowing_codes(460, seed)  # as many in each bin, counted from either end
    found = mutual_information_gap(codes, factors)
    assert min(found.gaps.values()) >= 0
    assert max(found.gaps.values()) <= 1
    assert found.information.max() <= 1
    signs = np.where(flips[:4], -1, 1)
    moved = mutual_information_gap(3 * (codes * signs)[:, order] + 1, factors)
    assert moved.score == pytest.approx(found.score, abs=1e-9)
    np.testing.assert_allclose(moved.information, found.information[:, order], atol=1e-9)
    backwards = {name: values[::-1] for name, values in reversed(factors.items())}
    assert mutual_information_gap(codes[::-1], backwards).gaps == pytest.approx(found.gaps)


def test_the_only_dimension_has_all_that_it_knows_as_its_gap():
    factors = drawn_factors(1000)
    found = mutual_information_gap(factors["size"][:, None], factors)
    assert found.gaps["size"] == pytest.approx(1)
    assert found.gaps["shape"] == max(found.information[0, 0], 0) < 0.02


def test_order_is_all_that_counts_of_a_continuous_factor_and_equal_values_stay_together():
    codes, values = normal(1000, 2), np.random.default_rng(0).random(1000)
    codes[:, 0] += 3 * values
    found, cubed = (mutual_information_gap(codes, {"x": x}) for x in (values, values**3))
    np.testing.assert_array_equal(cubed.information, found.information)
    # Two values are two categories, even if one is rarer than a bin.
    rare = values < 0.02
    as_float, as_bool = (
        mutual_information_gap(codes, {"rare": x}) for x in (rare.astype(float), rare)
    )
    np.testing.assert_array_equal(as_float.information, as_bool.information)


def test_gap_prints_with_its_floor_which_follows_the_seed():
    codes, factors = knowing_codes(600)
    found, again, other = (mutual_information_gap(codes, factors, seed=seed) for seed in (0, 0, 1))
    assert found.floor == again.floor != other.floor
    assert found.score == other.score
    assert str(found).startswith(f"mutual information gap {found.score:.3f} (by chance 0.0")
    assert f"perfect codes {found.ceiling:.3f}): " in str(found)
    assert f"x {found.gaps['x']:.3f}" in str(found)


# Separation


def clusters(count, distance, seed=0):
    """Four classes, `distance` standard deviations apart along axes of their own."""
    labels = np.arange(count) % 4
    return distance * np.eye(4)[labels] + normal(count, 4, seed=seed), labels


@pytest.mark.parametrize("k", [1, 10])
def test_clusters_far_apart_are_told_apart_and_shuffled_labels_are_not(k):
    (train, train_labels), (test, labels) = clusters(2000, 50), clusters(800, 50, seed=1)
    assert neighbour_accuracy(train, train_labels, test, labels, k) == 1
    assert silhouette(train, train_labels) > 0.95
    shuffled = np.random.default_rng(0).permutation(train_labels)
    assert neighbour_accuracy(train, shuffled, test, labels, k) == pytest.approx(1 / 4, abs=0.05)
    # A little below 0: each code is compared with the nearest of three other classes.
    assert -0.03 < silhouette(train, shuffled) < 0


@pytest.mark.parametrize(("k", "expected"), [(1, 2 / 3), (3, 1), (5, 1 / 3)])
def test_neighbour_accuracy_of_a_few_points_is_the_one_worked_by_hand(k, expected):
    """Of five, class 3 has three; the one at 0.9 is a stray among class 7."""
    train, train_labels = [[0.0], [0.9], [1.1], [4.0], [5.0]], [7, 3, 7, 3, 3]
    test, labels = [[0.1], [0.9], [4.5]], [7, 7, 3]
    assert neighbour_accuracy(train, train_labels, test, labels, k) == pytest.approx(expected)


def test_silhouette_of_a_few_points_is_the_one_worked_by_hand():
    found = silhouette([[0.0], [1.0], [10.0], [12.0]], [0, 0, 1, 1])
    own, other = np.array([1, 1, 2, 2]), np.array([11, 10, 9.5, 11.5])
    assert found == pytest.approx((1 - own / other).mean())


def test_silhouette_takes_all_codes_or_a_seeded_choice_of_them():
    codes, labels = clusters(600, 3)
    whole = silhouette(codes, labels)
    assert whole == pytest.approx(reference_silhouette(codes, labels))
    some = [silhouette(codes, labels, most=300, seed=seed) for seed in (0, 0, 1)]
    assert some[0] == some[1] != some[2]
    assert some == pytest.approx([whole] * 3, abs=0.05)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_separation_is_blind_to_shift_rotation_and_names_of_classes(seed):
    codes, labels = clusters(80, 2, seed)
    moved, renamed = 3 * codes @ rotation(4, seed) + 5, 10 - labels
    assert silhouette(moved, renamed) == pytest.approx(silhouette(codes, labels))
    accuracies = [
        neighbour_accuracy(c[:40], names[:40], c[40:], names[40:], k=1)
        for c, names in ((codes, labels), (moved, renamed))
    ]
    assert accuracies[0] == accuracies[1]


# Paths


def path(*points):
    return np.array(points, dtype=float)


@pytest.mark.parametrize(
    ("points", "detour", "largest_step"),
    [
        (path([0, 0], [1, 1], [2, 2], [3, 3]), 1, 1),
        (path([0, 0], [1, 0], [1, 1]), math.sqrt(2), 1),
        (path([0, 0], [0, 0], [0, 0], [5, 0], [5, 0]), 1, 4),
        (path([0, 0], [1, 0], [4, 0]), 1, 3 / 4 * 2),
        (path([0, 0], [3, 0], [1, 0]), 5, 3 / 5 * 2),
        (path([0, 0], [0, 2], [2, 2], [2, 0]), 3, 1),
    ],
    ids=["even", "right angle", "one jump", "uneven", "there and back", "around"],
)
def test_a_path_has_the_detour_and_largest_step_worked_by_hand(points, detour, largest_step):
    found = path_measures(np.stack([points, -points]))
    assert found.detour == pytest.approx([detour] * 2)
    assert found.largest_step == pytest.approx([largest_step] * 2)
    assert found.kept.all()


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 12), st.integers(1, 6), st.integers(0, 1000))
def test_path_measures_keep_their_range_and_are_blind_to_direction_rotation_and_scale(
    steps, d, seed
):
    features = normal(4, steps, d, seed=seed)
    found = path_measures(features)
    assert (found.detour >= 1).all()
    assert (found.largest_step >= 1).all()
    assert (found.largest_step <= steps - 1).all()
    for moved in (features[:, ::-1], 7 * features @ rotation(d, seed) - 2):
        again = path_measures(moved)
        np.testing.assert_allclose(again.detour, found.detour, rtol=1e-6)
        np.testing.assert_allclose(again.largest_step, found.largest_step, rtol=1e-6)


def test_straight_even_paths_never_leave_their_range_by_rounding():
    ends = normal(2, 500, 16)
    shares = np.linspace(0, 1, 11)[:, None]
    found = path_measures(ends[0, :, None] * (1 - shares) + ends[1, :, None] * shares)
    assert found.detour.min() >= 1
    assert found.largest_step.min() >= 1
    assert max(found.detour.max(), found.largest_step.max()) < 1 + 1e-9


def test_summary_has_means_and_standard_errors():
    features = normal(50, 8, 3)
    found = path_measures(features)
    summary = found.summary()
    for values, mean, error in (
        (found.detour, summary.detour, summary.detour_error),
        (found.largest_step, summary.largest_step, summary.largest_step_error),
    ):
        assert mean == pytest.approx(values.mean())
        assert error == pytest.approx(values.std() / math.sqrt(49))
    assert summary.paths == 50
    assert str(summary).endswith("(50 paths)")
    assert math.isnan(path_measures(features[:1]).summary().detour_error)


@pytest.mark.parametrize("rounding", [0, 1e-7])
def test_paths_that_end_where_they_begin_are_left_out_and_reported(rounding):
    features = 5 + normal(6, 4, 3)
    features[[1, 4], -1] = features[[1, 4], 0] * (1 + rounding)
    with pytest.warns(CoincidingEndsWarning, match="2 of 6 paths .* first is 1") as record:
        found = path_measures(features)
    assert [warning.filename for warning in record] == [__file__]
    assert np.flatnonzero(found.kept).tolist() == [0, 2, 3, 5]
    assert str(found.summary()).endswith("(4 paths)")
    np.testing.assert_array_equal(found.detour, path_measures(features[found.kept]).detour)


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("memory", [inputs.MEMORY, 2**14])
def test_the_share_of_real_looking_images_is_the_precision(k, memory, monkeypatch):
    monkeypatch.setattr(inputs, "MEMORY", memory)
    real, fake = normal(200, 4), 1.5 * normal(150, 4, seed=1)
    fake[:20] = real[:20]
    found = realism(fake, real, k)
    assert found.dtype == bool
    assert found.mean() == precision_recall_density_coverage(real, fake, k).precision
    np.testing.assert_array_equal(realism(1e4 + 3 * fake, 1e4 + 3 * real, k), found)
    density = local_density(fake, real, k)
    np.testing.assert_array_equal(density > 0, found)
    expected = precision_recall_density_coverage(real, fake, k).density
    assert density.mean() == pytest.approx(expected)


def test_an_outlier_lets_garbage_pass_as_real_and_hardly_as_dense():
    real = np.concatenate([normal(500, 3), [[50.0, 0, 0]]])
    garbage = np.array([30.0, 10, 0]) + normal(200, 3, seed=1)
    assert realism(garbage, real).mean() == 1
    assert local_density(garbage, real).tolist() == [0.2] * 200
    assert local_density(normal(500, 3, seed=2), real).mean() == pytest.approx(1, abs=0.15)


def test_realism_of_a_few_points_is_the_one_worked_by_hand():
    """Balls for k = 1: (−1, 1), (0, 2), (1, 5), (3, 11); open, so that 11 is outside."""
    found = realism([[-2.0], [0.5], [2.0], [10.0], [11.0]], [[0.0], [1.0], [3.0], [7.0]], k=1)
    assert found.tolist() == [False, True, True, True, False]
    assert realism([[6.0]], [[0.0], [1.0], [3.0], [7.0]], k=1).tolist() == [True]


def test_the_middle_of_a_path_across_a_gap_is_not_real():
    real = np.concatenate([normal(300, 2), np.array([40, 0]) + normal(300, 2, seed=1)])
    across = np.linspace([0, 0], [40, 0], 9)
    assert realism(across, real).tolist() == [True, *[False] * 7, True]


# Attribute vectors

DIRECTIONS = {"smile": np.array([1.0, 0, 2, 0]), "hat": np.array([0, 3.0, 1, 0])}


def faces(count=4000, leak=0.8, noise=0.0, seed=0):
    """Linear codes; a share `leak` of those who smile have a hat, 1 − `leak` of the others."""
    rng = np.random.default_rng(seed)
    smile = rng.random(count) < 0.4
    hat = rng.random(count) < np.where(smile, leak, 1 - leak)
    codes = 5 + np.outer(smile, DIRECTIONS["smile"]) + np.outer(hat, DIRECTIONS["hat"])
    return codes + noise * rng.normal(size=codes.shape), {"smile": smile, "hat": hat}


@pytest.mark.parametrize("name", DIRECTIONS)
def test_a_linear_code_gives_its_directions_back(name):
    codes, attributes = faces(leak=0.5, noise=0.5)
    found = attribute_vector(codes, attributes[name])
    np.testing.assert_allclose(found, DIRECTIONS[name], atol=0.15)
    assert found == pytest.approx(attribute_vector(codes, attributes[name].astype(int)))


def test_a_correlated_attribute_leaks_into_the_plain_vector_and_not_into_the_balanced_one():
    codes, attributes = faces()
    smile, hat = attributes.values()
    leaked = hat[smile].mean() - hat[~smile].mean()
    assert leaked > 0.5
    plain = attribute_vector(codes, smile)
    expected = DIRECTIONS["smile"] + leaked * DIRECTIONS["hat"]
    np.testing.assert_allclose(plain, expected, atol=1e-12)
    balanced = attribute_vector(codes, smile, balance={"hat": hat})
    np.testing.assert_allclose(balanced, DIRECTIONS["smile"], atol=1e-12)


def test_the_balanced_vector_is_the_least_squares_slope_with_a_level_per_group():
    codes, attributes = faces(400, leak=0.7, noise=1.0)
    other = np.random.default_rng(1).random(400) < 0.3 + 0.3 * attributes["smile"]
    balance = {"hat": attributes["hat"], "other": other.astype(int)}
    groups = np.eye(4)[attributes["hat"] + 2 * other]
    design = np.column_stack([attributes["smile"], groups])
    expected = np.linalg.lstsq(design, codes, rcond=None)[0][0]
    found = attribute_vector(codes, attributes["smile"], balance=balance)
    np.testing.assert_allclose(found, expected)


def test_groups_of_one_kind_are_left_out():
    """Only men are bald: among women there is nothing to compare with."""
    codes, attributes = faces(400)
    male, bald = attributes["smile"], attributes["smile"] & attributes["hat"]
    found = attribute_vector(codes, bald, balance={"male": male})
    assert found == pytest.approx(attribute_vector(codes[male], bald[male]))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.booleans())
def test_attribute_vectors_turn_round_with_the_attribute_and_move_with_the_code(seed, balanced):
    codes, attributes = faces(200, leak=0.6, noise=1.0, seed=seed)
    options = {"balance": {"hat": attributes["hat"]}} if balanced else {}
    smile, turn = attributes["smile"], rotation(4, seed)
    found = attribute_vector(codes, smile, **options)
    np.testing.assert_allclose(attribute_vector(codes, ~smile, **options), -found, atol=1e-12)
    np.testing.assert_allclose(
        attribute_vector(codes @ turn + 7, smile, **options), found @ turn, atol=1e-9
    )


# All of them

CODES, LABELS = normal(500, 3), np.arange(500) % 5
FACTORS = {"label": LABELS}
BROKEN = np.where(np.arange(500)[:, None] == 7, np.nan, CODES)
YES = LABELS < 2


def gap(codes=CODES, **factors):
    return mutual_information_gap(codes, factors or FACTORS)


def accuracy(codes=CODES, labels=LABELS, test_codes=CODES, test_labels=LABELS, k=10):
    return neighbour_accuracy(codes, labels, test_codes, test_labels, k)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gap(BROKEN), "1 of 500 rows of codes .* row 7"),
        (lambda: gap(CODES[:, 0]), r"codes must be \(n, d\)"),
        (lambda: gap(CODES[:20]), "20 rows, at least 21 are needed for more than the 20 bins"),
        (lambda: mutual_information_gap(CODES, {}), "factors is empty"),
        (lambda: mutual_information_gap(CODES, FACTORS, bins=1), "bins must be .* from 2"),
        (lambda: gap(x=LABELS[1:]), r"'x' must be \(500,\) numbers.*found shape \(499,\)"),
        (lambda: gap(x=np.eye(500)), r"found shape \(500, 500\)"),
        (lambda: gap(x=LABELS.astype(str)), "'x' must be .* of <U"),
        (lambda: gap(x=BROKEN[:, 0]), "numbers of factor 'x' hold NaN .* number 7"),
        (lambda: gap(y=LABELS, x=0 * LABELS + 3), "'x' is 3 for all 500 images"),
        (lambda: accuracy(BROKEN), "rows of train_codes hold NaN"),
        (lambda: accuracy(test_codes=BROKEN), "rows of test_codes hold NaN"),
        (lambda: accuracy(CODES[:, :2]), "train_codes and test_codes must agree"),
        (lambda: accuracy(CODES[:9], LABELS[:9]), "train_codes has 9 rows, at least 10 .* 10 neig"),
        (lambda: accuracy(labels=LABELS[1:]), r"train_labels must be \(500,\) whole numbers"),
        (lambda: accuracy(test_labels=LABELS / 2), "test_labels must be .* of float64"),
        (lambda: accuracy(test_labels=LABELS + 1), "train_labels lack, the first is 5"),
        (lambda: accuracy(k=0), "k must be"),
        (lambda: silhouette(BROKEN, LABELS), "rows of codes hold NaN"),
        (lambda: silhouette(CODES, LABELS[:9]), r"labels must be \(500,\)"),
        (lambda: silhouette(CODES, 0 * LABELS), "at least 2 .* found 1"),
        (lambda: silhouette(CODES, np.arange(500)), "fewer than 500 classes, found 500"),
        (lambda: silhouette(CODES, LABELS, most=2), "most must be .* from 3"),
        (lambda: path_measures(CODES), r"\(500, 3\)\. .* features\[None\]"),
        (lambda: path_measures(CODES[None, :0]), r"found shape \(1, 0, 3\)"),
        (lambda: path_measures(CODES[None, :2]), "2 images per path, at least 3"),
        (lambda: path_measures(BROKEN.reshape(50, 10, 3)), "1 of 50 rows .* row 0"),
        (lambda: path_measures(np.ones((4, 3, 2))), "ends of all 4 paths coincide"),
        (lambda: realism(BROKEN, CODES), "rows of features hold NaN"),
        (lambda: realism(CODES, BROKEN), "rows of real_features hold NaN"),
        (lambda: realism(CODES[:, :2], CODES), "features and real_features must agree"),
        (lambda: realism(CODES, CODES[:5]), "real_features has 5 rows, at least 6 .* 5 neighbours"),
        (lambda: realism(CODES, CODES, k=0), "k must be"),
        (lambda: local_density(BROKEN, CODES), "rows of features hold NaN"),
        (lambda: attribute_vector(BROKEN, YES), "rows of codes hold NaN"),
        (lambda: attribute_vector(CODES, YES[1:]), r"present must be \(500,\) booleans"),
        (lambda: attribute_vector(CODES, LABELS), "labels == 3"),
        (lambda: attribute_vector(CODES, YES, balance={"a": LABELS}), r"balance\['a'\] must be"),
        (lambda: attribute_vector(CODES, YES, least=0), "least must be"),
        (
            lambda: attribute_vector(CODES, YES, least=300),
            "200 images with .* 300 without it among",
        ),
        (lambda: attribute_vector(CODES, YES & False), "0 images with the attribute and 500"),
        (lambda: attribute_vector(CODES, YES, balance={"a": YES}), "0 .* 0 .* of equal 'a' that"),
    ],
)
def test_what_cannot_be_measured_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "warning", "message"),
    [
        (lambda: gap(CODES * [1, 0, 1]), inputs.ConstantFeaturesWarning, "1 of 3 .* first is 1"),
        (lambda: gap(CODES * 0), inputs.ConstantFeaturesWarning, "all 500 rows of codes are equal"),
        (
            lambda: gap(CODES[:399], label=LABELS[:399]),
            inputs.FewSamplesWarning,
            "399 codes for 20 × 20 bins",
        ),
        (
            lambda: accuracy(CODES * [1, 0, 1]),
            inputs.ConstantFeaturesWarning,
            "1 of 3 dimensions of train_codes",
        ),
    ],
)
def test_doubtful_inputs_are_reported_at_the_line_that_measures(call, warning, message):
    with pytest.warns(warning, match=message) as record:
        assert np.isfinite(getattr(found := call(), "score", found))
    assert [one.filename for one in record] == [__file__]


@pytest.mark.filterwarnings("error")
def test_healthy_inputs_raise_no_warning():
    gap()
    accuracy()
    silhouette(CODES, LABELS)
    path_measures(CODES.reshape(50, 10, 3))
    realism(CODES, CODES)
    local_density(CODES, CODES)
    attribute_vector(CODES, YES, balance={"a": LABELS % 2})
