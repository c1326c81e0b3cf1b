"""The registrar loses its lock under load and a second one begins: no child is listed twice, nothing is doubled."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from kafka import KafkaProducer

from streams.kafka.topics import submissions_topic
from tests.support.chance import dice
from tests.support.stack import Stack
from tests.support.steward import somebody
from tests.support.waiting import eventually
from tests.support.world import submission

CHILDREN = 1_200
CODES = ("la-one", "la-two")
"""Both register every child: whoever decides without what the other one wrote lists it a second time."""
TAKEOVERS = 6
AGENCIES = "".join(f"- {{code: {code}, name: {code}, kind: local-authority, authority: E06999001}}\n" for code in CODES)


def registered(code: str, number: int) -> dict[str, Any]:
    """What the agency says of a child: the same as the other one, under a number of its own."""
    data = somebody(f"child {number}") | {"address": {"postcode": f"ZX{number % 90 + 10} {number % 10}AA"}}
    return submission("child.registered", f"{code}-{number}", data, code) | {"id": f"{code}-{number}"}


@contextmanager
def second_registrar(stack: Stack) -> Iterator[None]:
    """One beside the stack's own."""
    process = stack.beside("registrar")
    try:
        yield
    finally:
        process.terminate()
        status = process.wait(180)
    assert status == 0


def end_the_lock(url: str) -> bool:
    """Ends the connection that holds the registrar's lock; False where nobody holds it now."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)"
            " where locktype = 'advisory' and granted and application_name = 'contactpoint registrar lock'"
        )
        return bool(cursor.fetchall())


def holder_of_the_fence(url: str) -> str:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("select holder::text from register.fence")
        return str(cursor.fetchall()[0][0])


def lose_the_lock(url: str, holder: str) -> None:
    """Ends the lock's connection, and returns once somebody has taken over from the holder of the fence."""
    eventually(lambda: end_the_lock(url))
    eventually(lambda: holder_of_the_fence(url) != holder, within=600)  # the other one may have a batch in hand


def answers_written(url: str) -> int:
    """How many answers registrars have left for the relay to publish: cheap to ask, again and again."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("select last from register.outbox_counter")
        return int(cursor.fetchall()[0][0])


def receipts(stack: Stack) -> list[dict[str, Any]]:
    return [each for code in CODES for each in stack.receipts_so_far(f"urn:agency:{code}")]


def test_no_child_is_listed_twice_when_the_lock_is_lost_under_load(stack: Stack, tmp_path: Path) -> None:
    rng = dice()
    (tmp_path / "agencies.yaml").write_text(AGENCIES)
    stack.ask("agencies", "add", tmp_path / "agencies.yaml")
    state = json.loads((stack.data / "stack.json").read_text())
    url = stack.administrator_url()
    producer = KafkaProducer(bootstrap_servers=state["kafka"], acks="all")
    with second_registrar(stack):
        for turn in range(TAKEOVERS):
            before = holder_of_the_fence(url)
            numbers = range(turn, CHILDREN, TAKEOVERS)
            sent = [registered(code, number) for code in CODES for number in numbers]
            rng.shuffle(sent)
            for each in sent:
                topic = submissions_topic(each["source"].removeprefix("urn:agency:"))
                producer.send(topic, key=each["subject"].encode(), value=json.dumps(each).encode())
            producer.flush(60)
            lose_the_lock(url, before)
        producer.close()
        eventually(lambda: answers_written(url) >= len(CODES) * CHILDREN)
        eventually(lambda: len(receipts(stack)) >= len(CODES) * CHILDREN)
    positions = eventually(lambda: at_rest(stack))
    outcomes = Counter((receipt["submission"], receipt["outcome"]) for receipt in receipts(stack))
    assert outcomes == Counter({(f"{code}-{number}", "accepted"): 1 for code in CODES for number in range(CHILDREN)})
    homes = Counter(frozenset(record["subject"] for record in entry["records"]) for entry in stack.export())
    assert homes == Counter({frozenset(f"{code}-{number}" for code in CODES): 1 for number in range(CHILDREN)})
    done = stack.ask("rebuild")
    assert done["digest"]["live"] == done["digest"]["rebuilt"]
    assert stack.ask("status")["positions"] == positions


def at_rest(stack: Stack) -> dict[str, int] | None:
    """The positions, once all of them are equal."""
    positions: dict[str, int] = stack.ask("status")["positions"]
    return positions if len(set(positions.values())) == 1 else None
