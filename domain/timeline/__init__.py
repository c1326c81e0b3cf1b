"""A child's chronology: when which agency held a record, worked with the child or raised a flag; never why.

Reports and inclusion policies are computed from it. The facts of a child's records (`facts.py`) become changes in order
of their days (`changes.py`). A cursor over these gives the circumstances of each day (`circumstances.py`), and
`summary.py` what holds in the end. Days are effective ones, as ISO texts; an event recorded later about an earlier day
changes that day.
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
