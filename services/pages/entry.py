"""An entry for a page: who works with the child first, one line an address, and what agencies disagree on."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

Fields = Mapping[str, Any]

Record = tuple[str, str]
"""A record by its agency and the agency's number."""

ONE_VALUED = ("name", "date_of_birth", "gender", "nhs_number", "upn")
"""Fields of which one value alone can be right."""


class Place(NamedTuple):
    """An address, and the records that say so, each with since when it does."""

    address: Fields
    said_by: Sequence[Fields]


class Dispute(NamedTuple):
    """A field with the value that is believed, and those that other records have."""

    field: str
    believed: Fields
    others: Sequence[Fields]


class ShownEntry(NamedTuple):
    """The entry of an answer with its parts in the order in which they are read.

    `dated` says since when each record, by agency and number, says what it says of who and where the child is; `latest`
    the same by agency, where that has one record alone: of several nothing says which one an involvement belongs to.
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
    """The parts of an answer of `GET /children/{child}` with `why`."""
    why: Fields = entry.get("why") or {}
    current = [each for each in entry["involvements"] if each["ended_on"] is None]
    speakers = list(_speakers(why))
    dated = {_record(each): str(each["since"]) for each in speakers}
    records = Counter(each["source"] for each in entry["records"])
    return ShownEntry(
        entry,
        age_on(entry["date_of_birth"], today),
        sorted(current, key=_order),
        [each for each in entry["involvements"] if each["ended_on"] is not None],
        [Place(each["value"], each["said_by"]) for each in _heard(why.get("addresses"))],
        list(_disputes(why)),
        dated,
        {source: since for (source, _), since in dated.items() if records[source] == 1},
        {_record(each) for each in speakers if each["deregistered"]},
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


def _heard(field: Fields | None) -> Iterable[Fields]:
    return [*field["believed"], *field["disagreeing"]] if field else []


def _disputes(why: Fields) -> Iterable[Dispute]:
    for name in ONE_VALUED:
        held = why.get(name)
        if held and held["believed"] and held["disagreeing"]:
            yield Dispute(name, held["believed"][0], held["disagreeing"])


def _speakers(why: Fields) -> Iterable[Fields]:
    return (record for field in why.values() for value in _heard(field) for record in value["said_by"])


def _set_aside(why: Fields) -> Iterable[Fields]:
    return (record for field in why.values() for value in field["set_aside"] for record in value["said_by"])
