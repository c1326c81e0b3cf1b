"""Whom to notify of a look by a user whose service is not scheduled; found before the look is recorded."""

from collections.abc import Sequence

from domain.access_log.notices import Notice, NoticeKind, notices
from domain.authorization import Entitlement, Role
from domain.places import addressee
from projections.reports.authorities import authorities_to_notify
from services.queries.organisations import Organisations
from services.registers import load_agencies
from streams.projecting.reading import reading_views
from streams.store.database import Pool


class NoticeFinder:
    """Finds whom to notify, with connections for look-ups: the request may hold one of the others meanwhile."""

    def __init__(self, pool: Pool, organisations: Organisations) -> None:
        self._pool = pool
        self._organisations = organisations

    def of_look(
        self, entitlement: Entitlement | None, reason_code: str | None, children: Sequence[str]
    ) -> list[Notice]:
        """Notices of children shown to a user whose service is not scheduled; raises DatabaseAway.

        An authority's own officers act under the regulations, whatever they are called. An organisation that may work
        confidentially is not named: an auditor finds it by the notice's position.
        """
        if not children or (entitlement and entitlement.role is not Role.PRACTITIONER and entitlement.authority):
            return []
        organisation = entitlement.organisation if entitlement else None
        remembered = self._organisations.remembered(organisation)
        if remembered and remembered.scheduled:
            return []
        with reading_views(self._pool) as cursor:
            about = self._organisations.about(cursor, organisation)
            if about.scheduled:
                return []
            registered = {each.notified_authority for each in load_agencies(cursor).values() if each.notified_authority}
            authorities = {
                child: addressee(code, registered) for child, code in authorities_to_notify(cursor, children).items()
            }
        return notices(
            NoticeKind.UNSCHEDULED_LOOK,
            children,
            authorities,
            role=entitlement.role.value if entitlement else None,
            organisation=organisation if about.ordinary else None,
            reason_code=reason_code,
        )
