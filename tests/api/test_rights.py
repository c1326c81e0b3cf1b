"""Which kind of agency may send what: the table of the contract's §2, every cell of it."""

from typing import Any

import pytest

from domain.agency import RIGHTS, Agency
from domain.source_record import Refusal
from domain.vocabulary import AgencyKind, Flag, Service, SubmissionType
from tests.support.examples import SENSITIVE_INVOLVEMENT, Sent, agency, given, sent

SENSITIVE = {"camhs", "sexual-health", "substance-misuse"}
ORDINARY = {
    *("education", "home-education", "gp", "health-visiting", "school-nursing", "early-years", "social-care"),
    *("youth-offending", "police", "hospital", "youth-service", "housing", "voluntary", "named-person"),
}
FLAGS = {
    *("common-assessment", "information-to-share", "action-taken", "child-protection-plan", "looked-after"),
    *("domestic-abuse", "missing-education-enquiry"),
}
SHARES = {"information-to-share", "action-taken"}

TABLE: dict[str, tuple[set[str], set[str], bool]] = {
    "child-benefit": (set(), set(), False),
    "birth-registration": (set(), set(), False),
    "death-registration": (set(), set(), False),
    "gp-registration": ({"gp"}, set(), False),
    "school-census": ({"education"}, set(), False),
    "local-authority": (ORDINARY, FLAGS, True),
    "social-care": ({"social-care"}, FLAGS - {"common-assessment"}, False),
    "assessment": (ORDINARY, {"common-assessment", "information-to-share"}, False),
    "youth-offending": ({"youth-offending"}, SHARES, False),
    "police": ({"police"}, SHARES, False),
    "hospital": ({"hospital"}, SHARES, False),
    "health-visiting": ({"health-visiting"}, SHARES, False),
    "voluntary": ({"voluntary"}, SHARES, False),
    "sensitive-service": (SENSITIVE, set(), False),
}
"""Kind → the services of involvements it may send, the flags it may raise and lower, whether it may remove a record."""

SERVICE_CELLS = [(kind, service) for kind in TABLE for service in Service]
FLAG_CELLS = [(kind, flag, type_) for kind in TABLE for flag in Flag for type_ in ("flag.raised", "flag.lowered")]
TYPE_CELLS = [(kind, type_) for kind in TABLE for type_ in SubmissionType]


def involvement(by: Agency, service: str) -> Sent:
    consent = {"consent": SENSITIVE_INVOLVEMENT["consent"]} if service in SENSITIVE else {}
    return sent("involvement.started", by=by, service=service, **consent)


def known(by: Agency) -> Any:
    """A record with an involvement and a flag of the agency's own, where it may have them."""
    services, flags, _ = TABLE[by.kind]
    said_of_it = [sent("child.registered", by=by)]
    said_of_it += [involvement(by, service) for service in sorted(services)[:1]]
    said_of_it += [sent("flag.raised", by=by, flag=flag) for flag in sorted(flags)[:1]]
    return given(*said_of_it)


def one_of_its_own(by: Agency, type_: str) -> Sent:
    """A submission of a type, about what the agency's kind deals with."""
    services, flags, _ = TABLE[by.kind]
    if type_ == "involvement.started":
        return involvement(by, min(services, default="gp"))
    if type_ in ("involvement.ended", "consent.withdrawn"):
        return sent(type_, by=by, involvement=sent("involvement.started").command.data["involvement"])
    if type_ in ("flag.raised", "flag.lowered"):
        return sent(type_, by=by, flag=min(flags, default="looked-after"))
    return sent(type_, by=by)


def may_send(kind: str, type_: str) -> bool:
    services, flags, removes = TABLE[kind]
    return {
        "involvement.started": bool(services),
        "involvement.ended": bool(services),
        "consent.withdrawn": bool(services & SENSITIVE),
        "flag.raised": bool(flags),
        "flag.lowered": bool(flags),
        "record.removed": removes,
    }.get(type_, True)


def test_the_table_has_every_kind_service_and_flag() -> None:
    assert set(TABLE) == set(AgencyKind) == set(RIGHTS)
    assert set(Service) == ORDINARY | SENSITIVE
    assert set(Flag) == FLAGS


@pytest.mark.parametrize(("kind", "type_"), TYPE_CELLS)
def test_types(kind: str, type_: str) -> None:
    by = agency(kind)
    record = given() if type_ == "child.registered" else known(by)
    outcome = record.when(one_of_its_own(by, type_))
    if may_send(kind, type_):
        assert not isinstance(outcome.decided, Refusal), outcome.decided
    else:
        outcome.refused("agency-may-not-send-type", "type")


@pytest.mark.parametrize(("kind", "service"), SERVICE_CELLS)
def test_services(kind: str, service: str) -> None:
    services, _, _ = TABLE[kind]
    by = agency(kind)
    outcome = given(sent("child.registered", by=by)).when(involvement(by, service))
    if service in services:
        assert not isinstance(outcome.decided, Refusal), outcome.decided
    elif services:
        outcome.refused("agency-may-not-send-service", "data.service")
    else:
        outcome.refused("agency-may-not-send-type", "type")


@pytest.mark.parametrize(("kind", "flag", "type_"), FLAG_CELLS)
def test_flags(kind: str, flag: str, type_: str) -> None:
    _, flags, _ = TABLE[kind]
    by = agency(kind)
    before = [sent("flag.raised", by=by, flag=flag)] if type_ == "flag.lowered" and flag in flags else []
    outcome = given(sent("child.registered", by=by), *before).when(sent(type_, by=by, flag=flag))
    if flag in flags:
        assert not isinstance(outcome.decided, Refusal), outcome.decided
    elif flags:
        outcome.refused("agency-may-not-send-flag", "data.flag")
    else:
        outcome.refused("agency-may-not-send-type", "type")
