"""The children that a steward's decision is about, once the look at them is recorded."""

from collections.abc import Mapping
from uuid import UUID

from projections.directory import query as directory
from projections.visibility.scope import Scope
from projections.visibility.shields import custodians, shieldings
from projections.visibility.survivors import survivor
from services.api.access_control.looks import Viewer
from services.api.numbers import NUMBER
from services.api.problems import absent


def current_or_removed_child(who: Viewer, child: str) -> tuple[str, str]:
    """As `current_children`, of one child.

    For who works for the whole directory also of one of which no record counts any more: nothing else shows it, and
    where it lived is not shown.
    """
    if who.entitlement.authority is None and (number := _removed(who, child.lower())) is not None:
        return who.record({"child": number}, [number]), number
    look, (number,) = current_children(who, {"child": child})
    return look, number


def _removed(who: Viewer, child: str) -> str | None:
    """The child that a number means, where all its records are gone."""
    if not NUMBER.fullmatch(child):
        return None
    with who.reading_of_all() as cursor:
        number = survivor(cursor, child, cleared=who.cleared)
        Scope(who.cleared).execute(cursor, "select bool_and(removed) from known_link where child = %s::uuid", (number,))
        return number if cursor.fetchone() == (True,) else None


def current_children(who: Viewer, command: Mapping[str, str]) -> tuple[str, list[str]]:
    """The id of the recorded look, and the children that the numbers mean now.

    Raises Problem 404 where one is not there, or is shielded and the user not its custodian; 403 where neither
    is of the user's authority. A shielded child is there for its custodian although no record of it counts any more:
    somebody may be held back for being like it.
    """
    numbers = [str(UUID(text)) if NUMBER.fullmatch(text.lower()) else None for text in command.values()]
    with who.reading_of_all() as cursor:
        means = [survivor(cursor, number, cleared=who.cleared) for number in numbers if number]
        redacted = directory.redacted_entries(
            cursor, who.dependencies.keys, means, who.today, cleared=who.cleared, opened=means
        )
        in_custody = custodians(cursor, means)
        found = {each.child for each in redacted if each.entry}
        found |= {child for child, each in shieldings(cursor, means).items() if not each.is_suspected}
        kept = [each for each in found if each not in in_custody or who.keeps(in_custody[each])]
        listed = who.shown(cursor, kept)
        refused = who.refusal_about(cursor, sorted(listed))
    look = who.record(
        dict(zip(command, numbers, strict=True)),
        [] if refused else sorted(listed),
        redacted=[each for each in redacted if each.child in listed],
    )
    if None in numbers or not listed.issuperset(means):
        raise absent()
    if refused:
        raise refused
    return look, means
