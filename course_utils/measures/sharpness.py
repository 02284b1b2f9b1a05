"""How much fine detail images have: energy of their high spatial frequencies.

Blurred images lack it, noisy ones have too much: a number to compare with the real images' own,
not to maximise.
"""

import numpy as np
from scipy import fft

from course_utils.measures import inputs


def high_frequency_energy(images, cutoff=0.25):
    """Energy per pixel above a spatial frequency, one number per image.

    The squared amplitudes of the discrete Fourier transform over height and width, summed over all
    frequencies √(f_y² + f_x²) > `cutoff`, scaled so that by Parseval's theorem the sum over *all*
    frequencies is the mean squared pixel value; averaged over channels. White noise of variance s²
    has s² times the share of frequencies above the cutoff. An image is taken as periodic: opposite
    borders that differ count as edges.

    Args:
        images: (n, h, w, c).
        cutoff: cycles per pixel, from 0 to below 0.5, the finest stripes that pixels can show.

    Returns:
        float64 (n,).

    Raises:
        ValueError: another shape, NaN, a cutoff outside that range, or images so small that they
            have no frequency above it.
    """
    images = inputs.images("images", images)
    height, width, channels = images.shape[1:]
    weights = _weights(height, width, cutoff)
    energy = np.empty(len(images))
    # The spectrum in complex64, its square and the same again while it is made.
    for rows in inputs.blocks(len(images), 24 * height * width * channels):
        spectrum = fft.rfft2(images[rows], axes=(1, 2))
        power = spectrum.real**2 + spectrum.imag**2
        energy[rows] = np.einsum("nhwc,hw->n", power, weights, dtype=np.float64)
    return energy / channels


def _weights(height, width, cutoff):
    """What each entry of `rfft2` counts: 0 below the cutoff, twice where its mirror is left out."""
    if not 0 <= cutoff < 0.5:
        raise ValueError(f"cutoff must be from 0 to below 0.5 cycles per pixel, found {cutoff!r}.")
    vertical, horizontal = fft.fftfreq(height)[:, None], fft.rfftfreq(width)
    above = np.hypot(vertical, horizontal) > cutoff
    if not above.any():
        raise ValueError(
            f"images of {height} × {width} pixels have no frequency above {cutoff} cycles per "
            f"pixel: take larger images or a lower cutoff."
        )
    times = np.full(len(horizontal), 2)
    # Frequency 0 and, if the width is even, the highest one are their own mirrors.
    times[0] = 1
    if width % 2 == 0:
        times[-1] = 1
    return above * times / (height * width) ** 2
