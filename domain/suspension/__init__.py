"""Taking back what one credential did: it is stopped, and what it said is left out or removed.

`events.py` has the events of an agency's suspension, `standing.py` the aggregate that they change and when a steward's
decision about it is refused. `records.py` has the decisions about single records of an agency.
"""

from domain.suspension.records import remove
from domain.suspension.standing import SUSPENDED, AgencyStanding, resume, suspend

__all__ = ["SUSPENDED", "AgencyStanding", "remove", "resume", "suspend"]
