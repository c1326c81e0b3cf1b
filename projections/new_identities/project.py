"""Register events → what is closed, and the children for which a new identity was requested or given."""

from collections.abc import Sequence

from domain.vocabulary import RESTRICTED_SOURCE
from projections.base.projection import PublishedEvent, Put, Table

CLOSED_IDENTITY = Table("closed_identity", ("id", "closed", "sender", "position"), keys=1)
NEW_IDENTITY = Table("new_identity", ("child", "given", "position"), keys=1)


class NewIdentities:
    """One row for each child or record that was ever closed, one for each child that begins anew, or is to."""

    name = "new_identities"
    tables = (CLOSED_IDENTITY, NEW_IDENTITY)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """What is closed or open after the event; a sensitive agency is not named as the sender."""
        if event.type == "NewIdentityRequested.v1":
            return (Put(NEW_IDENTITY, (event.stream, False, event.position), False),)
        if event.type == "NewIdentityGiven.v1":
            ids = (*event.data["children"], *event.data["records"])
            closed = [Put(CLOSED_IDENTITY, (id_, True, None, event.position), False) for id_ in ids]
            return [Put(NEW_IDENTITY, (event.stream, True, event.position), False), *closed]
        if event.type == "RecordClosed.v1":
            sender = None if event.source == RESTRICTED_SOURCE else event.source
            return (Put(CLOSED_IDENTITY, (event.data["record"], True, sender, event.position), False),)
        if event.type == "RecordOpened.v1":
            return (Put(CLOSED_IDENTITY, (event.data["record"], False, None, event.position), False),)
        return ()
