"""Pairs of records to learn from: those that share a blocking key, and random ones that share none.

Only how far each field agrees is kept of a pair, never a value, and how many pairs of the population agree so. However
many records there are, no more pairs are compared than are asked for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from typing import NamedTuple

from domain.matching import Comparer, Features, blocking_keys
from domain.matching.blocking import MOST_IN_A_BLOCK
from domain.matching.evidence import Levels, are_grown_up

Agreement = tuple[bool, Levels]
"""Whether both are grown up, and the level of each field."""

SEED = 1


class Sample(NamedTuple):
    """How many pairs of all records agree so far, and what that was estimated from: `records`, `compared` pairs."""

    agreements: dict[Agreement, float]
    records: int
    compared: int


def sample_pairs(features: Sequence[Features], comparer: Comparer, most: int) -> Sample:
    """Compares at most `most` pairs, half of them random ones, and counts each for as many as it stands for."""
    keys = [frozenset(blocking_keys(each)) for each in features]
    blocks = _blocks(keys)
    random = Random(SEED)  # noqa: S311  (a sample, not a secret)
    agreements: Counter[Agreement] = Counter()
    slots = sum(len(block) * (len(block) - 1) // 2 for block in blocks.values())
    share = min(1.0, (most // 2) / max(1, slots))
    met = 0
    for one, other in _meeting(blocks, keys, share, random):
        agreements[_agreement(comparer, features[one], features[other])] += 1 / share  # type: ignore[assignment]
        met += 1
    apart = list(_apart(keys, blocks, min(most - most // 2, _pairs(len(features))), random))
    weight = max(0.0, _pairs(len(features)) - met / share) / max(1, len(apart))
    for one, other in apart:
        agreements[_agreement(comparer, features[one], features[other])] += weight  # type: ignore[assignment]
    return Sample(dict(agreements), len(features), met + len(apart))


def _blocks(keys: Sequence[frozenset[str]]) -> dict[str, list[int]]:
    """The records of each key that is not passed over, and that more than one has."""
    blocks: defaultdict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(keys):
        for key in each:
            blocks[key].append(number)
    return {key: blocks[key] for key in sorted(blocks) if 1 < len(blocks[key]) <= MOST_IN_A_BLOCK}


def _meeting(
    blocks: dict[str, list[int]], keys: Sequence[frozenset[str]], share: float, random: Random
) -> Iterator[tuple[int, int]]:
    """A share of the pairs that meet, each under the first of the keys that it has in common."""
    for key, block in blocks.items():
        for one, other in combinations(block, 2):
            if random.random() < share and key == min(k for k in keys[one] & keys[other] if k in blocks):
                yield one, other


def _apart(
    keys: Sequence[frozenset[str]], blocks: dict[str, list[int]], most: int, random: Random
) -> Iterator[tuple[int, int]]:
    """Random pairs of records that do not meet."""
    records = len(keys)
    for _ in range(most):
        one, other = int(random.random() * records), int(random.random() * records)
        if one != other and not any(key in blocks for key in keys[one] & keys[other]):
            yield one, other


def _agreement(comparer: Comparer, one: Features, other: Features) -> Agreement:
    return are_grown_up(one, other), comparer.levels(one, other)


def _pairs(records: int) -> int:
    return records * (records - 1) // 2
