# %% [markdown]
# # Solutions of notebook 14
#
# **1.** The two faces are $0.01 \sqrt{3072} \approx 0.55$ apart, and no value can rise by more than
# that: 3.55. A pixel noise that nobody sees may move the critic's value by as much as it likes.

# %%
largest_value = 3 + 0.01 * 3072**0.5

# %% [markdown]
# **2.** A share for each face, not for each pixel: else the points would be noise between the two,
# and lie on no straight line.

# %%
import numpy as np


def between(real, made, share):
    """Points (n, h, w, c) between real and made faces, one share for each."""
    share = np.reshape(share, (-1, 1, 1, 1))
    return share * real + (1 - share) * made


# %% [markdown]
# **3.** $-d + 2\lambda(w - 1) = 0$ gives $1 + \frac{d}{2\lambda}$: near 1 however far apart the
# means are, so the generator's slope hardly fades as they meet. $-d + \gamma w = 0$ gives $\frac
# d\gamma$: the slope is in proportion to the distance, and zero at the end. The first one circles,
# the second comes to rest (notebook 10).


# %%
def weights_at_rest(d, strength, centred):
    """Length of w; `centred`: the penalty strength/2 ‖w‖², else strength (‖w‖ − 1)²."""
    return d / strength if centred else 1 + d / (2 * strength)


# %% [markdown]
# **4.** Two straight lines have no changes of pace to compare, and a correlation of constants is
# 0 / 0. Decided afterwards, such a case goes whichever way one likes.


# %%
def rank_correlation(one, other):
    """Correlation of the ranks of the changes; 0 where one of them never changes its pace."""
    changes = np.diff(one), np.diff(other)
    if any(np.ptp(change) == 0 for change in changes):
        return 0.0
    ranks = [np.argsort(np.argsort(change)) for change in changes]
    return float(np.corrcoef(*ranks)[0, 1])
