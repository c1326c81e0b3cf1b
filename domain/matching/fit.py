"""Whether an amended record still fits its child, by what it says now and not by what it once said.

It is judged against what other records of the child say, without those that are set aside themselves. A record that
contradicts them, or is not even possibly theirs, is set aside unless more agencies bear it out than speak against it,
its own included. A record of an ordinary agency is judged by those of ordinary agencies alone, so that nothing of it
depends on what a sensitive agency says.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from domain.matching.evidence import Comparer, Evidence
from domain.matching.features import Features
from domain.matching.placement import CONTRADICTION, MOST_SUSPICIONS, Candidate, Finding

UNLIKE = "unlike"
"""The rule of a record that is not even possibly that of any other record of its child; storage format."""


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
    """The fit of a record that is described by `now` alone, with the other `members` of its child.

    `aside` are the records that are set aside, `sensitive` the sources that are sensitive agencies. What a steward has
    `accepted` for this child contradicts nothing in it.
    """
    found = [
        (comparer.compare(now, member.features), member)
        for member in sorted(members)
        if now.source in sensitive or member.features.source not in sensitive
    ]
    standing = [(evidence, member) for evidence, member in found if member.record not in aside]
    of_child = [member.features for _, member in standing]
    contradicted = [
        (evidence, member)
        for evidence, member in standing
        if member.record not in accepted and comparer.contradict(evidence, now, member.features, of_child)
    ]
    possible = comparer.settings.thresholds.possible
    if not contradicted:
        strange = standing and all(each.probability < possible and each.bits < 0 for each, _ in standing)
        return Fit(True, _findings(standing, UNLIKE)) if strange else FITS
    against = {member.features.source for _, member in contradicted}
    bearing_out = {now.source} | {
        member.features.source for each, member in found if not each.contradicts and each.probability >= possible
    }
    return Fit(len(bearing_out) <= len(against), _findings(contradicted, CONTRADICTION))


def _findings(found: Sequence[tuple[Evidence, Candidate]], rule: str) -> tuple[Finding, ...]:
    every = (Finding(member.child, member.record, rule, evidence) for evidence, member in found)
    return tuple(every)[:MOST_SUSPICIONS]
