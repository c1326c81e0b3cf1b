"""What an entry rests on, for people: each value with the agencies that report it, those believed first."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from services.cli.display.entry import Fields, address_of, agency_of
from services.cli.output import table, text

_KINDS = {"believed": ("believed", ""), "disagreeing": ("others say", "yellow"), "set_aside": ("set aside", "red")}
_FIELDS = {
    "date_of_birth": "born",
    "nhs_number": "NHS number",
    "upn": "UPN",
    "addresses": "address",
    "carers": "carer",
}


def display_why(to: Console, why: Fields) -> None:
    """Prints a line for each value; nothing of a shielded child."""
    rows = [row for name, belief in why.items() for row in _rows(name, belief)]
    if rows:
        to.print()
        to.print(text("Who says so", "bold"))
        to.print(table(("field", "", "value", "said by"), rows))


def _rows(name: str, belief: Fields) -> Iterator[tuple[object, ...]]:
    label = _FIELDS.get(name, name)
    for kind, (word, style) in _KINDS.items():
        for each in belief[kind]:
            yield label, text(word, style), _written(each["value"]), _speakers(each["said_by"])
            label = ""


def _written(value: str | Mapping[str, Any] | None) -> str:
    if value is None:
        return "(for data managers)"
    if isinstance(value, str):
        return value
    if "lines" in value:
        return address_of(value)
    if "given_name" in value:
        return f"{value['given_name']} {value['family_name']}"
    return ", ".join(filter(None, (value.get("name"), value.get("relationship"))))


def _speakers(records: Iterable[Fields]) -> Text:
    return Text("\n").join(text(_speaker(each)) for each in records)


def _speaker(record: Fields) -> str:
    ended = ", ended" if record["deregistered"] else ""
    return f"{agency_of(record)} ({record['subject']}), {record['since'][:10]}{ended}"
