"""An agency's client certificate: which agency it names, and where a request carries that."""

import ssl
from collections.abc import Mapping, MutableMapping
from typing import Any

from domain.vocabulary import agency_code
from services.auth.tokens import Caller, Principal, TokenRefused
from streams.clock import Clock

EXTENSION = "contactpoint.agency"
"""The extension of a request's scope that holds whom its connection's certificate names. No header gets there."""


def agency_of(certificate: Mapping[str, Any] | None) -> Principal | None:
    """The agency that a verified certificate names by its one URI, `urn:agency:CODE`; None where it names none."""
    if not certificate:
        return None
    names = {value for kind, value in certificate.get("subjectAltName", ()) if kind == "URI"}
    code = agency_code(names.pop()) if len(names) == 1 else None
    if code is None:
        return None
    return Principal(Caller.AGENCY, code, float(ssl.cert_time_to_seconds(certificate["notAfter"])))


def put_agency(scope: MutableMapping[str, Any], agency: Principal, *, revoked: bool = False) -> None:
    """Makes a request carry the agency of its connection, and whether the certificate was revoked."""
    scope["extensions"] = {EXTENSION: {"principal": agency, "revoked": revoked}}


def certified(scope: Mapping[str, Any], clock: Clock) -> Principal | None:
    """The agency whose certificate a request's connection was made with; raises TokenRefused where it is of no use.

    It has expired by now, or was revoked.
    """
    extension = (scope.get("extensions") or {}).get(EXTENSION)
    if extension is None:
        return None
    principal: Principal = extension["principal"]
    if extension.get("revoked") or principal.expires <= clock().timestamp():
        raise TokenRefused
    return principal
