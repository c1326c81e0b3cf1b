"""Register events → the shield of each child, from the latest event on its own stream."""

from collections.abc import Sequence

from projections.base.projection import PublishedEvent, Put, Table

SHIELD = Table("shield", ("child", "since", "review_by", "position"), keys=1)

APPLYING = frozenset({"ShieldApplied.v1", "ShieldReviewed.v1"})
LIFTED = "ShieldLifted.v1"


class Shields:
    """One row for each child that was ever shielded; `review_by` is null once the shield was lifted."""

    name = "shields"
    tables = (SHIELD,)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The shield after the event. Merges and splits need no row: an inherited shield has an event of its own."""
        if event.type in APPLYING:
            return (Put(SHIELD, (event.stream, event.data["since"], event.data["review_by"], event.position), False),)
        if event.type == LIFTED:
            return (Put(SHIELD, (event.stream, None, None, event.position), False),)
        return ()
