"""A child's history for a page: what was reported and decided, from when to when, by a moment, for a day.

It is the history as it may be read today: a moment only leaves out what was learnt later. Records that were parted,
removed or hidden since are not in it, and those joined since are, so it is not what was known then.

Every change is in the order in which the directory learnt of it. What a record says of a child holds until the record
says otherwise; an involvement and a flag hold until their end; a decision holds from its day on.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from domain.days import day_of

Fields = Mapping[str, Any]

PARTICULARS = (
    "given_name",
    "family_name",
    "other_names",
    "date_of_birth",
    "date_of_birth_estimated",
    "gender",
    "nhs_number",
    "upn",
    "address",
    "carers",
    "former_nhs_numbers",
    "former_upns",
)
"""What a record says of a child, in the order in which it is read."""
_DESCRIBES = frozenset({"RecordRegistered", "RecordAmended"})
_LEAVES = frozenset({"RecordDeregistered", "RecordRemoved", "RecordRemovedAgain", "RecordRemovedBySteward"})
_BEGINS: Mapping[str, str] = {"InvolvementStarted": "involvement", "FlagRaised": "flag"}
_ENDS: Mapping[str, tuple[str, str]] = {
    "InvolvementEnded": ("involvement", "ended_on"),
    "FlagLowered": ("flag", "lowered_on"),
}
_TOLD = _DESCRIBES | _LEAVES | _BEGINS.keys() | _ENDS.keys() | {"ConsentWithdrawn"}


class Change(NamedTuple):
    """A particular of a record that changed; None where it was, or is, not reported."""

    field: str
    before: Any
    after: Any


class Statement(NamedTuple):
    """One event of the history: from when on what it says is true, and until when, a day or a moment as ISO text.

    `until` is None where no end is known. `lasts` is whether it has an end at all, as a decision has not; `holds` is
    whether it is reported as true on the day that is asked for, `is_aside` whether its record is set aside, so that it
    does not count.
    """

    event: Fields
    kind: str
    since: str
    until: str | None
    lasts: bool
    holds: bool
    is_aside: bool
    changes: Sequence[Change]

    @property
    def told(self) -> bool:
        """Whether an agency told it, and not the directory concluded it from what one told."""
        return self.kind in _TOLD


class Row(NamedTuple):
    """A line of the timeline: a statement, or a look between two of them."""

    at: str
    statement: Statement | None
    look: Fields | None


class Learnt(NamedTuple):
    """A moment at which the directory learnt something, and of how many changes."""

    at: str
    changes: int


class Timeline(NamedTuple):
    """What had been learnt by `as_of` (None: now), of what may be read today; for the day `effective` (None: today)."""

    rows: Sequence[Row]
    learnt: Sequence[Learnt]
    days: Sequence[str]
    as_of: str | None
    effective: str | None
    before: str | None
    after: str | None


def timeline_shown(
    events: Sequence[Fields], looks: Sequence[Fields], as_of: str, effective: str, today: date
) -> Timeline:
    """The timeline of the answers of `GET /children/{child}/history` and `/looks`.

    `as_of` is one of the moments at which something was learnt; any other text stands for now. `effective` is a day;
    any other text stands for today.
    """
    learnt = [Learnt(at, len(list(each))) for at, each in groupby(sorted(event["recorded_at"] for event in events))]
    moments = [each.at for each in learnt]
    place = moments.index(as_of) if as_of in moments else None
    known = [event for event in events if place is None or event["recorded_at"] <= as_of]
    on = _day(effective)
    statements = list(_statements(known, on or today.isoformat()))
    rows = [Row(each.event["recorded_at"], each, None) for each in statements]
    rows += [Row(each["time"], None, each) for each in looks if place is None or each["time"] <= as_of]
    last = len(moments) - 1
    here = last if place is None else place
    return Timeline(
        sorted(rows, key=lambda row: row.at),
        learnt,
        sorted({_on(each.since) for each in statements}),
        None if place is None else as_of,
        on,
        moments[here - 1] if here > 0 else None,
        moments[here + 1] if here < last else None,
    )


def _statements(events: Sequence[Fields], on: str) -> Iterable[Statement]:
    """The statements of the events that are known, in their order."""
    ends = dict(_ends(events))
    described, aside = dict(_described(events)), _aside(events)
    for number, event in enumerate(events):
        kind, since = _kind(event), _since(event)
        until, lasts = ends.get(number), kind in _DESCRIBES or kind in _BEGINS
        holds = _on(since) <= on and (until is None or on < _on(until))
        is_aside = lasts and event["stream"] in aside
        yield Statement(event, kind, since, until, lasts, holds, is_aside, described.get(number, ()))


def _aside(events: Sequence[Fields]) -> Collection[str]:
    """The records that are set aside by the last of the events about it, which are the child's."""
    aside: set[str] = set()
    for event in sorted(events, key=lambda each: (each["recorded_at"], each["stream"], each["version"])):
        kind, data = _kind(event), event["data"]
        if kind == "RecordsSetAside":
            aside |= {each["record"] for each in data.get("aside") or ()}
        elif kind == "RecordSetAsideBySteward":
            aside.add(str(data.get("record")))
        elif kind == "RecordsAccepted":
            aside -= set(data.get("records") or ())
        elif kind == "RecordAcceptedBySteward":
            aside.discard(str(data.get("record")))
    return aside


def _ends(events: Sequence[Fields]) -> Iterable[tuple[int, str]]:
    """By the place of an event, when what it says ended: as soon as the next one about the same thing is true."""
    open_: dict[tuple[Any, ...], int] = {}
    for number, event in _by_time(events):
        kind, stream = _kind(event), event["stream"]
        if kind in _DESCRIBES or kind in _LEAVES:
            about: tuple[Any, ...] = (stream,)
        elif what := _BEGINS.get(kind) or _ENDS.get(kind, ("",))[0]:
            about = (stream, what, event["data"].get("number"))
        else:
            continue
        if about in open_:
            yield open_.pop(about), _end(event)
        if kind in _DESCRIBES or kind in _BEGINS:
            open_[about] = number


def _described(events: Sequence[Fields]) -> Iterable[tuple[int, Sequence[Change]]]:
    """By the place of an event that describes a child, what is other than the record said before."""
    held: dict[str, Fields] = {}
    for number, event in _by_time(events):
        if _kind(event) not in _DESCRIBES:
            continue
        before, after = held.get(event["stream"], {}), event["data"].get("particulars") or {}
        held[event["stream"]] = after
        yield (
            number,
            [
                Change(name, before.get(name), after.get(name))
                for name in PARTICULARS
                if before.get(name) != after.get(name)
            ],
        )


def _by_time(events: Sequence[Fields]) -> Sequence[tuple[int, Fields]]:
    """The events with their places, in the order in which they became true."""
    return sorted(enumerate(events), key=lambda each: (each[1]["time"], each[1]["stream"], each[1]["version"]))


def _kind(event: Fields) -> str:
    return str(event["type"]).partition(".")[0]


def _since(event: Fields) -> str:
    data = event["data"]
    begun = (data.get("involvement") or {}).get("started_on") if _kind(event) == "InvolvementStarted" else None
    return str(begun or data.get("raised_on") or event["time"])


def _end(event: Fields) -> str:
    """When what was said before an event ended."""
    kind, data = _kind(event), event["data"]
    named = data.get(_ENDS[kind][1]) if kind in _ENDS else data.get("on") if kind in _LEAVES else None
    return str(named or event["time"])


def _on(moment: str) -> str:
    """The day of a day or a moment."""
    return moment if len(moment) == len("2008-09-01") else day_of(moment)


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
