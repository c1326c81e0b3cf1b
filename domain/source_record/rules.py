"""When a well-formed command is refused: named rules in one list, in the order in which they are checked.

A rule is a condition on the command, its sender and the record as it is. The first rule that is broken is the refusal.
No text repeats a value that was sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from domain.agency import RIGHTS, Agency
from domain.birth import is_plausible
from domain.days import day_of
from domain.source_record.command import Command
from domain.source_record.record import Involvement, SourceRecord
from domain.timeline.changes import CHILD_GONE, REGISTERED_IN_ERROR
from domain.vocabulary import SENSITIVE_SERVICES, SubmissionType

CLOCK_TOLERANCE = timedelta(days=1)
"""How far an agency's clock may run ahead of the directory's."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command had no effect: the field it is about, a stable code and a sentence for the agency."""

    field: str
    code: str
    message: str


class RuleContext(NamedTuple):
    """What a rule may depend on: the command, its sender, the record if there is one, and the time."""

    command: Command
    agency: Agency
    record: SourceRecord | None
    other_record_has_involvement: bool
    now: datetime

    @property
    def birth_is_implausible(self) -> bool:
        """Whether the command is about somebody born longer ago than anybody in the directory can be."""
        born = self.command.data.get("date_of_birth")
        effective_on = date.fromisoformat(day_of(self.command.time))
        return born is not None and not is_plausible(born, effective_on, self.now.date())

    @property
    def known(self) -> SourceRecord:
        """The record; only rules after `unknown-record` may use it."""
        assert self.record is not None
        return self.record

    @property
    def involvement(self) -> Involvement | None:
        """The involvement that the command names, or None where the record has none of that reference."""
        return self.known.involvements.get(self.command.data["involvement"])

    @property
    def ends_before_start(self) -> bool:
        """Whether the command ends the involvement on a day before it started."""
        if self.involvement is None or self.involvement.started_on is None:
            return False
        return bool(self.command.data["ended_on"] < self.involvement.started_on)

    @property
    def flag_is_raised(self) -> bool:
        """Whether the flag that the command names is raised on the record."""
        flag = self.known.flags.get(self.command.data["flag"])
        return flag is not None and flag.raised

    @property
    def repeats_deregistration(self) -> bool:
        """Whether the record is deregistered already, for the reason and from the day of this command."""
        return self.known.because == (self.command.data["reason"], self.command.data["on"])

    @property
    def takes_a_removal_back(self) -> bool:
        """Whether the command corrects the reason of a removal: not that the child is gone, but registered in error.

        Then nothing of the record remains; it stays removed.
        """
        if self.command.type != SubmissionType.RECORD_REMOVED or self.known.because is None:
            return False
        return self.command.data["reason"] == REGISTERED_IN_ERROR and self.known.because[0] in CHILD_GONE

    @property
    def consents(self) -> bool:
        """Whether the command states explicit consent, with its giver and day, that is in force at its time."""
        consent = self.command.data.get("consent") or {}
        if consent.get("explicit") is not True or not (consent.get("given_by") and consent.get("on")):
            return False
        until = consent.get("until")
        return until is None or until >= day_of(self.command.time)


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to refuse: which types of command it applies to, and when it is broken."""

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
        lambda context: datetime.fromisoformat(context.command.time) > context.now + CLOCK_TOLERANCE,
    ),
    _rule(
        "birth-implausible",
        "data.date_of_birth",
        "whoever was born then is too old for a directory of children; correct the year, or leave the date out",
        {T.CHILD_REGISTERED, T.CHILD_AMENDED},
        lambda context: context.birth_is_implausible,
    ),
    _rule(
        "agency-may-not-send-type",
        "type",
        "an agency of this kind may not send this type",
        {T.INVOLVEMENT_STARTED, T.INVOLVEMENT_ENDED},
        lambda context: not RIGHTS[context.agency.kind].services,
    ),
    _rule(
        "agency-may-not-send-type",
        "type",
        "only a sensitive service holds consents that can be withdrawn",
        {T.CONSENT_WITHDRAWN},
        lambda context: not RIGHTS[context.agency.kind].services & SENSITIVE_SERVICES,
    ),
    _rule(
        "agency-may-not-send-type",
        "type",
        "an agency of this kind may not raise or lower flags",
        _FLAGS,
        lambda context: not RIGHTS[context.agency.kind].flags,
    ),
    _rule(
        "agency-may-not-send-type",
        "type",
        "only a local authority may remove a record",
        {T.RECORD_REMOVED},
        lambda context: not RIGHTS[context.agency.kind].removes_records,
    ),
    _rule(
        "agency-may-not-send-service",
        "data.service",
        "an agency of this kind may not send involvements of this service",
        {T.INVOLVEMENT_STARTED},
        lambda context: context.command.data["service"] not in RIGHTS[context.agency.kind].services,
    ),
    _rule(
        "agency-may-not-send-flag",
        "data.flag",
        "an agency of this kind may not raise or lower this flag",
        _FLAGS,
        lambda context: context.command.data["flag"] not in RIGHTS[context.agency.kind].flags,
    ),
    _rule(
        "no-consent",
        "data.consent",
        "a sensitive service needs explicit consent still in force, and by whom and on which day it was given; "
        "nothing of the submission was kept",
        {T.INVOLVEMENT_STARTED},
        lambda context: context.command.data["service"] in SENSITIVE_SERVICES and not context.consents,
    ),
    _rule(
        "unknown-record",
        "subject",
        "this agency has registered no record under this subject; send child.registered first",
        _ALL - {T.CHILD_REGISTERED},
        lambda context: context.record is None,
    ),
    _rule(
        "record-removed",
        "subject",
        "the record was removed from the directory; nothing more can be said of it",
        _ALL,
        lambda context: (
            context.record is not None and context.record.status == "removed" and not context.takes_a_removal_back
        ),
    ),
    _rule(
        "already-registered",
        "subject",
        "the record is registered already; send child.amended to change it",
        {T.CHILD_REGISTERED},
        lambda context: context.record is not None and context.record.status == "registered",
    ),
    _rule(
        "already-deregistered",
        "subject",
        "the record is deregistered already, for this reason and from this day; another reason or day corrects it",
        {T.CHILD_DEREGISTERED},
        lambda context: context.known.status == "deregistered" and context.repeats_deregistration,
    ),
    _rule(
        "involvement-of-another-record",
        "data.involvement",
        "this agency uses the involvement's reference for another record; references are unique within an agency",
        {T.INVOLVEMENT_STARTED},
        lambda context: context.other_record_has_involvement,
    ),
    _rule(
        "unknown-involvement",
        "data.involvement",
        "the record has no involvement of this reference; send involvement.started first",
        _ENDS,
        lambda context: context.involvement is None,
    ),
    _rule(
        "already-ended",
        "data.involvement",
        "the involvement has ended already",
        {T.INVOLVEMENT_ENDED},
        lambda context: context.involvement is not None and context.involvement.ended_on is not None,
    ),
    _rule(
        "before-start",
        "data.ended_on",
        "an involvement may not end before it started",
        {T.INVOLVEMENT_ENDED},
        lambda context: context.ends_before_start,
    ),
    _rule(
        "no-consent-held",
        "data.involvement",
        "no consent is held for the involvement",
        {T.CONSENT_WITHDRAWN},
        lambda context: context.involvement is not None and not context.involvement.consented,
    ),
    _rule(
        "flag-not-raised",
        "data.flag",
        "the flag is not raised on this record",
        {T.FLAG_LOWERED},
        lambda context: not context.flag_is_raised,
    ),
)

RULES_OF: dict[str, tuple[Rule, ...]] = {
    str(kind): tuple(rule for rule in RULES if kind in rule.types) for kind in SubmissionType
}


WITHOUT_RECORD = tuple(takewhile(lambda rule: rule.refusal.code != "unknown-record", RULES))
"""The rules are checked in their order, and `unknown-record` is the first that depends on a record."""


def first_broken_beforehand(command: Command, agency: Agency, now: datetime) -> Refusal | None:
    """The refusal that is certain whatever the record of the command is, or None."""
    context = RuleContext(command, agency, None, False, now)
    return next(
        (each.refusal for each in WITHOUT_RECORD if command.type in each.types and each.is_broken(context)), None
    )


def first_broken(context: RuleContext) -> Refusal | None:
    """The refusal of the first rule that is broken, or None where all hold."""
    for rule in RULES_OF[context.command.type]:
        if rule.is_broken(context):
            return rule.refusal
    return None
