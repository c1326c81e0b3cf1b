"""Why an entry has the values that it has: for each field who reports the believed value, who disagrees, what is aside.

It is computed from the very records that the entry is composed of, so it can reveal nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.belief import ADDRESS, CARERS, NAME, Field, HeldValue, Origin, believed_records
from domain.child.composition import Fields, RecordState, carer_of, is_aside, name_of, place_of, weighed

_SIDE_BY_SIDE = (CARERS,)
"""Fields of which several values hold at once, so that one does not contradict another."""


def why(records: Sequence[RecordState], *, with_set_aside: bool) -> Fields:
    """For each field the `believed`, `disagreeing` and `set_aside` values, each with the records that report it.

    A record that is set aside may be about somebody else: without `with_set_aside` its values are None.
    """
    by_stream = {record.stream: record for record in records if not record.removed}
    believed = {record.stream: record for record in believed_records(list(by_stream.values()), is_aside)}
    aside = weighed([record for stream, record in by_stream.items() if stream not in believed])
    belief = weighed(list(believed.values()))
    return {field.name: _field(field, belief[field], aside[field], by_stream, with_set_aside) for field in belief}


def _field(
    field: Field,
    held: Sequence[HeldValue],
    aside: Sequence[HeldValue],
    by_stream: Mapping[str, RecordState],
    with_aside: bool,
) -> Fields:
    believed = len(held) if field in _SIDE_BY_SIDE else 1
    shown = [_value(field, each, by_stream) for each in held]
    set_aside = [_value(field, each, by_stream) for each in aside]
    if not with_aside:
        set_aside = [each | {"value": None} for each in set_aside]
    return {"believed": shown[:believed], "disagreeing": shown[believed:], "set_aside": set_aside}


def _value(field: Field, held: HeldValue, by_stream: Mapping[str, RecordState]) -> Fields:
    reported_by = [
        _origin_fields(statement.origin, by_stream[statement.origin.stream]) for statement in held.statements
    ]
    return {"value": _written(field, held, by_stream[held.first.stream]), "said_by": reported_by}


def _written(field: Field, held: HeldValue, record: RecordState) -> Any:
    """A value as written in the record that is believed most among those that report it."""
    if field is NAME:
        return name_of(record.particulars)
    if field not in (ADDRESS, CARERS):
        return str(held.value)
    written = place_of(record) if field is ADDRESS else carer_of(held)
    return {name: value for name, value in written.items() if name != "source"}


def _origin_fields(origin: Origin, record: RecordState) -> Fields:
    """The record that a statement comes from, and since when it is true."""
    return {
        "source": origin.source,
        "subject": record.subject,
        "since": origin.time,
        "deregistered": origin.deregistered,
    }
