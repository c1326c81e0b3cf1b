"""Register events → the shield of each child, from the latest event on its own stream."""

from collections.abc import Sequence

from domain.places import place_now
from projections.base.projection import PublishedEvent, Put, Table

SHIELD = Table("shield", ("child", "since", "review_by", "custodian", "position"), keys=1)
DESTROYED = Table("destroyed", ("child", "position"), keys=1)

APPLYING = frozenset(
    {"ShieldApplied.v1", "ShieldApplied.v2", "ShieldReviewed.v1", "ShieldReviewed.v2", "ShieldHandedOver.v1"}
)
"""Those of version 1 name no custodian."""
SETTLING = APPLYING - {"ShieldHandedOver.v1"}
"""Those with which the child's visible particulars are settled: a shield comes, or its custodian has reviewed it."""


class Shields:
    """One row for each child that was ever shielded, whose `review_by` is null once the shield was lifted.

    A destroyed child's stays as it was: who is held back for being like it must not be shown for that.
    """

    name = "shields"
    tables = (SHIELD, DESTROYED)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The shield after the event. Merges and splits need no row: an inherited shield has an event of its own."""
        if event.type in APPLYING:
            shield = event.data["since"], event.data["review_by"], place_now(event.data.get("custodian"))
            return (Put(SHIELD, (event.stream, *shield, event.position), False),)
        if event.type == "ShieldLifted.v1":
            return (Put(SHIELD, (event.stream, None, None, None, event.position), False),)
        if event.type == "ChildDestroyed.v1":
            return (Put(DESTROYED, (event.stream, event.position), False),)
        return ()
