"""Register events → who is in the archive, and of whom it is proposed that they are destroyed, by the latest event."""

from collections.abc import Sequence

from projections.base.projection import PublishedEvent, Put, Table

ARCHIVED_CHILD = Table("archived_child", ("child", "since", "years_from", "position"), keys=1)
PROPOSED = Table("destruction_proposed", ("child", "since", "position"), keys=1)


class Archive:
    """One row for each child that was ever archived.

    And one for each whose destruction was ever proposed, or that has absorbed another.
    """

    name = "archive"
    tables = (ARCHIVED_CHILD, PROPOSED)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """Since when the child is archived after the event, and since when its destruction is proposed.

        That is proposed anew after a merge. So it is after a link, which is left to the registrar, for rows of all
        children would be many; until then the proposal is shown, and nobody is destroyed by it.
        """
        if event.type == "DestructionProposed.v1":
            return (Put(PROPOSED, (event.stream, event.recorded_at, event.position), False),)
        if event.type == "ChildrenMerged.v1":
            return (Put(PROPOSED, (event.stream, None, event.position), False),)
        if event.type not in ("ChildArchived.v1", "ChildReturned.v1"):
            return ()
        since = event.recorded_at if event.type == "ChildArchived.v1" else None
        return (
            Put(ARCHIVED_CHILD, (event.stream, since, event.data.get("years_from"), event.position), False),
            Put(PROPOSED, (event.stream, None, event.position), False),
        )
