"""How shoes and bags are drawn; used by `garments`. Shoes point to the left.

See `clothes` for the frame.
"""

import numpy as np

from course_utils.data.drawn import drawing as d
from course_utils.data.drawn.drawing import f32, mix


def _sole(g, heel, thick, bottom):
    """Distance to a sole seen from the left side: toe at the left, heel raised by `heel`."""
    return g.polygon(
        (-0.90, -0.35, 0.25, 0.86, 0.86, 0.30, -0.30, -0.86),
        (
            bottom - thick,
            bottom - thick,
            bottom - heel - thick,
            bottom - heel - thick,
            bottom - heel,
            bottom - heel,
            bottom,
            bottom,
        ),
    )


def sandal(g):
    """A sole, flat or on a heel, and bare straps."""
    heel = 0.62 * d.smoothstep(0.35, 1.0, g.f["length"])
    bottom = mix(0.30, 0.62, g.f["length"])
    thick = mix(0.07, 0.16, g.f["cut"])
    level = bottom - heel - thick
    stay = g.limb(0.76, level + thick, mix(0.10, 0.16, g.f["cut"]), 0.80, bottom - 0.05, 0.06)
    g.cloth(d.union(_sole(g, heel, thick, bottom), stay))
    base, wide = bottom - thick, mix(0.05, 0.09, g.f["contrast"])
    # Broad bands over the toes: an arch with slits, one or two by chance.
    arch = g.ellipse(-0.40, base, 0.36, mix(0.26, 0.40, g.f["fold"]))
    slit = g.limb(-0.52, base, 0.035, -0.38, base - 0.5, 0.035)
    second = g.limb(-0.30, base, 0.035, -0.14, base - 0.5, 0.035)
    second = second + 2 * (g.f["sleeve"] < 0.5).astype(f32)
    g.cloth(d.cut(np.maximum(arch, g.y - base), slit, second), 1.08)
    # A strap around the ankle, held up from the heel.
    back = g.limb(0.82, level, wide, 0.76, level - 0.36, wide * 0.8)
    loop = np.abs(g.ellipse(0.50, level - 0.36, 0.28, 0.09)) - wide * 0.5
    tie = g.limb(0.02, base - 0.3 * heel - 0.10, wide * 0.7, 0.26, level - 0.34, wide * 0.7)
    has_strap = (g.f["detail"] > 0.3).astype(f32)
    g.cloth(d.union(back, loop, tie) + 2 * (1 - has_strap), 1.05)


def sneaker(g):
    """A low shoe with a light sole, laces and a stripe."""
    bottom, thick = 0.46, mix(0.10, 0.18, g.f["contrast"])
    rise = mix(0.52, 0.78, g.f["length"])
    base, top = bottom - thick, bottom - thick - rise
    toe = mix(0.20, 0.30, g.f["cut"])
    upper = g.polygon(
        (-0.90, -0.88, -0.66, -0.34, 0.10, 0.24, 0.55, 0.84, 0.90, 0.88),
        (
            base,
            base - toe * 0.7,
            base - toe,
            base - toe * 1.25,
            top + 0.10,
            top + 0.02,
            top + 0.14,
            top,
            base - 0.3,
            base,
        ),
    )
    g.cloth(upper - 0.02)
    sole = g.box(-0.01, bottom - thick / 2, 0.92, thick / 2, 0.05)
    light = mix(0.55, 0.98, g.f["detail"])
    g.backdrop.paint(sole, [light])
    g.mark(np.maximum(np.abs(sole) - 0.015, base - 0.03 - g.y), 0.4, 0.5)
    lace_tone = 0.98 - 0.6 * (g.shade > 0.65).astype(f32)
    for number in range(3):
        x0, share = (-0.38 + 0.19 * number), (0.26 * number)
        lace = g.limb(
            x0,
            mix(base - toe, top, share + 0.14),
            0.02,
            x0 + 0.17,
            mix(base - toe, top, share) + 0.22,
            0.02,
        )
        g.backdrop.paint(np.maximum(lace, upper), [lace_tone], 0.8)
    swoosh = g.arc(0.28, base - 0.30, 0.36, 0.14, 0.03)
    g.mark(np.maximum(swoosh, upper), mix(0.4, 1.7, g.f["fold"]), 0.85)


def bag(g):
    """A body with a flap and a clasp, and a handle."""
    wide = mix(0.58, 0.88, g.f["cut"])
    high = mix(0.32, 0.56, g.f["length"])
    cy = 0.88 - high
    body = d.Frame(g.x / (1 + 0.10 * g.y), g.y).box(0, cy, wide, high, mix(0.05, 0.22, g.f["fold"]))
    top = cy - high
    grip = mix(0.30, 0.58, g.f["sleeve"])
    reach = np.minimum(mix(0.22, 0.75, g.f["sleeve"]), top + 0.92)
    handle = np.maximum(np.abs(g.ellipse(0, top + 0.04, grip, reach)) - 0.045, g.y - top - 0.06)
    g.cloth(handle, 0.85)
    g.cloth(body)
    flap_end = top + high * mix(0.35, 1.1, g.f["detail"])
    flap = np.maximum(body, g.y - flap_end - 0.12 * (1 - (g.x / wide) * (g.x / wide)))
    g.mark(np.maximum(np.abs(flap) - 0.022, body + 0.03), 0.42, 0.9)
    clasp = g.box(0, flap_end + 0.10, 0.07, 0.06, 0.02)
    g.backdrop.paint(
        clasp, [0.95 - 0.7 * (g.shade > 0.7).astype(f32)], d.smoothstep(0.3, 0.35, g.f["contrast"])
    )
    rim = np.maximum(np.abs(body) - 0.02, body)
    g.mark(rim, 0.62, 0.6)


def ankle_boot(g):
    """A shaft above the ankle, a sole and a heel; a zip or laces."""
    bottom, heel = 0.82, mix(0.06, 0.34, g.f["detail"])
    top = mix(-0.45, -0.88, g.f["length"])
    wide = mix(0.22, 0.34, g.f["cut"])
    ground = bottom - heel * 0.25
    upper = g.polygon(
        (
            -0.88,
            -0.90,
            -0.66,
            -0.20,
            0.50 - 1.6 * wide,
            0.44 - 1.6 * wide,
            0.66,
            0.68,
            0.80,
            0.76,
            0.20,
            -0.20,
        ),
        (
            ground,
            ground - 0.16,
            ground - 0.34,
            ground - 0.52,
            -0.02,
            top,
            top - 0.05,
            0.05,
            bottom - heel - 0.12,
            bottom - heel,
            bottom - heel,
            ground,
        ),
    )
    g.cloth(upper - 0.02)
    block = g.polygon(
        (0.36, 0.80, 0.74, mix(0.40, 0.58, g.f["contrast"])),
        (bottom - heel - 0.02, bottom - heel - 0.02, bottom, bottom),
    )
    g.mark(block, 0.55)
    sole = g.limb(-0.86, ground, 0.045, -0.16, ground, 0.05)
    g.mark(sole, 0.50)
    zipper = g.limb(0.40, top + 0.04, 0.012, 0.36, 0.40, 0.012)
    has_zip = (g.f["sleeve"] < 0.55).astype(f32)
    g.mark(np.maximum(zipper, upper), 0.38, 0.8 * has_zip)
    for height in (-0.30, -0.10, 0.10, 0.28):
        edge = 0.47 - 1.6 * wide - 0.5 * max(height, 0)
        lace = g.limb(edge, height, 0.018, edge + 0.24, (height + 0.07), 0.018)
        g.mark(np.maximum(lace, upper), 1.45, 0.8 * (1 - has_zip))
    rim = np.maximum(upper, g.y - top - 0.08)
    g.mark(rim, 0.72, 0.7)
