"""What of a record is compared, and under which keys records that might be one child meet."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from domain.identity.normalise import normalise_name, normalise_postcode


class Features(NamedTuple):
    """The comparable part of a record's particulars, normalised; None or empty where the agency does not say."""

    given_name: str
    family_name: str
    date_of_birth: str | None
    gender: str
    nhs_number: str | None
    upn: str | None
    postcode: str | None
    carers: frozenset[str]

    @property
    def name_key(self) -> str | None:
        """One text of name, date of birth and gender, or None where one of them is not known."""
        if self.date_of_birth is None:
            return None
        return f"{self.given_name}|{self.family_name}|{self.date_of_birth}|{self.gender}"


def features_of(particulars: Mapping[str, Any]) -> Features:
    """The features of a record from its particulars (the `data` of `child.registered`, contract §1)."""
    address = particulars.get("address") or {}
    postcode = address.get("postcode")
    return Features(
        given_name=normalise_name(particulars["given_name"]),
        family_name=normalise_name(particulars["family_name"]),
        date_of_birth=particulars.get("date_of_birth"),
        gender=particulars.get("gender") or "unknown",
        nhs_number=_telling(particulars.get("nhs_number")),
        upn=particulars.get("upn"),
        postcode=normalise_postcode(postcode) if postcode else None,
        carers=frozenset(
            normalise_name(carer["name"]) for carer in particulars.get("carers") or () if carer.get("name")
        ),
    )


def _telling(number: str | None) -> str | None:
    """An NHS number that tells somebody apart; ten equal digits pass the check, and stand for not knowing."""
    return None if number is None or len(set(number)) == 1 else number
