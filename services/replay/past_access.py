"""What a user could have been shown of a child at a moment, by rights, shields and consents of then, and was shown."""

from datetime import date
from typing import Any

from domain.authorization import Action, Entitlement, Verdict, archive_from, decide, jurisdiction, mask_entry
from domain.authorization.reasons import NAMED_ENQUIRY
from domain.days import day_of
from projections.access_log.entitlements import entitlement_of
from projections.access_log.query import accesses
from projections.catalogue import ACCESS_LOG, REGISTER_LOG
from projections.cross_stream.hidden_since import HiddenNow
from projections.directory.query import Moment, redacted_entries, redacted_entries_of_then
from projections.directory.redaction import ReadScope
from projections.overrides.query import investigations
from projections.reports.authorities import authorities_in_charge
from projections.visibility.scope import FOR_AGENCY, FOR_ARCHIVE, Scope
from projections.visibility.survivors import family, survivor
from services.queries.employers import agency_of
from services.replay.access import Allow, Reader, Servers, reading
from services.replay.moment_views import hidden_in_live, moment_views
from streams.projecting.building import Progress

Fields = dict[str, Any]

JUDGED = (Action.FIND, Action.SHOW, Action.HISTORY)
_LOOK_FIELDS = ("position", "time", "action", "role", "effect", "reason_code")
_MOST = 2**31 - 1


def could_have_seen(
    servers: Servers, user: str, child: str, at: str, today: date, allow: Allow, loaded: Progress | None = None
) -> Fields:
    """What the user could have been shown of the child at a moment, and was by then; see docs/replay.md.

    `allow` decides what may be disclosed of it now, and records the look. Raises what `moment_views` raises.
    """
    allowed = allow([child])
    then = Moment(at, min(date.fromisoformat(day_of(at)), today))
    with (
        moment_views(servers.builder, servers.load, at, loaded, (REGISTER_LOG, ACCESS_LOG)) as views,
        reading(servers, views) as reader,
    ):
        access = PastAccess(reader, user, child, then, entitlement_of(reader.then, reader.access_keys, user))
        hidden = hidden_in_live(servers.builder)  # not as the views were begun, which may be long ago
        answer = access.answer(hidden, today, is_disclosed=child in allowed.children, cleared=allowed.cleared)
        return {"user": user, "child": child, "on": at, **answer}


class PastAccess:
    """What one user could have been shown of one child at a moment."""

    def __init__(self, reader: Reader, user: str, child: str, then: Moment, entitlement: Entitlement | None) -> None:
        self._reader, self._user, self._child, self._then = reader, user, child, then
        self._entitlement = entitlement
        if entitlement:
            agency = agency_of(reader.now, entitlement)
            archive = archive_from(entitlement, Action.SHOW, NAMED_ENQUIRY, then.day)
            reader.then.execute(f"select {FOR_AGENCY}, {FOR_ARCHIVE}", (agency or "", archive or ""))
        show = self._verdict(Action.SHOW, None)
        self._number = survivor(reader.then, child, cleared=show.cleared)

    def answer(self, now: HiddenNow, today: date, *, is_disclosed: bool, cleared: bool) -> Fields:
        """The rights and what could have been shown; of a child that is closed now, as of one that never was."""
        is_disclosed = is_disclosed and now.closed.isdisjoint((self._child, self._number))
        disclosed = self.disclosed(now, today, cleared=cleared) if is_disclosed else self.undisclosed()
        return {**self.rights(with_place=is_disclosed and not self._is_hidden(now)), **disclosed}

    def rights(self, *, with_place: bool) -> Fields:
        """The user's entitlement, and its verdicts for where the child lived, if that place may be disclosed."""
        held = self._entitlement
        place = authorities_in_charge(self._reader.then, [self._number]).get(self._number) if with_place else None
        verdicts = {action: self._verdict(action, place) for action in JUDGED}
        return {
            "entitlement": held
            and {
                "role": held.role.value,
                "organisation": held.organisation,
                "authority": held.authority,
                "sensitive": held.sensitive,
                "lapsed": held.lapsed(self._then.day),
            },
            "may": {action.value: verdict.effect.value for action, verdict in verdicts.items()},
            "why": verdicts[Action.SHOW].why or None,
        }

    def undisclosed(self) -> Fields:
        """As `disclosed` of a child of whom nothing may be disclosed."""
        return {"known": False, "shielded": False, "overridden": False, "hidden_now": False, "entry": None, "looks": []}

    def disclosed(self, now: HiddenNow, today: date, *, cleared: bool) -> Fields:
        """The entry that the user could have been shown, as far as it may be shown now, and the user's looks."""
        reader, show = self._reader, self._verdict(Action.SHOW, None)
        as_cleared = show.cleared and cleared
        opened = self._overridden()
        then, day = reader.then, self._then.day
        found = redacted_entries(then, reader.keys, [self._number], day, cleared=as_cleared, opened=opened)
        of_then = next((each for each in found if each.entry and not show.denied), None)
        entry = None
        hidden_now = self._is_hidden(now)
        if of_then and not hidden_now:
            scope = ReadScope(as_cleared, today, opened)
            query = reader.keys, [self._number], self._then, scope, reader.now
            for each in redacted_entries_of_then(then, *query, lines_of_then=cleared):
                entry = each.entry
                if entry is not None and not as_cleared:
                    entry = mask_entry(entry, each.records, each.services, {})
        return {
            "known": of_then is not None,
            "shielded": of_then is not None and of_then.is_shielded,
            "overridden": bool(opened),
            "hidden_now": hidden_now,
            "entry": entry,
            "looks": self._looks(),
        }

    def _verdict(self, action: Action, place: str | None) -> Verdict:
        authority = self._entitlement.authority if self._entitlement else None
        return decide(self._entitlement, action, self._then.day, jurisdiction(authority, place))

    def _overridden(self) -> list[str]:
        """The number of the child where the user had broken its shield then."""
        own = family(self._reader.then, self._number)
        used = [
            each
            for closed in (False, True)
            for each in investigations(self._reader.then, self._reader.access_keys, closed=closed, after=0, limit=_MOST)
        ]
        is_open = any(
            each["used_by"] == self._user and each["child"] in own and each["until"] > self._then.recorded_at
            for each in used
        )
        return [self._number] if is_open else []

    def _is_hidden(self, now: HiddenNow) -> bool:
        """Whether the child is hidden or closed now, or one of its records of then is."""
        Scope(cleared=True).execute(
            self._reader.then, "select record::text from known_link where child = %s::uuid", (self._number,)
        )
        records = {record for (record,) in self._reader.then.fetchall()}
        return bool({self._number, *records} & now.closed or self._number in now.children or records & now.records)

    def _looks(self) -> list[Fields]:
        found = accesses(self._reader.then, self._reader.access_keys, self._number, _MOST)
        return [{name: each[name] for name in _LOOK_FIELDS} for each in found if each["user"] == self._user]
