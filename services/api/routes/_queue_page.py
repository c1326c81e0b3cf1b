"""A page of the queue of possible duplicates, each pair side by side."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from domain.child import RecordState, compose
from projections.directory import query as directory
from projections.directory.redaction import RedactedEntry
from projections.duplicates.query import (
    OpenPair,
    Place,
    children_of,
    contradictions,
    like_shielded,
    open_pairs,
    suspected_pairs,
)
from projections.visibility.shields import shieldings
from services.api.access_control.looks import Viewer
from services.api.listed import pairs_listed
from streams.store.database import Cursor

Fields = dict[str, Any]


class After(NamedTuple):
    """Where a page begins: behind a suspected pair, or behind a contradiction."""

    is_suspected: bool
    place: Place


class Page(NamedTuple):
    """A page; `children` are all that it shows, `redacted` their entries, `last` is set where more may follow.

    `waiting` has, on the first page, the agencies whose records are like those of shielded children.
    """

    pairs: list[Fields]
    contradictions: list[Fields]
    waiting: list[Fields]
    children: Sequence[str]
    redacted: Sequence[RedactedEntry]
    last: After | None


def queue_page(who: Viewer, after: After | None, limit: int, *, withheld: bool = False) -> Page:
    """Suspected pairs, and contradictions once there are no more of those; or the pairs that are behind the queue."""
    with who.reading_of_all() as cursor:
        sides = _Sides(who, cursor)
        suspected: list[OpenPair] = []
        if after is None or after.is_suspected:
            place = after.place if after else None
            query = partial(suspected_pairs, cursor, cleared=who.cleared, custodian=who.custodian, withheld=withheld)
            suspected = pairs_listed(cursor, who, query, sides.readable, place, limit)
        contradicting: list[OpenPair] = []
        if len(suspected) < limit and not withheld:
            behind = after.place if after and not after.is_suspected else None
            rest = limit - len(suspected)
            query = partial(contradictions, cursor, cleared=who.cleared, custodian=who.custodian)
            contradicting = pairs_listed(cursor, who, query, sides.readable_within, behind, rest)
        waiting = []
        if after is None and who.dependencies.deployment.shows_all:
            waiting = like_shielded(cursor, cleared=who.cleared, custodian=who.custodian)
    pairs = [_pair(each, sides.by_child) for each in suspected]
    within = [
        _contradiction(each, sides.by_record, of_shielded=sides.is_shielded(each.child)) for each in contradicting
    ]
    shown = [child for pair in pairs for child in (pair["left"], pair["right"])] + [each["child"] for each in within]
    children = list(dict.fromkeys(shown))
    agencies = [each._asdict() for each in waiting]
    of_them = [sides.redacted[child] for child in children if child in sides.redacted]
    return Page(pairs, within, agencies, children, of_them, _last(suspected, contradicting, limit))


def has_readable_pair(who: Viewer, cursor: Cursor, child: str, other: str | None = None) -> bool:
    """Whether a pair of the child, or of these two, waits that the user may see; hidden records do not count."""
    found = open_pairs(cursor, child, other, cleared=who.cleared, custodian=who.custodian)
    return bool(_Sides(who, cursor).readable(found))


_NOTHING: Fields = {
    "name": {"given_name": "", "family_name": ""},
    "date_of_birth": None,
    "gender": "unknown",
    "other_names": [],
    "identifiers": {"nhs_number": [], "upn": []},
    "addresses": [],
    "carers": [],
    "records": [],
}
"""What is shown of a shielded child of whom no record counts any more: somebody is held back for being like it."""


class _Sides:
    """What is read of the sides of pairs: consent is sealed, so whether a pair may be shown is known only then."""

    def __init__(self, who: Viewer, cursor: Cursor) -> None:
        self._who, self._cursor = who, cursor
        self.redacted: dict[str, RedactedEntry] = {}
        self.by_child: dict[str, Fields] = {}
        self.by_record: dict[str, Fields] = {}

    def readable(self, pairs: Sequence[OpenPair]) -> list[OpenPair]:
        """Those pairs of children of whom both have an entry, or a shield, and that rest on nothing hidden."""
        children = children_of(pairs)
        hidden = self._read(children)
        shielded = {child for child, each in shieldings(self._cursor, children).items() if not each.is_suspected}
        self.by_child |= dict.fromkeys(shielded - self.by_child.keys(), _NOTHING)
        return [
            each
            for each in pairs
            if {each.left, each.right} <= self.by_child.keys() and hidden.isdisjoint((each.record, each.other))
        ]

    def readable_within(self, pairs: Sequence[OpenPair]) -> list[OpenPair]:
        """Those pairs of records of one child that has an entry, of which neither is hidden."""
        hidden = self._read(list(dict.fromkeys(each.child for each in pairs if each.child)))
        wanted = [record for each in pairs for record in (each.left, each.right) if record not in hidden]
        states = directory.records(self._cursor, self._who.dependencies.keys, wanted)
        self.by_record |= {stream: _record_side(state, self._who.today) for stream, state in states.items()}
        return [each for each in pairs if each.child in self.by_child and {each.left, each.right} <= states.keys()]

    def is_shielded(self, child: str | None) -> bool:
        """Whether the child, which was read, is shielded; one that has no entry any more is."""
        entry = self.redacted[child].entry if child in self.redacted else None
        return entry is None or bool(entry["shielded"])

    def _read(self, children: Sequence[str]) -> set[str]:
        """Reads the entries of children; returns which of their records are hidden."""
        found = directory.redacted_entries(
            self._cursor,
            self._who.dependencies.keys,
            children,
            self._who.today,
            cleared=self._who.cleared,
            sees_waiting=True,
        )
        self.redacted.update({each.child: each for each in found})
        self.by_child.update({each.child: _side(each.entry) for each in found if each.entry})
        return {record for each in found for record in each.hidden}


def _last(suspected: Sequence[OpenPair], contradicting: Sequence[OpenPair], limit: int) -> After | None:
    if len(suspected) + len(contradicting) < limit:
        return None
    return After(False, contradicting[-1].place) if contradicting else After(True, suspected[-1].place)


def _pair(pair: OpenPair, sides: Mapping[str, Fields]) -> Fields:
    entries = {"left_entry": sides[pair.left], "right_entry": sides[pair.right]}
    return {"left": pair.left, "right": pair.right, "since": pair.since, **_why(pair), **entries}


def _contradiction(pair: OpenPair, sides: Mapping[str, Fields], *, of_shielded: bool) -> Fields:
    left, right = (_who(sides[each]) if of_shielded else sides[each] for each in (pair.left, pair.right))
    aside = _aside(pair, sides, of_shielded=of_shielded)
    return {"child": pair.child, **_why(pair), "left_record": left, "right_record": right, "set_aside": aside}


def _aside(pair: OpenPair, sides: Mapping[str, Fields], *, of_shielded: bool) -> Fields | None:
    if pair.aside is None:
        return None
    (record,) = sides[pair.aside]["records"]
    subject = None if of_shielded else record["subject"]
    return {"side": "left" if pair.aside == pair.left else "right", "source": record["source"], "subject": subject}


def _why(pair: OpenPair) -> Fields:
    return {"score": round(pair.score, 4), "rule": pair.rule, "matcher": pair.matcher, "why": pair.why}


def _side(entry: Mapping[str, Any]) -> Fields:
    """What of an entry helps to tell people apart."""
    kept = ("name", "other_names", "date_of_birth", "gender", "identifiers", "addresses", "records")
    return {**{name: entry[name] for name in kept}, "carers": [carer.get("name") for carer in entry["carers"]]}


def _who(side: Mapping[str, Any]) -> Fields:
    """Of a record of a shielded child, who it is about and no more."""
    nothing = {"other_names": [], "identifiers": {"nhs_number": [], "upn": []}, "addresses": [], "records": []}
    return {**side, **nothing, "carers": []}


def _record_side(state: RecordState, today: date) -> Fields:
    """A record alone, as an entry would be composed of it."""
    entry = compose("", [state], position=0, as_of="", today=today)
    assert entry is not None
    return _side(entry)
