"""Does a generator copy its training images, or one image over and over?

A sampler that hands out training images gets the best score of every measure of quality. What
gives it away is the distance to the nearest training image: real images that were held out show
how near a new image comes to one.
"""

import dataclasses
import warnings

import numpy as np

from course_utils.measures import inputs

# Root-mean-square difference per pixel that nobody sees, for pixels in [0, 1].
HALF_A_GREY_LEVEL = 0.5 / 255
# Images at a time, and training images of a block that are compared exactly with each.
_IMAGES, _CANDIDATES = 1024, 8
# Work space for one pair: its score in float32, twice, while that of the block before is there.
_PAIR_BYTES = 12
# Fewer held-out images have no first percentile to speak of.
_ENOUGH_HELD_OUT = 100


@dataclasses.dataclass(frozen=True)
class Memorisation:
    """Fakes and held-out real images, by their distance to the nearest training image.

    Attributes:
        fake_distance: median over the fakes.
        held_out_distance: median over the held-out real images.
        copied: share of fakes that are as near to a training image as the nearest 1 % of held-out
            images; about 0.01 for an honest sampler.
        duplicates: share of fakes that have an almost identical twin among the other fakes.
    """

    fake_distance: float
    held_out_distance: float
    copied: float
    duplicates: float

    def __str__(self):
        return (
            f"median distance to the nearest training image {self.fake_distance:.3g} "
            f"(held-out real images: {self.held_out_distance:.3g}), "
            f"{100 * self.copied:.1f} % copied (honest: about 1 %), "
            f"{100 * self.duplicates:.1f} % have a twin"
        )


def memorisation(fake, training, held_out, tolerance=HALF_A_GREY_LEVEL):
    """Compare fakes with held-out real images: which are nearer to the training images?

    Blurred images lie nearer to everything than sharp ones: a small `fake_distance` is a reason to
    look, not a proof.

    Args:
        fake: (n, …) generated images, at least 2.
        training: (m, …) the images that the generator was trained on, all of them.
        held_out: (l, …) real images that it has not seen, at least 100 of them.
        tolerance: below which difference two fakes are twins, as in `duplicates`.

    Returns:
        Memorisation.

    Raises:
        ValueError: images of different shapes, NaN, too few images, held-out images that are
            training images, or a negative tolerance.
    """
    fake, training_rows = _rows("fake", fake, training)
    held_out, _ = _rows("held_out", held_out, training)
    if len(held_out) < _ENOUGH_HELD_OUT:
        warnings.warn(
            f"{len(held_out)} held-out images: the nearest 1 % of them is less than one image, so "
            f"`copied` is mostly chance. Take {_ENOUGH_HELD_OUT} or more.",
            inputs.FewSamplesWarning,
            stacklevel=2,
        )
    of_held_out, _ = _nearest(held_out, training_rows)
    of_fakes, _ = _nearest(fake, training_rows)
    usual = float(np.median(of_held_out))
    if usual == 0:
        raise ValueError(
            "most held_out images are training images too: they show nothing about new images. "
            "Give real images that the generator has not been trained on, such as the test split."
        )
    return Memorisation(
        fake_distance=float(np.median(of_fakes)),
        held_out_distance=usual,
        copied=float((of_fakes <= np.quantile(of_held_out, 0.01)).mean()),
        duplicates=float(duplicates(fake, tolerance).mean()),
    )


def duplicates(images, tolerance=HALF_A_GREY_LEVEL):
    """Which images have an almost identical twin among the others.

    Twins differ by at most `tolerance` per pixel, as a root of the mean square over all pixels and
    channels: by default half a grey level of 255 for pixels in [0, 1], which nobody sees. For
    another range multiply it by the range's width.

    Args:
        images: (n, …), at least 2.
        tolerance: largest difference between twins; 0 finds exact copies only.

    Returns:
        bool (n,), true for every image of a pair or larger group; the mean is the share.

    Raises:
        ValueError: fewer than two images, NaN, or a negative tolerance.
    """
    images = inputs.rows("images", images, least=2)
    if not tolerance >= 0:
        raise ValueError(f"tolerance must be 0 or more, found {tolerance!r}.")
    nearest, _ = _nearest(images, images, skip_itself=True)
    return nearest <= tolerance * np.sqrt(images.shape[1])


def nearest_distances(images, training):
    """Euclidean distance from each image to its nearest training image, and which that is.

    Products in float32 find a few candidates, which are compared exactly: a copy has distance 0.
    Where more training images lie within rounding error of each other (about 1e-3 of an image's
    norm), the distance may be that to another one of these.

    Args:
        images: (n, …) images or points.
        training: (m, …).

    Returns:
        Distances float64 (n,) and indices int64 (n,) into `training`.

    Raises:
        ValueError: shapes that do not agree, NaN, or no images.
    """
    return _nearest(*_rows("images", images, training))


def _rows(name, images, training):
    """Both flattened to rows, if they are images of one shape."""
    inputs.same_dimensions({name: images, "training": training})
    return inputs.rows(name, images), inputs.rows("training", training)


def _nearest(images, training, skip_itself=False):
    """Distance and index of the nearest row; `skip_itself` if both are the same set."""
    distances, indices = np.full(len(images), np.inf), np.zeros(len(images), dtype=np.int64)
    # Distances are the same from everywhere; from the middle, they lose the fewest digits.
    middle = training.mean(axis=0, dtype=np.float64).astype(np.float32)
    for block in inputs.blocks(len(training), _PAIR_BYTES * _IMAGES + 4 * training.shape[1]):
        centred = training[block] - middle
        offsets = np.einsum("ij,ij->i", centred, centred) / 2
        for start in range(0, len(images), _IMAGES):
            rows = slice(start, min(start + _IMAGES, len(images)))
            # |x − t|² is smallest where |t|²/2 − x·t is.
            scores = offsets - (images[rows] - middle) @ centred.T
            for _ in range(min(_CANDIDATES, len(centred))):
                best = scores.argmin(axis=1)
                scores[np.arange(len(best)), best] = np.inf
                chosen = block.start + best
                difference = images[rows] - training[chosen]
                lengths = np.sqrt(np.einsum("ij,ij->i", difference, difference, dtype=np.float64))
                if skip_itself:
                    lengths[chosen == np.arange(rows.start, rows.stop)] = np.inf
                nearer = lengths < distances[rows]
                distances[rows][nearer], indices[rows][nearer] = lengths[nearer], chosen[nearer]
    return distances, indices
