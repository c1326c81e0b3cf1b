"""What would become of an agency's submissions, as far as the API may know: it opens no record of the register.

Outcomes that depend on the present state of a record are in the receipt alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from domain.agency import Agency
from domain.source_record import Command
from domain.source_record.rules import first_broken_beforehand
from projections.receipts.query import receipts
from services.api.dependencies import Dependencies
from services.api.problems import Problem
from services.registers import load_agencies
from services.submission_contract.reading import Invalid, Reason, read, reason
from streams.store.database import Cursor

MOST_AT_ONCE = 500

_NOT_THE_OWNER = reason("source", "not-your-source", "an agency may only send in its own name and to its own topic")


def tried(dependencies: Dependencies, code: str, values: Sequence[bytes]) -> dict[str, Any]:
    """The outcome and reasons of each submission, in their order, as its receipt would have them."""
    if len(values) > MOST_AT_ONCE:
        detail = f"a dry run takes at most {MOST_AT_ONCE} submissions; send it in parts"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
    with dependencies.reading() as cursor:
        agency, now = load_agencies(cursor)[code], dependencies.now()
        outcomes = [_outcome(cursor, agency, read(value), now) for value in values]
    return {"dry_run": True, "submissions": outcomes}


def _outcome(cursor: Cursor, agency: Agency, reading: Command | Invalid, now: datetime) -> Mapping[str, Any]:
    outcome, reasons = outcome_of(cursor, agency, reading, now)
    return {"submission": reading.id, "outcome": outcome, "reasons": reasons}


def outcome_of(
    cursor: Cursor, agency: Agency, reading: Command | Invalid, now: datetime
) -> tuple[str, Sequence[Reason]]:
    """The outcome of a submission that an agency sends, and the reasons of one that is not taken."""
    if isinstance(reading, Invalid):
        return "invalid", reading.reasons
    if reading.source != agency.urn:
        return "refused", [_NOT_THE_OWNER]
    if receipts(cursor, submission=reading.id, source=agency.urn, outcome="accepted", limit=1):
        return "duplicate", []
    refusal = first_broken_beforehand(reading, agency, now)
    return ("refused", [reason(refusal.field, refusal.code, refusal.message)]) if refusal else ("accepted", [])
