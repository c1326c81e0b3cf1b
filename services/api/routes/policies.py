"""Inclusion policies over HTTP: which there are, and what several of them come to over the same log."""

from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.authorization import Action, jurisdiction
from services.api.access_control.callers import permitted
from services.api.access_control.looks import ReasonHeader, Viewer, viewer
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.problems import Problem
from services.api.routes._comparison_stream import Compared
from services.api.schemas.policies import Compare, Policies
from services.inclusion_policy.model_file import read_model
from services.inclusion_policy.policy_file import heading, read_policy
from services.inclusion_policy.refused import PolicyRefused
from services.inclusion_policy.running import Job, Run
from services.inclusion_policy.shipped import SHIPPED, shipped, shipped_text

_COMPARED: dict[str, Any] = {"content": {"application/x-ndjson": {}}}
_BUSY = "another comparison is under way; ask again once it has ended"


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about policies."""
    calls = APIRouter(tags=["policies"])
    room = BoundedSemaphore(1)

    @calls.get("/policies", responses={200: {"model": Policies}, **problems(401, 403, 503)})
    def policies(request: Request) -> Response:
        """The policies that come with the product, and the one under which this directory runs."""
        permitted(dependencies, request, Action.POLICY, lambda entitlement: jurisdiction(entitlement.authority))
        listing = [heading(shipped(name)) for name in SHIPPED]
        return json_answer({"policies": listing, "deployment": heading(dependencies.deployment.policy)})

    @calls.post(
        "/policies/compare",
        response_class=Response,
        responses={200: _COMPARED, **problems(401, 403, 422, 429, 503)},
    )
    def compare(request: Request, comparison: Compare, _: ReasonHeader = None) -> Response:
        """Replays the log under several policies: lines `{"done", "of"}`, then one with the result or `{"problem"}`."""
        who = viewer(dependencies, request, Action.POLICY)
        job = _job(who, comparison)
        if not room.acquire(blocking=False):
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, _BUSY, {"Retry-After": "10"})
        try:
            run = Run(job)
        except BaseException:
            room.release()
            raise
        return Compared(run, lambda named: _record(who, comparison, job, named), room.release)

    return calls


def _job(who: Viewer, comparison: Compare) -> Job:
    """What is to be done; raises Problem 422 where a policy or the model can't be used."""
    named = [_text(nth, text) for nth, text in enumerate(comparison.policies, 1)]
    try:
        names = [read_policy(*each).name for each in named]
        if comparison.model is not None:
            read_model("the model", comparison.model)
    except PolicyRefused as refused:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(refused)) from None
    if len(set(names)) < len(names):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "two of the policies have one name; give each its own")
    on = comparison.on or who.today.isoformat()
    lists, directory = list(dict.fromkeys(comparison.lists)), who.dependencies.deployment.source
    return Job(who.dependencies.database_url, named, on, comparison.model, lists, directory)


def _text(nth: int, text: str) -> tuple[str, str]:
    """What messages call a policy, and its text; it may be named, or given whole."""
    if text in SHIPPED:
        return f"{text}.yaml", shipped_text(text)
    if "\n" not in text:
        known = ", ".join(SHIPPED)
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"policy {nth} is unknown; name one of {known}, or send its text"
        )
    return f"policy {nth}", text


def _record(who: Viewer, comparison: Compare, job: Job, named: list[str]) -> None:
    """Records the look at the children whom the answer names, or at totals alone; a policy given whole by its name."""
    query = {
        "policies": [read_policy(*each).name for each in job.policies],
        "given_whole": [nth for nth, text in enumerate(comparison.policies, 1) if text not in SHIPPED],
        "on": job.on,
        "lists": list(job.lists),
        "directory": who.dependencies.deployment.policy.name,
    }
    who.record(query, named)
