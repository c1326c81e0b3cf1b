"""Dead letters over HTTP: what could not be read, and why."""

import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from domain.vocabulary import agency_urn
from projections.engine import failures
from projections.visibility.shields import hidden_ids
from services.api.access_control.looks import ReasonHeader, Viewer, viewer
from services.api.answers import json_answer, next_page, problems
from services.api.dependencies import Dependencies
from services.api.destruction import streams_of_erased
from services.api.problems import Problem, absent
from services.api.schemas.dead_letters import DeadLetter
from services.queries.dead_letters import (
    MOST_FAILURES,
    each_letter,
    letter_place,
    not_kept,
    read_letter,
    read_letters,
    untaken,
    without_content,
)
from services.registers import load_agencies
from services.registrar.store import streams_of
from streams.kafka.topics import SUBMISSIONS, submissions_topic

MOST_AT_ONCE = 1_000
_MOST_STATED = 50
"""Texts of one name that are looked up of a letter."""
_LETTER = r"^([a-z0-9-]{1,63}-)?[0-9]{1,6}-[0-9]{1,15}$"


def router(dependencies: Dependencies) -> APIRouter:
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
        who = viewer(dependencies, request, Action.DEAD_LETTERS)
        found, last = _list(who, after, limit)
        more = next_page("/dead-letters", {"after": last, "limit": limit}) if last else None
        return json_answer(found if more else found + _beside(who), headers=more)

    @calls.get("/dead-letters/{letter}", responses={200: {"model": DeadLetter}, **problems(401, 403, 404, 422, 503)})
    def dead_letter(request: Request, letter: str, _: ReasonHeader = None) -> Response:
        """One dead letter with its raw bytes, as base64 and capped."""
        return json_answer(_show(viewer(dependencies, request, Action.DEAD_LETTERS), letter))

    return calls


def _list(who: Viewer, after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """The letters of a page, and the last of them where more may follow."""
    if who.cleared:
        try:
            read = read_letters(who.dependencies.kafka, after, limit)
        except ValueError as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"after: {error}") from None
    else:
        read = _page_named_openly(who, after, limit)
    found = [without_content(letter) for letter in read]
    who.record({"after": after, "limit": limit}, count=len(found))
    return found, read[-1]["letter"] if len(read) == limit else None


def _page_named_openly(who: Viewer, after: str | None, limit: int) -> list[dict[str, Any]]:
    """A page of them without their content, of which no more than the page is held; raises Problem (`after`).

    All letters are read for each page. Where one went on from a place, how long it took would tell how many letters of
    sensitive agencies lie between two that are shown, and so when they sent them.
    """
    page: list[dict[str, Any]] = []
    begun = after is None
    for letter in _named_openly(who):
        if begun and len(page) < limit:
            page.append(without_content(letter))
        begun = begun or letter["letter"] == after
    if not begun:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "after: no letter has this name; begin without it")
    return page


def _named_openly(who: Viewer) -> Iterator[dict[str, Any]]:
    """All letters that a user without clearance may see, each by the name of its message.

    By their places among all letters the gaps between them would reveal when a sensitive agency sent something, and so
    would an answer to a place.
    """
    topics = _open_topics(who)
    for each in each_letter(who.dependencies.kafka):
        if _topic_of(each) in topics:
            yield each | {"letter": each["message"].removeprefix(SUBMISSIONS).replace("/", "-")}


def _show(who: Viewer, letter: str) -> dict[str, Any]:
    found = _at(who, letter) if who.cleared else [each for each in _named_openly(who) if each["letter"] == letter]
    who.record({"letter": letter}, count=len(found))
    if not found:
        raise absent()
    return found[0] | {"raw": None} if _names_what_is_kept_back(who, found[0]) else found[0]


def _at(who: Viewer, letter: str) -> list[dict[str, Any]]:
    """The letter at a place, where there is one."""
    try:
        letter_place(letter)
    except ValueError:
        raise absent() from None
    read = read_letter(who.dependencies.kafka, letter)
    return [read] if read else []


def _names_what_is_kept_back(who: Viewer, letter: dict[str, Any]) -> bool:
    """Whether a letter names a shielded child's record or a destroyed one, of the sender or of a source in it."""
    topic, raw = letter["message"].partition("/")[0], b64decode(letter["raw"])
    sources = {agency_urn(topic.removeprefix(SUBMISSIONS)), *_stated("source", raw)}
    keys = [(source, "subject", subject) for source in sources for subject in _stated("subject", raw)]
    with who.dependencies.reading() as cursor:
        hidden = hidden_ids(cursor, map(str, streams_of(cursor, keys).values()))
        return bool(hidden or streams_of_erased(cursor, who.dependencies.keys, keys))


def _stated(name: str, raw: bytes) -> set[str]:
    """Every text of that name in a letter, also where it is cut, or names a key twice, or is no JSON otherwise."""
    found: set[str] = set()
    for written in re.findall(rb'"%b"\s*:\s*("(?:[^"\\]|\\.)*+")' % name.encode(), raw)[:_MOST_STATED]:
        with suppress(ValueError):
            found.add(orjson.loads(written))
    return {text for text in found if "\0" not in text}


def _visible(who: Viewer, letters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The letters that the user may see: without clearance none of a sensitive agency, for their content is unknown."""
    if who.cleared:
        return letters
    topics = _open_topics(who)
    return [letter for letter in letters if _topic_of(letter) in topics]


def _open_topics(who: Viewer) -> set[str]:
    """The topics of agencies that are not sensitive."""
    with who.dependencies.reading() as cursor:
        agencies = load_agencies(cursor).values()
    return {submissions_topic(agency.code) for agency in agencies if not agency.is_sensitive}


def _topic_of(letter: dict[str, Any]) -> str:
    return str(letter["message"]).partition("/")[0]


def _beside(who: Viewer) -> list[dict[str, Any]]:
    """How many messages were not kept, and published messages that a projection could not take."""
    with who.dependencies.reading() as cursor:
        counted = not_kept(cursor)
        failed = failures.kept(cursor, None, MOST_FAILURES) if who.cleared else ()
    return _visible(who, counted) + [untaken(failure) for failure in failed]
