"""What follows for other children when a shield comes, is kept or is lifted: those that are like the shielded child.

A record that comes after the shield is held back when it is placed. One that came before was found like the child then,
and an event of its own child has it held back now: readers see it no more, so nothing joins it, and its home counts for
nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from domain.child import Child, Ruling
from domain.child.child import Suspected
from domain.child.events import ChildrenMerged, ShieldApplied, ShieldLifted, ShieldReviewed
from domain.event import RegisterEvent
from domain.matching import Candidate, Comparer
from domain.matching.beside_hidden import like_each_of
from services.registrar.found_like import FoundLike
from services.registrar.linking import pending_events

_CHANGING = (ShieldApplied, ShieldReviewed, ShieldLifted, ChildrenMerged)
"""The events after which others may be like records of a shielded child, or of one that is so no more.

A review changes nothing of that: it takes in the records that came before the version which first looked for them.
"""


NOTHING_FOUND: Mapping[str, frozenset[str]] = MappingProxyType({})


class ShieldLookup(Protocol):
    """Children, and what their shields depend on, as the decisions before have left them."""

    def child(self, child: str) -> Child | None:
        """The child of that number; None where there is none, or it is destroyed."""

    def keep(self, child: Child) -> None:
        """Keeps a child as it is now, for the decisions that follow."""

    def children_of(self, records: Collection[str]) -> Mapping[str, str]:
        """The child of each of the records that is in the match index, kept of a shielded child, or removed."""

    def versions_of(self, records: Iterable[str]) -> dict[str, int]:
        """The last version of each record."""

    def sources_of(self, records: Collection[str]) -> dict[str, str]:
        """The agency of each of the records that is in the match index and counts."""


class ShieldDirectory(ShieldLookup, Protocol):
    """The same of the whole directory, with the records that are like others."""

    def found_like(self, records: Collection[str]) -> list[FoundLike]:
        """The records that are like one of these, as many as one decision may be about."""

    def described(self, records: Collection[str]) -> list[Candidate]:
        """Those of the records that are in the match index and count."""

    def cannot_link(self, records: Collection[str]) -> Collection[tuple[str, str]]:
        """The pairs of records of two children that one of these is in, both ways round."""


def follow_shields(
    lookup: ShieldDirectory,
    decided: Sequence[RegisterEvent],
    moved: Mapping[str, str],
    ruling: Ruling,
    comparer: Comparer,
) -> list[RegisterEvent]:
    """The events that follow for other children from what was `decided`; `moved` has the new child of each record."""
    events: list[RegisterEvent] = []
    for number in dict.fromkeys(str(each.originator_id) for each in decided if isinstance(each, _CHANGING)):
        child = lookup.child(number)
        if child is not None and child.records:
            events += _follow(lookup, child, moved, ruling, comparer)
    return events


def _follow(
    lookup: ShieldDirectory, child: Child, moved: Mapping[str, str], ruling: Ruling, comparer: Comparer
) -> list[RegisterEvent]:
    found: dict[str, list[FoundLike]] = {}
    for each in lookup.found_like(child.records):
        found.setdefault(moved.get(each.record, each.child), []).append(each)
    others = {number: other for number in found if (other := _apart_from(child, lookup.child(number)))}
    alike = _all_that_they_are_like(lookup, child, [each for number in others for each in found[number]], comparer)
    likes_of: dict[str, dict[str, frozenset[str]]] = {}
    for number, other in others.items():
        like = likes_of[number] = dict(other.like_shielded)
        for each in found[number]:
            if child.shield:
                like[each.record] = like.get(each.record, frozenset()) | alike[each.record]
    all_likes = [like for of_child in likes_of.values() for like in of_child.values()]
    shielded = _shields(lookup, child, frozenset[str]().union(*all_likes)).in_force
    versions = lookup.versions_of({record for of_child in likes_of.values() for record in of_child})
    sources = lookup.sources_of({record for other in others.values() for record in other.records})
    events: list[RegisterEvent] = []
    for number, other in others.items():
        suspected = [
            Suspected(record, versions[record], like, False) for record, like in sorted(likes_of[number].items())
        ]
        other.follow_shields(suspected, shielded, ruling, sources)
        lookup.keep(other)
        events += pending_events(other)
    return events


def hold_back_anew(
    lookup: ShieldLookup, child: Child, ruling: Ruling, found: Mapping[str, frozenset[str]] = NOTHING_FOUND
) -> list[RegisterEvent]:
    """The events that follow where the records of the child that count have changed: it is held back, or no more.

    `found` has what its restored records were found to be like: they may be like shielded children's since they left.
    """
    new = {record: found[record] - child.records for record in found.keys() & child.records}
    if not child.like_shielded and not any(new.values()):
        return []
    shields = _shields(lookup, child, frozenset[str]().union(*child.like_shielded.values(), *new.values()))
    likes = dict(child.like_shielded)
    for record, others in new.items():
        if like := others & shields.known:
            likes[record] = likes.get(record, frozenset()) | like
    versions, sources = lookup.versions_of(likes), lookup.sources_of(child.records)
    suspected = [
        Suspected(record, versions[record], like, False) for record, like in sorted(likes.items()) if record in versions
    ]
    child.follow_shields(suspected, shields.in_force, ruling, sources)
    lookup.keep(child)
    return pending_events(child)


def _apart_from(child: Child, other: Child | None) -> Child | None:
    """The other child, if it is another one, and anything of it may be hidden."""
    if other is None or other.id == child.id or other.superseded_by or other.is_closed or other.is_destroyed:
        return None
    return other


def _all_that_they_are_like(
    lookup: ShieldDirectory, child: Child, alike: Sequence[FoundLike], comparer: Comparer
) -> Mapping[str, frozenset[str]]:
    """All records of the shielded child that each record is like: those found before, and those that it is like now."""
    if not child.shield:
        return {}
    members = lookup.described(child.records)
    cannot_link = lookup.cannot_link([each.record for each in alike])
    found: dict[str, frozenset[str]] = {}
    for each in alike:
        found[each.record] = each.others
        if each.features:
            now = like_each_of(comparer, each.record, each.features, members, cannot_link)
            found[each.record] |= {one.record for one in now}
    return found


class _Shields(NamedTuple):
    """The records whose child is `known` to be shielded, and those whose shield is in force.

    Of a child that is destroyed the shield stays in force.
    """

    known: frozenset[str]
    in_force: frozenset[str]


def _shields(lookup: ShieldLookup, child: Child, records: frozenset[str]) -> _Shields:
    """Which of the records a shield hides; `child` is as it is now, with its records."""
    child_of = {**lookup.children_of(records), **dict.fromkeys(child.records, str(child.id))}
    read = {number: one for number in {*child_of.values()} if (one := lookup.child(number))}
    known = frozenset(each for each in records if (one := read.get(child_of.get(each, ""))) and one.shield)
    return _Shields(known, known | frozenset(each for each in records if child_of.get(each) not in read))
