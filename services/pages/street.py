"""The operator's page: the one-way street as a picture, and as a table that says the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.pages.drawing import Element, text_at
from services.queries.positions import MOST_LAG_S

WIDTH, _LEFT, _TOP, _BOX, _GAP = 344, 1, 1, 46, 22
NAMES: Mapping[str, str] = {
    "agencies": "Agencies",
    "submissions": "Submissions (Kafka)",
    "registrar": "Registrar",
    "store": "Store (Postgres)",
    "relay": "Relay",
    "events": "Events (Kafka)",
    "projector": "Projector",
    "views": "Views (Postgres)",
    "api": "API",
}
_STATES: Mapping[str, str] = {"runs": "runs", "off": "off", "unknown": "not known", "outside": ""}


class Row(NamedTuple):
    """A part as it is shown: its class in the picture, its name, its state in a word, figures, why it is off."""

    kind: str
    name: str
    state: str
    figures: Sequence[str]
    says: str
    do: str


class Drawing(NamedTuple):
    """The picture, as the macro `chart` takes it."""

    name: str
    title: str
    width: int
    height: int
    elements: Sequence[Element]


def street_shown(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the template shows of an answer of `GET /operation`."""
    rows = [_row(part) for part in document["parts"]]
    off = [row for row in rows if row.kind == "off"]
    return {
        "document": document,
        "rows": rows,
        "off": off,
        "noted": noted(document),
        "drawing": _drawing([Row("outside", NAMES["agencies"], "", ("send submissions",), "", ""), *rows]),
    }


def noted(document: Mapping[str, Any]) -> list[str]:
    """What keeps the page from saying that nothing is wrong, beside the sentences of `troubles`."""
    found = [
        f"{NAMES[part['part']]}: {_STATES[part['state']]}" for part in document["parts"] if part["state"] != "runs"
    ]
    found += [
        f"{NAMES[part['part']]}: {_seconds(part['late_s'])} late"
        for part in document["parts"]
        if (part["late_s"] or 0) > MOST_LAG_S
    ]
    letters, forged = document["dead_letters"], document["forged"]
    if letters is None:
        found.append("dead letters: not known")
    elif letters:
        found.append(f"dead letters: {letters:,}")
    if forged:
        found.append(f"forged messages: {forged:,}")
    if any(each["refusal"] for each in document["building"]):
        found.append("views that were built were refused")
    return found


def _row(part: Mapping[str, Any]) -> Row:
    state = _STATES[part["state"]]
    if part["processes"] is not None and part["processes"] > 1:
        state = f"{state}, {part['processes']} of them"
    return Row(part["state"], NAMES[part["part"]], state, tuple(_figures(part)), part["says"] or "", part["do"] or "")


def _figures(part: Mapping[str, Any]) -> Iterator[str]:
    """Figures of a part, each as a few words; one that is not known is left out."""
    if part["position"] is not None:
        yield f"position {part['position']:,}"
    if part["waiting"] is not None:
        late = f", {_seconds(part['late_s'])} late" if part["late_s"] else ""
        yield f"{part['waiting']:,} waiting{late}"
    if part["rate"] is not None:
        yield f"{part['rate']:,.1f}/s"
    if part["in_hand"] is not None:
        yield f"{part['in_hand']} in hand"
    if part["restarts"]:
        yield "restarted once" if part["restarts"] == 1 else f"restarted {part['restarts']} times"


def _seconds(seconds: float) -> str:
    """A time in the largest unit of which there are two or more."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.1f} s"


def _drawing(rows: Sequence[Row]) -> Drawing:
    height = 2 * _TOP + len(rows) * _BOX + (len(rows) - 1) * _GAP
    title = "The one-way street: " + "; ".join(f"{row.name}{f' {row.state}' if row.state else ''}" for row in rows)
    elements = [element for number, row in enumerate(rows) for element in _station(number, row)]
    return Drawing("street", title, WIDTH, height, elements)


def _station(number: int, row: Row) -> Iterator[Element]:
    """The arrow to a part, its box, its name and state, and its figures."""
    y = _TOP + number * (_BOX + _GAP)
    middle = WIDTH / 2
    if number:
        line = {"class": "way", "x1": middle, "y1": y - _GAP, "x2": middle, "y2": y - 6}
        yield Element("line", line)
        tip = f"{middle - 5},{y - 7} {middle + 5},{y - 7} {middle},{y - 1}"
        yield Element("polygon", {"class": "tip", "points": tip})
    box = {"class": f"station {row.kind}", "x": _LEFT, "y": y, "width": WIDTH - 2 * _LEFT, "height": _BOX, "rx": 4}
    yield Element("rect", box)
    yield text_at(_LEFT + 10, y + 19, row.name, "part")
    yield text_at(WIDTH - _LEFT - 10, y + 19, row.state, f"state {row.kind}", "end")
    yield text_at(_LEFT + 10, y + 37, " · ".join(row.figures), "figures")
