"""A page of the queue of possible duplicates, each pair side by side."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from domain.child import RecordState, compose
from domain.days import day_at
from projections.directory import query as directory
from projections.directory.redaction import RedactedEntry
from projections.duplicates.query import OpenPair, Place, children_of, contradictions, like_shielded, suspected_pairs
from services.api.access_control.looks import Viewer
from services.api.dependencies import Dependencies
from services.api.listed import pairs_listed

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
    dependencies = who.dependencies
    today = who.today
    with dependencies.reading() as cursor:
        suspected: list[OpenPair] = []
        if after is None or after.is_suspected:
            place = after.place if after else None
            ask = partial(suspected_pairs, cursor, cleared=who.cleared, custodian=who.custodian, withheld=withheld)
            suspected = pairs_listed(cursor, who, ask, place, limit)
        contradicting: list[OpenPair] = []
        if len(suspected) < limit and not withheld:
            behind = after.place if after and not after.is_suspected else None
            rest = limit - len(suspected)
            ask = partial(contradictions, cursor, cleared=who.cleared, custodian=who.custodian)
            contradicting = pairs_listed(cursor, who, ask, behind, rest)
        waiting = []
        if after is None and dependencies.deployment.shows_all:
            waiting = like_shielded(cursor, cleared=who.cleared, custodian=who.custodian)
        about = [*children_of(suspected), *(pair.child for pair in contradicting if pair.child)]
        redacted = directory.redacted_entries(
            cursor, dependencies.keys, list(dict.fromkeys(about)), today, cleared=who.cleared, sees_waiting=True
        )
        records = directory.records(
            cursor, dependencies.keys, [one for pair in contradicting for one in (pair.left, pair.right)]
        )
    hidden = {record for each in redacted for record in each.hidden}
    shielded = {each.child for each in redacted if each.entry and each.entry["shielded"]}
    by_child = {each.child: _side(each.entry) for each in redacted if each.entry}
    by_record = {stream: _record_side(state, dependencies) for stream, state in records.items() if stream not in hidden}
    pairs = [
        _pair(each, by_child)
        for each in suspected
        if {each.left, each.right} <= by_child.keys() and hidden.isdisjoint((each.record, each.other))
    ]
    within = [
        _contradiction(each, by_record, of_shielded=each.child in shielded)
        for each in contradicting
        if {each.left, each.right} <= by_record.keys()
    ]
    shown = [child for pair in pairs for child in (pair["left"], pair["right"])] + [each["child"] for each in within]
    children = list(dict.fromkeys(shown))
    of_them = [each for each in redacted if each.child in children]
    told = [each._asdict() for each in waiting]
    return Page(pairs, within, told, children, of_them, _last(suspected, contradicting, limit))


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


def _record_side(state: RecordState, dependencies: Dependencies) -> Fields:
    """A record alone, as an entry would be composed of it."""
    entry = compose("", [state], position=0, as_of="", today=day_at(dependencies.now()))
    assert entry is not None
    return _side(entry)
