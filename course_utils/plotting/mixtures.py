"""Mixtures of Gaussians in the plane."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from course_utils.plotting.arrays import to_numpy
from course_utils.plotting.look import LABEL, show, style


def mixtures(panels, points, title, alt, limits=None, numbered=True):
    """Points, and over them each mixture's components as ellipses, one panel a mixture.

    Args:
        panels: dict of panel title to (means (k, 2), covariances (k, 2, 2)).
        points: (n, 2), drawn in grey in every panel.
        title: the question that the picture answers.
        alt: alternative text.
        limits: (low, high) of both axes, or None.
        numbered: write each component's number at its mean.
    """
    figure = Figure(figsize=(2.9 * len(panels), 3.3))
    axes = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)
    points = to_numpy(points)
    for axis, (name, (means, covariances)) in zip(axes[0], panels.items(), strict=True):
        axis.scatter(*points.T, s=3, color="0.6", linewidths=0)
        draw_ellipses(axis, means, covariances, numbered=numbered)
        axis.set(title=name, xticks=[], yticks=[], aspect="equal")
    if limits is None:
        axes[0, 0].autoscale_view()  # ellipses, unlike points, do not ask for room by themselves
    else:
        axes[0, 0].set(xlim=limits, ylim=limits)
    show(figure, alt, title)


def draw_ellipses(axis, means, covariances, numbered=True):
    """Draw each component as ellipses at one and two standard deviations, numbered at the mean.

    Args:
        axis: matplotlib Axes.
        means: (k, 2).
        covariances: (k, 2, 2).
        numbered: write the component's number at its mean.
    """
    for index, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        values, vectors = np.linalg.eigh(covariance)
        widths = 2 * np.sqrt(np.maximum(values, 0))
        angle = np.degrees(np.arctan2(vectors[1, 0], vectors[0, 0]))
        colour, line, _ = style(index)
        drawn = {"angle": angle, "fill": False, "edgecolor": colour, "linestyle": line}
        for count, width in ((1, 1.6), (2, 0.9)):
            axis.add_patch(Ellipse(mean, *(count * widths), linewidth=width, **drawn))
        if numbered:
            axis.text(*mean, str(index + 1), fontsize=8, color=colour, **LABEL)
