# %% [markdown]
# # Solutions of notebook 02
#
# **1.** Given what is seen, the clean image $x$ and the answer $y$ are two independent draws with
# the same mean $m$. So $\mathbb E\lVert x - y \rVert^2 = \mathbb E\lVert x - m \rVert^2 +
# \mathbb E\lVert y - m \rVert^2$, twice the error of the mean, and $10 \log_{10} 2 = 3.0$ dB are
# lost: what looks more real is worse by this number.

# %%
import numpy as np

decibels_of_a_draw = 20 - 10 * np.log10(2)

# %% [markdown]
# **2.** A square of `size` pixels begins in one of $h - \text{size} + 1$ rows, the last of which is
# $h - \text{size}$; `integers` does not draw its upper end.


# %%
def erase(pictures, size, seed):
    """Copies of images (n, h, w, c) with one square of `size` pixels set to 0 in each."""
    rng, erased = np.random.default_rng(seed), pictures.copy()
    height, width = pictures.shape[1:3]
    for picture in erased:
        row, column = rng.integers(0, [height - size + 1, width - size + 1])
        picture[row : row + size, column : column + size] = 0
    return erased


# %% [markdown]
# **3.** With steps of $\Delta = 1 / (2^b - 1)$ the error is evenly spread over $[-\Delta/2,
# \Delta/2]$ (at the two ends over half of it, with the same mean square), and $\frac1\Delta
# \int_{-\Delta/2}^{\Delta/2} t^2\, dt = \Delta^2 / 12$. From one bit to two $\Delta$ falls to a
# third, 9.5 dB; from eight to nine to about half, 6.04 dB.


# %%
def step_error(bits):
    """Mean squared error of a quantiser with this many bits on numbers in [0, 1]."""
    return 1 / (2**bits - 1) ** 2 / 12


# %% [markdown]
# **4.** `off_grey` is linear, so in each pixel $\lVert \frac{a + b}2 \rVert \le
# \frac{\lVert a \rVert + \lVert b \rVert}2$, the triangle inequality (or Jensen's, as a norm is
# convex). Both are equal only where the two colours have the same hue.

# %%
GREY = np.array([0.299, 0.587, 0.114])  # as in the notebook


def off_grey(pictures):
    """Each pixel's colour minus its own grey, (n, h, w, 3)."""
    return pictures - (pictures @ GREY)[..., None]


# %%
def colour_gap(first, second):
    """How much colour is lost by averaging two images (h, w, 3)."""
    both = np.stack([first, second])
    colours, of_mean = (np.linalg.norm(off_grey(x), axis=-1) for x in (both, both.mean(axis=0)))
    return colours.mean() - of_mean.mean()


# %% [markdown]
# **5.** If the sets do not differ, each of the other $n + m - 1$ images is as likely to be the
# nearest. An image is of the first set with chance $n / (n + m)$, and $n - 1$ of the others are
# too; the same for the second:
#
# $$P = \frac{n (n - 1) + m (m - 1)}{(n + m)(n + m - 1)}.$$
#
# So 0.8 says nothing without the sizes: for 900 and 100 it is a little less than chance.


# %%
def expected_told_apart(n, m):
    """Chance that an image's nearest neighbour is of its own set, if the sets do not differ."""
    return (n * (n - 1) + m * (m - 1)) / ((n + m) * (n + m - 1))
