"""Watching the watchers: what looks (`accesses.py`) tell of those who look.

`unexplained_access.py` finds looks that nobody's work explains, `patterns.py` hours, numbers and overrides that stand
out, `denied_attempts.py` who asks for what is not to be had, `report.py` puts them together. Nothing here knows a
child's name: children are numbers.
"""

from domain.monitoring.accesses import Access, Facts
from domain.monitoring.denied_attempts import Attempts
from domain.monitoring.report import report

__all__ = ["Access", "Attempts", "Facts", "report"]
