"""Ways from one code to another."""

import numpy as np

from course_utils import checks

# Radians: below, rounding of float32 codes has decided the direction between two vectors.
_SMALLEST_ANGLE = 1e-6


def straight(a, b, steps):
    """Codes at equal distances on the straight line from `a` to `b`, both ends among them.

    Args:
        a: one code (d,), or codes (n, d), each the beginning of a path.
        b: as many codes of the same size, the ends.
        steps: number of codes on a path, at least 2.

    Returns:
        (steps, d) or (n, steps, d), of the floating-point type of `a` and `b`.

    Raises:
        ValueError: shapes that differ or are not as described, NaN or infinity, too few steps.
    """
    a, b, dtype = _checked(a, b, steps)
    return np.linspace(a, b, steps, axis=-2).astype(dtype)


def spherical(a, b, steps):
    """Codes at equal angles on the arc from `a` to `b` (Shoemake 1985), both ends among them.

    Shoemake's arc is one between vectors of length 1. Here the direction follows it, and the
    length goes evenly from that of `a` to that of `b`. In many dimensions, nearly all codes that
    are drawn from N(0, I) have a length near √d; those on the arc between two of them have it
    too, those on the straight line are too short (White 2016, https://arxiv.org/abs/1609.04468).

    Where there is no arc, the path is the straight line: between vectors of the same direction,
    and from or to zero, which has no direction. What goes in and comes out is as in `straight`.

    Raises:
        ValueError: as `straight`; or `a` and `b` point in opposite directions, between which
            there is no shortest arc: every way around is as long.
    """
    a, b, dtype = _checked(a, b, steps)
    length_a, length_b = (np.linalg.norm(x, axis=-1, keepdims=True) for x in (a, b))
    has_directions = (length_a > 0) & (length_b > 0)
    from_a, to_b = a / np.where(length_a > 0, length_a, 1), b / np.where(length_b > 0, length_b, 1)
    # The arc cosine of their product would lose half of the digits of small angles.
    angle = 2 * np.arctan2(
        np.linalg.norm(from_a - to_b, axis=-1, keepdims=True),
        np.linalg.norm(from_a + to_b, axis=-1, keepdims=True),
    )
    opposite = has_directions & (np.pi - angle < _SMALLEST_ANGLE)
    if opposite.any():
        which = f" in {opposite.sum():,} of {len(a):,} rows" if a.ndim == 2 else ""
        raise ValueError(
            f"a and b point in opposite directions{which}: no arc between them is shorter than "
            f"the others. Take straight(a, b, steps), or go by a third code."
        )
    is_arc = has_directions & (angle > _SMALLEST_ANGLE)
    across = to_b - np.sum(from_a * to_b, axis=-1, keepdims=True) * from_a
    across /= np.where(is_arc, np.linalg.norm(across, axis=-1, keepdims=True), 1)
    angles = np.linspace(np.zeros_like(angle), angle, steps, axis=-2)
    directions = np.cos(angles) * from_a[..., None, :] + np.sin(angles) * across[..., None, :]
    path = np.linspace(length_a, length_b, steps, axis=-2) * directions
    path = np.where(is_arc[..., None, :], path, np.linspace(a, b, steps, axis=-2))
    path[..., 0, :], path[..., -1, :] = a, b  # not only up to rounding
    return path.astype(dtype)


def _checked(a, b, steps):
    """Both as float64, and the type that the path is to have; ValueError as `straight` says."""
    checks.whole_number("steps, both ends among them,", steps, 2)
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.ndim not in (1, 2) or not a.size:
        raise ValueError(
            f"a and b must be two codes (d,) or as many codes each (n, d), found shapes {a.shape} "
            f"and {b.shape}. Codes of more axes have to be flattened first."
        )
    dtype = np.result_type(a, b)
    dtype = dtype if np.issubdtype(dtype, np.floating) else np.dtype(np.float64)
    a, b = a.astype(np.float64), b.astype(np.float64)
    checks.finite("a", a)
    checks.finite("b", b)
    return a, b, dtype
