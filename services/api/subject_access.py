"""What is held of a child, for somebody who asks: a document to hand over, made by a subject access officer."""

from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from domain.access.disclosure import disclosed, is_carer
from domain.access.requests import Applicant
from domain.protection import Action
from services.api.answers import json_answer, problems
from services.api.entitled import entitled_to_child
from services.api.looks import Looker, ReasonHeader, looker
from services.api.numbers import child_number
from services.api.parts import Parts
from services.api.problems import Problem, absent
from services.api.shapes import SubjectAccess
from services.registers import load_users
from services.subject_access import Sources, held
from services.subject_access_page import page
from streams.codec import iso_text

APPLICANT_HEADER = "Applicant"
_NOT_A_CARER = "no record names a carer so; check the applicant's name, or make the document for `other`"
_SAY_NAME = f"name the carer who asks in the header {APPLICANT_HEADER}, in UTF-8, percent-encoded beyond ASCII"
LONGEST_NAME = 200

ApplicantHeader = Annotated[
    str | None, Header(alias=APPLICANT_HEADER, description="the carer's name; needed where `for` is carer")
]


def router(parts: Parts) -> APIRouter:
    """The call that makes the document."""
    calls = APIRouter(tags=["subject access"])

    @calls.get(
        "/children/{child}/subject-access",
        responses={200: {"model": SubjectAccess, "content": {"text/html": {}}}, **problems(401, 403, 404, 409, 422, 503)},
    )
    def subject_access(
        request: Request,
        child: str,
        _: ReasonHeader = None,
        applicant: Annotated[Literal["child", "carer", "other"], Query(alias="for", description="who asks")] = "other",
        __: ApplicantHeader = None,
    ) -> Response:
        """All that is held of a child, without what the applicant may not have; HTML where `Accept` asks for it."""
        who = looker(parts, request)
        name = _name(request) if applicant == Applicant.CARER else None
        document = _document(who, child_number(child), Applicant(applicant), name)
        if "text/html" in request.headers.get("accept", ""):
            return Response(page(document), HTTPStatus.OK, None, "text/html; charset=utf-8")
        return json_answer(document)

    return calls


def _document(who: Looker, child: str, applicant: Applicant, name: str | None) -> dict[str, Any]:
    parts, today = who.parts, who.parts.now().date()
    with parts.reading() as cursor:
        verdict = entitled_to_child(cursor, who, Action.SUBJECT_ACCESS, child)
        sources = Sources(parts.keys, parts.access_keys, load_users(cursor), parts.organisations)
        found = held(cursor, sources, child, today, cleared=verdict.cleared)
    asked = {"child": child, "for": applicant.value}
    who.record(Action.SUBJECT_ACCESS, asked, [found.entry["child"]] if found else [])
    if found is None:
        raise absent()
    if applicant is Applicant.CARER and not (name and is_carer(found, name)):
        raise Problem(HTTPStatus.CONFLICT, _NOT_A_CARER, code="not-a-carer")
    return {**disclosed(found, applicant, name, today), "made_at": iso_text(parts.now())}


def _name(request: Request) -> str:
    """The carer's name, from the header; raises Problem 422."""
    raw = request.headers.get(APPLICANT_HEADER, "")
    try:
        name = unquote(raw.encode("latin-1").decode("utf-8"), errors="strict").strip()
    except UnicodeError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _SAY_NAME) from None
    if not 0 < len(name) <= LONGEST_NAME:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _SAY_NAME)
    return name
