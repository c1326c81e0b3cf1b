"""Access events → overrides and the end of their investigations; user and reason stay sealed in the access log."""

from collections.abc import Sequence

from projections.base.projection import PublishedEvent, Put, Table

OVERRIDE = Table("override", ("investigation", "child", "until", "stream", "version", "position"), keys=1)
CLOSING = Table("closing", ("investigation", "stream", "version", "position"), keys=1)


class Overrides:
    """One row for each override, and one for each closed investigation."""

    name = "overrides"
    tables = (OVERRIDE, CLOSING)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The event's row."""
        data, place = event.data, (event.stream, event.version, event.position)
        if event.type == "OverrideUsed.v1":
            (child,) = data["children"]
            return (Put(OVERRIDE, (data["investigation"], child, data["until"], *place), True),)
        if event.type == "InvestigationClosed.v1":
            return (Put(CLOSING, (data["investigation"], *place), False),)
        return ()
