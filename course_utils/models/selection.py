"""How many components: fits of every number from several starts, in parallel, and what they say."""

import dataclasses
import html
import itertools
import time
import warnings

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from course_utils import checks, environment, tables
from course_utils.models import em
from course_utils.models.mixture import Mixture
from course_utils.models.preparation import NotConvergedWarning, checked, prepare
from course_utils.models.subspace import in_blocks

CRITERIA = {"bic": "BIC", "aic": "AIC", "held_out": "held-out log-likelihood"}
# A smaller difference of BIC is "not worth more than a bare mention" (Kass, Raftery 1995); of AIC,
# it leaves the worse model with "substantial support" (Burnham, Anderson 2002).
_LEAST_DIFFERENCE = {"bic": 2.0, "aic": 2.0, "held_out": 0.0}
_COLUMNS = ("aic", "bic", "held_out", "train", "converged", "steps", "seconds")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Selection:
    """What `select_components` found; prints as a table.

    Of the starts of one number of components the one with the highest *training* log-likelihood
    counts: to choose a start by held-out data would make those data part of the training.

    Attributes:
        components: the numbers of components, in the order in which they were given.
        criterion: `bic`, `aic` or `held_out`.
        table: dict of arrays (numbers of components, starts): `aic`, `bic`; `held_out` and
            `train`, mean log-likelihoods of a point in nats; `converged`, `steps`, `seconds`.
        mixtures: number of components to its fitted Mixture, from the best start.
    """

    components: tuple[int, ...]
    criterion: str
    table: dict[str, np.ndarray]
    mixtures: dict[int, Mixture] = dataclasses.field(default_factory=dict, repr=False)

    def at_best(self, column):
        """A column of the table at the best start, one value per number of components."""
        best = self.table["train"].argmax(axis=1, keepdims=True)
        return np.take_along_axis(self.table[column], best, axis=1)[:, 0]

    @property
    def spread(self):
        """Largest minus smallest criterion over the starts, one value per number of components."""
        return np.ptp(self.table[self.criterion], axis=1)

    @property
    def chosen(self):
        """The number of components with the best criterion."""
        return self.components[self._chosen]

    @property
    def _chosen(self):
        scores = self.at_best(self.criterion)
        return int(scores.argmax() if self.criterion == "held_out" else scores.argmin())

    @property
    def flat(self):
        """The numbers of components whose criterion cannot be told from the best.

        Their distance from the best is within the spread over the starts of the best (or below 2,
        for BIC and AIC). More than one means that the curve is flat there.
        """
        scores = self.at_best(self.criterion)
        noise = max(self.spread[self._chosen], _LEAST_DIFFERENCE[self.criterion])
        within = np.abs(scores - scores[self._chosen]) <= noise
        return [k for k, near in zip(self.components, within, strict=True) if near]

    @property
    def best(self):
        """The fitted Mixture of the chosen number of components."""
        return self.mixtures[self.chosen]

    def _sentences(self):
        starts = self.table["train"].shape[1]
        extreme = "highest" if self.criterion == "held_out" else "lowest"
        lines = [f"Chosen: {self.chosen} components, the {extreme} {CRITERIA[self.criterion]}."]
        if starts == 1:
            lines += ["One start each: how much the curve owes to the start is not known."]
        if len(self.flat) > 1:
            numbers = ", ".join(map(str, self.flat))
            lines += [
                f"The curve is flat: {numbers} components differ by no more than the starts do, "
                f"so the choice among them is chance."
            ]
        if not self.table["converged"].all():
            converged = self.table["converged"]
            lines += [f"* {(~converged).sum()} of {converged.size} fits had not converged."]
        return lines

    def _rows(self):
        """Header and rows of text; the criteria are those of the best start."""
        name, digits = CRITERIA[self.criterion], 3 if self.criterion == "held_out" else 0
        rows = [["components", "AIC", "BIC", "train", "held out", f"spread of {name}", "s", ""]]
        aic, bic, train, held_out = map(self.at_best, ("aic", "bic", "train", "held_out"))
        spread, seconds = self.spread, self.table["seconds"].sum(axis=1)
        for i, k in enumerate(self.components):
            row = [f"{k}{'' if self.table['converged'][i].all() else '*'}"]
            row += [f"{aic[i]:,.0f}", f"{bic[i]:,.0f}", f"{train[i]:.3f}"]
            row += ["-" if np.isnan(held_out[i]) else f"{held_out[i]:.3f}"]
            row += [f"{spread[i]:,.{digits}f}", f"{seconds[i]:.1f}"]
            rows += [[*row, "chosen" if k == self.chosen else "as good" if k in self.flat else ""]]
        return rows

    def __str__(self):
        return "\n".join([tables.as_text(self._rows(), "r" * 8), *self._sentences()])

    __repr__ = __str__

    def _repr_html_(self):
        said = "<br>".join(map(html.escape, self._sentences()))
        return f"{tables.as_html(self._rows(), 'r' * 8)}<p>{said}</p>"


def select_components(
    x,
    components=range(1, 21),
    *,
    criterion="bic",
    starts=3,
    held_out=None,
    jobs=None,
    **settings,
):
    """Fit mixtures of several numbers of components and choose one.

    Every (number, start) is a fit of its own. The fits run in processes, with one thread each,
    the longest first so that all processes end together; the results do not depend on `jobs`.

    Args:
        x: training data, vectors (n, d) or images (n, h, w, c).
        components: the numbers to try, at least one, in any order.
        criterion: `bic`, `aic` (both on the training data) or `held_out`.
        starts: k-means starts for each number.
        held_out: data of the same shape that are not in `x`, or None.
        jobs: processes; None for as many as there are cores.
        settings: other arguments of `Mixture`; the subspace of `pca` is found once, for all fits.

    Returns:
        Selection.

    Raises:
        ValueError: an argument is wrong or a fit failed; the message says why and what helps.

    Warns:
        NotConvergedWarning, once, with how many fits; ConstantFeaturesWarning; FewPointsWarning.
    """
    components = _checked_numbers(components)
    checks.one_of("criterion", criterion, CRITERIA)
    if criterion == "held_out" and held_out is None:
        raise ValueError("criterion 'held_out' needs data that are not in x: give held_out=.")
    jobs = environment.usable_cores() if jobs is None else checks.whole_number("jobs", jobs, 1)
    settings = Mixture(components[0], starts=starts, **settings).settings
    x = checked(x, minimum=2)
    subspace, z = prepare(x, settings, components, stacklevel=3)
    scored = {"train": (z, subspace.log_density_outside(x).mean())}
    if held_out is not None:
        held_out = checked(held_out, subspace.shape)
        outside = subspace.log_density_outside(held_out).mean()
        scored["held_out"] = (subspace.project(held_out), outside)

    shape = (len(components), settings.starts)
    table = {name: np.full(shape, np.nan) for name in _COLUMNS}
    table |= {"converged": np.zeros(shape, bool), "steps": np.zeros(shape, int)}
    mixtures, best = {}, {}
    for k, start, model, row in _fit_all(z, scored, settings, components, jobs):
        fitted_with = dataclasses.asdict(dataclasses.replace(settings, components=k))
        mixture = Mixture(**fitted_with).adopt(subspace, model)
        deviance = -2 * row["train"] * len(z)
        row["aic"] = deviance + 2 * mixture.parameters
        row["bic"] = deviance + np.log(len(z)) * mixture.parameters
        for name, value in row.items():
            table[name][components.index(k), start] = value
        # Only one start of each number is kept: covariances of many features are large.
        if row["train"] > best.get(k, -np.inf):
            best[k], mixtures[k] = row["train"], mixture
    if not table["converged"].all():
        stopped = [str(components[i]) for i, row in enumerate(table["converged"]) if not row.all()]
        warnings.warn(
            f"{(~table['converged']).sum()} of {table['converged'].size} fits had not converged "
            f"after {settings.iterations} EM steps (with {', '.join(stopped)} components): their "
            f"criterion is worse than it need be. Raise iterations or tolerance.",
            NotConvergedWarning,
            stacklevel=2,
        )
    return Selection(components, criterion, table, mixtures)


def _checked_numbers(components):
    given = components if np.iterable(components) else [components]
    numbers = tuple(checks.whole_number("every entry of components", k, 1) for k in given)
    if not numbers or len(set(numbers)) < len(numbers):
        raise ValueError(f"components must hold different numbers, found {numbers}.")
    return numbers


def _fit_all(z, scored, settings, components, jobs):
    """What `_fit` returns for every number of components and start, one by one, longest first.

    Processes rather than threads: on two cores both took as long for long sweeps, and threads
    almost twice as long for short ones; each process limits its own BLAS and warnings, which
    threads share.
    """
    tasks = itertools.product(sorted(components, reverse=True), range(settings.starts))
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        jobs = min(jobs, len(components) * settings.starts)
        parallel = joblib.Parallel(jobs, batch_size=1, return_as="generator")
    return parallel(joblib.delayed(_fit)(z, scored, settings, *task) for task in tasks)


def _fit(z, scored, settings, k, start):
    """One fit: (number of components, start, fitted model, its row of the table)."""
    with threadpool_limits(1):
        began = time.perf_counter()
        model = em.fit_start(z, dataclasses.replace(settings, components=k), start)
        row = {"seconds": time.perf_counter() - began}
        row |= {"converged": model.converged_, "steps": model.n_iter_}
        for name, (points, outside) in scored.items():
            row[name] = in_blocks(model.score_samples, points).mean() + outside
    return k, start, model, row
