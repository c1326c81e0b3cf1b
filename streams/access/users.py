"""The register of users: what each may do after the last event of the user's stream."""

from collections.abc import Collection

from domain.authorization import Entitlement, Role
from streams.store.database import Cursor

_COLUMNS = (
    "name, role, organisation, authority, sensitive, trained_until, vetted_until, signed_off_until, display_name,"
    " revoked, granted_at"
)


def load_users(cursor: Cursor, names: Collection[str] | None = None) -> dict[str, Entitlement]:
    """The users named, or all, to whom rights were ever granted, by name."""
    cursor.execute(
        f"select {_COLUMNS} from registry.users where role is not null"  # noqa: S608
        " and (%(names)s::text[] is null or name = any(%(names)s)) order by name",
        {"names": None if names is None else list(names)},
    )
    return {name: Entitlement(name, Role(role), *rest) for name, role, *rest in cursor.fetchall()}
