"""An entry for a page: who works with the child first, one line an address, and what agencies disagree on."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

Fields = Mapping[str, Any]

Record = tuple[str, str]
"""A record by its agency and the agency's number."""

ONE_VALUED = ("name", "date_of_birth", "gender", "nhs_number", "upn")
"""Fields of which only one value can be right."""


class Place(NamedTuple):
    """An address, and the records that report it, each with since when."""

    address: Fields
    records: Sequence[Fields]


class Dispute(NamedTuple):
    """A field with the value that is believed, and those that other records have."""

    field: str
    believed: Fields
    others: Sequence[Fields]


class ShownEntry(NamedTuple):
    """The entry of an answer, in the order in which it is read.

    `dated` has for each record, by agency and number, since when it reports what it does of who and where the child is.
    `latest` has the same by agency, where the agency has one record only: with several it is unknown which of them an
    involvement belongs to.
    """

    entry: Fields
    age: int | None
    working: Sequence[Fields]
    worked: Sequence[Fields]
    places: Sequence[Place]
    disputes: Sequence[Dispute]
    dated: Mapping[Record, str]
    latest: Mapping[str, str]
    gone: Collection[Record]
    set_aside: Collection[Record]


def entry_shown(entry: Fields, today: date) -> ShownEntry:
    """The entry of an answer of `GET /children/{child}` with `why`."""
    why: Fields = entry.get("why") or {}
    current = [each for each in entry["involvements"] if each["ended_on"] is None]
    reporting = list(_reporting(why))
    dated = {_record(each): str(each["since"]) for each in reporting}
    records = Counter(each["source"] for each in entry["records"])
    return ShownEntry(
        entry,
        age_on(entry["date_of_birth"], today),
        sorted(current, key=_order),
        [each for each in entry["involvements"] if each["ended_on"] is not None],
        [Place(each["value"], each["said_by"]) for each in _counted(why.get("addresses"))],
        list(_disputes(why)),
        dated,
        {source: since for (source, _), since in dated.items() if records[source] == 1},
        {_record(each) for each in reporting if each["deregistered"]},
        {_record(each) for each in _set_aside(why)},
    )


def age_on(born: str | None, today: date) -> int | None:
    """Full years from a day of birth to today; None where there is no whole day."""
    try:
        day = date.fromisoformat(born or "")
    except ValueError:
        return None
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def _order(involvement: Fields) -> tuple[bool, bool]:
    """A lead professional first, then whom one can reach; the latest of each first, as they come."""
    person = involvement.get("contact") or involvement.get("practitioner") or {}
    return not involvement.get("lead_professional"), not (person.get("phone") or person.get("email"))


def _record(each: Fields) -> Record:
    return str(each["source"]), str(each["subject"])


def _counted(field: Fields | None) -> Iterable[Fields]:
    return [*field["believed"], *field["disagreeing"]] if field else []


def _disputes(why: Fields) -> Iterable[Dispute]:
    for name in ONE_VALUED:
        held = why.get(name)
        if held and held["believed"] and held["disagreeing"]:
            yield Dispute(name, held["believed"][0], held["disagreeing"])


def _reporting(why: Fields) -> Iterable[Fields]:
    return (record for field in why.values() for value in _counted(field) for record in value["said_by"])


def _set_aside(why: Fields) -> Iterable[Fields]:
    return (record for field in why.values() for value in field["set_aside"] for record in value["said_by"])
