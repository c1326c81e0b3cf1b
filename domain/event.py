"""What every event has: the library's identity and version, and its provenance."""

from typing import Any, ClassVar

from eventsourcing.domain import AggregateCreated, AggregateEvent


class RegisterEvent(AggregateEvent):
    """An event of the register log.

    `timestamp` (the library's name) is when the directory recorded it; `time` is when it became true, as ISO 8601 in
    UTC; `source` is the agency that caused it; `restricted` is True if the agency's name must not appear in clear.
    The fields named in CLEAR are stored as they are, those in SEALED only under the stream's data key.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ()
    SEALED: ClassVar[tuple[str, ...]] = ()

    source: str
    restricted: bool
    time: str


class StreamBegun(AggregateCreated, RegisterEvent):
    """The first event of a stream."""


def fields_of(event: RegisterEvent, names: tuple[str, ...]) -> dict[str, Any]:
    """The named fields of an event by name."""
    values = vars(event)
    return {name: values[name] for name in names}
