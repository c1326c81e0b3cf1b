"""The latest looks at a child, beside its entry, for those who may know who looks."""

from collections.abc import Mapping
from typing import Any

from domain.protection import Action, Role, decide, where
from projections.access_log.query import accesses
from projections.directory.survivors import family
from services.api.looks import Looker
from services.registers import load_users

MOST = 25


def latest_looks(who: Looker, entry: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The latest 25 looks as `{when, action, role, organisation, reason_code}`, for auditors with `user`.

    None for a reader without the right to know of looks where the child lives. An organisation that may work
    confidentially is named to nobody who is not cleared for that.
    """
    authority = next((each["authority"] for each in entry["addresses"] if each.get("authority")), None)
    place = where(who.standing.authority, authority)
    verdict = decide(who.standing, Action.LOOKS, who.today, place)
    if verdict.denied:
        return None
    with who.parts.reading() as cursor:
        looks = accesses(cursor, who.parts.access_keys, family(cursor, entry["child"]), limit=MOST)
        people = load_users(cursor, {look["user"] for look in looks if look["user"]})
        told = []
        for look in looks:
            standing = people.get(look["user"] or "")
            organisation = standing.organisation if standing else None
            if not verdict.cleared and not who.parts.watch.organisations.about(cursor, organisation).ordinary:
                organisation = None
            told.append(
                {
                    "when": look["time"],
                    "action": look.get("action"),
                    "role": look.get("role"),
                    "organisation": organisation,
                    "reason_code": look.get("reason_code"),
                    **({"user": look["user"]} if who.standing.role is Role.AUDITOR else {}),
                }
            )
    return told
