"""What a projection is: tables, and a pure function from one message of the log to changes of their rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from projections.base.shapes import has_clear_shape, has_sealed_shape

UNREADABLE = "unreadable"
"""The code of a message that is not what its topic holds."""
SEAL_BROKEN = "seal-broken"
"""The code of a message whose sealed fields, or the key of whose stream, do not open: the key or the bytes differ."""

Row = tuple[Any, ...]
"""The values of a row in the order of its table's columns."""


class Undecodable(Exception):
    """A message is not what it has to be; `code` is the way, and reveals nothing of what the message holds.

    This alone counts as data, which goes to the dead letters; every other exception is a fault of the program or of its
    surroundings, and stops the projection.
    """

    def __init__(self, code: str = UNREADABLE) -> None:
        super().__init__(code)
        self.code = code


class KeyDestroyed(KeyError):
    """The key of a stream was destroyed, so nobody can open what is sealed with it. A lost key is another thing."""


class Decryptor(Protocol):
    """Opens sealed payloads. A key ring is one."""

    def prefetch(self, streams: Iterable[str]) -> None:
        """Reads the keys of many streams in one go, so that opening them reads none."""

    def open(self, stream: str, version: int, sealed: str) -> dict[str, Any]:
        """The personal fields of an event. Raises KeyDestroyed, or ValueError where the key or the seal is broken."""


class PublishedEvent(NamedTuple):
    """One event as a log topic has it; times are ISO 8601 texts in UTC with microseconds and a final Z.

    `type` carries the version (`RecordRegistered.v1`); `data` is what is not personal; `sealed` is base64 or None.
    """

    position: int
    stream: str
    version: int
    type: str
    time: str
    recorded_at: str
    source: str
    data: Mapping[str, Any]
    sealed: str | None
    decryptor: Decryptor

    @property
    def personal(self) -> dict[str, Any]:
        """The sealed fields, opened; empty where nothing is sealed. Raises KeyDestroyed, Undecodable."""
        try:
            personal = self.decryptor.open(self.stream, self.version, self.sealed) if self.sealed else {}
        except ValueError:
            raise Undecodable(SEAL_BROKEN) from None
        if not has_sealed_shape(self.type, personal):
            raise Undecodable
        return personal


class _OpenedPayload:
    """Opens one event whose personal fields are known already."""

    def __init__(self, personal: dict[str, Any]) -> None:
        self._personal = personal

    def prefetch(self, streams: Iterable[str]) -> None:
        """Needs no keys."""

    def open(self, stream: str, version: int, sealed: str) -> dict[str, Any]:
        """The fields."""
        return self._personal


def repeated_events(event: PublishedEvent) -> list[PublishedEvent]:
    """The earlier events of a record that a RecordRestored repeats, at its position; raises as `personal` does."""
    return [_repeated(event, each) for each in event.personal["told"]]


def _repeated(event: PublishedEvent, payload: Mapping[str, Any]) -> PublishedEvent:
    try:
        version, kind, time, source, data, personal = (payload[name] for name in _REPEATED_FIELDS)
    except KeyError:
        raise Undecodable from None
    texts = (kind, time, source)
    if not (version.__class__ is int and 0 < version < event.version and all(each.__class__ is str for each in texts)):
        raise Undecodable
    if not (data.__class__ is personal.__class__ is dict and has_clear_shape(kind, data)):
        raise Undecodable
    at = event.position, event.stream, version, kind, time, event.recorded_at, source, data
    return PublishedEvent(*at, event.sealed, _OpenedPayload(personal))


_REPEATED_FIELDS = ("version", "type", "time", "source", "data", "personal")


class PublishedReceipt(NamedTuple):
    """One receipt as a receipts topic has it; (`topic`, `partition`, `offset`) name the message that it answers.

    `position` is that of the last event it caused, or None; `reasons` is JSON text. It answers so many `messages`,
    which follow each other: the one that is named is the last.
    """

    topic: str
    partition: int
    offset: int
    source: str | None
    submission: str | None
    outcome: str
    reasons: str
    recorded_at: str
    position: int | None
    messages: int


@dataclass(frozen=True, eq=False)
class Table:
    """A table of a view; its first `keys` columns are its key, and one of its columns is the bigint `position`.

    Of two rows with one key the one that is greater in the columns of `order` is kept.
    """

    name: str
    columns: tuple[str, ...]
    keys: int
    order: tuple[str, ...] = ("position",)

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the key columns."""
        return self.columns[: self.keys]

    @cached_property
    def rank(self) -> Callable[[Row], Any]:
        """What a row is ordered by among those of its key."""
        return itemgetter(*map(self.columns.index, self.order))


class Put(NamedTuple):
    """A row that replaces the one with the same key where that one is earlier in the table's order.

    `first` is true where most likely no row with this key was put before, so that copying it may be tried.
    """

    table: Table
    row: Row
    first: bool


def as_changes(puts: Iterable[Put]) -> list[Put]:
    """The same row changes, none of which is taken for the first of its key."""
    return [put._replace(first=False) for put in puts]


class Projection(Protocol):
    """One view, or a part of one: its tables and the changes that a message makes to their rows."""

    @property
    def name(self) -> str:
        """The folder that the projection lives in."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that `project` puts rows into."""

    @property
    def opens(self) -> frozenset[str]:
        """The types of events whose personal fields it opens, so that their keys can be fetched together."""

    def project(self, message: Any) -> Sequence[Put]:
        """The row changes that one message makes; a message that does not concern the view makes none.

        Raises Undecodable, by opening what is sealed; any other exception is a fault of the projection.
        """
