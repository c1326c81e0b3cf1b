"""The aggregate of a source record: only what later decisions need, nothing about the person."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from eventsourcing.domain import Aggregate

from domain.timeline.order import has_ended, rank
from domain.vocabulary import SENSITIVE_SERVICES

RecordStatus = Literal["registered", "deregistered", "removed", "erased"]


class Said(NamedTuple):
    """When something that was said became true (ISO 8601), and its place among all that was said of the record."""

    time: str
    version: int


@dataclass(slots=True)
class Involvement:
    """One involvement: its ordinal in the record, and the earliest of its first days as ISO text.

    `sensitive` says that consent is needed, `consented` that it is still given; `begun` is its last beginning, told
    `again` or for the first time, `last_end` its last end and the day.
    """

    number: int
    started_on: str | None
    begun: Said
    again: bool
    sensitive: bool
    consented: bool
    last_end: tuple[Said, str] | None = None

    @property
    def ended_on(self) -> str | None:
        """Its last day, or None where it goes on."""
        return self.last_end[1] if self.last_end and has_ended(self.begun, self.again, self.last_end[0]) else None


@dataclass(slots=True)
class RaisedFlag:
    """One flag: its ordinal in the record, its last raising, told `again` or for the first time, and last lowering."""

    number: int
    begun: Said
    again: bool
    lowered: Said | None = None

    @property
    def raised(self) -> bool:
        """Whether it is up."""
        return not has_ended(self.begun, self.again, self.lowered)


class SourceRecord(Aggregate):
    """One agency's record of one child. Only its events change it, through the methods below.

    `standing_at` is when its status became true, `described_at` when the particulars that hold did. Of what is told
    later, what became true before changes nothing. `because` is why and from which day it is deregistered or removed.
    What it said from the version `suspended_from` on counts no more, while there is one, for its agency is suspended.
    `before_removal` is what it was, and why, before it was removed.
    """

    status: RecordStatus
    standing_at: str
    described_at: str
    because: tuple[str, str] | None
    involvements: dict[str, Involvement]
    flags: dict[str, RaisedFlag]
    suspended_from: int | None
    before_removal: tuple[RecordStatus, tuple[str, str] | None]

    def __init__(self) -> None:
        self.status = "registered"
        self.standing_at = ""
        self.described_at = ""
        self.because = None
        self.involvements = {}
        self.flags = {}
        self.suspended_from = None
        self.before_removal = "registered", None

    def describe(self, said: Said) -> None:
        """Remembers when particulars became true."""
        self.described_at = max(self.described_at, said.time)

    def register(self, said: Said) -> None:
        """Remembers that the record is current; this answers the deregistration that stands, whatever its time."""
        self.describe(said)
        self.status = "registered"
        self.standing_at = max(self.standing_at, said.time)
        self.because = None

    def deregister(self, said: Said, reason: str, on: str) -> None:
        """Remembers that the record is no longer current."""
        if said.time >= self.standing_at:
            self.status, self.standing_at, self.because = "deregistered", said.time, (reason, on)

    def remove(self, reason: str, on: str) -> None:
        """Remembers that the record is taken out of the directory for good."""
        if self.status != "removed":
            self.before_removal = self.status, self.because
        self.status, self.because = "removed", (reason, on)

    def restore(self) -> None:
        """Remembers that its removal counts no more."""
        if self.status == "removed":
            self.status, self.because = self.before_removal

    def erase(self) -> None:
        """Remembers that what it said is destroyed."""
        self.status, self.because = "erased", None

    def begin_involvement(self, said: Said, number: int, again: bool, involvement: dict[str, Any]) -> None:
        """Remembers an involvement as current; the same reference again replaces what was known of it."""
        known = self.involvements.get(involvement["involvement"])
        sensitive = involvement["service"] in SENSITIVE_SERVICES
        days = [day for day in (known and known.started_on, involvement.get("started_on")) if day]
        started_on = min(days, default=None)
        if known and rank(known.begun) > rank(said):
            known.started_on = started_on
            return
        last_end = known.last_end if known else None
        self.involvements[involvement["involvement"]] = Involvement(
            number, started_on, said, again, sensitive, consented=sensitive, last_end=last_end
        )

    def end_involvement(self, said: Said, number: int, ended_on: str) -> None:
        """Remembers that the involvement of that ordinal has ended."""
        ended = self._numbered(number)
        ended.last_end = max(ended.last_end or (said, ended_on), (said, ended_on))

    def withdraw_consent(self, number: int) -> None:
        """Remembers that consent to the involvement of that ordinal is gone."""
        self._numbered(number).consented = False

    def raise_flag(self, said: Said, number: int, again: bool, flag: str) -> None:
        """Remembers a flag as raised."""
        known = self.flags.get(flag)
        if known is None or rank(known.begun) < rank(said):
            self.flags[flag] = RaisedFlag(number, said, again, known.lowered if known else None)

    def lower_flag(self, said: Said, flag: str) -> None:
        """Remembers a flag as lowered."""
        lowered = self.flags[flag]
        lowered.lowered = max(lowered.lowered or said, said)

    def _numbered(self, number: int) -> Involvement:
        return next(involvement for involvement in self.involvements.values() if involvement.number == number)
