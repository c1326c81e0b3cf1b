"""How far two values of a field agree, level by level, and where one level ends and the next begins."""

import pytest

from domain.matching.similarity import (
    compare_dates,
    compare_estimated_dates,
    compare_given_names,
    compare_homes,
    compare_lines,
    compare_names,
    compare_numbers,
    compare_people,
    compare_postcodes,
    compare_sets,
    compare_upns,
    compare_values,
    differ_in_second_names,
)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("", "", "absent"),
        ("", "jack", "absent"),
        ("jack", "jack", "same"),
        ("jia yi", "jiayi", "same"),
        ("anna maria", "anna", "part"),
        ("mary ann jane", "jane mary", "part"),
        ("wu", "li wu", "part"),
        ("li wu", "wu li", "part"),
        ("bethan", "beth", "part"),
        ("henrietta", "etta", "part"),
        ("maximilian", "max", "part"),
        ("beth marie", "bethan rose", "part"),
        ("edward", "ed", "differs"),
        ("j", "jack", "initial"),
        ("j", "k", "differs"),
        ("j", "mack", "differs"),
        ("rachel", "rachael", "close"),
        ("mina", "nina", "close"),
        ("jon", "jan", "close"),
        ("yu", "yi", "differs"),
        ("bartholomew", "bartolomeo", "close"),
        ("stephanie", "stefanie", "similar"),
        ("catherine", "kathryn", "similar"),
        ("catherine rose", "kathryn joan", "similar"),
        ("christopher", "cristofer", "similar"),
        ("sian", "shane", "similar"),
        ("lee", "leigh", "differs"),
        ("nadine", "ladina", "similar"),
        ("nadin", "ladia", "differs"),
        ("nadines", "ladinar", "differs"),
        ("amelia rose", "amilea jones", "similar"),
        ("anna maria", "maria luz", "part"),
        ("dan lee", "rob lee", "part"),
        ("anna jo", "rob jo", "differs"),
        ("dan kim", "rob kim", "part"),
        ("jack", "meera", "differs"),
    ],
)
def test_names_agree_so_far(one: str, other: str, level: str) -> None:
    assert compare_names(one, other) == compare_names(other, one) == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("", "tam", "absent"),
        ("tamsin", "tamsin", "same"),
        ("tamsin", "tamsyn", "close"),
        ("jayden", "kayden", "similar"),
        ("mary", "mary ann", "part"),
        ("ann", "mary ann", "part"),
        ("mary ann", "ann mary", "part"),
        ("mary ann", "mary anne", "part"),
        ("jo anna", "joanne", "close"),
        ("maria", "marie maria", "part"),
        ("anna maria", "maria luz", "part"),
        ("amelia rose", "amilea rose", "close"),
        ("lily mae", "lily rose", "similar"),
        ("lee dan", "lee rob", "similar"),
        ("mary ann jo", "mary jane", "similar"),
        ("gurpreet singh", "harpreet singh", "similar"),
        ("dan lee", "rob lee", "similar"),
        ("dan kim lee", "rob kim jo", "similar"),
        ("lowrri", "lowri jemima", "close"),
        ("lowri ann", "lowrri jemima", "similar"),
        ("tamsyn jo", "rob", "differs"),
        ("ava", "ada", "similar"),
        ("ian", "ina", "close"),
        ("ian", "iain", "close"),
        ("anna", "anne", "close"),
    ],
)
def test_what_distinguishes_twins_is_no_closely_agreeing_given_name(one: str, other: str, level: str) -> None:
    assert compare_given_names(one, other) == compare_given_names(other, one) == level


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("lily mae", "lily rose", True),
        ("anna mae", "lily anne", True),
        ("lily mae", "lily may", False),
        ("lily mae", "mae rose", False),
        ("lily", "lily rose", False),
    ],
)
def test_second_names_differ_where_none_of_them_is_like_another(one: str, other: str, differ: bool) -> None:
    assert differ_in_second_names(one, other) is differ_in_second_names(other, one) is differ


@pytest.mark.parametrize(
    ("one", "former", "other", "other_former", "level"),
    [
        ("1", (), "1", (), "same"),
        ("1", (), "2", (), "differs"),
        ("1", (), None, (), "absent"),
        (None, (), None, (), "absent"),
        ("1", ("2",), "2", (), "same"),
        ("1", ("3",), "2", ("3",), "same"),
        (None, ("2",), "2", (), "same"),
        (None, ("1",), None, ("2",), "absent"),
        (None, ("1",), "2", (), "absent"),
        ("1", ("3",), "2", ("4",), "differs"),
    ],
)
def test_a_number_that_superseded_another_is_the_same(
    one: str | None, former: tuple[str, ...], other: str | None, other_former: tuple[str, ...], level: str
) -> None:
    for compare in (compare_numbers, compare_upns):
        assert compare(one, former, other, other_former) == compare(other, other_former, one, former) == level


def test_a_temporary_upn_says_nothing_but_where_it_is_the_same() -> None:
    permanent, temporary, other = "A982016000123", "K98101700045A", "K98101700046B"
    assert compare_upns(temporary, (), temporary, ()) == "same"
    assert compare_upns(permanent, (temporary,), temporary, ()) == "same"
    for two in ((permanent, temporary), (temporary, permanent), (temporary, other)):
        assert compare_upns(two[0], (), two[1], ()) == "absent"


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("2003-05-17", "2003-05-17", "same"),
        ("2003-01-01", "2003-01-01", "placeholder"),
        ("2003-01-01", "2003-05-17", "placeholder"),
        ("2003-01-01", "2004-05-17", "differs"),
        ("2003-05-07", "2003-07-05", "swapped"),
        ("2003-05-07", "2014-07-05", "differs"),
        ("2003-05-07", "2003-07-09", "differs"),
        ("2003-05-17", "2003-05-12", "typing"),
        ("2003-05-17", "2002-05-17", "typing"),
        ("2003-05-17", "2003-05-27", "typing"),
        ("2003-05-19", "2003-05-28", "near"),
        ("2003-04-25", "2003-05-05", "near"),
        ("2003-04-24", "2003-05-05", "differs"),
        ("2003-05-17", "2014-05-17", "near"),
        ("2003-05-17", "2016-05-17", "near"),
        ("2003-05-17", "2017-05-17", "differs"),
        ("2003-05-17", "2023-05-17", "differs"),
        ("2003-05-17", "2013-05-17", "typing"),
        ("2003-05-17", "1999-11-30", "differs"),
    ],
)
def test_dates_agree_so_far(one: str, other: str, level: str) -> None:
    assert compare_dates(one, other) == compare_dates(other, one) == level


@pytest.mark.parametrize(
    ("other", "level"),
    [("2002-12-31", "estimated"), ("2004-01-01", "estimated"), ("2005-01-01", "differs"), ("2001-12-31", "differs")],
)
def test_an_estimate_is_a_year_off_at_most(other: str, level: str) -> None:
    assert compare_estimated_dates("2003-05-17", other) == compare_estimated_dates(other, "2003-05-17") == level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("ZX47QT", "ZX47QT", "same"),
        ("ZX47QT", "ZX47QZ", "close"),
        ("ZX47QT", "ZX74QT", "close"),
        ("ZX47QT", "ZX48QZ", "differs"),
        ("ZX47QT", "", "absent"),
        ("", "", "absent"),
    ],
)
def test_postcodes_agree_so_far(one: str, other: str, level: str) -> None:
    assert compare_postcodes(one, other) == compare_postcodes(other, one) == level


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("4 larkspur row westmarch", "same"),
        ("westmarch 4 larkspur row", "same"),
        ("4 larkspur row", "same"),
        ("larkspur row", "same"),
        ("4 larkspar row westmarsh", "similar"),
        ("4 tannery row westmarch", "similar"),
        ("4 larkspur close holt", "part"),
        ("4 holt lane", "differs"),
        ("6 larkspur row westmarch", "similar"),
        ("81 larkspur lane westmarch", "part"),
        ("6 larkspur row", "differs"),
        ("81 tannery lane holt cross", "differs"),
        ("larkspur house westmarch", "similar"),
        ("", "absent"),
    ],
)
def test_address_lines_agree_so_far(other: str, level: str) -> None:
    lines = "4 larkspur row westmarch"
    assert compare_lines(lines, other) == compare_lines(other, lines) == level


def test_lines_without_a_house_number_are_compared_by_their_words() -> None:
    assert compare_lines("larkspur house westmarch", "westmarch larkspur house") == "same"
    assert compare_lines("larkspur house westmarch", "tannery cottage holt") == "differs"


@pytest.mark.parametrize(
    ("some", "others", "level"),
    [
        (["ruth orrell"], ["dagmar orrell", "ruth orrell"], "same"),
        (["ruth orrell"], ["dagmar orrell", "ruth orell"], "similar"),
        (["ruth orrell"], ["ruth orel"], "differs"),
        (["ruth orrell"], [], "absent"),
        ([], [], "absent"),
    ],
)
def test_carers_agree_as_far_as_any_two_of_them(some: list[str], others: list[str], level: str) -> None:
    assert compare_people(some, others) == compare_people(others, some) == level


def test_one_contact_in_common_is_enough() -> None:
    assert compare_sets(["1", "2"], ["2", "3"]) == "same"
    assert compare_sets(["1", "2"], ["3"]) == "differs"
    assert compare_sets(["1"], []) == compare_sets([], ["1"]) == compare_sets([], []) == "absent"


def test_a_value_that_one_of_two_leaves_open_says_nothing() -> None:
    assert compare_values("1", "1") == "same"
    assert compare_values("1", "2") == "differs"
    assert compare_values("1", None) == compare_values(None, "1") == compare_values("", "") == "absent"


LARKSPUR, TANNERY = ("ZX47QT", "4 larkspur row"), ("ZX612AB", "81 tannery lane")


@pytest.mark.parametrize(
    ("some", "others", "levels"),
    [
        ([LARKSPUR], [TANNERY, LARKSPUR], ("same", "same")),
        ([TANNERY, LARKSPUR], [LARKSPUR], ("same", "same")),
        ([LARKSPUR], [TANNERY], ("differs", "differs")),
        ([LARKSPUR], [TANNERY, ("ZX47QT", "")], ("same", "absent")),
        ([LARKSPUR], [("ZX47QT", ""), TANNERY], ("same", "absent")),
        ([LARKSPUR], [("ZX47QZ", "81 tannery lane"), ("ZX47QT", "81 tannery lane")], ("same", "differs")),
        ([LARKSPUR], [("ZX47QT", "81 tannery lane"), ("ZX47QZ", "81 tannery lane")], ("same", "differs")),
        ([LARKSPUR], [("ZX612AB", "4 larkspur close holt"), ("", "81 tannery lane")], ("absent", "differs")),
        ([("ZX47QT", "1 high street")], [("ZX612AB", "1 high street")], ("differs", "absent")),
        ([("", "1 high street")], [("ZX612AB", "1 high street")], ("absent", "absent")),
        ([("", "1 high street")], [("", "1 high street, holt")], ("absent", "absent")),
        ([("ZX47QT", "1 high street")], [("ZX612AB", "8 oak row")], ("differs", "differs")),
        ([("ZX47QT", "1 high street, holt")], [("ZX612AB", "1 high street, saltby")], ("differs", "differs")),
        ([("", "1 high street, holt")], [("ZX612AB", "1 high street, holt")], ("absent", "same")),
        ([("", "1 high street, holt")], [("", "1 high street, holt, norfolk")], ("absent", "same")),
        ([("", "1 high street, kelling, holt")], [("", "1 high street, holt, norfolk")], ("absent", "similar")),
        ([LARKSPUR], [("ZX47QZ", "6 larkspur row"), ("ZX47QZ", "4 larkspur close holt")], ("close", "similar")),
        ([("", "")], [("ZX47QT", ""), LARKSPUR], ("absent", "absent")),
        ([("ZX47QT", "")], [("", "4 larkspur row"), ("ZX612AB", "")], ("differs", "absent")),
        ([("ZX47QT", "")], [("ZX612AB", ""), ("", "4 larkspur row")], ("differs", "absent")),
        ([LARKSPUR], [TANNERY, ("ZX612AB", "")], ("differs", "absent")),
        ([], [LARKSPUR], ("absent", "absent")),
    ],
)
def test_of_all_homes_the_two_count_that_agree_best(
    some: list[tuple[str, str]], others: list[tuple[str, str]], levels: tuple[str, str]
) -> None:
    assert compare_homes(some, others) == compare_homes(others, some) == levels


def test_of_homes_that_agree_as_well_the_same_two_count_whichever_come_first() -> None:
    moved, stayed = [LARKSPUR, ("YY11AA", "81 tannery lane")], [("YY11AB", "83 tannery lane"), ("ZX47QT", "4 oak row")]
    pairs = compare_homes(stayed[:1], moved[1:]), compare_homes(stayed[1:], moved[:1])
    assert pairs == (("close", "similar"), ("same", "part"))
    assert compare_homes(moved, stayed) == compare_homes(stayed, moved) == ("same", "part")
