"""The table of rights for a page: what each role may do, where, and how much of it without the clearance."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.authorization import RIGHTS, Action, Jurisdiction, Role
from domain.authorization.rights import Row


class ShownRight(NamedTuple):
    """What a role may do: where (`anywhere`, or the jurisdictions), with and without the clearance."""

    where: str
    cleared: str
    otherwise: str


def rights_shown() -> Mapping[str, Mapping[str, ShownRight]]:
    """By action, in the order of the table, what each role may; a role that may not is not in it."""
    found: dict[str, dict[str, ShownRight]] = {}
    for action in Action:
        by_role = {role.value: right for role in Role if (right := _right(role, action))}
        found[action.value] = by_role
    return found


def actions_of(role: str) -> frozenset[str]:
    """What somebody of a role may do somewhere; nothing for what is no role."""
    return frozenset(cell.action.value for cell in RIGHTS if cell.role.value == role)


def _right(role: Role, action: Action) -> ShownRight | None:
    rows: dict[Jurisdiction, Row] = {
        cell.jurisdiction: row for cell, row in RIGHTS.items() if (cell.role, cell.action) == (role, action)
    }
    if not rows:
        return None
    (effects,) = set(rows.values())
    return ShownRight(_where(list(rows)), effects.cleared.value, effects.otherwise.value)


def _where(places: Sequence[Jurisdiction]) -> str:
    return "anywhere" if len(places) == len(Jurisdiction) else " ".join(sorted(place.value for place in places))
