# %% [markdown]
# # Solutions of notebook 06
#
# **1.** Each number of the middle is $(a + b)/2$ with variance $(1 + 1)/4 = 1/2$. Over 16
# dimensions that is 8: half of the codes' own. In high dimensions codes lie near a sphere, and the
# middle of two of them lies far inside.

# %%
length_of_the_middle = 8

# %% [markdown]
# **2.** The mean squared length stays below $d$, since the quantile of the middle of a step is less
# than the root mean square over the step.

# %%
import itertools

import numpy as np
from scipy.stats import chi2, norm


def quantile_grid(size, dimensions):
    """Codes (size ** dimensions, dimensions) in steps of equal probability."""
    steps = norm.ppf((np.arange(size) + 0.5) / size)
    return np.array(list(itertools.product(steps, repeat=dimensions)))


# %% [markdown]
# **3.** Below $10^{-5}$ in 100 dimensions: a decoder that was trained on codes from the prior has
# practically never seen one as short as the middle.


# %%
def share_as_short(dimensions):
    """Share of codes from N(0, I) whose squared length is at most half of its mean."""
    return chi2.cdf(dimensions / 2, dimensions)


# %% [markdown]
# **4.** The straight line is the shorter way between two *codes*; in pixels, and in looks, the
# decoder decides.


# %%
def way_length(points):
    """Length of a way (steps, ...)."""
    steps = np.diff(points, axis=0)
    return np.linalg.norm(steps.reshape(len(steps), -1), axis=1).sum()


# %% [markdown]
# **5.** $\operatorname{Cov} z = \operatorname{Cov}_x \mu(x) + \mathbb E_x
# \operatorname{diag}(\sigma^2(x))$: given $x$ the dimensions are independent, so the second part
# has no entries off the diagonal.


# %%
def code_gaussian(mean, log_var):
    """Mean (d,) and covariance (d, d) of codes with these posteriors (n, d)."""
    covariance = np.cov(mean.T) + np.diag(np.exp(log_var).mean(axis=0))
    return mean.mean(axis=0), covariance
