"""The events of looks, and of denied attempts. One stream holds one user's looks of one day."""

from typing import Any, ClassVar

from domain.event import RegisterEvent

Fields = dict[str, Any]


class ChildrenShown(RegisterEvent):
    """A user was shown children: `action` is the verb, `children` the ids shown, `asked` the criteria as given.

    `role` and `effect` (allow or mask) are the right that was used, `rights` the version of the table that gave it,
    `reason_code` is from the list of reasons. `shown` is child → position of the last event in its entry, from which
    the entry can be composed again. `hidden` are `{child, records}` that were left out, `masked` are
    `{child, services}`: how many services were shown without their names. Those two are sealed even as numbers, which
    would reveal that a sensitive service knows a child whose id is in clear.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("action", "children", "count", "role", "effect", "rights", "reason_code")
    SEALED: ClassVar[tuple[str, ...]] = ("user", "reason", "asked", "shown", "hidden", "masked")

    action: str
    children: list[str]
    count: int
    role: str | None
    effect: str | None
    rights: str | None
    reason_code: str | None
    user: str
    reason: str
    asked: Fields
    shown: dict[str, int]
    hidden: list[Fields]
    masked: list[Fields]


class LookDenied(RegisterEvent):
    """A user was denied something: `count` attempts since `since`, the time of the first of them.

    `action` is the verb, `role` the user's or None where nothing was granted to the user, `cause` a code of
    `domain/authorization/causes.py`. `asked` are the children's numbers that the attempts named, each once, whether or
    not they exist. It is no look: nobody was shown.
    """

    CLEAR: ClassVar[tuple[str, ...]] = ("action", "role", "cause", "count", "since")
    SEALED: ClassVar[tuple[str, ...]] = ("user", "asked")

    action: str
    role: str | None
    cause: str
    count: int
    since: str
    user: str
    asked: list[str]


def shown_by_rights(fields: Fields) -> Fields:
    """ChildrenShown.v1 → v2: looks before there were rights have none of the new fields."""
    unknown = dict.fromkeys(("role", "effect", "rights", "reason_code"))
    return {**fields, **unknown, "shown": {}, "hidden": [], "masked": []}
