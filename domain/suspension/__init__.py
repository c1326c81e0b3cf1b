"""The suspension of an agency: what one credential did is stopped, and what it said can be left out.

`events.py` has the events of an agency's suspension, `standing.py` the aggregate that they change and when a steward's
decision about it is refused.
"""

from domain.suspension.standing import SUSPENDED, AgencyStanding, resume, suspend

__all__ = ["SUSPENDED", "AgencyStanding", "resume", "suspend"]
