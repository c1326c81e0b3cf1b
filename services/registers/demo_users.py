"""The users of a fresh local stack: one for each role, so that each can be tried; they hold for ever."""

from contextlib import closing

from domain.protection import Role, Standing
from services.registers.granting import FAR, Granter, Users
from streams.sealing import KeyEncryptionKey

_ORGANISATION = "The demonstration"


def _demo(name: str, role: Role, display_name: str, *, sensitive: bool = False) -> Standing:
    return Standing(f"demo-{name}", role, _ORGANISATION, None, sensitive, FAR, FAR, FAR, f"Demo {display_name}")


DEMO_USERS = (
    _demo("practitioner", Role.PRACTITIONER, "practitioner", sensitive=True),
    _demo("data-manager", Role.DATA_MANAGER, "data manager", sensitive=True),
    _demo("attendance-officer", Role.PRACTITIONER, "attendance officer"),
    _demo("masked", Role.DATA_MANAGER, "data manager without clearance"),
    _demo("auditor", Role.AUDITOR, "auditor", sensitive=True),
    _demo("administrator", Role.AUTHORITY_ADMINISTRATOR, "administrator"),
    _demo("subject-access-officer", Role.SUBJECT_ACCESS_OFFICER, "subject access officer", sensitive=True),
)
"""They work for the whole directory; those without `sensitive` get nothing that comes from a sensitive service."""


def add_demo_users(database_url: str, key: KeyEncryptionKey) -> None:
    """Grants to the demo's users what they need, but for those to whom anything was granted before, or revoked."""
    with closing(Users(database_url, key)) as users:
        known = users.known([each.user for each in DEMO_USERS])
        new = [each for each in DEMO_USERS if each.user not in known]
        users.grant(new, Granter(reason="the users of a fresh local stack"))
