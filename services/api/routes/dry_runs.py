"""What would become of submissions, and whom they would join, for data managers: each one that is compared is a search.

Whoever is hidden is absent, and so is what only sensitive services hold, whoever calls: nothing here reveals either.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from threading import Lock
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.agency import Agency
from domain.authorization import Action, Effect, Verdict
from domain.matching import Candidate, Comparer, Finding, Placement, features_of, missing_criteria, place
from domain.source_record import Command
from domain.suspension import SUSPENDED
from domain.vocabulary import SubmissionType
from projections.directory import query as directory
from projections.directory.query import count_children
from projections.directory.redaction import RedactedEntry
from projections.search.query import MOST_ROWS
from projections.visibility.shields import shieldings
from services.api.access_control.looks import Viewer, viewer_of_a_child
from services.api.answers import json_answer, problems
from services.api.dependencies import Dependencies
from services.api.listed import find_listed
from services.api.problems import Problem
from services.api.routes._dry_submissions import outcome_of
from services.api.schemas.dry_runs import MOST_AT_ONCE, DryRun, Placed
from services.registers import load_agencies
from services.submission_contract.reading import Invalid, Reason, read, reason
from streams.store.database import Cursor

MOST_COMPARED = 20
"""Children whose records one submission is compared with, those that a search puts first."""
FRESH_S = 600.0
"""How old the number of children may be, by which strangers are counted."""

_DESCRIBING = (SubmissionType.CHILD_REGISTERED, SubmissionType.CHILD_AMENDED)
_CRITERIA = ("given_name", "family_name", "date_of_birth", "gender", "nhs_number", "upn")
_UNKNOWN_AGENCY = reason("source", "unknown-agency", "no agency of this source is registered")
_SUSPENDED = reason(SUSPENDED.field, SUSPENDED.code, SUSPENDED.message)


def router(dependencies: Dependencies) -> APIRouter:
    """The call that tries submissions."""
    calls = APIRouter(tags=["submissions"])
    comparers = _Comparers(dependencies.comparer)

    @calls.post("/submissions/dry-run", responses={200: {"model": Placed}, **problems(401, 403, 413, 422, 503)})
    def dry_run(request: Request, command: DryRun) -> Response:
        """What would become of up to 20 submissions, and which children they would join; nothing is sent.

        They may be of any agencies. Each one that is compared is recorded as a search of its own.
        """
        may_see_queue = viewer_of_a_child(dependencies, request, Action.DUPLICATES, command.reason)
        who = viewer_of_a_child(dependencies, request, Action.FIND, command.reason)
        if len(command.submissions) > MOST_AT_ONCE:
            detail = f"a dry run takes at most {MOST_AT_ONCE} submissions; send it in parts"
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        masked = replace(who, verdict=Verdict(Effect.MASK))
        lines = [_line(each) for each in command.submissions]
        answers = [_tried(masked, comparers, line, may_see_queue.cleared) for line in lines]
        return json_answer({"dry_run": True, "submissions": answers})

    return calls


def _line(submission: Mapping[str, Any]) -> bytes:
    """The submission as it would be sent: what no topic takes is judged by who reads it, as there."""
    try:
        return json.dumps(submission).encode()
    except RecursionError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "a submission is nested too deeply") from None


class _Comparers:
    """The matcher for a directory of as many children as anybody may know of. Safe to share between threads."""

    def __init__(self, comparer: Comparer) -> None:
        self._comparer = comparer
        self._lock = Lock()
        self._counted_at = float("-inf")

    def now(self, cursor: Cursor) -> Comparer:
        """The comparer; counts children where that was not done lately."""
        with self._lock:
            if time.monotonic() - self._counted_at > FRESH_S:
                self._comparer = self._comparer.among(count_children(cursor))
                self._counted_at = time.monotonic()
            return self._comparer


class _Whereabouts(NamedTuple):
    """Where a submission would be placed: `own` is the child of its record, where it has one that is found."""

    placement: Placement
    own: str | None
    compared: Sequence[RedactedEntry]

    @property
    def would(self) -> str:
        """In a word."""
        if self.own:
            return "stay"
        if self.placement.child:
            return "join"
        return "queue" if self.placement.suspected else "new"

    @property
    def children(self) -> list[dict[str, Any]]:
        """The children that it would do something with, and by which rule."""
        found, placement = [], self.placement
        if self.own:
            found.append({"child": self.own, "as": "stay", "rule": None, "score": None})
        elif placement.reason:
            found.append(_found("join", placement.reason))
        found += [_found("merge", each) for each in placement.merged]
        return found + [_found("queue", each) for each in (*placement.contradicted, *placement.suspected)]


def _found(what: str, finding: Finding) -> dict[str, Any]:
    score = round(finding.evidence.probability, 4)
    return {"child": finding.child, "as": what, "rule": finding.rule, "score": score}


def _tried(who: Viewer, comparers: _Comparers, value: bytes, cleared: bool) -> dict[str, Any]:
    """What would become of one submission; `cleared` users may know of sensitive agencies, and of no more."""
    reading = read(value)
    command = reading if isinstance(reading, Command) else None
    with who.reading() as cursor:
        agencies = {agency.urn: agency for agency in load_agencies(cursor).values()}
        agency = agencies.get(command.source) if command else None
        if agency and agency.is_sensitive and not cleared:
            agency = None
        outcome, reasons = _outcome(who, cursor, agency, reading)
        given: dict[str, str] = {}
        found = None
        if command and agency and not agency.is_sensitive and outcome == "accepted" and command.type in _DESCRIBING:
            given = _criteria(command.data)
            found = _place(who, cursor, comparers.now(cursor), command, given)
    answer = {"submission": reading.id, "outcome": outcome, "reasons": reasons, "would": None, "children": []}
    if found is None:
        return answer
    children = found.children
    shown = {each["child"] for each in children}
    who.record(given, sorted(shown), redacted=[each for each in found.compared if each.child in shown])
    return answer | {"would": found.would, "children": children}


def _outcome(
    who: Viewer, cursor: Cursor, agency: Agency | None, reading: Command | Invalid
) -> tuple[str, Sequence[Reason]]:
    if isinstance(reading, Invalid):
        return "invalid", reading.reasons
    if agency is None:
        return "refused", [_UNKNOWN_AGENCY]
    if agency.code in who.dependencies.suspended:
        return "refused", [_SUSPENDED]
    return outcome_of(cursor, agency, reading, who.dependencies.now())


def _criteria(particulars: Mapping[str, Any]) -> dict[str, str]:
    """What a search for the child would be given."""
    given = {name: particulars.get(name) for name in _CRITERIA}
    given["postcode"] = (particulars.get("address") or {}).get("postcode")
    return {name: value for name, value in given.items() if value}


def _place(who: Viewer, cursor: Cursor, comparer: Comparer, command: Command, given: Mapping[str, str]) -> _Whereabouts:
    """Where the record would be placed among the children that a search for it finds."""
    redacted: list[RedactedEntry] = []
    query = who.dependencies.searcher.query(given)
    if not missing_criteria(query.criteria, query.unused):
        hits = [hit.child for hit in find_listed(cursor, who, query, MOST_ROWS).hits]
        hidden = shieldings(cursor, hits)
        near = [child for child in hits if child not in hidden][:MOST_COMPARED]
        redacted = directory.redacted_entries(cursor, who.dependencies.keys, near, who.today)
    own = record = None
    candidates = []
    for each in redacted:
        for held in each.records:
            if (held.source, held.subject) == (command.source, command.subject) and not held.removed:
                own, record = each.child, held.stream
            if not held.removed and not held.aside:
                features = features_of(held.particulars, held.time, source=held.source)
                candidates.append(Candidate(held.stream, each.child, features))
    features = features_of(command.data, command.time, source=command.source)
    return _Whereabouts(place(comparer, record or "", features, candidates, own=own), own, redacted)
