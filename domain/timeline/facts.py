"""What one event of a record contributes to the chronology."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from domain.matching.normalise import normalise_name


class FactKind(StrEnum):
    """What a fact is about; the values are storage format of a view, which a rebuild makes afresh."""

    REGISTERED = "registered"
    AMENDED = "amended"
    DEREGISTERED = "deregistered"
    REMOVED = "removed"
    STARTED = "started"
    ENDED = "ended"
    RAISED = "raised"
    LOWERED = "lowered"


class Fact(NamedTuple):
    """One event of the record `stream`; `day` is the effective one.

    | kind | word | place | sure |
    |---|---|---|---|
    | registered, amended | date of birth or None | authority (GSS code) or None | the date of birth is not estimated |
    | deregistered, removed | reason | | |
    | started | service | `organisation_key` | lead professional |
    | raised | flag | | the contact can be reached |

    `number` is that of the involvement or flag within its record, `agency` the kind of agency that sent particulars
    (None: not known), `recorded` the moment at which the register recorded the event (None: at `time`). Particulars of
    a record that is set `aside` do not count for the child's identity. The only facts
    of a sensitive agency's record are that it was registered, amended or removed, without word and place; its `source`
    is RESTRICTED_SOURCE.
    """

    stream: str
    version: int
    kind: str
    number: int
    day: str
    time: str
    source: str
    word: str | None
    place: str | None
    sure: bool | None
    agency: str | None = None
    recorded: str | None = None
    aside: bool = False

    @property
    def recorded_at(self) -> str:
        """The moment at which the register recorded it, as ISO text."""
        return self.recorded or self.time


def organisation_key(involvement: Mapping[str, Any]) -> str | None:
    """What identifies an involvement's organisation: its code, else its normalised name; None where it has neither."""
    organisation = involvement.get("organisation") or {}
    return organisation.get("code") or normalise_name(organisation.get("name") or "") or None
