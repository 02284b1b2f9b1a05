# %% [markdown]
# # Solutions of notebook 12
#
# **1.** Half of the mass goes 2 to the left, half 4 to the right: $\frac12 \cdot 2 + \frac12 \cdot
# 4 = 3$. The means are only 1 apart. (The Jensen–Shannon divergence is $\log 2$, here and wherever
# no sample is a real one.)

# %%
work_of_two_heaps = 0.5 * 2 + 0.5 * 4

# %% [markdown]
# **2.** The gradient of $w \cdot x$ is $w$ at each $x$, so it does not matter between which images
# one looks.

# %%
import numpy as np


def linear_penalty(weights):
    """(‖w‖ − 1)² of a linear critic with these weights (d,)."""
    return (np.linalg.norm(weights) - 1) ** 2


# %% [markdown]
# **3.** The slope is a sum over all ways from the input to the output, of the products of the
# weights on a way (or 0, where a ReLU is closed). Each product is at most $c^L$ with $L$ layers of
# weights, and there are $n_1 n_2 \cdots n_{L-1}$ ways:
#
# $$\left\lvert \frac{\partial f}{\partial x_i} \right\rvert \le c^L\, n_1 n_2 \cdots n_{L-1}.$$
#
# With 128 units in three layers and $c = 0.1$ that is 210: far from 1, and hardly ever reached,
# since all weights would have to be $c$.

# %%
import math


def steepest_clipped(clip, units):
    """An upper bound of the slope of a clipped network with these numbers of units."""
    return clip ** (len(units) - 1) * math.prod(units[1:-1])


# %% [markdown]
# **4.** $F^{-1}(u) = \mu + \sigma\, \Phi^{-1}(u)$, so with $Z = \Phi^{-1}(u)$, $\Delta = \mu_2 -
# \mu_1$ and $\delta = \lvert \sigma_2 - \sigma_1 \rvert$ the integral is the mean length of a
# Gaussian number, which has a closed form:
#
# $$\mathbb E\, \lvert \Delta + \delta Z \rvert = \delta \sqrt{\tfrac2\pi}\, e^{-\Delta^2 /
# 2\delta^2} + \Delta \left(1 - 2\, \Phi(-\Delta / \delta)\right).$$
#
# For equal means that is $\delta \sqrt{2/\pi} = 0.798\, \delta$; as $\delta \to 0$ it is $\lvert
# \Delta \rvert$.

# %%
from scipy.stats import norm


def of_gaussians(mean_1, std_1, mean_2, std_2, points=10_001):
    """Earth mover's distance of two Gaussians on a line."""
    quantiles = norm.ppf((np.arange(points) + 0.5) / points)
    return np.mean(abs(mean_2 - mean_1 + (std_2 - std_1) * quantiles))
