"""What is held of a child, for an applicant: a document to hand over, made by a subject access officer."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from domain.authorization import Action
from domain.subject_access.disclosure import HeldData, disclosed, is_carer
from domain.subject_access.requests import Applicant
from services.api.access_control.looks import ReasonHeader, Viewer, viewer_of_a_child
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.numbers import child_number
from services.api.problems import Problem, absent
from services.api.schemas.monitoring import SubjectAccess
from services.pages.subject_access import page
from services.queries.subject_access import Sources, held
from streams.access.users import load_users
from streams.codec import iso_text

APPLICANT_HEADER = "Applicant"
_NOT_A_CARER = "no record names a carer so; check the applicant's name, or make the document for `other`"
_STATE_NAME = f"name the carer who asks in the header {APPLICANT_HEADER}, in UTF-8, percent-encoded beyond ASCII"
LONGEST_NAME = 200
_ANSWER: dict[str, Any] = {"model": SubjectAccess, "content": {"text/html": {}}}

ApplicantHeader = Annotated[
    str | None, Header(alias=APPLICANT_HEADER, description="the carer's name; needed where `for` is carer")
]


def router(dependencies: Dependencies) -> APIRouter:
    """The call that makes the document."""
    calls = APIRouter(tags=["subject access"])

    @calls.get(
        "/children/{child}/subject-access",
        responses={
            200: {"model": SubjectAccess, "content": {"text/html": {}}},
            **problems(401, 403, 404, 409, 422, 503),
        },
    )
    def subject_access(
        request: Request,
        child: str,
        _: ReasonHeader = None,
        applicant: Annotated[Literal["child", "carer", "other"], Query(alias="for", description="who asks")] = "other",
        __: ApplicantHeader = None,
    ) -> Response:
        """All that is held of a child, without what the applicant may not have; HTML where `Accept` asks for it."""
        who = viewer_of_a_child(dependencies, request, Action.SUBJECT_ACCESS)
        name = _name(request) if applicant == "carer" else None
        document = _document(who, child_number(child), Applicant(applicant), name)
        if "text/html" in request.headers.get("accept", ""):
            return Response(page(document), HTTPStatus.OK, None, "text/html; charset=utf-8")
        return json_answer(document)

    return calls


def _document(who: Viewer, child: str, applicant: Applicant, name: str | None) -> dict[str, Any]:
    dependencies = who.dependencies
    with who.reading_of_all() as cursor:
        sources = Sources(
            dependencies.keys, dependencies.access_keys, load_users(cursor), dependencies.watch.organisations
        )
        found = held(cursor, sources, child, who.today, cleared=who.cleared)
    refused = _refusal(who, found, applicant, name)
    who.record({"child": child, "for": applicant.value}, [found.entry["child"]] if found and not refused else [])
    if found is None or refused:
        raise refused or absent()
    return {**disclosed(found, applicant, name, who.today), "made_at": iso_text(dependencies.now())}


def _refusal(who: Viewer, found: HeldData | None, applicant: Applicant, name: str | None) -> Problem | None:
    """Why the document is refused: the child is another authority's, or no record names the carer."""
    if found is None:
        return None
    with who.reading_of_all() as cursor:
        refused = who.refusal_about(cursor, [found.entry["child"]])
    if refused:
        return refused
    if applicant is Applicant.CARER and not (name and is_carer(found, name)):
        return Problem(HTTPStatus.CONFLICT, _NOT_A_CARER, code="not-a-carer")
    return None


def _name(request: Request) -> str:
    """The carer's name, from the header; raises Problem 422."""
    raw = request.headers.get(APPLICANT_HEADER, "")
    try:
        name = unquote(raw.encode("latin-1").decode("utf-8"), errors="strict").strip()
    except UnicodeError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _STATE_NAME) from None
    if not 0 < len(name) <= LONGEST_NAME:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _STATE_NAME)
    return name
