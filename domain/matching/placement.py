"""Where a record belongs: to a child of the directory, or to a new one, and which pairs a steward has to review.

Certain and free of contradiction → linked. Possible → a child of its own, and the pair is queued. A record that joins
two children is a reason to merge them, unless any of their records contradict each other: links never chain strangers.
"""

from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple

from domain.matching.evidence import FIELDS, NICKNAME, Comparer, Evidence, is_part_of_the_name, is_same_given_name
from domain.matching.features import Features
from domain.matching.settings import Thresholds
from domain.matching.similarity import ABSENT, DIFFERS, PART, SAME, SIMILAR

MOST_SUSPICIONS = 5
"""Pairs that one decision puts into the queue, the likeliest first."""
LIKELIER_THAN_NOT = 0.5
"""From this probability on even a pair with a contradiction that is not of weight alone is queued for review."""
MOST_COMPARED = 400
"""Pairs of records that are compared to see whether two children can be one; if there are more, a steward decides."""

CERTAIN, POSSIBLE, CONTRADICTION, AMBIGUOUS, SHARED_NUMBER, CANNOT_LINK, TOO_MANY = (
    "certain", "possible", "contradiction", "ambiguous", "shared-number", "kept-apart", "too-many-records",
)  # fmt: skip
FIRST_RECORD, BRIDGE = "first-record", "one-record-between"
"""The rules by which pairs are linked or queued; storage format."""

GIVEN_NAME = FIELDS.index("given_name")
NUMBER_FIELDS = tuple(FIELDS.index(name) for name in ("nhs_number", "upn"))
_NUMBERS = itemgetter(*NUMBER_FIELDS)

Pairs = Collection[tuple[str, str]]
"""Cannot-link constraints: pairs of record ids that stewards have separated, both ways round."""


class Candidate(NamedTuple):
    """A record of a child that shares a blocking key: its stream id, the child it is linked to, and its features."""

    record: str
    child: str
    features: Features


class Finding(NamedTuple):
    """The result of comparing the record with another one, `record` of `child`: the rule and the evidence."""

    child: str
    record: str
    rule: str
    evidence: Evidence


class Placement(NamedTuple):
    """Where a record belongs: `child` (None: a child of its own), and the `reason` (None: nobody resembles it).

    `merged` are other children that are the same person, `suspected` pairs to review, `contradicted` the records of its
    own child that it no longer fits.
    """

    child: str | None
    reason: Finding | None
    merged: tuple[Finding, ...] = ()
    suspected: tuple[Finding, ...] = ()
    contradicted: tuple[Finding, ...] = ()


class _Rating(NamedTuple):
    best: Finding
    contradicted: bool
    members: Sequence[Candidate]


def place(
    comparer: Comparer,
    record: str,
    features: Features,
    candidates: Iterable[Candidate],
    *,
    own: str | None = None,
    cannot_link: Pairs = frozenset(),
) -> Placement:
    """The decision for a record, given every record of each child that shares a blocking key with it.

    `own` is the child that it is linked to already; the record stays there, whatever is found. `cannot_link` are the
    pairs of records that must not become one child.
    """
    ratings = _rate(comparer, record, features, candidates, cannot_link)
    home = ratings.pop(own, None) if own else None
    contradicted = _contradicted(comparer, features, home) if home else ()
    certain = [r for r in ratings.values() if r.best.rule == CERTAIN]
    suspected = [r.best for r in ratings.values() if r.best.rule not in (CERTAIN, FIRST_RECORD)]
    if own and contradicted:
        return Placement(own, None, (), _queue([*suspected, *(r.best for r in certain)]), contradicted)
    certain.sort(key=_by_strength, reverse=True)
    members = list(home.members) if home else []
    if own is None and certain:
        if _is_ambiguous(comparer, certain, cannot_link, features) or _is_another_twins(
            comparer, certain[0], ratings.values(), features
        ):
            return Placement(None, None, (), _queue([r.best._replace(rule=AMBIGUOUS) for r in certain] + suspected))
        first, *certain = certain
        own, reason, members = first.best.child, first.best, list(first.members)
    else:
        reason = None
    unclear = _unclear(comparer, certain, cannot_link, features)
    others = [(rating.best, rating.members) for rating in certain if rating.best.child not in unclear]
    merged, separate = absorb(comparer, members, others, cannot_link, features)
    separate += [rating.best._replace(rule=AMBIGUOUS) for rating in certain if rating.best.child in unclear]
    return Placement(own, reason, tuple(merged), _queue([*suspected, *separate]), ())


def fits_clearly(
    comparer: Comparer, record: str, members: Sequence[Candidate], child: str, cannot_link: Pairs = frozenset()
) -> str | None:
    """Why a record does not join a child that it is certain to belong to: a rule, or None where it does join.

    `members` are records, each with its child, this one included: other children that it fits count as in `place`.
    """
    features = next(each.features for each in members if each.record == record)
    own = [each.child for each in members if each.record == record]
    family = [each for each in members if each.child in own]
    ratings = _rate(comparer, record, features, [each for each in members if each.child not in own], cannot_link)
    rating = ratings[child]
    if rating.best.rule != CERTAIN:
        return rating.best.rule
    certain = [each for each in ratings.values() if each is not rating and each.best.rule == CERTAIN]
    if any(_is_ambiguous(comparer, (rating, each), cannot_link, features) for each in certain):
        return AMBIGUOUS
    if len(family) == 1:
        return AMBIGUOUS if _is_another_twins(comparer, rating, ratings.values(), features) else None
    rest = [each for each in family if each.record != record]
    return _hang_by_one_record(comparer, rest, rating.members, [features]) if len(rating.members) > 1 else None


def absorb(
    comparer: Comparer,
    members: Sequence[Candidate],
    others: Iterable[tuple[Finding, Sequence[Candidate]]],
    cannot_link: Pairs,
    between: Features,
) -> tuple[list[Finding], list[Finding]]:
    """Which of the other children, each a finding with its records, are merged with the members; which stay separate.

    They are merged one after the other. `between` is the record that fits them all.
    """
    members, absorbed, separate = list(members), [], []
    for found, theirs in others:
        obstacle = obstacle_between(comparer, members, theirs, cannot_link, [between])
        if obstacle:
            separate.append(found._replace(rule=obstacle))
        else:
            absorbed.append(found)
            members += theirs
    return absorbed, separate


def _rate(
    comparer: Comparer, record: str, features: Features, candidates: Iterable[Candidate], cannot_link: Pairs
) -> dict[str, _Rating]:
    by_child: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.record != record:
            by_child.setdefault(candidate.child, []).append(candidate)
    ratings = {}
    for child, members in by_child.items():
        found = [(comparer.compare(features, member.features), member) for member in members]
        evidence, best = max(found, key=lambda pair: (pair[0].probability, pair[0].bits, pair[1].record))
        other, every = best.record, [each for each, _ in found]
        of_child = [member.features for member in members]
        against = [each for each, member in found if comparer.contradict(each, features, member.features, of_child)]
        contradicted = comparer.speak_against(against, every)
        rule = judge(comparer.settings.thresholds, evidence, contradicted, any(map(shares_a_number, every)))
        if rule == CERTAIN and cannot_link and any((record, member.record) in cannot_link for member in members):
            rule = CANNOT_LINK
        if rule == CERTAIN and any(
            _are_held_for_two(comparer, features, member.features, each, of_child) for each, member in found
        ):
            rule = BRIDGE
        ratings[child] = _Rating(Finding(child, other, rule, evidence), contradicted, members)
    return ratings


def shares_a_number(evidence: Evidence) -> bool:
    """Whether a number agrees."""
    return SAME in _NUMBERS(evidence.levels)


def judge(thresholds: Thresholds, best: Evidence, contradicted: bool, by_number: bool) -> str:
    """The rule that applies to a record and a child, from the evidence of the best pair and what holds for any pair."""
    if best.probability >= thresholds.certain:
        return CONTRADICTION if contradicted else CERTAIN
    if best.probability >= (LIKELIER_THAN_NOT if best.contradicts and not best.by_weight else thresholds.possible):
        return POSSIBLE
    return SHARED_NUMBER if by_number else FIRST_RECORD


def _contradicted(comparer: Comparer, features: Features, home: _Rating) -> tuple[Finding, ...]:
    if not home.contradicted:
        return ()
    found = [(comparer.compare(features, member.features), member) for member in sorted(home.members)]
    of_child = [member.features for member in home.members]
    return tuple(
        Finding(member.child, member.record, CONTRADICTION, each)
        for each, member in found
        if comparer.contradict(each, features, member.features, of_child)
    )[:MOST_SUSPICIONS]


def _is_ambiguous(comparer: Comparer, certain: Sequence[_Rating], cannot_link: Pairs, features: Features) -> bool:
    """Whether the best child and another one, not the same person, are about equally likely.

    Of twins with similar names, the one with the same given name is likelier.
    """
    first, *others = certain
    return any(
        first.best.evidence.bits - other.best.evidence.bits < comparer.settings.thresholds.ambiguity
        and is_same_given_name(first.best.evidence) <= is_same_given_name(other.best.evidence)
        and _obstacle(comparer, first.members, other.members, cannot_link, [features]) is not None
        for other in others
    )


def _unclear(comparer: Comparer, certain: Sequence[_Rating], cannot_link: Pairs, features: Features) -> frozenset[str]:
    """The children for which another one, not the same person, fits the record about as well.

    It is certain that the record's child is one of them, but not which one.
    """
    found: set[str] = set()
    for number, one in enumerate(certain):
        for other in certain[number + 1 :]:
            if _is_ambiguous(comparer, (one, other), cannot_link, features):
                found |= {one.best.child, other.best.child}
    return frozenset(found)


def _is_another_twins(comparer: Comparer, first: _Rating, ratings: Collection[_Rating], features: Features) -> bool:
    """Whether the record may be a twin's: it fits one child best, but has the given name of another one.

    The record may have been filed under the twin, or the twins' numbers were confused; linking it would then mix the
    data of two children.

    - The other child has to be contradicted, unless the best child's given name is only similar, or different.
    - A given name that is a part of the other is not another name if a number agrees.
    - The other child need not have the record's name if it has the best child's name and another number: then one of
      the two numbers is a mistake.
    """
    evidence, given = first.best.evidence, first.best.evidence.levels[GIVEN_NAME]
    if is_same_given_name(evidence):
        return False
    if given in (PART, NICKNAME) and shares_a_number(evidence):
        best = next(each.features for each in first.members if each.record == first.best.record)
        if is_part_of_the_name(features, best):
            return False
    doubtful = (CONTRADICTION, CERTAIN) if given in (SIMILAR, DIFFERS) else (CONTRADICTION,)
    if any(each.best.rule in doubtful and is_same_given_name(each.best.evidence) for each in ratings):
        return True
    is_another_name = given in (SIMILAR, DIFFERS, NICKNAME)
    return is_another_name and any(_have_one_name_and_two_numbers(comparer, first, each) for each in ratings)


def _have_one_name_and_two_numbers(comparer: Comparer, one: _Rating, other: _Rating) -> bool:
    """Whether two children would be one by names and all other evidence, except for a number."""
    if one is other or len(one.members) * len(other.members) > MOST_COMPARED:
        return False
    pairs = (comparer.compare(a.features, b.features) for a in one.members for b in other.members)
    return any(
        each.probability >= comparer.settings.thresholds.certain
        and is_same_given_name(each)
        and any(each.levels[number] == DIFFERS for number in NUMBER_FIELDS)
        for each in pairs
    )


def obstacle_between(
    comparer: Comparer,
    some: Sequence[Candidate],
    others: Sequence[Candidate],
    cannot_link: Pairs,
    between: Sequence[Features],
) -> str | None:
    """The rule that keeps two children separate although the record `between` fits both; None where they are one."""
    obstacle = _obstacle(comparer, some, others, cannot_link, between)
    return obstacle or _hang_by_one_record(comparer, some, others, between)


def _obstacle(
    comparer: Comparer,
    some: Sequence[Candidate],
    others: Sequence[Candidate],
    cannot_link: Pairs,
    between: Sequence[Features],
) -> str | None:
    """The rule for which two children can't be one person; None where nothing contradicts it.

    `between` has the record that would join them.
    """
    if len(some) * len(others) > MOST_COMPARED:
        return TOO_MANY
    if any((one.record, other.record) in cannot_link for one in some for other in others):
        return CANNOT_LINK
    of_child = [*between, *(each.features for each in (*some, *others))]
    found = [
        (comparer.compare(one.features, other.features), one.features, other.features)
        for one in some
        for other in others
    ]
    against = [each for each, one, other in found if comparer.contradict(each, one, other, of_child)]
    return CONTRADICTION if comparer.speak_against(against, (each for each, *_ in found)) else None


def _hang_by_one_record(
    comparer: Comparer, some: Sequence[Candidate], others: Sequence[Candidate], between: Sequence[Features]
) -> str | None:
    """The rule that keeps two children separate if nothing links them but the record that fits both.

    Two records of one agency are of two children, unless they are certain to be one child's. A likeness as between
    twins is no link. Nor is a single likely pair one between two children of several records each, where settings ask
    for a share of the pairs: a father's record without a birthday is like all of his son's.
    """
    pairs = [(one.features, other.features) for one in some for other in others]
    found = [comparer.compare(*pair) for pair in pairs]
    agreeing = comparer.settings.thresholds.agreeing
    if agreeing and len(some) > 1 < len(others):
        certain = sum(_is_certain(comparer, each) for each in found)
        if certain < agreeing * len(found):
            return BRIDGE
    every = [*between, *(each.features for each in (*some, *others))]
    if any(_are_held_for_two(comparer, *pair, each, every) for pair, each in zip(pairs, found, strict=True)):
        return BRIDGE
    possible = comparer.settings.thresholds.possible
    supported = any(
        shares_a_number(each) or (each.probability >= possible and not comparer.may_be_twins(each, *pair))
        for pair, each in zip(pairs, found, strict=True)
    )
    return None if supported or not some else BRIDGE


def _are_held_for_two(
    comparer: Comparer, one: Features, other: Features, found: Evidence, every: Iterable[Features]
) -> bool:
    """Whether one agency holds both records for two children: by the evidence `found`, they are not certain to be one.

    It is not so where another agency has, in `every` record beside them, one that is certain to be the same child as
    both and can be compared in as many fields.
    """
    if _is_certain(comparer, found) or not comparer.distinguishes(one, other):
        return False
    return not any(
        by.source != one.source
        and all(
            _is_certain(comparer, each) and _covers(each, found)
            for each in (comparer.compare(by, one), comparer.compare(by, other))
        )
        for by in every
    )


def _covers(found: Evidence, other: Evidence) -> bool:
    """Whether `found` compares every field that `other` compares."""
    return all(at != ABSENT or level == ABSENT for at, level in zip(found.levels, other.levels, strict=True))


def _is_certain(comparer: Comparer, found: Evidence) -> bool:
    return found.probability >= comparer.settings.thresholds.certain or shares_a_number(found)


def _by_strength(rating: _Rating) -> tuple[float, float, str]:
    evidence = rating.best.evidence
    return evidence.bits, evidence.probability, rating.best.record


def first_findings(*findings: Iterable[Finding], most: int = MOST_SUSPICIONS) -> tuple[Finding, ...]:
    """The first of the findings, list after list, at most so many."""
    return tuple(each for some in findings for each in some)[:most]


def _queue(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    likeliest = sorted(findings, key=lambda found: (found.evidence.probability, found.evidence.bits), reverse=True)
    return tuple(likeliest[:MOST_SUSPICIONS])
