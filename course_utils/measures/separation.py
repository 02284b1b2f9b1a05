"""How well a code keeps classes apart that it was not told about.

Two views that may disagree. Nearest neighbours ask whether a code lies among its own class, and are
content with classes in many pieces. The silhouette (Rousseeuw, "Silhouettes: a graphical aid to the
interpretation and validation of cluster analysis", 1987) asks for one compact group per class.
Both go by straight-line distances in the code as it is: a dimension counts by its variance.
"""

import numpy as np
from sklearn.metrics import silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from course_utils import checks
from course_utils.measures import inputs


def neighbour_accuracy(train_codes, train_labels, test_codes, test_labels, k=10):
    """Share of test codes whose class the majority of their k nearest training codes has.

    Codes that say nothing about the class score about the share of the largest class. Equal votes
    go to the class with the smallest label.

    Args:
        train_codes: (n, d), n at least k.
        train_labels: (n,) whole numbers.
        test_codes: (m, d), of other images.
        test_labels: (m,) whole numbers.
        k: number of neighbours that vote.

    Returns:
        The accuracy, from 0 to 1.

    Raises:
        ValueError: codes or labels that do not agree, NaN, labels that are no whole numbers, a
            class that only the test codes have, or fewer than k training codes.
    """
    checks.whole_number("k", k, 1)
    sets = {"train_codes": train_codes, "test_codes": test_codes}
    train_codes, test_codes = inputs.feature_pair(sets, 2, "to tell classes apart")
    inputs.enough("train_codes", train_codes, k, f"for {k} neighbours to vote")
    train_labels = _labels("train_labels", train_labels, "train_codes", len(train_codes))
    test_labels = _labels("test_labels", test_labels, "test_codes", len(test_codes))
    unknown = np.setdiff1d(test_labels, train_labels)
    if len(unknown):
        raise ValueError(
            f"test_labels hold classes that train_labels lack, the first is {unknown[0]}: no "
            f"neighbour can vote for them. Take both from the same classes."
        )
    classifier = KNeighborsClassifier(n_neighbors=k).fit(train_codes, train_labels)
    return float(classifier.score(test_codes, test_labels))


def silhouette(codes, labels, most=2000, seed=0):
    """Mean silhouette of classes in a code: how much nearer the own class is than the next one.

    For each code (b − a) / max(a, b), with a the mean distance to the others of its class and b the
    mean distance to the nearest other class; 0 for a class of one code. Near 1 for compact classes
    far apart, about 0 where they lie on top of each other, below where another class is nearer.

    Args:
        codes: (n, d).
        labels: (n,) whole numbers, at least 2 classes and fewer classes than codes.
        most: how many codes are taken at most, at random, since all distances are needed; from 3.
        seed: for the choice of codes.

    Returns:
        The mean silhouette, from −1 to 1.

    Raises:
        ValueError: codes and labels that do not agree, NaN, labels that are no whole numbers, or
            too few or too many classes among the codes taken.
    """
    checks.whole_number("most", most, 3)
    codes = inputs.features("codes", codes, least=3, why="for two classes and a neighbour")
    labels = _labels("labels", labels, "codes", len(codes))
    if len(codes) > most:
        chosen = np.random.default_rng(seed).choice(len(codes), most, replace=False)
        codes, labels = codes[chosen], labels[chosen]
    classes = len(np.unique(labels))
    if not 2 <= classes < len(codes):
        raise ValueError(
            f"labels of {len(codes)} codes must have at least 2 and fewer than {len(codes)} "
            f"classes, found {classes}: no class has another one, or none has two codes."
        )
    return float(silhouette_score(codes, labels))


def _labels(name, labels, codes_name, count):
    labels = np.asarray(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"{name} must be ({count},) whole numbers, one for each row of {codes_name}, found "
            f"shape {labels.shape} of {labels.dtype}."
        )
    return labels
