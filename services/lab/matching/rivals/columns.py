"""The records of a corpus as the columns that other tools compare: its latest values, a text a field."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.lab.matching.corpus import Corpus

Columns = dict[str, str | None]
"""A record's fields by name, `unique_id` among them; None for what it does not report."""

FIELDS = (
    "given_name", "family_name", "date_of_birth", "gender", "line_1", "line_2", "rest", "postcode", "carer", "phone",
    "nhs_number", "upn",
)  # fmt: skip


def columns(corpus: Corpus) -> list[Columns]:
    """A row for each record, in order of arrival; a name or gender that means unknown is None."""
    latest: dict[str, dict[str, Any]] = {}
    for each in corpus.reported:
        latest.setdefault(each.record, {}).update(each.particulars)
    return [{"unique_id": record, **_row(stated)} for record, stated in latest.items()]


def _row(stated: Mapping[str, Any]) -> Columns:
    address = stated.get("address") or {}
    lines: Sequence[str] = address.get("lines") or ()
    carer: Mapping[str, Any] = next(iter(stated.get("carers") or ()), {})
    values = {
        **{name: stated.get(name) for name in ("given_name", "family_name", "date_of_birth", "gender")},
        **{name: stated.get(name) for name in ("nhs_number", "upn")},
        **dict(zip(("line_1", "line_2"), lines, strict=False)),
        "rest": " ".join(lines[2:]),
        "postcode": address.get("postcode"),
        "carer": carer.get("name"),
        "phone": carer.get("phone"),
    }
    return {name: _known(values.get(name)) for name in FIELDS}


def _known(value: object) -> str | None:
    text = str(value or "").strip().lower()
    return None if text in ("", "unknown") else text
