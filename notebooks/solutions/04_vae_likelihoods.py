# %% [markdown]
# # Solutions of notebook 04
#
# **1.** Less. Multiplied by $2\sigma^2$, the Gaussian loss is squared error $+\; 2\sigma^2\,
# \mathrm{KL}$ and a constant. So $2\sigma^2 = 0.02$ and $\sigma = 0.1$: a small weight of the KL
# term trusts each pixel to a tenth of the grey scale.

# %%
claimed_noise = (0.02 / 2) ** 0.5

# %% [markdown]
# **2.** Write each term as a number times its sum, then divide the loss by the number before the
# pixels. A factor common to both terms only rescales the gradient. 500 times the mean over 1024
# pixels plus the sum of the KL is $\beta = 1024 / 500 = 2.048$.


# %%
def beta_of(pixels, dimensions, a=1, b=1, mean_pixels=False, mean_dimensions=False):
    """The weight of the KL term, if both terms were sums."""
    before_pixels = a / pixels if mean_pixels else a
    before_code = b / dimensions if mean_dimensions else b
    return before_code / before_pixels


# %% [markdown]
# **3.** $-\log_2 p = -\log p / \log 2$. The probability of a grey level is the density times its
# width, $1/256$ in each dimension, so $-\log_2$ of it has $\log_2 256 = 8$ bits more. The 86.8 nats
# are 0.16 bits a pixel.

# %%
import numpy as np


def bits_per_dimension(nats, dimensions, levels=None):
    """Bits per dimension from −log p(x); `levels`: of grey, if p is a density on [0, 1]."""
    return nats / dimensions / np.log(2) + np.log2(levels or 1)


# %% [markdown]
# **4.** $-\log p = |x - f(z)| / b + \log 2b$, and the mean of it has the mean absolute error in the
# first place. The derivative $-\mathrm{MAE} / b^2 + 1/b$ is zero at $b = \mathrm{MAE}$: the
# likeliest scale is the mean absolute error.


# %%
def laplace_nats(mae, scale):
    """−log p of one pixel, if its mean absolute error is `mae`."""
    return mae / scale + np.log(2 * scale)


# %% [markdown]
# **5.** With the odds $r = p / (1 - p)$ the formula is $(1 - p)\, r^x$, and
#
# $$\int_0^1 (1 - p)\, r^x\, dx = (1 - p)\, \frac{r - 1}{\log r} = \frac{2p - 1}{\log r}.$$
#
# $C(p)$ is one divided by that. At $p = \tfrac12$ both parts are 0; there the formula is
# $\tfrac12$ for every $x$, so $C = 2$.


# %%
def log_constant(p):
    """log C(p), so that C(p) p**x (1 - p)**(1 - x) is a density of x on [0, 1]."""
    if p == 0.5:
        return np.log(2)
    return np.log(np.log(p / (1 - p)) / (2 * p - 1))
