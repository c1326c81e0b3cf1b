"""What a row of a dry run is, before it is asked what would become of it: a document, or what is wrong with it."""

from typing import Any

import orjson

from services.submission_contract.reading import Invalid, read


def document_of(value: bytes) -> dict[str, Any] | Invalid:
    """The object in a row, or what is wrong with it."""
    try:
        document = orjson.loads(value)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    found = read(value)
    assert isinstance(found, Invalid)
    return found


def outcome_of_invalid(found: Invalid) -> dict[str, Any]:
    """What the API would answer of a row that holds no object."""
    return {"submission": None, "outcome": "invalid", "reasons": list(found.reasons), "would": None, "children": []}
