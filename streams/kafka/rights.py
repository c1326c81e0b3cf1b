"""Who may do what in Kafka, as data. A principal that is not named here may do nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from streams.kafka.topics import (
    ACCESS_EVENTS,
    CHECKPOINTS,
    DEAD_LETTERS,
    NOTICES,
    PROJECTOR_GROUP,
    RECEIPTS,
    REGISTER_EVENTS,
    SUBMISSIONS,
    notices_topic,
    receipt_topic,
    submissions_topic,
)

Operation = Literal["READ", "WRITE", "CREATE", "DESCRIBE", "DESCRIBE_CONFIGS"]
"""Kafka's own names; READ and WRITE include DESCRIBE."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One right of one user: on the topic or group of that name or, with `prefixed`, on all that begin with it."""

    user: str
    operation: Operation
    name: str
    prefixed: bool = False
    of: Literal["TOPIC", "GROUP"] = "TOPIC"


def agency_user(code: str) -> str:
    """The Kafka user of an agency; the prefix keeps codes apart from the directory's own users."""
    return f"agency-{code}"


def service_user(role: str) -> str:
    """The Kafka user of a role of the directory."""
    return f"contactpoint-{role}"


def agency_grants(code: str) -> list[Grant]:
    """All rights of an agency: write its submissions, read its receipts, in consumer groups that begin with `CODE.`.

    A code has no dot, so no agency's groups begin with another's.
    """
    user = agency_user(code)
    return [
        Grant(user, "WRITE", submissions_topic(code)),
        Grant(user, "READ", receipt_topic(code)),
        Grant(user, "READ", f"{code}.", prefixed=True, of="GROUP"),
    ]


def notice_grants(authorities: Mapping[str, str]) -> list[Grant]:
    """Lets each of the local authorities (ONS codes by agency code) read its notices."""
    return [Grant(agency_user(code), "READ", notices_topic(ons)) for code, ons in authorities.items()]


def service_grants() -> list[Grant]:
    """All rights of the roles.

    None of them grants rights, and only the relay creates topics, those of notices, because their authorities are not
    known beforehand. `run init` and `agencies add` grant and create everything else.
    """
    return [
        *_may("registrar", "READ", [], [SUBMISSIONS]),
        *_may("relay", "WRITE", _LOGS, [RECEIPTS, NOTICES]),
        *_may("relay", "READ", _LOGS, [RECEIPTS, NOTICES]),  # their ends and last records
        *_may("relay", "CREATE", [], [NOTICES]),
        *_may("relay", "DESCRIBE", [], [SUBMISSIONS]),
        # The relay warns of a wrong retention when it starts.
        *_may("relay", "DESCRIBE_CONFIGS", _LOGS, [RECEIPTS, NOTICES, SUBMISSIONS]),
        *_may("projector", "READ", [REGISTER_EVENTS, ACCESS_EVENTS], [RECEIPTS]),
        Grant(service_user("projector"), "READ", PROJECTOR_GROUP, prefixed=True, of="GROUP"),
        *_may("api", "WRITE", [], [SUBMISSIONS]),
        *_may("api", "READ", [DEAD_LETTERS], []),
        *(grant for role in ("registrar", "projector") for grant in _may(role, "DESCRIBE", [DEAD_LETTERS], [])),
    ]


_LOGS = (REGISTER_EVENTS, ACCESS_EVENTS, DEAD_LETTERS, CHECKPOINTS)


def _may(role: str, operation: Operation, topics: Iterable[str], prefixes: Iterable[str]) -> list[Grant]:
    user = service_user(role)
    return [
        *(Grant(user, operation, topic) for topic in topics),
        *(Grant(user, operation, prefix, prefixed=True) for prefix in prefixes),
    ]
