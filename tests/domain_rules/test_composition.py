"""How an entry is composed: which source is believed for what, and what is not shown."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.agency import Agency
from domain.child import RecordFact, RecordState, compose, compose_identity, fold_record
from domain.event import RegisterEvent
from projections.base.memory import MemoryViews
from projections.directory.project import FACT, Directory
from tests.domain_rules.test_decision_properties import STORIES_OF_A_RECORD, taken_from
from tests.support.examples import (
    ABSENT,
    AUTHORITY,
    CLINIC,
    PARTICULARS,
    SENSITIVE_INVOLVEMENT,
    Sent,
    agency,
    fact,
    given,
    key_ring,
    published,
    sent,
)

CHILD = "0b6d2f3a-71c8-4f55-a1e0-3c9d5e8f7733"
TODAY = date(2008, 10, 23)
ANEW = "2009-02-03T09:00:00Z"
GP = agency("gp-registration")
SCHOOL = agency("school-census")
ELSEWHERE = {"lines": ["9 Far Street"], "postcode": "ZY9 9ZY", "authority": "E06999002"}


def facts(events: list[RegisterEvent]) -> list[RecordFact]:
    """The events of a record as composition takes them, after a journey through the codec."""
    keys = key_ring()
    return [fact(published(event, position, keys)) for position, event in enumerate(events, 1)]


def record(*submissions: Sent, stream: int = 1) -> RecordState:
    """The state of a record of which this was said."""
    return fold_record(facts(given(*submissions, stream=UUID(int=stream)).events))


def registered(by: Agency = AUTHORITY, time: str = "", **changes: Any) -> Sent:
    return sent("child.registered", by=by, time=time, **changes)


def entry(*records: RecordState, today: date = TODAY) -> dict[str, Any]:
    composed = compose(CHILD, records, position=7, as_of="2026-11-23T10:00:00.000000Z", today=today)
    assert composed is not None
    return composed


def test_the_entry_of_one_record() -> None:
    assert entry(record(registered())) == {
        "child": CHILD,
        "name": {"given_name": "Tamsin", "family_name": "Orrell"},
        "other_names": PARTICULARS["other_names"],
        "date_of_birth": "2003-05-17",
        "date_of_birth_estimated": False,
        "gender": "female",
        "identifiers": {"nhs_number": ["9990000417"], "upn": ["D999417608014"]},
        "addresses": [PARTICULARS["address"] | {"source": AUTHORITY.urn}],
        "carers": [PARTICULARS["carers"][0] | {"source": AUTHORITY.urn}],
        "involvements": [],
        "flags": [],
        "records": [{"source": AUTHORITY.urn, "subject": "LA-20417"}],
        "education": {"status": "not-reported", "since": "2008-08-31"},
        "shielded": False,
        "position": 7,
        "as_of": "2026-11-23T10:00:00.000000Z",
    }


def test_the_least_that_an_agency_may_hold_makes_an_entry() -> None:
    names = {"given_name", "family_name"}
    least = registered(**dict.fromkeys(PARTICULARS.keys() - names, ABSENT))
    composed = entry(record(least))
    assert composed["date_of_birth"] is None
    assert composed["gender"] == "unknown"
    assert composed["addresses"] == composed["carers"] == composed["other_names"] == []
    assert composed["identifiers"] == {"nhs_number": [], "upn": []}


def test_each_field_is_first_that_of_the_agency_that_knows_it_best() -> None:
    surgery = record(registered(GP, "2008-01-01T00:00:00Z", given_name="Tammy", address=ELSEWHERE))
    authority = record(registered(AUTHORITY, "2008-09-01T00:00:00Z"), stream=2)
    for records in ([surgery, authority], [authority, surgery]):
        composed = entry(*records)
        assert composed["name"]["given_name"] == "Tammy"
        assert {"given_name": "Tamsin", "family_name": "Orrell", "kind": "alias"} in composed["other_names"]
        assert [address["source"] for address in composed["addresses"]] == [AUTHORITY.urn, GP.urn]


@pytest.mark.parametrize("name", [{"given_name": "Dave"}, {"family_name": "Vane"}])
def test_where_two_agencies_agree_a_third_one_changes_nothing(name: dict[str, str]) -> None:
    agreed = [record(registered(AUTHORITY)), record(registered(SCHOOL), stream=2)]
    changes = {**name, "date_of_birth": "2001-01-01", "gender": "male", "address": ELSEWHERE}
    third = record(registered(GP, "2008-10-01T00:00:00Z", **changes), stream=3)
    composed = entry(third, *agreed)
    assert composed["name"] == {"given_name": "Tamsin", "family_name": "Orrell"}
    assert (composed["date_of_birth"], composed["gender"]) == ("2003-05-17", "female")
    assert composed["addresses"][0]["postcode"] == PARTICULARS["address"]["postcode"]


def test_an_address_that_names_a_place_is_believed_before_one_that_names_an_authority_alone() -> None:
    vague = record(registered(AUTHORITY, address={"authority": "E06999001"}))
    placed = record(registered(GP, address=ELSEWHERE), stream=2)
    assert [each["postcode"] for each in entry(vague, placed)["addresses"]] == [ELSEWHERE["postcode"], None]


@pytest.mark.parametrize(
    ("one", "other", "another"),
    [
        ({"postcode": "ZX1 1AA"}, {"postcode": "zx11aa", "lines": ["9 Far Street"]}, {"postcode": "ZX2 2AA"}),
        (
            {"uprn": "100", "lines": ["9 Far Street"]},
            {"uprn": "100", "lines": ["Rose Cottage"]},
            {"uprn": "2", "lines": ["Elm"]},
        ),
        ({"lines": ["9 Far Street"]}, {"lines": ["9, FAR STREET"]}, {"lines": ["10 Far Street"]}),
        ({"authority": "E06999001"}, {"authority": "E06999001"}, {"authority": "E06999002"}),
    ],
    ids=["a postcode", "a property", "a street", "an authority alone"],
)
def test_two_agencies_that_name_one_place_however_they_write_it_agree(
    one: dict[str, Any], other: dict[str, Any], another: dict[str, Any]
) -> None:
    agreed = [record(registered(GP, address=one)), record(registered(SCHOOL, address=other), stream=2)]
    composed = entry(*agreed, record(registered(AUTHORITY, address=another), stream=3))
    assert [each["source"] for each in composed["addresses"]][2:] == [AUTHORITY.urn]


def test_a_record_that_is_set_aside_is_shown_and_says_nothing() -> None:
    aside = record(registered(GP, given_name="Dave", address=ELSEWHERE, nhs_number="9990000425"), stream=2)
    aside.aside = True
    composed = entry(record(registered()), aside)
    assert composed | {"records": []} == entry(record(registered())) | {"records": []}
    assert {each["source"] for each in composed["records"]} == {AUTHORITY.urn, GP.urn}
    assert entry(aside)["name"]["given_name"] == "Dave"


def test_a_record_that_is_still_registered_is_believed_before_one_that_is_not() -> None:
    left = record(
        registered(AUTHORITY, "2008-09-02T00:00:00Z", given_name="Tammy"),
        sent("child.deregistered", by=AUTHORITY, time="2008-09-03T00:00:00Z"),
    )
    assert entry(left, record(registered(SCHOOL), stream=2))["name"]["given_name"] == "Tamsin"


def test_what_an_amendment_leaves_out_is_no_longer_held() -> None:
    amended = sent("child.amended", carers=ABSENT, upn=ABSENT)
    composed = entry(record(registered(), amended))
    assert composed["carers"] == []
    assert composed["identifiers"] == {"nhs_number": ["9990000417"], "upn": []}
    assert [address["postcode"] for address in composed["addresses"]] == ["ZX4 2BN"]


def test_a_deregistered_record_stays_and_ends_nothing_of_others() -> None:
    authority = record(registered(), sent("involvement.started"), sent("flag.raised"))
    surgery = record(registered(GP), sent("child.deregistered", by=GP), stream=2)
    composed = entry(authority, surgery)
    assert {"source": GP.urn, "subject": "LA-20417", "deregistered": {"reason": "moved-away", "on": "2009-07-24"}} in (
        composed["records"]
    )
    assert [each["ended_on"] for each in composed["involvements"]] == [None]
    assert len(composed["flags"]) == 1


def test_a_record_that_was_registered_again_is_current() -> None:
    again = record(registered(), sent("child.deregistered"), registered(), sent("child.amended"))
    assert entry(again)["records"] == [{"source": AUTHORITY.urn, "subject": "LA-20417"}]


def test_a_removed_record_is_in_no_entry() -> None:
    removed = record(registered(nhs_number=ABSENT, given_name="Tammy"), sent("record.removed"))
    composed = entry(removed, record(registered(GP), stream=2))
    assert [each["source"] for each in composed["records"]] == [GP.urn]
    assert "Tammy" not in str(composed)


def test_a_child_without_a_record_has_no_entry() -> None:
    removed = record(registered(), sent("record.removed"))
    assert compose(CHILD, [removed], position=1, as_of="", today=TODAY) is None
    assert compose(CHILD, [], position=1, as_of="", today=TODAY) is None


def identity(*records: RecordState) -> dict[str, Any] | None:
    """Who the child is, as a list of search results shows it."""
    return compose_identity(CHILD, records, position=7, as_of="2026-11-23T10:00:00.000000Z", today=TODAY)


def test_a_list_shows_who_the_child_is_as_the_entry_does_and_nothing_else() -> None:
    aside = record(registered(SCHOOL, given_name="Dave"), stream=3)
    aside.aside = True
    removed = record(registered(given_name="Tammy"), sent("record.removed"), stream=4)
    records = [record(registered()), record(registered(GP, "2008-01-01T00:00:00Z"), stream=2), aside, removed]
    shown = ("child", "name", "date_of_birth", "date_of_birth_estimated", "gender", "shielded", "position", "as_of")
    assert identity(*records) == {name: entry(*records)[name] for name in shown}
    assert identity(removed) is identity() is None


def test_a_known_date_of_birth_is_believed_before_an_estimated_one() -> None:
    exact = record(registered(GP, "2008-01-01T00:00:00Z"))
    estimated = record(registered(date_of_birth="2003-01-01", date_of_birth_estimated=True), stream=2)
    both = entry(exact, estimated)
    assert (both["date_of_birth"], both["date_of_birth_estimated"]) == ("2003-05-17", False)
    assert entry(estimated)["date_of_birth_estimated"] is True


def test_a_gender_that_is_known_is_believed_before_unknown() -> None:
    unknown = record(registered(gender="unknown"))
    known = record(registered(GP, "2008-01-01T00:00:00Z"), stream=2)
    assert entry(unknown, known)["gender"] == "female"
    best_known = record(registered(GP, gender="unknown"))
    assert entry(best_known, record(registered(SCHOOL), stream=2))["gender"] == "female"
    assert entry(unknown)["gender"] == "unknown"


def test_identifiers_names_and_carers_are_shown_once() -> None:
    authority = record(registered())
    surgery = record(
        registered(GP, "2008-01-01T00:00:00Z", given_name="TAMSIN", nhs_number="9990000425", upn=ABSENT), stream=2
    )
    composed = entry(authority, surgery)
    assert composed["identifiers"] == {"nhs_number": ["9990000425", "9990000417"], "upn": ["D999417608014"]}
    assert composed["other_names"] == PARTICULARS["other_names"]
    assert [(carer["name"], carer["source"]) for carer in composed["carers"]] == [("Ruth Orrell", AUTHORITY.urn)]


def test_involvements_are_shown_current_ones_first() -> None:
    first = sent("involvement.started", involvement="a", started_on="2007-01-01")
    second = sent("involvement.started", involvement="b", started_on="2008-01-01")
    ended = sent("involvement.ended", involvement="a", ended_on="2008-02-01")
    shown = entry(record(registered(), first, second, ended))["involvements"]
    assert [(each["involvement"], each["ended_on"]) for each in shown] == [("b", None), ("a", "2008-02-01")]
    assert shown[0] == {
        **{
            key: second.command.data[key]
            for key in ("involvement", "service", "organisation", "practitioner", "started_on")
        },
        "lead_professional": True,
        "ended_on": None,
        "source": AUTHORITY.urn,
    }


def test_an_involvement_whose_start_is_not_reported_is_shown_before_those_that_began() -> None:
    began = sent("involvement.started", involvement="a", started_on="2007-01-01")
    unknown = sent("involvement.started", involvement="b", started_on=ABSENT)
    shown = entry(record(registered(), began, unknown))["involvements"]
    assert [each["involvement"] for each in shown] == ["b", "a"]


def test_an_involvement_sent_again_is_open_again() -> None:
    started, ended = sent("involvement.started"), sent("involvement.ended")
    again = sent("involvement.started", time="2009-09-01T09:00:00Z")
    assert [each["ended_on"] for each in entry(record(registered(), started, ended, again))["involvements"]] == [None]


def test_a_lowered_flag_is_gone_and_a_raised_one_is_back() -> None:
    raised, lowered = sent("flag.raised"), sent("flag.lowered")
    assert entry(record(registered(), raised, lowered))["flags"] == []
    again = sent("flag.raised", time="2009-06-01T09:00:00Z", raised_on="2009-06-01", contact=ABSENT)
    assert entry(record(registered(), raised, lowered, again))["flags"] == [
        {"flag": "common-assessment", "raised_on": "2009-06-01", "contact": {}, "source": AUTHORITY.urn}
    ]


def test_a_flag_is_shown_with_its_contact() -> None:
    raised = sent("flag.raised")
    (flag,) = entry(record(registered(), raised))["flags"]
    assert flag["contact"] == raised.command.data["contact"]


def sensitive(**changes: Any) -> RecordState:
    started = sent("involvement.started", by=CLINIC, **SENSITIVE_INVOLVEMENT)
    withdrawn = [sent("consent.withdrawn")] if changes.get("withdrawn") else []
    consent = SENSITIVE_INVOLVEMENT["consent"] | {"on": "2009-02-01"}
    later = sent("involvement.started", by=CLINIC, time=ANEW, **(SENSITIVE_INVOLVEMENT | {"consent": consent}))
    anew = [later] if changes.get("anew") else []
    return record(registered(CLINIC), started, *withdrawn, *anew)


@pytest.mark.parametrize(
    ("state", "today", "shown"),
    [
        (sensitive(), date(2009, 9, 30), True),
        (sensitive(), date(2009, 10, 1), False),
        (sensitive(), date(2008, 9, 30), True),
        (sensitive(), date(2008, 9, 29), False),
        (sensitive(withdrawn=True), TODAY, False),
        (sensitive(withdrawn=True, anew=True), date(2009, 2, 1), True),
    ],
    ids=["on the last day", "after it", "on the first day", "before it", "withdrawn", "given anew"],
)
def test_a_sensitive_involvement_is_shown_while_consent_stands(state: RecordState, today: date, shown: bool) -> None:
    involvements = entry(state, today=today)["involvements"]
    assert [each["source"] for each in involvements] == [CLINIC.urn] * shown


@pytest.mark.parametrize("sent_at", ["2007-01-01T09:00:00Z", "2012-01-01T09:00:00Z"])
def test_a_record_is_deregistered_however_long_before_its_registration_that_was_said(sent_at: str) -> None:
    state = record(registered(time="2008-09-03T08:30:00Z"), sent("child.deregistered", time=sent_at))
    assert state.deregistered == {"reason": "moved-away", "on": "2009-07-24"}


@pytest.mark.parametrize(
    ("given_on", "sent_at", "is_withdrawn"),
    [
        ("2009-01-31", ANEW, True),
        ("2009-02-01", ANEW, False),
        ("2009-02-02", ANEW, False),
        ("2009-02-02", "2008-10-02T09:00:00Z", True),
    ],
    ids=["of a day before", "of that day", "of a day after", "told before the withdrawal"],
)
def test_a_withdrawal_holds_of_what_was_told_before_and_of_any_consent_of_a_day_before(
    given_on: str, sent_at: str, is_withdrawn: bool
) -> None:
    consent = SENSITIVE_INVOLVEMENT["consent"] | {"on": given_on}
    started, anew = (
        sent("involvement.started", by=CLINIC, time=time, **(SENSITIVE_INVOLVEMENT | changes))
        for time, changes in (("2008-10-01T09:00:00Z", {}), (sent_at, {"consent": consent}))
    )
    state = record(registered(CLINIC), started, sent("consent.withdrawn"), anew)
    (involvement,) = state.involvements.values()
    assert involvement.consent_withdrawn is is_withdrawn


def test_schooling_is_judged_over_all_records() -> None:
    at_school = sent("involvement.started", by=SCHOOL, service="education", started_on="2008-09-04")
    assert entry(record(registered()), record(registered(SCHOOL), at_school, stream=2))["education"] == {
        "status": "placed",
        "since": "2008-09-04",
    }


def test_a_child_that_is_taught_at_home_is_in_education() -> None:
    at_home = sent("involvement.started", service="home-education", started_on="2008-09-04")
    composed = entry(record(registered(), at_home))
    assert composed["education"] == {"status": "home-educated", "since": "2008-09-04"}


def test_carers_whose_names_are_not_reported_are_all_shown() -> None:
    carers = [{"relationship": "mother"}, {"relationship": "father"}]
    composed = entry(record(registered(carers=carers)), record(registered(GP, carers=carers), stream=2))
    assert [carer["relationship"] for carer in composed["carers"]] == ["mother", "father", "mother", "father"]


def test_the_order_of_records_does_not_matter() -> None:
    first, second = record(registered(), sent("flag.raised")), record(registered(GP), stream=2)
    assert entry(first, second) == entry(second, first)


def test_the_order_does_not_matter_of_two_records_that_an_agency_holds_under_one_id() -> None:
    first = record(registered(), sent("flag.raised"))
    second = record(registered(), sent("child.deregistered"), stream=2)
    assert entry(first, second) == entry(second, first)


LISTS_OF_CARERS = st.lists(st.sampled_from(("Ines Orrell", "Jon Orrell", "Kit Orrell")), unique=True).map(
    lambda names: [{"name": name} for name in names]
)


REPORTS = st.lists(st.tuples(st.sampled_from((AUTHORITY, GP, SCHOOL)), LISTS_OF_CARERS), min_size=2, max_size=4)


@for_all(REPORTS, st.data())
def test_records_that_list_carers_differently_give_one_entry_in_any_order(
    reports: list[tuple[Agency, list[dict[str, str]]]], chance: st.DataObject
) -> None:
    records = [record(registered(by, carers=carers), stream=number) for number, (by, carers) in enumerate(reports, 1)]
    assert entry(*chance.draw(st.permutations(records))) == entry(*records)


def test_a_record_without_facts_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one fact"):
        fold_record([])


def test_facts_that_are_not_known_are_passed_by() -> None:
    (known,) = facts(given(registered()).events)
    later = RecordFact(known.stream, 2, "RecordSomethingNew.v1", known.time, known.source, {}, {})
    assert fold_record([known, later]) == fold_record([known])


@for_all(STORIES_OF_A_RECORD)
def test_the_latest_fact_of_each_aspect_tells_as_much_as_all_facts_and_in_the_same_order(story: list[Sent]) -> None:
    _, events = taken_from(story)
    keys, views, directory = key_ring(), MemoryViews(), Directory()
    every = [published(event, position, keys) for position, event in enumerate(events, 1)]
    for event in every:
        views.apply(directory.project(event))
    latest = {version for _, _, _, version, *_ in views.rows(FACT)}
    from_latest = fold_record(fact(event) for event in every if event.version in latest)
    from_all = fold_record(map(fact, every))
    assert from_latest == from_all
    assert list(from_latest.involvements) == list(from_all.involvements)
    assert list(from_latest.flags) == list(from_all.flags)
