"""What the soak's agencies say of a child, step by step, and what its entry shows after each step."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.support.steward import somebody

AGENCIES = ("soak-kafka", "soak-http")
"""One sends to Kafka, the other over HTTP; none of their children is the other's."""
_ORGANISATION = {"organisation": {"name": "Example", "code": "Y99999"}, "started_on": "2008-01-07"}
_CONTACT = {"name": "Dara Quill", "role": "contact", "phone": "01632 960003"}


class Subject(NamedTuple):
    """A child as one agency knows it."""

    agency: str
    key: str

    @property
    def source(self) -> str:
        return f"urn:agency:{self.agency}"

    @property
    def particulars(self) -> dict[str, str]:
        """Like nobody else's."""
        return somebody(self.key)


class Picture(NamedTuple):
    """What of an entry follows from the steps: which services are at work, and how many flags are raised."""

    services: frozenset[str]
    flags: int


PICTURES = (
    Picture(frozenset(), 0),
    Picture(frozenset({"gp"}), 0),
    Picture(frozenset({"gp", "education"}), 0),
    Picture(frozenset({"gp"}), 0),
    Picture(frozenset({"gp"}), 1),
)
"""After each step; before the first there is no entry."""
STEPS = len(PICTURES)


def submission(subject: Subject, step: int) -> dict[str, Any]:
    """What is said of the child at a step, counted from 0 on; each is only accepted behind the one before."""
    kind, data = _steps(subject)[step]
    return {
        "specversion": "1.0",
        "id": f"{subject.key}-{step}",
        "source": subject.source,
        "type": kind,
        "subject": subject.key,
        "time": f"2008-03-0{step + 1}T09:00:00Z",
        "data": data,
    }


def _steps(subject: Subject) -> list[tuple[str, dict[str, Any]]]:
    gp, school = f"{subject.key}/gp", f"{subject.key}/education"
    return [
        ("child.registered", {**subject.particulars, "gender": "female"}),
        ("involvement.started", {"involvement": gp, "service": "gp", **_ORGANISATION}),
        ("involvement.started", {"involvement": school, "service": "education", **_ORGANISATION}),
        ("involvement.ended", {"involvement": school, "ended_on": "2008-02-08"}),
        ("flag.raised", {"flag": "common-assessment", "raised_on": "2008-02-11", "contact": _CONTACT}),
    ]


def picture(entry: Mapping[str, Any]) -> Picture:
    """What an entry shows."""
    at_work = [each["service"] for each in entry["involvements"] if each["ended_on"] is None]
    return Picture(frozenset(at_work), len(entry["flags"]))
