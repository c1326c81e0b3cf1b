"""Register events → one row each, still sealed."""

from collections.abc import Sequence

import orjson

from projections.base.projection import PublishedEvent, Put, Table

HISTORY = Table(
    "history",
    ("stream", "version", "position", "type", "time", "recorded_at", "source", "data", "sealed"),
    keys=2,
)


class AuditHistory:
    """Every event, whatever its type."""

    name = "audit_history"
    tables = (HISTORY,)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The event's row."""
        row = (
            event.stream,
            event.version,
            event.position,
            event.type,
            event.time,
            event.recorded_at,
            event.source,
            orjson.dumps(event.data).decode(),
            event.sealed,
        )
        return (Put(HISTORY, row, True),)
