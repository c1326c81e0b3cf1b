"""Why an entry says what it says: of each field who says what is believed, who disagrees, and what is set aside.

It is told of the records that the entry was composed of, so nothing else can show in it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.belief import ADDRESS, CARERS, NAME, Field, Held, Speaker, heard
from domain.child.composition import Fields, RecordState, carer_of, is_aside, name_of, place_of, weighed

_SIDE_BY_SIDE = (CARERS,)
"""Fields of which several values hold at once, so that one does not speak against the other."""


def why(records: Sequence[RecordState], *, with_set_aside: bool) -> Fields:
    """Of each field the `believed`, `disagreeing` and `set_aside` values, each with the records that say so.

    What a record says that is set aside may be about somebody else: without `with_set_aside` its values are None.
    """
    by_stream = {record.stream: record for record in records if not record.removed}
    told = {record.stream: record for record in heard(list(by_stream.values()), is_aside)}
    aside = weighed([record for stream, record in by_stream.items() if stream not in told])
    belief = weighed(list(told.values()))
    return {field.name: _field(field, belief[field], aside[field], by_stream, with_set_aside) for field in belief}


def _field(
    field: Field, held: Sequence[Held], aside: Sequence[Held], by_stream: Mapping[str, RecordState], with_aside: bool
) -> Fields:
    believed = len(held) if field in _SIDE_BY_SIDE else 1
    shown = [_value(field, each, by_stream) for each in held]
    unheard = [_value(field, each, by_stream) for each in aside]
    if not with_aside:
        unheard = [each | {"value": None} for each in unheard]
    return {"believed": shown[:believed], "disagreeing": shown[believed:], "set_aside": unheard}


def _value(field: Field, held: Held, by_stream: Mapping[str, RecordState]) -> Fields:
    said_by = [_speaker(said.speaker, by_stream[said.speaker.stream]) for said in held.said]
    return {"value": _written(field, held, by_stream[held.first.stream]), "said_by": said_by}


def _written(field: Field, held: Held, record: RecordState) -> Any:
    """A value as the record has it that is believed most of those that say it."""
    if field is NAME:
        return name_of(record.particulars)
    if field not in (ADDRESS, CARERS):
        return str(held.value)
    written = place_of(record) if field is ADDRESS else carer_of(held)
    return {name: value for name, value in written.items() if name != "source"}


def _speaker(speaker: Speaker, record: RecordState) -> Fields:
    """A record that says something, and since when it does."""
    return {
        "source": speaker.source,
        "subject": record.subject,
        "since": speaker.time,
        "deregistered": speaker.deregistered,
    }
