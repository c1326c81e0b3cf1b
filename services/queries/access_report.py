"""The access report: the looks of a period, what the detectors find in them, and agencies that suspect too much."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from domain.authorization import Entitlement
from domain.monitoring import Access, Attempts, report
from domain.monitoring.accesses import looking_up
from domain.organisations import successions
from domain.places import is_one_place
from projections.access_log.period import LookRow, denials_between, looks_between
from projections.base.projection import Decryptor
from projections.directory.query import children_with_records
from projections.visibility.shields import hidden_ids
from services.queries._access_facts import TooMany, facts_about
from services.queries.organisations import Organisations
from services.registers import SUSPICIONS, exceeded, load_agencies
from streams.store.database import Cursor

__all__ = ["AuditQuery", "Keys", "TooMany", "access_report", "looks_of_user"]

MOST_LOOKS = 200_000
"""Looks of a period that are read, and denials beside; a longer report is refused, so that none is cut short."""
AT_ONCE = 5_000

OVERRIDES = "OverrideUsed"
"""The event of broken glass."""


class AuditQuery(NamedTuple):
    """A period (ISO times, the end not included), an authority whose users are meant or None for all, or one user.

    `cleared` is whether the reader may know of children whom only sensitive services know.
    """

    begin: str
    end: str
    authority: str | None
    user: str | None
    cleared: bool = False


class Keys(NamedTuple):
    """The decryptors of the register and of the access log."""

    register: Decryptor
    access: Decryptor


def access_report(
    cursor: Cursor,
    keys: Keys,
    people: Mapping[str, Entitlement],
    organisations: Organisations,
    query: AuditQuery,
    today: date,
) -> dict[str, Any]:
    """The report on the users that the query means; `people` is the register of users. Raises TooMany."""
    looks = looks_between(cursor, keys.access, query.begin, query.end, MOST_LOOKS + 1)
    if len(looks) > MOST_LOOKS:
        raise TooMany
    accesses = [
        _access(each, each.user, people.get(each.user))
        for each in looks
        if each.user is not None and _is_meant(people.get(each.user), each.user, query)
    ]
    if not query.cleared:
        accesses = _without_hidden(cursor, accesses)
    facts = facts_about(cursor, keys.register, people, organisations, accesses, today)
    attempts, unreadable = _attempts(cursor, keys.access, people, query)
    found = report(accesses, facts, today, frozenset({"override", OVERRIDES}), attempts)
    unreadable += sum(each.user is None for each in looks)
    return {**found, "unreadable": unreadable, "suspicions": _suspicions(cursor, query)}


def _suspicions(cursor: Cursor, query: AuditQuery) -> list[dict[str, Any]]:
    """By day the agencies that the query means of which more records were like shielded children's than are queued."""
    agencies = load_agencies(cursor)
    return [
        {"day": f"{each.since:%Y-%m-%d}", "agency": each.agency, "queued": each.within, "withheld": each.beyond}
        for each in exceeded(cursor, SUSPICIONS, query.begin, query.end)
        if query.user is None
        and (agency := agencies.get(each.agency))
        and (query.cleared or not agency.is_sensitive)
        and (query.authority is None or is_one_place(agency.authority, query.authority))
    ]


def looks_of_user(
    cursor: Cursor, keys: Keys, people: Mapping[str, Entitlement], query: AuditQuery, most: int
) -> list[dict[str, Any]] | None:
    """The looks of one user in a period, latest first and at most so many; None for a user whom the query can't mean.

    Each is `{position, when, action, role, reason_code, children}`. Left out of `children` are those whom the reader
    may not know of, and hidden ones: where a user works may reveal where these are. Raises TooMany.
    """
    user = query.user or ""
    if user not in people or not _is_meant(people[user], user, query):
        return None
    found = looks_between(cursor, keys.access, query.begin, query.end, MOST_LOOKS + 1)
    if len(found) > MOST_LOOKS:
        raise TooMany
    looks = [each for each in found if each.user == user][-most:][::-1]
    named = sorted({child for each in looks for child in each.children})
    shown = set(named) if query.cleared else _known(cursor, named)
    shown -= hidden_ids(cursor, named)
    return [
        {
            "position": each.position,
            "when": each.time,
            "action": each.action,
            "role": each.role,
            "reason_code": each.reason_code,
            "children": [child for child in each.children if child in shown],
        }
        for each in looks
    ]


def _attempts(
    cursor: Cursor, decryptor: Decryptor, people: Mapping[str, Entitlement], query: AuditQuery
) -> tuple[list[Attempts], int]:
    """The denied attempts of the users that the query means, and how many cannot be read; raises TooMany."""
    denials = denials_between(cursor, decryptor, query.begin, query.end, MOST_LOOKS + 1)
    if len(denials) > MOST_LOOKS:
        raise TooMany
    attempts = [
        Attempts(each.time, each.user, _organisation(people.get(each.user)), each.action, each.cause, each.times)
        for each in denials
        if each.user is not None and _is_meant(people.get(each.user), each.user, query)
    ]
    return attempts, sum(each.user is None for each in denials)


def _is_meant(entitlement: Entitlement | None, user: str, query: AuditQuery) -> bool:
    if query.user is not None and user != query.user:
        return False
    return query.authority is None or (entitlement is not None and is_one_place(entitlement.authority, query.authority))


def _access(each: LookRow, user: str, entitlement: Entitlement | None) -> Access:
    """A look with the organisation that its user works for now."""
    return Access(each.position, each.time, user, each.role, _organisation(entitlement), each.action, each.children)


def _organisation(entitlement: Entitlement | None) -> str | None:
    return successions().code_now(entitlement.organisation) if entitlement else None


def _without_hidden(cursor: Cursor, accesses: Sequence[Access]) -> list[Access]:
    """The looks without the children whom the reader may not know of."""
    children = sorted({child for each in looking_up(accesses) for child in each.children})
    known = _known(cursor, children)
    return [each._replace(children=tuple(child for child in each.children if child in known)) for each in accesses]


def _known(cursor: Cursor, children: Sequence[str]) -> set[str]:
    """Those of the children of whom a reader may know who is not cleared."""
    known: set[str] = set()
    for begin in range(0, len(children), AT_ONCE):
        known |= children_with_records(cursor, children[begin : begin + AT_ONCE])
    return known
