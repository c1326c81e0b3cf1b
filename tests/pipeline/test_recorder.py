"""What our recorder promises beyond the library's interface: one transaction, gapless positions, honest errors."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import psycopg2.extensions
import pytest
from eventsourcing.persistence import DataError, IntegrityError, ProgrammingError, StoredEvent, Tracking
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.store.database import Cursor, DatabaseAway
from streams.store.recorder import FEW, AmbiguousCommit, PostgresRecorder, RecorderAway
from tests.support.logs import new_log
from tests.support.proxy import Proxy, proxy


@pytest.fixture
def schema(database_url: str) -> str:
    return new_log(database_url)


@pytest.fixture
def recorder(database_url: str, schema: str) -> Iterator[PostgresRecorder]:
    recorder = PostgresRecorder(database_url, schema)
    yield recorder
    recorder.close()


def event(stream: UUID | None = None, version: int = 1, state: bytes = b"{}") -> StoredEvent:
    return StoredEvent(stream or uuid4(), version, "Something.v1", state)


def fail(*_: Any) -> None:
    raise RuntimeError


def test_rows_alongside_commit_with_the_events(recorder: PostgresRecorder, schema: str) -> None:
    def in_transaction(cursor: Cursor, positions: Sequence[int]) -> None:
        cursor.execute(f"insert into {schema}.data_keys values (%s, %s)", (str(uuid4()), str(positions)))

    recorder.insert_events([event()])
    assert recorder.insert_events([event(), event()], in_transaction=in_transaction) == [2, 3]
    assert keys(recorder, schema) == [b"[2, 3]"]


def test_positions_follow_each_other_whichever_way_events_go_in(recorder: PostgresRecorder) -> None:
    last = 0
    for count in (1, FEW, FEW + 1, 2):
        events = [event(state=str(number).encode()) for number in range(last + 1, last + count + 1)]
        assert recorder.insert_events(events) == list(range(last + 1, last + count + 1))
        last += count
    stored = recorder.select_notifications(1, 1_000)
    assert [(each.id, each.state) for each in stored] == [(n, str(n).encode()) for n in range(1, last + 1)]


def test_rows_alongside_are_written_without_events_too(recorder: PostgresRecorder, schema: str) -> None:
    def in_transaction(cursor: Cursor, positions: Sequence[int]) -> None:
        cursor.execute(f"insert into {schema}.data_keys values (%s, %s)", (str(uuid4()), str(positions)))

    assert recorder.insert_events([], in_transaction=in_transaction) == []
    assert keys(recorder, schema) == [b"[]"]


def keys(recorder: PostgresRecorder, schema: str) -> list[bytes]:
    found: list[bytes] = []

    def read(cursor: Cursor, _: Sequence[int]) -> None:
        cursor.execute(f"select wrapped from {schema}.data_keys")
        found.extend(bytes(wrapped) for (wrapped,) in cursor.fetchall())

    recorder.insert_events([], in_transaction=read)
    return found


@pytest.mark.parametrize("refusing", ["in_transaction", "fence"])
def test_a_failed_transaction_leaves_no_event_and_no_gap(recorder: PostgresRecorder, refusing: str) -> None:
    recorder.insert_events([event()])
    with pytest.raises(RuntimeError):
        recorder.insert_events([event()], tracking=Tracking("other", 7), **{refusing: fail})
    assert recorder.max_tracking_id("other") is None
    assert recorder.insert_events([event()]) == [2]


def test_a_version_that_is_there_is_a_conflict_and_leaves_no_gap(recorder: PostgresRecorder) -> None:
    first = event()
    recorder.insert_events([first])
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(), first])
    assert recorder.insert_events([event()]) == [2]


def test_an_error_does_not_repeat_what_was_stored(recorder: PostgresRecorder) -> None:
    first = event(state=b"a secret")
    recorder.insert_events([first])
    with pytest.raises(IntegrityError) as conflict:
        recorder.insert_events([first])
    for hidden in ("a secret", "Something.v1", str(first.originator_id)):
        assert hidden not in str(conflict.value)
    assert conflict.value.__suppress_context__


@pytest.mark.parametrize("bad", [event(version=2**31), StoredEvent("not a uuid", 1, "Something.v1", b"")])
def test_what_the_table_cannot_hold_is_a_data_error(recorder: PostgresRecorder, bad: StoredEvent) -> None:
    with pytest.raises(DataError):
        recorder.insert_events([bad])


def test_missing_tables_are_a_programming_error(database_url: str) -> None:
    with pytest.raises(ProgrammingError):
        PostgresRecorder(database_url, "no_such_schema").insert_events([event()])


@settings(max_examples=25, deadline=None)
@given(
    states=st.lists(st.binary(max_size=200), min_size=1, max_size=20),
    topic=st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)
def test_any_bytes_come_back_as_they_were(
    recorder_of_module: PostgresRecorder, states: list[bytes], topic: str
) -> None:
    stream = uuid4()
    events = [StoredEvent(stream, version, topic, state) for version, state in enumerate(states)]
    positions = recorder_of_module.insert_events(events)
    assert recorder_of_module.select_events(stream) == events
    raw = recorder_of_module.select_raw(positions[0] - 1, len(events))
    assert raw == [
        (p, str(stream), e.originator_version, topic, e.state) for p, e in zip(positions, events, strict=True)
    ]


@settings(max_examples=25, deadline=None)
@given(lengths=st.lists(st.integers(0, 4), max_size=6), dice=st.randoms(use_true_random=False))
def test_many_streams_are_read_at_once_in_order(
    recorder_of_module: PostgresRecorder, lengths: list[int], dice: Any
) -> None:
    streams = {uuid4(): length for length in lengths}
    events = [event(stream, version) for stream, length in streams.items() for version in range(1, length + 1)]
    dice.shuffle(events)
    recorder_of_module.insert_events([*events, event()])
    found = list(recorder_of_module.select_events_of(list(streams)))
    assert found == sorted(events, key=lambda e: (e.originator_id, e.originator_version))


@pytest.fixture(scope="module")
def recorder_of_module(database_url: str) -> Iterator[PostgresRecorder]:
    recorder = PostgresRecorder(database_url, new_log(database_url))
    yield recorder
    recorder.close()


def test_a_reader_sees_every_position_in_order_while_writers_race_and_fail(database_url: str, schema: str) -> None:
    recorders = [PostgresRecorder(database_url, schema) for _ in range(4)]

    def write(recorder: PostgresRecorder) -> None:
        for turn in range(40):
            if turn % 3:
                recorder.insert_events([event() for _ in range(turn % 7)])
            else:
                with pytest.raises(RuntimeError):
                    recorder.insert_events([event()], in_transaction=fail)

    writers = [threading.Thread(target=write, args=(recorder,)) for recorder in recorders[1:]]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while any(writer.is_alive() for writer in writers):
        seen += [row[0] for row in recorders[0].select_raw(len(seen), 1000)]
    seen += [row[0] for row in recorders[0].select_raw(len(seen), 1000)]
    for recorder in recorders:
        recorder.close()
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) == 3 * sum(turn % 7 for turn in range(40) if turn % 3)


@pytest.fixture
def network(database_url: str) -> Iterator[Proxy]:
    parts = psycopg2.extensions.parse_dsn(database_url)
    with proxy(parts["host"], int(parts["port"])) as between:
        yield between


@pytest.fixture
def far_recorder(database_url: str, schema: str, network: Proxy) -> Iterator[PostgresRecorder]:
    parts = psycopg2.extensions.parse_dsn(database_url)
    url = psycopg2.extensions.make_dsn(**{**parts, "host": "127.0.0.1", "port": network.port})
    recorder = PostgresRecorder(url, schema)
    yield recorder
    recorder.close()


def test_a_connection_lost_before_the_commit_records_nothing(far_recorder: PostgresRecorder, network: Proxy) -> None:
    def cut(cursor: Cursor, _: Sequence[int]) -> None:
        network.cut()
        cursor.execute("select 1")

    lost = event()
    with pytest.raises(RecorderAway):
        far_recorder.insert_events([lost], in_transaction=cut)
    assert far_recorder.select_events(lost.originator_id) == []
    assert far_recorder.insert_events([event()]) == [1]


def test_a_connection_lost_at_the_commit_leaves_it_open_whether_it_happened(
    far_recorder: PostgresRecorder, network: Proxy
) -> None:
    happened, did_not = event(), event()
    network.fatal = b"COMMIT"
    with pytest.raises(AmbiguousCommit):
        far_recorder.insert_events([happened])
    network.fatal = None
    with pytest.raises(AmbiguousCommit):
        far_recorder.insert_events([did_not], in_transaction=lambda cursor, _: network.cut())
    assert far_recorder.select_events(happened.originator_id) == [happened]
    assert far_recorder.select_events(did_not.originator_id) == []


def test_a_database_that_is_away_is_both_the_librarys_and_our_error() -> None:
    with pytest.raises(RecorderAway) as away:
        PostgresRecorder("postgresql://user:secret@127.0.0.1:1/x", "register").max_notification_id()
    assert isinstance(away.value, DatabaseAway)
    assert "secret" not in str(away.value)
