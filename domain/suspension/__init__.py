"""The suspension of an agency whose credential was misused: it may no longer send, and its data can be set aside.

`events.py` has the events of a suspension, `status.py` the aggregate that they change and when a steward's decision
about it is refused. `records.py` has the consequences for the agency's records, `counting.py` which of their events
count, `parting.py` the consequences for children whose records only the agency had linked.
"""

from domain.suspension.counting import counted
from domain.suspension.records import remove
from domain.suspension.status import SUSPENDED, AgencyStatus, resume, suspend

__all__ = ["SUSPENDED", "AgencyStatus", "counted", "remove", "resume", "suspend"]
