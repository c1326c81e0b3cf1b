"""A child's identity by its records: the same precedence as in the entry, without composing one."""

import pytest

from domain.child.belief import BelievedIdentity, ReportedIdentity, believed_identity


def reported(stream: str, time: str, gender: str | None = None, *, deregistered: bool = False) -> ReportedIdentity:
    """A record whose name is its stream id and whose date of birth is known."""
    return ReportedIdentity(stream, time, deregistered, (stream, "Orrell"), "2003-05-17", False, gender)


@pytest.mark.parametrize(
    ("records", "first"),
    [
        ([reported("a", "2008-01-01"), reported("b", "2007-01-01")], "a"),
        ([reported("a", "2007-01-01"), reported("b", "2008-01-01")], "b"),
        ([reported("a", "2008-01-01", deregistered=True), reported("b", "2007-01-01")], "b"),
        ([reported("a", "2008-01-01"), reported("b", "2008-01-01")], "b"),
        ([reported("c", "2006-01-01"), reported("a", "2008-01-01"), reported("b", "2007-01-01")], "a"),
    ],
    ids=["latest first", "latest last", "still registered", "same time", "of three"],
)
def test_the_name_is_that_of_the_record_with_precedence(records: list[ReportedIdentity], first: str) -> None:
    assert believed_identity(records).name == (first, "Orrell")
    assert believed_identity(reversed(records)) == believed_identity(records)


def test_the_gender_is_the_first_that_is_reported() -> None:
    silent, late, early = reported("a", "2009"), reported("b", "2008", "female"), reported("c", "2007", "male")
    assert believed_identity([early, silent, late]).gender == "female"
    assert believed_identity([silent]).gender is None


def test_without_records_nothing_is_believed() -> None:
    assert believed_identity([]) == BelievedIdentity(None, None, False, None)
