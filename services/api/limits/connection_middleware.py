"""Joins each request to its connection."""

from starlette.types import ASGIApp, Receive, Scope, Send

from services.api.limits.connection import current_connection
from services.api.limits.refusing import YIELDS
from services.auth.certificates import put_agency


class ConnectionMiddleware:
    """Puts the agency of the connection's certificate into the scope; notifies the connection when the answer ends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        connection = current_connection()
        if scope["type"] != "http" or connection is None:
            await self._app(scope, receive, send)
            return
        if connection.agency is not None:
            put_agency(scope, connection.agency)
        scope.setdefault("state", {})[YIELDS] = connection.yields
        try:
            await self._app(scope, receive, send)
        finally:
            connection.answered()
