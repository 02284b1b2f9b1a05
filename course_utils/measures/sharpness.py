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
    if not 0 <= cutoff < 0.5:
        raise ValueError(f"cutoff must be from 0 to below 0.5 cycles per pixel, found {cutoff!r}.")
    above = np.hypot(fft.fftfreq(height)[:, None], fft.fftfreq(width)) > cutoff
    if not above.any():
        raise ValueError(
            f"images of {height} × {width} pixels have no frequency above {cutoff} cycles per "
            f"pixel: take larger images or a lower cutoff."
        )
    energy = np.empty(len(images))
    # The spectrum in complex64, its square and the same again while it is made.
    for rows in inputs.blocks(len(images), 24 * height * width * channels):
        spectrum = fft.fft2(images[rows], axes=(1, 2))
        power = spectrum.real**2 + spectrum.imag**2
        energy[rows] = np.einsum("nhwc,hw->n", power, above, dtype=np.float64)
    return energy / (channels * (height * width) ** 2)
