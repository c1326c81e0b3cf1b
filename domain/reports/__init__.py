"""Reports on children whom nobody may be looking after: who is on which list, from which day until which day.

A report is a question asked of a child's circumstances (`questions.py`); a finding is a time for which the answer was
yes (`findings.py`). Findings follow from a child's chronology alone, so they can be kept current and asked of any day.
"""

from domain.reports.findings import Finding, findings
from domain.reports.questions import EDUCATION, POSSIBLE_DUPLICATES, QUESTIONS, REPORTS, Answer, gp_registrations
from domain.reports.staleness import Quiet, quiet

__all__ = [
    "EDUCATION",
    "POSSIBLE_DUPLICATES",
    "QUESTIONS",
    "REPORTS",
    "Answer",
    "Finding",
    "Quiet",
    "findings",
    "gp_registrations",
    "quiet",
]
