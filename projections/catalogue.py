"""Every projection and the log it takes. The only list: a new view is a new folder and a line here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from projections.access_log.project import AccessLog
from projections.archive.project import Archive
from projections.audit_history.project import AuditHistory
from projections.base.projection import Projection, Table
from projections.directory.project import Directory
from projections.duplicates.project import Duplicates
from projections.new_identities.project import NewIdentities
from projections.overrides.project import Overrides
from projections.receipts.project import Receipts
from projections.reports.tables import FINDING, LISTING
from projections.requests.project import Requests
from projections.search.project import FOUND_BY, Search
from projections.shields.project import Shields
from projections.shields.tables import HIDDEN
from projections.timeline.project import Chronology

REGISTER_LOG = "register.events"
ACCESS_LOG = "access.events"
RECEIPTS_LOG = "receipts"
"""All receipts topics together."""


@dataclass(frozen=True)
class Log:
    """One log, and the projections that take every message of it, in one transaction."""

    name: str
    projections: Sequence[Projection]

    @cached_property
    def opens(self) -> frozenset[str]:
        """The types of events whose personal fields some projection opens."""
        return frozenset().union(*(projection.opens for projection in self.projections))


LOGS: Mapping[str, Log] = {
    log.name: log
    for log in (
        Log(
            REGISTER_LOG,
            (Directory(), Search(), Duplicates(), Shields(), NewIdentities(), Archive(), Chronology(), AuditHistory()),
        ),
        Log(ACCESS_LOG, (AccessLog(), Requests(), Overrides())),
        Log(RECEIPTS_LOG, (Receipts(),)),
    )
}

PROJECTIONS: Sequence[Projection] = [projection for log in LOGS.values() for projection in log.projections]

TABLES: Sequence[Table] = [table for projection in PROJECTIONS for table in projection.tables]
"""Every table that projections put rows into."""

DERIVED: Sequence[Table] = (FOUND_BY, FINDING, LISTING, HIDDEN)
"""Every table whose rows follow from those of TABLES; the digest covers both."""
