"""The one box of a search: names, dates, postcodes and numbers in any order, and nothing left out in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pages.search_box import as_fields, read_box, read_fields

BORN = {"date_of_birth": "2015-02-03"}
ADA = {"given_name": "Ada", "family_name": "Quaternion"}
NHS, UPN = "9990000018", "Z201200001001"


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("Ada Quaternion", ADA),
        ("Quaternion, Ada", ADA),
        ("Quaternion", {"family_name": "Quaternion"}),
        ("Ada May Quaternion", {"given_name": "Ada May", "family_name": "Quaternion"}),
        ("Siân O'Neill-Smith", {"given_name": "Siân", "family_name": "O'Neill-Smith"}),
        ("3/2/2015 Ada Quaternion", ADA | BORN),
        ("Ada 03.02.2015 Quaternion", ADA | BORN),
        ("Ada Quaternion 2015-02-03", ADA | BORN),
        ("Ada Quaternion 3 February 2015", ADA | BORN),
        ("Ada Quaternion dob 3rd Feb 2015", ADA | BORN),
        ("Ada Quaternion zx8 8zz", ADA | {"postcode": "zx8 8zz"}),
        ("Ada Quaternion ZX88ZZ 3/2/2015", ADA | BORN | {"postcode": "ZX88ZZ"}),
        ("999 000 0018", {"nhs_number": NHS}),
        (f"NHS: {NHS} Quaternion", {"nhs_number": NHS, "family_name": "Quaternion"}),
        ("", {}),
    ],
)
def test_it_understands(text: str, criteria: dict[str, str]) -> None:
    understood = read_box(text)
    assert (understood.criteria, understood.wrong, list(understood.left)) == (criteria, {}, [])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ada 31/2/2015", "31/2/2015"),
        ("Ada 3/2/2015 4/2/2015", "4/2/2015"),
        ("Ada 12345", "12345"),
        ("Ada 3 Febtember1 2015", "2015"),
        ("Ada ZX8", "ZX8"),
        ("01632 960111 Ada", "01632"),
    ],
)
def test_what_it_does_not_understand_it_says(text: str, left: str) -> None:
    assert left in read_box(text).left


@pytest.mark.parametrize(("text", "code"), [("999 000 0019", "check-digit"), ("A201200001001", "check-letter")])
def test_a_number_with_a_wrong_check_digit_is_wrong(text: str, code: str) -> None:
    assert list(read_box(text).wrong.values()) == [code]


@given(st.text(max_size=60))
def test_every_letter_and_digit_goes_somewhere(text: str) -> None:
    """Nothing but spaces, separators and the words before a number is in neither a criterion nor what is left."""
    understood = read_box(text)
    kept = "".join([*understood.criteria.values(), *understood.left])
    if set(understood.criteria) <= {"given_name", "family_name"}:
        wanted = [letter for letter in text if letter.isalnum()]
        assert all(kept.count(letter) >= wanted.count(letter) for letter in set(wanted))


@given(st.text(alphabet="0123456789 /-.aZ", max_size=40))
def test_it_reads_anything(text: str) -> None:
    read_box(text)
    read_fields({"day": text[:9], "month": text[9:12], "year": text[12:20], "nhs_number": text, "upn": text})


def test_criteria_fill_the_form_and_come_back() -> None:
    criteria = {**ADA, **BORN, "postcode": "ZX8 8ZZ", "nhs_number": NHS}
    assert read_fields(as_fields(criteria)).criteria == criteria


def test_a_form_says_of_each_field_what_is_wrong() -> None:
    wrong = read_fields({"day": "31", "month": "2", "year": "2015", "nhs_number": "1", "upn": "2"}).wrong
    assert wrong == {"date_of_birth": "no-day", "nhs_number": "nhs-number", "upn": "upn"}
