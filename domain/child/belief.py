"""Which of a child's records is believed, and who the child is by them, where nothing else is asked."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.birth import believed_birth


class Believable(NamedTuple):
    """What a record says of who a child is; None where it does not tell."""

    stream: str
    time: str
    deregistered: bool
    name: tuple[str, str] | None
    date_of_birth: str | None
    estimated: bool
    gender: str | None


class Believed(NamedTuple):
    """Who a child is, by its records."""

    name: tuple[str, str] | None
    date_of_birth: str | None
    estimated: bool
    gender: str | None


def believed_before(deregistered: bool, time: str, stream: str) -> tuple[bool, str, str]:
    """Which record is believed first: one still registered, then the one whose particulars became true last."""
    return (not deregistered, time, stream)


def believed(records: Iterable[Believable]) -> Believed:
    """What an entry composed of these records says, without composing it."""
    ranked = sorted(records, key=lambda each: believed_before(each.deregistered, each.time, each.stream), reverse=True)
    born, estimated = believed_birth((each.date_of_birth, each.estimated) for each in ranked)
    name = ranked[0].name if ranked else None
    return Believed(name, born, estimated, next((each.gender for each in ranked if each.gender is not None), None))
