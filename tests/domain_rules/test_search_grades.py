"""How well a child matches a search, as properties: exact searches, what is left open, order, and what is enough."""

from itertools import combinations
from math import log2
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.matching import Features, MatchGrade, Searcher, features_of, missing_criteria, search_keys
from domain.matching.search_grades import (
    EXACT,
    IDENTIFIERS,
    NEAR,
    OFF,
    PAIRED,
    ROUGH,
    RULES,
    UNKNOWN,
    fit_of,
    grade_of,
)
from domain.matching.search_unused import CALLED
from domain.matching.unknown import known_given_name
from services.registrar.matcher_settings import load_settings

SETTINGS = load_settings()
SEARCHER = Searcher(SETTINGS)
TIME = "2008-10-23"
ORDER = ["possible", "probable", "certain"]
NAMES = st.sampled_from(
    ["Ada", "Adah", "Bob", "Robert", "Quaternion", "Smith", "Smyth", "O’Malley", "محمد", "Muhammad"]
)
PEOPLE = st.fixed_dictionaries(
    {
        "given_name": NAMES | st.text(min_size=1, max_size=8).filter(known_given_name),
        "family_name": NAMES,
        "date_of_birth": st.dates().map(str) | st.sampled_from(["2001-02-03", "2001-03-02", "2001-01-01"]),
        "gender": st.sampled_from(["male", "female"]),
        "postcode": st.sampled_from(["ZX1 1AA", "ZX1 1AB", "ZX9 9ZZ"]),
        "nhs_number": st.sampled_from(["9990000018", "9990000425"]),
        "upn": st.sampled_from(["A123456789012", "B123456789012"]),
    }
).filter(lambda person: person["given_name"].casefold() != person["family_name"].casefold())
"""Nobody with one name in both places, who has one name only: asked for by half of that, somebody fits less."""
ASKED = st.sets(st.sampled_from([*PAIRED, *sorted(IDENTIFIERS), "gender"]), min_size=1)


def recorded(person: dict[str, Any]) -> Features:
    """The features of an agency's record."""
    return features_of({**person, "address": {"postcode": person.get("postcode")}}, TIME)


def grade(criteria: dict[str, Any], *records: dict[str, Any]) -> MatchGrade | None:
    """The grade of a child with these records; None where it is not shown, or the criteria are too few."""
    query = SEARCHER.query(criteria)
    return None if missing_criteria(query.criteria) else SEARCHER.grade(query, [recorded(each) for each in records])


@for_all(PEOPLE, ASKED)
def test_who_is_asked_for_exactly_is_certain_and_looked_up(person: dict[str, Any], names: set[str]) -> None:
    criteria = {name: person[name] for name in names}
    query = SEARCHER.query(criteria)
    if not missing_criteria(query.criteria):
        assert grade(criteria, person) == MatchGrade(1.0, "certain")
        assert not query.keys.exact.isdisjoint(search_keys(recorded(person)))


@for_all(PEOPLE, PEOPLE, ASKED)
def test_a_score_lies_in_the_range_of_its_grade(person: dict[str, Any], other: dict[str, Any], names: set[str]) -> None:
    found = grade({name: person[name] for name in names}, other)
    if found is not None:
        least = {"certain": 0.9, "probable": 0.5, "possible": 0.1}[found.grade]
        assert least <= found.score <= {0.9: 1.0, 0.5: 0.89, 0.1: 0.49}[least]


@for_all(PEOPLE, PEOPLE, ASKED)
def test_more_that_is_said_of_a_child_never_makes_it_fit_less(
    person: dict[str, Any], other: dict[str, Any], names: set[str]
) -> None:
    criteria = {name: person[name] for name in names}
    alone, together = grade(criteria, other), grade(criteria, other, person)
    if together is not None:
        assert together == MatchGrade(1.0, "certain")
        assert alone is None or alone.score <= together.score


@for_all(PEOPLE, PEOPLE, PEOPLE, ASKED)
def test_the_order_in_which_things_were_said_does_not_matter(
    person: dict[str, Any], one: dict[str, Any], other: dict[str, Any], names: set[str]
) -> None:
    criteria = {name: person[name] for name in names}
    assert grade(criteria, one, other) == grade(criteria, other, one)


XI = {"given_name": "Xi", "family_name": "Xi", "date_of_birth": "1980-12-25", "postcode": "QV99 9QF"}
ROBERT = {"given_name": "Robert", "family_name": "Quaternion", "date_of_birth": "2001-02-13", "postcode": "ZX1 1AA"}


@pytest.mark.parametrize(
    ("name", "closer", "farther"),
    [
        ("given_name", "Rob", "Xi"),
        ("family_name", "Quarternion", "Xi"),
        ("date_of_birth", "2001-02-14", "1980-12-25"),
        ("postcode", "ZX1 1A", "QV99 9QF"),
    ],
)
def test_a_criterion_that_agrees_less_scores_less(name: str, closer: str, farther: str) -> None:
    found = [grade(ROBERT | {name: value}, ROBERT) for value in (ROBERT[name], closer, farther)]
    assert [each and each.grade for each in found] == ["certain", "probable", "possible"]
    scores = [each.score for each in found if each]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("name", ROBERT)
def test_what_a_record_leaves_open_is_neither_for_nor_against(name: str) -> None:
    leaves_open = {key: value for key, value in ROBERT.items() if key != name}
    found, differing = grade(ROBERT, leaves_open), grade(ROBERT, ROBERT | {name: XI[name]})
    assert grade(leaves_open, leaves_open) == MatchGrade(1.0, "certain")
    assert found is not None
    assert found.grade == "possible"
    assert differing is None or differing.score < found.score


@pytest.mark.parametrize("name", [*PAIRED, "gender"])
def test_a_single_criterion_is_not_enough_and_what_to_add_is_said(name: str) -> None:
    value = {"date_of_birth": "2001-02-03", "gender": "male", "postcode": "ZX1 1AA"}.get(name, "Smith")
    sentence = missing_criteria(SEARCHER.query({name: value}).criteria)
    assert sentence is not None
    assert "NHS number" in sentence
    assert "UPN" in sentence
    add, _, _ = sentence.partition(";")
    assert all((CALLED[other] in add) == (other != name) for other in PAIRED)


@pytest.mark.parametrize("name", sorted(IDENTIFIERS))
def test_an_identifier_is_enough(name: str) -> None:
    assert missing_criteria(SEARCHER.query({name: "A123"}).criteria) is None


@pytest.mark.parametrize("number", ["0000000000", "999 999 9999"])
def test_ten_equal_digits_identify_nobody(number: str) -> None:
    assert missing_criteria(SEARCHER.query({"nhs_number": number}).criteria)


def test_the_keys_of_a_search_are_bounded() -> None:
    query = SEARCHER.query(
        {"given_name": "Wolfgang Amadeus Theophilus " * 3, "family_name": "x" * 100, "date_of_birth": "2001-01-01"}
    )
    assert len(query.keys.exact) + len(query.keys.wide) < 20_000


def test_rules_go_from_the_best_grade_to_the_least() -> None:
    grades = [ORDER.index(rule.grade) for rule in RULES]
    assert grades == sorted(grades, reverse=True)


SLIPS = {"given_name": "Rob", "family_name": "Quarternion", "date_of_birth": "2001-02-14", "postcode": "ZX1 1A"}


@pytest.mark.parametrize("size", [2, 3, 4])
def test_one_right_criterion_is_enough_to_look_up_one_or_two_that_are_off(size: int) -> None:
    for names in combinations(ROBERT, size):
        for off in [*combinations(names, 1), *(combinations(names, 2) if size > 2 else ())]:
            query = SEARCHER.query({name: (SLIPS if name in off else ROBERT)[name] for name in names})
            assert not query.keys.exact.union(query.keys.wide).isdisjoint(search_keys(recorded(ROBERT)))


@pytest.mark.parametrize(
    ("agreement", "share", "grade", "score"),
    [
        ({"given_name": EXACT, "family_name": EXACT, "gender": EXACT}, 1.0, "certain", 1.0),
        ({"nhs_number": EXACT, "given_name": ROUGH}, 0.5, "certain", 0.95),
        ({"upn": EXACT, "given_name": UNKNOWN}, 0.0, "certain", 0.9),
        ({"nhs_number": EXACT, "given_name": OFF}, 0.5, "possible", 0.295),
        ({"given_name": NEAR, "family_name": EXACT, "gender": OFF}, 0.5, "probable", 0.695),
        ({"given_name": NEAR, "family_name": EXACT, "gender": OFF}, 2.0, "probable", 0.89),
        ({"given_name": ROUGH, "family_name": EXACT, "gender": OFF}, 0.5, "possible", 0.295),
        ({"given_name": ROUGH, "family_name": ROUGH}, -1.0, "possible", 0.1),
        ({"given_name": OFF, "family_name": NEAR, "postcode": NEAR}, 0.1, "possible", 0.139),
        ({"given_name": OFF, "family_name": NEAR, "postcode": NEAR}, 0.0, None, None),
        ({"given_name": OFF, "family_name": EXACT, "postcode": ROUGH}, 0.5, None, None),
        ({"given_name": OFF, "nhs_number": NEAR}, 0.5, "possible", 0.295),
        ({"given_name": OFF, "family_name": EXACT, "gender": EXACT}, 0.5, None, None),
    ],
)
def test_the_first_rule_that_holds_gives_the_grade(
    agreement: dict[str, int], share: float, grade: str | None, score: float | None
) -> None:
    found = grade_of(fit_of(agreement, share))
    assert (found and found.grade, found and found.score) == (grade, score and pytest.approx(score))


def test_what_a_search_lacks_is_said_in_a_sentence() -> None:
    add = "add criteria: an NHS number, or a UPN, or "
    nobody = "; a name such as Baby or Unknown does not count"
    assert missing_criteria([]) == (f"{add}two of family name, given name, date of birth and postcode{nobody}")
    assert missing_criteria(["given_name", "gender"]) == f"{add}one of family name, date of birth and postcode{nobody}"
    assert missing_criteria(["given_name", "postcode"]) is None


@pytest.mark.parametrize(
    ("searched", "held"),
    [("2001-02-13", "2014-02-13"), ("2001-02-13", "2001-02-22")],
)
def test_a_day_that_is_near_agrees_closely(searched: str, held: str) -> None:
    found = grade(ROBERT | {"date_of_birth": searched}, ROBERT | {"date_of_birth": held})
    assert found is not None
    assert found.grade == "probable"


def test_a_year_that_is_estimated_agrees_closely() -> None:
    estimated = ROBERT | {"date_of_birth": "2002-06-01", "date_of_birth_estimated": True}
    found = grade(ROBERT, estimated)
    assert found is not None
    assert found.grade == "probable"


@pytest.mark.parametrize(
    ("criteria", "held", "found"),
    [
        ({"given_name": "Quaternion"}, {}, "probable"),
        ({"family_name": "Robert"}, {}, "probable"),
        ({"given_name": "Xi"}, {}, None),
        ({"given_name": "Quaternion", "family_name": "Xi"}, {}, None),
        ({"given_name": "Neil"}, {"given_name": "Niall", "family_name": "Neil"}, "probable"),
        ({"given_name": "Neil"}, {"given_name": "Niall"}, "possible"),
        ({"given_name": "Evie"}, {"given_name": "Edie"}, "probable"),
        ({"given_name": "Mhmd"}, {"given_name": "Muhammad"}, "possible"),
        ({"given_name": "Mhmd"}, {"given_name": "Xi"}, None),
    ],
)
def test_a_name_alone_may_be_the_other_one_or_be_written_without_vowels(
    criteria: dict[str, str], held: dict[str, str], found: str | None
) -> None:
    result = grade(criteria | {"date_of_birth": "2001-02-13"}, ROBERT | held)
    assert (result and result.grade) == found


def bits(rival: str, found: dict[str, str]) -> float:
    """The evidence against a rival where each criterion agrees so far."""
    chances = [SETTINGS.fields[name][level] for name, level in found.items()]
    return sum(log2(each.match / getattr(each, rival)) for each in chances)


def share(rival: str, found: dict[str, str]) -> float:
    """The part of the possible evidence against a rival that is given, where each criterion agrees so far."""
    return bits(rival, found) / bits(rival, dict.fromkeys(found, "same"))


@pytest.mark.parametrize(
    ("name", "level", "rival"),
    [
        ("given_name", "nickname", "relative"),
        ("family_name", "close", "stranger"),
        ("date_of_birth", "typing", "stranger"),
        ("postcode", "close", "stranger"),
    ],
)
def test_the_score_is_the_share_of_the_evidence_against_relatives_or_strangers_whichever_is_less(
    name: str, level: str, rival: str
) -> None:
    found, agreement = grade(ROBERT | {name: SLIPS[name]}, ROBERT), dict.fromkeys(ROBERT, "same") | {name: level}
    assert found is not None
    assert found.score == pytest.approx(0.5 + 0.39 * share(rival, agreement))
    assert share(rival, agreement) == min(share(each, agreement) for each in ("relative", "stranger"))


def test_what_brothers_and_sisters_share_counts_against_strangers_alone() -> None:
    home = {"family_name": "Quaternion", "postcode": "ZX1 1AA"}
    found = grade(home | {"family_name": "Quarternion"}, ROBERT)
    assert found is not None
    assert found.score == pytest.approx(0.5 + 0.39 * share("stranger", {"family_name": "close", "postcode": "same"}))


@pytest.mark.parametrize(("left_open", "rival"), [("given_name", "relative"), ("postcode", "stranger")])
def test_what_a_record_leaves_open_gives_none_of_the_evidence(left_open: str, rival: str) -> None:
    found = grade(ROBERT, {name: value for name, value in ROBERT.items() if name != left_open})
    every = dict.fromkeys(ROBERT, "same")
    rest = dict.fromkeys(ROBERT.keys() - {left_open}, "same")
    assert found is not None
    assert found.score == pytest.approx(0.1 + 0.39 * bits(rival, rest) / bits(rival, every))


def test_given_and_family_name_are_of_the_one_name_that_agrees_best() -> None:
    criteria = {name: ROBERT[name] for name in ("given_name", "family_name")}
    namesake, nickname = ROBERT | {"family_name": "Xi"}, ROBERT | {"given_name": "Rob"}
    found = grade(criteria, namesake, nickname)
    assert found == grade(criteria, nickname, namesake) == grade(criteria, nickname)
    assert found is not None
    assert (found.grade, grade(criteria, namesake)) == ("probable", None)


def test_a_single_name_that_is_asked_for_twice_is_one() -> None:
    single = {"given_name": "Suharto", "date_of_birth": "2001-02-13"}
    assert grade(single | {"family_name": "Suharto"}, single) == MatchGrade(1.0, "certain")
