"""The variables of the environment that a client of the API needs, read without pydantic: a look has to start fast."""

import os
from collections.abc import Mapping
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from services.configuration.setting_errors import BadSetting
from services.configuration.setting_kinds import (
    Audience,
    File,
    Issuer,
    Kind,
    OptionalText,
    Token,
    UserClaim,
    Words,
    variable,
)
from services.configuration.sign_in import DEFAULT_AUDIENCE, DEFAULT_USER_CLAIM, OF_A_PASSWORD, TRIALS_ISSUER, SignIn


class ClientEnvironment:
    """Where the API is, who calls, and whose tokens it believes; None is not set."""

    data: File = None
    keys: File = None
    url: OptionalText = None
    token: Token = None
    issuer: Issuer = None
    audience: Audience = DEFAULT_AUDIENCE
    user_claim: UserClaim = DEFAULT_USER_CLAIM
    acr: Words = frozenset()

    def refuse_a_password_alone(self) -> None:
        """Raises BadSetting where a password would stand for a second factor, with another issuer than the trial's."""
        if self.acr & OF_A_PASSWORD and urlsplit(self.issuer or "").hostname != TRIALS_ISSUER:
            raise BadSetting(
                "CONTACTPOINT_ACR may not have 0 or 1, which issuers say of whoever signs in with a password alone;"
                f" name the values of a second factor (only the issuer of a trial, {TRIALS_ISSUER}, asks for none)"
            )

    def sign_in(self) -> SignIn:
        """Whose tokens are believed."""
        return SignIn(self.issuer, self.audience, self.acr, self.user_claim)


def read_client_environment(environ: Mapping[str, str] | None = None) -> ClientEnvironment:
    """These variables of this process, or of a mapping; raises BadSetting, which names the variable and not its value.

    What only the services need is passed over, also where it cannot be read.
    """
    given = os.environ if environ is None else environ
    read = ClientEnvironment()
    for field, hint in get_type_hints(ClientEnvironment, include_extras=True).items():
        text = given.get(variable(field))
        if text is not None:
            setattr(read, field, _kind(hint).read(text, variable(field)))
    read.refuse_a_password_alone()
    return read


def _kind(hint: Any) -> Kind:
    kind: Kind = next(part for part in hint.__metadata__ if isinstance(part, Kind))
    return kind
