"""Pictures of figures side by side, to stand in a page: narrow enough for a telephone, labelled where they are.

Every value stands beside its bar as text; colours only repeat what texts say.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from services.pages.drawing import Element, text_at

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
    text: str


class Group(NamedTuple):
    """The bars of one policy."""

    label: str
    bars: Sequence[Bar]


class Drawing(NamedTuple):
    """A picture of WIDTH and a height, with the name by which the page refers to its title."""

    title: str
    name: str
    height: str
    elements: Sequence[Element]
    width: int = WIDTH


def bars(title: str, groups: Sequence[Group]) -> Drawing:
    """Horizontal bars from 0 on; bars of one name have one colour in all groups."""
    every = [bar for group in groups for bar in group.bars]
    most = max((bar.value for bar in every), default=0) or 1
    longest = _longest([_label(bar) for bar in every])
    elements, y = [], 4
    for group in groups:
        elements.append(text_at(0, y + 14, group.label, "label"))
        y += LABEL
        for nth, bar in enumerate(group.bars):
            length = max(longest * bar.value / most, 1.5)
            elements.append(_bar(0, y, length, COLOURS[nth % len(COLOURS)]))
            elements.append(text_at(length + 6, y + 13, _label(bar)))
            y += BAR + GAP
        y += GAP
    return _drawing(title, y, elements)


def stacks(title: str, names: Sequence[str], groups: Sequence[Group]) -> Drawing:
    """One bar a group, as long as its values come to together and parted by them; the key stands below."""
    most = max((sum(bar.value for bar in group.bars) for group in groups), default=0) or 1
    longest = _longest([f"{most:,.0f}"])
    elements, y = [], 4
    for group in groups:
        total, x = sum(bar.value for bar in group.bars), 0.0
        elements.append(text_at(0, y + 14, group.label, "label"))
        y += LABEL
        for shade, bar in zip(SHADES, group.bars, strict=True):
            length = longest * bar.value / most
            elements.append(_bar(x, y, length, shade, f"{bar.name}: {bar.text}"))
            x += length
        elements.append(text_at(x + 6, y + 13, f"{total:,.0f}"))
        y += BAR + 2 * GAP
    y += GAP
    for nth, (shade, name) in enumerate(zip(SHADES, names, strict=True)):
        left, top = (nth % 2) * WIDTH // 2, y + (nth // 2) * (BAR + GAP)
        square = {"x": left, "y": top, "width": 14, "height": 14, "fill": shade, "stroke": "#4b5563"}
        elements += [Element("rect", square), text_at(left + 20, top + 12, name)]
    return _drawing(title, y + (len(names) + 1) // 2 * (BAR + GAP), elements)


def _bar(x: float, y: int, length: float, colour: str, title: str = "") -> Element:
    """A bar; its title is what a pointer over it shows."""
    attributes = {"x": f"{x:.1f}", "y": y, "width": f"{length:.1f}", "height": BAR, "fill": colour}
    return Element("rect", attributes, children=[Element("title", {}, title)] if title else [])


def _label(bar: Bar) -> str:
    return f"{bar.text} {bar.name}".strip()


def _longest(texts: Sequence[str]) -> float:
    """How long a bar may be, so that each of these texts has room behind it."""
    return WIDTH - 8 - LETTER * max(map(len, texts), default=0)


class Spread(NamedTuple):
    """An estimate with its bounds, and how they are written."""

    label: str
    low: float
    estimate: float
    high: float
    text: str


def spreads(title: str, rows: Sequence[Spread]) -> Drawing:
    """Estimates as points, each on a line from its low to its high bound."""
    most = max((row.high for row in rows), default=0) or 1
    elements, y = [], 4
    for row in rows:
        low, middle, high = (4 + (WIDTH - 8) * value / most for value in row[1:4])
        elements.append(text_at(0, y + 14, row.label, "label"))
        elements.append(text_at(WIDTH, y + 14, row.text, anchor="end"))
        y += LABEL + 8
        ends = "".join(f"M{x:.1f} {y - 6}V{y + 6}" for x in (low, high))
        line = {"d": f"M{low:.1f} {y}H{high:.1f}{ends}", "stroke": COLOURS[0], "stroke-width": 2.5}
        elements += [
            Element("path", {"d": f"M0 {y}H{WIDTH}", "stroke": "#d1d5db"}),
            Element("path", line),
            Element("circle", {"cx": f"{middle:.1f}", "cy": y, "r": 5, "fill": COLOURS[0]}),
        ]
        y += 20
    return _drawing(title, y, elements)


def _drawing(title: str, height: float, elements: Sequence[Element]) -> Drawing:
    return Drawing(title, re.sub(r"[^a-z]+", "-", title.lower()), f"{height:.0f}", elements)
