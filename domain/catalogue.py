"""Every event there is: wire name with version → class, and how an older payload becomes today's. The only list.

A wire name is storage format and is never changed or reused. A changed payload is a new version of the name, with an
upcast from the one before in UPCASTS; one stored example of each stays in `tests/golden/` for ever.
"""

from collections.abc import Callable, Mapping
from typing import Any

from domain.access_log.events import ChildrenShown, LookDenied, shown_by_rights
from domain.access_log.override_events import InvestigationClosed, OverrideUsed
from domain.access_log.user_events import UserChanged, UserGranted, UserRevoked
from domain.child.archive_events import ChildArchived, ChildReturned, DestructionProposed
from domain.child.events import (
    ChildListed,
    ChildReinstated,
    ChildrenMerged,
    ChildSuperseded,
    MatchDismissed,
    MatchSuspected,
    RecordAcceptedBySteward,
    RecordContradicted,
    RecordHeldBack,
    RecordLinked,
    RecordsAccepted,
    RecordSetAsideBySteward,
    RecordsSetAside,
    RecordUnlinked,
    ShieldApplied,
    ShieldedChildListed,
    ShieldHandedOver,
    ShieldLifted,
    ShieldReviewed,
    SuspicionEnded,
    without_custodian,
)
from domain.child.hold_events import HoldAsked, HoldLifted, HoldPlaced
from domain.child.identity_events import NewIdentityGiven, NewIdentityRequested, RecordClosed, RecordOpened
from domain.erasure.events import ChildDestroyed, ErasureDecided, ErasureFenced, RecordsErased
from domain.event import RegisterEvent
from domain.source_record.events import (
    ConsentWithdrawn,
    FlagLowered,
    FlagRaised,
    InvolvementEnded,
    InvolvementStarted,
    RecordAmended,
    RecordDeregistered,
    RecordRegistered,
    RecordRemoved,
    RecordRemovedAgain,
    RecordRemovedBySteward,
    RecordRestored,
    RecordResumed,
    RecordSuspended,
    of_unknown_kind,
)
from domain.subject_access.requests import CorrectionRequested, ObjectionRaised, RequestAnswered
from domain.suspension.events import AgencyResumed, AgencyResumedWithoutRemovals, AgencySuspended

Fields = dict[str, Any]

EVENTS: Mapping[str, type[RegisterEvent]] = {
    "RecordRegistered.v2": RecordRegistered,
    "RecordAmended.v2": RecordAmended,
    "RecordDeregistered.v1": RecordDeregistered,
    "InvolvementStarted.v1": InvolvementStarted,
    "InvolvementEnded.v1": InvolvementEnded,
    "ConsentWithdrawn.v1": ConsentWithdrawn,
    "FlagRaised.v1": FlagRaised,
    "FlagLowered.v1": FlagLowered,
    "RecordRemoved.v1": RecordRemoved,
    "RecordRemovedBySteward.v1": RecordRemovedBySteward,
    "RecordRestored.v1": RecordRestored,
    "RecordRemovedAgain.v1": RecordRemovedAgain,
    "RecordSuspended.v1": RecordSuspended,
    "RecordResumed.v1": RecordResumed,
    "ChildListed.v1": ChildListed,
    "RecordLinked.v1": RecordLinked,
    "RecordUnlinked.v1": RecordUnlinked,
    "ChildrenMerged.v1": ChildrenMerged,
    "ChildSuperseded.v1": ChildSuperseded,
    "ChildReinstated.v1": ChildReinstated,
    "MatchSuspected.v1": MatchSuspected,
    "RecordContradicted.v1": RecordContradicted,
    "RecordsSetAside.v1": RecordsSetAside,
    "RecordsAccepted.v1": RecordsAccepted,
    "RecordAcceptedBySteward.v1": RecordAcceptedBySteward,
    "RecordSetAsideBySteward.v1": RecordSetAsideBySteward,
    "MatchDismissed.v1": MatchDismissed,
    "RecordHeldBack.v1": RecordHeldBack,
    "SuspicionEnded.v1": SuspicionEnded,
    "ShieldedChildListed.v1": ShieldedChildListed,
    "ShieldApplied.v2": ShieldApplied,
    "ShieldReviewed.v2": ShieldReviewed,
    "ShieldHandedOver.v1": ShieldHandedOver,
    "ShieldLifted.v1": ShieldLifted,
    "NewIdentityRequested.v1": NewIdentityRequested,
    "NewIdentityGiven.v1": NewIdentityGiven,
    "RecordClosed.v1": RecordClosed,
    "RecordOpened.v1": RecordOpened,
    "HoldAsked.v1": HoldAsked,
    "HoldPlaced.v1": HoldPlaced,
    "HoldLifted.v1": HoldLifted,
    "ChildArchived.v1": ChildArchived,
    "ChildReturned.v1": ChildReturned,
    "DestructionProposed.v1": DestructionProposed,
    "ErasureDecided.v1": ErasureDecided,
    "ErasureFenced.v1": ErasureFenced,
    "RecordsErased.v1": RecordsErased,
    "ChildDestroyed.v1": ChildDestroyed,
    "AgencySuspended.v1": AgencySuspended,
    "AgencyResumed.v1": AgencyResumed,
    "AgencyResumedWithoutRemovals.v1": AgencyResumedWithoutRemovals,
    "ChildrenShown.v2": ChildrenShown,
    "LookDenied.v1": LookDenied,
    "OverrideUsed.v1": OverrideUsed,
    "InvestigationClosed.v1": InvestigationClosed,
    "UserGranted.v1": UserGranted,
    "UserChanged.v1": UserChanged,
    "UserRevoked.v1": UserRevoked,
    "CorrectionRequested.v1": CorrectionRequested,
    "ObjectionRaised.v1": ObjectionRaised,
    "RequestAnswered.v1": RequestAnswered,
}
"""The current version of each event."""

UPCASTS: Mapping[str, tuple[str, Callable[[Fields], Fields]]] = {
    "RecordRegistered.v1": ("RecordRegistered.v2", of_unknown_kind),
    "RecordAmended.v1": ("RecordAmended.v2", of_unknown_kind),
    "ChildrenShown.v1": ("ChildrenShown.v2", shown_by_rights),
    "ShieldApplied.v1": ("ShieldApplied.v2", without_custodian),
    "ShieldReviewed.v1": ("ShieldReviewed.v2", without_custodian),
}
"""Older wire name → (the next wire name, a pure function from the older fields to its fields)."""

WIRE_NAMES: Mapping[type[RegisterEvent], str] = {event: name for name, event in EVENTS.items()}


class UnknownEvent(Exception):
    """A wire name that this version of the product does not know."""


def event_class(name: str) -> type[RegisterEvent]:
    """The class that events of that name and version have today; raises UnknownEvent for another name."""
    while name in UPCASTS:
        name, _ = UPCASTS[name]
    if name not in EVENTS:
        raise UnknownEvent(name)
    return EVENTS[name]


def names_of(*classes: type[RegisterEvent]) -> frozenset[str]:
    """The wire names, of every version that ever was, of events of these classes and of those derived from them."""
    return frozenset(name for name in (*EVENTS, *UPCASTS) if issubclass(event_class(name), classes))


def upcast(name: str, fields: Fields) -> tuple[type[RegisterEvent], Fields]:
    """The class and fields of a stored event of any version that ever was; raises UnknownEvent for another name."""
    while name in UPCASTS:
        name, lift = UPCASTS[name]
        fields = lift(fields)
    if name not in EVENTS:
        raise UnknownEvent(name)
    return EVENTS[name], fields
