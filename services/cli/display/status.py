"""What runs and how far it is, for people."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from services.cli.output import count_of, table, text

STYLES = {"running": "green", "external": "dim"}


def display_status(to: Console, status: Mapping[str, Any]) -> None:
    """Prints the document of `status --json`; what a part did not answer is shown as unknown."""
    rows = [
        (
            each["name"],
            text(each["state"], STYLES.get(each["state"], "red")),
            each.get("since", ""),
            each["pid"] or "",
            each["restarts"],
        )
        for each in status["processes"]
    ]
    if rows:
        to.print(table(("process", "state", "since", "pid", "restarts"), rows))
    if status["positions"] is None:
        to.print("How far each part is, is not known: Postgres does not say.")
    else:
        _display_positions(to, status["positions"], status["lag"])
    letters = status["dead_letters"]
    to.print("dead letters: not known" if letters is None else count_of(letters, "dead letter"))
    for each in status["suspended"] or ():
        so_far = "" if each["complete"] else f", {each['done']:,} of {each['of_records']:,} records so far"
        aside = f" and what it said is set aside{so_far}" if each["set_aside"] else ""
        removals = f"; {count_of(each['removals'], 'record')} that it removed came back" if each["removals"] else ""
        to.print(text(f"{each['agency']} is suspended{aside}{removals}", "red"))
    if status["retention_runs"] is not None:
        to.print(f"retention: {last_run(status['retention_runs'])}")
    if status["forged"]:
        forged = f"{status['forged']:,} messages in Kafka are forged: `contactpoint dead-letters list` names them"
        to.print(text(forged, "red"))
    for name in ("url", "kafka", "database_url"):
        to.print(text(f"{name:<14}{status[name] or 'unknown'}", "dim"))


def _display_positions(to: Console, positions: Mapping[str, int], lag: Mapping[str, int]) -> None:
    to.print(table(("part", "position"), [(part, f"{number:,}") for part, number in positions.items()]))
    at_rest = len(set(positions.values())) == 1
    waiting = ", ".join(f"{number:,} at {part}" for part, number in lag.items() if number)
    to.print("Everything that was accepted is in the views." if at_rest else f"Under way: {waiting}.")


def last_run(days: Mapping[str, str]) -> str:
    """When retention was last run, by the day of each authority and of the whole directory."""
    of_authorities = sorted(day for authority, day in days.items() if authority)
    runs = [f"for the whole directory on {days['']}"] if "" in days else []
    if of_authorities:
        first, last = of_authorities[0], of_authorities[-1]
        between = first if first == last else f"{first} to {last}"
        runs.append(f"for {count_of(len(of_authorities), 'authority')} on {between}")
    return f"last run {', '.join(runs)}" if runs else "not run yet"
