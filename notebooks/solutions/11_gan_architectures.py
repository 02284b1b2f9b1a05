# %% [markdown]
# # Solutions of notebook 11
#
# **1.** In one case of five the training image is one that is known, and has the higher logit; in
# the others it is a coin: $\frac15 \cdot 1 + \frac45 \cdot \frac12 = 0.6$. Read backwards, an AUC
# of $A$ is like a share of $2A - 1$ known by heart.

# %%
area_by_heart = 1 / 5 + 4 / 5 / 2

# %% [markdown]
# **2.** As for a convolution: a kernel for each pair of channels, and a bias for each channel out.
# The stride moves the kernels, it does not multiply them.


# %%
def transposed_weights(kernel, channels_in, channels_out):
    """Number of weights and biases of a transposed convolution."""
    return (kernel**2 * channels_in + 1) * channels_out


# %% [markdown]
# **3.** Neighbours in a layer lie the product of all strides before it apart, so that layer $l$
# adds $(k_l - 1)\, s_1 \cdots s_{l-1}$ pixels. Seven of 28: each unit of the last grid judges a
# small patch, and the dense layer puts these verdicts together.


# %%
def receptive_field(layers):
    """Pixels along one side that reach a unit of the last layer; `layers` of (kernel, stride)."""
    seen = step = 1
    for kernel, stride in layers:
        seen += (kernel - 1) * step
        step *= stride
    return seen


# %% [markdown]
# **4.** An input gives $w_j x_j / (1 - p)$ with probability $1 - p$ and else 0: its mean is $w_j
# x_j$, its mean square $(w_j x_j)^2 / (1 - p)$, so its variance is $(w_j x_j)^2\, \frac{p}{1 - p}$.
# The variances of independent inputs add up:
#
# $$\sqrt{\tfrac{p}{1 - p} \sum_j (w_j x_j)^2}.$$
#
# Many inputs that each say a little give a steady logit, a single one that says all does not: what
# a unit knows by heart of one image cannot be relied on.

# %%
import numpy as np


def spread_of_logit(weights, inputs, rate):
    """Standard deviation of the logit of these inputs (d,) with dropout; `rate` is p."""
    return np.sqrt(rate / (1 - rate) * np.sum((weights * inputs) ** 2))


# %% [markdown]
# **5.** $x_i$ stands at two places of $u$. The output to the left of both sees the first copy to
# its right: $c$. The one over the first copy sees it in its middle and the second to its right: $b
# + c$. Then $a + b$, and to the right of both $a$.
#
# The four numbers $(k_1, k_2, k_3, k_4)$ come of three, so one thing is fixed: $k_1 + k_3 = k_2 +
# k_4$, both $a + b + c$. So even and odd outputs get equally much of a constant image: copying and
# convolving can make no checkerboard, while a transposed convolution of kernel 4 can learn one.


# %%
def as_transposed(kernel):
    """The four weights of a transposed convolution, for a kernel (a, b, c) after copying."""
    a, b, c = kernel
    return np.array([c, b + c, a + b, a])
