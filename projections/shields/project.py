"""Register events → the shield of each child, from the latest event on its own stream."""

from collections.abc import Sequence

from domain.places import place_now
from projections.base.projection import PublishedEvent, Put, Table

SHIELD = Table("shield", ("child", "since", "review_by", "custodian", "position"), keys=1)

APPLYING = frozenset(
    {"ShieldApplied.v1", "ShieldApplied.v2", "ShieldReviewed.v1", "ShieldReviewed.v2", "ShieldHandedOver.v1"}
)
"""Those of version 1 name no custodian."""
SETTLING = APPLYING - {"ShieldHandedOver.v1"}
"""Those with which the child's visible particulars are settled: a shield comes, or its custodian has reviewed it."""
ENDING = frozenset({"ShieldLifted.v1", "ChildDestroyed.v1"})


class Shields:
    """One row for each child that was ever shielded or destroyed; `review_by` is null once there is no shield."""

    name = "shields"
    tables = (SHIELD,)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The shield after the event. Merges and splits need no row: an inherited shield has an event of its own."""
        if event.type in APPLYING:
            shield = event.data["since"], event.data["review_by"], place_now(event.data.get("custodian"))
            return (Put(SHIELD, (event.stream, *shield, event.position), False),)
        if event.type in ENDING:
            return (Put(SHIELD, (event.stream, None, None, None, event.position), False),)
        return ()
