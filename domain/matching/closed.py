"""Whether a record names the former identity of a child that was given a new one.

Such a record would lead from one identity to the other, so it is closed: it joins nothing, and only its sender can read
it. A number of the closed child suffices. By name, birthday and gender a record names the closed child if it may be the
same person, resembles it more than the child to which it belongs, and more than before its last change.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from domain.matching.beside_hidden import visible_part
from domain.matching.evidence import Comparer
from domain.matching.features import Features
from domain.matching.placement import Candidate, place


class ClosedComparison(NamedTuple):
    """What a record is compared with: `members` are the records of one closed child, as they were when it was closed.

    `own` are the other records of the child that the record belongs to, `before` its features until now. `expected` is
    True if it was announced as the first record of the new identity, `opened` if a custodian has found that it is
    somebody else's.
    """

    members: Sequence[Candidate]
    own: Sequence[Candidate]
    before: Features | None
    expected: bool
    opened: bool


def names_closed(comparer: Comparer, record: str, now: Features, compared: ClosedComparison) -> bool:
    """Whether the record, as it is now, names the closed child. Cannot-link constraints are ignored."""
    if compared.opened:
        return False
    if any(not _numbers(now).isdisjoint(_numbers(each.features)) for each in compared.members):
        return True
    if compared.expected:
        return False
    visible = [each._replace(features=visible_part(each.features)) for each in compared.members]
    found = place(comparer, record, visible_part(now), visible)
    if found.reason is None and not found.suspected:
        return False
    likeness = _likeness(comparer, now, compared.members)
    others = [_likeness(comparer, now, compared.own)] if compared.own else []
    before = [_likeness(comparer, compared.before, compared.members)] if compared.before else []
    return all(likeness > each for each in (*others, *before))


def by_child(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    """Records by their child."""
    found: dict[str, list[Candidate]] = {}
    for each in candidates:
        found.setdefault(each.child, []).append(each)
    return found


def _likeness(comparer: Comparer, features: Features, members: Collection[Candidate]) -> float:
    return max(comparer.compare(visible_part(features), visible_part(each.features)).probability for each in members)


def _numbers(features: Features) -> set[tuple[str, str]]:
    """Every number that the record has or had, by kind."""
    nhs = {features.nhs_number, *features.former_nhs_numbers}
    upns = {features.upn, *features.former_upns}
    return {("nhs", each) for each in nhs if each} | {("upn", each) for each in upns if each}
