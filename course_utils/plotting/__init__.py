"""Every picture of the course, in one look: safe for colour-blind readers, legible in grey.

Each function draws one figure, titled with the question that it answers, and shows it with an
alternative text for readers who cannot see it.
"""

from course_utils.plotting.charts import dots, heatmap, lines, mixtures, scatter
from course_utils.plotting.look import COLOURS, LINES, MARKERS, show
from course_utils.plotting.networks import network, vae
from course_utils.plotting.pictures import image_grid, image_mosaic, image_rows
from course_utils.plotting.points import clouds, flows
from course_utils.plotting.records import beside_the_record

__all__ = [
    "COLOURS",
    "LINES",
    "MARKERS",
    "beside_the_record",
    "clouds",
    "dots",
    "flows",
    "heatmap",
    "image_grid",
    "image_mosaic",
    "image_rows",
    "lines",
    "mixtures",
    "network",
    "scatter",
    "show",
    "vae",
]
