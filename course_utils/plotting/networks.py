"""A network, layer by layer; a VAE, part by part."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Polygon

from course_utils.plotting.arrays import checked_images
from course_utils.plotting.look import COLOURS, WIDEST, show


def network(models, title, alt):
    """Draw networks layer by layer: each block names the layer, its output and its parameters.

    The height of a block grows with how many numbers leave it (the square of the logarithm), so
    that the bottleneck is seen.

    Args:
        models: list of `keras.Sequential`, drawn one after the other.
        title: the question that the picture answers.
        alt: alternative text.
    """
    blocks = [(models[0].input_shape[1:], "Input", 0, 0)]
    for part, model in enumerate(models):
        blocks += _blocks_of(model, part)
    side = min(1.12, WIDEST / len(blocks))
    figure = Figure(figsize=(max(7.0, side * len(blocks)), 3.1))
    axis = figure.subplots()
    sizes = np.log2([np.prod(shape) for shape, *_ in blocks])
    for x, ((shape, name, parameters, part), size) in enumerate(zip(blocks, sizes, strict=True)):
        height = 1.35 * (size / sizes.max()) ** 2
        axis.bar(x, height, width=0.55, bottom=-height / 2, color=COLOURS[part], alpha=0.75,
                 hatch="//" if part else None, edgecolor="white")  # fmt: skip
        axis.text(x, 0.72, name, ha="center", va="bottom", fontsize=8, rotation=20)
        axis.text(x, -0.78, "×".join(map(str, shape)), ha="center", va="top", fontsize=8)
        count = f"{parameters:,}" if parameters else "–"
        axis.text(x, -0.98, count, ha="center", va="top", fontsize=8, color="0.35")
    for part, model in enumerate(models if len(models) > 1 else []):
        first = next(x for x, block in enumerate(blocks) if x and block[3] == part)
        axis.text(first, 1.5, model.name, fontsize=9, color=COLOURS[part], fontweight="bold")
    axis.text(-0.6, -0.78, "output", ha="right", va="top", fontsize=8)
    axis.text(-0.6, -0.98, "parameters", ha="right", va="top", fontsize=8, color="0.35")
    axis.set(xlim=(-1.5, len(blocks) - 0.4), ylim=(-1.2, 1.6))
    axis.set_axis_off()
    total = f"{sum(model.count_params() for model in models):,} parameters"
    show(figure, f"{alt} {total.capitalize()}.", f"{title} ({total})")


def _blocks_of(model, part):
    """(Output shape, names, parameters, part) of each layer and of what only follows it.

    What leaves the shape alone and has no weights (an activation, dropout) or scales only (batch
    norm) is named with the layer before it.
    """
    blocks = []
    for layer in model.layers:
        shape, parameters = layer.output.shape[1:], layer.count_params()
        if type(layer).__name__ == "InputLayer":
            continue
        scales = type(layer).__name__ == "BatchNormalization"
        if blocks and (scales or not parameters) and shape == blocks[-1][0]:
            before = blocks[-1]
            blocks[-1] = (shape, f"{before[1]}\n{_title(layer)}", before[2] + parameters, part)
        else:
            blocks.append((shape, _title(layer), parameters, part))
    return blocks


def _title(layer):
    """The kind of layer, and its name if someone has given it one."""
    kind = type(layer).__name__
    given = kind.lower() not in layer.name.replace("_", "")
    return f"{kind} “{layer.name}”" if given else kind


def vae(image, given_back, latent_size, title, alt):
    """Draw a VAE's way from an image to an image: x → (μ, log σ²) → z → x̂, and its two losses.

    Args:
        image: x, (h, w, c) in [0, 1].
        given_back: x̂ likewise.
        latent_size: numbers in a code.
        title: the question that the picture answers.
        alt: alternative text.
    """
    figure = Figure(figsize=(9.6, 3.1))
    axis = figure.subplots()
    for left, name, picture in ((0.0, "x", image), (10.6, "x̂", given_back)):
        (picture,) = checked_images(np.asarray(picture)[None])
        axis.imshow(np.repeat(picture, 3 // picture.shape[-1], axis=-1), zorder=2,
                    extent=(left, left + 1.5, -0.75, 0.75), interpolation="nearest")  # fmt: skip
        axis.text(left + 0.75, 0.9, name, ha="center", va="bottom", fontsize=13)
    for left, heights, name, colour in (
        (2.0, (1.1, 0.5), "encoder\nq(z | x)", COLOURS[0]),
        (8.5, (0.5, 1.1), "decoder\np(x | z)", COLOURS[1]),
    ):
        ends = [(left, heights[0]), (left + 1.6, heights[1])]
        corners = [*ends, *((x, -y) for x, y in reversed(ends))]
        axis.add_patch(Polygon(corners, facecolor=colour, alpha=0.75))
        axis.text(left + 0.8, 0, name, ha="center", va="center", color="white", weight="bold")
    numbers = "1 number" if latent_size == 1 else f"{latent_size} numbers"
    for x, y, text in (
        (4.75, 0.55, "mean μ"),
        (4.75, -0.55, "log σ²"),
        (7.1, 0.0, f"z = μ + σ ε\n{numbers}"),
        (7.1, 1.25, "noise ε ~ N(0, I)"),
    ):
        _box(axis, x, y, text)
    for start, end in (
        ((1.55, 0), (2.0, 0)), ((3.6, 0.2), (4.15, 0.5)), ((3.6, -0.2), (4.15, -0.5)),
        ((5.35, 0.5), (6.2, 0.15)), ((5.35, -0.5), (6.2, -0.15)), ((7.1, 0.98), (7.1, 0.38)),
        ((8.0, 0), (8.5, 0)), ((10.1, 0), (10.55, 0)),
    ):  # fmt: skip
        axis.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": "0.3", "lw": 1.4})
    _brace(axis, 4.05, 5.45, -1.0, "what the code costs:\nKL(q ‖ N(0, I))")
    _brace(axis, 0.0, 12.1, -1.85, "what is lost on the way: −log p(x | z)")
    axis.set(xlim=(-0.1, 12.2), ylim=(-2.35, 1.6), aspect="equal")
    axis.set_axis_off()
    show(figure, alt, title)


def _box(axis, x, y, text):
    width = 0.085 * max(map(len, text.split("\n"))) + 0.35
    height = 0.36 * (text.count("\n") + 1)
    corner = (x - width / 2, y - height / 2)
    axis.add_patch(FancyBboxPatch(corner, width, height, boxstyle="round,pad=0.05", fc="white",
                                  ec="0.4"))  # fmt: skip
    axis.text(x, y, text, ha="center", va="center", fontsize=9)


def _brace(axis, left, right, y, text):
    """A line under what lies from left to right, and what it is."""
    axis.plot([left, left, right, right], [y + 0.12, y, y, y + 0.12], color="0.45", lw=1.2)
    axis.text((left + right) / 2, y - 0.08, text, ha="center", va="top", fontsize=9, color="0.25")
