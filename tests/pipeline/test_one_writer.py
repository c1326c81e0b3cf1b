"""One registrar writes: what was decided by one that was replaced meanwhile is not saved, whichever topics it reads."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError, ProgrammingError
from psycopg2.errors import UndefinedTable
from psycopg2.extensions import make_dsn, parse_dsn

from domain.agency import Agency
from projections.base.partition import Partition
from services.registrar.fence import FenceLost
from services.registrar.handle import BACK_OFF_S
from services.registrar.receipts import Answer
from streams.clock import utc_now
from streams.store.database import Database
from streams.store.recorder import AmbiguousCommit
from tests.support.desk import AUTHORITY, GP, Desk, numbered, open_desk
from tests.support.proxy import proxy
from tests.support.waiting import eventually

HER = {"given_name": "Tamsin", "family_name": "Okoro", "date_of_birth": "2001-02-03", "nhs_number": "9990000018"}


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with open_desk(Desk, database_url) as opened:
        yield opened


def register_her(desk: Desk, owner: Agency) -> list[Answer]:
    return desk.send(numbered(1, subject=f"S-{owner.code}", source=owner.urn, data=HER), owner=owner)


def test_what_was_decided_before_another_registrar_took_over_is_not_saved(desk: Desk) -> None:
    """The two read different topics, so no offset tells them apart."""
    others: list[Desk] = []

    def another_takes_over() -> datetime:
        if not others:
            others.append(Desk(desk.url))
            register_her(others[0], GP)
        return utc_now()

    desk.clock = another_takes_over
    desk.open()
    with pytest.raises(FenceLost):
        register_her(desk, AUTHORITY)
    with pytest.raises(FenceLost):
        desk.send(numbered(1, subject="S2"))
    assert desk.types().count("RecordRegistered.v2") == 1
    assert [answer.outcome for answer in register_her(others[0], AUTHORITY)] == ["accepted"]
    assert desk.rows("select count(distinct child), count(*) from register.match_index") == [(1, 2)]
    others[0].close()


def test_whoever_takes_over_waits_for_a_transaction_at_its_end_and_reads_it(desk: Desk) -> None:
    def waiting_for_locks(count: int) -> bool:
        asked = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        return desk.rows(asked) == [(count,)]

    other = Desk(desk.url)
    desk.open()
    first = threading.Thread(target=register_her, args=(desk, AUTHORITY))
    second = threading.Thread(target=other.open)
    with closing(Database(desk.url, "test")) as third, third.transaction() as cursor:
        cursor.execute("select from register.outbox_counter for update")
        first.start()
        eventually(lambda: waiting_for_locks(1))
        second.start()
        eventually(lambda: waiting_for_locks(2))
    first.join()
    second.join()
    assert [answer.outcome for answer in register_her(other, GP)] == ["accepted"]
    assert desk.rows("select count(distinct child), count(*) from register.match_index") == [(1, 2)]
    other.close()


def test_a_commit_that_nobody_saw_is_taken_into_account(desk: Desk) -> None:
    server = parse_dsn(desk.url)
    with proxy(server["host"], int(server["port"])) as between:
        far = Desk(make_dsn(**{**server, "host": "127.0.0.1", "port": between.port}))

        def no_answer_to_the_commit() -> UUID:
            between.fatal = b"COMMIT"
            return uuid4()

        far.new_id = no_answer_to_the_commit
        far.open()
        with pytest.raises(AmbiguousCommit):
            register_her(far, AUTHORITY)
        far.close()
        assert desk.open().offsets == {Partition("submissions.la-x", 0): 1}  # waits for the commit to arrive
    assert [answer.outcome for answer in register_her(desk, GP)] == ["accepted"]
    assert desk.rows("select count(distinct child), count(*) from register.match_index") == [(1, 2)]


def test_a_right_that_is_missing_makes_no_dead_letters(desk: Desk) -> None:
    message = desk.message(numbered(1))
    for table in ("submissions", "data_keys"):  # one that is read before deciding, one that is written afterwards
        with desk.database.transaction() as cursor:
            cursor.execute(f"alter table register.{table} rename to elsewhere")
        with pytest.raises((ProgrammingError, UndefinedTable)):
            desk.registrar.handle([message])
        with desk.database.transaction() as cursor:
            cursor.execute(f"alter table register.elsewhere rename to {table}")
    assert desk.count("outbox") == 0
    assert [answer.outcome for answer in desk.registrar.handle([message])] == ["accepted"]


REFUSE = "alter table register.submissions add constraint refuse check (id <> 'S7-1')"


def test_a_batch_that_contradicts_what_is_stored_is_tried_again(desk: Desk) -> None:
    def until_it_is_mended(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            with desk.database.transaction() as cursor:
                cursor.execute("alter table register.submissions drop constraint refuse")

    waited: list[float] = []
    desk.pause = until_it_is_mended
    desk.open()
    with desk.database.transaction() as cursor:
        cursor.execute(REFUSE)
    answers = desk.send(*(numbered(1, subject=f"S{n}") for n in range(10)))
    assert {answer.outcome for answer in answers} == {"accepted"}
    assert waited == list(BACK_OFF_S[:2])


def test_what_goes_on_contradicting_costs_the_message_that_does_and_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    waited: list[float] = []
    desk.pause = waited.append
    desk.open()
    with desk.database.transaction() as cursor:
        cursor.execute(REFUSE)
    answers = desk.send(*(numbered(1, subject=f"S{n}") for n in range(10)), numbered(2, "involvement.started", "S9"))
    assert [answer.outcome for answer in answers] == ["accepted"] * 7 + ["refused"] + ["accepted"] * 3
    assert [reason["code"] for reason in answers[7].reasons] == ["not-processed"]
    assert waited == list(BACK_OFF_S)
    assert len([line for line in caplog.messages if "contradicts what is stored; again in" in line]) == len(BACK_OFF_S)
    letters = desk.rows("select value from register.outbox where topic = 'dead-letters'")
    assert [json.loads(bytes(value))["message"] for (value,) in letters] == ["submissions.la-x/0/7"]
    assert desk.types().count("RecordRegistered.v2") == 9
    assert [answer.outcome for answer in desk.send(numbered(1, subject="S10"))] == ["accepted"]


def test_a_registrar_that_is_told_to_stop_makes_no_dead_letter_in_haste(desk: Desk) -> None:
    desk.pause = lambda _: True
    desk.open()
    with desk.database.transaction() as cursor:
        cursor.execute(REFUSE)
    with pytest.raises(IntegrityError):
        desk.send(numbered(1, subject="S7"))
    assert desk.count("outbox") == 0
