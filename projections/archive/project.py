"""Register events → who is in the archive, by the latest event on the child's own stream."""

from collections.abc import Sequence

from projections.base.projection import PublishedEvent, Put, Table

ARCHIVED_CHILD = Table("archived_child", ("child", "since", "position"), keys=1)


class Archive:
    """One row for each child that was ever archived."""

    name = "archive"
    tables = (ARCHIVED_CHILD,)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """Since when the child is archived after the event."""
        if event.type == "ChildArchived.v1":
            return (Put(ARCHIVED_CHILD, (event.stream, event.recorded_at, event.position), False),)
        if event.type == "ChildReturned.v1":
            return (Put(ARCHIVED_CHILD, (event.stream, None, event.position), False),)
        return ()
