"""The users of a fresh local stack: one for each role, so that each can be tried; they hold for ever.

They work for organisations of the fictional county that are known as scheduled once its feeds are in, so that their
looks cause no notices. The volunteer's do.
"""

from contextlib import closing

from domain.authorization import Entitlement, Role
from streams.access.appender import AccessAppender
from streams.access.grants import FAR, Granter, Users
from streams.crypto.sealing import KeyEncryptionKey

_WARD, _COUNCIL, _VOLUNTARY = "HOSPITAL-BRACKMOOR", "la-brackmoor", "vol-lanternhouse"
"""As the agencies and involvements of the fictional county name them."""


def _demo(name: str, role: Role, organisation: str, display_name: str, *, sensitive: bool = False) -> Entitlement:
    return Entitlement(f"demo-{name}", role, organisation, None, sensitive, FAR, FAR, FAR, f"Demo {display_name}")


DEMO_USERS = (
    _demo("practitioner", Role.PRACTITIONER, _WARD, "practitioner", sensitive=True),
    _demo("data-manager", Role.DATA_MANAGER, _COUNCIL, "data manager", sensitive=True),
    _demo("attendance-officer", Role.PRACTITIONER, _COUNCIL, "attendance officer"),
    _demo("volunteer", Role.PRACTITIONER, _VOLUNTARY, "volunteer"),
    _demo("masked", Role.DATA_MANAGER, _COUNCIL, "data manager without clearance"),
    _demo("auditor", Role.AUDITOR, _COUNCIL, "auditor", sensitive=True),
    _demo("administrator", Role.AUTHORITY_ADMINISTRATOR, _COUNCIL, "administrator"),
    _demo("subject-access-officer", Role.SUBJECT_ACCESS_OFFICER, _COUNCIL, "subject access officer", sensitive=True),
    _demo("operator", Role.OPERATOR, _COUNCIL, "operator"),
)
"""They work for the whole directory; those without `sensitive` get nothing that comes from a sensitive service."""


def add_demo_users(database_url: str, key: KeyEncryptionKey) -> None:
    """Grants to the demo's users what they need, but for those to whom anything was granted before, or revoked."""
    with closing(AccessAppender(database_url, key)) as appender:
        users = Users(appender)
        known = users.known([each.user for each in DEMO_USERS])
        new = [each for each in DEMO_USERS if each.user not in known]
        users.grant(new, Granter(reason="the users of a fresh local stack"))
