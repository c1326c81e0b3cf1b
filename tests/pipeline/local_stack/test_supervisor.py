import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from services.configuration.settings import read_settings, read_stack
from services.local_stack.api_probe import ApiProbe
from services.local_stack.child import MOST_ENDS
from tests.pipeline.local_stack.stacks import Stack
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def stack(module_folder: Path) -> Iterator[Stack]:
    stack = Stack(module_folder).until_ready()
    yield stack
    stack.clean()


@pytest.fixture
def own_stack(folder: Path) -> Iterator[list[Stack]]:
    """The stacks that a test starts itself; they are ended after it."""
    started: list[Stack] = []
    yield started
    for stack in started:
        stack.clean()


def elsewhere(stack: Stack) -> dict[str, str]:
    """The settings of another stack beside the same servers."""
    state = read_stack(stack.data)
    return {"CONTACTPOINT_KAFKA": state["kafka"], "CONTACTPOINT_DATABASE_URL": state["database_url"]}


def test_the_state_file_names_every_role_and_address(stack: Stack) -> None:
    state = read_stack(stack.data)
    assert state["pid"] == stack.process.pid
    assert {p["role"]: p["state"] for p in state["processes"]} == dict.fromkeys(
        ("kafka", "postgres", "registrar", "api"), "running"
    )
    assert {p["pid"] for p in state["processes"]} == stack.recorded()
    assert state["url"] == stack.out.read_text().split()[1]
    settings = read_settings(stack.data, {})
    assert settings.kafka_address == state["kafka"]
    assert settings.need_kafka().security_protocol == "SASL_PLAINTEXT"
    assert settings.need_kafka().sasl_mechanism == "SCRAM-SHA-512"  # by PLAIN whoever listens there gets the password
    assert settings.need_kafka().bootstrap_servers != state["kafka"]


def test_what_the_stack_writes_is_for_its_owner_only(stack: Stack) -> None:
    for name in ("stack.json", "children.json", "postgres-password", "kafka-password", "kafka-broker-password"):
        assert stat.S_IMODE((stack.data / name).stat().st_mode) == 0o600


def test_a_second_supervisor_is_refused_in_one_sentence(stack: Stack) -> None:
    second = Stack(stack.data.parent, "second")
    assert second.process.wait(30) == 1
    err = second.err.read_text()
    assert f"process {stack.process.pid}" in err
    assert len(err.strip().splitlines()) == 1
    assert stack.of("api")["state"] == "running"


@pytest.mark.parametrize("role", ["registrar", "api"])
def test_a_service_that_dies_is_started_again_and_counted(stack: Stack, role: str) -> None:
    before = stack.of(role)
    stack.kill(role)
    stack.until_restarted(role, before["restarts"] + 1)
    assert stack.of(role)["pid"] != before["pid"]


def test_a_killed_kafka_comes_back_with_its_topics(stack: Stack) -> None:
    kafka = read_settings(stack.data, {}).need_kafka().for_kafka_python()
    with closing(KafkaAdminClient(**kafka)) as admin:
        admin.create_topics([NewTopic("kept", 1, 1)])
    stack.kill("kafka")
    stack.until_restarted("kafka", 1)
    with closing(KafkaAdminClient(**kafka)) as admin:
        assert "kept" in admin.list_topics()


def test_a_killed_postgres_comes_back_although_its_backends_outlive_it(stack: Stack) -> None:
    url = read_stack(stack.data)["database_url"]
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("create schema mine; create table mine.kept (a int); insert into mine.kept values (1)")
    busy = psycopg2.connect(url)
    busy.cursor().execute("select 1")
    stack.kill("postgres")
    stack.until_restarted("postgres", 1)
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("select a from mine.kept")
        assert cursor.fetchall() == [(1,)]


def test_sigterm_ends_all_of_it_in_order_and_a_killed_supervisor_is_followed_by_one_that_takes_over(
    folder: Path, own_stack: list[Stack]
) -> None:
    stack = Stack(folder).until_ready()
    own_stack.append(stack)
    addresses, running = stack.addresses(), stack.descendants()
    stack.process.terminate()
    assert stack.end() == 0
    assert [process for process in running if process.is_running()] == []
    assert (stack.data / "order").read_text().split() == ["api", "registrar"]
    assert read_stack(stack.data) == {}

    killed = Stack(folder, "killed").until_ready()
    own_stack.append(killed)
    assert killed.addresses() == addresses
    orphans = killed.descendants()
    killed.process.kill()
    killed.process.wait()

    last = Stack(folder, "last").until_ready()
    own_stack.append(last)
    assert [process for process in orphans if process.is_running()] == []
    assert last.addresses() == addresses
    assert last.of("postgres")["restarts"] == 0


def test_sigterm_during_the_start_leaves_nothing(folder: Path, own_stack: list[Stack]) -> None:
    stack = Stack(folder)
    own_stack.append(stack)
    running = eventually(lambda: len(stack.descendants()) > 1 and stack.descendants())
    assert stack.end() == 0
    assert [process for process in running if process.is_running()] == []
    assert stack.out.read_text() == ""


def test_servers_that_run_elsewhere_are_not_started(stack: Stack, folder: Path, own_stack: list[Stack]) -> None:
    own = Stack(folder, **elsewhere(stack)).until_ready()
    own_stack.append(own)
    for role in ("kafka", "postgres"):
        assert own.of(role) == {"role": role, "name": role, "pid": None, "state": "external", "restarts": 0}
        assert not (own.data / role).exists()
    assert len(own.descendants()) == 2


def test_an_init_that_fails_ends_up_with_one_sentence(stack: Stack, folder: Path, own_stack: list[Stack]) -> None:
    own = Stack(folder, **elsewhere(stack), STAND_IN_INIT_STATUS="3")
    own_stack.append(own)
    assert own.process.wait(30) == 3
    lines = own.err.read_text().strip().splitlines()
    assert len(lines) == 1
    assert str(own.data / "logs" / "init.log") in lines[0]
    assert psutil.pid_exists(stack.process.pid)


def test_a_role_that_ends_again_and_again_ends_up_with_its_last_sentence(
    stack: Stack, folder: Path, own_stack: list[Stack]
) -> None:
    own = Stack(folder, **elsewhere(stack), STAND_IN_FAILS="registrar")
    own_stack.append(own)
    assert own.process.wait(60) == 3
    last = own.err.read_text().strip().splitlines()[-1]
    assert "given up after 5 tries: registrar ended with status 3: it has no settings to work with" in last


def test_a_role_that_is_killed_again_and_again_is_not_given_up(stack: Stack) -> None:
    for _ in range(MOST_ENDS + 1):
        restarts = stack.of("registrar")["restarts"]
        stack.kill("registrar")
        stack.until_restarted("registrar", restarts + 1)
    assert stack.process.poll() is None


def test_a_port_that_another_stack_has_taken_ends_up_with_a_sentence_that_names_it(
    stack: Stack, folder: Path, own_stack: list[Stack]
) -> None:
    port = stack.addresses()[0].rpartition(":")[2]
    own = Stack(folder, **elsewhere(stack), CONTACTPOINT_PORT=port)
    own_stack.append(own)
    assert own.process.wait(60) == 3
    assert own.out.read_text() == ""
    assert f"port {port} is taken by another stack or program" in own.err.read_text()


def test_the_api_of_another_stack_is_not_taken_for_ours(stack: Stack) -> None:
    url = stack.addresses()[0]
    theirs = ApiProbe(url, "another stack's id")
    assert not theirs.ready()
    assert "another program answers" in theirs.waits_for
    assert ApiProbe(url, None).ready()
