"""Several projectors share the partitions: whichever of them is lost, late or wakes up again, the views are right."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from projections.engine import locks
from projections.engine.live_schema import use_live
from streams.projecting.live_views import IDLE_S, PATIENCE_S
from streams.store.database import connect
from tests.support.projector_stage import Stage, add_records
from tests.support.projectors import Projector, projectors, same_as_rebuilt, shares
from tests.support.proxy import Proxy, kafka_proxy, proxy
from tests.support.story import receipt
from tests.support.topics import have_topics
from tests.support.waiting import eventually

RECORDS = 60
"""As many as take a projector some batches."""


def publish_more(stage: Stage) -> None:
    add_records(stage.story, RECORDS)
    stage.publish()


def is_right(stage: Stage) -> bool:
    """Whether all that was published is in the views once, and what follows from it."""
    stage.settle()
    return stage.register_views() == stage.expected() and same_as_rebuilt(stage)


def test_two_share_the_partitions_and_one_takes_over_from_one_that_is_killed(stage: Stage) -> None:
    with projectors(stage, 2) as (first, _):
        assert max(shares(stage)) - min(shares(stage)) <= 1
        publish_more(stage)
        first.kill()
        publish_more(stage)
        eventually(lambda: len(shares(stage)) == 1)
        assert is_right(stage)


def test_one_that_was_paused_wakes_up_after_its_partitions_have_moved_and_changes_nothing(stage: Stage) -> None:
    with projectors(stage, 2) as (first, _):
        publish_more(stage)
        first.pause()
        publish_more(stage)
        eventually(lambda: len(shares(stage)) == 1)
        stage.settle()
        first.wake()
        publish_more(stage)
        eventually(lambda: len(shares(stage)) == 2)
        assert is_right(stage)


def test_one_that_is_paused_in_a_transaction_holds_nobody_up_for_long(stage: Stage) -> None:
    with projectors(stage, 2) as running:
        for paused in running:
            paused.pause()
        publish_more(stage)
        running[1].wake()
        eventually(lambda: pause_in_a_transaction(stage, running[1]))
        running[0].wake()
        stage.settle()
        running[1].wake()
        assert is_right(stage)


def pause_in_a_transaction(stage: Stage, projector: Projector) -> bool:
    """Pauses a projector; whether it is in a transaction then, else it goes on with more to do."""
    projector.pause()
    writing = "select count(*) from pg_locks where locktype = 'advisory' and granted and database = %s"
    ((here,),) = stage.rows("select oid from pg_database where datname = current_database()")
    if stage.rows(writing, here) != [(0,)]:
        return True
    projector.wake()
    publish_more(stage)
    return False


def test_one_that_is_paused_within_a_copy_is_ended_though_postgres_ends_no_such_statement(stage: Stage) -> None:
    with projectors(stage, 1):
        with paused_within_a_copy(stage) as ended:
            publish_more(stage)
            assert is_right(stage)
        assert ended.is_set()


@contextmanager
def paused_within_a_copy(stage: Stage) -> Iterator[threading.Event]:
    """A projector's connection that has the lock of derived tables and sends no row of a COPY until the end.

    The event is set then, if the server has ended it.
    """
    begun, ended, let_go = threading.Event(), threading.Event(), threading.Event()

    class Rows:
        def read(self, size: int) -> bytes:
            begun.set()
            let_go.wait()
            return b""

    def copy() -> None:
        limits = {"statement_timeout_s": PATIENCE_S, "idle_timeout_s": IDLE_S}
        with (
            closing(connect(stage.url, application_name="contactpoint projector", **limits)) as connection,
            connection.cursor() as cursor,
        ):
            use_live(cursor)
            locks.wait_for_derived(cursor)
            try:
                cursor.copy_expert("copy listing from stdin", Rows())
            except psycopg2.OperationalError:
                ended.set()

    thread = threading.Thread(target=copy)
    thread.start()
    try:
        assert begun.wait(60)
        yield ended
    finally:
        let_go.set()
        thread.join()


def is_cut_off_and_replaced(stage: Stage, between: Proxy) -> None:
    """Of two that share the partitions, the one behind the proxy is cut off, and the other takes all of them."""
    eventually(lambda: len(shares(stage)) == 2)
    publish_more(stage)
    between.silent.set()
    publish_more(stage)
    eventually(lambda: len(shares(stage)) == 1)
    assert is_right(stage)


def test_one_that_is_cut_off_from_postgres_leaves_its_partitions_to_others(stage: Stage) -> None:
    given = parse_dsn(stage.url)
    with proxy(given["host"], int(given["port"])) as between, projectors(stage, 1):
        through = Projector(stage, make_dsn(stage.url, host="127.0.0.1", port=between.port))
        try:
            is_cut_off_and_replaced(stage, between)
        finally:
            through.kill()


def test_one_that_is_cut_off_from_kafka_alone_leaves_its_partitions_to_others_and_comes_back(stage: Stage) -> None:
    with kafka_proxy(stage.kafka.bootstrap_servers) as between, projectors(stage, 1):
        through = Projector(stage, kafka=f"127.0.0.1:{between.port}")
        try:
            is_cut_off_and_replaced(stage, between)
            between.mend()
            publish_more(stage)
            eventually(lambda: len(shares(stage)) == 2)
            publish_more(stage)
            assert is_right(stage)
        finally:
            through.kill()


def test_four_come_and_go_under_load(stage: Stage) -> None:
    with projectors(stage, 4) as running:
        for leaving in running[:3]:
            publish_more(stage)
            leaving.kill()
            running.append(Projector(stage))
        publish_more(stage)
        assert is_right(stage)


def test_a_new_agencys_topic_is_read_by_one_of_many(stage: Stage) -> None:
    with projectors(stage, 2):
        have_topics(stage.kafka, ["latecomer"])
        stage.answer([receipt("first", "submissions.latecomer/0/0")], "latecomer")
        stage.settle()
        stage.answer([receipt("second", "submissions.latecomer/0/1")], "latecomer")
        stage.settle()
    stored = stage.rows("select submission from receipts where topic = 'submissions.latecomer' order by 1")
    assert stored == [("first",), ("second",)]
