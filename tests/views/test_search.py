"""Children are found by what is known of them, exactly or closely, now or once; the best come first."""

import pytest

from domain.matching import Searcher
from projections.search import query
from projections.search.project import FOUND_BY, SEARCH
from projections.search.query import SearchResult, find
from services.registrar.matcher_settings import load_settings
from tests.support.postgres_views import FRESH, clear, empty_views, load, rows, take, writing
from tests.support.story import Story

NHS_NUMBER = "9434765919"
SEARCHER = Searcher(load_settings())


@pytest.fixture(scope="module")
def database(database_url: str) -> str:
    empty_views(database_url)
    return database_url


def found(database: str, story: Story, limit: int = 10, **criteria: str) -> SearchResult:
    """What criteria find after a story."""
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, story.events) == []
        return find(cursor, SEARCHER, SEARCHER.query(criteria), limit)


def grades(database: str, story: Story, **criteria: str) -> dict[str, str]:
    """The children found and their grades, in order."""
    return {hit.child: hit.grade for hit in found(database, story, **criteria).hits}


def known() -> tuple[Story, str]:
    """A story of Zoë O'Neill and somebody else."""
    story = Story()
    child = story.listed(
        story.registered(
            given_name="Zoë",
            family_name="O'Neill",
            gender="female",
            nhs_number=NHS_NUMBER,
            upn="A123456789012",
            address={"lines": [], "postcode": "zx1 1aa"},
            other_names=[{"given_name": "Zoe", "family_name": "Müller", "kind": "former"}],
        )
    )
    story.listed(story.registered(given_name="Bertram", family_name="Smith", date_of_birth="1999-11-30"))
    return story, child


@pytest.mark.parametrize(
    "criteria",
    [
        {"given_name": "zoe", "family_name": "ONEILL"},
        {"family_name": "O’Neill", "date_of_birth": "2001-02-03"},
        {"given_name": "ZOE", "family_name": "Muller", "gender": "female"},
        {"family_name": "Müller", "postcode": "ZX11AA"},
        {"given_name": "Zoë", "postcode": " ZX1 1AA"},
        {"postcode": "zx11aa", "date_of_birth": "2001-02-03"},
        {"given_name": "Baby", "family_name": "O'Neill", "date_of_birth": "2001-02-03", "gender": "unknown"},
        {"nhs_number": "943 476 5919"},
        {"nhs_number": "943-476-5919"},
        {"upn": "a123456789012"},
    ],
)
def test_a_child_is_found_with_certainty(database: str, criteria: dict[str, str]) -> None:
    story, child = known()
    assert found(database, story, **criteria) == ([(child, 1.0, "certain")], False)


@pytest.mark.parametrize(
    "criteria",
    [
        {"given_name": "Zoe", "family_name": "Neill"},
        {"given_name": "Müller", "family_name": "Zoe"},
        {"given_name": "Zeo", "family_name": "O'Neill"},
        {"given_name": "Zoe", "family_name": "Oneyll", "gender": "female"},
        {"family_name": "O'Neill", "date_of_birth": "2001-02-04"},
        {"family_name": "O'Neill", "date_of_birth": "2001-03-02"},
        {"given_name": "Zoe", "date_of_birth": "2011-02-03"},
        {"given_name": "Zoe", "date_of_birth": "2001-01-01"},
        {"family_name": "Zoe", "date_of_birth": "2001-02-03"},
        {"family_name": "O'Neil", "postcode": "ZX1 1AA"},
        {"family_name": "O'Neill", "postcode": "ZX1 1AB"},
        {"postcode": "ZX1 A1A", "date_of_birth": "2001-02-03"},
        {"given_name": "Zoe", "family_name": "O'Neill", "gender": "male"},
        {"given_name": "Zoey", "family_name": "Muler", "date_of_birth": "2001-02-03", "postcode": "ZX1 1AA"},
    ],
)
def test_what_agrees_closely_is_probable(database: str, criteria: dict[str, str]) -> None:
    story, child = known()
    ((only, score, grade),) = found(database, story, **criteria).hits
    assert (only, grade) == (child, "probable")
    assert 0.5 <= score < 0.9


@pytest.mark.parametrize(
    "criteria",
    [
        {"nhs_number": NHS_NUMBER, "family_name": "Smith"},
        {"upn": "A123456789012", "nhs_number": "9999999999", "date_of_birth": "1990-10-10"},
        {"given_name": "Zoe", "family_name": "O'Neill", "date_of_birth": "1990-10-10"},
        {"given_name": "Zoe", "family_name": "O'Neill", "postcode": "AB1 2QF"},
        {"given_name": "Z", "family_name": "O'Neill", "date_of_birth": "2001-02-03"},
    ],
)
def test_what_differs_in_part_is_possible(database: str, criteria: dict[str, str]) -> None:
    story, child = known()
    ((only, score, grade),) = found(database, story, **criteria).hits
    assert (only, grade) == (child, "possible")
    assert 0.1 <= score < 0.5


@pytest.mark.parametrize(
    "criteria",
    [
        {},
        {"given_name": "", "family_name": ""},
        {"family_name": "O'Neill"},
        {"given_name": "Baby", "family_name": "O'Neill"},
        {"gender": "female", "date_of_birth": "2001-02-03"},
        {"given_name": "Bertram", "family_name": "O'Neill"},
        {"family_name": "O'Neill", "date_of_birth": "1999-11-30"},
        {"postcode": "AB1 2QF", "date_of_birth": "2001-02-03"},
        {"nhs_number": "9434765918"},
        {"nhs_number": "9999999999"},
    ],
)
def test_what_does_not_agree_is_not_found(database: str, criteria: dict[str, str]) -> None:
    assert found(database, known()[0], **criteria) == ([], False)


@pytest.mark.parametrize(
    ("recorded", "searched", "grade"),
    [
        ("William", "Bill", "probable"),
        ("Kate", "Catherine", "probable"),
        ("Mary-Jane", "Jane", "probable"),
        ("Al Hassan", "Alhassan", "certain"),
        ("da Silva Santos", "Santos", "probable"),
        ("Łukasz", "Lukasz", "certain"),
        ("Шевченко", "Shevchenko", "certain"),
        ("Наталья", "Natalia", "probable"),
        ("Александр", "Alexander", "possible"),
        ("Παπαδόπουλος", "Papadopoulos", "probable"),
        ("किरण", "Kiran", "probable"),
        ("محمد", "Muhammad", "possible"),
        ("أحمد", "Ahmed", "possible"),
        ("فاطمة", "Fatima", "possible"),
        ("يوسف", "Yusuf", "possible"),
        ("عائشة", "Aisha", "possible"),
        ("שרה", "Sarah", "possible"),
        ("王", "Wang", "certain"),
    ],
)
def test_names_are_found_as_others_call_and_spell_them(database: str, recorded: str, searched: str, grade: str) -> None:
    story = Story()
    child = story.listed(story.registered(given_name=recorded))
    assert grades(database, story, given_name=searched, family_name="Quaternion") == {child: grade}
    assert grades(database, story, given_name=searched, date_of_birth="2001-02-03") == {child: grade}


def test_an_estimated_date_of_birth_is_found_by_the_years_around(database: str) -> None:
    story = Story()
    child = story.listed(story.registered(date_of_birth="2001-07-01", date_of_birth_estimated=True))
    assert grades(database, story, given_name="Ada", date_of_birth="2002-03-04") == {child: "probable"}
    assert grades(database, story, given_name="Ada", date_of_birth="2003-03-04") == {}


@pytest.mark.parametrize("born", ["0001-01-01", "0001-02-03", "9999-12-31"])
def test_dates_at_the_ends_of_the_calendar_are_searched_for(database: str, born: str) -> None:
    assert grades(database, known()[0], given_name="Ada", date_of_birth=born) == {}


def test_past_names_and_homes_are_found(database: str) -> None:
    story = Story()
    record = story.registered(given_name="Old", family_name="Former", address={"postcode": "ZX1 1AA"})
    child = story.listed(record)
    story.involved(record)
    story.amended(record, given_name="New", family_name="Current", address={"postcode": "ZX9 9ZZ"})
    for criteria in (
        {"given_name": "Old", "family_name": "Former"},
        {"given_name": "New", "family_name": "Current"},
        {"family_name": "Former", "postcode": "ZX1 1AA"},
        {"given_name": "Old", "family_name": "Former", "postcode": "ZX9 9ZZ"},
    ):
        assert grades(database, story, **criteria) == {child: "certain"}
    assert grades(database, story, given_name="Old", family_name="Current") == {}


def test_what_several_records_say_of_a_child_counts_together(database: str) -> None:
    story = Story()
    child = story.listed(story.registered(nhs_number=NHS_NUMBER))
    story.linked(child, story.registered("school", "P1", upn="A123456789012", address={"postcode": "ZX1 1AA"}))
    assert grades(
        database, story, nhs_number=NHS_NUMBER, upn="A123456789012", postcode="ZX1 1AA", family_name="Quaternion"
    ) == {child: "certain"}


def test_a_child_is_found_once_and_the_best_come_first(database: str) -> None:
    story = Story()
    child = story.listed(story.registered(nhs_number=NHS_NUMBER))
    story.linked(child, story.registered("la", "L1", nhs_number=NHS_NUMBER, family_name="Other"))
    other = story.listed(story.registered("la", "L2", nhs_number=NHS_NUMBER, given_name="Bob"))
    close = story.listed(story.registered("la", "L3", given_name="Adah", nhs_number=NHS_NUMBER))
    criteria = {"nhs_number": NHS_NUMBER, "given_name": "Ada", "family_name": "Quaternion"}
    everybody = found(database, story, **criteria)
    assert [(hit.child, hit.grade) for hit in everybody.hits] == [
        (child, "certain"),
        (close, "certain"),
        (other, "possible"),
    ]
    assert everybody.hits[0].score == 1.0
    assert found(database, story, 1, **criteria) == (everybody.hits[:1], True)
    assert found(database, story, 3, **criteria) == (everybody.hits, False)


def test_equals_come_in_order_of_their_ids(database: str) -> None:
    story = Story()
    children = [story.ada() for _ in range(5)]
    hits = found(database, story, given_name="Ada", family_name="Quaternion").hits
    assert [hit.child for hit in hits] == sorted(children)


def test_a_record_is_shown_as_the_child_that_it_is_linked_to_now(database: str) -> None:
    story = Story()
    record = story.registered()
    story.listed(record)
    child = story.listed(story.registered(family_name="Else", date_of_birth="1990-10-10"))
    story.linked(child, record)
    assert grades(database, story, given_name="Ada", family_name="Quaternion") == {child: "certain"}


def test_a_look_up_is_bounded_and_says_so(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story()
    for _ in range(6):
        story.ada()
    criteria = {"given_name": "Ada", "family_name": "Quaternion"}
    monkeypatch.setattr(query, "MOST_RECORDS", 6)
    assert (len((whole := found(database, story, **criteria)).hits), whole.too_many) == (6, False)
    monkeypatch.setattr(query, "MOST_RECORDS", 4)
    assert (len((part := found(database, story, **criteria)).hits), part.too_many) == (4, True)
    monkeypatch.setattr(query, "MOST_ROWS", 3)
    assert (len((few := found(database, story, **criteria)).hits), few.too_many) == (3, True)


def test_nothing_is_kept_of_a_removed_record(database: str) -> None:
    story = Story()
    record = story.registered(given_name="Old")
    story.listed(record)
    story.involved(record)
    story.amended(record, given_name="New")
    story.removed(record)
    for name in ("Old", "New"):
        assert grades(database, story, given_name=name, family_name="Quaternion") == {}
    load(database, [story.events])
    empty = [(record, version, *[None] * 11, len(story.values)) for version in (1, 2, 3)]
    with writing(database) as cursor:
        assert rows(cursor, SEARCH) == rows(cursor, SEARCH, FRESH) == empty
        assert rows(cursor, FOUND_BY) == rows(cursor, FOUND_BY, FRESH) == []
        take(cursor, story.events[:4])
        assert (rows(cursor, SEARCH), rows(cursor, FOUND_BY)) == (empty, [])


def test_a_child_without_a_removed_record_is_found_by_the_others(database: str) -> None:
    story = Story()
    gone = story.registered(given_name="Wrong")
    child = story.listed(gone)
    story.linked(child, story.registered("la", "L1"))
    story.removed(gone)
    assert grades(database, story, given_name="Ada", family_name="Quaternion") == {child: "certain"}
    assert grades(database, story, given_name="Wrong", family_name="Quaternion") == {}


def test_a_search_reads_nobody_whom_its_keys_do_not_name(database: str) -> None:
    """However alike all children are, so that Postgres takes any search for one that finds them all."""
    story = Story()
    for number in range(1_500):
        story.listed(story.registered(given_name="Una", family_name=f"Alder{number}", date_of_birth="2004-01-09"))
    with writing(database) as cursor:
        clear(cursor)
        assert take(cursor, story.events) == []
        cursor.connection.commit()
        cursor.execute("analyze search")
        cursor.execute("select pg_stat_force_next_flush()")  # or what was read so far counts for the search, too
        cursor.connection.commit()
        searched = SEARCHER.query({"given_name": "Bertram", "family_name": "Yew", "date_of_birth": "1999-11-30"})
        assert find(cursor, SEARCHER, searched, 10, cleared=True).hits == []
        cursor.execute(
            "select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables"
            " where relid = 'search'::regclass"
        )
        assert cursor.fetchall() == [(0,)]
