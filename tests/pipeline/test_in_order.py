"""Partitions merged by position: whatever comes first, the log comes out in order, once."""

from hypothesis import given
from hypothesis import strategies as st

from projections.base.partition import Partition
from projections.base.projection import PublishedEvent
from streams.projecting.in_order import MOST_WAITING, InOrder
from tests.support.examples import key_ring

NUMBERS = range(3)


def event(position: int) -> PublishedEvent:
    return PublishedEvent(position, "s", 1, "Something.v1", "", "", "", {}, None, key_ring())


def partition(number: int) -> Partition:
    return Partition("register.events", number)


def of(order: InOrder) -> list[int]:
    return [each.position for each in order.ready()]


@given(st.lists(st.sampled_from(NUMBERS), max_size=40), st.lists(st.sampled_from(NUMBERS)), st.sets(st.integers(1, 40)))
def test_every_event_once_in_order_however_it_is_fetched(
    homes: list[int], fetches: list[int], missing: set[int]
) -> None:
    held = {number: [p for p, home in enumerate(homes, 1) if home == number and p not in missing] for number in NUMBERS}
    there = sorted(position for positions in held.values() for position in positions)
    order = InOrder(map(partition, NUMBERS))
    came = []
    for number in fetches:
        order.add(partition(number), map(event, held[number][:2]))
        held[number] = held[number][2:]
        came += of(order)
        assert came == there[: len(came)]
    for number in NUMBERS:
        order.add(partition(number), map(event, held[number]))
        order.end(partition(number))
        came += of(order)
    order.finish(len(homes))
    assert came == there
    assert order.missing == len(homes) - len(there)
    assert order.wanted == []


def test_an_event_that_was_published_again_is_passed_over() -> None:
    order = InOrder([partition(0)])
    order.add(partition(0), map(event, [1, 2, 1, 2, 3]))
    assert (of(order), order.missing) == ([1, 2, 3], 0)


def test_a_partition_that_is_far_ahead_is_not_read_on() -> None:
    order = InOrder([partition(0), partition(1)])
    order.add(partition(0), map(event, range(2, MOST_WAITING + 2)))
    assert of(order) == []
    assert order.wanted == [partition(1)]
    order.add(partition(1), [event(1)])
    assert len(of(order)) == MOST_WAITING + 1
    assert order.wanted == [partition(0), partition(1)]
