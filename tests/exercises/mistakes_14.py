"""Typical mistakes in the exercises of notebook 14, and what is said of them."""

import numpy as np
from scipy.stats import spearmanr

MISTAKES = [
    ("14.1", 3 + 0.01, "in one number"),
    ("14.1", 3 + 30.72, "sum of the differences"),
    ("14.1", 3 - 0.01 * 3072**0.5, "*smaller*"),
    (
        "14.2",
        lambda x, g, u: np.stack([(1 - s) * a + s * b for a, b, s in zip(x, g, u, strict=True)]),
        "u belongs to the real faces",
    ),
    ("14.2", lambda x, g, u: u[0] * x + (1 - u[0]) * g, "a share of its own"),
    ("14.3", lambda d, k, centred: 0.0 if centred else 1.0, "pulls at it"),
    ("14.3", lambda d, k, centred: d / k if not centred else 1 + d / (2 * k), "other penalty"),
    ("14.3", lambda d, k, centred: d / k if centred else 1 - d / (2 * k), "plus, not minus"),
    ("14.4", lambda a, b: spearmanr(a, b).statistic, "Take the changes"),
    ("14.4", lambda a, b: np.corrcoef(np.diff(a), np.diff(b))[0, 1], "not of their ranks"),
    (
        "14.4",
        lambda a, b: np.corrcoef(np.argsort(np.diff(a)), np.argsort(np.diff(b)))[0, 1],
        "argsort of argsort",
    ),
]
