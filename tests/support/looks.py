"""The looks that stewards' decisions follow from, recorded as the API records them, without the API."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from services.registrar.steward_looks import ACTIONS
from services.submission_contract.decisions import DecisionType
from streams.access.appender import AccessAppender, NewEvent
from streams.access.looks import Look
from streams.clock import Clock
from streams.crypto.sealing import KeyEncryptionKey


class LookBook:
    """Records looks on streams whose ids are the same in every run."""

    def __init__(self, database_url: str, key: KeyEncryptionKey, clock: Clock) -> None:
        self._appender = AccessAppender(database_url, key, clock)

    def look(self, kind: DecisionType, user: str, children: Sequence[str]) -> str:
        """The id of a new look of a user who decides something about these children."""
        look = Look(user, "looked at both", ACTIONS[kind].value, {}, children, len(children))
        event_class, fields = look.event()

        def prepare(now: datetime, _: bool) -> list[NewEvent]:
            stream, version = self._last(user, now.date())
            return [NewEvent(stream, version + 1, event_class, fields)]

        (recorded,) = self._appender.append(prepare)
        return recorded.id

    def _last(self, user: str, day: date) -> tuple[UUID, int]:
        """The stream of the user and day, and its last version."""
        with self._appender.reads.transaction() as cursor:
            cursor.execute(
                "insert into access.streams values (%s, %s, %s) on conflict do nothing",
                (user, day, str(uuid5(NAMESPACE_URL, f"{user} {day}"))),
            )
            cursor.execute(
                "select s.stream::text, coalesce(max(version), 0) from access.streams s left join access.events"
                " using (stream) where user_name = %s and day = %s group by s.stream",
                (user, day),
            )
            ((stream, version),) = cursor.fetchall()
        return UUID(stream), version

    def close(self) -> None:
        """Closes the connections."""
        self._appender.close()
