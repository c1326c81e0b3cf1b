"""When an agency can be suspended and resumed, as given, when and then."""

from uuid import UUID

import pytest

from domain.source_record import Refusal
from domain.suspension import AgencyStatus, resume, suspend
from services.submission_contract.schemas.event_examples import RULING

STREAM = UUID("2f7c8d1e-0a3b-4c5d-9e6f-7a8b9c0d1e2f")
SINCE = "2026-11-20T00:00:00.000000Z"
PLAIN, ALL, LATELY = (False, None), (True, None), (True, SINCE)


def after(*decisions: tuple[bool, str | None] | None) -> tuple[AgencyStatus | None, list[str]]:
    """The standing after suspensions and, for None, resumptions; and the codes of those that were refused."""
    standing: AgencyStatus | None = None
    refused = []
    for each in decisions:
        decided = resume(standing, "gp", RULING) if each is None else suspend(standing, "gp", STREAM, *each, RULING)
        if isinstance(decided, Refusal):
            refused.append(decided.code)
        else:
            standing = decided
    return standing, refused


@pytest.mark.parametrize(
    ("decisions", "stands"),
    [
        ([PLAIN], (True, False, None)),
        ([LATELY], (True, True, SINCE)),
        ([PLAIN, ALL], (True, True, None)),
        ([LATELY, ALL], (True, True, None)),
        ([ALL, LATELY], (True, True, SINCE)),
        ([ALL, None], (False, False, None)),
        ([PLAIN, None, LATELY], (True, True, SINCE)),
    ],
)
def test_an_agency_stands_as_was_decided_last(
    decisions: list[tuple[bool, str | None] | None], stands: tuple[bool, bool, str | None]
) -> None:
    standing, refused = after(*decisions)
    assert standing is not None
    assert (standing.suspended, standing.set_aside, standing.since) == stands
    assert refused == []
    assert standing.version == len(decisions)


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        ([None], "not-suspended"),
        ([PLAIN, None, None], "not-suspended"),
        ([PLAIN, PLAIN], "already-suspended"),
        ([ALL, PLAIN], "already-suspended"),
        ([LATELY, LATELY], "already-suspended"),
    ],
)
def test_what_stands_already_is_refused(decisions: list[tuple[bool, str | None] | None], code: str) -> None:
    assert after(*decisions)[1] == [code]
