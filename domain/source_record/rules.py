"""When a well-formed submission is refused: named rules in one list, in the order in which they are asked.

A rule looks at what is said, who says it and what is known of the record, and answers whether it is broken.
The first broken rule is the refusal. No text repeats a value that was sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.agency import RIGHTS, Agency
from domain.source_record.record import Involvement, SourceRecord
from domain.vocabulary import SENSITIVE_SERVICES, SubmissionType

CLOCK_TOLERANCE = timedelta(days=1)
"""How far an agency's clock may run ahead of the directory's."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submission had no effect: the field it is about, a stable code and a sentence for the agency."""

    field: str
    code: str
    message: str


class RuleContext(NamedTuple):
    """What a rule may look at: the submission, its agency, the record where it is known, and the clock."""

    type: str
    subject: str
    time: str
    data: dict[str, Any]
    agency: Agency
    record: SourceRecord | None
    other_record_has_involvement: bool
    now: datetime

    @property
    def known(self) -> SourceRecord:
        """The record; only rules after `unknown-record` may ask."""
        assert self.record is not None
        return self.record

    @property
    def involvement(self) -> Involvement | None:
        """The involvement that the submission names, where the record has it."""
        return self.known.involvements.get(self.data["involvement"])

    @property
    def consents(self) -> bool:
        """Whether explicit consent with its giver and day, still in force at the submission's time, is stated."""
        consent = self.data.get("consent") or {}
        if consent.get("explicit") is not True or not (consent.get("given_by") and consent.get("on")):
            return False
        until = consent.get("until")
        return until is None or until >= self.time[:10]


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to refuse: for which types it is asked, and when it is broken."""

    refusal: Refusal
    types: frozenset[str]
    is_broken: Callable[[RuleContext], bool]


def _rule(
    code: str, field: str, message: str, types: set[SubmissionType], is_broken: Callable[[RuleContext], bool]
) -> Rule:
    return Rule(Refusal(field, code, message), frozenset(types), is_broken)


T = SubmissionType
_ALL = set(T)
_FLAGS = {T.FLAG_RAISED, T.FLAG_LOWERED}
_ENDS = {T.INVOLVEMENT_ENDED, T.CONSENT_WITHDRAWN}

RULES: tuple[Rule, ...] = (
    _rule(
        "in-the-future",
        "time",
        "the submission's time is more than a day ahead of the directory's clock; check the sender's clock",
        _ALL,
        lambda asked: datetime.fromisoformat(asked.time) > asked.now + CLOCK_TOLERANCE,
    ),
    _rule(
        "agency-may-not-send-type",
        "type",
        "an agency of this kind may not send this type",
        {T.INVOLVEMENT_STARTED, T.INVOLVEMENT_ENDED},
        lambda asked: not RIGHTS[asked.agency.kind].services,
    ),
    _rule(
        "agency-may-not-send-type",
        "type",
        "only a sensitive service holds consents that can be withdrawn",
        {T.CONSENT_WITHDRAWN},
        lambda asked: not RIGHTS[asked.agency.kind].services & SENSITIVE_SERVICES,
    ),
    _rule(
        "agency-may-not-send-type",
        "type",
        "an agency of this kind may not raise or lower flags",
        _FLAGS,
        lambda asked: not RIGHTS[asked.agency.kind].flags,
    ),
    _rule(
        "agency-may-not-send-type",
        "type",
        "only a local authority may remove a record",
        {T.RECORD_REMOVED},
        lambda asked: not RIGHTS[asked.agency.kind].removes_records,
    ),
    _rule(
        "agency-may-not-send-service",
        "data.service",
        "an agency of this kind may not send involvements of this service",
        {T.INVOLVEMENT_STARTED},
        lambda asked: asked.data["service"] not in RIGHTS[asked.agency.kind].services,
    ),
    _rule(
        "agency-may-not-send-flag",
        "data.flag",
        "an agency of this kind may not raise or lower this flag",
        _FLAGS,
        lambda asked: asked.data["flag"] not in RIGHTS[asked.agency.kind].flags,
    ),
    _rule(
        "no-consent",
        "data.consent",
        "a sensitive service needs explicit consent still in force, and by whom and on which day it was given; "
        "nothing of the submission was kept",
        {T.INVOLVEMENT_STARTED},
        lambda asked: asked.data["service"] in SENSITIVE_SERVICES and not asked.consents,
    ),
    _rule(
        "unknown-record",
        "subject",
        "this agency has registered no record under this subject; send child.registered first",
        _ALL - {T.CHILD_REGISTERED},
        lambda asked: asked.record is None,
    ),
    _rule(
        "record-removed",
        "subject",
        "the record was removed from the directory; nothing more can be said of it",
        _ALL,
        lambda asked: asked.record is not None and asked.record.standing == "removed",
    ),
    _rule(
        "already-registered",
        "subject",
        "the record is registered already; send child.amended to change it",
        {T.CHILD_REGISTERED},
        lambda asked: asked.record is not None and asked.record.standing == "registered",
    ),
    _rule(
        "already-deregistered",
        "subject",
        "the record is deregistered already",
        {T.CHILD_DEREGISTERED},
        lambda asked: asked.known.standing == "deregistered",
    ),
    _rule(
        "involvement-of-another-record",
        "data.involvement",
        "this agency uses the involvement's reference for another record; references are unique within an agency",
        {T.INVOLVEMENT_STARTED},
        lambda asked: asked.other_record_has_involvement,
    ),
    _rule(
        "unknown-involvement",
        "data.involvement",
        "the record has no involvement of this reference; send involvement.started first",
        _ENDS,
        lambda asked: asked.involvement is None,
    ),
    _rule(
        "already-ended",
        "data.involvement",
        "the involvement has ended already",
        {T.INVOLVEMENT_ENDED},
        lambda asked: asked.involvement is not None and asked.involvement.ended_on is not None,
    ),
    _rule(
        "before-start",
        "data.ended_on",
        "an involvement may not end before it started",
        {T.INVOLVEMENT_ENDED},
        lambda asked: asked.involvement is not None and asked.data["ended_on"] < (asked.involvement.started_on or ""),
    ),
    _rule(
        "no-consent-held",
        "data.involvement",
        "no consent is held for the involvement",
        {T.CONSENT_WITHDRAWN},
        lambda asked: asked.involvement is not None and not asked.involvement.consented,
    ),
    _rule(
        "flag-not-raised",
        "data.flag",
        "the flag is not raised on this record",
        {T.FLAG_LOWERED},
        lambda asked: not (asked.data["flag"] in asked.known.flags and asked.known.flags[asked.data["flag"]].raised),
    ),
)

RULES_OF: dict[str, tuple[Rule, ...]] = {
    str(kind): tuple(rule for rule in RULES if kind in rule.types) for kind in SubmissionType
}


def first_broken(asked: RuleContext) -> Refusal | None:
    """The refusal of the first rule that is broken, or None where the submission stands."""
    for rule in RULES_OF[asked.type]:
        if rule.is_broken(asked):
            return rule.refusal
    return None
