"""How a face is painted; used by `faces`."""

import numpy as np

from course_utils.data.drawn import drawing as d
from course_utils.data.drawn.drawing import mix

SIZE = 64

_SKIN = (
    (0.98, 0.86, 0.77),
    (0.94, 0.76, 0.62),
    (0.83, 0.62, 0.46),
    (0.62, 0.43, 0.30),
    (0.40, 0.27, 0.20),
)
# Darkest and lightest shade of each hair colour.
_HAIR = {
    "Black_Hair": ((0.05, 0.05, 0.07), (0.17, 0.14, 0.15)),
    "Blond_Hair": ((0.80, 0.62, 0.28), (0.97, 0.88, 0.60)),
    "Brown_Hair": ((0.26, 0.15, 0.09), (0.50, 0.31, 0.17)),
    "Gray_Hair": ((0.52, 0.53, 0.55), (0.84, 0.84, 0.86)),
}


class Portrait:
    """A batch of faces while they are painted, from back to front.

    Takes the factors of `faces.FACTORS`, each (n, 1, 1). Each method paints one part; windows
    spare it the pixels that the part never reaches.

    The head's own coordinates have their origin between eyes and nose, the eyes at ±0.2 and
    the chin near 0.6; features move sideways with the azimuth, the nose most.
    """

    def __init__(self, f):
        self.f = f
        scene = d.Scene.blank(len(f["Smiling"]), SIZE, 3)
        size = mix(0.92, 1.08, f["size"])
        x = (scene.x - (f["shift_x"] - 0.5) * 0.16) / size
        y = (scene.y - (f["shift_y"] - 0.5) * 0.12 - 0.06) / size
        self.backdrop = scene
        frame = d.Frame(x, y)
        self.scene = scene.within(frame.turned((f["tilt"] - 0.5) * 0.2, (0.0, 0.5)))
        self.body = scene.within(frame)
        self.turn = f["azimuth"] * 2 - 1
        self.skin = d.gradient(_SKIN, f["skin_tone"])
        self.dark_skin = [c * s for c, s in zip(self.skin, (0.72, 0.66, 0.64), strict=True)]
        self.hair = self._hair_colour()
        self.hairy = 1 - f["Bald"]
        self.width = mix(0.42, 0.52, f["face_width"])

    def _hair_colour(self):
        colour = [0.22] * 3  # a bald man's brows and moustache
        for name, (dark, light) in _HAIR.items():
            own = d.gradient((dark, light), self.f["hair_shade"])
            colour = [mix(c, o, self.f[name]) for c, o in zip(colour, own, strict=True)]
        return colour

    def paint(self):
        """Paint everything; uint8 (n, 64, 64, 3)."""
        self._background()
        self._hair_behind()
        self._shoulders()
        self._head()
        self._brows_and_eyes()
        self._nose()
        self._mouth()
        self._age()
        self._hair_in_front()
        self._glasses()
        self._hat()
        return self.backdrop.to_bytes()

    def _background(self):
        scene = self.backdrop
        light = 0.82 - 0.14 * scene.y
        colour = self._dye("background_hue", 0.30, light)
        for channel, value in zip(scene.pixels, colour, strict=True):
            channel += value

    def _dye(self, hue, saturation, value):
        """Colour of a hue factor, from red over green to violet.

        Not the full circle, on which 0 and 1 would look alike.
        """
        return d.pastel(self.f[hue] * 0.8, saturation, value)

    def _lateral_light(self, x):
        """Brightness across the face: brighter on the side that the light comes from."""
        side = self.f["lighting"] * 2 - 1
        return 1 + 0.26 * side * x - 0.10 * x * x

    def _hair_behind(self):
        s, length = self.scene, self.f["hair_length"]
        end = mix(-0.05, 0.95, length)
        reach = self.width + 0.09
        crown = s.ellipse(0, -0.12, reach, 0.62)
        fall = s.box(0, (end - 0.12) / 2, reach + 0.04 * length, (end + 0.12) / 2 + 0.02, 0.07)
        shadow = [c * 0.72 for c in self.hair]
        s.paint(d.union(crown, fall), shadow, self.hairy)

    def _shoulders(self):
        lower = self.body.window(slice(40, 64), slice(None))
        male = self.f["Male"]
        neck = lower.box(0, 0.70, mix(0.17, 0.24, male), 0.28, 0.05)
        lower.paint(neck, self.dark_skin)
        cloth = self._dye("clothes_hue", 0.55, 0.70 - 0.16 * np.abs(lower.x))
        trunk = lower.ellipse(0, 1.22, mix(0.72, 0.86, male), 0.44)
        collar = lower.ellipse(0, 0.76, 0.27, 0.17)
        lower.paint(d.cut(trunk, collar), cloth)

    def _head(self):
        s, male = self.scene, self.f["Male"]
        level = s.window(slice(20, 50), slice(None))
        for side in (-1, 1):
            hidden = np.clip(1 + self.turn * side, 0, 1)
            ear = level.ellipse(side * (self.width + 0.02), 0.06, 0.075, 0.12)
            level.paint(ear, [c * 0.9 for c in self.skin], hidden)
        jaw = mix(0.84, 0.94, male)
        # A skull that narrows towards the chin, less so in men.
        narrowing = 1 - (1 - jaw) * d.smoothstep(0.0, 0.5, s.y)
        skull = d.Frame(s.x / narrowing, s.y).ellipse(0, 0.02, self.width, 0.60)
        light = self._lateral_light(s.x) * (1.03 - 0.08 * s.y)
        s.paint(skull, [c * light for c in self.skin])
        low = s.window(slice(26, 54), slice(None))
        for side in (-1, 1):
            cheek = low.ellipse(side * 0.25 + self.turn * 0.06, 0.20, 0.10, 0.08)
            low.paint(cheek, (0.90, 0.42, 0.38), 0.18, blur=7)
        high = s.window(slice(0, 36), slice(None))
        shine = high.ellipse(0.12, -0.40, 0.12, 0.085)
        high.paint(shine, (1, 1, 1), 0.34 * self.f["Bald"], blur=6)

    def _brows_and_eyes(self):
        f, male = self.f, self.f["Male"]
        wide = mix(0.088, 0.122, f["eye_size"])
        high = mix(0.048, 0.092, f["eye_size"])
        look = (f["gaze"] - 0.5) * 0.10 + self.turn * 0.015
        brow_colour = [c * 0.62 for c in self.hair]
        brow_y = mix(-0.17, -0.26, f["brow_height"])
        for side, columns in ((-1, slice(8, 42)), (1, slice(22, 56))):
            s = self.scene.window(slice(16, 44), columns)
            cx, cy = self._eye(side), -0.03
            white = s.ellipse(cx, cy, wide, high)
            s.paint(white - 0.012, self.dark_skin, 0.65)
            s.paint(white, (0.98, 0.98, 0.98))
            iris = s.ellipse(cx + look, cy, 0.058, 0.064)
            s.paint(np.maximum(iris, white), (0.25, 0.30, 0.34))
            pupil = s.ellipse(cx + look, cy, 0.03, 0.034)
            s.paint(np.maximum(pupil, white), (0.03, 0.03, 0.04))
            glint = s.ellipse(cx + look - 0.02, cy - 0.025, 0.016, 0.016)
            s.paint(glint, (1, 1, 1), 0.9)
            lid = s.arc(cx, cy, wide, -high - 0.005, mix(0.022, 0.012, male))
            s.paint(lid, (0.10, 0.07, 0.07), 0.85)
            brow = s.arc(cx, brow_y + 0.03, 0.13, -0.035, mix(0.016, 0.030, male))
            s.paint(brow, brow_colour, 0.9)

    def _eye(self, side):
        """Where an eye stands: both move with the head, and the farther one comes nearer."""
        return side * 0.205 + self.turn * 0.075

    def _nose(self):
        s = self.scene.window(slice(26, 50), slice(16, 48))
        tip = self.turn * 0.12
        ridge = s.limb(self.turn * 0.07 + 0.035, -0.02, 0.012, tip + 0.045, 0.15, 0.022)
        s.paint(ridge, self.dark_skin, 0.38, blur=2.2)
        base = s.arc(tip, 0.165, 0.075, 0.03, 0.014)
        s.paint(base, self.dark_skin, 0.85, blur=1.3)
        light = s.ellipse(tip - 0.01, 0.125, 0.03, 0.04)
        s.paint(light, (1, 0.97, 0.93), 0.28, blur=2)

    def _mouth(self):
        s, f = self.scene.window(slice(36, 58), slice(12, 52)), self.f
        cx, cy = self.turn * 0.085, 0.345
        half = mix(0.13, 0.19, f["mouth_width"]) + 0.035 * f["Smiling"]
        sag = mix(-0.012, 0.085, f["Smiling"])
        top = cy - 0.5 * sag
        full = mix(mix(0.022, 0.016, f["Male"]), 0.029, f["Wearing_Lipstick"])
        natural = [mix(c, v, 0.55) for c, v in zip(self.dark_skin, (0.62, 0.25, 0.24), strict=True)]
        lips = [
            mix(c, v, f["Wearing_Lipstick"])
            for c, v in zip(natural, (0.78, 0.13, 0.22), strict=True)
        ]
        open_by = 0.065 * f["Mouth_Slightly_Open"]
        upper = s.arc(cx, top, half, sag, full)
        lower = s.arc(cx, top, half, sag + open_by + 0.008, full)
        s.paint(d.union(upper, lower), lips)
        # The opening lies between two parabolas that meet at the corners of the mouth.
        px = np.clip((s.x - cx) / half, -1, 1)
        bow = 1 - px * px
        gap = np.maximum(top + sag * bow - s.y, s.y - top - (sag + open_by) * bow)
        gap = np.maximum(gap, np.abs(s.x - cx) - half)
        s.paint(gap, (0.30, 0.05, 0.07), f["Mouth_Slightly_Open"])
        teeth = np.maximum(gap, s.y - top - (sag + 0.5 * open_by) * bow)
        s.paint(teeth, (0.97, 0.96, 0.93), f["Mouth_Slightly_Open"])
        line = s.arc(cx, top, half, sag, 0.009)
        s.paint(line, (0.28, 0.10, 0.10), 0.8 * (1 - f["Mouth_Slightly_Open"]))
        for side in (-1, 1):
            x0, x1 = cx + side * 0.03, cx + side * 0.19
            whisker = s.limb(x0, 0.245, 0.040, x1, 0.29, 0.014)
            s.paint(whisker, [c * 0.85 for c in self.hair], f["Mustache"])

    def _age(self):
        old = 1 - self.f["Young"]
        s = self.scene.window(slice(6, 36), slice(8, 56))
        for height in (-0.36, -0.29):
            line = s.arc(self.turn * 0.06, height, 0.20, -0.02, 0.008)
            s.paint(line, self.dark_skin, 0.55 * old)
        s = self.scene.window(slice(26, 56), slice(8, 56))
        for side in (-1, 1):
            x0, x1 = side * 0.12 + self.turn * 0.1, side * 0.24 + self.turn * 0.08
            fold = s.limb(x0, 0.17, 0.008, x1, 0.34, 0.010)
            bag = s.arc(self._eye(side), 0.07, 0.085, 0.025, 0.009)
            s.paint(d.union(fold, bag), self.dark_skin, 0.65 * old)

    def _hair_in_front(self):
        s, f = self.scene, self.f
        cap = s.ellipse(0, -0.06, self.width + 0.055, 0.62)
        part = s.x - self.turn * 0.08 - 0.10
        swept = -0.42 + 1.15 * part * part
        fringe = -0.20 + 0.35 * s.x * s.x + 0.035 * d.wave(s.x * 4.5 + 0.3)
        hairline = mix(swept, fringe, f["Bangs"])
        # Below the temples the hair at the sides ends, unless it is long and falls behind.
        front = np.maximum(np.maximum(cap, s.y - hairline), s.y - 0.12)
        strands = 0.86 + 0.22 * d.wave(s.x * 5 + s.y * 1.5)
        light = self._lateral_light(s.x) * strands
        s.paint(front, [c * light for c in self.hair], self.hairy)

    def _glasses(self):
        s = self.scene.window(slice(18, 44), slice(4, 60))
        frames = []
        for side in (-1, 1):
            lens = s.box(self._eye(side), -0.015, 0.165, 0.125, 0.085)
            s.paint(lens, (0.86, 0.93, 1.0), 0.16 * self.f["Eyeglasses"])
            frames.append(np.abs(lens) - 0.017)
        bridge = s.box(self._eye(0), -0.04, 0.05, 0.014)
        frames.append(bridge)
        s.paint(d.union(*frames), (0.10, 0.09, 0.11), self.f["Eyeglasses"])

    def _hat(self):
        s = self.scene.window(slice(0, 34), slice(None))
        worn = self.f["Wearing_Hat"]
        colour = self._dye("hat_hue", 0.70, 0.74)
        reach = self.width + 0.075
        dome = np.maximum(s.ellipse(0, -0.30, reach, 0.46), s.y + 0.28)
        knit = 0.90 + 0.16 * d.wave(s.x * 6)
        light = self._lateral_light(s.x)
        s.paint(dome, [c * light * knit for c in colour], worn)
        band = s.box(0, -0.30, reach + 0.02, 0.075, 0.05)
        s.paint(band, [c * light * 0.74 for c in colour], worn)
