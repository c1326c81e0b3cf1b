"""What was done to a log, by where the store, Kafka and what was signed differ.

What was signed decides where the stored leaves lead to the signed root. Each thing that was done is one finding: events
that were moved by one place because of an inserted or deleted one are not named again.
"""

from collections.abc import Callable, Collection, Generator, Iterator
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from services.proofs.comparison import Difference, ForeignMessage, LogComparison, Record
from streams.crypto.publication_key import PublicationKey
from streams.publishing.relay import encode_event, partition_of
from streams.store.raw_event import RawEvent

MOST_SWAPPED = 200
"""Among so many changed events those that changed places are looked for."""
STORE = "store"


class Kind(StrEnum):
    """What was done. The values are what `verify` prints."""

    FLIPPED = "flipped"
    DELETED = "deleted"
    INSERTED = "inserted"
    SWAPPED = "swapped"
    OLDER = "replaced-by-an-older-one"
    CUT_OFF = "end-cut-off"
    REPLACED = "whole-log-replaced"
    VIEW = "view-row-changed"
    DISAGREE = "kafka-and-store-disagree"
    MAC = "mac-wrong"


class Finding(NamedTuple):
    """One thing that is not as it should be; `position` is None where it has none."""

    log: str
    position: int | None
    kind: Kind
    where: str


IsOlder = Callable[[RawEvent], bool]
"""Whether the store has the content of an event as an earlier event of its stream, too."""


def findings_of(
    compared: LogComparison, key: PublicationKey, partitions: int, is_older: IsOlder, *, trusted: bool
) -> list[Finding]:
    """The findings about one log; `trusted`, where the stored leaves lead to the signed root."""
    return list(_Diagnosis(compared, key, partitions, is_older, trusted).findings())


class _Diagnosis:
    def __init__(
        self, compared: LogComparison, key: PublicationKey, partitions: int, is_older: IsOlder, trusted: bool
    ) -> None:
        self._compared = compared
        self._log = compared.log
        self._key = key
        self._count = partitions
        self._is_older = is_older
        self._trusted = trusted
        self._by_position = {each.position: each for each in compared.differences}

    def findings(self) -> Iterator[Finding]:
        compared = self._compared
        if self._trusted and compared.replaced > 1 and compared.replaced * 2 > compared.signed_size:
            yield self._finding(None, Kind.REPLACED, "store and Kafka")
            return
        explained = set()
        for finding in self._of_kafkas_messages():
            explained.add(finding.position)
            yield finding
        yield from self._of_the_store()
        yield from self._of_kafka(explained)

    def _finding(self, position: int | None, kind: Kind, where: str) -> Finding:
        return Finding(self._log, position, kind, where)

    def _signed(self, difference: Difference) -> bytes | None:
        return difference.signed if self._trusted else None

    # The store

    def _of_the_store(self) -> Iterator[Finding]:
        compared = self._compared
        last = compared.last_held
        ahead = [each.record.position for each in compared.foreign if _is_ahead(each, compared)]
        if ahead and last >= compared.events:
            yield self._finding(min(filter(None, ahead)), Kind.CUT_OFF, STORE)
        changed = [
            each
            for each in compared.differences
            if (signed := self._signed(each)) and each.position <= last and self._digest(each.held) != signed
        ]
        shift = yield from self._of_changed(changed)
        if last < compared.events + min(shift, 0):
            yield self._finding(last + 1, Kind.CUT_OFF, STORE)
        if last > compared.events + max(shift, 0):
            yield self._finding(compared.events + 1, Kind.INSERTED, STORE)

    def _of_changed(self, changed: Collection[Difference]) -> Generator[Finding, None, int]:
        """Also gives by how many places the last events were moved."""
        shift = 0
        swapped = self._swapped(changed) if len(changed) <= MOST_SWAPPED else {}
        for each in changed:
            if shift and self._moved(each, -shift):
                continue
            if each.held is None:
                yield self._finding(each.position, Kind.DELETED, STORE)
                continue
            following = self._by_position.get(each.position + 1)
            if self._moved(each, 1) and each.position not in swapped:
                shift = -1
                yield self._finding(each.position, Kind.DELETED, STORE)
            elif following is not None and self._moved(following, -1) and each.position not in swapped:
                shift = 1
                yield self._finding(each.position, Kind.INSERTED, STORE)
            elif each.position in swapped:
                yield self._finding(each.position, Kind.SWAPPED, f"{STORE}, with {swapped[each.position]}")
            elif self._is_older(each.held):
                yield self._finding(each.position, Kind.OLDER, STORE)
            else:
                both = each.record is not None and _digest(each.record) == self._digest(each.held)
                yield self._finding(each.position, Kind.FLIPPED, "store and Kafka" if both else STORE)
        return shift

    def _swapped(self, changed: Collection[Difference]) -> dict[int, int]:
        """Positions whose events are in each other's place."""
        return {
            each.position: other.position
            for each in changed
            for other in changed
            if each is not other
            and each.held is not None
            and other.held is not None
            and self._digest(each.held._replace(position=other.position)) == other.signed
            and self._digest(other.held._replace(position=each.position)) == each.signed
        }

    def _moved(self, each: Difference, by: int) -> bool:
        """Whether the stored event is the one that was signed so many places further on."""
        if each.held is None:
            return False
        there = self._by_position.get(each.position + by)
        return there is not None and self._digest(each.held._replace(position=there.position)) == there.signed

    def _digest(self, held: RawEvent | None) -> bytes | None:
        if held is None:
            return None
        return sha256(self._key.with_mac(f"{self._log}.events", encode_event(held))).digest()

    # Kafka

    def _of_kafkas_messages(self) -> Iterator[Finding]:
        """Messages that belong nowhere: forged, repeated, or in the place of another one."""
        for foreign in self._compared.foreign:
            record, due = foreign
            missing = self._by_position.get(due) if due is not None else None
            lost = missing is not None and missing.record is None
            if _is_ahead(foreign, self._compared):
                continue
            if not record.genuine:
                kind = Kind.FLIPPED if lost else Kind.MAC
                yield self._finding(due if lost else record.position, kind, self._place(record))
                continue
            late = self._by_position.get(record.position or 0)
            if late is not None and late.record is None:
                yield self._finding(record.position, Kind.SWAPPED, self._place(record))
            elif lost:
                yield self._finding(due, Kind.OLDER, self._place(record))
            else:
                yield self._finding(record.position, Kind.INSERTED, self._place(record))

    def _of_kafka(self, explained: Collection[int | None]) -> Iterator[Finding]:
        ended: set[int] = set()
        for each in self._compared.differences:
            if each.position > self._compared.published or each.position in explained:
                continue
            signed, held, read = self._signed(each), self._digest(each.held), _digest(each.record)
            if read is None:
                partition = partition_of(each.held.stream, self._count) if each.held else None
                if partition is not None and each.position > self._compared.last_of_partition.get(partition, 0):
                    if partition not in ended:
                        ended.add(partition)
                        yield self._finding(each.position, Kind.CUT_OFF, f"{self._log}.events/{partition}")
                elif held is not None:
                    yield self._finding(each.position, Kind.DELETED, f"{self._log}.events")
            elif signed is not None and read != signed and held != read and each.record:
                yield self._finding(each.position, Kind.FLIPPED, self._place(each.record))
            elif signed is None and held != read:
                yield self._finding(each.position, Kind.DISAGREE, f"{STORE} and {self._log}.events")

    def _place(self, record: Record) -> str:
        return f"{self._log}.events/{record.partition}/{record.offset}"


def _is_ahead(foreign: ForeignMessage, compared: LogComparison) -> bool:
    """Whether a genuine message is of a position that the store never gave."""
    record = foreign.record
    return record.genuine and record.position is not None and record.position > compared.counted


def _digest(record: Record | None) -> bytes | None:
    return sha256(record.value).digest() if record else None
