"""The one look of every picture, and how a picture is shown."""

import base64
import io

import matplotlib.pyplot as plt
from IPython.display import display

# Okabe and Ito's palette (2008), told apart under every common colour blindness; the line
# styles and markers tell the series apart in grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D00",
           "#999999", "#7A3E9D")  # fmt: skip
LINES = ("-", "--", "-.", ":")
LABEL_BOX = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")

plt.rcParams.update(
    {
        "figure.dpi": 100,
        "figure.constrained_layout.use": True,
        "axes.prop_cycle": plt.cycler(color=COLOURS),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.grid": True,
        "grid.alpha": 0.3,
        "font.size": 10,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "image.cmap": "gray",
    }
)


def show(figure, alt):
    """Show a figure with its alternative text, and close it whether or not that succeeds.

    Args:
        figure: matplotlib Figure.
        alt: what the picture shows, in a sentence or two, at least 20 characters.

    Raises:
        ValueError: the text is too short to tell anything.
    """
    image = io.BytesIO()
    try:
        if len(alt.strip()) < 20:
            raise ValueError(f"alt text {alt!r} is too short: say in a sentence what one sees.")
        figure.savefig(image, format="png")
    finally:
        plt.close(figure)  # else pyplot keeps what cannot be shown, for as long as the kernel lives
    encoded = base64.b64encode(image.getvalue()).decode()
    display(
        {"image/png": encoded, "text/plain": alt}, metadata={"image/png": {"alt": alt}}, raw=True
    )


def set_title(figure, title):
    """Put the title above the figure, at the left, where reading begins."""
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
