"""The seam between the registrar and a matcher: candidates go in, one explained decision comes out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from domain.identity.features import Features


class Candidate(NamedTuple):
    """A record that shares a blocking key: its stream id, the child it is linked to, and its features."""

    record: str
    child: str
    features: Features


class Decision(NamedTuple):
    """Which child a record belongs to (None: a child of its own), by which rule, and why field by field.

    `score` is from 0 to 1; `explanation` says of each compared field whether it agrees, differs or is absent.
    """

    child: str | None
    rule: str
    matcher: str
    score: float
    explanation: Mapping[str, str]


class Matcher(Protocol):
    """Decides for one record; pure, so that every decision can be replayed."""

    def decide(self, features: Features, candidates: Sequence[Candidate]) -> Decision:
        """The decision for a record with these features, given every record that shares a blocking key with it."""
        ...
