"""Each kind of tampering with a log is named, with its position and the place where it was done."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kafka import KafkaProducer

from services.proofs import stored
from tests.support.proofs import SIGNS, Proven, checkpoint_of
from tests.support.relay_stage import held

CHANGES = {
    "flipped": (
        "update register.events set state = set_byte(state, 40, get_byte(state, 40) # 1) where position = 100",
        [(100, "flipped", "store")],
    ),
    "deleted": ("delete from register.events where position = 100", [(100, "deleted", "store")]),
    "swapped": (
        "update register.events set position = -1 where position = 100;"
        "update register.events set position = 100 where position = 200;"
        "update register.events set position = 200 where position = -1",
        [(100, "swapped", "store, with 200"), (200, "swapped", "store, with 100")],
    ),
    "end cut off": ("delete from register.events where position > 290", [(291, "end-cut-off", "store")]),
    "end cut off, and the counter put back": (
        "delete from register.events where position > 290; update register.counter set last = 290",
        [(291, "end-cut-off", "store")],
    ),
    "deleted, and the others moved up": (
        "delete from register.events where position = 100;"
        "update register.events set position = -position where position > 100;"
        "update register.events set position = -position - 1 where position < 0;"
        "update register.counter set last = 299",
        [(100, "deleted", "store")],
    ),
    "inserted, and the others moved down": (
        "update register.events set position = -position where position >= 100;"
        "update register.events set position = 1 - position where position < 0;"
        "insert into register.events values (100, gen_random_uuid(), 1, 'Something.v1', '{\"source\":\"x\"}');"
        "update register.counter set last = 301",
        [(100, "inserted", "store")],
    ),
    "appended": (
        "insert into register.events values (301, gen_random_uuid(), 1, 'Something.v1', '{\"source\":\"x\"}')",
        [(301, "inserted", "store")],
    ),
    "a leaf changed": (
        "update publication.tiles set hashes = set_byte(hashes, 3, get_byte(hashes, 3) # 1)"
        " where level = 0 and number = 0",
        [(1, "flipped", "tile/entries/000")],
    ),
    "a tile changed": (
        "update publication.tiles set hashes = set_byte(hashes, 3, get_byte(hashes, 3) # 1) where level = 1",
        [(None, "flipped", "tile/1/000")],
    ),
    "the checkpoint changed": (
        "update publication.checkpoints set note = replace(note, '300', '299') where log = 'register'",
        [(None, "flipped", "checkpoint")],
    ),
}


@contextmanager
def changed(proven: Proven, statement: str) -> Iterator[None]:
    """The database with the change, and without it again."""
    tables = ("register.events", "register.counter", "publication.tiles", "publication.checkpoints")
    for table in tables:
        proven.store.rows(f"create table kept_{table.replace('.', '_')} as table {table}")
    try:
        proven.store.rows(statement)
        yield
    finally:
        for table in tables:
            kept = f"kept_{table.replace('.', '_')}"
            proven.store.rows(f"truncate {table}; insert into {table} table {kept}; drop table {kept}")


def findings_of(proven: Proven) -> list[tuple[int | None, str, str]]:
    found = proven.findings()
    assert {each.log for each in found} <= {"register"}
    return [(each.position, str(each.kind), each.where) for each in found]


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_done_to_the_store_has_a_name(proven: Proven, name: str) -> None:
    statement, says = CHANGES[name]
    with changed(proven, statement):
        assert findings_of(proven) == says
    assert findings_of(proven) == []


def test_an_event_that_says_again_what_an_older_one_said_is_named(proven: Proven) -> None:
    ((older, newer),) = proven.store.rows(
        "select min(position), max(position) from register.events group by stream having count(*) > 1 limit 1"
    )
    copy = f"update register.events set state = (select state from register.events where position = {older})"
    with changed(proven, f"{copy} where position = {newer}"):
        assert findings_of(proven) == [(newer, "replaced-by-an-older-one", "store")]


def test_a_checkpoint_kept_elsewhere_tells_a_log_that_is_another_one(proven: Proven) -> None:
    with proven.store.database.transaction() as cursor:
        kept = checkpoint_of(stored.latest(cursor, "register"))
    assert proven.findings(kept) == []
    other = SIGNS.sign("register", 300, bytes(32))
    with changed(proven, "select 1"):
        assert [each.kind for each in proven.findings(kept._replace(root=bytes(32)))] == ["whole-log-replaced"]
        assert [each.kind for each in proven.findings(kept._replace(size=301))] == ["end-cut-off"]
    with changed(proven, f"update publication.checkpoints set note = $n${other}$n$ where log = 'register'"):
        assert [each.kind for each in proven.findings()] == ["whole-log-replaced"]


def test_what_others_write_into_kafka_is_named(proven: Proven) -> None:
    values = held(proven.kafka, "register.events")
    partition, of_partition = next((number, each) for number, each in enumerate(values) if len(each) > 2)
    producer = KafkaProducer(**proven.kafka.for_kafka_python())
    forged = of_partition[1].replace(b"urn:agency:x", b"urn:agency:y")
    sent = [producer.send("register.events", value, partition=partition).get() for value in (forged, of_partition[0])]
    producer.close()
    one, two = (
        proven.store.rows("select (convert_from(%s, 'UTF8')::json->>'position')::int", each)[0][0]
        for each in of_partition[1::-1]
    )
    assert findings_of(proven) == [
        (one, "mac-wrong", f"register.events/{partition}/{sent[0].offset}"),
        (two, "inserted", f"register.events/{partition}/{sent[1].offset}"),
    ]
