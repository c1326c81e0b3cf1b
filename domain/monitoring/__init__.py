"""Monitoring of access: unusual behaviour of users, found in their looks (`accesses.py`).

`unexplained_access.py` finds looks that no involvement explains, `patterns.py` unusual hours (`hours.py`), numbers and
overrides, `denied_attempts.py` users who attempt again and again what they may not; `report.py` combines them. Nothing
here knows a child's name: children are ids.
"""

from domain.monitoring.accesses import Access, Facts
from domain.monitoring.denied_attempts import Attempts
from domain.monitoring.report import report

__all__ = ["Access", "Attempts", "Facts", "report"]
