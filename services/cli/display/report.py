"""A report for people: its warnings first, then the list, then what is counted beside it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console

from services.cli.output import table, text

Fields = Mapping[str, Any]

_SHOWN = frozenset({"child", "name", "date_of_birth", "authority", "since", "known_to", "status"})
_AGENCY = "urn:agency:"


def display_report(to: Console, found: Fields) -> None:
    """The report of one day."""
    for warning in found["warnings"]:
        to.print(text(f"! {warning['message']}", "yellow"))
    where = f" in {found['authority']}" if found["authority"] else ""
    if known_at := found.get("as_of"):
        where += f", as known at {known_at}"
    if found["children"]:
        title = f"{found['report']} on {found['on']}{where}"
        to.print(table(("name", "born", "since", "why", "known to", "child"), _rows(found["children"]), title))
    to.print(f"{found['count']:,} on the list of {found['on']}{where}" + _counted(found["statuses"]))
    if found["undecided"]:
        title = "May be one with a child who is not on the list; decide with `contactpoint duplicates`"
        to.print(table(("name", "born", "since", "why", "known to", "child"), _rows(found["undecided"]), title))
    if found["more"]:
        to.print("There are more: leave out --limit")
    if found["withheld"]:
        to.print(text(f"{found['withheld']:,} withheld: see the warning above", "yellow"))
    if found.get("education"):
        to.print("Of school age" + _counted(found["education"]))
    if found.get("follow_up") and found["children"]:
        to.print("Followed up" + _counted(found["follow_up"]))


def _rows(children: Iterable[Fields]) -> Iterator[tuple[object, ...]]:
    for child in children:
        name = child["name"]
        yield (
            text(f"{name['given_name'] or '–'} {name['family_name'] or ''}", "bold"),
            child["date_of_birth"] or "unknown",
            child["since"],
            "; ".join(_why(child)),
            ", ".join(source.removeprefix(_AGENCY) for source in child["known_to"]),
            text(child["child"], "cyan"),
        )


def _why(child: Fields) -> Iterator[str]:
    yield child["status"]
    follow_up = child.get("follow_up")
    if follow_up:
        yield f"enquiry {follow_up['status']} since {follow_up['since']}"
    for name, value in child.items():
        if name not in _SHOWN and name != "follow_up" and value:
            yield f"{name.replace('_', ' ')} {_words(value)}"


def _words(value: object) -> str:
    """A detail in one line."""
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, dict):
        return " ".join(str(part).removeprefix(_AGENCY) for part in value.values())
    return str(value)


def _counted(counts: Mapping[str, int]) -> str:
    summary = ", ".join(f"{number:,} {status}" for status, number in counts.items() if number)
    return f": {summary}" if summary else ""
