import contextlib
import os
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg2
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from services.local_stack.child import Child, State
from services.local_stack.ports import remembered_ports
from services.local_stack.postgres_server import postgres_program
from services.local_stack.program import LARGEST_LOG, CannotStart, Program, bound_log, end, running, start
from streams.kafka.settings import KafkaSettings
from tests.support.waiting import eventually


def value_of(url: str, question: str) -> str:
    with contextlib.closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def postgres_in(folder: Path) -> tuple[Program, str]:
    port = remembered_ports(folder / "ports.json", ["postgres"])["postgres"]
    return postgres_program(folder / "postgres", folder / "postgres.log", port)


def test_postgres_asks_for_its_password(database_url: str) -> None:
    assert value_of(database_url, "select current_setting('server_version_num')").startswith("18")
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(database_url.replace("contactpoint:", "contactpoint:not"))


def test_postgres_knows_the_letters_of_every_script(database_url: str) -> None:
    assert value_of(database_url, "select lower('ÉŁЖ')") == "éłж"
    assert value_of(database_url, "create extension pg_trgm; select array_length(show_trgm('Жук'), 1)") == "4"


@pytest.mark.parametrize(
    "statement",
    [
        "create temporary table t (name text primary key); insert into t values ('Zorvel'), ('Zorvel')",
        "select 'Zorvel'::uuid",
        "do $$ begin raise warning 'Zorvel'; end $$; select no_column_zorvel",
    ],
)
def test_statements_that_fail_leave_no_data_in_the_log(postgres: str, server_folder: Path, statement: str) -> None:
    with pytest.raises(psycopg2.Error):
        value_of(postgres, statement)
    log = (server_folder / "postgres.log").read_text()
    assert "starting PostgreSQL" in log
    assert "zorvel" not in log.casefold()


def test_postgres_keeps_what_is_committed_and_starts_over_a_lock_file_of_a_living_stranger(
    folder: Path,
) -> None:
    program, url = postgres_in(folder)
    with running(program):
        assert value_of(url, "select current_setting('fsync') || current_setting('full_page_writes')") == "onon"
        assert value_of(url, "select current_setting('synchronous_commit')") == "on"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (folder / "postgres" / "cluster" / "postmaster.pid").write_text(f"{stranger.pid}\n")
        with running(program):
            assert value_of(url, "select 1") == "1"
        assert stranger.poll() is None
        stranger.communicate()


def test_postgres_takes_over_from_one_that_nobody_owns(folder: Path) -> None:
    program, url = postgres_in(folder)
    orphan = start(program)
    eventually(program.ready)
    with running(program):
        assert value_of(url, "select 1") == "1"
        assert not psutil.pid_exists(orphan.pid)


def test_kafka_creates_no_topic_by_itself(kafka: KafkaSettings) -> None:
    producer = KafkaProducer(max_block_ms=500, **kafka.for_kafka_python())
    with contextlib.closing(producer), pytest.raises(KafkaError):
        producer.send("never-created", b"x").get(5)
    with contextlib.closing(KafkaAdminClient(**kafka.for_kafka_python())) as admin:
        assert "never-created" not in admin.list_topics()


def test_kafka_takes_messages_of_two_mebibytes(kafka: KafkaSettings) -> None:
    large = bytes(2_000_000)
    with contextlib.closing(KafkaAdminClient(**kafka.for_kafka_python())) as admin:
        admin.create_topics([NewTopic("two-mebibytes", 1, 1, topic_configs={"max.message.bytes": str(2 << 20)})])
    with contextlib.closing(KafkaProducer(max_request_size=2 << 20, **kafka.for_kafka_python())) as producer:
        producer.send("two-mebibytes", large).get(20)
    consumer = KafkaConsumer(auto_offset_reset="earliest", group_id=None, **kafka.for_kafka_python())
    with contextlib.closing(consumer):
        consumer.assign([TopicPartition("two-mebibytes", 0)])
        assert next(consumer).value == large


def test_a_program_that_ends_before_it_is_ready_names_its_log(folder: Path) -> None:
    program = Program("relay", [sys.executable, "-c", "print('oh')"], folder, folder / "r.log", ready=lambda: False)
    with pytest.raises(CannotStart, match=r"r\.log"), running(program):
        pass
    assert (folder / "r.log").read_text() == "oh\n"


def test_a_program_that_does_not_end_in_time_is_killed(folder: Path) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"
    log = folder / "log"
    program = Program("relay", [sys.executable, "-c", stubborn], folder, log, stop_seconds=0.2)
    process = start(program)
    eventually(lambda: log.read_text())
    end(process, program)
    assert process.returncode == -9


def test_a_large_log_is_kept_aside_once(folder: Path) -> None:
    log = folder / "relay.log"
    log.touch()
    os.truncate(log, LARGEST_LOG)
    bound_log(log)
    assert log.stat().st_size == LARGEST_LOG
    with log.open("ab", buffering=0) as out:
        out.write(b"more\n")
        bound_log(log)
        out.write(b"and on\n")
    assert log.read_bytes() == b"and on\n"
    assert (folder / "relay.log.1").stat().st_size == LARGEST_LOG + 5


def test_a_child_that_keeps_failing_waits_longer_each_time(folder: Path) -> None:
    child = Child(Program("relay", [sys.executable, "-c", "raise SystemExit(7)"], folder, folder / "log"))
    now, waits = 0.0, []
    for _ in range(8):
        while child.state is not State.BACKING_OFF:
            child.step(now)
        began = now
        while child.state is State.BACKING_OFF:
            now += 0.01
            child.step(now)
        waits.append(round(now - began, 1))
    assert waits[:5] == [0.2, 0.4, 0.8, 1.6, 3.2]
    assert waits[5:] == [5.0, 5.0, 5.0]
    assert child.restarts == 8
    child.stop()
