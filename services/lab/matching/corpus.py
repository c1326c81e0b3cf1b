"""Records whose true persons are known, so that the decisions of the matcher can be evaluated."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class ReportedRecord(NamedTuple):
    """One report of a record: `record` and `person` are any ids, `source` is the agency.

    `particulars` are the data of `child.registered`, true since `time` (ISO 8601). A later report of the same record
    amends it.
    """

    record: str
    person: str
    time: str
    particulars: Mapping[str, Any]
    source: str


class Corpus(NamedTuple):
    """Reports in the order in which they arrive, and pairs of persons who are easily taken for one."""

    name: str
    reported: list[ReportedRecord]
    hard_negatives: list[tuple[str, str]]

    def person_of(self) -> dict[str, str]:
        """The true person of each record."""
        return {each.record: each.person for each in self.reported}


class CorpusAway(Exception):
    """A corpus can't be loaded; the text is one sentence that says why and what to do."""
