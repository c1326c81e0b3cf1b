"""Reports on children whom nobody may be looking after: who is on which list, from which day until which day.

A report is a question asked of a child's circumstances (`questions.py`); a finding is a time for which the answer was
yes (`findings.py`). Findings follow from a child's chronology alone, so they can be kept current and asked of any day.
"""

from domain.reports.findings import Finding, findings
from domain.reports.questions import EDUCATION, QUESTIONS, REPORTS, Answer, gp_registrations

__all__ = ["EDUCATION", "QUESTIONS", "REPORTS", "Answer", "Finding", "findings", "gp_registrations"]
