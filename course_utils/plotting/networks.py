"""A network, layer by layer."""

import numpy as np
from matplotlib.figure import Figure

from course_utils.plotting.look import COLOURS, show


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
        blocks += [
            (layer.output.shape[1:], _title(layer), layer.count_params(), part)
            for layer in model.layers
            if type(layer).__name__ != "InputLayer"
        ]
    figure = Figure(figsize=(max(7.0, 1.12 * len(blocks)), 3.1))
    axis = figure.subplots()
    sizes = np.log2([np.prod(shape) for shape, *_ in blocks])
    for x, ((shape, name, parameters, part), size) in enumerate(zip(blocks, sizes, strict=True)):
        height = 1.35 * (size / sizes.max()) ** 2
        axis.bar(x, height, width=0.55, bottom=-height / 2, color=COLOURS[part], alpha=0.75,
                 hatch="//" if part else None, edgecolor="white")  # fmt: skip
        axis.text(x, 0.78, name, ha="center", fontsize=8, rotation=20)
        axis.text(x, -0.78, "×".join(map(str, shape)), ha="center", va="top", fontsize=8)
        count = f"{parameters:,}" if parameters else "–"
        axis.text(x, -0.98, count, ha="center", va="top", fontsize=8, color="0.35")
    for part, model in enumerate(models if len(models) > 1 else []):
        first = next(x for x, block in enumerate(blocks) if x and block[3] == part)
        axis.text(first, 1.22, model.name, fontsize=9, color=COLOURS[part], fontweight="bold")
    axis.text(-0.6, -0.78, "output", ha="right", va="top", fontsize=8)
    axis.text(-0.6, -0.98, "parameters", ha="right", va="top", fontsize=8, color="0.35")
    axis.set(xlim=(-1.5, len(blocks) - 0.4), ylim=(-1.2, 1.3))
    axis.set_axis_off()
    total = f"{sum(model.count_params() for model in models):,} parameters"
    show(figure, f"{alt} {total.capitalize()}.", f"{title} ({total})")


def _title(layer):
    """The kind of layer, and its name if someone has given it one."""
    kind = type(layer).__name__
    given = kind.lower() not in layer.name.replace("_", "")
    return f"{kind} “{layer.name}”" if given else kind
