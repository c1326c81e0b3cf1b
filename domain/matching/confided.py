"""Where a record belongs if sensitive agencies hold similar ones: nothing that others see may depend on those.

A record of an ordinary agency is first placed among the records of ordinary agencies alone. Only then may its child
absorb one that only sensitive agencies know. A sensitive agency's record joins one child that others know, never two.
"""

from collections.abc import Collection, Sequence

from domain.matching.evidence import Comparer
from domain.matching.features import Features
from domain.matching.placement import (
    BRIDGE,
    Candidate,
    Finding,
    Pairs,
    Placement,
    absorb,
    first_findings,
    place,
)


def place_openly(
    comparer: Comparer,
    record: str,
    features: Features,
    candidates: Sequence[Candidate],
    *,
    own: str | None = None,
    cannot_link: Pairs = frozenset(),
    sensitive: Collection[str] = frozenset(),
) -> Placement:
    """The decision for a record; see `place`. `sensitive` are the sources that are sensitive agencies."""
    openly = [each for each in candidates if each.features.source not in sensitive]
    known = {each.child for each in openly}
    if features.source in sensitive:
        return _joins_one(place(comparer, record, features, candidates, own=own, cannot_link=cannot_link), known)
    found = place(comparer, record, features, openly, own=own, cannot_link=cannot_link)
    confided = [each for each in candidates if each.child not in known and each.child != own]
    if not confided:
        return found
    beside = place(comparer, record, features, confided, cannot_link=cannot_link)
    joined = beside.merged if beside.reason is None else (beside.reason, *beside.merged)
    if found.contradicted:
        return found._replace(suspected=first_findings(found.suspected, joined, beside.suspected))
    children = {found.child, *(each.child for each in found.merged)}
    members = [each for each in candidates if each.child in children and each.record != record]
    others = [(each, [other for other in confided if other.child == each.child]) for each in joined]
    absorbed, separate = absorb(comparer, members, others, cannot_link, features)
    suspected = first_findings(found.suspected, separate, beside.suspected)
    return found._replace(merged=(*found.merged, *absorbed), suspected=suspected)


def _joins_one(found: Placement, known: Collection[str]) -> Placement:
    """The placement of a sensitive agency's record; it joins at most one child that ordinary agencies know."""
    is_with_one = found.child in known
    merged: list[Finding] = []
    separate: list[Finding] = []
    for each in found.merged:
        if each.child in known and is_with_one:
            separate.append(each._replace(rule=BRIDGE))
        else:
            merged.append(each)
            is_with_one |= each.child in known
    return (
        found._replace(merged=tuple(merged), suspected=first_findings(found.suspected, separate)) if separate else found
    )
