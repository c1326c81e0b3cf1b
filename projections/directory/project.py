"""Register events → the directory's rows: the current event of each aspect of a record, and the child of a record."""

from collections.abc import Sequence

from domain.child.judgement import SPLIT
from domain.suspension.counting import DECIDED, RESTORED
from domain.suspension.parting import PARTED
from domain.suspension.records import TAKEN_BACK
from projections.base.projection import PublishedEvent, Put, Table

FACT = Table("fact", ("stream", "aspect", "number", "version", "time", "position"), keys=3, order=("time", "position"))
LINK = Table("link", ("record", "child", "position"), keys=1)
SET_ASIDE = Table("set_aside", ("record", "since", "position"), keys=1)
SUSPENDED = Table("suspended", ("record", "from_version", "position"), keys=1)
SUPERSEDED = Table("superseded", ("child", "by", "position"), keys=1)

ASPECTS = {
    "RecordRegistered.v1": "particulars",
    "RecordAmended.v1": "particulars",
    "RecordRegistered.v2": "particulars",
    "RecordAmended.v2": "particulars",
    "RecordDeregistered.v1": "standing",
    "RecordRemoved.v1": "removal",
    "RecordRemovedAgain.v1": "removal",
    "RecordRemovedBySteward.v1": "removal",
    "ErasureFenced.v1": "removal",
    "InvolvementStarted.v1": "involvement",
    "InvolvementEnded.v1": "involvement-end",
    "ConsentWithdrawn.v1": "consent-end",
    "FlagRaised.v1": "flag",
    "FlagLowered.v1": "flag-end",
}
"""The aspect of a record that an event is about: of one aspect and number, the event that became true last holds."""
RENEWAL = "renewal"
"""The aspect of a registration after a deregistration, which it answers: of these, the one recorded last holds."""

RESTORATION = "restoration"
"""The aspect of what takes an agency's removals back: those before it count no more."""
_RECORDED_LAST = frozenset({"removal"})
"""Aspects of which the event that was recorded last holds, whenever it became true."""

LINKS = frozenset({"ChildListed.v1", "RecordLinked.v1"})
ACCEPTING = frozenset({"RecordsAccepted.v1", "RecordUnlinked.v1"})
"""The types of events after which records are not set aside, or not any more."""
BELIEVED, DISBELIEVED = "RecordAcceptedBySteward.v1", "RecordSetAsideBySteward.v1"
"""The types of a steward's decisions on whether a record is set aside."""
SUPERSEDING = frozenset({"ChildSuperseded.v1", "ChildReinstated.v1"})


class Directory:
    """The rows that a directory entry is composed of."""

    name = "directory"
    tables = (FACT, LINK, SET_ASIDE, SUSPENDED, SUPERSEDED)
    opens = frozenset[str]()

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """One fact for an event of a record, a link for each record that an event of a child links to it."""
        aspect = ASPECTS.get(event.type)
        if aspect:
            number = event.data.get("number", 0)
            time = "" if aspect in _RECORDED_LAST else event.time
            row = (event.stream, aspect, number, event.version, time, event.position)
            fact = Put(FACT, row, _is_first(event))
            return (fact, _renewal(event)) if _is_renewed(event) else (fact,)
        if event.type == RESTORED:
            return (Put(FACT, (event.stream, RESTORATION, 0, event.version, "", event.position), False),)
        if event.type in DECIDED:
            return (Put(SUSPENDED, (event.stream, event.data.get("from_version"), event.position), False),)
        if event.type in LINKS:
            return (Put(LINK, (event.data["record"], event.stream, event.position), _is_new_link(event)),)
        if event.type == "ChildrenMerged.v1":
            brought = [record for each in event.data["merged"] for record in each["records"]]
            return [Put(LINK, (record, event.stream, event.position), False) for record in brought]
        if event.type == "RecordsSetAside.v1":
            return [
                Put(SET_ASIDE, (each["record"], each["since"], event.position), False) for each in event.data["aside"]
            ]
        if event.type in ACCEPTING:
            return [Put(SET_ASIDE, (record, None, event.position), False) for record in event.data["records"]]
        if event.type in (BELIEVED, DISBELIEVED):
            since = event.data["record_version"] if event.type == DISBELIEVED else None
            return (Put(SET_ASIDE, (event.data["record"], since, event.position), False),)
        if event.type in SUPERSEDING:
            return (Put(SUPERSEDED, (event.stream, event.data.get("by"), event.position), False),)
        return ()


_GIVEN_BACK = frozenset({SPLIT, PARTED, TAKEN_BACK})
"""The rules by which a record is linked that was linked to another child before."""


def _is_new_link(event: PublishedEvent) -> bool:
    """Whether the record most likely had no link: a child's second event links the record that it was listed for."""
    return event.type == "ChildListed.v1" or (event.version > 2 and event.data.get("rule") not in _GIVEN_BACK)


def _is_first(event: PublishedEvent) -> bool:
    """Whether no event of this aspect and number came before."""
    return event.version == 1 or event.data.get("again") is False


def _is_renewed(event: PublishedEvent) -> bool:
    """Whether an agency that had deregistered the child registers it again."""
    return event.version > 1 and event.type.startswith("RecordRegistered.")


def _renewal(event: PublishedEvent) -> Put:
    return Put(FACT, (event.stream, RENEWAL, 0, event.version, "", event.position), False)
