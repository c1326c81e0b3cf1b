"""The logs' checkpoints, tiles and proofs over HTTP (C2SP tlog-tiles), for auditors.

A size counts the events of everybody. Nothing personal is in them, so that they are no looks: each would grow the log
that it is about.
"""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from domain.authorization import Action, Jurisdiction
from domain.transparency.tiles import read_path, width_in
from services.api.access_control.callers import permitted
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.problems import Problem, absent
from services.api.schemas.proofs import Proof
from services.proofs import stored
from services.proofs.handed_out import TreeDamaged, prove

Log = Literal["register", "access"]
LARGEST = 2**53 - 1
"""No position is greater; a number that JSON can't hold is none."""
_FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}
_NOT_KEPT = {"Cache-Control": "no-store"}


def router(dependencies: Dependencies) -> APIRouter:
    """The calls about the logs' trees."""
    calls = APIRouter(tags=["proofs"])

    @calls.get("/tlog/{log}/checkpoint", response_class=Response, responses=problems(401, 403, 404, 503))
    def checkpoint(request: Request, log: Log) -> Response:
        """The latest signed checkpoint of a log, as a signed note."""
        permitted(dependencies, request, Action.PROOFS, lambda _: Jurisdiction.NONE)
        with dependencies.look_ups.snapshot() as cursor:
            signed = stored.latest(cursor, log)
        if signed is None:
            raise absent()
        return Response(signed.note, HTTPStatus.OK, _NOT_KEPT, "text/plain; charset=utf-8")

    @calls.get("/tlog/{log}/tile/{tile:path}", response_class=Response, responses=problems(401, 403, 404, 503))
    def tile(request: Request, log: Log, tile: str) -> Response:
        """A tile of a log's tree, or a bundle of its entries, like `0/x001/234.p/5` and `entries/000`."""
        permitted(dependencies, request, Action.PROOFS, lambda _: Jurisdiction.NONE)
        wanted = read_path(tile)
        if wanted is None:
            raise absent()
        with dependencies.look_ups.snapshot() as cursor:
            signed = stored.latest(cursor, log)
            there = signed is not None and wanted.width <= width_in(wanted, signed.size)
            content = stored.content(cursor, log, wanted) if there else None
        if content is None:
            raise absent()
        return Response(content, HTTPStatus.OK, _FOR_GOOD, "application/octet-stream")

    @calls.get("/tlog/{log}/proof/{position}", responses={200: {"model": Proof}, **problems(401, 403, 404, 409, 503)})
    def proof(
        request: Request, log: Log, position: Annotated[int, Path(ge=1, le=LARGEST, description="from 1 on")]
    ) -> Response:
        """The leaf of a position, and the proof that it is in the latest checkpoint; absent while that is before it."""
        permitted(dependencies, request, Action.PROOFS, lambda _: Jurisdiction.NONE)
        with dependencies.look_ups.snapshot() as cursor:
            signed = stored.latest(cursor, log)
            if signed is None or signed.size < position:
                raise absent()
            try:
                proven = prove(cursor, log, position, signed)
            except TreeDamaged as damaged:
                raise Problem(HTTPStatus.CONFLICT, str(damaged), code="tree-damaged") from None
        return json_answer({"leaf": proven.leaf.decode(), "proof": proven.proof.text})

    return calls
