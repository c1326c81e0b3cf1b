"""Pictures of figures side by side, as SVG to stand in a page: narrow enough for a telephone, labelled where they are.

Every value stands beside its bar as text; colours only repeat what texts say.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH = 400
BAR, GAP, LABEL = 16, 5, 22
"""Heights of a bar, of the space below it, and of the label of a group."""
LETTER = 7.4
"""Width of a letter at most, on average over a text."""
COLOURS = ("#0b5fa5", "#c2410c", "#15803d", "#7e22ce")
SHADES = ("#dbeafe", "#a9cdf3", "#6aa5e0", "#2f7cc4", "#0b5fa5", "#08335c")


class Bar(NamedTuple):
    """One value: what it is called, how large, how it is written."""

    name: str
    value: float
    said: str


class Group(NamedTuple):
    """The bars of one policy."""

    label: str
    bars: Sequence[Bar]


def bars(title: str, groups: Sequence[Group]) -> str:
    """Horizontal bars from 0 on; bars of one name have one colour in all groups."""
    every = [bar for group in groups for bar in group.bars]
    most = max((bar.value for bar in every), default=0) or 1
    longest = _longest([_label(bar) for bar in every])
    parts, y = [], 4
    for group in groups:
        parts.append(_text(0, y + 14, group.label, "label"))
        y += LABEL
        for nth, bar in enumerate(group.bars):
            length = max(longest * bar.value / most, 1.5)
            colour = COLOURS[nth % len(COLOURS)]
            parts.append(f'<rect x="0" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>')
            parts.append(_text(length + 6, y + 13, _label(bar), ""))
            y += BAR + GAP
        y += GAP
    return _svg(title, y, parts)


def stacks(title: str, names: Sequence[str], groups: Sequence[Group]) -> str:
    """One bar a group, as long as its values come to together and parted by them; the key stands below."""
    most = max((sum(bar.value for bar in group.bars) for group in groups), default=0) or 1
    longest = _longest([f"{most:,.0f}"])
    parts, y = [], 4
    for group in groups:
        total, x = sum(bar.value for bar in group.bars), 0.0
        parts.append(_text(0, y + 14, group.label, "label"))
        y += LABEL
        for shade, bar in zip(SHADES, group.bars, strict=True):
            length = longest * bar.value / most
            parts.append(f'<rect x="{x:.1f}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{shade}">')
            parts.append(f"<title>{escape(bar.name)}: {escape(bar.said)}</title></rect>")
            x += length
        parts.append(_text(x + 6, y + 13, f"{total:,.0f}", ""))
        y += BAR + 2 * GAP
    y += GAP
    for nth, (shade, name) in enumerate(zip(SHADES, names, strict=True)):
        left, top = (nth % 2) * WIDTH // 2, y + (nth // 2) * (BAR + GAP)
        parts.append(f'<rect x="{left}" y="{top}" width="14" height="14" fill="{shade}" stroke="#4b5563"/>')
        parts.append(_text(left + 20, top + 12, name, ""))
    return _svg(title, y + (len(names) + 1) // 2 * (BAR + GAP), parts)


def _label(bar: Bar) -> str:
    return f"{bar.said} {bar.name}".strip()


def _longest(texts: Sequence[str]) -> float:
    """How long a bar may be, so that each of these texts has room behind it."""
    return WIDTH - 8 - LETTER * max(map(len, texts), default=0)


class Spread(NamedTuple):
    """An estimate with its bounds, and how they are written."""

    label: str
    low: float
    estimate: float
    high: float
    said: str


def spreads(title: str, rows: Sequence[Spread]) -> str:
    """Estimates as points, each on a line from its low to its high bound."""
    most = max((row.high for row in rows), default=0) or 1
    parts, y = [], 4
    for row in rows:
        low, middle, high = (4 + (WIDTH - 8) * value / most for value in row[1:4])
        parts.append(_text(0, y + 14, row.label, "label"))
        parts.append(_text(WIDTH, y + 14, row.said, "", "end"))
        y += LABEL + 8
        ends = "".join(f"M{x:.1f} {y - 6}V{y + 6}" for x in (low, high))
        parts.append(f'<path d="M0 {y}H{WIDTH}" stroke="#d1d5db"/>')
        parts.append(f'<path d="M{low:.1f} {y}H{high:.1f}{ends}" stroke="{COLOURS[0]}" stroke-width="2.5"/>')
        parts.append(f'<circle cx="{middle:.1f}" cy="{y}" r="5" fill="{COLOURS[0]}"/>')
        y += 20
    return _svg(title, y, parts)


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    name = re.sub(r"[^a-z]+", "-", title.lower())
    head = f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="{name}">'
    return "\n".join([head, f'<title id="{name}">{escape(title)}</title>', *parts, "</svg>"])


def _text(x: float, y: float, said: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'
