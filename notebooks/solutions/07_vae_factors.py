# %% [markdown]
# # Solutions of notebook 07
#
# **1.** $\beta$ stands within the logarithm: $\tfrac12 \log \frac{9}{2 \cdot 0.25} = \tfrac12 \log
# 18 = 1.45$. Doubling the price takes off $\tfrac12 \log 2 = 0.35$ nats, whatever the rate was, as
# long as as much is left.

# %%
import numpy as np

rate_at_two = 0.5 * np.log(9 / (2 * 0.25))

# %% [markdown]
# **2.** The derivative of $\lVert s \hat\Delta - \Delta \rVert^2$ with respect to $s$ is $2 \langle
# \hat\Delta,\, s \hat\Delta - \Delta \rangle$. It is zero at
#
# $$s = \frac{\langle \hat\Delta, \Delta \rangle}{\lVert \hat\Delta \rVert^2}.$$
#
# Above 1 the step was too short, below 1 too long, below 0 it did harm.


# %%
def best_step(found, wanted):
    """The factor by which `found` should be multiplied to explain most of `wanted`."""
    return np.sum(found * wanted) / np.sum(found**2)


# %% [markdown]
# **3.** $R = \tfrac12 \log \frac{\lambda}{\beta s^2}$ gives $\beta = \frac{\lambda}{s^2} e^{-2R}$.
# With $\lambda = 1$ and $s^2 = 0.25$ that is $\beta = 4 / 4 = 1$ for $R = \log 2$. (For $R = 0$ any
# larger $\beta$ does as well.)


# %%
def beta_for(rate, variance, noise):
    """The beta at which the optimal rate is `rate` nats; `noise` is s²."""
    return variance / noise * np.exp(-2 * rate)


# %% [markdown]
# **4.** A rotation leaves $\mathcal N(0, I)$ as it is, and a decoder that turns back makes the same
# images. At 90° the two dimensions have changed places, one with its sign. At 45° each knows as
# much about one factor as the other does, so that there is no gap.


# %%
def turned(codes, degrees):
    """Codes (n, d), the first two dimensions rotated."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    rotated = codes.copy()
    rotated[:, :2] = codes[:, :2] @ np.array([[cosine, sine], [-sine, cosine]])
    return rotated


# %% [markdown]
# **5.** In principal directions the loss is a sum of losses of one dimension, so each has its own
# minimum, $R_i = \max\left(0, \tfrac12 \log \frac{\lambda_i}{\beta s^2}\right)$. Kept are those
# with $\lambda_i > \beta s^2$. (As if water stood $\beta s^2$ deep: what rises above it is told.)


# %%
def survivors(variances, noise, beta):
    """Number of dimensions that are kept, and their rate in nats; `noise` is s²."""
    nats = np.maximum(0, 0.5 * np.log(variances / (beta * noise)))
    return np.count_nonzero(nats), nats.sum()
