"""Taking back what one credential did: it is stopped, and what it said is left out or removed.

`events.py` has the events of an agency's suspension, `standing.py` the aggregate that they change and when a steward's
decision about it is refused. `records.py` has what follows for records of the agency, `counting.py` which of their
events count, `parting.py` what follows for children that they alone had put together.
"""

from domain.suspension.counting import counted
from domain.suspension.records import remove
from domain.suspension.standing import SUSPENDED, AgencyStanding, resume, suspend

__all__ = ["SUSPENDED", "AgencyStanding", "counted", "remove", "resume", "suspend"]
