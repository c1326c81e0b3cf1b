"""The events of a user's entitlement. One stream holds one user, on the access log; `by` granted or revoked it.

`by` is a user's name, or OPERATOR for whoever runs the command line beside the database.
"""

from typing import ClassVar

from domain.event import RegisterEvent

OPERATOR = "operator"


class UserGranted(RegisterEvent):
    """A user is entitled: to which role, where and until when (each date is the last valid day)."""

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
    """The user's whole entitlement from now on; also restores a revoked one."""


class UserRevoked(RegisterEvent):
    """The user's entitlement is revoked."""

    CLEAR: ClassVar[tuple[str, ...]] = ()
    SEALED: ClassVar[tuple[str, ...]] = ("user", "by", "reason")

    user: str
    by: str
    reason: str | None
