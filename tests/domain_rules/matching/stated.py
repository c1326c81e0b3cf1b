"""A comparer that gives the evidence that a test states, so that each rule over evidence stands alone."""

from collections.abc import Mapping

from domain.matching import Comparer, Evidence, Features
from domain.matching.evidence import FIELDS
from services.registrar.matcher_settings import load_settings


def evidence(probability: float, *, bits: float = 10.0, contradicts: bool = False, same: str | None = None) -> Evidence:
    """Evidence of this strength, with agreement in one field at most."""
    levels = tuple("same" if field == same else "absent" for field in FIELDS)
    return Evidence(probability, bits, contradicts, levels)


UNLIKE = evidence(0.0)


class Stated(Comparer):
    """Gives the evidence that is stated for two records; all others are strangers."""

    def __init__(self, stated: Mapping[str, Evidence], outvote: float = 0.0, agreeing: float = 0.0) -> None:
        settings = load_settings()
        thresholds = settings.thresholds.model_copy(update={"outvote": outvote, "agreeing": agreeing})
        super().__init__(settings.model_copy(update={"thresholds": thresholds}))
        self._stated = {frozenset(pair.split("-")): found for pair, found in stated.items()}

    def compare(self, one: Features, other: Features) -> Evidence:
        return self._stated.get(frozenset((one.source, other.source)), UNLIKE)
