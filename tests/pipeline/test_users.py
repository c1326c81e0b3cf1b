"""The users: what a file may say, what is kept of them, and that each grant is an event with who granted it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.agency import Agency, Contact
from domain.authorization import Entitlement, Role
from domain.vocabulary import AgencyKind
from services import registers
from services.queries.employers import agency_of
from services.registers import DEMO_USERS, BadRegister
from streams.access.appender import AccessAppender
from streams.access.grants import Granter, Users
from streams.access.users import load_users
from streams.codec import EventMapper
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.application import LogApplication
from streams.store.database import Database
from streams.store.schema import migrate

KEY = KeyEncryptionKey(bytes(range(32)))
JO = Entitlement(
    "j.doe",
    Role.PRACTITIONER,
    "Moss Lane Primary",
    "E06999001",
    False,
    date(2027, 3, 31),
    date(2028, 3, 31),
    date(2027, 8, 31),
    "Jo Doe",
)
FILE = """
- name: j.doe
  display_name: Jo Doe
  role: practitioner
  organisation: Moss Lane Primary
  authority: E06999001
  trained_until: 2027-03-31
  vetted_until: "2028-03-31"
  signed_off_until: 2027-08-31
- {name: m.clear, role: data-manager, organisation: A, sensitive: true, trained_until: 2027-01-01,
   vetted_until: 2027-01-01, signed_off_until: 2027-01-01}
"""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    migrate(database_url)
    with closing(Database(database_url, "test")) as made:
        with made.transaction() as cursor:
            cursor.execute("truncate registry.users, access.events, access.data_keys, access.streams")
            cursor.execute("update access.counter set last = 0")
        yield made


@pytest.fixture
def users(database: Database, database_url: str) -> Iterator[Users]:
    with closing(AccessAppender(database_url, KEY)) as appender:
        yield Users(appender)


def known(database: Database) -> dict[str, Entitlement]:
    with database.transaction() as cursor:
        return load_users(cursor)


def events(database: Database, database_url: str) -> list[dict[str, Any]]:
    """Every event of the access log, opened."""
    keys = KeyRing(KEY, reader_of(database, "access"))
    with closing(LogApplication(database_url, "access", EventMapper(keys))) as log:
        return [
            {"type": each.topic, **vars(log.mapper.to_domain_event(each))}
            for each in log.recorder.select_notifications(1, 1000)
        ]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "users.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_users_is_read(tmp_path: Path) -> None:
    jo, clear = registers.read_users_file(written(tmp_path, FILE))
    assert jo == JO
    assert (clear.authority, clear.sensitive) == (None, True)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, "has no role, no organisation, no trained_until, no vetted_until, no signed_off_until; add them"),
        ({"role": "wizard"}, "use one of practitioner"),
        ({"name": "J Doe"}, "a name has"),
        ({"name": ".a"}, "a name has"),
        ({"authority": "north"}, "ONS code"),
        ({"sensitive": "perhaps"}, "true or false"),
        ({"trained_until": "soon"}, "trained_until is a date"),
        ({"rank": "high"}, "unknown field"),
    ],
)
def test_a_user_that_cannot_be_taken_is_refused(tmp_path: Path, changes: dict[str, str], problem: str) -> None:
    right = {"role": "auditor", "organisation": "A", **dict.fromkeys(DATES, "2027-01-01")} if changes else {}
    user = {"name": "a", **right, **changes}
    text = "- {" + ", ".join(f"{name}: {value}" for name, value in user.items()) + "}"
    with pytest.raises(BadRegister, match=problem):
        registers.read_users_file(written(tmp_path, text))


DATES = ("trained_until", "vetted_until", "signed_off_until")


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRegister, match="same name"):
        registers.read_users_file(written(tmp_path, FILE + FILE[1:].partition("- {")[0]))


def test_a_grant_a_change_and_an_end_are_events(database: Database, database_url: str, users: Users) -> None:
    assert users.grant([JO], Granter()) == 1
    longer = Entitlement(*[*_fields(JO)[:5], date(2030, 1, 1), *_fields(JO)[6:]])
    assert users.grant([longer], Granter("admin", "urn:contactpoint:api", "trained again")) == 1
    assert users.revoke("j.doe", Granter("admin", "urn:contactpoint:api", "left"))
    recorded = events(database, database_url)
    assert [each["type"] for each in recorded] == ["UserGranted.v1", "UserChanged.v1", "UserRevoked.v1"]
    assert [each["by"] for each in recorded] == ["operator", "admin", "admin"]
    assert [each["originator_version"] for each in recorded] == [1, 2, 3]
    assert len({each["originator_id"] for each in recorded}) == 1
    assert recorded[1]["trained_until"] == "2030-01-01"
    assert known(database)["j.doe"].revoked


def _fields(user: Entitlement) -> list[Any]:
    return [getattr(user, name) for name in Entitlement.__dataclass_fields__]


def test_names_and_places_are_sealed(database: Database, users: Users) -> None:
    users.grant([JO], Granter())
    with database.transaction() as cursor:
        cursor.execute("select convert_from(state, 'UTF8') from access.events")
        (state,) = cursor.fetchall()[0]
    assert '"role":"practitioner"' in state
    assert not any(personal in state for personal in ("j.doe", "Jo Doe", "Moss Lane", "E06999001", "2027-"))


def test_what_changes_nothing_is_no_event(database: Database, database_url: str, users: Users) -> None:
    users.grant([JO], Granter())
    assert users.grant([JO], Granter()) == 0
    assert not users.revoke("nobody", Granter())
    users.revoke("j.doe", Granter())
    assert users.revoke("j.doe", Granter())
    assert len(events(database, database_url)) == 2


def test_what_was_revoked_can_be_granted_again(database: Database, users: Users) -> None:
    users.grant([JO], Granter())
    users.revoke("j.doe", Granter())
    assert users.grant([JO], Granter()) == 1
    assert known(database)["j.doe"] == JO


def test_demo_users_are_granted_once_and_a_revoked_one_stays_so(
    database: Database, database_url: str, users: Users
) -> None:
    registers.add_demo_users(database_url, KEY)
    users.revoke("demo-auditor", Granter())
    registers.add_demo_users(database_url, KEY)
    assert known(database).keys() == {each.user for each in DEMO_USERS}
    assert known(database)["demo-auditor"].revoked
    assert {each.role for each in DEMO_USERS} == set(Role) - {Role.IDENTITY_CUSTODIAN}


def test_two_who_change_one_user_leave_one_story(database: Database, database_url: str, users: Users) -> None:
    def meanwhile(_: Entitlement | None, wanted: Entitlement) -> None:
        if not granted:
            granted.append(wanted)
            with closing(AccessAppender(database_url, KEY)) as other:
                Users(other).grant([Entitlement(*[*_fields(JO)[:2], "Elsewhere", *_fields(JO)[3:]])], Granter("other"))

    granted: list[Entitlement] = []
    assert users.grant([JO], Granter("first"), meanwhile) == 1
    assert [(each["by"], each["originator_version"]) for each in events(database, database_url)] == [
        ("other", 1),
        ("first", 2),
    ]
    assert known(database)["j.doe"] == JO


def test_a_user_of_before_there_were_rights_has_none(database: Database, users: Users) -> None:
    with database.transaction() as cursor:
        cursor.execute("insert into registry.users (name) values ('j.doe')")
    assert known(database) == {}
    assert users.grant([JO], Granter()) == 1
    assert known(database)["j.doe"] == JO


def test_a_name_granted_before_an_agency_of_no_authority_had_it_opens_nothing_of_it(
    database: Database, database_url: str, users: Users
) -> None:
    refuges = Agency("refuges-x", "The National Refuges", AgencyKind.VOLUNTARY, None)
    jo = replace(JO, organisation=refuges.name)
    everywhere = replace(JO, user="all", authority=None, organisation=refuges.code)

    def works_for(user: str = jo.user) -> str | None:
        with database.transaction() as cursor:
            return agency_of(cursor, load_users(cursor)[user])

    users.grant([jo, everywhere], Granter("an-administrator"))
    assert registers.add_agencies(database_url, [refuges]) == 1
    assert (works_for(), works_for("all")) == (None, refuges.urn)
    assert users.grant([jo], Granter()) == 1
    assert works_for() == refuges.urn
    assert users.grant([jo], Granter()) == 0
    registers.add_agencies(database_url, [replace(refuges, contact=Contact("A desk"))])
    assert works_for() == refuges.urn
    registers.add_agencies(database_url, [replace(refuges, name="Refuges")])
    registers.add_agencies(database_url, [refuges])
    assert works_for() is None
