"""The table of Postgres's rights in the operations manual says what streams/store/rights.py grants, and no more."""

import re
from pathlib import Path

from streams.store.rights import RIGHTS, role_name

MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"


def documented() -> dict[str, dict[str, str]]:
    """By role, the rights on each table."""
    rights: dict[str, dict[str, str]] = {}
    for role, cell in re.findall(r"^\| `(contactpoint_[a-z]+)` \| (`.*) \|$", MANUAL.read_text(encoding="utf-8"), re.M):
        parts = [part.split(" on ") for part in cell.split("; ")]
        rights[role] = {table: given.strip("`") for given, tables in parts for table in re.findall(r"`(\S+)`", tables)}
    return rights


def test_the_table_of_postgres_rights_is_what_is_granted() -> None:
    assert documented() == {role_name(role): dict(tables) for role, tables in RIGHTS.items()}
