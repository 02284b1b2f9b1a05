"""Does one dimension of the code stand for one factor of the images? The mutual information gap.

Chen et al., "Isolating sources of disentanglement in variational autoencoders" (2018), eq. 6: the
information that the best dimension has about a factor, less that of the second best, as a share of
all there is to know about it: 1 if a single dimension knows the factor and no other anything of it,
0 if two know equally much, however much. It needs the true factors, and so drawn images.

Codes are posterior means, as in Locatello et al., "Challenging common assumptions in the
unsupervised learning of disentangled representations" (2019), but in bins that hold equally many
images. In their bins of equal width a Gaussian code that follows an equally distributed factor
without any error would score 0.7, since most of its values fall into few of them.
"""

import dataclasses
import warnings

import numpy as np
from scipy import stats
from sklearn.metrics import mutual_info_score
from sklearn.metrics.cluster import expected_mutual_information

from course_utils import checks
from course_utils.measures import inputs

# Shuffles that the floor is averaged over.
_SHUFFLES = 10


@dataclasses.dataclass(frozen=True, eq=False)
class MutualInformationGap:
    """How far single dimensions of a code stand for single factors.

    Attributes:
        score: mean gap over the factors, from 0 to 1.
        floor: what the same codes score against shuffled factors; above 0, for one of several
            dimensions that know nothing always seems to know the most.
        ceiling: what perfect codes score: Gaussian, one dimension a factor, in the order of its
            values. Below 1 where factors go together, or a category ends within a bin.
        gaps: factor name to its gap, from 0 to 1, in the order of the rows of `information`.
        information: float64 (factors, d), what each dimension tells about each factor: 1 is
            everything, 0 no more than chance, so that it may fall a little below.
    """

    score: float
    floor: float
    ceiling: float
    gaps: dict[str, float]
    information: np.ndarray

    def __str__(self):
        each = ", ".join(f"{name} {gap:.3f}" for name, gap in self.gaps.items())
        marks = f"by chance {self.floor:.3f}, perfect codes {self.ceiling:.3f}"
        return f"mutual information gap {self.score:.3f} ({marks}): {each}"


def mutual_information_gap(codes, factors, *, bins=20, seed=0):
    """Mutual information gap between the dimensions of a code and the factors of the images.

    Each dimension is cut into `bins` bins that hold equally many images, equal values together, so
    that only the order of its values counts; a constant one knows nothing and counts as 0. A factor
    of whole numbers or booleans has one category per number; a continuous one is cut like a
    dimension.

    Information found in counts is biased upwards: independent codes in 20 × 20 bins seem to know
    6 % of a factor from 1,000 images. So chance is taken off, I' = (I − E) / (H − E), with H the
    entropy of the factor and E the mean of I over all ways to shuffle it, in closed form (Vinh et
    al., "Information theoretic measures for clusterings comparison", 2010). I' averages 0 exactly
    for independent codes and is 1 for codes that determine the factor; between, it errs towards
    less (by 0.02 at worst for correlated Gaussians and 1,000 images).

    Args:
        codes: (n, d), n > bins; posterior means for a variational autoencoder. With d = 1 there is
            no second best, and the gap is all that the dimension knows.
        factors: name -> (n,), whole numbers or booleans for categories, floats for others.
        bins: number of bins, at least 2.
        seed: for the shuffles behind the floor, and the order of equal values behind the ceiling.

    Returns:
        MutualInformationGap.

    Raises:
        ValueError: no codes, NaN, factors that are not one number per code or have the same value
            everywhere, or `bins` that are no such number.
    """
    checks.whole_number("bins", bins, 2)
    codes = inputs.features("codes", codes, least=bins + 1, why=f"for more than the {bins} bins")
    values = _checked(factors, len(codes))
    inputs.warn_of_constant("codes", codes, stacklevel=3)
    if len(codes) < bins**2:
        warnings.warn(
            f"{len(codes)} codes for {bins} × {bins} bins: fewer than pairs of bins, so that much "
            f"of what the codes know cannot be told from chance. Take more images or fewer bins.",
            inputs.FewSamplesWarning,
            stacklevel=2,
        )
    kinds = [_numbered(_equally_filled(v, bins) if v.dtype.kind == "f" else v) for v in values]
    dimensions = _cut(codes, bins)
    # Depends on how often each value occurs, not on which code it goes with: the same for shuffles.
    by_chance = _by_chance(kinds, dimensions)
    information = _more_than_chance(kinds, dimensions, by_chance)
    gaps = dict(zip(factors, _gaps(information).tolist(), strict=True))
    rng = np.random.default_rng(seed)
    orders = (rng.permutation(len(codes)) for _ in range(_SHUFFLES))
    shuffled = [
        _gaps(_more_than_chance(kinds, [dim[order] for dim in dimensions], by_chance))
        for order in orders
    ]
    perfect = _cut(_perfect_codes(values, rng), bins)
    ceilings = _gaps(_more_than_chance(kinds, perfect, _by_chance(kinds, perfect)))
    return MutualInformationGap(
        score=float(np.mean(list(gaps.values()))),
        floor=float(np.mean(shuffled)),
        ceiling=float(np.mean(ceilings)),
        gaps=gaps,
        information=information,
    )


def _cut(codes, bins):
    return [_numbered(_equally_filled(column, bins)) for column in codes.T]


def _each(information, kinds, dimensions):
    """`information` of the table of each factor and each dimension, (factors, d)."""
    return np.array([[information(_table(kind, dim)) for dim in dimensions] for kind in kinds])


def _by_chance(kinds, dimensions):
    count = len(kinds[0])
    return _each(lambda table: expected_mutual_information(table, count), kinds, dimensions)


def _more_than_chance(kinds, dimensions, by_chance):
    """What each dimension tells about each factor beyond chance, as a share, (factors, d)."""
    entropies = np.array([[stats.entropy(np.bincount(kind))] for kind in kinds])
    found = _each(lambda table: mutual_info_score(None, None, contingency=table), kinds, dimensions)
    return (found - by_chance) / (entropies - by_chance)


def _perfect_codes(values, rng):
    """Gaussian codes (n, factors) in the order of the factors' values, equal ones in any order."""
    count = len(values[0])
    ranks = [np.lexsort((rng.random(count), column)).argsort() for column in values]
    return stats.norm.ppf((np.stack(ranks, axis=1) + 0.5) / count)


def _gaps(information):
    """Best less second best of each row; what is below chance counts as nothing."""
    known = np.maximum(information, 0)
    # A dimension that knows nothing: the second best of a code that has only one.
    best = np.sort(np.pad(known, ((0, 0), (1, 0))), axis=1)
    return best[:, -1] - best[:, -2]


def _equally_filled(values, bins):
    # By the middle of the ranks of equal values: none is torn apart, and the smallest and largest
    # value never share a bin, however often one of them occurs.
    return np.floor((stats.rankdata(values) - 0.5) / len(values) * bins)


def _numbered(values):
    """The values as numbers from 0, without gaps."""
    return np.unique(values, return_inverse=True)[1]


def _table(first, second):
    """How often each pair of numbers occurs."""
    shape = first.max() + 1, second.max() + 1
    return np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1]).reshape(shape)


def _checked(factors, count):
    if not factors:
        raise ValueError(
            "factors is empty: give a dictionary from names to values, such as data.factors_test."
        )
    checked = []
    for name, given in factors.items():
        values = np.asarray(given)
        if values.shape != (count,) or values.dtype.kind not in "biuf":
            raise ValueError(
                f"factor {name!r} must be ({count},) numbers, one per code, found shape "
                f"{values.shape} of {values.dtype}."
            )
        checks.finite(f"factor {name!r}", values)
        if values.min() == values.max():
            raise ValueError(
                f"factor {name!r} is {values[0]} for all {count} images: there is nothing to know "
                f"about it. Leave it out, or take images in which it varies."
            )
        checked.append(values)
    return checked
