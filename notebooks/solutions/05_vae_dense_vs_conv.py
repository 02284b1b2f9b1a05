# %% [markdown]
# # Solutions of notebook 05
#
# **1.** The convolution still has 320: the same nine weights and one bias of a filter serve all
# positions, four times as many of them, at four times the work. The dense layer has a weight for
# each pixel and unit, $(3136 + 1) \cdot 329$; only its biases stay as many.

# %%
weights_at_56 = (320, (56 * 56 + 1) * 329)

# %% [markdown]
# **2.** A dense layer from $m$ to $n$ units has $(m + 1)\,n$ weights. The encoder ends in two
# heads, for $\mu$ and $\log \sigma^2$; the decoder reads one code.


# %%
def dense_weights(hidden, latent):
    """Weights of encoder and decoder for images of 784 pixels."""
    encoder = (784 + 1) * hidden + 2 * (hidden + 1) * latent
    decoder = (latent + 1) * hidden + (hidden + 1) * 784
    return encoder + decoder


# %% [markdown]
# **3.** A fair coin is $\log 2$ nats or 1 bit, so a nat is $1 / \log 2 = 1.44$ bits.

# %%
import numpy as np


def bits_per_pixel(nats):
    """Bits for each of 784 pixels."""
    return nats / 784 / np.log(2)


# %% [markdown]
# **4.** The variance over the images, not over the dimensions. A dimension whose mean is large, but
# the same for each image, tells nothing.


# %%
def active_dimensions(means):
    """Indices of the active dimensions."""
    return np.flatnonzero(means.var(axis=0) > 0.01)


# %% [markdown]
# **5.** Shuffle a unit's weights like the pixels, and $\sum_j w_{\pi(j)}\, x_{\pi(j)} = \sum_j w_j
# x_j$: the same terms in another order. So to each dense network belongs one that does on shuffled
# images what the first did before (the last layer shuffles its outputs alike). The initial weights
# are drawn independently from one distribution, so neither of the two is the likelier start.
#
# A convolution looks at nine pixels that are neighbours, with the same weights everywhere. After
# shuffling, what was next to each other is not; no other weights of it mend that.


# %%
def shuffled(pictures, seed=0):
    """The same permutation of the 784 pixels for all images (n, 28, 28, 1)."""
    order = np.random.default_rng(seed).permutation(784)
    return pictures.reshape(len(pictures), 784)[:, order].reshape(pictures.shape)
