"""What is written for not knowing, and what only looks like it."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.matching import features_of
from domain.matching.unknown import (
    cares_for_many,
    known_email,
    known_family_name,
    known_given_name,
    known_lines,
    known_person,
    known_phone,
    known_postcode,
)
from tests.domain_rules.matching import unknown_words as words


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Unknown",
            "NOT KNOWN",
            "Not yet named",
            "to be confirmed",
            "N/A",
            "n / k",
            "none",
            "xx",
            "xxxxx",
            "-",
            ".",
            "?",
        ),
        *("Baby", "Baby Boy", "Baby A", "Baby 2", "2nd Twin", "Twin 1", "Infant of Ruth", "B/O Ruth", "Male infant"),
        *("Test Child", "test test", "Male Child", "1", "FNU"),
    ],
)
def test_what_is_written_for_a_given_name_that_nobody_knows(name: str) -> None:
    assert known_given_name(name) == ""


@pytest.mark.parametrize("name", ["Unknown", "not stated", "LNU", "N/A", "X", "-", "Baby"])
def test_what_is_written_for_a_family_name_that_nobody_knows(name: str) -> None:
    if name != "X":
        assert known_family_name(name) == ""
    assert known_family_name(name + "on") != ""


@pytest.mark.parametrize(
    "name", ["Son", "Child", "Na", "Test", "Male", "No", "To", "An", "A", "Mary Ann", "Baby Tamsin"]
)
def test_what_only_looks_like_it_is_a_name(name: str) -> None:
    assert known_given_name(name) == known_family_name(name) == name.lower()


@pytest.mark.parametrize("name", ["Boy", "Twin", "Girl", "Daughter", "Female"])
def test_some_words_are_names_of_families_alone(name: str) -> None:
    assert (known_given_name(name), known_family_name(name)) == ("", name.lower())


@pytest.mark.parametrize(
    ("written", "person"),
    [
        ("Mum", ""),
        ("Mother (birth)", ""),
        ("Mum and Dad", ""),
        ("Foster carer", ""),
        ("Next of kin", ""),
        ("Parent/Carer", ""),
        ("Carer 1", ""),
        ("N/A", ""),
        ("Ruth Orrell/Ian Vane", "ruth orrell ian vane"),
        ("Duty social worker", ""),
        ("Children's Services", ""),
        ("Father unknown", ""),
        ("Dad (deceased)", ""),
        ("Not applicable", ""),
        ("See notes", ""),
        ("Grace Ward", "grace ward"),
        ("Not known", ""),
        ("Mrs Orrell", ""),
        ("Mrs. Vane", "vane"),
        ("Mrs Ruth Orrell", "ruth orrell"),
        ("Orrell", "orrell"),
        ("Ruth", "ruth"),
        (None, ""),
    ],
)
def test_a_carer_is_known_by_a_name_of_their_own(written: str | None, person: str) -> None:
    assert known_person(written, "orrell") == person


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("00000 000000", ""),
        ("07000 000000", ""),
        ("01111111111", ""),
        ("01234 567890", ""),
        ("09876 543210", ""),
        ("99999", ""),
        ("none", ""),
        (None, ""),
        ("01632 000000", ""),
        ("02345 678913", ""),
        ("09876 543213", ""),
        ("01 34567890", ""),
        ("097654 3210", ""),
        ("0164 567890", "0164567890"),
        ("019654 3210", "0196543210"),
        ("01632 900000", "1632900000"),
        ("01632 960417", "1632960417"),
        ("01632 960000", "1632960000"),
        ("01234 561207", "1234561207"),
    ],
)
def test_a_telephone_number_is_somebodys(written: str | None, number: str) -> None:
    assert known_phone(written) == number


@for_all(st.text(alphabet="0123456789 +", max_size=20))
def test_a_number_written_with_its_country_is_as_dummy_as_without(number: str) -> None:
    assert known_phone(number) == "" or len(known_phone(number)) in range(6, 11)
    assert known_phone(number + "000000") == ""


@pytest.mark.parametrize(
    "written",
    [
        *("none@none.com", "No-Reply@county.example", "noemail@x.org", "x@x.com", "n/a", "", "@"),
        *("test@example", "tbc@tbc.com", "a@b.org", "declined@county.example", "not.provided1@county.example"),
        *("office@elms-school.example", "dummy@dummy.com", "ruth.vane@county"),
    ],
)
def test_an_address_to_which_nobody_writes_is_none(written: str) -> None:
    assert known_email(written) == ""


def test_an_e_mail_address_is_written_in_small_letters() -> None:
    assert known_email(" Ruth@Example.org ") == "ruth@example.org"


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("ZZ993VZ", ""),
        ("ZZ993WZ", ""),
        ("UNKNOWN", ""),
        ("XX000XX", ""),
        ("AA11AA", ""),
        ("AA11ZZ", ""),
        ("ZZ11ZZ", ""),
        ("A11AA", ""),
        ("AB123CD", ""),
        ("ZX47", ""),
        ("", ""),
        ("ZX47QT", "ZX47QT"),
        ("D02AF30",) * 2,
        ("10115",) * 2,
        ("2611",) * 2,
        ("AB101AF",) * 2,
        ("ZZ101", ""),
        ("D10115",) * 2,
        ("X12DE", ""),
        ("XX12DE", ""),
        ("A12DE", ""),
        ("AA12DE", ""),
        ("AB101C", ""),
        ("AB101AB", ""),
        ("XY101Z", ""),
        ("ZX4Q", ""),
        ("ZX47Q",) * 2,
    ],
)
def test_a_pseudo_postcode_is_no_place(written: str, known: str) -> None:
    assert known_postcode(written) == known


@pytest.mark.parametrize(
    ("written", "known"),
    [
        (["No fixed abode"], ""),
        (["NFA", "Westmarch"], "westmarch"),
        (["Address unknown", "-"], ""),
        (["Flat 2, 4 Larkspur Row", "Westmarch"], "flat 2 4 larkspur row, westmarch"),
    ],
)
def test_lines_that_say_that_there_is_no_address_are_none(written: list[str], known: str) -> None:
    assert known_lines(written) == known


@pytest.mark.parametrize(
    ("name", "relationship"),
    [
        ("School Office", None),
        ("Duty worker", None),
        ("GP surgery reception", "gp"),
        ("Dagmar Vane", "social worker"),
        ("Dagmar Vane", "Interpreter"),
        (None, "health visitor"),
        ("Childminder", None),
        ("Nursery/School", None),
        ("Miss Headteacher", None),
        ("Dagmar Vane", "School nurse"),
        ("Dagmar Vane", "court officer"),
        ("School Office", "mother"),
        ("Dagmar Vane", "mother's social worker"),
    ],
)
def test_whoever_cares_for_many_by_profession_is_no_evidence(name: str | None, relationship: str | None) -> None:
    carer = {"name": name, "relationship": relationship, "phone": "01632 960417", "email": "d.vane@county.example"}
    features = features_of({"carers": [carer]}, "2024-01-01")
    assert (features.carers, features.contacts) == ((), ())


@pytest.mark.parametrize(
    ("name", "relationship"),
    [
        ("Ruth Ward", "mother"),
        ("Mrs Ward", None),
        ("Ward", None),
        ("Officer", "parent"),
        ("Mum", "mother"),
        ("Mum (social services)", "mother"),
        ("Pat Foster", "foster carer"),
        ("Pat Vane", "Foster carer (social services)"),
        ("Ruth Orrell", "mother (nurse)"),
        ("Ian Orrell", "father - court order"),
        ("Ruth Orrell", "Mother (interpreter required)"),
        ("Ruth Orrell", "mum - works for NHS health team"),
        ("Ruth Orrell", "interpreter required"),
        ("Ruth Orrell", "legal ward"),
        (None, None),
    ],
)
def test_a_parents_telephone_is_evidence_whatever_is_written_for_the_name(
    name: str | None, relationship: str | None
) -> None:
    carer = {"name": name, "relationship": relationship, "phone": "01632 960417"}
    assert features_of({"carers": [carer]}, "2024-01-01").contacts == ("1632960417",)


def test_a_number_begins_no_name() -> None:
    assert (known_given_name("A 1"), known_given_name("1 A")) == ("a 1", "")


def test_one_letter_may_be_a_name_and_a_domain_may_be_nobodys() -> None:
    assert (known_given_name("X"), known_given_name("XX")) == ("x", "")
    assert (known_email("ruth@noemail.com"), known_email("ruth@example.com")) == ("", "ruth@example.com")


@pytest.mark.parametrize("word", words.UNKNOWN.split())
def test_a_word_for_an_unknown_name_is_no_name(word: str) -> None:
    assert known_given_name(word) == known_family_name(word) == known_given_name(f"{word} 2") == ""


@pytest.mark.parametrize("word", words.NO_GIVEN_NAME.split())
def test_a_word_for_a_child_without_a_name_may_be_a_family_name(word: str) -> None:
    assert (known_given_name(word), known_family_name(word)) == ("", word)


@pytest.mark.parametrize("word", words.NO_FAMILY_NAME.split())
def test_a_word_for_whoever_has_no_family_name_may_be_a_given_name(word: str) -> None:
    assert (known_given_name(word), known_family_name(word)) == (word, "")


@pytest.mark.parametrize("word", words.ABOUT_A_NAME.split())
def test_a_word_about_names_is_a_name_where_it_stands_alone(word: str) -> None:
    assert known_given_name(word) == known_family_name(word) == word
    assert known_given_name(f"{word} {word}") == known_family_name(f"{word} {word}") == ""


@pytest.mark.parametrize("word", words.BESIDE.split())
def test_a_word_that_goes_with_others_is_a_name_without_them(word: str) -> None:
    assert known_given_name(word) == word
    assert known_given_name(f"twin {word}") == known_family_name(f"{word} unknown") == ""


@pytest.mark.parametrize("line", words.NO_ADDRESS.split(", "))
def test_a_line_for_no_address_is_none(line: str) -> None:
    assert known_lines([line.upper(), "Westmarch"]) == "westmarch"


@pytest.mark.parametrize("title", words.TITLES.split())
def test_a_title_is_no_part_of_a_name(title: str) -> None:
    assert known_person(f"{title} Ruth Vane", "orrell") == "ruth vane"
    assert known_person(f"{title} Orrell", "orrell") == ""


@pytest.mark.parametrize("word", f"{words.NOBODY} {words.KIN}".split())
def test_what_somebody_is_to_the_child_is_no_name_of_theirs(word: str) -> None:
    assert known_person(word, "orrell") == known_person(f"{word} 1", "orrell") == ""
    assert known_person(f"{word} Vane", "orrell") == f"{word} vane"


@pytest.mark.parametrize("word", f"{words.OFFICES} {words.OF_ONE_CHILD_TOO}".split())
def test_a_word_for_an_office_says_that_somebody_cares_for_many(word: str) -> None:
    assert cares_for_many(f"the {word}", None)
    assert cares_for_many("Dagmar Vane", word)
    assert cares_for_many(word, None) is (word not in words.NAMES_TOO.split())
    assert cares_for_many("Dagmar Vane", f"{word} required") is (word not in words.OF_ONE_CHILD_TOO.split())


@pytest.mark.parametrize("word", words.KIN.split())
def test_whoever_is_kin_cares_for_one_child_whatever_else_is_written(word: str) -> None:
    assert not cares_for_many(f"school {word}", None)
    assert not cares_for_many("Dagmar Vane", f"{word} (social worker)")


@pytest.mark.parametrize("mailbox", words.MAILBOXES.split())
def test_a_mailbox_of_nobody_is_none(mailbox: str) -> None:
    assert known_email(f"{mailbox}@county.example") == ""


@pytest.mark.parametrize("host", words.MAIL_DOMAINS.split())
def test_a_domain_of_nobody_is_none(host: str) -> None:
    assert known_email(f"ruth.vane@{host}.com") == ""
