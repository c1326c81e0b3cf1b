"""Re-matching of the history under other settings: read from Kafka, decided again, compared."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from domain.matching import MatcherSettings
from projections.base.projection import PublishedEvent
from services.lab.matching.replay import difference
from services.lab.matching.replay.examples import Examples, Picker
from services.lab.matching.replay.history import History
from streams.crypto.keys import KeyRing, reader_of
from streams.crypto.publication_key import PublicationKey
from streams.crypto.sealing import KeyEncryptionKey
from streams.kafka.settings import KafkaSettings
from streams.kafka.topics import REGISTER_EVENTS
from streams.projecting.bulk_read import no_collector
from streams.projecting.in_order import read_in_order
from streams.store.database import Database

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Window:
    """Recorded times, ISO 8601 in UTC: before `start` the log's decisions are kept, after `end` nothing is decided."""

    start: str | None = None
    end: str | None = None


@dataclass(frozen=True)
class Rematched:
    """The result of re-matching; see `document`."""

    version: str
    window: Window
    history: History
    missing: int
    seconds: float
    examples: Examples

    def document(self) -> dict[str, Any]:
        """Everything as one JSON document."""
        history, log, replay = self.history, self.history.decided.match_state, self.history.replayed.match_state
        return {
            "settings": self.version,
            "matchers": dict(history.tally.versions),
            "from": self.window.start,
            "to": self.window.end,
            "events": history.events,
            "records": len(log.membership),
            "left_out": {"records": history.unreadable, "positions": self.missing},
            "decisions": {
                "compared": history.tally.compared,
                "different": history.tally.different,
                "links": asdict(history.tally.links),
                "merges": asdict(history.tally.merges),
                "suspicions": asdict(history.tally.suspicions),
            },
            "stewards": _stewards(history),
            "pairs": asdict(difference.linked_pairs(log, replay)),
            "queue": asdict(difference.queue_change(log, replay)),
            "contradictions": asdict(difference.contradictions(log, replay)),
            "reports": asdict(difference.reports(log, replay, history.gps)),
            "examples": asdict(self.examples),
            "seconds": round(self.seconds, 3),
        }


def rematch(
    kafka: KafkaSettings,
    database_url: str,
    key_encryption_key: KeyEncryptionKey,
    publication_key: PublicationKey,
    settings: MatcherSettings,
    window: Window,
    examples: int,
    progress: Progress = lambda _: None,
) -> Rematched:
    """Decides again what is published by now, within `window`, and picks so many examples of each difference.

    Reads Kafka and, for keys and for how much is published, Postgres; changes and locks nothing. `progress` is called
    with the position reached. Raises KafkaAway, DatabaseAway.
    """
    began = monotonic()
    history = History(settings, window.start, window.end)

    def take(events: Sequence[PublishedEvent]) -> bool:
        progress(events[-1].position)
        return history.take(events)

    with closing(Database(database_url, "contactpoint identity replay")) as database, no_collector():
        keys = KeyRing(key_encryption_key, reader_of(database, "register"))
        missing = read_in_order(kafka, keys, publication_key, published(database), take)
    history.finish()
    picker = Picker(
        history.decided.match_state,
        history.replayed.match_state,
        history.replayed.index,
        history.replayed.comparer(history.records),
    )
    return Rematched(settings.version, window, history, missing, monotonic() - began, picker.pick(examples))


def published(database: Database) -> int:
    """The position up to which the register log is in Kafka."""
    with database.transaction() as cursor:
        cursor.execute("select position from publication.published where log = %s", (REGISTER_EVENTS,))
        (position,) = cursor.fetchone() or (0,)
    return int(position)


def _stewards(history: History) -> dict[str, int]:
    counts = history.replayed.rulings
    return {
        "merged": counts.get("merged", 0),
        "merged_before": counts.get("merged before", 0),
        "split": counts.get("split", 0),
        "split_but_joined": counts.get("split but joined", 0),
        "dismissed": counts.get("dismissed", 0),
        "dismissed_but_joined": counts.get("dismissed but joined", 0),
    }
