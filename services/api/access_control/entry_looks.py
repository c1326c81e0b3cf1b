"""The latest looks at a child, beside its entry, for those who may know who looks."""

from collections.abc import Mapping
from typing import Any

from domain.authorization import Action, Entitlement, Role, decide, jurisdiction
from projections.access_log.query import accesses
from projections.reports.authorities import vouched_authorities
from services.api.access_control.looks import Viewer
from services.queries.organisations import Organisations
from streams.store.database import Cursor

MOST = 25


def latest_looks(cursor: Cursor, who: Viewer, entry: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The latest 25 looks as `{when, action, role, organisation, reason_code}`, for auditors with `user`.

    None for a reader without the right to know of looks where the child lives. An organisation that may work
    confidentially is named to nobody who is not cleared for that; for a shielded child none is: it would reveal where.
    """
    home = vouched_authorities(cursor, [entry["child"]]).get(entry["child"]) if entry["records"] else None
    place = jurisdiction(who.entitlement.authority, home)
    verdict = decide(who.entitlement, Action.LOOKS, who.today, place)
    if verdict.denied:
        return None
    looks = accesses(cursor, who.dependencies.access_keys, entry["child"], limit=MOST)
    organisations, entitlements = who.dependencies.watch.organisations, who.dependencies.entitlements
    people = {} if entry["shielded"] else entitlements.of_all(cursor, {look["user"] for look in looks if look["user"]})
    named = [disclosed_organisation(cursor, organisations, people.get(look["user"]), verdict.cleared) for look in looks]
    is_auditor = who.entitlement.role is Role.AUDITOR
    return [
        {
            "when": look["time"],
            "action": look["action"],
            "role": look["role"],
            "organisation": organisation,
            "reason_code": look["reason_code"],
            **({"user": look["user"]} if is_auditor else {}),
        }
        for look, organisation in zip(looks, named, strict=True)
    ]


def disclosed_organisation(
    cursor: Cursor, organisations: Organisations, entitlement: Entitlement | None, cleared: bool
) -> str | None:
    """The organisation of the user who looked, None where it is unknown or the reader may not know it."""
    if entitlement is None:
        return None
    return (
        entitlement.organisation if cleared or organisations.about(cursor, entitlement.organisation).ordinary else None
    )
