"""How many records of one child meet, and how many records one is compared with, in directories of several sizes.

No two records are compared, so that large directories can be judged: each record, one after the other, meets children
as if all before it had been put together rightly.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from domain.matching import Candidate, MatchIndex, blocking_keys, features_of
from services.lab.matching.corpus import ReportedRecord
from services.lab.matching.simulated import first_reports
from services.lab.simulate.population import people

SIZES = (5_000, 100_000)
"""Records of the directories that are judged."""
SEED = 2_008
KINDS = ((1, False), (5, True))
"""Noise, and whether names, birthdays and homes are all that is known."""
LATEST = 10
"""One in so many records is judged, the last ones: they meet a directory of the size that is named."""
_NOTHING = features_of({}, "0000")

Count = Callable[[int], None]
"""Called with the number of records done."""


class Meeting(NamedTuple):
    """`recall` is the share of true pairs of which the later record met the earlier one's child.

    `mean` and `p99` count the records that one is compared with.
    """

    noise: int
    bare: bool
    records: int
    recall: float
    mean: float
    p99: int


def meeting(records: int, noise: int, *, bare: bool, count: Count | None = None) -> Meeting:
    """What meeting comes to in a directory of so many records; the same for the same."""
    index, held = MatchIndex(), Counter[str]()
    met = total = 0
    sizes = []
    for number, each in enumerate(islice(_reported(noise, bare), records), start=1):
        keys = blocking_keys(features_of(each.particulars, each.time, source=each.source))
        if number > records - records // LATEST:
            found = index.candidates(keys)
            sizes.append(len(found))
            met += sum(candidate.child == each.person for candidate in found)
            total += held[each.person]
        held[each.person] += 1
        index.put(Candidate(each.record, each.person, _NOTHING), keys)
        if count:
            count(number)
    sizes.sort()
    return Meeting(
        noise,
        bare,
        records,
        met / total if total else 1.0,
        sum(sizes) / max(1, len(sizes)),
        sizes[int(len(sizes) * 0.99)] if sizes else 0,
    )


def _reported(noise: int, bare: bool) -> Iterator[ReportedRecord]:
    for person in people(10**9, SEED, noise):
        yield from first_reports(person, bare=bare)
