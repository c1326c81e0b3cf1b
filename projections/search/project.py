"""Register events → what a record can be found by."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.identity.normalise import normalise_name, normalise_postcode
from projections.projection import PublishedEvent, Put, Row, Table

SEARCH = Table(
    "search",
    (
        "stream",
        "family",
        "given",
        "aliases",
        "date_of_birth",
        "gender",
        "postcode",
        "nhs_number",
        "upn",
        "position",
    ),
    keys=1,
)

NAMING = frozenset({"RecordRegistered.v1", "RecordAmended.v1"})
REMOVING = frozenset({"RecordRemoved.v1"})


class Search:
    """One row a record; without content once the record is removed or its key destroyed."""

    name = "search"
    tables = (SEARCH,)
    opens = NAMING

    def project(self, event: PublishedEvent) -> Sequence[Put]:
        """The record's row, from the whole of what the agency now holds."""
        if event.type in NAMING:
            return (Put(SEARCH, _row(event), event.version == 1),)
        if event.type in REMOVING:
            return (Put(SEARCH, _nothing(event), False),)
        return ()


def _row(event: PublishedEvent) -> Row:
    try:
        personal = event.personal
    except KeyError:
        return _nothing(event)
    particulars = personal["particulars"]
    postcode = (particulars.get("address") or {}).get("postcode")
    return (
        event.stream,
        normalise_name(particulars["family_name"]),
        normalise_name(particulars["given_name"]),
        aliases(particulars.get("other_names") or ()),
        particulars.get("date_of_birth"),
        particulars.get("gender"),
        normalise_postcode(postcode) if postcode else None,
        particulars.get("nhs_number"),
        particulars.get("upn"),
        event.position,
    )


def _nothing(event: PublishedEvent) -> Row:
    return (event.stream, *[None] * (len(SEARCH.columns) - 2), event.position)


def aliases(other_names: Iterable[Mapping[str, Any]]) -> list[str] | None:
    """Each other name as `given|family`, `given|` and `|family`, normalised; None where there is none."""
    found: list[str] = []
    for name in other_names:
        given, family = normalise_name(name.get("given_name") or ""), normalise_name(name.get("family_name") or "")
        found += (alias(given, family), alias(given, ""), alias("", family))
    return sorted(set(found)) or None


def alias(given: str, family: str) -> str:
    """An alias as it stands in the view."""
    return f"{given}|{family}"
