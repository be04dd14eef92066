"""Drawings of what stands and what floats: house, lighthouse, windmill, tent, umbrella, boats, tree, dog."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np

from dam.scenes.palette import RGB
from dam.scenes.sketch import Point, Sketch, darker, lighter, mix

WOOD: RGB = (0.40, 0.26, 0.15)
STONE: RGB = (0.55, 0.54, 0.52)
ROOF: RGB = (0.30, 0.27, 0.28)
PANE: RGB = (0.30, 0.38, 0.46)
WARM: RGB = (1.0, 0.76, 0.36)
CLOTH: RGB = (0.93, 0.92, 0.88)


def draw_house(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a gabled house with a chimney, door and lit windows."""
    width, eaves, ridge = ((0.40, 0.38, 0.66), (0.46, 0.32, 0.60), (0.32, 0.48, 0.76))[variant % 3]
    sketch.rectangle(width * 0.45, eaves, width * 0.65, ridge + 0.08, (0.48, 0.30, 0.25))
    sketch.rectangle(-width, 0.0, width, eaves + 0.01, body)
    sketch.rectangle(width * 0.4, 0.0, width, eaves + 0.01, darker(body, 0.14))
    for board in range(1, 6):
        y = eaves * board / 6
        sketch.line([(-width, y), (width, y)], 0.004, darker(body, 0.2))
    roof = [
        (-width - 0.07, eaves - 0.02),
        (-width * 0.55, ridge),
        (width * 0.55, ridge),
        (width + 0.07, eaves - 0.02),
    ]
    sketch.polygon(roof, ROOF)
    sketch.line([roof[0], roof[3]], 0.018, lighter(ROOF, 0.3))
    sketch.rectangle(-0.07, 0.0, 0.07, 0.24, darker(WOOD, 0.2))
    sketch.ellipse(0.045, 0.11, 0.012, 0.012, WARM)
    for x in (-width * 0.62, width * 0.62):
        _pane(sketch, x, eaves * 0.58, 0.075, 0.075)
    sketch.rectangle(-width - 0.02, -0.01, width + 0.02, 0.02, STONE)


def draw_lighthouse(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a tower banded in its colour and white, with a gallery and a burning lantern, on a rock."""
    sketch.curve([(-0.30, 0.0), (-0.22, 0.06), (-0.05, 0.09), (0.16, 0.07), (0.30, 0.0), (0.1, -0.03)], STONE)
    foot, neck, top = 0.14, 0.085, 0.80
    bands = 5 if variant % 2 else 7
    for band in range(bands):
        low, high = (0.05 + (top - 0.05) * part / bands for part in (band, band + 1))
        w0, w1 = (foot + (neck - foot) * part / bands for part in (band, band + 1))
        tone = body if band % 2 == 0 else CLOTH
        sketch.polygon([(-w0, low), (w0, low), (w1, high + 0.002), (-w1, high + 0.002)], tone)
        sketch.polygon([(w0 * 0.25, low), (w0, low), (w1, high), (w1 * 0.25, high)], darker(tone, 0.15))
    sketch.rectangle(-0.12, top, 0.12, top + 0.025, darker(STONE, 0.4))
    sketch.rectangle(-0.065, top + 0.025, 0.065, top + 0.115, lighter(WARM, 0.35))
    sketch.line([(0.0, top + 0.02), (0.0, top + 0.11)], 0.008, darker(STONE, 0.5))
    sketch.curve([(-0.09, top + 0.11), (-0.05, top + 0.165), (0.0, top + 0.185), (0.05, top + 0.165),
                  (0.09, top + 0.11)], darker(body, 0.2))  # fmt: skip
    sketch.rectangle(-0.03, 0.06, 0.03, 0.15, darker(STONE, 0.6))
    for y in (0.32, 0.54):
        sketch.rectangle(-0.014, y, 0.014, y + 0.05, PANE)
    sketch.lamp_disc(0.0, top + 0.07, 0.055, WARM)


def draw_windmill(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a tower mill with four lattice sails."""
    sketch.polygon([(-0.21, 0.0), (0.21, 0.0), (0.125, 0.62), (-0.125, 0.62)], body)
    sketch.polygon([(0.05, 0.0), (0.21, 0.0), (0.125, 0.62), (0.03, 0.62)], darker(body, 0.2))
    sketch.curve([(-0.15, 0.61), (-0.12, 0.70), (0.0, 0.76), (0.12, 0.70), (0.15, 0.61)], ROOF)
    sketch.rectangle(-0.05, 0.0, 0.05, 0.14, darker(WOOD, 0.3))
    for y in (0.26, 0.44):
        _pane(sketch, 0.0, y, 0.035, 0.04)
    hub: Point = (0.02, 0.63)
    for sail in range(4):
        turn = sail * pi / 2 + 0.3 + 0.35 * (variant % 3)
        along, across = (cos(turn), sin(turn)), (-sin(turn), cos(turn))
        tip = (hub[0] + 0.43 * along[0], hub[1] + 0.43 * along[1])
        corners = [(hub[0] + r * along[0] + s * across[0], hub[1] + r * along[1] + s * across[1])
                   for r, s in ((0.09, 0.0), (0.09, 0.085), (0.43, 0.10), (0.43, 0.0))]  # fmt: skip
        sketch.polygon(corners, CLOTH)
        for rung in range(5):
            r = 0.12 + rung * 0.075
            start = (hub[0] + r * along[0], hub[1] + r * along[1])
            sketch.line([start, (start[0] + 0.09 * across[0], start[1] + 0.09 * across[1])], 0.008, WOOD)
        sketch.line([hub, tip], 0.022, darker(WOOD, 0.3))
    sketch.ellipse(*hub, 0.035, 0.035, darker(WOOD, 0.4))


def draw_tent(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a ridge tent with an open door, or a dome."""
    if variant % 2:
        sketch.curve([(-0.48, 0.0), (-0.40, 0.24), (-0.20, 0.42), (0.04, 0.46), (0.28, 0.34), (0.44, 0.14),
                      (0.48, 0.0), (0.0, -0.01)], body)  # fmt: skip
        sketch.curve(
            [(0.06, 0.46), (0.28, 0.34), (0.44, 0.14), (0.48, 0.0), (0.2, -0.01), (0.16, 0.25)], darker(body, 0.2)
        )
    else:
        sketch.polygon([(-0.5, 0.0), (-0.14, 0.48), (0.12, 0.52), (0.5, 0.0)], body)
        sketch.polygon([(-0.5, 0.0), (-0.14, 0.48), (0.04, 0.0)], lighter(body, 0.16))
    sketch.polygon([(-0.24, 0.0), (-0.15, 0.34), (-0.07, 0.0)], darker(body, 0.72))
    sketch.line([(-0.14, 0.46), (-0.60, -0.01)], 0.007, STONE)
    sketch.line([(0.12, 0.50), (0.60, -0.01)], 0.007, STONE)
    sketch.lamp([(-0.42, 0.02), (-0.13, 0.42), (0.12, 0.46), (0.42, 0.02)], mix(body, (0, 0, 0), 0.70))
    sketch.lamp([(-0.23, 0.0), (-0.15, 0.32), (-0.08, 0.0)], WARM)


def draw_umbrella(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a large parasol on its pole."""
    lean = 0.05 * (variant % 3 - 1)
    sketch.line([(0.0, 0.0), (lean * 2, 0.72)], 0.03, lighter(WOOD, 0.25))
    dome: list[Point] = [
        (-0.46, 0.50),
        (-0.36, 0.66),
        (-0.18, 0.77),
        (0.0, 0.81),
        (0.18, 0.77),
        (0.36, 0.66),
        (0.46, 0.50),
    ]
    gores: list[Point] = [(0.31, 0.535), (0.155, 0.505), (0.0, 0.535), (-0.155, 0.505), (-0.31, 0.535)]
    sketch.polygon([(x + lean * 2 * y, y) for x, y in dome + gores], body)
    for left, right, tone in ((-0.155, 0.155, lighter(body, 0.22)), (0.31, 0.46, darker(body, 0.22))):
        sketch.polygon([(left + lean, 0.51), (right + lean, 0.51), (lean * 1.7, 0.81)], tone)
    sketch.line([(lean * 1.6, 0.80), (lean * 1.7, 0.86)], 0.02, WOOD)


def draw_boat(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a fishing boat with a wheelhouse, or an open boat; the waterline is at zero."""
    hull = [(-0.48, 0.21), (-0.44, 0.02), (-0.40, -0.03), (0.34, -0.03), (0.44, 0.08), (0.53, 0.28), (0.30, 0.22),
            (0.0, 0.19)]  # fmt: skip
    if variant % 3 != 1:
        sketch.rectangle(-0.26, 0.18, 0.04, 0.44, CLOTH)
        sketch.rectangle(-0.08, 0.18, 0.04, 0.44, darker(CLOTH, 0.12))
        sketch.polygon([(-0.30, 0.43), (0.09, 0.43), (0.05, 0.48), (-0.28, 0.48)], body)
        for x in (-0.19, -0.04):
            _pane(sketch, x, 0.345, 0.045, 0.045)
        sketch.line([(-0.14, 0.47), (-0.14, 0.72)], 0.014, WOOD)
        sketch.line([(-0.14, 0.70), (0.45, 0.26)], 0.005, STONE)
        sketch.lamp_disc(-0.14, 0.70, 0.022, WARM)
    else:
        sketch.line([(-0.20, 0.30), (0.02, 0.06), (0.16, -0.06)], 0.018, WOOD)
        sketch.rectangle(-0.30, 0.17, -0.16, 0.22, WOOD)
        sketch.rectangle(0.08, 0.18, 0.22, 0.23, WOOD)
    sketch.polygon(hull, body)
    sketch.polygon([(-0.44, 0.03), (-0.40, -0.03), (0.34, -0.03), (0.42, 0.05)], darker(body, 0.45))
    sketch.line([(-0.48, 0.205), (0.0, 0.185), (0.30, 0.215), (0.52, 0.27)], 0.026, lighter(body, 0.5))


def draw_sailboat(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a sloop: hull and mainsail in its colour, or coloured sails over a white hull."""
    sails = (body, lighter(body, 0.25))
    hull = body if variant % 2 == 0 else CLOTH
    sketch.line([(0.03, 0.08), (0.03, 1.12)], 0.02, WOOD)
    sketch.curve([(0.0, 0.19), (-0.02, 0.6), (0.005, 1.08), (-0.22, 0.60), (-0.40, 0.21), (-0.2, 0.17)], sails[0])
    sketch.polygon([(0.06, 0.18), (0.05, 1.0), (0.24, 0.52), (0.42, 0.19)], sails[1])
    for seam in range(1, 4):
        y = 0.19 + seam * 0.2
        sketch.line([(-0.40 + seam * 0.085, y), (-0.01, y - 0.02)], 0.006, darker(sails[0], 0.2))
    sketch.curve(
        [(-0.46, 0.13), (-0.40, 0.0), (-0.2, -0.04), (0.25, -0.04), (0.40, 0.04), (0.50, 0.17), (0.0, 0.12)], hull
    )
    sketch.polygon([(-0.40, 0.02), (-0.34, -0.035), (0.30, -0.035), (0.38, 0.02)], darker(hull, 0.45))
    sketch.lamp_disc(0.03, 1.12, 0.022, WARM)


def draw_tree(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a broad-leaved tree: crown of overlapping leaf clouds, lit from above."""
    sketch.polygon([(-0.07, -0.01), (0.07, -0.01), (0.03, 0.45), (-0.03, 0.45)], WOOD)
    sketch.line([(0.0, 0.28), (-0.16, 0.48)], 0.03, WOOD)
    sketch.line([(0.0, 0.32), (0.15, 0.5)], 0.028, WOOD)
    rng = np.random.default_rng(variant)
    turns, reach = rng.uniform(0, 2 * pi, 34), rng.uniform(0.0, 1.0, 34) ** 0.5
    # Leaf clouds fill an egg: round below, narrower above.
    clumps = [
        (0.30 * r * cos(t) * (1.0 - 0.25 * sin(t)), 0.70 + 0.27 * r * sin(t))
        for t, r in zip(turns, reach, strict=True)
    ]
    tones = (
        (0.36, 0.0, 0.0, 0.125),
        (0.14, -0.012, 0.022, 0.098),
        (-0.06, -0.028, 0.045, 0.066),
        (-0.26, -0.04, 0.06, 0.032),
    )
    for shade, dx, dy, radius in tones:
        tone = darker(body, shade) if shade > 0 else lighter(body, -shade)
        for x, y in clumps:
            sketch.ellipse(x + dx, y + dy, radius, radius * 0.92, tone)


def draw_dog(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a standing dog in profile, nose to the right."""
    far, near = darker(body, 0.35), lighter(body, 0.05)
    _leg(sketch, -0.25, far, hind=True)
    _leg(sketch, 0.16, far, hind=False)
    tail = [
        (-0.34, 0.50),
        (-0.47, 0.60 + 0.06 * (variant % 2)),
        (-0.56, 0.76),
        (-0.52, 0.77),
        (-0.42, 0.65),
        (-0.30, 0.57),
    ]
    sketch.curve(tail, body)
    sketch.curve([(-0.39, 0.46), (-0.35, 0.55), (-0.22, 0.585), (0.02, 0.56), (0.20, 0.60), (0.29, 0.74),
                  (0.40, 0.80),
                  (0.41, 0.66), (0.36, 0.50), (0.29, 0.36), (0.18, 0.32), (0.0, 0.37), (-0.20, 0.42),
                  (-0.30, 0.38)], body)  # fmt: skip
    _leg(sketch, -0.34, near, hind=True)
    _leg(sketch, 0.25, near, hind=False)
    sketch.curve([(0.27, 0.72), (0.30, 0.83), (0.37, 0.88), (0.45, 0.87), (0.50, 0.82), (0.60, 0.78), (0.63, 0.745),
                  (0.60, 0.71), (0.48, 0.69), (0.38, 0.66)], body)  # fmt: skip
    sketch.curve(
        [(0.30, 0.85), (0.36, 0.87), (0.385, 0.78), (0.36, 0.67), (0.315, 0.655), (0.285, 0.74)], darker(body, 0.4)
    )
    sketch.ellipse(0.62, 0.765, 0.024, 0.020, (0.05, 0.05, 0.05))
    sketch.ellipse(0.465, 0.805, 0.016, 0.016, (0.05, 0.04, 0.04))
    sketch.line(
        [(0.27, 0.665), (0.33, 0.63), (0.40, 0.635)], 0.032, (0.75, 0.15, 0.15) if variant % 2 else (0.15, 0.3, 0.6)
    )


def _leg(sketch: Sketch, x: float, tone: RGB, *, hind: bool) -> None:
    if hind:
        sketch.curve([(x - 0.05, 0.50), (x + 0.13, 0.48), (x + 0.09, 0.30), (x + 0.02, 0.20), (x + 0.045, 0.05),
                      (x + 0.09, 0.0), (x - 0.01, 0.0), (x - 0.03, 0.06), (x - 0.05, 0.20), (x - 0.03, 0.30)],
                      tone)  # fmt: skip
    else:
        sketch.curve([(x - 0.06, 0.46), (x + 0.09, 0.46), (x + 0.06, 0.26), (x + 0.05, 0.06), (x + 0.09, 0.0),
                      (x - 0.01, 0.0), (x - 0.015, 0.06), (x - 0.02, 0.26)], tone)  # fmt: skip


def _pane(sketch: Sketch, x: float, y: float, rx: float, ry: float) -> None:
    sketch.rectangle(x - rx * 1.2, y - ry * 1.2, x + rx * 1.2, y + ry * 1.2, CLOTH)
    sketch.rectangle(x - rx, y - ry, x + rx, y + ry, PANE)
    sketch.line([(x, y - ry), (x, y + ry)], rx * 0.2, CLOTH)
    sketch.lamp([(x - rx, y - ry), (x + rx, y - ry), (x + rx, y + ry), (x - rx, y + ry)], WARM)
