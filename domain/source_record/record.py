"""The aggregate of a source record: only what later decisions need, nothing about the person."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from eventsourcing.domain import Aggregate

from domain.timeline.order import has_ended, rank
from domain.vocabulary import SENSITIVE_SERVICES

RecordStatus = Literal["registered", "deregistered", "removed", "erased"]


class EffectiveTime(NamedTuple):
    """When something became true (ISO 8601); facts of the same time are ordered by their version in the record."""

    time: str
    version: int


@dataclass(slots=True)
class Involvement:
    """One involvement: its ordinal in the record, and the earliest of its first days as ISO text.

    `sensitive` is True if consent is needed, `consented` if it is still given; `begun` is its last beginning, reported
    `again` or for the first time, `last_end` its last end and the day.
    """

    number: int
    started_on: str | None
    begun: EffectiveTime
    again: bool
    sensitive: bool
    consented: bool
    last_end: tuple[EffectiveTime, str] | None = None

    @property
    def ended_on(self) -> str | None:
        """Its last day, or None where it goes on."""
        return self.last_end[1] if self.last_end and has_ended(self.begun, self.again, self.last_end[0]) else None


@dataclass(slots=True)
class RaisedFlag:
    """One flag: its ordinal in the record, its last raising, reported `again` or for the first time, and lowering."""

    number: int
    begun: EffectiveTime
    again: bool
    lowered: EffectiveTime | None = None

    @property
    def raised(self) -> bool:
        """Whether it is up."""
        return not has_ended(self.begun, self.again, self.lowered)


class SourceRecord(Aggregate):
    """One agency's record of one child. Only its events change it, through the methods below.

    `status_at` is when its status became true, `described_at` when its particulars did; a later event with an earlier
    effective time changes neither. `because` is the reason and the day of its deregistration or removal. Its events
    from the version `suspended_from` on do not count while its agency is suspended. `before_removal` is its status, and
    the reason for that, before it was removed.
    """

    status: RecordStatus
    status_at: str
    described_at: str
    because: tuple[str, str] | None
    involvements: dict[str, Involvement]
    flags: dict[str, RaisedFlag]
    suspended_from: int | None
    before_removal: tuple[RecordStatus, tuple[str, str] | None]

    def __init__(self) -> None:
        self.status = "registered"
        self.status_at = ""
        self.described_at = ""
        self.because = None
        self.involvements = {}
        self.flags = {}
        self.suspended_from = None
        self.before_removal = "registered", None

    def describe(self, effective: EffectiveTime) -> None:
        """Remembers when particulars became true."""
        self.described_at = max(self.described_at, effective.time)

    def register(self, effective: EffectiveTime) -> None:
        """Remembers that the record is current; this ends the last deregistration, whatever its effective time."""
        self.describe(effective)
        self.status = "registered"
        self.status_at = max(self.status_at, effective.time)
        self.because = None

    def deregister(self, effective: EffectiveTime, reason: str, on: str) -> None:
        """Remembers that the record is no longer current."""
        if effective.time >= self.status_at:
            self.status, self.status_at, self.because = "deregistered", effective.time, (reason, on)

    def remove(self, reason: str, on: str) -> None:
        """Remembers that the record is taken out of the directory for good."""
        if self.status != "removed":
            self.before_removal = self.status, self.because
        self.status, self.because = "removed", (reason, on)

    def restore(self) -> None:
        """Remembers that its removal no longer counts."""
        if self.status == "removed":
            self.status, self.because = self.before_removal

    def erase(self) -> None:
        """Remembers that its data is destroyed."""
        self.status, self.because = "erased", None

    def begin_involvement(
        self, effective: EffectiveTime, number: int, again: bool, involvement: dict[str, Any]
    ) -> None:
        """Remembers an involvement as current; one of the same reference is replaced."""
        known = self.involvements.get(involvement["involvement"])
        sensitive = involvement["service"] in SENSITIVE_SERVICES
        days = [day for day in (known and known.started_on, involvement.get("started_on")) if day]
        started_on = min(days, default=None)
        if known and rank(known.begun) > rank(effective):
            known.started_on = started_on
            return
        last_end = known.last_end if known else None
        self.involvements[involvement["involvement"]] = Involvement(
            number, started_on, effective, again, sensitive, consented=sensitive, last_end=last_end
        )

    def end_involvement(self, effective: EffectiveTime, number: int, ended_on: str) -> None:
        """Remembers that the involvement of that ordinal has ended."""
        ended = self._numbered(number)
        ended.last_end = max(ended.last_end or (effective, ended_on), (effective, ended_on))

    def withdraw_consent(self, number: int) -> None:
        """Remembers that consent to the involvement of that ordinal is gone."""
        self._numbered(number).consented = False

    def raise_flag(self, effective: EffectiveTime, number: int, again: bool, flag: str) -> None:
        """Remembers a flag as raised."""
        known = self.flags.get(flag)
        if known is None or rank(known.begun) < rank(effective):
            self.flags[flag] = RaisedFlag(number, effective, again, known.lowered if known else None)

    def lower_flag(self, effective: EffectiveTime, flag: str) -> None:
        """Remembers a flag as lowered."""
        lowered = self.flags[flag]
        lowered.lowered = max(lowered.lowered or effective, effective)

    def _numbered(self, number: int) -> Involvement:
        return next(involvement for involvement in self.involvements.values() if involvement.number == number)
