"""Checks a submission before it is sent: the contract, and those of the registrar's rules that need no record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from domain.agency import Agency
from domain.source_record.rules import first_broken_beforehand
from services.submission_contract.reading import Invalid, Reason, read, reason


def reasons_against(submission: Mapping[str, Any], agency: Agency, now: datetime) -> list[Reason]:
    """Why the registrar would refuse a submission of the agency, as far as that is certain before it is sent."""
    command = read(orjson.dumps(submission))
    if isinstance(command, Invalid):
        return command.reasons
    refusal = first_broken_beforehand(command, agency, now)
    return [reason(refusal.field, refusal.code, refusal.message)] if refusal else []
