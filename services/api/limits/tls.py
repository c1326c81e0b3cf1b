"""How the API's server speaks TLS, and asks agencies for a certificate.

uvicorn verifies a client's certificate while the connection is made, but hands nothing of it to the app; the protocol
here reads it from the connection and puts the agency into each request's scope.
"""

import ssl
from collections.abc import MutableMapping
from functools import partial
from typing import Any, cast

from services.api.limits.connection import Connection
from services.api.limits.connections import Connections
from services.auth.certificates import agency_of, put_agency
from services.process.setting_errors import NotConfigured
from services.process.sign_in import Tls


class CertificateProtocol(Connection):
    """HTTP/1.1 over TLS that says in each request's scope which agency's certificate the connection was made with."""

    def connection_made(self, transport: Any) -> None:
        """Reads the certificate once; OpenSSL has verified it by now, or there is none."""
        super().connection_made(transport)
        self._agency = agency_of(transport.get_extra_info("peercert"))

    def on_message_begin(self) -> None:
        """Begins a request."""
        super().on_message_begin()
        if self._agency is not None:
            put_agency(cast("MutableMapping[str, Any]", self.scope), self._agency)


def tls_options(tls: Tls | None, connections: Connections) -> dict[str, Any]:
    """uvicorn's settings for it and for connections; raises NotConfigured where a file cannot be used."""
    if tls is None:
        return {"http": partial(Connection, connections=connections)}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(tls.certificate, tls.key, password="")  # nobody is there to be asked for one
        if tls.client_ca is not None:
            context.load_verify_locations(tls.client_ca)
    except (OSError, ValueError):
        raise NotConfigured(
            "a file of CONTACTPOINT_TLS_CERT, _KEY or _CLIENT_CA cannot be used; each must be readable, PEM and without"
            " a passphrase, and the key that of the certificate"
        ) from None
    protocol = partial(CertificateProtocol, connections=connections)
    options = {"http": protocol, "ssl_certfile": str(tls.certificate), "ssl_keyfile": str(tls.key)}
    if tls.client_ca is None:
        return options
    # Users have tokens and no certificate; one that is shown has to be valid.
    return options | {"ssl_ca_certs": str(tls.client_ca), "ssl_cert_reqs": ssl.CERT_OPTIONAL}
