# %% [markdown]
# # Solutions of notebook 13
#
# **1.** Not at all: the 10 is part of the mean, and goes with it; the deviations are doubled, and
# so is the standard deviation that they are divided by. (But for $\epsilon$, which is small beside
# the variance.) So the layer before may choose any scale and offset; none of them gets through.

# %%
largest_change = 0.0

# %% [markdown]
# **2.** The dense layer fills $4 \times 4 \times c$ numbers from the noise. Each transposed
# convolution has $4 \cdot 4$ weights for each pair of channels and a bias for each channel above.

# %%
import itertools
import math


def generator_weights(size, filters, noise=100):
    """Numbers that the generator holds."""
    counts = [filters * 2**step for step in reversed(range(int(math.log2(size // 4))))]
    total = (noise + 1) * 16 * counts[0] + 4 * counts[0]
    for below, above in itertools.pairwise(counts):
        total += (16 * below + 1) * above + 4 * above
    return total + 16 * counts[-1] * 3 + 3


# %% [markdown]
# **3.** A constant mean $c$ is known up to $\alpha^n c$ after $n$ batches: to a hundredth after 44
# for $\alpha = 0.9$, after 459 for 0.99. In a short training samples would be drawn with statistics
# of long ago; so this notebook takes 0.9.


# %%
def running_mean(means, alpha):
    """The running mean after all of `means`, begun at 0."""
    kept = 0.0
    for mean in means:
        kept = alpha * kept + (1 - alpha) * mean
    return kept


# %% [markdown]
# **4.** The length does not depend on $t$ (square it, and use $\sin$ of a sum); in high dimensions
# all draws have nearly the same length, so the way stays in the shell.

# %%
import numpy as np


def on_sphere(a, b, t):
    """The point (d,) at t in [0, 1] between a and b (d,), of the same length."""
    angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


# %% [markdown]
# **5.** The nearest vector to $s$ in the plane orthogonal to $m$ is $s$ minus its part along $m$:
# $\lVert s - c\,m - v \rVert$ is least for $c = \frac{s \cdot m}{m \cdot m}$. What the classifier
# still sees of `Male` is then not linear in the noise.


# %%
def without_part(s, m):
    """The part of s (d,) that is orthogonal to m (d,)."""
    return s - (s @ m) / (m @ m) * m
