"""Users, and what they are granted."""

from typing import Annotated

from pydantic import BaseModel, StringConstraints

from domain.authorization import Role
from domain.vocabulary import AUTHORITY_CODE
from services.api.schemas.strict import Day, StrictRequest

UserName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._@-]{0,99}$")]


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]


class Grant(StrictRequest):
    """What a user may from now on; the dates are the last days on which training, vetting and sign-off hold.

    `authority` is the ONS code of a local authority; without one the user works for the whole directory.
    """

    name: UserName
    display_name: Words | None = None
    role: Role
    organisation: Words
    authority: Annotated[str, StringConstraints(pattern=f"^{AUTHORITY_CODE}$")] | None = None
    trained_until: Day
    vetted_until: Day
    signed_off_until: Day


class Revocation(StrictRequest):
    """The user whose right is taken away."""

    name: UserName


class Granted(BaseModel):
    """The user, and whether anything was changed."""

    user: str
    changed: bool


class UserShown(BaseModel):
    """A user as the register has it."""

    name: str
    display_name: str | None
    role: str
    organisation: str
    authority: str | None
    sensitive: bool
    trained_until: str
    vetted_until: str
    signed_off_until: str
    revoked: bool
