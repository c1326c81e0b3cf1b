"""Records of which it is known who is who, so that what the matcher makes of them can be judged."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class ReportedRecord(NamedTuple):
    """What an agency says of a child: `record` and `person` are any names, `source` names the agency.

    `particulars` are the data of `child.registered`, `time` (ISO 8601) is when it said so. A record that is said again
    is amended.
    """

    record: str
    person: str
    time: str
    particulars: Mapping[str, Any]
    source: str


class Corpus(NamedTuple):
    """Everything said, in the order in which it arrives, and pairs of people who are easily taken for one."""

    name: str
    said: list[ReportedRecord]
    hard_negatives: list[tuple[str, str]]

    def person_of(self) -> dict[str, str]:
        """Who each record is about."""
        return {each.record: each.person for each in self.said}


class CorpusAway(Exception):
    """Records that were asked for can't be had; the text is one sentence that says why and what to do."""
