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
"""The answer to whatever a suspended agency sends; its id stays free, so that it may be sent again."""
ALREADY = Refusal("agency", "already-suspended", "this agency is suspended already, in this way or further")
UNDER_WAY = Refusal(
    "agency",
    "removals-under-way",
    "what this agency removed is still being taken back, record by record, and what is left would stay removed; resume"
    " it without removals once `contactpoint status` says that all of its records are done",
)
NOT_SUSPENDED = Refusal("agency", "not-suspended", "this agency is not suspended")


class AgencyStanding(Aggregate):
    """Whether an agency is suspended, and whether what it said is set aside: all, or what was recorded `since`."""

    suspended: bool
    set_aside: bool
    since: str | None

    def __init__(self) -> None:
        self.suspended = False
        self.set_aside = False
        self.since = None


def suspend(
    standing: AgencyStanding | None, agency: str, new_id: UUID, set_aside: bool, since: str | None, ruling: Ruling
) -> AgencyStanding | Refusal:
    """Suspends an agency, or goes further with one that is suspended: sets aside what it said, or other parts of it."""
    if standing and standing.suspended and (not set_aside or (standing.set_aside and standing.since == since)):
        return ALREADY
    fields = {"set_aside": set_aside, "since": since, "agency": agency}
    if standing is None:
        begun: AgencyStanding = AgencyStanding._create(
            AgencySuspended, id=new_id, **ruling.provenance, **ruling.sealed, **fields
        )
        return begun
    standing.trigger_event(AgencySuspended, originator_topic="", **ruling.provenance, **ruling.sealed, **fields)
    return standing


def resume(
    standing: AgencyStanding | None,
    agency: str,
    ruling: Ruling,
    *,
    without_removals: bool = False,
    under_way: bool = False,
) -> AgencyStanding | Refusal:
    """Takes what the agency sends again; what it said counts again, its removals only where they are not left out.

    `under_way` says that its records do not stand yet as was decided last: those that were not restored so far would
    stay removed.
    """
    if standing is None or not standing.suspended:
        return NOT_SUSPENDED
    if without_removals and under_way:
        return UNDER_WAY
    resumed = AgencyResumedWithoutRemovals if without_removals else AgencyResumed
    standing.trigger_event(resumed, **ruling.provenance, **ruling.sealed, agency=agency)
    return standing
