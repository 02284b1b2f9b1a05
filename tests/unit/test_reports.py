"""The course classifier and the report, on the built-in digits in the `smoke` profile."""

import dataclasses
import html
import re

import keras
import numpy as np
import pytest
from real_data import REAL_FOLDER, needs_real_data
from scipy.ndimage import gaussian_filter

from course_utils import data, environment, evaluation
from course_utils.evaluation import classifier, comparison
from course_utils.evaluation.reports import MEASURES
from course_utils.evaluation.yardsticks import WeakClassifierWarning, Yardstick
from course_utils.storage import CHECKOUT

COUNT = 600


@pytest.fixture(scope="module")
def digits(shared_cache):
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("COURSE_CACHE_DIR", str(shared_cache))
        settings.setenv("COURSE_PROFILE", "smoke")
        environment.start(seed=0)
        yield data.load("digits", 3_000, test_size=1_200)


@pytest.fixture(autouse=True)
def small_classifier(isolated_environment, monkeypatch):
    """The `smoke` profile's, trained in seconds, also where a test asks for it anew."""
    monkeypatch.setenv("COURSE_PROFILE", "smoke")


@pytest.fixture(scope="module")
def yardstick(digits):
    return Yardstick(digits, COUNT)


@pytest.fixture(scope="module")
def others(yardstick):
    """Real images that are neither the reference nor known to the classifier."""
    return yardstick.classifier.set_aside[-COUNT:]


@pytest.fixture(scope="module")
def damaged(others):
    """The same images, from as they are to worse and worse."""
    noise = np.random.default_rng(0).normal(size=others.shape)
    return {
        "real": others,
        "lightly blurred": gaussian_filter(others, (0, 0.7, 0.7, 0)),
        "heavily blurred": gaussian_filter(others, (0, 2, 2, 0)),
        "noise": np.clip(0.5 + noise, 0, 1),
    }


@pytest.fixture(scope="module")
def reports(yardstick, damaged):
    return {name: yardstick.report(images) for name, images in damaged.items()}


def test_the_smoke_classifier_knows_its_classes_and_says_how_well(yardstick):
    assert 0.9 < yardstick.classifier.accuracy < 1
    assert f"{yardstick.classifier.accuracy:.1%}" in str(yardstick.classifier)


def test_the_classifier_has_not_seen_what_is_set_aside(yardstick):
    everything = data.load("digits", 6_000).x_train
    order = np.random.default_rng(0).permutation(len(everything))
    aside = len(yardstick.classifier.set_aside)
    assert np.array_equal(everything[order[:aside]], yardstick.classifier.set_aside)
    assert yardstick.classifier.trained_on == len(everything) - aside


def test_a_cached_classifier_gives_the_same_features_without_training(
    yardstick, digits, monkeypatch
):
    monkeypatch.setattr(classifier, "_train", lambda *_: pytest.fail("trained again"))
    again = evaluation.course_classifier("digits")
    assert np.array_equal(
        again.features(digits.x_test[:50]), yardstick.classifier.features(digits.x_test[:50])
    )


def test_a_damaged_cached_classifier_is_trained_again(
    yardstick, digits, monkeypatch, shared_cache, tmp_path, capsys
):
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path))
    (stored,) = (shared_cache / "classifiers").glob("digits-*.npz")
    (tmp_path / "classifiers").mkdir()
    (tmp_path / "classifiers" / stored.name).write_bytes(stored.read_bytes()[:-1_000])
    again = evaluation.course_classifier("digits")
    assert "Training the course classifier of digits" in capsys.readouterr().out
    assert again.accuracy == yardstick.classifier.accuracy
    with np.load(tmp_path / "classifiers" / stored.name) as file:
        assert "meta" in file.files


@needs_real_data
@pytest.mark.parametrize(("name", "least"), [("mnist", 0.98), ("fashion_mnist", 0.9)])
def test_the_classifiers_of_the_package_fit_the_real_data_and_need_no_training(
    name, least, monkeypatch, tmp_path
):
    monkeypatch.setenv("COURSE_PROFILE", "cpu")
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("COURSE_DATA_DIR", str(REAL_FOLDER))
    monkeypatch.setattr(classifier, "_train", lambda *_: pytest.fail("trained anew"))
    known, images = evaluation.course_classifier(name), data.load(name)
    right = known.describe(images.x_test[:2_000])[1].argmax(axis=1) == images.y_test[:2_000]
    assert right.mean() > least
    assert {file.stem.rpartition("-")[0] for file in classifier.SHIPPED.iterdir()} == {
        "mnist", "fashion_mnist",
    }  # fmt: skip


def test_features_are_centred_and_both_kinds_have_their_variance_on_training_images(yardstick):
    known = yardstick.classifier
    order = np.random.default_rng(0).permutation(6_000)
    features = known.features(data.load("digits", 6_000).x_train[order[len(known.set_aside) :]])
    assert np.allclose(features.mean(axis=0), 0, atol=1e-4)
    size = classifier.SIZE
    shares = [part.var(axis=0).sum() for part in (features[:, :size], features[:, size:])]
    assert shares == pytest.approx(classifier._VARIANCES, rel=1e-3)


def test_the_kernel_distance_sees_features_that_spread_less(yardstick):
    """Far from zero it would hardly see more than the means."""
    features = yardstick.classifier.features(yardstick.test)
    other = yardstick.classifier.features(yardstick.other)
    shrunk = other.mean(axis=0) + 0.8 * (other - other.mean(axis=0))
    real, less = (evaluation.kernel_feature_distance(features, f) for f in (other, shrunk))
    assert less.value > real.value + 5 * real.error


def test_asking_for_the_yardstick_changes_no_random_number(digits, yardstick):
    def next_numbers(ask):
        keras.utils.set_random_seed(0)
        if ask:
            evaluation.course_classifier("digits")
        layer = keras.layers.Dense(3)
        layer.build((None, 4))
        return np.random.rand(), np.asarray(layer.kernel)  # noqa: NPY002

    (first, weights), (second, others) = next_numbers(False), next_numbers(True)
    assert first == second
    assert np.array_equal(weights, others)


@pytest.mark.parametrize("name", ["toys", "cats"])
def test_a_set_without_classifier_is_refused_with_those_there_are(name):
    with pytest.raises(ValueError, match=r"no course classifier for.*mnist, fashion_mnist"):
        evaluation.course_classifier(name)


@pytest.mark.parametrize("images", [np.zeros((3, 14, 14, 1)), np.zeros((0, 28, 28, 1))])
def test_the_classifier_refuses_images_of_another_shape(yardstick, images):
    with pytest.raises(ValueError, match=r"takes images \(n, 28, 28, 1\)"):
        yardstick.classifier.features(images)


@pytest.mark.parametrize(
    ("key", "better"), [("frechet", 1), ("kernel", 1), ("coverage", -1), ("student", -1)]
)
def test_measures_order_worse_and_worse_images(reports, key, better):
    values = [better * report[key].value for report in reports.values()]
    assert values[0] < values[1] < values[2]
    if key == "student":  # after noise it guesses, and after heavy blur it hardly does better
        assert abs(reports["noise"][key].value - 1 / 10) < 3 * reports["noise"][key].error
    else:
        assert values[2] <= values[3]


def test_real_images_score_about_the_floor_and_noise_falls_among_no_real_images(reports):
    real = reports["real"]
    for key in ("frechet", "precision", "recall", "coverage", "sure", "student"):
        measure = real[key]
        error = np.hypot(measure.error, measure.floor_error)
        assert abs(measure.value - measure.floor) < 6 * error + 0.02, key
    assert reports["noise"]["precision"].value < 0.05
    assert reports["heavily blurred"]["sharpness"].value < 0.1 < reports["noise"]["sharpness"].value


def test_a_dropped_class_is_missed_and_leaves_precision(yardstick, reports):
    every = data.load("digits", 6_000)
    kept = every.x_train[every.y_train > 1][-2 * COUNT :]
    dropped, whole = yardstick.report(kept), reports["real"]
    assert dropped["classes"].value == 8
    assert dropped["balance"].value < 8.5 < whole["balance"].value
    assert dropped["recall"].value < whole["recall"].value - 0.1
    assert dropped["coverage"].value < whole["coverage"].value - 0.1
    assert dropped["precision"].value > whole["precision"].value - 0.05


def test_one_image_a_thousand_times_is_caught(yardstick, digits):
    report = yardstick.report(np.repeat(digits.x_test[:1], 1_000, axis=0))
    assert "one image over and over" in " ".join(report.notes)
    assert str(report).splitlines()[-1].startswith("Note: all 600 rows")
    assert "Note: all 600 rows" in report._repr_html_()
    assert report["duplicates"].value == 1
    assert report["coverage"].value < 0.05
    assert report["balance"].value == 1


def test_copies_of_training_images_are_caught_where_quality_looks_perfect(yardstick, digits):
    report = yardstick.report(digits.x_train[:COUNT])
    assert report["copies"].value == 1
    assert report["nearest"].value == 0
    assert report["copies"].floor <= 0.02
    assert report["precision"].value > 0.8


@pytest.mark.parametrize("classes", [0, 10])
def test_errors_by_resampling_are_what_the_measures_vary_by_when_all_is_drawn_anew(classes):
    def sample(rng, n=300):
        labels, nearest = rng.choice(10, n, p=np.arange(1, 11) / 55), rng.gamma(4.0, size=n)
        one_by_one = {"sure": rng.random(n) < 0.8, "energy": rng.gamma(2.0, size=n)}
        # The last of the copies are found or not, by chance.
        twin, nothing = rng.random(n) < 0.1, np.empty((n, 0))
        return comparison.Sample(
            nothing, labels, pixels=nothing, nearest=nearest, twin=twin, **one_by_one
        )

    rng, found = np.random.default_rng(0), []
    for _ in range(60):
        values = comparison._by_image(sample(rng), sample(rng), classes, rng)
        found += [{key: value for key, value in values.items() if key != "classes"}]
        assert ("classes" in values) == bool(classes)
    for key in found[0]:
        value, error = np.array([one[key] for one in found]).T
        assert 0.6 < error.mean() / value.std() < 1.6, key


def test_what_the_floor_is_by_definition_has_no_error(reports):
    real = reports["real"]
    assert [key for key, one in real.measures.items() if np.isnan(one.floor_error)] == [
        "copies", "nearest"
    ]  # fmt: skip
    assert not any(np.isnan(one.error) for one in real.measures.values())
    line = next(line for line in str(real).splitlines() if line.startswith("distance to the near"))
    assert line.count("±") == 1


def test_of_sorted_images_a_random_subset_is_measured_the_same_by_report_and_alone(
    digits, yardstick
):
    """The first ones would be zeros and ones alone."""
    fake = digits.x_train[np.argsort(digits.y_train, kind="stable")]
    report = yardstick.report(fake)["frechet"]
    assert yardstick.frechet(fake) == pytest.approx(report.value, rel=1e-3)
    assert yardstick.frechet(fake[:COUNT]) > 5 * report.value
    assert yardstick.frechet_floor() == pytest.approx(report.floor, rel=1e-3)


def test_the_seed_chooses_the_images_on_all_sides(digits, yardstick):
    other = Yardstick(digits, COUNT, seed=np.int64(1))
    for side in ("test", "other"):
        assert len(getattr(other, side)) == COUNT
        assert not np.array_equal(getattr(other, side), getattr(yardstick, side))


def test_a_report_prints_as_a_table_with_floor_count_and_features(reports):
    text, page = str(reports["real"]), reports["real"]._repr_html_()
    assert text.startswith("600 generated images against 600 held-out images of digits (builtin)")
    assert "course classifier" in text.splitlines()[0]
    assert len(text.splitlines()) == 2 + len(reports["real"].measures)
    assert page.count("<tr>") == 1 + len(reports["real"].measures)
    assert html.escape("Fréchet distance") in page
    assert reports["real"].as_dict()["frechet"] == reports["real"]["frechet"].value


def test_a_report_names_its_measures_if_asked_for_another(reports):
    with pytest.raises(KeyError, match="'fid' is not measured; there are frechet, kernel"):
        reports["real"]["fid"]


def test_images_in_another_pixel_range_give_the_same_report(digits, reports, damaged):
    scaled = Yardstick(digits.scaled(-1, 1), COUNT).report(2 * damaged["lightly blurred"] - 1)
    for key, value in reports["lightly blurred"].as_dict().items():
        assert scaled[key].value == pytest.approx(value, rel=1e-3, abs=2e-3), key


def test_the_short_way_gives_the_same_number_and_keeps_the_real_side(digits, damaged, reports):
    fake = damaged["lightly blurred"]
    assert evaluation.report(digits, fake, count=COUNT).as_dict() == pytest.approx(
        reports["lightly blurred"].as_dict()
    )
    assert evaluation.yardstick(digits, COUNT) is evaluation.yardstick(digits, COUNT)
    quick = evaluation.yardstick(digits, COUNT).frechet(fake)
    assert quick == pytest.approx(reports["lightly blurred"]["frechet"].value, rel=1e-4)


def test_the_quick_way_gives_the_numbers_of_the_report(yardstick, damaged, reports):
    for name in ("real", "heavily blurred"):
        quick = yardstick.quick(damaged[name])
        assert list(quick) == ["frechet", "precision", "recall", "density", "coverage", "balance"]
        values = {key: reports[name][key].value for key in quick}
        assert quick == pytest.approx(values, rel=1e-3)


def broken(images):
    images = images.copy()
    images[3, 0, 0, 0] = np.nan
    return images


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: x[:50], "found 50 generated images; a report needs at least 400"),
        (lambda x: x[..., 0], r"must be \(n, 28, 28, 1\)"),
        (lambda x: x[:, :14], r"found \(600, 14, 28, 1\)"),
        (broken, "1 of 600 rows of generated images hold NaN or infinity, the first is row 3"),
        (lambda x: 2 * x - 1, r"pixels must lie in \[0, 1\].*np.clip"),
        (lambda x: 255 * x, r"found \[0, 255\]"),
    ],
)
def test_images_that_cannot_be_judged_are_refused(yardstick, others, spoil, message):
    with pytest.raises(ValueError, match=message):
        yardstick.report(spoil(others))


@pytest.mark.parametrize("count", [10, 2.5, True, np.int64(10)])
def test_a_count_that_makes_no_sense_is_refused(digits, count):
    with pytest.raises(ValueError, match="count"):
        Yardstick(digits, count)


def test_of_a_set_smaller_than_the_count_all_images_are_compared_and_a_note_says_so(digits, capsys):
    large = Yardstick(digits, 1_000_000)
    assert large.count == large.available < 1_000_000
    assert f"Note: 1,000,000 images asked for, {large.count:,}" in capsys.readouterr().out


def test_a_classifier_that_knows_nothing_is_called_weak(digits, yardstick, monkeypatch):
    weak = dataclasses.replace(yardstick.classifier, accuracy=0.5)
    monkeypatch.setattr(classifier, "course_classifier", lambda *_: weak)
    with pytest.warns(WeakClassifierWarning, match="50.0% of the test split"):
        Yardstick(digits, COUNT)


@pytest.fixture
def tiny(monkeypatch):
    """A classifier that trains in a second."""
    budget = dataclasses.replace(
        classifier._BUDGETS["smoke"], train_size=1_600, set_aside=400, epochs=1, filters=(4, 8)
    )
    monkeypatch.setitem(classifier._BUDGETS, "smoke", budget)


def no_folder(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path / "file" / "cache"))


def read_only(monkeypatch, tmp_path):
    """Root may write anywhere, so that permissions alone would not do."""
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path))

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(classifier.storage, "locked", refuse)


@pytest.mark.filterwarnings("ignore::course_utils.evaluation.yardsticks.WeakClassifierWarning")
@pytest.mark.parametrize("broken", [no_folder, read_only])
def test_without_a_cache_a_report_works_and_trains_once_and_one_note_says_so(
    broken, digits, tiny, monkeypatch, tmp_path, capsys
):
    broken(monkeypatch, tmp_path)
    images = data.load("digits", 1_000, test_size=1_000)
    assert evaluation.report(images, digits.x_train[:400], count=400)["frechet"].value > 0
    again = evaluation.course_classifier("digits").features(digits.x_test[:9])
    assert np.array_equal(
        again, evaluation.yardstick(images, 400).classifier.features(digits.x_test[:9])
    )
    said = capsys.readouterr().out
    assert said.count("Training the course classifier") == 1
    # Data and classifier share it.
    (said_not_kept,) = re.findall("Note: .*", said)
    assert "nothing can be kept in" in said_not_kept


def striped(count, rng):
    """Images 9 × 14 with two attributes to be seen: a light left half, a light upper half."""
    factors = {name: rng.integers(0, 2, count) for name in ("left", "upper")}
    x = rng.random((count, 9, 14, 1), "float32") / 4
    x[:, :, :7] += factors["left"][:, None, None, None] / 4
    x[:, :4] += factors["upper"][:, None, None, None] / 4
    return x, factors["left"], factors | {"shade": rng.random(count, "float32")}


def test_of_several_yes_or_no_attributes_all_are_learnt_and_classes_are_left_out_in_words(
    tiny, monkeypatch, tmp_path
):
    budget = dataclasses.replace(classifier._BUDGETS["smoke"], epochs=12)
    monkeypatch.setitem(classifier._BUDGETS, "smoke", budget)
    rng = np.random.default_rng(0)
    (x, y, factors), (x_test, y_test, factors_test) = striped(2_000, rng), striped(1_000, rng)
    images = data.ImageData(
        "faces", "builtin", "made here", x, y, x_test, y_test, ("no", "yes"), factors, factors_test
    )
    monkeypatch.setenv("COURSE_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(classifier.data, "load", lambda *_: images)
    known = evaluation.course_classifier("faces")
    assert known.attributes == ("left", "upper")
    assert known.accuracy > 0.9
    probabilities = known.describe(x_test)[1]
    assert np.mean((probabilities[:, 1] > 0.5) == factors_test["upper"]) > 0.9
    report = evaluation.report(images, x_test[y_test == 1][:400], count=400)
    assert "tells 2 yes/no attributes" in report.notes[0]
    assert set(values := report.as_dict()) == set(MEASURES) - {"classes", "student"}
    assert values["balance"] < 2.5 < report["balance"].floor


@pytest.mark.parametrize("name", ["digits", "garments"])
def test_of_other_labels_no_attributes_are_learnt(name, monkeypatch):
    factors = {"striped": np.arange(20) % 2, "dotted": np.arange(20) % 2}
    images = dataclasses.replace(data.load(name, 20, test_size=20), factors_train=factors)
    assert classifier._attributes(images) == ()


def test_the_example_in_the_readme_runs(monkeypatch, capsys):
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert "evaluation.report(" in example
    monkeypatch.setenv("COURSE_DATA", "builtin")
    exec(example, {})
    assert "Fréchet distance" in capsys.readouterr().out
