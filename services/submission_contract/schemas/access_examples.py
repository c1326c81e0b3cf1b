"""One example of every event of the access log: looks and a denial, an override, a user's right, a request."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.access_log.events import ChildrenShown, LookDenied
from domain.access_log.override_events import InvestigationClosed, OverrideUsed
from domain.access_log.user_events import UserChanged, UserGranted, UserRevoked
from domain.event import RegisterEvent
from domain.subject_access.requests import CorrectionRequested, ObjectionRaised, RequestAnswered

LOOKS = UUID("f2a4c6e8-1b3d-4f5a-8c7e-9d0b1a2c3344")
USER = UUID("b7d1f0a2-58c3-4e96-8a4d-2c6e9f1b5577")
CORRECTION = UUID("c4e8a2d6-3f71-4b95-9a0e-5d7c1b2f6688")
OBJECTION = UUID("d9f3b1e7-6a84-4c20-8e5b-0f1a2c3d7799")
INVESTIGATION = "9c4f7a10-6b2d-4e83-a5c1-7f0e2d3b8899"
API, OPERATOR = "urn:contactpoint:api", "urn:contactpoint:operator"
_ROBIN: dict[str, Any] = {
    "role": "practitioner",
    "user": "r.fell",
    "display_name": "Robin Fell",
    "organisation": "Moss Lane Primary School",
    "authority": "E06999001",
    "sensitive": False,
    "trained_until": "2027-03-31",
    "vetted_until": "2028-03-31",
    "signed_off_until": "2027-08-31",
    "by": "operator",
    "reason": None,
}
_PROLONGED = _ROBIN | {"trained_until": "2029-03-31", "by": "demo-administrator", "reason": "trained again"}
_BY_OFFICER = {"user": "s.access", "reason": "subject-access: asked at the desk"}
_REVOKED = {"user": "r.fell", "by": "demo-administrator", "reason": "left the school"}


def access_events(child: str, hidden_record: str, recorded_at: datetime) -> list[RegisterEvent]:
    """A look at a child of whom a record was hidden, and what was granted to somebody else."""
    looked = {
        "action": "find",
        "children": [child],
        "count": 1,
        "role": "practitioner",
        "effect": "mask",
        "rights": "rights-0123456789ab",
        "reason_code": "new-referral",
        "user": "demo-practitioner",
        "reason": "new-referral",
        "asked": {"given_name": "Tamsin", "family_name": "Orrell", "date_of_birth": "2003-05-17"},
        "shown": {child: 12},
        "hidden": [{"child": child, "records": [hidden_record]}],
        "masked": [{"child": child, "services": 1}],
    }

    def event(
        kind: Callable[..., RegisterEvent], stream: UUID, version: int, source: str, fields: dict[str, Any]
    ) -> RegisterEvent:
        of_any: dict[str, Any] = {
            "originator_id": stream,
            "originator_version": version,
            "timestamp": recorded_at,
            "source": source,
        }
        return kind(**of_any, restricted=False, time="2026-11-23T10:00:00.000000Z", **fields)

    wrong = {"child": child, "asked_by": "carer", "text": "the school she left in July is still told", **_BY_OFFICER}
    objection = wrong | {"asked_by": "child", "text": "I do not want my old name to be shown"}
    answer = {"child": child, "outcome": "upheld", "text": "the school has amended its record", **_BY_OFFICER}
    return [
        event(ChildrenShown, LOOKS, 1, API, looked),
        event(OverrideUsed, LOOKS, 2, API, _override(child)),
        event(InvestigationClosed, LOOKS, 3, API, _closed(child)),
        event(LookDenied, LOOKS, 4, API, _denied(child)),
        event(UserGranted, USER, 1, OPERATOR, _ROBIN),
        event(UserChanged, USER, 2, API, _PROLONGED),
        event(UserRevoked, USER, 3, API, _REVOKED),
        event(CorrectionRequested, CORRECTION, 1, API, wrong),
        event(ObjectionRaised, OBJECTION, 1, API, objection),
        event(RequestAnswered, CORRECTION, 2, API, answer),
    ]


def _denied(child: str) -> dict[str, Any]:
    return {
        "action": "looks",
        "role": "practitioner",
        "cause": "role",
        "count": 3,
        "since": "2026-11-23T09:59:12.000000Z",
        "user": "demo-practitioner",
        "asked": [child],
    }


def _override(child: str) -> dict[str, Any]:
    return {
        "action": "override",
        "children": [child],
        "count": 1,
        "investigation": INVESTIGATION,
        "until": "2026-11-23T10:02:00.000000Z",
        "user": "demo-data-manager",
        "reason": "the child is missing since this morning",
    }


def _closed(child: str) -> dict[str, Any]:
    return {
        "action": "override-closed",
        "children": [child],
        "count": 0,
        "investigation": INVESTIGATION,
        "user": "demo-administrator",
        "reason": "the police confirm the enquiry",
    }
