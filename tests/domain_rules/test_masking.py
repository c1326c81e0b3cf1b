"""What a reader without clearance learns of a sensitive service, and what nobody does without a consent in force."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from domain.authorization import is_withheld, mask_entry, mask_look, restricted_services, withheld_involvements
from domain.authorization.masking import WITHOUT_DESK, is_restricted
from domain.child.composition import InvolvementState, RecordState
from domain.vocabulary import RESTRICTED_SOURCE
from tests.support.entitlements import NORTH, SOUTH

TODAY = date(2026, 11, 24)
IN_FORCE, EXPIRED = {"on": "2026-11-24", "until": "2026-11-24"}, {"on": "2026-11-01", "until": "2026-11-23"}
TOMORROW = {"on": "2026-11-25"}
DESK = {"role": "duty desk", "name": "R. Hale", "phone": "01632 960001", "email": None}


def involvement(service: str = "camhs", consent: dict[str, str] | None = None, **state: Any) -> InvolvementState:
    return InvolvementState({"service": service, "consent": consent}, **state)


def record(*involvements: InvolvementState, removed: bool = False) -> RecordState:
    return RecordState("a-record", removed=removed, involvements=dict(enumerate(involvements, 1)))


ORDINARY = record(involvement("education"))
SENSITIVE = record(involvement(consent=IN_FORCE))
WITHOUT_CONSENT = record(involvement(consent=EXPIRED))


@pytest.mark.parametrize(
    ("about", "sources", "restricted"),
    [
        (ORDINARY, ["urn:agency:school"], False),
        (ORDINARY, ["urn:agency:school", RESTRICTED_SOURCE], True),
        (SENSITIVE, ["urn:agency:school"], True),
        (SENSITIVE, [RESTRICTED_SOURCE], True),
        (record(involvement("education"), involvement()), ["urn:agency:school"], True),
        (record(), [], False),
        (None, ["urn:agency:school"], False),
        (None, [RESTRICTED_SOURCE], True),
    ],
)
def test_a_record_is_restricted_by_its_source_or_its_services(
    about: RecordState | None, sources: list[str], restricted: bool
) -> None:
    assert is_restricted(about, sources) is restricted


@pytest.mark.parametrize(
    ("about", "cleared", "withheld"),
    [
        (ORDINARY, False, False),
        (ORDINARY, True, False),
        (SENSITIVE, False, True),
        (SENSITIVE, True, False),
        (WITHOUT_CONSENT, False, True),
        (WITHOUT_CONSENT, True, True),
        (record(involvement(consent={"on": "2026-11-24"}, consent_withdrawn=True)), True, True),
        (record(involvement(consent=TOMORROW)), True, True),
        (record(involvement()), True, True),
        (record(involvement(consent=EXPIRED), involvement(consent=IN_FORCE)), True, False),
        (record(involvement(consent=EXPIRED), involvement("education")), True, True),
    ],
)
def test_who_may_learn_that_there_is_a_record(about: RecordState, cleared: bool, withheld: bool) -> None:
    assert is_withheld(about, ["urn:agency:school"], cleared=cleared, today=TODAY) is withheld


@pytest.mark.parametrize("cleared", [True, False])
def test_a_sensitive_record_that_cannot_be_decrypted_is_withheld_from_everybody(cleared: bool) -> None:
    assert is_withheld(None, [RESTRICTED_SOURCE], cleared=cleared, today=TODAY)
    assert not is_withheld(None, ["urn:agency:school"], cleared=cleared, today=TODAY)


def test_a_sensitive_record_without_a_sensitive_involvement_is_withheld_from_everybody() -> None:
    assert is_withheld(ORDINARY, [RESTRICTED_SOURCE], cleared=True, today=TODAY)


def test_the_involvements_without_consent_are_withheld() -> None:
    mixed = record(involvement("education"), involvement(consent=EXPIRED), involvement(consent=IN_FORCE))
    assert withheld_involvements(mixed, TODAY) == {2}


def test_the_sensitive_services_at_work_with_consent_are_counted() -> None:
    counted = record(involvement(consent=IN_FORCE), involvement("substance-misuse", {"on": "2026-01-01"}))
    others = record(
        involvement("education"),
        involvement(ended_on="2026-01-01"),
        involvement(consent=EXPIRED),
        involvement(consent={"on": "2026-01-01"}, consent_withdrawn=True),
        involvement(consent=TOMORROW),
    )
    removed = record(involvement(consent=IN_FORCE), removed=True)
    assert restricted_services([counted, others, removed], TODAY) == 2
    assert restricted_services([others, removed], TODAY) == 0


def entry(*involvements: dict[str, Any]) -> dict[str, Any]:
    return {"child": "a-child", "involvements": list(involvements)}


def living_in(*authorities: str | None) -> list[RecordState]:
    """Records of an agency each, the last of which was told first; one without an address where that is None."""
    return [
        RecordState(
            f"record-{number}", f"agency-{number}", time=str(9 - number), particulars={"address": {"authority": each}}
        )
        for number, each in enumerate(authorities)
    ]


def test_a_line_for_each_restricted_service_follows_those_at_work() -> None:
    current, ended = {"service": "education", "ended_on": None}, {"service": "gp", "ended_on": "2020-01-01"}
    masked = mask_entry(entry(current, ended), living_in(NORTH), 2, {NORTH: DESK})
    line = {
        "involvement": None,
        "service": None,
        "organisation": {},
        "practitioner": {},
        "lead_professional": False,
        "started_on": None,
        "ended_on": None,
        "source": None,
        "restricted": True,
        "contact": DESK,
    }
    assert masked["involvements"] == [current, line, line, ended]
    assert {**masked, "involvements": []} == entry()


def test_an_entry_without_restricted_services_stays_as_it_is() -> None:
    shown = entry({"service": "gp", "ended_on": None})
    assert mask_entry(shown, living_in(NORTH), 0, {NORTH: DESK}) == shown


@pytest.mark.parametrize(
    ("authorities", "contact"),
    [
        ([NORTH], DESK),
        ([SOUTH, NORTH], DESK),
        ([None, NORTH], DESK),
        ([SOUTH], WITHOUT_DESK),
        ([], WITHOUT_DESK),
    ],
)
def test_the_contact_is_that_of_the_first_authority_that_has_one(
    authorities: list[str | None], contact: dict[str, Any]
) -> None:
    (line,) = mask_entry(entry(), living_in(*authorities), 1, {NORTH: DESK})["involvements"]
    assert line["contact"] == contact


def test_no_single_agency_says_whom_to_ask_instead_of_two() -> None:
    theirs = {**DESK, "phone": "01632 960666"}
    desks = {NORTH: DESK, SOUTH: theirs}
    told = living_in(SOUTH, NORTH, NORTH)
    for records in permutations(told):
        (line,) = mask_entry(entry(), records, 1, desks)["involvements"]
        assert line["contact"] == DESK
    told[1].aside = told[2].removed = True
    (line,) = mask_entry(entry(), told, 1, desks)["involvements"]
    assert line["contact"] == theirs


def test_whom_to_ask_where_an_authority_has_named_nobody() -> None:
    assert WITHOUT_DESK == {"role": "the authority's data managers", "name": None, "phone": None, "email": None}


def test_a_look_names_visible_children_only_and_nothing_that_was_typed() -> None:
    typed = dict.fromkeys(("asked", "reason", "shown", "hidden", "masked"), "camhs")
    look = {"user": "j.doe", "children": ["a", "b", "c"], "count": 3, **typed}
    assert mask_look(look, {"a", "c"}) == {
        "user": "j.doe",
        "children": ["a", "c"],
        "count": 2,
        **dict.fromkeys(typed),
    }
