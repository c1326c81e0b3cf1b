"""A look at personal data: by a user with the right to it, for a reason, recorded before it is answered."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Header, Request

from domain.access_log.notices import Notice, NoticeKind, notices
from domain.authorization import (
    VERSION,
    Action,
    Cause,
    Effect,
    Entitlement,
    Jurisdiction,
    StatedReason,
    Verdict,
    archive_from,
    decide,
    is_enquiry,
    jurisdiction,
    jurisdiction_over,
    mask_entry,
    opened_by_enquiry,
)
from domain.authorization.archive import WHOLE_ARCHIVE
from domain.days import day_at
from domain.places import place_now
from domain.vocabulary import LONGEST_REASON, SHORTEST_REASON
from projections.archive.query import archived_since
from projections.directory import query as directory
from projections.directory.as_of import AsOf
from projections.directory.redaction import ReadScope, RedactedEntry
from projections.reports.authorities import charges
from projections.visibility.scope import FOR_ARCHIVE
from projections.visibility.shields import EVERYWHERE, NOWHERE
from projections.visibility.survivors import survivor, survivors
from services.api.access_control.callers import REASON_HEADER, permitted, stated, stated_in_header
from services.api.access_control.refusals import Attempt
from services.api.dependencies import Dependencies
from services.api.problems import Problem, absent
from streams.access.looks import EnquiriesUsedUp, Look
from streams.access.overrides import opened_to
from streams.codec import iso_text
from streams.projecting.reading import reading_views
from streams.store.database import Cursor

ReasonHeader = Annotated[
    str | None,
    Header(
        alias=REASON_HEADER,
        description="Why you look: a reason of the list as CODE or CODE: text, or text of"
        f" {SHORTEST_REASON} to {LONGEST_REASON} characters; UTF-8, percent-encoded beyond ASCII",
    ),
]
"""Declares the header in the OpenAPI document; `viewer` reads it."""

_UNVOUCHED = (
    "this user may do so for the own authority only, and neither a local authority nor two agencies say that it is this"
    " child's; ask a data manager who works for the whole directory"
)
_TOO_MANY = (
    "this user has been shown as many archived children for enquiries within the day (UTC) as one may, or asks for too"
    " many at once; another user may enquire, or the same one tomorrow; who is on the lists is shown for another reason"
)
WITH_INVOLVEMENTS = frozenset({Action.SHOW, Action.EXPORT})
"""Actions that show who works with a child, and so have lines for restricted services."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user who may do this, with a reason."""

    dependencies: Dependencies
    entitlement: Entitlement
    stated: StatedReason
    action: Action
    verdict: Verdict
    attempt: Attempt

    @property
    def user(self) -> str:
        """The user's name."""
        return self.entitlement.user

    @property
    def reason(self) -> str:
        """The reason as it was written."""
        return self.stated.text

    @property
    def cleared(self) -> bool:
        """Whether what comes from sensitive services may be shown."""
        return self.verdict.cleared

    @property
    def may_count_events(self) -> bool:
        """Whether positions in the log may be shown: the difference of two reveals what else happened meanwhile."""
        return not decide(self.entitlement, Action.FIGURES, self.today, Jurisdiction.NONE).denied

    @property
    def may_see_queue(self) -> bool:
        """Whether what is set aside may be shown, as the queue shows it."""
        return not decide(self.entitlement, Action.DUPLICATES, self.today, Jurisdiction.OWN).denied

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """As `Dependencies.reading`, with what is hidden from others than the agency that the user works for."""
        agency = self.dependencies.employers.agency_of(self.entitlement)
        with self.dependencies.reading(agency, self.archive_from) as cursor:
            yield cursor

    @contextmanager
    def reading_of_all(self) -> Iterator[Cursor]:
        """As `Dependencies.reading`, with as much of the archive as this look may show, and nothing else hidden."""
        with self.dependencies.reading(None, self.archive_from) as cursor:
            yield cursor

    @property
    def archive_from(self) -> str | None:
        """Since when a child has to be in the archive to be shown by this look; None where nothing of it is."""
        return archive_from(self.entitlement, self.action, self.stated.code, self.today)

    @property
    def read_scope(self) -> ReadScope:
        """The scope of this look: whether sensitive services are shown, and the day."""
        return ReadScope(self.cleared, self.today)

    def redacted_entry(
        self,
        cursor: Cursor,
        child: str,
        known_at: str | None = None,
        true_at: str | None = None,
        today: date | None = None,
    ) -> tuple[RedactedEntry, ReadScope]:
        """A child now or as of a time, and the scope it was read with; that opens a shield which the user overrode."""
        query = self.dependencies.keys, child, AsOf(known_at, true_at), today or self.today
        redacted = directory.redacted_entry(cursor, *query, self.read_scope)
        if not redacted.is_shielded:
            return redacted, self.read_scope
        read_scope = self.read_scope_of(cursor, child)
        return (directory.redacted_entry(cursor, *query, read_scope) if read_scope.opened else redacted), read_scope

    def read_scope_of(self, cursor: Cursor, child: str) -> ReadScope:
        """As `read_scope`, opened for the child and its survivor where the user overrode their shields."""
        meant = survivor(cursor, child, cleared=self.cleared)
        return self.read_scope._replace(opened=opened_to(cursor, self.user, [child, meant], self.dependencies.now()))

    @property
    def custodian(self) -> str:
        """The authority whose shields the user is custodian of: EVERYWHERE, NOWHERE, or an ONS code."""
        if decide(self.entitlement, Action.SHIELD_REVIEW, self.today, Jurisdiction.OWN).denied:
            return NOWHERE
        return place_now(self.entitlement.authority) or EVERYWHERE

    def keeps(self, custodian: str | None) -> bool:
        """Whether the user takes care of shields of this custodian."""
        return self.custodian in (EVERYWHERE, place_now(custodian))

    @property
    def today(self) -> date:
        """The day of the look."""
        return day_at(self.dependencies.now())

    def record(
        self,
        query: dict[str, Any],
        children: Sequence[str] = (),
        count: int | None = None,
        redacted: Iterable[RedactedEntry] = (),
        shown: Mapping[str, int] | None = None,
        about: Sequence[str] = (),
    ) -> str:
        """Makes the look durable and returns its id; raises AccessLogAway, and then nothing may be shown.

        `query` is the call's parameters; `children` are shown and nobody else; `redacted` has what was left out of them
        and masked; `shown` is up to which position of the log each child was shown, by default that of the entry;
        `about` are children of whom it tells without showing them, which count as enquired all the same.
        """
        entries = list(redacted)
        masked = entries if self.action in WITH_INVOLVEMENTS else []
        positions = {each.child: int(each.entry["position"]) for each in entries if each.entry}
        enquired = self._enquired([*children, *about])
        counted = None if enquired is None else sorted(set(enquired.values()))
        listed = [each for each in children if each not in (enquired or ())]
        found = self.dependencies.watch.notice_finder.of_look(self.entitlement, self.stated.code, listed)
        look = Look(
            self.user,
            self.reason,
            self.action.value,
            query,
            list(children),
            len(children) if count is None else count,
            role=self.entitlement.role.value,
            effect=self.verdict.effect.value,
            rights=VERSION,
            reason_code=self.stated.code,
            shown=positions if shown is None else shown,
            hidden=[{"child": each.child, "records": list(each.hidden)} for each in entries if each.hidden],
            masked=[{"child": each.child, "services": each.services} for each in masked if each.services],
            notices=[*found, *self._notices_of(counted or ())],
            enquired=counted,
            day=iso_text(self.dependencies.now())[:10],
        )
        try:
            return self.dependencies.access_log.append(look)
        except EnquiriesUsedUp:
            raise self.attempt.denied(Cause.TOO_MANY, _TOO_MANY) from None

    def _enquired(self, children: Sequence[str]) -> dict[str, str] | None:
        """Those of the children who are shown because of an enquiry into the archive alone; None where it is none.

        Each with the child in the archive that it is now: one that was absorbed is in there as its survivor.
        """
        if not is_enquiry(self.entitlement, self.action, self.stated.code, self.today):
            return None
        if not children:
            return {}
        with reading_views(self.dependencies.look_ups) as cursor:
            cursor.execute(f"select {FOR_ARCHIVE}", (WHOLE_ARCHIVE,))
            now = survivors(cursor, children, cleared=self.cleared)
            archived = archived_since(cursor, {*now.keys(), *now.values()})
        opened = {each for each, since in archived.items() if opened_by_enquiry(self.entitlement, since, self.today)}
        return {child: each for child in now for each in (child, now[child]) if each in opened}

    def _notices_of(self, enquired: Sequence[str]) -> list[Notice]:
        """To data managers alone: an authority's notice would tell that the child is in the archive."""
        role = self.entitlement.role.value
        places = dict.fromkeys(enquired)
        return notices(NoticeKind.ENQUIRY, enquired, places, role=role, organisation=None, reason_code=self.stated.code)

    def shown(self, cursor: Cursor, children: Collection[str], on: date | None = None) -> set[str]:
        """Those of the children that this directory lists on a day, today where none is given.

        An answer about the others must not differ from one about a child who does not exist.
        """
        return self.dependencies.deployment.listed(cursor, children, on or self.today)

    def entry_of(self, redacted: RedactedEntry) -> dict[str, Any] | None:
        """The entry to show, with a line for each service that is restricted."""
        if redacted.entry is None or self.verdict.effect is Effect.ALLOW:
            return redacted.entry
        return mask_entry(redacted.entry, redacted.records, redacted.services, self.dependencies.desks.now())

    def refusal_about(self, cursor: Cursor, children: Collection[str]) -> Problem | None:
        """The answer where the table denies this about the authority that these children live in.

        A home counts if a local authority or two agencies report it; what one reports alone counts against the user
        (`jurisdiction_over`). Of a hidden child that is its custodian, whatever an agency reports of where it lives, or
        else the answer would reveal that. Where the user may not even see an entry there, it is that of an absent
        child, and is recorded as such.
        """
        about = charges(cursor, children)
        place = jurisdiction_over(self.entitlement.authority, *about)
        verdict = decide(self.entitlement, self.action, self.today, place)
        if verdict.effect is self.verdict.effect:
            return None
        if decide(self.entitlement, Action.SHOW, self.today, place).denied:
            return absent()
        nobody_vouches = verdict.cause is Cause.PLACE and all(each.authority is None for each in about)
        return self.attempt.denied(verdict.cause or Cause.PLACE, _UNVOUCHED if nobody_vouches else verdict.why)


def viewer(dependencies: Dependencies, request: Request, action: Action, *authorities: str | None) -> Viewer:
    """Who looks and why, at something about these authorities or about none; raises Problem 401, Denied 403 or 422."""
    permit = permitted(
        dependencies, request, action, lambda entitlement: jurisdiction(entitlement.authority, *authorities)
    )
    reason_given = stated_in_header(request, permit.attempt)
    return Viewer(dependencies, permit.entitlement, reason_given, action, permit.verdict, permit.attempt)


def viewer_of_a_child(
    dependencies: Dependencies,
    request: Request,
    action: Action,
    reason: str | None = None,
    children: Sequence[str] = (),
) -> Viewer:
    """Who looks and why, at children whose authority is known only once they are read, see `refusal_about`.

    `reason` is what the body states, where that is the place for it, and `children` the numbers that it names.
    """
    permit = permitted(dependencies, request, action, lambda _: Jurisdiction.OWN, children)
    if reason is None:
        reason_given = stated_in_header(request, permit.attempt)
    else:
        reason_given = stated(reason, "state why in the field `reason`", permit.attempt)
    return Viewer(dependencies, permit.entitlement, reason_given, action, permit.verdict, permit.attempt)
