"""Reading from a real replica: used where it is up to date, and never seen to be older than the primary."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from starlette.testclient import TestClient

from services.api.server import open_app
from services.local_stack.ports import remembered_ports
from services.local_stack.postgres_server import postgres_program
from services.local_stack.program import run_to_end, running
from streams.kafka.settings import KafkaSettings
from streams.store.database import Pool
from streams.store.replica import Replica
from tests.support.api_world import looking
from tests.support.shields import AT_RISK, NUMBER, secrets_in, shield
from tests.support.signing_in import signed_in
from tests.support.waiting import eventually
from tests.support.world import World, person

REPLICATES = ["-c", "wal_level=replica", "-c", "max_wal_senders=4"]
WRITES = 50


@contextmanager
def primary_and_replica(folder: Path) -> Iterator[tuple[str, str]]:
    """The URLs of a Postgres and of a streaming replica of it, made as an operator makes one."""
    ports = remembered_ports(folder / "replica.json", ("primary", "replica"))
    program, url = postgres_program(folder / "primary", folder / "primary.log", ports["primary"])
    program = replace(program, command=[*program.command, *REPLICATES])
    target = program.folder / "replica"
    replica_url = url.replace(f":{ports['primary']}/", f":{ports['replica']}/")
    assert urlsplit(replica_url).port == ports["replica"]
    words = [str(target) if word.endswith("/cluster") else word for word in program.command]
    words[words.index(str(ports["primary"]))] = str(ports["replica"])
    with running(program):
        copier = str(Path(program.command[0]).with_name("pg_basebackup"))
        run_to_end([copier, "-D", str(target), "-d", url, "-R", "-c", "fast"], program.folder, account=program.account)
        replica = replace(program, command=words, prepare=lambda: None, ready=lambda: _answers(replica_url))
        with running(replica):
            yield url, replica_url


def _answers(url: str) -> bool:
    try:
        psycopg2.connect(url, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


@pytest.fixture(scope="module")
def urls(server_folder: Path) -> Iterator[tuple[str, str]]:
    with primary_and_replica(server_folder) as made:
        yield made


@contextmanager
def paused(replica_url: str) -> Iterator[None]:
    """A replica that falls behind: what it receives it does not replay."""
    first_of(replica_url, "select pg_wal_replay_pause()")
    eventually(lambda: first_of(replica_url, "select pg_get_wal_replay_pause_state()") == "paused")
    try:
        yield
    finally:
        first_of(replica_url, "select pg_wal_replay_resume()")


def first_of(url: str, statement: str) -> str:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return str((cursor.fetchone() or (None,))[0]) if cursor.description else ""


@contextmanager
def reader(urls: tuple[str, str]) -> Iterator[Replica]:
    with closing(Pool(urls[0], 2, "test")) as primary, closing(Replica(primary, Pool(urls[1], 2, "test"))) as replica:
        yield replica


def is_read(replica: Replica) -> bool:
    """Whether a reading is of the replica."""
    with replica.snapshot() as cursor:
        cursor.execute("select pg_is_in_recovery()")
        return cursor.fetchone() == (True,)


def last(replica: Replica) -> int:
    with replica.snapshot() as cursor:
        cursor.execute("select max(number) from told")
        ((number,),) = cursor.fetchall()
        return int(number)


def test_a_replica_is_read_and_no_reading_is_older_than_what_was_told_before(urls: tuple[str, str]) -> None:
    first_of(urls[0], "create table told (number int)")
    with reader(urls) as replica:
        for number in range(WRITES):
            first_of(urls[0], f"insert into told values ({number})")
            assert last(replica) == number
        eventually(lambda: is_read(replica))


def test_of_a_replica_that_has_fallen_behind_nothing_is_read(urls: tuple[str, str]) -> None:
    first_of(urls[0], "create table if not exists told (number int)")
    with reader(urls) as replica:
        eventually(lambda: is_read(replica))
        with paused(urls[1]):
            first_of(urls[0], f"insert into told values ({WRITES})")
            assert not is_read(replica)
            assert last(replica) == WRITES
        eventually(lambda: is_read(replica))


def test_another_database_is_never_read(urls: tuple[str, str], postgres: str, caplog: pytest.LogCaptureFixture) -> None:
    with reader((urls[0], postgres)) as replica:
        assert not is_read(replica)
        with replica.snapshot() as cursor:
            cursor.execute("select system_identifier::text from pg_control_system()")
            ours = first_of(urls[0], "select system_identifier::text from pg_control_system()")
            assert cursor.fetchone() == (ours,)
    assert "CONTACTPOINT_DATABASE_READ_URL names is no replica of this primary" in caplog.text


def test_the_primary_is_read_while_the_replica_is_away(urls: tuple[str, str], caplog: pytest.LogCaptureFixture) -> None:
    nowhere = urls[1].replace(f":{urlsplit(urls[1]).port}/", ":1/")
    with reader((urls[0], nowhere)) as replica:
        assert not is_read(replica)
        assert not is_read(replica)
    assert caplog.text.count("cannot be reached; the primary is read") == 1
    assert (urlsplit(nowhere).password or "") not in caplog.text


@pytest.fixture(scope="module")
def world(
    kafka: KafkaSettings, postgres: str, urls: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    assert postgres
    with closing(World(kafka, urls[0], tmp_path_factory.mktemp("world"))) as made:
        written = first_of(urls[0], "select pg_current_wal_lsn()")  # among it the database, which the world made anew
        elsewhere = f"{urls[1].rpartition('/')[0]}/postgres"
        eventually(lambda: first_of(elsewhere, f"select pg_last_wal_replay_lsn() >= '{written}'") == "True")
        yield made


def test_a_shield_holds_at_once_however_far_the_replica_is_behind(world: World, urls: tuple[str, str]) -> None:
    assert world.submit(person("S1", **AT_RISK)) == ["accepted"]
    child = world.child_with(NUMBER)
    with TestClient(open_app(replace(world.settings, database_read_url=signed_in(urls[1], "api")))) as client:

        def shown() -> str:
            answer = client.get(f"/children/{child}", headers=looking(world))
            assert answer.status_code == 200, answer.text
            return answer.text

        assert secrets_in(shown())
        eventually(lambda: shown() and "contactpoint api reads" in first_of(urls[1], READERS))
        with paused(urls[1]):
            shield(world, child)
            assert secrets_in(shown()) == []
        assert secrets_in(shown()) == []


READERS = "select string_agg(application_name, ' ') from pg_stat_activity where query like 'COMMIT%'"
"""Who has read in a transaction on a server."""
