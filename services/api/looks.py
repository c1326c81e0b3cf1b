"""A look at personal data: by a registered user, for a reason, recorded before it is answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Header, Request

from services.api.callers import REASON_HEADER, reason_of, require_user
from services.api.parts import Parts
from streams.access_log import Look
from streams.store.database import Cursor

ReasonHeader = Annotated[
    str | None,
    Header(alias=REASON_HEADER, description="Why you look: 3 to 500 characters of UTF-8, percent-encoded beyond ASCII"),
]
"""Declares the header in the OpenAPI document; `looker` reads it."""


@dataclass(frozen=True, slots=True)
class Looker:
    """A user with a reason."""

    parts: Parts
    user: str
    reason: str

    def record(
        self, action: str, asked: dict[str, Any], children: Sequence[str] = (), count: int | None = None
    ) -> None:
        """Makes the look durable; raises AccessLogAway, and then nothing may be shown."""
        shown = len(children) if count is None else count
        self.parts.access_log.append(Look(self.user, self.reason, action, asked, list(children), shown))

    def shown(self, cursor: Cursor, children: Collection[str], on: date | None = None) -> set[str]:
        """Those of the children that this directory lists on a day, today where none is given.

        Of the others nothing may be told that would not be told of one who is not there.
        """
        return self.parts.deployment.listed(cursor, children, on or self.parts.now().date())


def looker(parts: Parts, request: Request) -> Looker:
    """Who looks and why; raises Problem 401, 403 or 422."""
    user = require_user(parts, request)
    return Looker(parts, user, reason_of(request))
