"""What the contract says of a submission, and those of the registrar's rules that need no record to be known."""

from collections.abc import Mapping
from datetime import datetime
from itertools import takewhile
from typing import Any

import orjson

from domain.agency import Agency
from domain.source_record.rules import RULES, RuleContext
from services.contract.reading import Invalid, Reason, read, reason

_WITHOUT_RECORD = tuple(takewhile(lambda rule: rule.refusal.code != "unknown-record", RULES))
"""The rules are asked in their order, and `unknown-record` is the first that looks at a record."""


def reasons_against(submission: Mapping[str, Any], agency: Agency, now: datetime) -> list[Reason]:
    """Why the registrar would not take a submission of the agency, as far as that is sure before it is sent."""
    answer = read(orjson.dumps(submission))
    if isinstance(answer, Invalid):
        return answer.reasons
    asked = RuleContext(answer.type, answer.subject, answer.time, answer.data, agency, None, False, now)
    for rule in _WITHOUT_RECORD:
        if answer.type in rule.types and rule.is_broken(asked):
            return [reason(rule.refusal.field, rule.refusal.code, rule.refusal.message)]
    return []
