"""Whether a data steward's decision follows from a look in the access log, whose id is the decision's own.

The API records the look before it sends the decision. What is written into the topic by somebody else has no look, and
one look gives one decision, for an id takes effect once.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from domain.access_log.events import ChildrenShown
from domain.authorization import Action
from domain.catalogue import WIRE_NAMES
from domain.source_record import Command, Refusal
from services.submission_contract.decisions import DecisionType
from streams.store.database import Cursor

OLDEST = timedelta(hours=24)
"""How old a look may be when the decision takes effect, where nothing else is set."""

UNKNOWN = Refusal("id", "look-unknown", "no look stands in the access log that this decision names; decide by the API")
OF_ANOTHER = Refusal("id", "look-of-another", "the look that this decision names is another user's")
ELSEWHERE = Refusal(
    "id", "look-elsewhere", "the look that this decision names was not at these children to decide this"
)
TOO_OLD = Refusal("id", "look-too-old", "the look that this decision names is too old; look and decide again")

ACTIONS: Mapping[str, Action] = {
    DecisionType.MERGE: Action.MERGE,
    DecisionType.SPLIT: Action.SPLIT,
    DecisionType.DISMISS: Action.DISMISS,
    DecisionType.SHIELD_APPLY: Action.SHIELD_APPLY,
    DecisionType.SHIELD_REVIEW: Action.SHIELD_REVIEW,
    DecisionType.SHIELD_HAND_OVER: Action.SHIELD_HAND_OVER,
    DecisionType.SHIELD_LIFT: Action.SHIELD_LIFT,
    DecisionType.AGENCY_SUSPEND: Action.AGENCY_SUSPEND,
    DecisionType.AGENCY_RESUME: Action.AGENCY_RESUME,
    DecisionType.RECORD_REMOVE: Action.RECORD_REMOVE,
    DecisionType.NEW_IDENTITY_REQUEST: Action.NEW_IDENTITY_REQUEST,
    DecisionType.NEW_IDENTITY_CONFIRM: Action.NEW_IDENTITY_CONFIRM,
    DecisionType.RECORD_OPEN: Action.CLOSED_RECORD_OPEN,
    DecisionType.ERASE: Action.ERASE,
    DecisionType.HOLD_PLACE: Action.HOLD_PLACE,
    DecisionType.HOLD_LIFT: Action.HOLD_LIFT,
    DecisionType.RETENTION_RUN: Action.RETENTION_RUN,
    DecisionType.RECORD_ACCEPT: Action.RECORD_ACCEPT,
    DecisionType.RECORD_SET_ASIDE: Action.RECORD_SET_ASIDE,
}
"""The action of the look that each type of decision follows from."""
_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9][0-9]{0,8})")


class RecordedLook(NamedTuple):
    """Who was shown which children, what for, and when."""

    user: str
    action: str
    children: frozenset[str]
    at: datetime


def read_looks(cursor: Cursor, ids: Collection[str]) -> dict[str, RecordedLook]:
    """The looks with these ids, as they are published; what is no look is left out."""
    named = [found.groups() for each in ids if (found := _ID.fullmatch(each))]
    if not named:
        return {}
    streams, versions = zip(*named, strict=True)
    cursor.execute(
        "select e.stream || '.' || e.version, s.user_name, e.state from access.events e"
        " join access.streams s on s.stream = e.stream"
        " join unnest(%s::uuid[], %s::int[]) as named (stream, version)"
        " on e.stream = named.stream and e.version = named.version where e.topic = %s",
        (list(streams), list(versions), WIRE_NAMES[ChildrenShown]),
    )
    return {id_: _look(user, orjson.loads(bytes(state))) for id_, user, state in cursor.fetchall()}


def distrusted(command: Command, look: RecordedLook | None, now: datetime, oldest: timedelta) -> Refusal | None:
    """Why the decision is not believed; None where it follows from the look."""
    if look is None:
        return UNKNOWN
    if look.user != command.data["decided_by"]:
        return OF_ANOTHER
    about = {command.data[name] for name in ("child", "left", "right") if name in command.data}
    about.update(command.data.get("children", ()))
    if look.action != ACTIONS[command.type] or not look.children >= about:
        return ELSEWHERE
    return TOO_OLD if now - look.at > oldest else None


def _look(user: str, state: Mapping[str, Any]) -> RecordedLook:
    data, at = state["data"], datetime.fromisoformat(state["recordedat"])
    return RecordedLook(user, data["action"], frozenset(data["children"]), at)
