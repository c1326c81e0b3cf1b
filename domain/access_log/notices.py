"""Notices of looks, for the authority that a child lives in, and of alarms. A notice holds nothing personal."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class NoticeKind(StrEnum):
    """What a notice is about; the values are wire format."""

    UNSCHEDULED_LOOK = "unscheduled-look"
    OVERRIDE = "override"
    SUSPICIONS = "suspicions"
    RETURNS = "returns"
    ENQUIRY = "archive-enquiry"


class Notice(NamedTuple):
    """One notice: `authority` is the ONS code of its addressee, None where the child's authority is not known."""

    kind: NoticeKind
    authority: str | None
    child: str
    role: str | None
    organisation: str | None
    reason_code: str | None


def notices(
    kind: NoticeKind,
    children: Iterable[str],
    authorities: Mapping[str, str | None],
    *,
    role: str | None,
    organisation: str | None,
    reason_code: str | None,
) -> list[Notice]:
    """A notice for each child that was shown; `authorities` has the authority that each child lives in."""
    return [
        Notice(kind, authorities.get(child), child, role, organisation, reason_code)
        for child in dict.fromkeys(children)
    ]


def document(notice: Notice, action: str, position: int, at: str) -> dict[str, Any]:
    """The message: what happened, and the position of the access event, in which those with the right read the rest."""
    return {
        "kind": notice.kind.value,
        "child": notice.child,
        "time": at,
        "action": action,
        "organisation": notice.organisation,
        "role": notice.role,
        "reason_code": notice.reason_code,
        "position": position,
    }


def alarm(kind: NoticeKind, agency: str | None, day: str, at: str) -> dict[str, Any]:
    """The message that on a day more of an agency's records were like shielded children's than are queued.

    Or that it would have brought back more people from the archive than it may (`kind`).
    `agency` is its code, None of a sensitive one.
    """
    return {"kind": kind.value, "agency": agency, "day": day, "time": at}
