"""What can happen to a user's right to look. One stream holds one user, on the access log; `by` granted or revoked it.

`by` is a user's name, or OPERATOR for whoever runs the command line beside the database.
"""

from typing import ClassVar

from domain.event import RegisterEvent

OPERATOR = "operator"


class UserGranted(RegisterEvent):
    """A user may look: as what, for whom and until when (dates are the last days on which each holds)."""

    CLEAR: ClassVar[tuple[str, ...]] = ("role",)
    SEALED: ClassVar[tuple[str, ...]] = (
        "user",
        "display_name",
        "organisation",
        "authority",
        "sensitive",
        "trained_until",
        "vetted_until",
        "signed_off_until",
        "by",
        "reason",
    )

    role: str
    user: str
    display_name: str | None
    organisation: str
    authority: str | None
    sensitive: bool
    trained_until: str
    vetted_until: str
    signed_off_until: str
    by: str
    reason: str | None


class UserChanged(UserGranted):
    """The whole of what the user may from now on; also gives back what was revoked."""


class UserRevoked(RegisterEvent):
    """The user may look no more."""

    CLEAR: ClassVar[tuple[str, ...]] = ()
    SEALED: ClassVar[tuple[str, ...]] = ("user", "by", "reason")

    user: str
    by: str
    reason: str | None
