"""Whether an amended record still fits its child, judged by its current values and not by former ones.

It is compared with the child's other records, except those set aside. A record that contradicts them, or is not even
possibly the same person, is set aside unless more agencies (its own included) support it than contradict it. Records of
ordinary agencies are judged by records of ordinary agencies alone, so that nothing reveals a sensitive agency's data.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from domain.matching.evidence import Comparer, Evidence
from domain.matching.features import Features
from domain.matching.placement import CONTRADICTION, MOST_SUSPICIONS, Candidate, Finding

UNLIKE = "unlike"
"""The rule for a record that is not even possibly the same person as any other of its child; storage format."""


class Fit(NamedTuple):
    """Whether a record is to be set `aside`, and the records of its child that it does not fit."""

    aside: bool
    against: tuple[Finding, ...] = ()


FITS = Fit(False)


def judge_fit(
    comparer: Comparer,
    now: Features,
    members: Iterable[Candidate],
    aside: Collection[str],
    sensitive: Collection[str],
    accepted: Collection[str] = (),
) -> Fit:
    """The fit of a record with current features `now` among the other `members` of its child.

    `aside` are the records that are set aside, `sensitive` the sources that are sensitive agencies. Records that a
    steward has `accepted` for this child contradict nothing.
    """
    found = [
        (comparer.compare(now, member.features), member)
        for member in sorted(members)
        if now.source in sensitive or member.features.source not in sensitive
    ]
    believed = [(evidence, member) for evidence, member in found if member.record not in aside]
    of_child = [member.features for _, member in believed]
    contradicted = [
        (evidence, member)
        for evidence, member in believed
        if member.record not in accepted and comparer.contradict(evidence, now, member.features, of_child)
    ]
    possible = comparer.settings.thresholds.possible
    if not contradicted:
        strange = believed and all(each.probability < possible and each.bits < 0 for each, _ in believed)
        return Fit(True, _findings(believed, UNLIKE)) if strange else FITS
    against = {member.features.source for _, member in contradicted}
    bearing_out = {now.source} | {
        member.features.source for each, member in found if not each.contradicts and each.probability >= possible
    }
    return Fit(len(bearing_out) <= len(against), _findings(contradicted, CONTRADICTION))


def _findings(found: Sequence[tuple[Evidence, Candidate]], rule: str) -> tuple[Finding, ...]:
    every = (Finding(member.child, member.record, rule, evidence) for evidence, member in found)
    return tuple(every)[:MOST_SUSPICIONS]
