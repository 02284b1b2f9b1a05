"""How clothes are drawn: tops, trousers, dresses; used by `garments`.

Every function takes a batch of garments (see `garments._Garment`) and paints them. Coordinates
run from -1 to 1, y downwards, and garments fill the frame as Fashion-MNIST's do.
"""

import numpy as np

from course_utils.data.drawn import drawing as d
from course_utils.data.drawn.drawing import f32, mix


def _torso(g, top, hem, chest, waist, bottom):
    """Distance to a trunk from the shoulders' height `top` to `hem`, given its half widths."""
    heights = (top, top + 0.12, top + 0.3 * (hem - top), top + 0.6 * (hem - top), hem)
    return g.outline(heights, (0.14, chest * 0.94, chest, waist, bottom))


def _sleeves(g, shoulder, top, reach_x, reach_y, thick, cuff):
    """Distance to both sleeves, from the shoulders to the cuffs."""
    return g.mirrored().limb(shoulder - 0.06, top + 0.22, thick, reach_x, reach_y, cuff)


def _long_sleeves(g, chest, top, hem):
    """Sleeves that hang beside the trunk, a dark gap between the two; returns the distance."""
    end = mix(0.35, 0.92, g.f["sleeve"]) * hem
    lean = mix(0.13, 0.24, g.f["cut"])
    return _sleeves(g, chest, top, chest + lean, end, 0.17, 0.095)


def _neck(g, top, half_width, depth):
    """Distance to the opening at the neck."""
    return g.ellipse(0, top - 0.03, half_width, depth)


def _armpit_shadow(g, chest, top, hem):
    """A dark line where a hanging sleeve meets the trunk."""
    line = g.mirrored().limb(chest - 0.02, top + 0.42, 0.004, chest + 0.03, hem * 0.8, 0.02)
    g.mark(line, 0.30, 0.8)


def t_shirt(g):
    """Short sleeves or none, round or wide neck."""
    top, chest = -0.86, mix(0.42, 0.54, g.f["cut"])
    hem = mix(0.62, 0.92, g.f["length"])
    trunk = _torso(g, top, hem, chest, chest * 0.95, chest * 0.99)
    out = mix(0.02, 0.34, g.f["sleeve"])
    sleeves = _sleeves(g, chest, top, chest + out, top + 0.30 + out, 0.17, 0.15)
    neck = _neck(g, top, mix(0.18, 0.27, g.f["detail"]), mix(0.12, 0.30, g.f["phase"]))
    g.cloth(d.cut(d.union(trunk, sleeves), neck))
    g.mark(np.maximum(np.abs(neck - 0.03) - 0.02, trunk), 0.7, 0.7)
    seam = g.mirrored().limb(chest - 0.02, top + 0.25, 0.01, chest - 0.02, top + 0.55, 0.01)
    g.mark(seam, 0.72, 0.6)


def trouser(g):
    """Two legs from a waistband, straight or tapered."""
    top, end = -0.92, mix(0.45, 0.95, g.f["length"])
    hip = mix(0.25, 0.36, g.f["cut"])
    foot = mix(0.09, 0.20, g.f["cut"] * 0.6 + g.f["detail"] * 0.4)
    spread = mix(0.14, 0.24, g.f["fold"])
    seat = g.outline((top, -0.62, -0.34), (hip * 0.82, hip, hip * 1.04))
    sides = g.mirrored()
    leg = sides.polygon(
        (0.008, hip * 1.03, spread + foot, np.maximum(spread - foot, 0.02)),
        (-0.42, -0.42, end, end),
    )
    g.cloth(d.union(seat, leg))
    g.mark(g.box(0, top + 0.05, hip * 0.86, 0.05), 0.72, 0.8)  # the waistband
    g.mark(g.limb(0, -0.86, 0.012, 0, -0.45, 0.012), 0.6, 0.7)  # the fly
    inner = sides.limb(spread + foot * 0.3, -0.3, 0.015, spread, end, 0.015)
    g.mark(inner, 1.12, 0.5, blur=2)


def pullover(g):
    """Long hanging sleeves, ribbed neck, cuffs and hem."""
    top, chest = -0.86, mix(0.38, 0.50, g.f["cut"])
    hem = mix(0.66, 0.92, g.f["length"])
    trunk = _torso(g, top, hem, chest, chest * 0.97, chest * 0.93)
    neck = _neck(g, top, 0.17, mix(0.06, 0.16, g.f["detail"]))
    g.cloth(d.cut(d.union(trunk, _long_sleeves(g, chest, top, hem)), neck))
    _armpit_shadow(g, chest, top, hem)
    collar = np.maximum(np.abs(neck - 0.035) - 0.04, trunk)
    g.mark(collar, 0.78, 0.8)
    ribs = np.maximum(trunk, hem - 0.11 - g.y)
    g.mark(ribs, 0.72 + 0.2 * d.wave(g.x * 7), 0.75)


def dress(g):
    """Straps or short sleeves, a narrow waist, a skirt that flares."""
    top, chest = -0.92, mix(0.22, 0.30, g.f["cut"])
    hem = mix(0.50, 0.96, g.f["length"])
    flare = chest * mix(0.95, 1.95, g.f["detail"])
    waist = chest * 0.80
    body = g.outline(
        (top, -0.70, -0.50, -0.15, 0.10, hem),
        (chest * 0.55, chest * 0.85, chest, waist, mix(waist, flare, 0.35), flare),
    )
    has_sleeves = d.smoothstep(0.5, 0.55, g.f["sleeve"])
    reach = chest + 0.30 * (g.f["sleeve"] - 0.4)
    sleeves = _sleeves(g, chest, top, reach, -0.05 - 0.25 * (1 - g.f["sleeve"]), 0.09, 0.075)
    neck = _neck(g, top, chest * 0.50, mix(0.08, 0.34, g.f["phase"]))
    g.cloth(d.cut(d.union(body, sleeves + 2 * (1 - has_sleeves)), neck))
    belt = np.maximum(body, np.abs(g.y + 0.13) - 0.035)
    g.mark(belt, 0.55, 0.8 * d.smoothstep(0.4, 0.5, g.f["contrast"]))
    g.mark(np.maximum(body, 0.05 - g.y), 0.66, 0.38 * d.wave(g.x * 4.5), blur=2)  # pleats


def coat(g):
    """Long sleeves, open lapels, a front edge, buttons or a zip, pockets."""
    top, chest = -0.90, mix(0.40, 0.50, g.f["cut"])
    hem = mix(0.78, 0.98, g.f["length"])
    trunk = _torso(g, top, hem, chest, chest * 0.94, chest * 1.04)
    g.cloth(d.union(trunk, _long_sleeves(g, chest, top, hem)))
    _armpit_shadow(g, chest, top, hem)
    deep = mix(-0.55, -0.12, g.f["detail"])
    sides = g.mirrored()
    lapel = sides.polygon((0.10, 0.24, 0.02, 0), (top, -0.62, deep + 0.06, deep))
    g.mark(lapel, 1.16, 0.75)
    opening = sides.polygon((0, 0.12, 0.01, 0), (top - 0.05, top - 0.05, deep, deep))
    g.mark(opening, 0.22)
    g.mark(g.limb(0, deep, 0.014, 0, hem, 0.014), 0.30, 0.95)  # the front edge
    for height in (-0.05, 0.20, 0.45):
        button = g.ellipse(0.11, height, 0.042, 0.042)
        g.mark(button, 0.35, d.smoothstep(0.45, 0.5, g.f["contrast"]))
    g.mark(sides.limb(0.20, 0.38, 0.016, 0.34, 0.30, 0.016), 0.5, 0.8)  # pockets


def shirt(g):
    """Pointed collar, a row of buttons, sleeves long or short."""
    top, chest = -0.86, mix(0.36, 0.47, g.f["cut"])
    hem = mix(0.68, 0.95, g.f["length"])
    trunk = _torso(g, top, hem, chest, chest * 0.92, chest * 0.98)
    long = _long_sleeves(g, chest, top, hem)
    short = _sleeves(g, chest, top, chest + 0.24, -0.28, 0.16, 0.14)
    is_short = (g.f["sleeve"] < 0.3).astype(f32)
    g.cloth(d.union(trunk, mix(long, short, is_short)))
    line = g.mirrored().limb(chest - 0.02, top + 0.42, 0.004, chest + 0.02, hem * 0.7, 0.016)
    g.mark(line, 0.30, 0.8 * (1 - is_short))
    g.mark(np.maximum(g.box(0, 0.05, 0.055, hem), trunk), 1.10, 0.55)  # the placket
    for height in (-0.42, -0.18, 0.06, 0.30, 0.54):
        g.mark(g.ellipse(0, height, 0.032, 0.032), 0.35, 0.9)  # a button
    sides, low = g.mirrored(), mix(-0.62, -0.50, g.f["detail"])
    collar = sides.polygon((0.03, 0.18, 0.24, 0.13), (-0.84, -0.93, -0.78, low))
    g.mark(collar - 0.02, 0.45, 0.7)
    g.mark(collar, 1.15)
    opening = sides.polygon((0, 0.12, 0.02, 0), (-1, -1, -0.72, -0.72))
    g.backdrop.paint(opening, [0])
