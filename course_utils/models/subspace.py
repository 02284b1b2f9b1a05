"""Where a mixture is fitted: all features or the leading principal components, and the way back."""

import dataclasses

import numpy as np
from sklearn.decomposition import PCA

# Rows that are worked on at a time: a copy of all images in float64 would take gigabytes.
BLOCK = 4096


def in_blocks(function, x):
    """`function` of the rows of `x`, a block at a time, its results joined."""
    return np.concatenate([function(x[i : i + BLOCK]) for i in range(0, len(x), BLOCK)])


@dataclasses.dataclass(frozen=True, eq=False)
class Subspace:
    """All directions of the data, or the leading principal ones with white noise in the others.

    The noise makes a density in the subspace one in the space of the data, so that different
    numbers of principal components can be compared, as in probabilistic PCA (Tipping, Bishop 1999,
    https://doi.org/10.1111/1467-9868.00196).

    Attributes:
        centre: mean of the data, (d,).
        directions: orthonormal columns (d, q), or None for all directions as they are.
        noise: variance in each of the d - q left-out directions; 0 where none is left out.
        shape: shape of one point.
        dtype: name of the data's dtype.
    """

    centre: np.ndarray
    directions: np.ndarray | None
    noise: float
    shape: tuple[int, ...]
    dtype: str

    @classmethod
    def fit(cls, x, pca, regularisation, seed):
        """Find the subspace of checked data: `pca` principal components, or all features for None.

        `regularisation` is added to the variance of the left-out directions, as it is added to that
        of the components' own.

        Raises:
            ValueError: more principal components than the data have, or left-out directions in
                which nothing varies.
        """
        rows = x.reshape(len(x), -1)
        centre = rows.mean(axis=0, dtype="float64")
        whole = cls(centre, None, 0.0, x.shape[1:], x.dtype.name)
        if pca is None:
            return whole
        if pca > min(rows.shape):
            raise ValueError(
                f"pca is {pca}, but {rows.shape[0]} points of {rows.shape[1]} features have at "
                f"most {min(rows.shape)} principal components."
            )
        found = PCA(pca, random_state=seed).fit(rows - centre.astype(x.dtype))
        # Exactly orthonormal, whatever precision they were found in: the density depends on it.
        directions, triangle = np.linalg.qr(found.components_.T.astype("float64"))
        directions *= np.sign(np.diag(triangle))
        inside = dataclasses.replace(whole, directions=directions)
        left_out = rows.shape[1] - pca
        if not left_out:
            return inside
        discarded = inside.distances(x).mean()
        # Below, it is what rounding has left of nothing.
        discarded *= discarded > 1e-12 * rows.var(axis=0, dtype="float64").sum()
        noise = discarded / left_out + regularisation
        if not noise > 0:
            raise ValueError(
                f"nothing varies outside of {pca} principal components, where the density would "
                f"be infinite. Use fewer, or a regularisation above 0."
            )
        return dataclasses.replace(inside, noise=float(noise))

    @property
    def size(self):
        """Number of directions q that the mixture is fitted in."""
        return len(self.centre) if self.directions is None else self.directions.shape[1]

    @property
    def left_out(self):
        """Number of directions d - q that only noise describes."""
        return len(self.centre) - self.size

    def project(self, x):
        """Coordinates (n, q) of points, in float64."""
        return in_blocks(self._project, x.reshape(len(x), -1))

    def _project(self, rows):
        centred = rows - self.centre
        return centred if self.directions is None else centred @ self.directions

    def distances(self, x):
        """Squared distance (n,) of each point from the subspace."""

        def squared(rows):
            centred = rows - self.centre
            inside = centred @ self.directions
            rest = np.einsum("nd,nd->n", centred, centred) - np.einsum("nq,nq->n", inside, inside)
            return np.maximum(rest, 0)

        return in_blocks(squared, x.reshape(len(x), -1))

    def log_density_outside(self, x):
        """Log-density (n,) of the noise in the left-out directions, in nats."""
        if not self.left_out:
            return np.zeros(len(x))
        constant = self.left_out * np.log(2 * np.pi * self.noise)
        return -0.5 * (constant + self.distances(x) / self.noise)

    def embed(self, z, generator=None):
        """Points with coordinates `z` (n, q); a generator draws noise in left-out directions."""
        rows = z if self.directions is None else z @ self.directions.T
        if generator is not None and self.left_out:
            noise = np.sqrt(self.noise) * generator.standard_normal((len(z), len(self.centre)))
            rows = rows + noise - (noise @ self.directions) @ self.directions.T
        return (rows + self.centre).astype(self.dtype).reshape(len(z), *self.shape)

    def to_arrays(self):
        """What `from_arrays` needs to make the subspace again, as a dict."""
        return {k: v for k, v in vars(self).items() if v is not None}

    @classmethod
    def from_arrays(cls, arrays):
        """The subspace that `to_arrays` took apart; KeyError if something is missing."""
        return cls(
            arrays["centre"],
            arrays.get("directions"),
            float(arrays["noise"]),
            tuple(arrays["shape"].tolist()),
            str(arrays["dtype"]),
        )
