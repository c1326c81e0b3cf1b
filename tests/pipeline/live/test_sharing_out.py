"""What is loaded by several processes is shared out so that they end at about the same time."""

from hypothesis import given
from hypothesis import strategies as st

from projections.base.partition import Partition
from streams.kafka.topics import ACCESS_EVENTS, REGISTER_EVENTS, receipt_topic
from streams.projecting.building import EVENT_COSTS, HEAD_START, share_out
from streams.projecting.bulk_read import Span

TOPICS = [REGISTER_EVENTS, ACCESS_EVENTS, receipt_topic("gp"), receipt_topic("school")]
SPANS = st.dictionaries(
    st.builds(Partition, st.sampled_from(TOPICS), st.integers(0, 31)),
    st.builds(Span, st.just(0), st.integers(0, 40_000)),
    max_size=40,
)


def cost(partition: Partition, span: Span) -> int:
    """As many receipts as are loaded meanwhile."""
    return span.end * (EVENT_COSTS if partition.topic in (REGISTER_EVENTS, ACCESS_EVENTS) else 1)


@given(SPANS, st.integers(1, 4))
def test_each_partition_is_in_one_share_and_no_process_waits_longer_than_for_one(
    spans: dict[Partition, Span], processes: int
) -> None:
    shares = share_out(spans, processes)
    assert len(shares) == processes
    assert sorted(each for share in shares for each in share.items()) == sorted(spans.items())
    starts = [0, *[HEAD_START * EVENT_COSTS] * (processes - 1)]
    ends = [start + sum(cost(*each) for each in share.items()) for start, share in zip(starts, shares, strict=True)]
    largest = max((cost(*each) for each in spans.items()), default=0)
    assert max(end for end, share in zip(ends, shares, strict=True) if share or end == ends[0]) - min(ends) <= largest


def test_receipts_are_no_reason_to_leave_the_events_to_the_other() -> None:
    spans = {Partition(REGISTER_EVENTS, number): Span(0, 1_000) for number in range(32)}
    spans |= {Partition(receipt_topic("gp"), 0): Span(0, 32_000)}
    mine, others = share_out(spans, 2)
    events = [sum(each.topic == REGISTER_EVENTS for each in share) for share in (mine, others)]
    assert min(events) > 10
