# %% [markdown]
# # Solutions of notebook 15
#
# **1.** The mean, 0.5: a grey that neither face has. That is all there is to the blur: where a code
# leaves something open, least squares paints the average of what it may be.

# %%
painted = (0.2 + 0.8) / 2

# %% [markdown]
# **2.** Both yes, $p\,q$, or both no, $(1 - p)(1 - q)$. For a rare attribute that is nearly 1, so
# "98 % the same" may be next to nothing.


# %%
def same_by_chance(p, q):
    """Share of equal answers of two that are independent."""
    return p * q + (1 - p) * (1 - q)


# %% [markdown]
# **3.** It is the plain difference if both groups are equally large on either side: then what sets
# the groups apart is in both means, and cancels.


# %%
def balanced_difference(codes, present, group):
    """Vector (d,): codes (n, d), yes/no `present` and `group` (n,)."""
    differences = [
        codes[present & (group == one)].mean(axis=0) - codes[~present & (group == one)].mean(axis=0)
        for one in (False, True)
    ]
    return sum(differences) / 2


# %% [markdown]
# **4.** The variance of a mean of $k$ independent numbers is $\frac1k$ of theirs. (Edges are not
# independent: outlines that lie in the same place stay sharp. So the number is a lower bound.)


# %%
def energy_left(k):
    """Share of the energy (squared amplitude) that is left in a mean of k pictures."""
    return 1 / k
