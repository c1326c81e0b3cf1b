"""From what an agency holds of a child to what it sends: submissions as the contract has them, still without an id."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from services.lab.simulate.agencies import Agency
from services.lab.simulate.model import Record


class Sent(NamedTuple):
    """One submission of an agency, on a day."""

    on: date
    agency: Agency
    type: str
    subject: str
    data: dict[str, Any]

    def submission(self, id: str) -> dict[str, Any]:
        """The CloudEvent that goes out, with the agency's own id of it."""
        return {
            "specversion": "1.0",
            "id": id,
            "source": self.agency.source,
            "type": self.type,
            "subject": self.subject,
            "time": f"{self.on.isoformat()}T09:00:00Z",
            "data": self.data,
        }


def sent_for(record: Record) -> Iterator[Sent]:
    """All that an agency sends about one of its records.

    A stable sort by day puts it in the order in which it is to be sent: of one day, what depends on another
    submission comes after it.
    """
    for on, type, data in _steps(record):
        yield Sent(on, record.agency, type, record.subject, data)


def _steps(record: Record) -> Iterator[tuple[date, str, dict[str, Any]]]:
    yield record.registered, "child.registered", record.particulars
    for i in record.involvements:
        yield i.started, "involvement.started", i.data
        if i.ended is not None:
            yield i.ended, "involvement.ended", {"involvement": i.reference, "ended_on": i.ended.isoformat()}
    for flag in record.flags:
        raised = {"flag": flag.name, "raised_on": flag.raised.isoformat(), "contact": flag.contact}
        yield flag.raised, "flag.raised", raised
        if flag.lowered is not None:
            yield flag.lowered, "flag.lowered", {"flag": flag.name, "lowered_on": flag.lowered.isoformat()}
    if record.amended is not None:
        yield record.amended[0], "child.amended", record.amended[1]
    if record.deregistered is not None:
        reason, on = record.deregistered
        yield on, "child.deregistered", {"reason": reason, "on": on.isoformat()}
