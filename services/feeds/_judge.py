"""Checks a submission before it is sent: the contract, and those of the registrar's rules that need no record."""

from collections.abc import Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any

import orjson

from domain.agency import Agency
from domain.source_record.rules import RULES, RuleContext
from services.contract.reading import Invalid, Reason, read, reason

_WITHOUT_RECORD = tuple(takewhile(lambda rule: rule.refusal.code != "unknown-record", RULES))
"""The rules are checked in their order, and `unknown-record` is the first that depends on a record."""


def reasons_against(submission: Mapping[str, Any], agency: Agency, now: datetime) -> list[Reason]:
    """Why the registrar would refuse a submission of the agency, as far as that is certain before it is sent."""
    command = read(orjson.dumps(submission))
    if isinstance(command, Invalid):
        return command.reasons
    context = RuleContext(command, agency, None, False, now)
    for rule in _WITHOUT_RECORD:
        if command.type in rule.types and rule.is_broken(context):
            return [reason(rule.refusal.field, rule.refusal.code, rule.refusal.message)]
    return []
