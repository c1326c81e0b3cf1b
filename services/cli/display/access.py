"""An access report for people, and the looks beside an entry. Children are numbers in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console

from services.cli.display.entry import moment
from services.cli.output import count_of, table, text

Fields = Mapping[str, Any]
MOST_NAMED = 3
"""Children of a finding that are named by their numbers; `--json` has all."""


def display_access(to: Console, found: Fields) -> None:
    """Prints the report: what stands out first, what is only counted last."""
    counts = f"{count_of(found['looks'], 'look')} by {count_of(found['users'], 'user')}"
    to.print(text(f"{counts}, {found['from']} to {found['to']}", "bold"))
    _findings(to, "Children of the user's own family name", found["same_name"])
    _findings(to, "Several children of one address on a day, none known to the organisation", found["same_address"])
    unfollowed = found["unfollowed"]
    within = f"Look-ups that no involvement of the organisation follows within {unfollowed['days']} days"
    _findings(to, within, unfollowed["users"])
    _rows(to, "Overrides", ("user", "organisation", "overrides", "looks"), found["overrides"])
    hours = found["out_of_hours"]
    _rows(to, "Out of hours", ("user", "looks", "out_of_hours", "share"), hours["users"])
    _rows(
        to, "Out of hours, by organisation", ("organisation", "looks", "out_of_hours", "share"), hours["organisations"]
    )
    _rows(to, "Busiest hours out of hours", ("hour", "looks", "users"), hours["peaks"])
    volume = found["unusual_volume"]
    columns = ("user", "organisation", "role", "children", "median", "bound")
    _rows(to, "Far more children than others of the role and organisation", columns, volume["users"])
    _denied(to, found["denied"])
    suspicions = "Agencies with more records like shielded children's than are queued within a day"
    _rows(to, suspicions, ("day", "agency", "queued", "withheld"), found["suspicions"])
    to.print()
    to.print(
        text(
            f"{unfollowed['judged']:,} look-ups judged, {unfollowed['waiting']:,} not yet, {unfollowed['not_judged']:,}"
            f" can't be; {volume['groups_too_small']:,} groups too small to compare; {found['unreadable']:,} looks"
            " unreadable. A finding is a reason to ask somebody, never a proof.",
            "dim",
        )
    )


def display_looks(to: Console, accesses: Sequence[Fields]) -> None:
    """Prints the looks beside an entry."""
    rows = [
        (
            moment(each["when"]),
            each["action"],
            each["role"],
            each["organisation"],
            each["reason_code"],
            each.get("user"),
        )
        for each in accesses
    ]
    to.print()
    to.print(text("Looked at", "bold"))
    to.print(table(("when", "action", "role", "organisation", "reason", "user"), rows))


def display_looks_at(to: Console, looks: Sequence[Fields]) -> None:
    """Prints who looked at a child; what the reader may not know is empty."""
    rows = [(moment(each["time"]), each["user"], each["role"], each["action"], _why(each)) for each in looks]
    to.print(table(("when", "user", "role", "action", "reason"), rows))


def display_looks_by(to: Console, looks: Sequence[Fields]) -> None:
    """Prints at whom a user looked, a line a look."""
    rows = [
        (moment(each["when"]), each["role"], each["action"], each["reason_code"], "\n".join(each["children"]))
        for each in looks
    ]
    to.print(table(("when", "role", "action", "reason", "children"), rows))


def _why(look: Fields) -> str | None:
    reason: str | None = look["reason"] or look["reason_code"]
    return reason


def _denied(to: Console, denied: Fields) -> None:
    rows = [
        {name: each[name] for name in ("user", "organisation", "attempts")}
        | {"on a day": f"{each['busiest_day']:,}" + (" (above the bound)" if each["above"] else "")}
        | {name: _counts(each[name]) for name in ("actions", "causes")}
        for each in denied["users"]
    ]
    title = f"Denied attempts; more than {denied['most_a_day']} on a day are above the bound"
    _rows(to, title, ("user", "organisation", "attempts", "on a day", "actions", "causes"), rows)


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counted.items())


def _findings(to: Console, title: str, found: Sequence[Fields]) -> None:
    rows = [
        {"user": each["user"], "organisation": each["organisation"], "look-ups": each["look_ups"]}
        | {"children": _numbers(each["children"]), "days": _days(each["days"])}
        for each in found
    ]
    _rows(to, title, ("user", "organisation", "look-ups", "children", "days"), rows)


def _numbers(children: Sequence[str]) -> str:
    more = f" and {len(children) - MOST_NAMED} more" if len(children) > MOST_NAMED else ""
    return ", ".join(children[:MOST_NAMED]) + more


def _days(days: Sequence[str]) -> str:
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


def _rows(to: Console, title: str, columns: Sequence[str], rows: Iterable[Fields]) -> None:
    cells = [[row[name] for name in columns] for row in rows]
    if cells:
        to.print()
        to.print(text(title, "bold"))
        to.print(table([name.replace("_", " ") for name in columns], cells))
