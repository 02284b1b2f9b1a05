"""What `load` gives back: images or points, with their labels and where they come from."""

import dataclasses
import math

import numpy as np

from course_utils.data.stored import StoredImages, rescale


class DataUnavailableError(RuntimeError):
    """A real data set was asked for and is nowhere to be had; the message says what to do."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ImageData:
    """A set of labelled images, split into training and test.

    Attributes:
        name: what it really is, so `digits` where those stood in for `mnist`.
        source: `real` or `builtin`.
        origin: where it was found: `COURSE_DATA_DIR`, `cache`, `download` or `made here`.
        x_train: float32 (n, height, width, channels), in `pixel_range`. Bytes (uint8, on disk or
            not) are wrapped in `stored.StoredImages`, which reads them as such.
        y_train: int64 (n,), index into `class_names`.
        x_test: as `x_train`.
        y_test: as `y_train`.
        class_names: one name a label.
        factors_train: what each training image was drawn from: name -> (n,); integers for
            categories and yes/no attributes, float32 in [0, 1] for continuous factors.
            Of `celeba` its attributes, as people saw them; empty for other real sets, whose
            factors nobody knows.
        factors_test: the same for the test images.
        pixel_range: lowest and highest possible value of a pixel.
    """

    name: str
    source: str
    origin: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]
    factors_train: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    factors_test: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    pixel_range: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self):
        for name in ("x_train", "x_test"):
            images = getattr(self, name)
            if images.dtype == np.uint8:
                object.__setattr__(self, name, StoredImages(images, self.pixel_range))

    def scaled(self, low, high):
        """Copy of this set with the pixels mapped from `pixel_range` to [low, high].

        Args:
            low: value of black.
            high: value of white.

        Returns:
            ImageData; its `x_train` and `x_test` are new arrays, the rest is shared. Images on
            disk stay there.

        Raises:
            ValueError: `low` is not below `high`, or one of them is not a finite number.
        """
        low, high = float(low), float(high)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"pixels are scaled to [low, high], low < high; found {low}, {high}.")
        return dataclasses.replace(
            self,
            x_train=rescale(self.x_train, self.pixel_range, (low, high)),
            x_test=rescale(self.x_test, self.pixel_range, (low, high)),
            pixel_range=(low, high),
        )

    def __repr__(self):
        height, width, channels = self.x_train.shape[1:]
        low, high = self.pixel_range
        return (
            f"ImageData {self.name} ({self.source}): {len(self.x_train)} training and "
            f"{len(self.x_test)} test images of {height}×{width}×{channels}, "
            f"pixels in [{low:g}, {high:g}], {len(self.class_names)} classes"
        )


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class PointData:
    """Points from a distribution that is known exactly.

    Attributes:
        name: `ring`, `grid`, `moons` or `mixture_1d`.
        x_train: float32 (n, dimensions).
        y_train: int64 (n,), the component (or moon) that each point comes from.
        x_test: as `x_train`.
        y_test: as `y_train`.
        centres: float32 (k, dimensions), the components' means; for `moons` those of the arcs.
        std: standard deviation of the noise, one number for all components or (k,).
        weights: float64 (k,), the components' shares; they add up to 1.
        source: `builtin`.
        origin: `made here`.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    centres: np.ndarray
    std: float | np.ndarray
    weights: np.ndarray
    source: str = "builtin"
    origin: str = "made here"

    def pdf(self, points):
        """The true density at `points`.

        Args:
            points: (m, dimensions).

        Returns:
            float64 (m,).

        Raises:
            ValueError: the set is `moons`, which is no mixture of Gaussians, or the points
                have another number of dimensions.
        """
        if self.name == "moons":
            raise ValueError("the density of 'moons' has no closed form; use 'ring' or 'grid'.")
        points = np.asarray(points, dtype=np.float64)
        dimensions = self.centres.shape[1]
        if points.ndim != 2 or points.shape[1] != dimensions:
            raise ValueError(f"points must be (m, {dimensions}), found {points.shape}.")
        variance = np.broadcast_to(np.asarray(self.std, dtype=np.float64) ** 2, self.weights.shape)
        squared = ((points[:, None, :] - self.centres[None].astype(np.float64)) ** 2).sum(axis=2)
        peak = self.weights / (2 * math.pi * variance) ** (dimensions / 2)
        return (peak * np.exp(-0.5 * squared / variance)).sum(axis=1)

    def __repr__(self):
        return (
            f"PointData {self.name} ({self.source}): {len(self.x_train)} training and "
            f"{len(self.x_test)} test points in {self.centres.shape[1]}-D, "
            f"{len(self.centres)} components"
        )
