"""The contacts that practitioners have to make, and the hours that finding each other in the directory may save."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

Z = 1.96
"""Standard deviations on either side within which 95 % of a normal distribution lie."""


@dataclass(frozen=True, slots=True)
class Range:
    """An uncertain figure: its estimate, and its bounds."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ContactsModel:
    """How many contacts a practitioner has to make in a year, and how many hours it takes to find out whom to ask."""

    contacts_a_year: Range
    hours_each: Range

    def document(self) -> dict[str, dict[str, float]]:
        """The model as it is printed beside its results."""
        return {name: _as_document(getattr(self, name)) for name in ("contacts_a_year", "hours_each")}


def _as_document(figure: Range) -> dict[str, float]:
    return {"estimate": figure.estimate, "low": figure.low, "high": figure.high}


def hours_saved(model: ContactsModel, share: float | None, children: int) -> dict[str, Any]:
    """Hours a year that a practitioner may be saved, where a share of contacts is with somebody who can be found.

    From `low` to `high` are the least and the most within all ranges of the model and within the 95 % interval of the
    share. That counts the children with contacts: contacts of one child are not independent of each other.
    """
    hours = {"estimate": None, "low": None, "high": None, "per": "practitioner a year", "model": model.document()}
    if share is None:
        return hours
    low, high = wilson(share, children)
    contacts, each = model.contacts_a_year, model.hours_each
    return hours | {
        "estimate": round(contacts.estimate * each.estimate * share, 1),
        "low": round(contacts.low * each.low * low, 1),
        "high": round(contacts.high * each.high * high, 1),
    }


def wilson(share: float, observed: int) -> tuple[float, float]:
    """The 95 % interval of a share among so many that were observed (Wilson, 1927)."""
    shrunk = 1 + Z * Z / observed
    middle = (share + Z * Z / (2 * observed)) / shrunk
    around = Z / shrunk * sqrt(share * (1 - share) / observed + Z * Z / (4 * observed * observed))
    return max(0.0, middle - around), min(1.0, middle + around)
