"""A record beside children whose whereabouts are hidden: what of them is compared with it, and what may follow.

Whoever sends a record sees what becomes of it, so nothing may follow from what is hidden. A record is compared with a
shielded child by who it is: names, date of birth, gender and numbers. A record that is like one becomes a child of its
own, hidden from others than its sender, whether or not it names the right home; only one that names the child's number,
too, joins it. Nothing joins a child that is held back so, and none of them is merged, until a steward decides.
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
    in_turn,
    place,
)
from domain.matching.similarity import SAME

MOST_NAMED = 20
"""Records of one shielded child that another record is said to be like."""
LIKE_SHIELDED, WITHHELD = "like-shielded", "like-shielded-withheld"
"""The rules by which a pair waits that only a steward may make one child; storage format. The other one is behind the
queue: its record's agency has sent more such records than are taken of one within a day."""


class Candidates(NamedTuple):
    """Records of children by what may follow from them: of shielded ones, of ones held back, of all others.

    Those of shielded children are as they were when the shield came. The child that the record is linked to already is
    among the others, whatever it is.
    """

    shielded: Sequence[Candidate]
    held: Sequence[Candidate]
    others: Sequence[Candidate]


class Apart(NamedTuple):
    """Where a record belongs; `like` are the records of shielded children for which it is to be held back."""

    placement: Placement
    like: tuple[Finding, ...] = ()


def visible_part(features: Features) -> Features:
    """The features without whatever a shield hides: homes, carers, contacts, and which agency holds the record."""
    return features._replace(homes=(), carers=(), contacts=(), source="")


def visible_keys(features: Features) -> list[str]:
    """Under which keys a record meets a shielded child: a number, the whole name, or part of it and the birthday."""
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


def place_apart(
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
) -> Apart:
    """The decision for a record that meets hidden children, or belongs to one; see `place`.

    `current` are its features without what it once said, for only by these is it like a shielded child; `sensitive` are
    the sources that are sensitive agencies.
    """
    everybody = [*candidates.others, *candidates.shielded, *candidates.held]
    if own_is_hidden:
        found = place(comparer, record, features, everybody, own=own, cannot_link=cannot_link)
        return Apart(found._replace(merged=(), suspected=_queue(_for_a_steward(found.merged), found.suspected)))
    joined, like, more = _likeness(comparer, record, current, candidates.shielded, cannot_link)
    if own is None and joined:
        return Apart(Placement(joined.child, joined, (), _queue([each for each in like if each != joined])))
    found = place_openly(
        comparer, record, features, candidates.others, own=own, cannot_link=cannot_link, sensitive=sensitive
    )
    others = found.merged if found.reason is None else (found.reason, *found.merged)
    held = place(comparer, record, features, candidates.held, cannot_link=cannot_link)
    beside = _for_a_steward(_found(held))
    if not like or (found.reason and _kept_apart(candidates, found.reason.child, like, cannot_link)):
        return Apart(found._replace(suspected=_queue(found.suspected, beside)))
    queued = _queue(_for_a_steward(like), _for_a_steward(others), found.suspected, beside, most=len(like))
    return Apart(
        Placement(own, None, (), (*queued, *_for_a_steward(more)), found.contradicted),
        (*like, *more),
    )


def like_each_of(
    comparer: Comparer, record: str, features: Features, shielded: Iterable[Candidate], cannot_link: Pairs
) -> Sequence[Finding]:
    """The records of a shielded child that a record is like by who it is, each judged by itself, the likeliest first.

    Any of them may be split off later, and be another child whose shield is lifted.
    """
    members = [each._replace(features=visible_part(each.features)) for each in shielded]
    if any((record, each.record) in cannot_link for each in members):
        return ()
    visible = visible_part(features)
    found = [one for each in members for one in _found(place(comparer, record, visible, [each]))]
    found.sort(key=lambda one: (-one.evidence.probability, -one.evidence.bits, one.record))
    return found[:MOST_NAMED]


def withheld(placement: Placement, like: Collection[str], known: Collection[str]) -> Placement:
    """The placement whose pairs for a steward wait behind the queue; those with records `known` stay where they are.

    So do all of a record that was held back before, but for those with records that it is `like` for the first time.
    """
    others = [each for each in placement.suspected if each.rule != LIKE_SHIELDED]
    of_steward = [each._replace(rule=WITHHELD) for each in placement.suspected if each.rule == LIKE_SHIELDED]
    new = [each for each in of_steward if not known or (each.record in like and each.record not in known)]
    return placement._replace(suspected=(*new, *others))


def _likeness(
    comparer: Comparer, record: str, features: Features, shielded: Sequence[Candidate], cannot_link: Pairs
) -> tuple[Finding | None, Sequence[Finding], Sequence[Finding]]:
    """The shielded child that the record names by its number, if any, and all that it is like by who it is.

    Of each of these the likeliest record, and then what further records of it the record is like as well.
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
    """All that a placement found of other children."""
    first = (placement.reason,) if placement.reason else ()
    return [*first, *placement.merged, *placement.suspected]


def _kept_apart(candidates: Candidates, child: str, like: Iterable[Finding], cannot_link: Pairs) -> bool:
    """Whether a steward has found that the child is none of those shielded ones."""
    records = [each.record for each in candidates.others if each.child == child]
    shielded = {each.child for each in like}
    return all(
        any((one, other.record) in cannot_link for one in records for other in candidates.shielded if other.child == of)
        for of in shielded
    )


def _for_a_steward(findings: Iterable[Finding]) -> Sequence[Finding]:
    return [each._replace(rule=LIKE_SHIELDED) for each in findings]


def _queue(*findings: Sequence[Finding], most: int = 0) -> tuple[Finding, ...]:
    """The first of the findings, each list in turn, at least so many as `most` says.

    Whatever hides a record is queued, so that it is seen by a steward, and hidden until all of it is decided.
    """
    return in_turn(*findings, most=max(most, MOST_SUSPICIONS))
