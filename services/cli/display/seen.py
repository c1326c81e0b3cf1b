"""What a user could have been shown of a child, for people."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from services.cli.display.entry import display_entry
from services.cli.output import table, text


def display_seen(to: Console, seen: Mapping[str, Any]) -> None:
    """The rights of then, the entry, and the looks."""
    held = seen["entitlement"]
    to.print(f"{seen['user']} at {seen['on']}: " + (held["role"] if held else "no right was granted"))
    to.print(", ".join(f"{action}: {effect}" for action, effect in seen["may"].items()))
    if seen["why"]:
        to.print(text(seen["why"], "yellow"))
    if not seen["known"]:
        to.print("Nothing of this child could have been shown.")
    elif seen["hidden_now"]:
        hidden = "without its whereabouts" if seen["shielded"] else "whole"
        to.print(f"The entry could have been shown {hidden}; the child is hidden now, so it is not repeated.")
    elif seen["entry"]:
        display_entry(to, seen["entry"])
    columns = ("time", "action", "role", "effect", "reason_code")
    if seen["looks"]:
        rows = [tuple(str(look[name] or "") for name in columns) for look in seen["looks"]]
        to.print(table(columns, rows, "Looks up to then"))
    else:
        to.print("This user had not looked at the child by then.")
