# %% [markdown]
# # Solutions of notebook 01
#
# **1.** A number of the third layer sees three of the second, each 7 pixels wide. Their fields lie
# $2 \cdot 2 = 4$ pixels apart, as each stride doubles the distances: $7 + 2 \cdot 4 = 15$. Each
# layer more adds twice what the one before it added.

# %%
seen_by_three = 7 + 2 * 4

# %% [markdown]
# **2.** The logarithm of 0 is $-\infty$, of which NumPy warns; so ask before you take it.

# %%
import math

import numpy as np


def psnr(original, reconstruction):
    """Peak signal-to-noise ratio in decibels of images with pixels in [0, 1]."""
    error = np.mean((original - reconstruction) ** 2)
    return -10 * np.log10(error) if error > 0 else math.inf


# %% [markdown]
# **3.** Each output channel has a window of weights for each input channel, and one bias. The
# encoder: $448 + 4640 + 18\,496$ for the convolutions, and $(4 \cdot 4 \cdot 64 + 1) \cdot 10 =
# 10\,250$ for the dense layer. Most belong to the last convolution.


# %%
def conv_parameters(channels_in, channels_out, window=3):
    """Number of weights and biases of one convolution."""
    return (window**2 * channels_in + 1) * channels_out


# %% [markdown]
# **4.** With $c = V (x - \bar x)$, the coordinates along all principal directions, lengths stay
# what they are: $\lVert x - \hat x_k \rVert^2 = \lVert x - \bar x \rVert^2 - c_1^2 - \dots -
# c_k^2$. So component $k$ lowers the error per pixel by the mean of $c_k^2$ over the test images,
# divided by the number of pixels, and one cumulative sum gives all errors.

# %%
from sklearn.decomposition import PCA


def smallest_code(x_train, x_test, error):
    """Number of principal components of `x_train` that rebuild `x_test` to this error."""
    pca = PCA().fit(x_train)
    gains = (pca.transform(x_test) ** 2).mean(axis=0) / x_test.shape[1]
    none = np.mean((x_test - pca.mean_) ** 2)
    errors = none - np.append(0, np.cumsum(gains))
    return int(np.argmax(errors <= error))
