"""What a user could have been shown of a child, for people."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from services.cli.display.entry import display_entry
from services.cli.output import table, text


def display_past_access(to: Console, found: Mapping[str, Any]) -> None:
    """The rights of then, the entry, and the looks."""
    held = found["entitlement"]
    to.print(f"{found['user']} at {found['on']}: " + (held["role"] if held else "no right was granted"))
    to.print(", ".join(f"{action}: {effect}" for action, effect in found["may"].items()))
    if found["why"]:
        to.print(text(found["why"], "yellow"))
    if not found["known"]:
        to.print("Nothing of this child could have been shown.")
    elif found["hidden_now"]:
        hidden = "without its whereabouts" if found["shielded"] else "whole"
        to.print(f"The entry could have been shown {hidden}; the child is hidden now, so it is not repeated.")
    elif found["entry"]:
        display_entry(to, found["entry"])
    columns = ("time", "action", "role", "effect", "reason_code")
    if found["looks"]:
        rows = [tuple(str(look[name] or "") for name in columns) for look in found["looks"]]
        to.print(table(columns, rows, "Looks up to then"))
    else:
        to.print("This user had not looked at the child by then.")
