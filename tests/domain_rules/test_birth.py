"""Which date of birth may be true at all."""

from datetime import date

import pytest

from domain.birth import MOST_YEARS, is_plausible, set_most_years
from domain.source_record import Refusal
from services.feeds._advice import advice_for
from services.feeds._judge import reasons_against
from tests.support.examples import AUTHORITY, NOW, example, given, sent


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
