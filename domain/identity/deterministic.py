"""The deterministic matcher: equal numbers, or equal name, date of birth and gender and one more field that agrees."""

from collections.abc import Callable, Sequence

from domain.identity.decision import Candidate, Decision
from domain.identity.features import Features

Comparison = Callable[[Features, Features], bool]


def _dates_contradict(one: Features, other: Features) -> bool:
    return (
        one.date_of_birth is not None and other.date_of_birth is not None and one.date_of_birth != other.date_of_birth
    )


def _same_nhs_number(one: Features, other: Features) -> bool:
    return one.nhs_number is not None and one.nhs_number == other.nhs_number and not _dates_contradict(one, other)


def _same_upn(one: Features, other: Features) -> bool:
    return one.upn is not None and one.upn == other.upn and not _dates_contradict(one, other)


def _same_name_and_postcode(one: Features, other: Features) -> bool:
    return one.name_key is not None and one.name_key == other.name_key and _agree(one.postcode, other.postcode)


def _same_name_and_carer(one: Features, other: Features) -> bool:
    return one.name_key is not None and one.name_key == other.name_key and bool(one.carers & other.carers)


RULES: tuple[tuple[str, Comparison], ...] = (
    ("nhs-number", _same_nhs_number),
    ("upn", _same_upn),
    ("name-and-postcode", _same_name_and_postcode),
    ("name-and-carer", _same_name_and_carer),
)
"""The rules by name, strongest first: two records are one child when any of them holds."""


class DeterministicMatcher:
    """Links to the child of the first candidate, by the strongest rule that holds.

    Different NHS numbers or UPNs keep nobody apart: a child registered twice has two of each, and must be seen once.
    """

    version = "deterministic/1"

    def decide(self, features: Features, candidates: Sequence[Candidate]) -> Decision:
        """See Matcher.decide; among equals the child whose id sorts first, whatever the order of the candidates."""
        ordered = sorted(candidates, key=lambda candidate: (candidate.child, candidate.record))
        for rule, holds in RULES:
            for candidate in ordered:
                if holds(features, candidate.features):
                    return Decision(candidate.child, rule, self.version, 1.0, _explain(features, candidate.features))
        return Decision(None, "first-record", self.version, 0.0, {})


def _agree(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def _compare(one: str | None, other: str | None) -> str:
    return "absent" if one is None or other is None else "agrees" if one == other else "differs"


def _explain(one: Features, other: Features) -> dict[str, str]:
    carers = "absent" if not one.carers or not other.carers else "agrees" if one.carers & other.carers else "differs"
    return {
        "given_name": _compare(one.given_name, other.given_name),
        "family_name": _compare(one.family_name, other.family_name),
        "date_of_birth": _compare(one.date_of_birth, other.date_of_birth),
        "gender": _compare(one.gender, other.gender),
        "nhs_number": _compare(one.nhs_number, other.nhs_number),
        "upn": _compare(one.upn, other.upn),
        "postcode": _compare(one.postcode, other.postcode),
        "carers": carers,
    }
