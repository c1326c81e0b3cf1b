"""What a submission does to a record: each rule, each outcome, and what holds for all of them."""

from datetime import timedelta
from typing import Any

import pytest

from domain.source_record import Refusal, is_effect
from domain.source_record.events import (
    ConsentWithdrawn,
    FlagLowered,
    FlagRaised,
    InvolvementEnded,
    InvolvementStarted,
    RecordAmended,
    RecordDeregistered,
    RecordRegistered,
    RecordRemoved,
)
from domain.source_record.rules import RULES
from domain.vocabulary import SubmissionType
from tests.support.examples import (
    ABSENT,
    AUTHORITY,
    CLINIC,
    NOW,
    PARTICULARS,
    SENSITIVE_INVOLVEMENT,
    agency,
    given,
    sent,
)

REGISTERED = sent("child.registered")
AMENDED = sent("child.amended")
DEREGISTERED = sent("child.deregistered")
STARTED = sent("involvement.started")
ENDED = sent("involvement.ended")
RAISED = sent("flag.raised")
LOWERED = sent("flag.lowered")
REMOVED = sent("record.removed")
DAY = timedelta(days=1)
LATER = "2010-01-10T09:00:00Z"
AT_CLINIC = sent("child.registered", by=CLINIC)
WITHDRAWN = sent("consent.withdrawn")


def sensitive(**data: Any) -> Any:
    return sent("involvement.started", by=CLINIC, **(SENSITIVE_INVOLVEMENT | data))


def test_a_child_is_registered() -> None:
    given().when(REGISTERED).then(
        RecordRegistered,
        originator_version=1,
        subject=REGISTERED.command.subject,
        particulars=PARTICULARS,
        caused_by=REGISTERED.command.id,
        source=AUTHORITY.urn,
        restricted=False,
        time=REGISTERED.command.time,
        timestamp=NOW,
    )


def test_what_a_sensitive_agency_says_is_restricted() -> None:
    given().when(AT_CLINIC).then(RecordRegistered, source=CLINIC.urn, restricted=True)
    given(AT_CLINIC).when(sensitive()).then(InvolvementStarted, source=CLINIC.urn, restricted=True)


def test_a_child_cannot_be_registered_twice() -> None:
    given(REGISTERED).when(REGISTERED).refused("already-registered", "subject")


def test_a_child_that_was_deregistered_can_be_registered_again() -> None:
    again = given(REGISTERED, DEREGISTERED).when(sent("child.registered", given_name="Tam"))
    again.then(RecordRegistered, originator_version=3, particulars=PARTICULARS | {"given_name": "Tam"})


def test_a_child_that_was_registered_again_is_current() -> None:
    registered_again = given(REGISTERED, DEREGISTERED, REGISTERED)
    registered_again.when(REGISTERED).refused("already-registered")
    registered_again.when(DEREGISTERED).then(RecordDeregistered, originator_version=4)


def test_registering_again_keeps_involvements_and_flags() -> None:
    registered_again = given(REGISTERED, STARTED, RAISED, DEREGISTERED, REGISTERED)
    registered_again.when(ENDED).then(InvolvementEnded, number=1)
    registered_again.when(LOWERED).then(FlagLowered, number=1)


def test_particulars_are_amended_as_a_whole() -> None:
    given(REGISTERED).when(AMENDED).then(
        RecordAmended, subject=AMENDED.command.subject, particulars=AMENDED.command.data
    )


def test_a_deregistered_record_can_still_be_amended() -> None:
    given(REGISTERED, DEREGISTERED).when(AMENDED).then(RecordAmended)


def test_a_child_is_deregistered() -> None:
    given(REGISTERED).when(DEREGISTERED).then(RecordDeregistered, reason="moved-away", on="2009-07-24")


def test_of_a_registration_and_a_deregistration_of_one_moment_the_one_that_was_told_last_stands() -> None:
    at_once = DEREGISTERED._replace(command=DEREGISTERED.command._replace(time=REGISTERED.command.time))
    given(REGISTERED, at_once).when(REGISTERED).then(RecordRegistered, originator_version=3)
    given(REGISTERED, at_once, REGISTERED).when(REGISTERED).refused("already-registered")


def test_a_child_cannot_be_deregistered_twice() -> None:
    given(REGISTERED, DEREGISTERED).when(DEREGISTERED).refused("already-deregistered", "subject")


def test_an_involvement_starts() -> None:
    given(REGISTERED).when(STARTED).then(InvolvementStarted, number=1, again=False, involvement=STARTED.command.data)


def test_a_second_involvement_has_the_next_number() -> None:
    other = sent("involvement.started", involvement="LA-20417/ey/1")
    given(REGISTERED, STARTED).when(other).then(InvolvementStarted, number=2, again=False)


def test_an_involvement_sent_again_is_amended() -> None:
    amended = sent("involvement.started", lead_professional=False, practitioner=ABSENT)
    second = sent("involvement.started", involvement="LA-20417/ey/1")
    given(REGISTERED, STARTED, second).when(amended).then(
        InvolvementStarted, number=1, again=True, involvement=amended.command.data
    )


def test_an_involvement_that_ended_is_reopened_by_sending_it_again() -> None:
    reopened = given(REGISTERED, STARTED, ENDED)
    reopened.when(sent("involvement.started", time=LATER)).then(InvolvementStarted, number=1, again=True)
    reopened.when(sent("involvement.ended", time=LATER)).then(InvolvementEnded, number=1)


def test_an_involvement_belongs_to_one_record_of_the_agency() -> None:
    given(REGISTERED).when(STARTED, elsewhere=True).refused("involvement-of-another-record", "data.involvement")


def test_an_involvement_ends() -> None:
    given(REGISTERED, STARTED).when(ENDED).then(InvolvementEnded, number=1, ended_on="2009-03-09")


@pytest.mark.parametrize("submission", [ENDED, WITHDRAWN], ids=lambda each: each.command.type)
def test_an_involvement_that_never_started_cannot_end(submission: Any) -> None:
    registered = sent("child.registered", by=submission.agency)
    given(registered).when(submission).refused("unknown-involvement", "data.involvement")


def test_an_end_is_that_of_the_named_involvement() -> None:
    second, end_of_second = (
        sent(type_, involvement="LA-20417/ey/1") for type_ in ("involvement.started", "involvement.ended")
    )
    record = given(REGISTERED, STARTED, second, end_of_second)
    record.when(end_of_second).refused("already-ended")
    record.when(ENDED).then(InvolvementEnded, number=1)


def test_an_involvement_cannot_end_twice() -> None:
    given(REGISTERED, STARTED, ENDED).when(ENDED).refused("already-ended", "data.involvement")


@pytest.mark.parametrize(("ended_on", "accepted"), [("2008-09-17", False), ("2008-09-18", True), ("2008-09-19", True)])
def test_an_involvement_cannot_end_before_it_started(ended_on: str, accepted: bool) -> None:
    outcome = given(REGISTERED, STARTED).when(sent("involvement.ended", ended_on=ended_on))
    if accepted:
        outcome.then(InvolvementEnded, ended_on=ended_on)
    else:
        outcome.refused("before-start", "data.ended_on")


def test_an_involvement_whose_start_is_not_known_may_end_on_any_day() -> None:
    unknown_start = sent("involvement.started", started_on=ABSENT)
    given(REGISTERED, unknown_start).when(sent("involvement.ended", ended_on="1990-01-01")).then(InvolvementEnded)


def test_a_sensitive_involvement_starts_with_consent() -> None:
    given(AT_CLINIC).when(sensitive()).then(InvolvementStarted, number=1, involvement=sensitive().command.data)


@pytest.mark.parametrize(
    "consent",
    [
        ABSENT,
        {},
        {"given_by": "child", "on": "2008-09-30"},
        {"given_by": "child", "explicit": False, "on": "2008-09-30"},
        {"given_by": "child", "explicit": True, "on": "2007-09-30", "until": "2008-09-19"},
        {"explicit": True, "on": "2008-09-30"},
        {"given_by": "child", "explicit": True},
    ],
    ids=["absent", "empty", "not said to be explicit", "not explicit", "expired the day before", "by nobody", "never"],
)
def test_a_sensitive_involvement_needs_explicit_consent_in_force(consent: Any) -> None:
    given(AT_CLINIC).when(sensitive(consent=consent)).refused("no-consent", "data.consent")


def test_consent_holds_to_the_end_of_its_last_day() -> None:
    consent = {"given_by": "child", "explicit": True, "on": "2007-09-30", "until": "2008-09-20"}
    given(AT_CLINIC).when(sensitive(consent=consent)).then(InvolvementStarted)


def test_consent_that_ended_the_day_before_is_none_even_in_the_same_tenth_of_the_month() -> None:
    consent = {"given_by": "child", "explicit": True, "on": "2007-09-30", "until": "2008-09-24"}
    late = sent(
        "involvement.started", by=CLINIC, time="2008-09-25T00:00:00Z", **(SENSITIVE_INVOLVEMENT | {"consent": consent})
    )
    given(AT_CLINIC).when(late).refused("no-consent")


def test_amending_a_sensitive_involvement_needs_consent_again() -> None:
    given(AT_CLINIC, sensitive()).when(sensitive(consent=ABSENT)).refused("no-consent")


def test_consent_is_withdrawn() -> None:
    given(AT_CLINIC, sensitive()).when(WITHDRAWN).then(ConsentWithdrawn, number=1, on="2009-02-01", restricted=True)


def test_consent_cannot_be_withdrawn_twice() -> None:
    given(AT_CLINIC, sensitive(), WITHDRAWN).when(WITHDRAWN).refused("no-consent-held", "data.involvement")


def test_an_ordinary_involvement_has_no_consent_to_withdraw() -> None:
    before, after = agency("voluntary", "haven"), agency("sensitive-service", "haven")
    started = sent("involvement.started", by=before, service="voluntary", involvement="YM-88/1")
    record = given(sent("child.registered", by=before), started)
    record.when(sent("consent.withdrawn", by=after)).refused("no-consent-held")


def test_consent_that_was_given_anew_can_be_withdrawn_again() -> None:
    given(AT_CLINIC, sensitive(), WITHDRAWN, sensitive()).when(WITHDRAWN).then(ConsentWithdrawn, number=1)


def test_an_involvement_whose_consent_is_withdrawn_can_still_end() -> None:
    ended = sent("involvement.ended", by=CLINIC, involvement="YM-88/1")
    given(AT_CLINIC, sensitive(), WITHDRAWN).when(ended).then(InvolvementEnded, number=1)


def test_a_flag_is_raised() -> None:
    given(REGISTERED).when(RAISED).then(
        FlagRaised, number=1, again=False, flag="common-assessment", contact=RAISED.command.data["contact"]
    )


def test_a_flag_may_come_without_a_contact() -> None:
    given(REGISTERED).when(sent("flag.raised", contact=ABSENT)).then(FlagRaised, contact={})


def test_a_second_flag_has_the_next_number() -> None:
    given(REGISTERED, RAISED).when(sent("flag.raised", flag="looked-after")).then(FlagRaised, number=2, again=False)


def test_a_flag_raised_again_keeps_its_number() -> None:
    given(REGISTERED, RAISED).when(RAISED).then(FlagRaised, number=1, again=True)
    given(REGISTERED, RAISED, LOWERED).when(RAISED).then(FlagRaised, number=1, again=True)


def test_a_flag_is_lowered() -> None:
    given(REGISTERED, RAISED).when(LOWERED).then(
        FlagLowered, number=1, flag="common-assessment", lowered_on="2009-03-02"
    )


def test_a_flag_that_is_not_raised_cannot_be_lowered() -> None:
    given(REGISTERED).when(LOWERED).refused("flag-not-raised", "data.flag")
    given(REGISTERED, RAISED, LOWERED).when(LOWERED).refused("flag-not-raised", "data.flag")


def test_a_flag_that_is_raised_again_later_is_up_and_can_be_lowered_again() -> None:
    again = given(REGISTERED, RAISED, LOWERED, sent("flag.raised", time=LATER))
    again.when(LOWERED).then(FlagLowered, number=1)
    again.when(sent("flag.lowered", time=LATER)).then(FlagLowered, number=1)
    again.when(sent("flag.lowered", time=LATER)).refused("flag-not-raised")


def test_a_raising_that_is_told_late_does_not_stand_for_the_last_one() -> None:
    told_late = given(REGISTERED, RAISED, sent("flag.raised", time=LATER), RAISED)
    told_late.when(LOWERED).then(FlagLowered, number=1)
    told_late.when(LOWERED).then(FlagLowered, number=1)


def test_a_record_is_removed() -> None:
    given(REGISTERED).when(REMOVED).then(RecordRemoved, reason="left-england", on="2010-01-08")


@pytest.mark.parametrize(
    "submission",
    [REGISTERED, AMENDED, DEREGISTERED, STARTED, ENDED, RAISED, LOWERED, REMOVED],
    ids=lambda each: each.command.type,
)
def test_nothing_more_can_be_said_of_a_removed_record(submission: Any) -> None:
    given(REGISTERED, STARTED, RAISED, REMOVED).when(submission).refused("record-removed", "subject")


@pytest.mark.parametrize(
    "submission",
    [AMENDED, DEREGISTERED, STARTED, ENDED, WITHDRAWN, RAISED, LOWERED, REMOVED],
    ids=lambda each: each.command.type,
)
def test_what_depends_on_a_record_that_is_not_there_is_refused_with_that_reason(submission: Any) -> None:
    given().when(submission).refused("unknown-record", "subject")


@pytest.mark.parametrize("ahead", [timedelta(0), DAY])
def test_a_clock_may_run_ahead_a_little(ahead: timedelta) -> None:
    time = (NOW + ahead).isoformat(timespec="microseconds").replace("+00:00", "Z")
    given().when(sent("child.registered", time=time)).then(RecordRegistered)


@pytest.mark.parametrize("type_", SubmissionType)
def test_what_comes_from_the_future_is_refused(type_: SubmissionType) -> None:
    beyond = NOW + DAY + timedelta(microseconds=1)
    time = beyond.isoformat(timespec="microseconds").replace("+00:00", "Z")
    given().when(sent(type_, time=time)).refused("in-the-future", "time")


def test_what_happened_long_ago_is_taken() -> None:
    given().when(sent("child.registered", time="1908-09-01T09:00:00Z")).then(RecordRegistered)


@pytest.mark.parametrize(
    ("kind", "type_", "code", "field"),
    [
        ("child-benefit", "involvement.started", "agency-may-not-send-type", "type"),
        ("child-benefit", "involvement.ended", "agency-may-not-send-type", "type"),
        ("voluntary", "consent.withdrawn", "agency-may-not-send-type", "type"),
        ("child-benefit", "consent.withdrawn", "agency-may-not-send-type", "type"),
        ("gp-registration", "flag.raised", "agency-may-not-send-type", "type"),
        ("gp-registration", "flag.lowered", "agency-may-not-send-type", "type"),
        ("gp-registration", "record.removed", "agency-may-not-send-type", "type"),
        ("gp-registration", "involvement.started", "agency-may-not-send-service", "data.service"),
        ("police", "flag.raised", "agency-may-not-send-flag", "data.flag"),
        ("police", "flag.lowered", "agency-may-not-send-flag", "data.flag"),
    ],
)
def test_what_an_agency_may_not_send_is_refused_before_the_record_is_considered(
    kind: str, type_: str, code: str, field: str
) -> None:
    given().when(sent(type_, by=agency(kind))).refused(code, field)


def test_missing_consent_is_refused_before_the_record_is_considered() -> None:
    given().when(sensitive(consent=ABSENT)).refused("no-consent")


@pytest.mark.parametrize(
    ("before", "submission"),
    [
        ([], REGISTERED),
        ([REGISTERED, DEREGISTERED], REGISTERED),
        ([REGISTERED], AMENDED),
        ([REGISTERED], DEREGISTERED),
        ([REGISTERED], STARTED),
        ([REGISTERED, STARTED], ENDED),
        ([AT_CLINIC, sensitive()], WITHDRAWN),
        ([REGISTERED], RAISED),
        ([REGISTERED, RAISED], LOWERED),
        ([REGISTERED], REMOVED),
    ],
    ids=lambda each: "" if isinstance(each, list) else each.command.type,
)
def test_what_a_submission_has_caused_is_known_by_its_id_its_time_and_all_that_it_says(
    before: list[Any], submission: Any
) -> None:
    """So a submission that is read a second time is not taken for one more, and another one of its id is not it."""
    told = given(*before)
    decided = told.when(submission).decided
    assert not isinstance(decided, Refusal)
    (event,) = decided
    assert told.record is not None
    command, record = submission.command, told.record
    other_words = {name: f"{value}?" for name, value in command.data.items() if isinstance(value, str)}
    others = [
        command._replace(id="another"),
        command._replace(time=LATER),
        command._replace(data=command.data | other_words),
        command._replace(type="record.forgotten"),
        (AMENDED if submission is REMOVED else REMOVED).command._replace(id=command.id, time=command.time),
    ]
    assert is_effect(event, record, command)
    assert not any(is_effect(event, record, other) for other in others)


def test_codes_are_stable_words_and_messages_are_sentences() -> None:
    for rule in RULES:
        assert rule.refusal.code == rule.refusal.code.lower().replace(" ", "-")
        assert rule.types, rule.refusal.code
        assert not rule.refusal.message.endswith(".")


def test_a_refusal_repeats_nothing_that_was_sent() -> None:
    marked = sent("involvement.started", involvement="a-mark-of-our-own", by=agency("police"))
    refusal = given(sent("child.registered", by=marked.agency)).when(marked).decided
    assert isinstance(refusal, Refusal)
    assert "a-mark-of-our-own" not in str(refusal)
