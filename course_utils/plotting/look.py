"""The one look of every picture, and how a picture is shown."""

import base64
import io
import textwrap

import matplotlib.pyplot as plt
from IPython.display import display

# Okabe and Ito's palette (2008), told apart under every common colour blindness; the line
# styles and markers tell the series apart in grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C6D00",
           "#999999", "#7A3E9D")  # fmt: skip
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
# Inches of a figure. On a page or a slide of 1280 pixels letters of ten points are then eighteen
# pixels high, which the back row reads; a wider one would be shrunk together with its letters.
WIDEST = 8.8
# A name among the points, on a ground that lets it be read.
LABEL = {
    "ha": "center",
    "va": "center",
    "weight": "bold",
    "bbox": {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75},
}

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


def style(index):
    """Colour, line style and marker of series number `index`; they repeat."""
    return tuple(kinds[index % len(kinds)] for kinds in (COLOURS, LINES, MARKERS))


def show(figure, alt, title=None):
    """Show a figure with its alternative text, and close it whether or not that succeeds.

    Args:
        figure: matplotlib Figure.
        alt: what the picture shows, in a sentence or two, at least 20 characters.
        title: put above the figure, at the left, where reading begins, in as many lines as it
            takes; None: left as it is.

    Raises:
        ValueError: the text is too short to tell anything.
    """
    if title is not None:
        _put_title(figure, title)
    image = png(figure)
    if len(alt.strip()) < 20:
        raise ValueError(f"alt text {alt!r} is too short: say in a sentence what one sees.")
    display_png(image, alt)


def _put_title(figure, title):
    text = figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    share = 0.97 * figure.bbox.width / text.get_window_extent().width
    if share < 1:
        lines = textwrap.wrap(title, max(10, int(0.95 * share * len(title))))
        text.set_text("\n".join(lines))
        figure.set_figheight(figure.get_figheight() + 0.19 * (len(lines) - 1))


def png(figure, **options):
    """The bytes of a figure, which is closed: else pyplot keeps it as long as the kernel lives."""
    image = io.BytesIO()
    try:
        figure.savefig(image, format="png", **options)
    finally:
        plt.close(figure)
    return image.getvalue()


def display_png(image, alt, also=None):
    """Display the bytes of a picture, with other forms of it in the same bundle."""
    bundle = {"image/png": base64.b64encode(image).decode(), "text/plain": alt, **(also or {})}
    display(bundle, metadata={"image/png": {"alt": alt}}, raw=True)
