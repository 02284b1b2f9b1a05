"""Drawing on many small images at once, the same to the last bit on every machine.

A shape is a *signed distance*: an array that says of each pixel how far it lies from the
shape's edge, negative inside. Union is `minimum`, intersection `maximum`, and an edge is made
smooth by letting the colour fade over one pixel. Nothing but +, −, ×, ÷, √, comparison and
rounding is used, each in float32 and each as an operation of its own, because IEEE 754 fixes
their results; `sin`, `exp`, a matrix product or a sum over an axis may differ between machines,
and the rasteriser of an imaging library between its versions.
"""

import functools
from itertools import pairwise

import numpy as np

f32 = np.float32


def column(values):
    """Parameters of n images, (n,), in a form that broadcasts over their pixels: (n, 1, 1)."""
    return np.asarray(values, dtype=f32)[:, None, None]


def mix(start, end, share):
    """From `start` (share 0) to `end` (share 1), in a straight line."""
    return start + (end - start) * share


def smoothstep(low, high, x):
    """0 up to `low`, 1 from `high`, a smooth step between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def wave(x):
    """A smooth wave of period 1 between 0 and 1, made of parabolas."""
    t = 2 * (x - np.floor(x)) - 1
    bump = 1 - 2 * np.abs(np.abs(t) - 0.5)  # triangle, 0 to 1
    return bump * bump * (3 - 2 * bump)


def union(*distances):
    """Distance to what is inside any of the shapes."""
    return functools.reduce(np.minimum, distances)


def cut(distance, *holes):
    """Distance to a shape from which others have been cut out."""
    for hole in holes:
        distance = np.maximum(distance, -hole)
    return distance


class Frame:
    """Coordinates of the pixels of n images, and distances in them to shapes.

    A shape's numbers are numbers or (n, 1, 1).

    Attributes:
        x: (n, h, w), or (1, 1, w).
        y: (n, h, w), or (1, h, 1), downwards.
    """

    def __init__(self, x, y):
        self.x, self.y = x, y

    def mirrored(self):
        """The frame in which what is drawn on the right appears on the left, too."""
        return Frame(np.abs(self.x), self.y)

    def turned(self, half_tangent, centre=(0.0, 0.0)):
        """The frame turned about `centre`, given the tangent of half the angle, (n, 1, 1)."""
        # Of half the angle, since it gives sine and cosine exactly.
        square = half_tangent * half_tangent
        cosine, sine = (1 - square) / (1 + square), 2 * half_tangent / (1 + square)
        dx, dy = self.x - centre[0], self.y - centre[1]
        return Frame(cosine * dx + sine * dy + centre[0], cosine * dy - sine * dx + centre[1])

    def ellipse(self, cx, cy, rx, ry):
        """Distance to an ellipse, exact at its edge and good near it."""
        px, py = (self.x - cx) / rx, (self.y - cy) / ry
        length = np.sqrt(px * px + py * py) + 1e-6
        px, py = px / rx, py / ry
        return length * (length - 1) / (np.sqrt(px * px + py * py) + 1e-6)

    def limb(self, x0, y0, r0, x1, y1, r1):
        """Distance to a rounded bar from (x0, y0) to (x1, y1) whose radius goes from r0 to r1."""
        px, py, t = self._from_line(x0, y0, x1, y1)
        return np.sqrt(px * px + py * py) - mix(r0, r1, t)

    def box(self, cx, cy, rx, ry, corner=0.0):
        """Distance to a box with half sides rx, ry and rounded corners."""
        px, py = np.abs(self.x - cx) - (rx - corner), np.abs(self.y - cy) - (ry - corner)
        ox, oy = np.maximum(px, 0), np.maximum(py, 0)
        outside = np.sqrt(ox * ox + oy * oy)
        return outside + np.minimum(np.maximum(px, py), 0) - corner

    def arc(self, cx, cy, half_width, sag, thickness):
        """Distance to a stroke along a parabola whose middle hangs `sag` below its ends."""
        px = (self.x - cx) / half_width
        inside = np.clip(px, -1, 1)
        curve = cy + sag * (1 - inside * inside)
        slope = 2 * sag * inside / half_width
        dx, dy = (px - inside) * half_width, (self.y - curve) / np.sqrt(1 + slope * slope)
        return np.sqrt(dx * dx + dy * dy) - thickness

    def outline(self, heights, half_widths):
        """Distance to a shape that mirrors about x = 0.

        Args:
            heights: from top to bottom.
            half_widths: at those heights; the side runs smoothly through them.
        """
        x, y = self.x, self.y
        width, slope = 0 * y + half_widths[0], 0
        for (y0, y1), (w0, w1) in zip(pairwise(heights), pairwise(half_widths), strict=True):
            t = smoothstep(y0, y1, y)
            width = width + (w1 - w0) * t
            slope = np.maximum(slope, np.abs((w1 - w0) / (y1 - y0)) * ((t > 0) & (t < 1)))
        side = (np.abs(x) - width) / np.sqrt(1 + slope * slope)
        return np.maximum(side, np.maximum(heights[0] - y, y - heights[-1]))

    def polygon(self, xs, ys):
        """Distance to a polygon, given its corners."""
        nearest, inside = np.inf, False
        corners = zip(xs, ys, strict=True)
        for (x0, y0), (x1, y1) in pairwise([*corners, (xs[0], ys[0])]):
            ax, ay = x1 - x0, y1 - y0
            px, py = self.x - x0, self.y - y0
            qx, qy, _ = self._from_line(x0, y0, x1, y1)
            # A ray from the pixel to the left crosses this edge: inside and outside swap.
            inside ^= ((y0 > self.y) != (y1 > self.y)) & ((ax * py < ay * px) == (y1 > y0))
            nearest = np.minimum(nearest, qx * qx + qy * qy)
        return np.sqrt(nearest) * np.where(inside, f32(-1), f32(1))

    def _from_line(self, x0, y0, x1, y1):
        """Offsets from the nearest point of a line, and how far along the line it is, 0 to 1."""
        ax, ay = x1 - x0, y1 - y0
        px, py = self.x - x0, self.y - y0
        t = np.clip((px * ax + py * ay) / (ax * ax + ay * ay + 1e-12), 0, 1)
        return px - t * ax, py - t * ay, t


class Scene(Frame):
    """A batch of images of one size, and the coordinates of their pixels.

    Coordinates run from -1 at the left (top) edge to 1 at the right (bottom) edge.

    Attributes:
        pixels: list of one float32 array (n, h, w) a channel, painted in place.
        pixel: width of a pixel in these coordinates.
    """

    def __init__(self, pixels, x, y, pixel):
        super().__init__(x, y)
        self.pixels, self.pixel = pixels, pixel

    @classmethod
    def blank(cls, count, size, channels):
        """A scene of `count` black images of `size` by `size` pixels."""
        middle = (np.arange(size, dtype=f32) + 0.5) * (2 / size) - 1
        pixels = [np.zeros((count, size, size), f32) for _ in range(channels)]
        return cls(pixels, middle[None, None, :], middle[None, :, None], 2 / size)

    def within(self, frame):
        """The same pixels with another frame's coordinates, as of a subject that is turned."""
        return Scene(self.pixels, frame.x, frame.y, self.pixel)

    def window(self, rows, columns):
        """The part in these slices; painting there is cheaper and changes this scene."""

        def part(array):  # coordinates may have but one row or one column
            height, width = array.shape[1:]
            return array[
                :, rows if height > 1 else slice(None), columns if width > 1 else slice(None)
            ]

        return Scene([part(own) for own in self.pixels], part(self.x), part(self.y), self.pixel)

    def cover(self, distance, blur=1.0):
        """Share of each pixel that a shape covers; its edge fades over `blur` pixels."""
        return np.clip(0.5 - distance / (self.pixel * blur), 0, 1)

    def paint(self, distance, colour, opacity=1.0, blur=1.0):
        """Paint a shape.

        Args:
            distance: signed distance, broadcastable to (n, h, w).
            colour: one number or array a channel, each broadcastable to (n, h, w).
            opacity: 0 leaves the picture as it is; broadcastable to (n, h, w).
            blur: width of the edge in pixels.
        """
        share = self.cover(distance, blur) * opacity
        for channel, value in zip(self.pixels, colour, strict=True):
            channel += share * (value - channel)

    def to_bytes(self):
        """The pictures as uint8 (n, h, w, channels), 1.0 being 255."""
        image = np.stack(self.pixels, axis=-1)
        return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)


def pastel(hue, saturation, value):
    """Colour of a hue in [0, 1], as in HSV; three arrays."""
    places = [hue * 6 + offset for offset in (5.0, 3.0, 1.0)]
    places = [place - 6 * np.floor(place / 6) for place in places]
    ramps = [np.clip(np.minimum(place, 4 - place), 0, 1) for place in places]
    return [value - value * saturation * ramp for ramp in ramps]


def gradient(stops, position):
    """Colour at `position` in [0, 1] of a scale that runs through `stops`; three arrays."""
    steps = len(stops) - 1
    colour = list(stops[0])
    for number, (before, after) in enumerate(pairwise(stops)):
        share = np.clip(position * steps - number, 0, 1)
        colour = [c + (b - a) * share for c, a, b in zip(colour, before, after, strict=True)]
    return colour


def complete_factors(factors, defaults, choices=None):
    """Factors for every name in `defaults`, as arrays of one length.

    Args:
        factors: name -> number or (n,).
        defaults: name -> number, for those that `factors` lacks.
        choices: name -> what a whole number counts, for factors that are not in [0, 1].

    Returns:
        dict of float32 (n,), and whether all the factors were plain numbers (then n is 1).

    Raises:
        ValueError: a name is not among `defaults`, lengths differ, or a value is out of
            range.
    """
    if unknown := sorted(set(factors) - set(defaults)):
        raise ValueError(f"unknown factors {unknown}. Choose from: {', '.join(defaults)}.")
    shape = np.broadcast_shapes((), *(np.shape(value) for value in factors.values()))
    if len(shape) > 1:
        raise ValueError(f"a factor is a number or (n,), found shape {shape}.")
    full = {}
    for name, default in defaults.items():
        values = np.asarray(factors.get(name, default), f32)
        if named := (choices or {}).get(name):
            if not np.isin(values, range(len(named))).all():
                raise ValueError(f"{name} must be from 0 to {len(named) - 1}: {', '.join(named)}.")
        elif not ((values >= 0) & (values <= 1)).all():
            raise ValueError(f"{name} must be in [0, 1], found {factors[name]!r}.")
        full[name] = np.broadcast_to(values, shape or (1,))
    return full, not shape
