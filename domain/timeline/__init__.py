"""A child's chronology: when which agency held a record, worked with the child or raised a flag; never why.

It is what reports and inclusion policies are judged by. Facts come from the records of one child (`facts.py`), become
changes in order of their days (`changes.py`), and a cursor over these gives the circumstances of each day
(`circumstances.py`); `summary.py` gives what all facts of a child amount to. Days are effective ones, as ISO texts; a
later event about an earlier day changes that day.
"""

from domain.timeline.changes import Records, records_of
from domain.timeline.circumstances import Circumstances, CurrentFlag, CurrentInvolvement, timeline_cursor
from domain.timeline.facts import Fact, FactKind, organisation_key
from domain.timeline.summary import Summary, summary

__all__ = [
    "Circumstances",
    "CurrentFlag",
    "CurrentInvolvement",
    "Fact",
    "FactKind",
    "Records",
    "Summary",
    "organisation_key",
    "records_of",
    "summary",
    "timeline_cursor",
]
