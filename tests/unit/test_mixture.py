import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from sklearn.mixture import GaussianMixture

from course_utils import models
from course_utils.measures import inputs
from course_utils.models import (
    ConstantFeaturesWarning,
    FewPointsWarning,
    Mixture,
    NotConvergedWarning,
    Selection,
    em,
    select_components,
    selection,
)
from course_utils.models import mixture as mixture_module
from course_utils.storage import CHECKOUT

COVARIANCES = ("full", "tied", "diag", "spherical")


def clusters(points=900, features=2, shares=(0.5, 0.3, 0.2), seed=0):
    """Points, and the number of the cluster of each, around far corners of a cube."""
    generator = np.random.default_rng(seed)
    labels = generator.choice(len(shares), points, p=shares)
    centres = 20 * np.stack([np.arange(len(shares)) >> i & 1 for i in range(features)], axis=1)
    return centres[labels] + generator.normal(size=(points, features)), labels, centres


def correlated(points=400, features=6, seed=0):
    """Points whose features are correlated and not centred."""
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(features, features)) * np.logspace(0, -1, features)[:, None]
    return generator.normal(size=(points, features)) @ mixing + np.arange(features)


@pytest.fixture(scope="module")
def images():
    return correlated(points=300, features=4 * 3 * 2).reshape(300, 4, 3, 2).astype("float32")


# Densities


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_the_log_likelihood_is_that_of_scipy(covariance):
    x = correlated()
    mixture = Mixture(3, covariance=covariance).fit(x)
    assert mixture.covariances.shape == (3, x.shape[1], x.shape[1])
    parts = [
        np.log(mixture.weights[k])
        + stats.multivariate_normal(mixture.means[k], mixture.covariances[k]).logpdf(x)
        for k in range(3)
    ]
    expected = special.logsumexp(parts, axis=0)
    np.testing.assert_allclose(mixture.log_likelihood(x), expected, rtol=1e-9)
    np.testing.assert_allclose(mixture.responsibilities(x), np.exp(parts - expected).T, atol=1e-9)


def test_the_fit_is_that_of_scikit_learn():
    x = correlated(points=1000)
    bare = GaussianMixture(4, max_iter=200, random_state=3).fit(x)
    ours = Mixture(4, seed=3).fit(x)
    np.testing.assert_allclose(ours.log_likelihood(x), bare.score_samples(x), atol=1e-6)
    assert ours.aic(x) == pytest.approx(bare.aic(x))
    assert ours.bic(x) == pytest.approx(bare.bic(x))
    assert ours.steps == bare.n_iter_


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_free_parameters_are_counted_as_scikit_learn_counts_them(covariance):
    x = correlated()
    bare = GaussianMixture(3, covariance_type=covariance, random_state=0).fit(x)
    assert Mixture(3, covariance=covariance).fit(x).parameters == bare._n_parameters()


def test_one_component_has_the_parameters_of_probabilistic_pca():
    """Tipping and Bishop 1999: d mean + d q + 1 - q (q - 1) / 2."""
    d, q = 6, 2
    mixture = Mixture(1, pca=q).fit(correlated(features=d))
    assert mixture.parameters == d + d * q + 1 - q * (q - 1) // 2


def principal(x, q):
    values, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
    return values[::-1], vectors[:, ::-1][:, :q]


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_one_component_through_pca_is_the_gaussian_in_closed_form(scale):
    x, q, regularisation = scale * correlated(), 2, 1e-2
    values, w = principal(x, q)
    noise = values[q:].mean() + regularisation
    inside = np.diag(values[:q] + regularisation)
    covariance = w @ inside @ w.T + noise * (np.eye(x.shape[1]) - w @ w.T)
    expected = stats.multivariate_normal(x.mean(axis=0), covariance).logpdf(x)
    mixture = Mixture(1, pca=q, regularisation=regularisation).fit(x)
    np.testing.assert_allclose(mixture.log_likelihood(x), expected, rtol=1e-8)


def test_a_density_through_pca_integrates_to_one():
    """Monte Carlo with a wide Gaussian as proposal."""
    x, _, _ = clusters(features=3)
    mixture = Mixture(3, pca=2).fit(x)
    proposal = stats.multivariate_normal(x.mean(axis=0), 3 * np.cov(x.T))
    points = proposal.rvs(200_000, random_state=0)
    ratios = np.exp(mixture.log_likelihood(points) - proposal.logpdf(points))
    assert ratios.mean() == pytest.approx(1, abs=5 * ratios.std() / len(ratios) ** 0.5)
    assert ratios.std() / len(ratios) ** 0.5 < 0.02


def test_all_principal_components_give_the_density_of_none():
    x = correlated()
    through, without = (Mixture(2, pca=pca).fit(x) for pca in (x.shape[1], None))
    np.testing.assert_allclose(through.log_likelihood(x), without.log_likelihood(x), atol=1e-8)
    assert through.parameters == without.parameters
    assert through.bic(x) == pytest.approx(without.bic(x))


def test_more_principal_components_describe_held_out_data_better():
    x = correlated(points=2000)
    likelihoods = [
        Mixture(1, pca=q).fit(x[:1000]).log_likelihood(x[1000:]).mean() for q in (1, 3, 5)
    ]
    assert likelihoods == sorted(likelihoods)


# EM


def test_separated_clusters_are_recovered():
    x, labels, centres = clusters(3000)
    mixture = Mixture(3).fit(x)
    order = [int(np.linalg.norm(mixture.means - centre, axis=1).argmin()) for centre in centres]
    np.testing.assert_allclose(mixture.means[order], centres, atol=0.15)
    np.testing.assert_allclose(mixture.weights[order], np.bincount(labels) / 3000, atol=1e-3)
    assert (np.argsort(order)[mixture.assign(x)] == labels).all()


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_em_never_lowers_the_likelihood(covariance):
    x = correlated(points=500)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotConvergedWarning)
        likelihoods = [
            Mixture(4, covariance=covariance, iterations=steps, tolerance=0)
            .fit(x)
            .log_likelihood(x)
            .mean()
            for steps in range(1, 9)
        ]
    assert (np.diff(likelihoods) > -1e-6).all()
    assert likelihoods[-1] > likelihoods[0] + 1e-3


def test_the_best_of_several_starts_is_kept():
    x = correlated(points=300)
    centred = x - x.mean(axis=0)
    likelihoods = [
        em.fit_start(centred, Mixture(6).settings, start).score(centred) for start in range(4)
    ]
    assert np.ptp(likelihoods) > 0.01
    kept = Mixture(6, starts=4).fit(x).log_likelihood(x).mean()
    assert kept == pytest.approx(max(likelihoods))


# Samples


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_samples_have_the_weights_means_and_covariances(covariance):
    x, _, _ = clusters(2000)
    mixture = Mixture(3, covariance=covariance).fit(x @ [[1, 0.5], [0, 1]])
    samples, component = mixture.sample_with_components(40_000, seed=1)
    np.testing.assert_array_equal(samples, mixture.sample(40_000, seed=1))
    np.testing.assert_allclose(np.bincount(component) / 40_000, mixture.weights, atol=0.01)
    for k in range(3):
        own = samples[component == k]
        np.testing.assert_allclose(own.mean(axis=0), mixture.means[k], atol=0.06)
        np.testing.assert_allclose(np.cov(own.T), mixture.covariances[k], atol=0.1)
    assert (mixture.assign(samples) == component).mean() > 0.999


def test_samples_with_the_residual_follow_the_density_in_the_space_of_the_data():
    x, q = correlated(points=5000), 2
    mixture = Mixture(1, pca=q).fit(x)
    _, w = principal(x, q)
    outside = np.eye(x.shape[1]) - w @ w.T
    smooth, rough = (mixture.sample(50_000, residual=residual) for residual in (False, True))
    assert np.abs((smooth - x.mean(axis=0)) @ outside).max() < 1e-9
    # The mean log-density of a density's own samples is minus its entropy.
    values, _ = principal(x, q)
    entropy = 0.5 * (np.log(values[:q]).sum() + 4 * np.log(values[q:].mean()))
    entropy += 3 * np.log(2 * np.pi * np.e)
    assert mixture.log_likelihood(rough).mean() == pytest.approx(-entropy, abs=0.05)
    assert mixture.log_likelihood(smooth).mean() > -entropy + 1.5


@pytest.mark.parametrize("pca", [None, 5, 24])
def test_images_go_in_and_images_come_out(images, pca):
    mixture = Mixture(2, pca=pca, covariance="diag").fit(images)
    samples, component = mixture.sample_with_components(7, residual=True)
    assert samples.shape == (7, 4, 3, 2)
    assert samples.dtype == mixture.means.dtype == np.float32
    assert component.shape == (7,)
    assert mixture.means.shape == (2, 4, 3, 2)
    assert mixture.log_likelihood(samples).shape == (7,)
    np.testing.assert_array_equal(samples, mixture.sample(7, residual=True))
    assert not np.array_equal(samples, mixture.sample(7, seed=1, residual=True))
    flat = Mixture(2, pca=pca, covariance="diag").fit(images.reshape(300, -1))
    np.testing.assert_allclose(
        flat.log_likelihood(images.reshape(300, -1)), mixture.log_likelihood(images)
    )


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_every_shape_comes_back(data):
    shape = data.draw(st.sampled_from([(3,), (1,), (2, 3, 1), (2, 2, 3)]))
    n = data.draw(st.integers(10, 30))
    size = int(np.prod(shape))
    pca = data.draw(st.one_of(st.none(), st.integers(1, min(n, size))))
    k = data.draw(st.integers(1, 3))
    covariance = data.draw(st.sampled_from(COVARIANCES))
    x = np.random.default_rng(n).normal(size=(n, *shape)).astype(data.draw(st.sampled_from("fd")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mixture = Mixture(k, covariance=covariance, pca=pca, regularisation=1e-3).fit(x)
    assert mixture.sample(4, residual=True).shape == (4, *shape)
    assert mixture.means.shape == (k, *shape)
    assert mixture.weights.sum() == pytest.approx(1)
    assert np.isfinite(mixture.log_likelihood(x)).all()
    np.testing.assert_allclose(mixture.responsibilities(x).sum(axis=1), 1)


# Bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"components": 0}, "components must be a whole number from 1, found 0"),
        ({"components": 2.0}, "components must be a whole number"),
        ({"components": True}, "components must be a whole number"),
        ({"covariance": "round"}, "unknown covariance 'round'. Choose one of: full, tied, diag"),
        ({"pca": 0}, "pca must be"),
        ({"starts": 0}, "starts must be"),
        ({"regularisation": -1e-6}, "regularisation must be a number of at least 0"),
        ({"regularisation": float("nan")}, "regularisation must be"),
        ({"tolerance": "small"}, "tolerance must be"),
        ({"iterations": 0}, "iterations must be"),
        ({"seed": -1}, "seed must be"),
        ({"seed": 2**32}, "seed must be a whole number from 0 to 4294967295"),
        ({"tolerance": True}, "tolerance must be"),
        ({"regularisation": np.inf}, "regularisation must be"),
    ],
)
def test_settings_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Mixture(**arguments)


def test_numbers_of_numpy_are_numbers_too(tmp_path):
    mixture = Mixture(
        np.int64(2),
        pca=np.uint8(2),
        starts=np.int32(1),
        regularisation=np.float32(1e-3),
        iterations=np.int16(90),
        tolerance=np.float64(1e-2),
        seed=np.int64(3),
    ).fit(correlated())
    mixture.save(tmp_path / "mixture.npz")
    assert Mixture.load(tmp_path / "mixture.npz").settings == mixture.settings
    assert mixture.sample(np.int64(4), seed=np.int64(1)).shape == (4, 6)
    assert select_components(SMALL, np.array([2, 1]), jobs=np.int64(1)).components == (2, 1)


SMALL = np.random.default_rng(0).normal(size=(20, 3))


def with_value(value):
    x = SMALL.copy()
    x[4, 1] = value
    return x


@pytest.mark.parametrize(
    ("x", "arguments", "message"),
    [
        (with_value(np.nan), {}, r"1 values are NaN or infinite, the first at \[4, 1\]"),
        (with_value(-np.inf), {}, "NaN or infinite"),
        (SMALL[:, 0], {}, r"vectors \(n, d\) or images \(n, h, w, c\), found shape \(20,\)"),
        (SMALL[None], {}, "found shape"),
        (SMALL[:1], {}, "at least 2 points"),
        (SMALL[:0], {}, "at least 2 points"),
        (SMALL[:, :0], {}, "with features"),
        (SMALL.astype(str), {}, "array of numbers"),
        (SMALL + 1j, {}, "array of numbers"),
        (SMALL[:2], {"components": 3}, "2 points for 3 components"),
        (np.ones((9, 2)), {}, "all 9 points are the same"),
        (np.repeat(np.eye(2), 9, axis=0), {"components": 3}, "fewer distinct ones than 3"),
        (SMALL, {"pca": 4}, "at most 3 principal components"),
        (SMALL[:2], {"pca": 3}, "at most 2 principal components"),
        (SMALL[:, [0, 0]], {"pca": 1, "regularisation": 0}, "nothing varies outside of 1"),
        (SMALL[:, [0, 0]], {"regularisation": 0}, "singular.*Raise the regularisation.*'diag'"),
    ],
)
def test_data_that_cannot_be_fitted_are_refused(x, arguments, message):
    mixture = Mixture(**{"components": 1, **arguments})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FewPointsWarning)
        with pytest.raises(ValueError, match=message):
            mixture.fit(x)


def test_points_of_another_shape_are_refused(images):
    mixture = Mixture(1, covariance="diag").fit(images)
    for wrong in (images[:, 1:], images.reshape(300, -1), images[0]):
        for method in (mixture.log_likelihood, mixture.responsibilities, mixture.bic):
            with pytest.raises(ValueError, match=r"fitted to points of shape \(4, 3, 2\)"):
                method(wrong)


def test_nothing_can_be_asked_of_a_mixture_that_is_not_fitted(tmp_path):
    mixture = Mixture(2)
    asked = [
        lambda: mixture.sample(3),
        lambda: mixture.log_likelihood(SMALL),
        lambda: mixture.means,
        lambda: mixture.parameters,
        lambda: mixture.save(tmp_path / "a.npz"),
    ]
    for ask in asked:
        with pytest.raises(RuntimeError, match="call fit"):
            ask()


@pytest.mark.parametrize("n", [0, 2.5, None])
def test_the_number_of_samples_is_checked(n):
    with pytest.raises(ValueError, match="n must be"):
        Mixture(1).fit(SMALL).sample(n)


def test_constant_features_are_named():
    constant = np.hstack([SMALL, np.ones((20, 2))])
    with pytest.warns(ConstantFeaturesWarning, match="2 of 5 features do not vary.*6.0 nats"):
        Mixture(1, covariance="diag").fit(constant)
    with pytest.warns(ConstantFeaturesWarning, match="1 of 4 principal components"):
        Mixture(1, covariance="diag", pca=4).fit(constant)


def test_constant_features_do_not_matter_to_a_smaller_pca():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Mixture(1, pca=2).fit(np.hstack([SMALL, np.ones((20, 2))]))


def test_few_points_are_named():
    with pytest.warns(FewPointsWarning, match="with 4 components, .*the 6 free numbers") as caught:
        Mixture(4).fit(SMALL)
    assert caught[0].filename == __file__
    with pytest.warns(FewPointsWarning, match="with 4 components or more") as caught:
        select_components(SMALL, (5, 1, 4), starts=1, jobs=1)
    assert [(w.category, w.filename) for w in caught] == [(FewPointsWarning, __file__)]


def test_a_fit_that_was_stopped_says_so_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mixture = Mixture(3, iterations=2, tolerance=1e-9).fit(correlated())
    (warning,) = caught
    assert warning.category is NotConvergedWarning
    assert "after 2 steps" in str(warning.message)
    assert warning.filename == __file__
    assert not mixture.converged
    assert mixture.steps == 2


# Files


@pytest.mark.parametrize("arguments", [{"pca": 3}, *({"covariance": kind} for kind in COVARIANCES)])
def test_a_stored_mixture_is_the_one_that_was_stored(arguments, tmp_path):
    x = correlated()
    mixture = Mixture(2, **arguments).fit(x)
    mixture.save(tmp_path / "mixture.npz")
    loaded = Mixture.load(tmp_path / "mixture.npz")
    np.testing.assert_array_equal(loaded.log_likelihood(x), mixture.log_likelihood(x))
    np.testing.assert_array_equal(loaded.sample(9, residual=True), mixture.sample(9, residual=True))
    for name in ("settings", "parameters", "converged", "steps", "shape"):
        assert getattr(loaded, name) == getattr(mixture, name)


def test_stored_images_come_back_as_images(images, tmp_path):
    mixture = Mixture(2, pca=3).fit(images)
    mixture.save(str(tmp_path / "no_ending"))
    assert [path.name for path in tmp_path.iterdir()] == ["no_ending"]
    loaded = Mixture.load(str(tmp_path / "no_ending"))
    assert loaded.sample(2).shape == (2, 4, 3, 2)
    assert loaded.sample(2).dtype == np.float32


def test_a_write_that_is_interrupted_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "mixture.npz"
    mixture = Mixture(1).fit(SMALL)
    mixture.save(path)
    before = path.read_bytes()

    def breaks_off(file, **arrays):
        file.write(b"PK")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        Mixture(2).fit(SMALL + 1).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def damaged_files(path):
    Mixture(1).fit(SMALL).save(path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    return {
        "truncated": whole[:middle],
        "a flipped bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "empty": b"",
        "text": b"not a mixture",
    }


@pytest.mark.parametrize("damage", ["truncated", "a flipped bit", "empty", "text"])
def test_a_damaged_file_is_refused(damage, tmp_path):
    path = tmp_path / "mixture.npz"
    path.write_bytes(damaged_files(path)[damage])
    with pytest.raises(ValueError, match=r"mixture.npz is no stored mixture, or damaged.*Fit"):
        Mixture.load(path)


def test_files_of_something_else_are_refused(tmp_path):
    np.savez(tmp_path / "other.npz", x=SMALL)
    np.save(tmp_path / "array.npy", SMALL)
    for name in ("other.npz", "array.npy"):
        with pytest.raises(ValueError, match="no stored mixture"):
            Mixture.load(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        Mixture.load(tmp_path / "missing.npz")


def test_a_file_of_another_version_says_so(tmp_path, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(mixture_module, "_FORMAT", 1)
        Mixture(1).fit(SMALL).save(tmp_path / "old.npz")
    with pytest.raises(ValueError, match="written by another version of the course"):
        Mixture.load(tmp_path / "old.npz")


# How many components


@pytest.mark.parametrize("criterion", ["bic", "held_out"])
def test_the_true_number_of_clusters_is_chosen(criterion):
    """The numbers do not begin at 1 and have gaps: `argmin + 1` would say 2."""
    x, _, _ = clusters(1200, features=3, shares=(0.2,) * 5)
    chosen = select_components(
        x[:900], (2, 3, 5, 8), criterion=criterion, held_out=x[900:], jobs=1, starts=4
    )
    assert chosen.chosen == 5
    assert chosen.best.settings.components == 5
    assert list(chosen.mixtures) == [8, 5, 3, 2]
    assert chosen.table["bic"].shape == (4, 4)
    assert chosen.at_best("bic")[2] == pytest.approx(chosen.best.bic(x[:900]))
    assert chosen.at_best("aic")[2] == pytest.approx(chosen.best.aic(x[:900]))
    for name, points in (("train", x[:900]), ("held_out", x[900:])):
        mean = chosen.best.log_likelihood(points).mean()
        assert chosen.at_best(name)[2] == pytest.approx(mean)


def test_through_pca_the_scores_are_those_of_the_space_of_the_data():
    x = correlated()
    chosen = select_components(x, [2, 1], pca=2, held_out=x[:50], jobs=1, starts=2)
    assert chosen.at_best("bic")[0] == pytest.approx(chosen.mixtures[2].bic(x))
    assert chosen.at_best("held_out")[1] == pytest.approx(
        chosen.mixtures[1].log_likelihood(x[:50]).mean()
    )
    alone = Mixture(2, pca=2, starts=2).fit(x)
    np.testing.assert_array_equal(alone.log_likelihood(x), chosen.mixtures[2].log_likelihood(x))


def made_up(scores, components=None, criterion="bic", train=None, converged=None):
    """A Selection of these criteria, an array (numbers of components, starts)."""
    scores = np.asarray(scores, float)
    table = {name: np.zeros(scores.shape) for name in selection._COLUMNS}
    table |= {"held_out": np.full(scores.shape, np.nan), "converged": np.ones(scores.shape, bool)}
    table["train"] = -scores if train is None else np.asarray(train, float)
    table[criterion] = scores
    if converged is not None:
        table["converged"] = np.asarray(converged)
    return Selection(tuple(components or range(1, len(scores) + 1)), criterion, table)


@given(
    st.lists(
        st.tuples(st.integers(1, 99), st.integers(-999, 999)), min_size=1, max_size=9,
        unique_by=lambda pair: pair[0],
    )
)  # fmt: skip
def test_the_chosen_number_is_the_entry_at_the_best_criterion(pairs):
    components, scores = zip(*pairs, strict=True)
    scores = np.array(scores)[:, None]
    assert made_up(scores, components).chosen == components[scores.argmin()]
    held_out = made_up(scores, components, "held_out", train=scores)
    assert held_out.chosen == components[scores.argmax()]
    assert held_out.chosen in held_out.flat


def test_starts_are_judged_by_the_training_likelihood_and_not_by_the_criterion():
    scores = [[5.0, 1.0], [2.0, 9.0]]
    selection = made_up(scores, (4, 7), "held_out", train=[[3, 2], [2, 3]])
    assert selection.at_best("held_out").tolist() == [5, 9]
    assert selection.chosen == 7


def test_a_flat_curve_is_called_flat():
    flat = made_up([[990, 995], [900, 960], [910, 930], [950, 955], [980, 981]], (2, 5, 7, 9, 20))
    assert flat.chosen == 5
    assert flat.flat == [5, 7, 9]
    assert "The curve is flat: 5, 7, 9 components differ" in str(flat)
    assert str(flat).count("as good") == 2


def test_a_curve_with_a_clear_best_is_not_called_flat():
    clear = made_up([[990, 995], [900, 906], [910, 912]])
    assert clear.flat == [2]
    assert "flat" not in str(clear)


def test_a_difference_of_bic_below_2_is_none():
    assert made_up([[11.5], [10.0], [13.0]]).flat == [1, 2]
    assert "One start each" in str(made_up([[11.5], [10.0]]))


def test_a_selection_prints_as_a_table():
    shown = made_up([[990, 995], [900, 906]], (3, 12), converged=[[True, True], [False, True]])
    text = str(shown)
    assert text.splitlines()[0].split()[:3] == ["components", "AIC", "BIC"]
    assert "12*" in text
    assert "Chosen: 12 components, the lowest BIC." in text
    assert "1 of 4 fits had not converged" in text
    markup = shown._repr_html_()
    assert markup.count("<tr>") == 3
    assert "Chosen: 12" in markup


def test_fits_that_were_stopped_are_marked_and_counted_once():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        chosen = select_components(correlated(), (1, 6), starts=2, iterations=3, jobs=1)
    (warning,) = caught
    assert warning.category is NotConvergedWarning
    assert "2 of 4 fits had not converged after 3 EM steps (with 6 components)" in str(
        warning.message
    )
    assert warning.filename == __file__
    assert chosen.table["converged"].tolist() == [[True, True], [False, False]]
    assert "6*" in str(chosen)


def test_the_number_of_processes_changes_nothing():
    x, _, _ = clusters(400)
    one, two = (select_components(x, (1, 3, 4), starts=2, held_out=x, jobs=jobs) for jobs in (1, 2))
    for name in set(selection._COLUMNS) - {"seconds"}:
        np.testing.assert_array_equal(one.table[name], two.table[name])
    np.testing.assert_array_equal(one.best.log_likelihood(x), two.best.log_likelihood(x))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"components": []}, "components must hold different numbers"),
        ({"components": (2, 2)}, "components must hold different numbers"),
        ({"components": (0, 1)}, "every entry of components"),
        ({"components": (1.5,)}, "every entry of components"),
        ({"components": (2, 30)}, "20 points for 30 components"),
        ({"criterion": "BIC"}, "unknown criterion 'BIC'. Choose one of: bic, aic, held_out"),
        ({"criterion": "held_out"}, "needs data that are not in x"),
        ({"held_out": SMALL[:, 1:]}, "fitted to points of shape"),
        ({"jobs": 0}, "jobs must be"),
        ({"starts": 0}, "starts must be"),
    ],
)
def test_a_selection_that_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        select_components(SMALL, **{"components": (1, 2), "jobs": 1, **arguments})


def test_a_single_number_is_a_range_of_one():
    assert select_components(SMALL, 2, jobs=1, covariance="diag").components == (2,)


def test_a_singular_fit_says_how_many_components_it_had():
    x = SMALL[:, [0, 0]]
    with pytest.raises(ValueError, match="covariance of 2 components is singular"):
        select_components(x, (1, 2), regularisation=0, jobs=1)


# Imports


def test_mixtures_are_fitted_without_any_framework():
    """Neither in this process nor in those that fit."""
    script = (
        "import sys, joblib, numpy as np\n"
        "from course_utils.models import Mixture, select_components\n"
        "def loaded():\n"
        "    return sorted({'keras', 'tensorflow', 'torch', 'jax'} & set(sys.modules))\n"
        "x = np.random.default_rng(0).normal(size=(60, 2))\n"
        "select_components(x, (1, 2), jobs=2)\n"
        "with joblib.parallel_config(backend='loky', inner_max_num_threads=1):\n"
        "    print(loaded(), *joblib.Parallel(2)(joblib.delayed(loaded)() for _ in range(2)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["[]", "[]", "[]"]


def test_the_package_of_models_names_what_it_has():
    assert set(models.__all__) <= set(dir(models))
    assert {"Autoencoder", "Mixture", "select_components"} <= set(models.__all__)
    assert models.select_components is select_components
    assert models.ConstantFeaturesWarning is inputs.ConstantFeaturesWarning
    with pytest.raises(AttributeError, match="no attribute 'Autoencode'"):
        models.Autoencode  # noqa: B018


def test_asking_for_the_autoencoder_makes_it_known_to_keras():
    autoencoder = models.Autoencoder
    import keras

    assert keras.saving.get_registered_object("course_utils>Autoencoder") is autoencoder
