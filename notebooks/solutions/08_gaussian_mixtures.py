# %% [markdown]
# # Solutions of notebook 08
#
# **1.** $\log n > 2$ for $n > e^2 = 7.39$, so from 8 points on: BIC is the stricter one for nearly
# all data there are.

# %%
dearer_from = 8

# %% [markdown]
# **2.** With equal weights $r_{ik} \propto e^{-\lVert x_i - \mu_k \rVert^2 / 2\sigma^2}$. A mean
# that is farther by $\delta$ in squared distance has $e^{-\delta / 2\sigma^2}$ times the share of
# the nearest, which goes to 0. (So it does with other weights: they do not grow with $1/\sigma^2$.)

# %%
import numpy as np


def hard_responsibilities(x, means):
    """Responsibilities (n, k) in the limit of no variance."""
    squared_distances = ((x[:, None] - means) ** 2).sum(axis=2)
    return np.eye(len(means))[squared_distances.argmin(axis=1)]


# %% [markdown]
# **3.** One real point, repeated. It lies in its own ball, so the precision is 1. And it lies in
# the balls of few others: a ball reaches to the fifth neighbour, so that a point lies in five
# balls of others on average, of hundreds.


# %%
def precise_but_poor(real, count=1_000):
    """Points (count, d) that fool precision."""
    return np.repeat(real[:1], count, axis=0)


# %% [markdown]
# **4.** By Bayes' rule $p(k \mid a) \propto \pi_k\, \mathcal N(a \mid \mu_{k,a},
# \Sigma_{k,aa})$: an E step on the known coordinates alone. The mean of a mixture is the mean of
# its components' means,
#
# $$\mathbb E[b \mid a] = \sum_k p(k \mid a) \left( \mu_{k,b} + \Sigma_{k,ba} \Sigma_{k,aa}^{-1}
# (a - \mu_{k,a}) \right).$$
#
# In logarithms up to the end: of images all densities are 0 in floating point, or infinite.

# %%
from scipy.special import softmax
from scipy.stats import multivariate_normal


def fill_in(known, weights, means, covariances):
    """Expected other coordinates (n, d - m), given the first m coordinates (n, m)."""
    m = known.shape[1]
    scores, predictions = [], []
    for weight, mean, covariance in zip(weights, means, covariances, strict=True):
        of_known = multivariate_normal(mean[:m], covariance[:m, :m])
        scores.append(np.log(weight) + np.atleast_1d(of_known.logpdf(known)))
        gain = np.linalg.solve(covariance[:m, :m], covariance[:m, m:])
        predictions.append(mean[m:] + (known - mean[:m]) @ gain)
    shares = softmax(np.stack(scores, axis=1), axis=1)
    return np.einsum("nk,nkd->nd", shares, np.stack(predictions, axis=1))
