"""Access events → one row each, still sealed."""

from collections.abc import Sequence

import orjson

from projections.base.projection import PublishedEvent, Put, Table

ACCESS_LOG = Table(
    "access_log",
    ("stream", "version", "position", "type", "time", "recorded_at", "children", "data", "sealed"),
    keys=2,
)


class AccessLog:
    """Every access event, whatever its type."""

    name = "access_log"
    tables = (ACCESS_LOG,)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The event's row."""
        children = list(event.data.get("children") or ())
        rest = {name: value for name, value in event.data.items() if name != "children"}
        row = (
            event.stream,
            event.version,
            event.position,
            event.type,
            event.time,
            event.recorded_at,
            children,
            orjson.dumps(rest).decode(),
            event.sealed,
        )
        return (Put(ACCESS_LOG, row, True),)
