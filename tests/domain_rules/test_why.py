"""Who says what an entry says, who disagrees, and what is set aside: of the records that the entry is composed of."""

from dataclasses import replace
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.child import RecordState, compose, why
from tests.domain_rules.test_composition import CHILD, GP, SCHOOL, TODAY, entry, record, registered
from tests.support.examples import AUTHORITY, PARTICULARS, agency, sent

VOLUNTARY = agency("voluntary")
ALIKE = (record(registered(), stream=1), record(registered(by=GP), stream=2))
ANOTHER = {"given_name": "Mallory", "gender": "male", "upn": None, "address": None, "carers": []}


def sources_of(value: Any) -> list[str]:
    return [each["source"] for each in value["said_by"]]


def test_a_value_names_the_records_that_say_so_and_those_that_say_otherwise() -> None:
    told = why([*ALIKE, record(registered(by=VOLUNTARY, **ANOTHER), stream=3)], with_set_aside=True)
    (believed,), (other,) = told["name"]["believed"], told["name"]["disagreeing"]
    assert believed["value"] == {"given_name": "Tamsin", "family_name": "Orrell"}
    assert sorted(sources_of(believed)) == sorted([AUTHORITY.urn, GP.urn])
    assert (other["value"]["given_name"], sources_of(other)) == ("Mallory", [VOLUNTARY.urn])
    assert [(each["value"], sources_of(each)) for each in told["gender"]["disagreeing"]] == [("male", [VOLUNTARY.urn])]
    assert told["date_of_birth"]["disagreeing"] == told["upn"]["disagreeing"] == []
    assert told["addresses"]["believed"][0]["value"] == PARTICULARS["address"]
    assert [each["value"] for each in told["carers"]["believed"]] == PARTICULARS["carers"]
    assert len(told["date_of_birth"]["believed"][0]["said_by"]) == 3


def test_of_a_record_that_says_something_it_is_told_whose_it_is_since_when_and_whether_it_stands() -> None:
    left = sent("child.deregistered", by=GP, time="2009-01-01T00:00:00Z")
    told = why([record(registered(GP, "2008-01-01T00:00:00Z"), left)], with_set_aside=True)
    assert told["gender"]["believed"][0]["said_by"] == [
        {"source": GP.urn, "subject": "LA-20417", "since": "2008-01-01T00:00:00.000000Z", "deregistered": True}
    ]


def test_carers_stand_side_by_side_and_do_not_disagree() -> None:
    others = [{"name": "Joan Orrell", "relationship": "aunt"}]
    told = why([*ALIKE, record(registered(by=SCHOOL, carers=others), stream=3)], with_set_aside=True)["carers"]
    assert len(told["believed"]) == 2
    assert told["disagreeing"] == []


def test_what_is_set_aside_is_apart_and_told_without_its_values_to_whom_they_are_not_for() -> None:
    aside = replace(record(registered(by=VOLUNTARY, **ANOTHER), stream=3), aside=True)
    told = why([*ALIKE, aside], with_set_aside=True)
    assert told["name"]["disagreeing"] == []
    assert [(each["value"]["given_name"], sources_of(each)) for each in told["name"]["set_aside"]] == [
        ("Mallory", [VOLUNTARY.urn])
    ]
    untold = why([*ALIKE, aside], with_set_aside=False)
    assert [sources_of(each) for each in untold["name"]["set_aside"]] == [[VOLUNTARY.urn]]
    assert {each["value"] for belief in untold.values() for each in belief["set_aside"]} == {None}
    assert {name: each["believed"] for name, each in told.items()} == {
        name: each["believed"] for name, each in why(ALIKE, with_set_aside=True).items()
    }


def test_of_no_record_and_of_a_removed_one_nothing_is_told() -> None:
    assert why([], with_set_aside=True) == why([replace(ALIKE[0], removed=True)], with_set_aside=True)
    assert not any(values for belief in why([], with_set_aside=True).values() for values in belief.values())


NAMES = st.sampled_from(["Tamsin", "Mallory", "Ada"])
SAID = st.builds(
    lambda by, name, postcode, aside, number: replace(
        record(registered(by=by, given_name=name, address=postcode and {"postcode": postcode}), stream=number),
        aside=aside,
    ),
    st.sampled_from([AUTHORITY, GP, SCHOOL, VOLUNTARY]),
    NAMES,
    st.sampled_from([None, "ZX1 1AA", "ZX9 9QQ"]),
    st.booleans(),
    st.integers(1, 10**6),
)


@for_all(st.lists(SAID, min_size=1, max_size=5, unique_by=lambda each: each.stream))
def test_what_is_believed_is_what_the_entry_shows(records: list[RecordState]) -> None:
    shown, told = entry(*records), why(records, with_set_aside=True)
    assert [each["value"] for each in told["name"]["believed"]] == [shown["name"]]
    assert [each["value"] for each in told["date_of_birth"]["believed"]] == [shown["date_of_birth"]]
    believed = told["addresses"]["believed"]
    assert [each["value"]["postcode"] for each in believed] == [each["postcode"] for each in shown["addresses"][:1]]
    assert len(believed + told["addresses"]["disagreeing"]) == len({each["postcode"] for each in shown["addresses"]})
    assert compose(CHILD, records, position=7, as_of=shown["as_of"], today=TODAY) == shown
