"""Whether an agency is suspended, and the decisions of stewards about it; a refusal changes nothing."""

from uuid import UUID

from eventsourcing.domain import Aggregate

from domain.child.judgement import Ruling
from domain.source_record.rules import Refusal
from domain.suspension.events import AgencyResumed, AgencyResumedWithoutRemovals, AgencySuspended

SUSPENDED = Refusal(
    "source",
    "agency-suspended",
    "what this agency sends is not taken for now; ask the directory's data managers, and send it again afterwards",
)
"""The answer to every submission of a suspended agency; the id stays unused, so that it may be sent again."""
ALREADY = Refusal("agency", "already-suspended", "this agency is suspended already, in this way or further")
UNDER_WAY = Refusal(
    "agency",
    "removals-under-way",
    "what this agency removed is still being taken back, record by record, and what is left would stay removed; resume"
    " it without removals once `contactpoint status` says that all of its records are done",
)
NOT_SUSPENDED = Refusal("agency", "not-suspended", "this agency is not suspended")


class AgencyStatus(Aggregate):
    """Whether an agency is suspended, and whether its data is set aside: all of it, or what was recorded `since`."""

    suspended: bool
    set_aside: bool
    since: str | None

    def __init__(self) -> None:
        self.suspended = False
        self.set_aside = False
        self.since = None


def suspend(
    status: AgencyStatus | None, agency: str, new_id: UUID, set_aside: bool, since: str | None, ruling: Ruling
) -> AgencyStatus | Refusal:
    """Suspends an agency, or changes which data of a suspended one is set aside."""
    if status and status.suspended and (not set_aside or (status.set_aside and status.since == since)):
        return ALREADY
    fields = {"set_aside": set_aside, "since": since, "agency": agency}
    if status is None:
        begun: AgencyStatus = AgencyStatus._create(
            AgencySuspended, id=new_id, **ruling.provenance, **ruling.sealed, **fields
        )
        return begun
    status.trigger_event(AgencySuspended, originator_topic="", **ruling.provenance, **ruling.sealed, **fields)
    return status


def resume(
    status: AgencyStatus | None,
    agency: str,
    ruling: Ruling,
    *,
    without_removals: bool = False,
    under_way: bool = False,
) -> AgencyStatus | Refusal:
    """Accepts the agency's submissions again; its data counts again, its removals only without `without_removals`.

    `under_way` is True while its records are still being brought in line with the last decision: those not restored so
    far would stay removed.
    """
    if status is None or not status.suspended:
        return NOT_SUSPENDED
    if without_removals and under_way:
        return UNDER_WAY
    resumed = AgencyResumedWithoutRemovals if without_removals else AgencyResumed
    status.trigger_event(resumed, **ruling.provenance, **ruling.sealed, agency=agency)
    return status
