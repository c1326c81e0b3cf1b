"""Whether two rows under one number are about two people, said of one day and said later."""

import pytest

from domain.matching.same_number import Who, are_two, who
from tests.domain_rules.matching.people import record

TAMSIN = Who("tamsin", "orrell", "2003-05-17")


@pytest.mark.parametrize(
    ("other", "on_one_day", "over_time"),
    [
        (TAMSIN, False, False),
        (Who("tamsin mary", "orrell", "2003-05-17"), False, False),
        (Who("t", "orrell", "2003-05-17"), False, False),
        (Who("", "orrell", "2003-05-17"), False, False),
        (Who("tamsyn", "orrell", "2003-05-17"), True, False),
        (Who("meera", "orrell", "2003-05-17"), True, False),
        (Who("tamsin", "vane", "2003-05-17"), False, False),
        (Who("tamsin", "vane", None), True, False),
        (Who("", "vane", "2003-05-17"), True, False),
        (Who("", "orell", "2003-05-17"), False, False),
        (Who("tamsin", "orrell", None), False, False),
        (Who("tamsin", "orrell", "2003-01-01"), False, False),
        (Who("tamsin", "orrell", "2003-05-18"), True, False),
        (Who("tamsin", "orrell", "1998-09-30"), True, False),
        (Who("meera", "orrell", "2003-05-18"), True, False),
        (Who("meera", "orrell", "1998-09-30"), True, True),
        (Who("tamsyn", "orrell", "1998-09-30"), True, False),
        (Who("", "vane", "1998-09-30"), True, False),
    ],
)
def test_one_number_tells_of_two_people(other: Who, on_one_day: bool, over_time: bool) -> None:
    for pair in ((TAMSIN, other), (other, TAMSIN)):
        assert are_two(*pair, over_time=False) is on_one_day
        assert are_two(*pair, over_time=True) is over_time


def test_who_it_is_is_said_by_the_current_name() -> None:
    former = [{"given_name": "Meera", "family_name": "Basu", "kind": "former"}]
    assert who(record(other_names=former)) == TAMSIN
    assert who(record(given_name="Baby", family_name="Unknown", date_of_birth=None)) == Who("", "", None)
