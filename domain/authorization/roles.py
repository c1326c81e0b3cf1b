"""A user's role, where the user works, and until when training, vetting and sign-off are valid."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Role(StrEnum):
    """The role of a user. The values are storage format."""

    PRACTITIONER = "practitioner"
    DATA_MANAGER = "data-manager"
    AUTHORITY_ADMINISTRATOR = "authority-administrator"
    AUDITOR = "auditor"
    SUBJECT_ACCESS_OFFICER = "subject-access-officer"
    IDENTITY_CUSTODIAN = "identity-custodian"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a user was granted. Each date is the last valid day.

    `authority` is the ONS code of the local authority that the user works for, or None for the whole directory;
    `sensitive` is the clearance for data of sensitive services; `display_name` is for lists of users only. `granted_at`
    is when that was granted, None where it is not known.
    """

    user: str
    role: Role
    organisation: str
    authority: str | None
    sensitive: bool
    trained_until: date
    vetted_until: date
    signed_off_until: date
    display_name: str | None = None
    revoked: bool = False
    granted_at: datetime | None = field(default=None, compare=False)

    def lapsed(self, today: date) -> str | None:
        """Why the user is not active on a day, as words for the user; None for an active user."""
        if self.revoked:
            return "the right to look was revoked"
        for what, until in (
            ("training", self.trained_until),
            ("vetting (DBS)", self.vetted_until),
            ("sign-off", self.signed_off_until),
        ):
            if until < today:
                return f"the {what} of this user is out of date"
        return None
