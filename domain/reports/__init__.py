"""Reports on children whom no service may be caring for: who is on which list, from when until when.

A report is a question about a child's circumstances (`questions.py`); a finding is a time for which the answer was
yes (`findings.py`). Findings follow from a child's chronology alone, so they can be kept current and queried for any
day. `staleness.py` finds feeds that have gone quiet, whose children a report may list wrongly.
"""

from domain.reports.findings import Finding, findings
from domain.reports.questions import EDUCATION, POSSIBLE_DUPLICATES, QUESTIONS, REPORTS, Answer, gp_registrations
from domain.reports.staleness import QuietFeed, quiet_feed

__all__ = [
    "EDUCATION",
    "POSSIBLE_DUPLICATES",
    "QUESTIONS",
    "REPORTS",
    "Answer",
    "Finding",
    "QuietFeed",
    "findings",
    "gp_registrations",
    "quiet_feed",
]
