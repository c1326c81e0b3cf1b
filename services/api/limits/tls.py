"""How the API's server speaks TLS, and asks agencies for a certificate."""

import ssl
from typing import Any

from services.auth.revocation import ListsUnusable, RevocationLists
from services.configuration.setting_errors import NotConfigured
from services.configuration.sign_in import Tls


def revocation_lists(tls: Tls | None) -> RevocationLists | None:
    """The lists by which client certificates are refused, None where none are configured; raises NotConfigured."""
    if tls is None or tls.client_ca is None or tls.client_crl is None:
        return None
    lists = RevocationLists(tls.client_crl, tls.client_ca)
    try:
        lists.read()
    except (OSError, ListsUnusable):
        raise NotConfigured(
            "the file of CONTACTPOINT_TLS_CLIENT_CRL cannot be used; it must be readable, and hold PEM lists that an"
            " authority of CONTACTPOINT_TLS_CLIENT_CA has signed"
        ) from None
    return lists


def tls_options(tls: Tls | None) -> dict[str, Any]:
    """uvicorn's settings for it; raises NotConfigured where a file cannot be used."""
    if tls is None:
        return {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(tls.certificate, tls.key, password="")  # there is no terminal to ask for one
        if tls.client_ca is not None:
            context.load_verify_locations(tls.client_ca)
    except (OSError, ValueError):
        raise NotConfigured(
            "a file of CONTACTPOINT_TLS_CERT, _KEY or _CLIENT_CA cannot be used; each must be readable, PEM and without"
            " a passphrase, and the key that of the certificate"
        ) from None
    options = {"ssl_certfile": str(tls.certificate), "ssl_keyfile": str(tls.key)}
    if tls.client_ca is None:
        return options
    # Users have tokens and no certificate; one that is shown has to be valid.
    return options | {"ssl_ca_certs": str(tls.client_ca), "ssl_cert_reqs": ssl.CERT_OPTIONAL}
