"""Arrays that can be drawn, whatever computed them."""

import numpy as np


def to_numpy(values):
    """A NumPy array of numbers, lists or a tensor of any backend; imports none of them."""
    if hasattr(values, "detach"):  # PyTorch's; the other two become arrays by themselves
        values = values.detach().cpu()
        values = values.float() if str(values.dtype) == "torch.bfloat16" else values
    array = np.asarray(values)
    # TensorFlow's and JAX's bfloat16 is no number to matplotlib.
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array


def checked_images(images):
    """Images (n, h, w, c) as an array clipped to [0, 1], if matplotlib can draw them.

    Raises:
        ValueError: their shape is not (n, height, width, 1 or 3), or they leave [0, 1].
    """
    images = to_numpy(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"images must have shape (n, height, width, 1 or 3), found {images.shape}. "
            f"For one image, use images[:1]."
        )
    low, high = np.nanmin(images), np.nanmax(images)
    if low < -0.01 or high > 1.01:
        raise ValueError(
            f"pixels must lie in [0, 1], found [{low:.2f}, {high:.2f}]. Scale them back first."
        )
    return np.clip(images, 0, 1)
