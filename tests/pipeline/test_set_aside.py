"""A record that no longer fits its child is set aside, and heard again once it does; and whose number a child has."""

from typing import Any

import pytest

from domain.agency import Agency
from domain.child.events import (
    ChildrenMerged,
    ChildSuperseded,
    MatchSuspected,
    RecordContradicted,
    RecordLinked,
    RecordsAccepted,
    RecordsSetAside,
)
from domain.event import RegisterEvent
from services.registrar.batch import Message
from services.registrar.decide_batch import decide_batch
from tests.pipeline.test_decide_batch import NOW, empty_state, numbers, sent
from tests.support.examples import ABSENT, AUTHORITY, CLINIC, agency

SURGERY, SCHOOL, CHARITY, HOSPITAL = map(agency, ("gp-registration", "school-census", "voluntary", "hospital"))
AMENDED, REMOVED = "child.amended", "record.removed"

SOMEBODY_ELSE = {
    "data.given_name": "Wolfgang",
    "data.family_name": "Zuckerl",
    "data.gender": "male",
    "data.date_of_birth": "2001-11-02",
    "data.nhs_number": ABSENT,
    "data.upn": ABSENT,
    "data.other_names": ABSENT,
    "data.former_nhs_numbers": ABSENT,
    "data.former_upns": ABSENT,
    "data.address": {"lines": ["9 Far Street"], "postcode": "ZY9 9ZY", "authority": "E06999002"},
    "data.carers": [{"name": "Dave Zuckerl"}],
}
MOVED = {"data.address": {"lines": ["9 Far Street"], "postcode": "ZY9 9ZY", "authority": "E06999002"}}
RENAMED = {"data.family_name": "Ashworth", "data.other_names": ABSENT}
UNNUMBERED = {"data.nhs_number": ABSENT, "data.upn": ABSENT}


def caused(*messages: Message) -> list[RegisterEvent]:
    """The events of a directory in which only this was said; messages arrive in this order."""
    state = empty_state(list(messages), {CLINIC.urn})
    result = decide_batch(list(messages), state, NOW, numbers().__next__)
    assert [answer.outcome for answer in result.answers] == ["accepted"] * len(messages)
    return result.events


def in_order(*said: tuple[Agency, str, dict[str, Any]]) -> list[RegisterEvent]:
    return caused(*(sent(number, kind, by, **changes) for number, (by, kind, changes) in enumerate(said)))


def registered(*agencies: Agency) -> list[tuple[Agency, str, dict[str, Any]]]:
    return [(each, "child.registered", {}) for each in agencies]


def of_kind(events: list[RegisterEvent], kind: type[RegisterEvent]) -> list[Any]:
    return [event for event in events if type(event) is kind]


def aside(events: list[RegisterEvent]) -> set[str]:
    """The records that are set aside after these events."""
    found: set[str] = set()
    for event in events:
        if isinstance(event, RecordsSetAside):
            found |= {each["record"] for each in event.aside}
        elif isinstance(event, RecordsAccepted):
            found -= set(event.records)
    return found


def test_a_record_that_is_amended_into_somebody_else_is_set_aside_and_queued() -> None:
    events = in_order(*registered(AUTHORITY, SCHOOL, CHARITY), (CHARITY, AMENDED, SOMEBODY_ELSE))
    (event,) = of_kind(events, RecordsSetAside)
    assert event.aside == [{"record": event.record, "since": 2}]
    (why,) = of_kind(events, RecordContradicted)
    assert (why.record, len(why.contradictions)) == (event.record, 2)
    assert aside(events) == {event.record}


@pytest.mark.parametrize("by", [AUTHORITY, CHARITY, HOSPITAL], ids=lambda agency: str(agency.kind))
def test_of_two_the_one_that_changed_is_set_aside_whoever_it_is(by: Agency) -> None:
    assert len(aside(in_order(*registered(SURGERY, by), (by, AMENDED, SOMEBODY_ELSE)))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"data.family_name": "Orrel"},
        {"data.given_name": "Tamsyn", "data.date_of_birth": "2003-05-18"},
        RENAMED,
        MOVED,
        RENAMED | MOVED,
        RENAMED | MOVED | UNNUMBERED,
        UNNUMBERED | {"data.address": ABSENT, "data.carers": ABSENT, "data.date_of_birth": ABSENT},
        UNNUMBERED | {"data.given_name": "Unknown", "data.date_of_birth": ABSENT},
    ],
    ids=[
        *("a surname's letter", "two letters and a day", "a new surname", "a new home", "both", "both without numbers"),
        *("little is said any more", "a word for an unknown name"),
    ],
)
def test_an_honest_correction_is_not_set_aside(changes: dict[str, Any]) -> None:
    assert aside(in_order(*registered(AUTHORITY, SURGERY), (SURGERY, AMENDED, changes))) == set()


def test_it_is_heard_again_once_it_fits() -> None:
    said = [*registered(AUTHORITY, SCHOOL, CHARITY), (CHARITY, AMENDED, SOMEBODY_ELSE), (CHARITY, AMENDED, {})]
    events = in_order(*said)
    assert len(of_kind(events, RecordsAccepted)) == 1
    assert aside(events) == set()


def test_what_is_told_late_of_an_earlier_time_neither_sets_aside_nor_ends_it() -> None:
    said = registered(AUTHORITY, SCHOOL, CHARITY)
    late = {"time": "2008-01-01T09:00:00Z"}
    assert aside(in_order(*said, (CHARITY, AMENDED, SOMEBODY_ELSE | late))) == set()
    turned = in_order(*said, (CHARITY, AMENDED, SOMEBODY_ELSE), (CHARITY, AMENDED, late))
    assert len(aside(turned)) == 1


def test_it_is_heard_again_once_a_second_agency_says_the_same() -> None:
    said = [*registered(SCHOOL, SURGERY, AUTHORITY), (SURGERY, AMENDED, SOMEBODY_ELSE)]
    assert len(aside(in_order(*said))) == 1
    assert aside(in_order(*said, (AUTHORITY, AMENDED, SOMEBODY_ELSE))) == set()


def test_it_is_heard_again_once_nobody_speaks_against_it() -> None:
    said = [*registered(SURGERY, AUTHORITY), (SURGERY, AMENDED, SOMEBODY_ELSE)]
    assert len(aside(in_order(*said))) == 1
    assert aside(in_order(*said, (AUTHORITY, REMOVED, {}))) == set()


def test_one_agency_with_many_records_sets_nobody_elses_aside() -> None:
    many = [(CHARITY, "child.registered", {"subject": f"V-{number}"}) for number in range(3)]
    said = [*registered(AUTHORITY, SCHOOL), *many]
    turned = [(CHARITY, AMENDED, SOMEBODY_ELSE | {"subject": f"V-{number}"}) for number in range(3)]
    events = in_order(*said, *turned, (AUTHORITY, AMENDED, {"data.family_name": "Orrel"}))
    assert len(aside(events)) == 3
    hers = {event.record for event in of_kind(events, RecordLinked) if event.source != CHARITY.urn}
    assert not aside(events) & hers


def test_what_is_set_aside_draws_nobody_in() -> None:
    said = [*registered(AUTHORITY, SCHOOL, CHARITY), (CHARITY, AMENDED, SOMEBODY_ELSE)]
    events = in_order(*said, (SURGERY, "child.registered", SOMEBODY_ELSE | {"subject": "W-1"}))
    linked = of_kind(events, RecordLinked)
    assert linked[-1].originator_id != linked[0].originator_id
    assert linked[-1].rule == "first-record"
    assert not [*of_kind(events, MatchSuspected), *of_kind(events, ChildrenMerged)]


def test_what_a_sensitive_agency_says_sets_no_ordinary_record_aside() -> None:
    said = [*registered(SURGERY, CLINIC), (SURGERY, AMENDED, SOMEBODY_ELSE)]
    assert aside(in_order(*said)) == set()
    assert len(aside(in_order(*registered(SURGERY, CLINIC), (CLINIC, AMENDED, SOMEBODY_ELSE)))) == 1


def test_a_child_that_a_sensitive_agency_knew_first_gets_a_number_of_its_own() -> None:
    events = in_order(*registered(CLINIC, SURGERY))
    (merged,), (superseded,) = of_kind(events, ChildrenMerged), of_kind(events, ChildSuperseded)
    first, second = of_kind(events, RecordLinked)
    assert (first.originator_id, second.originator_id) == (superseded.originator_id, merged.originator_id)
    assert [each["child"] for each in merged.merged] == [str(first.originator_id)]
    assert not of_kind(in_order(*registered(CLINIC, SURGERY, AUTHORITY))[len(events) :], ChildrenMerged)


def test_a_walk_in_that_turns_out_to_be_a_known_child_joins_it() -> None:
    walk_in = SOMEBODY_ELSE | {"data.given_name": "Unknown", "data.date_of_birth": ABSENT, "data.address": ABSENT}
    said = [(CLINIC, "child.registered", walk_in), *registered(SURGERY), (CLINIC, AMENDED, {})]
    events = in_order(*said)
    (merged,), (superseded,) = of_kind(events, ChildrenMerged), of_kind(events, ChildSuperseded)
    of_clinic, of_surgery = of_kind(events, RecordLinked)
    assert (superseded.originator_id, merged.originator_id) == (of_clinic.originator_id, of_surgery.originator_id)
    assert merged.merged[0]["records"] == [of_clinic.record]
