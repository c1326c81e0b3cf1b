"""Kafka's rights of agencies, brought up to date with who is suspended, by whoever may grant rights there."""

import logging
from contextlib import closing
from threading import Event

from services.registers.agencies import load_agencies, make_reachable
from services.registers.suspensions import suspended_codes
from streams.kafka.settings import KafkaAway, KafkaSettings
from streams.store.database import Database, DatabaseAway

logger = logging.getLogger(__name__)

POLL_S = 1.0
"""How soon a decision on an agency is followed."""


def bring_up_to_date(kafka: KafkaSettings, database_url: str, followed: frozenset[str] | None = None) -> frozenset[str]:
    """Ends the rights of suspended agencies, and gives back those of others; gives who is suspended.

    Of those agencies alone of whom that has changed since `followed` were suspended. Raises as `make_reachable` does.
    """
    with closing(Database(database_url, "registers")) as database, database.transaction() as cursor:
        suspended = suspended_codes(cursor)
        agencies = {} if suspended == followed else load_agencies(cursor)
    changed = agencies.keys() if followed is None else suspended ^ followed
    if not changed:
        return suspended
    made = make_reachable(kafka, database_url, [agencies[code] for code in sorted(changed)])
    return suspended.difference(changed) | made  # what was made so, also where it was decided anew meanwhile


def follow_suspensions(kafka: KafkaSettings, database_url: str, stop: Event) -> None:
    """Keeps them up to date until `stop` is set; waits while Kafka or Postgres is away, and says so once."""
    followed: frozenset[str] | None = None
    away = False
    while not stop.is_set():
        try:
            followed = bring_up_to_date(kafka, database_url, followed)
            away = False
        except (KafkaAway, DatabaseAway) as error:
            if not away:
                logger.warning("waiting: %s", error)
            away = True
        stop.wait(POLL_S)
