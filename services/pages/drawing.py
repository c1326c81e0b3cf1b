"""Elements of a picture, as values: where something stands is reckoned here, the SVG text is made by a template."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Element(NamedTuple):
    """An SVG element: its attributes, the text in it, then the elements in it."""

    name: str
    attributes: Mapping[str, object]
    text: str = ""
    children: Sequence["Element"] = ()


def text_at(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> Element:
    """A text of a class of the style sheet; `anchor` says which end of it stands at x."""
    return Element("text", {"class": kind, "x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}, text)
