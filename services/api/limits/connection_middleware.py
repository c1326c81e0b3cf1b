"""Joins each request to its connection."""

from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.limits.connection import current_connection
from services.api.limits.refusing import YIELDS
from services.auth.certificates import put_agency
from services.auth.revocation import RevocationLists


class ConnectionMiddleware:
    """Puts the agency of the connection's certificate into the scope; notifies the connection when the answer ends.

    Each request asks anew whether the certificate was revoked, so a connection that stays open is of no more use then.
    """

    def __init__(self, app: ASGIApp, revoked: RevocationLists | None = None) -> None:
        self._app = app
        self._revoked = revoked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        connection = current_connection()
        if scope["type"] != "http" or connection is None:
            await self._app(scope, receive, send)
            return
        if connection.agency is not None:
            revoked = self._revoked is not None and self._revoked.refuses(connection.certificate)
            put_agency(scope, connection.agency, revoked=revoked)
        scope.setdefault("state", {})[YIELDS] = connection.yields
        try:
            await self._app(scope, receive, send)
        finally:
            connection.answered()
