"""The views of a simulated population, written as a rebuild writes them, without the way through Kafka."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

from domain.vocabulary import RESTRICTED_SOURCE, STEWARDSHIP_SOURCE, AgencyKind
from projections.base.postgres import copy, latest
from projections.base.projection import PublishedEvent, Row, Table
from projections.catalogue import LOGS, REGISTER_LOG
from projections.cross_stream import derived
from projections.engine.live_schema import use_live
from services.lab.bench.harness import Harness
from services.lab.simulate.dice import Dice
from services.lab.simulate.model import AS_AT, Person, Record
from services.lab.simulate.population import people
from services.lab.simulate.submissions import Sent, sent_for
from streams.crypto.keys import insert_keys
from streams.crypto.sealing import KeyEncryptionKey

PAGE = 2_000
_TYPES = {
    "child.registered": "RecordRegistered.v2",
    "child.amended": "RecordAmended.v2",
    "child.deregistered": "RecordDeregistered.v1",
    "involvement.started": "InvolvementStarted.v1",
    "involvement.ended": "InvolvementEnded.v1",
    "flag.raised": "FlagRaised.v1",
    "flag.lowered": "FlagLowered.v1",
}


class _Unsealed:
    """Opens an event whose personal fields were never sealed."""

    def __init__(self, personal: dict[str, Any]) -> None:
        self._personal = personal

    def prefetch(self, streams: Iterable[str]) -> None:
        """Has nothing to fetch."""

    def open(self, stream: str, version: int, sealed: str) -> dict[str, Any]:
        """The personal fields as they are."""
        return self._personal


def fill(stack: Harness, children: int, seed: int) -> Iterator[int]:
    """Writes the views of so many children; gives how many are done."""
    key = KeyEncryptionKey.from_file(stack.settings.keys / "key-encryption.key")
    maker = _Maker(key, seed)
    everybody = people(children, seed)
    done = 0
    with closing(psycopg2.connect(stack.settings.need_database())) as connection:
        while page := list(islice(everybody, PAGE)):
            _write(connection, maker, page)
            done += len(page)
            yield done
        with connection, connection.cursor() as cursor:
            use_live(cursor)
            derived.fill(cursor, str(UUID(int=0)), str(UUID(int=2**128 - 1)))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze")


def _write(connection: Connection, maker: "_Maker", page: list[Person]) -> None:
    rows: defaultdict[Table, list[Row]] = defaultdict(list)
    maker.keys.clear()
    for person in page:
        for event in maker.events(person):
            for projection in LOGS[REGISTER_LOG].projections:
                for table, row, _ in projection.project(event):
                    rows[table].append(row)
    with connection, connection.cursor() as cursor:
        use_live(cursor)
        for table, new in rows.items():
            copy(cursor, table.name, table, latest(table, new))
        insert_keys(cursor, "register", maker.keys)


class _Maker:
    """The events of one person after the other, with ids and positions of their own."""

    def __init__(self, key: KeyEncryptionKey, seed: int) -> None:
        self._key = key
        self._dice = Dice(f"ids/{seed}")
        self._position = 0
        self.keys: list[tuple[str, bytes]] = []

    def events(self, person: Person) -> Iterator[PublishedEvent]:
        """The events of a person's records, and those that link them to one child."""
        child = self._new_id()
        for version, record in enumerate(person.records, start=2):
            stream = self._new_id()
            yield from self._record_events(stream, record)
            cause = {"record": stream, "record_version": 1}
            if version == 2:
                yield self._event(child, 1, "ChildListed.v1", STEWARDSHIP_SOURCE, AS_AT, cause)
            yield self._event(child, version, "RecordLinked.v1", STEWARDSHIP_SOURCE, AS_AT, cause)

    def _record_events(self, stream: str, record: Record) -> Iterator[PublishedEvent]:
        restricted = record.agency.kind == AgencyKind.SENSITIVE_SERVICE
        source = RESTRICTED_SOURCE if restricted else record.agency.source
        key = self._key.new_data_key(stream)
        self.keys.append((stream, self._key.wrap(key)))
        numbers: dict[str, int] = {}
        for version, sent in enumerate(sorted(sent_for(record), key=lambda sent: sent.on), start=1):
            personal = {**_personal(sent), "caused_by": f"{record.subject}-{version}"}
            data: dict[str, Any] = {"number": numbers.setdefault(_named(sent), len(numbers))}
            if sent.type in ("child.registered", "child.amended"):
                data["kind"] = str(record.agency.kind)
            sealed = key.seal(version, personal)
            yield self._event(stream, version, _TYPES[sent.type], source, sent.on, data, sealed, personal)

    def _event(
        self,
        stream: str,
        version: int,
        kind: str,
        source: str,
        on: date,
        data: Mapping[str, Any],
        sealed: str | None = None,
        personal: Mapping[str, Any] | None = None,
    ) -> PublishedEvent:
        self._position += 1
        time = f"{on.isoformat()}T09:00:00Z"
        decryptor = _Unsealed(dict(personal or {}))
        return PublishedEvent(self._position, stream, version, kind, time, time, source, data, sealed, decryptor)

    def _new_id(self) -> str:
        high, low = (self._dice.number(0, 2**48 - 1) for _ in range(2))
        return str(UUID(int=high << 80 | low << 16, version=4))


def _named(sent: Sent) -> str:
    """The key of the involvement or flag within its record."""
    return str(sent.data.get("involvement") or sent.data.get("flag") or "")


def _personal(sent: Sent) -> dict[str, Any]:
    if sent.type in ("child.registered", "child.amended"):
        return {"subject": sent.subject, "particulars": sent.data}
    return {**sent.data, "involvement": sent.data} if sent.type == "involvement.started" else sent.data
