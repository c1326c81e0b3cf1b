"""What is due by the rules of retention, for people: how many by each rule and its law, then the children."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console

from services.cli.display.entry import left_out
from services.cli.output import count_of, table, text

Fields = Mapping[str, Any]

_ACTS = ("ask", "archive", "destroy")
_STYLES = {"ask": "cyan", "archive": "yellow", "destroy": "red", "return": "green"}
_DUE, _DONE = ("archive", "return", "destroy"), ("archived", "returned", "proposed", "destroyed")
_WHY_LEFT_OUT = {
    "held": "stopped by a legal hold",
    "ask": "to be asked first whether they want to be kept on",
    "elsewhere": "another authority's, or said to be",
    "undone": "held by a suspended agency, proposed by yourself, or decided otherwise meanwhile",
}


def display_due(to: Console, found: Fields) -> None:
    """What is due on one day."""
    where = f" in {found['authority']}" if found["authority"] else ""
    if notice := left_out(found):
        to.print(notice)
    if "total" in found:
        rows = ((rule["rule"], *(rule["due"].get(act, 0) for act in _ACTS), rule["law"]) for rule in found["rules"])
        to.print(table(("rule", *_ACTS, "law"), rows, f"Due by {found['on']}{where}"))
    if found["children"]:
        to.print(table(("due", "archive since", "destroy on", "by", "child"), _rows(found["children"])))
    number = found.get("total", found["count"])
    to.print(f"{count_of(number, 'entry')} due by {found['on']}{where}. Nothing was done.")
    if found["more"]:
        to.print("There are more: leave out --limit")


def display_run(to: Console, found: Fields) -> None:
    """What a run has done, or would do, by each rule."""
    acts = _DUE if found["dry_run"] else _DONE
    rows = ((rule, *(of_rule.get(act, 0) for act in acts)) for rule, of_rule in found["by_rule"].items())
    where = f" in {found['authority']}" if found["authority"] else ""
    to.print(table(("rule", *acts), rows, f"{'Due' if found['dry_run'] else 'Done'} by {found['on']}{where}"))
    done = ", ".join(f"{found['done'].get(act, 0)} {'to ' if found['dry_run'] else ''}{act}" for act in acts)
    to.print(f"{done}.{' Nothing was done.' if found['dry_run'] else ''}")
    for why, number in found["left_out"].items():
        to.print(f"{number} left out: {_WHY_LEFT_OUT[why]}")
    if found["children"]:
        rows = (
            (_day(each["archived_at"]), _day(each["proposed_at"]), each["done"] or "–", text(each["child"], "cyan"))
            for each in found["children"]
        )
        to.print(table(("archived on", "proposed on", "done", "child"), rows))
    if number := found["done"].get("proposed"):
        to.print(f"Another data manager may destroy them within 7 days, with --destroy {number}")
    if found["more"]:
        to.print("There are more: run the same again")


def _day(moment: str | None) -> str:
    """The day of a moment, or a dash."""
    return moment[:10] if moment else "–"


def _rows(children: Iterable[Fields]) -> Iterator[tuple[object, ...]]:
    for child in children:
        yield (
            text(f"{child['act']}, but held" if child["held"] else child["act"], _STYLES[child["act"]]),
            child["archive_on"] or "–",
            child["destroy_on"] or "–",
            ", ".join(f"{each['rule']} since {each['since']}" for each in child["rules"]),
            text(child["child"], "cyan"),
        )
