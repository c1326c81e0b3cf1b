"""What of the entry of a shielded child remains: who the child is, and nothing of where or with whom."""

from collections.abc import Mapping
from typing import Any

REMAINS = ("child", "name", "date_of_birth", "date_of_birth_estimated", "gender")


def without_whereabouts(entry: Mapping[str, Any], position: int, as_of: str) -> dict[str, Any]:
    """The entry in its usual shape with all else left out, former names and numbers too: they lead to other registers.

    `position` and `as_of` are those of the shield: any later would tell that somebody has met the child since.
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
