"""A batch is prepared while the one before is written; what was prepared behind one that fails is dropped."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from projections.base.partition import Partition
from projections.catalogue import LOGS, RECEIPTS_LOG, Log
from projections.engine.positions import OutOfStep
from streams.crypto.publication_key import PublicationKey
from streams.kafka.topics import receipt_topic
from streams.projecting import _applying
from streams.projecting._applying import MOST_STARTS, Applying, Threads
from streams.projecting.live_views import LiveViews, Memory, OffsetGap, PreparedBatch
from streams.projecting.reader import Batch
from tests.support.postgres_views import empty_views, writing
from tests.support.story import Seals, receipt

KEY = PublicationKey(bytes(range(32)))
LOG = LOGS[RECEIPTS_LOG]
WITHIN_S = 120
ONE = Partition(receipt_topic("gp"), 0)


@pytest.fixture
def views(database_url: str) -> Iterator[LiveViews]:
    """The views of a projector that reads one partition, in generation 1."""
    empty_views(database_url)
    with writing(database_url) as cursor:
        cursor.execute("delete from positions")
    with closing(LiveViews(database_url, Seals(), KEY, Memory(), WITHIN_S)) as made:
        made.begin(1, [ONE])
        yield made


def batch(offsets: range, generation: int = 1) -> Batch:
    """Receipts of these offsets, as they are fetched."""
    records = []
    for offset in offsets:
        value = receipt(f"s-{offset}", f"submissions.gp/0/{offset}")
        records.append(SimpleNamespace(offset=offset, value=value, headers=KEY.headers(ONE.topic, value, None)))
    return Batch(generation, {ONE: records})


def prepared(views: LiveViews, offsets: range, generation: int = 1) -> PreparedBatch:
    """A batch that has been prepared."""
    made = views.prepare(LOG, batch(offsets, generation))
    assert made is not None
    return made


def stored(views: LiveViews) -> int:
    """The stored next offset."""
    return views.stored_offsets()[ONE]


def test_what_was_prepared_before_the_batch_before_is_written_goes_on_from_it(views: LiveViews) -> None:
    first = prepared(views, range(4))
    assert views.prepare(LOG, batch(range(2, 4))) is None
    second = prepared(views, range(2, 7))
    assert [message.offset for message in second.messages] == [4, 5, 6]
    assert stored(views) == views.offsets[ONE] == 0
    views.write(first)
    assert stored(views) == views.offsets[ONE] == 4
    views.write(second)
    assert stored(views) == views.offsets[ONE] == 7


def test_a_batch_behind_one_that_was_not_written_is_refused(views: LiveViews) -> None:
    prepared(views, range(4))
    second = prepared(views, range(4, 7))
    with pytest.raises(OutOfStep):
        views.write(second)
    assert stored(views) == 0


def test_what_was_prepared_in_an_earlier_generation_is_dropped(views: LiveViews) -> None:
    first = prepared(views, range(4))
    views.begin(2, [ONE])
    views.write(first)
    assert stored(views) == 0
    assert views.prepare(LOG, batch(range(4))) is None
    views.write(prepared(views, range(4), generation=2))
    assert stored(views) == 4
    views.end()
    assert views.prepare(LOG, batch(range(4, 5), generation=2)) is None


def test_a_gap_behind_what_is_prepared_is_noticed_once(views: LiveViews) -> None:
    views.write(prepared(views, range(3)))
    with pytest.raises(OffsetGap):
        views.prepare(LOG, batch(range(5, 6)))
    views.begin(2, [ONE])
    views.write(prepared(views, range(5, 6), generation=2))
    assert stored(views) == 6


def apply(views: LiveViews, batches: list[Batch]) -> tuple[int, list[BaseException]]:
    """Applies batches as the app does; how often it began again, and what ended the session."""
    beginnings = 0
    failed: list[BaseException] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()

        async def begin_again() -> None:
            nonlocal beginnings
            beginnings += 1
            await loop.run_in_executor(threads.writing, views.begin, 1 + beginnings, [ONE])

        applying = Applying(LOG, views, threads, begin_again, failed.append)
        for each in batches:
            await asyncio.wait_for(applying.take(each), WITHIN_S)
        await asyncio.wait_for(applying.finish(), WITHIN_S)

    with ThreadPoolExecutor(1) as preparing, ThreadPoolExecutor(1) as writing:
        threads = Threads(preparing, writing)
        asyncio.run(run())
    return beginnings, failed


def test_the_next_batch_is_prepared_while_one_is_written(views: LiveViews, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare, write = views.prepare, views.write
    second_is_prepared = Event()
    waited: list[bool] = []

    def preparing(*given: Any) -> PreparedBatch | None:
        made = prepare(*given)
        if made and made.progress[ONE].first == 4:
            second_is_prepared.set()
        return made

    def write_late(made: PreparedBatch) -> bool:
        waited.append(second_is_prepared.wait(WITHIN_S))
        return write(made)

    monkeypatch.setattr(views, "prepare", preparing)
    monkeypatch.setattr(views, "write", write_late)
    assert apply(views, [batch(range(4)), batch(range(4, 7))]) == (0, [])
    assert waited == [True, True]
    assert stored(views) == 7


def test_after_a_batch_that_another_projector_has_written_it_reads_again(views: LiveViews, database_url: str) -> None:
    with closing(LiveViews(database_url, Seals(), KEY, Memory(), WITHIN_S)) as other:
        other.begin(1, [ONE])
        other.write(prepared(other, range(2)))
    begun = [batch(range(4)), batch(range(4, 7))]
    assert apply(views, [*begun, batch(range(2, 7), generation=2)]) == (1, [])
    assert stored(views) == 7


class GivenUp(Exception):
    """The session has ended."""


def test_it_gives_up_although_what_was_prepared_behind_each_failure_is_dropped(
    views: LiveViews, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, behind = prepared(views, range(4)), prepared(views, range(4, 7))
    failures = 0

    def prepare(_: Log, fetched: Batch) -> PreparedBatch:
        return behind if fetched.fetched[ONE][0].offset else first

    def write(made: PreparedBatch) -> bool:
        nonlocal failures
        if made is behind:
            return False
        failures += 1
        raise OutOfStep

    def give_up(error: BaseException) -> None:
        raise GivenUp from error

    async def begin_again() -> None:
        pass

    async def run() -> None:
        applying = Applying(LOG, views, threads, begin_again, give_up)
        for _ in range(3 * MOST_STARTS):
            await applying.take(batch(range(4)))
            await applying.take(batch(range(4, 7)))

    monkeypatch.setattr(_applying, "PAUSE_S", 0)
    monkeypatch.setattr(views, "prepare", prepare)
    monkeypatch.setattr(views, "write", write)
    with ThreadPoolExecutor(1) as preparing, ThreadPoolExecutor(1) as writing:
        threads = Threads(preparing, writing)
        with pytest.raises(GivenUp):
            asyncio.run(run())
    assert failures == MOST_STARTS
