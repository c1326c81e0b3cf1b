"""Users as files and documents have them."""

import re
from datetime import date
from pathlib import Path

from domain.authorization import Entitlement, Role
from domain.vocabulary import AUTHORITY_CODE
from services.registers._entries import BadRegister, read_entries

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")
_DATES = ("trained_until", "vetted_until", "signed_off_until")
_REQUIRED = ("name", "role", "organisation", *_DATES)
_OPTIONAL = ("display_name", "authority", "sensitive")


class BadUser(ValueError):
    """A user cannot be taken as given; the text says what is wrong and what to do."""


def read_users_file(path: Path) -> list[Entitlement]:
    """The users of a YAML list of what `user_of` takes; raises BadRegister where one cannot be taken."""
    users: dict[str, Entitlement] = {}
    for where, entry in read_entries(path, _REQUIRED, _OPTIONAL):
        try:
            user = user_of(entry)
        except BadUser as bad:
            raise BadRegister(f"{where}: {bad}") from None
        if user.user in users:
            raise BadRegister(f"{where}: an earlier entry has the same name; give each user one entry")
        users[user.user] = user
    return list(users.values())


def user_of(given: dict[str, str]) -> Entitlement:
    """A user of `{name, role, organisation, authority?, sensitive?, trained_until, vetted_until, signed_off_until}`.

    `authority` is an ONS code; without one the user works for the whole directory. Raises BadUser.
    """
    if not _NAME.fullmatch(given["name"]):
        raise BadUser("a name has 1 to 100 of a-z, 0-9 and ._@- and begins with a letter or digit")
    if given["role"] not in list(Role):
        raise BadUser(f"the role is not known; use one of {', '.join(Role)}")
    authority = given.get("authority")
    if authority is not None and not re.fullmatch(AUTHORITY_CODE, authority):
        raise BadUser("the authority is an ONS code, a letter and eight digits; leave it out for the whole directory")
    if given.get("sensitive", "false") not in ("true", "false"):
        raise BadUser("sensitive is true or false")
    trained, vetted, signed_off = (_day(name, given[name]) for name in _DATES)
    return Entitlement(
        given["name"],
        Role(given["role"]),
        given["organisation"],
        authority,
        given.get("sensitive") == "true",
        trained,
        vetted,
        signed_off,
        given.get("display_name"),
    )


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadUser(f"{name} is a date such as 2027-03-31, the last day on which it holds") from None


def user_document(user: Entitlement) -> dict[str, object]:
    """A user as a JSON document."""
    return {
        "name": user.user,
        "display_name": user.display_name,
        "role": user.role.value,
        "organisation": user.organisation,
        "authority": user.authority,
        "sensitive": user.sensitive,
        "trained_until": user.trained_until.isoformat(),
        "vetted_until": user.vetted_until.isoformat(),
        "signed_off_until": user.signed_off_until.isoformat(),
        "revoked": user.revoked,
    }
