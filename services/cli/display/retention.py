"""What is due by the rules of retention, for people: how many by each rule and its law, then the children."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console

from services.cli.display.entry import left_out
from services.cli.output import count_of, table, text

Fields = Mapping[str, Any]

_ACTS = ("ask", "archive", "destroy")
_STYLES = {"ask": "cyan", "archive": "yellow", "destroy": "red"}


def display_due(to: Console, found: Fields) -> None:
    """What is due on one day."""
    where = f" in {found['authority']}" if found["authority"] else ""
    if notice := left_out(found):
        to.print(notice)
    if "total" in found:
        rows = ((rule["rule"], *(rule["due"].get(act, 0) for act in _ACTS), rule["law"]) for rule in found["rules"])
        to.print(table(("rule", *_ACTS, "law"), rows, f"Due by {found['on']}{where}"))
    if found["children"]:
        to.print(table(("due", "archive on", "destroy on", "by", "child"), _rows(found["children"])))
    number = found.get("total", found["count"])
    to.print(f"{count_of(number, 'entry')} due by {found['on']}{where}. Nothing was done.")
    if found["more"]:
        to.print("There are more: leave out --limit")


def _rows(children: Iterable[Fields]) -> Iterator[tuple[object, ...]]:
    for child in children:
        yield (
            text(f"{child['act']}, but held" if child["held"] else child["act"], _STYLES[child["act"]]),
            child["archive_on"] or "–",
            child["destroy_on"] or "–",
            ", ".join(f"{each['rule']} since {each['since']}" for each in child["rules"]),
            text(child["child"], "cyan"),
        )
