"""Precision and recall at every threshold as a picture, one SVG file that needs nothing else.

Both axes show what is missing from 1, on a logarithmic scale: what matters happens within a hundredth of the corner.
"""

from collections.abc import Mapping, Sequence
from math import log10

from services.lab.matching.curve import Point
from services.pages.drawing import Element, text_at
from services.pages.rendering import render

WIDTH, HEIGHT = 1040, 580
LEFT, TOP, SIDE, TALL = 90, 80, 560, 430
LEAST, MOST = 1e-4, 0.5
"""Share of pairs missed, or wrong, at the ends of both axes; less is drawn at the end."""
COLOURS = ("#0b5fa5", "#c2410c", "#15803d", "#7e22ce", "#475569", "#be185d", "#0f766e", "#a16207")
SHAPES = ("circle", "square", "diamond", "triangle")
TICKS = (0.5, 0.1, 0.01, 0.001, 0.0001)


def picture(curves: Mapping[str, Sequence[Point]], certain: float, version: str) -> str:
    """The SVG text of curves by the name of their corpus; the point of the threshold `certain` is filled and larger."""
    elements = _axes()
    for number, (name, points) in enumerate(curves.items()):
        elements += _curve(points, certain, number)
        elements += _key(number, name, next((p for p in points if p.certain == certain), points[-1]))
    return render(
        "matcher_curves.svg.jinja",
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        version=version,
        certain=f"{certain:g}",
        elements=elements,
    )


def _axes() -> list[Element]:
    elements = []
    for tick in TICKS:
        x, y = _x(tick), _y(tick)
        label = f"{'≥ ' if tick == LEAST else ''}{1 - tick:g}"
        elements += [
            _line(f"{x:.1f}", TOP, f"{x:.1f}", TOP + TALL),
            _line(LEFT, f"{y:.1f}", LEFT + SIDE, f"{y:.1f}"),
            text_at(x, TOP + TALL + 22, label, "small", "middle"),
            text_at(LEFT - 10, y + 5, label, "small", "end"),
        ]
    frame = f"M{LEFT} {TOP} V{TOP + TALL} H{LEFT + SIDE}"
    below = text_at(
        LEFT + SIDE / 2, TOP + TALL + 50, "recall: true pairs that are linked (better to the right)", anchor="middle"
    )
    beside = text_at(0, 0, "precision: linked pairs that are true (better upwards)", anchor="middle")
    return [
        *elements,
        Element("path", {"class": "axis", "fill": "none", "d": frame}),
        below,
        Element("g", {"transform": f"translate(26 {TOP + TALL / 2}) rotate(-90)"}, children=[beside]),
    ]


def _line(x1: str | float, y1: str | float, x2: str | float, y2: str | float) -> Element:
    return Element("line", {"class": "grid", "x1": x1, "y1": y1, "x2": x2, "y2": y2})


def _curve(points: Sequence[Point], certain: float, number: int) -> list[Element]:
    places = [(_x(1 - point.pairs.recall), _y(1 - point.pairs.precision)) for point in points]
    line = {
        "points": " ".join(f"{x:.1f},{y:.1f}" for x, y in places),
        "fill": "none",
        "stroke": COLOURS[number % len(COLOURS)],
        "stroke-width": 1.8,
        "opacity": 0.85,
    }
    marks = [
        _mark(x, y, number, 7 if point.certain == certain else 3, filled=point.certain == certain)
        for point, (x, y) in zip(points, places, strict=True)
    ]
    return [Element("polyline", line), *marks]


def _key(number: int, name: str, point: Point) -> list[Element]:
    """The name of a curve beside the picture, with the figures at the threshold in use."""
    x, y = LEFT + SIDE + 30, TOP + 14 + number * 58
    first, _, rest = name.partition(", ")
    rates = f"P {point.pairs.precision:.4f}  R {point.pairs.recall:.4f}"
    return [
        _mark(x, y - 5, number, 7, filled=True),
        text_at(x + 16, y, first),
        *([text_at(x + 16, y + 16, rest, "small")] if rest else []),
        text_at(x + 16, y + (32 if rest else 16), rates, "small"),
    ]


def _mark(x: float, y: float, number: int, size: float, *, filled: bool) -> Element:
    """A point whose shape, and not only its colour, says which curve it is of."""
    colour = COLOURS[number % len(COLOURS)]
    paint: dict[str, object] = {"fill": colour if filled else "#ffffff", "stroke": colour, "stroke-width": 1.5}
    match SHAPES[number % len(SHAPES)]:
        case "circle":
            return Element("circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": size, **paint})
        case "square":
            corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
        case "diamond":
            corners = [(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]
        case _:
            corners = [(0.0, -1.2), (1.1, 0.9), (-1.1, 0.9)]
    points = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in corners)
    return Element("polygon", {"points": points, **paint})


def _x(missed: float) -> float:
    return LEFT + SIDE * _along(missed)


def _y(wrong: float) -> float:
    return TOP + TALL * (1 - _along(wrong))


def _along(missing: float) -> float:
    """0 where MOST is missing, 1 where nothing is."""
    held = min(MOST, max(LEAST, missing))
    return (log10(MOST) - log10(held)) / (log10(MOST) - log10(LEAST))
