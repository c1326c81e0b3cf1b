"""What is recorded of each look. One stream holds one user's looks of one day."""

from typing import Any, ClassVar

from domain.event import RegisterEvent

Fields = dict[str, Any]


class ChildrenShown(RegisterEvent):
    """A user was shown children: `action` is the verb, `children` the ids shown, `asked` the criteria as given.

    `role` and `effect` (allow or mask) say by which right, `rights` names the table of rights that gave it,
    `reason_code` is of the list of reasons. `shown` is child → position of the last event that its entry knew, from
    which the entry can be made again. `hidden` are `{child, records}` that were left out, `masked` are
    `{child, services}`: how many services were shown without their names. Those two are sealed even as numbers, which
    would tell of a child whose id stands in clear that a sensitive service knows it.
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


def shown_by_rights(fields: Fields) -> Fields:
    """ChildrenShown.v1 → v2: of looks before there were rights nothing is known of any."""
    unknown = dict.fromkeys(("role", "effect", "rights", "reason_code"))
    return {**fields, **unknown, "shown": {}, "hidden": [], "masked": []}
