"""The answer to a user who may not do something, or states no reason: a problem that is recorded before it is sent."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from domain.authorization import Action, Cause
from services.api.problems import Problem


class Attempt(NamedTuple):
    """A user's attempt at an action: the numbers of `children` are as they were sent, whether or not they exist."""

    user: str
    role: str | None
    action: Action
    children: Sequence[str] = ()

    def denied(self, cause: Cause, detail: str, status: HTTPStatus = HTTPStatus.FORBIDDEN) -> "Denied":
        """The answer, which is recorded as soon as it is raised."""
        return Denied(status, detail, self, cause)


class Denied(Problem):
    """A user may not do this, or states no reason; whoever answers it has it recorded first."""

    def __init__(self, status: HTTPStatus, detail: str, attempt: Attempt, cause: Cause) -> None:
        super().__init__(status, detail)
        self.attempt, self.cause = attempt, cause
