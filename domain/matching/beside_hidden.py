"""Where a record belongs if it resembles children whose whereabouts are hidden.

The sender of a record sees where it is placed, so no placement may depend on what is hidden. A record is compared with
a shielded child by identity alone: names, date of birth, gender and numbers. A record that resembles one becomes a
child of its own, hidden from all but its sender, whether or not it has the right address; only a record that has the
child's number, too, joins it. A child that is held back in this way is not joined or merged until a steward decides.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from domain.matching.blocking import sound
from domain.matching.confided import place_openly
from domain.matching.evidence import Comparer
from domain.matching.features import Features
from domain.matching.placement import (
    MOST_SUSPICIONS,
    NUMBER_FIELDS,
    Candidate,
    Finding,
    Pairs,
    Placement,
    first_findings,
    place,
)
from domain.matching.similarity import SAME

MOST_NAMED = 20
"""Records of one shielded child that are named as similar to another record."""
LIKE_SHIELDED, WITHHELD = "like-shielded", "like-shielded-withheld"
"""The rules of pairs that only a steward may link; storage format. The second is for pairs behind the queue, from an
agency that has sent more such records than are accepted from one agency within a day."""


class Candidates(NamedTuple):
    """The candidate records by kind of child: of shielded children, of children held back (`held`), and all others.

    Records of shielded children are as they were when the shield was applied. The child that the record is linked to
    already is among the others, whatever its kind.
    """

    shielded: Sequence[Candidate]
    held: Sequence[Candidate]
    others: Sequence[Candidate]


class HiddenPlacement(NamedTuple):
    """Where a record belongs; `like` are the records of shielded children because of which it is held back."""

    placement: Placement
    like: tuple[Finding, ...] = ()


def visible_part(features: Features) -> Features:
    """The features without those that a shield hides: homes, carers, contacts, and the agency."""
    return features._replace(homes=(), carers=(), contacts=(), source="")


def visible_keys(features: Features) -> list[str]:
    """The keys for comparison with shielded children: a number, the whole name, or part of it with the birthday."""
    numbers = [("n", each) for each in (features.nhs_number, *features.former_nhs_numbers)]
    numbers += [("u", each) for each in (features.upn, *features.former_upns)]
    keys = {f"{kind}{number}": None for kind, number in numbers if number}
    born = features.date_of_birth
    for name in features.names:
        sounds = sorted(code for part in name if (code := sound(part)))
        if len(sounds) == 2:
            keys["z" + "".join(sounds)] = None
        if born:
            keys |= dict.fromkeys(f"d{born}{code}" for code in sounds)
    return list(keys)


def place_beside_hidden(
    comparer: Comparer,
    record: str,
    features: Features,
    current: Features,
    candidates: Candidates,
    *,
    own: str | None,
    own_is_hidden: bool,
    cannot_link: Pairs = frozenset(),
    sensitive: Collection[str] = frozenset(),
) -> HiddenPlacement:
    """The decision for a record that resembles hidden children, or belongs to one; see `place`.

    `current` are its features without former values: only these are compared with shielded children. `sensitive` are
    the sources that are sensitive agencies.
    """
    everybody = [*candidates.others, *candidates.shielded, *candidates.held]
    if own_is_hidden:
        found = place(comparer, record, features, everybody, own=own, cannot_link=cannot_link)
        return HiddenPlacement(
            found._replace(merged=(), suspected=_queue(_for_a_steward(found.merged), found.suspected))
        )
    joined, like, more = _likeness(comparer, record, current, candidates.shielded, cannot_link)
    if own is None and joined:
        return HiddenPlacement(Placement(joined.child, joined, (), _queue([each for each in like if each != joined])))
    found = place_openly(
        comparer, record, features, candidates.others, own=own, cannot_link=cannot_link, sensitive=sensitive
    )
    others = found.merged if found.reason is None else (found.reason, *found.merged)
    held = place(comparer, record, features, candidates.held, cannot_link=cannot_link)
    beside = _for_a_steward(_found(held))
    if not like or (found.reason and _cannot_be_linked(candidates, found.reason.child, like, cannot_link)):
        return HiddenPlacement(found._replace(suspected=_queue(found.suspected, beside)))
    queued = _queue(_for_a_steward(like), _for_a_steward(others), found.suspected, beside, most=len(like))
    return HiddenPlacement(
        Placement(own, None, (), (*queued, *_for_a_steward(more)), found.contradicted),
        (*like, *more),
    )


def like_each_of(
    comparer: Comparer, record: str, features: Features, shielded: Iterable[Candidate], cannot_link: Pairs
) -> Sequence[Finding]:
    """The records of a shielded child that resemble a record in identity, each judged by itself, the likeliest first.

    Each is named, for any of them may be split off later, and become another child whose shield is lifted.
    """
    members = [each._replace(features=visible_part(each.features)) for each in shielded]
    if any((record, each.record) in cannot_link for each in members):
        return ()
    visible = visible_part(features)
    found = [one for each in members for one in _found(place(comparer, record, visible, [each]))]
    found.sort(key=lambda one: (-one.evidence.probability, -one.evidence.bits, one.record))
    return found[:MOST_NAMED]


def withheld(placement: Placement, like: Collection[str], known: Collection[str]) -> Placement:
    """The placement with its pairs for a steward put behind the queue.

    For a record that was held back before because of the records `known`, only pairs with records that it is `like` for
    the first time are put there; its other pairs stay where they are.
    """
    others = [each for each in placement.suspected if each.rule != LIKE_SHIELDED]
    of_steward = [each._replace(rule=WITHHELD) for each in placement.suspected if each.rule == LIKE_SHIELDED]
    new = [each for each in of_steward if not known or (each.record in like and each.record not in known)]
    return placement._replace(suspected=(*new, *others))


def _likeness(
    comparer: Comparer, record: str, features: Features, shielded: Sequence[Candidate], cannot_link: Pairs
) -> tuple[Finding | None, Sequence[Finding], Sequence[Finding]]:
    """The finding by number, if any; the likeliest record of each shielded child that resembles the record; the others.

    A finding by number is one where the record has a number of the shielded child.
    """
    parted = {each.child for each in shielded if (record, each.record) in cannot_link}
    members = [each._replace(features=visible_part(each.features)) for each in shielded if each.child not in parted]
    found = place(comparer, record, visible_part(features), members, cannot_link=cannot_link)
    numbered = found.reason and any(found.reason.evidence.levels[number] == SAME for number in NUMBER_FIELDS)
    like = _found(found)
    named = {each.record for each in like}
    more = [
        each
        for one in like
        for each in like_each_of(comparer, record, features, [m for m in members if m.child == one.child], ())
        if each.record not in named
    ]
    return (found.reason if numbered else None), like, more


def _found(placement: Placement) -> Sequence[Finding]:
    """All findings of a placement about other children."""
    first = (placement.reason,) if placement.reason else ()
    return [*first, *placement.merged, *placement.suspected]


def _cannot_be_linked(candidates: Candidates, child: str, like: Iterable[Finding], cannot_link: Pairs) -> bool:
    """Whether cannot-link constraints separate the child from every one of the shielded children."""
    records = [each.record for each in candidates.others if each.child == child]
    shielded = {each.child for each in like}
    return all(
        any((one, other.record) in cannot_link for one in records for other in candidates.shielded if other.child == of)
        for of in shielded
    )


def _for_a_steward(findings: Iterable[Finding]) -> Sequence[Finding]:
    return [each._replace(rule=LIKE_SHIELDED) for each in findings]


def _queue(*findings: Sequence[Finding], most: int = 0) -> tuple[Finding, ...]:
    """The first of the findings, list after list, up to `most` if that is more than the usual bound.

    Every pair that hides a record is queued, for the record stays hidden until a steward has decided on all of them.
    """
    return first_findings(*findings, most=max(most, MOST_SUSPICIONS))
