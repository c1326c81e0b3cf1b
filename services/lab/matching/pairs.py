"""Pairs of records to learn from: those that share a blocking key, and random ones.

The random ones are of strangers, as good as all, and say how often strangers agree; among those that meet are the
pairs of one child. Only how far each field agrees is kept of a pair, never a value. However many records there are, no
more pairs are compared than are requested.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from typing import NamedTuple

from domain.matching import Comparer, Features, blocking_keys
from domain.matching.blocking import MOST_IN_A_BLOCK
from domain.matching.evidence import Levels, are_grown_up, are_of_one_agency

APART, ONE_AGENCY, GROWN_UP = "apart", "one agency", "grown up"
"""Who two records may be of: children whom two agencies hold, or one; or people who are grown up."""

Agreement = tuple[str, Levels]
"""One of these, and the level of each field."""

SEED = 1


class Sample(NamedTuple):
    """How many of the pairs that meet agree so far, and of random pairs; what that was estimated from.

    `meeting` is scaled to all pairs that meet among so many `records`; `compared` counts pairs of both kinds.
    """

    meeting: dict[Agreement, float]
    random: dict[Levels, int]
    records: int
    compared: int

    @property
    def pairs(self) -> float:
        """All pairs that the records make."""
        return self.records * (self.records - 1) / 2


def sample_pairs(features: Sequence[Features], comparer: Comparer, most: int) -> Sample:
    """Compares about `most` pairs, half of them random ones."""
    keys = [frozenset(blocking_keys(each)) for each in features]
    blocks = _blocks(keys)
    random = Random(SEED)  # noqa: S311  (a sample, not a secret)
    share = min(1.0, (most // 2) / max(1, sum(1 for _ in _meeting(blocks, keys))))
    met: Counter[Agreement] = Counter()
    for one, other in _meeting(blocks, keys):
        if random.random() < share:
            met[agreement(comparer, features[one], features[other])] += 1
    apart: Counter[Levels] = Counter()
    for one, other in _random(len(features), most - most // 2, random):
        apart[comparer.levels(features[one], features[other])] += 1
    meeting = {each: many / share for each, many in met.items()}
    return Sample(meeting, dict(apart), len(features), met.total() + apart.total())


def agreement(comparer: Comparer, one: Features, other: Features) -> Agreement:
    """Who two records may be of, and how far they agree."""
    kind = GROWN_UP if are_grown_up(one, other) else ONE_AGENCY if are_of_one_agency(one, other) else APART
    return kind, comparer.levels(one, other)


def _blocks(keys: Sequence[frozenset[str]]) -> dict[str, list[int]]:
    """The records of each key that is used, and that more than one has."""
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(keys):
        for key in each:
            blocks[key].append(number)
    return {key: blocks[key] for key in sorted(blocks) if 1 < len(blocks[key]) <= MOST_IN_A_BLOCK}


def _meeting(blocks: dict[str, list[int]], keys: Sequence[frozenset[str]]) -> Iterator[tuple[int, int]]:
    """The pairs that meet, each under the first of the keys that it has in common."""
    for key, block in blocks.items():
        for one, other in combinations(block, 2):
            if key == min(k for k in keys[one] & keys[other] if k in blocks):
                yield one, other


def _random(records: int, most: int, random: Random) -> Iterator[tuple[int, int]]:
    for _ in range(most if records > 1 else 0):
        one, other = int(random.random() * records), int(random.random() * records)
        if one != other:
            yield one, other
