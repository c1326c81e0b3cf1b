"""The users who may look: what files say of them, and how each stands now."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from domain.authorization import Entitlement, Role
from domain.vocabulary import AUTHORITY_CODE
from services.registers._entries import BadRegister, read_entries
from streams.store.database import Cursor

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")
_DATES = ("trained_until", "vetted_until", "signed_off_until")
_REQUIRED = ("name", "role", "organisation", *_DATES)
_OPTIONAL = ("display_name", "authority", "sensitive")
_COLUMNS = "name, role, organisation, authority, sensitive, " + ", ".join(_DATES) + ", display_name, revoked"


class BadUser(ValueError):
    """Something said of a user cannot be taken; the text says what, and what to do."""


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


def user_of(said: dict[str, str]) -> Entitlement:
    """A user of `{name, role, organisation, authority?, sensitive?, trained_until, vetted_until, signed_off_until}`.

    `authority` is an ONS code; without one the user works for the whole directory. Raises BadUser.
    """
    if not _NAME.fullmatch(said["name"]):
        raise BadUser("a name has 1 to 100 of a-z, 0-9 and ._@- and begins with a letter or digit")
    if said["role"] not in list(Role):
        raise BadUser(f"the role is not known; use one of {', '.join(Role)}")
    authority = said.get("authority")
    if authority is not None and not re.fullmatch(AUTHORITY_CODE, authority):
        raise BadUser("the authority is an ONS code, a letter and eight digits; leave it out for the whole directory")
    if said.get("sensitive", "false") not in ("true", "false"):
        raise BadUser("sensitive is true or false")
    trained, vetted, signed_off = (_day(name, said[name]) for name in _DATES)
    return Entitlement(
        said["name"],
        Role(said["role"]),
        said["organisation"],
        authority,
        said.get("sensitive") == "true",
        trained,
        vetted,
        signed_off,
        said.get("display_name"),
    )


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadUser(f"{name} is a date such as 2027-03-31, the last day on which it holds") from None


def load_users(cursor: Cursor, names: Collection[str] | None = None) -> dict[str, Entitlement]:
    """The users named, or every one, to whom something was ever granted, by name."""
    cursor.execute(
        f"select {_COLUMNS} from registry.users where role is not null"  # noqa: S608
        " and (%(names)s::text[] is null or name = any(%(names)s)) order by name",
        {"names": None if names is None else list(names)},
    )
    return {row[0]: _standing(row) for row in cursor.fetchall()}


def _standing(row: Sequence[Any]) -> Entitlement:
    name, role, *rest = row
    return Entitlement(name, Role(role), *rest)


def user_document(user: Entitlement) -> dict[str, object]:
    """A user as the register's answers have it."""
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
