# %% [markdown]
# # Solutions of notebook 10
#
# **1.** More often. On the 5 modes that are made it says $\frac{1/25}{1/25 + 1/5} = \frac16$ and
# calls everything made up; on the 20 others it says 1. So all made samples are told rightly, and
# $\frac{20}{25}$ of the real ones: $\frac12 (1 + \frac{20}{25}) = 0.9$.

# %%
accuracy_with_five = (1 + 20 / 25) / 2

# %% [markdown]
# **2.** $V = \log d + \log(1 - d)$, whose slope $\frac1d - \frac1{1 - d}$ is zero at $d = \frac12$
# alone: who knows nothing had best say so, and gets $-\log 4$.

# %%
import numpy as np


def game_value(chance):
    """V of a discriminator that says `chance` everywhere, in nats."""
    return np.log(chance) + np.log1p(-chance)


# %% [markdown]
# **3.** At a point $d$ gains $p\,(1 - s) \log d + (p\,s + q) \log(1 - d)$. The slope is zero at
#
# $$d = \frac{(1 - s)\,p}{(1 - s)\,p + p\,s + q} = \frac{(1 - s)\,p}{p + q}.$$
#
# The best discriminator is never surer than $1 - s$, and as a ratio of densities it can still be
# read. (Were made samples smoothed too, $q$ would stand above the line, and a generator be told to
# stay where it is though no data are there.)


# %%
def best_smoothed(p, q, smoothing):
    """The best chance where real data have density `p`, the generator `q`."""
    return (1 - smoothing) * p / (p + q)


# %% [markdown]
# **4.** Both losses look at differences alone: adding the same number to all logits changes
# nothing. The softplus cannot overflow, as $\log(1 + e^x)$ written out would.

# %%
from keras import ops

from course_utils.models import AdversarialModel


class Relativistic(AdversarialModel):
    """Is this real sample more real than that made one?"""

    compares = True

    def critic_loss(self, real, fake):
        return ops.mean(ops.softplus(fake - real))

    def generator_loss(self, fake, real):
        return ops.mean(ops.softplus(real - fake))


# %% [markdown]
# **5.** With $s = \psi\theta$ and $\ell(0) = 0$, minus the slopes are
#
# $$\dot\theta = 2\,(1 - s)\,\psi, \qquad \dot\psi = -2\,(1 + s)\,\theta.$$
#
# Near zero that is $(2\psi, -2\theta)$, a circle: eigenvalues $\pm 2i$, not decided. But $\theta
# \dot\theta + \psi \dot\psi = 2s\,(1 - s) - 2s\,(1 + s) = -4s^2 \le 0$: it comes in, and ever more
# slowly, as the non-saturating loss does.


# %%
def least_squares(state):
    """Velocity (n, 2) of states (n, 2), columns θ and ψ."""
    theta, psi = np.asarray(state).T
    s = psi * theta
    return np.stack([2 * (1 - s) * psi, -2 * (1 + s) * theta], axis=-1)
