"""A child's chronology: when which agency held a record, worked with the child or raised a flag; never why.

It is what reports and inclusion policies are judged by. Facts come from the records of one child (`facts.py`), become
changes in order of their days (`changes.py`), and moving through these gives the circumstances of each day
(`circumstances.py`). Days are effective ones, as ISO texts; what is told later of an earlier day changes that day.
"""

from domain.timeline.circumstances import Circumstances, FlagUp, Working, timeline_cursor
from domain.timeline.facts import Fact, FactKind, organisation_key
from domain.timeline.summary import Summary, summary

__all__ = [
    "Circumstances",
    "Fact",
    "FactKind",
    "FlagUp",
    "Summary",
    "Working",
    "organisation_key",
    "summary",
    "timeline_cursor",
]
