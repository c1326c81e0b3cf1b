"""Register events → the directory's rows: which event of a record holds for an aspect, and which child a record is."""

from collections.abc import Sequence

from projections.projection import PublishedEvent, Put, Table

FACT = Table("fact", ("stream", "aspect", "number", "version", "position"), keys=3)
LINK = Table("link", ("record", "child", "position"), keys=1)

ASPECTS = {
    "RecordRegistered.v1": "particulars",
    "RecordAmended.v1": "particulars",
    "RecordDeregistered.v1": "standing",
    "RecordRemoved.v1": "removal",
    "InvolvementStarted.v1": "involvement",
    "InvolvementEnded.v1": "involvement-end",
    "ConsentWithdrawn.v1": "consent-end",
    "FlagRaised.v1": "flag",
    "FlagLowered.v1": "flag-end",
}
"""What an event of a record says something about; a later event of the same aspect and number supersedes it."""

LINKS = frozenset({"ChildListed.v1", "RecordLinked.v1"})


class Directory:
    """The rows that a directory entry is composed of."""

    name = "directory"
    tables = (FACT, LINK)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """One fact for an event of a record, one link for an event that links one."""
        aspect = ASPECTS.get(event.type)
        if aspect:
            number = event.data.get("number", 0)
            fact = Put(FACT, (event.stream, aspect, number, event.version, event.position), _is_first(event))
            return (fact, _standing_again(event)) if _is_renewed(event) else (fact,)
        if event.type in LINKS:
            return (Put(LINK, (event.data["record"], event.stream, event.position), _is_first_link(event)),)
        return ()


def _is_first(event: PublishedEvent) -> bool:
    """Whether nothing was said of this aspect and number before."""
    return event.version == 1 or event.data.get("again") is False


def _is_first_link(event: PublishedEvent) -> bool:
    """Whether the record had no child before: the second event of a child links the record that it was listed for."""
    return event.version != 2


def _is_renewed(event: PublishedEvent) -> bool:
    """Whether an agency that had deregistered the child holds the record again."""
    return event.version > 1 and event.type == "RecordRegistered.v1"


def _standing_again(event: PublishedEvent) -> Put:
    return Put(FACT, (event.stream, "standing", 0, event.version, event.position), False)
