"""The entry of a shielded child: its identity, and nothing about where or with whom it lives."""

from collections.abc import Mapping
from typing import Any

REMAINS = ("child", "name", "date_of_birth", "date_of_birth_estimated", "gender")


def without_whereabouts(entry: Mapping[str, Any], position: int, as_of: str) -> dict[str, Any]:
    """The entry in its usual shape with the identity alone; former names and numbers would lead to other registers.

    `position` and `as_of` are those of the shield: later ones would reveal that the child had contact since.
    """
    return {
        **{name: entry[name] for name in REMAINS},
        "other_names": [],
        "identifiers": {"nhs_number": [], "upn": []},
        "addresses": [],
        "carers": [],
        "involvements": [],
        "flags": [],
        "records": [],
        "education": None,
        "shielded": True,
        "position": position,
        "as_of": as_of,
    }
