"""Which reasons are taken, and who may grant what to whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.agency import Agency
from domain.authorization import (
    REASONS,
    Entitlement,
    NoReason,
    Role,
    reason_of,
    refusal_to_grant,
    refusal_to_revoke,
    works_for,
)
from domain.vocabulary import AgencyKind
from tests.support.entitlements import NORTH, SOUTH, entitlement

ADMINISTRATOR = entitlement(Role.AUTHORITY_ADMINISTRATOR, user="admin")


@pytest.mark.parametrize(
    ("text", "code", "kept"),
    [
        ("safeguarding", "safeguarding", "safeguarding"),
        (" safeguarding : a bruise ", "safeguarding", "safeguarding : a bruise"),
        ("why", "other", "why"),
        ("other: why", "other", "other: why"),
        ("court-order: number seven", "court-order", "court-order: number seven"),
        ("other: looking for a friend", "other", "other: looking for a friend"),
        ("safeguarding enquiry", "other", "safeguarding enquiry"),
        ("no-such-code: text", "other", "no-such-code: text"),
        ("Où est-elle?", "other", "Où est-elle?"),
        ("x" * 500, "other", "x" * 500),
    ],
)
def test_a_reason_is_taken(text: str, code: str, kept: str) -> None:
    assert reason_of(text) == (code, kept)


@pytest.mark.parametrize("text", ["", "  ", "no", "x" * 501, "a\0bc", "tab\there", "\ud800 half", "line\nbreak"])
def test_what_is_no_reason_is_refused(text: str) -> None:
    with pytest.raises(NoReason, match="3 to 500"):
        reason_of(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mising-education", "missing-education"),
        ("safegarding: a bruise", "safeguarding"),
        ("assesment", "assessment"),
        ("transfr: to our area", "transfer"),
        ("subject-acces: her father asks", "subject-access"),
    ],
)
def test_a_mistyped_code_is_asked_about(text: str, meant: str) -> None:
    with pytest.raises(NoReason, match=f"did you mean {meant}[?]"):
        reason_of(text)


@pytest.mark.parametrize("text", ["mother", "transferred", "mother: asks for her", "audited", "demo"])
def test_a_word_of_its_own_is_no_mistyped_code(text: str) -> None:
    assert reason_of(text).code == "other"


def test_which_reasons_need_text() -> None:
    assert {code for code, reason in REASONS.items() if reason.needs_text} == {
        "subject-access",
        "court-order",
        "named-enquiry",
        "other",
    }


@pytest.mark.parametrize("code", sorted(code for code, reason in REASONS.items() if reason.needs_text))
@pytest.mark.parametrize("text", ["", ":", ": ", ": x"])
def test_a_reason_that_needs_text_says_so(code: str, text: str) -> None:
    with pytest.raises(NoReason, match=f"`{code}: …`"):
        reason_of(code + text)


@pytest.mark.parametrize("code", sorted(code for code, reason in REASONS.items() if not reason.needs_text))
def test_a_reason_of_the_list_may_stand_alone(code: str) -> None:
    assert reason_of(code) == (code, code)
    assert reason_of(f"{code}:") == (code, f"{code}:")


@pytest.mark.parametrize(
    ("now", "changes", "why"),
    [
        (None, {"user": "admin"}, "oneself"),
        (None, {"sensitive": True}, "users add"),
        (None, {"role": Role.IDENTITY_CUSTODIAN}, "users add"),
        (None, {"role": Role.OPERATOR}, "users add"),
        (None, {"authority": SOUTH}, "own authority"),
        (None, {"authority": None}, "own authority"),
        ({"authority": SOUTH}, {}, "own authority"),
        ({"authority": None}, {}, "own authority"),
    ],
)
def test_what_an_administrator_may_not_grant(now: dict[str, Any] | None, changes: dict[str, Any], why: str) -> None:
    held = None if now is None else entitlement(**now)
    assert why in (refusal_to_grant(ADMINISTRATOR, held, entitlement(**changes)) or "")


@pytest.mark.parametrize("now", [None, entitlement(), entitlement(Role.AUDITOR, sensitive=True)])
@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.IDENTITY_CUSTODIAN, Role.OPERATOR)])
def test_an_administrator_grants_within_the_own_authority(now: Entitlement | None, role: Role) -> None:
    assert refusal_to_grant(ADMINISTRATOR, now, entitlement(role, authority=NORTH)) is None


@pytest.mark.parametrize(("authority", "refused"), [(NORTH, False), (SOUTH, True), (None, True)])
def test_a_right_at_an_agency_is_granted_by_the_administrator_of_its_own_authority(
    authority: str | None, refused: bool
) -> None:
    agency = Agency("moss-lane", "Moss Lane Primary", AgencyKind.SCHOOL_CENSUS, authority)
    everywhere = entitlement(Role.AUTHORITY_ADMINISTRATOR, user="admin", authority=None)
    assert ("users add" in (refusal_to_grant(ADMINISTRATOR, None, entitlement(), agency) or "")) == refused
    assert refusal_to_grant(everywhere, None, entitlement(), agency) is None


NAMED_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("authority", "of_user", "granted", "own"),
    [
        (NORTH, NORTH, -1, True),
        (SOUTH, NORTH, 1, False),
        (None, NORTH, -1, False),
        (None, NORTH, 0, True),
        (None, NORTH, 1, True),
        (None, NORTH, None, False),
        (None, None, -1, True),
        (SOUTH, None, None, True),
    ],
)
def test_an_agency_of_no_authority_is_the_own_of_who_was_granted_a_right_when_there_was_one(
    authority: str | None, of_user: str | None, granted: int | None, own: bool
) -> None:
    agency = Agency("refuges", "The National Refuges", AgencyKind.VOLUNTARY, authority)
    granted_at = None if granted is None else NAMED_AT + timedelta(minutes=granted)
    assert works_for(entitlement(authority=of_user, granted_at=granted_at), agency, NAMED_AT) is own


def test_an_administrator_of_the_whole_directory_grants_everywhere_but_no_clearance() -> None:
    everywhere = entitlement(Role.AUTHORITY_ADMINISTRATOR, user="admin", authority=None, sensitive=True)
    assert refusal_to_grant(everywhere, entitlement(authority=SOUTH), entitlement(authority=NORTH)) is None
    assert refusal_to_grant(everywhere, None, entitlement(sensitive=True))


def test_who_may_revoke() -> None:
    assert refusal_to_revoke(ADMINISTRATOR, entitlement()) is None
    assert "own right" in (refusal_to_revoke(ADMINISTRATOR, ADMINISTRATOR) or "")
    assert "own authority" in (refusal_to_revoke(ADMINISTRATOR, entitlement(authority=SOUTH)) or "")
