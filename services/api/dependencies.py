"""The parts that the endpoints use: each is opened once by `server.py` or by a test, and closed with the app."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from domain.matching import Comparer, Searcher
from services.api.access_control.denials import Denials
from services.api.access_control.entitlements import Desks, Entitlements
from services.api.monitoring import Monitoring
from services.api.rates import Rates
from services.api.unread import Unread
from services.auth.verifier import Verifier
from services.inclusion_policy.deployment import Deployment
from services.queries.belonging import refuse_what_does_not_belong
from services.queries.employers import Employers
from services.queries.positions import MOST_LAG_S
from services.registers import left_out, load_agencies, suspended_codes
from services.submit.sender import abandon, submission_producer
from streams.access.entry import Entry
from streams.access.grants import Users
from streams.access.overrides import MOST_OVERRIDES
from streams.clock import Clock
from streams.crypto.keys import KeyRing
from streams.kafka.settings import KafkaSettings
from streams.projecting.reading import reading_views
from streams.store.database import Cursor, Pool
from streams.store.replica import Replica


class RecordsLooks(Protocol):
    """Something that makes a look durable before it returns, or raises AccessLogAway."""

    def append(self, look: Entry) -> str:
        """Records one look, or an override; returns the id of its event."""


FRESH_S = 2.0
"""How long an agency that left the register may go on, in each API process: a revoked user may as long."""


class Names:
    """The names of a register, read again when they are older than `fresh_s` or when a name is not among them."""

    def __init__(
        self, pool: Pool, load: Callable[[Cursor], Iterable[str]], *, fresh_s: float = FRESH_S, pause_s: float = 0.5
    ) -> None:
        self._pool = pool
        self._load = load
        self._fresh_s = fresh_s
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._names: frozenset[str] = frozenset()
        self._read_at = float("-inf")

    def __contains__(self, name: object) -> bool:
        age = time.monotonic() - self._read_at
        if age < (self._fresh_s if name in self._names else self._pause_s):
            return name in self._names
        self._read()
        return name in self._names

    def all(self) -> Sequence[str]:
        """All of them in order, as they were at most `fresh_s` ago."""
        if time.monotonic() - self._read_at >= self._fresh_s:
            self._read()
        return sorted(self._names)

    def _read(self) -> None:
        with self._lock, self._pool.transaction() as cursor:
            self._names = frozenset(self._load(cursor))
            self._read_at = time.monotonic()

    def forget(self) -> None:
        """Reads the names again at the next look-up."""
        self._read_at = float("-inf")


class SharedProducer:
    """One Kafka producer for all requests, made when it is first needed and anew after it failed."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._lock = threading.Lock()
        self._producer: Any = None

    def get(self) -> Any:
        """The producer; raises KafkaAway where no broker answers."""
        with self._lock:
            if self._producer is None:
                self._producer = submission_producer(self._kafka)
            return self._producer

    def drop(self, failed: Any) -> None:
        """Lets go of a producer that failed, with all that it still holds."""
        abandon(failed)
        with self._lock:
            if self._producer is failed:
                self._producer = None

    def close(self) -> None:
        """Sends what is left and closes."""
        with self._lock:
            if self._producer is not None:
                self._producer.close(timeout=5)
                self._producer = None


@dataclass
class Dependencies:
    """What the endpoints use.

    `pool` has the connections on which requests read, `look_ups` those for a statement in between.
    `keys` open the register, `access_keys` the access log, `verifier` verifies tokens, `searcher` scores matches,
    `comparer` compares records by the matcher's settings,
    `deployment` decides which children are shown, `users` grants and revokes, `watch` finds whom to notify of a look
    and records requests, `now` is the clock, `denials` records what was denied,
    `stack_id` is what a supervisor knows this API by, `replica` a replica to read views from where there is one;
    `most_lag_s` is how late the views may be before it is not ready, `most_overrides` of how many different children
    one user may override the shields within a day. `processes` gives those of a local stack, as its supervisor has
    written them down, and `logs` is where their logs lie.
    """

    pool: Pool
    look_ups: Pool
    keys: KeyRing
    access_keys: KeyRing
    access_log: RecordsLooks
    verifier: Verifier
    kafka: KafkaSettings
    searcher: Searcher
    comparer: Comparer
    database_url: str
    deployment: Deployment
    users: Users
    watch: Monitoring
    now: Clock
    stack_id: str | None = None
    replica: Replica | None = None
    most_lag_s: int = MOST_LAG_S
    most_overrides: int = MOST_OVERRIDES
    processes: Callable[[], Sequence[Mapping[str, Any]]] = tuple
    logs: Path = Path("logs")
    entitlements: Entitlements = field(init=False)
    desks: Desks = field(init=False)
    employers: Employers = field(init=False)
    agencies: Names = field(init=False)
    suspended: Names = field(init=False)
    left_out: Names = field(init=False)
    producer: SharedProducer = field(init=False)
    denials: Denials = field(init=False)
    unread: Unread = field(init=False)
    rates: Rates = field(init=False)

    def __post_init__(self) -> None:
        self.entitlements = Entitlements(self.look_ups)
        self.desks = Desks(self.look_ups)
        self.employers = Employers(self.look_ups)
        self.agencies = Names(self.look_ups, load_agencies)
        self.suspended = Names(self.look_ups, suspended_codes)
        self.left_out = Names(self.look_ups, left_out)
        self.producer = SharedProducer(self.kafka)
        self.denials = Denials(self.access_log, self.now)
        self.unread = Unread(self.kafka)
        self.rates = Rates()

    @contextmanager
    def reading(self, agency: str | None = None, archive: str | None = None) -> Iterator[Cursor]:
        """A cursor on one snapshot: no shield is applied between two of its queries. Raises DatabaseAway.

        With an agency it also reads what is hidden from others, with a moment `archive` of the children who are in the
        archive since then.
        """
        with reading_views(self.replica or self.pool) as cursor:
            refuse_what_does_not_belong(cursor, agency, archive)
            yield cursor
