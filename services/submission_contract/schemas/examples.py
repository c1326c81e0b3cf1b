"""One valid example of every submission and receipt. Everybody in it is invented.

Names and postcodes are made up (there is no postal area ZX), telephone and NHS numbers are of blocks never given out.
"""

from collections.abc import Mapping
from typing import Any

from domain.agency import Agency
from domain.vocabulary import AgencyKind, SubmissionType

Fields = dict[str, Any]

AUTHORITY = Agency("la-westmarch", "Westmarch Council", AgencyKind.LOCAL_AUTHORITY, "E06999001")
SURGERY = Agency("gp-westmarch", "Westmarch surgeries", AgencyKind.GP_REGISTRATION)
CLINIC = Agency("camhs-westmarch", "Westmarch Young Minds", AgencyKind.SENSITIVE_SERVICE)

PARTICULARS: Fields = {
    "given_name": "Tamsin",
    "family_name": "Orrell",
    "other_names": [{"given_name": "Tamsin", "family_name": "Vane", "kind": "former"}],
    "date_of_birth": "2003-05-17",
    "date_of_birth_estimated": False,
    "gender": "female",
    "nhs_number": "9990000417",
    "upn": "D999417608014",
    "address": {
        "lines": ["4 Larkspur Row", "Westmarch"],
        "postcode": "ZX4 7QT",
        "uprn": "999000000417",
        "authority": "E06999001",
        "status": "current",
    },
    "carers": [
        {
            "name": "Ruth Orrell",
            "relationship": "parent",
            "parental_responsibility": True,
            "phone": "01632 960417",
            "email": "ruth.orrell@example.org",
        }
    ],
}
SENSITIVE_INVOLVEMENT: Fields = {
    "involvement": "YM-88/1",
    "service": "camhs",
    "organisation": {"name": "Westmarch Young Minds", "code": "YM-88"},
    "practitioner": {"name": "Idris Pell", "role": "nurse", "phone": "01632 960088", "email": "i.pell@example.org"},
    "lead_professional": False,
    "consent": {"given_by": "carer", "explicit": True, "on": "2008-09-30", "until": "2009-09-30"},
    "started_on": "2008-10-01",
}


_SUBJECTS = {AUTHORITY: "LA-20417", SURGERY: "GP-5561", CLINIC: "YM-88"}


def _submission(number: int, type_: SubmissionType, time: str, data: Fields, agency: Agency = AUTHORITY) -> Fields:
    return {
        "specversion": "1.0",
        "id": f"2008-{number:06}",
        "source": agency.urn,
        "type": type_.value,
        "subject": _SUBJECTS[agency],
        "time": time,
        "data": data,
    }


_T = SubmissionType

STORY: tuple[Fields, ...] = (
    _submission(1, _T.CHILD_REGISTERED, "2008-09-01T09:00:00Z", PARTICULARS),
    _submission(
        2,
        _T.CHILD_AMENDED,
        "2008-09-15T09:00:00Z",
        PARTICULARS
        | {
            "address": {
                "lines": ["11 Tannery Court", "Westmarch"],
                "postcode": "ZX4 2BN",
                "authority": "E06999001",
                "status": "current",
            }
        },
    ),
    _submission(
        3,
        _T.INVOLVEMENT_STARTED,
        "2008-09-20T09:00:00Z",
        {
            "involvement": "LA-20417/sc/1",
            "service": "social-care",
            "organisation": {"name": "Westmarch Family Support", "code": "WFS-3"},
            "practitioner": {
                "name": "Dara Quill",
                "role": "social worker",
                "phone": "01632 960003",
                "email": "d.quill@example.org",
            },
            "lead_professional": True,
            "started_on": "2008-09-18",
        },
    ),
    _submission(
        4,
        _T.FLAG_RAISED,
        "2008-09-22T09:00:00Z",
        {
            "flag": "common-assessment",
            "raised_on": "2008-09-22",
            "contact": {
                "name": "Dara Quill",
                "role": "social worker",
                "phone": "01632 960003",
                "email": "d.quill@example.org",
            },
        },
    ),
    _submission(5, _T.FLAG_LOWERED, "2009-03-02T09:00:00Z", {"flag": "common-assessment", "lowered_on": "2009-03-02"}),
    _submission(
        6,
        _T.INVOLVEMENT_ENDED,
        "2009-03-10T09:00:00Z",
        {"involvement": "LA-20417/sc/1", "ended_on": "2009-03-09"},
    ),
    _submission(7, _T.CHILD_DEREGISTERED, "2009-07-24T09:00:00Z", {"reason": "moved-away", "on": "2009-07-24"}),
    _submission(8, _T.RECORD_REMOVED, "2010-01-11T09:00:00Z", {"reason": "left-england", "on": "2010-01-08"}),
)
"""What a local authority sends of one child, in its order: every type but `consent.withdrawn`."""

SURGERY_STORY: tuple[Fields, ...] = (
    _submission(
        1,
        _T.CHILD_REGISTERED,
        "2008-09-03T08:30:00Z",
        {key: PARTICULARS[key] for key in ("given_name", "family_name", "date_of_birth", "gender", "nhs_number")},
        SURGERY,
    ),
)
"""What a surgery sends of the same child; the NHS number shows that it is the same."""

SENSITIVE_STORY: tuple[Fields, ...] = (
    _submission(1, _T.CHILD_REGISTERED, "2008-10-01T10:00:00Z", PARTICULARS, CLINIC),
    _submission(2, _T.INVOLVEMENT_STARTED, "2008-10-01T10:05:00Z", SENSITIVE_INVOLVEMENT, CLINIC),
    _submission(
        3, _T.CONSENT_WITHDRAWN, "2009-02-02T10:00:00Z", {"involvement": "YM-88/1", "on": "2009-02-01"}, CLINIC
    ),
)
"""What a sensitive service sends of the same child: with consent, until it is withdrawn."""

SUBMISSIONS: Mapping[str, Fields] = {each["type"]: each for each in (*SENSITIVE_STORY[2:], *STORY)}
"""One example of each type of submission."""

NOTICES: Mapping[str, Fields] = {
    "unscheduled-look": {
        "kind": "unscheduled-look",
        "child": "0b6d2f3a-71c8-4f55-a1e0-3c9d5e8f7733",
        "time": "2026-11-23T10:00:00.000000Z",
        "action": "show",
        "organisation": "westmarch-homes",
        "role": "practitioner",
        "reason_code": "new-referral",
        "position": 19,
    },
    "suspicions": {
        "kind": "suspicions",
        "agency": "vol-lantern",
        "day": "2026-11-23",
        "time": "2026-11-23T10:00:00.000000Z",
    },
}
"""A notice of a user's look, and an alarm."""

RECEIPTS: Mapping[str, Fields] = {
    "accepted": {
        "source": AUTHORITY.urn,
        "submission": "2008-000001",
        "outcome": "accepted",
        "reasons": [],
        "message": "submissions.la-westmarch/0/0",
        "recorded_at": "2026-11-23T10:00:00.000000Z",
        "position": None,
    },
    "duplicate": {
        "source": AUTHORITY.urn,
        "submission": "2008-000001",
        "outcome": "duplicate",
        "reasons": [],
        "message": "submissions.la-westmarch/0/1",
        "recorded_at": "2026-11-23T10:00:01.000000Z",
        "position": None,
    },
    "refused": {
        "source": AUTHORITY.urn,
        "submission": "2008-000009",
        "outcome": "refused",
        "reasons": [
            {
                "field": "subject",
                "code": "unknown-record",
                "message": "this agency has registered no record under this subject; send child.registered first",
            }
        ],
        "message": "submissions.la-westmarch/0/9",
        "recorded_at": "2026-11-23T10:00:02.000000Z",
        "position": None,
    },
    "invalid": {
        "source": None,
        "submission": None,
        "outcome": "invalid",
        "reasons": [{"field": "", "code": "not-json", "message": "a submission is JSON"}],
        "message": "submissions.unclaimed/0/4",
        "recorded_at": "2026-11-23T10:00:03.000000Z",
        "position": None,
    },
    "several": {
        "source": AUTHORITY.urn,
        "submission": None,
        "outcome": "invalid",
        "reasons": [{"field": "", "code": "not-json", "message": "a submission is JSON"}],
        "message": "submissions.la-westmarch/0/1209",
        "recorded_at": "2026-11-23T10:00:04.000000Z",
        "position": None,
        "first": "submissions.la-westmarch/0/10",
        "messages": 1200,
    },
}
"""One example of each outcome, and the answer to several messages."""
