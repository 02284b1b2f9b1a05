# %% [markdown]
# # Solutions of notebook 00
#
# **1.** Of one point, $\log p(x) - \log p_\theta(x) = \frac12 (x - 3)^2 - \frac12 x^2 = \frac92 -
# 3x$, and the mean of $x$ is 0. A mean that is $\delta$ off costs $\delta^2 / 2$ nats: little as
# long as it is nearly right, and then quickly much.

# %%
nats_behind = 4.5

# %% [markdown]
# **2.** The chance $n!\,n!/(2n)! = 1 / \binom{2n}{n}$ falls about by a factor of four with each
# seed more. Three seeds have exactly 5 %, which is allowed.

# %%
import itertools
import math


def seeds_needed(chance):
    """Fewest seeds per method for which two equal methods get a verdict this rarely."""
    return next(n for n in itertools.count(1) if 1 / math.comb(2 * n, n) <= chance)


# %% [markdown]
# **3.** What all faces have in common falls out. What is left is where, and in which colour, the
# attribute changes them. A comparison makes `True` and `False`, and such an array *chooses*
# pictures; the numbers 0 and 1 would be taken for their places.


# %%
def difference_image(pictures, attribute):
    """Mean of the pictures where attribute is 1, minus the mean where it is 0."""
    return pictures[attribute == 1].mean(axis=0) - pictures[attribute == 0].mean(axis=0)


# %% [markdown]
# **4.** Write the $n$ results of the first method and the $m$ of the second in order, the best
# first, as letters A and B. All $\binom{n + m}{n}$ rows are equally likely. Those that count begin
# with $n - 1$ times A; then the last A has $m + 1$ places, before, between or after the B. So
#
# $$P = \frac{m + 1}{\binom{n + m}{n}}.$$
#
# One exception makes the rule $m + 1$ times as easy to fool: 20 % with three seeds, 2.4 % with
# five.


# %%
def chance_with_exception(first, second):
    """Chance of the looser verdict for two equal methods with so many results each."""
    return (second + 1) / math.comb(first + second, first)
