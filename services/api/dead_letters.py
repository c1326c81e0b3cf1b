"""Dead letters over HTTP: what could not be read, and why."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from projections import failures
from services.api.answers import json_answer, next_page, problems
from services.api.looks import Looker, ReasonHeader, looker
from services.api.parts import Parts
from services.api.problems import absent
from services.api.shapes import DeadLetter
from services.dead_letters import MOST_FAILURES, letter_place, read_letter, read_letters, untaken, without_content

MOST_AT_ONCE = 1_000
_LETTER = r"^[0-9]{1,6}-[0-9]{1,15}$"


def router(parts: Parts) -> APIRouter:
    """The calls that show dead letters."""
    calls = APIRouter(tags=["dead letters"])

    @calls.get("/dead-letters", responses={200: {"model": list[DeadLetter]}, **problems(401, 403, 422, 503)})
    def dead_letters(
        request: Request,
        _: ReasonHeader = None,
        after: Annotated[str | None, Query(pattern=_LETTER, description="the page begins behind this letter")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = MOST_AT_ONCE,
    ) -> Response:
        """Dead letters without their content; the header `Link` names the next page while there is one."""
        found = _list(looker(parts, request), after, limit)
        more = (
            next_page("/dead-letters", {"after": found[-1]["letter"], "limit": limit}) if len(found) == limit else None
        )
        return json_answer(found if more else found + _untaken(parts), headers=more)

    @calls.get("/dead-letters/{letter}", responses={200: {"model": DeadLetter}, **problems(401, 403, 404, 422, 503)})
    def dead_letter(request: Request, letter: str, _: ReasonHeader = None) -> Response:
        """One dead letter with its raw bytes, as base64 and capped."""
        return json_answer(_show(looker(parts, request), letter))

    return calls


def _list(who: Looker, after: str | None, limit: int) -> list[dict[str, Any]]:
    found = [without_content(letter) for letter in read_letters(who.parts.kafka, after, limit)]
    who.record("dead-letters", {"after": after, "limit": limit}, count=len(found))
    return found


def _show(who: Looker, letter: str) -> dict[str, Any]:
    try:
        letter_place(letter)
    except ValueError:
        raise absent() from None
    found = read_letter(who.parts.kafka, letter)
    who.record("dead-letters", {"letter": letter}, count=1 if found else 0)
    if found is None:
        raise absent()
    return found


def _untaken(parts: Parts) -> list[dict[str, Any]]:
    """Published messages that a projection could not take."""
    with parts.reading() as cursor:
        return [untaken(failure) for failure in failures.kept(cursor, None, MOST_FAILURES)]
