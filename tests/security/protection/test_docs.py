"""The page on protection shows the table of rights and the reasons as they are."""

from domain.authorization import REASONS, RIGHTS, Action, Jurisdiction, Role
from tests.support.tree import ROOT

PAGE = ROOT / "docs/protection.md"
_NAMES = {Jurisdiction.OWN: "own", Jurisdiction.OTHER: "other", Jurisdiction.NONE: "none"}


def rights_table() -> str:
    """The table of rights as the page has it: what each role gets from an action, and where."""
    lines = [f"| | {' | '.join(Role)} |", "|---" * (1 + len(Role)) + "|"]
    lines += [f"| {action} | {' | '.join(_cell(role, action) for role in Role)} |" for action in Action]
    return "\n".join(lines)


def _cell(role: Role, action: Action) -> str:
    rows = {cell.jurisdiction: row for cell, row in RIGHTS.items() if (cell.role, cell.action) == (role, action)}
    if not rows:
        return ""
    (row,) = set(rows.values())
    places = "anywhere" if len(rows) == len(Jurisdiction) else ", ".join(_NAMES[place] for place in rows)
    return f"{places}: {row.cleared} / {row.otherwise}"


def reasons_table() -> str:
    """The reasons as the page has them."""
    rows = [f"| `{each.code}` | {each.title} | {'yes' if each.needs_text else ''} |" for each in REASONS.values()]
    return "\n".join(["| code | reason | needs text |", "|---|---|---|", *rows])


def test_the_page_shows_the_table_of_rights() -> None:
    assert rights_table() in PAGE.read_text(encoding="utf-8")


def test_the_page_shows_the_reasons() -> None:
    assert reasons_table() in PAGE.read_text(encoding="utf-8")
