"""Which records of a child are one person, judged again when records that linked them no longer count.

Records that a still valid decision linked stay together. Others are linked by the rules for joining children: two
records are certain to be one person's, the two sides do not contradict each other, and neither record fits somebody
else as well. What those rules leave to a steward is left to a steward here, too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

from domain.matching.evidence import Comparer, Evidence
from domain.matching.features import Features
from domain.matching.placement import (
    CERTAIN,
    FIRST_RECORD,
    Candidate,
    Finding,
    Pairs,
    fits_clearly,
    judge,
    shares_a_number,
)

MOST_REGROUPED = 28
"""Records that are compared with each other, as many as give `placement.MOST_COMPARED` pairs."""

Block = frozenset[str]


class Regrouped(NamedTuple):
    """The blocks of records that are one person each, in the order of their first records, and what was compared.

    `unclear` has the rule by which two records, certain to be one person's, joined nobody.
    """

    blocks: Sequence[Block]
    compared: Mapping[frozenset[str], Evidence]
    unclear: Mapping[frozenset[str], str] = {}


def regroup(
    comparer: Comparer,
    members: Sequence[Candidate],
    together: Iterable[Collection[str]],
    cannot_link: Pairs = frozenset(),
    set_aside: Collection[str] = (),
) -> Regrouped:
    """The blocks that the members fall into; those of each of `together` are one.

    Records that are `set_aside` link nothing and contradict nothing.
    """
    block_of: dict[str, Block] = {member.record: frozenset((member.record,)) for member in members}
    counted = [member for member in members if member.record not in set_aside]
    of_child = [member.features for member in counted]
    compared = {
        frozenset((one.record, other.record)): _found(comparer, one.features, other.features, of_child)
        for one, other in combinations(counted, 2)
    }

    def join(one: Block, other: Block) -> None:
        if one != other and not any((a, b) in cannot_link for a in one for b in other):
            block_of.update(dict.fromkeys(one | other, one | other))

    for records in together:
        for some, others in pairwise(record for record in sorted(records) if record in block_of):
            join(block_of[some], block_of[others])
    certain = comparer.settings.thresholds.certain
    unclear: dict[frozenset[str], str] = {}
    for pair, evidence in sorted(compared.items(), key=lambda each: (-each[1].bits, sorted(each[0]))):
        one, other = (block_of[record] for record in sorted(pair))
        if (
            one == other
            or evidence.probability < certain
            or _are_two(comparer, list(_between(compared, one, other)))
            or any((a, b) in cannot_link for a in one for b in other)
        ):
            continue
        placed = [each._replace(child=min(block_of[each.record])) for each in counted]
        ends = zip(sorted(pair), (other, one), strict=True)
        rules = [fits_clearly(comparer, record, placed, min(to), cannot_link) for record, to in ends]
        if rule := next(filter(None, rules), None):
            unclear[pair] = rule
        else:
            join(one, other)
    return Regrouped(list(dict.fromkeys(block_of.values())), compared, unclear)


def found_between(comparer: Comparer, regrouped: Regrouped, one: Block, other: Block) -> tuple[str, Finding] | None:
    """The record of one block and the finding that queues it with a record of another; None where there is none."""
    pairs = [(compared, pair) for pair, compared in regrouped.compared.items() if pair & one and pair & other]
    if not pairs:
        return None
    evidence, pair = max(pairs, key=lambda each: (each[0].probability, each[0].bits, sorted(each[1])))
    every = [each for each, _ in pairs]
    contradicted = _are_two(comparer, every)
    rule = judge(comparer.settings.thresholds, evidence, contradicted, any(map(shares_a_number, every)))
    if rule == CERTAIN:
        rule = next((regrouped.unclear[each] for _, each in pairs if each in regrouped.unclear), CERTAIN)
    (record,), (against,) = pair & one, pair & other
    return None if rule in (FIRST_RECORD, CERTAIN) else (record, Finding("", against, rule, evidence))


def _found(comparer: Comparer, one: Features, other: Features, of_child: Iterable[Features]) -> Evidence:
    evidence = comparer.compare(one, other)
    return evidence._replace(contradicts=comparer.contradict(evidence, one, other, of_child))


def _are_two(comparer: Comparer, found: Sequence[Evidence]) -> bool:
    return comparer.speak_against([each for each in found if each.contradicts], found)


def _between(compared: Mapping[frozenset[str], Evidence], one: Block, other: Block) -> Iterable[Evidence]:
    return (evidence for pair, evidence in compared.items() if pair & one and pair & other)
