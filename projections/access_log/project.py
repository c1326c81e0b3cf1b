"""Access events → one row each, unopened."""

from collections.abc import Iterator

import orjson

from projections.projection import PublishedEvent, Put, Table

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

    def project(self, event: PublishedEvent) -> Iterator[Put]:
        """The event's row."""
        children = list(event.data.get("children") or ())
        rest = {name: value for name, value in event.data.items() if name != "children"}
        yield Put(
            ACCESS_LOG,
            (
                event.stream,
                event.version,
                event.position,
                event.type,
                event.time,
                event.recorded_at,
                children,
                orjson.dumps(rest).decode(),
                event.sealed,
            ),
            True,
        )
