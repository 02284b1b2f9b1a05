"""From stored bytes to what a notebook gets: cut, resized, float32."""

import numpy as np

from course_utils.data.containers import ImageData
from course_utils.data.drawn import builtin


def from_real(real_set, arrays, origin, train_size, test_size, image_size):
    """ImageData of a real set's uint8 arrays; see `load`."""
    parts = {}
    for split, asked in (("train", train_size), ("test", test_size)):
        images, labels = arrays[f"x_{split}"], arrays[f"y_{split}"]
        count = asked or len(images)
        images = images[:count] if images.ndim == 4 else images[:count, :, :, None]
        parts[f"x_{split}"] = to_float([images], count, image_size)
        parts[f"y_{split}"] = labels[:count].astype(np.int64)
    return ImageData(real_set.name, "real", origin, class_names=real_set.class_names, **parts)


def from_builtin(maker, train_size, test_size, image_size, seed):
    """ImageData of a built-in set; see `load`."""
    counts = {"train": train_size or builtin.TRAIN_SIZE, "test": test_size or builtin.TEST_SIZE}
    parts = {}
    for split, count in counts.items():
        rest = []
        # A block's images are dropped as soon as they are converted: a full set of faces holds
        # 1 GB as float32 and would hold a quarter more.
        images = _images_of(builtin.blocks(maker, seed, split, count), rest)
        parts[f"x_{split}"] = to_float(images, count, image_size)
        joined = {name: np.concatenate([block[name] for block in rest]) for name in rest[0]}
        parts[f"y_{split}"] = joined.pop("labels")
        parts[f"factors_{split}"] = joined
    return ImageData(maker.NAME, "builtin", "made here", class_names=maker.CLASS_NAMES, **parts)


def _images_of(blocks, rest):
    """Yield each block's images; append what else it holds to `rest`."""
    for block in blocks:
        yield block.pop("images")
        rest.append(block)


def to_float(parts, count, image_size):
    """Join uint8 arrays (m, h, w, c) of `count` images in all into one float32 array in [0, 1].

    Its images are (image_size, image_size, c), or as they are for None.
    """
    result, start = None, 0
    for images in parts:
        if image_size is not None:
            images = resized(images, image_size)
        if result is None:
            result = np.empty((count, *images.shape[1:]), np.float32)
        stop = start + len(images)
        # A division, since 255 × (1 / 255) is not 1 in float32.
        np.divide(images, np.float32(255), out=result[start:stop], dtype=np.float32)
        start = stop
    return result


def middle_square(width, height):
    """The largest square in the middle of a picture: left, top, right, bottom."""
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def resized(images, size):
    """Resize uint8 images (n, h, w, 1 or 3), smoothing them first where they shrink.

    Of images that are not square, the square in their middle is used.
    """
    left, top, right, bottom = middle_square(*images.shape[2:0:-1])
    images = images[:, top:bottom, left:right]
    if bottom - top == size:
        return images
    from PIL import Image

    result = np.empty((len(images), size, size, images.shape[-1]), np.uint8)
    for number, image in enumerate(images):
        picture = Image.fromarray(image.squeeze(axis=-1) if image.shape[-1] == 1 else image)
        picture = picture.resize((size, size), Image.Resampling.BICUBIC)
        result[number] = np.asarray(picture).reshape(result.shape[1:])
    return result
