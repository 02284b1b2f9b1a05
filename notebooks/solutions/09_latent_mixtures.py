# %% [markdown]
# # Solutions of notebook 09
#
# **1.** Volumes grow by $10^{32}$, and a density that integrates to 1 shrinks by as much: the mean
# log-density falls by $32 \log 10 = 73.7$ nats. The images are the same, for the decoder divides
# again. So nats of codes compare densities on one network, never two networks.

# %%
import numpy as np

other_units = -32 * np.log(10)

# %% [markdown]
# **2.** The law of total variance: $\operatorname{Var} z = \operatorname{Var}_x \mu(x) + \mathbb
# E_x\, \sigma^2(x)$, and EM keeps mean and covariance of what it is fitted to. Most is gained where
# the posteriors are wide, and that is where the code tells little about its image.

# %%
from course_utils.models import Mixture


def posterior_draws(vae, pictures, seed=0):
    """One draw from the posterior of each image, with means and log-variances: (n, d) each."""
    mean, log_var = vae.posterior(pictures)
    noise = np.random.default_rng(seed).normal(size=mean.shape)
    return mean + np.exp(0.5 * log_var) * noise, mean, log_var


# %%
def broadened(vae, images, components=10):
    """Mixture fitted to draws from the posteriors of training images."""
    draws, *_ = posterior_draws(vae, images.x_train)
    return Mixture(components).fit(draws)


# %% [markdown]
# **3.** For $t < 1$ the draws keep to where codes are dense: more of what is drawn lies among real
# codes (precision rises), and less of what there is gets drawn (recall falls).


# %%
def cooled(mixture, count, t, seed=0):
    """Codes (count, d), each moved towards the mean of its component."""
    z, component = mixture.sample_with_components(count, seed)
    means = mixture.means[component]
    return means + t * (z - means)


# %% [markdown]
# **4.** A density for each class is a generator of that class. Classes whose codes overlap with
# others' must score low: pullovers, coats and shirts. Trousers and bags have their codes nearly to
# themselves.


# %%
def codes_of_class(model, images, label, count, seed=0):
    """Codes (count, d) of one class."""
    codes = model.encode(images.x_train[images.y_train == label])
    return Mixture(1).fit(codes).sample(count, seed)


# %% [markdown]
# **5.** With $\mathbb E\,(z - m)^\top \Sigma^{-1} (z - m) = \operatorname{tr}(\Sigma^{-1} \Sigma) =
# d$ and $\mathbb E \lVert z \rVert^2 = \operatorname{tr} \Sigma + \lVert m \rVert^2$,
#
# $$\mathbb E \left[\log \mathcal N(z \mid m, \Sigma) - \log \mathcal N(z \mid 0, I)\right] =
# \tfrac12 \left(\operatorname{tr} \Sigma + \lVert m \rVert^2 - d - \log \det \Sigma\right).$$
#
# Nothing but $m$ and $\Sigma$ of the draws was used: they need not be Gaussian. (If they are, it is
# $\mathrm{KL}(q \Vert \mathcal N(0, I))$, for then the Gaussian is $q$ itself.)


# %%
def gain_of_one_gaussian(mean, covariance):
    """Nats that N(mean, covariance) gains over N(0, I), on codes with these moments."""
    _, log_determinant = np.linalg.slogdet(covariance)
    return (np.trace(covariance) + mean @ mean - len(mean) - log_determinant) / 2
