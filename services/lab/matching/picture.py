"""Precision and recall at every threshold as a picture, one SVG file that needs nothing else.

Both axes show what is missing from 1, on a logarithmic scale: what matters happens within a hundredth of the corner.
"""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

from services.lab.matching.curve import Point

WIDTH, HEIGHT = 1040, 580
LEFT, TOP, SIDE, TALL = 90, 80, 560, 430
LEAST, MOST = 1e-4, 0.5
"""Share of pairs missed, or wrong, at the ends of both axes; less is drawn at the end."""
COLOURS = ("#0b5fa5", "#c2410c", "#15803d", "#7e22ce", "#475569", "#be185d", "#0f766e", "#a16207")
SHAPES = ("circle", "square", "diamond", "triangle")
TICKS = (0.5, 0.1, 0.01, 0.001, 0.0001)
_STYLE = (
    "text{font-family:system-ui,'Segoe UI','DejaVu Sans',sans-serif;font-size:14px;fill:#1f2937}"
    ".title{font-size:19px;font-weight:600}"
    ".small{font-size:12.5px;fill:#4b5563}.grid{stroke:#e5e7eb}.axis{stroke:#6b7280}"
)


def picture(curves: Mapping[str, Sequence[Point]], certain: float, version: str) -> str:
    """The SVG text of curves by the name of their corpus; the point of the threshold `certain` is filled and larger."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title">',
        f"<title id='title'>Precision and recall of linked pairs, {escape(version)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 34, "Precision and recall of linked pairs of records", "title"),
        _text(LEFT, 57, f"{version}; each line from high to low thresholds, large points at {certain:g}", "small"),
        *_axes(),
    ]
    for number, (name, points) in enumerate(curves.items()):
        parts += _curve(points, certain, number)
        parts += _key(number, name, next((p for p in points if p.certain == certain), points[-1]))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _axes() -> list[str]:
    lines = []
    for tick in TICKS:
        x, y = _x(tick), _y(tick)
        label = f"{'≥ ' if tick == LEAST else ''}{1 - tick:g}"
        lines += [
            f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{TOP + TALL}"/>',
            f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + SIDE}" y2="{y:.1f}"/>',
            _text(x, TOP + TALL + 22, label, "small", "middle"),
            _text(LEFT - 10, y + 5, label, "small", "end"),
        ]
    return [
        *lines,
        f'<path class="axis" fill="none" d="M{LEFT} {TOP} V{TOP + TALL} H{LEFT + SIDE}"/>',
        _text(
            LEFT + SIDE / 2, TOP + TALL + 50, "recall: true pairs that are linked (better to the right)", "", "middle"
        ),
        f'<g transform="translate(26 {TOP + TALL / 2}) rotate(-90)">',
        _text(0, 0, "precision: linked pairs that are true (better upwards)", "", "middle"),
        "</g>",
    ]


def _curve(points: Sequence[Point], certain: float, number: int) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    places = [(_x(1 - point.pairs.recall), _y(1 - point.pairs.precision)) for point in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    marks = [
        _mark(x, y, number, 7 if point.certain == certain else 3, filled=point.certain == certain)
        for point, (x, y) in zip(points, places, strict=True)
    ]
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8" opacity="0.85"/>', *marks]


def _key(number: int, name: str, point: Point) -> list[str]:
    """The name of a curve beside the picture, with the figures at the threshold in use."""
    x, y = LEFT + SIDE + 30, TOP + 14 + number * 58
    first, _, rest = name.partition(", ")
    return [
        _mark(x, y - 5, number, 7, filled=True),
        _text(x + 16, y, first, ""),
        *([_text(x + 16, y + 16, rest, "small")] if rest else []),
        _text(x + 16, y + (32 if rest else 16), f"P {point.pairs.precision:.4f}  R {point.pairs.recall:.4f}", "small"),
    ]


def _mark(x: float, y: float, number: int, size: float, *, filled: bool) -> str:
    """A point whose shape, and not only its colour, says which curve it is of."""
    colour = COLOURS[number % len(COLOURS)]
    paint = f'fill="{colour if filled else "#ffffff"}" stroke="{colour}" stroke-width="1.5"'
    match SHAPES[number % len(SHAPES)]:
        case "circle":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" {paint}/>'
        case "square":
            corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
        case "diamond":
            corners = [(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]
        case _:
            corners = [(0.0, -1.2), (1.1, 0.9), (-1.1, 0.9)]
    points = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" {paint}/>'


def _text(x: float, y: float, said: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _x(missed: float) -> float:
    return LEFT + SIDE * _along(missed)


def _y(wrong: float) -> float:
    return TOP + TALL * (1 - _along(wrong))


def _along(missing: float) -> float:
    """0 where MOST is missing, 1 where nothing is."""
    held = min(MOST, max(LEAST, missing))
    return (log10(MOST) - log10(held)) / (log10(MOST) - log10(LEAST))
