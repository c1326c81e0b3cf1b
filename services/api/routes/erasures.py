"""Destruction over HTTP: a data manager has a record, or all of a child, destroyed, and gets a certificate of it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.authorization import Action
from projections.duplicates.query import has_held_back
from projections.visibility.scope import ORDINARY, Scope
from services.api.access_control.looks import ReasonHeader, Viewer, viewer, viewer_of_a_child
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.destruction import certificate, erasure_of, streams_of_erased
from services.api.numbers import NUMBER, child_number
from services.api.problems import Problem, absent
from services.api.routes._current_children import current_or_removed_child
from services.api.routes._shown_records import shown_records
from services.api.routes.steward_decisions import decide, decided, ruling_of, under_way
from services.api.schemas.decisions import UnderWay
from services.api.schemas.erasures import Certificate, Destroyed, Destruction, NotShownYet
from services.registrar.store import RecordKey, streams_of
from services.submission_contract.decisions import DecisionType

_ONE = "name either a child or one record"
_UNDECIDED = (
    "somebody is held back for being like this shielded child; decide first, in the queue of possible duplicates or"
    " behind it, whether it is this child: nobody can tell afterwards"
)
_DECIDED = decided(Destroyed) | {202: {"model": UnderWay | NotShownYet}}


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about destruction."""
    calls = APIRouter(tags=["destruction"])

    @calls.post("/erasures", responses=_DECIDED)
    def erase(request: Request, what: Destruction) -> Response:
        """Destroys the keys of a record, or of a child with all its records: nobody can ever read them again.

        The same again gives the certificate again, or is answered 202 until the views show what was decided.
        """
        if (what.child is None) is (what.record is None):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _ONE)
        named = [what.child] if what.child else []
        who = viewer_of_a_child(dependencies, request, Action.ERASE, what.reason, named)
        stream, child = _meant(who, what)
        erasure, done = _destruction_of(who, stream or child)
        if done is not None:
            return _answer_again(who, what, done)
        if stream is not None and not _may_name(who, stream, child, is_erased=erasure is not None):
            child = ""
        look, child = current_or_removed_child(who, child)
        if erasure is not None:
            return _not_shown_yet(erasure)
        with who.reading_of_all() as cursor:
            undecided = has_held_back(cursor, child, custodian=who.custodian)
        if undecided:
            raise Problem(HTTPStatus.CONFLICT, _UNDECIDED, code="undecided-pairs")
        about: dict[str, Any] = {"record": what.record.model_dump()} if what.record else {}
        try:
            taken = decide(dependencies, look, DecisionType.ERASE, child, ruling_of(who, child=child, **about))
        except Problem:  # also where the same decision, sent before, came first
            erasure, done = _destruction_of(who, stream or child)
            if erasure is None or (done is not None and not _may_read(who, done)):
                raise
            return _not_shown_yet(erasure) if done is None else _answer(done)
        _, found = _destruction_of(who, stream or child) if taken.position is not None else (None, None)
        return under_way(taken) if found is None else _answer(found)

    @calls.get("/erasures/{erasure}", responses={200: {"model": Certificate}, **problems(401, 403, 404, 422, 503)})
    def show(request: Request, erasure: str, _: ReasonHeader = None) -> Response:
        """The certificate of a destruction, by the number of its decision."""
        who = viewer(dependencies, request, Action.ERASE)
        number = child_number(erasure)
        with dependencies.reading() as cursor:
            found = certificate(cursor, dependencies.keys, number)
        who.record({}, [])
        if found is None or not _may_read(who, found):
            raise absent()
        return json_answer(found)

    return calls


def _meant(who: Viewer, what: Destruction) -> tuple[str | None, str]:
    """The stream of the record that is named, also of one that was removed or destroyed, and the child."""
    if what.record is None:
        return None, (what.child or "").lower()
    key: RecordKey = (what.record.source, "subject", what.record.subject)
    with who.reading_of_all() as cursor:
        stream = streams_of(cursor, [key]).get(key) or streams_of_erased(cursor, who.dependencies.keys, [key]).get(key)
        if stream is None:
            return None, ""
        Scope(who.cleared).execute(cursor, "select child::text from known_link where record = %s::uuid", (str(stream),))
        row = cursor.fetchone()
    return str(stream), row[0] if row else ""


def _may_name(who: Viewer, stream: str, child: str, *, is_erased: bool) -> bool:
    """Whether the user may have a record destroyed by its agency's number: one of the entry that the user is shown.

    Who works for the whole directory may also name an ordinary agency's that was removed; and of one that is destroyed
    already nothing can be shown, until the views have that, too.
    """
    with who.reading_of_all() as cursor:
        if stream in shown_records(who, cursor, child):
            return True
        ORDINARY.execute(cursor, "select exists (select from known_link where record = %s::uuid)", (stream,))
        is_ordinary = cursor.fetchone() == (True,)
    return is_ordinary and (is_erased or who.entitlement.authority is None)


def _destruction_of(who: Viewer, stream: str) -> tuple[str | None, Mapping[str, Any] | None]:
    """By which decision a stream was destroyed, if it was, and the certificate once the views show that."""
    if not NUMBER.fullmatch(stream):
        return None, None
    with who.reading_of_all() as cursor:
        erasure = erasure_of(cursor, stream)
        return erasure, certificate(cursor, who.dependencies.keys, erasure) if erasure else None


def _answer_again(who: Viewer, what: Destruction, done: Mapping[str, Any]) -> Response:
    """The certificate of what is destroyed already; to who may not read it Problem 404, as of what never was."""
    if _may_read(who, done):
        who.record({}, [])
        return _answer(done)
    who.record({"child": what.child and what.child.lower()}, [])
    raise absent()


def _may_read(who: Viewer, found: Mapping[str, Any]) -> bool:
    """Who decided it may, and who works for the whole directory: to others, what was destroyed was never there."""
    return who.entitlement.authority is None or found["decided_by"] == who.user


def _answer(found: Mapping[str, Any]) -> Response:
    return json_answer({"outcome": "accepted", "certificate": found})


def _not_shown_yet(erasure: str) -> Response:
    return json_answer({"erasure": erasure, "certificate": f"/erasures/{erasure}"}, HTTPStatus.ACCEPTED)
