# %% [markdown]
# # Solutions of notebook 03
#
# **1.** Let $q$ be one bump. There $p(z \mid x) = \tfrac14 q(z)$, so $\mathrm{KL}(q \,\|\,
# p(z \mid x)) = \mathbb E_q[\log 4] = 1.386$. A $q$ that spans all four puts most of its mass where
# the posterior has next to none, and pays far more.

# %%
import math

lost_to_bumps = math.log(4)

# %% [markdown]
# **2.** Under the first Gaussian $\mathbb E(z - m_1)^2 = s_1^2$ and $\mathbb E(z - m_2)^2 = s_1^2 +
# (m_1 - m_2)^2$. So
#
# $$\mathbb E[\log q_1 - \log q_2] = \log \frac{s_2}{s_1} - \frac12 +
# \frac{s_1^2 + (m_1 - m_2)^2}{2 s_2^2}.$$
#
# What lies where the *second* density is tiny costs most: a wide first Gaussian has more of that.

# %%
import numpy as np


def kl_between(mean_1, std_1, mean_2, std_2):
    """KL in nats of two one-dimensional Gaussians."""
    squares = std_1**2 + (mean_1 - mean_2) ** 2
    return np.log(std_2 / std_1) + squares / (2 * std_2**2) - 0.5


# %% [markdown]
# **3.** $\mathrm{KL} = \mathbb E_q[\log q(z) - \log p(z)]$, and the mean over draws from $q$
# estimates it without bias. One draw varies by about one nat, so a hundred thousand by $1 /
# \sqrt{10^5} = 0.003$.

# %%
from scipy.stats import norm


def kl_to_laplace(mean, std, draws=100_000, seed=0):
    """KL(N(mean, std²) ‖ Laplace(0, 1)) in nats, by Monte Carlo."""
    z = np.random.default_rng(seed).normal(mean, std, size=draws)
    return np.mean(norm.logpdf(z, mean, std) + np.log(2) + abs(z))


# %% [markdown]
# **4.** In units of the posterior's standard deviation it is $\mathrm{KL}(\mathcal N(0, f^2) \,\|\,
# \mathcal N(0, 1)) = \tfrac12 (f^2 - 1) - \log f$: 0.318 nats for one half, 0.807 for 2. Too narrow
# is cheaper: the bound asks where $q$ is and the posterior is not.


# %%
def width_loss(factor):
    """Nats lost in one dimension, if q is `factor` times as wide as the posterior."""
    return (factor**2 - 1) / 2 - np.log(factor)


# %% [markdown]
# **5.** $w = p(x, z) / q(z) = p(x)\, p(z \mid x) / q(z)$. In units of the posterior $z = f
# \varepsilon$, so $\log w - \log p(x) = \log f + \tfrac12 \varepsilon^2 - \tfrac12 f^2
# \varepsilon^2$. For factor 2 these weights are bounded, and the shortfall soon falls as $1/k$. For
# one half they are not, their variance is infinite, and it falls more slowly: the narrow $q$, the
# cheaper mistake for $k = 1$, is the dearer one for large $k$.

# %%
from scipy.special import logsumexp


def shortfall(factor, k, groups=20_000, seed=0):
    """log p(x) minus the bound with k samples, in nats, for a q of exercise 4."""
    noise = np.random.default_rng(seed).normal(size=(groups, k))
    log_w = np.log(factor) + noise**2 / 2 - (factor * noise) ** 2 / 2
    return -np.mean(logsumexp(log_w, axis=1) - np.log(k))
