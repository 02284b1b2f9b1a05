"""Attribute vectors: which way in a code leads to a smile.

Larsen et al., "Autoencoding beyond pixels using a learned similarity metric" (2016). White,
"Sampling generative networks" (2016), points out what goes wrong: where smiling people are more
often women, the vector for a smile makes women too. He replicates samples until both are equally
frequent; `balance` compares like with like instead, and throws nothing away that has its like.
"""

import numpy as np

from course_utils import checks
from course_utils.measures import inputs


def attribute_vector(codes, present, *, balance=None, least=10):
    """Mean code of images with an attribute less that of images without.

    With `balance`, the difference is taken within each group of images that agree in the other
    attributes, so that these cannot leak into the vector. A group with p images of one kind and q
    of the other weighs p q / (p + q), the inverse of its variance: the vector is the least-squares
    slope on the attribute with a level of its own for each group. Groups of one kind only are left
    out: of attributes that never part, neither can be had alone.

    Args:
        codes: (n, d).
        present: (n,) booleans or 0 and 1, whether an image has the attribute.
        balance: name -> (n,) booleans or 0 and 1, the attributes to keep out of the vector. Each
            doubles the number of groups: name only those that correlate with this one.
        least: images needed with the attribute and without it, of those that count.

    Returns:
        float64 (d,), to be added to a code without the attribute.

    Raises:
        ValueError: no codes, NaN, attributes that are not one yes or no per code, or too few images
            on one side, in all or in groups that have both kinds.
    """
    checks.whole_number("least", least, 1)
    codes = inputs.features("codes", codes, least=2, why="one with the attribute and one without")
    present = _yes_or_no("present", present, len(codes))
    _enough_on_both_sides(present, least, "among all images")
    groups = _groups(balance or {}, len(codes))
    share = np.bincount(groups, weights=present) / np.bincount(groups)
    # What the groups do not tell of the attribute: nothing in groups of one kind. The slope on it
    # is that on the attribute beside the groups (Frisch and Waugh 1933).
    rest = present - share[groups]
    compared = rest != 0
    if not compared.all():
        where = f"in groups of equal {', '.join(map(repr, balance))} that have both kinds"
        _enough_on_both_sides(present[compared], least, where)
    return rest @ codes / (rest @ rest)


def _groups(balance, count):
    """Number of the group of each image, by its values of the attributes in `balance`."""
    values = [_yes_or_no(f"balance[{name!r}]", given, count) for name, given in balance.items()]
    # The first row is for no attributes at all: one group.
    table = np.stack([np.ones(count, dtype=bool), *values])
    return np.unique(table, axis=1, return_inverse=True)[1].reshape(-1)


def _yes_or_no(name, values, count):
    values = np.asarray(values)
    if values.shape != (count,) or not np.isin(values, (0, 1)).all():
        raise ValueError(
            f"{name} must be ({count},) booleans or 0 and 1, one per code, found shape "
            f"{values.shape} of {values.dtype}. Of categories or a continuous factor make such by "
            f"comparing: labels == 3, smile > 0.5."
        )
    return values.astype(bool)


def _enough_on_both_sides(present, least, where):
    with_it, without = int(present.sum()), int((~present).sum())
    if min(with_it, without) < least:
        raise ValueError(
            f"{with_it} images with the attribute and {without} without it {where}, at least "
            f"{least} of each are needed. Take more images, balance fewer attributes, or lower "
            f"`least`."
        )
