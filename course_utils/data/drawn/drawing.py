"""Drawing on many small images at once, the same to the last bit on every machine.

A shape is a *signed distance*: an array that says of each pixel how far it lies from the
shape's edge, negative inside. Union is `minimum`, intersection `maximum`, and an edge is made
smooth by letting the colour fade over one pixel. Nothing but +, −, ×, ÷, √, comparison and
rounding is used, each in float32 and each as an operation of its own, because IEEE 754 fixes
their results; `sin`, `exp`, a matrix product or a sum over an axis may differ between machines,
and the rasteriser of an imaging library between its versions.
"""

import itertools

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


def turned(x, y, half_tangent, centre=(0.0, 0.0)):
    """Coordinates in a frame that is turned about `centre`.

    Args:
        x: (n, h, w).
        y: (n, h, w).
        half_tangent: tangent of half the angle, (n, 1, 1); it gives sine and cosine exactly.
        centre: the point that stays.

    Returns:
        x and y in the turned frame.
    """
    square = half_tangent * half_tangent
    cosine, sine = (1 - square) / (1 + square), 2 * half_tangent / (1 + square)
    dx, dy = x - (centre[0]), y - (centre[1])
    return cosine * dx + sine * dy + (centre[0]), cosine * dy - sine * dx + (centre[1])


def ellipse(x, y, cx, cy, rx, ry):
    """Distance to an ellipse, exact at its edge and good near it."""
    px, py = (x - cx) / rx, (y - cy) / ry
    length = np.sqrt(px * px + py * py) + 1e-6
    px, py = px / rx, py / ry
    return length * (length - 1) / (np.sqrt(px * px + py * py) + 1e-6)


def limb(x, y, x0, y0, r0, x1, y1, r1):
    """Distance to a rounded bar from (x0, y0) to (x1, y1) whose radius goes from r0 to r1."""
    ax, ay = x1 - x0, y1 - y0
    px, py = x - x0, y - y0
    t = np.clip((px * ax + py * ay) / (ax * ax + ay * ay + 1e-12), 0, 1)
    px, py = px - t * ax, py - t * ay
    return np.sqrt(px * px + py * py) - mix(r0, r1, t)


def box(x, y, cx, cy, rx, ry, corner=0.0):
    """Distance to a box with half sides rx, ry and rounded corners."""
    px, py = np.abs(x - cx) - (rx - corner), np.abs(y - cy) - (ry - corner)
    ox, oy = np.maximum(px, 0), np.maximum(py, 0)
    outside = np.sqrt(ox * ox + oy * oy)
    return outside + np.minimum(np.maximum(px, py), 0) - corner


def arc(x, y, cx, cy, half_width, sag, thickness):
    """Distance to a stroke along a parabola; `sag` is how far its middle hangs below its ends."""
    px = (x - cx) / half_width
    inside = np.clip(px, -1, 1)
    curve = cy + sag * (1 - inside * inside)
    slope = 2 * sag * inside / half_width
    dx, dy = (px - inside) * half_width, (y - curve) / np.sqrt(1 + slope * slope)
    return np.sqrt(dx * dx + dy * dy) - thickness


def outline(x, y, cx, heights, half_widths, smooth=True):
    """Distance to a shape that mirrors about x = cx, given its half width at some heights.

    Args:
        x: (n, h, w).
        y: (n, h, w).
        cx: axis, (n, 1, 1) or a number.
        heights: from top to bottom; each (n, 1, 1) or a number.
        half_widths: at those heights.
        smooth: whether the side runs smoothly through the points or in straight lines.
    """
    width = 0 * y + half_widths[0]
    slope = 0
    for (y0, y1), (w0, w1) in zip(_pairs(heights), _pairs(half_widths), strict=True):
        t = np.clip((y - y0) / (y1 - y0), 0, 1)
        if smooth:
            t = t * t * (3 - 2 * t)
        width = width + (w1 - w0) * t
        slope = np.maximum(slope, np.abs((w1 - w0) / (y1 - y0)) * ((t > 0) & (t < 1)))
    side = (np.abs(x - cx) - width) / np.sqrt(1 + slope * slope)
    return np.maximum(side, np.maximum(heights[0] - y, y - heights[-1]))


def polygon(x, y, points):
    """Distance to a polygon, `points` its corners (x, y), each (n, 1, 1) or a number."""
    nearest, inside = None, None
    for (x0, y0), (x1, y1) in _pairs([*points, points[0]]):
        ax, ay = x1 - x0, y1 - y0
        px, py = x - x0, y - y0
        t = np.clip((px * ax + py * ay) / (ax * ax + ay * ay + 1e-12), 0, 1)
        qx, qy = px - t * ax, py - t * ay
        square = qx * qx + qy * qy
        # A ray from the pixel to the left crosses this edge: inside and outside swap.
        crossing = ((y0 > y) != (y1 > y)) & ((ax * py < ay * px) == (y1 > y0))
        nearest = square if nearest is None else np.minimum(nearest, square)
        inside = crossing if inside is None else inside ^ crossing
    return np.sqrt(nearest) * np.where(inside, f32(-1), f32(1))


def union(*distances):
    """Distance to what is inside any of the shapes."""
    result = distances[0]
    for distance in distances[1:]:
        result = np.minimum(result, distance)
    return result


def cut(distance, *holes):
    """Distance to a shape from which others have been cut out."""
    for hole in holes:
        distance = np.maximum(distance, -hole)
    return distance


def _pairs(items):
    return list(itertools.pairwise(items))


class Scene:
    """A batch of images of one size, and the coordinates of their pixels.

    Coordinates run from -1 at the left (top) edge to 1 at the right (bottom) edge.

    Attributes:
        pixels: list of one float32 array (n, h, w) a channel, painted in place.
        x: (n, h, w) or (1, 1, w).
        y: (n, h, w) or (1, h, 1).
        pixel: width of a pixel in these coordinates.
    """

    def __init__(self, pixels, x, y, pixel):
        self.pixels, self.x, self.y, self.pixel = pixels, x, y, pixel

    @classmethod
    def blank(cls, count, size, channels):
        """A scene of `count` black images of `size` by `size` pixels."""
        middle = (np.arange(size, dtype=f32) + 0.5) * (2 / size) - 1
        pixels = [np.zeros((count, size, size), f32) for _ in range(channels)]
        return cls(pixels, middle[None, None, :], middle[None, :, None], (2 / size))

    def moved(self, x, y):
        """The same pixels with other coordinates, as after turning or shifting the subject."""
        return Scene(self.pixels, x, y, self.pixel)

    def window(self, rows, columns):
        """The part in these slices; painting there is cheaper and changes this scene."""
        size = self.pixels[0].shape[1:]

        def part(array):
            across = tuple(
                own if length == full else slice(None)
                for own, length, full in zip((rows, columns), array.shape[1:], size, strict=True)
            )
            return array[(slice(None), *across)]

        return Scene(
            [part(channel) for channel in self.pixels], part(self.x), part(self.y), self.pixel
        )

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
    channels = []
    for offset in (5.0, 3.0, 1.0):
        k = hue * 6 + offset
        k = k - 6 * np.floor(k / 6)
        ramp = np.clip(np.minimum(k, 4 - k), 0, 1)
        channels.append(value - value * saturation * ramp)
    return channels


def gradient(stops, position):
    """Colour at `position` in [0, 1] of a scale that runs through `stops`; three arrays."""
    steps = len(stops) - 1
    colour = list(stops[0])
    for number, (before, after) in enumerate(_pairs(stops)):
        share = np.clip(position * steps - number, 0, 1)
        colour = [c + (b - a) * share for c, a, b in zip(colour, before, after, strict=True)]
    return colour


def complete_factors(factors, defaults):
    """Factors for every name in `defaults`, as arrays of one length.

    Args:
        factors: name -> number or (n,).
        defaults: name -> number, for those that `factors` lacks.

    Returns:
        dict of float32 (n,), and whether all the factors were plain numbers (then n is 1).

    Raises:
        ValueError: a name is not among `defaults`, lengths differ, or a value is outside
            [0, 1].
    """
    if unknown := sorted(set(factors) - set(defaults)):
        raise ValueError(f"unknown factors {unknown}. Choose from: {', '.join(defaults)}.")
    shape = np.broadcast_shapes((), *(np.shape(value) for value in factors.values()))
    if len(shape) > 1:
        raise ValueError(f"a factor is a number or (n,), found shape {shape}.")
    full = {}
    for name, default in defaults.items():
        values = np.asarray(factors.get(name, default), f32)
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError(f"{name} must be in [0, 1], found {factors[name]!r}.")
        full[name] = np.broadcast_to(values, shape or (1,))
    return full, not shape
