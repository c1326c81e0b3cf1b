"""Which of a child's records takes precedence, and the child's identity by them, without composing an entry."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.birth import believed_birth


class ReportedIdentity(NamedTuple):
    """What a record reports of a child's identity; None where it reports nothing."""

    stream: str
    time: str
    deregistered: bool
    name: tuple[str, str] | None
    date_of_birth: str | None
    estimated: bool
    gender: str | None


class BelievedIdentity(NamedTuple):
    """A child's identity, from its records."""

    name: tuple[str, str] | None
    date_of_birth: str | None
    estimated: bool
    gender: str | None


def precedence(deregistered: bool, time: str, stream: str) -> tuple[bool, str, str]:
    """A sort key, the greatest takes precedence: still registered, then the latest particulars."""
    return (not deregistered, time, stream)


def believed_identity(records: Iterable[ReportedIdentity]) -> BelievedIdentity:
    """The identity in an entry composed of these records."""
    ranked = sorted(records, key=lambda each: precedence(each.deregistered, each.time, each.stream), reverse=True)
    born, estimated = believed_birth((each.date_of_birth, each.estimated) for each in ranked)
    name = ranked[0].name if ranked else None
    gender = next((each.gender for each in ranked if each.gender is not None), None)
    return BelievedIdentity(name, born, estimated, gender)
