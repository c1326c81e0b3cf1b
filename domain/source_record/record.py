"""The aggregate of a source record: only what later decisions need, nothing about the person."""

from dataclasses import dataclass
from typing import Any, Literal

from eventsourcing.domain import Aggregate

from domain.vocabulary import SENSITIVE_SERVICES

RecordStatus = Literal["registered", "deregistered", "removed"]


@dataclass(slots=True)
class Involvement:
    """One involvement: its ordinal in the record, its dates as ISO texts, whether consent is needed and still given."""

    number: int
    started_on: str | None
    ended_on: str | None
    sensitive: bool
    consented: bool


@dataclass(slots=True)
class RaisedFlag:
    """One flag: its ordinal in the record and whether it is up."""

    number: int
    raised: bool


class SourceRecord(Aggregate):
    """One agency's record of one child. Only its events change it, through the methods below."""

    status: RecordStatus
    involvements: dict[str, Involvement]
    flags: dict[str, RaisedFlag]

    def __init__(self) -> None:
        self.status = "registered"
        self.involvements = {}
        self.flags = {}

    def begin_involvement(self, number: int, involvement: dict[str, Any]) -> None:
        """Remembers an involvement as current; the same reference again replaces what was known of it."""
        sensitive = involvement["service"] in SENSITIVE_SERVICES
        self.involvements[involvement["involvement"]] = Involvement(
            number, involvement.get("started_on"), None, sensitive, consented=sensitive
        )

    def end_involvement(self, number: int, ended_on: str) -> None:
        """Remembers that the involvement of that ordinal has ended."""
        self._numbered(number).ended_on = ended_on

    def withdraw_consent(self, number: int) -> None:
        """Remembers that consent to the involvement of that ordinal is gone."""
        self._numbered(number).consented = False

    def raise_flag(self, number: int, flag: str) -> None:
        """Remembers a flag as raised."""
        self.flags[flag] = RaisedFlag(number, raised=True)

    def lower_flag(self, flag: str) -> None:
        """Remembers a flag as lowered."""
        self.flags[flag].raised = False

    def _numbered(self, number: int) -> Involvement:
        return next(involvement for involvement in self.involvements.values() if involvement.number == number)
