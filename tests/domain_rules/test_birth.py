"""Which date of birth is believed, where records differ."""

from datetime import date

import pytest

from domain.birth import MOST_YEARS, believed_birth, is_plausible, set_most_years
from domain.source_record import Refusal
from services.feeds._advice import advice_for
from services.feeds._judge import reasons_against
from tests.support.examples import AUTHORITY, NOW, example, given, sent


def test_what_most_records_tell_is_believed_though_the_latest_tells_otherwise() -> None:
    assert believed_birth([("2003-05-17", False), ("2003-05-07", False), ("2003-05-07", False)]) == (
        "2003-05-07",
        False,
    )


def test_of_as_many_the_one_told_first_is_believed() -> None:
    assert believed_birth([("2003-05-17", False), ("2003-05-07", False)]) == ("2003-05-17", False)


def test_an_exact_date_is_believed_before_many_estimated_ones() -> None:
    records = [("2003-01-01", True), ("2003-01-01", True), ("2003-05-07", False)]
    assert believed_birth(records) == ("2003-05-07", False)


def test_an_estimated_date_is_better_than_none() -> None:
    assert believed_birth([(None, False), ("2003-01-01", True)]) == ("2003-01-01", True)
    assert believed_birth([(None, False)]) == (None, False)


@pytest.mark.parametrize(
    ("born", "told_of", "plausible"),
    [
        ("1978-10-23", "2008-10-23", True),
        ("1977-10-24", "2008-10-23", True),
        ("1977-10-23", "2008-10-23", False),
        ("1915-07-23", "2008-10-23", False),
        ("0015-05-14", "2008-10-23", False),
        ("0015-05-14", "0016-10-23", False),
        ("1976-02-29", "2007-02-28", True),
        ("1976-02-29", "2007-03-01", False),
    ],
)
def test_nobody_in_the_directory_was_born_more_than_thirty_years_before_it_is_told(
    born: str, told_of: str, plausible: bool
) -> None:
    assert is_plausible(born, date.fromisoformat(told_of), date(2026, 11, 23)) is plausible
    story = sent("child.registered", time=f"{told_of}T12:00:00Z", date_of_birth=born)
    assert isinstance(given().when(story).decided, Refusal) is not plausible
    if not plausible:
        given().when(story).refused("birth-implausible", "data.date_of_birth")
        if told_of > "1000":
            amended = sent("child.amended", time=f"{told_of}T12:00:00Z", date_of_birth=born)
            given(sent("child.registered")).when(amended).refused("birth-implausible")


def test_another_bound_can_be_set() -> None:
    set_most_years(18)
    try:
        assert not is_plausible("2003-05-17", date(2023, 5, 17), date(2026, 11, 23))
    finally:
        set_most_years(MOST_YEARS)


def test_a_preview_says_so_of_a_cell() -> None:
    submission = example("child.registered", {"data.date_of_birth": "1911-05-14"})
    (reason,) = reasons_against(submission, AUTHORITY, NOW)
    assert reason["code"] == "birth-implausible"
    assert advice_for(reason["code"]) != advice_for("any other")
