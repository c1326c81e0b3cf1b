"""What a history leaves out where an event names somebody who is hidden."""

from typing import Any, cast

from projections.audit_history.left_out import without
from projections.base.projection import PublishedEvent

RECORD, OTHER, HIDDEN = (f"{n}{n}111111-1111-4111-8111-111111111111" for n in (1, 2, 3))


def suspected(*records: str, **more: Any) -> PublishedEvent:
    data = {"record": RECORD, "suspicions": [{"record": each, "score": 0.9} for each in records], **more}
    return PublishedEvent(1, RECORD, 1, "MatchSuspected.v1", "", "", "urn:agency:gp", data, None, cast(Any, None))


def left(*events: PublishedEvent) -> list[PublishedEvent]:
    return list(without(events, {HIDDEN}))


def test_a_suspicion_of_somebody_else_stays_when_one_beside_it_is_hidden() -> None:
    """Otherwise its absence would tell that the record is like a hidden one, and so that it names its home."""
    assert left(suspected(OTHER, HIDDEN)) == left(suspected(OTHER)) == [suspected(OTHER)]


def test_an_event_that_names_nobody_else_is_left_out() -> None:
    assert left(suspected(HIDDEN)) == []


def test_an_event_that_is_about_somebody_hidden_is_left_out() -> None:
    assert left(suspected(OTHER, to=HIDDEN)) == []
