"""A look by an unscheduled service notifies the authority of a child: with the look or not at all, nothing personal."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson
import psycopg2
import pytest

from domain.access_log.notices import Notice, NoticeKind, document, notices
from domain.access_log.schedule import SCHEDULED_KINDS, SCHEDULED_SERVICES, is_scheduled
from domain.vocabulary import AgencyKind, Service
from streams.access.access_log import AccessLog
from streams.access.appender import AccessAppender, AccessLogAway
from streams.access.looks import Look
from streams.crypto.sealing import KeyEncryptionKey
from streams.store.schema import migrate

KEY = KeyEncryptionKey(b"k" * 32)
CHILD, OTHER = "0b6dfe7a-3f4b-4f57-8a35-6f5ff9b4c9c1", "1c7e0f8b-4a5c-4068-9b46-70600ac5dad2"
NORTH = "E06999001"


def notices_of(*children: str) -> list[Notice]:
    """Notices of a look at children, the first of whom lives in the north."""
    return notices(
        NoticeKind.UNSCHEDULED_LOOK,
        children,
        {CHILD: NORTH},
        role="practitioner",
        organisation="homes",
        reason_code="new-referral",
    )


@pytest.fixture(autouse=True)
def tables(database_url: str) -> None:
    migrate(database_url)


@pytest.fixture
def log(database_url: str) -> Iterator[AccessLog]:
    with (
        closing(AccessAppender(database_url, KEY)) as appender,
        closing(AccessLog(appender, longest_wait_s=2)) as opened,
    ):
        yield opened


def rows(database_url: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def outbox(database_url: str) -> list[tuple[str, bytes, dict[str, Any]]]:
    found = rows(database_url, "select topic, key, value from register.outbox order by ordinal")
    return [(topic, bytes(key), orjson.loads(bytes(value))) for topic, key, value in found]


def look(*children: str) -> Look:
    asked = {"family_name": "Quaternion"}
    return Look(
        "a-secretive-user", "a-secret-reason", "find", asked, children, len(children), notices=notices_of(*children)
    )


def test_a_notice_stands_in_the_outbox_once_the_look_is_durable(database_url: str, log: AccessLog) -> None:
    log.append(look(CHILD, OTHER))
    ((position,),) = rows(database_url, "select last from access.counter")
    (first, second) = outbox(database_url)[-2:]
    assert first[:2] == (f"notices.{NORTH}", CHILD.encode())
    assert second[:2] == ("notices.unclaimed", OTHER.encode())
    assert first[2] == {
        "kind": "unscheduled-look",
        "child": CHILD,
        "time": first[2]["time"],
        "action": "find",
        "organisation": "homes",
        "role": "practitioner",
        "reason_code": "new-referral",
        "position": position,
    }


def test_nothing_personal_is_in_a_notice(database_url: str, log: AccessLog) -> None:
    log.append(look(CHILD))
    values = " ".join(orjson.dumps(value).decode() for _, _, value in outbox(database_url))
    assert "secret" not in values
    assert "Quaternion" not in values


def test_without_the_outbox_there_is_no_look_and_without_the_look_no_notice(database_url: str, log: AccessLog) -> None:
    log.append(look(CHILD))
    before = (outbox(database_url), rows(database_url, "select last from access.counter"))
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select last from register.outbox_counter for update")
        with pytest.raises(AccessLogAway):
            log.append(look(CHILD))
        assert (outbox(database_url), rows(database_url, "select last from access.counter")) == before


def test_each_child_has_one_notice_a_look() -> None:
    assert [notice.child for notice in notices_of(CHILD, OTHER, CHILD)] == [CHILD, OTHER]
    assert [notice.authority for notice in notices_of(CHILD, OTHER)] == [NORTH, None]
    assert notices_of() == []
    assert set(document(notices_of(CHILD)[0], "show", 1, "now")) == {
        "kind", "child", "time", "action", "organisation", "role", "reason_code", "position",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "services", "scheduled"),
    [
        (AgencyKind.SOCIAL_CARE, [], True),
        (None, [Service.HOUSING, Service.EDUCATION], True),
        (None, [Service.HOUSING], False),
        (AgencyKind.VOLUNTARY, [Service.VOLUNTARY], False),
        (AgencyKind.CHILD_BENEFIT, [], False),
        (None, [], False),
    ],
)
def test_which_organisations_are_scheduled(kind: str | None, services: list[str], scheduled: bool) -> None:
    assert is_scheduled(kind, services) is scheduled


def test_the_schedule_is_in_the_words_of_the_contract() -> None:
    assert set(Service) > SCHEDULED_SERVICES
    assert set(AgencyKind) > SCHEDULED_KINDS
