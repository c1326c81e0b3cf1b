"""Whose tokens this API believes."""

from services.auth.claims import rules_of
from services.auth.issuer_keys import IssuerKeys
from services.auth.keys import FixedKeys, Keys
from services.auth.tokens import local_verifying_keys
from services.auth.verifier import Verifier
from services.configuration.setting_errors import NotConfigured
from services.configuration.settings import Settings
from services.configuration.sign_in import is_loopback
from streams.clock import Clock, utc_now


def verifier_for(settings: Settings, clock: Clock = utc_now) -> Verifier:
    """The verifier of the configured issuer's tokens, or of the local stack's own.

    Raises NotConfigured where there is no issuer and the API would be reached from elsewhere, or there is no local key.
    """
    refuse_local_issuer_elsewhere(settings)
    issuer = settings.sign_in.issuer
    keys: Keys = IssuerKeys(issuer) if issuer is not None else FixedKeys(local_verifying_keys(settings))
    return Verifier(keys, rules_of(settings.sign_in, clock))


def refuse_local_issuer_elsewhere(settings: Settings) -> None:
    """Raises NotConfigured where an API that others can reach would trust the local stack's own issuer."""
    if settings.sign_in.issuer is None and not is_loopback(settings.host):
        raise NotConfigured(
            "the local stack's own issuer asks nobody for a password, so it is for loopback only: set"
            " CONTACTPOINT_ISSUER to your OpenID Connect issuer, or CONTACTPOINT_HOST to 127.0.0.1"
        )
