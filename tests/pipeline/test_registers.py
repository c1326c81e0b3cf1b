"""The agency register: what a file may say, and what is kept."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.agency import Agency
from domain.vocabulary import AgencyKind
from services import registers
from services.registers import BadRegister
from streams.store.database import Cursor, Database
from streams.store.schema import migrate

GP = Agency("nhs-gp", "GP registration", AgencyKind.GP_REGISTRATION)
COUNCIL = Agency("la-north", "North Council", AgencyKind.LOCAL_AUTHORITY, "E06999001")


@pytest.fixture
def cursor(database_url: str) -> Iterator[Cursor]:
    migrate(database_url)
    with closing(Database(database_url, "test")) as database, database.transaction() as made:
        made.execute("truncate registry.agencies")
        made.connection.commit()
        yield made


def fresh(cursor: Cursor) -> Cursor:
    """The cursor in a new transaction, which sees what others have committed."""
    cursor.connection.rollback()
    return cursor


def written(tmp_path: Path, text: str) -> Path:
    """A file with that text."""
    path = tmp_path / "register.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_agencies_is_read(tmp_path: Path) -> None:
    text = """
- {code: nhs-gp, name: GP registration, kind: gp-registration}
- {code: la-north, name: North Council, kind: local-authority, authority: E06999001}
"""
    assert registers.read_agencies_file(written(tmp_path, text)) == [GP, COUNCIL]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not YAML"),
        ("code: nhs-gp", "give a list"),
        ("- nhs-gp", "entry 1 is not a mapping"),
        ("- {name: A, kind: police}", "entry 1 has no code"),
        ("- {code: a, name: A, kind: police}\n- {code: b, kind: police}", "entry 2 has no name"),
        ("- {code: a, name: A, kind: wizards}", "kind is not known"),
        ("- {code: A_B, name: A, kind: police}", "a code has"),
        ("- {code: -a, name: A, kind: police}", "a code has"),
        (f"- {{code: {'a' * 64}, name: A, kind: police}}", "a code has"),
        ("- {code: unclaimed, name: A, kind: police}", "reserved"),
        ("- {code: restricted, name: A, kind: police}", "reserved"),
        ("- {code: 7, name: A, kind: police}", "must be a text"),
        ('- {code: a, name: "A\\0", kind: police}', "must be a text"),
        ("- {code: a, name: A, kind: police, phone: 1}", "unknown field"),
        ("- {code: a, name: A, kind: police}\n- {code: a, name: B, kind: police}", "same code"),
    ],
)
def test_a_file_that_cannot_be_taken_says_where_and_why(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(BadRegister, match=problem):
        registers.read_agencies_file(written(tmp_path, text))


def test_agencies_are_added_replaced_and_the_others_left(database_url: str, cursor: Cursor) -> None:
    registers.add_agencies(database_url, [GP, COUNCIL])
    renamed = Agency("la-north", "Northern Council", AgencyKind.LOCAL_AUTHORITY)
    assert registers.add_agencies(database_url, [renamed]) == 1
    assert registers.load_agencies(fresh(cursor)) == {"nhs-gp": GP, "la-north": renamed}


def test_the_version_moves_with_a_change_and_only_then(database_url: str, cursor: Cursor) -> None:
    before = registers.agencies_version(cursor)
    registers.add_agencies(database_url, [GP])
    after = registers.agencies_version(fresh(cursor))
    registers.add_agencies(database_url, [GP])
    assert before < after == registers.agencies_version(fresh(cursor))


def test_creating_again_changes_nothing(database_url: str, cursor: Cursor) -> None:
    registers.add_agencies(database_url, [GP])
    version = registers.agencies_version(fresh(cursor))
    migrate(database_url)
    assert (registers.load_agencies(fresh(cursor)), registers.agencies_version(cursor)) == ({"nhs-gp": GP}, version)
