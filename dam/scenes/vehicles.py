"""Drawings of what drives and what flies: car, bus, bicycle, balloon, aeroplane."""

from __future__ import annotations

from math import cos, pi, sin

from dam.scenes.palette import RGB
from dam.scenes.sketch import Point, Sketch, darker, lighter, mix

TYRE: RGB = (0.07, 0.07, 0.08)
RIM: RGB = (0.66, 0.68, 0.71)
GLASS: RGB = (0.24, 0.33, 0.42)
HEADLIGHT: RGB = (1.0, 0.93, 0.70)
TAIL_LIGHT: RGB = (0.95, 0.12, 0.08)

# Side views of three builds, nose to the right: the body's outline and the windows' arch inside it.
_CAR_BODIES: tuple[tuple[list[Point], list[list[Point]]], ...] = (
    (  # saloon
        [(-0.49, 0.10), (-0.50, 0.20), (-0.47, 0.255), (-0.36, 0.27), (-0.25, 0.375), (-0.12, 0.405), (0.04, 0.395),
         (0.18, 0.29), (0.38, 0.255), (0.48, 0.21), (0.50, 0.13), (0.47, 0.075), (-0.46, 0.075)],
        [[(-0.30, 0.275), (-0.22, 0.355), (-0.09, 0.375), (-0.07, 0.275)],
         [(-0.045, 0.275), (-0.045, 0.375), (0.03, 0.37), (0.14, 0.285), (0.14, 0.275)]],
    ),
    (  # small hatchback
        [(-0.44, 0.10), (-0.46, 0.24), (-0.43, 0.36), (-0.36, 0.43), (-0.15, 0.46), (0.03, 0.44), (0.20, 0.31),
         (0.37, 0.27), (0.45, 0.20), (0.45, 0.10), (0.42, 0.07), (-0.42, 0.07)],
        [[(-0.40, 0.29), (-0.35, 0.395), (-0.14, 0.43), (-0.12, 0.29)],
         [(-0.09, 0.29), (-0.09, 0.43), (0.02, 0.405), (0.15, 0.305), (0.15, 0.29)]],
    ),
    (  # coupe
        [(-0.50, 0.10), (-0.50, 0.21), (-0.45, 0.265), (-0.30, 0.315), (-0.14, 0.355), (0.00, 0.355), (0.15, 0.265),
         (0.36, 0.235), (0.48, 0.19), (0.52, 0.115), (0.47, 0.07), (-0.46, 0.07)],
        [[(-0.27, 0.27), (-0.14, 0.33), (-0.05, 0.335), (-0.04, 0.265)],
         [(-0.015, 0.265), (-0.02, 0.335), (0.0, 0.333), (0.11, 0.262)]],
    ),
)  # fmt: skip


def draw_car(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a car seen from the side."""
    outline, windows = _CAR_BODIES[variant % len(_CAR_BODIES)]
    wheels = (-0.29, 0.29)
    sketch.curve(outline, body)
    sketch.curve([(x * 0.97, y - 0.008) for x, y in outline if y > 0.22], lighter(body, 0.10))
    sketch.polygon([(-0.48, 0.075), (0.48, 0.075), (0.49, 0.125), (-0.49, 0.125)], darker(body, 0.35))
    sketch.line([(-0.46, 0.235), (0.44, 0.215)], 0.008, lighter(body, 0.35))
    for window in windows:
        sketch.polygon(window, GLASS)
        (x0, y0), (x1, y1) = window[0], window[1]
        sketch.polygon([(x0 + 0.02, y0 + 0.01), (x1, y1 - 0.01), (x1 + 0.05, y1 - 0.01), (x0 + 0.09, y0 + 0.01)],
                       lighter(GLASS, 0.25))  # fmt: skip
    sketch.line([(-0.055, 0.27), (-0.06, 0.12)], 0.006, darker(body, 0.45))
    sketch.rectangle(-0.14, 0.225, -0.09, 0.236, darker(body, 0.5))
    for x in wheels:
        sketch.ellipse(x, 0.095, 0.112, 0.112, darker(body, 0.75))
        _wheel(sketch, x, 0.09, 0.092)
    sketch.curve([(0.42, 0.165), (0.44, 0.215), (0.48, 0.19), (0.485, 0.16)], lighter(HEADLIGHT, 0.3))
    sketch.rectangle(-0.495, 0.17, -0.45, 0.22, TAIL_LIGHT)
    sketch.lamp_disc(0.46, 0.185, 0.035, HEADLIGHT)
    sketch.lamp_disc(-0.475, 0.195, 0.028, TAIL_LIGHT)


def draw_bus(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a single or double decker seen from the side."""
    decks = 1 + variant % 2
    top = 0.36 if decks == 1 else 0.54
    sketch.curve(_rounded(-0.5, 0.06, 0.5, top, 0.04), body)
    sketch.rectangle(-0.49, 0.07, 0.49, 0.11, darker(body, 0.4))
    sketch.rectangle(-0.49, top - 0.035, 0.49, top - 0.02, lighter(body, 0.4))
    for deck in range(decks):
        low = 0.21 + deck * 0.18
        for column in range(6):
            left = -0.46 + column * 0.143
            sketch.rectangle(left, low, left + 0.12, low + 0.10, GLASS)
            sketch.polygon([(left + 0.01, low), (left + 0.05, low + 0.1), (left + 0.08, low + 0.1),
                            (left + 0.04, low)], lighter(GLASS, 0.22))  # fmt: skip
            window = [(left, low), (left + 0.12, low), (left + 0.12, low + 0.1), (left, low + 0.1)]
            sketch.lamp(window, (0.85, 0.70, 0.38))
    sketch.rectangle(0.40, 0.09, 0.48, 0.31, darker(GLASS, 0.2))
    sketch.rectangle(-0.49, 0.155, 0.39, 0.168, lighter(body, 0.55))
    for x in (-0.30, 0.30):
        sketch.ellipse(x, 0.085, 0.088, 0.088, darker(body, 0.75))
        _wheel(sketch, x, 0.075, 0.075)
    sketch.lamp_disc(0.485, 0.13, 0.03, HEADLIGHT)
    sketch.lamp_disc(-0.485, 0.14, 0.024, TAIL_LIGHT)


def draw_bicycle(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a diamond or step-through frame on two spoked wheels; tubes are drawn stout, to be seen from afar."""
    radius, back, front = 0.24, (-0.32, 0.24), (0.34, 0.24)
    for x, y in (back, front):
        sketch.ring(x, y, radius, 0.034, TYRE)
        sketch.ring(x, y, radius - 0.034, 0.012, RIM)
        for spoke in range(8):
            turn = spoke * pi / 4 + 0.2
            reach = (radius - 0.03) * cos(turn), (radius - 0.03) * sin(turn)
            sketch.line([(x, y), (x + reach[0], y + reach[1])], 0.005, RIM)
    crank, seat, head = (-0.04, 0.22), (-0.13, 0.58), (0.22, 0.56)
    tube = 0.052
    sketch.line([back, crank, seat, back], tube, body)
    if variant % 2:
        sketch.line([(-0.085, 0.40), (0.06, 0.34), (0.24, 0.52)], tube, body)
    else:
        sketch.line([(-0.12, 0.53), (0.23, 0.54)], tube, body)
    sketch.line([crank, (0.24, 0.49)], tube, body)
    sketch.line([front, head, (0.205, 0.66)], tube, body)
    sketch.line([(0.20, 0.66), (0.26, 0.69), (0.31, 0.65)], 0.03, TYRE)
    sketch.curve([(-0.24, 0.60), (-0.14, 0.63), (-0.04, 0.615), (-0.13, 0.585)], TYRE)
    sketch.ring(*crank, 0.055, 0.02, darker(RIM, 0.3))
    sketch.line([(0.02, 0.14), (-0.04, 0.22), (-0.10, 0.30)], 0.022, darker(RIM, 0.5))
    sketch.lamp_disc(0.25, 0.58, 0.026, HEADLIGHT)


def draw_balloon(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a hot-air balloon; its middle is at the origin."""
    rise = 0.16
    outline = [(0.0, 0.50), (0.24, 0.44), (0.39, 0.27), (0.40, 0.08), (0.28, -0.13), (0.10, -0.30),
               (-0.10, -0.30), (-0.28, -0.13), (-0.40, 0.08), (-0.39, 0.27), (-0.24, 0.44)]  # fmt: skip
    outline = [(x, y + rise * 0.2) for x, y in outline]
    sketch.curve(outline, body)
    tones = (darker(body, 0.16), lighter(body, 0.14), darker(body, 0.08))
    for stripe, scale in enumerate((0.82, 0.48, 0.16)):
        sketch.curve([(x * scale, y) for x, y in outline], tones[stripe])
    if variant % 2:
        belt = mix(body, (1.0, 1.0, 1.0), 0.75)
        sketch.polygon([(-0.405, 0.09), (0.405, 0.09), (0.38, 0.02), (-0.38, 0.02)], belt)
    sketch.line([(-0.09, -0.27), (-0.05, -0.40)], 0.008, TYRE)
    sketch.line([(0.09, -0.27), (0.05, -0.40)], 0.008, TYRE)
    sketch.curve(_rounded(-0.065, -0.50, 0.065, -0.39, 0.02), (0.45, 0.30, 0.16))
    sketch.rectangle(-0.07, -0.405, 0.07, -0.385, (0.30, 0.19, 0.10))
    sketch.lamp_disc(0.0, -0.27, 0.05, (1.0, 0.62, 0.22))
    sketch.lamp([(x * 0.7, y * 0.8 - 0.04) for x, y in outline], mix(body, (0.0, 0.0, 0.0), 0.72))


def draw_airplane(sketch: Sketch, body: RGB, variant: int) -> None:
    """Draw a jet or a propeller plane from the side, nose to the right; its middle is at the origin."""
    nose = 0.52 if variant % 2 else 0.50
    sketch.polygon([(-0.44, 0.05), (-0.53, 0.27), (-0.44, 0.27), (-0.29, 0.07)], darker(body, 0.15))
    sketch.polygon([(-0.02, 0.06), (-0.16, 0.20), (-0.09, 0.20), (0.12, 0.06)], darker(body, 0.3))
    sketch.curve([(nose, 0.0), (0.42, 0.06), (0.28, 0.085), (-0.20, 0.085), (-0.42, 0.075), (-0.52, 0.07),
                  (-0.40, -0.01), (-0.18, -0.065), (0.25, -0.065), (0.42, -0.045)], body)  # fmt: skip
    sketch.polygon([(-0.40, 0.04), (-0.56, -0.02), (-0.50, -0.03), (-0.28, 0.02)], darker(body, 0.25))
    for window in range(9):
        sketch.ellipse(-0.24 + window * 0.06, 0.035, 0.014, 0.017, GLASS)
    sketch.curve([(0.38, 0.03), (0.40, 0.06), (0.45, 0.04), (0.46, 0.02)], darker(GLASS, 0.3))
    sketch.polygon([(0.14, -0.015), (-0.14, -0.24), (-0.24, -0.24), (-0.08, -0.015)], darker(body, 0.18))
    sketch.curve([(0.0, -0.14), (0.10, -0.12), (0.12, -0.15), (0.10, -0.18), (0.0, -0.17)], RIM)
    sketch.lamp_disc(0.50, 0.0, 0.022, HEADLIGHT)
    sketch.lamp_disc(-0.20, -0.24, 0.026, TAIL_LIGHT)


def _wheel(sketch: Sketch, x: float, y: float, radius: float) -> None:
    sketch.ellipse(x, y, radius, radius, TYRE)
    sketch.ellipse(x, y, radius * 0.62, radius * 0.62, RIM)
    for spoke in range(5):
        turn = spoke * 2 * pi / 5 + 0.3
        tip = (x + radius * 0.55 * cos(turn), y + radius * 0.55 * sin(turn))
        sketch.line([(x, y), tip], radius * 0.14, darker(RIM, 0.45))
    sketch.ellipse(x, y, radius * 0.16, radius * 0.16, darker(RIM, 0.6))


def _rounded(left: float, bottom: float, right: float, top: float, corner: float) -> list[Point]:
    c = corner
    return [
        (left, bottom + c), (left, top - c), (left + c * 0.3, top - c * 0.3), (left + c, top),
        (right - c, top), (right - c * 0.3, top - c * 0.3), (right, top - c), (right, bottom + c),
        (right - c * 0.3, bottom + c * 0.3), (right - c, bottom), (left + c, bottom),
        (left + c * 0.3, bottom + c * 0.3),
    ]  # fmt: skip
