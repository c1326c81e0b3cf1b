"""Versions in a history: without what is left out they have no gap, and what names them names them so."""

from typing import Any

from projections.audit_history.numbering import counted_anew

CHILD, RECORD = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def event(stream: str, version: int, **data: Any) -> dict[str, Any]:
    return {"stream": stream, "version": version, "data": data}


def test_an_event_that_is_left_out_leaves_no_gap() -> None:
    shown = [
        event(RECORD, 1),
        event(CHILD, 1, record=RECORD, record_version=1),
        event(RECORD, 3),
        event(CHILD, 3, record=RECORD, record_version=3),
        event(CHILD, 4, record=RECORD, record_version=3, aside=[{"record": RECORD, "since": 3}]),
    ]
    assert counted_anew(shown) == [
        event(RECORD, 1),
        event(CHILD, 1, record=RECORD, record_version=1),
        event(RECORD, 2),
        event(CHILD, 2, record=RECORD, record_version=2),
        event(CHILD, 3, record=RECORD, record_version=2, aside=[{"record": RECORD, "since": 2}]),
    ]


def test_a_whole_history_is_as_it_stands_in_the_log() -> None:
    whole = [event(RECORD, 1), event(CHILD, 1, record=RECORD, record_version=1), event(RECORD, 2, record=None)]
    assert counted_anew(whole) == whole
